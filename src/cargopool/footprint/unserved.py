"""The constant of an unserved shipment: serving comes first, so it stands above what serving can cost.

docs/footprint.md derives the two formulas: the dearest direct road where that road is in time, else an upper bound
on the dearest itinerary of the reference model (`cargopool.footprint.dearest`).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from cargopool.footprint.dearest import dearest_itinerary_eur, units_needed
from cargopool.footprint.external import worst_per_km
from cargopool.footprint.items import Group, weigh
from cargopool.footprint.objective import lateness_cents, time_value_cents
from cargopool.footprint.parts import cross_dock_items, storage_charge
from cargopool.footprint.road import truck_group
from cargopool.footprint.scheduled import reefer_group, rental_group
from cargopool.model.equipment import LoadUnitType, Manning, RoadVehicle
from cargopool.model.place import Door, Hub, Place, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.rules.driving import trip_arrival
from cargopool.rules.index import index_of
from cargopool.rules.opening import earliest_start
from cargopool.rules.roads import crossing_between, road_link
from cargopool.units import CENTS_PER_EUR, KG_PER_TONNE, carbon_cents, ceil_div, cents, started_days


def unserved_cents(scenario: Scenario, shipment: Shipment) -> int:
    """Constant of a shipment left out: whole EUR above its dearest direct road, or else its dearest itinerary."""
    memo = index_of(scenario).memo
    key = ("unserved", shipment.id)
    known = memo.get(key)
    if known is not None and known[0] is shipment:
        return int(known[1])
    found = _constant(scenario, shipment)
    memo[key] = (shipment, found)
    return found


def _constant(scenario: Scenario, shipment: Shipment) -> int:
    roads = list(_direct_roads(scenario, shipment))
    if roads:
        money, grams = _part(scenario, shipment)
        dearest = max(_direct_cents(scenario, shipment, truck, money, grams) for truck in roads)
    else:
        dearest = cents(dearest_itinerary_eur(scenario, shipment))
    waiting = time_value_cents(shipment, shipment.atoms, shipment.latest_min - shipment.ready_min)
    late = lateness_cents(shipment, shipment.atoms, shipment.latest_min - shipment.due_min)
    return (ceil_div(dearest + waiting + late, CENTS_PER_EUR) + 1) * CENTS_PER_EUR


class _Truck(NamedTuple):
    """A vehicle on a road, with the unit types for some freight; priced once, with the heaviest of them on it.

    Attributes
    ----------
    room_kg : tuple of int
        Cargo that the vehicle may carry in each of the unit types.
    external_cents : int
        External costs of its kilometres at most, where they are internalised.
    """

    vehicle: RoadVehicle
    units: tuple[LoadUnitType, ...]
    km: float
    trip: Group
    room_kg: tuple[int, ...]
    external_cents: int


def _trucks(scenario: Scenario, shipment: Shipment, link: RoadLink) -> tuple[_Truck, ...]:
    """Vehicles from its origin to its destination that can take the shipment, kept for others like it."""
    memo = index_of(scenario).memo
    key = ("unserved trucks", shipment.origin, shipment.destination, shipment.temperature, shipment.load_unit)
    known: tuple[_Truck, ...] | None = memo.get(key)
    if known is None:
        known = memo[key] = tuple(_trucks_for(scenario, shipment, link))
    return known


def _trucks_for(scenario: Scenario, shipment: Shipment, link: RoadLink) -> Iterator[_Truck]:
    for vehicle in scenario.vehicles.values():
        units = tuple(
            unit
            for unit in scenario.load_units.values()
            if unit.id in vehicle.unit_types
            and "road" in unit.modes
            and shipment.temperature in unit.temperatures
            and shipment.load_unit in ("", unit.id)
        )
        if units:
            heaviest = max(units, key=lambda unit: 0 if unit.kind == "trailer" else unit.per_truck * unit.tare_kg)
            trip = truck_group(
                scenario, "main", vehicle.id, shipment.origin, shipment.destination, heaviest, heaviest.per_truck
            )
            limit = vehicle.gross_limit_kg - vehicle.tractor_kg
            room = tuple(limit - unit.per_truck * unit.tare_kg for unit in units)
            external = ceil(link.km * (1 + vehicle.empty_km_factor) * worst_per_km(scenario)[1])
            yield _Truck(vehicle, units, link.km, trip, room, external)


def _direct_roads(scenario: Scenario, shipment: Shipment) -> Iterator[_Truck]:
    """Vehicles that can take the shipment straight to its destination in time."""
    link = road_link(scenario, shipment.origin, shipment.destination)
    if link is None or "road" not in shipment.modes:
        return
    ends = scenario.place(shipment.origin), scenario.place(shipment.destination)
    if not all(_handles(place, shipment) for place in ends):
        return
    in_time: dict[Manning, bool] = {}
    for truck in _trucks(scenario, shipment, link):
        manning = truck.vehicle.manning
        if manning not in in_time:
            in_time[manning] = _in_time(scenario, shipment, link, manning)
        if in_time[manning]:
            yield truck


def _handles(place: Place, shipment: Shipment) -> bool:
    if not isinstance(place, Hub):
        return True
    if shipment.adr_class and place.adr_classes is not None and shipment.adr_class not in place.adr_classes:
        return False
    return bool(shipment.load_units) or place.cross_dock is not None


def handling_minutes(place: Place, shipment: Shipment) -> int:
    """Minutes of one operation of a shipment at a place; 0 for sealed units."""
    if shipment.load_units:
        return 0
    if isinstance(place, Hub):
        return place.cross_dock.handling_min if place.cross_dock else 0
    return place.loading_min


def _in_time(scenario: Scenario, shipment: Shipment, link: RoadLink, manning: Manning) -> bool:
    start = scenario.horizon.start
    origin, destination = scenario.place(shipment.origin), scenario.place(shipment.destination)
    load_min, unload_min = handling_minutes(origin, shipment), handling_minutes(destination, shipment)
    begin = earliest_start(origin, start, shipment.ready_min, load_min)
    if begin is None:
        return False
    duty_min = origin.loading_min if isinstance(origin, Door) and origin.loading == "live" else 0
    there = trip_arrival(scenario, link, begin + load_min, manning, bans=True, duty_before_min=duty_min)
    if there is None:
        return False
    crossing = crossing_between(scenario, origin.id, destination.id)
    there += crossing.minutes if crossing else 0
    end = earliest_start(destination, start, there, unload_min)
    return end is not None and end + unload_min <= shipment.latest_min


def _direct_cents(scenario: Scenario, shipment: Shipment, truck: _Truck, money: int, grams: int) -> int:
    """All trucks needed, at the highest carbon price, with the longest rental, storage and running temperature unit.

    ``money`` and ``grams`` are what does not depend on the truck.
    """
    trip = truck.trip
    days = started_days(shipment.latest_min - shipment.ready_min)
    price = max(scenario.objective.max_carbon_price_eur_per_t, scenario.objective.carbon_price_eur_per_t)
    grams += sum(rate.grams(shipment.kg) for rate in trip.load)
    money += ceil(shipment.kg * truck.km * worst_per_km(scenario)[0] / KG_PER_TONNE)
    dearest = 0
    for unit, truck_kg in zip(truck.units, truck.room_kg, strict=True):
        trucks = units_needed(shipment, unit, unit.payload_kg, unit.per_truck, truck_kg)
        use_cents = trip.weighted_cents + truck.external_cents + _rental_cents(scenario, unit, days)
        use_grams = trip.grams
        if shipment.temperature != "ambient":
            minutes = shipment.latest_min - shipment.ready_min
            use_grams += reefer_group(scenario, minutes, unit.per_truck).grams
        dearest = max(dearest, money + trucks * use_cents + carbon_cents(grams + trucks * use_grams, price))
    return dearest


def _rental_cents(scenario: Scenario, unit: LoadUnitType, days: int) -> int:
    """Rental of a truck's units, kept per scenario."""
    memo = index_of(scenario).memo
    key = ("unserved rental", unit.id, days)
    if key not in memo:
        memo[key] = rental_group(scenario, unit, days, unit.per_truck).weighted_cents
    return int(memo[key])


