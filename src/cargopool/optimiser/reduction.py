"""Moves that some plan of least objective does without.

A move is left out when another one between the same places takes over for each of its shipments: it can be reached by
all that reached the first, it catches all that the first caught, it ends no dearer, it costs no more and has no less
room. Whatever rides the first can then ride the second, together with what rides that anyway, in no more uses. All
conditions look at the network before the reduction, so replacements follow one another without harm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cargopool.model.place import Door, Hub
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Bool, Float64, Int32, Int64, Network
from cargopool.optimiser.pool import carbon_rate
from cargopool.rules import collection_minutes, earliest_start, road_link
from cargopool.units import MINUTES_PER_DAY

_NEIGHBOURS = 12
"""Moves before and after in time that are tried as a replacement."""

_PASSES = 3
_NEVER = 2**40


@dataclass(frozen=True, slots=True)
class _Views:
    """How each shipment sees each move, arrays [K, M]; only meaningful where ``usable``.

    Attributes
    ----------
    reached : int32
        How many arrivals at the move's origin (ready freight, tours, other moves) are in time for it.
    caught : int32
        How many of the shipment's moves from its destination it is in time for.
    end : float64
        Lateness and value of time when the shipment is delivered by it, infinite where it does not end there.
    waits, stays : bool
        Waiting for it at its origin, and from it at its destination, never costs storage.
    """

    usable: Bool
    reached: Int32
    caught: Int32
    end: Float64
    waits: Bool
    stays: Bool


def reduced(network: Network, *, most_entries: int = 4_000_000) -> Network:
    """The network with fewer usable moves and the same least objective.

    Parameters
    ----------
    most_entries : int
        Above this many (shipment, move) pairs the network is returned as it is.
    """
    if len(network.shipment_ids) * network.moves > most_entries or network.moves == 0:
        return network
    for _ in range(_PASSES):
        views = _views(network)
        kept = _kept_moves(network, views)
        if kept.all():
            break
        network = replace(network, usable=tuple(mine[kept[mine]] for mine in network.usable))
    return network


def _kept_moves(network: Network, views: _Views) -> Bool:
    used: Bool = np.asarray(views.usable.any(axis=0))
    kept = used.copy()
    candidates = kept & ~_limited(network)
    worth = _Worth(network)
    groups: dict[tuple[int, int], list[int]] = {}
    for m in np.lexsort((network.move_available, network.move_latest)).tolist():
        if candidates[m]:
            groups.setdefault((int(network.move_origin[m]), int(network.move_destination[m])), []).append(m)
    for group in groups.values():
        for at, m in enumerate(group):
            near = group[max(0, at - _NEIGHBOURS) : at] + group[at + 1 : at + 1 + _NEIGHBOURS]
            if any(
                kept[other] and worth.no_worse(other, m) and _takes_over(views, other, m, network) for other in near
            ):
                kept[m] = False
    kept[~used] = True
    return kept


def _takes_over(views: _Views, other: int, m: int, network: Network) -> bool:
    users = np.flatnonzero(views.usable[:, m])
    if not (
        views.usable[users, other].all()
        and (views.reached[users, other] >= views.reached[users, m]).all()
        and (views.caught[users, other] >= views.caught[users, m]).all()
        and (views.end[users, other] <= views.end[users, m]).all()
    ):
        return False
    if network.move_latest[other] > network.move_latest[m] and not views.waits[users, other].all():
        return False
    return bool(network.move_available[other] >= network.move_available[m] or views.stays[users, other].all())


class _Worth:
    """Compares price, room and row use of two moves."""

    def __init__(self, network: Network) -> None:
        self._n = network
        self._rate = carbon_rate(network)
        units = [network.scenario.load_units[name] for name in network.unit_ids]
        self._unit_room = np.array(
            [[u.pallets_milli, u.payload_kg, u.volume_m3_milli, u.loading_metres_milli] for u in units]
        )

    def no_worse(self, other: int, m: int) -> bool:
        """True when one use of ``other`` does what one use of ``m`` does, for no more."""
        n = self._n
        same = (
            n.move_kind[other] == n.move_kind[m]
            and n.move_units[other] == n.move_units[m]
            and n.move_grams_per_kg[other] == n.move_grams_per_kg[m]
            and n.move_crossing_cents[other] == n.move_crossing_cents[m]
        )
        if not same:
            return False
        return bool(
            n.move_cost[other] + self._rate * n.move_grams[other] <= n.move_cost[m] + self._rate * n.move_grams[m]
            and n.move_grams[other] <= n.move_grams[m]
            and n.move_grams_powered[other] <= n.move_grams_powered[m]
            and n.move_cost[other] + self._rate * n.move_grams_powered[other]
            <= n.move_cost[m] + self._rate * n.move_grams_powered[m]
            and (n.move_capacity[other] >= n.move_capacity[m]).all()
            and (self._unit_room[n.move_unit[other]] >= self._unit_room[n.move_unit[m]]).all()
        )


def _limited(network: Network) -> Bool:
    """Moves that use capacity rows, or touch a hub where the time of a handling does."""
    found = np.diff(network.move_rows.indptr) + np.diff(network.move_rows_powered.indptr) > 0
    hubs = {hub for hub, _ in (*network.pallet_row, *network.place_row)}
    counted = np.isin(np.arange(len(network.place_ids)), list(hubs))
    result: Bool = found | counted[network.move_origin] | counted[network.move_destination]
    return result


def _views(network: Network) -> _Views:
    shape = len(network.shipment_ids), network.moves
    views = _Views(
        usable=np.zeros(shape, dtype=np.bool_),
        reached=np.zeros(shape, dtype=np.int32),
        caught=np.zeros(shape, dtype=np.int32),
        end=np.full(shape, np.inf),
        waits=np.zeros(shape, dtype=np.bool_),
        stays=np.zeros(shape, dtype=np.bool_),
    )
    clock = _Clock(network)
    for k in range(shape[0]):
        _view(network, clock, views, k)
    return views


def _view(network: Network, clock: _Clock, views: _Views, k: int) -> None:
    goods = network.scenario.shipments[network.shipment_ids[k]]
    mine = network.usable[k].astype(np.int64)
    views.usable[k, mine] = True
    done = clock.done(goods, mine)
    origins, destinations = network.move_origin[mine], network.move_destination[mine]
    latest, available = network.move_latest[mine], network.move_available[mine]
    begins = clock.begins(goods)
    for place in np.union1d(origins, destinations).tolist():
        leaving, arriving = origins == place, destinations == place
        there = np.concatenate([available[arriving], [t for p, t, _ in begins if p == place]])
        handled = np.sort(np.concatenate([done[arriving], [e for p, _, e in begins if p == place]]))
        leaves = np.sort(latest[leaving])
        views.reached[k, mine[leaving]] = np.searchsorted(handled, latest[leaving], side="right")
        views.caught[k, mine[arriving]] = leaves.size - np.searchsorted(leaves, done[arriving], side="left")
        free = clock.free_minutes(goods, place)
        if there.size:
            views.waits[k, mine[leaving]] = latest[leaving] - there.min() <= free
        last = leaves[-1] if leaves.size else -_NEVER
        views.stays[k, mine[arriving]] = last - available[arriving] <= free
        views.end[k, mine[arriving]] = clock.end_price(goods, place, done[arriving])


class _Clock:
    """Handling ends and deliveries, remembered by place and minute."""

    def __init__(self, network: Network) -> None:
        self._n = network
        self._start = network.scenario.horizon.start
        self._places = [network.scenario.place(name) for name in network.place_ids]
        self._done: dict[tuple[int, int, bool], int] = {}

    def _minutes(self, place: int, sealed: bool) -> int:
        facts = self._places[place]
        if sealed:
            return 0
        if isinstance(facts, Hub):
            return facts.cross_dock.handling_min if facts.cross_dock is not None else 0
        return facts.loading_min

    def _done_at(self, place: int, minute: int, sealed: bool) -> int:
        key = place, minute, sealed
        if key not in self._done:
            duration = self._minutes(place, sealed)
            start = earliest_start(self._places[place], self._start, minute, duration)
            self._done[key] = _NEVER if start is None else start + duration
        return self._done[key]

    def done(self, goods: Shipment, moves: Int64) -> Int64:
        """End of the handling after each move."""
        sealed = goods.load_units > 0
        pairs = zip(self._n.move_destination[moves].tolist(), self._n.move_available[moves].tolist(), strict=True)
        return np.array([self._done_at(place, minute, sealed) for place, minute in pairs], dtype=np.int64)

    def begins(self, goods: Shipment) -> list[tuple[int, int, int]]:
        """(place, there, handled): where and when the shipment's first handling may be."""
        sealed = goods.load_units > 0
        origin = self._n.place_ids.index(goods.origin)
        found = [(origin, goods.ready_min, self._done_at(origin, goods.ready_min, sealed))]
        door = self._places[origin]
        if not isinstance(door, Door) or sealed:
            return found
        start = earliest_start(door, self._start, goods.ready_min, door.loading_min)
        for hub, minutes in self._tours(goods.origin, out=True):
            if start is not None:
                there = start + door.loading_min + minutes
                found.append((hub, there, self._done_at(hub, there, sealed)))
        return found

    def _tours(self, door: str, *, out: bool) -> list[tuple[int, int]]:
        scenario = self._n.scenario
        found = []
        for name, hub in scenario.hubs.items():
            link = road_link(scenario, *((door, name) if out else (name, door)))
            if hub.cross_dock is not None and link is not None and link.km <= scenario.drayage.radius_km:
                found.append((self._n.place_ids.index(name), collection_minutes(scenario, link.km)))
        return found

    def free_minutes(self, goods: Shipment, place: int) -> int:
        """Minutes that the shipment may wait at a place for nothing."""
        facts = self._places[place]
        if not isinstance(facts, Hub):
            return _NEVER
        price = facts.storage_eur_per_unit_day if goods.load_units else facts.storage_eur_per_pallet_day
        return _NEVER if price == 0 else facts.free_storage_days * MINUTES_PER_DAY

    def end_price(self, goods: Shipment, place: int, done: Int64) -> Float64:
        """Lateness and value of time when the shipment's last handling at a place ends then; infinite for never."""
        name = self._n.place_ids[place]
        if name == goods.destination:
            return np.array([self._price(goods, int(minute)) for minute in done])
        door = self._places[self._n.place_ids.index(goods.destination)]
        minutes = dict(self._tours(goods.destination, out=False)) if isinstance(door, Door) else {}
        if place not in minutes or goods.load_units or not isinstance(door, Door):
            return np.full(done.size, np.inf)
        found = []
        for minute in done.tolist():
            start = earliest_start(door, self._start, minute + minutes[place], door.loading_min)
            found.append(np.inf if start is None else self._price(goods, start + door.loading_min))
        return np.array(found)

    @staticmethod
    def _price(goods: Shipment, delivered: int) -> float:
        if delivered > goods.latest_min:
            return np.inf
        # Unrounded, so that the order holds for every part of the shipment.
        late = max(0, delivered - goods.due_min)
        return late * goods.late_eur_per_h + (delivered - goods.ready_min) * goods.value_of_time_eur_per_h
