"""Moves that some plan of least objective does without.

A move is left out when another one between the same places takes over for each of its shipments: it can be reached by
all that reached the first, it catches all that the first caught, it ends no dearer, it costs no more and has no less
room. Whatever rides the first can then ride the second, together with what rides that anyway, in no more uses. All
conditions look at the network before the reduction, so replacements follow one another without harm.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from cargopool.model.place import Door, Hub
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Bool, Float64, Int64, Network
from cargopool.optimiser.pool import carbon_rate
from cargopool.rules import collection_minutes, earliest_start, road_link
from cargopool.units import MINUTES_PER_DAY

_SHIFTS = (1, -1, 1, -1, 2, -2, 1, -1, 3, -3, 5, -5)
"""Which neighbours in time are tried as a replacement, one after the other."""

_PASSES = 3
_NEVER = 2**40


@dataclass(frozen=True, slots=True)
class _Pairs:
    """How a shipment sees a move that it may use, one entry per pair.

    Attributes
    ----------
    shipment, move : int64
    reached : int64
        How many arrivals at the move's origin (ready freight, tours, other moves) are in time for it.
    caught : int64
        How many of the shipment's moves from its destination it is in time for.
    end : float64
        Lateness and value of time when the shipment is delivered by it, infinite where it does not end there.
    waits, stays : bool
        Waiting for it at its origin, and from it at its destination, never costs storage.
    """

    shipment: Int64
    move: Int64
    reached: Int64
    caught: Int64
    end: Float64
    waits: Bool
    stays: Bool

    def chosen(self, which: Bool | Int64) -> _Pairs:
        """Some of the pairs."""
        return _Pairs(*(getattr(self, entry.name)[which] for entry in fields(self)))


def reduced(network: Network, *, most_pairs: int = 2_500_000) -> Network:
    """The network with fewer usable moves and the same least objective.

    Parameters
    ----------
    most_pairs : int
        Above this many (shipment, usable move) pairs the network is returned as it is.
    """
    if network.moves == 0 or sum(mine.size for mine in network.usable) > most_pairs:
        return network
    clock = _Clock(network)
    for _ in range(_PASSES):
        kept = _kept_moves(network, _pairs(network, clock))
        if kept.all():
            break
        network = replace(network, usable=tuple(mine[kept[mine]] for mine in network.usable))
    return network


def _kept_moves(network: Network, pairs: _Pairs) -> Bool:
    kept = np.ones(network.moves, dtype=np.bool_)
    used = np.zeros(network.moves, dtype=np.bool_)
    used[pairs.move] = True
    candidates = np.flatnonzero(used & ~_limited(network))
    lane = network.move_origin.astype(np.int64) * len(network.place_ids) + network.move_destination
    worth = _Worth(network)
    # Neighbours in time of the same unit type first, then of all types.
    for keys in (
        (network.move_available, network.move_latest, network.move_unit, lane),
        (network.move_unit, network.move_available, network.move_latest, lane),
    ):
        order = candidates[np.lexsort([key[candidates] for key in keys])].astype(np.int64)
        candidates = _thinned(network, pairs, order, lane, worth)
        kept[order] = False
        kept[candidates] = True
    return kept


def _thinned(network: Network, pairs: _Pairs, order: Int64, lane: Int64, worth: _Worth) -> Int64:
    """The moves of an order that stay when each is compared to its neighbours."""
    place = np.full(network.moves, -1, dtype=np.int64)
    place[order] = np.arange(order.size)
    pairs = pairs.chosen(place[pairs.move] >= 0)
    pairs = pairs.chosen(np.lexsort((place[pairs.move], pairs.shipment)))
    for shift in _SHIFTS:
        if abs(shift) >= order.size:
            continue
        gone = _replaced(network, pairs, order, place, lane, worth, shift)
        if gone.any():
            order = order[~gone]
            place[:] = -1
            place[order] = np.arange(order.size)
            pairs = pairs.chosen(place[pairs.move] >= 0)
    return order


def _replaced(
    network: Network, pairs: _Pairs, order: Int64, place: Int64, lane: Int64, worth: _Worth, shift: int
) -> Bool:
    """Which moves of the order the one ``shift`` further on takes over for all of their shipments.

    All of them may go at once: replacements lead in one direction, so each chain ends at a move that stays.
    """
    count = order.size
    near = np.clip(np.arange(count) + shift, 0, count - 1)
    other = order[near]
    valid = (near - np.arange(count) == shift) & (lane[order] == lane[other])
    valid[valid] = worth.no_worse(other[valid], order[valid])
    at = place[pairs.move]
    mine = np.flatnonzero(valid[at])
    keys = pairs.shipment * count + at
    wanted = keys[mine] + shift
    found = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    one, two = pairs.chosen(mine), pairs.chosen(found)
    later = network.move_latest[two.move] > network.move_latest[one.move]
    sooner = network.move_available[two.move] < network.move_available[one.move]
    fine = (
        (keys[found] == wanted)
        & (two.reached >= one.reached)
        & (two.caught >= one.caught)
        & (two.end <= one.end)
        & (two.waits | ~later)
        & (two.stays | ~sooner)
    )
    missed = np.zeros(count, dtype=np.bool_)
    missed[at[mine[~fine]]] = True
    result: Bool = valid & ~missed
    return result


class _Worth:
    """Compares price, room and energy of moves."""

    def __init__(self, network: Network) -> None:
        rate = carbon_rate(network)
        plain, powered = network.move_grams, network.move_grams_powered
        units = [network.scenario.load_units[name] for name in network.unit_ids]
        inside = np.array([[u.pallets_milli, u.payload_kg, u.volume_m3_milli, u.loading_metres_milli] for u in units])
        self._prices = (network.move_cost + rate * plain, network.move_cost + rate * powered, plain, powered)
        self._same = (
            network.move_kind,
            network.move_units,
            network.move_grams_per_kg,
            network.move_cents_per_kg,
            network.move_crossing_cents,
        )
        self._room = (network.move_capacity, inside[network.move_unit])

    def no_worse(self, other: Int64, m: Int64) -> Bool:
        """Where one use of ``other`` does what one use of ``m`` does, for no more."""
        found = np.ones(m.size, dtype=np.bool_)
        for values in self._same:
            found &= values[other] == values[m]
        for prices in self._prices:
            found &= prices[other] <= prices[m]
        for room in self._room:
            found &= (room[other] >= room[m]).all(axis=1)
        return found


def _limited(network: Network) -> Bool:
    """Moves that use capacity rows, or touch a hub where the time of a handling does."""
    found = np.diff(network.move_rows.indptr) + np.diff(network.move_rows_powered.indptr) > 0
    hubs = {hub for hub, _ in (*network.pallet_row, *network.place_row)}
    counted = np.isin(np.arange(len(network.place_ids)), list(hubs))
    result: Bool = found | counted[network.move_origin] | counted[network.move_destination]
    return result


def _pairs(network: Network, clock: _Clock) -> _Pairs:
    views = [_view(network, clock, k) for k in range(len(network.shipment_ids))]
    if not views:
        none = np.zeros(0, dtype=np.int64)
        return _Pairs(none, none, none, none, none.astype(np.float64), none > 0, none > 0)
    return _Pairs(*(np.concatenate([getattr(view, entry.name) for view in views]) for entry in fields(_Pairs)))


def _view(network: Network, clock: _Clock, k: int) -> _Pairs:
    goods = network.scenario.shipments[network.shipment_ids[k]]
    mine = network.usable[k].astype(np.int64)
    view = _Pairs(
        shipment=np.full(mine.size, k, dtype=np.int64),
        move=mine,
        reached=np.zeros(mine.size, dtype=np.int64),
        caught=np.zeros(mine.size, dtype=np.int64),
        end=np.full(mine.size, np.inf),
        waits=np.zeros(mine.size, dtype=np.bool_),
        stays=np.zeros(mine.size, dtype=np.bool_),
    )
    done = clock.done(goods, mine)
    origins, destinations = network.move_origin[mine], network.move_destination[mine]
    latest, available = network.move_latest[mine], network.move_available[mine]
    begins = clock.begins(goods)
    for place in np.union1d(origins, destinations).tolist():
        leaving, arriving = origins == place, destinations == place
        there = np.concatenate([available[arriving], [t for p, t, _ in begins if p == place]])
        handled = np.sort(np.concatenate([done[arriving], [e for p, _, e in begins if p == place]]))
        leaves = np.sort(latest[leaving])
        view.reached[leaving] = np.searchsorted(handled, latest[leaving], side="right")
        view.caught[arriving] = leaves.size - np.searchsorted(leaves, done[arriving], side="left")
        free = clock.free_minutes(goods, place)
        if there.size:
            view.waits[leaving] = latest[leaving] - there.min() <= free
        last = leaves[-1] if leaves.size else -_NEVER
        view.stays[arriving] = last - available[arriving] <= free
        view.end[arriving] = clock.end_price(goods, place, done[arriving])
    return view


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
        key = self._n.move_destination[moves].astype(np.int64) * _NEVER + self._n.move_available[moves] + _NEVER // 2
        unique, back = np.unique(key, return_inverse=True)
        ends = [self._done_at(x // _NEVER, x % _NEVER - _NEVER // 2, sealed) for x in unique.tolist()]
        return np.array(ends, dtype=np.int64)[back]

    def begins(self, goods: Shipment) -> list[tuple[int, int, int]]:
        """(place, there, handled): where and when the shipment's first handling may be."""
        sealed = goods.load_units > 0
        origin = self._n.place_ids.index(goods.origin)
        found = [(origin, goods.ready_min, self._done_at(origin, goods.ready_min, sealed))]
        door = self._places[origin]
        if not isinstance(door, Door) or sealed:
            return found
        start = earliest_start(door, self._start, goods.ready_min, door.loading_min)
        for hub, minutes in self._tours(goods, out=True):
            if start is not None:
                there = start + door.loading_min + minutes
                found.append((hub, there, self._done_at(hub, there, sealed)))
        return found

    def _tours(self, goods: Shipment, *, out: bool) -> list[tuple[int, int]]:
        scenario = self._n.scenario
        door = goods.origin if out else goods.destination
        found = []
        for name, hub in scenario.hubs.items():
            link = road_link(scenario, *((door, name) if out else (name, door)))
            if hub.cross_dock is not None and link is not None and link.km <= scenario.drayage.radius_km:
                found.append((self._n.place_ids.index(name), collection_minutes(scenario, link.km, goods.id, name)))
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
        unique, back = np.unique(done, return_inverse=True)
        if self._n.place_ids[place] == goods.destination:
            return np.array([self._price(goods, minute) for minute in unique.tolist()], dtype=np.float64)[back]
        door = self._places[self._n.place_ids.index(goods.destination)]
        minutes = dict(self._tours(goods, out=False)) if isinstance(door, Door) else {}
        if place not in minutes or goods.load_units or not isinstance(door, Door):
            return np.full(done.size, np.inf)
        found = []
        for minute in unique.tolist():
            start = earliest_start(door, self._start, minute + minutes[place], door.loading_min)
            found.append(np.inf if start is None else self._price(goods, start + door.loading_min))
        return np.array(found, dtype=np.float64)[back]

    @staticmethod
    def _price(goods: Shipment, delivered: int) -> float:
        if delivered > goods.latest_min:
            return np.inf
        # Unrounded, so that the order holds for every part of the shipment.
        late = max(0, delivered - goods.due_min)
        return late * goods.late_eur_per_h + (delivered - goods.ready_min) * goods.value_of_time_eur_per_h
