"""Objective coefficients of moves, summed from the groups of footprint/: each distinct group is priced once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.footprint.items import Group, weigh
from cargopool.footprint.road import truck_group
from cargopool.footprint.scheduled import (
    departure_group,
    lift_group,
    matching_surcharges,
    one_way_group,
    reefer_group,
    rental_group,
    storage_group,
)
from cargopool.model.scenario import Scenario
from cargopool.model.service import Surcharge
from cargopool.network.arrays import ROAD, Float64, Int64
from cargopool.network.keys import Integers, distinct
from cargopool.network.passages import Passages
from cargopool.network.places import Places
from cargopool.network.rides import Chains, Rides
from cargopool.network.times import RideTimes
from cargopool.network.variants import SLOTS, Moves
from cargopool.units import MINUTES_PER_DAY, cents


@dataclass(slots=True)
class Sums:
    """Running sums of coefficients over moves."""

    cost: Int64
    grams: Int64
    powered: Int64
    per_kg: Float64
    cents_per_kg: Float64

    def add(
        self,
        which: Int64,
        keys: Sequence[Integers],
        price: Callable[[tuple[int, ...]], Group],
        *,
        powered: bool = False,
    ) -> None:
        """Add to moves ``which`` the group of each row of the columns ``keys``, priced once per distinct row."""
        if not which.size:
            return
        rows, back = coded(keys)
        groups = [price(row) for row in rows]
        grams = np.array([g.grams for g in groups], dtype=np.int64)[back]
        self.powered[which] += grams
        if powered:
            return
        self.grams[which] += grams
        self.cost[which] += np.array([g.weighted_cents for g in groups], dtype=np.int64)[back]
        for sums, each in (
            (self.cents_per_kg, [g.external_per_kg for g in groups]),
            (self.per_kg, [sum(rate.grams_per_kg for rate in g.load) for g in groups]),
        ):
            if any(each):
                sums[which] += np.array(each, dtype=float)[back]


def coded(keys: Sequence[Integers]) -> tuple[list[tuple[int, ...]], Int64]:
    """Distinct rows of some columns, and each row's position among them."""
    first, back = distinct(keys)
    return list(zip(*(column[first].tolist() for column in keys), strict=True)), back


@dataclass(frozen=True, slots=True, kw_only=True)
class Priceable:
    """What pricing looks at; ``on_chain`` are the moves with chains and ``times`` the times of their rides."""

    scenario: Scenario
    places: Places
    rides: Rides
    chains: Chains
    passages: Passages
    moves: Moves
    on_chain: Int64
    times: RideTimes


def coefficients(case: Priceable) -> Sums:
    """Objective-weighted cents, grams (ambient and powered) and grams per kg of one use of each move."""
    count = case.moves.count
    sums = Sums(
        cost=np.zeros(count, dtype=np.int64),
        grams=np.zeros(count, dtype=np.int64),
        powered=np.zeros(count, dtype=np.int64),
        per_kg=np.zeros(count),
        cents_per_kg=np.zeros(count),
    )
    _add_roads(case, sums)
    if case.on_chain.size:
        _add_rides(case, sums)
        _add_terminals(case, sums)
    _add_units(case, sums)
    return sums


def _add_roads(case: Priceable, sums: Sums) -> None:
    scenario, passages, moves, ids = case.scenario, case.passages, case.moves, case.places.ids
    units, vehicles = tuple(scenario.load_units.values()), tuple(scenario.vehicles)
    road = np.flatnonzero(passages.kind[moves.passage] == ROAD)
    p = moves.passage[road]
    keys = passages.origin[p], passages.destination[p], moves.vehicle[road], moves.unit[road]

    def main(key: tuple[int, ...]) -> Group:
        i, j, v, u = key
        return truck_group(scenario, "main", vehicles[v], ids[i], ids[j], units[u], units[u].per_truck)

    sums.add(road, keys, main)
    p = moves.passage[case.on_chain]
    chain = passages.chain[p]
    for purpose in ("haulage_out", "haulage_in"):
        if purpose == "haulage_out":
            ends = passages.origin[p], case.chains.origin[chain]
        else:
            ends = case.chains.destination[chain], passages.destination[p]
        hauled = ends[0] != ends[1]
        hauls = ends[0][hauled], ends[1][hauled], moves.unit[case.on_chain[hauled]]

        def haulage(key: tuple[int, ...], purpose: str = purpose) -> Group:
            i, j, u = key
            return truck_group(scenario, purpose, scenario.drayage.vehicle, ids[i], ids[j], units[u], 1)

        sums.add(case.on_chain[hauled], hauls, haulage)


