"""The latest departure of a trip under bans, exact to the minute without trying every minute.

A trip is simulated for a whole run of departures at once: every quantity is an affine function of k, the minutes
by which the truck leaves earlier, and each decision says up to which k it stays the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from cargopool.model.equipment import Manning
from cargopool.rules.trips import NEVER, RULES, DriverRules, Stretch, longest_minutes
from cargopool.units import MINUTES_PER_DAY

_HISTORY_MIN = 14 * MINUTES_PER_DAY


class Affine(NamedTuple):
    """``base + slope * k``."""

    base: int
    slope: int

    def plus(self, other: Affine) -> Affine:
        """Sum of two."""
        return Affine(self.base + other.base, self.slope + other.slope)

    def less(self, other: Affine) -> Affine:
        """Difference of two."""
        return Affine(self.base - other.base, self.slope - other.slope)


_ZERO = Affine(0, 0)
_NEVER = Affine(NEVER, 0)


class _Trips:
    """Trips that leave 0..``reach`` minutes earlier than the first, as long as they make the same decisions."""

    __slots__ = ("depart", "driven", "now", "reach", "rules", "shift_driven", "shift_start", "since_break")

    def __init__(self, rules: DriverRules, depart_min: int, duty_before_min: int, reach: int) -> None:
        self.rules = rules
        self.reach = reach
        self.depart = Affine(depart_min, -1)
        self.now = self.depart
        self.shift_start = Affine(depart_min - duty_before_min, -1)
        self.shift_driven = _ZERO
        self.since_break = _ZERO
        self.driven = _ZERO

    def at_least(self, value: Affine, limit: int) -> bool:
        """Decide ``value >= limit`` and keep the reach within which the answer holds."""
        above = value.base - limit
        if above >= 0:
            if value.slope < 0:
                self.reach = min(self.reach, above // -value.slope)
            return True
        if value.slope > 0:
            self.reach = min(self.reach, (-above - 1) // value.slope)
        return False

    def least(self, values: Sequence[Affine]) -> Affine:
        """The smallest value, and the reach within which it stays the smallest."""
        best = min(values)
        for value in values:
            if value.slope < best.slope:
                self.reach = min(self.reach, (value.base - best.base) // (best.slope - value.slope))
        return best

    def elapsed(self) -> Affine:
        """Minutes since the departure."""
        return self.now.less(self.depart)

    def pass_time(self, minutes: Affine) -> None:
        self.now = self.now.plus(minutes)
        if self.at_least(minutes, self.rules.rest_min):
            self.shift_start, self.shift_driven, self.since_break = self.now, _ZERO, _ZERO
        elif self.at_least(minutes, self.rules.break_min):
            self.since_break = _ZERO

    def limits(self) -> list[Affine]:
        rules = self.rules
        found = [
            Affine(rules.drive_in_shift, 0).less(self.shift_driven),
            self.shift_start.plus(Affine(rules.shift_min, 0)).less(self.now),
        ]
        if rules.drive_before_break is not None:
            found.append(Affine(rules.drive_before_break, 0).less(self.since_break))
        return found

    def pause(self) -> bool:
        """Take the rest or break that is due; False when none is."""
        shift_left, span_left, *break_left = self.limits()
        if not self.at_least(shift_left, 1) or not self.at_least(span_left, 1):
            self.pass_time(Affine(self.rules.rest_min, 0))
            return True
        if break_left and not self.at_least(break_left[0], 1):
            self.pass_time(Affine(self.rules.break_min, 0))
            return True
        return False

    def drive(self, minutes: Affine) -> None:
        self.now = self.now.plus(minutes)
        self.driven = self.driven.plus(minutes)
        self.shift_driven = self.shift_driven.plus(minutes)
        self.since_break = self.since_break.plus(minutes)

    def step(self, stretch: Stretch, driving_end: int) -> None:
        """Wait for a ban's end, or drive to the next limit, border or ban."""
        upto, bans = stretch
        ahead = [*self.limits(), Affine(min(upto, driving_end), 0).less(self.driven)]
        if bans is None:
            self.drive(self.least(ahead))
            return
        now = self.now.base
        known = bans.within(now - _HISTORY_MIN, now + MINUTES_PER_DAY)
        i = bisect_right(known.starts, now) - 1
        if i >= 0 and now < known.ends[i]:
            self.at_least(self.now, known.starts[i])
            self.pass_time(Affine(known.ends[i], 0).less(self.now))
            return
        self.at_least(self.now, known.ends[i] if i >= 0 else known.lo_min)
        if i + 1 < len(known.starts):
            ahead.append(Affine(known.starts[i + 1], 0).less(self.now))
        self.drive(self.least(ahead))


def _arrival(
    depart_min: int,
    reach: int,
    stretches: Sequence[Stretch],
    shuttle: tuple[int, int],
    manning: Manning,
    duty_before_min: int,
) -> tuple[Affine, int]:
    """Arrival of departures ``depart_min - k``, `NEVER` for none, and the largest k for which it holds."""
    trips = _Trips(RULES[manning], depart_min, duty_before_min, reach)
    total = stretches[-1][0] if stretches else 0
    shuttle_at, shuttle_min = shuttle
    boarded = shuttle_min <= 0
    i = 0
    longest = longest_minutes(total, shuttle_min, manning, duty_before_min)
    while not trips.at_least(trips.driven, total) or not boarded:
        if trips.at_least(trips.elapsed(), longest + 1):
            return _NEVER, trips.reach
        if not boarded and trips.at_least(trips.driven, shuttle_at):
            trips.pass_time(Affine(shuttle_min, 0))
            boarded = True
            continue
        while trips.at_least(trips.driven, stretches[i][0]):
            i += 1
        if not trips.pause():
            trips.step(stretches[i], total if boarded else shuttle_at)
    if trips.at_least(trips.elapsed(), longest + 1):
        return _NEVER, trips.reach
    return trips.now, trips.reach


def latest_departure(
    arrive_by_min: int,
    window: tuple[int, int],
    stretches: Sequence[Stretch],
    shuttle: tuple[int, int],
    manning: Manning,
    duty_before_min: int,
) -> int | None:
    """Largest departure in ``window`` that arrives by a minute; None when there is none."""
    earliest, depart = window
    while depart >= earliest:
        arrival, reach = _arrival(depart, depart - earliest, stretches, shuttle, manning, duty_before_min)
        over = arrival.base - arrive_by_min
        if over <= 0:
            return depart
        if arrival.slope < 0 and (sooner := -(over // arrival.slope)) <= reach:
            return depart - sooner
        depart -= reach + 1
    return None


def arrival_pieces(
    window: tuple[int, int],
    stretches: Sequence[Stretch],
    shuttle: tuple[int, int],
    manning: Manning,
    duty_before_min: int,
) -> list[tuple[int, int, int, int]]:
    """Arrivals of all departures in ``window``, as pieces in descending order.

    Returns
    -------
    list of (first, last, arrival, slope)
        Departure ``last - k`` arrives at ``arrival + slope * k``, for k from 0 to ``last - first``; an arrival of
        `NEVER` means that bans delay these trips too long.
    """
    earliest, depart = window
    found = []
    while depart >= earliest:
        arrival, reach = _arrival(depart, depart - earliest, stretches, shuttle, manning, duty_before_min)
        found.append((depart - reach, depart, arrival.base, arrival.slope))
        depart -= reach + 1
    return found
