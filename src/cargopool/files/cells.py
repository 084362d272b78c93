"""Table cells to values and back, as the row schema says.

One rule for all columns: a field of a block is a column ``block.field``; list items are separated by ``;``, pairs of a
mapping are ``key=value``, an item that is a block is ``field=value`` pairs separated by spaces with ``,`` inside its
lists. A backslash takes the meaning from the next character. An empty cell is a field that is not given; ``none`` is
null or an empty list, ``all`` is every one.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,4})?\Z")
_WHOLE = re.compile(r"[-+]?[0-9]{1,30}(\.0*)?\Z")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]{1,3}([. ][0-9]{3})*,[0-9]+\Z|[-+]?[0-9]+,[0-9]+\Z")
_ESCAPED = re.compile(r"[\\;=,\s]")
_LAST = frozenset({"source", "confidence", "licence", "note"})
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})

CellKind = Literal["text", "number", "whole", "flag", "texts", "numbers", "blocks", "block"]


class CellError(ValueError):
    """A cell that cannot be read; carries the help text."""

    def __init__(self, message: str, help_text: str = "") -> None:
        super().__init__(message)
        self.help_text = help_text


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds.

    Attributes
    ----------
    kind : CellKind
        How its cells are read.
    nullable : bool
        Whether null is a value.
    item : type or None
        Block class of the items of a list of blocks.
    whole : bool
        Whether the values of a mapping are whole numbers.
    """

    kind: CellKind
    nullable: bool = False
    item: type[BaseModel] | None = None
    whole: bool = False


