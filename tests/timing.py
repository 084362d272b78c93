"""How long something may take: the strict limit at full scale; other work on the machine fails nothing by default."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from scale import scaled

HANG_S = scaled(120.0, 0.0)
"""Seconds that a test of every day allows beyond its limit, so that only what does not end at all fails."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail unless the body ends within ``seconds`` of wall time."""
    begun = time.monotonic()
    yield
    took = time.monotonic() - begun
    assert took < seconds + HANG_S, f"took {took:.2f} s, {seconds:g} s are allowed"
