"""Types and ranges of everything inside a plan, so that the checks behind it never meet a surprise."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from cargopool.model.execution import ExecutionTotals
from cargopool.model.plan import Plan, Totals
from cargopool.model.scenario import Scenario
from cargopool.units import MINUTES_PER_DAY
from cargopool.verifier.report import Findings

_MOST_INT = 10**15
_SLACK_DAYS = 366
_AT_LEAST = {
    "count": 1,
    "truck": 1,
    "part": 1,
    "atoms": 1,
    "units_per_move": 1,
    "first_atom": 0,
    "late_min": 0,
    "max_gross_kg": 0,
    "mass_kg": 0,
    "atom": 0,
    "row": 1,
    "side": 1,
    "level": 1,
    "stop": 1,
    "gap_mm": 0,
    "units": 1,
    "number": 1,
    "minutes": 0,
}
_FREE_OF_BOUNDS = ("TourTask",)
"""Classes whose fields of these names may be 0: what they do not concern."""


Fault = tuple[str, str, str]
"""Code, path below the object, message."""
Checker = Callable[[Any, str], list[Fault]]


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = "a value that cannot be shown"
    return f"{type(value).__name__} {text[:60]}"


def _integer(name: str) -> Checker:
    least = _AT_LEAST.get(name)

    def check(value: Any, path: str) -> list[Fault]:
        if type(value) is not int:
            return [("V101", path, f"an integer is needed, not {_shown(value)}")]
        if abs(value) > _MOST_INT or (least is not None and value < least):
            return [("V102", path, f"{value if abs(value) <= _MOST_INT else 'a number beyond 10^15'}")]
        return []

    return check


def _number(value: Any, path: str) -> list[Fault]:
    if type(value) is bool or not isinstance(value, (int, float)) or not math.isfinite(value):
        return [("V101", path, f"a finite number is needed, not {_shown(value)}")]
    return []


def _text(value: Any, path: str) -> list[Fault]:
    return [] if isinstance(value, str) else [("V101", path, f"text is needed, not {_shown(value)}")]


def _word(words: tuple[Any, ...]) -> Checker:
    def check(value: Any, path: str) -> list[Fault]:
        if not isinstance(value, str):
            return _text(value, path)
        return [] if value in words else [("V108", path, f"{_shown(value)} is none of {', '.join(words)}")]

    return check


def _sequence(inner: Checker) -> Checker:
    def check(value: Any, path: str) -> list[Fault]:
        if not isinstance(value, tuple):
            return [("V101", path, f"a tuple is needed, not {_shown(value)}")]
        return [fault for i, item in enumerate(value) for fault in inner(item, f"{path}[{i}]")]

    return check


def _either(options: Sequence[tuple[type, Checker]], nullable: bool) -> Checker:
    def check(value: Any, path: str) -> list[Fault]:
        if value is None and nullable:
            return []
        for kind, inner in options:
            if isinstance(value, kind) or len(options) == 1:
                return inner(value, path)
        return [("V101", path, f"{_shown(value)} does not belong here")]

    return check


def _checker(hint: Any, name: str) -> Checker:
    origin = get_origin(hint)
    if origin is Literal:
        return _word(get_args(hint))
    if origin is tuple:
        return _sequence(_checker(get_args(hint)[0], name))
    if origin in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not type(None)]
        inner = [(option, _checker(option, name)) for option in options]
        return _either(inner, len(options) < len(get_args(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(cast(Hashable, hint))
    if hint is int:
        return _integer(name)
    return _number if hint is float else _text


@cache
def _record(kind: Any) -> Checker:
    hints = get_type_hints(kind)
    bound = "" if kind.__name__ in _FREE_OF_BOUNDS else None
    parts = [
        (field.name, _checker(hints[field.name], field.name if bound is None else bound)) for field in fields(kind)
    ]

    def check(value: Any, path: str) -> list[Fault]:
        if not isinstance(value, kind):
            return [("V101", path, f"a {kind.__name__} is needed, not {_shown(value)}")]
        found: list[Fault] = []
        for name, inner in parts:
            found += inner(getattr(value, name, None), f"{path}.{name}" if path else name)
        return found

    return check


def _minutes_of(value: Any, path: str) -> list[tuple[str, int]]:
    """All ``*_min`` fields of a record that has passed the type check, with their paths."""
    found: list[tuple[str, int]] = []
    for name in _minute_fields(cast(Hashable, type(value))):
        inner = getattr(value, name)
        if isinstance(inner, int):
            found.append((f"{path}.{name}", inner))
        elif isinstance(inner, tuple):
            for i, item in enumerate(inner):
                found += _minutes_of(item, f"{path}.{name}[{i}]")
        elif inner is not None:
            found += _minutes_of(inner, f"{path}.{name}")
    return found


@cache
def _minute_fields(kind: Any) -> tuple[str, ...]:
    if not is_dataclass(kind):
        return ()
    return tuple(f.name for f in fields(kind) if f.name.endswith("_min") or f.name in _NESTED)


_NESTED = ("move", "stages", "handlings", "collection", "delivery", "legs", "stops", "log")


def _faults(record: Checker, item: Any, path: str, lo_min: int, hi_min: int) -> list[Fault]:
    found = record(item, path)
    if found:
        return found
    return [
        ("V102", where, f"{minute} minutes is more than a year off the horizon")
        for where, minute in _minutes_of(item, path)
        if not lo_min <= minute <= hi_min
    ]


def sound_part(scenario: Scenario, plan: Plan, findings: Findings) -> tuple[Plan, bool]:
    """The plan without its malformed elements, which are reported.

    Returns
    -------
    (Plan, bool)
        Every element of the plan has the types of its fields and possible numbers; the flag says whether the
        totals are among them.
    """
    hints = get_type_hints(Plan)
    lo_min = -_SLACK_DAYS * MINUTES_PER_DAY
    hi_min = scenario.horizon.minutes + _SLACK_DAYS * MINUTES_PER_DAY
    kept: dict[str, Any] = {}
    for field in fields(Plan):
        value = getattr(plan, field.name, None)
        if get_origin(hints[field.name]) is not tuple:
            continue
        record = _record(get_args(hints[field.name])[0])
        if not isinstance(value, tuple):
            findings.add("V101", field.name, f"a tuple is needed, not {_shown(value)}")
            kept[field.name] = ()
            continue
        good = []
        for i, item in enumerate(value):
            faults = _faults(record, item, f"{field.name}[{i}]", lo_min, hi_min)
            for code, where, message in faults:
                findings.add(code, where, message)
            if not faults:
                good.append(item)
        kept[field.name] = tuple(good)
    totals = _record(cast(Hashable, Totals))(plan.totals, "totals")
    with_tours = getattr(plan, "tour_totals", None)
    wrong = [] if with_tours is None else _record(cast(Hashable, Totals))(with_tours, "tour_totals")
    for code, where, message in [*totals, *wrong]:
        findings.add(code, where, message)
    if plan.execution_totals is not None:
        executed = _record(cast(Hashable, ExecutionTotals))(plan.execution_totals, "execution_totals")
        for code, where, message in executed:
            findings.add(code, where, message)
        if executed:
            kept["execution_totals"] = None
    if wrong:
        kept["tour_totals"] = None
    return replace(plan, **kept), not totals
