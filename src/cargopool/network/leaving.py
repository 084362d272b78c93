"""Passages that leave at events: trucks, and headway rides without a departure."""

from __future__ import annotations

import numpy as np

from cargopool.network.arrays import ROAD, Int64
from cargopool.network.events import Events, Setting
from cargopool.network.passages import (
    MANNINGS,
    Passages,
    door_passages,
    joined,
    later_minutes,
    limited_hubs,
    scheduled_passages,
)
from cargopool.network.places import NEVER
from cargopool.network.thinning import Thinning


def leaving(setting: Setting, forward: Events, targets: Events, thinning: Thinning) -> Passages:
    """Passages that leave at the given events, as far as the shipment of the event can use them in time."""
    base = joined([_headway_forward(setting, forward), _headway_backward(setting, targets)])
    doors = door_passages(setting.scenario, setting.places, setting.freight, setting.windows, setting.trips, base)
    roads = _road_forward(setting, forward) + _road_backward(setting, targets) if thinning.road else []
    return joined([base, doors, *roads])


def _road_forward(setting: Setting, forward: Events) -> list[Passages]:
    parts: list[Passages] = []
    freight = setting.freight
    road = freight.road[forward.shipment]
    for i in np.unique(forward.place[road]).tolist():
        at = np.flatnonzero((forward.place == i) & road)
        minutes, back = np.unique(forward.minute[at], return_inverse=True)
        k, left = forward.shipment[at], setting.windows.max_moves - 1 - forward.used[at]
        for j in _ends(setting, i, k):
            last = np.where(left >= 0, setting.windows.useful[left, k, j], -NEVER)
            near = forward.minute[at] + setting.road[i, j] <= last
            if not near.any():
                continue
            arrivals = _wanted(minutes, back[near])
            for manning in setting.mannings:
                arrive = np.full(minutes.size, NEVER, dtype=np.int64)
                arrive[arrivals] = setting.trips.arrivals(i, j, MANNINGS[manning], minutes[arrivals])
                use = arrive[back[near]] + setting.places.crossing(i, j) <= last[near]
                use &= freight.may_go(k[near], i, j, ROAD)
                parts.append(_trucks(setting, (i, j, manning), minutes, arrive, _wanted(minutes, back[near][use])))
    return parts


def _wanted(minutes: Int64, positions: Int64) -> Int64:
    """Positions that occur, ascending."""
    mark = np.zeros(minutes.size, dtype=np.bool_)
    mark[positions] = True
    return np.flatnonzero(mark)


def _ends(setting: Setting, origin: int, k: Int64) -> list[int]:
    """Places that trucks from ``origin`` with these shipments may go to."""
    hubs = [j for j in range(setting.places.hub_count) if setting.road[origin, j] < NEVER]
    doors = np.unique(setting.freight.destination[k]).tolist()
    return hubs + [d for d in doors if d >= setting.places.hub_count and setting.road[origin, d] < NEVER]


def _trucks(setting: Setting, way: tuple[int, int, int], departs: Int64, arrive: Int64, keep: Int64) -> Passages:
    """Trucks on a way (origin, destination, manning) at some of its departures."""
    i, j, manning = way
    count = keep.size
    return Passages(
        kind=np.full(count, ROAD, dtype=np.int8),
        origin=np.full(count, i, dtype=np.int32),
        destination=np.full(count, j, dtype=np.int32),
        latest=departs[keep],
        available=arrive[keep] + setting.places.crossing(i, j),
        chain=np.full(count, -1, dtype=np.int32),
        hand_in=np.zeros(count, dtype=np.int64),
        collect=np.zeros(count, dtype=np.int64),
        manning=np.full(count, manning, dtype=np.int8),
    )


