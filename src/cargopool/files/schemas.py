"""JSON Schemas of scenario files and plans, generated from the classes that read them."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin

from cargopool.files import plan_files
from cargopool.files.schema.document import ScenarioDocument
from cargopool.model.plan import Plan

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema of scenario.yaml, for editors; tables have the fields of the row definitions as columns."""
    generated = ScenarioDocument.model_json_schema(mode="validation")
    cleaned = _without_unset(generated)
    assert isinstance(cleaned, dict)
    return {"$schema": DRAFT, "$id": "cargopool/scenario.schema.json", **cleaned}


def _without_unset(value: Any) -> Any:
    """Drop the null defaults of fields that are simply not given, and the noise of titles."""
    if isinstance(value, list):
        return [_without_unset(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, item in value.items():
        if key == "properties":
            kept[key] = {name: _without_unset(inner) for name, inner in item.items()}
        elif not (key == "default" and item is None) and not (key == "title" and isinstance(item, str)):
            kept[key] = _without_unset(item)
    return kept


def plan_schema() -> dict[str, Any]:
    """JSON Schema of plan.json."""
    definitions: dict[str, Any] = {}
    body = _object_schema(Plan, definitions)
    header = {
        "format": {"const": plan_files.FORMAT},
        "input_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "horizon_start_utc": {"type": "string"},
    }
    return {
        "$schema": DRAFT,
        "$id": "cargopool/plan.schema.json",
        "title": "A cargopool plan, version 1",
        **body,
        "properties": {**header, **body["properties"]},
        "required": [*header, *body["required"]],
        "$defs": definitions,
    }


def _object_schema(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = plan_files.field_types(kind)
    properties: dict[str, Any] = {}
    tag = next((name for name, stage in plan_files.STAGE_TAGS.items() if stage is kind), None)
    if tag is not None:
        properties["stage"] = {"const": tag}
    required = ["stage"] if tag else []
    for info in fields(kind):
        properties[info.name] = _type_schema(hints[info.name], definitions)
        if info.default is MISSING:
            required.append(info.name)
    for name in plan_files.companions(kind):
        what = "UTC" if name.endswith("_utc") else "Local, with offset"
        properties[name] = {"type": "string", "description": f"{what}; must agree with the minutes."}
    summary = (kind.__doc__ or "").strip().split("\n")[0]
    return {
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _type_schema(wanted: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    names = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}
    if wanted in names:
        return {"type": names[wanted]}
    if isinstance(wanted, type) and is_dataclass(wanted):
        if wanted.__name__ not in definitions:
            definitions[wanted.__name__] = {}
            definitions[wanted.__name__] = _object_schema(wanted, definitions)
        return {"$ref": f"#/$defs/{wanted.__name__}"}
    origin = get_origin(wanted)
    if origin is Literal:
        return {"enum": list(get_args(wanted))}
    if origin is tuple:
        return {"type": "array", "items": _type_schema(get_args(wanted)[0], definitions)}
    assert origin in (Union, types.UnionType)
    return {"anyOf": [_type_schema(member, definitions) for member in get_args(wanted)]}


def schema_text(values: Mapping[str, Any]) -> str:
    """Text of a schema file."""
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
