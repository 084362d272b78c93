"""An upper bound on the dearest itinerary of one shipment in the reference model, taken alone.

Every term takes the dearest row that the scenario has, whether or not one itinerary could combine them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cargopool.footprint.scheduled import matching_surcharges
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import Place
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.model.shipment import Shipment
from cargopool.rules.index import index_of
from cargopool.rules.roads import great_circle_km
from cargopool.units import GRAMS_PER_KG, KG_PER_TONNE, MILLI, MJ_PER_KWH, ceil_div, from_milli, started_days

_G_PER_T = GRAMS_PER_KG * KG_PER_TONNE


def units_needed(shipment: Shipment, unit: LoadUnitType, unit_kg: int, together: int = 1, truck_kg: int = 0) -> int:
    """Trucks (of ``together`` units, at most ``truck_kg`` of cargo) that surely hold the whole shipment.

    Every atom is taken at the size of the largest one; what does not fit at all counts one truck per atom.
    """
    if shipment.load_units:
        return ceil_div(shipment.load_units, together)
    atoms = shipment.atoms
    room = [
        (min(shipment.pallets_milli, MILLI), unit.pallets_milli),
        (ceil_div(shipment.kg, atoms), unit_kg),
        (ceil_div(shipment.volume_m3_milli, atoms), unit.volume_m3_milli),
        (ceil_div(shipment.loading_metres_milli, atoms), unit.loading_metres_milli),
    ]
    fit = together * min((limit // size for size, limit in room if size), default=atoms)
    if truck_kg and shipment.kg:
        fit = min(fit, truck_kg // ceil_div(shipment.kg, atoms))
    return ceil_div(atoms, max(1, min(fit, atoms)))


@dataclass(frozen=True, slots=True)
class _Worst:
    """Dearest rates of a scenario.

    Attributes
    ----------
    g_per_mj, g_per_kwh : float
        Dirtiest carrier and grid.
    eur_per_g : float
        Highest carbon price that any run may use.
    weight : float
        Highest line weight, at least 1.
    road_km, road_min : float, int
        Longest road and longest driving.
    """

    g_per_mj: float
    g_per_kwh: float
    eur_per_g: float
    weight: float
    road_km: float
    road_min: float


def _longest_road(scenario: Scenario) -> tuple[float, float]:
    """Km and minutes: link rows, and twice the farthest place from one of its region (the triangle inequality)."""
    regions: dict[str, list[Place]] = {}
    everywhere: list[Place] = [*scenario.hubs.values(), *scenario.doors.values()]
    for place in everywhere:
        regions.setdefault(place.road_region, []).append(place)
    far = max(
        (2 * max(great_circle_km(places[0], other) for other in places) for places in regions.values()), default=0.0
    )
    km = far * scenario.factors.detour_road + 1
    minutes = 60 * km / scenario.factors.road_speed_kmh + 1
    rows = scenario.road_links
    return max([km, *(row.km for row in rows)]), max([minutes, *(float(row.drive_min) for row in rows)])


def _worst(scenario: Scenario) -> _Worst:
    factors, objective = scenario.factors, scenario.objective
    g_per_kwh = max(factors.grid_g_per_kwh.values(), default=0.0)
    burnt = (row.wtt_g_per_mj + row.ttw_g_per_mj for row in factors.carriers.values())
    km, minutes = _longest_road(scenario)
    return _Worst(
        g_per_mj=max([g_per_kwh / MJ_PER_KWH, *burnt]),
        g_per_kwh=g_per_kwh,
        eur_per_g=max(objective.max_carbon_price_eur_per_t, objective.carbon_price_eur_per_t) / _G_PER_T,
        weight=max([1.0, *objective.weights.values()]),
        road_km=km,
        road_min=minutes,
    )


def dearest_itinerary_eur(scenario: Scenario, shipment: Shipment) -> float:
    """Upper bound in EUR, lateness and value of time left out."""
    memo = index_of(scenario).memo
    worst: _Worst = memo.get("worst") or memo.setdefault("worst", _worst(scenario))
    days = started_days(shipment.latest_min - shipment.ready_min) + 1
    minutes = shipment.latest_min - shipment.ready_min
    units = [
        unit
        for unit in scenario.load_units.values()
        if shipment.temperature in unit.temperatures and shipment.load_unit in ("", unit.id)
    ]
    dearest = max((_move_eur(scenario, worst, shipment, unit, days, minutes) for unit in units), default=0.0)
    return scenario.scope.max_moves * dearest + _part_eur(scenario, worst, shipment, days)


def _move_eur(
    scenario: Scenario, worst: _Worst, shipment: Shipment, unit: LoadUnitType, days: int, minutes: int
) -> float:
    """All units of the shipment on one move, and its charter runs."""
    scope = scenario.scope
    services = list(scenario.services.values())
    stay = max((_stay_eur(worst, scenario, hub_id, days) for hub_id in scenario.hubs), default=0.0)
    ride = max((_ride_eur(scenario, worst, service, unit) for service in services), default=0.0)
    drayage = scenario.vehicles.get(scenario.drayage.vehicle)
    haulage = 2 * _truck_eur(scenario, worst, drayage, unit, haulage=True) if drayage else 0.0
    trucks = [row for row in scenario.vehicles.values() if unit.id in row.unit_types]
    road = max((_truck_eur(scenario, worst, row, unit, haulage=False) for row in trucks), default=0.0)
    scheduled = scope.max_departures * ride + (scope.max_departures + 1) * stay + haulage
    scheduled += worst.weight * unit.one_way_eur
    kept = worst.weight * (days + unit.return_days) * unit.rental_eur_day * unit.per_truck
    reefer_mj = scenario.factors.reefer_mj_per_h * minutes / 60 * unit.per_truck
    per_use = max(scheduled, road) + kept + reefer_mj * worst.g_per_mj * worst.eur_per_g
    charter = max((_charter_eur(worst, service) for service in services), default=0.0)
    return units_needed(shipment, unit, _least_kg(scenario, unit)) * per_use + scope.max_departures * charter


def _least_kg(scenario: Scenario, unit: LoadUnitType) -> int:
    """Cargo that every service's heaviest class and the haulage vehicle's limits allow."""
    limits = [unit.payload_kg]
    for service in scenario.services.values():
        if service.tariff.weight_classes:
            limits.append(max(row.up_to_kg for row in service.tariff.weight_classes) - unit.tare_kg)
    for vehicle in scenario.vehicles.values():
        gross = min(vehicle.gross_limit_kg, vehicle.combined_limit_kg)
        limits.append((gross - vehicle.tractor_kg) // unit.per_truck - unit.tare_kg)
    return max(1, min(limits))


def _stay_eur(worst: _Worst, scenario: Scenario, hub_id: str, days: int) -> float:
    hub = scenario.hubs[hub_id]
    grams = hub.lift_kwh * worst.g_per_kwh + hub.lift_diesel_mj * worst.g_per_mj
    return worst.weight * (hub.lift_eur + days * hub.storage_eur_per_unit_day) + grams * worst.eur_per_g


def _ride_eur(scenario: Scenario, worst: _Worst, service: Service, unit: LoadUnitType) -> float:
    tariff, teu = service.tariff, from_milli(unit.teu_milli)
    share = max([1.0, *tariff.by_stops.values()])
    factor = max((row.factor for row in tariff.weight_classes), default=1.0)
    price = max((tariff.eur_per_unit + teu * tariff.eur_per_teu) * share * factor, tariff.min_eur)
    extra = sum(
        max(0.0, row.eur_per_unit + teu * row.eur_per_teu + row.percent / 100 * price)
        for row in matching_surcharges(scenario, service)
    )
    gross_t = (unit.tare_kg + unit.payload_kg) / KG_PER_TONNE
    grams = gross_t * sum(leg.km for leg in service.legs) * service.mj_per_gross_tkm * worst.g_per_mj
    return worst.weight * (price + extra) + grams * worst.eur_per_g


def _charter_eur(worst: _Worst, service: Service) -> float:
    if service.charter is None:
        return 0.0
    grams = service.run_gross_t * sum(leg.km for leg in service.legs) * service.mj_per_gross_tkm * worst.g_per_mj
    return worst.weight * service.charter.eur_per_run + grams * worst.eur_per_g


def _truck_eur(scenario: Scenario, worst: _Worst, vehicle: RoadVehicle, unit: LoadUnitType, *, haulage: bool) -> float:
    factors = scenario.factors
    km, drive_min, trips, empty = worst.road_km, worst.road_min, 1, vehicle.empty_km_factor
    loading = 0
    if haulage:
        km = min(km, scenario.drayage.radius_km)
        trips, empty = 2, vehicle.haulage_empty_km_factor + 2
        loading = max((door.loading_min for door in scenario.doors.values()), default=0)
    ride = max(factors.shuttle_min.values(), default=0)
    hours = (drive_min * (1 + (empty if haulage else 0)) + ride + loading) / 60
    money = trips * vehicle.eur_fixed + km * (vehicle.eur_per_km + empty * vehicle.eur_per_empty_km)
    money += km * max(vehicle.toll_eur_per_km.values(), default=0.0) + hours * vehicle.eur_per_h
    money = max(money + max(factors.shuttle_eur.values(), default=0.0), vehicle.min_eur)
    slope = max(0.0, vehicle.mj_per_km_full - vehicle.mj_per_km_empty) / vehicle.full_load_kg
    gross = unit.per_truck * (unit.tare_kg + unit.payload_kg)
    grams = km * ((1 + empty) * vehicle.mj_per_km_empty + slope * gross) * worst.g_per_mj
    grams += max(factors.shuttle_kwh.values(), default=0.0) * worst.g_per_kwh
    return worst.weight * money + grams * worst.eur_per_g


def _part_eur(scenario: Scenario, worst: _Worst, shipment: Shipment, days: int) -> float:
    """Handlings, crossings, storage, tours and fees of all parts."""
    moves, parts = scenario.scope.max_moves, shipment.max_parts
    pallets = from_milli(shipment.pallets_milli)
    docks = [hub.cross_dock for hub in scenario.hubs.values() if hub.cross_dock is not None]
    money = (moves + 1) * pallets * max((dock.eur_per_pallet for dock in docks), default=0.0)
    grams = (moves + 1) * pallets * max((dock.kwh_per_pallet for dock in docks), default=0.0) * worst.g_per_kwh
    money += parts * moves * max((row.eur for row in scenario.crossings), default=0.0)
    per_day = max((hub.storage_eur_per_pallet_day for hub in scenario.hubs.values()), default=0.0) * pallets
    if shipment.load_units:
        per_day = max((hub.storage_eur_per_unit_day for hub in scenario.hubs.values()), default=0.0) * shipment.atoms
    money += moves * days * per_day + (parts - 1) * shipment.part_eur
    drayage = scenario.drayage
    per_pallet = drayage.collection_eur_per_pallet + drayage.radius_km * drayage.collection_eur_per_pallet_km
    money += 2 * (parts * drayage.collection_eur_fixed + pallets * per_pallet)
    vehicle = scenario.vehicles.get(drayage.vehicle)
    if vehicle is not None and drayage.collection_load_share > 0:
        usual = vehicle.full_load_kg * drayage.collection_load_share
        mj = vehicle.mj_per_km_empty * (1 + vehicle.haulage_empty_km_factor) / usual
        mj += max(0.0, vehicle.mj_per_km_full - vehicle.mj_per_km_empty) / vehicle.full_load_kg
        grams += 2 * shipment.kg * drayage.radius_km * mj * worst.g_per_mj
    return worst.weight * money + grams * worst.eur_per_g
