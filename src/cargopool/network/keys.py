"""Distinct rows of several integer arrays, through one packed key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cargopool.network.arrays import Int64

Integers = NDArray[np.integer[Any]]

_LIMIT = 1 << 62
_TABLE_PER_ROW, _LEAST_TABLE = 4, 1 << 16
"""Keys are looked up in a table instead of sorted where it has no more entries than these per row and in any case."""


def packed(columns: Sequence[Integers]) -> Int64:
    """One integer per row that is equal exactly where all columns are; keeps the order of rows while it fits."""
    key = np.zeros(columns[0].size, dtype=np.int64)
    width = 1
    for column in columns:
        if not column.size:
            return key
        low = int(column.min())
        span = int(column.max()) - low + 1
        if width * span >= _LIMIT:
            _, key = np.unique(key, return_inverse=True)
            width = int(key.max()) + 1
        key *= span
        key += np.subtract(column, low, dtype=np.int64)
        width *= span
    return key


def first_of_each(columns: Sequence[Integers]) -> Int64:
    """Positions of the first row of each distinct kind, ascending."""
    first = distinct(columns)[0]
    first.sort()
    return first


def distinct(columns: Sequence[Integers]) -> tuple[Int64, Int64]:
    """Position of the first row of each distinct kind, and each row's number among them; in the order of keys."""
    key = packed(columns)
    span = int(key.max(initial=-1)) + 1
    if span > _TABLE_PER_ROW * key.size + _LEAST_TABLE:
        _, first, back = np.unique(key, return_index=True, return_inverse=True)
        return first, back.reshape(-1)
    at = np.full(span, -1, dtype=np.int64)
    at[key[::-1]] = np.arange(key.size - 1, -1, -1)  # the last one written stays
    seen = at >= 0
    return at[seen], (np.cumsum(seen) - 1)[key]
