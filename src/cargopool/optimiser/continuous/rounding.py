"""From shares of columns to whole choices, and to what stops them from fitting in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.chains import settle, to_paths
from cargopool.optimiser.continuous.paths import vehicles_needed

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.chains import Meetings
    from cargopool.optimiser.continuous.grid import Columns
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray, TimedPath
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.continuous.relaxation import Relaxation


@dataclass(frozen=True)
class Rounded:
    """What one whole choice of columns taught.

    Attributes
    ----------
    cost : float
        Of the plan, by floating-point sums; inf when there is none.
    paths : tuple of TimedPath
        A feasible plan: groups that cannot meet were broken up. Empty when a commodity rides an unlisted path.
    points : frozenset of (arc, minute)
        Time points that make its violated chains impossible; empty when the choice fits as it is.
    """

    cost: float
    paths: tuple[TimedPath, ...]
    points: frozenset[tuple[int, int]]


def choose(relaxation: Relaxation, x: FloatArray, random: np.random.Generator | None) -> IntArray:
    """(K,) a column per commodity: that of the largest share, or drawn by shares."""
    weight = x
    if random is not None:
        noise = random.gumbel(size=x.size)
        weight = np.where(x > 1e-6, np.log(np.maximum(x, 1e-12)) + noise, -np.inf)
    order = np.lexsort((-weight, relaxation.commodity))
    commodities = np.arange(relaxation.quantity.size)
    return np.asarray(order[np.searchsorted(relaxation.commodity[order], commodities)])


def learn(
    instance: ContinuousInstance, table: PathTable, relaxation: Relaxation, columns: Columns, chosen: IntArray
) -> Rounded:
    """Settle a whole choice of columns; those who share a row meet."""
    paths = columns.path[chosen].tolist()
    lengths = np.diff(table.step_ptr)[columns.path[chosen]].tolist()
    labels = [row[:length] for row, length in zip(relaxation.row[chosen].tolist(), lengths, strict=True)]
    meetings = settle(instance, table, paths, labels)
    unlisted = any(
        not length and instance.origin[k] != instance.destination[k] for k, length in enumerate(lengths)
    )  # fmt: skip
    points = frozenset(meetings.points)
    if unlisted:
        return Rounded(np.inf, (), points)
    return Rounded(_cost(instance, table, meetings), to_paths(instance, table, meetings), points)


def _cost(instance: ContinuousInstance, table: PathTable, meetings: Meetings) -> float:
    lengths = [len(groups) for groups in meetings.group]
    group = np.fromiter((g for groups in meetings.group for g in groups), np.int64, sum(lengths))
    path = np.asarray(meetings.path, dtype=np.int64)
    steps = np.concatenate([np.arange(table.step_ptr[p], table.step_ptr[p + 1]) for p in path])
    arc = np.zeros(len(meetings.minute), dtype=np.int64)
    arc[group] = table.arcs[steps]
    load = np.bincount(group, weights=np.repeat(instance.quantity, lengths), minlength=arc.size).astype(np.float64)
    vehicles = vehicles_needed(load, instance.arc_capacity[arc])
    return float((vehicles * instance.arc_fixed[arc]).sum() + table.variable[path].sum())
