"""The peers' models on the searched network: a flow of each shipment over its moves, and its cheapest itineraries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate
from cargopool.optimiser.engines import MipModel
from cargopool.optimiser.search_data import SearchData

NEVER = 1 << 60


class Clock:
    """Handling and delivery times of one case, on arrays."""

    def __init__(self, data: SearchData) -> None:
        self.data = data

    def done(self, place: int, minutes: np.ndarray, duration: int) -> np.ndarray:
        """End of an operation that starts when the place is open."""
        span = slice(int(self.data.open_ptr[place]), int(self.data.open_ptr[place + 1]))
        starts, ends = self.data.open_start[span], self.data.open_end[span]
        if not starts.size:
            return minutes + duration
        long_enough = ends - starts >= duration
        starts, ends = starts[long_enough], ends[long_enough]
        begin = np.maximum(minutes, np.append(starts, NEVER)[np.searchsorted(ends - duration, minutes)])
        return np.minimum(begin, NEVER) + duration

    def handled(self, k: int, place: int, minutes: np.ndarray) -> np.ndarray:
        return self.done(place, minutes, 0 if self.data.k_units[k] else int(self.data.place_handling[place]))

    def delivered(self, end: int, done: np.ndarray) -> np.ndarray:
        door = int(self.data.end_door[end])
        if door < 0:
            return done
        return self.done(door, done + int(self.data.end_minutes[end]), int(self.data.place_handling[door]))


@dataclass
class Arcs:
    """Variables of the flow model: arcs of shipments, in the order start, ride, last ride, wait."""

    shipment: np.ndarray
    move: np.ndarray
    option: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    cost: np.ndarray


def shipment_arcs(network: Network, data: SearchData, clock: Clock, k: int, first_node: int) -> tuple[Arcs, int]:
    """Arcs of one shipment: nodes are (place, latest minute of some move from there), then one source and one sink."""
    mine = network.usable[k].astype(np.int64)
    origin, latest = data.m_origin[mine], data.m_latest[mine]
    nodes: dict[int, np.ndarray] = {int(p): np.unique(latest[origin == p]) for p in np.unique(origin)}
    base, count = {}, first_node + 2
    for place, minutes in nodes.items():
        base[place] = count
        count += minutes.size
    source, sink = first_node, first_node + 1
    rows: list[tuple[int, int, int, int, float]] = []
    for option in range(int(data.start_ptr[k]), int(data.start_ptr[k + 1])):
        place = int(data.start_place[option])
        if place in nodes and data.k_handling[k, place] < 1e17:
            ready = int(clock.handled(k, place, data.start_minute[option : option + 1])[0])
            at = int(np.searchsorted(nodes[place], ready))
            if at < nodes[place].size:
                rows.append((-1, option, source, base[place] + at, data.start_cost[option] + data.k_handling[k, place]))
    kg = float(data.k_size[k, 1])
    ends = {int(data.end_place[e]): e for e in range(int(data.end_ptr[k]), int(data.end_ptr[k + 1]))}
    for place in np.unique(data.m_destination[mine]).tolist():
        into = mine[data.m_destination[mine] == place]
        handling = float(data.k_handling[k, place])
        if handling > 1e17:
            continue
        done = clock.handled(k, place, data.m_available[into])
        own = data.m_cents_per_kg[into] * kg + handling
        own = own + (0.0 if data.k_transit[k] else 1.0) * data.m_crossing[into]
        tail = np.array([base[int(p)] for p in data.m_origin[into]]) + np.array(
            [np.searchsorted(nodes[int(p)], t) for p, t in zip(data.m_origin[into], data.m_latest[into], strict=True)]
        )
        if place in nodes:
            at = np.searchsorted(nodes[place], done)
            for m, t, a, c in zip(into, tail, at, own, strict=True):
                if a < nodes[place].size:
                    rows.append((int(m), -1, int(t), base[place] + int(a), float(c)))
        if place in ends:
            end = ends[place]
            there = clock.delivered(end, done)
            late = np.maximum(0, there - data.k_due[k]) * data.k_late[k]
            worth = own + data.end_cost[end] + late + data.k_time_value[k] * (there - data.k_ready[k])
            for m, t, minute, c in zip(into, tail, there, worth, strict=True):
                if minute <= data.k_latest[k]:
                    rows.append((int(m), end, int(t), sink, float(c)))
    for place, minutes in nodes.items():
        rows += [(-2, -1, base[place] + n, base[place] + n + 1, 0.0) for n in range(minutes.size - 1)]
    table = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    ints = [np.array(column, dtype=np.int64) for column in table[:4]]
    shipment = np.full(len(rows), k, dtype=np.int64)
    return Arcs(shipment, ints[0], ints[1], ints[2], ints[3], np.array(table[4], dtype=np.float64)), count


@dataclass
class ArcModel:
    """The flow model with what its variables mean: arcs, then unserved, then uses of (move, class)."""

    model: MipModel
    arcs: Arcs
    slots: list[tuple[int, int]]

    def point(self, network: Network, data: SearchData, columns: Sequence[Column]) -> np.ndarray:
        """The variables' values in a plan of columns, to start from."""
        arcs, x = self.arcs, np.zeros(self.model.columns)
        first_use = arcs.move.size + len(network.shipment_ids)
        x[arcs.move.size : first_use] = 1.0
        waits = {int(arcs.tail[a]): a for a in np.flatnonzero(arcs.move == -2)}
        bounds = np.searchsorted(arcs.shipment, np.arange(len(network.shipment_ids) + 1))
        number = {slot: n for n, slot in enumerate(self.slots)}
        load: dict[int, np.ndarray] = {}
        for column in columns:
            k = column.shipment
            mine = np.arange(bounds[k], bounds[k + 1])
            begin = column.collection_hub if column.collection_hub >= 0 else int(network.shipment_origin[k])
            end = column.delivery_hub if column.delivery_hub >= 0 else int(network.shipment_destination[k])
            starts = mine[arcs.move[mine] == -1]
            chosen = [a for a in starts if int(data.start_place[arcs.option[a]]) == begin]
            for n, move in enumerate(column.moves):
                last = n == len(column.moves) - 1
                same = mine[(arcs.move[mine] == move) & ((arcs.option[mine] >= 0) == last)]
                chosen += [a for a in same if not last or int(data.end_place[arcs.option[a]]) == end]
            if len(chosen) != len(column.moves) + 1:
                continue
            x[arcs.move.size + k] = 0.0
            x[chosen] = 1.0
            for a, b in pairwise(chosen):
                for node in range(int(arcs.head[a]), int(arcs.tail[b])):
                    x[waits[node]] = 1.0
            for move in column.moves:
                slot = number[int(move), int(network.shipment_class[k])]
                room = np.append(np.maximum(1, data.m_capacity[move]), data.m_units[move])
                size = np.append(data.k_size[k], data.k_units[k])
                load[slot] = load.get(slot, np.zeros(5)) + size / room
        for slot, share in load.items():
            x[first_use + slot] = np.ceil(share.max() - 1e-9)
        return x

    def columns(self, network: Network, data: SearchData, x: np.ndarray) -> list[Column]:
        """Itineraries of a point; those that break a rule that the flow does not know are left out."""
        found = []
        used = np.flatnonzero(x[: self.arcs.move.size] > 0.5)
        for k in range(len(network.shipment_ids)):
            mine = used[self.arcs.shipment[used] == k]
            rides = sorted((m for m in self.arcs.move[mine] if m >= 0), key=lambda m: int(data.m_latest[m]))
            options = self.arcs.option[mine]
            starts, last = options[self.arcs.move[mine] == -1], options[(self.arcs.move[mine] >= 0) & (options >= 0)]
            if not rides or not starts.size or not last.size:
                continue
            at = int(data.start_place[starts[0]])
            collection = at if at != int(network.shipment_origin[k]) else -1
            delivery = int(data.end_place[last[0]]) if data.end_door[last[0]] >= 0 else -1
            column = evaluate(network, k, tuple(map(int, rides)), collection_hub=collection, delivery_hub=delivery)
            found += [column] if column is not None else []
        return found


