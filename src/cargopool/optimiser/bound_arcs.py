"""Arcs, entries and groups of the lower bound: a relaxation that covers every move of the reference model P."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from cargopool.footprint import move_coefficients
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.plan import DepartureStage, Move, RoadStage
from cargopool.network.arrays import ROAD, Network
from cargopool.network.thinning import beaten_road_units
from cargopool.optimiser.kernel_data import handled
from cargopool.optimiser.search_data import CENTS_PER_GRAM_AND_EUR_PER_T, INF, NEVER, SearchData
from cargopool.rules.driving import trip_arrival
from cargopool.rules.roads import crossing_between, road_link


class ArcArrays(NamedTuple):
    """What the kernels read. Entries of a shipment at a place: ``origin_ptr[k, p]:origin_ptr[k, p + 1]``.

    ``ai`` int64[A, 6] and ``af`` float64[A, 2]: columns by the constants of `bound_kernels`. ARC_MINUTES >= 0: leaves
    at any minute of [ARC_EARLIEST, ARC_LATEST] and takes that long; else the arc is a move that must be handed over by
    ARC_LATEST, is there at ARC_AVAILABLE and, loose, handled at ARC_DONE.
    """

    origin_ptr: Any
    entry_arc: Any
    ai: Any
    af: Any


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs with their groups.

    Attributes
    ----------
    kernel : ArcArrays
    entry_arc, entry_group : int[E]
    entry_weight, entry_whole : float64[E]
        Share of a load unit that the shipment takes in the group's tightest dimension, and the whole units that it
        needs at least.
    group_ptr, group_entries : int64[G + 1], int64[E]
    group_cost : float64[G]
        Cents of one use, carbon and charter share inside.
    group_rows : csr_matrix[G, R]
        Row use of one use.
    row_scale : float64[R]
        One over the typical amount of a row's users.
    row_fixed : bool[R]
        Rows whose price does not move (rows of charter runs).
    """

    kernel: ArcArrays
    entry_arc: Any
    entry_group: Any
    entry_weight: Any
    entry_whole: Any
    group_ptr: Any
    group_entries: Any
    group_cost: Any
    group_rows: Any
    row_scale: Any
    row_fixed: Any


class Ride(NamedTuple):
    """A way of riding between two places at any time: road, or headway services only."""

    origin: int
    destination: int
    unit: str
    modes: int
    minutes: int
    cost: float
    cost_powered: float
    cents_per_kg: float
    crossing: float
    capacity: tuple[int, int, int, int]
    units: int


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


def _road_rides(network: Network, data: SearchData) -> list[Ride]:
    scenario = network.scenario
    price = scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
    crossing_weight = 100.0 * scenario.objective.weights.get("crossing", 1.0)
    sealed = {s.load_unit for s in scenario.shipments.values() if s.load_units}
    beaten = beaten_road_units(scenario) - sealed
    pairs = [
        (vehicle, scenario.load_units[unit_id])
        for vehicle in scenario.vehicles.values()
        for unit_id in sorted(vehicle.unit_types - beaten)
        if unit_id in scenario.load_units and "road" in scenario.load_units[unit_id].modes
    ]
    rides = []
    for i, j in _ways(network, data):
        link = road_link(scenario, network.place_ids[i], network.place_ids[j])
        if link is None:
            continue
        crossing = crossing_between(scenario, network.place_ids[i], network.place_ids[j])
        for vehicle, unit in pairs:
            arrival = trip_arrival(scenario, link, 0, vehicle.manning, bans=False)
            move = _ride_move(network, (i, j), vehicle, unit, arrival, arrival + (crossing.minutes if crossing else 0))
            known = move_coefficients(scenario, move)
            rides.append(
                Ride(
                    i,
                    j,
                    unit.id,
                    8,
                    move.available_min,
                    known.objective_cents + price * known.grams,
                    known.objective_cents + price * known.grams_powered,
                    price * known.grams_per_kg,
                    crossing.eur * crossing_weight if crossing else 0.0,
                    _truck_capacity(vehicle, unit),
                    unit.per_truck,
                )
            )
    return rides


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


