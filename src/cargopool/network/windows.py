"""Who can be where when: earliest and latest minutes of every shipment at every place, by moves made and to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from cargopool.model.equipment import Manning
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int32, Int64
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

    def pairs_in_time(
        self, k: Int64, origin: int, destination: int, latest: Int64, available: Int64
    ) -> tuple[Int64, Int64]:
        """Pairs of moves between two places and of shipments that can use them: positions in ``latest`` and in ``k``.

        Fast where few pairs are, and where shipments come by their minutes.
        """
        order = np.argsort(latest)
        arrives = available[order]
        earliest = np.minimum.accumulate(arrives[::-1])[::-1]
        which, column, useful = self.runs_in_time(k, origin, destination, latest[order], earliest)
        there = arrives[which] <= useful
        return order[which[there]], column[there]

    def runs_in_time(
        self, k: Int64, origin: int, destination: int, departs: Int64, arrives: Int64
    ) -> tuple[Int64, Int64, Int64]:
        """The same for moves of which the later ones are there later; and until when each pair's move is useful."""
        ready, useful = self.ready[:, k, origin], self.useful[::-1, k, destination]
        first = np.searchsorted(departs, ready)
        end = np.searchsorted(arrives, useful, side="right")
        # A shipment is there earlier only after more moves, and then has fewer to go: a run of its own before that.
        end[1:] = np.minimum(end[1:], first[:-1])
        which, run = flat_runs(first.reshape(-1), (end - first).reshape(-1))
        return which, run % k.size, useful.reshape(-1)[run]


def flat_runs(first: Int64, size: Int64) -> tuple[Int64, Int64]:
    """All positions of runs that begin at ``first``, and the run of each; runs may be empty, or shorter than that."""
    size = np.maximum(size, 0)
    run = np.repeat(np.arange(size.size), size)
    return np.arange(run.size) + (first - np.cumsum(size) + size)[run], run


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
    ready, by_haulage = _first_of_an_end(places, freight, out=True)
    useful, to_haulage = _first_of_an_end(places, freight, out=False)
    return ready, useful, by_haulage, to_haulage


def _first_of_an_end(places: Places, freight: Freight, *, out: bool) -> tuple[Int64, Int64]:
    """Windows without any move at the origins, or at the destinations: handled, and by unit haulage."""
    ends, minutes, reaches = (
        (freight.origin, freight.ready, freight.out_reach)
        if out
        else (freight.destination, freight.latest, freight.in_reach)
    )
    sign = 1 if out else -1
    table = np.full((len(places.ids), freight.count), sign * NEVER, dtype=np.int64).T
    hauled = table.copy(order="K")
    for place, sealed, k in _alike(freight, ends):
        here = k[freight.at_place[k, place]]
        table[here, place] = _handled(places, place, minutes[here], sealed=sealed, out=out)
        if place < places.hub_count:
            continue
        for h, trip in reaches[place].haulage_min.items():
            hauled[k, h] = np.clip(table[k, place] + sign * trip, -NEVER, NEVER)
        for h, tour in reaches[place].tour_min.items() if not sealed else ():
            there = k[freight.at_place[k, h]]
            at_door = _handled(places, place, minutes[there], sealed=False, out=out)
            table[there, h] = _handled(places, h, at_door + sign * tour, sealed=False, out=out)
    return table, hauled


def _alike(freight: Freight, ends: Int32) -> Iterator[tuple[int, bool, Int64]]:
    """Shipments by the place of their end, sealed ones apart."""
    for place in np.unique(ends).tolist():
        mine = np.flatnonzero(ends == place)
        for sealed in (False, True):
            k = mine[freight.sealed[mine] == sealed]
            if k.size:
                yield place, sealed, k