def arc_model(network: Network, data: SearchData) -> ArcModel:
    """Each shipment's flow over time, whole units per move and class, slots; at most three moves each."""
    clock = Clock(data)
    parts, nodes = [], 0
    shipments = len(network.shipment_ids)
    sources = []
    for k in range(shipments):
        sources.append(nodes)
        arcs, nodes = shipment_arcs(network, data, clock, k, nodes)
        parts.append(arcs)
    arcs = Arcs(*(np.concatenate([getattr(p, name) for p in parts]) for name in Arcs.__dataclass_fields__))
    ride = np.flatnonzero(arcs.move >= 0)
    group = network.shipment_class[arcs.shipment[ride]].astype(np.int64)
    keys, slot = np.unique(np.stack([arcs.move[ride], group]), axis=1, return_inverse=True)
    slot = slot.reshape(-1)
    many = keys.shape[1]
    n_arcs, unserved, first_use = arcs.move.size, arcs.move.size, arcs.move.size + shipments
    columns = first_use + many
    row, col, val, lower, upper = [], [], [], [], []

    def add(rows: np.ndarray, cols: np.ndarray, values: np.ndarray, count: int, low: object, high: object) -> None:
        at = len(lower)
        row.append(rows + at)
        col.append(cols)
        val.append(values)
        lower.extend(np.broadcast_to(low, count).tolist())
        upper.extend(np.broadcast_to(high, count).tolist())

    every = np.arange(n_arcs)
    sinks = np.array(sources) + 1
    balance = np.zeros(nodes)
    balance[np.array(sources)], balance[sinks] = -1.0, 1.0
    rows = np.concatenate([arcs.head, arcs.tail, np.array(sources), sinks])
    cols = np.concatenate([every, every, unserved + np.arange(shipments), unserved + np.arange(shipments)])
    values = np.concatenate([np.ones(n_arcs), -np.ones(n_arcs), -np.ones(shipments), np.ones(shipments)])
    add(rows, cols, values, nodes, balance, balance)
    add(arcs.shipment[ride], ride, np.ones(ride.size), shipments, 0.0, float(data.max_moves))
    size = data.k_size[arcs.shipment[ride]]
    for d in range(4):
        some = np.flatnonzero(size[:, d] > 0)
        uses = np.arange(many)
        add(
            np.concatenate([slot[some], uses]),
            np.concatenate([ride[some], first_use + uses]),
            np.concatenate([size[some, d], -data.m_capacity[keys[0], d]]).astype(float),
            many,
            -np.inf,
            0.0,
        )
    sealed = np.flatnonzero(data.k_units[arcs.shipment[ride]] > 0)
    if sealed.size:
        uses = np.unique(slot[sealed])
        add(
            np.concatenate([np.searchsorted(uses, slot[sealed]), np.arange(uses.size)]),
            np.concatenate([ride[sealed], first_use + uses]),
            np.concatenate([data.k_units[arcs.shipment[ride[sealed]]], -data.m_units[keys[0][uses]]]).astype(float),
            uses.size,
            -np.inf,
            0.0,
        )
    ptr, index, amount = data.mr_ptr, data.mr_idx, data.mr_amount
    length = ptr[keys[0] + 1] - ptr[keys[0]]
    entry = np.arange(int(length.sum())) + np.repeat(ptr[keys[0]] - np.cumsum(length) + length, length)
    add(
        index[entry].astype(np.int64),
        first_use + np.repeat(np.arange(many), length),
        amount[entry].astype(float),
        data.row_limit.size,
        -np.inf,
        data.row_limit.astype(float),
    )
    powered = network.class_powered[keys[1]]
    cost = np.concatenate(
        [arcs.cost, data.k_unserved, np.where(powered, data.m_cost_powered[keys[0]], data.m_cost[keys[0]])]
    )
    high = np.ones(columns)
    high[first_use:] = np.bincount(slot, minlength=many) * max(1, int(data.k_units.max(initial=1)))
    matrix = csr_array((np.concatenate(val), (np.concatenate(row), np.concatenate(col))), shape=(len(lower), columns))
    model = MipModel(
        c=np.round(cost),
        a=matrix,
        row_lower=np.array(lower),
        row_upper=np.array(upper),
        lower=np.zeros(columns),
        upper=high,
        integer=np.ones(columns, dtype=np.bool_),
    )
    return ArcModel(model, arcs, [(int(m), int(g)) for m, g in keys.T])


