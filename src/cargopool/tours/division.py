"""Tours too large for one search: parts of neighbouring routes, searched in turn, again and again with other
borders.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cargopool.tours.engines.protocol import Found, Limits
from cargopool.tours.problem import Route, TourProblem
from cargopool.tours.search import Search, SearchParams, run_search

LARGEST = 600
"""Jobs that one search still takes whole."""
PART_JOBS = 250
"""Jobs of a part, about."""
_ROUNDS = 6
_FIRST_SHARE = 0.3
"""Share of the time for the first round, which makes tours from nothing."""
_LATER = SearchParams(warm=0.1)
"""Parts that have tours already are not melted down."""


def is_too_large(problem: TourProblem) -> bool:
    """Whether a problem is searched in parts."""
    return len(problem.jobs) > LARGEST


def find_in_parts(problem: TourProblem, *, limits: Limits, seed: int, start: Sequence[Route]) -> Found:
    """Search parts of at most about `PART_JOBS` jobs in turn; each keeps the better of its routes before and after."""
    rng = np.random.default_rng(seed)
    where = _outermost(problem)
    clock = limits.clock or time.perf_counter
    began = clock()
    routes = list(start)
    iterations = 0
    for turn in range(_ROUNDS):
        first = turn == 0
        share = _FIRST_SHARE if first else (1.0 - _FIRST_SHARE) / (_ROUNDS - 1)
        items = [sorted({j for j, _ in order}) for _, _, order in routes]
        inside = {j for item in items for j in item}
        items += [[j] for j in range(len(problem.jobs)) if j not in inside]
        parts = _parts(problem, items, where, rng, polar=turn % 2 == 0)
        for at, part in enumerate(parts):
            if limits.stop is not None and limits.stop():
                return Found(routes, iterations)
            mine = [route for route in routes if route[2][0][0] in part]
            others = [route for route in routes if route[2][0][0] not in part]
            slice_limits = _slice(limits, share, at, parts, clock() - began, turn)
            if slice_limits is None and not first:
                continue
            found, done = _search_part(problem, sorted(part), mine, others, slice_limits, seed + turn, first)
            iterations += done
            routes = others + found
    return Found(routes, iterations)


def _slice(limits: Limits, share: float, at: int, parts: Sequence[set[int]], spent: float, turn: int) -> Limits | None:
    """What a part may use: its share by jobs of the round's iterations, or of the time left to the round's end."""
    rest = sum(len(part) for part in parts[at:])
    if limits.work is not None:
        whole = sum(len(part) for part in parts)
        return Limits(None, max(1, round(limits.work * share * len(parts[at]) / whole)), limits.stop)
    done = _FIRST_SHARE + turn * (1.0 - _FIRST_SHARE) / (_ROUNDS - 1)
    left = (limits.seconds or 0.0) * done - spent
    if left <= 0:
        return None
    return Limits(left * len(parts[at]) / rest, None, limits.stop, limits.clock)


def _search_part(
    problem: TourProblem,
    jobs: list[int],
    mine: list[Route],
    others: list[Route],
    limits: Limits | None,
    seed: int,
    first: bool,
) -> tuple[list[Route], int]:
    """Routes for some jobs with the vehicles that the others leave."""
    used = Counter((vehicle, shift) for vehicle, shift, _ in others)
    slots = [
        (v, h, vehicle.count - used[v, h])
        for v, vehicle in enumerate(problem.vehicles)
        for h in range(len(vehicle.shifts))
        if vehicle.count > used[v, h]
    ]
    vehicles = tuple(
        replace(problem.vehicles[v], shifts=(problem.vehicles[v].shifts[h],), count=count) for v, h, count in slots
    )
    part = replace(problem, jobs=tuple(problem.jobs[j] for j in jobs), vehicles=vehicles)
    if not vehicles:
        return mine, 0
    local_job = {j: i for i, j in enumerate(jobs)}
    local_slot = {(v, h): i for i, (v, h, _) in enumerate(slots)}
    begin = [(local_slot[v, h], 0, [(local_job[j], k) for j, k in order]) for v, h, order in mine]
    search = Search(part, seed, SearchParams() if first else _LATER, begin)
    if limits is not None:
        run_search(search, limits)
    found = [(*slots[i][:2], [(jobs[j], k) for j, k in order]) for i, _, order in search.routes()]
    return found, search.iterations


def _outermost(problem: TourProblem) -> NDArray[np.int64]:
    """The place of each job that is farthest from the vehicles' starts: where its tour has to go."""
    starts = sorted({v.start_place for v in problem.vehicles if v.start_place is not None})
    away = problem.km[starts].min(axis=0) if starts else problem.km.mean(axis=0)
    return np.array([max((stop.place for stop in job.stops), key=lambda p: away[p]) for job in problem.jobs])


def _parts(
    problem: TourProblem, items: list[list[int]], where: NDArray[np.int64], rng: np.random.Generator, *, polar: bool
) -> list[set[int]]:
    """Items (routes, lone jobs) in parts: by the angle around the vehicles' starts, or by nearness to a drawn item."""
    if polar and problem.coordinates is not None:
        return _by_angle(problem, items, where, rng)
    left = list(range(len(items)))
    parts: list[set[int]] = []
    while left:
        seed = items[left[int(rng.integers(len(left)))]]
        far = [float(problem.km[np.ix_(where[seed], where[items[i]])].mean()) for i in left]
        order = [left[i] for i in np.argsort(far, kind="stable")]
        part: set[int] = set()
        while order and len(part) < PART_JOBS:
            part.update(items[order.pop(0)])
        parts.append(part)
        left = sorted(order)
    return parts


def _by_angle(
    problem: TourProblem, items: list[list[int]], where: NDArray[np.int64], rng: np.random.Generator
) -> list[set[int]]:
    at = problem.coordinates
    if at is None:
        return [set().union(*map(set, items))]
    starts = [v.start_place for v in problem.vehicles if v.start_place is not None]
    centre = at[starts].mean(axis=0) if starts else at.mean(axis=0)
    rays = np.array([at[where[item]].mean(axis=0) - centre for item in items])
    turn = rng.uniform(0.0, 2.0 * np.pi)
    angle = (np.arctan2(rays[:, 1], rays[:, 0]) + turn) % (2.0 * np.pi)
    parts: list[set[int]] = [set()]
    for i in np.argsort(angle, kind="stable"):
        if len(parts[-1]) >= PART_JOBS:
            parts.append(set())
        parts[-1].update(items[i])
    return parts
