"""Local wall-clock times: which exist, which are ambiguous, and what they are in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ClockProblem = Literal["nonexistent", "ambiguous"]


class WallClockError(ValueError):
    """A local time that a clock change skips or repeats.

    Attributes
    ----------
    problem : {'nonexistent', 'ambiguous'}
        Which of the two it is.
    """

    def __init__(self, problem: ClockProblem, local: datetime, timezone: str) -> None:
        self.problem: ClockProblem = problem
        word = "does not exist" if problem == "nonexistent" else "happens twice"
        super().__init__(f"{local:%Y-%m-%dT%H:%M} {word} in {timezone}")


@lru_cache(maxsize=512)
def zone_of(timezone: str) -> ZoneInfo | None:
    """IANA zone of that name, or None when there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def utc_of_local(local: datetime, timezone: str) -> datetime:
    """UTC moment of a naive local time.

    Raises
    ------
    WallClockError
        When a clock change skips or repeats the time.
    ValueError
        When the zone is unknown.
    """
    zone = zone_of(timezone)
    if zone is None:
        raise ValueError(f"unknown time zone {timezone!r}")
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    moment = first.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise WallClockError("nonexistent", local, timezone)
    if first.utcoffset() != second.utcoffset():
        raise WallClockError("ambiguous", local, timezone)
    return moment
