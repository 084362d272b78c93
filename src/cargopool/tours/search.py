"""The compiled search from Python: state, chunks, best routes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.tours.arrays import groups_of, make_data
from cargopool.tours.engines.protocol import Limits
from cargopool.tours.kernel_data import GROUP, JOB, LENGTH, Scratch, TourData, TourState
from cargopool.tours.kernels_search import Work, advance
from cargopool.tours.problem import Route, TourProblem

LONGEST_ROUTE = 500
"""Stops of a route at most."""
ENOUGH_PER_JOB = 3000
"""Iterations per job after which a search ends before its time: a few jobs need no seconds."""
_CHUNK_S = 0.1
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class SearchParams:
    """How the search works.

    Attributes
    ----------
    mean_removed, longest_string : float, float
        Jobs taken out in a step on average, and from one route at most.
    route_chance, blink : float, float
        Chance that a step takes out a whole route, and that putting a job back overlooks a route.
    split_chance, split_depth : float, float
        Chance that a string leaves some jobs in its middle, and that no further one is left.
    overlook : float
        Chance that putting a job back overlooks a vehicle for a new tour.
    insist : float
        Chance that a step puts one job in although leaving it out costs less.
    driven : float
        Chance that what a job adds to a route is told by driving it where hours, charging or energy by load have a
        price; else by the ways.
    orders : tuple of 6 floats
        Weights of the orders of putting back: random, largest, farthest, closest, narrowest, earliest first.
    warm, cool : float, float
        First and last temperature, in mean costs of a job in the first tours.
    """

    mean_removed: float = 10.0
    longest_string: float = 10.0
    route_chance: float = 0.03
    blink: float = 0.01
    split_chance: float = 0.5
    split_depth: float = 0.01
    overlook: float = 0.1
    insist: float = 0.03
    driven: float = 0.1
    orders: tuple[float, ...] = (4.0, 4.0, 2.0, 1.0, 2.0, 2.0)
    warm: float = 1.0
    cool: float = 0.01


class Search:
    """Routes under annealing."""

    def __init__(
        self, problem: TourProblem, seed: int, params: SearchParams | None = None, start: Iterable[Route] = ()
    ) -> None:
        self.problem = problem
        self.params = params or SearchParams()
        self.data = make_data(problem)
        self.iterations = 0
        self.stop = np.zeros(1, np.int64)
        jobs, dims = len(problem.jobs), self.data.change.shape[1]
        self._groups = groups_of(problem)
        rows = min(jobs, int(self.data.group_i[:, 3].sum())) + 1
        longest = min(self.data.stop.shape[0], LONGEST_ROUTE)
        states = (_state(rows, longest, dims, jobs, len(self._groups)) for _ in range(3))
        self._now, self._saved, self._best = map(KernelTable, states)
        most = int(np.diff(self.data.first).max(initial=1))
        self._data = KernelTable(self.data)
        self._scratch = KernelTable(_scratch(longest, most, dims))
        self._work = KernelTable(_work(jobs, rows, most, len(self._groups)))
        mixed = (seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64
        self._rng = np.array([mixed or 1], np.uint64)
        self._knobs = _knobs(self.params)
        self._begin(start)

    def _begin(self, start: Iterable[Route]) -> None:
        group = {pair: g for g, pair in enumerate(self._groups)}
        for r, (vehicle, shift, order) in enumerate(start):
            stops = [self.data.first[j] + k for j, k in order]
            self._now.route_i[r, GROUP] = group[vehicle, shift]
            self._now.route_i[r, LENGTH] = len(stops)
            self._now.seq[r, : len(stops)] = stops
        self._advance(0.0, 0.0, -1)
        self._scale = max(1e-6, float(self._work.totals[0]) / max(1, len(self.problem.jobs)))

    @property
    def cost(self) -> float:
        """Cost of the best routes, cents."""
        return float(self._work.totals[1])

    def anneal(self, iterations: int, begin: float, end: float) -> int:
        """Some iterations, as the part from ``begin`` to ``end`` (0 to 1) of the whole cooling."""
        warm, cool = (self._scale * self.params.warm * (self.params.cool / self.params.warm) ** f for f in (begin, end))
        done = self._advance(warm, cool, iterations)
        self.iterations += done
        return done

    def _advance(self, warm: float, cool: float, iterations: int) -> int:
        states = self._now, self._saved, self._best
        rest = self._rng, self._knobs, warm, cool, iterations, self.stop
        return int(advance(self._data, self._scratch, *states, self._work, *rest))

    def routes(self) -> list[Route]:
        """The best routes."""
        source = self._best
        found = []
        for r in np.flatnonzero(source.route_i[:, LENGTH] > 0):
            vehicle, shift = self._groups[int(source.route_i[r, GROUP])]
            stops = source.seq[r, : source.route_i[r, LENGTH]]
            found.append((vehicle, shift, [(int(j), int(s - self.data.first[j])) for s, j in _owned(self.data, stops)]))
        return found


def _owned(data: TourData, stops: np.ndarray) -> list[tuple[int, int]]:
    return [(int(s), int(data.stop[s, JOB])) for s in stops]


def run_search(search: Search, limits: Limits, began: float | None = None) -> None:
    """Anneal for some seconds, since ``began`` by the limits' clock where it is given, or for some iterations."""
    if limits.work is not None:
        for at in range(0, limits.work, _CHUNK):
            size = min(_CHUNK, limits.work - at)
            search.anneal(size, at / limits.work, (at + size) / limits.work)
            if limits.stop is not None and limits.stop():
                return
        return
    whole = 10.0 if limits.seconds is None else limits.seconds
    enough = ENOUGH_PER_JOB * len(search.problem.jobs)
    clock = limits.clock or time.perf_counter
    began = clock() if began is None else began
    chunk, now = 20, clock() - began
    done = now / whole
    while done < 1.0 and not (limits.stop is not None and limits.stop()):
        then = min(1.0, max((now + _CHUNK_S) / whole, done + chunk / enough))
        search.anneal(chunk, done, then)
        later = clock() - began
        chunk = max(1, int(chunk * min(4.0, _CHUNK_S / max(1e-4, later - now))))
        now = later
        done = max(now / whole, search.iterations / enough)


