"""Truck bans as arrays of spans, and what they mean for the least time of a trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int64
from cargopool.rules.clocks import epoch_minute, nearest_epoch_minute
from cargopool.rules.trips import RULES
from cargopool.units import MINUTES_PER_DAY

Spans = tuple[Int64, Int64]
"""Starts and ends of bans, ascending and apart."""


def ban_spans(scenario: Scenario, country: str, lo_min: int, hi_min: int) -> Spans:
    """Bans of a country that touch [lo, hi], merged where they meet."""
    start = scenario.horizon.start
    origin = epoch_minute(start)
    raw: list[tuple[int, int]] = []
    for ban in scenario.bans:
        day = start.date() + timedelta(days=lo_min // MINUTES_PER_DAY - 2)
        last = start.date() + timedelta(days=hi_min // MINUTES_PER_DAY + 2)
        while ban.country == country and day <= last:
            if ban.weekday == day.weekday() or day.isoformat() in ban.dates:
                begin = nearest_epoch_minute(ban.timezone, day, ban.start_min, closing=False) - origin
                end = nearest_epoch_minute(ban.timezone, day, ban.end_min, closing=True) - origin
                if begin < end:
                    raw.append((begin, end))
            day += timedelta(days=1)
    return merged(raw)


def merged(raw: Sequence[tuple[int, int]]) -> Spans:
    """Spans in order, those that overlap or touch made one."""
    starts: list[int] = []
    ends: list[int] = []
    for begin, end in sorted(raw):
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(begin)
            ends.append(end)
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def touched(spans: Spans, lo: Int64, hi: Int64) -> Bool:
    """Whether some ban holds at a minute of [lo, hi)."""
    starts, ends = spans
    found: Bool = np.searchsorted(ends, lo, side="right") < np.searchsorted(starts, hi, side="left")
    return found


def least_minutes(link: RoadLink, shuttle_min: int, manning: Manning, free_min: int) -> int:
    """A bound below the elapsed minutes of a trip at any departure, whatever bans serve as breaks and rests."""
    rules = RULES[manning]
    rests = max(0, -(-link.drive_min // rules.drive_in_shift) - 1)
    breaks = 0
    if rules.drive_before_break is not None:
        breaks = max(0, -(-link.drive_min // rules.drive_before_break) - 1 - rests)
    if shuttle_min >= rules.rest_min:
        rests = max(0, rests - 1)
    if shuttle_min >= rules.break_min:
        breaks = max(0, breaks - 1)
    least = link.drive_min + shuttle_min + breaks * rules.break_min + rests * rules.rest_min
    return min(free_min, least)
