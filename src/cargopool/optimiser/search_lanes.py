"""Lanes of each shipment: what going from place to place costs it at least, whatever the time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_ends import INF

NO_NEED = 1_000
"""Uses of a pair that does not fit."""

_BLOCK = 250_000
"""Pairs worked on at once."""


class Lanes(NamedTuple):
    """What the re-insertion knows beforehand of each pair of shipment and usable move.

    Pairs by shipment, lane and departure: ``move`` int32[U] and ``fresh`` float32[U] (cents of the move for the
    shipment when nobody uses it yet, rounded down; negative where a pair before it on the lane arrives later), by
    ``pair_ptr`` int64[L + 1].
    Lanes: ``lane_ptr`` int64[K + 1] into ``lane_i`` int32[L, 3] (from, to, number among all), ``lane_own`` float64[L]
    (least cents that the shipment shares with none) and ``lane_fresh`` float64[L] (least ``fresh``).
    ``user_ptr`` int64[N + 1]: users of each of all lanes, ``user`` int32[L, 2]: the shipment and its lane.
    ``time_least`` float64[K]: least cents for lateness and value of time. ``move_lane`` int32[M]; ``rank`` int32[M]:
    place of a move among all when they are ordered by lane and departure. ``latest`` int32[M].
    ``least_share`` float64[K]: share of a move that the shipment takes at least.
    """

    move: Any
    fresh: Any
    pair_ptr: Any
    lane_ptr: Any
    lane_i: Any
    lane_own: Any
    lane_fresh: Any
    user_ptr: Any
    user: Any
    time_least: Any
    move_lane: Any
    rank: Any
    latest: Any
    least_share: Any


class MoveLanes(NamedTuple):
    """Lane, rank and latest departure of each move, as in `Lanes`: the same whichever shipments there are."""

    move_lane: Any
    rank: Any
    latest: Any


def make_move_lanes(data: SearchData) -> MoveLanes:
    """Number the lanes."""
    way = data.m_origin.astype(np.int64) * data.place_handling.size + data.m_destination
    _, lane = np.unique(way, return_inverse=True)
    order = np.lexsort((data.m_latest, lane))
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    return MoveLanes(lane.astype(np.int32), rank, data.m_latest.astype(np.int32))


def make_lanes(data: SearchData, moves: MoveLanes) -> Lanes:
    """Work the lanes of the shipments out, some shipments at a time to keep memory small."""
    shipments, move_lane = data.k_class.size, moves.move_lane
    move = _by_lane(data, moves.rank)
    fresh = np.zeros(move.size, np.float32)
    time_least = np.zeros(shipments)
    blocks: list[tuple[Any, ...]] = []
    first = 0
    while first < shipments:
        last = int(np.searchsorted(data.usable_ptr, data.usable_ptr[first] + _BLOCK, side="right")) - 1
        last = min(shipments, max(last, first + 1))
        blocks.append(_block(data, (first, last), move, move_lane, fresh, time_least))
        first = last
    counts, leading, own, least, sizes = (
        np.concatenate([np.zeros(0, kind), *(block[i] for block in blocks)])
        for i, kind in enumerate((np.int64, np.int64, np.float64, np.float64, np.int64))
    )
    number = move_lane[leading]
    by_number = np.argsort(number, kind="stable")
    lanes = int(move_lane.max(initial=0)) + 1
    owner = np.repeat(np.arange(shipments), counts)
    return Lanes(
        move=move,
        fresh=fresh,
        pair_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        lane_ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        lane_i=np.ascontiguousarray(
            np.column_stack([data.m_origin[leading], data.m_destination[leading], number]).astype(np.int32)
        ),
        lane_own=own,
        lane_fresh=least,
        user_ptr=np.concatenate([[0], np.cumsum(np.bincount(number, minlength=lanes))]).astype(np.int64),
        user=np.ascontiguousarray(np.column_stack([owner[by_number], by_number]).astype(np.int32)),
        time_least=time_least,
        move_lane=move_lane,
        rank=moves.rank,
        latest=moves.latest,
        least_share=np.maximum(0.02, (data.k_size / np.maximum(1, data.m_capacity.max(axis=0, initial=1))).max(axis=1)),
    )


def _by_lane(data: SearchData, rank: Any) -> Any:
    """Usable moves of each shipment by lane and departure; as they are when the network has them so."""
    if (np.diff(rank) > 0).all():
        return data.usable_idx
    mine = np.split(data.usable_idx, data.usable_ptr[1:-1])
    return np.concatenate([np.zeros(0, np.int32), *(moves[np.argsort(rank[moves])] for moves in mine)])


def _block(
    data: SearchData, some: tuple[int, int], move: Any, move_lane: Any, fresh: Any, time_least: Any
) -> tuple[Any, ...]:
    """Fill in the pairs of shipments ``some``; returns lanes per shipment, their first moves, own, fresh, pairs."""
    first, last = some
    pairs = slice(int(data.usable_ptr[first]), int(data.usable_ptr[last]))
    moves = move[pairs]
    k = np.repeat(np.arange(first, last), np.diff(data.usable_ptr[first : last + 1]))
    uses = _needs(data, k, moves)
    own = data.k_handling[k, data.m_origin[moves]] + data.m_cents_per_kg[moves] * data.k_size[k, 1]
    own += np.where(data.k_transit[k], 0.0, data.m_crossing[moves])
    unused = own + np.where(data.k_powered[k], data.m_cost_powered[moves], data.m_cost[moves]) * uses
    unused[uses >= NO_NEED] = INF
    number = move_lane[moves]
    begins = np.flatnonzero((np.diff(number, prepend=-1) != 0) | (np.diff(k, prepend=-1) != 0))
    sizes = np.diff(np.append(begins, moves.size))
    _time(data, first, last, k, moves, time_least)
    fresh[pairs] = np.maximum(unused * (1.0 - 1e-6), 1e-3)
    fresh[pairs][_overtakes(data.m_available[moves], begins, sizes)] *= -1.0
    counts = np.bincount(k[begins] - first, minlength=last - first)
    least_own = np.minimum.reduceat(own, begins) if moves.size else own
    least_fresh = np.minimum.reduceat(unused, begins) if moves.size else unused
    return counts, moves[begins].astype(np.int64), least_own, least_fresh, sizes


def _overtakes(available: Any, begins: Any, sizes: Any) -> Any:
    """Which pairs are there before one that left earlier on the same lane."""
    base = np.repeat(np.arange(begins.size), sizes)
    lowest = int(available.min(initial=0))
    span = int(available.max(initial=0)) - lowest + 1
    shifted = available - lowest + base * span
    return shifted < np.maximum.accumulate(shifted)


def _needs(data: SearchData, k: Any, moves: Any) -> Any:
    """Uses that each pair needs alone, ``NO_NEED`` where it does not fit."""
    uses = np.ones(moves.size, np.int64)
    for dim in range(4):
        size, room = data.k_size[k, dim], data.m_capacity[moves, dim]
        uses = np.maximum(uses, np.where(size > 0, np.where(room > 0, -(-size // np.maximum(room, 1)), NO_NEED), 1))
    sealed = data.k_units[k]
    uses = np.where(sealed > 0, -(-sealed // np.maximum(data.m_units[moves], 1)), uses)
    return np.minimum(uses, NO_NEED)


def _time(data: SearchData, first: int, last: int, k: Any, moves: Any, time_least: Any) -> None:
    """Least cents of time: as if the earliest arrival at the end were delivered at once."""
    places = data.place_handling.size
    minutes = np.full((last - first, places), np.iinfo(np.int64).max // 4)
    mine = slice(int(data.end_ptr[first]), int(data.end_ptr[last]))
    owner = np.repeat(np.arange(last - first), np.diff(data.end_ptr[first : last + 1]))
    np.minimum.at(minutes, (owner, data.end_place[mine]), data.end_minutes[mine])
    earliest = np.full(last - first, np.iinfo(np.int64).max // 4)
    np.minimum.at(earliest, k - first, data.m_available[moves] + minutes[k - first, data.m_destination[moves]])
    block = slice(first, last)
    arrive = np.where(earliest < np.iinfo(np.int64).max // 8, earliest, data.k_ready[block])
    late = np.maximum(0, arrive - data.k_due[block])
    time_least[block] = data.k_time_value[block] * (arrive - data.k_ready[block]) + data.k_late[block] * late
