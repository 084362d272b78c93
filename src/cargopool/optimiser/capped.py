"""Caps on emissions in the full model: rows that any plan within them keeps, and cuts where a plan breaks one.

What a cap of a shipper or a lane counts are shares of whole load units, by the mass of what is in each: no linear
function of the plan. So the model has a row that counts no more than those shares can be, and a choice that breaks the
cap all the same is forbidden afterwards, together with all that could only be worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.footprint import activity_kg_hm, cap_states
from cargopool.model.caps import all_caps, is_whole, members
from cargopool.model.plan import Plan
from cargopool.model.scenario import EmissionCap
from cargopool.network.arrays import Bool, Float64, Int64, Network
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.pool import Pool, slot_grams, slot_room, units_needed
from cargopool.optimiser.row_types import Layout, Row
from cargopool.units import GRAMS_PER_KG, KG_PER_TONNE

_HM_PER_KM = 10
_ROUNDED_GRAMS = 64.0
"""A share may lie this much below its exact value: each of a unit's elements is dealt out in whole grams."""
_TINY = 1e-6


def broken_caps(network: Network, plan: Plan) -> tuple[EmissionCap, ...]:
    """Caps that a plan breaks."""
    return tuple(state.cap for state in cap_states(network.scenario, plan) if state.excess_grams)


def cap_rows(network: Network, pool: Pool, layout: Layout) -> list[Row]:
    """One row per cap; exact for caps of the whole plan, never too strict for the others."""
    rows = []
    for cap in all_caps(network.scenario):
        counted = _counted(network, cap)
        grams = np.zeros(layout.size)
        if is_whole(cap):
            grams[: layout.columns] = pool.grams
            grams[layout.n : layout.y] = slot_grams(network, pool)
            grams[layout.y :] = network.run_grams
        else:
            mine = counted[pool.shipment]
            grams[: layout.columns] = np.where(mine, pool.grams + _least_shares(network, pool), 0.0)
        limit = _allowance(network, cap, counted)
        grams[layout.z : layout.n] += limit.unserved
        used = np.flatnonzero(grams)
        rows.append(Row(tuple(used.tolist()), tuple(grams[used].tolist()), -np.inf, limit.grams + _TINY))
    return rows


@dataclass(frozen=True, slots=True)
class _Allowance:
    """Grams allowed when everybody counted is served, and what each shipment left out takes off that."""

    grams: float
    unserved: Float64


def _allowance(network: Network, cap: EmissionCap, counted: Bool) -> _Allowance:
    if cap.co2e_kg is not None:
        return _Allowance(float(np.floor(cap.co2e_kg * GRAMS_PER_KG + _TINY)), np.zeros(counted.size))
    scenario = network.scenario
    work = [activity_kg_hm(scenario, scenario.shipments[name]) for name in network.shipment_ids]
    each = np.where(counted, (cap.g_per_tkm or 0.0) / (KG_PER_TONNE * _HM_PER_KM) * np.array(work, np.float64), 0.0)
    return _Allowance(float(each.sum()), each)


def _counted(network: Network, cap: EmissionCap) -> Bool:
    chosen = set(members(network.scenario, cap))
    return np.array([name in chosen for name in network.shipment_ids], dtype=np.bool_)


def _least_shares(network: Network, pool: Pool) -> Float64:
    """Grams of the units of its slots that a column bears at least: its mass of a full one's."""
    rides = pool.rides.tocoo()
    room = slot_room(network, pool)[rides.row, 1].astype(np.float64)
    share = slot_grams(network, pool)[rides.row] * pool.size[rides.col, 1] / np.maximum(room, 1.0) - _ROUNDED_GRAMS
    share = np.where(room > 0, np.maximum(share, 0.0), 0.0)
    return np.bincount(rides.col, share, minlength=pool.count).astype(np.float64)


def alone_above_caps(network: Network, pool: Pool) -> Bool:
    """Shipments that emit more than a cap in kg allows, whatever column they take alone in its units, bool[K]."""
    found = np.zeros(len(network.shipment_ids), dtype=np.bool_)
    caps = all_caps(network.scenario)
    if not caps or pool.count == 0:
        return found
    alone = pool.grams + units_needed(network, pool).T @ slot_grams(network, pool)
    least = np.full(found.size, np.inf)
    np.minimum.at(least, pool.shipment, alone.astype(np.float64))
    for cap in caps:
        if cap.co2e_kg is not None:
            limit = _allowance(network, cap, _counted(network, cap)).grams
            found |= _counted(network, cap) & np.isfinite(least) & (least > limit + _TINY)
    return found


