"""Lanes of each shipment: what going from place to place costs it at least, whatever the time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.search_data import INF, SearchData

NO_NEED = 1_000
"""Uses of a pair that does not fit."""

_BLOCK = 2_000_000
"""Pairs worked on at once."""


class Lanes(NamedTuple):
    """What the re-insertion knows beforehand of each pair of shipment and usable move.

    Pairs in time order, as in `SearchData`: ``lane`` uint16[U], the pair's lane among those of its shipment.
    Pairs lane by lane: ``move`` int32[U], ``rank`` int32[U] (place in the shipment's time order), ``fresh`` float32[U]
    (cents of the move for the shipment when nobody uses it yet, rounded down), by ``pair_ptr`` int64[L + 1].
    Lanes: ``lane_ptr`` int64[K + 1] into ``lane_i`` int32[L, 3] (from, to, number among all), ``lane_own`` float64[L]
    (least cents that the shipment shares with none) and ``lane_fresh`` float64[L] (least ``fresh``).
    ``time_least`` float64[K]: least cents for lateness and value of time. ``move_lane`` int32[M].
    ``least_share`` float64[K]: share of a move that the shipment takes at least.
    """

    lane: Any
    move: Any
    rank: Any
    fresh: Any
    pair_ptr: Any
    lane_ptr: Any
    lane_i: Any
    lane_own: Any
    lane_fresh: Any
    time_least: Any
    move_lane: Any
    least_share: Any


def make_lanes(data: SearchData) -> Lanes:
    """Work the lanes out, some shipments at a time to keep memory small."""
    shipments, pairs = data.k_class.size, data.usable_idx.size
    places = data.place_handling.size
    every, move_lane = np.unique(data.m_origin.astype(np.int64) * places + data.m_destination, return_inverse=True)
    pair = (
        np.zeros(pairs, np.uint16),
        np.zeros(pairs, np.int32),
        np.zeros(pairs, np.int32),
        np.zeros(pairs, np.float32),
    )
    time_least = np.zeros(shipments)
    blocks: list[tuple[Any, ...]] = []
    first = 0
    while first < shipments:
        last = int(np.searchsorted(data.usable_ptr, data.usable_ptr[first] + _BLOCK, side="right")) - 1
        last = min(shipments, max(last, first + 1))
        blocks.append(_block(data, first, last, pair, time_least))
        first = last
    counts = np.concatenate([np.zeros(0, np.int64), *(b[0] for b in blocks)])
    ends = np.concatenate([np.zeros((0, 2), np.int64), *(b[1] for b in blocks)])
    sizes = np.concatenate([np.zeros(0, np.int64), *(b[4] for b in blocks)])
    number = np.searchsorted(every, ends[:, 0] * places + ends[:, 1])
    return Lanes(
        lane=pair[0],
        move=pair[1],
        rank=pair[2],
        fresh=pair[3],
        pair_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        lane_ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        lane_i=np.ascontiguousarray(np.column_stack([ends, number]).astype(np.int32)),
        lane_own=np.concatenate([np.zeros(0), *(b[2] for b in blocks)]),
        lane_fresh=np.concatenate([np.zeros(0), *(b[3] for b in blocks)]),
        time_least=time_least,
        move_lane=move_lane.astype(np.int32),
        least_share=np.maximum(0.02, (data.k_size / np.maximum(1, data.m_capacity.max(axis=0, initial=1))).max(axis=1)),
    )


def _block(data: SearchData, first: int, last: int, pair: tuple[Any, ...], time_least: Any) -> tuple[Any, ...]:
    """Fill the pairs of shipments ``first`` to ``last``; returns lanes per shipment, their ends, own, fresh, pairs."""
    pairs = slice(int(data.usable_ptr[first]), int(data.usable_ptr[last]))
    moves = data.usable_idx[pairs]
    k = np.repeat(np.arange(first, last), np.diff(data.usable_ptr[first : last + 1]))
    uses = _needs(data, k, moves)
    origin, destination = data.m_origin[moves].astype(np.int64), data.m_destination[moves].astype(np.int64)
    own = data.k_handling[k, origin] + data.m_cents_per_kg[moves] * data.k_size[k, 1]
    own += np.where(data.k_transit[k], 0.0, data.m_crossing[moves])
    unused = own + np.where(data.k_powered[k], data.m_cost_powered[moves], data.m_cost[moves]) * uses
    unused[uses >= NO_NEED] = INF
    places = data.place_handling.size
    key = ((k - first) * places + origin) * places + destination
    lanes, inverse, sizes = np.unique(key, return_inverse=True, return_counts=True)
    counts = np.bincount(lanes // (places * places), minlength=last - first)
    starts = np.cumsum(counts) - counts
    order = np.argsort(inverse, kind="stable")
    lane, move, rank, fresh = pair
    lane[pairs] = inverse - starts[k - first]
    move[pairs] = moves[order]
    rank[pairs] = order + pairs.start - data.usable_ptr[k[order]]
    fresh[pairs] = unused[order] * (1.0 - 1e-6)
    ends = np.column_stack([lanes // places % places, lanes % places])
    edges = np.cumsum(sizes) - sizes
    least_own = np.minimum.reduceat(own[order], edges) if order.size else own
    least_fresh = np.minimum.reduceat(unused[order], edges) if order.size else unused
    _time(data, first, last, k, moves, destination, time_least)
    return counts, ends, least_own, least_fresh, sizes


def _needs(data: SearchData, k: Any, moves: Any) -> Any:
    """Uses that each pair needs alone, ``NO_NEED`` where it does not fit."""
    uses = np.ones(moves.size, np.int64)
    for dim in range(4):
        size, room = data.k_size[k, dim], data.m_capacity[moves, dim]
        uses = np.maximum(uses, np.where(size > 0, np.where(room > 0, -(-size // np.maximum(room, 1)), NO_NEED), 1))
    sealed = data.k_units[k]
    uses = np.where(sealed > 0, -(-sealed // np.maximum(data.m_units[moves], 1)), uses)
    return np.minimum(uses, NO_NEED)


def _time(data: SearchData, first: int, last: int, k: Any, moves: Any, destination: Any, time_least: Any) -> None:
    """Least cents of time: as if the earliest arrival at the end were delivered at once."""
    places = data.place_handling.size
    minutes = np.full((last - first, places), np.iinfo(np.int64).max // 4)
    mine = slice(int(data.end_ptr[first]), int(data.end_ptr[last]))
    owner = np.repeat(np.arange(last - first), np.diff(data.end_ptr[first : last + 1]))
    np.minimum.at(minutes, (owner, data.end_place[mine]), data.end_minutes[mine])
    earliest = np.full(last - first, np.iinfo(np.int64).max // 4)
    np.minimum.at(earliest, k - first, data.m_available[moves] + minutes[k - first, destination])
    block = slice(first, last)
    arrive = np.where(earliest < np.iinfo(np.int64).max // 8, earliest, data.k_ready[block])
    late = np.maximum(0, arrive - data.k_due[block])
    time_least[block] = data.k_time_value[block] * (arrive - data.k_ready[block]) + data.k_late[block] * late
