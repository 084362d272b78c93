"""From shares of columns to whole choices, and to what stops them from fitting in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.chains import settle, to_paths

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.grid import Columns
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray, TimedPath
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.continuous.relaxation import Relaxation


@dataclass(frozen=True)
class Rounded:
    """What one whole choice of columns taught.

    Attributes
    ----------
    paths : tuple of TimedPath
        A feasible plan: groups that cannot meet were broken up. Empty when a commodity rides an unlisted path.
    points : frozenset of (arc, minute)
        Time points that make its violated chains impossible; empty when the choice fits as it is.
    """

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
    return Rounded(() if unlisted else to_paths(instance, table, meetings), frozenset(meetings.points))