def _headway_rides(network: Network, data: SearchData) -> tuple[list[Ride], Any]:
    """Rides of moves that only use headway services, and the mask of the moves that they stand for."""
    scenario = network.scenario
    mask = np.zeros(network.moves, np.bool_)
    if all(service.headway_min is None for service in scenario.services.values()):
        return [], mask
    rides: dict[tuple[Any, ...], Ride] = {}
    for m in np.flatnonzero(network.move_kind != ROAD):
        move = network.describe(int(m))
        stages = [s for s in move.stages if isinstance(s, DepartureStage) and s.slot == "headway"]
        if len(stages) != len(move.stages):
            continue
        mask[m] = True
        last = stages[-1]
        crossing = crossing_between(scenario, move.origin, move.destination)
        lift = scenario.hubs[move.destination].lift_min
        minutes = last.pick_up_ready_min - move.latest_min + lift + (crossing.minutes if crossing else 0)
        key = (move.origin, move.destination, move.unit_type, tuple(s.service for s in stages), move.max_gross_kg)
        ride = Ride(
            int(network.move_origin[m]),
            int(network.move_destination[m]),
            move.unit_type,
            int(network.move_modes[m]),
            minutes,
            float(data.m_cost[m]),
            float(data.m_cost_powered[m]),
            float(data.m_cents_per_kg[m]),
            float(data.m_crossing[m]),
            tuple(int(x) for x in network.move_capacity[m]),  # type: ignore[arg-type]
            int(network.move_units[m]),
        )
        old = rides.get(key)
        if old is not None:
            ride = ride._replace(
                minutes=min(ride.minutes, old.minutes),
                cost=min(ride.cost, old.cost),
                cost_powered=min(ride.cost_powered, old.cost_powered),
            )
        rides[key] = ride
    return list(rides.values()), mask


