"""Minutes since the horizon start, and local wall-clock time.

Elapsed minutes are UTC minutes: a clock change never lengthens or shortens them. Local times that do not exist
(spring) or exist twice (autumn) are errors, never guesses.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NonexistentTimeError(ValueError):
    """A local time that the clock skips in spring."""


class AmbiguousTimeError(ValueError):
    """A local time that the clock shows twice in autumn."""


def epoch_minute(moment: datetime) -> int:
    """Whole UTC minutes from 1970 to an aware moment, rounded down.

    Raises
    ------
    ValueError
        When ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment.astimezone(UTC) - _EPOCH) // _MINUTE


def minute_of(start: datetime, moment: datetime) -> int:
    """Elapsed minutes from the horizon start to a moment (negative before it), rounded down.

    Both are taken to UTC first: subtracting two datetimes of one zone would give wall-clock time.
    """
    return epoch_minute(moment) - epoch_minute(start)


def moment_of(start: datetime, minute: int) -> datetime:
    """The UTC moment of an elapsed minute."""
    return start.astimezone(UTC) + minute * _MINUTE


@lru_cache(maxsize=65_536)
def _local_epoch_minute(timezone: str, iso_date: str, minute_of_day: int) -> int:
    zone = ZoneInfo(timezone)
    day = date.fromisoformat(iso_date)
    wall = datetime(day.year, day.month, day.day) + minute_of_day * _MINUTE
    first = epoch_minute(wall.replace(tzinfo=zone, fold=0))
    second = epoch_minute(wall.replace(tzinfo=zone, fold=1))
    if first > second:
        raise NonexistentTimeError(f"{wall:%Y-%m-%d %H:%M} does not exist in {timezone}: the clock skips it")
    if first < second:
        raise AmbiguousTimeError(f"{wall:%Y-%m-%d %H:%M} exists twice in {timezone}: the clock goes back over it")
    return first


def local_minute(start: datetime, timezone: str, iso_date: str, minute_of_day: int) -> int:
    """Elapsed minutes to a local wall-clock time.

    Parameters
    ----------
    start : datetime
        Horizon start, aware.
    timezone : str
        IANA zone of the wall clock.
    iso_date : str
        Local date, ``2026-11-24``.
    minute_of_day : int
        Clock reading: 0 is 00:00, 810 is 13:30, 1440 is 00:00 of the next day.

    Raises
    ------
    NonexistentTimeError, AmbiguousTimeError
        When the clock never shows that time, or shows it twice.
    """
    return _local_epoch_minute(timezone, iso_date, minute_of_day) - epoch_minute(start)


def local_moment(start: datetime, timezone: str, minute: int) -> datetime:
    """The aware local moment of an elapsed minute."""
    return moment_of(start, minute).astimezone(ZoneInfo(timezone))


def nearest_epoch_minute(timezone: str, day: date, minute_of_day: int, *, closing: bool) -> int:
    """UTC minute of a daily clock reading that must have a meaning on every day of the year.

    Opening hours and bans repeat every week, so they cannot be errors twice a year. A reading that the clock skips
    means the instant of the change; one that it shows twice means the first for an opening, the second for a closing.
    """
    zone = ZoneInfo(timezone)
    wall = datetime(day.year, day.month, day.day) + minute_of_day * _MINUTE
    first = epoch_minute(wall.replace(tzinfo=zone, fold=0))
    second = epoch_minute(wall.replace(tzinfo=zone, fold=1))
    if first <= second:
        return second if closing else first
    offset = (_EPOCH + second * _MINUTE).astimezone(zone).utcoffset()
    return next(
        minute
        for minute in range(second, first + 1)
        if (_EPOCH + minute * _MINUTE).astimezone(zone).utcoffset() != offset
    )
