"""The best plan over a given pool of columns, within seconds: a restricted model without any bound on P."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from cargopool.network.columns import Column
from cargopool.optimiser.cuts import find_shortages, make_cuts
from cargopool.optimiser.exact import Answer, hint_of, rows_hold
from cargopool.optimiser.pool import make_pool
from cargopool.optimiser.rows import build_model
from cargopool.optimiser.session import Session

_GAP = 1e-3
_LEAST_SECONDS = 0.5


def polish(session: Session, columns: Sequence[Column], seconds: float | None) -> Sequence[Column] | None:
    """Solve the restricted model over columns, with packing cuts.

    Parameters
    ----------
    columns : sequence of Column
        The incumbent's columns are added.
    seconds : float or None
        Wall time; None takes what the session has.

    Returns
    -------
    sequence of Column or None
        The columns of the best plan found, None when there is none in time.
    """
    network = session.network
    until = None if seconds is None else time.monotonic() + seconds
    known = session.incumbent or ()
    pool = make_pool(network, [*columns, *known], np.zeros(len(network.shipment_ids), dtype=np.bool_))
    model = build_model(network, pool, link_rows=session.params.exact.link_rows)
    best: tuple[float, list[Column]] | None = None
    for _ in range(session.params.exact.max_cut_rounds):
        left = None if until is None else until - time.monotonic()
        if left is not None and left < _LEAST_SECONDS:
            break
        result = session.call_engine(model.model, hint=hint_of(session, model), seconds=left, gap=_GAP)
        if result.x is None:
            break
        answer = Answer.of(model, result.x)
        short, needs = find_shortages(session.planner, pool, answer.chosen, answer.counts)
        if needs is not None and rows_hold(session, pool, answer.chosen, needs):
            prices = model.model.c[model.layout.n : model.layout.y]
            more = sum((need - int(answer.counts[slot])) * float(prices[slot]) for slot, need in needs.items())
            value = float(result.objective or 0.0) + more
            if best is None or value < best[0]:
                best = value, [pool.columns[c] for c in answer.chosen]
        if not short:
            break
        model = model.with_rows(make_cuts(network, session.planner, pool, model.layout, short))
    return None if best is None else best[1]
