"""Meaning of the physical inputs of energy: classes of the factor set, trucks and services that name them."""

from __future__ import annotations

from cargopool.model.checks.base import Checker, Range, plain
from cargopool.model.energy import (
    ALLOCATIONS,
    DIRECTIONS,
    ELECTRICITY,
    TruckClass,
    VesselClass,
    mj_per_gross_tkm,
    truck_line,
)
from cargopool.model.equipment import RoadVehicle
from cargopool.model.place import MODES
from cargopool.model.service import Service

_TRUCK = (Range("mj_per_km_empty", 0, 1000), Range("mj_per_km_full", 0, 1000), Range("full_load_kg", 1, 200_000))
_VESSEL = (
    Range("mj_per_tkm", 0, 100),
    Range("mj_per_teu_km", 0, 1000),
    Range("cargo_share", 0.01, 1),
    Range("load_share", 0.01, 1),
    Range("light_share", 0, 0.99),
)
_SERVICE = (
    Range("train_gross_t", 0, 20_000),
    Range("unit_share", 0.01, 1),
    Range("load_share", 0.01, 1),
    Range("water_share", 0.01, 1),
    Range("empty_km_factor", 0, 10),
)


def check_energy_classes(case: Checker) -> None:
    """Check the truck and vessel classes of the factor set, its directions and its allocation."""
    factors = case.scenario.factors
    for name, truck in factors.trucks.items():
        _check_truck(case, truck, f"factors.trucks[{plain(name)}]")
    for name, vessel in factors.vessels.items():
        _check_vessel(case, vessel, f"factors.vessels[{plain(name)}]")
    for word, factor in factors.barge_direction.items():
        case.word(word, "factors.barge_direction", ("up", "down"))
        case.number(factor, "factors.barge_direction", Range(word, 0, 10))
    for mode, factor in factors.distance_adjustment.items():
        case.word(mode, "factors.distance_adjustment", MODES)
        case.number(factor, "factors.distance_adjustment", Range(mode, 0.1, 10))
    case.word(factors.allocation, "factors.allocation", ALLOCATIONS)
    _warn_of_nothing(case)


def _warn_of_nothing(case: Checker) -> None:
    """Warn of services and vehicles without energy: whatever goes by them counts as no CO2e at all."""
    scenario = case.scenario
    trucks = [v.id for v in scenario.vehicles.values() if v.energy is None and not v.mj_per_km_full]
    lines = [s.id for s in scenario.services.values() if s.energy is None and not s.mj_per_gross_tkm]
    for where, names, way_out in (
        ("road.vehicles", trucks, "give energy.truck_class, or mj_per_km_empty and mj_per_km_full"),
        ("services", lines, "give energy (train_gross_t or vessel), or mj_per_gross_tkm"),
    ):
        if names:
            some = ", ".join(map(plain, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            case.warning("W1611", where, f"no energy is known of {some}, so their CO2e counts as 0", way_out)


def _check_truck(case: Checker, truck: TruckClass, where: str) -> None:
    case.numbers(truck, where, _TRUCK)
    if truck.mj_per_km_full < truck.mj_per_km_empty:
        message = "needs less energy full than empty"
        case.error("E1206", f"{where}.mj_per_km_full", message, "exchange the two, or correct them")


def _check_vessel(case: Checker, vessel: VesselClass, where: str) -> None:
    case.numbers(vessel, where, _VESSEL)
    case.word(vessel.mode, f"{where}.mode", ("barge", "sea"))
    if bool(vessel.mj_per_tkm) == bool(vessel.mj_per_teu_km):
        message = "needs exactly one of mj_per_tkm and mj_per_teu_km"
        case.error("E1608", f"{where}.mj_per_tkm", message, "give the one that the publication counts, 0 for the other")


def check_vehicle_energy(case: Checker, vehicle: RoadVehicle, where: str) -> None:
    """Check that a vehicle's class exists and that it needs no less energy full than empty."""
    factors, known = case.scenario.factors, case.scenario.factors.trucks
    case.number(vehicle.km_carbon_share, f"{where}.km_carbon_share", Range("km_carbon_share", 0, 1))
    named = vehicle.energy.truck_class if vehicle.energy is not None else ""
    if named and not (vehicle.mj_per_km_empty and vehicle.mj_per_km_full):
        case.known(named, f"{where}.energy.truck_class", known, "truck class in the factors", "E1606")
    line = truck_line(factors, vehicle)
    if line.mj_per_km_full < line.mj_per_km_empty:
        message = "needs less energy full than empty"
        case.error("E1206", f"{where}.mj_per_km_full", message, "exchange the two, or correct them")


def check_service_energy(case: Checker, service: Service, where: str) -> None:
    """Check the physical inputs of a service, and that they say what its energy is."""
    for share, name in ((service.tariff.carbon_share, "tariff.carbon_share"),):
        case.number(share, f"{where}.{name}", Range(name, 0, 1))
    physical = service.energy
    if physical is None:
        return
    here = f"{where}.energy"
    case.numbers(physical, here, _SERVICE)
    case.word(physical.direction, f"{here}.direction", DIRECTIONS)
    if physical.vessel:
        _check_named_vessel(case, service, physical.vessel, here)
    if service.mj_per_gross_tkm or (physical.vessel and physical.vessel not in case.scenario.factors.vessels):
        return
    if service.mode == "rail" and physical.vessel:
        case.error("E1609", f"{here}.vessel", "a train is no vessel", "give train_gross_t")
    elif service.mode != "rail" and physical.train_gross_t:
        case.error("E1609", f"{here}.train_gross_t", f"{service.mode} runs no train", "give vessel")
    elif not physical.vessel and not physical.train_gross_t:
        message = "says nothing from which energy could be worked out"
        case.error("E1609", here, message, "give train_gross_t, vessel, or mj_per_gross_tkm")
    elif physical.unit_share > 0:
        case.number(mj_per_gross_tkm(case.scenario.factors, service).value, here, Range("mj_per_gross_tkm", 0, 100))


def _check_named_vessel(case: Checker, service: Service, name: str, here: str) -> None:
    known = case.scenario.factors.vessels
    if not case.known(name, f"{here}.vessel", known, "vessel class in the factors", "E1607"):
        return
    if known[name].mode != service.mode:
        message = f"{plain(name)} is a class of mode {known[name].mode}, not {service.mode}"
        case.error("E1609", f"{here}.vessel", message, "choose a class of the service's mode")
    if service.carrier == ELECTRICITY and not service.mj_per_gross_tkm:
        message = "a vessel class is of fuel, but the carrier is electricity"
        case.warning("W1610", f"{here}.vessel", message, "name the carrier, such as mgo or diesel")
