"""Good plans in continuous time: annealed ruin and recreate over paths and groups, alone or beside a bound."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.optimiser.continuous.evaluate import evaluate
from cargopool.optimiser.continuous.instance import TimedPath
from cargopool.optimiser.continuous.upper_anneal import OPERATORS, anneal
from cargopool.optimiser.continuous.upper_data import copy_of, empty_state, scratch_of, search_data

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray
    from cargopool.optimiser.continuous.paths import PathTable

FIRST_CYCLE = 3_000
LONGEST_CYCLE = 400_000
CHUNK = 1_000
HOT_SHARE, COLD_SHARE = 0.3, 0.02
LARGEST = 30
WEIGHTS = (1.0, 2.0, 2.0, 1.0, 5.0, 2.0)


class Search:
    """One search over a table of paths: repeats exactly for a seed when nobody guides it.

    Parameters
    ----------
    instance : ContinuousInstance
    table : PathTable
        Every commodity has at least one path in it.
    seed : int
    """

    def __init__(self, instance: ContinuousInstance, table: PathTable, seed: int) -> None:
        self.data = KernelTable(search_data(instance, table))
        state = empty_state(instance, table)
        self.present, self.before, self.best = (KernelTable(copy_of(state)) for _ in range(3))
        self.best.total[0] = np.inf
        self.scratch = KernelTable(scratch_of(state))
        self.random = np.array([0x9E3779B97F4A7C15 ^ (2 * seed + 1) * 0x5DEECE66D], dtype=np.uint64)
        self.bias = np.zeros(table.paths)
        self.weights = np.asarray(WEIGHTS)
        self.stats = np.zeros((OPERATORS, 3), dtype=np.int64)
        self.stopped = np.zeros(1, dtype=np.int64)
        self.iterations = 0
        self.cycle = 0
        used = np.bincount(table.arcs, minlength=instance.arc_tail.size) > 0
        self.scale = float(instance.arc_fixed[used].mean()) if used.any() else 1.0
        if self.scale <= 0:
            self.scale = max(1.0, float(np.mean(table.variable))) if table.paths else 1.0
        self._left = 0
        self._length = 0

    @property
    def cost(self) -> float:
        """Cost of the best plan; inf before the first."""
        return float(self.best.total[0])

    def advance(self, iterations: int) -> int:
        """Run up to ``iterations`` further steps of the present cycle; those done."""
        if self._left == 0:
            self._next_cycle()
        steps = min(iterations, self._left)
        ratio = COLD_SHARE / HOT_SHARE
        gone = 1.0 - self._left / self._length
        then = 1.0 - (self._left - steps) / self._length
        hot, cold = (self.scale * HOT_SHARE * ratio**share for share in (gone, then))
        done: int = anneal(
            self.data, self.present, self.before, self.best, self.scratch, self.random, self.bias,
            steps, hot, cold, LARGEST, self.weights, self.stats, self.stopped, bool((self.present.path < 0).any()),
        )  # fmt: skip
        self._left -= steps
        self.iterations += done
        return done

    def _next_cycle(self) -> None:
        """Heat up again: from the best plan, or now and then from nothing."""
        self._length = min(LONGEST_CYCLE, FIRST_CYCLE * 2 ** min(self.cycle, 20))
        self._left = self._length
        if self.cycle:
            self.present = KernelTable(copy_of(self.best.arrays))
        self.cycle += 1

    def paths(self) -> tuple[TimedPath, ...]:
        """The best plan, every group as early as it can be."""
        return timed_paths(self.data, self.best)


def timed_paths(data: Any, state: Any) -> tuple[TimedPath, ...]:
    """Paths with departures of a state."""
    width = state.slot_group.size // max(1, state.path.size)
    found = []
    for k, p in enumerate(state.path.tolist()):
        arcs = data.arcs[data.step_ptr[p] : data.step_ptr[p + 1]]
        groups = state.slot_group[k * width : k * width + arcs.size]
        found.append(TimedPath(arcs.copy(), state.g_early[groups].copy()))
    return tuple(found)


def lone_plan(table: PathTable) -> tuple[TimedPath, ...]:
    """Every commodity at once on its cheapest path with vehicles of its own: a plan from the first moment on."""
    found = []
    for first, last in pairwise(table.path_ptr.tolist()):
        p = first + int(np.argmin(table.solo[first:last]))
        steps = slice(table.step_ptr[p], table.step_ptr[p + 1])
        found.append(TimedPath(table.arcs[steps].copy(), table.earliest[steps].copy()))
    return tuple(found)


def search_upper(
    instance: ContinuousInstance,
    table: PathTable,
    *,
    seed: int,
    iterations: int,
    deadline: float | None = None,
    guide: FloatArray | None = None,
) -> tuple[float, tuple[TimedPath, ...]]:
    """Search for a number of iterations; the same plan for the same seed.

    Parameters
    ----------
    instance : ContinuousInstance
    table : PathTable
        Must not miss a commodity.
    seed : int
    iterations : int
        Removals and re-insertions.
    deadline : float, optional
        `time.monotonic()` at which to stop early.
    guide : (P,) float64, optional
        Added to the cost of each path when commodities choose.

    Returns
    -------
    cost, paths
    """
    search = Search(instance, table, seed)
    if guide is not None:
        search.bias[:] = guide
    while search.iterations < iterations and (deadline is None or time.monotonic() < deadline):
        search.advance(min(CHUNK, iterations - search.iterations))
    return search.cost, search.paths()


class UpperSearch:
    """A search in a thread of its own, without the interpreter lock.

    Parameters
    ----------
    instance : ContinuousInstance
    table : PathTable
    seed : int
    """

    def __init__(self, instance: ContinuousInstance, table: PathTable, seed: int) -> None:
        self._search = Search(instance, table, seed)
        self._lock = threading.Lock()
        self._halt = threading.Event()
        lone = lone_plan(table)
        self._found: tuple[float, tuple[TimedPath, ...]] = (evaluate(instance, lone), lone)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="upper-search", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def best(self) -> tuple[float, tuple[TimedPath, ...]]:
        """Cost and plan of the best so far; everybody alone before the first. Raises what the search raised."""
        if self._error is not None:
            raise self._error
        with self._lock:
            return self._found

    @property
    def iterations(self) -> int:
        """Steps done."""
        return self._search.iterations

    def guide(self, bias: FloatArray) -> None:
        """Replace the bias per path: what is added to a path's cost when commodities choose."""
        self._search.bias[:] = bias

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread; the best plan stays."""
        self._halt.set()
        self._search.stopped[0] = 1
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            steps = 1
            while not self._halt.is_set():
                self._search.advance(steps)
                steps = CHUNK
                if self._search.cost < self._found[0] - 1e-9:
                    found = (self._search.cost, self._search.paths())
                    with self._lock:
                        self._found = found
        except Exception as error:
            self._error = error