def _road_backward(setting: Setting, targets: Events) -> list[Passages]:
    parts: list[Passages] = []
    freight = setting.freight
    road = freight.road[targets.shipment]
    first = setting.windows.ready[-1]
    for j in np.unique(targets.place[road]).tolist():
        at = np.flatnonzero((targets.place == j) & road)
        minutes, back = np.unique(targets.minute[at], return_inverse=True)
        k = targets.shipment[at]
        doors = [o for o in np.unique(freight.origin[k]).tolist() if o >= setting.places.hub_count]
        for i in [*range(setting.places.hub_count), *doors]:
            if setting.road[i, j] >= NEVER:
                continue
            near = first[k, i] + setting.road[i, j] <= targets.minute[at]
            if not near.any():
                continue
            wanted = _wanted(minutes, back[near])
            crossing = setting.places.crossing(i, j)
            for manning in setting.mannings:
                departs = np.full(minutes.size, -NEVER, dtype=np.int64)
                arrive = np.full(minutes.size, NEVER, dtype=np.int64)
                departs[wanted] = setting.trips.departures(i, j, MANNINGS[manning], minutes[wanted] - crossing)
                real = wanted[departs[wanted] > -NEVER]
                arrive[real] = setting.trips.arrivals(i, j, MANNINGS[manning], departs[real])
                use = setting.windows.in_time(k[near], i, j, departs[back[near]], arrive[back[near]] + crossing)
                use &= freight.may_go(k[near], i, j, ROAD)
                parts.append(_trucks(setting, (i, j, manning), departs, arrive, _wanted(minutes, back[near][use])))
    return parts


def _headway_forward(setting: Setting, forward: Events) -> Passages:
    """Headway-only passages that hand in at events of their first hub, or when haulage from a door gets there."""
    windows = setting.windows
    k, hub = np.nonzero(windows.haulage_ready < NEVER)
    place = np.concatenate([forward.place, hub])
    minute = np.concatenate([forward.minute, windows.haulage_ready[k, hub]])
    return headway_at(setting, place, minute, at_end=False)


def _headway_backward(setting: Setting, targets: Events) -> Passages:
    windows = setting.windows
    k, hub = np.nonzero(windows.haulage_useful > -NEVER)
    if not targets.count:
        k, hub = k[:0], hub[:0]
    place = np.concatenate([targets.place, hub])
    minute = np.concatenate([targets.minute, windows.haulage_useful[k, hub]])
    return headway_at(setting, place, minute, at_end=True)


def headway_at(setting: Setting, place: Int64, minute: Int64, *, at_end: bool) -> Passages:
    """Headway-only passages that hand in at minutes of their first hub, or are available by minutes of their last."""
    places, chains = setting.places, setting.chains
    slack, bucket = 60 * setting.scenario.scope.hub_slack_h, setting.scenario.scope.bucket_min
    limited = limited_hubs(setting.scenario)
    which: list[Int64] = []
    hand_ins: list[Int64] = []
    collects: list[Int64] = []
    for c in np.flatnonzero(chains.flexible):
        i, j, length = int(chains.origin[c]), int(chains.destination[c]), int(chains.ready[c])
        minutes = np.unique(minute[place == (j if at_end else i)])
        if at_end:
            by = places.latest(j, minutes - places.lift_min[j] - places.crossing(i, j), 0)
            if minutes.size:
                by = np.concatenate([by, _opening_starts(setting, j)])
            hand_in = places.latest(i, by - length, 0)
        else:
            hand_in = places.earliest(i, minutes, 0)
        hand_in = np.unique(hand_in[(hand_in > -NEVER // 2) & (hand_in < NEVER)])
        if limited[i] and not at_end:
            later = [later_minutes(places, i, m, m + slack, bucket) for m in hand_in.tolist()]
            hand_in = np.unique(np.concatenate([hand_in, *(np.array(some, dtype=np.int64) for some in later)]))
        collect = places.earliest(j, hand_in + length, 0)
        real = collect < NEVER
        hand_in, collect = hand_in[real], collect[real]
        which.append(np.full(hand_in.size, c))
        hand_ins.append(hand_in)
        collects.append(collect)
        for a, b in zip(hand_in, collect, strict=True) if limited[j] else ():
            after = later_minutes(places, j, int(b), int(a) + length + slack, bucket)
            which.append(np.full(len(after), c))
            hand_ins.append(np.full(len(after), a))
            collects.append(np.array(after, dtype=np.int64))
    if not which:
        nothing = np.zeros(0, dtype=np.int64)
        return scheduled_passages(places, chains, nothing, nothing, nothing)
    return scheduled_passages(
        places, chains, np.concatenate(which).astype(np.int64), np.concatenate(hand_ins), np.concatenate(collects)
    )


def _opening_starts(setting: Setting, place: int) -> Int64:
    """Opening starts of a place within the time that matters: a unit that is ready just then costs no storage."""
    starts, _ = setting.places.periods(place)
    within = (starts >= int(setting.freight.ready.min())) & (starts <= int(setting.freight.latest.max()))
    return starts[within]
