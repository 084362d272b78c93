"""Minutes of a plan as people read them."""

from __future__ import annotations

from datetime import datetime

from cargopool.model.scenario import Scenario
from cargopool.rules.clocks import local_moment, moment_of


def local_iso(scenario: Scenario, place: str, minute: int | None) -> str:
    """Local time of a place with its offset, such as ``2026-11-24T16:10+01:00``; empty for None."""
    if minute is None:
        return ""
    moment = local_moment(scenario.horizon.start, scenario.place(place).timezone, minute)
    return moment.isoformat(timespec="minutes")


def utc_iso(scenario: Scenario, minute: int | None) -> str:
    """UTC time, such as ``2026-11-24T15:10Z``; empty for None."""
    if minute is None:
        return ""
    return moment_of(scenario.horizon.start, minute).strftime("%Y-%m-%dT%H:%MZ")


def short_local(scenario: Scenario, place: str, minute: int | None) -> str:
    """Local time for tables on paper, such as ``Tue 24 Nov 16:10``; empty for None."""
    if minute is None:
        return ""
    return _readable(local_moment(scenario.horizon.start, scenario.place(place).timezone, minute))


def dates_of(scenario: Scenario) -> str:
    """First and last day of the horizon in its own zone, such as ``23 Nov 2026 to 29 Nov 2026``."""
    horizon = scenario.horizon
    last = local_moment(horizon.start, horizon.timezone, max(0, horizon.minutes - 1))
    days = (local_moment(horizon.start, horizon.timezone, 0), last)
    return " to ".join(f"{day.day} {_MONTHS[day.month - 1]} {day.year}" for day in days)


def readable(iso: str) -> str:
    """An ISO time as `short_local` writes it; empty for empty."""
    return _readable(datetime.fromisoformat(iso)) if iso else ""


def _readable(moment: datetime) -> str:
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment:%H:%M}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
