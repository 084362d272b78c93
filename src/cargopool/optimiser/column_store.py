"""Itineraries met by the searches, kept as columns for restricted models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_solution import Solution

MOST_ITINERARIES = 120_000
"""Kept over all shipments."""

LEAST_EACH, MOST_EACH = 8, 150
UNPRICED = "unpriced"
"""An itinerary that nobody has asked for yet; None is one that does not hold."""


def column_of(network: Network, data: SearchData, k: int, plan: Any) -> Column | None:
    """One shipment's itinerary, as the kernels write it, as a column; None when it does not hold."""
    depth = int(plan[9])
    start, end = int(plan[3]), int(plan[4])
    at = int(data.start_place[start])
    collection = at if at != int(network.shipment_origin[k]) else -1
    delivery = int(data.end_place[end]) if data.end_door[end] >= 0 else -1
    return evaluate(
        network,
        k,
        tuple(int(m) for m in plan[:depth]),
        collection_hub=collection,
        delivery_hub=delivery,
        starts=tuple(int(s) for s in plan[5 : 6 + depth]) if network.pallet_row else None,
    )


def columns_of(network: Network, data: SearchData, solution: Solution) -> list[Column]:
    """Columns of the served shipments of an array plan; a shipment whose column no longer holds is left out."""
    found = (column_of(network, data, int(k), solution.plan[k]) for k in np.flatnonzero(solution.served))
    return [column for column in found if column is not None]


def as_solution(network: Network, data: SearchData, columns: Sequence[Column]) -> Solution:
    """Columns as the search holds a plan; parts of split shipments are left out."""
    plan = np.full((data.k_class.size, 10), -1, np.int64)
    served = np.zeros(data.k_class.size, np.bool_)
    for column in columns:
        if column.atoms == int(network.shipment_atoms[column.shipment]):
            row = plan_row(network, data, column)
            if row is not None:
                plan[column.shipment] = row
                served[column.shipment] = True
    return Solution(0.0, plan, served)


def plan_row(network: Network, data: SearchData, column: Column) -> Any | None:
    """A column as the kernels write an itinerary."""
    k, depth = column.shipment, len(column.moves)
    row = np.full(10, -1, np.int64)
    row[:depth] = column.moves
    place = column.collection_hub if column.collection_hub >= 0 else int(network.shipment_origin[k])
    for o in range(data.start_ptr[k], data.start_ptr[k + 1]):
        if data.start_place[o] == place:
            row[3] = o
    last = int(network.move_destination[column.moves[-1]])
    for e in range(data.end_ptr[k], data.end_ptr[k + 1]):
        if data.end_place[e] == last and (data.end_door[e] >= 0) == (column.delivery_hub >= 0):
            row[4] = e
    if row[3] < 0 or row[4] < 0:
        return None
    row[5 : 6 + depth] = column.starts
    row[9] = depth
    return row


class ColumnStore:
    """Itineraries by shipment, the longest unseen forgotten first; priced as columns when asked for.

    ``staying`` columns are part of every plan: shipments that the searches leave alone.
    """

    def __init__(self, network: Network, data: SearchData, staying: Iterable[Column] = ()) -> None:
        self._network, self._data, self._staying = network, data, tuple(staying)
        shipments = data.k_class.size
        self._most = int(np.clip(MOST_ITINERARIES // max(1, shipments), LEAST_EACH, MOST_EACH))
        self._seen: list[dict[bytes, Column | str | None]] = [{} for _ in range(shipments)]
        self.count = 0

    def add(self, rows: Any) -> None:
        """Take in itineraries: int64[n, 11] with the shipment last."""
        keys = np.ascontiguousarray(rows[:, :10])
        for k, key in zip(rows[:, 10].tolist(), keys, strict=True):
            self._note(k, key.tobytes())

    def _note(self, k: int, key: bytes) -> None:
        """Make an itinerary the newest of its shipment."""
        known = self._seen[k]
        if key in known:
            known[key] = known.pop(key)
            return
        known[key] = UNPRICED
        if len(known) > self._most:
            known.pop(next(iter(known)))
        else:
            self.count += 1

    def _column(self, k: int, key: bytes) -> Column | None:
        found = self._seen[k][key]
        if isinstance(found, str):
            found = column_of(self._network, self._data, k, np.frombuffer(key, np.int64))
            self._seen[k][key] = found
        return found

    def columns_of(self, solution: Solution) -> list[Column]:
        """Columns of the served shipments of a plan, remembered for the next time, and those that stay."""
        found = list(self._staying)
        for k in np.flatnonzero(solution.served).tolist():
            key = np.ascontiguousarray(solution.plan[k]).tobytes()
            self._note(k, key)
            column = self._column(k, key)
            if column is not None:
                found.append(column)
        return found

    def of(self, shipments: Iterable[int], most: int) -> list[Column]:
        """Newest columns of some shipments."""
        found: list[Column] = []
        for k in shipments:
            mine = dict.fromkeys(self._column(k, key) for key in reversed(list(self._seen[k])[-most:]))
            found.extend(column for column in mine if column is not None)
        return found

    def moves_of(self, k: int) -> Sequence[int]:
        """Moves on the itineraries of a shipment, newest first."""
        rows = [np.frombuffer(key, np.int64)[:3].tolist() for key in reversed(self._seen[k])]
        return [m for row in rows for m in row if m >= 0]
