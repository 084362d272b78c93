"""The lines of the lower bound: what can be ridden between two places, whatever the day."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from cargopool.footprint import move_coefficients
from cargopool.footprint.items import weigh
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.plan import DepartureStage, Move, RoadStage
from cargopool.network.arrays import ROAD, Network
from cargopool.network.keys import distinct
from cargopool.network.thinning import beaten_road_units
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_ends import CENTS_PER_GRAM_AND_EUR_PER_T, INF
from cargopool.rules.driving import trip_arrival
from cargopool.rules.roads import crossing_between, road_link
from cargopool.units import cents


class Line(NamedTuple):
    """One line; ``minutes`` is -1 for a timetable, whose moves are ``moves`` in the order of ``variants``."""

    origin: int
    destination: int
    unit: int
    modes: int
    minutes: int
    cost: float
    cost_powered: float
    cents_per_kg: float
    crossing: float
    capacity: tuple[int, int, int, int]
    units: int
    beaten: bool
    moves: Any
    variants: Any


def _truck_capacity(vehicle: RoadVehicle, unit: LoadUnitType) -> tuple[int, int, int, int]:
    units = unit.per_truck
    limit = vehicle.gross_limit_kg - vehicle.tractor_kg - units * unit.tare_kg
    return (
        units * unit.pallets_milli,
        max(0, min(units * unit.payload_kg, limit)),
        units * unit.volume_m3_milli,
        units * unit.loading_metres_milli,
    )


def _ways(network: Network, data: SearchData) -> list[tuple[int, int]]:
    """Ordered pairs of places that some shipment's freight may go between by road: hubs, and its own two ends."""
    able = data.k_handling < INF / 2
    hubs = len(network.scenario.hubs)
    inner = [int(p) for p in np.flatnonzero(able[:, :hubs].any(axis=0))]
    origins, ends = network.shipment_origin.tolist(), network.shipment_destination.tolist()
    ways = {(i, j) for i, j in product(inner, inner) if i != j}
    ways.update((i, j) for i, j in product({o for o in origins if o >= hubs}, inner))
    ways.update((i, j) for i, j in product(inner, {e for e in ends if e >= hubs}))
    ways.update(zip(origins, ends, strict=True))
    return sorted(way for way in ways if way[0] != way[1])


def road_lines(network: Network, data: SearchData) -> list[Line]:
    """Road rides at any time between the places that freight may go between, at their least minutes and cost."""
    scenario = network.scenario
    price = scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
    sealed = {s.load_unit for s in scenario.shipments.values() if s.load_units}
    beaten = beaten_road_units(scenario)
    pairs = [
        (vehicle, scenario.load_units[unit_id])
        for vehicle in scenario.vehicles.values()
        for unit_id in sorted(vehicle.unit_types - (beaten - sealed))
        if unit_id in scenario.load_units and "road" in scenario.load_units[unit_id].modes
    ]
    lines = []
    for i, j in _ways(network, data):
        link = road_link(scenario, network.place_ids[i], network.place_ids[j])
        if link is None:
            continue
        crossing = crossing_between(scenario, network.place_ids[i], network.place_ids[j])
        for vehicle, unit in pairs:
            arrival = trip_arrival(scenario, link, 0, vehicle.manning, bans=False)
            move = _ride_move(network, (i, j), vehicle, unit, arrival, arrival + (crossing.minutes if crossing else 0))
            known = move_coefficients(scenario, move)
            lines.append(
                Line(
                    i,
                    j,
                    network.unit_ids.index(unit.id),
                    8,
                    move.available_min,
                    known.objective_cents + price * known.grams,
                    known.objective_cents + price * known.grams_powered,
                    price * known.grams_per_kg + known.cents_per_kg,
                    float(weigh(scenario.objective, "crossing", cents(crossing.eur), 0)) if crossing else 0.0,
                    _truck_capacity(vehicle, unit),
                    unit.per_truck,
                    unit.id in beaten,
                    None,
                    None,
                )
            )
    return lines


