"""Driving and rest in a tour: drive, wait, work, drive on, under Regulation (EC) No 561/2006 and truck bans.

Pure functions for whoever makes a tour and for whoever checks one. `tour_log` says what a driver does who follows the
rules as soon as they bind; `check_hours` says what a given log breaks, by other means (it adds up the log, and
simulates nothing).
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cargopool.model.equipment import Manning
from cargopool.rules.trips import RULES, DriverRules

Periods = tuple[tuple[int, int], ...]
TourSegmentKind = Literal["drive", "work", "wait", "break", "rest", "ban", "charge"]
TourSegment = tuple[TourSegmentKind, int, int]
"""Kind, first minute, minute after the last."""

FREE_KINDS: frozenset[TourSegmentKind] = frozenset({"wait", "break", "rest", "ban", "charge"})
"""What a driver may use as a break when it is long enough: everything but driving and work."""

UNLIMITED = 2**40

Broken = Literal["window", "driving", "span", "ban"]


@dataclass(frozen=True, slots=True)
class TourStep:
    """Drive to a place, wait until the work may begin, work.

    Attributes
    ----------
    drive_min : int
        Pure driving.
    work_min : int
        Duty at the place; minutes at the charger when ``charge``.
    windows : Periods or None
        When the work may begin, both ends included; None is always.
    bans : Periods
        [start, end) without driving on the way there.
    charge : bool
        The vehicle charges; the driver is free.
    """

    drive_min: int
    work_min: int = 0
    windows: Periods | None = None
    bans: Periods = ()
    charge: bool = False


@dataclass(frozen=True, slots=True)
class TourLog:
    """What becomes of a tour.

    Attributes
    ----------
    segments : tuple of TourSegment
        Without gaps, from the start on; up to where it broke.
    times : tuple of (arrive, begin, end)
        Per step, as far as it came.
    broken : {'window', 'driving', 'span', 'ban'} or None
        Why the step ``len(times)`` cannot be made: its last window has passed, the driving of a shift or its span is
        used up, a ban never ends; None when the tour can be driven.
    """

    segments: tuple[TourSegment, ...]
    times: tuple[tuple[int, int, int], ...]
    broken: Broken | None = None

    @property
    def end_min(self) -> int:
        """Minute at which the tour ends."""
        return self.segments[-1][2] if self.segments else 0


def window_at(windows: Periods | None, minute: int) -> int | None:
    """First minute not before ``minute`` at which work may begin; None when no window is left."""
    if windows is None:
        return minute
    for opens, closes in windows:
        if minute <= closes:
            return max(minute, opens)
    return None


class _Driver:
    """A driver under way; what comes next follows from this state alone."""

    def __init__(self, start_min: int, rules: DriverRules | None, overnight: bool) -> None:
        self.now = start_min
        self.rules = rules
        self.overnight = overnight
        self.shift_start = start_min
        self.shift_driven = 0
        self.since_break = 0
        self.segments: list[TourSegment] = []

    def note(self, kind: TourSegmentKind, minutes: int) -> None:
        if minutes > 0:
            last = self.segments[-1] if self.segments else None
            if last is not None and last[0] == kind and kind != "work":
                self.segments[-1] = (kind, last[1], self.now + minutes)
            else:
                self.segments.append((kind, self.now, self.now + minutes))
            self.now += minutes

    def free(self, kind: TourSegmentKind, minutes: int) -> None:
        """Stand without duty; long enough, it is a break or a rest."""
        self.note(kind, minutes)
        if self.rules is None:
            return
        if minutes >= self.rules.rest_min and self.overnight:
            self.shift_start, self.shift_driven, self.since_break = self.now, 0, 0
        elif minutes >= self.rules.break_min:
            self.since_break = 0

    def span_left(self, rules: DriverRules) -> int:
        return self.shift_start + rules.shift_min - self.now

    def pause(self, rules: DriverRules) -> Broken | None:
        """The rest or break that is due before driving on."""
        spent: Broken | None = None
        if self.shift_driven >= rules.drive_in_shift:
            spent = "driving"
        elif self.span_left(rules) <= 0:
            spent = "span"
        if spent is None:
            self.free("break", rules.break_min)
            return None
        if not self.overnight:
            return spent
        self.free("rest", rules.rest_min)
        return None

    def may_drive(self) -> int:
        rules = self.rules
        if rules is None:
            return UNLIMITED
        left = min(rules.drive_in_shift - self.shift_driven, self.span_left(rules))
        return left if rules.drive_before_break is None else min(left, rules.drive_before_break - self.since_break)

    def drive(self, minutes: int, bans: Periods) -> Broken | None:
        """Drive, with breaks, rests and bans on the way."""
        left = minutes
        while left > 0:
            may = self.may_drive()
            if may <= 0 and self.rules is not None:
                broken = self.pause(self.rules)
                if broken:
                    return broken
                continue
            wait, clear = ban_ahead(bans, self.now, min(may, left))
            if wait:
                self.free("ban", wait)
                continue
            self.note("drive", clear)
            self.shift_driven += clear
            self.since_break += clear
            left -= clear
        return None

    def work(self, step: TourStep) -> tuple[int, Broken | None]:
        """Wait for the window, or rest until it, and work; returns the begin."""
        begin = window_at(step.windows, self.now)
        if begin is None:
            return self.now, "window"
        if step.charge:
            self.free("charge", step.work_min)
            return begin, None
        rules = self.rules
        if rules is None or not self.overnight:
            if rules is not None and begin + step.work_min > self.shift_start + rules.shift_min:
                return begin, "span"
            self.free("wait", begin - self.now)
        else:
            if begin - self.now < rules.rest_min and begin + step.work_min > self.shift_start + rules.shift_min:
                begin = window_at(step.windows, self.now + rules.rest_min)
                if begin is None:
                    return self.now, "window"
            self.free("rest" if begin - self.now >= rules.rest_min else "wait", begin - self.now)
            if step.work_min > self.span_left(rules):
                return begin, "span"
        self.note("work", step.work_min)
        return begin, None


def ban_ahead(bans: Periods, now: int, leg: int) -> tuple[int, int]:
    """Minutes to wait now for a ban's end, or else the part of ``leg`` before the next ban starts."""
    i = bisect_right(bans, now, key=lambda period: period[0])
    if i and now < bans[i - 1][1]:
        return bans[i - 1][1] - now, 0
    return 0, min(leg, bans[i][0] - now) if i < len(bans) else leg


