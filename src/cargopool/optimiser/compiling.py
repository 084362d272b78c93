"""Compiling in child processes, where both cores help: in one process compilation holds the interpreter lock.

Only where compiled code is kept between processes, and only while it is not there yet.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from cargopool.errors import EngineError
from cargopool.model.scenario import Scenario
from cargopool.optimiser.bound import ascent
from cargopool.optimiser.compiled import cache_directory
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from cargopool.optimiser.worker import StoppedError, Worker

ANNEALING, BOUND = "annealing", "bound"
_ENOUGH_SHIPMENTS = 8
_POLL_S = 0.05


class Compilation:
    """Kernels of one kind on their way into the folder of compiled code."""

    def __init__(self, kind: str, scenario: Scenario, params: SolveParams, stop: Callable[[], bool]) -> None:
        self._kept = _mark(kind)
        self._thread: threading.Thread | None = None
        if self._kept is not None and not self._kept.exists():
            some = dict(islice(scenario.shipments.items(), _ENOUGH_SHIPMENTS))
            self._arguments = (kind, replace(scenario, shipments=some), params)
            self._stop = stop
            self._thread = threading.Thread(target=self._compile, daemon=True)
            self._thread.start()

    def wait(self, stop: Any) -> None:
        """Return when the kernels are there, could not be made elsewhere, or ``stop[0]`` is set."""
        while self._thread is not None and self._thread.is_alive() and not stop[0]:
            time.sleep(_POLL_S)

    def _compile(self) -> None:
        with Worker() as worker:
            try:
                worker.call("cargopool.optimiser.compiling:compile_kernels", *self._arguments, stop=self._stop)
            except (EngineError, StoppedError):
                return  # then they are compiled here, when they are first called
        if self._kept is not None:
            with contextlib.suppress(OSError):
                self._kept.touch()


def _mark(kind: str) -> Path | None:
    """File that says that a kind is kept for this installation: compiled code is kept by the place of its sources."""
    folder = cache_directory()
    if folder is None:
        return None
    place = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:16]
    return Path(folder) / f"{kind}-{place}.kept"


def compile_kernels(kind: str, scenario: Scenario, params: SolveParams) -> None:
    """Call the kernels of a kind once on a small part of a scenario, so that they are compiled and kept."""
    if hasattr(os, "nice"):
        os.nice(10)  # the caller has more urgent things to compile
    stop = np.zeros(1, np.int64)
    if kind == BOUND:
        ascent(scenario, params.bound, stop).compile()
    network = search_network(scenario, params.search)
    search = Search(network, make_data(network, 1), 1, params.search, stop)
    if kind == ANNEALING:
        search.advance(1, 1.0, 1.0)
    else:
        search.sample(search.best, np.zeros(1, np.int64), 1)
