"""Which ways are worth a look: cheapest costs of full load units from place to place, for thinned networks.

A shipment's way over a move is judged as if its freight shared full units all along, at the cheapest slot and unit
type and without waiting. Ways dearer than the direct truck are left out of networks that are only searched; P itself
and the bound never use this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cargopool.footprint.carriers import intensity, link_countries
from cargopool.footprint.energy import vehicle_line
from cargopool.footprint.external import ROAD as ROAD_RATES
from cargopool.footprint.external import stage_rate
from cargopool.footprint.items import Group
from cargopool.footprint.road import DROP_TRIPS
from cargopool.footprint.scheduled import departure_group, lift_group
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import RoadVehicle
from cargopool.model.place import Door, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import ROAD, Bool, Float64, Int64
from cargopool.network.freight import Freight, Reach
from cargopool.network.places import NEVER, Places
from cargopool.network.rides import Chains, Rides
from cargopool.network.trips import Trips
from cargopool.network.variants import SLOTS, rides_unit, slot_options
from cargopool.units import CENTS_PER_EUR, MINUTES_PER_HOUR

USUAL_KG = 14_000
"""Cargo of a full unit, for the energy of what it carries."""

HANDLED_PALLETS = 15.0
"""Pallets by which cross-docks and tours count against whole units: half a unit."""

ROAD_DAYS, RIDE_DAYS = 1.0, 3.0
"""Days of rental on the road and on a chain."""

_GRAMS_PER_T = 1e6
_SAMPLE = 200
_SHARE_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Worth:
    """Cheapest costs over places P and lanes L, EUR per full unit; inf where there is no way.

    Attributes
    ----------
    road, ridden : float64[P, P]
        Cheapest truck, and cheapest scheduled or door move.
    ride : float64[R]
        Cheapest slot and unit type of each ride, and the lift at its end.
    step : float64[H, H]
        Cheapest ride, or two, between hubs, each with the lift at its end.
    board : float64[H]
        What a chain costs besides its rides: the lift at its first hub, rental.
    lane : int64[K]
        Lane (origin, destination) of each shipment.
    begin, end : float64[N, L, P]
        Cheapest way from the lane's origin to be handled at a place after at most n moves, and from being available
        there to the lane's destination with at most n moves.
    start, onward : float64[L, H]
        Cheapest way from the lane's origin to a chain's first hub, haulage included, and from its last hub on.
    most : float64[L]
        Dearest way that is worth a look.
    """

    road: Float64
    ridden: Float64
    ride: Float64
    step: Float64
    board: Float64
    lane: Int64
    begin: Float64
    end: Float64
    start: Float64
    onward: Float64
    most: Float64

    def pays(self, kind: int, k: Int64 | slice, origin: int, destination: int) -> Bool:
        """Whether a move of a kind between two places is worth a look to shipments ``k``."""
        arc = (self.road if kind == ROAD else self.ridden)[origin, destination]
        last = self.begin.shape[0] - 1
        way = self.begin[0, :, origin] + self.end[last, :, destination]
        for n in range(1, last + 1):
            way = np.minimum(way, self.begin[n, :, origin] + self.end[last - n, :, destination])
        found: Bool = (way + arc <= self.most)[self.lane[k]]
        return found

    def chains_pay(self, chains: Chains, *, extend: bool) -> Bool:
        """Whether each chain is worth a look to some lane; with ``extend`` also as the beginning of a longer one."""
        onward = self.onward
        if extend:
            onward = np.minimum(onward, (self.step[None, :, :] + onward[:, None, :]).min(axis=2))
        room = np.full(self.step.shape, -np.inf)
        for start, rest, most in zip(self.start, onward, self.most, strict=True):
            np.maximum(room, most - start[:, None] - rest[None, :], out=room)
        cost = np.where(chains.rides >= 0, self.ride[chains.rides], 0.0).sum(axis=1) + self.board[chains.origin]
        found: Bool = cost <= room[chains.origin, chains.destination]
        return found


def worth_of(
    scenario: Scenario,
    places: Places,
    freight: Freight,
    rides: Rides,
    trips: Trips,
    road_minutes: Int64,
    *,
    dearer: float,
    dearer_eur: float,
    most_ways: int,
) -> Worth:
    """Costs of a scenario; ways may be dearer than the direct truck by a share and an amount.

    The share shrinks, down to nothing, while all shipments together have more than ``most_ways`` ways to look at.
    """
    hubs = places.hub_count
    lift = np.array([_eur(scenario, lift_group(scenario, hub)) for hub in scenario.hubs.values()])
    ride = _ride_costs(scenario, rides) + lift[rides.destination]
    step = np.full((hubs, hubs), np.inf)
    np.minimum.at(step, (rides.origin, rides.destination), ride)
    two = np.minimum(step, _min_plus(step, step))
    rental = min((u.rental_eur_day * (RIDE_DAYS + u.return_days) for u in scenario.load_units.values()), default=0.0)
    board = lift + rental
    chain = np.minimum(two, _min_plus(two, step)) + board[:, None]
    road = _road_costs(scenario, places, trips, road_minutes)
    out = _hauled(scenario, places, trips, freight.out_reach, "haulage_out")
    back = _hauled(scenario, places, trips, freight.in_reach, "haulage_in")
    ridden = np.full_like(road, np.inf)
    ridden[:hubs, :hubs] = chain
    ridden[:, :hubs] = np.minimum(ridden[:, :hubs], _min_plus(out, chain))
    ridden[:, hubs:] = np.minimum(ridden[:, hubs:], _min_plus(ridden[:, :hubs], back[hubs:].T))
    ends = np.stack([freight.origin, freight.destination], axis=1)
    lanes, lane = np.unique(ends.astype(np.int64), axis=0, return_inverse=True)
    arc = np.minimum(road, ridden)
    begin, end, best = _lane_costs(scenario, places, freight, trips, lanes, arc)
    direct = road[lanes[:, 0], lanes[:, 1]] + begin[0][np.arange(len(lanes)), lanes[:, 0]]
    direct += end[0][np.arange(len(lanes)), lanes[:, 1]]
    by_truck = (begin[0] + _min_plus(end[0], road.T)).min(axis=1)
    direct = np.where(direct < np.inf, direct, np.where(by_truck < np.inf, by_truck, 2 * best))
    shipments = np.bincount(lane.reshape(-1), minlength=len(lanes))
    share = _affordable(begin, end, arc, direct, shipments, dearer=dearer, dearer_eur=dearer_eur, most_ways=most_ways)
    most = direct * (1 + share) + dearer_eur
    return Worth(
        road=road,
        ridden=ridden,
        ride=ride,
        step=two,
        board=board,
        lane=lane.reshape(-1).astype(np.int64),
        begin=_by_place(begin),
        end=_by_place(end),
        start=np.minimum(begin.min(axis=0)[:, :hubs], out[lanes[:, 0]]),
        onward=np.minimum(end.min(axis=0)[:, :hubs], back[lanes[:, 1]]),
        most=np.where(most < np.inf, most, -np.inf),
    )


def _by_place(table: Float64) -> Float64:
    """A table [N, L, P] with the lanes of a place side by side, as they are looked up."""
    return np.ascontiguousarray(table.transpose(0, 2, 1)).transpose(0, 2, 1)


def _affordable(
    begin: Float64,
    end: Float64,
    arc: Float64,
    direct: Float64,
    shipments: Int64,
    *,
    dearer: float,
    dearer_eur: float,
    most_ways: int,
) -> float:
    """Largest share up to ``dearer`` at which (shipment, from, to) triples are few enough, by a sample of lanes."""
    order = np.repeat(np.arange(shipments.size), shipments)
    lanes, weight = np.unique(order[:: max(1, order.size // _SAMPLE)], return_counts=True)
    shares = np.array([*np.arange(0.0, dearer, _SHARE_STEP), max(0.0, dearer)])
    last, found = begin.shape[0] - 1, np.zeros(shares.size)
    for lane, count in zip(lanes.tolist(), weight.tolist(), strict=True):
        way = np.min([begin[n, lane][:, None] + end[last - n, lane][None, :] for n in range(last + 1)], axis=0) + arc
        excess = np.sort((way[np.isfinite(way)] - dearer_eur) / max(1.0, float(direct[lane])) - 1.0)
        found += count * np.searchsorted(excess, shares, side="right")
    few = np.flatnonzero(found * order.size / weight.sum() <= most_ways)
    return float(shares[few[-1]]) if few.size else min(0.0, dearer)


def _min_plus(a: Float64, b: Float64) -> Float64:
    """Cheapest sums over what lies between, row by row."""
    found = np.full((a.shape[0], b.shape[1]), np.inf)
    for via in range(b.shape[0]):
        np.minimum(found, a[:, via, None] + b[None, via, :], out=found)
    return found


def _eur(scenario: Scenario, group: Group) -> float:
    """Money, carbon and counted external costs of a group, with usual cargo."""
    grams = group.grams + sum(rate.grams_per_kg * USUAL_KG for rate in group.load)
    cents = group.weighted_cents + group.external_per_kg * USUAL_KG
    return cents / CENTS_PER_EUR + _carbon_eur(scenario, grams)


def _carbon_eur(scenario: Scenario, grams: float) -> float:
    return grams / _GRAMS_PER_T * scenario.objective.carbon_price_eur_per_t


def _ride_costs(scenario: Scenario, rides: Rides) -> Float64:
    """Cheapest slot and unit type of each ride, surcharges left out."""
    ids = tuple(scenario.hubs)
    known: dict[tuple[int, int, int], float] = {}
    found = np.full(rides.count, np.inf)
    for r, key in enumerate(
        zip(rides.service.tolist(), rides.origin.tolist(), rides.destination.tolist(), strict=True)
    ):
        if key not in known:
            service = rides.services[key[0]]
            heaviest = service.tariff.weight_classes[-1].up_to_kg if service.tariff.weight_classes else None
            costs = (
                departure_group(scenario, service, ids[key[1]], ids[key[2]], SLOTS[slot], unit, heaviest, ())
                for unit in scenario.load_units.values()
                if rides_unit(service, unit)
                for slot in slot_options(service)
            )
            known[key] = min((_eur(scenario, group) for group in costs), default=np.inf)
        found[r] = known[key]
    return found


def _truck_eur(scenario: Scenario, link: RoadLink, vehicle: RoadVehicle, empty: float, times_fixed: int) -> float:
    """A loaded trip and its empty kilometres, by the rates of `cargopool.footprint.road`, not rounded."""
    ride = scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0
    money = times_fixed * vehicle.eur_fixed + link.km * (vehicle.eur_per_km + empty * vehicle.eur_per_empty_km)
    money += (link.drive_min + ride) / MINUTES_PER_HOUR * vehicle.eur_per_h
    money += sum(km * vehicle.toll_eur_per_km.get(country, 0.0) for country, km in link.countries)
    money += scenario.factors.shuttle_eur[link.shuttle] if link.shuttle else 0.0
    line = vehicle_line(scenario, vehicle)
    energy = link.km * ((1 + empty) * line.mj_per_km_empty + line.slope * USUAL_KG)
    energy *= distance_factor(scenario.factors, "road")
    external = stage_rate(scenario, ROAD_RATES, link.km, link.km * (1 + empty))
    money = max(money, vehicle.min_eur)
    money += (external.objective_per_kg * USUAL_KG + external.objective_use_cents) / CENTS_PER_EUR
    return money + _carbon_eur(
        scenario, energy * sum(intensity(scenario, vehicle.carrier, link_countries(scenario, link)))
    )


def _road_costs(scenario: Scenario, places: Places, trips: Trips, road_minutes: Int64) -> Float64:
    units = [unit for unit in scenario.load_units.values() if "road" in unit.modes]
    vehicles = {}
    for vehicle in scenario.vehicles.values():
        rents = [u.rental_eur_day * (ROAD_DAYS + u.return_days) for u in units if u.id in vehicle.unit_types]
        if rents:
            vehicles[vehicle.id] = min(rents)
    found = np.full((len(places.ids), len(places.ids)), np.inf)
    for i, j in zip(*np.nonzero(road_minutes < NEVER), strict=True):
        link = trips.link(int(i), int(j))
        if link is not None:
            found[i, j] = min(
                _truck_eur(scenario, link, scenario.vehicles[v], scenario.vehicles[v].empty_km_factor, 1) + rent
                for v, rent in vehicles.items()
            )
    return found


def _hauled(scenario: Scenario, places: Places, trips: Trips, reaches: dict[int, Reach], purpose: str) -> Float64:
    """Unit haulage between places and hubs, float64[P, H]; 0 at the hub itself."""
    found = np.full((len(places.ids), places.hub_count), np.inf)
    vehicle = scenario.vehicles.get(scenario.drayage.vehicle)
    for door, reach in reaches.items() if vehicle is not None else ():
        place = scenario.place(places.ids[door])
        drop = isinstance(place, Door) and place.loading == "drop"
        for hub in reach.haulage_min:
            link = trips.link(door, hub)
            if link is not None and vehicle is not None:
                factor = vehicle.haulage_empty_km_factor + (DROP_TRIPS if drop else 0)
                rate = scenario.drayage.rates.get((purpose, place.id, places.ids[hub]), 1.0)
                found[door, hub] = rate * _truck_eur(scenario, link, vehicle, factor, DROP_TRIPS if drop else 1)
    return found


def _tours(
    scenario: Scenario, places: Places, trips: Trips, reaches: dict[int, Reach], kind: str
) -> Iterator[tuple[int, int, float]]:
    """Collection or delivery tours: door, hub, EUR of half a unit."""
    drayage = scenario.drayage
    for door, reach in reaches.items():
        for hub in reach.tour_min:
            link = trips.link(door, hub)
            if link is not None:
                per_pallet = drayage.collection_eur_per_pallet + link.km * drayage.collection_eur_per_pallet_km
                rate = drayage.rates.get((kind, places.ids[door], places.ids[hub]), 1.0)
                yield door, hub, rate * (drayage.collection_eur_fixed + HANDLED_PALLETS * per_pallet)


def _lane_costs(
    scenario: Scenario, places: Places, freight: Freight, trips: Trips, lanes: Int64, arc: Float64
) -> tuple[Float64, Float64, Float64]:
    """``begin`` and ``end`` of `Worth`, and the cheapest way of each lane."""
    moves, count = scenario.scope.max_moves, len(lanes)
    handling = np.zeros(len(places.ids))
    for h, hub in enumerate(scenario.hubs.values()):
        handling[h] = hub.cross_dock.eur_per_pallet * HANDLED_PALLETS if hub.cross_dock else 0.0
    between = np.where(np.arange(handling.size) < places.hub_count, handling, np.inf)
    begin = np.full((moves, count, handling.size), np.inf)
    end = np.full_like(begin, np.inf)
    everyone = np.arange(count)
    begin[0, everyone, lanes[:, 0]] = handling[lanes[:, 0]]
    end[0, everyone, lanes[:, 1]] = handling[lanes[:, 1]]
    for table, side, reaches in ((begin, 0, freight.out_reach), (end, 1, freight.in_reach)):
        for door, h, eur in _tours(scenario, places, trips, reaches, "delivery" if side else "collection"):
            table[0, lanes[:, side] == door, h] = eur + handling[h]
    for n in range(1, moves):
        begin[n] = np.minimum(begin[n - 1], _min_plus(begin[n - 1], arc) + between[None, :])
        end[n] = np.minimum(end[n - 1], _min_plus(end[n - 1], arc.T) + between[None, :])
    best = (begin[0] + _min_plus(end[moves - 1], arc.T)).min(axis=1)
    # Looked up place by place: the lanes of a place side by side.
    begin, end = (np.ascontiguousarray(table.transpose(0, 2, 1)).transpose(0, 2, 1) for table in (begin, end))
    return begin, end, best
