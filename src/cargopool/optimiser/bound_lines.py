"""Lines, entries and groups of the lower bound: a relaxation that covers every move of the reference model P.

A *line* is a road ride between two places, or all scheduled (or door) moves between them with one unit type, room and
set of modes, whichever services and slots they ride, within one bucket of departure time. Its load units are counted
together, which relaxes when and where they must meet. What a unit costs is the least over the line's *variants*: moves
that use the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from cargopool.network.arrays import Network
from cargopool.optimiser.bound_rides import Line, road_lines, timetable_lines
from cargopool.optimiser.kernel_data import handled
from cargopool.optimiser.search_data import INF, NEVER, SearchData


class LineArrays(NamedTuple):
    """What the kernels read. Entries of a shipment at a place: ``origin_ptr[k, p]:origin_ptr[k, p + 1]``.

    ``li`` int64[L, 6] and ``lf`` float64[L, 2]: columns by the constants of `bound_kernels`. LINE_MINUTES >= 0: leaves
    at any minute of [LINE_EARLIEST, LINE_LATEST] and takes that long; else rows LINE_FIRST:LINE_LAST of ``times``
    int64[T, 3] are its departures by ascending hand-over: latest hand-over, and the earliest availability and end of
    handling of it or a later one.
    """

    origin_ptr: Any
    entry_line: Any
    li: Any
    lf: Any
    times: Any


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines with their groups (line and pooling class) and entries (shipment and line).

    Attributes
    ----------
    kernel : LineArrays
    entry_group : int64[E]
    entry_weight, entry_whole : float64[E]
        Share of a load unit that the shipment takes in the group's tightest dimension, and the whole units that it
        needs at least.
    group_ptr, group_entries : int64[G + 1], int64[E]
    variant_ptr : int64[G]
        First variant of each group; every group has one at least.
    variant_cost : float64[V]
        Least cents of one use, carbon and charter share inside.
    variant_rows : csr_matrix[V, R]
        Row use of one use.
    row_limit, row_scale : float64[R]
        Limits, and one over the typical amount of a row's users.
    """

    kernel: LineArrays
    entry_group: Any
    entry_weight: Any
    entry_whole: Any
    group_ptr: Any
    group_entries: Any
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


class _Times(NamedTuple):
    """Departures of all timetable lines, flat."""

    line: Any
    latest: Any
    available: Any


def _reach(data: SearchData, k: int, rides: Any, times: _Times, lines: Any) -> tuple[Any, Any]:
    """Earliest minute that shipment ``k`` can leave each place, and latest that it may be there, by relaxation.

    ``rides``: any-time lines that it may use; ``times``: departures of the timetable lines that it may use; ``lines``:
    (origin, destination, minutes) of all lines.
    """
    all_origin, all_destination, all_minutes = lines
    origin, destination, minutes = all_origin[rides], all_destination[rides], all_minutes[rides]
    fo, fd = all_origin[times.line], all_destination[times.line]
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
    for _ in range(data.max_moves):
        fits = early[fo] <= times.latest
        np.minimum.at(early, fd[fits], times.available[fits] + handling[fd[fits]])
        np.minimum.at(early, destination, early[origin] + minutes + handling[destination])
        early[~able] = NEVER // 4
        fits = times.available <= late[fd]
        np.maximum.at(late, fo[fits], times.latest[fits] - handling[fo[fits]])
        np.maximum.at(late, origin, late[destination] - minutes - handling[origin])
        late[~able] = -NEVER // 4
    return early, late


def make_lines(network: Network, data: SearchData, bucket_min: int) -> Lines:
    """Build the relaxation of a network that holds all scheduled and door moves of P; road moves are made here.

    Parameters
    ----------
    bucket_min : int
        Minutes of departure time within which the load units of a line are counted together.
    """
    plain, powered = _row_use(network)
    timetable = timetable_lines(network, data, plain, bucket_min)
    lines = road_lines(network, data) + timetable
    owner, entry_line, bucket = _entries(network, data, lines, bucket_min)
    lines, entry_line, bucket = _by_bucket(lines, entry_line, bucket)
    ends = _ends(lines)
    order = np.lexsort((ends[0][entry_line], owner))
    owner, entry_line = owner[order], entry_line[order]
    kernel = _kernel_arrays(network, data, lines, (bucket, bucket_min), owner, entry_line)
    return _groups(network, data, lines, (plain, powered), kernel, owner, entry_line)


def _ends(lines: list[Line]) -> tuple[Any, Any, Any]:
    """Origins, destinations and minutes of lines."""
    return (
        np.array([line.origin for line in lines], np.int64),
        np.array([line.destination for line in lines], np.int64),
        np.array([line.minutes for line in lines], np.int64),
    )


