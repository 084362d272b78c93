"""An upper bound on the dearest itinerary of one shipment in the reference model, taken alone.

Every term takes the dearest row that the scenario has, whether or not one itinerary could combine them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.footprint.carriers import ELECTRICITY, intensity
from cargopool.footprint.energy import run_rate, service_rate, vehicle_line
from cargopool.footprint.external import worst_per_km
from cargopool.footprint.road import pooled_mj_per_kg_km
from cargopool.footprint.scheduled import matching_surcharges
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import Hub, Place
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.model.shipment import Shipment
from cargopool.rules.index import index_of
from cargopool.rules.roads import great_circle_km, matrix_minutes
from cargopool.units import (
    CENTS_PER_EUR,
    GRAMS_PER_KG,
    KG_PER_TONNE,
    MILLI,
    MINUTES_PER_HOUR,
    MJ_PER_KWH,
    ceil_div,
    from_milli,
    started_days,
)

_G_PER_T = GRAMS_PER_KG * KG_PER_TONNE


def units_needed(shipment: Shipment, unit: LoadUnitType, unit_kg: int, together: int = 1, truck_kg: int = 0) -> int:
    """Trucks (of ``together`` units, at most ``truck_kg`` of cargo) that surely hold the whole shipment.

    Every atom is taken at the size of the largest one; what does not fit at all counts one truck per atom.
    """
    if shipment.load_units:
        return ceil_div(shipment.load_units, together)
    atoms = shipment.atoms
    atom_kg = ceil_div(shipment.kg, atoms)
    room = (
        (min(shipment.pallets_milli, MILLI), unit.pallets_milli),
        (atom_kg, unit_kg),
        (ceil_div(shipment.volume_m3_milli, atoms), unit.volume_m3_milli),
        (ceil_div(shipment.loading_metres_milli, atoms), unit.loading_metres_milli),
    )
    fits = [limit // size for size, limit in room if size]
    fit = together * (min(fits) if fits else atoms)
    if truck_kg and atom_kg:
        fit = min(fit, truck_kg // atom_kg)
    return ceil_div(atoms, max(1, min(fit, atoms)))


@dataclass(frozen=True, slots=True)
class _Worst:
    """Dearest rates of a scenario, whatever the shipment.

    Attributes
    ----------
    g_per_mj, g_per_kwh : float
        Dirtiest carrier and grid.
    eur_per_g : float
        Highest carbon price that any run may use.
    weight : float
        Highest line weight, at least 1.
    road_km, road_min, haulage_min : float
        Longest road and longest driving; longest driving of a road within the drayage radius.
    lift_eur, dock_eur, crossing_eur : float
        Dearest lift, cross-docking of a pallet, and crossing; lift and dock with their carbon.
    handled_eur_per_t : float
        Carbon of a tonne at the hub whose lifts and cross-docking take most per tonne.
    charters_eur : float
        The dearest charter runs that one itinerary may ride, carbon included.
    unit_day_eur, pallet_day_eur : float
        Dearest storage.
    """

    g_per_mj: float
    g_per_kwh: float
    eur_per_g: float
    weight: float
    road_km: float
    road_min: float
    haulage_min: float
    lift_eur: float
    dock_eur: float
    handled_eur_per_t: float
    crossing_eur: float
    charters_eur: float
    unit_day_eur: float
    pallet_day_eur: float


@dataclass(frozen=True, slots=True)
class _WorstUnit:
    """Dearest use of a move by one unit of a type, its waiting left out.

    Attributes
    ----------
    use_eur : float
        The dearer of a road trip and a chain of departures with haulage at both ends.
    least_kg : int
        Cargo that every service and truck lets a unit take.
    """

    use_eur: float
    least_kg: int


def _farthest_km(places: list[Place]) -> float:
    """Great circle from the place next to the mean of all to the farthest one."""
    lat = sum(place.lat for place in places) / len(places)
    lon = sum(place.lon for place in places) / len(places)
    middle = min(places, key=lambda place: (place.lat - lat) ** 2 + (place.lon - lon) ** 2)
    return max(great_circle_km(middle, other) for other in places)


def _longest_roads(scenario: Scenario) -> tuple[float, float, float]:
    """Km and minutes of the longest road, minutes of the longest within the drayage radius.

    Roads without a row are at most twice as long as the way from the middle place of a region to its farthest one.
    """
    regions: dict[str, list[Place]] = {}
    everywhere: list[Place] = [*scenario.hubs.values(), *scenario.doors.values()]
    for place in everywhere:
        regions.setdefault(place.road_region, []).append(place)
    far = max((2 * _farthest_km(places) for places in regions.values()), default=0.0)
    factors, radius, rows = scenario.factors, scenario.drayage.radius_km, scenario.road_links
    own_km, own_min = np.zeros(0), np.zeros(0, np.int64)
    if scenario.road_matrix is not None:
        given = ~np.isnan(scenario.road_matrix.km)
        own_km, own_min = scenario.road_matrix.km[given], matrix_minutes(scenario)[given]
    km = far * factors.detour_road + 1
    pace = MINUTES_PER_HOUR / factors.road_speed_kmh
    return (
        max([km, *(row.km for row in rows), float(own_km.max(initial=0))]),
        max([km * pace + 1, *(float(row.drive_min) for row in rows), float(own_min.max(initial=0))]),
        max(
            [
                min(km, radius) * pace + 1,
                *(float(row.drive_min) for row in rows if row.km <= radius),
                float(own_min[own_km <= radius].max(initial=0)),
            ]
        ),
    )


def _charters_eur(scenario: Scenario, weight: float, eur_per_g: float, g_per_kwh: float) -> float:
    """Runs that one itinerary may ride at most: no place comes twice, so each leg of each charter service once."""
    runs: list[float] = []
    for service in scenario.services.values():
        if service.charter is not None:
            mj = service.run_gross_t * sum(leg.km for leg in service.legs) * run_rate(scenario, service).value
            grams = (
                mj * distance_factor(scenario.factors, service.mode) * _g_per_mj(scenario, service.carrier, g_per_kwh)
            )
            runs += [weight * service.charter.eur_per_run + grams * eur_per_g] * len(service.legs)
    return sum(sorted(runs)[-scenario.scope.max_moves * scenario.scope.max_departures :])


def _g_per_mj(scenario: Scenario, carrier: str, g_per_kwh: float) -> float:
    """Grams per MJ of a carrier, of electricity at the dirtiest grid."""
    if carrier == ELECTRICITY:
        return g_per_kwh / MJ_PER_KWH
    return sum(intensity(scenario, carrier))


def _lift_grams(hub: Hub, g_per_kwh: float, g_per_mj: float) -> float:
    return hub.lift_kwh * g_per_kwh + hub.lift_diesel_mj * g_per_mj


def _handled_grams(scenario: Scenario, g_per_kwh: float, g_per_mj: float) -> float:
    """Grams per tonne of one lift or cross-docking at the dirtiest hub."""
    found = [0.0]
    for hub in scenario.hubs.values():
        found.append(hub.lift_kwh_per_tonne * g_per_kwh + hub.lift_diesel_mj_per_tonne * g_per_mj)
        if hub.cross_dock is not None:
            found.append(hub.cross_dock.kwh_per_tonne * g_per_kwh)
    return max(found)


def _worst(scenario: Scenario) -> _Worst:
    factors, objective = scenario.factors, scenario.objective
    g_per_kwh = max(factors.grid_g_per_kwh.values(), default=0.0)
    burnt = (row.wtt_g_per_mj + row.ttw_g_per_mj for row in factors.carriers.values())
    g_per_mj = max([g_per_kwh / MJ_PER_KWH, *burnt])
    eur_per_g = max(objective.max_carbon_price_eur_per_t, objective.carbon_price_eur_per_t) / _G_PER_T
    weight = max([1.0, *objective.weights.values()])
    hubs = list(scenario.hubs.values())
    docks = [hub.cross_dock for hub in hubs if hub.cross_dock is not None]
    lifts = [weight * hub.lift_eur + _lift_grams(hub, g_per_kwh, g_per_mj) * eur_per_g for hub in hubs]
    km, minutes, haulage_min = _longest_roads(scenario)
    return _Worst(
        g_per_mj=g_per_mj,
        g_per_kwh=g_per_kwh,
        eur_per_g=eur_per_g,
        weight=weight,
        road_km=km,
        road_min=minutes,
        haulage_min=haulage_min,
        lift_eur=max(lifts, default=0.0),
        dock_eur=max(
            (weight * dock.eur_per_pallet + dock.kwh_per_pallet * g_per_kwh * eur_per_g for dock in docks), default=0.0
        ),
        handled_eur_per_t=_handled_grams(scenario, g_per_kwh, g_per_mj) * eur_per_g,
        crossing_eur=weight * max((row.eur for row in scenario.crossings), default=0.0),
        charters_eur=_charters_eur(scenario, weight, eur_per_g, g_per_kwh),
        unit_day_eur=weight * max((hub.storage_eur_per_unit_day for hub in hubs), default=0.0),
        pallet_day_eur=weight * max((hub.storage_eur_per_pallet_day for hub in hubs), default=0.0),
    )


def dearest_itinerary_eur(scenario: Scenario, shipment: Shipment) -> float:
    """Upper bound in EUR, lateness and value of time left out."""
    memo = index_of(scenario).memo
    worst: _Worst = memo.get("worst") or memo.setdefault("worst", _worst(scenario))
    days = started_days(shipment.latest_min - shipment.ready_min) + 1
    moves = 0.0
    for unit in scenario.load_units.values():
        if shipment.temperature in unit.temperatures and shipment.load_unit in ("", unit.id):
            key = ("worst", unit.id)
            of_unit: _WorstUnit = memo.get(key) or memo.setdefault(key, _worst_unit(scenario, worst, unit))
            moves = max(moves, _move_eur(scenario, worst, of_unit, shipment, unit, days))
    whole = scenario.scope.max_moves * moves + worst.charters_eur + _part_eur(scenario, worst, shipment, days)
    return whole + _external_eur(scenario, worst, shipment)


def _external_eur(scenario: Scenario, worst: _Worst, shipment: Shipment) -> float:
    """External costs of the cargo over the longest ways: every move by road or by rides and haulage, and two tours."""
    per_tkm, per_vkm = worst_per_km(scenario)
    if not per_tkm and not per_vkm:
        return 0.0
    scope, radius = scenario.scope, scenario.drayage.radius_km
    rides = max((sum(leg.km for leg in service.legs) for service in scenario.services.values()), default=0.0)
    km = scope.max_moves * (worst.road_km + scope.max_departures * rides + 2 * radius) + 2 * radius
    vehicle = scenario.vehicles.get(scenario.drayage.vehicle)
    full_kg = vehicle_line(scenario, vehicle).full_load_kg if vehicle is not None else 0
    usual_kg = full_kg * scenario.drayage.collection_load_share
    tours = 2 * radius * (1 + (vehicle.haulage_empty_km_factor if vehicle else 0.0)) / usual_kg if usual_kg else 0.0
    return (shipment.kg * (km * per_tkm / KG_PER_TONNE + tours * per_vkm)) / CENTS_PER_EUR


def _worst_unit(scenario: Scenario, worst: _Worst, unit: LoadUnitType) -> _WorstUnit:
    scope = scenario.scope
    ride = max((_ride_eur(scenario, worst, service, unit) for service in scenario.services.values()), default=0.0)
    drayage = scenario.vehicles.get(scenario.drayage.vehicle)
    haulage = 2 * _truck_eur(scenario, worst, drayage, unit, haulage=True) if drayage else 0.0
    haulage *= _dearest_rate(scenario)
    trucks = [row for row in scenario.vehicles.values() if unit.id in row.unit_types]
    road = max((_truck_eur(scenario, worst, row, unit, haulage=False) for row in trucks), default=0.0)
    scheduled = scope.max_departures * ride + (scope.max_departures + 1) * worst.lift_eur + haulage
    return _WorstUnit(max(scheduled + worst.weight * unit.one_way_eur, road), _least_kg(scenario, unit))


def _move_eur(
    scenario: Scenario, worst: _Worst, of_unit: _WorstUnit, shipment: Shipment, unit: LoadUnitType, days: int
) -> float:
    """All units of the shipment on one move."""
    hours = (shipment.latest_min - shipment.ready_min) / MINUTES_PER_HOUR
    stored = (scenario.scope.max_departures + 1) * days * worst.unit_day_eur
    rented = worst.weight * (days + unit.return_days) * unit.rental_eur_day * unit.per_truck
    powered = scenario.factors.reefer_mj_per_h * hours * unit.per_truck * worst.g_per_mj * worst.eur_per_g
    units = units_needed(shipment, unit, of_unit.least_kg)
    return units * (of_unit.use_eur + stored + rented + powered)


def _least_kg(scenario: Scenario, unit: LoadUnitType) -> int:
    """Cargo that every service's heaviest class and the limits of all vehicles that carry the unit allow."""
    limits = [unit.payload_kg]
    for service in scenario.services.values():
        if service.tariff.weight_classes:
            limits.append(max(row.up_to_kg for row in service.tariff.weight_classes) - unit.tare_kg)
    for vehicle in (row for row in scenario.vehicles.values() if unit.id in row.unit_types):
        gross = min(vehicle.gross_limit_kg, vehicle.combined_limit_kg)
        limits.append((gross - vehicle.tractor_kg) // unit.per_truck - unit.tare_kg)
    return max(1, min(limits))


def _ride_eur(scenario: Scenario, worst: _Worst, service: Service, unit: LoadUnitType) -> float:
    tariff, teu = service.tariff, from_milli(unit.teu_milli)
    share = max([1.0, *tariff.by_stops.values()])
    factor = max((row.factor for row in tariff.weight_classes), default=1.0)
    price = max((tariff.eur_per_unit + teu * tariff.eur_per_teu) * share * factor, tariff.min_eur)
    extra = sum(
        max(0.0, row.eur_per_unit + teu * row.eur_per_teu + row.percent / 100 * price)
        for row in matching_surcharges(scenario, service)
    )
    rate = service_rate(scenario, service)
    gross_t = (unit.tare_kg + unit.payload_kg) / KG_PER_TONNE
    grams = sum(leg.km for leg in service.legs) * (gross_t * rate.mj_per_gross_tkm + teu * rate.mj_per_teu_km)
    grams *= distance_factor(scenario.factors, service.mode) * _g_per_mj(scenario, service.carrier, worst.g_per_kwh)
    return worst.weight * (price + extra) + grams * worst.eur_per_g


def _truck_eur(scenario: Scenario, worst: _Worst, vehicle: RoadVehicle, unit: LoadUnitType, *, haulage: bool) -> float:
    factors = scenario.factors
    km, drive_min, trips, empty = worst.road_km, worst.road_min, 1, vehicle.empty_km_factor
    loading = 0
    if haulage:
        km, drive_min = min(km, scenario.drayage.radius_km), worst.haulage_min
        trips, empty = 2, vehicle.haulage_empty_km_factor + 2
        loading = max((door.loading_min for door in scenario.doors.values()), default=0)
    ride = max(factors.shuttle_min.values(), default=0)
    hours = (drive_min * (1 + (empty if haulage else 0)) + ride + loading) / 60
    money = trips * vehicle.eur_fixed + km * (vehicle.eur_per_km + empty * vehicle.eur_per_empty_km)
    money += km * max(vehicle.toll_eur_per_km.values(), default=0.0) + hours * vehicle.eur_per_h
    money = max(money + max(factors.shuttle_eur.values(), default=0.0), vehicle.min_eur)
    line = vehicle_line(scenario, vehicle)
    gross = unit.per_truck * (unit.tare_kg + unit.payload_kg)
    grams = km * ((1 + empty) * line.mj_per_km_empty + max(0.0, line.slope) * gross)
    grams *= distance_factor(factors, "road") * _g_per_mj(scenario, vehicle.carrier, worst.g_per_kwh)
    grams += max(factors.shuttle_kwh.values(), default=0.0) * worst.g_per_kwh
    external = km * (1 + empty) * worst_per_km(scenario)[1] / CENTS_PER_EUR
    return worst.weight * money + grams * worst.eur_per_g + external


def _dearest_rate(scenario: Scenario) -> float:
    """Highest factor on an estimate of collection, delivery or haulage, at least 1."""
    return max(1.0, *scenario.drayage.rates.values()) if scenario.drayage.rates else 1.0


def _part_eur(scenario: Scenario, worst: _Worst, shipment: Shipment, days: int) -> float:
    """Handlings, crossings, storage, tours and fees of all parts."""
    moves, parts = scenario.scope.max_moves, shipment.max_parts
    pallets = from_milli(shipment.pallets_milli)
    per_day = shipment.atoms * worst.unit_day_eur if shipment.load_units else pallets * worst.pallet_day_eur
    total = (moves + 1) * pallets * worst.dock_eur + moves * (parts * worst.crossing_eur + days * per_day)
    touched = (moves + 1) + moves * (scenario.scope.max_departures + 1)
    total += touched * shipment.kg / KG_PER_TONNE * worst.handled_eur_per_t
    drayage = scenario.drayage
    per_pallet = drayage.collection_eur_per_pallet + drayage.radius_km * drayage.collection_eur_per_pallet_km
    tours = 2 * (parts * drayage.collection_eur_fixed + pallets * per_pallet) * _dearest_rate(scenario)
    total += worst.weight * (tours + (parts - 1) * shipment.part_eur)
    vehicle = scenario.vehicles.get(drayage.vehicle)
    if vehicle is not None and drayage.collection_load_share > 0:
        line, share = vehicle_line(scenario, vehicle), drayage.collection_load_share
        mj = pooled_mj_per_kg_km(line, vehicle.haulage_empty_km_factor, share)
        mj *= distance_factor(scenario.factors, "road")
        total += 2 * shipment.kg * drayage.radius_km * mj * worst.g_per_mj * worst.eur_per_g
    return total
