"""Time points per arc, and the columns (path, interval of each departure) that they allow."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, IntArray
    from cargopool.optimiser.continuous.paths import PathTable

END = np.int64(1) << 40
"""A minute after all others."""


@dataclass(frozen=True)
class Grid:
    """Time points, sorted by arc and minute; each opens an interval that ends before the arc's next point.

    Attributes
    ----------
    arc, minute : (T,) int64
        Where and when interval t begins.
    end : (T,) int64
        Last minute of interval t; `END` for the last of its arc.
    """

    arc: IntArray
    minute: IntArray
    end: IntArray

    @property
    def size(self) -> int:
        """Number of intervals T."""
        return int(self.arc.size)

    def find(self, arcs: IntArray, minutes: IntArray) -> IntArray:
        """Interval of each minute on each arc; no minute may lie before its arc's first point."""
        return np.searchsorted(_keys(self.arc, self.minute), _keys(arcs, minutes), side="right") - 1


@dataclass(frozen=True)
class Columns:
    """Ways to travel, coarsely: a path and an interval for each of its departures, alone feasible to the minute.

    Attributes
    ----------
    path : (C,) int64
        Path of each column.
    interval : (C, L) int64
        Interval of each departure, -1 after the path's last step.
    parent : (C,) int64
        Index of the coarser column that it is a part of, among those it was made from.
    """

    path: IntArray
    interval: IntArray
    parent: IntArray

    @property
    def size(self) -> int:
        """Number of columns C."""
        return int(self.path.size)

    def take(self, which: np.ndarray) -> Columns:
        """Some of the columns."""
        return Columns(self.path[which], self.interval[which], self.parent[which])


def _keys(arcs: IntArray, minutes: IntArray) -> IntArray:
    return arcs * END + minutes


def make_grid(arcs: IntArray, minutes: IntArray) -> Grid:
    """Grid of given points, sorted and without repetition."""
    keys = np.unique(_keys(arcs, minutes))
    arc, minute = keys // END, keys % END
    end = np.full(keys.size, END, dtype=np.int64)
    inner = np.flatnonzero(arc[1:] == arc[:-1])
    end[inner] = minute[inner + 1] - 1
    return Grid(arc, minute, end)


def initial_grid(table: PathTable) -> Grid:
    """The coarsest grid that tells apart who can meet: a point at each window start that follows a window end.

    The windows that touch one interval then all overlap, so each interval is one maximal clique, and more points say
    nothing new about a single arc; they only serve chains of meetings.
    """
    order = np.lexsort((table.earliest, table.arcs))
    arcs: list[int] = []
    minutes: list[int] = []
    ends: list[int] = []
    last = -1
    steps = zip(table.arcs[order].tolist(), table.earliest[order].tolist(), table.latest[order].tolist(), strict=True)
    for arc, earliest, latest in steps:
        if arc != last:
            ends = []
        if arc != last or ends[0] < earliest:
            arcs.append(arc)
            minutes.append(earliest)
            while ends and ends[0] < earliest:
                heapq.heappop(ends)
        heapq.heappush(ends, latest)
        last = arc
    return make_grid(np.asarray(arcs, dtype=np.int64), np.asarray(minutes, dtype=np.int64))


def first_columns(instance: ContinuousInstance, table: PathTable, cap: int) -> tuple[Grid, Columns]:
    """The initial grid and its columns; a coarser one as long as they are more than ``cap``."""
    grid = initial_grid(table)
    while True:
        first = np.append(True, grid.arc[1:] != grid.arc[:-1])
        columns = expand(instance, table, grid, cap=None if first.all() else cap)
        if columns is not None:
            return grid, columns
        keep = first | (np.arange(grid.size) % 2 == 0)
        grid = make_grid(grid.arc[keep], grid.minute[keep])


def expand(instance: ContinuousInstance, table: PathTable, grid: Grid, *, cap: int | None = None) -> Columns | None:
    """All columns of a grid; None when they are more than ``cap``."""
    lengths = np.diff(table.step_ptr)
    longest = int(lengths.max(initial=0))
    path = np.arange(table.paths)
    low = np.full((table.paths, longest), -1, dtype=np.int64)
    high = np.full((table.paths, longest), grid.size, dtype=np.int64)
    return _expand(instance, table, grid, Columns(path, low, path), high, cap)


def refine(
    instance: ContinuousInstance,
    table: PathTable,
    grid: Grid,
    columns: Columns,
    arcs: IntArray,
    minutes: IntArray,
    cap: int | None = None,
) -> tuple[Grid, Columns | None]:
    """Add time points, and split the columns along them; columns that are gone stay gone.

    A way to travel that falls into a column of the finer grid falls into exactly one of the coarser, so what was
    proven of a coarse column holds for all parts of it.
    """
    finer = make_grid(np.concatenate([grid.arc, arcs]), np.concatenate([grid.minute, minutes]))
    first = finer.find(grid.arc, grid.minute)
    last = np.append(first[1:], finer.size) - 1
    held = columns.interval >= 0
    low = np.where(held, first[columns.interval], -1)
    high = np.where(held, last[columns.interval], -1)
    return finer, _expand(instance, table, finer, Columns(columns.path, low, columns.parent), high, cap)


def _expand(
    instance: ContinuousInstance,
    table: PathTable,
    grid: Grid,
    parents: Columns,
    high: IntArray,
    cap: int | None,
) -> Columns | None:
    lengths = np.diff(table.step_ptr)
    path, interval, origin = parents.path, parents.interval.copy(), np.arange(parents.size)
    minute = instance.release[table.commodity[path]]
    done: list[Columns] = []
    for step in range(interval.shape[1] + 1):
        over = lengths[path] == step
        done.append(Columns(path[over], interval[over], origin[over]))
        on = ~over
        path, interval, minute, high, origin = path[on], interval[on], minute[on], high[on], origin[on]
        if not path.size:
            break
        at = table.step_ptr[path] + step
        arcs = table.arcs[at]
        lowest = np.maximum(grid.find(arcs, minute), interval[:, step])
        highest = np.minimum(grid.find(arcs, table.latest[at]), high[:, step])
        choices = np.maximum(highest - lowest + 1, 0)
        total = int(choices.sum())
        if cap is not None and total > cap:
            return None
        parent = np.repeat(np.arange(path.size), choices)
        chosen = np.arange(total) - np.repeat(np.cumsum(choices) - choices, choices) + lowest[parent]
        path, interval, high, origin = path[parent], interval[parent], high[parent], origin[parent]
        minute = np.maximum(minute[parent], grid.minute[chosen]) + instance.arc_minutes[arcs[parent]]
        interval[:, step] = chosen
    joined = Columns(*(np.concatenate([getattr(c, part) for c in done]) for part in ("path", "interval", "parent")))
    return joined.take(np.argsort(table.commodity[joined.path], kind="stable"))
