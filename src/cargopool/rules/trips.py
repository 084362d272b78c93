"""A truck trip minute by minute in effect, event by event in fact: driver limits, truck bans, the shuttle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cargopool.model.equipment import Manning
from cargopool.rules.spans import Spans
from cargopool.units import MINUTES_PER_DAY

NEVER = 1 << 40
"""A minute that does not come: beyond every horizon."""

BAN_DELAY_MIN = 28 * MINUTES_PER_DAY
"""Longest by which bans may delay a trip; one that they delay longer has no arrival, so that none is sought forever."""

SegmentKind = Literal["drive", "break", "rest", "shuttle", "ban", "stand", "work"]


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


class Trip:
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

    def work(self, minutes: int) -> None:
        """Other work, such as live loading: neither driving nor a break, but part of the shift."""
        if minutes > 0:
            self.log.append(("work", self.now, self.now + minutes))
            self.now += minutes

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
        """Drive on; stretches without a stop between them are one."""
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


def simulate(
    depart_min: int,
    stretches: Sequence[Stretch],
    shuttle: tuple[int, int],
    manning: Manning,
    duty_before_min: int,
    until_min: int,
) -> Trip:
    """A trip with a fresh driver; ``shuttle`` is the driving minute at which it is boarded, and its minutes.

    One that does not end by ``until_min`` is given up somewhere after that minute.
    """
    trip = Trip(RULES[manning], depart_min, duty_before_min)
    go_on(trip, stretches, shuttle, until_min)
    return trip


def go_on(trip: Trip, stretches: Sequence[Stretch], shuttle: tuple[int, int], until_min: int) -> None:
    """Jump from event to event: limits, ban starts and ends, borders, the shuttle at driving minute ``shuttle[0]``.

    The trip goes on with the driver as he is; ``driven`` counts from here. It is given up after ``until_min``.
    """
    trip.driven = 0
    total = stretches[-1][0] if stretches else 0
    shuttle_at, shuttle_min = shuttle
    boarded = shuttle_min <= 0
    i = 0
    while (trip.driven < total or not boarded) and trip.now <= until_min:
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


def _ban_ahead(bans: Spans, now: int, leg: int) -> tuple[int, int]:
    """Minutes to wait now for a ban's end, or else the part of ``leg`` before the next ban starts."""
    held = bans.at(now)
    if held is not None:
        return held[1] - now, 0
    return 0, min(leg, bans.next_start(now, now + leg) - now)


def drive_only(drive_min: int) -> tuple[Stretch, ...]:
    """The one stretch of a trip that no ban can hold up; none when nothing is driven."""
    return ((drive_min, None),) if drive_min else ()


@lru_cache(maxsize=131_072)
def arrival(
    depart_min: int, stretches: tuple[Stretch, ...], shuttle: tuple[int, int], manning: Manning, duty_before_min: int
) -> int | None:
    """Arrival of the simulated trip, kept for whoever asks again; None when bans delay it too long."""
    until = depart_min + longest_minutes(stretches[-1][0] if stretches else 0, shuttle[1], manning, duty_before_min)
    now = simulate(depart_min, stretches, shuttle, manning, duty_before_min, until).now
    return now if now <= until else None


@lru_cache(maxsize=65_536)
def free_minutes(drive_min: int, shuttle_min: int, manning: Manning, duty_before_min: int) -> int:
    """Elapsed minutes of a trip that no ban touches: they do not depend on its departure."""
    return simulate(0, drive_only(drive_min), (drive_min // 2, shuttle_min), manning, duty_before_min, NEVER).now


def longest_minutes(drive_min: int, shuttle_min: int, manning: Manning, duty_before_min: int) -> int:
    """Elapsed minutes beyond which a trip under bans counts as one that never arrives."""
    return free_minutes(drive_min, shuttle_min, manning, duty_before_min) + BAN_DELAY_MIN
