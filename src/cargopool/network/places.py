"""Places of a scenario as arrays: handling, lifts, opening periods, crossings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.model.place import Hub, Place
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int32, Int64
from cargopool.rules import trips
from cargopool.rules.opening import open_periods
from cargopool.units import MINUTES_PER_WEEK

NEVER = trips.NEVER
"""A minute that never comes; minus it is one that never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Hubs (first), then doors, with what the clock rules need as arrays over places P and territories T.

    Attributes
    ----------
    ids : tuple of str
    index : dict of id to position
    hub_count : int
    handling_min, lift_min : int64[P]
        Minutes of one handling of loose freight (0 where there is none) and of one lift.
    handles : bool[P]
        Loose freight can be handled: hubs with a cross-dock, and doors.
    territory : int32[P]
    crossing_min : int64[T, T]
    open_ptr : int64[P + 1]; open_start, open_end : int64[n]
        Open periods of place p are ``open_ptr[p]:open_ptr[p + 1]``, ascending and apart; none means always open. A
        place that never opens has one period at ``NEVER``.
    """

    scenario: Scenario
    ids: tuple[str, ...]
    index: dict[str, int]
    hub_count: int
    handling_min: Int64
    lift_min: Int64
    handles: Bool
    territory: Int32
    crossing_min: Int64
    open_ptr: Int64
    open_start: Int64
    open_end: Int64

    def periods(self, place: int) -> tuple[Int64, Int64]:
        """Starts and ends of the open periods of a place; empty when always open."""
        span = slice(self.open_ptr[place], self.open_ptr[place + 1])
        return self.open_start[span], self.open_end[span]

    def earliest(self, place: int, minutes: Int64, duration: int) -> Int64:
        """First s >= each minute such that [s, s + duration] is open; ``NEVER`` when there is none."""
        starts, ends = self.periods(place)
        if not starts.size:
            return np.minimum(minutes, NEVER)
        long_enough = ends - starts >= duration
        starts, ends = starts[long_enough], ends[long_enough]
        where = np.searchsorted(ends - duration, minutes)
        padded = np.append(starts, NEVER)
        found: Int64 = np.minimum(np.maximum(minutes, padded[where]), NEVER)
        return found

    def latest(self, place: int, minutes: Int64, duration: int) -> Int64:
        """Last s with [s, s + duration] open and s + duration <= each minute; ``-NEVER`` when there is none."""
        starts, ends = self.periods(place)
        if not starts.size:
            return np.maximum(minutes - duration, -NEVER)
        long_enough = ends - starts >= duration
        starts, ends = starts[long_enough], ends[long_enough]
        where = np.searchsorted(starts + duration, minutes, side="right") - 1
        padded = np.append(ends, -NEVER)
        found: Int64 = np.maximum(np.minimum(minutes, padded[where]) - duration, -NEVER)
        return found

    def done(self, place: int, minutes: Int64, *, sealed: bool = False) -> Int64:
        """End of the handling of freight that is there at each minute (``NEVER`` when it cannot be handled)."""
        duration = 0 if sealed else int(self.handling_min[place])
        return np.minimum(self.earliest(place, minutes, duration) + duration, NEVER)

    def crossing(self, origin: int, destination: int) -> int:
        """Minutes of the customs crossing between the territories of two places."""
        return int(self.crossing_min[self.territory[origin], self.territory[destination]])


def places_of(scenario: Scenario, lo_min: int, hi_min: int) -> Places:
    """Arrays of a scenario's places; opening periods are exact from ``lo_min`` to ``hi_min``."""
    everywhere: list[Place] = [*scenario.hubs.values(), *scenario.doors.values()]
    index = {place.id: i for i, place in enumerate(everywhere)}
    names = sorted({place.customs_territory for place in everywhere})
    number = {name: i for i, name in enumerate(names)}
    crossing_min = np.zeros((len(names), len(names)), dtype=np.int64)
    for row in reversed(scenario.crossings):
        if row.origin in number and row.destination in number and row.origin != row.destination:
            crossing_min[number[row.origin], number[row.destination]] = row.minutes
    periods = [_open_periods(place, scenario, lo_min, hi_min) for place in everywhere]
    flat = [period for found in periods for period in found]
    return Places(
        scenario=scenario,
        ids=tuple(place.id for place in everywhere),
        index=index,
        hub_count=len(scenario.hubs),
        handling_min=np.array([_handling_min(place) for place in everywhere], dtype=np.int64),
        lift_min=np.array([p.lift_min if isinstance(p, Hub) else 0 for p in everywhere], dtype=np.int64),
        handles=np.array([not isinstance(p, Hub) or p.cross_dock is not None for p in everywhere], dtype=np.bool_),
        territory=np.array([number[place.customs_territory] for place in everywhere], dtype=np.int32),
        crossing_min=crossing_min,
        open_ptr=np.cumsum([0, *(len(found) for found in periods)], dtype=np.int64),
        open_start=np.array([start for start, _ in flat], dtype=np.int64),
        open_end=np.array([end for _, end in flat], dtype=np.int64),
    )


def _handling_min(place: Place) -> int:
    if isinstance(place, Hub):
        return place.cross_dock.handling_min if place.cross_dock is not None else 0
    return place.loading_min


def _open_periods(place: Place, scenario: Scenario, lo_min: int, hi_min: int) -> tuple[tuple[int, int], ...]:
    """Open periods that touch [lo, hi] and a week around it; one that never comes when there is none."""
    found = open_periods(place, scenario.horizon.start, lo_min - MINUTES_PER_WEEK, hi_min + MINUTES_PER_WEEK)
    if found is None:
        return ()
    return found or ((NEVER, NEVER),)


def rate_limited(place: Place) -> bool:
    """Whether the cross-dock's throughput is limited, so that starts are choices."""
    return isinstance(place, Hub) and place.cross_dock is not None and place.cross_dock.pallets_per_hour is not None
