"""What run.json must look like to be shown: a damaged one is named by its key, not met half-way through a report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KINDS = {"number": (int, float), "text": (str,), "flag": (bool,)}
_NAMES = {"number": "a number", "text": "text", "flag": "true or false"}


@dataclass(frozen=True, slots=True)
class _Maybe:
    """May be null, or left out, as older versions did."""

    shape: Any


@dataclass(frozen=True, slots=True)
class _Null(_Maybe):
    """May be null, but not left out."""


@dataclass(frozen=True, slots=True)
class _Each:
    """A mapping with keys of any name, or a list."""

    shape: Any
    whole: type = dict


_BESIDE = _Null({"cost_eur": "number", "co2e_kg": "number", "heuristic": "flag"})
_AGAINST = {
    "value": _Null("number"),
    "change": _Null("number"),
    "reached": _Null("flag"),
    "heuristic": _Null("flag"),
    "reason": _Null("text"),
}
_BOARD_ROW = {
    "kpi": "text",
    "label": "text",
    "unit": "text",
    "target": "number",
    "target_is": "text",
    "value": _Null("number"),
    "reached": _Null("flag"),
    "against": {"road_alone": _AGAINST, "intermodal_alone": _AGAINST},
}
_EXECUTION = {
    "objective_eur": "number",
    "cost_eur": "number",
    "co2e_kg": "number",
    "loaded_km": "number",
    "empty_km": "number",
    "round_trips": _Null("number"),
    "round_trip_gain_eur": _Null("number"),
    "layouts": _Null({"arranged": "number", "refused": "number"}),
    "units_emptied": _Null("number"),
    "empty_units_moved": _Null("number"),
    "units_missing": _Null("number"),
}
_AIM = {"percent": "number", "least_proven": "flag", "cap_co2e_kg": "number"}
_AIMS = {
    "co2e": {**_AIM, "least_co2e_kg": "number"},
    "cost": {**_AIM, "least_cost_eur": "number", "limit_cost_eur": "number"},
}
_ROUND = {
    **dict.fromkeys(("number", "objective_eur", "estimate_eur", "tours_eur", "alone_eur"), "number"),
    **dict.fromkeys(("tours", "jobs", "missed"), "number"),
    "total_with_tours_eur": _Null("number"),
    "kept": "flag",
}
_EXTERNAL = {
    "mode": "text",
    "eur": "number",
    "left_out": _Each("text", list),
    "by_category": _Each("number"),
    "confidence": _Each("text", list),
    "with_tours_eur": _Maybe("number"),
}
_CAP = {
    **dict.fromkeys(("cap", "where"), "text"),
    **dict.fromkeys(("limit_kg", "co2e_kg", "with_tours_kg"), "number"),
    "kept": "flag",
}
_KPIS = {
    "load_factor": _Null("number"),
    "intermodal_share_tkm": _Null("number"),
    "load_units": "number",
    "pooled_units": "number",
    "trucks": "number",
    "departures": "number",
    "tkm_by_mode": _Each("number"),
}
_RECORD = {
    "scenario": "text",
    "variant": "text",
    "synthetic": _Maybe("flag"),
    "input_sha256": "text",
    "seed": "number",
    "stop": _Each(_Maybe("any")),
    "reproducible": "flag",
    "status": "text",
    "termination": "text",
    "detail": _Maybe("text"),
    **dict.fromkeys(("objective_eur", "bound_eur", "gap", "gap_controllable"), _Null("number")),
    **dict.fromkeys(("cost_eur", "carbon_eur", "lateness_eur", "time_value_eur", "unserved_eur"), _Null("number")),
    **dict.fromkeys(("weighted_cost_eur", "co2e_kg", "energy_mj"), _Null("number")),
    **dict.fromkeys(
        ("external_eur", "total_with_tours_eur", "cost_with_tours_eur", "co2e_with_tours_kg"), _Maybe("number")
    ),
    "bound_scope": {"model": "text", "relaxed": _Each("text", list)},
    "shipments": dict.fromkeys(("total", "served", "unserved", "late"), _Null("number")),
    "baseline": {"road_alone": _BESIDE, "intermodal_alone": _BESIDE, "reason": _Each(_Maybe("text"))},
    "external_costs": _Maybe(_EXTERNAL),
    "board": _Maybe(_Each(_BOARD_ROW, list)),
    "factors": _Maybe({"set": "text", "version": "text", "overridden": _Each("text", list), "allocation": "text"}),
    "co2e_by_data": _Maybe(_Each("number")),
    "carbon_in_prices": _Maybe({"eur": "number", "excluded_from_objective": "flag"}),
    "kpis": _Null(_KPIS),
    "execution": _Maybe(_EXECUTION),
    "rounds": _Maybe(_Each(_ROUND, list)),
    "caps_with_tours": _Maybe(_Each(_CAP, list)),
    "lexicographic": _Maybe({"first": "text"}),
    "seconds": {"total": "number", "optimise": "number", "compile": _Maybe("number")},
    "peak_memory_mb": _Null("number"),
    "verified": "flag",
}


def damages(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with a run.json, such as ``kpis.trucks is missing``; empty when it can be shown."""
    found = list(_wrong(record, _RECORD, ""))
    if not found and (aim := record.get("lexicographic")) is not None:
        shape = _AIMS.get(aim["first"])
        wrong = ("lexicographic.first is neither co2e nor cost",)
        found = list(wrong if shape is None else _wrong(aim, shape, "lexicographic"))
    done = record.get("execution")
    if not found and done and (done["round_trips"] is None) != (done["round_trip_gain_eur"] is None):
        found = ["execution has round trips without their gain, or the reverse"]
    toured = any(one["kept"] for one in record.get("rounds") or ()) if not found else False
    if toured and record.get("total_with_tours_eur") is None:
        found = ["total_with_tours_eur is missing"]
    if not found and record.get("cost_eur") is not None:
        needed = ("objective_eur", "co2e_kg", "kpis")
        found = [f"{key} is missing" for key in needed if record.get(key) is None]
    return tuple(found)


def _wrong(value: Any, shape: Any, path: str) -> Iterator[str]:
    if isinstance(shape, _Maybe):
        if value is not None:
            yield from _wrong(value, shape.shape, path)
    elif isinstance(shape, _Each):
        yield from _wrong_each(value, shape, path)
    elif isinstance(shape, Mapping):
        yield from _wrong_keys(value, shape, path)
    elif shape != "any" and not _fits(value, shape):
        yield f"{path} is not {_NAMES[shape]}"


def _wrong_each(value: Any, shape: _Each, path: str) -> Iterator[str]:
    if not isinstance(value, shape.whole):
        yield f"{path} is not a {'list' if shape.whole is list else 'mapping'}"
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _wrong(inner, shape.shape, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _wrong(inner, shape.shape, f"{path}.{key}")


def _wrong_keys(value: Any, shape: Mapping[str, Any], path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path} is not a mapping"
        return
    for key, inner in shape.items():
        where = f"{path}.{key}" if path else key
        if key in value:
            yield from _wrong(value[key], inner, where)
        elif not isinstance(inner, _Maybe) or isinstance(inner, _Null):
            yield f"{where} is missing"


def _fits(value: Any, kind: str) -> bool:
    if kind == "number" and (isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value))):
        return False
    return isinstance(value, _KINDS[kind])