def _by_bucket(lines: list[Line], entry_line: Any, bucket: Any) -> tuple[list[Line], Any, Any]:
    """Lines once per bucket in which somebody uses them; entries by the new lines, and the bucket of each."""
    span = int(bucket.max(initial=0)) + 2
    key, entry = np.unique(entry_line * span + bucket + 1, return_inverse=True)
    return [lines[n] for n in key // span], entry.reshape(-1), key % span - 1


def _departures(data: SearchData, lines: list[Line]) -> tuple[_Times, Any]:
    """Departures of the timetable lines by hand-over, and the moves that they are."""
    scheduled = [n for n, line in enumerate(lines) if line.minutes < 0]
    by_time = [lines[n].moves[np.argsort(data.m_latest[lines[n].moves], kind="stable")] for n in scheduled]
    flat = np.concatenate([*by_time, np.zeros(0, np.int64)]).astype(np.int64)
    times = _Times(
        np.repeat(scheduled, [moves.size for moves in by_time]).astype(np.int64),
        data.m_latest[flat],
        data.m_available[flat],
    )
    return times, flat


def _entries(network: Network, data: SearchData, lines: list[Line], bucket_min: int) -> tuple[Any, Any, Any]:
    """Which lines each shipment may use in time: (shipment, line, bucket); the bucket of a timetable is -1."""
    ends = _ends(lines)
    times, _ = _departures(data, lines)
    scenario = network.scenario
    units = scenario.load_units
    unit = np.array([line.unit for line in lines], np.int64)
    modes = np.array([line.modes for line in lines], np.int64)
    beaten = np.array([line.beaten for line in lines], np.bool_)
    capacity = np.array([line.capacity for line in lines], np.int64).reshape(-1, 4)
    any_time = ends[2] >= 0
    own = _usable_lines(network, lines)
    owners, found, buckets = [], [], []
    for k, shipment in enumerate(scenario.shipments.values()):
        takes = np.array([shipment.temperature in units[u].temperatures for u in network.unit_ids])
        if shipment.load_units:
            takes = np.array([u == shipment.load_unit for u in network.unit_ids])
        able = takes[unit] & ((modes & ~int(network.shipment_modes[k])) == 0)
        if not shipment.load_units:
            able &= ~beaten
        able &= ~((data.k_size[k][None, :] > 0) & (capacity <= 0)).any(axis=1)
        able &= own[k] | any_time
        handles = data.k_handling[k] < INF / 2
        able &= handles[ends[0]] & handles[ends[1]]
        able &= (ends[1] != network.shipment_origin[k]) & (ends[0] != network.shipment_destination[k])
        rides = np.flatnonzero(able & any_time)
        kept = able[times.line]
        mine = _Times(times.line[kept], times.latest[kept], times.available[kept])
        early, late = _reach(data, k, rides, mine, ends)
        rides = rides[early[ends[0][rides]] + ends[2][rides] <= late[ends[1][rides]]]
        goes = (early[ends[0][mine.line]] <= mine.latest) & (mine.available <= late[ends[1][mine.line]])
        first = early[ends[0][rides]] // bucket_min
        count = (late[ends[1][rides]] - ends[2][rides]) // bucket_min - first + 1
        begin = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]])[: count.size], count)
        timed = np.unique(mine.line[goes])
        found.append(np.concatenate([np.repeat(rides, count), timed]))
        buckets.append(np.concatenate([np.maximum(begin + np.arange(begin.size), 0), np.full(timed.size, -1)]))
        owners.append(np.full(found[-1].size, k, np.int64))
    none = np.zeros(0, np.int64)
    return tuple(np.concatenate([*part, none]).astype(np.int64) for part in (owners, found, buckets))  # type: ignore[return-value]


def _usable_lines(network: Network, lines: list[Line]) -> Any:
    """Lines of which the network says that a shipment can use some move, bool[K, L]."""
    line_of = np.full(network.moves, -1, np.int64)
    for n, line in enumerate(lines):
        if line.moves is not None:
            line_of[line.moves] = n
    found = np.zeros((len(network.usable), len(lines)), np.bool_)
    for k, moves in enumerate(network.usable):
        used = line_of[moves]
        found[k, used[used >= 0]] = True
    return found


