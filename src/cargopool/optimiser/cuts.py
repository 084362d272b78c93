"""Packing cuts: what the unit rows promise is packed, and where it needs more units the model learns it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.network.arrays import Int64, Network
from cargopool.optimiser.loading import Load, LoadPlanner
from cargopool.optimiser.pool import Pool
from cargopool.optimiser.row_types import Layout, Row

_MOST_COPIES = 400
"""Most slots of equal room on which one cut is repeated."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Loads of a slot that need more uses than the model gave."""

    slot: int
    loads: tuple[Load, ...]
    needed: int


def loads_by_slot(pool: Pool, chosen: Iterable[int]) -> dict[int, list[Load]]:
    """Loads of every slot that the chosen columns ride."""
    rides = pool.rides.tocsc()
    loads: dict[int, list[Load]] = {}
    for c in chosen:
        load = int(pool.shipment[c]), int(pool.first[c]), int(pool.atoms[c])
        for slot in rides.indices[rides.indptr[c] : rides.indptr[c + 1]].tolist():
            loads.setdefault(slot, []).append(load)
    return loads


def find_shortages(
    planner: LoadPlanner, pool: Pool, chosen: Sequence[int], counts: Int64
) -> tuple[list[Shortage], dict[int, int] | None]:
    """Pack every slot; returns what is short, and the uses that every slot needs (None when a load fits nowhere)."""
    short: list[Shortage] = []
    needs: dict[int, int] = {}
    broken = False
    for slot, loads in sorted(loads_by_slot(pool, chosen).items()):
        packing = planner.pack(int(pool.slot_move[slot]), loads)
        if packing is None:
            short.append(Shortage(slot, tuple(sorted(loads)), 0))
            broken = True
            continue
        needs[slot] = packing.count
        if packing.least > counts[slot]:
            short.append(Shortage(slot, tuple(sorted(loads)), packing.least))
    return short, None if broken else needs


def make_cuts(
    network: Network, planner: LoadPlanner, pool: Pool, layout: Layout, shortages: Sequence[Shortage]
) -> list[Row]:
    """Valid rows that the shortages break, on every slot of equal room."""
    cuts = []
    for shortage in shortages:
        if shortage.needed == 0:
            cuts.extend(_forbid(planner, pool, shortage))
        else:
            cuts.extend(_require(network, planner, pool, layout, shortage))
    return cuts


def _forbid(planner: LoadPlanner, pool: Pool, shortage: Shortage) -> list[Row]:
    """Columns whose load fits no unit of the slot are closed."""
    move = int(pool.slot_move[shortage.slot])
    rides = pool.rides
    riders = rides.indices[rides.indptr[shortage.slot] : rides.indptr[shortage.slot + 1]]
    rows = []
    for load in shortage.loads:
        if planner.pack(move, [load]) is None:
            same = [int(c) for c in riders if (pool.shipment[c], pool.first[c], pool.atoms[c]) == load]
            rows.append(Row(tuple(same), (1.0,) * len(same), -np.inf, 0.0))
    return rows


def _require(network: Network, planner: LoadPlanner, pool: Pool, layout: Layout, shortage: Shortage) -> list[Row]:
    """The cut ``n >= N - sum over S of need_k (1 - w_k)``.

    ``w_k`` is 1 when load k (or a larger range of the same shipment) rides the slot. Packing is subadditive: taking
    the missing loads away lowers the need by at most what each needs alone.
    """
    move = int(pool.slot_move[shortage.slot])
    loads, needed = _smallest(planner, move, shortage)
    alone = [_least(planner, move, [load]) for load in loads]
    room = planner.limits(move)
    group = int(pool.slot_class[shortage.slot])
    rows = []
    for slot in _slots_of_class(pool, group)[:_MOST_COPIES]:
        twin = int(pool.slot_move[slot])
        same_room = (network.move_capacity[twin] == network.move_capacity[move]).all()
        if slot != shortage.slot and (not same_room or planner.limits(twin) != room):
            continue
        row = _cut(pool, layout, slot, loads, alone, needed)
        if row is not None:
            rows.append(row)
    return rows


def _slots_of_class(pool: Pool, group: int) -> list[int]:
    return [int(slot) for slot in np.flatnonzero(pool.slot_class == group)]


def _cut(pool: Pool, layout: Layout, slot: int, loads: Sequence[Load], alone: Sequence[int], needed: int) -> Row | None:
    rides = pool.rides
    riders = rides.indices[rides.indptr[slot] : rides.indptr[slot + 1]]
    index: list[int] = [layout.n + slot]
    amount: list[float] = [1.0]
    for (k, first, atoms), need in zip(loads, alone, strict=True):
        end = pool.first[riders] + pool.atoms[riders]
        cover = riders[(pool.shipment[riders] == k) & (pool.first[riders] <= first) & (end >= first + atoms)]
        if cover.size == 0:
            return None
        index.extend(cover.tolist())
        amount.extend([-float(need)] * cover.size)
    return Row(tuple(index), tuple(amount), float(needed - sum(alone)), np.inf)


def _least(planner: LoadPlanner, move: int, loads: Sequence[Load]) -> int:
    packing = planner.pack(move, loads)
    return packing.count if packing is not None else 2**30


def _smallest(planner: LoadPlanner, move: int, shortage: Shortage) -> tuple[tuple[Load, ...], int]:
    """Leave out loads one by one while the need stays; a smaller set cuts deeper."""
    loads = list(shortage.loads)
    for load in sorted(shortage.loads, key=lambda load: (load[2], load)):
        fewer = [other for other in loads if other != load]
        packing = planner.pack(move, fewer) if fewer else None
        if packing is not None and packing.least >= shortage.needed:
            loads = fewer
    return tuple(loads), shortage.needed
