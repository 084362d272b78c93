"""Smaller networks for large cases: a part of the moves of P, chosen for the search or for the bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cargopool.model.equipment import LoadUnitType
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Int64
from cargopool.network.freight import Freight
from cargopool.network.places import NEVER, Places


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
    detour : float or None
        A shipment changes moves only at hubs where the great-circle way over the hub is at most this times the direct
        one, plus ``detour_km``; None for all hubs.
    detour_km : float
    max_departures : int or None
        Departures of a scheduled move at most; None for as many as the scenario's scope.
    best_road_units : bool
        Loose freight rides by road only in unit types that no other type beats in room, temperature and price.
    """

    road: bool = True
    backward: bool = True
    grid_min: int = 0
    detour: float | None = None
    detour_km: float = 150.0
    max_departures: int | None = None
    best_road_units: bool = False


FULL = Thinning()


def within_detour(scenario: Scenario, places: Places, freight: Freight, thinning: Thinning) -> Freight:
    """The freight with fewer places at which its moves may begin or end."""
    if thinning.detour is None or not freight.count:
        return freight
    where = np.radians([(scenario.place(p).lat, scenario.place(p).lon) for p in places.ids])

    def km(a: Int64, b: Int64) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        half = (where[b] - where[a]) / 2
        h = np.sin(half[..., 0]) ** 2 + np.cos(where[a, 0]) * np.cos(where[b, 0]) * np.sin(half[..., 1]) ** 2
        return np.asarray(12742.0 * np.arcsin(np.sqrt(np.minimum(1.0, h))))

    every = np.arange(len(places.ids))[None, :]
    origin, destination = freight.origin[:, None].astype(np.int64), freight.destination[:, None].astype(np.int64)
    way = km(origin, every) + km(every, destination)
    near = way <= thinning.detour * km(origin, destination) + thinning.detour_km
    return replace(freight, at_place=freight.at_place & near)


def on_grid(minute: Int64, own: Int64, grid_min: int) -> Int64:
    """Departure minutes moved up to the grid, but for those of ``own`` (bool)."""
    if not grid_min:
        return minute
    up = -(-minute // grid_min) * grid_min
    return np.where(own | (minute >= NEVER), minute, up)


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


def _beats(scenario: Scenario, a: LoadUnitType, b: LoadUnitType) -> bool:
    vehicles_a = {v for v, vehicle in scenario.vehicles.items() if a.id in vehicle.unit_types}
    vehicles_b = {v for v, vehicle in scenario.vehicles.items() if b.id in vehicle.unit_types}
    weighed = 0 if a.kind == "trailer" else a.per_truck * a.tare_kg
    other = 0 if b.kind == "trailer" else b.per_truck * b.tare_kg
    mine, theirs = a.per_truck, b.per_truck
    return (
        vehicles_a >= vehicles_b
        and a.temperatures >= b.temperatures
        and mine * a.pallets_milli >= theirs * b.pallets_milli
        and mine * a.volume_m3_milli >= theirs * b.volume_m3_milli
        and mine * a.loading_metres_milli >= theirs * b.loading_metres_milli
        and mine * a.payload_kg >= theirs * b.payload_kg
        and mine * a.tare_kg <= theirs * b.tare_kg + 2_000
        and weighed <= other
        and mine * a.rental_eur_day <= theirs * b.rental_eur_day
        and mine * a.return_days * a.rental_eur_day <= theirs * b.return_days * b.rental_eur_day
    )
