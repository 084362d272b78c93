"""Variants of passages: load-unit types, vehicles, slots and weight classes make moves of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cargopool.footprint.scheduled import weight_class
from cargopool.model.equipment import LoadUnitType, Temperature
from cargopool.model.plan import SlotKind
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service, WeightClass
from cargopool.network.arrays import DOOR, ROAD, SCHEDULED, Bool, Int32, Int64
from cargopool.network.freight import Freight
from cargopool.network.keys import distinct
from cargopool.network.passages import MANNINGS, Passages, Users
from cargopool.network.places import NEVER
from cargopool.network.rides import Chains, Rides

_SHORT = 1 << 16
"""Numbers below it sort fastest as 16-bit integers."""

SLOTS: tuple[SlotKind, ...] = ("allotment", "spot", "charter", "headway")
Slots = tuple[int, int, int]
Variant = tuple[int, int, Slots, int]
"""Unit type, vehicle (-1 for chains), slots per ride (-1 behind the last), weight class in kg gross (-1 for none)."""

NO_SLOTS: Slots = (-1, -1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Moves as arrays over M, each a variant of a passage; sorted by passage.

    Attributes
    ----------
    passage, unit, vehicle : int32[M]
    slots : int8[M, 3]
        Index into ``SLOTS`` per ride.
    gross : int32[M]
        Weight class in kg gross, -1 for none.
    units : int64[M]
    capacity : int64[M, 4]
    first : int64[N + 1]
        Moves of passage p are ``first[p]:first[p + 1]``.
    """

    passage: Int32
    unit: Int32
    vehicle: Int32
    slots: NDArray[np.int8]
    gross: Int32
    units: Int64
    capacity: Int64
    first: Int64

    @property
    def count(self) -> int:
        """Number of moves."""
        return int(self.passage.size)


def unit_fits(scenario: Scenario, freight: Freight) -> Bool:
    """Whether one atom of a shipment fits a unit type and may ride it, bool[K, U]."""
    units = tuple(scenario.load_units.values())
    kinds = [
        (shipment.load_unit if shipment.load_units else None, shipment.temperature) for shipment in freight.shipments
    ]
    number = {kind: n for n, kind in enumerate(dict.fromkeys(kinds))}
    table = [
        [sealed_in in (None, unit.id) and temperature in unit.temperatures for unit in units]
        for sealed_in, temperature in number
    ]
    suits = np.array(table, dtype=np.bool_).reshape(len(number), len(units))[[number[kind] for kind in kinds]]
    room = np.array([_room(unit) for unit in units], dtype=np.int64).reshape(len(units), 4)
    return suits & (freight.atom[:, None, :] <= room[None, :, :]).all(axis=2)


def road_fits(scenario: Scenario, freight: Freight, fits: Bool, left_out: Mapping[Temperature, frozenset[str]]) -> Bool:
    """The same for road moves, without the unit types that loose freight of a temperature leaves out there."""
    found = fits.copy()
    for temperature, out in left_out.items():
        loose = np.array([s.temperature == temperature and not s.load_units for s in freight.shipments], dtype=np.bool_)
        for u, unit in enumerate(scenario.load_units):
            if unit in out:
                found[loose, u] = False
    return found


def _room(unit: LoadUnitType) -> tuple[int, int, int, int]:
    return unit.pallets_milli, unit.payload_kg, unit.volume_m3_milli, unit.loading_metres_milli


