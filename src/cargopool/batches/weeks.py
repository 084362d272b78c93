"""A synthetic week as an ordinary scenario folder."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cargopool.batches.generate import Demand, Flow, generate_weeks
from cargopool.batches.week_due import minutes_too_early
from cargopool.batches.week_params import WeekParams
from cargopool.batches.week_places import Places, choose_places, road_distances, slot_rows
from cargopool.batches.week_texts import OD_MATRIX, PARAMETERS, readme_text, scenario_text
from cargopool.errors import Diagnostic, InputError, OutputError
from cargopool.files import read_scenario
from cargopool.files.tables import write_csv
from cargopool.reference import Reference, load_reference
from cargopool.units import MINUTES_PER_HOUR, ceil_div

_MARKS = ("source", "confidence")
_SHIPMENTS = (
    *("id", "shipper", "origin", "destination", "pallets", "kg", "load_unit", "load_units", "ready", "due", "latest"),
    *("late_eur_per_h", "value_of_time_eur_per_h", "goods_class", "temperature", "adr_class"),
    *("max_parts", "min_part_pallets", *_MARKS, "note"),
)
_DOORS = (
    *("id", "name", "country", "lat", "lon", "timezone", "customs_territory", "road_region", "opening"),
    *("loading_min", "loading", *_MARKS),
)
_HUBS = (
    *("id", "name", "country", "lat", "lon", "timezone", "customs_territory", "road_region", "opening", "modes"),
    *("lifts_per_hour", "yard_places", "reefer_plugs", "pallet_places", "cross_dock", "cross_dock.eur_per_pallet"),
    *("cross_dock.handling_min", "cross_dock.pallets_per_hour", "cross_dock.kwh_per_pallet", *_MARKS, "note"),
)
_SPARE_H = 2
"""Hours more than a lone truck needs."""

_SERVICES = ("id", "allotment_units", "spot_units")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedWeek:
    """What was written.

    Attributes
    ----------
    folder : Path
    shipments, shippers, hubs, doors, services : int
        Numbers of rows.
    """

    folder: Path
    shipments: int
    shippers: int
    hubs: int
    doors: int
    services: int


def write_week(params: WeekParams, folder: str | Path, *, name: str = "") -> GeneratedWeek:
    """Write a synthetic week as a scenario folder; byte-equal for equal parameters and name.

    Parameters
    ----------
    params : WeekParams
    folder : str or Path
        New or empty.
    name : str
        Name of the scenario; empty makes one from size and seed.

    Raises
    ------
    InputError
        When the folder has something in it, or hubs, regions, equipment or the own matrix do not fit.
    OutputError
        When the disk does not take it.
    """
    target = Path(folder)
    if os.path.lexists(target) and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            Diagnostic("E2007", "is not an empty folder", str(target), "name a folder that does not exist")
        )
    reference = load_reference()
    _check_equipment(params, reference)
    places = choose_places(params, reference)
    km = road_distances(places, reference)
    demand = _draw(params, places, km)
    services = slot_rows(params, places, reference)
    draw = random.Random(f"{params.seed}/doors")
    title = name or f"week-{sum(params.counts)}-s{params.seed}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        rows = [_shipment(one, places, params, draw) for one in demand]
        _table(target / "shipments.csv", _SHIPMENTS, rows)
        _table(target / "services.csv", _SERVICES, services)
        _table(target / "hubs.csv", _HUBS, _hub_rows(places, reference))
        _table(target / "doors.csv", _DOORS, _door_rows(places, params, reference))
        _text(target / "scenario.yaml", scenario_text(params, places, services, title))
        if params.od_matrix:
            _text(target / OD_MATRIX, Path(params.od_matrix).read_text(encoding="utf-8-sig"))
        saved = replace(params, od_matrix=OD_MATRIX if params.od_matrix else "")
        _text(target / PARAMETERS, saved.to_toml())
        if params.demand.in_time_by_truck:
            hub_of = {door.id: door.hub for doors in places.doors.values() for door in doors}
            late = minutes_too_early(read_scenario(target), hub_of)
            _table(target / "shipments.csv", _SHIPMENTS, [_in_time(row, late) for row in rows])
        _text(target / "README.md", readme_text(params, places, demand, services, title))
    except OSError as error:
        message = f"cannot write: {error.strerror or error}"
        raise OutputError(Diagnostic("E7001", message, str(target), "choose another --out")) from error
    return GeneratedWeek(
        folder=target,
        shipments=len(demand),
        shippers=len({one.shipper for one in demand}),
        hubs=len(places.hubs) + len(places.depots),
        doors=sum(map(len, places.doors.values())),
        services=len(services),
    )


def _check_equipment(params: WeekParams, reference: Reference) -> None:
    wanted = params.equipment
    problems = []
    for key, given, known in (
        ("load_units", (*wanted.load_units, params.demand.sealed_unit), reference.load_units),
        ("vehicles", (*wanted.vehicles, wanted.haulage_vehicle), reference.vehicles),
    ):
        for text in sorted(set(given) - set(known)):
            message = f"the reference set has no {key.removesuffix('s').replace('_', ' ')} {text!r}"
            problems.append(Diagnostic("E2053", message, f"generate:equipment.{key}", f"one of {', '.join(known)}"))
    if params.demand.sealed_unit not in wanted.load_units:
        message = f"{params.demand.sealed_unit!r} is not among the load units"
        problems.append(Diagnostic("E2053", message, "generate:demand.sealed_unit", "one of equipment.load_units"))
    if problems:
        raise InputError(problems)


def _draw(params: WeekParams, places: Places, km: Callable[[str, str], float]) -> tuple[Demand, ...]:
    flows = _flows(Path(params.od_matrix), params, places, km) if params.od_matrix else ()
    try:
        return generate_weeks(
            places.regions,
            km,
            counts=params.counts,
            seed=params.seed,
            monday=datetime.fromisoformat(params.monday),
            demand=params.demand,
            segments=params.segments,
            flows=flows,
        )
    except (ValueError, IndexError) as error:
        message = "there is no lane with demand between these hubs"
        way_out = "more hubs, a smaller demand.shortest_lane_km, or weights of regions above 0"
        raise InputError(Diagnostic("E2053", message, "generate:hubs", way_out)) from error


def _flows(path: Path, params: WeekParams, places: Places, km: Callable[[str, str], float]) -> tuple[Flow, ...]:
    """Rows of an own matrix, with everything that is wrong in them reported at once."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(Diagnostic("E2050", f"cannot read the matrix: {error}", str(path))) from error
    missing = [name for name in ("origin", "destination", "weight") if rows and name not in rows[0]]
    if not rows or missing:
        what = f"has no column {', '.join(missing)}" if missing else "has no rows"
        raise InputError(Diagnostic("E2050", f"the matrix {what}", str(path), "origin,destination,weight[,segment]"))
    problems: list[Diagnostic] = []
    flows = []
    known = {*places.hubs, *(depot.id for depot in places.depots)}
    for number, row in enumerate(rows, start=2):
        flow, wrong = _flow(row, params, known, km)
        problems += [Diagnostic("E2053", text, f"{path}:{number}", way_out) for text, way_out in wrong]
        flows += [flow] if flow else []
    for name in params.segments:
        if not problems and not any(flow.segment in ("", name) and flow.weight > 0 for flow in flows):
            text = f"the matrix has no flow for segment {name!r}"
            problems.append(Diagnostic("E2053", text, str(path), f"rows for it, or segments.{name}.share = 0"))
    if problems:
        raise InputError(problems)
    return tuple(flows)


