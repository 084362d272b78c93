"""Lists as the command line writes them: ``1..5,8`` and ``path=v1,v2``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cargopool.errors import Diagnostic, InputError

_RANGE = re.compile(r"(\d+)(?:\.\.(\d+))?\Z")
_MOST_SEEDS = 100_000
_OPEN, _CLOSE, _QUOTES = "[{", "]}", "\"'"


def parse_seeds(text: str) -> tuple[int, ...]:
    """Seeds of ``1..5``, ``7`` or ``1..3,9``.

    Raises
    ------
    InputError
        When it is none of these.
    """
    seeds: list[int] = []
    for part in text.split(","):
        found = _RANGE.match(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not first <= last < first + _MOST_SEEDS:
            raise InputError(Diagnostic("E2030", f"{part.strip()!r} are no seeds", "--seeds", "write 1..5 or 1,2,9"))
        seeds += range(first, last + 1)
    return tuple(seeds)


def parse_axis(text: str) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """Path of ``path=v1,v2`` and its values, each as written and as meant; commas inside brackets or quotes stay.

    Raises
    ------
    InputError
        When there is no path or no value.
    """
    from cargopool.files import parse_setting

    try:
        path, _ = parse_setting(_first_only(text))
        written = split_top(text[_value_start(text) :])
        values = tuple((one, parse_setting(f"{path}={one}")[1]) for one in written)
    except ValueError as error:
        way_out = "write it as --set objective.carbon_price_eur_per_t=100,200"
        raise InputError(Diagnostic("E2030", str(error), "--set", way_out)) from None
    return path, values


def split_top(text: str) -> list[str]:
    """Parts between commas that stand in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES and not parts[-1].strip():
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def split_names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """Names of ``a,b`` given once or several times."""
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())


def _value_start(text: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "=" and depth == 0:
            return index + 1
    raise ValueError(f"{text!r} is not path=value")


def _first_only(text: str) -> str:
    """The setting with its first value only."""
    start = _value_start(text)
    return text[:start] + split_top(text[start:])[0]