def moves_of(
    scenario: Scenario,
    rides: Rides,
    chains: Chains,
    passages: Passages,
    users: Users,
    freight: Freight,
    fits: Bool,
    by_road: Bool,
) -> Moves:
    """All moves that some shipment can use; ``fits`` and ``by_road`` say in which unit types, bool[K, U]."""
    signature, variants = _signatures(scenario, rides, chains, passages)
    first = np.cumsum([0, *(len(found) for found in variants)], dtype=np.int64)
    flat = [variant for found in variants for variant in found]
    table = np.array([(u, v, *slots, g) for u, v, slots, g in flat], dtype=np.int64).reshape(len(flat), 6)
    counts = np.diff(first)[signature]
    passage = np.repeat(np.arange(passages.count, dtype=np.int32), counts)
    which = np.repeat(first[:-1][signature] - np.cumsum(counts) + counts, counts)
    which += np.arange(passage.size)
    kinds = (SCHEDULED, ROAD, DOOR)  # in the order of their numbers
    units, capacity = _capacities(
        scenario, np.repeat(np.array(kinds, dtype=np.int8), len(flat)), np.tile(table, (len(kinds), 1))
    )
    of_kind = passages.kind.astype(np.int64)[passage] * len(flat) + which
    carried = capacity[capacity[:, 1] > 0, 1]
    least = _lightest_atoms(passages, users, freight.atom[:, 1], (fits, by_road), int(carried.min(initial=NEVER)))
    keep = least[passage, table[which, 0]] <= np.where(capacity[:, 1] > 0, capacity[:, 1], -1)[of_kind]
    passage, which, of_kind = passage[keep], which[keep], of_kind[keep]
    unit, vehicle, *slots, gross = table.T.astype(np.int32)
    return Moves(
        passage=passage,
        unit=unit[which],
        vehicle=vehicle[which],
        slots=np.stack(slots, axis=1).astype(np.int8)[which],
        gross=gross[which],
        units=units[of_kind],
        capacity=capacity[of_kind],
        first=np.searchsorted(passage, np.arange(passages.count + 1)).astype(np.int64),
    )


def _lightest_atoms(
    passages: Passages, users: Users, atom_kg: Int64, may_ride: tuple[Bool, Bool], carried_kg: int
) -> Int64:
    """Mass of the lightest atom on each passage in each unit type, int64[N, U]; NEVER where none may ride.

    ``may_ride``: unit types of shipments but by road, and by road, bool[K, U]. Atoms of up to ``carried_kg``, which any
    move carries, count as 0.
    """
    able, kind = np.unique(np.concatenate(may_ride), axis=0, return_inverse=True)
    of_user = users.shipment + (passages.kind == ROAD)[users.passage] * np.int32(atom_kg.size)
    light = (atom_kg <= carried_kg)[users.shipment]
    rides = np.zeros((len(able), passages.count), dtype=np.bool_)
    rides[kind.reshape(-1)[of_user[light]], users.passage[light]] = True
    least = np.where(rides.T.astype(np.int64) @ able.astype(np.int64) > 0, 0, NEVER)
    lightest = np.where(np.concatenate(may_ride), np.tile(atom_kg, 2)[:, None], NEVER)
    np.minimum.at(least, users.passage[~light], lightest[of_user[~light]])
    return least


def _signatures(
    scenario: Scenario, rides: Rides, chains: Chains, passages: Passages
) -> tuple[Int64, list[list[Variant]]]:
    """Signature of each passage (its services, or its road manning) and the variants of each signature."""
    padded = np.append(rides.service, -1)
    services = padded[chains.rides] if chains.count else np.zeros((0, 3), dtype=np.int32)
    first, of_chain = distinct([services[:, n] for n in range(3)])
    units = tuple(scenario.load_units.values())
    kinds = [_Kind.of(service, units) for service in rides.services]
    known: dict[tuple[_Kind, ...], list[Variant]] = {}
    variants = []
    for row in services[first].tolist():
        ridden = tuple(kinds[s] for s in row if s >= 0)
        if ridden not in known:
            known[ridden] = list(_chain_variants(units, ridden))
        variants.append(known[ridden])
    base = len(variants)
    variants += [list(_road_variants(scenario, manning)) for manning in MANNINGS]
    of_chain = np.append(of_chain, 0)
    signature = np.where(passages.chain >= 0, of_chain[passages.chain], base + passages.manning.astype(np.int64))
    return signature.astype(np.int64), variants