def _state(rows: int, longest: int, dims: int, jobs: int, groups: int) -> TourState:
    return TourState(
        route_i=np.zeros((rows, 3), np.int64),
        cost=np.zeros(rows),
        seq=np.zeros((rows, longest), np.int64),
        done=np.zeros((rows, longest), np.int64),
        must=np.zeros((rows, longest), np.int64),
        load=np.zeros((rows, longest, dims), np.int64),
        route_of=np.full(jobs, -1, np.int64),
        used=np.zeros(groups, np.int64),
        counter=np.zeros(1, np.int64),
    )


def _scratch(longest: int, most: int, dims: int) -> Scratch:
    return Scratch(
        steps=np.zeros((longest + most + 4, 5), np.int64),
        charged=np.zeros((longest + most + 4, 5), np.int64),
        trial=np.zeros(longest + most + 4, np.int64),
        lines=np.zeros(longest + most + 4, np.int64),
        walk_i=np.zeros((most + 1, 3), np.int64),
        walk_f=np.zeros(most + 1),
        carry=np.zeros((most + 1, dims), np.int64),
        at=np.zeros(most, np.int64),
        best_at=np.zeros(most, np.int64),
        mj=np.zeros(longest + most + 4),
    )


def _work(jobs: int, rows: int, most: int, groups: int) -> Work:
    return Work(
        bank=np.zeros(jobs, np.int64),
        count=np.zeros(2, np.int64),
        touched=np.zeros(rows, np.int64),
        is_touched=np.zeros(rows, np.int8),
        ordered=np.zeros(jobs, np.int64),
        keys=np.zeros(jobs),
        seen_version=np.full((jobs, rows), -1, np.int64),
        seen_cost=np.zeros((jobs, rows)),
        seen_at=np.zeros((jobs, rows, most), np.int32),
        alone=np.full((jobs, groups), -1.0),
        bank_saved=np.zeros(jobs, np.int64),
        totals=np.zeros(3),
        moves=np.zeros(2, np.int64),
    )


def _knobs(params: SearchParams) -> np.ndarray:
    head = (
        params.mean_removed,
        params.longest_string,
        params.route_chance,
        params.blink,
        params.split_chance,
        params.split_depth,
        params.overlook,
        params.insist,
        params.driven,
    )
    return np.array([*head, *params.orders, sum(params.orders)])