def _handled(places: Places, place: int, minutes: Int64, *, sealed: bool, out: bool) -> Int64:
    """End of the handling of what is there at each minute, or latest availability for it to end by then."""
    if out:
        return places.done(place, minutes, sealed=sealed)
    return _last_start(places, place, minutes, sealed=sealed)


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
        first[0][np.arange(freight.count), freight.origin][:, None] + road.T[:hubs, freight.origin].T, NEVER
    )
    start = np.minimum(np.minimum(first[0][:, :hubs], first[2][:, :hubs]), by_road)
    to_road = first[1][np.arange(freight.count), freight.destination][:, None] - road[:hubs, freight.destination].T
    end = np.maximum(np.maximum(first[1][:, :hubs], first[3][:, :hubs]), to_road)
    ready, useful = (np.empty((hubs, freight.count), dtype=np.int64).T for _ in range(2))
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
    origin, by_ready = -1, order[:0]
    for lo, hi in pairwise(bounds):
        group = order[lo:hi]
        i, j = int(chains.origin[group[0]]), int(chains.destination[group[0]])
        if i != origin:
            origin, by_ready = i, np.argsort(ready[:, i])
            ascending = ready[by_ready, i]
        best = np.concatenate(([-NEVER], np.maximum.accumulate(useful[by_ready, j])))
        last = best[np.searchsorted(ascending, chains.closing[group], side="right")]
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
    return Windows(ready=_stacked(ready), useful=_stacked(useful), haulage_ready=first[2], haulage_useful=first[3])


def _stacked(tables: Sequence[Int64]) -> Int64:
    """Tables [K, P] as one [N, K, P], with the shipments of a place side by side as they are looked up."""
    return np.stack([table.T for table in tables]).transpose(0, 2, 1)


class _Ascending:
    """Shipments that may be at each place by ascending minutes, sorted when first asked for."""

    def __init__(self, minutes: Int64) -> None:
        self._minutes = minutes
        self._sorted: dict[int, tuple[Int64, Int64]] = {}

    def split(self, place: int, cuts: Int64, *, side: Literal["left", "right"]) -> tuple[Int64, Int64]:
        """Shipments in that order, and how many of them lie before, between and after ascending cuts.

        On the ``side`` "right" those at the very minute of a cut lie before it.
        """
        if place not in self._sorted:
            minutes = self._minutes[:, place]
            some = np.flatnonzero(np.abs(minutes) < NEVER)
            order = some[np.argsort(minutes[some])]
            self._sorted[place] = order, minutes[order]
        k, ascending = self._sorted[place]
        bounds = np.searchsorted(ascending, cuts, side=side)
        return k, np.diff(bounds, prepend=0, append=k.size)


def _forward(
    places: Places, freight: Freight, timetable: Timetable, road: Int64, ready: Int64, by_haulage: Int64 | None
) -> Int64:
    hubs = places.hub_count
    leaves = np.where(freight.road[:, None], ready, NEVER)
    own = leaves[np.arange(freight.count), freight.origin]
    arrive = np.empty((hubs, freight.count), dtype=np.int64).T
    for h in range(hubs):
        arrive[:, h] = np.minimum((leaves[:, :hubs] + road[:hubs, h]).min(axis=1), own + road[freight.origin, h])
    start = ready[:, :hubs] if by_haulage is None else np.minimum(ready[:, :hubs], by_haulage[:, :hubs])
    ascending = _Ascending(start)
    for (i, j), (hand_in, least) in timetable.pairs.items():
        # By shipment: the first hand-in that it is in time for.
        k, sizes = ascending.split(i, hand_in, side="right")
        arrive[k, j] = np.minimum(arrive[k, j], np.repeat(np.append(least, NEVER), sizes))
    for (i, j), minutes in timetable.flexible.items():
        np.minimum(arrive[:, j], start[:, i] + minutes + places.lift_min[j], out=arrive[:, j])
    later = ready.copy(order="K")
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
    leave = np.empty((hubs, freight.count), dtype=np.int64).T
    for h in range(hubs):
        leave[:, h] = np.maximum((due[:, :hubs] - road[h, :hubs]).max(axis=1), own - road[h, freight.destination])
    end = useful[:, :hubs] if to_haulage is None else np.maximum(useful[:, :hubs], to_haulage[:, :hubs])
    ascending = _Ascending(end)
    for (i, j), (hand_in, least) in timetable.pairs.items():
        # By shipment: the last hand-in that is there in time for it.
        k, sizes = ascending.split(j, least, side="left")
        leave[k, i] = np.maximum(leave[k, i], np.repeat(np.append(-NEVER, hand_in), sizes))
    for (i, j), minutes in timetable.flexible.items():
        np.maximum(leave[:, i], end[:, j] - minutes - places.lift_min[j], out=leave[:, i])
    earlier = useful.copy(order="K")
    for h in range(hubs):
        for sealed in (False, True):
            which = np.flatnonzero((freight.sealed == sealed) & freight.at_place[:, h])
            if which.size:
                last = _last_start(places, h, np.maximum(leave[which, h], -NEVER), sealed=sealed)
                earlier[which, h] = np.maximum(earlier[which, h], last)
    return earlier
