"""Events: the minutes at which trucks and headway rides leave, and the passages that leave at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.network.arrays import ROAD, Bool, Int32, Int64
from cargopool.network.freight import Freight
from cargopool.network.keys import first_of_each
from cargopool.network.passages import (
    MANNINGS,
    Passages,
    Users,
    door_passages,
    joined,
    later_minutes,
    limited_hubs,
    scheduled_passages,
    users_of,
)
from cargopool.network.places import NEVER, Places, rate_limited
from cargopool.network.rides import Chains
from cargopool.network.thinning import FULL, Thinning, on_grid
from cargopool.network.trips import Trips
from cargopool.network.windows import Windows
from cargopool.units import MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Minutes at places, each with a shipment that it matters to: parallel arrays without duplicates.

    Forward events are departures; backward ones (targets) are minutes by which to be available at the place.
    ``used`` is how many moves the shipment has made at least when it leaves at a forward event (0 for targets).
    """

    place: Int64
    minute: Int64
    shipment: Int64
    used: Int64

    @property
    def count(self) -> int:
        """Number of (place, minute, shipment) triples."""
        return int(self.place.size)


Quad = tuple[Int64, Int64, Int64, Int64]
"""Places, minutes, shipments, moves used."""
Quads = list[Quad]


def events_of(quads: Quads) -> Events:
    """Events without impossible minutes; of repeats the one with the fewest moves used."""
    nothing = np.zeros(0, dtype=np.int64)
    place, minute, shipment, used = (
        np.concatenate([nothing, *(quad[n] for quad in quads)]).astype(np.int64) for n in range(4)
    )
    real = np.flatnonzero((minute < NEVER) & (minute > -NEVER))
    real = real[np.argsort(used[real], kind="stable")]
    kept = real[first_of_each([place[real], minute[real], shipment[real]])]
    return Events(place=place[kept], minute=minute[kept], shipment=shipment[kept], used=used[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every step of the event expansion looks at."""

    scenario: Scenario
    places: Places
    freight: Freight
    trips: Trips
    windows: Windows
    chains: Chains
    chain_profiles: Bool
    road: Int64
    mannings: tuple[int, ...]


def expanded(setting: Setting, fixed: Passages, depth: int, thinning: Thinning = FULL) -> tuple[Passages, Users]:
    """All passages with their users: the fixed ones, and road and headway passages at events up to ``depth``."""
    users = _users(setting, fixed)
    forward = _thinned(setting, _first_events(setting, fixed, users), thinning)
    targets = _targets(setting, fixed, users) if thinning.backward else events_of([])
    passages = fixed
    seen = forward
    for level in range(depth + 1):
        new = _without(_leaving(setting, forward, targets if level == 0 else events_of([]), thinning), passages)
        found = _users(setting, new)
        users = Users(
            passage=np.concatenate([users.passage, found.passage + passages.count]),
            shipment=np.concatenate([users.shipment, found.shipment]),
        )
        passages = joined([passages, new])
        if level == depth or not new.count:
            break
        arrivals = _thinned(setting, _arrivals(setting, new, found), thinning)
        forward = _fresh(arrivals, seen)
        seen = events_of([(e.place, e.minute, e.shipment, e.used) for e in (seen, arrivals)])
    return passages, users


def _users(setting: Setting, passages: Passages) -> Users:
    return users_of(setting.freight, setting.windows, passages, setting.chain_profiles)


def _arrivals(setting: Setting, passages: Passages, users: Users) -> Events:
    """Ends of the handling of what passages bring to hubs where it can go on."""
    freight, places = setting.freight, setting.places
    place = passages.destination[users.passage].astype(np.int64)
    k = users.shipment
    inside = (place < places.hub_count) & (place != freight.destination[k]) & (place != freight.origin[k])
    place, k, p = place[inside], users.shipment[inside], users.passage[inside]
    used = 1 + _fewest_moves(setting, passages.origin[p], k, passages.latest[p])
    minute = np.full(place.size, NEVER, dtype=np.int64)
    for h in np.unique(place):
        for sealed in (False, True):
            at = np.flatnonzero((place == h) & (freight.sealed[k] == sealed))
            if at.size:
                minute[at] = places.done(int(h), passages.available[p[at]], sealed=sealed)
    return events_of(_with_later_starts(setting, (place, minute, k, used)))


def _with_later_starts(setting: Setting, quad: Quad) -> Quads:
    """Handling ends, and where the cross-dock's rate is limited those of the later bucket starts too."""
    scope, places = setting.scenario.scope, setting.places
    place, minute, k, used = quad
    found = [quad]
    for h, hub in enumerate(setting.scenario.hubs.values()):
        if not rate_limited(hub):
            continue
        at = np.flatnonzero((place == h) & ~setting.freight.sealed[k] & (minute < NEVER))
        handling = int(places.handling_min[h])
        start = minute[at] - handling
        for n in range(1, scope.hub_slack_h * MINUTES_PER_HOUR // scope.bucket_min + 1):
            later = (start // scope.bucket_min + n) * scope.bucket_min
            kept = later <= start + scope.hub_slack_h * MINUTES_PER_HOUR
            kept &= places.earliest(h, later, handling) == later
            found.append((place[at[kept]], later[kept] + handling, k[at[kept]], used[at[kept]]))
    return found


def _fewest_moves(setting: Setting, place: Int32 | Int64, k: Int64, minute: Int64) -> Int64:
    """Fewest moves after which shipments can leave places by minutes."""
    ready = setting.windows.ready
    fewest = np.full(k.size, ready.shape[0], dtype=np.int64)
    for n in range(ready.shape[0] - 1, -1, -1):
        fewest[ready[n, k, place] <= minute] = n
    return fewest


def _first_events(setting: Setting, fixed: Passages, users: Users) -> Events:
    """E0, forward: ready times, ends of collections, arrivals of scheduled and door moves, openings, ban ends."""
    ready = setting.windows.ready[0]
    k, place = np.nonzero(ready < NEVER)
    arrivals = _arrivals(setting, fixed, users)
    quads = _with_later_starts(setting, (place, ready[k, place], k, np.zeros_like(k)))
    quads.append((arrivals.place, arrivals.minute, arrivals.shipment, arrivals.used))
    last = setting.windows.ready[-1]
    for p in range(len(setting.places.ids)):
        at = np.flatnonzero(last[:, p] < NEVER)
        if not at.size:
            continue
        for sealed in (False, True):
            which = at[setting.freight.sealed[at] == sealed]
            minutes = _standing_minutes(setting, p, sealed=sealed) if which.size else np.zeros(0, dtype=np.int64)
            row, column = np.nonzero(last[which, p][None, :] <= minutes[:, None])
            minute, k, at_place = minutes[row], which[column], np.full(row.size, p)
            quads.append((at_place, minute, k, _fewest_moves(setting, at_place, k, minute)))
    return events_of(quads)


def _standing_minutes(setting: Setting, place: int, *, sealed: bool) -> Int64:
    """Opening starts (+ handling) and ban ends of a place's country within the time that matters."""
    freight, places = setting.freight, setting.places
    lo, hi = int(freight.ready.min()), int(freight.latest.max())
    handling = 0 if sealed else int(places.handling_min[place])
    starts, _ = places.periods(place)
    opened = places.done(place, starts[starts < NEVER], sealed=sealed) if starts.size else starts
    bans = setting.trips.bans.get(setting.scenario.place(places.ids[place]).country)
    minutes = np.unique(np.concatenate([opened, bans[1]]) if bans else opened)
    return minutes[(minutes >= lo + handling) & (minutes <= hi)]


def _targets(setting: Setting, fixed: Passages, users: Users) -> Events:
    """E0, backward: availability that still makes a scheduled or door move, a due time or a latest time."""
    places, freight, windows = setting.places, setting.freight, setting.windows
    k, place = np.nonzero(windows.useful[0] > -NEVER)
    quads: Quads = [(place, windows.useful[0][k, place], k, np.zeros_like(k))]
    slack = freight.latest[k] - freight.due[k]
    for p in np.unique(place):
        at = place == p
        quads.append(_due_targets(setting, int(p), k[at], slack[at]))
    origin = fixed.origin[users.passage]
    for h in range(places.hub_count):
        for sealed in (False, True):
            at = np.flatnonzero((origin == h) & (freight.sealed[users.shipment] == sealed))
            if at.size:
                handling = 0 if sealed else int(places.handling_min[h])
                minute = places.latest(h, fixed.latest[users.passage[at]], handling)
                quads.append((np.full(at.size, h), minute, users.shipment[at], np.zeros_like(at)))
    return events_of(quads)


def _due_targets(setting: Setting, place: int, k: Int64, slack: Int64) -> tuple[Int64, Int64, Int64, Int64]:
    """Latest availability at a destination, or a delivery hub of it, that still meets the due time."""
    places, freight = setting.places, setting.freight
    minute = np.full(k.size, -NEVER, dtype=np.int64)
    for n, shipment in enumerate(k):
        if slack[n] == 0:
            continue
        d, sealed = int(freight.destination[shipment]), bool(freight.sealed[shipment])
        handling = 0 if sealed else int(places.handling_min[d])
        by = places.latest(d, freight.due[shipment : shipment + 1], handling)
        if place != d:
            handling = int(places.handling_min[place])
            by = places.latest(place, by - freight.in_reach[d].tour_min[place], handling)
        minute[n] = by[0]
    return np.full(k.size, place, dtype=np.int64), minute, k, np.zeros_like(k)


def _thinned(setting: Setting, events: Events, thinning: Thinning) -> Events:
    """Events moved up to the grid; the ready times of shipments at their origin stay."""
    if not thinning.grid_min:
        return events
    own = events.minute == setting.windows.ready[0][events.shipment, events.place]
    moved = on_grid(events.minute, own, thinning.grid_min)
    return events_of([(events.place, moved, events.shipment, events.used)])


def _leaving(setting: Setting, forward: Events, targets: Events, thinning: Thinning) -> Passages:
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
                use &= freight.may_go(k[near], i, j)
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
                use &= freight.may_go(k[near], i, j)
                parts.append(_trucks(setting, (i, j, manning), departs, arrive, _wanted(minutes, back[near][use])))
    return parts


def _headway_forward(setting: Setting, forward: Events) -> Passages:
    """Headway-only passages that hand in at events of their first hub, or when haulage from a door gets there."""
    windows = setting.windows
    k, hub = np.nonzero(windows.haulage_ready < NEVER)
    place = np.concatenate([forward.place, hub])
    minute = np.concatenate([forward.minute, windows.haulage_ready[k, hub]])
    return _headway(setting, place, minute, at_end=False)


def _headway_backward(setting: Setting, targets: Events) -> Passages:
    windows = setting.windows
    k, hub = np.nonzero(windows.haulage_useful > -NEVER)
    if not targets.count:
        k, hub = k[:0], hub[:0]
    place = np.concatenate([targets.place, hub])
    minute = np.concatenate([targets.minute, windows.haulage_useful[k, hub]])
    return _headway(setting, place, minute, at_end=True)


def _headway(setting: Setting, place: Int64, minute: Int64, *, at_end: bool) -> Passages:
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


def _without(new: Passages, old: Passages) -> Passages:
    """New passages without repeats and without those already there."""
    both = joined([old, new])
    names = ("origin", "destination", "latest", "available", "chain", "hand_in", "collect", "manning")
    first = first_of_each([getattr(both, name).astype(np.int64) for name in names])
    return both.chosen(first[first >= old.count])


def _fresh(events: Events, seen: Events) -> Events:
    """Events that were not seen before, or only after more moves."""
    new = np.repeat([0, 1], [seen.count, events.count])
    order = np.argsort(2 * np.concatenate([seen.used, events.used]) + new, kind="stable")
    place, minute, shipment, used = (
        np.concatenate([getattr(seen, name), getattr(events, name)])[order]
        for name in ("place", "minute", "shipment", "used")
    )
    first = first_of_each([place, minute, shipment])
    first = first[new[order][first] == 1]
    return Events(place=place[first], minute=minute[first], shipment=shipment[first], used=used[first])
