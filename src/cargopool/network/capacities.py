"""Capacity rows: departure legs, slots, lifts, yards, plugs, cross-docks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cargopool.model.place import Hub
from cargopool.model.plan import CharterRun
from cargopool.network.arrays import Int32, Int64, Rows
from cargopool.network.coefficients import Priceable, coded, yard_stays
from cargopool.network.keys import Integers
from cargopool.network.variants import SLOTS
from cargopool.units import KG_PER_TONNE, MILLI, MINUTES_PER_HOUR, round_half_even

Uses = list[tuple[int, int]]
"""(row, amount) pairs."""


@dataclass(slots=True)
class RowBook:
    """Rows made on demand, by label."""

    limit: list[int] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    run: list[int] = field(default_factory=list)
    runs: list[CharterRun] = field(default_factory=list)
    _rows: dict[str, int] = field(default_factory=dict)
    _runs: dict[tuple[str, str], int] = field(default_factory=dict)

    def row(self, label: str, limit: int, run: int = -1) -> int:
        """Index of the row of a label."""
        found = self._rows.get(label)
        if found is None:
            found = self._rows[label] = len(self.label)
            self.label.append(label)
            self.limit.append(limit)
            self.run.append(run)
        return found

    def charter(self, service: str, run_date: str) -> int:
        """Index of a charter run."""
        found = self._runs.get((service, run_date))
        if found is None:
            found = self._runs[service, run_date] = len(self.runs)
            self.runs.append(CharterRun(service=service, run_date=run_date))
        return found


def move_rows(case: Priceable, book: RowBook) -> tuple[Rows, Rows]:
    """Row use of one use of each move, and the additional use of a powered class."""
    moves, chain = case.moves, case.passages.chain[case.moves.passage[case.on_chain]]
    plain, powered = _Parts(), _Parts()
    for n in range(3):
        ride = case.chains.rides[chain, n]
        fixed = np.flatnonzero((ride >= 0) & ~case.rides.headway[ride])
        which = case.on_chain[fixed]
        keys = ride[fixed], moves.slots[which, n], moves.unit[which], moves.gross[which]
        plain.add(which, keys, lambda key: _leg_uses(case, book, key))
        powered.add(which, keys[:1], lambda key: _plug_uses(case, book, key[0]))
    if case.on_chain.size:
        _add_hubs(case, book, plain, powered)
    return plain.rows(moves.count), powered.rows(moves.count)


@dataclass(slots=True)
class _Parts:
    """Pieces of row use that many moves share."""

    which: list[Int64] = field(default_factory=list)
    part: list[Int64] = field(default_factory=list)
    uses: list[Uses] = field(default_factory=list)

    def add(self, which: Int64, keys: Sequence[Integers], make: Callable[[tuple[int, ...]], Uses]) -> None:
        if not which.size:
            return
        unique, back = coded(keys)
        self.which.append(which)
        self.part.append(back + len(self.uses))
        self.uses.extend(make(key) for key in unique)

    def rows(self, count: int) -> Rows:
        nothing = np.zeros(0, dtype=np.int64)
        which = np.concatenate([*self.which, nothing])
        part = np.concatenate([*self.part, nothing])
        order = np.argsort(which, kind="stable")
        which, part = which[order], part[order]
        first = np.cumsum([0, *(len(uses) for uses in self.uses)], dtype=np.int64)
        flat = np.array([use for uses in self.uses for use in uses], dtype=np.int64).reshape(-1, 2)
        counts = np.diff(first)[part]
        begin = np.repeat(first[:-1][part] - np.concatenate(([0], np.cumsum(counts)[:-1]))[: part.size], counts)
        taken = np.arange(begin.size) + begin
        per_move = np.bincount(which, weights=counts, minlength=count).astype(np.int64)
        return Rows(
            indptr=np.concatenate(([0], np.cumsum(per_move))).astype(np.int64),
            index=flat[:, 0].astype(np.int32)[taken],
            amount=np.ascontiguousarray(flat[:, 1])[taken],
        )


def _leg_uses(case: Priceable, book: RowBook, key: tuple[int, ...]) -> Uses:
    ride, slot, unit_index, gross = key
    rides = case.rides
    service = rides.services[int(rides.service[ride])]
    date = rides.run_dates[int(rides.run[ride])]
    unit = tuple(case.scenario.load_units.values())[unit_index]
    room = service.capacity
    kind = SLOTS[slot]
    run = book.charter(service.id, date) if kind == "charter" else -1
    mass = gross if gross >= 0 else unit.tare_kg + unit.payload_kg
    wanted = [
        ("teu", room.teu_milli, unit.teu_milli),
        ("units", room.units, 1),
        ("gross_kg", None if room.gross_tonnes is None else room.gross_tonnes * KG_PER_TONNE, mass),
        ("length_cm", None if room.length_m is None else room.length_m * 100, round_half_even(unit.length_m * 100)),
        ("allotment", service.allotment_units if kind == "allotment" else None, 1),
        ("spot", service.spot_units if kind == "spot" else None, 1),
    ]
    if kind == "charter" and all(limit is None for _, limit, _ in wanted):
        everything = sum(shipment.atoms for shipment in case.scenario.shipments.values())
        wanted.append(("run", max(1, everything), 1))
    found: Uses = []
    for leg in range(int(rides.first_leg[ride]), int(rides.last_leg[ride])):
        place = f"services[{service.id}].runs[{date}].legs[{leg}]"
        found += [
            (book.row(f"{place}.{name}", limit, run), amount) for name, limit, amount in wanted if limit is not None
        ]
    return found


def _plug_uses(case: Priceable, book: RowBook, ride: int) -> Uses:
    rides = case.rides
    service = rides.services[int(rides.service[ride])]
    if service.capacity.plugs is None:
        return []
    date = rides.run_dates[int(rides.run[ride])]
    run = book.charter(service.id, date) if service.charter is not None else -1
    return [
        (book.row(f"services[{service.id}].runs[{date}].legs[{leg}].plugs", service.capacity.plugs, run), 1)
        for leg in range(int(rides.first_leg[ride]), int(rides.last_leg[ride]))
    ]


def _add_hubs(case: Priceable, book: RowBook, plain: _Parts, powered: _Parts) -> None:
    hubs = tuple(case.scenario.hubs.values())
    bucket = case.scenario.scope.bucket_min
    limited = np.array([h.lifts_per_hour is not None or h.yard_places is not None for h in hubs])
    plugged = np.array([h.reefer_plugs is not None for h in hubs])
    for at, hub, begin, end, lift in yard_stays(case):
        first = begin // bucket
        last = np.maximum(first, (end - 1) // bucket)
        stays = hub, first, last, lift // bucket
        kept = limited[hub]
        keys = [column[kept] for column in stays]
        plain.add(case.on_chain[at[kept]], keys, lambda key: _hub_uses(hubs[key[0]], book, bucket, key))
        kept = plugged[hub]
        keys = [column[kept] for column in stays[:3]]
        powered.add(case.on_chain[at[kept]], keys, lambda key: _hub_plugs(hubs[key[0]], book, key))


def _hub_uses(hub: Hub, book: RowBook, bucket_min: int, key: tuple[int, ...]) -> Uses:
    _, first, last, lift = key
    found: Uses = []
    if hub.lifts_per_hour is not None:
        limit = hub.lifts_per_hour * bucket_min // MINUTES_PER_HOUR
        found.append((book.row(f"hubs[{hub.id}].buckets[{lift}].lifts", limit), 1))
    if hub.yard_places is not None:
        found += [(book.row(f"hubs[{hub.id}].buckets[{b}].yard", hub.yard_places), 1) for b in range(first, last + 1)]
    return found


def _hub_plugs(hub: Hub, book: RowBook, key: tuple[int, ...]) -> Uses:
    _, first, last = key
    if hub.reefer_plugs is None:
        return []
    return [(book.row(f"hubs[{hub.id}].buckets[{b}].plugs", hub.reefer_plugs), 1) for b in range(first, last + 1)]


def pallet_rows(case: Priceable, book: RowBook, lo_min: int, hi_min: int) -> tuple[dict[tuple[int, int], int], ...]:
    """Rows of cross-docked pallets and of pallet places by (hub, bucket), over all buckets that can matter."""
    bucket = case.scenario.scope.bucket_min
    docked: dict[tuple[int, int], int] = {}
    placed: dict[tuple[int, int], int] = {}
    for h, hub in enumerate(case.scenario.hubs.values()):
        rate = hub.cross_dock.pallets_per_hour if hub.cross_dock is not None else None
        for b in range(lo_min // bucket, hi_min // bucket + 1):
            if rate is not None:
                limit = rate * MILLI * bucket // MINUTES_PER_HOUR
                docked[h, b] = book.row(f"hubs[{hub.id}].buckets[{b}].pallets", limit)
            if hub.pallet_places is not None:
                placed[h, b] = book.row(f"hubs[{hub.id}].buckets[{b}].pallet_places", hub.pallet_places * MILLI)
    return docked, placed


def finished(book: RowBook) -> tuple[Int64, tuple[str, ...], Int32]:
    """Limits, labels and runs of the rows."""
    return np.array(book.limit, dtype=np.int64), tuple(book.label), np.array(book.run, dtype=np.int32)