def _flow(
    row: Mapping[str, str | None], params: WeekParams, known: set[str], km: Callable[[str, str], float]
) -> tuple[Flow | None, list[tuple[str, str]]]:
    origin, destination = (row.get("origin") or "").strip(), (row.get("destination") or "").strip()
    segment = (row.get("segment") or "").strip()
    wrong = [
        (f"{hub!r} is not a hub of this week", "add it to hubs") for hub in (origin, destination) if hub not in known
    ]
    if segment and segment not in params.segments:
        wrong.append((f"there is no segment {segment!r}", f"one of {', '.join(params.segments)}"))
    try:
        weight = float(row.get("weight") or "")
    except ValueError:
        weight = -1.0
    if not 0 <= weight < 1e12:
        wrong.append((f"weight {row.get('weight')!r} is not a number from 0 on", "shipments in any unit"))
    if not wrong and (origin == destination or km(origin, destination) > 1e9):
        wrong.append((f"no road joins {origin} and {destination}", "pairs of different places of one road region"))
    return (None if wrong else Flow(origin, destination, segment, weight)), wrong


def _shipment(one: Demand, places: Places, params: WeekParams, draw: random.Random) -> dict[str, Any]:
    origin, destination = one.origin, one.destination
    due, latest = one.due, one.latest
    if not one.load_units:
        origin, destination = (_end(hub, places, params, draw) for hub in (origin, destination))
    if destination != one.destination:
        due, latest = _on_working_day(due), _on_working_day(latest)
    return {
        "id": one.id,
        "shipper": one.shipper,
        "origin": origin,
        "destination": destination,
        "pallets": one.pallets,
        "kg": one.kg,
        "load_unit": one.load_unit,
        "load_units": one.load_units or None,
        "ready": one.ready.isoformat(timespec="minutes"),
        "due": due.isoformat(timespec="minutes"),
        "latest": latest.isoformat(timespec="minutes") if latest > due else None,
        "late_eur_per_h": one.late_eur_per_h or None,
        "value_of_time_eur_per_h": one.value_of_time_eur_per_h or None,
        "goods_class": one.goods_class,
        "temperature": one.temperature if one.temperature != "ambient" else None,
        "adr_class": one.adr_class,
        "max_parts": one.max_parts if one.max_parts > 1 else None,
        "min_part_pallets": one.min_part_pallets if one.max_parts > 1 else None,
        "source": "generated",
        "confidence": "synthetic",
        "note": one.segment,
    }


