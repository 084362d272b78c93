"""A plan in array form, as searches and column stores exchange it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan in array form.

    Attributes
    ----------
    cents : float
        Objective as the search counts it.
    plan : int64[K, 10]
        Moves (3), start option, end option, handling starts (4), number of moves.
    served : bool[K]
    """

    cents: float
    plan: Any
    served: Any
