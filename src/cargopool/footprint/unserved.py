"""The constant of an unserved shipment: serving comes first, so it stands above what serving can cost.

docs/footprint.md derives the two formulas: the dearest direct road where that road is in time, else an upper bound
on the dearest itinerary of the reference model (`cargopool.footprint.dearest`).
"""

from __future__ import annotations

from collections.abc import Iterator

from cargopool.footprint.dearest import dearest_itinerary_eur, units_needed
from cargopool.footprint.items import weigh
from cargopool.footprint.moves import move_coefficients, stage_groups
from cargopool.footprint.objective import lateness_cents, time_value_cents
from cargopool.footprint.parts import cross_dock_items, storage_charge
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import Door, Hub, Place, RoadLink
from cargopool.model.plan import Move, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.rules.driving import trip_arrival
from cargopool.rules.index import index_of
from cargopool.rules.opening import earliest_start
from cargopool.rules.roads import crossing_between, road_link
from cargopool.units import CENTS_PER_EUR, carbon_cents, ceil_div, cents, started_days


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
    roads = [
        _direct_cents(scenario, shipment, unit, vehicle, link)
        for unit, vehicle, link in _direct_roads(scenario, shipment)
    ]
    dearest = max(roads) if roads else cents(dearest_itinerary_eur(scenario, shipment))
    waiting = time_value_cents(shipment, shipment.atoms, shipment.latest_min - shipment.ready_min)
    late = lateness_cents(shipment, shipment.atoms, shipment.latest_min - shipment.due_min)
    return (ceil_div(dearest + waiting + late, CENTS_PER_EUR) + 1) * CENTS_PER_EUR


def _direct_roads(scenario: Scenario, shipment: Shipment) -> Iterator[tuple[LoadUnitType, RoadVehicle, RoadLink]]:
    """Unit types and vehicles that can take the shipment straight to its destination in time."""
    link = road_link(scenario, shipment.origin, shipment.destination)
    if link is None or "road" not in shipment.modes:
        return
    ends = scenario.place(shipment.origin), scenario.place(shipment.destination)
    if not all(_handles(place, shipment) for place in ends):
        return
    for unit in scenario.load_units.values():
        if "road" not in unit.modes or shipment.temperature not in unit.temperatures:
            continue
        if shipment.load_units and unit.id != shipment.load_unit:
            continue
        for vehicle in scenario.vehicles.values():
            if unit.id in vehicle.unit_types and _in_time(scenario, shipment, link, vehicle):
                yield unit, vehicle, link


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


def _in_time(scenario: Scenario, shipment: Shipment, link: RoadLink, vehicle: RoadVehicle) -> bool:
    start = scenario.horizon.start
    origin, destination = scenario.place(shipment.origin), scenario.place(shipment.destination)
    load_min, unload_min = handling_minutes(origin, shipment), handling_minutes(destination, shipment)
    begin = earliest_start(origin, start, shipment.ready_min, load_min)
    if begin is None:
        return False
    duty_min = origin.loading_min if isinstance(origin, Door) and origin.loading == "live" else 0
    there = trip_arrival(scenario, link, begin + load_min, vehicle.manning, bans=True, duty_before_min=duty_min)
    crossing = crossing_between(scenario, origin.id, destination.id)
    there += crossing.minutes if crossing else 0
    end = earliest_start(destination, start, there, unload_min)
    return end is not None and end + unload_min <= shipment.latest_min


def _direct_cents(
    scenario: Scenario, shipment: Shipment, unit: LoadUnitType, vehicle: RoadVehicle, link: RoadLink
) -> int:
    """All trucks needed, at the highest carbon price, with the longest rental, storage and running temperature unit."""
    stage = RoadStage(
        purpose="main",
        vehicle=vehicle.id,
        origin=shipment.origin,
        destination=shipment.destination,
        depart_min=shipment.ready_min,
        arrive_min=shipment.latest_min,
    )
    move = Move(
        id="direct",
        kind="road",
        origin=shipment.origin,
        destination=shipment.destination,
        unit_type=unit.id,
        stages=(stage,),
        latest_min=shipment.ready_min,
        available_min=shipment.latest_min,
        units_per_move=unit.per_truck,
    )
    truck_kg = vehicle.gross_limit_kg - vehicle.tractor_kg - unit.per_truck * unit.tare_kg
    trucks = units_needed(shipment, unit, unit.payload_kg, unit.per_truck, truck_kg)
    use = move_coefficients(scenario, move)
    grams = trucks * (use.grams if shipment.temperature == "ambient" else use.grams_powered)
    grams += sum(rate.element(shipment.kg).grams for one in stage_groups(scenario, move) for rate in one.load)
    money = trucks * use.objective_cents
    for place_id in (shipment.origin, shipment.destination):
        dock_cents, dock_grams = _dock(scenario, shipment, place_id)
        money, grams = money + dock_cents, grams + dock_grams
    money += _part_cents(scenario, shipment)
    price = max(scenario.objective.max_carbon_price_eur_per_t, scenario.objective.carbon_price_eur_per_t)
    return money + carbon_cents(grams, price)


def _dock(scenario: Scenario, shipment: Shipment, place_id: str) -> tuple[int, int]:
    if shipment.load_units:
        return 0, 0
    found = cross_dock_items(scenario, place_id, shipment.pallets_milli, shipment.kg)
    if found is None:
        return 0, 0
    money, energy = found
    return weigh(scenario.objective, money.kind, money.cents, 0), energy.grams


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
