"""Packaged tables as text rows, and the cell formats that they use."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files

from cargopool.model import place

Row = Mapping[str, str]

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def read_rows(name: str) -> tuple[Row, ...]:
    """Rows of a packaged CSV table in file order."""
    text = (files("cargopool.reference") / "data" / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def provenance_of(row: Row) -> place.Provenance:
    """Provenance columns of a row."""
    return place.Provenance(row["source"], row["confidence"], row["licence"], row["note"])


def number_or_none(text: str) -> int | None:
    """Whole number, or None for an empty cell."""
    return int(text) if text else None


def pairs_of(text: str) -> tuple[tuple[str, float], ...]:
    """``DE=120.5 FR=30`` as pairs in order."""
    return tuple((key, float(value)) for key, value in (item.split("=") for item in text.split()))


def words_or_all(text: str) -> frozenset[str] | None:
    """Space-separated words; ``all`` is None, ``none`` the empty set."""
    return None if text == "all" else frozenset() if text == "none" else frozenset(text.split())


def minute_of_day(text: str) -> int:
    """``18:30`` as minutes; 24:00 is 1440."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def day_minute(text: str) -> tuple[int, int]:
    """``1+06:30`` as (day offset, minute of day)."""
    day, clock = text.split("+")
    return int(day), minute_of_day(clock)


def weekday_set(text: str) -> frozenset[int]:
    """``Mo We`` as weekdays, Monday 0."""
    return frozenset(DAYS.index(word) for word in text.split())


def week_hours(text: str) -> place.WeekHours:
    """``Mo-Fr 05:00-22:00; Sa 06:00-14:00`` as opening hours."""
    days: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for part in text.split(";"):
        span, hours = part.split()
        first, _, last = span.partition("-")
        opens, closes = hours.split("-")
        for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
            days[day].append((minute_of_day(opens), minute_of_day(closes)))
    return place.WeekHours(tuple(tuple(sorted(periods)) for periods in days))
