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
        try:
            path, value = parse_setting(text)
        except ValueError as error:
            way_out = "write it as --set objective.carbon_price_eur_per_t=200"
            raise InputError(Diagnostic("E2005", str(error), "--set", way_out)) from None
        if path in overrides and overrides[path] != value:
            raise InputError(Diagnostic("E2005", f"{path} is set twice", "--set", "give each path once"))
        overrides[path] = value
    return overrides