def tour_log(
    start_min: int,
    steps: Sequence[TourStep],
    manning: Manning | None,
    *,
    overnight: bool = False,
    any_span: bool = False,
) -> TourLog:
    """What a rested driver does who starts at a minute and makes the steps in order.

    A break of 45 minutes is taken when 4.5 hours have been driven and there is more to drive; any wait, ban or
    charging of 45 minutes counts as one, work does not. Work must end, and driving must end, within the span of the
    shift. With ``overnight`` a daily rest is taken when driving or span are used up, or before work that would not end
    in the span, and a wait of a rest's length is one; without, the tour is broken there.

    Parameters
    ----------
    start_min : int
        When the driver's duty begins.
    steps : sequence of TourStep
    manning : {'single', 'double'} or None
        None: no rules of driving and rest.
    overnight : bool
        Daily rests may lie in the tour.
    any_span : bool
        Let the shift last as long as it does: for finding out how much of it an earlier start spends on waiting.
    """
    rules = None if manning is None else RULES[manning]
    if rules is not None and any_span:
        rules = replace(rules, shift_min=UNLIMITED)
    driver = _Driver(start_min, rules, overnight)
    times: list[tuple[int, int, int]] = []
    for step in steps:
        broken = driver.drive(step.drive_min, step.bans)
        arrive = driver.now
        begin = arrive
        if broken is None:
            begin, broken = driver.work(step)
        if broken is not None:
            return TourLog(tuple(driver.segments), tuple(times), broken)
        times.append((arrive, begin, driver.now))
    return TourLog(tuple(driver.segments), tuple(times))


@dataclass(frozen=True, slots=True)
class HoursViolation:
    """What a log breaks: ``gap``, ``break``, ``driving``, ``span`` or ``rest``, where, and by how much."""

    rule: Literal["gap", "break", "driving", "span", "rest"]
    minute: int
    found_min: int
    limit_min: int


def check_hours(
    segments: Sequence[TourSegment], manning: Manning | None, *, overnight: bool = False
) -> tuple[HoursViolation, ...]:
    """Everything in a driver's log that the rules of driving and rest forbid.

    Parameters
    ----------
    segments : sequence of TourSegment
        In order of time.
    manning : {'single', 'double'} or None
    overnight : bool
        Whether a rest inside the log begins a new shift; without, the log is one shift.
    """
    found = [HoursViolation("gap", a[2], b[1] - a[2], 0) for a, b in itertools.pairwise(segments) if a[2] != b[1]]
    found += [HoursViolation("gap", s[1], s[2] - s[1], 0) for s in segments if s[2] < s[1]]
    if manning is None:
        return tuple(found)
    rules = RULES[manning]
    for shift in _shifts(segments, rules, overnight):
        duty = [s for s in shift if s[0] not in FREE_KINDS]
        if duty and duty[-1][2] - shift[0][1] > rules.shift_min:
            found.append(HoursViolation("span", duty[-1][2], duty[-1][2] - shift[0][1], rules.shift_min))
        driven = sum(s[2] - s[1] for s in shift if s[0] == "drive")
        if driven > rules.drive_in_shift:
            found.append(HoursViolation("driving", shift[-1][2], driven, rules.drive_in_shift))
        found += _breaks(shift, rules)
    found += [
        HoursViolation("rest", s[1], s[2] - s[1], rules.rest_min)
        for s in segments
        if s[0] == "rest" and (s[2] - s[1] < rules.rest_min or not overnight)
    ]
    return tuple(found)


def _free_runs(segments: Sequence[TourSegment]) -> list[list[TourSegment]]:
    """Segments in runs: what is free and follows each other is one run."""
    runs: list[list[TourSegment]] = []
    for segment in segments:
        joins = runs and segment[0] in FREE_KINDS and runs[-1][-1][0] in FREE_KINDS
        if joins:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return runs


def _shifts(segments: Sequence[TourSegment], rules: DriverRules, overnight: bool) -> list[list[TourSegment]]:
    shifts: list[list[TourSegment]] = [[]]
    for run in _free_runs(segments):
        if overnight and run[0][0] in FREE_KINDS and run[-1][2] - run[0][1] >= rules.rest_min:
            shifts.append([])
        else:
            shifts[-1] += run
    return [shift for shift in shifts if shift]


def _breaks(shift: Sequence[TourSegment], rules: DriverRules) -> list[HoursViolation]:
    if rules.drive_before_break is None:
        return []
    found: list[HoursViolation] = []
    since = 0
    for run in _free_runs(shift):
        if run[0][0] in FREE_KINDS:
            if run[-1][2] - run[0][1] >= rules.break_min:
                since = 0
        elif run[0][0] == "drive":
            since += run[0][2] - run[0][1]
            if since > rules.drive_before_break:
                found.append(HoursViolation("break", run[0][2], since, rules.drive_before_break))
    return found
