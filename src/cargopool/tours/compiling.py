"""Compiling the search of tours in a child process, beside other work; only where compiled code is kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cargopool.errors import EngineError
from cargopool.executors.worker import StoppedError, Worker
from cargopool.tours.compiled import cache_directory
from cargopool.tours.jobs import delivery
from cargopool.tours.problem import Amount, TourProblem, TourVehicle

_POLL_S = 0.05


class Compilation:
    """The search's kernels on their way into the folder of compiled code, where they are not there yet.

    Parameters
    ----------
    stop : callable
        True ends it.
    """

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._kept = _mark()
        self._thread: threading.Thread | None = None
        if self._kept is not None and not self._kept.exists():
            self._thread = threading.Thread(target=self._compile, daemon=True)
            self._thread.start()

    def wait(self, until: float) -> bool:
        """Wait for the kernels until that reading of `time.monotonic`; False when they are still not there."""
        while self._thread is not None and self._thread.is_alive():
            if time.monotonic() >= until or self._stop():
                return False
            time.sleep(_POLL_S)
        return True

    def _compile(self) -> None:
        with Worker() as worker:
            try:
                worker.call("cargopool.tours.compiling:compile_search", stop=self._stop)
            except (EngineError, StoppedError):
                return  # then they are compiled where they are first called
        if self._kept is not None:
            with contextlib.suppress(OSError):
                self._kept.touch()


def _mark() -> Path | None:
    """File that says that the kernels are kept for this installation: they are kept by the place of their sources."""
    folder = cache_directory()
    if folder is None:
        return None
    place = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:16]
    return Path(folder) / f"tours-{place}.kept"


def compile_search() -> None:
    """Call the search once on the smallest problem, so that its kernels are compiled and kept."""
    from cargopool.tours.search import Search

    if hasattr(os, "nice"):
        os.nice(10)  # the caller has more urgent things to do
    Search(smallest_problem(), 1)


def smallest_problem() -> TourProblem:
    """One pallet, one vehicle, one kilometre."""
    way = np.array([[0.0, 1.0], [1.0, 0.0]])
    pallet = Amount(pallets_milli=1000)
    lorry = TourVehicle(id="lorry", capacity=pallet, shifts=((0, 600),), start_place=0, end_place=0)
    return TourProblem(
        places=("hub", "door"),
        km=way,
        drive_min=way.astype(np.int64),
        visit_min=np.zeros(2, dtype=np.int64),
        jobs=(delivery("one", hub=0, door=1, load=pallet, unserved_cents=1000),),
        vehicles=(lorry,),
    )
