"""Prices of covers: a linear programme over promising columns finds covers and prices, the relaxation what they prove.

The programme's optimum lies above the bound as long as columns are missing, and its prices jump. So each round goes a
part of the way from the best prices so far to the programme's, solves the relaxation over all columns there, and lets
those into the programme that it asks for (smoothed column generation; Wentges, 1997).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cargopool.optimiser.continuous.covers import Cover, Covers, rides_of, violated
from cargopool.optimiser.continuous.pricing import Duals, cheapest_columns
from cargopool.optimiser.engines import MipModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray
    from cargopool.optimiser.continuous.pricing import Priced
    from cargopool.optimiser.continuous.states import Space, State
    from cargopool.optimiser.engines import EngineResult

CHEAPEST = 6
"""Columns of each commodity in the programme, besides those with a share in it or in the relaxation."""

ROUNDS = 20
"""Most programmes for one strengthening."""

GAIN = 0.02
"""Part of the distance to the target that a round must close to count."""

PATIENCE = 3
"""Rounds in a row that may close less."""

STEP = 0.5
"""Part of the way from the best prices so far to a programme's."""

LEAST_SHARE = 1e-7
"""Share from which on a column counts where covers are looked for."""

DULL = 1e-9
"""Price below which a cover is dropped."""


class Tools(NamedTuple):
    """What strengthening asks of a solve.

    Attributes
    ----------
    price : callable
        Solves a state's relaxation; None when a commodity has no column left.
    optimum : callable
        Solves a linear model; None when it did not in time.
    over : callable
        Whether to give back what there is.
    """

    price: Callable[[State], Priced | None]
    optimum: Callable[[MipModel], EngineResult | None]
    over: Callable[[], bool]


class _Optimum(NamedTuple):
    """Of a programme: covers with prices, shares of all columns and vehicles, and the engine's prices of all rows."""

    covers: Covers
    point: FloatArray
    duals: FloatArray


def strengthen(space: Space, state: State, priced: Priced, target: float, tools: Tools) -> tuple[State, Priced] | None:
    """The state with covers at prices that raise its bound, and what is proven then; None when no cover helps.

    Parameters
    ----------
    state : State
        Solved: it has a point.
    priced : Priced
        What its relaxation proves.
    target : float
        Bound that ends the solve.
    """
    assert state.point is not None
    instance = space.instance
    best: tuple[State, Priced] | None = None
    proven, at, covers = priced.bound, state, state.covers
    centre = state
    active = np.zeros(state.columns.size, np.bool_)
    dull = 0
    for _ in range(ROUNDS):
        assert at.point is not None
        active |= cheapest_columns(at.relaxation, at.point[1], CHEAPEST) | (at.point[0] > 0.0)
        found = None if tools.over() else _optimum(space, state, covers, active, tools)
        if found is None:
            break
        new = _broken(instance, state, found.point)
        if found.covers.rows:
            at = _towards(space, centre, found)
            proves = tools.price(at)
            if proves is None:
                break
            at.point = proves.x, proves.duals
            gained = proves.bound - proven
            if gained > 0.0:
                best, centre, proven = (at, proves), at, proves.bound
            dull = 0 if gained > GAIN * (target - proven) else dull + 1
            if proven >= target or dull == PATIENCE:
                break
        covers = found.covers.with_rows(new)
        if not covers.rows:
            break
    return best


def _optimum(space: Space, state: State, covers: Covers, active: np.ndarray, tools: Tools) -> _Optimum | None:
    """Optimum of the programme over some columns."""
    model = space.model(space.covered(state, covers), integer=False)
    columns = active.size
    which = np.append(np.flatnonzero(active), np.arange(columns, model.columns))
    part = MipModel(
        c=model.c[which],
        a=model.a[:, which],
        row_lower=model.row_lower,
        row_upper=model.row_upper,
        lower=model.lower[which],
        upper=np.full(which.size, np.inf),
        integer=model.integer[which],
    )
    found = tools.optimum(part)
    if found is None or found.x is None or found.duals is None:
        return None
    point = np.zeros(model.columns)
    point[which] = found.x
    count = len(covers.rows)
    price = np.maximum(0.0, found.duals[model.rows - count :])
    return _Optimum(covers.priced(price, DULL), point, found.duals)


def _broken(instance: ContinuousInstance, state: State, point: FloatArray) -> list[Cover]:
    shares, shared = point[: state.columns.size], point[state.columns.size :]
    rides = rides_of(instance, state, np.flatnonzero(shares > LEAST_SHARE))
    share = shares[rides.column]
    vehicles = np.bincount(rides.interval, weights=rides.own * share, minlength=state.grid.size).astype(np.float64)
    vehicles[state.relaxation.row_interval] = shared
    return violated(instance, state.grid, (rides.interval, rides.commodity, share), vehicles)


def _towards(space: Space, centre: State, found: _Optimum) -> State:
    """The state at prices between the best so far and a programme's, with a point to start from."""
    assert centre.point is not None
    relaxation, fixed = centre.relaxation, space.instance.arc_fixed[centre.grid.arc]
    commodities, links = relaxation.quantity.size, relaxation.link_row.size
    shared = np.zeros(centre.grid.size, np.bool_)
    shared[relaxation.row_interval] = True
    made = space.covered(centre, centre.covers.towards(found.covers.fitting(centre.grid, fixed, shared), STEP))
    x, duals = centre.point
    link = np.maximum(0.0, -found.duals[commodities : commodities + links]) / relaxation.link_vehicles
    row = np.zeros(relaxation.row_fixed.size)
    row[relaxation.tight] = np.maximum(0.0, -found.duals[commodities + links :][: int(relaxation.tight.sum())])
    link, row = (1 - STEP) * duals.link + STEP * link, (1 - STEP) * duals.row + STEP * row
    whole = np.bincount(relaxation.link_row, weights=link, minlength=row.size) + row
    part = np.where(whole > made.relaxation.row_fixed, made.relaxation.row_fixed / np.maximum(whole, 1e-12), 1.0)
    shares = (1 - STEP) * x + STEP * np.maximum(0.0, found.point[: x.size])
    shares /= np.bincount(relaxation.commodity, weights=shares, minlength=commodities)[relaxation.commodity]
    made.point = shares, Duals(link * part[relaxation.link_row], row * part)
    return made
