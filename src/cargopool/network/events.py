"""Events: the minutes at which trucks and headway rides leave, each with the shipments that it matters to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Bool, Int32, Int64
from cargopool.network.freight import Freight
from cargopool.network.keys import first_of_each
from cargopool.network.passages import (
    Passages,
    Users,
)
from cargopool.network.places import NEVER, Places, rate_limited
from cargopool.network.rides import Chains
from cargopool.network.thinning import Thinning, on_grid
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


def fresh(events: Events, seen: Events) -> Events:
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


def arrival_events(setting: Setting, passages: Passages, users: Users) -> Events:
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


def first_events(setting: Setting, fixed: Passages, users: Users, *, road: bool = True) -> Events:
    """E0, forward: ready times, ends of collections, arrivals of scheduled and door moves, openings, ban ends.

    Without road moves only hubs matter from which headway-only chains leave.
    """
    if not road:
        return _first_events(setting, fixed, *_at_headways(setting, fixed, users))
    return _first_events(setting, fixed, users, range(len(setting.places.ids)))


def _at_headways(setting: Setting, fixed: Passages, users: Users) -> tuple[Users, list[int]]:
    """Users of passages that end where headway-only chains begin, and these hubs."""
    hubs = np.unique(setting.chains.origin[setting.chains.flexible])
    ending = np.isin(fixed.destination, hubs)[users.passage]
    return Users(passage=users.passage[ending], shipment=users.shipment[ending]), hubs.tolist()


def _first_events(setting: Setting, fixed: Passages, users: Users, at_places: Iterable[int]) -> Events:
    ready = setting.windows.ready[0]
    k, place = np.nonzero(ready < NEVER)
    arrivals = arrival_events(setting, fixed, users)
    quads = _with_later_starts(setting, (place, ready[k, place], k, np.zeros_like(k)))
    quads.append((arrivals.place, arrivals.minute, arrivals.shipment, arrivals.used))
    last = setting.windows.ready[-1]
    for p in at_places:
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


def targets_of(setting: Setting, fixed: Passages, users: Users) -> Events:
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
                quads.append((np.full(at.size, h), minute, users.shipment[at].astype(np.int64), np.zeros_like(at)))
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


def thinned(setting: Setting, events: Events, thinning: Thinning) -> Events:
    """Events moved up to the grid; the ready times of shipments at their origin have a finer one."""
    if not thinning.grid_min and not thinning.ready_grid_min:
        return events
    own = events.minute == setting.windows.ready[0][events.shipment, events.place]
    moved = on_grid(events.minute, own, thinning)
    return events_of([(events.place, moved, events.shipment, events.used)])