def _part(scenario: Scenario, shipment: Shipment) -> tuple[int, int]:
    """Weighted cents and grams that do not depend on the truck."""
    money, grams = _part_cents(scenario, shipment), 0
    for place_id in (shipment.origin, shipment.destination):
        dock_cents, dock_grams = _dock(scenario, shipment, place_id)
        money, grams = money + dock_cents, grams + dock_grams
    return money, grams


def _dock(scenario: Scenario, shipment: Shipment, place_id: str) -> tuple[int, int]:
    if shipment.load_units:
        return 0, 0
    memo = index_of(scenario).memo
    hub = scenario.hubs.get(place_id)
    by_mass = hub is not None and hub.cross_dock is not None and hub.cross_dock.kwh_per_tonne
    key = ("unserved dock", place_id, shipment.pallets_milli, shipment.kg if by_mass else 0)
    if key not in memo:
        found = cross_dock_items(scenario, place_id, shipment.pallets_milli, shipment.kg)
        memo[key] = (0, 0)
        if found is not None:
            money, energy = found
            memo[key] = weigh(scenario.objective, money.kind, money.cents, 0), energy.grams
    cents_and_grams: tuple[int, int] = memo[key]
    return cents_and_grams


def _part_cents(scenario: Scenario, shipment: Shipment) -> int:
    """Crossings and fees of as many parts as allowed, and the longest storage at the origin."""
    objective = scenario.objective
    fees = (shipment.max_parts - 1) * cents(shipment.part_eur)
    total = weigh(objective, "part_fee", fees, 0)
    row = crossing_between(scenario, shipment.origin, shipment.destination)
    if row is not None and shipment.customs_status != "transit":
        total += shipment.max_parts * weigh(objective, "crossing", cents(row.eur), 0)
    hub = scenario.hubs.get(shipment.origin)
    if hub is not None:
        days = started_days(shipment.latest_min - shipment.ready_min)
        stored = storage_charge(hub, shipment, shipment.atoms, shipment.pallets_milli, days)
        total += weigh(objective, stored.kind, stored.cents, 0)
    return total
