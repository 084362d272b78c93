"""Lines and groups of the lower bound: a relaxation that covers every move of the reference model P.

A *line* is a road or headway ride between two places at any time, or all other scheduled (or door) moves between them
with one unit type, room and set of modes within one bucket of departure time, whichever services and slots they ride.
Its load units are counted together, per pooling class and bucket of departure: a *group*. That relaxes when and where
they must meet. What a unit of a timetable costs is the least over the line's *variants*: moves that use the same rows.

Nothing is kept per shipment and line but for timetables, so that memory grows with the places and the shipments, not
with their product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from cargopool.memory import give_back
from cargopool.network.arrays import Network
from cargopool.network.thinning import road_units_left_out
from cargopool.optimiser.bound_charges import LINE_CLASS
from cargopool.optimiser.bound_gauge import FINE_GRID
from cargopool.optimiser.bound_reach import least_minutes, reach
from cargopool.optimiser.bound_rides import Line, road_lines, timetable_lines
from cargopool.optimiser.bound_shares import COARSE_GRID
from cargopool.optimiser.kernel_data import handled
from cargopool.optimiser.search_data import SearchData

ANY, ROAD = 1, 2
"""Bits of LINE_NEED and of ``takes``: any-time lines that are not road, and road."""


class LineArrays(NamedTuple):
    """What the kernels read. Any-time lines come first, by way (origin and destination), then timetable lines.

    ``li`` int64[L, 11] and ``lf`` float64[L, 2]: columns by the constants of `bound_charges`. A timetable line
    (LINE_MINUTES -1) has rows LINE_FIRST:LINE_LAST of ``times`` int64[T, 3], its departures by ascending hand-over:
    latest hand-over, and the earliest availability and end of handling of it or a later one.
    ``way_ptr`` int32[C * P * P + 1]: any-time lines of (class * P + origin) * P + destination.
    ``inverse`` float64[L, 4]: one over the room of a use. ``timed_ptr`` int64[K, hubs + 3], ``timed_line``: timetable
    lines that a shipment may use, by local origin. Local places: hubs, then the shipment's origin and destination when
    they are doors. ``ends`` int64[K, 2]. ``reach`` int64[K, hubs + 2, 2]: earliest minute at which a shipment may leave
    a local place and latest at which it must have been handled there. ``dimensions`` int64[C, 2]: the two tightest
    dimensions of a class. ``line_way`` int64[L]: origin * P + destination. ``way_kg``, ``way_crossing``
    float64[C * P * P]: least cents per kg and crossing of a way's lines.
    Any-time lines are of one class; their groups are LINE_BASE + bucket, ``group_line`` says the line. Groups of
    timetables follow: line * C + class. Sealed shipments share nothing: they are two classes of their own, ambient and
    powered, whose any-time lines have one group.
    ``takes`` int64[K, U]: unit types that a shipment may use: bits ANY and ROAD. ``k_modes`` int64[K]: its modes,
    as LINE_MODES. ``spreads`` bool[K]: its parts may go different ways. ``k_class`` int64[K]; ``sealed``, ``powered``
    bool[C]. ``knobs``: entries by the constants of `bound_charges`.
    """

    li: Any
    lf: Any
    times: Any
    way_ptr: Any
    inverse: Any
    timed_ptr: Any
    timed_line: Any
    timed_to: Any
    takes: Any
    k_modes: Any
    spreads: Any
    k_class: Any
    sealed: Any
    powered: Any
    group_line: Any
    line_way: Any
    way_kg: Any
    way_crossing: Any
    ends: Any
    reach: Any
    dimensions: Any
    knobs: Any


@dataclass(frozen=True, slots=True)
class Lines:
    """The relaxation: what the kernels read, and what a unit of each group costs.

    Attributes
    ----------
    kernel : LineArrays
    groups : int
    any_time_cost : float64[groups of any-time lines]
        Cents of one use.
    timed_pair : int64[groups of timetables]
        Which pair of timetable line and power a group is.
    variant_ptr : int64[pairs]
        First variant of each pair; every pair has one at least.
    variant_cost : float64[V]
        Least cents of one use, carbon and charter share inside.
    variant_rows : csr_matrix[V, R]
        Row use of one use.
    row_limit, row_scale : float64[R]
        Limits, and one over the typical amount of a row's users.
    """

    kernel: LineArrays
    groups: int
    any_time_cost: Any
    timed_pair: Any
    variant_ptr: Any
    variant_cost: Any
    variant_rows: Any
    row_limit: Any
    row_scale: Any


def _row_use(network: Network) -> tuple[Any, Any]:
    """Use of the capacity rows by each move, of ambient and of powered classes, csr[M, R]."""
    rows = max(1, network.row_limit.size)

    def matrix(use: Any) -> Any:
        return csr_matrix((use.amount.astype(np.float64), use.index, use.indptr), shape=(network.moves, rows))

    plain = matrix(network.move_rows)
    return plain, csr_matrix(plain + matrix(network.move_rows_powered))


class _Classes(NamedTuple):
    """Class of each shipment; which classes are powered, and which are sealed units."""

    of: Any
    powered: Any
    sealed: Any


def _classes(network: Network, data: SearchData) -> _Classes:
    """The pooling classes of loose freight, then sealed units, ambient and powered."""
    loose = np.unique(data.k_class[data.k_units == 0])
    hot = np.asarray(network.class_powered, np.bool_)
    of = np.searchsorted(loose, data.k_class).astype(np.int64)
    closed = data.k_units > 0
    of[closed] = loose.size + hot[data.k_class[closed]]
    return _Classes(of, np.append(hot[loose], [False, True]), np.append(np.zeros(loose.size, np.bool_), [True, True]))


def make_lines(network: Network, data: SearchData, bucket_min: int, timetable_min: int) -> Lines:
    """Build the relaxation of a network that holds all scheduled and door moves of P; road moves are made here.

    Parameters
    ----------
    bucket_min, timetable_min : int
        Minutes of departure time within which the load units of an any-time line, and those of a timetable line, are
        counted together.
    """
    plain, powered = _row_use(network)
    timed = timetable_lines(network, data, plain, timetable_min)
    any_time = road_lines(network, data) + [line for line in timed if line.minutes >= 0]
    timed = sorted((line for line in timed if line.minutes < 0), key=lambda line: (line.origin, line.destination))
    give_back()
    classes = _classes(network, data)
    takes = _takes(network, data, any_time)
    lines, class_of = _per_class(any_time, classes, takes, len(network.place_ids))
    buckets = int(data.k_latest.max(initial=0)) // bucket_min + 1
    count = np.where(classes.sealed[class_of], 1, buckets)
    base = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    kernel = _kernel_arrays(network, data, lines + timed, (class_of, base), (classes, takes, bucket_min))
    return _with_costs(network, data, kernel, lines, timed, (plain, powered))


def _per_class(any_time: list[Line], classes: _Classes, takes: Any, places: int) -> tuple[list[Line], Any]:
    """Any-time lines once for each class that may use them, by class and way."""
    need = np.array([ROAD if line.moves is None else ANY for line in any_time], np.int64)
    unit = np.array([line.unit for line in any_time], np.int64)
    way = np.array([line.origin * places + line.destination for line in any_time], np.int64)
    found, owner = [], []
    for c in range(classes.sealed.size):
        able = np.bitwise_or.reduce(takes[classes.of == c], axis=0, initial=0)
        mine = np.flatnonzero(able[unit] & need) if unit.size else unit
        mine = mine[np.lexsort((unit[mine], way[mine]))]
        found += [any_time[n] for n in mine]
        owner.append(np.full(mine.size, c, np.int64))
    return found, np.concatenate(owner)


def _kernel_arrays(network: Network, data: SearchData, lines: list[Line], groups: Any, more: Any) -> LineArrays:
    (class_of, base), (classes, takes, bucket_min) = groups, more
    places, any_time, hubs = len(network.place_ids), class_of.size, len(network.scenario.hubs)
    times, first, last = _departures(data, lines)
    origin = np.array([line.origin for line in lines], np.int64)
    destination = np.array([line.destination for line in lines], np.int64)
    minutes = np.array([line.minutes for line in lines], np.int64)
    capacity = np.array([line.capacity for line in lines], np.int64).reshape(-1, 4)
    pallets = capacity[:, 0] // 1000
    exact = (capacity[:, 0] % 1000 == 0) & (pallets > 0) & (pallets <= FINE_GRID)
    none = np.full(len(lines) - any_time, -1)
    columns = [
        destination,
        minutes,
        first,
        last,
        np.array([line.unit for line in lines], np.int64),
        np.array([line.modes for line in lines], np.int64),
        np.array([ROAD if line.moves is None else ANY for line in lines], np.int64),
        np.array([line.units for line in lines], np.int64),
        np.where(exact, pallets, COARSE_GRID),
        np.concatenate([base[:-1], none]),
        np.concatenate([class_of, none]),
    ]
    way = (class_of * places + origin[:any_time]) * places + destination[:any_time]
    timed_ptr, timed_line, timed_to = _usable(network, lines, any_time)
    line_way = origin * places + destination
    per_kg = np.array([line.cents_per_kg for line in lines], np.float64)
    crossing = np.array([line.crossing for line in lines], np.float64)
    way_kg, way_crossing = (_least_of_ways(line_way, part, places, classes.sealed.size) for part in (per_kg, crossing))
    least = least_minutes(data, hubs, (origin, destination, minutes), (first, times))
    buckets = int(data.k_latest.max(initial=0)) // bucket_min + 1
    return LineArrays(
        li=np.ascontiguousarray(np.column_stack(columns).astype(np.int64)).reshape(-1, len(columns)),
        lf=np.ascontiguousarray(np.column_stack([per_kg, crossing])),
        times=times,
        way_ptr=np.searchsorted(way, np.arange(classes.sealed.size * places * places + 1)).astype(np.int32),
        inverse=np.where(capacity > 0, 1.0 / np.maximum(capacity, 1), 0.0),
        timed_ptr=timed_ptr,
        timed_line=timed_line,
        timed_to=timed_to,
        takes=takes,
        k_modes=network.shipment_modes.astype(np.int64),
        spreads=np.asarray(network.shipment_max_parts) > 1,
        k_class=classes.of,
        sealed=classes.sealed,
        powered=classes.powered,
        group_line=np.repeat(np.arange(any_time), np.diff(base)).astype(np.int32),
        line_way=line_way,
        way_kg=way_kg,
        way_crossing=way_crossing,
        ends=np.column_stack([network.shipment_origin, network.shipment_destination]).astype(np.int64).reshape(-1, 2),
        reach=reach(network, data, least),
        dimensions=_dimensions(data, classes, capacity),
        knobs=np.array([any_time, buckets, bucket_min, hubs, classes.sealed.size, base[-1]], np.int64),
    )


def _least_of_ways(line_way: Any, value: Any, places: int, classes: int) -> Any:
    """Least value of the lines of each way, the same for every class; 0 where there is none."""
    least = np.full(places * places, np.inf)
    np.minimum.at(least, line_way, value)
    return np.tile(np.where(np.isfinite(least), least, 0.0), classes)


def _departures(data: SearchData, lines: list[Line]) -> tuple[Any, Any, Any]:
    """Departures of the timetable lines, and first and past-the-last of each line."""
    moves = [np.zeros(0, np.int64) if line.minutes >= 0 else line.moves for line in lines]
    count = np.array([m.size for m in moves], np.int64)
    last = np.cumsum(count)
    first = last - count
    flat = np.concatenate([*moves, np.zeros(0, np.int64)]).astype(np.int64)
    owner = np.repeat(np.arange(count.size), count)
    order = np.lexsort((data.m_latest[flat], owner))
    flat = flat[order]
    times = np.ascontiguousarray(
        np.column_stack([data.m_latest[flat], data.m_available[flat], handled(data)[flat]]).astype(np.int64)
    )
    overtaken = (times[1:, 1:] < times[:-1, 1:]).any(axis=1) & (owner[1:] == owner[:-1])
    for n in np.unique(owner[1:][overtaken]):
        mine = times[first[n] : last[n], 1:]
        mine[:] = np.minimum.accumulate(mine[::-1], axis=0)[::-1]
    return times, first, last


def _usable(network: Network, lines: list[Line], any_time: int) -> tuple[Any, Any, Any]:
    """Timetable lines of which the network says that a shipment can use some move, by local origin and destination.

    Pointers, lines, and their local destinations.
    """
    hubs = len(network.scenario.hubs)
    line_of = np.full(network.moves, -1, np.int64)
    for n, line in enumerate(lines[any_time:], start=any_time):
        line_of[line.moves] = n
    origin = np.array([line.origin for line in lines], np.int64)
    found, pointers = [], []
    total = 0
    for k, moves in enumerate(network.usable):
        used = line_of[moves]
        used = np.unique(used[used >= 0])
        used = used[origin[used] != network.shipment_destination[k]]
        mine = np.where(origin[used] < hubs, origin[used], hubs)
        used = used[np.argsort(mine, kind="stable")]
        found.append(used.astype(np.int32))
        pointers.append(total + np.searchsorted(np.sort(mine), np.arange(hubs + 3)))
        total += used.size
    flat = np.concatenate([*found, np.zeros(0, np.int32)]).astype(np.int32)
    to = np.array([line.destination for line in lines], np.int64)[flat]
    return np.array(pointers, np.int64).reshape(-1, hubs + 3), flat, np.where(to < hubs, to, hubs + 1).astype(np.int16)


def _takes(network: Network, data: SearchData, lines: list[Line]) -> Any:
    """Which unit types a shipment may use on any-time lines that are not road, and by road: bits, int64[K, U]."""
    scenario = network.scenario
    units = [scenario.load_units[u] for u in network.unit_ids]
    left_out = road_units_left_out(scenario)
    room = np.zeros((len(units), 4), np.int64)
    for line in lines:
        room[line.unit] = np.maximum(room[line.unit], line.capacity)
    takes = np.zeros((len(scenario.shipments), len(units)), np.int64)
    for k, shipment in enumerate(scenario.shipments.values()):
        for u, unit in enumerate(units):
            if shipment.load_units:
                takes[k, u] = ANY | ROAD if unit.id == shipment.load_unit else 0
            elif shipment.temperature in unit.temperatures:
                takes[k, u] = ANY if unit.id in left_out[shipment.temperature] else ANY | ROAD
    takes[((data.k_size[:, None, :] > 0) & (room[None, :, :] <= 0)).any(axis=2)] = 0
    return takes


def _dimensions(data: SearchData, classes: _Classes, capacity: Any) -> Any:
    """The two dimensions in which each class fills its units most, the tightest first."""
    roomiest = np.maximum(1, capacity.max(axis=0, initial=1))
    found = np.zeros((classes.sealed.size, 2), np.int64)
    for c in range(classes.sealed.size):
        share = data.k_size[classes.of == c].sum(axis=0) / roomiest
        found[c] = np.argsort(-share, kind="stable")[:2]
    return found


def _with_costs(
    network: Network, data: SearchData, kernel: LineArrays, any_time: list[Line], timed: list[Line], rows: Any
) -> Lines:
    prices = np.array([(line.cost, line.cost_powered) for line in any_time], np.float64).reshape(-1, 2)
    powered = kernel.powered.astype(np.int64)
    cost = prices[np.arange(len(any_time)), powered[kernel.li[: len(any_time), LINE_CLASS]]][kernel.group_line]
    row_limit = network.row_limit.astype(np.float64) if network.row_limit.size else np.zeros(1)
    row_run = np.asarray(network.row_run) if network.row_limit.size else np.full(1, -1)
    first, price, use = _variants(data, timed, rows)
    share = _charter_shares(data, use, row_limit, row_run)
    users = np.bincount(use.indices, minlength=row_limit.size)
    amount = np.asarray(use.sum(axis=0)).ravel()
    scale = np.where(amount > 0, users / np.maximum(amount, 1e-9), 0.0)
    scale[row_run >= 0] = 0.0
    pair = np.arange(len(timed))[:, None] + len(timed) * powered[None, :]
    return Lines(
        kernel=kernel,
        groups=cost.size + len(timed) * powered.size,
        any_time_cost=cost,
        timed_pair=pair.reshape(-1).astype(np.int64),
        variant_ptr=first,
        variant_cost=price + use @ share,
        variant_rows=use,
        row_limit=row_limit,
        row_scale=scale,
    )


def _variants(data: SearchData, timed: list[Line], rows: Any) -> tuple[Any, Any, Any]:
    """Variants of all timetable lines, then once more for powered classes: first of each, cents, row use."""
    count = np.array([line.variants.size for line in timed], np.int64)
    none = np.zeros(0, np.int64)
    pick = np.concatenate([*(line.moves[line.variants] for line in timed), none]).astype(np.int64)
    flat = np.concatenate([*(line.moves for line in timed), none]).astype(np.int64)
    starts = np.cumsum([0, *(line.moves.size for line in timed)])[:-1]
    starts = np.concatenate([*(line.variants + a for line, a in zip(timed, starts, strict=True)), none]).astype(
        np.int64
    )
    costs = [
        np.minimum.reduceat(c[flat], starts) if flat.size else np.zeros(0) for c in (data.m_cost, data.m_cost_powered)
    ]
    before = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) if count.size else count
    return np.concatenate([before, before + pick.size]), np.concatenate(costs), _stacked(rows, pick)


def _stacked(matrices: Any, pick: Any) -> Any:
    """Some rows of each matrix, one matrix below the other, with no more than one of the parts beside the whole."""
    sizes = [int(np.diff(matrix.indptr)[pick].sum()) for matrix in matrices]
    data, indices, counts = np.empty(sum(sizes)), np.empty(sum(sizes), np.int32), [np.zeros(1, np.int64)]
    end = 0
    for matrix, size in zip(matrices, sizes, strict=True):
        part = matrix[pick]
        data[end : end + size], indices[end : end + size] = part.data, part.indices
        counts.append(np.diff(part.indptr))
        end += size
    pointers = np.cumsum(np.concatenate(counts)).astype(np.int32)
    return csr_matrix((data, indices, pointers), shape=(len(matrices) * pick.size, matrices[0].shape[1]))


def _charter_shares(data: SearchData, rows_used: Any, row_limit: Any, row_run: Any) -> Any:
    """Cents that a charter run adds per amount of one of its rows, the one that most variants use."""
    share = np.zeros(row_limit.size)
    users = np.bincount(rows_used.indices, minlength=row_limit.size)
    for y in range(data.run_cost.size):
        rows = np.flatnonzero((row_run == y) & (row_limit > 0))
        if rows.size:
            row = rows[np.argmax(users[rows])]
            share[row] = data.run_cost[y] / row_limit[row]
    return share
