"""Capacity of departure legs, allotment and spot slots, and charter runs."""

from __future__ import annotations

from collections import Counter

from cargopool.model.equipment import LoadUnitType
from cargopool.model.plan import DepartureStage, MoveUse
from cargopool.model.service import Service
from cargopool.units import KG_PER_TONNE, round_half_even
from cargopool.verifier.case import Case, departures_of
from cargopool.verifier.timetable import Timetable, ridden_pair

_CENTIMETRES = 100
LegKey = tuple[str, str, int]
"""Service id, run date, leg index."""
_CODES = {
    "teu_milli": "V201",
    "units": "V202",
    "gross_kg": "V203",
    "length_cm": "V204",
    "plugs": "V205",
    "allotment": "V206",
    "spot": "V207",
}


def check_departures(case: Case, timetable: Timetable) -> None:
    """Check every leg of every departure that the plan uses, and that the chosen charter runs exist."""
    used: dict[LegKey, Counter[str]] = {}
    for use in case.uses.values():
        for stage in departures_of(use.move):
            service = case.scenario.services[stage.service]
            for leg in _legs(timetable, service, stage):
                row = used.setdefault((service.id, stage.run_date, leg), Counter())
                row.update(_amounts(case, use, stage))
    for key, amounts in sorted(used.items()):
        limits = _limits(case.scenario.services[key[0]])
        for name, amount in amounts.items():
            limit = limits[name]
            if limit is not None and amount > limit:
                where = f"services[{key[0]}].runs[{key[1]}].legs[{key[2]}]"
                case.say(_CODES[name], where, f"{amount} > {limit} {name.replace('_', ' ')}")
    for run in case.runs.values():
        _check_run(case, timetable, run.service, run.run_date)


def _legs(timetable: Timetable, service: Service, stage: DepartureStage) -> range:
    """Indices of the legs ridden; none for headway services and for rides that do not exist."""
    if service.headway_min is not None:
        return range(0)
    try:
        pair = ridden_pair(timetable, service, stage)
    except ValueError:
        return range(0)
    return range(*pair) if pair else range(0)


def _amounts(case: Case, use: MoveUse, stage: DepartureStage) -> dict[str, int]:
    unit: LoadUnitType = case.scenario.load_units[use.move.unit_type]
    units = use.count * use.move.units_per_move
    gross = use.move.max_gross_kg
    amounts = {
        "teu_milli": unit.teu_milli,
        "units": 1,
        "gross_kg": unit.tare_kg + unit.payload_kg if gross is None else gross,
        "length_cm": round_half_even(unit.length_m * _CENTIMETRES),
        "plugs": 0 if use.temperature == "ambient" else 1,
    }
    if stage.slot in ("allotment", "spot"):
        amounts[stage.slot] = 1
    return {name: amount * units for name, amount in amounts.items()}


def _limits(service: Service) -> dict[str, int | None]:
    room = service.capacity
    return {
        "teu_milli": room.teu_milli,
        "units": room.units,
        "gross_kg": None if room.gross_tonnes is None else room.gross_tonnes * KG_PER_TONNE,
        "length_cm": None if room.length_m is None else room.length_m * _CENTIMETRES,
        "plugs": room.plugs,
        "allotment": service.allotment_units,
        "spot": service.spot_units,
    }


def _check_run(case: Case, timetable: Timetable, service_id: str, run_date: str) -> None:
    service = case.scenario.services[service_id]
    where = f"charters[{service_id}/{run_date[:40]}]"
    if service.charter is None:
        case.say("V215", where, f"{service_id} is not a charter service")
        return
    try:
        exists = timetable.runs(service, run_date)
    except ValueError as problem:
        case.say("V215", where, str(problem))
        return
    if not exists:
        case.say("V215", where, f"{service_id} has no such run in the horizon")
