"""Opening hours of hubs and doors."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime
from functools import lru_cache

from cargopool.model.place import Place, WeekHours
from cargopool.rules.spans import Spans
from cargopool.units import MINUTES_PER_DAY

_SEARCH_DAYS = (14, 366)
"""How far a search looks, first near and then far; nothing in a year means never."""


@lru_cache(maxsize=4096)
def _open_spans(hours: WeekHours, timezone: str, start: datetime) -> Spans:
    def rule(day: date) -> list[tuple[str, int, int]]:
        if day.isoformat() in hours.closed_dates:
            return []
        return [(timezone, opens, closes) for opens, closes in hours.days[day.weekday()]]

    return Spans(start, rule)


def is_open(place: Place, start: datetime, s: int, e: int) -> bool:
    """Whether [s, e] lies in one open period of the place; the last minute of a period belongs to it."""
    if e < s:
        return False
    if place.opening is None:
        return True
    known = _open_spans(place.opening, place.timezone, start).within(s, e)
    i = bisect_right(known.starts, s) - 1
    return i >= 0 and e <= known.ends[i]


def earliest_start(place: Place, start: datetime, from_min: int, duration: int) -> int | None:
    """First minute s >= ``from_min`` such that [s, s + duration] is open; None when there is none within a year."""
    if place.opening is None:
        return from_min
    spans = _open_spans(place.opening, place.timezone, start)
    for days in _SEARCH_DAYS:
        limit = from_min + days * MINUTES_PER_DAY
        known = spans.within(from_min, limit + duration)
        first = max(0, bisect_right(known.starts, from_min) - 1)
        for i in range(first, len(known.starts)):
            s = max(from_min, known.starts[i])
            if s > limit:
                break
            if s + duration <= known.ends[i]:
                return s
    return None


def latest_open_minute(place: Place, start: datetime, by_min: int) -> int | None:
    """Last minute <= ``by_min`` at which the place is open; None when there is none within a year."""
    if place.opening is None:
        return by_min
    spans = _open_spans(place.opening, place.timezone, start)
    for days in _SEARCH_DAYS:
        limit = by_min - days * MINUTES_PER_DAY
        known = spans.within(limit, by_min)
        i = bisect_right(known.starts, by_min) - 1
        if i >= 0 and (found := min(by_min, known.ends[i])) >= limit:
            return found
    return None


def open_periods(place: Place, start: datetime, lo_min: int, hi_min: int) -> tuple[tuple[int, int], ...] | None:
    """Open periods [opens, closes] that touch [lo, hi], in order; None for a place that is always open."""
    if place.opening is None:
        return None
    known = _open_spans(place.opening, place.timezone, start).within(lo_min, hi_min)
    return tuple((a, b) for a, b in zip(known.starts, known.ends, strict=True) if b >= lo_min and a <= hi_min)