def _in_time(row: dict[str, Any], late: Mapping[str, int]) -> dict[str, Any]:
    """The row, due some hours later where a lone truck would come too late."""
    if row["id"] not in late:
        return row
    more = timedelta(hours=ceil_div(late[row["id"]], MINUTES_PER_HOUR) + _SPARE_H)
    moved = {name: datetime.fromisoformat(row[name]) + more for name in ("due", "latest") if row[name]}
    return row | {name: _past_midnight(moment).isoformat(timespec="minutes") for name, moment in moved.items()}


def _past_midnight(moment: datetime) -> datetime:
    """Out of the hours in which clocks change."""
    return moment.replace(hour=4, minute=0) if 1 <= moment.hour < 4 else moment


def _end(hub: str, places: Places, params: WeekParams, draw: random.Random) -> str:
    doors = places.doors.get(hub, ())
    return draw.choice(doors).id if doors and draw.random() < params.doors.share else hub


def _on_working_day(moment: datetime) -> datetime:
    """Monday evening for what falls due while doors are closed for the weekend."""
    if moment.weekday() == 0 and moment.hour < 12:
        return moment.replace(hour=18, minute=0)
    if moment.weekday() == 6 or (moment.weekday() == 5 and moment.hour >= 12):
        return (moment + timedelta(days=7 - moment.weekday())).replace(hour=18, minute=0)
    return moment


def _hub_rows(places: Places, reference: Reference) -> list[dict[str, Any]]:
    """Hubs without limits of their own; those without demand are terminals only; depots."""
    regions = {region.hub for region in places.regions}
    free = dict.fromkeys(("lifts_per_hour", "yard_places", "reefer_plugs", "pallet_places"), "none")
    marks = {"source": "generated", "confidence": "synthetic"}
    rows: list[dict[str, Any]] = []
    for hub in places.hubs:
        dock = hub in regions and reference.hubs[hub].cross_dock is not None
        own = {"cross_dock.pallets_per_hour": "none"} if dock else {"cross_dock": "none"}
        note = "room and lifts not limited here" if dock else "terminal only; room and lifts not limited here"
        rows.append({"id": hub, **free, **own, **marks, "note": note})
    for depot in places.depots:
        near = reference.hubs[depot.region]
        rows.append(
            {
                "id": depot.id,
                "name": f"Synthetic depot {depot.id} near {depot.region}",
                **{"country": near.country, "lat": depot.lat, "lon": depot.lon, "timezone": near.timezone},
                **{"customs_territory": near.customs_territory, "road_region": near.road_region, "modes": "road"},
                **free,
                **{"cross_dock.eur_per_pallet": 5.5, "cross_dock.handling_min": 120, "cross_dock.kwh_per_pallet": 0.8},
                **marks,
                "note": "invented depot without a service",
            }
        )
    return rows


def _door_rows(places: Places, params: WeekParams, reference: Reference) -> list[dict[str, Any]]:
    rows = []
    for doors in places.doors.values():
        for door in doors:
            hub = reference.hubs[door.hub]
            rows.append(
                {
                    **{"id": door.id, "name": door.name, "country": hub.country, "lat": door.lat, "lon": door.lon},
                    **{"timezone": hub.timezone, "customs_territory": hub.customs_territory},
                    **{"road_region": hub.road_region, "opening": params.doors.opening},
                    **{"loading_min": params.doors.loading_min, "loading": "drop" if door.drop else "live"},
                    **{"source": "generated", "confidence": "synthetic"},
                }
            )
    return rows


def _table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    used = [name for name in columns if any(row.get(name) not in (None, "") for row in rows)]
    write_csv(path, used, ([row.get(name) for name in used] for row in rows))


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
