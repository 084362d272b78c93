"""Meaning of shipments."""

from __future__ import annotations

import re

from cargopool.model.checks.base import Checker, Range, plain, thousandths
from cargopool.model.equipment import TEMPERATURES
from cargopool.model.place import MODES
from cargopool.model.shipment import Shipment
from cargopool.units import MINUTES_PER_DAY

_SHIPMENT = (
    thousandths("pallets_milli", 0, 10_000),
    Range("kg", 0, 10_000_000),
    thousandths("volume_m3_milli", 0, 100_000),
    thousandths("loading_metres_milli", 0, 10_000),
    Range("load_units", 0, 1000),
    Range("late_eur_per_h", 0, 1e6),
    Range("value_of_time_eur_per_h", 0, 1e6),
    Range("max_parts", 1, 100),
    Range("min_part_pallets", 1, 10_000),
    Range("part_eur", 0, 1e6),
)
_ADR = re.compile(r"[1-9](\.[1-9])?\Z")
_NST = re.compile(r"(0[1-9]|1[0-9]|20)\Z")
_MAX_DAYS_AFTER = 120
CUSTOMS_STATUSES = ("free", "bonded", "transit")


def check_shipments(case: Checker) -> None:
    """Check shipments."""
    for key, shipment in case.scenario.shipments.items():
        where = f"shipments[{plain(key)}]"
        case.identity(key, shipment, where)
        case.numbers(shipment, where, _SHIPMENT)
        _check_ends(case, shipment, where)
        _check_size(case, shipment, where)
        _check_times(case, shipment, where)
        _check_words(case, shipment, where)
        _check_parts(case, shipment, where)
    if not case.scenario.shipments and not case.assumed:
        case.warning("W1400", "shipments", "there are no shipments", "give shipments")


def _check_ends(case: Checker, shipment: Shipment, where: str) -> None:
    case.known(shipment.origin, f"{where}.origin", case.places, "hub or door", "E1401")
    case.known(shipment.destination, f"{where}.destination", case.places, "hub or door", "E1401")
    if shipment.origin == shipment.destination:
        case.error("E1402", f"{where}.destination", "is the origin", "give another place")
    if not shipment.shipper.strip():
        case.error("E1403", f"{where}.shipper", "is empty", "name the shipper")


def _check_size(case: Checker, shipment: Shipment, where: str) -> None:
    if shipment.load_units or shipment.load_unit:
        _check_sealed(case, shipment, where)
        return
    if shipment.pallets_milli <= 0:
        help_text = "give pallets, or load_unit and load_units for sealed units"
        case.error("E1404", f"{where}.pallets", "loose freight has no pallets", help_text)
    if shipment.kg <= 0:
        case.error("E1404", f"{where}.kg", "loose freight weighs nothing", "give the gross mass")
    payloads = [unit.payload_kg for unit in case.scenario.load_units.values()]
    heaviest = -(-shipment.kg // shipment.atoms)
    if payloads and shipment.kg > 0 and heaviest > max(payloads):
        message = f"one pallet weighs {heaviest} kg, more than any load unit carries"
        case.error("E1405", f"{where}.kg", message, "check kg and pallets")
    if payloads and not any(shipment.temperature in unit.temperatures for unit in case.scenario.load_units.values()):
        message = f"no load unit of the scenario keeps goods {shipment.temperature}"
        case.warning(
            "W1406", f"{where}.temperature", message, "add a load unit that does; until then it stays unserved"
        )


def _check_sealed(case: Checker, shipment: Shipment, where: str) -> None:
    if not shipment.load_unit:
        case.error("E1407", f"{where}.load_unit", "sealed units need a type", "name a load unit")
        return
    if shipment.load_units < 1:
        case.error("E1407", f"{where}.load_units", "a load unit is named but not how many", "give load_units")
        return
    if not case.known(shipment.load_unit, f"{where}.load_unit", case.scenario.load_units, "load unit", "E1408"):
        return
    unit = case.scenario.load_units[shipment.load_unit]
    heaviest = -(-shipment.kg // shipment.load_units)
    if heaviest > unit.payload_kg:
        message = f"a unit would carry {heaviest} kg, {plain(unit.id)} takes {unit.payload_kg}"
        case.error("E1405", f"{where}.kg", message, "kg is the total over the units; give more units or another type")
    if shipment.temperature not in unit.temperatures:
        message = f"{plain(unit.id)} does not keep goods {shipment.temperature}"
        case.error("E1409", f"{where}.load_unit", message, "name a unit that does")


def _check_times(case: Checker, shipment: Shipment, where: str) -> None:
    length = case.scenario.horizon.minutes
    if not 0 <= shipment.ready_min <= length:
        message = "ready lies outside the horizon"
        case.error("E1410", f"{where}.ready", message, "move it into the horizon, or the horizon to it")
    if shipment.due_min <= shipment.ready_min:
        case.error("E1411", f"{where}.due", "due is not after ready", "check both; each is local at its own place")
    if shipment.latest_min < shipment.due_min:
        case.error("E1412", f"{where}.latest", "latest is before due", "leave it out, or give a later time")
    for name, minute in (("due", shipment.due_min), ("latest", shipment.latest_min)):
        if minute > length + _MAX_DAYS_AFTER * MINUTES_PER_DAY:
            message = f"{name} is more than {_MAX_DAYS_AFTER} days after the horizon"
            case.error("E1413", f"{where}.{name}", message, "check the year and the month")


def _check_words(case: Checker, shipment: Shipment, where: str) -> None:
    case.word(shipment.temperature, f"{where}.temperature", TEMPERATURES)
    case.word(shipment.customs_status, f"{where}.customs_status", CUSTOMS_STATUSES)
    for mode in sorted(shipment.modes):
        case.word(mode, f"{where}.modes", MODES)
    if not shipment.modes:
        case.error("E1414", f"{where}.modes", "no mode is allowed", "allow one at least")
    if shipment.adr_class and not _ADR.match(shipment.adr_class):
        message = f"{plain(shipment.adr_class)!r} is not an ADR class"
        case.error("E1415", f"{where}.adr_class", message, "write the class such as 3 or 5.1, or leave it empty")
    for name, classes in (("goods_class", {shipment.goods_class} - {""}), ("veto_goods", shipment.veto_goods)):
        for text in sorted(classes):
            if not _NST.match(text):
                message = f"{plain(text)!r} is not an NST 2007 division"
                case.error("E1416", f"{where}.{name}", message, "write two digits, 01 to 20")


def _check_parts(case: Checker, shipment: Shipment, where: str) -> None:
    if shipment.max_parts > 1 and shipment.min_part_pallets > shipment.atoms:
        message = f"a part of {shipment.min_part_pallets} pallets is more than the whole ({shipment.atoms})"
        case.error("E1418", f"{where}.min_part_pallets", message, "give fewer pallets, or max_parts 1")
    if not shipment.keep_together or shipment.load_units or shipment.max_parts > 1:
        return
    units = case.scenario.load_units.values()
    fits = any(shipment.pallets_milli <= unit.pallets_milli and shipment.kg <= unit.payload_kg for unit in units)
    if units and not fits:
        message = "keeps together but fits into no load unit"
        case.warning("W1419", f"{where}.keep_together", message, "allow more parts; until then it stays unserved")
