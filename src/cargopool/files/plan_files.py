"""Plans as plan.json: whole minutes for machines, local and UTC times beside them for people; nothing is lost."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from cargopool.errors import Diagnostic, InputError, OutputError
from cargopool.files.documents import read_text
from cargopool.files.findings import MAX_FINDINGS, FilePlace, Findings, not_shown, shown, shown_path
from cargopool.files.hashes import input_sha256
from cargopool.model.execution import RoundLeg, UnitShortage
from cargopool.model.plan import DepartureStage, Handling, Itinerary, Move, Plan, RoadStage, Tour
from cargopool.model.scenario import Scenario
from cargopool.model.texts import moment_text
from cargopool.model.tours import TourStop

FORMAT = "cargopool-plan/1"
STAGE_TAGS: Mapping[str, type] = {"road": RoadStage, "departure": DepartureStage}
MAX_MINUTE = 60 * 24 * 366 * 20
_HEADER = ("format", "input_sha256", "horizon_start_utc")

# Where the clock stands that each time field is shown in: the field that names the place.
_TIMES: Mapping[type, Mapping[str, str]] = {
    Move: {"latest_min": "origin", "available_min": "destination", "hand_in_min": "#first", "collect_min": "#last"},
    RoadStage: {"depart_min": "origin", "arrive_min": "destination"},
    DepartureStage: {
        "closing_min": "origin",
        "depart_min": "origin",
        "arrive_min": "destination",
        "pick_up_ready_min": "destination",
    },
    Handling: {"start_min": "place", "end_min": "place"},
    Tour: {"start_min": "#start", "end_min": "#end"},
    Itinerary: {"delivered_min": "#delivered"},
    RoundLeg: {"depart_min": "origin", "arrive_min": "destination"},
    UnitShortage: {"from_min": "hub"},
    TourStop: {"arrive_min": "place", "start_min": "place", "end_min": "place"},
}


def write_plan(plan: Plan, scenario: Scenario, path: str | Path) -> None:
    """Write a plan as plan.json.

    Raises
    ------
    OutputError
        When the file cannot be written, or a number is not finite.
    """
    try:
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(plan_pieces(plan, scenario))
    except (OSError, ValueError) as error:
        raise OutputError(Diagnostic("E0702", f"the plan cannot be written: {error}", str(path))) from error


def plan_text(plan: Plan, scenario: Scenario) -> str:
    """Text of plan.json."""
    return "".join(plan_pieces(plan, scenario))


def plan_pieces(plan: Plan, scenario: Scenario) -> Iterator[str]:
    """Text of plan.json piece by piece: one line for each field, and for each item of its lists."""
    encoder = _Encoder(scenario)
    yield "{"
    first = True
    for name, value in {**_header(scenario), **_parts(plan)}.items():
        yield f'{"" if first else ","}\n "{name}": '
        first = False
        if isinstance(value, tuple) and value:
            for number, item in enumerate(value):
                yield f"{',' if number else '['}\n  {_line(encoder.values(item))}"
            yield "\n ]"
        else:
            yield _line(encoder.values(value))
    yield "\n}\n"


def _line(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def _parts(plan: Plan) -> dict[str, Any]:
    """The fields of a plan; layers that it does not have are left out."""
    values = {info.name: (getattr(plan, info.name), info.default) for info in fields(plan)}
    return {name: value for name, (value, default) in values.items() if default is MISSING or value != default}


def _header(scenario: Scenario) -> dict[str, str]:
    return {
        "format": FORMAT,
        "input_sha256": input_sha256(scenario),
        "horizon_start_utc": moment_text(scenario.horizon.start, "UTC"),
    }


@lru_cache(maxsize=64)
def _shape(kind: Any) -> tuple[str | None, tuple[tuple[str, str | None], ...]]:
    """Stage tag of a plan class, and its fields, each with the place whose clock its time is shown in."""
    tag = next((tag for tag, stage in STAGE_TAGS.items() if kind is stage), None)
    times = _TIMES.get(kind, {})
    return tag, tuple((info.name, times.get(info.name)) for info in fields(kind))


class _Encoder:
    """Plan objects to JSON values."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._texts: dict[tuple[int, str], tuple[str, str]] = {}

    def values(self, thing: Any) -> Any:
        """JSON values of a plan object, a tuple of them, or a plain value."""
        if isinstance(thing, tuple):
            return [self.values(item) for item in thing]
        if not is_dataclass(thing):
            return thing
        kind: Any = type(thing)
        tag, shape = _shape(kind)
        found: dict[str, Any] = {} if tag is None else {"stage": tag}
        for name, place in shape:
            value = getattr(thing, name)
            found[name] = self.values(value)
            if place is not None and value is not None:
                stem = name.removesuffix("_min")
                found[stem], found[f"{stem}_utc"] = self._shown(value, _zone(thing, place, self.scenario))
        return found

    def _shown(self, minute: int, zone: str) -> tuple[str, str]:
        key = minute, zone
        if key not in self._texts:
            moment = self.scenario.horizon.start + timedelta(minutes=minute)
            utc = moment.astimezone(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
            self._texts[key] = moment_text(moment, zone), utc
        return self._texts[key]


def _zone(thing: Any, where: str, scenario: Scenario) -> str:
    if where in {"#first", "#last"}:
        rides = [stage for stage in thing.stages if isinstance(stage, DepartureStage)]
        place = (rides[0].origin if where == "#first" else rides[-1].destination) if rides else ""
    elif where in ("#start", "#end"):
        place = thing.door if (where == "#start") == (thing.kind == "collection") else thing.hub
    elif where == "#delivered":
        shipment = scenario.shipments.get(thing.shipment)
        place = shipment.destination if shipment is not None else ""
    else:
        place = getattr(thing, where)
    found = scenario.hubs.get(place) or scenario.doors.get(place)
    return found.timezone if found is not None else "UTC"


def read_plan(path: str | Path, scenario: Scenario) -> Plan:
    """Read a plan of a scenario.

    Raises
    ------
    InputError
        When the file is no plan, or a plan of another horizon.
    """
    findings = Findings()
    text = read_text(Path(path), shown_path(path), findings)
    if text is None:
        raise InputError(findings.diagnostics())
    return parse_plan(text, scenario, shown_path(path))


def parse_plan(text: str, scenario: Scenario, file: str = "plan.json") -> Plan:
    """Plan of the text of a plan.json; errors as `read_plan`."""
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = str(FilePlace(file, error.lineno, error.colno))
        raise InputError(Diagnostic("E0601", f"this is not JSON: {error.msg}", place, _NOT_A_PLAN)) from None
    except (ValueError, RecursionError) as error:
        raise InputError(Diagnostic("E0601", f"this is not JSON: {shown(error)}", file, _NOT_A_PLAN)) from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise InputError(Diagnostic("E0602", f"this is not a plan of format {FORMAT}", file, _NOT_A_PLAN))
    start = moment_text(scenario.horizon.start, "UTC")
    if values.get("horizon_start_utc") != start:
        message = f"the plan's horizon starts at {shown(values.get('horizon_start_utc'))}, the scenario's at {start}"
        raise InputError(Diagnostic("E0604", message, file, "give the scenario and variant that the plan was made of"))
    body = {key: value for key, value in values.items() if key not in _HEADER}
    decoder = _Decoder(file)
    plan = decoder.decode(body, Plan, "")
    problems = decoder.problems
    if not problems.count:
        problems.extend(_time_problems(plan, body, scenario, file))
    if problems.count:
        raise InputError(problems.diagnostics())
    assert isinstance(plan, Plan)
    return plan


_NOT_A_PLAN = "give the plan.json of a run folder"


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _time_problems(plan: Any, body: Any, scenario: Scenario, file: str) -> Iterator[Diagnostic]:
    """Shown times that contradict the minutes beside them."""
    expected = _Encoder(scenario).values(plan)
    yield from _differences(expected, body, "", file)


def _differences(expected: Any, given: Any, path: str, file: str) -> Iterator[Diagnostic]:
    if isinstance(expected, dict):
        for key, value in expected.items():
            inner = f"{path}.{key}" if path else key
            if isinstance(value, dict | list) and key in given:
                yield from _differences(value, given[key], inner, file)
            elif f"{key.removesuffix('_utc')}_min" in expected and given.get(key, value) != value:
                message = f"{inner}: {shown(given[key])} contradicts the minutes, which say {value}"
                yield Diagnostic("E0605", message, file, "change both, or leave the time out")
    elif isinstance(expected, list):
        for number, (value, other) in enumerate(zip(expected, given, strict=True)):
            yield from _differences(value, other, f"{path}[{number}]", file)


@lru_cache(maxsize=64)
def field_types(kind: type) -> Mapping[str, Any]:
    """Annotations of a plan class."""
    return get_type_hints(kind)


class _Problems:
    """What is wrong with a plan, in the order of its text; beyond some number it is only counted."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Diagnostic] = []

    def extend(self, found: Iterable[Diagnostic]) -> None:
        for problem in found:
            self.count += 1
            if len(self._kept) < MAX_FINDINGS:
                self._kept.append(problem)

    def diagnostics(self) -> list[Diagnostic]:
        left_out = self.count - len(self._kept)
        return [*self._kept, not_shown(left_out)] if left_out else self._kept


class _Decoder:
    """JSON values to plan objects, by annotation; every problem is reported."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems = _Problems()

    def _wrong(self, path: str, message: str) -> None:
        self.problems.extend([Diagnostic("E0603", f"{path or 'plan'}: {message}", self.file, _NOT_A_PLAN)])

    def decode(self, value: Any, wanted: Any, path: str) -> Any:
        """Value as the annotation wants it; None after a problem."""
        if isinstance(wanted, type) and is_dataclass(wanted):
            return self._object(value, wanted, path)
        origin = get_origin(wanted)
        if origin is tuple:
            return self._tuple(value, get_args(wanted)[0], path)
        if origin is Literal:
            return self._check(value in get_args(wanted) and isinstance(value, str), value, path)
        if origin in (Union, types.UnionType):
            return self._union(value, get_args(wanted), path)
        return self._scalar(value, wanted, path)

    def _check(self, good: bool, value: Any, path: str) -> Any:
        if not good:
            self._wrong(path, f"{shown(value)!r} does not fit")
        return value

    def _scalar(self, value: Any, wanted: Any, path: str) -> Any:
        if wanted is int:
            return self._check(type(value) is int and abs(value) < 10**18, value, path)
        if wanted is float:
            good = type(value) in (int, float) and abs(value) < 1e18
            return float(value) if good else self._check(False, value, path)
        return self._check(type(value) is wanted, value, path)

    def _tuple(self, value: Any, item: Any, path: str) -> Any:
        if not isinstance(value, list):
            self._wrong(path, "is not a list")
            return ()
        return tuple(self.decode(part, item, f"{path}[{number}]") for number, part in enumerate(value))

    def _union(self, value: Any, members: tuple[Any, ...], path: str) -> Any:
        if type(None) in members:
            inner = next(member for member in members if member is not type(None))
            return None if value is None else self.decode(value, inner, path)
        tag = value.get("stage") if isinstance(value, dict) else None
        if not isinstance(tag, str) or tag not in STAGE_TAGS:
            self._wrong(path, "stage: is neither road nor departure")
            return None
        return self._object(value, STAGE_TAGS[tag], path)

    def _object(self, value: Any, kind: Any, path: str) -> Any:
        if not isinstance(value, dict):
            self._wrong(path, "is not an object")
            return None
        before = self.problems.count
        hints = field_types(kind)
        arguments: dict[str, Any] = {}
        known = set(companions(kind)) | ({"stage"} if kind in STAGE_TAGS.values() else set())
        for info in fields(kind):
            inner = f"{path}.{info.name}" if path else info.name
            if info.name in value:
                arguments[info.name] = self.decode(value[info.name], hints[info.name], inner)
                minute = arguments[info.name]
                if info.name in _TIMES.get(kind, {}) and isinstance(minute, int) and abs(minute) > MAX_MINUTE:
                    self._wrong(inner, f"{minute} is more than twenty years away")
            elif info.default is MISSING:
                self._wrong(inner, "is missing")
        for key in value:
            if key not in hints and key not in known:
                self._wrong(f"{path}.{shown(key)}" if path else shown(key), "is not a field of a plan")
        return kind(**arguments) if self.problems.count == before else None


def companions(kind: type) -> Iterator[str]:
    """Names of the shown times of a plan class."""
    for name in _TIMES.get(kind, {}):
        stem = name.removesuffix("_min")
        yield stem
        yield f"{stem}_utc"
