"""Distinct rows of several integer arrays, through one packed key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cargopool.network.arrays import Int64

Integers = NDArray[np.integer[Any]]

_LIMIT = 1 << 62


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
        key = key * span + (column - low)
        width *= span
    return key


def first_of_each(columns: Sequence[Integers]) -> Int64:
    """Positions of the first row of each distinct kind, ascending."""
    _, first = np.unique(packed(columns), return_index=True)
    first.sort()
    return first


def distinct(columns: Sequence[Integers]) -> tuple[Int64, Int64]:
    """Position of one row of each distinct kind, and each row's number among them."""
    _, first, back = np.unique(packed(columns), return_index=True, return_inverse=True)
    return first, back.reshape(-1)
