"""Smaller networks for large cases: a part of the moves of P, chosen for the search or for the bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.model.equipment import TEMPERATURES, LoadUnitType, Temperature
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int64
from cargopool.network.places import NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinning:
    """What of P a network holds. The default is all of it.

    Attributes
    ----------
    road : bool
        False leaves out every road move.
    backward : bool
        False leaves out road moves that leave as late as possible.
    grid_min : int
        Road moves leave at ready times and at multiples of this instead of at every other event; 0 for all events.
    ready_grid_min : int
        Ready times move up to multiples of this first; 0 leaves them.
    dearer : float or None
        A shipment takes only moves on whose cheapest way, at the cost of full units, is at most this share dearer than
        the cheapest of its lane, plus ``dearer_eur``; None for all moves.
    dearer_eur : float
    most_ways : int
        The share shrinks while all shipments together have more (from, to) pairs to look at.
    max_departures : int or None
        Departures of a scheduled move at most; None for as many as the scenario's scope.
    best_road_units : bool
        Loose freight rides by road only in unit types that no other type of its temperature beats in room and price.
    """

    road: bool = True
    backward: bool = True
    grid_min: int = 0
    ready_grid_min: int = 0
    dearer: float | None = None
    dearer_eur: float = 50.0
    most_ways: int = 450_000
    max_departures: int | None = None
    best_road_units: bool = False


FULL = Thinning()


def on_grid(minute: Int64, own: Bool, thinning: Thinning) -> Int64:
    """Departure minutes moved up to the grid, those of ``own`` to the grid of ready times."""
    grid = np.where(own, max(1, thinning.ready_grid_min), max(1, thinning.grid_min))
    return np.where(minute >= NEVER, minute, -(-minute // grid) * grid)


def beaten_road_units(scenario: Scenario) -> frozenset[str]:
    """Unit types that loose freight never needs by road: another one is no worse in room, temperature and price."""
    sealed = {s.load_unit for s in scenario.shipments.values() if s.load_units}
    units = [u for u in scenario.load_units.values() if "road" in u.modes]
    beaten: set[str] = set()
    for a in units:
        for b in units:
            if a.id != b.id and a.id not in beaten and b.id not in sealed and _beats(scenario, a, b):
                beaten.add(b.id)
    return frozenset(beaten)


def road_units_left_out(scenario: Scenario) -> dict[Temperature, frozenset[str]]:
    """Unit types that loose freight of a temperature never needs by road, whatever else they keep at temperature."""
    units = [unit for unit in scenario.load_units.values() if "road" in unit.modes]
    found: dict[Temperature, frozenset[str]] = {}
    for temperature in TEMPERATURES:
        able = [unit for unit in units if temperature in unit.temperatures]
        out: set[str] = set()
        for a in able:
            out |= {
                b.id
                for b in able
                if a.id != b.id and a.id not in out and _beats(scenario, a, b, whatever_temperature=True)
            }
        found[temperature] = frozenset(out)
    return found


def _beats(scenario: Scenario, a: LoadUnitType, b: LoadUnitType, *, whatever_temperature: bool = False) -> bool:
    vehicles_a = {v for v, vehicle in scenario.vehicles.items() if a.id in vehicle.unit_types}
    vehicles_b = {v for v, vehicle in scenario.vehicles.items() if b.id in vehicle.unit_types}
    weighed = 0 if a.kind == "trailer" else a.per_truck * a.tare_kg
    other = 0 if b.kind == "trailer" else b.per_truck * b.tare_kg
    mine, theirs = a.per_truck, b.per_truck
    if any(shipment.keep_together for shipment in scenario.shipments.values()) and not _holds_as_much(a, b):
        return False
    return (
        vehicles_a >= vehicles_b
        and (whatever_temperature or a.temperatures >= b.temperatures)
        and mine * a.pallets_milli >= theirs * b.pallets_milli
        and mine * a.volume_m3_milli >= theirs * b.volume_m3_milli
        and mine * a.loading_metres_milli >= theirs * b.loading_metres_milli
        and mine * a.payload_kg >= theirs * b.payload_kg
        and mine * a.tare_kg <= theirs * b.tare_kg + 2_000
        and weighed <= other
        and mine * a.rental_eur_day <= theirs * b.rental_eur_day
        and mine * a.return_days * a.rental_eur_day <= theirs * b.return_days * b.rental_eur_day
    )


def _holds_as_much(a: LoadUnitType, b: LoadUnitType) -> bool:
    """Whether what fits one unit of ``b`` fits one of ``a``, as for freight that stays together."""
    return (
        a.pallets_milli >= b.pallets_milli
        and a.payload_kg >= b.payload_kg
        and a.volume_m3_milli >= b.volume_m3_milli
        and a.loading_metres_milli >= b.loading_metres_milli
    )