def _ride_move(
    network: Network, way: tuple[int, int], vehicle: RoadVehicle, unit: LoadUnitType, arrival: int, available: int
) -> Move:
    """The road move of a ride, leaving at minute 0 without bans: the shortest and so the cheapest that it can be."""
    origin, destination = network.place_ids[way[0]], network.place_ids[way[1]]
    stage = RoadStage(
        purpose="main", vehicle=vehicle.id, origin=origin, destination=destination, depart_min=0, arrive_min=arrival
    )
    return Move(
        id="ride",
        kind="road",
        origin=origin,
        destination=destination,
        unit_type=unit.id,
        stages=(stage,),
        latest_min=0,
        available_min=available,
        units_per_move=unit.per_truck,
    )


def timetable_lines(network: Network, data: SearchData, use: Any, bucket_min: int) -> list[Line]:
    """Moves but road moves by line and variant; moves that ride headway services only become any-time lines."""
    scenario = network.scenario
    fixed = np.flatnonzero(network.move_kind != ROAD)
    if not fixed.size:
        return []
    mark = np.random.default_rng(7).integers(1, 1 << 40, use.shape[1])
    signature = np.asarray(use @ mark.astype(np.float64)).ravel()[fixed]
    headway = np.full(fixed.size, -1, np.int64)
    if any(service.headway_min is not None for service in scenario.services.values()):
        for n in np.flatnonzero(np.diff(use.indptr)[fixed] == 0):
            headway[n] = _headway_minutes(network, int(fixed[n]))
    _, line_of = distinct(
        [
            network.move_origin[fixed],
            network.move_destination[fixed],
            network.move_unit[fixed],
            network.move_capacity[fixed, 1],
            network.move_modes[fixed],
            headway,
            np.where(headway >= 0, 0, network.move_latest[fixed] // bucket_min),
        ]
    )
    order = np.lexsort((network.move_latest[fixed], signature, line_of))
    members, sorted_line, sorted_signature = fixed[order], line_of[order], signature[order]
    new_line = np.append(True, sorted_line[1:] != sorted_line[:-1])
    starts = np.flatnonzero(new_line)
    variants = np.flatnonzero(new_line | np.append(True, sorted_signature[1:] != sorted_signature[:-1]))
    first = members[starts]
    ends = np.append(starts[1:], members.size)
    first_variant = np.searchsorted(variants, np.append(starts, members.size))
    least = [
        np.minimum.reduceat(of[members], starts).tolist()
        for of in (data.m_cost, data.m_cost_powered, data.m_cents_per_kg, data.m_crossing)
    ]
    columns = zip(
        network.move_origin[first].tolist(),
        network.move_destination[first].tolist(),
        network.move_unit[first].tolist(),
        network.move_modes[first].tolist(),
        headway[order[starts]].tolist(),
        *least,
        map(tuple, np.maximum.reduceat(network.move_capacity[members], starts, axis=0).tolist()),
        network.move_units[first].tolist(),
        [False] * starts.size,
        [members[a:b] for a, b in zip(starts, ends, strict=True)],
        [variants[a:b] - n for a, b, n in zip(first_variant[:-1], first_variant[1:], starts, strict=True)],
        strict=True,
    )
    return [Line(*values) for values in columns]


def _headway_minutes(network: Network, m: int) -> int:
    """Least minutes of a move that rides headway services only, -1 when it rides another."""
    move = network.describe(m)
    stages = [s for s in move.stages if isinstance(s, DepartureStage) and s.slot == "headway"]
    if len(stages) != len(move.stages):
        return -1
    crossing = crossing_between(network.scenario, move.origin, move.destination)
    lift = network.scenario.hubs[move.destination].lift_min
    return stages[-1].pick_up_ready_min - move.latest_min + lift + (crossing.minutes if crossing else 0)
