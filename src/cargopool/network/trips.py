"""Road trips between places, cached: links, free durations, arrivals and departures under bans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.place import Door, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Int64
from cargopool.network.bans import Spans, ban_spans, least_minutes, merged, touched
from cargopool.network.convoys import Way, convoy_arrivals
from cargopool.network.places import NEVER, Places
from cargopool.rules import road_link, trip_arrival
from cargopool.rules.bans import stretches_of
from cargopool.rules.driving import LOOK_BACK_DAYS
from cargopool.rules.index import index_of
from cargopool.rules.latest import arrival_pieces
from cargopool.units import MINUTES_PER_DAY

_RUN_MIN = 240
"""Longest run of departures whose arrivals are made at once."""

Trip = tuple[int, int, Manning]
Piece = tuple[int, int, int, int]
"""First and last departure, arrival of the last, and how much more an earlier departure by a minute adds."""


class Trips:
    """Truck trips of one scenario by place index; bans are exact from ``lo_min`` to ``hi_min``."""

    def __init__(self, scenario: Scenario, places: Places, lo_min: int, hi_min: int) -> None:
        self.scenario = scenario
        self.places = places
        self.bans = {
            country: ban_spans(scenario, country, lo_min - LOOK_BACK_DAYS * MINUTES_PER_DAY, hi_min)
            for country in sorted({ban.country for ban in scenario.bans})
        }
        self._links: dict[tuple[int, int], RoadLink | None] = {}
        self._free: dict[Trip, int] = {}
        self._union: dict[frozenset[str], Spans] = {}
        self._blocks: dict[Trip, _Blocks] = {}

    def link(self, origin: int, destination: int) -> RoadLink | None:
        """The road link of two places, None where no road joins them."""
        key = (origin, destination)
        if key not in self._links:
            ids = self.places.ids
            self._links[key] = road_link(self.scenario, ids[origin], ids[destination])
        return self._links[key]

    def duty_before(self, origin: int) -> int:
        """Minutes of live loading before a departure from this place."""
        place = self.scenario.place(self.places.ids[origin])
        return place.loading_min if isinstance(place, Door) and place.loading == "live" else 0

    def free_minutes(self, origin: int, destination: int, manning: Manning) -> int:
        """Elapsed minutes of the trip when no ban touches it; ``NEVER`` without a road."""
        key = (origin, destination, manning)
        found = self._free.get(key)
        if found is None:
            link = self.link(origin, destination)
            duty = self.duty_before(origin)
            found = self._free[key] = (
                NEVER
                if link is None
                else trip_arrival(self.scenario, link, 0, manning, bans=False, duty_before_min=duty)
            )
        return found

    def least_minutes(self, origin: int, destination: int, manning: Manning) -> int:
        """A bound below the minutes of the trip at any departure; ``NEVER`` without a road."""
        free = self.free_minutes(origin, destination, manning)
        link = self.link(origin, destination)
        if link is None or not self.bans_on(link)[0].size:
            return free
        return least_minutes(link, self._shuttle_min(link), manning, free)

    def arrivals(self, origin: int, destination: int, manning: Manning, departs: Int64) -> Int64:
        """Arrival of the truck for each departure, bans included; ``NEVER`` without one."""
        free = self.free_minutes(origin, destination, manning)
        link = self.link(origin, destination)
        if link is None:
            return np.full(departs.shape, NEVER, dtype=np.int64)
        arrive = departs + free
        bans = self.bans_on(link)
        if bans[0].size:
            duty, scenario = self.duty_before(origin), self.scenario
            for n in np.flatnonzero(touched(bans, departs, arrive)):
                found = trip_arrival(scenario, link, int(departs[n]), manning, bans=True, duty_before_min=duty)
                arrive[n] = NEVER if found is None else found
        return arrive

    def arrivals_of(self, asked: Sequence[tuple[int, int, Manning, Int64]]) -> list[Int64]:
        """`arrivals` for many (origin, destination, manning, departures) at once."""
        found: list[Int64] = []
        ways: list[Way] = []
        parts: list[tuple[int, Int64]] = []
        for origin, destination, manning, departs in asked:
            found.append(departs + self.free_minutes(origin, destination, manning))
            link = self.link(origin, destination)
            if link is not None and (bans := self.bans_on(link))[0].size:
                at = np.flatnonzero(touched(bans, departs, found[-1]))
                if at.size:
                    ways.append(Way(link, manning, self.duty_before(origin)))
                    parts.append((len(found) - 1, at))
        if ways:
            way = np.repeat(np.arange(len(ways)), [at.size for _, at in parts])
            departs = np.concatenate([asked[n][3][at] for n, at in parts])
            ends = np.cumsum([at.size for _, at in parts])[:-1]
            for (n, at), part in zip(
                parts, np.split(convoy_arrivals(self.scenario, ways, way, departs), ends), strict=True
            ):
                found[n][at] = part
        return [np.minimum(minutes, NEVER) for minutes in found]

    def departures(self, origin: int, destination: int, manning: Manning, arrive_by: Int64) -> Int64:
        """Latest departure that arrives by each minute, bans included; ``-NEVER`` when there is none."""
        free = self.free_minutes(origin, destination, manning)
        link = self.link(origin, destination)
        if link is None:
            return np.full(arrive_by.shape, -NEVER, dtype=np.int64)
        departs = arrive_by - free
        bans = self.bans_on(link)
        if bans[0].size:
            last = arrive_by - self.least_minutes(origin, destination, manning)
            first = arrive_by - link.drive_min - self._shuttle_min(link) - LOOK_BACK_DAYS * MINUTES_PER_DAY
            blocks = self._blocks_of((origin, destination, manning), link)
            for n in np.flatnonzero(touched(bans, departs, last + free)):
                departs[n] = blocks.last_departure(int(first[n]), int(last[n]), int(arrive_by[n]))
        return departs

    def bans_on(self, link: RoadLink) -> Spans:
        """Bans of all countries of a link together."""
        countries = frozenset(country for country, _ in link.countries if country in self.bans)
        found = self._union.get(countries)
        if found is None:
            raw = [pair for c in sorted(countries) for pair in zip(*self.bans[c], strict=True)]
            found = self._union[countries] = merged([(int(a), int(b)) for a, b in raw])
        return found

    def _shuttle_min(self, link: RoadLink) -> int:
        return self.scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0

    def _blocks_of(self, way: Trip, link: RoadLink) -> _Blocks:
        found = self._blocks.get(way)
        if found is None:
            free = self.free_minutes(*way)
            starts, ends = self.bans_on(link)
            found = self._blocks[way] = _Blocks(
                self, way, link, merged(list(zip(starts - free + 1, ends, strict=True)))
            )
        return found

    def pieces(self, way: Trip, link: RoadLink, window: tuple[int, int]) -> list[Piece]:
        """Arrivals of all departures in a window, in descending order."""
        shuttle = link.drive_min // 2, self._shuttle_min(link)
        stretches = stretches_of(index_of(self.scenario), link)
        return arrival_pieces(window, stretches, shuttle, way[2], self.duty_before(way[0]))


class _Blocks:
    """Runs of departures that a ban touches, on one link, cut short; their pieces are made when first asked for."""

    def __init__(self, trips: Trips, way: Trip, link: RoadLink, runs: Spans) -> None:
        self.trips = trips
        self.way = way
        self.link = link
        self.free = trips.free_minutes(*way)
        self.first = [first for a, b in zip(*runs, strict=True) for first in range(int(a), int(b), _RUN_MIN)]
        self.last = [
            min(first + _RUN_MIN, int(b)) - 1
            for a, b in zip(*runs, strict=True)
            for first in range(int(a), int(b), _RUN_MIN)
        ]
        self.made: dict[int, tuple[list[Piece], list[int]]] = {}

    def pieces(self, run: int) -> tuple[list[Piece], list[int]]:
        """Pieces of a run in ascending order, and their first departures."""
        found = self.made.get(run)
        if found is None:
            pieces = self.trips.pieces(self.way, self.link, (self.first[run], self.last[run]))[::-1]
            found = self.made[run] = pieces, [piece[0] for piece in pieces]
        return found

    def last_departure(self, first: int, last: int, arrive_by: int) -> int:
        """Largest departure in [first, last] that arrives in time; ``-NEVER`` when there is none."""
        while last >= first:
            run = bisect_right(self.first, last) - 1
            if run < 0 or last > self.last[run]:
                floor = first if run < 0 else max(first, self.last[run] + 1)
                if min(last, arrive_by - self.free) >= floor:
                    return min(last, arrive_by - self.free)
                last = floor - 1
                continue
            pieces, firsts = self.pieces(run)
            for n in range(bisect_right(firsts, last) - 1, -1, -1):
                begin, end, arrive, slope = pieces[n]
                skipped = max(0, end - last)
                over = arrive - arrive_by
                later = 0 if over <= 0 else -(over // slope) if slope < 0 else None
                if slope > 0 and over + slope * skipped > 0:
                    later = None
                if later is not None and end - max(later, skipped) >= max(begin, first):
                    return end - max(later, skipped)
            last = self.first[run] - 1
        return -NEVER
