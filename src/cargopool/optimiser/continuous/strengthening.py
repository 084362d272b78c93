"""Prices of covers: a linear programme over promising columns, which grows by columns and by covers that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.optimiser.continuous.covers import violated
from cargopool.optimiser.continuous.paths import vehicles_needed
from cargopool.optimiser.continuous.pricing import Duals, Saddle

if TYPE_CHECKING:
    from collections.abc import Callable

    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray
    from cargopool.optimiser.continuous.states import Space, State
    from cargopool.optimiser.engines import EngineResult, MipModel

    Solve = Callable[[MipModel, float], EngineResult | None]

CHEAPEST = 16
"""Columns of each commodity that the programme begins with, besides those with a share."""

ENTERING = 24
"""Columns of each commodity that may enter at a time."""

ROUNDS = 25
"""Most programmes for one strengthening."""

GAIN = 0.02
"""Part of the distance to the target by which a programme must differ from the last one."""

PATIENCE = 3
"""Programmes in a row that may differ by less."""

DULL = 1e-9
"""Price below which a cover is dropped."""


@dataclass
class _Programme:
    """The whole linear programme, of which some columns take part."""

    state: State
    model: MipModel
    active: np.ndarray

    def solved(self, solve: Solve, seconds: float) -> tuple[FloatArray, EngineResult] | None:
        """A point of all columns, and what the engine said; None when it did not finish."""
        from cargopool.optimiser.engines import MipModel

        columns = self.active.size
        which = np.append(np.flatnonzero(self.active), np.arange(columns, self.model.columns))
        model = self.model
        part = MipModel(
            c=model.c[which],
            a=model.a[:, which],
            row_lower=model.row_lower,
            row_upper=model.row_upper,
            lower=model.lower[which],
            upper=np.full(which.size, np.inf),
            integer=model.integer[which],
        )
        found = solve(part, seconds)
        if found is None or found.x is None or found.duals is None:
            return None
        point = np.zeros(model.columns)
        point[which] = found.x
        return point, found

    def let_in(self, duals: FloatArray) -> bool:
        """Let the cheapest columns in that the prices ask for; False when there is none."""
        model, commodity = self.model, self.state.relaxation.commodity
        reduced = (model.c - model.a.T @ duals)[: self.active.size]
        wanted = np.flatnonzero(~self.active & (reduced < -1e-6 * np.abs(model.c).max()))
        if not wanted.size:
            return False
        order = wanted[np.lexsort((reduced[wanted], commodity[wanted]))]
        first = np.searchsorted(commodity[order], commodity[order])
        self.active[order[np.arange(order.size) - first < ENTERING]] = True
        return True


def strengthen(
    instance: ContinuousInstance,
    space: Space,
    state: State,
    target: float,
    solve: Solve,
    left: Callable[[], float],
    stopped: IntArray,
) -> State | None:
    """The state with covers at the prices that raise its bound most; None when no cover helps.

    Parameters
    ----------
    state : State
        Solved: it has a point.
    target : float
        Bound that ends the solve.
    solve : callable
        Solves a linear model within some seconds; None when it did not.
    left : callable
        Seconds that may still be spent.
    stopped : (1,) int64
        Not 0 once another thread ends the solve.
    """
    assert state.point is not None
    x, duals = state.point
    saddle = Saddle(state.relaxation, stopped)
    value = saddle.lower(duals)
    active = saddle.among_cheapest(CHEAPEST) | (x > 0.0)
    covers = state.covers
    best, dull = None, 0
    for _ in range(ROUNDS):
        programme = _Programme(state, space.model(space.covered(state, covers), integer=False), active)
        found = programme.solved(solve, left()) if left() > 0.0 else None
        if found is None:
            break
        point, result = found
        assert result.duals is not None
        count = len(covers.rows)
        prices = np.maximum(0.0, result.duals[result.duals.size - count :])
        if count:
            best = covers, prices, point, result.duals
        reached = float(result.objective or 0.0)
        entered = programme.let_in(result.duals)
        dull = dull + 1 if abs(reached - value) < GAIN * abs(target - reached) else 0
        value = reached
        if dull == PATIENCE or (value >= target and not entered):
            break
        if value < target:
            kept = covers.priced(prices, DULL)
            covers = kept.with_rows(_broken(instance, state, point))
            if not entered and len(covers.rows) == len(kept.rows):
                break
    return None if best is None else _at_prices(instance, space, state, best)


def _broken(instance: ContinuousInstance, state: State, point: FloatArray) -> list[Any]:
    relaxation, interval = state.relaxation, state.columns.interval
    some = np.flatnonzero(point[: interval.shape[0]] > 1e-7)
    at, step = np.nonzero(interval[some] >= 0)
    column = some[at]
    there, who = interval[column, step], relaxation.commodity[column]
    alone = relaxation.row[column, step] < 0
    own = vehicles_needed(instance.quantity[who], instance.arc_capacity[state.grid.arc[there]]) * point[column]
    vehicles = np.bincount(there[alone], weights=own[alone], minlength=state.grid.size).astype(np.float64)
    vehicles[relaxation.row_interval] = point[interval.shape[0] :]
    return violated(instance, state.grid, (there, who, point[column]), vehicles)


def _at_prices(instance: ContinuousInstance, space: Space, state: State, best: Any) -> State:
    """The state at the prices of a programme, which it starts from."""
    covers, prices, point, duals = best
    relaxation = state.relaxation
    commodities, links = relaxation.quantity.size, relaxation.link_row.size
    shared = np.zeros(state.grid.size, np.bool_)
    shared[relaxation.row_interval] = True
    fitting = covers.priced(prices, DULL).fitting(state.grid, instance.arc_fixed[state.grid.arc], shared)
    made = space.covered(state, fitting)
    link = np.maximum(0.0, -duals[commodities : commodities + links]) / relaxation.link_vehicles
    row = np.zeros(relaxation.row_fixed.size)
    row[relaxation.tight] = np.maximum(0.0, -duals[commodities + links :][: int(relaxation.tight.sum())])
    whole = np.bincount(relaxation.link_row, weights=link, minlength=row.size) + row
    part = np.minimum(1.0, made.relaxation.row_fixed / np.maximum(whole, 1e-300))
    shares = np.maximum(0.0, point[: relaxation.plain.size])
    shares /= np.bincount(relaxation.commodity, weights=shares, minlength=commodities)[relaxation.commodity]
    made.point = shares, Duals(link * part[relaxation.link_row], row * part)
    return made