def short_itineraries(network: Network, data: SearchData, k: int, most: int, beam: int = 60) -> list[Column]:
    """Cheapest itineraries of a shipment, units paid by the share that it fills and alone, half and half."""
    clock = Clock(data)
    mine = network.usable[k].astype(np.int64)
    capacity = np.maximum(1, data.m_capacity[mine])
    fill = (data.k_size[k][None, :] / capacity).max(axis=1)
    share = np.ones(mine.size) if data.k_units[k] else fill
    alone = np.maximum(1.0, np.ceil(fill))
    unit = data.m_cost_powered[mine] if data.k_powered[k] else data.m_cost[mine]
    handling = data.k_handling[k, data.m_destination[mine]]
    own = data.m_cents_per_kg[mine] * float(data.k_size[k, 1]) + handling
    price = own + (0.0 if data.k_transit[k] else 1.0) * data.m_crossing[mine] + unit * (share + alone) / 2
    origin, destination, latest = data.m_origin[mine], data.m_destination[mine], data.m_latest[mine]
    done = np.full(mine.size, NEVER, dtype=np.int64)
    for place in np.unique(destination[handling < 1e17]).tolist():
        at = destination == place
        done[at] = clock.handled(k, place, data.m_available[mine[at]])
    labels: list[tuple[float, int, int, tuple[int, ...], int]] = []
    for option in range(int(data.start_ptr[k]), int(data.start_ptr[k + 1])):
        place = int(data.start_place[option])
        if data.k_handling[k, place] < 1e17:
            ready = int(clock.handled(k, place, data.start_minute[option : option + 1])[0])
            labels.append((float(data.start_cost[option] + data.k_handling[k, place]), place, ready, (), option))
    finished: list[tuple[float, tuple[int, ...], int, int]] = []
    for _ in range(data.max_moves):
        grown = []
        for cost, place, ready, path, option in labels:
            went = {int(origin[m]) for m in path}
            for m in np.flatnonzero((origin == place) & (latest >= ready) & (done < NEVER)).tolist():
                if int(destination[m]) not in went:
                    grown.append((cost + float(price[m]), int(destination[m]), int(done[m]), (*path, m), option))
        grown.sort()
        for cost, place, ready, path, option in grown:
            for end in range(int(data.end_ptr[k]), int(data.end_ptr[k + 1])):
                if int(data.end_place[end]) == place:
                    there = int(clock.delivered(end, np.array([ready]))[0])
                    if there <= data.k_latest[k]:
                        late = max(0, there - int(data.k_due[k])) * float(data.k_late[k])
                        finished.append((cost + float(data.end_cost[end]) + late, path, option, end))
        labels = grown[:beam]
    finished.sort()
    columns = []
    for _, path, option, end in finished:
        at = int(data.start_place[option])
        collection = at if at != int(network.shipment_origin[k]) else -1
        delivery = int(data.end_place[end]) if data.end_door[end] >= 0 else -1
        moves = tuple(int(mine[m]) for m in path)
        column = evaluate(network, k, moves, collection_hub=collection, delivery_hub=delivery)
        columns += [column] if column is not None else []
        if len(columns) == most:
            break
    return columns