@lru_cache(maxsize=64)
def columns_of(row_type: type[BaseModel]) -> Mapping[str, Column]:
    """Columns of a row type by name, blocks as ``block.field``."""
    columns: dict[str, Column] = {}
    for name, info in row_type.model_fields.items():
        annotation, nullable = _without_none(info.annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            columns[name] = Column("block", nullable)
            for inner, column in columns_of(annotation).items():
                columns[f"{name}.{inner}"] = column
        else:
            columns[name] = _column(annotation, nullable)
    return dict(sorted(columns.items(), key=lambda item: item[0] in _LAST))


def _without_none(annotation: Any) -> tuple[Any, bool]:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        inner, _ = _without_none(members[0])
        return inner, True
    return annotation, False


def _column(annotation: Any, nullable: bool) -> Column:
    origin = get_origin(annotation)
    if origin is list:
        item, _ = _without_none(get_args(annotation)[0])
        if isinstance(item, type) and issubclass(item, BaseModel):
            return Column("blocks", nullable, item)
        return Column("texts", nullable)
    if origin is dict:
        value, _ = _without_none(get_args(annotation)[1])
        return Column("numbers", nullable, whole=value is int)
    kinds: dict[Any, CellKind] = {float: "number", int: "whole", bool: "flag"}
    return Column(kinds.get(annotation, "text"), nullable)


def decode_cell(text: str, column: Column) -> Any:
    """Value of a cell that is not empty.

    Raises
    ------
    CellError
        When the text is not such a value.
    """
    kind = column.kind
    if kind == "text":
        return None if column.nullable and text == "none" else text
    text = text.strip()
    if kind == "texts":
        return _decode_list(text, column)
    if text == "none" and (column.nullable or kind in ("numbers", "blocks")):
        return None if column.nullable else {} if kind == "numbers" else []
    if kind == "number":
        return decode_number(text)
    if kind == "whole":
        return decode_whole(text)
    if kind == "flag":
        return _decode_flag(text)
    if kind == "numbers":
        return _decode_numbers(text, column.whole)
    if kind == "block":
        return _decode_block_mark(text)
    assert column.item is not None
    return [_decode_item(item, column.item) for item in split(text, ";")]


def decode_number(text: str) -> float:
    """A finite decimal number with a point."""
    if not _NUMBER.match(text) or len(text) > 60:
        raise CellError("is not a number", _number_help(text))
    return float(text)


def decode_whole(text: str) -> int:
    """A whole number."""
    if not _WHOLE.match(text):
        help_text = "write a whole number" if _NUMBER.match(text) else _number_help(text)
        raise CellError("is not a whole number", help_text)
    return int(text.split(".", maxsplit=1)[0])


def _number_help(text: str) -> str:
    if _DECIMAL_COMMA.match(text):
        return "write numbers with a decimal point and without thousands separators, such as 1234.5"
    return "write digits with a decimal point, without a unit"


def _decode_flag(text: str) -> bool:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError("is not true or false", "write true or false")


def _decode_block_mark(text: str) -> dict[str, Any]:
    if text.lower() in _YES:
        return {}
    raise CellError("is not yes or none", "write yes or none, and the fields in columns of their own")


def _decode_list(text: str, column: Column) -> Any:
    if column.nullable and text == "all":
        return None
    return [] if text == "none" else [unescape(item) for item in split(text, ";")]


def _decode_numbers(text: str, whole: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in split(text, ";"):
        key, value = _pair(item)
        if key in values:
            raise CellError(f"has {key!r} twice", "keep one of them")
        values[key] = decode_whole(value) if whole else decode_number(value)
    return values


def _decode_item(text: str, block: type[BaseModel]) -> dict[str, Any]:
    columns = columns_of(block)
    values: dict[str, Any] = {}
    for pair in split(text, " "):
        key, value = _pair(pair)
        column = columns.get(key)
        if column is None:
            raise CellError(f"has the unknown field {key!r}", f"one of: {', '.join(columns)}")
        if column.kind == "texts":
            values[key] = [unescape(item) for item in split(value, ",")]
        else:
            values[key] = decode_cell(unescape(value), column)
    return values


def _pair(text: str) -> tuple[str, str]:
    pieces = split(text, "=")
    if len(pieces) < 2:
        raise CellError(f"has an item {text!r} that is not key=value", "write key=value")
    return unescape(pieces[0]), "=".join(pieces[1:])


def split(text: str, separator: str) -> list[str]:
    """Items between separators without a backslash before them, trimmed, empty ones left out."""
    if "\\" not in text:
        return [item for item in (part.strip() for part in text.split(separator)) if item]
    items, current, escaped = [], "", False
    for character in text:
        if not escaped and character == separator:
            items.append(current)
            current = ""
        else:
            current += character
        escaped = character == "\\" and not escaped
    items.append(current)
    return [item for item in map(_trim, items) if item]


def _trim(text: str) -> str:
    trimmed = text.strip()
    backslashes = len(trimmed) - len(trimmed.rstrip("\\"))
    return trimmed + " " if backslashes % 2 else trimmed


def unescape(text: str) -> str:
    """Take backslashes out."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


def escape(text: str) -> str:
    """Put a backslash before every character that separates."""
    return _ESCAPED.sub(lambda match: "\\" + match.group(), text)


def encode_number(value: float) -> str:
    """Shortest text that reads back as the same number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def encode_cell(value: Any, column: Column) -> str:
    """Text of a value; reading it gives the value back."""
    kind = column.kind
    if value is None:
        return "all" if kind == "texts" else "none"
    if kind == "text":
        return str(value)
    if kind in ("number", "whole"):
        return encode_number(value)
    if kind == "flag":
        return "true" if value else "false"
    if kind == "block":
        return "yes"
    if not value:
        return "none"
    if kind == "texts":
        return ";".join(_list_item(str(item)) for item in value)
    if kind == "numbers":
        return ";".join(f"{escape(key)}={encode_number(number)}" for key, number in value.items())
    assert column.item is not None
    return "; ".join(_encode_item(item, column.item) for item in value)


def _list_item(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;")
    if escaped in ("none", "all"):
        return "\\" + escaped
    return re.sub(r"^(\s)|(\s)$", r"\\\1\2", escaped)


def _encode_item(values: Mapping[str, Any], block: type[BaseModel]) -> str:
    columns = columns_of(block)
    pairs = []
    for key, value in values.items():
        column = columns[key]
        if column.kind == "texts":
            text = ",".join(re.sub(r"[\\;,\s]", lambda match: "\\" + match.group(), str(item)) for item in value)
        else:
            text = encode_cell(value, column)
            text = escape(text) if column.kind == "text" else text
        pairs.append(f"{key}={text}")
    return " ".join(pairs)


def flatten(values: Mapping[str, Any], columns: Mapping[str, Column], prefix: str = "") -> dict[str, Any]:
    """Nested values by column name; a block without fields keeps its own column."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = prefix + key
        if columns[name].kind == "block" and value is not None:
            inner = flatten(value, columns, name + ".")
            flat.update(inner or {name: value})
        else:
            flat[name] = value
    return flat


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column name as nested values."""
    values: dict[str, Any] = {}
    for name, value in flat.items():
        block, _, inner = name.partition(".")
        if inner:
            holder = values.get(block)
            values[block] = {**(holder if isinstance(holder, dict) else {}), inner: value}
        elif not isinstance(values.get(name), dict) or value is None:
            values[name] = value
    return values


def used_columns(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]) -> list[str]:
    """Columns that any of the flattened rows uses, in schema order."""
    used = {name for row in rows for name in row}
    return [name for name in columns if name in used]


def block_of(block: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Block class of a field, or of the items of a list of blocks; None for any other field."""
    info = block.model_fields.get(name)
    if info is None:
        return None
    annotation, _ = _without_none(info.annotation)
    if get_origin(annotation) is list:
        annotation, _ = _without_none(get_args(annotation)[0])
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