def _reach(data: SearchData, k: int, pairs: Any, fixed: Any, network: Network) -> tuple[Any, Any]:
    """Earliest minute that shipment ``k`` can leave each place, and latest that it may be there, by relaxation."""
    origin, destination, minutes = pairs
    places = data.place_handling.size
    handling = np.zeros(places, np.int64) if data.k_units[k] > 0 else data.place_handling
    early = np.full(places, NEVER // 4, np.int64)
    late = np.full(places, -NEVER // 4, np.int64)
    for o in range(data.start_ptr[k], data.start_ptr[k + 1]):
        p = data.start_place[o]
        early[p] = min(early[p], data.start_minute[o] + handling[p])
    for e in range(data.end_ptr[k], data.end_ptr[k + 1]):
        p = data.end_place[e]
        unload = data.place_handling[data.end_door[e]] if data.end_door[e] >= 0 else 0
        late[p] = max(late[p], data.k_latest[k] - handling[p] - data.end_minutes[e] - unload)
    able = data.k_handling[k] < INF / 2
    fo, fd = data.m_origin[fixed], data.m_destination[fixed]
    for _ in range(data.max_moves):
        fits = early[fo] <= data.m_latest[fixed]
        np.minimum.at(early, fd[fits], data.m_available[fixed][fits] + handling[fd[fits]])
        np.minimum.at(early, destination, early[origin] + minutes + handling[destination])
        early[~able] = NEVER // 4
        fits = data.m_available[fixed] <= late[fd]
        np.maximum.at(late, fo[fits], data.m_latest[fixed][fits] - handling[fo[fits]])
        np.maximum.at(late, origin, late[destination] - minutes - handling[origin])
        late[~able] = -NEVER // 4
    return early, late


def make_arcs(network: Network, data: SearchData, bucket_min: int) -> Arcs:
    """Build the relaxation of a network.

    Parameters
    ----------
    network : Network
        Its scheduled and door moves are taken as they are; its road moves are replaced by any-time rides.
    bucket_min : int
        Minutes of departure time that one arc of a ride stands for.
    """
    scenario = network.scenario
    units = scenario.load_units
    any_time, headway = _headway_rides(network, data)
    road = _road_rides(network, data)
    rides = road + any_time
    beaten = beaten_road_units(scenario)
    dropped = np.array([r.unit in beaten for r in road] + [False] * len(any_time), np.bool_)
    ride_pairs = (
        np.array([r.origin for r in rides], np.int64),
        np.array([r.destination for r in rides], np.int64),
        np.array([r.minutes for r in rides], np.int64),
    )
    ride_modes = np.array([r.modes for r in rides], np.int64)
    ride_unit = np.array([network.unit_ids.index(r.unit) for r in rides], np.int64)
    ride_capacity = np.array([r.capacity for r in rides], np.int64).reshape(-1, 4)
    fixed_mask = (network.move_kind != ROAD) & ~headway
    keys: list[Any] = []
    owners: list[Any] = []
    base = network.moves
    span = max(1, int(data.k_latest.max(initial=0)) // bucket_min + 2)
    for k, shipment in enumerate(scenario.shipments.values()):
        fixed = network.usable[k][fixed_mask[network.usable[k]]]
        takes = np.array([shipment.temperature in units[u].temperatures for u in network.unit_ids])
        if shipment.load_units:
            takes = np.array([u == shipment.load_unit for u in network.unit_ids])
        able = takes[ride_unit] & ((ride_modes & ~int(network.shipment_modes[k])) == 0)
        if not shipment.load_units:
            able &= ~dropped
        share = data.k_size[k][None, :] > 0
        able &= ~(share & (ride_capacity <= 0)).any(axis=1)
        reach = np.flatnonzero(able)
        pairs = tuple(a[reach] for a in ride_pairs)
        early, late = _reach(data, k, pairs, fixed, network)
        origin, destination, minutes = pairs
        able_place = data.k_handling[k] < INF / 2
        fits = (early[origin] + minutes <= late[destination]) & able_place[origin] & able_place[destination]
        fits &= (destination != network.shipment_origin[k]) & (origin != network.shipment_destination[k])
        reach, origin, destination, minutes = reach[fits], origin[fits], destination[fits], minutes[fits]
        first = early[origin] // bucket_min
        count = (late[destination] - minutes) // bucket_min - first + 1
        ride = np.repeat(reach, count)
        bucket = np.concatenate([[0], np.cumsum(count)[:-1]]) if count.size else np.zeros(0, np.int64)
        bucket = np.arange(ride.size) - np.repeat(bucket, count) + np.repeat(first, count)
        keys.append(np.concatenate([fixed.astype(np.int64), base + ride * span + np.maximum(bucket, 0)]))
        owners.append(np.full(keys[-1].size, k, np.int64))
    key = np.concatenate([*keys, np.zeros(0, np.int64)])
    owner = np.concatenate([*owners, np.zeros(0, np.int64)])
    arc_key, entry_arc = np.unique(key, return_inverse=True)
    return _assemble(network, data, rides, ride_capacity, arc_key, entry_arc, owner, base, span, bucket_min)


def _assemble(
    network: Network,
    data: SearchData,
    rides: list[Ride],
    ride_capacity: Any,
    arc_key: Any,
    entry_arc: Any,
    owner: Any,
    base: int,
    span: int,
    bucket_min: int,
) -> Arcs:
    is_move = arc_key < base
    move = np.where(is_move, arc_key, 0)
    ride = np.where(is_move, 0, (arc_key - base) // span)
    bucket = np.where(is_move, 0, (arc_key - base) % span)

    def pick(of_move: Any, of_ride: list[Any], kind: Any = np.int64) -> Any:
        """Values per arc from the move arrays or from the rides."""
        if not of_ride:
            return np.asarray(of_move[move], kind)
        if not network.moves:
            return np.asarray(of_ride, kind)[ride]
        return np.where(is_move, np.asarray(of_move, kind)[move], np.asarray(of_ride, kind)[ride])

    arc_origin = pick(network.move_origin, [r.origin for r in rides])
    order = np.lexsort((arc_origin[entry_arc], owner))
    entry_arc, owner = entry_arc[order], owner[order]
    places = len(network.place_ids)
    shipments = data.k_class.size
    flat = owner * (places + 1) + arc_origin[entry_arc]
    origin_ptr = np.searchsorted(flat, np.arange(shipments * (places + 1))).reshape(shipments, places + 1)
    arc_cost = pick(data.m_cost, [r.cost for r in rides], np.float64)
    arc_cost_powered = pick(data.m_cost_powered, [r.cost_powered for r in rides], np.float64)
    capacity = np.where(
        is_move[:, None],
        network.move_capacity[move] if network.moves else 0,
        ride_capacity[ride] if len(rides) else 0,
    )
    no_ride = np.zeros(network.moves, np.int64)
    arc_minutes = np.where(is_move, -1, pick(no_ride, [r.minutes for r in rides]))
    kernel = ArcArrays(
        origin_ptr=origin_ptr.astype(np.int64),
        entry_arc=entry_arc.astype(np.int64),
        ai=np.ascontiguousarray(
            np.column_stack(
                [
                    pick(network.move_destination, [r.destination for r in rides]),
                    bucket * bucket_min,
                    np.where(is_move, pick(data.m_latest, [0] * len(rides)), (bucket + 1) * bucket_min - 1),
                    arc_minutes,
                    pick(data.m_available, [0] * len(rides)),
                    pick(handled(data), [0] * len(rides)),
                ]
            ).astype(np.int64)
        ),
        af=np.ascontiguousarray(
            np.column_stack(
                [
                    pick(data.m_cents_per_kg, [r.cents_per_kg for r in rides], np.float64),
                    pick(data.m_crossing, [r.crossing for r in rides], np.float64),
                ]
            )
        ),
    )
    classes = len(network.class_keys)
    group_key, entry_group = np.unique(entry_arc * classes + data.k_class[owner], return_inverse=True)
    group_arc, group_class = group_key // classes, group_key % classes
    powered = np.asarray(network.class_powered)[group_class]
    group_cost = np.where(powered, arc_cost_powered[group_arc], arc_cost[group_arc])
    per_use = pick(network.move_units, [r.units for r in rides])[entry_arc]
    weight, whole = _weights(network, data, (capacity[entry_arc], per_use), owner, entry_group, group_key.size)
    group_rows, group_cost = _rows(network, data, group_arc, powered, is_move, move, group_cost)
    by_group = np.argsort(entry_group, kind="stable")
    counts = np.bincount(entry_group, minlength=group_key.size)
    users = np.bincount(group_rows.indices, minlength=data.row_limit.size)
    amount = np.asarray(group_rows.sum(axis=0)).ravel()
    return Arcs(
        kernel=kernel,
        entry_arc=kernel.entry_arc,
        entry_group=entry_group.astype(np.int64),
        entry_weight=weight,
        entry_whole=whole,
        group_ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        group_entries=by_group.astype(np.int64),
        group_cost=group_cost,
        group_rows=group_rows,
        row_scale=np.where(amount > 0, users / np.maximum(amount, 1), 0.0),
        row_fixed=np.asarray(network.row_run >= 0),
    )


def _weights(
    network: Network, data: SearchData, room: tuple[Any, Any], owner: Any, group: Any, groups: int
) -> tuple[Any, Any]:
    """Share of a use per entry in its group's tightest dimension, and whole uses needed."""
    capacity, per_use = room
    size = data.k_size[owner].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(size > 0, size / np.maximum(capacity, 1), 0.0)
    totals = np.stack([np.bincount(group, weights=share[:, d], minlength=groups) for d in range(4)], axis=1)
    weight = share[np.arange(owner.size), totals.argmax(axis=1)[group]] if owner.size else np.zeros(0)
    most = share.max(axis=1, initial=0.0)
    splits = np.asarray(network.shipment_max_parts)[owner] > 1
    whole = np.where(splits, np.maximum(1.0, most), np.maximum(1.0, np.ceil(most - 1e-9)))
    sealed = data.k_units[owner] / per_use
    weight = np.where(sealed > 0, sealed, weight)
    whole = np.where(sealed > 0, np.where(splits, np.maximum(1.0, sealed), np.ceil(sealed)), whole)
    return weight, whole


def _rows(
    network: Network, data: SearchData, group_arc: Any, powered: Any, is_move: Any, move: Any, group_cost: Any
) -> tuple[Any, Any]:
    """Row use per group, and group costs with the charter runs' share of one row each."""
    shape = (network.moves, data.row_limit.size)
    plain = csr_matrix((network.move_rows.amount, network.move_rows.index, network.move_rows.indptr), shape=shape)
    plugs = csr_matrix(
        (network.move_rows_powered.amount, network.move_rows_powered.index, network.move_rows_powered.indptr),
        shape=shape,
    )
    groups = group_arc.size
    on_move = np.flatnonzero(is_move[group_arc])
    hot = on_move[powered[on_move]]
    select = csr_matrix((np.ones(on_move.size), (on_move, move[group_arc[on_move]])), shape=(groups, network.moves))
    select_hot = csr_matrix((np.ones(hot.size), (hot, move[group_arc[hot]])), shape=(groups, network.moves))
    use = csr_matrix(select @ plain.astype(np.float64) + select_hot @ plugs.astype(np.float64))
    row_run = np.asarray(network.row_run)
    users = np.bincount(use.indices, minlength=data.row_limit.size)
    share = np.zeros(data.row_limit.size)
    for y in range(data.run_cost.size):
        rows = np.flatnonzero((row_run == y) & (users > 0) & (data.row_limit > 0))
        if rows.size:
            row = rows[np.argmax(users[rows])]
            share[row] = data.run_cost[y] / data.row_limit[row]
    return use, group_cost + use @ share
