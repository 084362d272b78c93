"""The kernels' constant arrays, packed: few arrays keep compiled calls cheap and compilation short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.search_data import NEVER, SearchData
from cargopool.optimiser.search_ends import INF

ORIGIN, DESTINATION, LATEST, AVAILABLE, UNITS, DONE, CAPACITY = range(7)
"""Columns of ``mi``; CAPACITY is the first of four."""
COST, COST_POWERED, CENTS_PER_KG, CROSSING = range(4)
"""Columns of ``mf``."""
CLASS, POWERED, SEALED, READY, DUE, LATEST_K, TRANSIT, SHIPPER, SIZE = range(9)
"""Columns of ``ki``; SIZE is the first of four."""
GROUP = 12
"""Column of ``ki``: number among the pooling classes of several shipments, -1 for a shipment that never shares."""
LATE, TIME_VALUE, UNSERVED = range(3)
"""Columns of ``kf``."""
PLACE, MINUTE = range(2)
"""Columns of ``start_i``."""
END_PLACE, END_MINUTES, END_DOOR = range(3)
"""Columns of ``end_i``."""
HANDLING, RATE, FREE_DAYS = range(3)
"""Columns of ``pi``."""
LOAD, USES, RIDERS, LIVE_NEXT, LIVE_PREV = 0, 4, 5, 6, 7
"""Columns of ``at`` of a search's state; LOAD is the first of four."""
FIRST_BUCKET, BUCKET_MIN, SLACK_MIN, MAX_MOVES, PALLET_ROWS = range(5)
"""Entries of ``knobs``."""


MOST_INT32 = (1 << 31) - 1


class KernelData(NamedTuple):
    """Packed `SearchData`; columns by the constants of this module.

    ``mi`` int32[M, 10], ``mf`` float64[M, 4], ``ki`` int64[K, 13], ``kf`` float64[K, 3], ``pi`` int64[P, 3].
    ``rows_ptr`` int64[2 M + 1]: rows of move m at m for ambient classes and at M + m for powered ones.
    ``end_of`` int32[K, P]: end option of a shipment at a place, -1 for none.
    ``DONE`` of a move is when loose freight has been handled at its destination, MOST_INT32 when it cannot be.
    """

    mi: Any
    mf: Any
    rows_ptr: Any
    rows_idx: Any
    rows_amount: Any
    runs_ptr: Any
    runs_idx: Any
    row_limit: Any
    row_move_ptr: Any
    row_move_idx: Any
    run_cost: Any
    ki: Any
    kf: Any
    k_handling: Any
    k_storage: Any
    related: Any
    start_ptr: Any
    start_i: Any
    start_cost: Any
    end_ptr: Any
    end_of: Any
    end_i: Any
    end_cost: Any
    pi: Any
    open_ptr: Any
    open_start: Any
    open_end: Any
    pallet_row: Any
    knobs: Any


def _both_rows(data: SearchData) -> tuple[Any, Any, Any]:
    """Row use of ambient classes, then of powered ones (their own in addition), in one compressed list."""
    moves = data.m_latest.size
    plain = np.diff(data.mr_ptr)
    extra = np.diff(data.mp_ptr)
    own = np.arange(2 * moves, dtype=np.int32)
    owner = np.concatenate([np.repeat(own, np.tile(plain, 2)), np.repeat(own[moves:], extra)])
    index = np.concatenate([data.mr_idx, data.mr_idx, data.mp_idx]).astype(np.int32)
    amount = np.concatenate([data.mr_amount, data.mr_amount, data.mp_amount]).astype(np.int32)
    kept = binding_rows(data)[index]
    owner, index, amount = owner[kept], index[kept], amount[kept]
    order = np.argsort(owner, kind="stable")
    pointers = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=2 * moves))]).astype(np.int64)
    return pointers, index[order], amount[order]


