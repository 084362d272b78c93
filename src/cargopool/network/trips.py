"""Road trips between places, cached: links, free durations, arrivals under bans."""

from __future__ import annotations

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.place import Door, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Int64
from cargopool.network.places import NEVER, Places
from cargopool.rules import latest_trip_departure, road_link, trip_arrival


class Trips:
    """Truck trips of one scenario by place index."""

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self.scenario = scenario
        self.places = places
        self._links: dict[tuple[int, int], RoadLink | None] = {}
        self._free: dict[tuple[int, int, Manning], int] = {}
        self._arrivals: dict[tuple[int, int, Manning, int], int] = {}
        self._departures: dict[tuple[int, int, Manning, int], int] = {}
        self._banned = frozenset(ban.country for ban in scenario.bans)

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
        if key not in self._free:
            link = self.link(origin, destination)
            self._free[key] = (
                NEVER
                if link is None
                else trip_arrival(self.scenario, link, 0, manning, bans=False, duty_before_min=self.duty_before(origin))
            )
        return self._free[key]

    def has_bans(self, origin: int, destination: int) -> bool:
        """Whether some ban holds in a country of the link."""
        link = self.link(origin, destination)
        return link is not None and any(country in self._banned for country, _ in link.countries)

    def arrivals(self, origin: int, destination: int, manning: Manning, departs: Int64) -> Int64:
        """Arrival of the truck for each departure, bans included."""
        free = self.free_minutes(origin, destination, manning)
        if free >= NEVER:
            return np.full(departs.shape, NEVER, dtype=np.int64)
        if not self.has_bans(origin, destination):
            return departs + free
        return np.array([self._arrival(origin, destination, manning, int(t)) for t in departs], dtype=np.int64)

    def _arrival(self, origin: int, destination: int, manning: Manning, depart: int) -> int:
        key = (origin, destination, manning, depart)
        found = self._arrivals.get(key)
        if found is None:
            link = self.link(origin, destination)
            assert link is not None
            duty = self.duty_before(origin)
            found = trip_arrival(self.scenario, link, depart, manning, bans=True, duty_before_min=duty)
            self._arrivals[key] = found
        return found

    def departures(self, origin: int, destination: int, manning: Manning, arrive_by: Int64) -> Int64:
        """Latest departure that arrives by each minute, bans included; ``-NEVER`` when there is none."""
        free = self.free_minutes(origin, destination, manning)
        if free >= NEVER:
            return np.full(arrive_by.shape, -NEVER, dtype=np.int64)
        if not self.has_bans(origin, destination):
            return arrive_by - free
        return np.array([self._departure(origin, destination, manning, int(t)) for t in arrive_by], dtype=np.int64)

    def _departure(self, origin: int, destination: int, manning: Manning, arrive_by: int) -> int:
        key = (origin, destination, manning, arrive_by)
        found = self._departures.get(key)
        if found is None:
            link = self.link(origin, destination)
            assert link is not None
            duty = self.duty_before(origin)
            latest = latest_trip_departure(self.scenario, link, arrive_by, manning, bans=True, duty_before_min=duty)
            found = -NEVER if latest is None else latest
            self._departures[key] = found
        return found
