"""Who can be where when: earliest and latest minutes of every shipment at every place, by moves made and to go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int64
from cargopool.network.freight import Freight
from cargopool.network.places import NEVER, Places
from cargopool.network.rides import Chains
from cargopool.network.trips import Trips


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Hand-in and availability of scheduled transport between hubs, for reachability only.

    Attributes
    ----------
    pairs : dict of (origin, destination) to (hand-in int64[n] ascending, least availability from there on int64[n])
    flexible : dict of (origin, destination) to minutes
        Shortest headway-only chain.
    """

    pairs: dict[tuple[int, int], tuple[Int64, Int64]]
    flexible: dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Earliest and latest minutes over N = max_moves, shipments K and places P; supersets of what P allows.

    Attributes
    ----------
    ready : int64[N, K, P]
        Earliest minute at which freight of k, handled, can leave p after at most n moves; ``NEVER`` if not at all.
    useful : int64[N, K, P]
        Latest availability at p from which k can be delivered with at most n further moves; ``-NEVER`` if not.
    haulage_ready, haulage_useful : int64[K, P]
        The same for unit haulage from the origin door to hub p, and from hub p to the destination door.
    """

    ready: Int64
    useful: Int64
    haulage_ready: Int64
    haulage_useful: Int64

    @property
    def max_moves(self) -> int:
        """Moves of one itinerary."""
        return int(self.ready.shape[0])

    def in_time(self, k: Int64, origin: int, destination: int, latest: Int64, available: Int64) -> Bool:
        """Whether shipments ``k`` can use moves between two places; arrays broadcast."""
        last = self.max_moves - 1
        found: Bool = (self.ready[0, k, origin] <= latest) & (available <= self.useful[last, k, destination])
        for n in range(1, last + 1):
            found |= (self.ready[n, k, origin] <= latest) & (available <= self.useful[last - n, k, destination])
        return found


def road_mannings(scenario: Scenario) -> frozenset[Manning]:
    """Mannings of the vehicles that can make road moves at all."""
    return frozenset(
        vehicle.manning
        for vehicle in scenario.vehicles.values()
        if any(u in scenario.load_units and "road" in scenario.load_units[u].modes for u in vehicle.unit_types)
    )


def road_minutes(scenario: Scenario, places: Places, freight: Freight, trips: Trips) -> Int64:
    """Least minutes by road and crossing from place to place, int64[P, P]; ``NEVER`` where no road move can be."""
    count = len(places.ids)
    found = np.full((count, count), NEVER, dtype=np.int64)
    mannings = road_mannings(scenario)
    hubs = range(places.hub_count)
    starts = {*hubs, *freight.origin.tolist()}
    ends = {*hubs, *freight.destination.tolist()}
    doors = set(zip(freight.origin.tolist(), freight.destination.tolist(), strict=True))
    for i in starts:
        for j in ends:
            if i == j or (i >= places.hub_count and j >= places.hub_count and (i, j) not in doors):
                continue
            least = min((trips.least_minutes(i, j, manning) for manning in mannings), default=NEVER)
            if least < NEVER:
                found[i, j] = least + places.crossing(i, j)
    return found


def first_windows(places: Places, freight: Freight) -> tuple[Int64, Int64, Int64, Int64]:
    """Windows without any move: (ready, useful, haulage_ready, haulage_useful), each int64[K, P]."""
    shape = (freight.count, len(places.ids))
    ready, useful = np.full(shape, NEVER, dtype=np.int64), np.full(shape, -NEVER, dtype=np.int64)
    by_haulage, to_haulage = ready.copy(), useful.copy()
    for k in range(freight.count):
        o, d, sealed = int(freight.origin[k]), int(freight.destination[k]), bool(freight.sealed[k])
        at = np.array([freight.ready[k]])
        by = np.array([freight.latest[k]])
        if freight.at_place[k, o]:
            ready[k, o] = places.done(o, at, sealed=sealed)[0]
        if freight.at_place[k, d]:
            useful[k, d] = _last_start(places, d, by, sealed=sealed)[0]
        if o >= places.hub_count:
            reach = freight.out_reach[o]
            for h, minutes in reach.haulage_min.items():
                by_haulage[k, h] = min(ready[k, o] + minutes, NEVER)
            for h, minutes in reach.tour_min.items() if not sealed else ():
                if freight.at_place[k, h]:
                    ready[k, h] = places.done(h, places.done(o, at) + minutes)[0]
        if d >= places.hub_count:
            reach = freight.in_reach[d]
            for h, minutes in reach.haulage_min.items():
                to_haulage[k, h] = max(useful[k, d] - minutes, -NEVER)
            for h, minutes in reach.tour_min.items() if not sealed else ():
                if freight.at_place[k, h]:
                    useful[k, h] = _last_start(places, h, _last_start(places, d, by) - minutes)[0]
    return ready, useful, by_haulage, to_haulage


def _last_start(places: Places, place: int, by: Int64, *, sealed: bool = False) -> Int64:
    """Latest availability at a place whose handling ends by each minute."""
    duration = 0 if sealed else int(places.handling_min[place])
    return places.latest(place, by, duration)


def rough_windows(
    places: Places, freight: Freight, singles: Chains, road: Int64, first: tuple[Int64, Int64, Int64, Int64]
) -> tuple[Int64, Int64]:
    """Bounds on ``ready`` and ``useful`` at hubs for any number of moves, from least travel times alone.

    Returns
    -------
    ready, useful : int64[K, H]
    """
    hubs = places.hub_count
    least = road[:hubs, :hubs].copy()
    minutes = np.where(singles.flexible, singles.ready, singles.ready - singles.closing)
    np.minimum.at(least, (singles.origin, singles.destination), minutes)
    np.fill_diagonal(least, 0)
    for via in range(hubs):
        np.minimum(least, least[:, via, None] + least[None, via, :], out=least)
    by_road = np.minimum(
        first[0][np.arange(freight.count), freight.origin][:, None] + road[freight.origin, :hubs], NEVER
    )
    start = np.minimum(np.minimum(first[0][:, :hubs], first[2][:, :hubs]), by_road)
    to_road = first[1][np.arange(freight.count), freight.destination][:, None] - road[:hubs, freight.destination].T
    end = np.maximum(np.maximum(first[1][:, :hubs], first[3][:, :hubs]), to_road)
    ready = np.full_like(start, NEVER)
    useful = np.full_like(end, -NEVER)
    for h in range(hubs):
        ready[:, h] = np.minimum((start + least[None, :, h]).min(axis=1), NEVER)
        useful[:, h] = (end - least[None, h, :]).max(axis=1)
    return ready, useful


def any_in_time(ready: Int64, useful: Int64, chains: Chains) -> Bool:
    """Whether some shipment fits each (not flexible) chain between ``ready`` at its start and ``useful`` at its end."""
    found = chains.flexible.copy()
    hubs = ready.shape[1]
    key = chains.origin.astype(np.int64) * hubs + chains.destination
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    for lo, hi in pairwise(bounds):
        group = order[lo:hi]
        i, j = int(chains.origin[group[0]]), int(chains.destination[group[0]])
        by_ready = np.argsort(ready[:, i], kind="stable")
        best = np.concatenate(([-NEVER], np.maximum.accumulate(useful[by_ready, j])))
        last = best[np.searchsorted(ready[by_ready, i], chains.closing[group], side="right")]
        found[group] |= (chains.ready[group] <= last) & (last > -NEVER // 2)
    return found


def timetable_of(places: Places, chains: Chains, hand_in: Int64, available: Int64) -> Timetable:
    """The timetable of the chains with their latest hand-in and earliest availability (crossings left out)."""
    pairs: dict[tuple[int, int], tuple[Int64, Int64]] = {}
    flexible: dict[tuple[int, int], int] = {}
    for c in np.flatnonzero(chains.flexible):
        pair = int(chains.origin[c]), int(chains.destination[c])
        flexible[pair] = min(flexible.get(pair, NEVER), int(chains.ready[c]))
    fixed = np.flatnonzero(~chains.flexible)
    key = chains.origin[fixed].astype(np.int64) * places.hub_count + chains.destination[fixed]
    order = fixed[np.lexsort((hand_in[fixed], key))]
    key = chains.origin[order].astype(np.int64) * places.hub_count + chains.destination[order]
    bounds = np.flatnonzero(np.diff(key, prepend=-1, append=-1))
    for lo, hi in pairwise(bounds):
        group = order[lo:hi]
        least = np.minimum.accumulate(available[group][::-1])[::-1]
        pairs[int(chains.origin[group[0]]), int(chains.destination[group[0]])] = (hand_in[group], least)
    return Timetable(pairs=pairs, flexible=flexible)


def windows_of(
    places: Places,
    freight: Freight,
    timetable: Timetable,
    road: Int64,
    first: tuple[Int64, Int64, Int64, Int64],
    max_moves: int,
) -> Windows:
    """Windows by number of moves, from the timetable and least road times."""
    ready, useful = [first[0]], [first[1]]
    for n in range(1, max_moves):
        ready.append(_forward(places, freight, timetable, road, ready[-1], first[2] if n == 1 else None))
        useful.append(_backward(places, freight, timetable, road, useful[-1], first[3] if n == 1 else None))
    return Windows(ready=np.stack(ready), useful=np.stack(useful), haulage_ready=first[2], haulage_useful=first[3])


def _forward(
    places: Places, freight: Freight, timetable: Timetable, road: Int64, ready: Int64, by_haulage: Int64 | None
) -> Int64:
    hubs = places.hub_count
    leaves = np.where(freight.road[:, None], ready, NEVER)
    own = leaves[np.arange(freight.count), freight.origin]
    arrive = np.full((freight.count, hubs), NEVER, dtype=np.int64)
    for h in range(hubs):
        arrive[:, h] = np.minimum((leaves[:, :hubs] + road[:hubs, h]).min(axis=1), own + road[freight.origin, h])
    start = ready[:, :hubs] if by_haulage is None else np.minimum(ready[:, :hubs], by_haulage[:, :hubs])
    for (i, j), (hand_in, least) in timetable.pairs.items():
        where = np.searchsorted(hand_in, start[:, i])
        np.minimum(arrive[:, j], np.append(least, NEVER)[where], out=arrive[:, j])
    for (i, j), minutes in timetable.flexible.items():
        np.minimum(arrive[:, j], start[:, i] + minutes + places.lift_min[j], out=arrive[:, j])
    later = ready.copy()
    for h in range(hubs):
        for sealed in (False, True):
            which = np.flatnonzero((freight.sealed == sealed) & freight.at_place[:, h])
            if which.size:
                done = places.done(h, np.minimum(arrive[which, h], NEVER), sealed=sealed)
                later[which, h] = np.minimum(later[which, h], done)
    return later


def _backward(
    places: Places, freight: Freight, timetable: Timetable, road: Int64, useful: Int64, to_haulage: Int64 | None
) -> Int64:
    hubs = places.hub_count
    due = np.where(freight.road[:, None], useful, -NEVER)
    own = due[np.arange(freight.count), freight.destination]
    leave = np.full((freight.count, hubs), -NEVER, dtype=np.int64)
    for h in range(hubs):
        leave[:, h] = np.maximum((due[:, :hubs] - road[h, :hubs]).max(axis=1), own - road[h, freight.destination])
    end = useful[:, :hubs] if to_haulage is None else np.maximum(useful[:, :hubs], to_haulage[:, :hubs])
    for (i, j), (hand_in, least) in timetable.pairs.items():
        where = np.searchsorted(least, end[:, j], side="right") - 1
        np.maximum(leave[:, i], np.append(hand_in, -NEVER)[where], out=leave[:, i])
    for (i, j), minutes in timetable.flexible.items():
        np.maximum(leave[:, i], end[:, j] - minutes - places.lift_min[j], out=leave[:, i])
    earlier = useful.copy()
    for h in range(hubs):
        for sealed in (False, True):
            which = np.flatnonzero((freight.sealed == sealed) & freight.at_place[:, h])
            if which.size:
                last = _last_start(places, h, np.maximum(leave[which, h], -NEVER), sealed=sealed)
                earlier[which, h] = np.maximum(earlier[which, h], last)
    return earlier