def _add_rides(case: Priceable, sums: Sums) -> None:
    scenario, rides, ids = case.scenario, case.rides, case.places.ids
    units = tuple(scenario.load_units.values())
    tables = [matching_surcharges(scenario, service) for service in rides.services]
    chain = case.passages.chain[case.moves.passage[case.on_chain]]
    for n in range(3):
        ride = case.chains.rides[chain, n]
        ridden = ride >= 0
        which, ride = case.on_chain[ridden], ride[ridden]
        if not which.size:
            continue
        slot = case.moves.slots[which, n]
        active, sets = _active_surcharges(tables, rides.service[ride], case.times.depart[ridden, n])
        active = np.where(slot == SLOTS.index("charter"), 0, active)
        keys = (
            rides.service[ride],
            rides.origin[ride],
            rides.destination[ride],
            slot,
            case.moves.unit[which],
            case.moves.gross[which],
            active,
        )

        def ridden_group(key: tuple[int, ...], sets: list[tuple[Surcharge, ...]] = sets) -> Group:
            s, i, j, slot, u, gross, code = key
            mass = None if gross < 0 else gross
            return departure_group(scenario, rides.services[s], ids[i], ids[j], SLOTS[slot], units[u], mass, sets[code])

        sums.add(which, keys, ridden_group)


def _active_surcharges(
    tables: list[tuple[Surcharge, ...]], service: Int64, depart: Int64
) -> tuple[Int64, list[tuple[Surcharge, ...]]]:
    """Code of the surcharges that hold for each boarding, and the surcharges of each code (code 0: none)."""
    codes: dict[tuple[int, int], int] = {}
    sets: list[tuple[Surcharge, ...]] = [()]
    found = np.zeros(service.size, dtype=np.int64)
    for s in np.unique(service):
        table = tables[s]
        if not table:
            continue
        at = np.flatnonzero(service == s)
        bits = np.zeros(at.size, dtype=np.int64)
        for n, row in enumerate(table):
            bits |= ((row.start_min <= depart[at]) & (depart[at] < row.end_min)).astype(np.int64) << n
        for pattern in np.unique(bits[bits > 0]):
            key = int(s), int(pattern)
            codes[key] = len(sets)
            sets.append(tuple(row for n, row in enumerate(table) if int(pattern) >> n & 1))
            found[at[bits == pattern]] = codes[key]
    return found, sets


def yard_stays(case: Priceable) -> list[tuple[Int64, Int64, Int64, Int64, Int64]]:
    """Stays of moves with chains in terminal yards: (positions in ``on_chain``, hub, from, to, minute of the lift)."""
    p = case.moves.passage[case.on_chain]
    chain = case.passages.chain[p]
    length = (case.chains.rides[chain] >= 0).sum(axis=1)
    everyone = np.arange(case.on_chain.size)
    hand_in, collect = case.passages.hand_in[p], case.passages.collect[p]
    times = case.times
    stays = [(everyone, case.chains.origin[chain].astype(np.int64), hand_in, times.depart[:, 0], hand_in)]
    for n in (1, 2):
        at = np.flatnonzero(length > n)
        if at.size:
            hub = case.rides.origin[case.chains.rides[chain[at], n]].astype(np.int64)
            ready = times.ready[at, n - 1]
            stays.append((at, hub, ready, times.depart[at, n], ready))
    ready = times.ready[everyone, length - 1]
    stays.append((everyone, case.chains.destination[chain].astype(np.int64), ready, collect, collect))
    return stays


def _add_terminals(case: Priceable, sums: Sums) -> None:
    scenario = case.scenario
    hubs = tuple(scenario.hubs.values())
    for at, hub, begin, end, _ in yard_stays(case):
        sums.add(case.on_chain[at], (hub,), lambda key: lift_group(scenario, hubs[key[0]]))
        days = -(-np.maximum(end - begin, 0) // MINUTES_PER_DAY)
        kept = days > 0
        sums.add(
            case.on_chain[at[kept]], (hub[kept], days[kept]), lambda key: storage_group(scenario, hubs[key[0]], key[1])
        )


def _add_units(case: Priceable, sums: Sums) -> None:
    scenario, passages, moves = case.scenario, case.passages, case.moves
    units = tuple(scenario.load_units.values())
    everyone = np.arange(moves.count)
    minutes = (passages.available - passages.latest)[moves.passage]
    days = -(-np.maximum(minutes, 0) // MINUTES_PER_DAY)
    sums.add(
        everyone, (moves.unit, days, moves.units), lambda key: rental_group(scenario, units[key[0]], key[1], key[2])
    )
    sums.add(case.on_chain, (moves.unit[case.on_chain],), lambda key: one_way_group(scenario, units[key[0]]))
    cooled = np.flatnonzero(np.array([unit.temperatures != {"ambient"} for unit in units], dtype=np.bool_)[moves.unit])
    sums.add(
        cooled,
        (minutes[cooled], moves.units[cooled]),
        lambda key: reefer_group(scenario, key[0], key[1]),
        powered=True,
    )


def crossing_cents(scenario: Scenario, places: Places, passages: Passages) -> Int64:
    """Objective-weighted cents of the customs crossing of each passage."""
    names = sorted({scenario.place(place).customs_territory for place in places.ids})
    number = {name: n for n, name in enumerate(names)}
    table = np.zeros((len(names), len(names)), dtype=np.int64)
    for row in reversed(scenario.crossings):
        if row.origin in number and row.destination in number and row.origin != row.destination:
            table[number[row.origin], number[row.destination]] = weigh(
                scenario.objective, "crossing", cents(row.eur), 0
            )
    return table[places.territory[passages.origin], places.territory[passages.destination]]
