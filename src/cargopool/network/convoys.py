"""Many truck trips at once: the rules of `cargopool.rules.trips.simulate` on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int64
from cargopool.network.places import NEVER
from cargopool.rules.bans import stretches_of
from cargopool.rules.index import index_of
from cargopool.rules.trips import RULES, longest_minutes
from cargopool.units import MINUTES_PER_DAY

_FAR = 1 << 40
"""Further apart than any two minutes, so that the bans of all countries fit one sorted array."""


@dataclass(frozen=True, slots=True)
class Way:
    """A road with what a truck on it is bound by."""

    link: RoadLink
    manning: Manning
    duty_before_min: int


@dataclass(frozen=True, slots=True)
class _Roads:
    """Stretches S of ways W, padded: driving minute of their ends, and number of their bans (-1: none)."""

    upto: Int64
    ban: Int64
    total: Int64
    shuttle_at: Int64
    shuttle_min: Int64
    limits: Int64
    longest: Int64
    starts: Int64
    ends: Int64


def convoy_arrivals(scenario: Scenario, ways: Sequence[Way], way: Int64, departs: Int64) -> Int64:
    """Arrival of each truck, bans included: what `cargopool.rules.trip_arrival` says for each, `NEVER` for None.

    Parameters
    ----------
    ways : sequence of Way
    way, departs : int64[n]
        Index into ``ways``, and departure.
    """
    if not departs.size:
        return departs.copy()
    roads = _roads(scenario, ways, int(departs.min()), int(departs.max()))
    return _Convoy(roads, way, departs, np.array([one.duty_before_min for one in ways], dtype=np.int64)).arrivals()


def _roads(scenario: Scenario, ways: Sequence[Way], lo: int, hi: int) -> _Roads:
    index = index_of(scenario)
    links = [one.link for one in ways]
    shuttle = [scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0 for link in links]
    longest = [
        longest_minutes(one.link.drive_min, minutes, one.manning, one.duty_before_min)
        for one, minutes in zip(ways, shuttle, strict=True)
    ]
    stretches = [stretches_of(index, one.link) for one in ways]
    width = max(1, max(map(len, stretches), default=1))
    upto = np.zeros((len(ways), width), dtype=np.int64)
    ban = np.full((len(ways), width), -1, dtype=np.int64)
    known: dict[int, int] = {}
    starts: list[Int64] = []
    ends: list[Int64] = []
    for w, found in enumerate(stretches):
        for n, (minute, spans) in enumerate(found):
            upto[w, n] = minute
            if spans is not None:
                if id(spans) not in known:
                    known[id(spans)] = len(known)
                    compiled = spans.within(lo - MINUTES_PER_DAY, hi + max(longest) + MINUTES_PER_DAY)
                    starts.append(np.array(compiled.starts, dtype=np.int64) + _FAR * known[id(spans)])
                    ends.append(np.array(compiled.ends, dtype=np.int64) + _FAR * known[id(spans)])
                ban[w, n] = known[id(spans)]
        upto[w, len(found) :] = upto[w, len(found) - 1] if found else 0
    rules = [RULES[one.manning] for one in ways]
    return _Roads(
        upto=upto,
        ban=ban,
        total=upto[:, -1].copy(),
        shuttle_at=np.array([link.drive_min // 2 for link in links], dtype=np.int64),
        shuttle_min=np.array(shuttle, dtype=np.int64),
        limits=np.array(
            [
                (
                    NEVER if rule.drive_before_break is None else rule.drive_before_break,
                    *(rule.break_min, rule.drive_in_shift, rule.shift_min, rule.rest_min),
                )
                for rule in rules
            ],
            dtype=np.int64,
        ).reshape(len(ways), 5),
        longest=np.array(longest, dtype=np.int64),
        starts=np.concatenate([*starts, np.zeros(0, dtype=np.int64)]),
        ends=np.concatenate([*ends, np.zeros(0, dtype=np.int64)]),
    )


class _Convoy:
    """Trucks under way; each step does the next thing of every truck that has not arrived."""

    def __init__(self, roads: _Roads, way: Int64, departs: Int64, duty: Int64) -> None:
        self.roads, self.way = roads, way
        self.now = departs.astype(np.int64).copy()
        self.shift_start = self.now - duty[way]
        self.shift_driven = np.zeros_like(self.now)
        self.since_break = np.zeros_like(self.now)
        self.driven = np.zeros_like(self.now)
        self.boarded: Bool = roads.shuttle_min[way] <= 0
        self.stretch = np.zeros_like(self.now)
        self.until = self.now + roads.longest[way]

    def arrivals(self) -> Int64:
        """Minutes at which all have arrived; those that are too long under way are given up."""
        going = self._still(np.arange(self.now.size))
        while going.size:
            self._step(going)
            going = self._still(going)
        return np.where(self.now > self.until, NEVER, self.now)

    def _still(self, t: Int64) -> Int64:
        under_way = (self.driven[t] < self.roads.total[self.way[t]]) | ~self.boarded[t]
        return t[under_way & (self.now[t] <= self.until[t])]

    def _step(self, t: Int64) -> None:
        roads, way = self.roads, self.way[t]
        board = ~self.boarded[t] & (self.driven[t] >= roads.shuttle_at[way])
        if board.any():
            self._pass_time(t[board], roads.shuttle_min[way[board]])
            self.boarded[t[board]] = True
            t, way = t[~board], way[~board]
        while (on := self.driven[t] >= roads.upto[way, self.stretch[t]]).any():
            self.stretch[t[on]] += 1
        to_break, _, in_shift, span, _ = roads.limits[way].T
        may = np.minimum(in_shift - self.shift_driven[t], self.shift_start[t] + span - self.now[t])
        may = np.minimum(may, to_break - self.since_break[t])
        tired = may <= 0
        if tired.any():
            self._pause(t[tired])
            t, way, may = t[~tired], way[~tired], may[~tired]
        target = np.where(self.boarded[t], roads.total[way], roads.shuttle_at[way] - self.driven[t])
        leg = np.minimum(np.minimum(may, roads.upto[way, self.stretch[t]] - self.driven[t]), target)
        self._drive(t, self._until_ban(t, leg))

    def _until_ban(self, t: Int64, leg: Int64) -> Int64:
        """Minutes to drive before a ban; trucks held by one wait and drive none."""
        roads = self.roads
        if not roads.starts.size:
            return leg
        ban = roads.ban[self.way[t], self.stretch[t]]
        at = self.now[t] + _FAR * np.maximum(ban, 0)
        n = np.searchsorted(roads.ends, at, side="right")
        begin = np.append(roads.starts, _FAR * (int(ban.max(initial=0)) + 2))[n]
        end = np.append(roads.ends, 0)[n]
        held = (ban >= 0) & (begin <= at)
        self._pass_time(t[held], (end - at)[held])
        free = np.where(ban >= 0, np.minimum(leg, begin - at), leg)
        return np.where(held, 0, free)

    def _drive(self, t: Int64, minutes: Int64) -> None:
        for clock in (self.now, self.driven, self.shift_driven, self.since_break):
            clock[t] += minutes

    def _pause(self, t: Int64) -> None:
        _, break_min, in_shift, span, rest_min = self.roads.limits[self.way[t]].T
        over = (self.shift_driven[t] >= in_shift) | (self.now[t] - self.shift_start[t] >= span)
        self._pass_time(t, np.where(over, rest_min, break_min))

    def _pass_time(self, t: Int64, minutes: Int64) -> None:
        _, break_min, _, _, rest_min = self.roads.limits[self.way[t]].T
        self.now[t] += minutes
        rested = t[(minutes >= rest_min) & (minutes > 0)]
        self.shift_start[rested] = self.now[rested]
        self.shift_driven[rested] = 0
        self.since_break[t[(minutes >= break_min) & (minutes > 0)]] = 0