@dataclass(frozen=True, slots=True)
class CapCuts:
    """Rows that forbid what breaks a cap.

    Attributes
    ----------
    proven : bool
        True when nothing that they forbid could have kept the cap in another load plan.
    """

    rows: tuple[Row, ...]
    proven: bool


def cap_cuts(
    network: Network,
    planner: LoadPlanner,
    pool: Pool,
    layout: Layout,
    chosen: Sequence[int],
    broken: Iterable[EmissionCap],
) -> CapCuts:
    """Forbid the chosen columns of those whom a broken cap counts, unless others join them in their units.

    With the same columns, and nobody new on their moves and charter runs, their shares are no smaller: whoever leaves a
    unit leaves its grams to the rest.
    """
    rows, proven = [], True
    for cap in broken:
        counted = _counted(network, cap)
        mine = [c for c in chosen if counted[pool.shipment[c]]]
        near = _near_slots(network, pool, mine)
        joining = _joining(pool, near, chosen, counted)
        left_out = sorted(set(np.flatnonzero(counted).tolist()) - {int(pool.shipment[c]) for c in mine})
        index, amount = [*mine, *joining], [1.0] * len(mine) + [-1.0] * len(joining)
        if cap.g_per_tkm is not None:  # serving one more of them allows more
            index += [layout.z + k for k in left_out]
            amount += [1.0] * len(left_out)
        served_else = float(len(left_out)) if cap.g_per_tkm is not None else 0.0
        rows.append(Row(tuple(index), tuple(amount), -np.inf, len(mine) + served_else - 1.0))
        allowed = _allowance(network, cap, counted)
        limit = allowed.grams - float(allowed.unserved[left_out].sum())
        proven &= _least_grams(network, planner, pool, chosen, mine, counted) > limit + _TINY
    return CapCuts(tuple(rows), proven)


def _near_slots(network: Network, pool: Pool, mine: Sequence[int]) -> Int64:
    """Slots that the columns ride, and all others on the same charter runs."""
    ridden = np.unique(pool.rides.tocsc()[:, list(mine)].indices)
    runs = _runs_of_slots(network, pool)
    taken = {run for slot in ridden.tolist() for run in runs[slot]}
    shared = [slot for slot, used in enumerate(runs) if taken.intersection(used)]
    return np.union1d(ridden, np.array(shared, np.int64)).astype(np.int64)


def _runs_of_slots(network: Network, pool: Pool) -> list[set[int]]:
    rows = network.move_rows
    found = []
    for move in pool.slot_move.tolist():
        runs = network.row_run[rows.index[rows.indptr[move] : rows.indptr[move + 1]]]
        found.append({int(run) for run in runs if run >= 0})
    return found


def _joining(pool: Pool, near: Int64, chosen: Sequence[int], counted: Bool) -> list[int]:
    """Columns of others that ride the slots and are not chosen."""
    riders = np.unique(pool.rides[near].indices)
    return [int(c) for c in riders if not counted[pool.shipment[c]] and c not in set(chosen)]


def _least_grams(
    network: Network, planner: LoadPlanner, pool: Pool, chosen: Sequence[int], mine: Sequence[int], counted: Bool
) -> float:
    """Least grams that the counted shipments bear when these columns are chosen, however the units are loaded."""
    total = float(pool.grams[list(mine)].sum())
    rides, picked = pool.rides.tocsc(), list(chosen)
    grams, room = slot_grams(network, pool), slot_room(network, pool)
    for slot in np.unique(rides[:, list(mine)].indices).tolist():
        riders = [c for c in picked if slot in rides.indices[rides.indptr[c] : rides.indptr[c + 1]]]
        loads = [(int(pool.shipment[c]), int(pool.first[c]), int(pool.atoms[c])) for c in riders]
        own = float(sum(int(pool.size[c, 1]) for c in riders if counted[pool.shipment[c]]))
        whole = float(sum(int(pool.size[c, 1]) for c in riders))
        packing = planner.pack(int(pool.slot_move[slot]), loads)
        uses = 1 if packing is None else packing.least
        if own >= whole:
            total += float(grams[slot]) * uses
        elif whole > 0:
            # Over several units the shares add up to at least that of one unit with all of it inside.
            share = max(own / whole, own / max(1.0, float(room[slot, 1])))
            total += max(0.0, float(grams[slot]) * share - _ROUNDED_GRAMS * len(riders))
    return total