def rides_unit(service: Service, unit: LoadUnitType) -> bool:
    """Whether a unit type may ride a service."""
    if service.mode not in unit.modes or (service.unit_types is not None and unit.id not in service.unit_types):
        return False
    return not unit.gauge or service.mode != "rail" or unit.gauge in service.gauges


def slot_options(service: Service) -> list[int]:
    """Kinds of slots that a service has, as indices into ``SLOTS``."""
    if service.charter is not None:
        return [SLOTS.index("charter")]
    if service.headway_min is not None:
        return [SLOTS.index("headway")]
    options = [SLOTS.index("allotment")] if service.allotment_units > 0 else []
    if service.spot_units is None or service.spot_units > 0:
        options.append(SLOTS.index("spot"))
    return options


class _Kind(NamedTuple):
    """What the variants of a chain ask of a service.

    Attributes
    ----------
    takes : tuple of bool
        Whether it takes each unit type.
    slots : tuple of int
        Kinds of slots that it has, as indices into ``SLOTS``.
    weight_classes : tuple of WeightClass
        Of its tariff.
    weighed : bool
        Whether its capacity counts gross tonnes.
    """

    takes: tuple[bool, ...]
    slots: tuple[int, ...]
    weight_classes: tuple[WeightClass, ...]
    weighed: bool

    @staticmethod
    def of(service: Service, units: Sequence[LoadUnitType]) -> _Kind:
        """Kind of a service."""
        return _Kind(
            takes=tuple(rides_unit(service, unit) for unit in units),
            slots=tuple(slot_options(service)),
            weight_classes=tuple(service.tariff.weight_classes),
            weighed=service.capacity.gross_tonnes is not None,
        )


def _chain_variants(units: Sequence[LoadUnitType], ridden: Sequence[_Kind]) -> Iterator[Variant]:
    """Variants of a chain of services."""
    slots = [(chosen, (*chosen, -1, -1)[:3]) for chosen in product(*(kind.slots for kind in ridden))]
    for u, unit in enumerate(units):
        if all(kind.takes[u] for kind in ridden):
            for chosen, (a, b, c) in slots:
                for gross in _weight_classes(ridden, chosen, unit):
                    yield u, -1, (a, b, c), gross


def _weight_classes(ridden: Sequence[_Kind], slots: tuple[int, ...], unit: LoadUnitType) -> list[int]:
    """Gross masses worth a variant: another class that carries no less, is no dearer and weighs no more is enough."""
    tables = [kind.weight_classes for kind in ridden if kind.weight_classes]
    if not tables:
        return [-1]
    limit = min(table[-1].up_to_kg for table in tables)
    masses = sorted({row.up_to_kg for table in tables for row in table if unit.tare_kg < row.up_to_kg <= limit})
    weighed = any(kind.weighed for kind in ridden)
    priced = [kind for kind, slot in zip(ridden, slots, strict=True) if SLOTS[slot] in ("spot", "headway")]

    def factors(mass: int) -> list[float]:
        found = [weight_class(kind.weight_classes, mass) for kind in priced]
        return [row.factor for row in found if row is not None]

    def beats(other: int, mass: int) -> bool:
        carries = min(other - unit.tare_kg, unit.payload_kg) >= min(mass - unit.tare_kg, unit.payload_kg)
        cheap = all(a <= b for a, b in zip(factors(other), factors(mass), strict=True))
        return carries and cheap and (other < mass or not weighed)

    kept = list(masses)
    for mass in masses:
        if any(other != mass and beats(other, mass) for other in kept):
            kept.remove(mass)
    return kept


def _road_variants(scenario: Scenario, manning: str) -> Iterator[Variant]:
    for v, vehicle in enumerate(scenario.vehicles.values()):
        for u, unit in enumerate(scenario.load_units.values()):
            if vehicle.manning == manning and unit.id in vehicle.unit_types and "road" in unit.modes:
                yield u, v, NO_SLOTS, -1


