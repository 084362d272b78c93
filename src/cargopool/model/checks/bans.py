"""Meaning of truck bans: each row by itself, and what all rows of a country leave of the week."""

from __future__ import annotations

from datetime import datetime, timedelta

from cargopool.model.checks.base import Checker, plain
from cargopool.model.scenario import TruckBan
from cargopool.model.wallclock import zone_of
from cargopool.units import MINUTES_PER_DAY, MINUTES_PER_WEEK

SHORT_MIN = 60
"""A country that is never open for so long at a stretch is most likely a slip."""

_MINUTE = timedelta(minutes=1)


def check_bans(case: Checker) -> None:
    """Check truck bans."""
    sound: dict[str, list[tuple[int, TruckBan]]] = {}
    for number, ban in enumerate(case.scenario.bans, start=1):
        before = len(case.found)
        _check_row(case, ban, f"road.bans[{number}]")
        if len(case.found) == before:
            sound.setdefault(ban.country, []).append((number, ban))
    for country, rows in sound.items():
        _check_week(case, country, rows[0][0], _longest_open(case.scenario.horizon.start, [ban for _, ban in rows]))


def _check_row(case: Checker, ban: TruckBan, where: str) -> None:
    case.country(ban.country, f"{where}.country")
    case.zone(ban.timezone, f"{where}.timezone")
    case.dates(ban.dates, f"{where}.dates")
    if not 0 <= ban.start_min < ban.end_min <= MINUTES_PER_DAY:
        message = f"runs from minute {ban.start_min} to {ban.end_min} of the day"
        case.error("E1508", f"{where}.start", message, "start before the end, within one day")
    if ban.weekday not in range(-1, 7) or (ban.weekday == -1) != bool(ban.dates):
        message = "has neither a weekday nor dates, or both"
        case.error("E1508", f"{where}.weekday", message, "give a weekday, or dates")


def _check_week(case: Checker, country: str, number: int, open_min: int) -> None:
    where = f"road.bans[{number}]"
    if open_min == 0:
        message = f"the bans of {plain(country)} cover every minute of the week: no truck ever drives there"
        case.error("E1512", where, message, "leave hours of the week open, or take out the country's bans or its roads")
    elif open_min < SHORT_MIN:
        message = f"the bans of {plain(country)} never leave more than {open_min} min in a row to drive there"
        case.warning("W1513", where, message, "leave hours of the week open, or take out the country's roads")


def _longest_open(start: datetime, bans: list[TruckBan]) -> int:
    """Longest run of minutes of a week in which none of the weekly bans holds, at the offsets of the horizon start."""
    spans: list[tuple[int, int]] = []
    for ban in bans:
        if ban.weekday >= 0:
            offset = start.astimezone(zone_of(ban.timezone)).utcoffset() or timedelta()
            begin = (ban.weekday * MINUTES_PER_DAY + ban.start_min - offset // _MINUTE) % MINUTES_PER_WEEK
            spans.append((begin, begin + ban.end_min - ban.start_min))
    if not spans:
        return MINUTES_PER_WEEK
    spans.sort()
    longest, covered = 0, spans[0][0]
    again = [(begin + MINUTES_PER_WEEK, end + MINUTES_PER_WEEK) for begin, end in spans]
    for begin, end in [*spans, *again]:
        longest, covered = max(longest, begin - covered), max(covered, end)
    return longest
