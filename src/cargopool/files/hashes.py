"""Canonical form of a scenario: the same data give the same digest, however they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from cargopool.model.execution import ExecutionRules
from cargopool.model.scenario import Scenario


def canonical(value: Any) -> Any:
    """JSON form of model data: objects and mappings with sorted keys, sets as sorted lists, times in UTC,
    arrays by their digest.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {info.name: canonical(getattr(value, info.name)) for info in fields(value) if not _unset(value, info)}
    if isinstance(value, Mapping):
        pairs = {key if isinstance(key, str) else json.dumps(canonical(key)): item for key, item in value.items()}
        return {key: canonical(pairs[key]) for key in sorted(pairs)}
    if isinstance(value, frozenset | set):
        return sorted(canonical(item) for item in value)
    if isinstance(value, tuple | list):
        return [canonical(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, np.ndarray):
        return hashlib.sha256(np.ascontiguousarray(value, "<f8").tobytes()).hexdigest()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _unset(value: Any, info: Field[Any]) -> bool:
    """Whether a field that came later stands at its default: older inputs keep their digest."""
    if not info.metadata.get("later"):
        return False
    default = info.default if info.default_factory is MISSING else info.default_factory()
    return bool(getattr(value, info.name) == default)


def input_sha256(scenario: Scenario) -> str:
    """SHA-256 of the canonical resolved data.

    The label of the variant is not part of it: two variants with the same data have the same digest. Neither are
    execution layers that nobody asked for.
    """
    data = canonical(scenario)
    del data["variant"]
    if scenario.execution == ExecutionRules():
        del data["execution"]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
