"""Passages: timed ways from place to place, before unit types, slots and weight classes make moves of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cargopool.model.equipment import Manning
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import DOOR, SCHEDULED, Bool, Int32, Int64
from cargopool.network.freight import Freight
from cargopool.network.places import NEVER, Places
from cargopool.network.rides import Chains
from cargopool.network.trips import Trips
from cargopool.network.windows import Windows

MANNINGS: tuple[Manning, ...] = ("single", "double")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Passages as arrays.

    Attributes
    ----------
    kind : int8
        ``SCHEDULED``, ``ROAD`` or ``DOOR``.
    origin, destination : int32
    latest, available : int64
    chain : int32
        Chain index, -1 on the road.
    hand_in, collect : int64
        Minutes at the chain's ends (0 on the road).
    manning : int8
        Index into ``MANNINGS`` on the road, else -1.
    """

    kind: NDArray[np.int8]
    origin: Int32
    destination: Int32
    latest: Int64
    available: Int64
    chain: Int32
    hand_in: Int64
    collect: Int64
    manning: NDArray[np.int8]

    @property
    def count(self) -> int:
        """Number of passages."""
        return int(self.latest.size)

    def chosen(self, which: Bool | Int64) -> Passages:
        """Some of the passages."""
        return Passages(**{f.name: getattr(self, f.name)[which] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Which shipments can use which passages: parallel arrays without repeats, in any order."""

    passage: Int32
    shipment: Int32


def joined(parts: Sequence[Passages]) -> Passages:
    """Passages one after another."""
    return Passages(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Passages)})


def scheduled_passages(
    places: Places,
    chains: Chains,
    which: Int64,
    hand_in: Int64,
    collect: Int64,
) -> Passages:
    """Hub-to-hub passages of chains ``which`` with their hand-in and collection minutes."""
    origin, destination = chains.origin[which], chains.destination[which]
    crossing = places.crossing_min[places.territory[origin], places.territory[destination]]
    return Passages(
        kind=np.full(which.size, SCHEDULED, dtype=np.int8),
        origin=origin,
        destination=destination,
        latest=hand_in,
        available=collect + places.lift_min[destination] + crossing,
        chain=which.astype(np.int32),
        hand_in=hand_in,
        collect=collect,
        manning=np.full(which.size, -1, dtype=np.int8),
    )


def fixed_passages(scenario: Scenario, places: Places, chains: Chains) -> Passages:
    """Passages of all chains with a departure: latest hand-in and earliest collection, and their bucket variants."""
    slack = 60 * scenario.scope.hub_slack_h
    bucket = scenario.scope.bucket_min
    fixed = np.flatnonzero(~chains.flexible)
    which: list[Int64] = []
    hand_ins: list[Int64] = []
    collects: list[Int64] = []
    limited = limited_hubs(scenario)
    hand_in, collect = np.full(chains.count, -NEVER), np.full(chains.count, NEVER)
    for h in range(places.hub_count):
        at = fixed[chains.origin[fixed] == h]
        hand_in[at] = places.latest(h, chains.closing[at], 0)
        at = fixed[chains.destination[fixed] == h]
        collect[at] = places.earliest(h, chains.ready[at], 0)
    known: dict[tuple[int, int, int], Int64] = {}
    for c in fixed[limited[chains.origin[fixed]] | limited[chains.destination[fixed]]]:
        i, j = int(chains.origin[c]), int(chains.destination[c])
        first, last = hand_in[c : c + 1], collect[c : c + 1]
        if limited[i]:
            closing = int(chains.closing[c])
            if (i, closing, 0) not in known:
                earlier = earlier_minutes(places, i, int(first[0]), closing - slack, bucket)
                known[i, closing, 0] = np.array([first[0], *earlier], dtype=np.int64)
            first = known[i, closing, 0]
        if limited[j]:
            ready = int(chains.ready[c])
            if (j, ready, 1) not in known:
                later = later_minutes(places, j, int(last[0]), ready + slack, bucket)
                known[j, ready, 1] = np.array([last[0], *later], dtype=np.int64)
            last = known[j, ready, 1]
        which.append(np.full(first.size * last.size, c))
        hand_ins.append(np.repeat(first, last.size))
        collects.append(np.tile(last, first.size))
    plain = fixed[~(limited[chains.origin[fixed]] | limited[chains.destination[fixed]])]
    found = scheduled_passages(
        places,
        chains,
        np.concatenate([plain, *which]).astype(np.int64),
        np.concatenate([hand_in[plain], *hand_ins]).astype(np.int64),
        np.concatenate([collect[plain], *collects]).astype(np.int64),
    )
    return found.chosen((found.hand_in > -NEVER) & (found.collect < NEVER))


def limited_hubs(scenario: Scenario) -> Bool:
    """Hubs whose lifts, yard or plugs are limited: there hand-in and collection are choices."""
    return np.array(
        [
            hub.lifts_per_hour is not None or hub.yard_places is not None or hub.reefer_plugs is not None
            for hub in scenario.hubs.values()
        ],
        dtype=np.bool_,
    )


def earlier_minutes(places: Places, hub: int, minute: int, not_before: int, bucket_min: int) -> list[int]:
    """Last open minute of each earlier bucket, down to ``not_before``."""
    found = []
    bucket = minute // bucket_min - 1
    while (bucket + 1) * bucket_min - 1 >= not_before:
        last = int(places.latest(hub, np.array([(bucket + 1) * bucket_min - 1]), 0)[0])
        if last >= max(not_before, bucket * bucket_min):
            found.append(last)
        bucket -= 1
    return found


def later_minutes(places: Places, hub: int, minute: int, not_after: int, bucket_min: int) -> list[int]:
    """First open minute of each later bucket, up to ``not_after``."""
    found = []
    bucket = minute // bucket_min + 1
    while bucket * bucket_min <= not_after:
        first = int(places.earliest(hub, np.array([bucket * bucket_min]), 0)[0])
        if first <= min(not_after, (bucket + 1) * bucket_min - 1):
            found.append(first)
        bucket += 1
    return found


def door_passages(
    scenario: Scenario, places: Places, freight: Freight, windows: Windows, trips: Trips, base: Passages
) -> Passages:
    """Haulage variants of hub-to-hub passages: out, in, and both, for the doors of shipments that can use them."""
    vehicle = scenario.vehicles.get(scenario.drayage.vehicle)
    if vehicle is None or not base.count:
        return base.chosen(np.zeros(0, dtype=np.int64))
    by_origin = _groups(base.origin)
    by_destination = _groups(base.destination)
    parts: list[Passages] = []
    for door, reach in freight.out_reach.items():
        near = [by_origin[h] for h in reach.haulage_min if h in by_origin]
        if near:
            which = np.concatenate(near)
            minutes = np.array([reach.haulage_min.get(h, 0) for h in range(places.hub_count)])
            out = _with_haulage(places, base.chosen(which), minutes, door, -1, None)
            parts.append(_kept(freight, windows, out))
            for end, ends in _ends_of(freight, door).items():
                parts.append(_kept(freight, windows, _both(places, base.chosen(which), minutes, door, end, ends)))
    for door, reach in freight.in_reach.items():
        near = [by_destination[h] for h in reach.haulage_min if h in by_destination]
        if near:
            minutes = np.array([reach.haulage_min.get(h, 0) for h in range(places.hub_count)])
            inward = _with_haulage(places, base.chosen(np.concatenate(near)), None, -1, door, minutes)
            parts.append(_kept(freight, windows, inward))
    return joined(parts) if parts else base.chosen(np.zeros(0, dtype=np.int64))


def _groups(values: Int32) -> dict[int, Int64]:
    return {int(v): np.flatnonzero(values == v) for v in np.unique(values)}


def _ends_of(freight: Freight, door: int) -> dict[int, dict[int, int]]:
    """Destination doors of the shipments of an origin door, with haulage minutes by hub."""
    ends = {int(freight.destination[k]) for k in np.flatnonzero(freight.origin == door)}
    return {end: freight.in_reach[end].haulage_min for end in sorted(ends) if end in freight.in_reach}


def _both(places: Places, base: Passages, minutes: Int64, door: int, end: int, ends: dict[int, int]) -> Passages:
    inside = np.isin(base.destination, np.array(sorted(ends), dtype=np.int64))
    last = np.array([ends.get(h, 0) for h in range(places.hub_count)])
    return _with_haulage(places, base.chosen(inside), minutes, door, end, last)


def _with_haulage(
    places: Places, base: Passages, out_min: Int64 | None, start: int, end: int, in_min: Int64 | None
) -> Passages:
    """Passages from door ``start`` and to door ``end`` (-1: stay at the hub)."""
    lift = places.lift_min[base.destination]
    latest = base.hand_in if out_min is None else base.hand_in - out_min[base.origin]
    arrive = base.collect + lift + (0 if in_min is None else in_min[base.destination])
    origin = base.origin if start < 0 else np.full_like(base.origin, start)
    destination = base.destination if end < 0 else np.full_like(base.destination, end)
    crossing = places.crossing_min[places.territory[origin], places.territory[destination]]
    return Passages(
        kind=np.full(base.count, DOOR, dtype=np.int8),
        origin=origin,
        destination=destination,
        latest=latest,
        available=arrive + crossing,
        chain=base.chain,
        hand_in=base.hand_in,
        collect=base.collect,
        manning=base.manning,
    )


def _kept(freight: Freight, windows: Windows, passages: Passages) -> Passages:
    """Passages that some shipment can use in time."""
    keep = np.zeros(passages.count, dtype=np.bool_)
    for group, k in pair_groups(freight, windows, passages):
        i, j = int(passages.origin[group[0]]), int(passages.destination[group[0]])
        use = windows.in_time(k[None, :], i, j, passages.latest[group, None], passages.available[group, None])
        keep[group] = use.any(axis=1)
    return passages.chosen(keep)


def pair_groups(freight: Freight, windows: Windows, passages: Passages) -> Iterator[tuple[Int64, Int64]]:
    """Passages grouped by their ends, each with the shipments, by their ready minutes, that may use both ends."""
    by_ready = np.argsort(freight.ready, kind="stable")
    last = windows.max_moves - 1
    key = passages.origin.astype(np.int64) << 32 | passages.destination.astype(np.int64)
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    if not order.size:
        return
    latest = np.maximum.reduceat(passages.latest[order], bounds[:-1])
    earliest = np.minimum.reduceat(passages.available[order], bounds[:-1])
    for n, (lo, hi) in enumerate(pairwise(bounds.tolist())):
        group = order[lo:hi]
        i, j = int(passages.origin[group[0]]), int(passages.destination[group[0]])
        can = freight.may_go(slice(None), i, j, int(passages.kind[group[0]]))
        can &= windows.ready[last, :, i] <= latest[n]
        can &= windows.useful[last, :, j] >= earliest[n]
        k = by_ready[can[by_ready]]
        if k.size:
            yield group, k


def users_of(freight: Freight, windows: Windows, passages: Passages, chain_profiles: Bool) -> Users:
    """Shipments that can use each passage in time, with modes and ADR class that suit."""
    found_p: list[Int64] = []
    found_k: list[Int64] = []
    for group, k in pair_groups(freight, windows, passages):
        i, j = int(passages.origin[group[0]]), int(passages.destination[group[0]])
        rows, columns = windows.pairs_in_time(k, i, j, passages.latest[group], passages.available[group])
        found_p.append(group[rows].astype(np.int32))
        found_k.append(k[columns].astype(np.int32))
    nothing = np.zeros(0, dtype=np.int32)
    passage, shipment = np.concatenate([*found_p, nothing]), np.concatenate([*found_k, nothing])
    chain = passages.chain[passage]
    suits = np.where(chain >= 0, chain_profiles[chain, freight.profile[shipment]], freight.road[shipment])
    return Users(passage=passage[suits], shipment=shipment[suits])
