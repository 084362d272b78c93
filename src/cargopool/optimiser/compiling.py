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

CONSTRUCTION, ANNEALING, SAMPLING, BOUND = "construction", "annealing", "sampling", "bound"
_SEARCH = (CONSTRUCTION, ANNEALING, SAMPLING)
"""Kinds of the search in the order in which a solve needs them; the later ones use kernels of those before."""
_ENOUGH_SHIPMENTS = 8
_POLL_S = 0.05


class Compilation:
    """Kernels on their way into the folder of compiled code: the search's in one child process, the bound's in another.

    They share only small kernels.
    """

    def __init__(self, scenario: Scenario, params: SolveParams, stop: Callable[[], bool]) -> None:
        some = dict(islice(scenario.shipments.items(), _ENOUGH_SHIPMENTS))
        self._arguments = (replace(scenario, shipments=some), params)
        self._stop = stop
        self._threads: dict[str, threading.Thread] = {}
        for kinds in (_SEARCH, (BOUND,) if params.bound.enabled else ()):
            missing = [kind for kind in kinds if (mark := _mark(kind)) is not None and not mark.exists()]
            if missing:
                thread = threading.Thread(target=self._compile, args=(missing,), daemon=True)
                self._threads |= dict.fromkeys(missing, thread)
                thread.start()

    def under_way(self, kind: str) -> bool:
        """Whether kernels of a kind are still being made."""
        return (thread := self._threads.get(kind)) is not None and thread.is_alive()

    def wait(self, kind: str, stop: Any) -> float:
        """Return when the kernels of a kind are there, could not be made elsewhere, or ``stop[0]`` is set.

        Returns the seconds that this took.
        """
        began = time.monotonic()
        while self.under_way(kind) and not stop[0]:
            time.sleep(_POLL_S)
        return time.monotonic() - began

    def _compile(self, kinds: list[str]) -> None:
        with Worker() as worker:
            for kind in kinds:
                try:
                    worker.call(
                        "cargopool.optimiser.compiling:compile_kernels", kind, *self._arguments, stop=self._stop
                    )
                except (EngineError, StoppedError, OSError):
                    return  # then they are compiled here, when they are first called
                mark = _mark(kind)
                if mark is not None:
                    with contextlib.suppress(OSError):
                        mark.touch()
                del self._threads[kind]


def _mark(kind: str) -> Path | None:
    """File that says that a kind is kept for this installation: compiled code is kept by the place of its sources."""
    folder = cache_directory()
    if folder is None:
        return None
    place = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:16]
    return Path(folder) / f"{kind}-{place}.kept"


def compile_kernels(kind: str, scenario: Scenario, params: SolveParams) -> None:
    """Call the kernels of a kind once on a small part of a scenario, so that they are compiled and kept."""
    stop = np.zeros(1, np.int64)
    if kind == BOUND:
        if hasattr(os, "nice"):
            os.nice(10)  # a plan is more urgent
        ascent(scenario, params.bound, stop).compile()
        return
    network = search_network(scenario, params.search)
    search = Search(network, make_data(network, 1), 1, params.search, stop)
    if kind == CONSTRUCTION:
        search.construct()
        search.adopt(search.best)
    elif kind == ANNEALING:
        search.advance(1, 1.0, 1.0)
    else:
        chosen = np.zeros(1, np.int64)
        search.sample(search.best, chosen, 1)
        search.graft(chosen, search.best)