def _capacities(scenario: Scenario, kind: NDArray[np.int8], row: Int64) -> tuple[Int64, Int64]:
    """Units per move use, and room over them in each dimension; 0 kg where a unit cannot ride at all."""
    units = tuple(scenario.load_units.values())
    unit, vehicle, gross = row[:, 0], row[:, 1], row[:, 5]
    tare = np.array([u.tare_kg for u in units])
    room = np.array([_room(u) for u in units], dtype=np.int64).reshape(len(units), 4)
    per_truck = np.array([u.per_truck for u in units], dtype=np.int64)
    limits = [v.gross_limit_kg - v.tractor_kg for v in scenario.vehicles.values()]
    count = np.where(kind == ROAD, per_truck[unit], 1) if units else np.zeros(0, dtype=np.int64)
    capacity = room[unit] * count[:, None]
    kg = capacity[:, 1]
    if limits:
        kg = np.where(kind == ROAD, np.minimum(kg, np.array(limits)[vehicle] - count * tare[unit]), kg)
    kg = np.where(gross >= 0, np.minimum(kg, gross - tare[unit]), kg)
    haulier = scenario.vehicles.get(scenario.drayage.vehicle)
    if haulier is not None:
        carried = np.array([u.id in haulier.unit_types for u in units], dtype=np.bool_)
        door = kind == DOOR
        combined = haulier.combined_limit_kg - haulier.tractor_kg - tare[unit]
        kg = np.where(door, np.where(carried[unit], np.minimum(kg, combined), 0), kg)
    capacity[:, 1] = np.maximum(kg, 0)
    return count.astype(np.int64), capacity


@dataclass(frozen=True, slots=True)
class _Options:
    """The moves that shipments of a kind may use, passage by passage: ``move[first[p]:first[p] + count[p]]``."""

    move: Int32
    kg: Int64
    first: Int32
    count: Int32
    least_kg: int

    @staticmethod
    def of(moves: Moves, able: Bool) -> _Options:
        """Those of all moves that are able."""
        move = np.flatnonzero(able).astype(np.int32)
        first = np.append(0, np.cumsum(able, dtype=np.int32))[moves.first].astype(np.int32)
        kg = moves.capacity[move, 1]
        return _Options(move, kg, first[:-1], np.diff(first), int(kg.min(initial=NEVER)))

    def on(self, passages: Int32, atom_kg: int) -> Int32:
        """Those on some passages that carry an atom."""
        counts = self.count[passages]
        which = np.repeat(self.first[passages] - np.cumsum(counts, dtype=np.int32) + counts, counts)
        which += np.arange(which.size, dtype=np.int32)
        found: Int32 = self.move[which]
        return found if atom_kg <= self.least_kg else found[self.kg[which] >= atom_kg]


def usable_of(
    passages: Passages, users: Users, moves: Moves, freight: Freight, fits: Bool, by_road: Bool
) -> tuple[Int32, ...]:
    """Sorted moves that each shipment can use: parts of one array."""
    key = users.shipment.astype(np.uint16) if freight.count <= _SHORT else users.shipment
    passage = users.passage[np.argsort(key, kind="stable")]
    bounds = np.cumsum([0, *np.bincount(users.shipment, minlength=freight.count)])
    column = (passages.kind[moves.passage] == ROAD) * fits.shape[1] + moves.unit
    kinds, kind = np.unique(np.concatenate([fits, by_road], axis=1), axis=0, return_inverse=True)
    options = [_Options.of(moves, row[column]) for row in kinds]
    found = []
    for k, (number, atom_kg) in enumerate(zip(kind.reshape(-1).tolist(), freight.atom[:, 1].tolist(), strict=True)):
        found.append(options[number].on(np.sort(passage[bounds[k] : bounds[k + 1]]), atom_kg))
    flat = np.concatenate([*found, np.zeros(0, dtype=np.int32)])
    ends = np.cumsum([mine.size for mine in found]).tolist()
    return tuple(flat[end - mine.size : end] for end, mine in zip(ends, found, strict=True))
