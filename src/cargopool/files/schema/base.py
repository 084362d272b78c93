"""Types of fields: text that was written as a number stays text, lists may say ``all``, numbers are finite."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from cargopool.reference.modes import ALIASES

LIMIT = 1e12
"""Bound of every number in a file, so that no conversion can overflow."""

UNSET: Any = None
"""Default of a field that is not given; the model's own default then holds."""


class Block(BaseModel):
    """Base of every block and row: unknown keys are errors, nothing is converted silently."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, validate_default=False
    )


def _as_text(value: object) -> object:
    raw = getattr(value, "raw", None)
    return raw if isinstance(raw, str) else value


def _all_is_none(value: object) -> object:
    return None if value == "all" else value


def _one_is_list(value: object) -> object:
    return [value] if isinstance(value, str) and value != "all" else value


def _mode_word(value: object) -> object:
    return ALIASES.get(value.strip().lower(), value) if isinstance(value, str) else value


Text = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(max_length=10_000),
    WithJsonSchema({"type": ["string", "number"], "maxLength": 10_000}),
]
Id = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(min_length=1, max_length=200),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1, "maxLength": 200}),
]
Number = Annotated[float, Field(ge=-LIMIT, le=LIMIT, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=-(10**12), le=10**12)]
Positive = Annotated[float, Field(ge=-LIMIT, le=LIMIT, allow_inf_nan=False, json_schema_extra={"minimum": 0})]
Count = Annotated[int, Field(ge=-(10**12), le=10**12, json_schema_extra={"minimum": 0})]
Texts = Annotated[
    list[Text],
    BeforeValidator(_one_is_list),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": ["string", "number"]}}, {"type": "string"}]}),
]
TextsOrAll = Annotated[
    list[Text] | None,
    BeforeValidator(_all_is_none),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"const": "all"}, {"type": "null"}]}),
]
Numbers = dict[Text, Number]
Moment = Annotated[
    str, Field(max_length=40, json_schema_extra={"examples": ["2026-11-23T06:00", "2026-11-23T06:00+01:00"]})
]
DayTime = Annotated[str, BeforeValidator(_as_text), Field(max_length=20, json_schema_extra={"examples": ["1+06:30"]})]

ModeName = Annotated[Literal["rail", "barge", "sea", "road"], BeforeValidator(_mode_word)]
"""Mode; the words of other data sets (iww, ro-ro, ...) are read as ours."""
TemperatureName = Literal["ambient", "chilled", "frozen"]


class Row(Block):
    """A row of a table, or the same as a mapping in scenario.yaml."""

    source: Text = UNSET
    """Where the numbers come from; shown wherever they are."""
    confidence: Text = UNSET
    """verified, derived, memory, synthetic, inconsistent or own (the default of own rows)."""
    licence: Text = UNSET
    """Licence of the source."""
    note: Text = UNSET
    """What a reader must know before relying on the row."""
