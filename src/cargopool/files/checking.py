"""Schema errors as findings: our words, our codes, the place of the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cargopool.files.documents import Document, NodeLocator, locate_in
from cargopool.files.findings import FilePlace, Findings, Locator, did_you_mean, one_of, shown

B = TypeVar("B", bound=BaseModel)

_WANTED = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "null",
}
_RANGE = frozenset({"greater_than_equal", "less_than_equal", "greater_than", "less_than"})
_SHORT_LONG = {
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "string_too_long": "is too long",
    "too_long": "is too long",
}


def checked(
    block: type[B], values: Any, label: str, locator: Locator, findings: Findings
) -> tuple[dict[str, Any] | None, frozenset[str]]:
    """Values that the schema accepts.

    Returns
    -------
    values : dict or None
        Given fields only; wrong fields are left out. None when it is no mapping at all.
    wrong : frozenset of str
        Top-level fields that were left out.
    """
    try:
        return block.model_validate(values).model_dump(exclude_unset=True), frozenset()
    except ValidationError as error:
        wrong: set[str] = set()
        seen: set[tuple[Any, ...]] = set()
        for problem in error.errors(include_url=False, include_context=True):
            location = tuple(problem["loc"])
            if findings.full:
                findings.left_out += 1
            elif location not in seen:
                seen.add(location)
                report(problem, label, locator, findings, names_at(block, location[:-1]))
            if location:
                wrong.add(str(location[0]))
    if not isinstance(values, Mapping):
        return None, frozenset()
    kept = {key: value for key, value in values.items() if key not in wrong}
    try:
        return block.model_validate(kept).model_dump(exclude_unset=True), frozenset(wrong)
    except ValidationError:
        return None, frozenset(wrong)


def report(problem: Mapping[str, Any], label: str, locator: Locator, findings: Findings, known: Iterable[str]) -> None:
    """Add one schema problem to the findings."""
    location = tuple(step for step in problem["loc"])
    unknown = problem["type"] == "extra_forbidden"
    place = key_place(locator, location) if unknown else locator.locate(location)
    code, message, help_text = _words(problem, location, list(known))
    path = label
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{shown(step)}" if path else shown(step)
    findings.add(place, code, f"{path}: {message}" if path else message, help_text)


def key_place(locator: Locator, location: tuple[Any, ...]) -> FilePlace:
    """Place of a key, where the file has keys; else of its value."""
    if isinstance(locator, NodeLocator):
        return locate_in(locator.file, locator.node, location, key=True)
    if isinstance(locator, Document):
        return locate_in(locator.file, locator.root, location, key=True)
    return locator.locate(location)


def _words(problem: Mapping[str, Any], location: tuple[Any, ...], known: list[str]) -> tuple[str, str, str]:
    kind, value = str(problem["type"]), problem.get("input")
    last = str(location[-1]) if location else ""
    if kind == "extra_forbidden":
        return "E0201", f"unknown key {shown(last)!r}", one_of(last, known) or "remove it"
    if kind == "missing":
        return "E0202", "is missing", f"give {last}"
    if kind == "literal_error":
        expected = str(problem["ctx"]["expected"])
        words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
        near = did_you_mean(str(value), words)
        return "E0206", f"{shown(value)!r} is not one of {', '.join(words)}", near or f"one of: {', '.join(words)}"
    if kind in _RANGE:
        return "E0204", f"{shown(value)} is out of range", "give a number between -1e12 and 1e12"
    if kind == "finite_number":
        return "E0205", f"{shown(value)} is not a finite number", "give a number, or leave the field out"
    if kind in _SHORT_LONG:
        return "E0204", _SHORT_LONG[kind], "shorten it" if kind.endswith("long") else "give a value"
    wanted = _WANTED.get(kind)
    if wanted is None:
        return "E0203", f"{shown(value)!r} does not fit: {shown(problem['msg'])}", "check the value"
    return "E0203", f"{_kind_of(value)} is not {wanted}", _type_help(wanted, value)


def _kind_of(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "an empty value" if value is None else shown(repr(value) if isinstance(value, str) else value)


def _type_help(wanted: str, value: Any) -> str:
    if wanted == "text" and isinstance(value, bool | int | float):
        return "put quotes around it"
    if wanted in ("a number", "a whole number") and isinstance(value, str):
        return "write digits with a decimal point, without a unit and without quotes"
    return f"give {wanted}"


def names_at(block: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Field names of the block that a location leads to."""
    from cargopool.files.cells import block_of

    current: type[BaseModel] | None = block
    for step in location:
        if isinstance(step, int) or current is None:
            continue
        current = block_of(current, str(step))
    return list(current.model_fields) if current is not None else []