def _kernel_arrays(
    network: Network,
    data: SearchData,
    lines: list[Line],
    buckets: tuple[Any, int],
    owner: Any,
    entry_line: Any,
) -> LineArrays:
    ends = _ends(lines)
    times, flat = _departures(data, lines)
    bucket, bucket_min = buckets
    first = np.searchsorted(times.line, np.arange(len(lines)))
    last = np.searchsorted(times.line, np.arange(len(lines)), side="right")
    done = handled(data)[flat]
    available = times.available.copy()
    for a, b in zip(first, last, strict=True):
        if b - a > 1:
            done[a:b] = np.minimum.accumulate(done[a:b][::-1])[::-1]
            available[a:b] = np.minimum.accumulate(available[a:b][::-1])[::-1]
    places, shipments = len(network.place_ids), data.k_class.size
    position = owner * (places + 1) + ends[0][entry_line]
    origin_ptr = np.searchsorted(position, np.arange(shipments * (places + 1)))
    return LineArrays(
        origin_ptr=origin_ptr.reshape(shipments, places + 1).astype(np.int64),
        entry_line=entry_line.astype(np.int64),
        li=np.ascontiguousarray(
            np.column_stack([ends[1], ends[2], first, last, bucket * bucket_min, (bucket + 1) * bucket_min - 1]).astype(
                np.int64
            )
        ),
        lf=np.array([(line.cents_per_kg, line.crossing) for line in lines], np.float64).reshape(-1, 2),
        times=np.ascontiguousarray(np.column_stack([times.latest, available, done]).astype(np.int64)),
    )


def _groups(
    network: Network,
    data: SearchData,
    lines: list[Line],
    rows: tuple[Any, Any],
    kernel: LineArrays,
    owner: Any,
    entry_line: Any,
) -> Lines:
    plain, powered_use = rows
    row_limit = network.row_limit.astype(np.float64) if network.row_limit.size else np.zeros(1)
    row_run = np.asarray(network.row_run) if network.row_limit.size else np.full(1, -1)
    classes = max(1, len(network.class_keys))
    group_key, entry_group = np.unique(entry_line * classes + data.k_class[owner], return_inverse=True)
    entry_group = entry_group.reshape(-1)
    group_line, group_class = group_key // classes, group_key % classes
    powered = np.asarray(network.class_powered)[group_class]
    capacity = np.array([line.capacity for line in lines], np.int64).reshape(-1, 4)
    per_use = np.array([line.units for line in lines], np.int64)
    weight, whole = _weights(
        network, data, (capacity[entry_line], per_use[entry_line]), owner, entry_group, group_key.size
    )
    variants = _variants(data, lines, group_line, powered, plain, powered_use)
    share = _charter_shares(data, variants.rows, row_limit, row_run)
    users = np.bincount(variants.rows.indices, minlength=row_limit.size)
    amount = np.asarray(variants.rows.sum(axis=0)).ravel()
    scale = np.where(amount > 0, users / np.maximum(amount, 1e-9), 0.0)
    scale[row_run >= 0] = 0.0
    counts = np.bincount(entry_group, minlength=group_key.size)
    return Lines(
        kernel=kernel,
        entry_group=entry_group.astype(np.int64),
        entry_weight=weight,
        entry_whole=whole,
        group_ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        group_entries=np.argsort(entry_group, kind="stable").astype(np.int64),
        variant_ptr=variants.first,
        variant_cost=variants.cost + variants.rows @ share,
        variant_rows=variants.rows,
        row_limit=row_limit,
        row_scale=scale,
    )


class _Variants(NamedTuple):
    """Variants of all groups: first of each group, cents, row use."""

    first: Any
    cost: Any
    rows: Any


def _variants(
    data: SearchData, lines: list[Line], group_line: Any, powered: Any, plain: Any, powered_use: Any
) -> _Variants:
    """Variants of each group; a line without moves has one without rows."""
    counts, costs, picks = [], [], []
    for n, hot in zip(group_line, powered, strict=True):
        line = lines[n]
        if line.moves is None or line.minutes >= 0:
            counts.append(1)
            costs.append(np.array([line.cost_powered if hot else line.cost]))
            picks.append(np.array([-1]))
            continue
        prices = data.m_cost_powered if hot else data.m_cost
        counts.append(line.variants.size)
        costs.append(np.minimum.reduceat(prices[line.moves], line.variants))
        picks.append(line.moves[line.variants])
    count = np.array(counts, np.int64)
    pick = np.concatenate([*picks, np.zeros(0, np.int64)]).astype(np.int64)
    hot = np.repeat(powered, count)
    place = np.arange(pick.size)
    shape = (pick.size, plain.shape[0])
    cold_at, hot_at = (pick >= 0) & ~hot, (pick >= 0) & hot
    pick_cold = csr_matrix((np.ones(int(cold_at.sum())), (place[cold_at], pick[cold_at])), shape=shape)
    pick_hot = csr_matrix((np.ones(int(hot_at.sum())), (place[hot_at], pick[hot_at])), shape=shape)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64) if count.size else count
    rows = csr_matrix(pick_cold @ plain + pick_hot @ powered_use)
    return _Variants(first, np.concatenate([*costs, np.zeros(0)]), rows)


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


def _weights(
    network: Network, data: SearchData, room: tuple[Any, Any], owner: Any, group: Any, groups: int
) -> tuple[Any, Any]:
    """Share of a use per entry in its group's tightest dimension, and whole uses needed."""
    capacity, per_use = room
    size = data.k_size[owner].astype(np.float64)
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
