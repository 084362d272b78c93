"""Deterministic timetables for lines whose days and clock times are not published.

Everything is seeded by the service id, so the same id always gets the same days and minutes. No generated time lies
between 01:00 and 03:59 local, where European clocks are changed: such a timetable is valid on every date.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cargopool.units import MINUTES_PER_DAY, ceil_div

CLOCK_CHANGE_HOURS = (60, 240)
"""Local minutes that generated times avoid: 01:00 (British Isles) to 03:59 (Greece, Bulgaria)."""

WORKING_DAYS = 6
"""Monday to Saturday; the seventh run of a week goes on Sunday."""

HEADWAY_RUNS = 20
"""From this many runs a week on, a line is a headway service."""

CLOSING_MIN = {"rail": 240, "barge": 360, "sea": 120}
"""Closing before departure by mode, minutes."""

PICK_UP_READY_MIN = 180
"""Pick-up-ready after arrival, minutes."""

BOOKING_EVENING_MIN = 18 * 60
"""Booking closes at this local minute of the day before departure."""

_WINDOWS = {
    "rail": ((15 * 60, 22 * 60 + 30), (5 * 60, 12 * 60), (12 * 60, 15 * 60)),
    "barge": ((12 * 60, 20 * 60), (5 * 60, 11 * 60), (20 * 60, 23 * 60)),
    "sea": ((18 * 60, 23 * 60), (5 * 60, 10 * 60), (11 * 60, 17 * 60)),
}
_STEP_MIN = 30
_REFERENCE_DAY = (2026, 11, 25)
"""A day of standard time, on which transit times become clock times."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """Operating days (Monday 0), departure minute of day, arrival (day offset, minute of day)."""

    weekdays: frozenset[int]
    departure: int
    arrival: tuple[int, int]


def seeded(service_id: str, purpose: str, modulus: int) -> int:
    """Number in 0..modulus-1 that depends only on the id and the purpose."""
    digest = hashlib.sha256(f"{service_id}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % modulus


def waves_of(runs_per_week: float) -> tuple[int, ...]:
    """Runs per week of each daily wave: a service leaves at most once a day, so busy lines have several waves."""
    runs = max(1, round(runs_per_week))
    waves = ceil_div(runs, 7)
    base, extra = divmod(runs, waves)
    return tuple(base + (1 if wave < extra else 0) for wave in range(waves))


def weekdays_of(service_id: str, runs: int) -> frozenset[int]:
    """Days of so many runs a week, evenly spread from Monday to Saturday; seven run daily."""
    if runs >= 7:
        return frozenset(range(7))
    phase = seeded(service_id, "days", 60) / 60
    return frozenset(int((i + phase) * WORKING_DAYS / runs) % WORKING_DAYS for i in range(runs))


def utc_offset_min(timezone: str) -> int:
    """Standard-time offset of a zone from UTC, minutes."""
    offset = datetime(*_REFERENCE_DAY, 12, tzinfo=ZoneInfo(timezone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def arrival_of(departure: int, transit_min: int, origin_zone: str, destination_zone: str) -> tuple[int, int]:
    """Local arrival (day offset, minute of day) of a departure at a local minute."""
    local = departure + transit_min + utc_offset_min(destination_zone) - utc_offset_min(origin_zone)
    return divmod(local, MINUTES_PER_DAY)


def is_safe(minute: int) -> bool:
    """Whether a local minute of day exists exactly once on every date."""
    return not CLOCK_CHANGE_HOURS[0] <= minute < CLOCK_CHANGE_HOURS[1]


def departure_of(
    service_id: str, mode: str, transit_min: int, zones: tuple[str, str], wave: int = 0
) -> tuple[int, tuple[int, int]]:
    """Departure minute and arrival inside the mode's window, at the first seeded half hour whose arrival is safe."""
    earliest, latest = _WINDOWS[mode][wave % 3]
    slots = (latest - earliest) // _STEP_MIN + 1
    first = seeded(service_id, "departure", slots)
    for k in range(slots):
        departure = earliest + (first + k) % slots * _STEP_MIN
        arrival = arrival_of(departure, transit_min, *zones)
        if is_safe(arrival[1]):
            return departure, arrival
    departure = earliest + first * _STEP_MIN
    day, _ = arrival_of(departure, transit_min, *zones)
    return departure, (day, CLOCK_CHANGE_HOURS[1])


def generate(
    service_id: str, mode: str, runs: int, transit_min: int, zones: tuple[str, str], wave: int = 0
) -> Timetable:
    """Timetable of a line in one direction.

    Parameters
    ----------
    service_id : str
        Seed of the days and the clock times.
    mode : str
        ``rail``, ``barge`` or ``sea``.
    runs : int
        Runs per week, at most 7.
    transit_min : int
        Departure to arrival, elapsed minutes.
    zones : tuple of str
        IANA zones of origin and destination.
    wave : int
        0 for the first departure of a day, 1 and 2 for further ones.
    """
    departure, arrival = departure_of(service_id, mode, transit_min, zones, wave)
    return Timetable(weekdays_of(service_id, runs), departure, arrival)


def booking_close_min(departure: int) -> int:
    """Minutes before departure at 18:00 of the evening before."""
    return departure + MINUTES_PER_DAY - BOOKING_EVENING_MIN
