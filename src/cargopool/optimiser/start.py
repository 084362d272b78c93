"""A first plan by greedy insertion: each shipment where it costs least on top of what is already planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from cargopool.footprint import least_whole_cap
from cargopool.network.arrays import Float64, Int64, Network
from cargopool.network.columns import Column
from cargopool.optimiser.cuts import loads_by_slot
from cargopool.optimiser.loading import Load, LoadPlanner
from cargopool.optimiser.pool import (
    Pool,
    column_prices,
    slot_grams,
    slot_prices,
    slot_room,
    slot_rows,
)

_LOOK_CLOSER = 12
"""Candidates of least estimated cost whose load plans and rows are worked out exactly."""

_GAIN_CENTS = 0.5


@dataclass(frozen=True, slots=True)
class _Insertion:
    """One column with what it changes, worked out exactly."""

    column: int
    price: float
    counts: tuple[tuple[int, int], ...]


class Greedy:
    """Plans under construction over a pool; every state that it reaches is feasible."""

    def __init__(self, network: Network, pool: Pool, planner: LoadPlanner) -> None:
        self.network, self.pool, self.planner = network, pool, planner
        self._rides = pool.rides.tocsc()
        self._rows = slot_rows(network, pool).tocsc()
        self._own = pool.uses.tocsc()
        self._room = np.maximum(slot_room(network, pool), 1)
        self._price = column_prices(network, pool)
        self._slot_price = slot_prices(network, pool)
        self._slot_grams = slot_grams(network, pool)
        self._slot_runs = _runs_by_slot(network, self._rows, pool.slots)
        self._load = np.zeros((pool.slots, 4), dtype=np.int64)
        self._counts = np.zeros(pool.slots, dtype=np.int64)
        self._inside: list[list[Load]] = [[] for _ in range(pool.slots)]
        self._used = np.zeros(network.row_limit.size)
        self._open = np.zeros(len(network.runs), dtype=np.int64)
        self._grams = 0
        self._cap = least_whole_cap(network.scenario)
        self.chosen: dict[int, tuple[int, ...]] = {}
        whole = pool.atoms == network.shipment_atoms[pool.shipment]
        self._mine = [np.flatnonzero((pool.shipment == k) & whole) for k in range(len(network.shipment_ids))]
        rate = network.scenario.objective.carbon_price_eur_per_t / 10_000
        self._run_price = network.run_cost + rate * network.run_grams

    def columns(self) -> list[Column]:
        """The chosen columns."""
        return [self.pool.columns[c] for _, chosen in sorted(self.chosen.items()) for c in chosen]

    def insert_all(self, order: Iterable[int]) -> None:
        """Insert the shipments that are not planned yet where each costs least."""
        for k in order:
            if k not in self.chosen:
                self._insert_best(k, float(self.network.unserved_cost[k]))

    def reinsert_all(self, order: Iterable[int]) -> bool:
        """Take every shipment out and put it where it now costs least; True when something changed."""
        changed = False
        for k in order:
            before = self.chosen.get(k, ())
            if len(before) > 1:
                continue
            if before:
                self._remove(k)
            found = self._best(k, float(self.network.unserved_cost[k]))
            if before:
                old = self._work_out(before[0])
                if old is not None and (found is None or found.price > old.price - _GAIN_CENTS):
                    found = old
            if found is not None:
                self._apply(found)
            changed |= self.chosen.get(k, ()) != before
        return changed

    def adopt(self, columns: Iterable[int]) -> None:
        """Insert given columns, shipment by shipment, as far as they still fit; all parts of a shipment or none."""
        parts: dict[int, list[int]] = {}
        for c in columns:
            parts.setdefault(int(self.pool.shipment[c]), []).append(c)
        for k, mine in parts.items():
            whole = int(self.pool.atoms[mine].sum()) == int(self.network.shipment_atoms[k])
            if k in self.chosen or not whole:
                continue
            for c in mine:
                found = self._work_out(c)
                if found is None:
                    if k in self.chosen:
                        self._remove(k)
                    break
                self._apply(found)

    def take_over(self, columns: Sequence[int], order: Sequence[int]) -> bool:
        """Plan given columns, all parts of their shipments, at once; where rows break, the last of ``order`` go first.

        Much quicker than `adopt` where nearly all of them fit. False, with nothing planned, where a load fits no unit
        or CO2e is limited.
        """
        loads = loads_by_slot(self.pool, columns)
        packed = {slot: self.planner.pack(int(self.pool.slot_move[slot]), mine) for slot, mine in loads.items()}
        if self._cap is not None or any(packing is None for packing in packed.values()):
            return False
        for slot, mine in loads.items():
            packing = packed[slot]
            self._counts[slot] = 0 if packing is None else packing.count
            self._inside[slot] = list(mine)
            for run in self._slot_runs[slot]:
                self._open[run] += len(mine)
        taken = np.zeros(self.pool.count)
        taken[list(columns)] = 1.0
        self._load += np.asarray(self.pool.rides @ (taken[:, None] * self.pool.size)).round().astype(np.int64)
        self._used += self._rows @ self._counts + self._own @ taken
        self._grams += int(self.pool.grams[taken > 0].sum() + self._counts @ self._slot_grams)
        self._grams += int(self.network.run_grams[self._open > 0].sum())
        for c in columns:
            k = int(self.pool.shipment[c])
            self.chosen[k] = (*self.chosen.get(k, ()), c)
        self._give_way(order)
        return True

    def _give_way(self, order: Sequence[int]) -> None:
        """Take shipments out, the last of ``order`` first, where they use rows that do not hold."""
        limit = self.network.row_limit
        broken = self._used > limit
        for k in reversed(order):
            if not broken.any():
                return
            mine = self.chosen.get(k, ())
            rows = {row for c in mine for row, _ in _entries(self._own, c)}
            for c in mine:
                for slot in self._rides.indices[self._rides.indptr[c] : self._rides.indptr[c + 1]].tolist():
                    rows.update(row for row, _ in _entries(self._rows, slot))
            if any(broken[row] for row in rows):
                self._remove(k)
                broken = self._used > limit

    def _insert_best(self, k: int, most: float) -> None:
        found = self._best(k, most)
        if found is not None:
            self._apply(found)

    def _best(self, k: int, most: float) -> _Insertion | None:
        mine = self._mine[k]
        if mine.size == 0:
            return None
        prices = self._estimate(mine)
        best: _Insertion | None = None
        for looked, position in enumerate(np.argsort(prices, kind="stable").tolist()):
            limit = most if best is None else best.price
            # Estimates never exceed the exact price, so nothing further on can win.
            if prices[position] >= limit or (best is not None and looked >= _LOOK_CLOSER):
                break
            found = self._work_out(int(mine[position]))
            if found is not None and found.price < limit:
                best = found
        return best

    def _estimate(self, columns: Int64) -> Float64:
        """Marginal price of columns by the unit rows alone."""
        starts, ends = self._rides.indptr[columns], self._rides.indptr[columns + 1]
        lengths = ends - starts
        slots = np.concatenate([self._rides.indices[a:b] for a, b in zip(starts, ends, strict=True)])
        owner = np.repeat(np.arange(columns.size), lengths)
        load = self._load[slots] + self.pool.size[columns][owner]
        needed = (-(-load // self._room[slots])).max(axis=1)
        extra = np.maximum(np.maximum(needed, 1) - self._counts[slots], 0)
        return self._price[columns] + np.bincount(owner, extra * self._slot_price[slots], minlength=columns.size)

    def _work_out(self, column: int) -> _Insertion | None:
        """Exact marginal price by packing, None when it does not fit the rows."""
        pool = self.pool
        load = int(pool.shipment[column]), int(pool.first[column]), int(pool.atoms[column])
        slots = self._rides.indices[self._rides.indptr[column] : self._rides.indptr[column + 1]].tolist()
        counts = []
        for slot in slots:
            packing = self.planner.pack(int(pool.slot_move[slot]), [*self._inside[slot], load])
            if packing is None:
                return None
            counts.append((slot, max(packing.count, int(self._counts[slot]))))
        opened = self._opened(slots)
        if not self._fits(column, counts):
            return None
        price = self._price[column] + sum(self._run_price[run] for run in opened)
        price += sum((count - self._counts[slot]) * self._slot_price[slot] for slot, count in counts)
        return _Insertion(column, float(price), tuple(counts))

    def _opened(self, slots: Sequence[int]) -> list[int]:
        runs = {run for slot in slots for run in self._slot_runs[slot]}
        return [run for run in sorted(runs) if self._open[run] == 0]

    def _change(self, column: int, counts: Iterable[tuple[int, int]]) -> dict[int, float]:
        change: dict[int, float] = {}
        for row, amount in _entries(self._own, column):
            change[row] = change.get(row, 0.0) + amount
        for slot, count in counts:
            extra = count - int(self._counts[slot])
            for row, amount in _entries(self._rows, slot) if extra else ():
                change[row] = change.get(row, 0.0) + amount * extra
        return change

    def _grams_change(self, column: int, counts: Iterable[tuple[int, int]]) -> int:
        slots = [slot for slot, _ in counts]
        runs = sum(int(self.network.run_grams[run]) for run in self._opened(slots))
        uses = sum((count - int(self._counts[slot])) * int(self._slot_grams[slot]) for slot, count in counts)
        return int(self.pool.grams[column]) + runs + uses

    def _fits(self, column: int, counts: Sequence[tuple[int, int]]) -> bool:
        limit = self.network.row_limit
        if any(self._used[row] + more > limit[row] for row, more in self._change(column, counts).items()):
            return False
        return self._cap is None or self._grams + self._grams_change(column, counts) <= self._cap

    def _apply(self, insertion: _Insertion) -> None:
        pool, column = self.pool, insertion.column
        for row, more in self._change(column, insertion.counts).items():
            self._used[row] += more
        self._grams += self._grams_change(column, insertion.counts)
        load = int(pool.shipment[column]), int(pool.first[column]), int(pool.atoms[column])
        for slot, count in insertion.counts:
            self._counts[slot] = count
            self._load[slot] += pool.size[column]
            self._inside[slot].append(load)
            for run in self._slot_runs[slot]:
                self._open[run] += 1
        k = int(pool.shipment[column])
        self.chosen[k] = (*self.chosen.get(k, ()), column)

    def _remove(self, k: int) -> None:
        for column in self.chosen.pop(k):
            self._take_out(column)

    def _take_out(self, column: int) -> None:
        pool = self.pool
        load = int(pool.shipment[column]), int(pool.first[column]), int(pool.atoms[column])
        slots = self._rides.indices[self._rides.indptr[column] : self._rides.indptr[column + 1]].tolist()
        counts = []
        for slot in slots:
            self._inside[slot].remove(load)
            packing = self.planner.pack(int(pool.slot_move[slot]), self._inside[slot]) if self._inside[slot] else None
            counts.append((slot, packing.count if packing is not None else 0))
            self._load[slot] -= pool.size[column]
            for run in self._slot_runs[slot]:
                self._open[run] -= 1
        for row, amount in _entries(self._own, column):
            self._used[row] -= amount
        self._grams -= int(pool.grams[column]) + sum(int(self.network.run_grams[run]) for run in self._opened(slots))
        for slot, count in counts:
            fewer = int(self._counts[slot]) - count
            for row, amount in _entries(self._rows, slot):
                self._used[row] -= amount * fewer
            self._grams -= fewer * int(self._slot_grams[slot])
            self._counts[slot] = count


def _entries(matrix: csc_array, column: int) -> list[tuple[int, float]]:
    picked = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return list(zip(matrix.indices[picked].tolist(), matrix.data[picked].tolist(), strict=True))


def _runs_by_slot(network: Network, rows: csc_array, slots: int) -> list[tuple[int, ...]]:
    """Charter runs that each slot needs, by the rows that they open."""
    found = []
    for slot in range(slots):
        runs = network.row_run[rows.indices[rows.indptr[slot] : rows.indptr[slot + 1]]]
        found.append(tuple(sorted({int(run) for run in runs if run >= 0})))
    return found


def insertion_order(network: Network) -> list[int]:
    """Large shipments first: they open the load units that small ones fill."""
    size = network.shipment_size
    weight = size[:, 0] + size[:, 1] + 33_000 * network.shipment_units
    return np.argsort(-weight, kind="stable").tolist()  # type: ignore[no-any-return]
