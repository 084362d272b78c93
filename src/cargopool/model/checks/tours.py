"""Meaning of fleets, and of what tours will be asked to carry."""

from __future__ import annotations

from cargopool.model.checks.base import Checker, Range, plain, thousandths
from cargopool.model.equipment import TEMPERATURES, FleetVehicle
from cargopool.model.place import Door
from cargopool.model.quantity import quantity_of
from cargopool.model.shipment import Shipment

_FLEET = (
    Range("count", 0, 10_000),
    thousandths("pallets_milli", 0, 1000),
    Range("payload_kg", 0, 200_000),
    thousandths("volume_m3_milli", 0, 1000),
    Range("battery_kwh", 1, 10_000),
    Range("charge_kw", 0, 10_000),
)


def check_fleet(case: Checker) -> None:
    """Check the vehicles that drive tours."""
    for key, row in case.scenario.fleet.items():
        where = f"road.fleet[{plain(key)}]"
        case.identity(key, row, where)
        case.numbers(row, where, _FLEET)
        case.word(row.carries, f"{where}.carries", ("pallets", "units"))
        for temperature in sorted(row.temperatures):
            case.word(temperature, f"{where}.temperatures", TEMPERATURES)
        case.known(row.vehicle, f"{where}.vehicle", case.scenario.vehicles, "vehicle", "E1210")
        case.known(row.depot, f"{where}.depot", case.places, "place", "E1211")
        if row.opening is not None:
            case.opening(row.opening, where)
        _check_battery(case, row, where)
    case.word(case.scenario.drayage.bans, "drayage.bans", ("none", "pallets", "all"))
    case.number(case.scenario.drayage.max_rounds, "drayage.max_rounds", Range("max_rounds", 1, 8))


def _check_battery(case: Checker, row: FleetVehicle, where: str) -> None:
    vehicle = case.scenario.vehicles.get(row.vehicle)
    if row.battery_kwh is not None and vehicle is not None and vehicle.carrier != "electricity":
        message = f"has a battery, but {plain(vehicle.id)} runs on {plain(vehicle.carrier)}"
        case.error("E1212", f"{where}.battery_kwh", message, "name an electric vehicle, or leave the battery out")


def check_doors_work(case: Checker) -> None:
    """Warn of doors where nothing can ever be loaded, and of pallets that no truck of a tour takes."""
    for key, door in case.scenario.doors.items():
        hours = door.opening
        if hours is None or not any(hours.days) or _fits_somewhere(door):
            continue
        message = f"no opening period is as long as the {door.loading_min} minutes of loading"
        help_text = "correct opening or loading_min; shipments from or to it are left out with a reason"
        case.warning("W1107", f"doors[{plain(key)}].loading_min", message, help_text)
    if case.scenario.drayage.tours:
        for key, shipment in case.scenario.shipments.items():
            _check_carried(case, key, shipment)


def _fits_somewhere(door: Door) -> bool:
    """Whether the longest run of open minutes takes the loading; days that touch at midnight are one run."""
    assert door.opening is not None
    week = [
        (day * 1440 + a, day * 1440 + b)
        for day, rows in enumerate((*door.opening.days, *door.opening.days))
        for a, b in rows
    ]
    longest, begins, ends = 0, None, None
    for a, b in week:
        begins = a if ends != a else begins
        ends = b
        longest = max(longest, ends - (a if begins is None else begins))
    return longest >= door.loading_min


def _check_carried(case: Checker, key: str, shipment: Shipment) -> None:
    scenario = case.scenario
    vehicle = scenario.vehicles.get(scenario.drayage.vehicle)
    ends = {shipment.origin, shipment.destination} & scenario.doors.keys()
    if vehicle is None or not ends or shipment.load_units or shipment.kg <= 0 or shipment.pallets_milli <= 0:
        return
    heaviest = quantity_of(shipment, 0, 1).kg
    rows = [row.payload_kg for row in scenario.fleet.values() if row.carries == "pallets"]
    most = max([vehicle.full_load_kg, *rows])
    if heaviest > most:
        message = f"a pallet of {heaviest} kg is more than any vehicle of a tour takes ({most} kg)"
        help_text = "it goes by whole load units, or not at all; check kg and pallets"
        case.warning("W1421", f"shipments[{plain(key)}].kg", message, help_text)
