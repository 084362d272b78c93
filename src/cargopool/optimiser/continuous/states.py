"""Where a proof stands: a grid, the columns still possible, and the point that its relaxation starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.covers import NO_COVERS, rows_of
from cargopool.optimiser.continuous.grid import Columns, Grid, refine
from cargopool.optimiser.continuous.pricing import Duals
from cargopool.optimiser.continuous.relaxation import Relaxation, relax, to_model

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.covers import Covers
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.engines import MipModel


@dataclass
class State:
    """A relaxation to solve.

    Attributes
    ----------
    grid : Grid
    columns : Columns
        Those not yet proven useless, sorted by commodity.
    relaxation : Relaxation
        Over them, at the covers' prices.
    covers : Covers
    point : tuple of (C,) float64 and Duals, or None
        Where its solution starts, or ended.
    """

    grid: Grid
    columns: Columns
    relaxation: Relaxation
    covers: Covers
    point: tuple[FloatArray, Duals] | None = None


@dataclass(frozen=True)
class Space:
    """Makes states of an instance from others: fewer columns, or finer ones."""

    instance: ContinuousInstance
    table: PathTable

    def state(self, grid: Grid, columns: Columns, covers: Covers = NO_COVERS) -> State:
        """A state without a point."""
        return State(grid, columns, relax(self.instance, self.table, grid, columns, covers), covers)

    def covered(self, state: State, covers: Covers) -> State:
        """The state with other covers, without a point."""
        return self.state(state.grid, state.columns, covers)

    def model(self, state: State, *, integer: bool, cutoff: float | None = None) -> MipModel:
        """A state for an engine, its covers as rows behind all others."""
        if not state.covers.rows:
            return to_model(state.relaxation, integer=integer, cutoff=cutoff)
        least = np.array([row.constant for row in state.covers.rows])
        rows = rows_of(self.instance, state), least
        return to_model(state.relaxation, integer=integer, cutoff=cutoff, covers=rows)

    def part(self, state: State, kept: np.ndarray) -> State:
        """The state over some of its columns."""
        return self._inherit(state, state.grid, state.columns.take(kept), np.flatnonzero(kept))

    def refined(self, state: State, points: frozenset[tuple[int, int]], cap: int | None) -> State | None:
        """The state over a finer grid; None when that has more than ``cap`` columns."""
        where = np.asarray(sorted(points), dtype=np.int64)
        own = Columns(state.columns.path, state.columns.interval, np.arange(state.columns.size))
        grid, columns = refine(self.instance, self.table, state.grid, own, where[:, 0], where[:, 1], cap)
        return None if columns is None else self._inherit(state, grid, columns, columns.parent)

    def _inherit(self, state: State, grid: Grid, columns: Columns, parent: IntArray) -> State:
        made = self.state(grid, columns, state.covers)
        if state.point is not None and np.unique(made.relaxation.commodity).size == made.relaxation.quantity.size:
            made.point = hand_down(state, made, parent)
        return made


def hand_down(old: State, new: State, parent: IntArray) -> tuple[FloatArray, Duals]:
    """The point that a state starts from when it is made from another; ``parent``: (C,) the columns' coarser ones.

    Shares are split among parts, prices are taken over as they are: each part of an interval has a vehicle of its own
    to charge, so prices that were valid stay valid.
    """
    assert old.point is not None
    x, duals = old.point
    before, after = old.relaxation, new.relaxation
    commodities = after.quantity.size
    rows = after.row_interval
    row_of = np.full(old.grid.size, -1)
    row_of[before.row_interval] = np.arange(before.row_interval.size)
    old_row = row_of[old.grid.find(new.grid.arc[rows], new.grid.minute[rows])]
    old_keys = before.link_row * commodities + before.link_commodity
    keys = old_row[after.link_row] * commodities + after.link_commodity
    link, row = np.zeros(keys.size), np.zeros(old_row.size)
    if old_keys.size:
        at = np.minimum(np.searchsorted(old_keys, keys), old_keys.size - 1)
        link = np.where(old_keys[at] == keys, duals.link[at], 0.0)
        row = np.where(old_row >= 0, duals.row[old_row], 0.0)
    parts = np.bincount(parent, minlength=x.size)
    shares = x[parent] / parts[parent]
    total = np.bincount(after.commodity, weights=shares, minlength=commodities)
    counts = np.bincount(after.commodity, minlength=commodities)
    lost = total < 1e-6
    whole = np.where(lost, 1.0, total)
    shares = np.where(lost[after.commodity], 1.0 / counts[after.commodity], shares / whole[after.commodity])
    return shares, Duals(link, row * after.tight)