def binding_rows(data: SearchData) -> Any:
    """Rows that others do not keep anyway, as when two slots for sale can never fill a train's 90 TEU; bool[R].

    Each move has a scarcest row, the one with room for the fewest uses. A row whose moves cannot exceed it while
    their scarcest rows hold is no constraint.
    """
    limit = data.row_limit.astype(np.float64)
    number = np.arange(data.m_latest.size, dtype=np.int32)
    move = np.concatenate([np.repeat(number, np.diff(m)) for m in (data.mr_ptr, data.mp_ptr)])
    row = np.concatenate([data.mr_idx, data.mp_idx])
    amount = np.concatenate([data.mr_amount, data.mp_amount]).astype(np.float32)
    if not row.size:
        return np.zeros(limit.size, np.bool_)
    scarcest, per_use = _scarcest(data, limit, move[: data.mr_idx.size])
    total = np.zeros(limit.size)
    known = scarcest[move] >= 0
    total[row[~known]] = np.inf
    move, row, amount = move[known], row[known], amount[known]
    pair, inverse = np.unique(row.astype(np.int64) * limit.size + scarcest[move], return_inverse=True)
    ratio = np.zeros(pair.size)
    np.maximum.at(ratio, inverse, amount / per_use[move])
    np.add.at(total, pair // limit.size, ratio * limit[pair % limit.size])
    binding = total > limit
    binding[scarcest[scarcest >= 0]] = True
    return binding


def _scarcest(data: SearchData, limit: Any, move: Any) -> tuple[Any, Any]:
    """The row of each move that has room for the fewest uses, -1 for none, and what a use takes of it."""
    uses = limit[data.mr_idx] / np.maximum(data.mr_amount, 1e-9)
    sizes = np.diff(data.mr_ptr)
    some = sizes > 0
    least = np.zeros(some.size)
    least[some] = np.minimum.reduceat(uses, data.mr_ptr[:-1][some]) if uses.size else least[some]
    tied = np.flatnonzero(uses <= least[move])
    scarcest = np.full(some.size, limit.size, np.int64)
    np.minimum.at(scarcest, move[tied], data.mr_idx[tied])
    scarcest[~some] = -1
    per_use = np.ones(some.size)
    chosen = tied[data.mr_idx[tied] == scarcest[move[tied]]]
    per_use[move[chosen]] = np.maximum(data.mr_amount[chosen], 1e-9)
    return scarcest, per_use


def handled(data: SearchData) -> Any:
    """When loose freight of each move has been handled at its destination."""
    done = np.full(data.m_latest.size, NEVER, np.int64)
    for place in np.unique(data.m_destination):
        at = np.flatnonzero(data.m_destination == place)
        duration = int(data.place_handling[place])
        lo, hi = data.open_ptr[place], data.open_ptr[place + 1]
        minute = data.m_available[at]
        if lo == hi:
            done[at] = minute + duration
            continue
        opens, closes = data.open_start[lo:hi], data.open_end[lo:hi]
        fits = closes - opens >= duration
        opens, closes = opens[fits], closes[fits]
        i = np.searchsorted(closes - duration, minute)
        found = i < opens.size
        done[at[found]] = np.maximum(minute[found], opens[i[found]]) + duration
    return done


def sharing_groups(data: SearchData) -> Any:
    """Consecutive numbers of the pooling classes that several shipments have, by shipment; -1 for the others."""
    _, inverse, counts = np.unique(data.k_class, return_inverse=True, return_counts=True)
    number = np.where(counts > 1, np.cumsum(counts > 1) - 1, -1)
    return number[inverse].astype(np.int64)


def packed_moves(data: SearchData) -> dict[str, Any]:
    """The packed arrays over moves, whichever shipments there are."""
    columns = (data.m_origin, data.m_destination, data.m_latest, data.m_available, data.m_units, handled(data))
    mi = np.empty((data.m_latest.size, len(columns) + 4), np.int32)
    for i, column in enumerate((*columns, *data.m_capacity.T)):
        mi[:, i] = np.clip(column, -MOST_INT32, MOST_INT32)
    costs = np.column_stack([data.m_cost, data.m_cost_powered, data.m_cents_per_kg, data.m_crossing])
    rows_ptr, rows_idx, rows_amount = _both_rows(data)
    mf = np.ascontiguousarray(costs.astype(float))
    return {"mi": mi, "mf": mf, "rows_ptr": rows_ptr, "rows_idx": rows_idx, "rows_amount": rows_amount}


def pack(data: SearchData, moves: Mapping[str, Any] | None = None) -> KernelData:
    """Pack the arrays of a search; ``moves``: what `packed_moves` gave for the same moves and limits."""
    shipments, places = data.k_class.size, data.place_handling.size
    moves = packed_moves(data) if moves is None else moves
    end_of = np.full((shipments, places), -1, np.int32)
    owner = np.repeat(np.arange(shipments), np.diff(data.end_ptr))
    end_of[owner, data.end_place] = np.arange(data.end_place.size)
    ki = np.column_stack(
        [
            data.k_class,
            data.k_powered,
            data.k_units,
            data.k_ready,
            data.k_due,
            data.k_latest,
            data.k_transit,
            data.k_shipper,
            data.k_size,
            sharing_groups(data),
        ]
    ).astype(np.int64)
    return KernelData(
        **moves,
        runs_ptr=data.my_ptr,
        runs_idx=data.my_idx,
        row_limit=data.row_limit,
        row_move_ptr=data.row_move_ptr,
        row_move_idx=data.row_move_idx,
        run_cost=data.run_cost,
        ki=np.ascontiguousarray(ki),
        kf=np.ascontiguousarray(np.column_stack([data.k_late, data.k_time_value, data.k_unserved]).astype(float)),
        k_handling=np.where(data.k_handling < INF / 2, data.k_handling, INF),
        k_storage=data.k_storage,
        related=data.related,
        start_ptr=data.start_ptr,
        start_i=np.ascontiguousarray(np.column_stack([data.start_place, data.start_minute]).astype(np.int64)),
        start_cost=data.start_cost,
        end_ptr=data.end_ptr,
        end_of=end_of,
        end_i=np.ascontiguousarray(np.column_stack([data.end_place, data.end_minutes, data.end_door]).astype(np.int64)),
        end_cost=data.end_cost,
        pi=np.ascontiguousarray(
            np.column_stack([data.place_handling, data.place_rate, data.place_free_days]).astype(np.int64)
        ),
        open_ptr=data.open_ptr,
        open_start=data.open_start,
        open_end=data.open_end,
        pallet_row=data.pallet_row,
        knobs=np.array(
            [data.first_bucket, data.bucket_min, data.slack_min, data.max_moves, data.has_pallet_rows], np.int64
        ),
    )
