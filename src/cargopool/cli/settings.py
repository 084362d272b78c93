"""``--set path=value`` and ``--params FILE``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cargopool.errors import Diagnostic, InputError


def parsed_settings(settings: Sequence[str] | None) -> dict[str, Any]:
    """The settings as a mapping.

    Raises
    ------
    InputError
        When one is not ``path=value``, or two set one path differently.
    """
    from cargopool.files import parse_setting

    overrides: dict[str, Any] = {}
    for text in settings or ():
        path, value = parse_setting(text)
        if path in overrides and overrides[path] != value:
            raise InputError(Diagnostic("E2005", f"{path} is set twice", "--set", "give each path once"))
        overrides[path] = value
    return overrides
