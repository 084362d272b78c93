"""Meaning of load units, vehicles and drayage."""

from __future__ import annotations

from cargopool.model.checks.base import Checker, Range, plain, thousandths
from cargopool.model.checks.energy import check_vehicle_energy
from cargopool.model.equipment import TEMPERATURES, LoadUnitType, RoadVehicle
from cargopool.model.place import MODES

_UNIT = (
    thousandths("pallets_milli", 0, 1000),
    Range("payload_kg", 1, 200_000),
    thousandths("volume_m3_milli", 0, 1000),
    thousandths("loading_metres_milli", 0, 100),
    Range("tare_kg", 0, 100_000),
    thousandths("teu_milli", 0, 10),
    Range("length_m", 0, 100),
    Range("per_truck", 1, 4),
    Range("rental_eur_day", 0, 1e4),
    Range("return_days", 0, 1000),
    Range("one_way_eur", 0, 1e5),
)
_VEHICLE = (
    Range("gross_limit_kg", 1000, 200_000),
    Range("combined_limit_kg", 1000, 200_000),
    Range("tractor_kg", 0, 100_000),
    Range("eur_fixed", 0, 1e5),
    Range("eur_per_km", 0, 1000),
    Range("eur_per_empty_km", 0, 1000),
    Range("eur_per_h", 0, 1e4),
    Range("min_eur", 0, 1e5),
    Range("empty_km_factor", 0, 10),
    Range("haulage_empty_km_factor", 0, 10),
    Range("mj_per_km_empty", 0, 1000),
    Range("mj_per_km_full", 0, 1000),
    Range("full_load_kg", 1, 200_000),
)
_DRAYAGE = (
    Range("radius_km", 0, 5000),
    Range("max_doors", 1, 3),
    Range("collection_eur_fixed", 0, 1e5),
    Range("collection_eur_per_pallet", 0, 1e4),
    Range("collection_eur_per_pallet_km", 0, 1000),
    Range("collection_min_fixed", 0, 10_000),
    Range("collection_speed_kmh", 1, 140),
    Range("collection_load_share", 0.01, 1),
)


def check_equipment(case: Checker) -> None:
    """Check load units and vehicles."""
    scenario = case.scenario
    for key, unit in scenario.load_units.items():
        _check_unit(case, key, unit)
    for key, vehicle in scenario.vehicles.items():
        _check_vehicle(case, key, vehicle)


def _check_unit(case: Checker, key: str, unit: LoadUnitType) -> None:
    where = f"load_units[{plain(key)}]"
    case.identity(key, unit, where)
    case.word(unit.kind, f"{where}.kind", ("container", "swap_body", "trailer"))
    case.numbers(unit, where, _UNIT)
    for mode in sorted(unit.modes):
        case.word(mode, f"{where}.modes", MODES)
    for temperature in sorted(unit.temperatures):
        case.word(temperature, f"{where}.temperatures", TEMPERATURES)
    if not unit.temperatures:
        case.error("E1202", f"{where}.temperatures", "keeps goods at no temperature", "give ambient at least")


def _check_vehicle(case: Checker, key: str, vehicle: RoadVehicle) -> None:
    where = f"road.vehicles[{plain(key)}]"
    units = case.scenario.load_units
    case.identity(key, vehicle, where)
    case.numbers(vehicle, where, _VEHICLE)
    case.word(vehicle.manning, f"{where}.manning", ("single", "double"))
    for name, rates, high in (
        ("toll_eur_per_km", vehicle.toll_eur_per_km, 100),
        ("toll_carbon_share", vehicle.toll_carbon_share, 1),
    ):
        for country, rate in rates.items():
            case.country(country, f"{where}.{name}")
            case.number(rate, f"{where}.{name}", Range(name, 0, high))
    check_vehicle_energy(case, vehicle, where)
    for name in sorted(vehicle.unit_types):
        unit = units.get(name)
        if unit is not None:
            left = vehicle.gross_limit_kg - vehicle.tractor_kg - unit.per_truck * unit.tare_kg
            if "road" in unit.modes and left <= 0:
                message = f"cannot carry even an empty {plain(name)} within its gross limit"
                case.error("E1205", f"{where}.gross_limit_kg", message, "check limit, tractor and tare")
    if units and vehicle.provenance.confidence == "own" and not vehicle.unit_types & (units.keys() | set(case.assumed)):
        message = "carries none of the scenario's load units"
        case.warning("W1203", f"{where}.unit_types", message, "add a unit type that it carries, or leave it out")


def check_drayage(case: Checker) -> None:
    """Check pre- and on-carriage."""
    drayage = case.scenario.drayage
    case.numbers(drayage, "drayage", _DRAYAGE)
    if drayage.vehicle:
        case.known(drayage.vehicle, "drayage.vehicle", case.scenario.vehicles, "vehicle", "E1207")
    elif case.scenario.doors:
        message = "doors need a vehicle for haulage and tours"
        case.error("E1207", "drayage.vehicle", message, "name one of road.vehicles")
