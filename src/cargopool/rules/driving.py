"""Road trips under driver hours, truck bans and the tunnel shuttle.

Driver rules follow Regulation (EC) No 561/2006, Articles 6 to 8, as docs/clock.md says; weekly limits are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from cargopool.model.equipment import Manning
from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario, TruckBan
from cargopool.rules.index import ScenarioIndex, index_of
from cargopool.rules.spans import Spans
from cargopool.units import MINUTES_PER_DAY

SegmentKind = Literal["drive", "break", "rest", "shuttle", "ban"]

LOOK_BACK_DAYS = 7
"""How far before the arrival `latest_trip_departure` looks for a departure."""


@dataclass(frozen=True, slots=True)
class DriverRules:
    """Limits in minutes.

    Attributes
    ----------
    drive_before_break : int or None
        Driving after which a break is due; None: the drivers relieve each other.
    break_min : int
        Length of a break; a wait or ride of this length counts as one.
    drive_in_shift, shift_min, rest_min : int
        Driving in a shift, span of a shift, and the rest after it.
    """

    drive_before_break: int | None
    break_min: int
    drive_in_shift: int
    shift_min: int
    rest_min: int


RULES: dict[Manning, DriverRules] = {
    "single": DriverRules(270, 45, 540, 780, 660),
    "double": DriverRules(None, 45, 1080, 1260, 540),
}
"""Articles 6(1), 7 and 8(2), 8(5) of Regulation (EC) No 561/2006; the shift of a single driver is 24 h less 11 h."""


@dataclass(frozen=True, slots=True)
class DrivingSegment:
    """A stretch of a trip: [start, end) in elapsed minutes."""

    kind: SegmentKind
    start_min: int
    end_min: int


class _Trip:
    """A truck under way; what it does next follows from its state alone."""

    __slots__ = ("driven", "log", "now", "rules", "shift_driven", "shift_start", "since_break")

    def __init__(self, rules: DriverRules, depart_min: int, duty_before_min: int) -> None:
        self.rules = rules
        self.now = depart_min
        self.shift_start = depart_min - duty_before_min
        self.shift_driven = 0
        self.since_break = 0
        self.driven = 0
        self.log: list[tuple[SegmentKind, int, int]] = []

    def pass_time(self, kind: SegmentKind, minutes: int) -> None:
        """Stand or ride; long enough, it is a break or a rest."""
        if minutes <= 0:
            return
        self.log.append((kind, self.now, self.now + minutes))
        self.now += minutes
        if minutes >= self.rules.rest_min:
            self.shift_start = self.now
            self.shift_driven = 0
            self.since_break = 0
        elif minutes >= self.rules.break_min:
            self.since_break = 0

    def may_drive(self) -> int:
        """Minutes of driving left before the first limit."""
        left = min(self.rules.drive_in_shift - self.shift_driven, self.shift_start + self.rules.shift_min - self.now)
        if self.rules.drive_before_break is not None:
            left = min(left, self.rules.drive_before_break - self.since_break)
        return left

    def pause(self) -> None:
        """The rest, or else the break, that is due."""
        rules = self.rules
        over = self.shift_driven >= rules.drive_in_shift or self.now - self.shift_start >= rules.shift_min
        if over:
            self.pass_time("rest", rules.rest_min)
        else:
            self.pass_time("break", rules.break_min)

    def drive(self, minutes: int) -> None:
        if self.log and self.log[-1][0] == "drive":
            self.log[-1] = ("drive", self.log[-1][1], self.now + minutes)
        else:
            self.log.append(("drive", self.now, self.now + minutes))
        self.now += minutes
        self.driven += minutes
        self.shift_driven += minutes
        self.since_break += minutes


Stretch = tuple[int, Spans | None]
"""Driving minute up to which a stretch reaches, and the bans that hold on it."""


def _simulate(
    depart_min: int,
    stretches: Sequence[Stretch],
    shuttle: tuple[int, int],
    manning: Manning,
    duty_before_min: int,
) -> _Trip:
    """Jump from event to event: limits, ban starts and ends, borders, the shuttle at driving minute ``shuttle[0]``."""
    trip = _Trip(RULES[manning], depart_min, duty_before_min)
    total = stretches[-1][0] if stretches else 0
    shuttle_at, shuttle_min = shuttle
    boarded = shuttle_min <= 0
    i = 0
    while trip.driven < total or not boarded:
        if not boarded and trip.driven >= shuttle_at:
            trip.pass_time("shuttle", shuttle_min)
            boarded = True
            continue
        while trip.driven >= stretches[i][0]:
            i += 1
        upto, bans = stretches[i]
        may = trip.may_drive()
        if may <= 0:
            trip.pause()
            continue
        leg = min(may, upto - trip.driven, total if boarded else shuttle_at - trip.driven)
        if bans is not None:
            wait, clear = _ban_ahead(bans, trip.now, leg)
            if wait:
                trip.pass_time("ban", wait)
                continue
            leg = clear
        trip.drive(leg)
    return trip


def _ban_ahead(bans: Spans, now: int, leg: int) -> tuple[int, int]:
    """Minutes to wait now for a ban's end, or else the part of ``leg`` before the next ban starts."""
    held = bans.at(now)
    if held is not None:
        return held[1] - now, 0
    return 0, min(leg, bans.next_start(now, now + leg) - now)


