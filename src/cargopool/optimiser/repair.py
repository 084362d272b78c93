"""Columns chosen by load totals alone, made to fit: packing may need more units than the rows have room for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate
from cargopool.optimiser.cuts import loads_by_slot
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.pool import Pool, make_pool, slot_grams, slot_rows
from cargopool.optimiser.start import Greedy, insertion_order
from cargopool.units import GRAMS_PER_KG

_MOST_TRUCKS = 200
"""Direct road moves that are tried for a shipment that lost its place."""


def fitted(network: Network, planner: LoadPlanner, columns: Sequence[Column]) -> list[Column]:
    """The columns themselves when all rows hold with the uses that packing needs, else a choice that holds.

    Shipments are taken over one by one, large ones first, as long as the rows hold; those left out go by direct road
    where there is one.
    """
    pool = _pool_of(network, columns)
    if holds(network, planner, pool):
        return list(columns)
    greedy = Greedy(network, pool, planner)
    order = {k: n for n, k in enumerate(insertion_order(network))}
    adopted = sorted(range(pool.count), key=lambda c: order[int(pool.shipment[c])])
    greedy.adopt(adopted)
    lost = [k for k in order if k not in greedy.chosen and (pool.shipment == k).any()]
    trucks = [column for k in lost for column in direct_columns(network, k)]
    if not trucks:
        return greedy.columns()
    kept = greedy.columns()
    wider = _pool_of(network, [*kept, *trucks])
    greedy = Greedy(network, wider, planner)
    greedy.adopt(range(len(kept)))
    greedy.insert_all(lost)
    return greedy.columns()


def holds(network: Network, planner: LoadPlanner, pool: Pool) -> bool:
    """True when all columns of a pool together keep every row and the CO2e cap, with units as packed."""
    counts = np.zeros(pool.slots)
    for slot, loads in loads_by_slot(pool, range(pool.count)).items():
        packing = planner.pack(int(pool.slot_move[slot]), loads)
        if packing is None:
            return False
        counts[slot] = packing.count
    used = slot_rows(network, pool) @ counts + pool.uses @ np.ones(pool.count)
    if (used > network.row_limit + 1e-6).any():
        return False
    cap = network.scenario.objective.co2e_cap_kg
    if cap is None:
        return True
    opened = {int(run) for run in network.row_run[used > 0] if run >= 0}
    grams = float(pool.grams.sum() + counts @ slot_grams(network, pool)) + sum(
        int(network.run_grams[y]) for y in opened
    )
    return grams <= cap * GRAMS_PER_KG + 1e-6


def direct_columns(network: Network, shipment: int) -> list[Column]:
    """Columns of a whole shipment by one road move from door to door."""
    mine = network.usable[shipment]
    ends = (network.move_origin[mine] == network.shipment_origin[shipment]) & (
        network.move_destination[mine] == network.shipment_destination[shipment]
    )
    free = np.diff(network.move_rows.indptr)[mine] == 0
    found = (evaluate(network, shipment, (int(m),)) for m in mine[ends & free][:_MOST_TRUCKS])
    return [column for column in found if column is not None]


def _pool_of(network: Network, columns: Sequence[Column]) -> Pool:
    return make_pool(network, columns, np.zeros(len(network.shipment_ids), dtype=np.bool_))
