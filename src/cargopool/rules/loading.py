"""The inside of a load unit as a grid of pallet places, and where its load may have its weight.

The grid and the axle positions are idealised from the unit's own numbers; docs/execution.md says how, and from
where the limits are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cargopool.model.equipment import LoadUnitType
from cargopool.model.execution import ExecutionRules
from cargopool.model.plan import Itinerary, PlannedUnit
from cargopool.units import MILLI, ceil_div, round_half_even

_LANES = ((2350, 3), (1400, 2))
"""Pallet places per 1000 m of length from which so many pallets stand beside one another."""
_KINGPIN_SHARE = 0.12
_BOGIE_SHARE = 0.69
"""Position of kingpin and axle group of a semi-trailer, from the front wall, as shares of its loading length."""
_TARE_ON_BOGIE = 0.7
_WIDTH_M = 2.4
LEVELS = 2
"""Pallets on one another."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Pallet places of a unit: ``rows`` from front to door, ``lanes`` beside one another."""

    rows: int
    lanes: int
    length_mm: int
    height_mm: int

    @property
    def pitch_mm(self) -> float:
        """Length of a row."""
        return self.length_mm / self.rows

    def slack_mm(self, rows_used: int) -> int:
        """Free length when so many rows are used."""
        return int(self.length_mm - rows_used * self.pitch_mm)

    def centre_mm(self, row: int, gap_mm: int) -> float:
        """Middle of a row (from 1), from the front wall."""
        return gap_mm + (row - 0.5) * self.pitch_mm


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the weight of a load lies; kingpin and axle group with the tare, 0 without them."""

    gravity_mm: int
    kingpin_kg: int
    bogie_kg: int


def grid_of(unit: LoadUnitType) -> Grid | None:
    """The grid of a unit type; None when it has no loading metres or no pallet places."""
    places, length = unit.pallets_milli // MILLI, unit.loading_metres_milli
    if places < 1 or length < 1:
        return None
    density = places * MILLI * MILLI // length
    lanes = min(places, next((lanes for least, lanes in _LANES if density >= least), 1))
    height = unit.volume_m3_milli / (length * _WIDTH_M) * MILLI if unit.volume_m3_milli else 0
    return Grid(ceil_div(places, lanes), lanes, length, int(height))


def pallet_height_mm(volume_m3_milli: int, grid: Grid) -> int:
    """Height of a pallet that fills its place of the grid; 0 when its volume is not known."""
    return round_half_even(volume_m3_milli / (grid.pitch_mm / MILLI * _WIDTH_M / grid.lanes))


def gravity_range(unit: LoadUnitType, rules: ExecutionRules, kg: int) -> tuple[float, float]:
    """Least and greatest distance of the centre of gravity from the front wall, mm, that a load may have.

    Containers and swap bodies: within ``max_eccentricity`` of the middle. Trailers: as kingpin and axle group bear it.
    An empty range (the first above the second) means that no place is right.
    """
    length = float(unit.loading_metres_milli)
    if unit.kind != "trailer":
        return length * (0.5 - rules.max_eccentricity), length * (0.5 + rules.max_eccentricity)
    front, axles = _KINGPIN_SHARE * length, _BOGIE_SHARE * length
    if kg <= 0:
        return 0.0, length
    on_axles = rules.bogie_kg - _TARE_ON_BOGIE * unit.tare_kg
    on_kingpin = rules.kingpin_kg - (1 - _TARE_ON_BOGIE) * unit.tare_kg
    return axles - on_kingpin * (axles - front) / kg, min(length, front + on_axles * (axles - front) / kg)


def balance_of(unit: LoadUnitType, grid: Grid, gap_mm: int, loads: Sequence[tuple[int, int]]) -> Balance:
    """Balance of pallets, given as (row, kg)."""
    kg = sum(mass for _, mass in loads)
    moment = sum(grid.centre_mm(row, gap_mm) * mass for row, mass in loads)
    gravity = moment / kg if kg else grid.length_mm / 2
    if unit.kind != "trailer":
        return Balance(round_half_even(gravity), 0, 0)
    front, axles = _KINGPIN_SHARE * grid.length_mm, _BOGIE_SHARE * grid.length_mm
    bogie = kg * (gravity - front) / (axles - front) + _TARE_ON_BOGIE * unit.tare_kg
    return Balance(round_half_even(gravity), round_half_even(kg + unit.tare_kg - bogie), round_half_even(bogie))


def stop_numbers(unit: PlannedUnit, parts: Mapping[tuple[str, int], Itinerary]) -> dict[tuple[str, int], int]:
    """Order of unloading of the parts in a unit, from 1: by the start of their handling at the end of the move."""
    starts = {}
    for content in unit.contents:
        itinerary = parts[content.shipment, content.part]
        at = itinerary.moves.index(unit.move)
        starts[content.shipment, content.part] = itinerary.handlings[at + 1].start_min
    order = {minute: number for number, minute in enumerate(sorted(set(starts.values())), 1)}
    return {key: order[minute] for key, minute in starts.items()}