@lru_cache(maxsize=65_536)
def _free_minutes(drive_min: int, shuttle_min: int, manning: Manning, duty_before_min: int) -> int:
    """Elapsed minutes of a trip that no ban touches: they do not depend on its departure."""
    stretches: tuple[Stretch, ...] = ((drive_min, None),) if drive_min else ()
    return _simulate(0, stretches, (drive_min // 2, shuttle_min), manning, duty_before_min).now


@lru_cache(maxsize=512)
def _ban_spans(bans: tuple[TruckBan, ...], start: datetime) -> Spans:
    def rule(day: date) -> list[tuple[str, int, int]]:
        iso, weekday = day.isoformat(), day.weekday()
        return [
            (ban.timezone, ban.start_min, ban.end_min) for ban in bans if ban.weekday == weekday or iso in ban.dates
        ]

    return Spans(start, rule)


def _bans_of(index: ScenarioIndex, country: str) -> Spans | None:
    key = ("ban_spans", country)
    memo = index.memo
    if key not in memo:
        bans = tuple(ban for ban in index.scenario.bans if ban.country == country)
        memo[key] = _ban_spans(bans, index.scenario.horizon.start) if bans else None
    return memo[key]  # type: ignore[no-any-return]


def _stretches(index: ScenarioIndex, link: RoadLink) -> tuple[Stretch, ...]:
    """The driving minutes dealt to the countries by cumulative km, rounded down; empty when no ban can hold."""
    found: list[Stretch] = []
    whole = sum(km for _, km in link.countries)
    passed = 0.0
    for country, km in link.countries:
        passed += km
        upto = int(round(link.drive_min * passed / whole, 6)) if whole else link.drive_min
        if upto > (found[-1][0] if found else 0):
            found.append((upto, _bans_of(index, country)))
    if not any(bans is not None for _, bans in found):
        return ()
    if found[-1][0] < link.drive_min:
        found[-1] = (link.drive_min, found[-1][1])
    return tuple(found)


def _cached_stretches(index: ScenarioIndex, link: RoadLink) -> tuple[Stretch, ...]:
    key = ("stretches", link.countries, link.drive_min)
    memo = index.memo
    if key not in memo:
        memo[key] = _stretches(index, link)
    return memo[key]  # type: ignore[no-any-return]


def _shuttle_min(scenario: Scenario, link: RoadLink) -> int:
    return scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0


def _touched(stretches: Sequence[Stretch], lo_min: int, hi_min: int) -> bool:
    """Whether any ban of the trip's countries holds at some minute of [lo, hi)."""
    return any(
        bans is not None and (bans.at(lo_min) is not None or bans.next_start(lo_min, hi_min) < hi_min)
        for _, bans in stretches
    )


def trip_arrival(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> int:
    """Arrival of a truck with a fresh driver, breaks, rests, shuttle and (with ``bans``) truck bans included.

    Parameters
    ----------
    scenario : Scenario
        Gives the bans and the minutes of the shuttle.
    link : RoadLink
        The road; bans need its ``countries``.
    depart_min : int
        Departure, minutes since the horizon start.
    manning : {'single', 'double'}
    bans : bool
        False for haulage stages and tours.
    duty_before_min : int
        Duty before departure (live loading at a door), which counts for the span of the first shift.
    """
    shuttle_min = _shuttle_min(scenario, link)
    free = _free_minutes(link.drive_min, shuttle_min, manning, duty_before_min)
    if not bans:
        return depart_min + free
    stretches = _cached_stretches(index_of(scenario), link)
    if not stretches or not _touched(stretches, depart_min, depart_min + free):
        return depart_min + free
    return _simulate(depart_min, stretches, (link.drive_min // 2, shuttle_min), manning, duty_before_min).now


def trip_log(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> tuple[DrivingSegment, ...]:
    """What the truck does from departure to arrival, without gaps; parameters as in `trip_arrival`."""
    stretches = _cached_stretches(index_of(scenario), link) if bans else ()
    if not stretches and link.drive_min:
        stretches = ((link.drive_min, None),)
    shuttle = (link.drive_min // 2, _shuttle_min(scenario, link))
    trip = _simulate(depart_min, stretches, shuttle, manning, duty_before_min)
    return tuple(DrivingSegment(kind, begin, end) for kind, begin, end in trip.log)


def latest_trip_departure(
    scenario: Scenario,
    link: RoadLink,
    arrive_by_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> int | None:
    """Largest departure whose arrival is not after ``arrive_by_min``.

    With bans an earlier departure may arrive later (a ban that serves as the night's rest for one departure and
    not for another), so the largest one is meant, found among the departures of the last 7 days before
    ``arrive_by_min`` less driving and shuttle; None when none of them arrives in time.
    """
    shuttle_min = _shuttle_min(scenario, link)
    free = _free_minutes(link.drive_min, shuttle_min, manning, duty_before_min)
    if not bans:
        return arrive_by_min - free
    stretches = _cached_stretches(index_of(scenario), link)
    if not stretches:
        return arrive_by_min - free
    latest = arrive_by_min - link.drive_min - shuttle_min
    if not _touched(stretches, latest - free, arrive_by_min + free):
        return arrive_by_min - free
    for depart in range(latest, latest - LOOK_BACK_DAYS * MINUTES_PER_DAY - 1, -1):
        if depart + free <= arrive_by_min and not _touched(stretches, depart, depart + free):
            return depart
        if _simulate(depart, stretches, (link.drive_min // 2, shuttle_min), manning, duty_before_min).now <= (
            arrive_by_min
        ):
            return depart
    return None
