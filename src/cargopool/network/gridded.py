"""Road and headway passages of thinned networks: on a grid of minutes, without following events from hub to hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cargopool.network.arrays import ROAD, Int32, Int64
from cargopool.network.events import Setting
from cargopool.network.leaving import headway_at
from cargopool.network.passages import MANNINGS, Passages, Users, door_passages, joined, users_of
from cargopool.network.places import NEVER
from cargopool.network.thinning import Thinning


def gridded(setting: Setting, fixed: Passages, thinning: Thinning) -> tuple[Passages, Users]:
    """The fixed passages, and road and headway passages on the grid of ``thinning``, with their users.

    Trucks leave a place at every grid minute at which some shipment can use them, and at the ready times of shipments
    that start there; of two that arrive together only the later one is kept. Passages come lane by lane in time order.
    """
    base = _headways(setting, thinning)
    doors = door_passages(setting.scenario, setting.places, setting.freight, setting.windows, setting.trips, base)
    chained = joined([fixed, base, doors])
    users = users_of(setting.freight, setting.windows, chained, setting.chain_profiles)
    used = np.zeros(chained.count, dtype=np.bool_)
    used[users.passage] = True
    used[: fixed.count] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    kept = chained.chosen(used)
    users = Users(passage=number[users.passage], shipment=users.shipment)
    trucks = list(_trucks(setting, thinning)) if thinning.road else []
    if trucks:
        firsts = (kept.count + np.cumsum([0, *(truck.departs.size for truck in trucks)])).tolist()
        users = Users(
            passage=np.concatenate(
                [users.passage, *(truck.passage + first for truck, first in zip(trucks, firsts[:-1], strict=True))]
            ),
            shipment=np.concatenate([users.shipment, *(truck.shipment for truck in trucks)]),
        )
        kept = joined([kept, _passages_of(trucks)])
    return _lane_by_lane(kept, users)


def _lane_by_lane(passages: Passages, users: Users) -> tuple[Passages, Users]:
    """The same, ordered by origin, destination and departure: what is looked at together lies together."""
    order = np.lexsort((passages.latest, passages.destination, passages.origin))
    number = np.empty(order.size, np.int32)
    number[order] = np.arange(order.size, dtype=np.int32)
    return passages.chosen(order), Users(passage=number[users.passage], shipment=users.shipment)


_HASTY_MIN = 2_880
"""Shipments with less time to spare on the direct truck than this have one at their very ready time."""


def _grid(lo: int, hi: int, step: int) -> Int64:
    return np.arange(-(-lo // step) * step, hi + 1, step, dtype=np.int64)


def _headways(setting: Setting, thinning: Thinning) -> Passages:
    """Headway-only passages handed in at grid minutes, at ready times, and when haulage from a door gets there."""
    windows, hubs = setting.windows, setting.places.hub_count
    places: list[Int64] = []
    minutes: list[Int64] = []
    for hub in range(hubs):
        first, ready = windows.ready[-1][:, hub], windows.ready[0][:, hub]
        some = first < NEVER
        if some.any():
            grid = _grid(int(first[some].min()), int(windows.useful[-1].max()), thinning.grid_min)
            at = np.unique(np.concatenate([grid, _up(ready[ready < NEVER], thinning.ready_grid_min)]))
            places.append(np.full(at.size, hub))
            minutes.append(at)
    k, hub_of = np.nonzero(windows.haulage_ready < NEVER)
    places.append(hub_of)
    minutes.append(windows.haulage_ready[k, hub_of])
    return headway_at(setting, np.concatenate(places), np.concatenate(minutes), at_end=False)


def _up(minutes: Int64, step: int) -> Int64:
    return -(-minutes // step) * step if step else minutes


@dataclass(frozen=True, slots=True)
class _Way:
    """Trucks on a way: their departures, and the shipments that may ride them."""

    origin: int
    destination: int
    manning: int
    departs: Int64
    shipments: Int64


@dataclass(frozen=True, slots=True)
class _Used:
    """Trucks on a way that somebody uses, and their users as parallel arrays of truck and shipment."""

    way: _Way
    departs: Int64
    available: Int64
    passage: Int32
    shipment: Int32


def _passages_of(trucks: Sequence[_Used]) -> Passages:
    """Passages of trucks, way after way."""
    counts = [used.departs.size for used in trucks]
    count = sum(counts)

    def each(values: list[int], kind: type[np.signedinteger[Any]]) -> Any:
        return np.repeat(np.array(values, dtype=kind), counts)

    return Passages(
        kind=np.full(count, ROAD, dtype=np.int8),
        origin=each([used.way.origin for used in trucks], np.int32),
        destination=each([used.way.destination for used in trucks], np.int32),
        latest=np.concatenate([used.departs for used in trucks]),
        available=np.concatenate([used.available for used in trucks]),
        chain=np.full(count, -1, dtype=np.int32),
        hand_in=np.zeros(count, dtype=np.int64),
        collect=np.zeros(count, dtype=np.int64),
        manning=each([used.way.manning for used in trucks], np.int8),
    )


def _trucks(setting: Setting, thinning: Thinning) -> Iterator[_Used]:
    """Trucks of each way and manning that somebody uses."""
    ways = list(_ways(setting, thinning))
    asked = [(way.origin, way.destination, MANNINGS[way.manning], way.departs) for way in ways]
    for way, arrive in zip(ways, setting.trips.arrivals_of(asked), strict=True):
        trucks = _on_way(setting, way, arrive)
        if trucks.departs.size:
            yield trucks


def _ways(setting: Setting, thinning: Thinning) -> Iterator[_Way]:
    freight, windows, last = setting.freight, setting.windows, setting.windows.max_moves - 1
    by_ready = np.argsort(freight.ready, kind="stable")  # minutes that ascend are found faster
    road = by_ready[freight.road[by_ready]]
    ends = np.unique(freight.destination[road]).tolist()
    doors = [d for d in ends if d >= setting.places.hub_count]
    for i in range(len(setting.places.ids)):
        at = road[freight.at_place[road, i] & (windows.ready[last, road, i] < NEVER)]
        if not at.size:
            continue
        ready = windows.ready[last, at, i]
        exact = windows.ready[0, at, i]
        own = _up(exact, thinning.ready_grid_min)
        for j in [*range(setting.places.hub_count), *doors]:
            if setting.road[i, j] >= NEVER:
                continue
            due = windows.useful[last, at, j]
            mine = np.flatnonzero(ready + setting.road[i, j] <= due)
            mine = mine[freight.may_go(at[mine], i, j, ROAD)]
            if not mine.size:
                continue
            grid = _grid(int(ready[mine].min()), int(due[mine].max()), thinning.grid_min)
            hasty = (freight.destination[at[mine]] == j) & (due[mine] - own[mine] - setting.road[i, j] < _HASTY_MIN)
            departs = np.unique(np.concatenate([grid, own[mine], exact[mine[hasty]]]))
            departs = departs[departs < NEVER]
            for manning in setting.mannings:
                yield _Way(i, j, manning, departs, at[mine])


def _on_way(setting: Setting, way: _Way, arrive: Int64) -> _Used:
    available = arrive + setting.places.crossing(way.origin, way.destination)
    best = available < np.append(np.minimum.accumulate(available[::-1])[::-1][1:], NEVER)
    departs, available = way.departs[best], available[best]
    passage, column, _ = setting.windows.runs_in_time(way.shipments, way.origin, way.destination, departs, available)
    used = np.zeros(departs.size, dtype=np.bool_)
    used[passage] = True
    return _Used(
        way=way,
        departs=departs[used],
        available=available[used],
        passage=(np.cumsum(used, dtype=np.int32) - 1)[passage],
        shipment=way.shipments.astype(np.int32)[column],
    )
