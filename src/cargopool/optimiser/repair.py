"""Columns chosen by load totals alone, made to fit: packing may need more units than the rows have room for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cargopool.footprint import least_whole_cap
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, enumerate_columns, evaluate, moves_for_whole
from cargopool.optimiser.cuts import loads_by_slot
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.pool import Pool, make_pool, slot_grams, slot_rows
from cargopool.optimiser.start import Greedy, insertion_order

_MOST_TRUCKS = 100
"""Direct road moves that are tried for a shipment that lost its place."""

_MOST_SPARES = 200
_MOST_LEFT_OUT = 12
"""Shipments that somebody left out and that are tried again."""


class Spares:
    """A few ways to go for shipments that were left out, listed once per shipment."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[int, list[Column]] = {}

    def of(self, shipment: int) -> list[Column]:
        """Direct trucks, and the first columns of the list."""
        if shipment not in self._known:
            first, _ = enumerate_columns(self._network, shipment, _MOST_SPARES)
            self._known[shipment] = [*direct_columns(self._network, shipment), *first]
        return self._known[shipment]


def fitted(
    network: Network, planner: LoadPlanner, columns: Sequence[Column], spares: Spares, *, refill: bool = True
) -> list[Column]:
    """The columns themselves when all rows hold with the uses that packing needs, else a choice that holds.

    Where rows do not hold small shipments give way, and come back if there is room after all. Those left out, by that
    or before, go another way if one of a few still fits (not those left out before, without ``refill``).
    """
    pool = _pool_of(network, columns)
    left_out = sorted(set(range(len(network.shipment_ids))) - {column.shipment for column in columns}) if refill else []
    fits = holds(network, planner, pool)
    if fits and not left_out[:_MOST_LEFT_OUT]:
        return list(columns)
    by_size = insertion_order(network)
    order = {k: n for n, k in enumerate(by_size)}
    lost = left_out[:_MOST_LEFT_OUT]
    kept = list(columns)
    if not fits:
        greedy = Greedy(network, pool, planner)
        greedy.take_over(range(pool.count), by_size)
        greedy.adopt(sorted(range(pool.count), key=lambda c: order[int(pool.shipment[c])]))
        kept = greedy.columns()
        dropped = {column.shipment for column in columns} - {column.shipment for column in kept}
        lost = [*sorted(dropped, key=order.__getitem__), *lost]
    more = [column for k in lost for column in spares.of(k)]
    if not more:
        return kept
    wider = _pool_of(network, [*kept, *more])
    index = {column: c for c, column in enumerate(wider.columns)}
    greedy = Greedy(network, wider, planner)
    staying = [index[column] for column in kept]
    if not greedy.take_over(staying, ()):
        greedy.adopt(staying)
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
    cap = least_whole_cap(network.scenario)
    if cap is None:
        return True
    opened = {int(run) for run in network.row_run[used > 0] if run >= 0}
    grams = float(pool.grams.sum() + counts @ slot_grams(network, pool)) + sum(
        int(network.run_grams[y]) for y in opened
    )
    return grams <= cap


def direct_columns(network: Network, shipment: int) -> list[Column]:
    """Columns of a whole shipment by one road move from door to door."""
    mine = moves_for_whole(network, shipment)
    ends = (network.move_origin[mine] == network.shipment_origin[shipment]) & (
        network.move_destination[mine] == network.shipment_destination[shipment]
    )
    free = np.diff(network.move_rows.indptr)[mine] == 0
    found = (evaluate(network, shipment, (int(m),)) for m in mine[ends & free][:_MOST_TRUCKS])
    return [column for column in found if column is not None]


def _pool_of(network: Network, columns: Sequence[Column]) -> Pool:
    return make_pool(network, columns, np.zeros(len(network.shipment_ids), dtype=np.bool_))
