"""Restricted models: the best plan over given columns while the rest of a plan stays as it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cargopool.network.arrays import Int64, Network
from cargopool.network.columns import Column
from cargopool.optimiser.cuts import find_shortages, loads_by_slot, make_cuts
from cargopool.optimiser.exact import Answer, hint_of, rows_hold
from cargopool.optimiser.pool import make_pool, slot_rows
from cargopool.optimiser.rows import ExactModel, build_model
from cargopool.optimiser.session import Session

_GAP = 5e-4
_LEAST_SECONDS = 0.3


def polish(
    session: Session, free: Sequence[int], columns: Sequence[Column], seconds: float | None
) -> list[Column] | None:
    """Choose anew for some shipments among columns; the others stay as in the incumbent.

    Parameters
    ----------
    free : sequence of int
        Shipments that may change.
    columns : sequence of Column
        Theirs to choose from; those of the incumbent are added.
    seconds : float or None
        Wall time; None takes what the session has.

    Returns
    -------
    list of Column or None
        The whole plan, None when nothing was found in time.
    """
    network = session.network
    until = None if seconds is None else time.monotonic() + seconds
    moving = set(free)
    known = session.incumbent or ()
    changing = [*columns, *(column for column in known if column.shipment in moving)]
    staying = [column for column in known if column.shipment not in moving]
    touched = {move for column in changing for move in column.moves} | _chartered(network)
    near = [_trimmed(column, touched) for column in staying if not touched.isdisjoint(column.moves)]
    reduced = replace(network, row_limit=network.row_limit - row_use(session, network, staying, touched))
    pool = make_pool(reduced, [*changing, *near], np.zeros(len(network.shipment_ids), dtype=np.bool_))
    model = _fixed(build_model(reduced, pool, link_rows=session.params.exact.link_rows), near, moving)
    present = [column for column in known if column.shipment in moving] + near
    best: tuple[float, list[Column]] | None = None
    for _ in range(session.params.exact.max_cut_rounds):
        left = None if until is None else until - time.monotonic()
        if left is not None and left < _LEAST_SECONDS:
            break
        result = session.call_engine(model.model, hint=hint_of(session, model, present), seconds=left, gap=_GAP)
        if result.x is None:
            break
        answer = Answer.of(model, result.x)
        short, needs = find_shortages(session.planner, pool, answer.chosen, answer.counts)
        if needs is not None and rows_hold(session, pool, answer.chosen, needs):
            prices = model.model.c[model.layout.n : model.layout.y]
            more = sum((need - int(answer.counts[slot])) * float(prices[slot]) for slot, need in needs.items())
            value = float(result.objective or 0.0) + more
            if best is None or value < best[0]:
                best = value, [column for c in answer.chosen if (column := pool.columns[c]).shipment in moving]
        if not short:
            break
        model = model.with_rows(make_cuts(reduced, session.planner, pool, model.layout, short))
    return None if best is None else [*best[1], *staying]


def _trimmed(column: Column, touched: set[int]) -> Column:
    """A column that stays, on the moves where it meets those that change."""
    return replace(column, moves=tuple(m for m in column.moves if m in touched), rows=(), amounts=())


def _chartered(network: Network) -> set[int]:
    if not network.runs:
        return set()
    hired = network.row_run[network.move_rows.index] >= 0
    return set(np.repeat(np.arange(network.moves), np.diff(network.move_rows.indptr))[hired].tolist())


def row_use(session: Session, network: Network, columns: Sequence[Column], touched: set[int]) -> Int64:
    """What columns that stay take of the rows, their units on touched moves left out."""
    if not columns:
        return np.zeros(network.row_limit.size, np.int64)
    pool = make_pool(network, columns, np.zeros(len(network.shipment_ids), dtype=np.bool_))
    counts = np.zeros(pool.slots)
    for slot, loads in loads_by_slot(pool, range(pool.count)).items():
        move = int(pool.slot_move[slot])
        packing = session.planner.pack(move, loads) if move not in touched else None
        counts[slot] = 0 if packing is None else packing.count
    used = slot_rows(network, pool) @ counts + pool.uses @ np.ones(pool.count)
    return np.asarray(np.round(used), np.int64)


def _fixed(model: ExactModel, staying: Sequence[Column], moving: set[int]) -> ExactModel:
    """The model with the staying columns chosen, and without the constants of shipments that are not in it."""
    layout, pool = model.layout, model.pool
    lower, upper, costs = model.model.lower.copy(), model.model.upper.copy(), model.model.c.copy()
    index = {column: c for c, column in enumerate(pool.columns)}
    lower[[index[column] for column in staying]] = 1.0
    left_out = np.array([layout.z + k for k in range(layout.shipments) if k not in moving], np.int64)
    costs[left_out], upper[left_out] = 0.0, 1.0
    return replace(model, model=replace(model.model, lower=lower, upper=upper, c=costs))
