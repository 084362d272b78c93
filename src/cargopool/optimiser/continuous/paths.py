"""Which ways each commodity has: simple paths within its window, as one packed table that bound and search share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray

PATH_CAP = 1_000
"""Paths listed per commodity before the listing is cut short."""

STEP_CAP = 100_000
"""Arcs looked at per commodity before its listing is cut short, so that a dense network cannot stall the listing."""

NEVER = np.int64(1) << 50
"""Travel time where there is no way."""

WHOLE_VEHICLE = 1e-9
"""Relative amount by which a load may exceed whole vehicles and still count as them: sums of decimals are not exact."""


@dataclass(frozen=True)
class PathTable:
    """Feasible simple paths of all commodities, packed (CSR twice: commodity -> paths -> steps).

    Paths of commodity k are ``path_ptr[k]:path_ptr[k + 1]``; steps of path p are ``step_ptr[p]:step_ptr[p + 1]``, one
    step per arc in driving order. A path from a node to itself has no step. P paths, S steps, K commodities.

    Attributes
    ----------
    path_ptr : (K + 1,) int64
        First path of each commodity.
    step_ptr : (P + 1,) int64
        First step of each path.
    commodity : (P,) int64
        Commodity of each path.
    arcs : (S,) int64
        Arc of each step.
    earliest, latest : (S,) int64
        Earliest and latest minute of leaving the arc's start, of this path alone: ``earliest[s + 1] = earliest[s] +
        arc_minutes`` and the same for ``latest`` within a path, so a whole path shifts by at most its slack
        ``latest - earliest``, the same at every step. Departures may differ from a pure shift by waiting.
    variable : (P,) float64
        Variable cost of the path for the whole quantity.
    solo : (P,) float64
        Cost of the path without any sharing: ``variable`` plus the commodity's own vehicles on every arc.
    complete : (K,) bool
        False where the listing was cut short: other paths exist, and a bound must allow for them.
    """

    path_ptr: IntArray
    step_ptr: IntArray
    commodity: IntArray
    arcs: IntArray
    earliest: IntArray
    latest: IntArray
    variable: FloatArray
    solo: FloatArray
    complete: np.ndarray

    @property
    def paths(self) -> int:
        """Number of paths P."""
        return int(self.commodity.size)

    @property
    def missing(self) -> IntArray:
        """Commodities without any path: they make the instance infeasible."""
        return np.flatnonzero((np.diff(self.path_ptr) == 0) & self.complete)


def vehicles_needed(load: FloatArray | float, capacity: FloatArray | float) -> FloatArray:
    """Whole vehicles for a load: the one rounding rule of bound, search and evaluation."""
    return np.ceil(np.asarray(load, dtype=np.float64) / capacity - WHOLE_VEHICLE)


def variable_costs(instance: ContinuousInstance) -> FloatArray:
    """(K, A) variable cost of carrying each whole commodity over each arc; inf where it is not allowed."""
    unit = np.atleast_2d(instance.arc_variable)
    rows = np.broadcast_to(unit, (instance.origin.size, instance.arc_tail.size))
    allowed = np.isfinite(rows)
    return np.where(allowed, np.where(allowed, rows, 0.0) * instance.quantity[:, None], np.inf)


def shortest_minutes(instance: ContinuousInstance) -> IntArray:
    """(N, N) shortest travel times between all nodes, `NEVER` where there is no way."""
    least = np.full((instance.nodes, instance.nodes), NEVER, dtype=np.int64)
    np.fill_diagonal(least, 0)
    np.minimum.at(least, (instance.arc_tail, instance.arc_head), instance.arc_minutes)
    for node in range(instance.nodes):
        np.minimum(least, least[:, node, None] + least[None, node, :], out=least)
    return np.minimum(least, NEVER)


def list_paths(
    instance: ContinuousInstance,
    *,
    path_cap: int = PATH_CAP,
    step_cap: int = STEP_CAP,
    halt: Callable[[], bool] = lambda: False,
) -> PathTable:
    """List every simple path that each commodity can finish within its window.

    Depth first over arcs in order of travel time, cut where the shortest way on misses the deadline. Where a commodity
    has more than ``path_cap`` paths its listing ends early and ``complete`` says so: a search then works on part of
    the choices, and a bound has to add a relaxed choice for the rest. Once ``halt()`` is true a commodity gets one path
    at most.
    """
    least = shortest_minutes(instance)
    costs = variable_costs(instance)
    leaving: list[list[int]] = [[] for _ in range(instance.nodes)]
    for arc in np.argsort(instance.arc_minutes, kind="stable").tolist():
        leaving[int(instance.arc_tail[arc])].append(arc)
    counts, complete = [], []
    found: list[tuple[int, ...]] = []
    for k in range(instance.origin.size):
        budget = int(instance.deadline[k] - instance.release[k])
        to_end = least[:, instance.destination[k]].tolist()
        allowed = np.isfinite(costs[k]).tolist()
        cap = 1 if halt() else path_cap
        paths, whole = _paths_of(instance, k, leaving, to_end, allowed, budget, cap, step_cap)
        found.extend(paths)
        counts.append(len(paths))
        complete.append(whole)
    return pack_paths(instance, np.asarray(counts, dtype=np.int64), found, np.asarray(complete, dtype=bool), costs)


def pack_paths(
    instance: ContinuousInstance,
    counts: IntArray,
    found: list[tuple[int, ...]],
    complete: np.ndarray,
    costs: FloatArray | None = None,
) -> PathTable:
    """Table of given paths: ``counts[k]`` of them for each commodity k, in order."""
    costs = variable_costs(instance) if costs is None else costs
    lengths = np.fromiter((len(path) for path in found), np.int64, len(found))
    arcs = np.fromiter((arc for path in found for arc in path), np.int64, int(lengths.sum()))
    commodity = np.repeat(np.arange(counts.size), counts)
    step_ptr = np.concatenate([[0], np.cumsum(lengths)])
    path_of = np.repeat(np.arange(lengths.size), lengths)
    minutes = instance.arc_minutes[arcs]
    since = np.concatenate([[0], np.cumsum(minutes)])
    offset = since[:-1] - since[step_ptr[path_of]]
    length = since[step_ptr[1:]] - since[step_ptr[:-1]]
    earliest = instance.release[commodity[path_of]] + offset
    latest = instance.deadline[commodity[path_of]] - length[path_of] + offset
    owner = commodity[path_of]
    own = vehicles_needed(instance.quantity[owner], instance.arc_capacity[arcs]) * instance.arc_fixed[arcs]
    variable = _sums(path_of, costs[owner, arcs], lengths.size)
    solo = variable + _sums(path_of, own, lengths.size)
    path_ptr = np.concatenate([[0], np.cumsum(counts)])
    return PathTable(path_ptr, step_ptr, commodity, arcs, earliest, latest, variable, solo, complete)


def _sums(groups: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    return np.bincount(groups, weights=amounts, minlength=size).astype(np.float64)


def _paths_of(
    instance: ContinuousInstance,
    k: int,
    leaving: list[list[int]],
    to_end: list[int],
    allowed: list[bool],
    budget: int,
    path_cap: int,
    step_cap: int,
) -> tuple[list[tuple[int, ...]], bool]:
    origin, destination = int(instance.origin[k]), int(instance.destination[k])
    if to_end[origin] > budget:
        return [], True
    if origin == destination:
        return [()], True
    heads, minutes = instance.arc_head, instance.arc_minutes
    paths: list[tuple[int, ...]] = []
    on_path = {origin}
    arcs: list[int] = []
    steps = 0
    stack = [(iter(leaving[origin]), budget)]
    while stack:
        choices, left = stack[-1]
        arc = next(choices, None)
        steps += 1
        if arc is None:
            stack.pop()
            if arcs:
                on_path.discard(int(heads[arcs.pop()]))
            continue
        head, rest = int(heads[arc]), left - int(minutes[arc])
        if not allowed[arc] or head in on_path or to_end[head] > rest:
            continue
        if head == destination:
            paths.append((*arcs, arc))
        else:
            arcs.append(arc)
            on_path.add(head)
            stack.append((iter(leaving[head]), rest))
        if len(paths) >= path_cap or steps >= step_cap:
            return paths, False
    return paths, True


def with_rest(instance: ContinuousInstance, table: PathTable) -> PathTable:
    """Table for a bound: commodities whose listing was cut short get one more path that stands for all others.

    It has no step, and costs what the cheapest way costs in variable cost alone, whatever its time.
    """
    short = set(np.flatnonzero(~table.complete).tolist())
    if not short:
        return table
    costs = variable_costs(instance)
    counts = np.diff(table.path_ptr)
    found: list[tuple[int, ...]] = []
    extra: list[tuple[int, float]] = []
    for k in range(counts.size):
        for p in range(int(table.path_ptr[k]), int(table.path_ptr[k + 1])):
            found.append(tuple(table.arcs[table.step_ptr[p] : table.step_ptr[p + 1]].tolist()))
        if k in short:
            extra.append((len(found), _cheapest_way(instance, k, costs[k])))
            found.append(())
            counts[k] += 1
    packed = pack_paths(instance, counts, found, np.ones(counts.size, dtype=bool), costs)
    for p, cost in extra:
        packed.variable[p] = packed.solo[p] = cost
    return packed


def _cheapest_way(instance: ContinuousInstance, k: int, costs: FloatArray) -> float:
    least = np.full(instance.nodes, np.inf)
    least[instance.origin[k]] = 0.0
    for _ in range(instance.nodes):
        np.minimum.at(least, instance.arc_head, least[instance.arc_tail] + costs)
    return float(least[instance.destination[k]])
