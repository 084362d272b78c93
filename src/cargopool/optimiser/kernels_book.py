"""Compiled bookkeeping of the search: what an itinerary costs its shipment, and what it takes of moves and rows."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel, kernel
from cargopool.optimiser.kernel_data import (
    AVAILABLE,
    CAPACITY,
    CENTS_PER_KG,
    COST,
    COST_POWERED,
    CROSSING,
    DESTINATION,
    FREE_DAYS,
    GROUP,
    HANDLING,
    LATEST,
    LIVE_NEXT,
    LIVE_PREV,
    LOAD,
    MINUTE,
    ORIGIN,
    PALLET_ROWS,
    PLACE,
    POWERED,
    RATE,
    RIDERS,
    SEALED,
    SIZE,
    TRANSIT,
    UNITS,
    UNSERVED,
    USES,
)
from cargopool.optimiser.kernels import ASK, INF, NEVER, PUT, TAKE, change_pallets, delivered, storage_cents, time_cents


@inner_kernel
def uses_alone(mi, ki, m, k):
    """Uses of move ``m`` that shipment ``k`` needs alone; NEVER when it does not fit."""
    if ki[k, SEALED] > 0:
        return -(-ki[k, SEALED] // mi[m, UNITS])
    need = np.int64(1)
    for dim in range(4):
        size = ki[k, SIZE + dim]
        if size > 0:
            cap = mi[m, CAPACITY + dim]
            if cap <= 0:
                return np.int64(NEVER)
            if size > need * cap:
                need = -(-size // cap)
    return need


@inner_kernel
def uses_after(mi, ki, at, m, g, k, sign):
    """Uses of move ``m`` by group ``g`` after adding (sign 1) or removing (-1) shipment ``k``."""
    if ki[k, SEALED] > 0:
        return at[m, g, USES] + sign * -(-ki[k, SEALED] // mi[m, UNITS])
    need = np.int64(1)
    for dim in range(4):
        total = at[m, g, LOAD + dim] + sign * ki[k, SIZE + dim]
        if total > 0:
            cap = mi[m, CAPACITY + dim]
            if cap <= 0:
                return np.int64(NEVER)
            if total > need * cap:
                need = -(-total // cap)
    return need


@inner_kernel
def marginal(d, s, k, m):
    """Further uses of move ``m`` that shipment ``k`` needs there now; NEVER when the rows have no room for them."""
    g = d.ki[k, GROUP]
    extra = uses_alone(d.mi, d.ki, m, k)
    if g >= 0 and s.at[m, g, USES] > 0:
        extra = uses_after(d.mi, d.ki, s.at, m, g, k, PUT) - s.at[m, g, USES]
    if extra > 1000:
        return np.int64(NEVER)
    if extra > 0 and not rows_have_room(d, s, k, m, extra):
        return np.int64(NEVER)
    return extra


@inner_kernel
def rows_have_room(d, s, k, m, extra):
    """Whether the rows allow ``extra`` more uses of move ``m`` by the class of shipment ``k``."""
    at = m + (d.mi.shape[0] if d.ki[k, POWERED] else 0)
    for p in range(d.rows_ptr[at], d.rows_ptr[at + 1]):
        row = d.rows_idx[p]
        if s.row_use[row] + extra * d.rows_amount[p] > d.row_limit[row]:
            return False
    return True


@inner_kernel
def own_cost(d, k, plan):
    """Cents of shipment ``k`` that it shares with none: ends, handling, storage, per-kg carbon, crossings, time."""
    start, end, depth = plan[3], plan[4], plan[9]
    cost = d.start_cost[start] + d.end_cost[end]
    there = d.start_i[start, MINUTE]
    place = d.start_i[start, PLACE]
    for j in range(depth):
        m = plan[j]
        place = d.mi[m, ORIGIN]
        cost += d.k_handling[k, place] + d.mf[m, CENTS_PER_KG] * d.ki[k, SIZE + 1]
        cost += storage_cents(d.k_storage[k, place], d.pi[place, FREE_DAYS], there, d.mi[m, LATEST])
        if d.ki[k, TRANSIT] == 0:
            cost += d.mf[m, CROSSING]
        there = d.mi[m, AVAILABLE]
        place = d.mi[m, DESTINATION]
    done = plan[5 + depth] + (0 if d.ki[k, SEALED] > 0 else d.pi[place, HANDLING])
    return cost + d.k_handling[k, place] + time_cents(d.kf, d.ki, k, delivered(d, k, end, done))


@inner_kernel
def cost_now(d, s, k, plan, own):
    """Cents of putting shipment ``k`` on ``plan`` now, ``own`` included; INF when the rows have no room for it."""
    cost = own
    column = COST_POWERED if d.ki[k, POWERED] else COST
    for j in range(plan[9]):
        m = plan[j]
        extra = marginal(d, s, k, m)
        if extra >= NEVER:
            return INF
        if extra > 0:
            cost += extra * d.mf[m, column]
            for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
                if s.run_uses[d.runs_idx[p]] == 0:
                    cost += d.run_cost[d.runs_idx[p]]
    if d.ki[k, SEALED] == 0 and d.knobs[PALLET_ROWS] > 0:
        for j in range(plan[9] + 1):
            place = d.mi[plan[j], ORIGIN] if j < plan[9] else d.mi[plan[j - 1], DESTINATION]
            rate = d.pi[place, RATE]
            if rate > 0 and not change_pallets(
                d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, plan[5 + j], d.ki[k, SIZE], ASK
            ):
                return INF
    return cost


@inner_kernel
def link(s, k, j, m, sign):
    """Put leg ``j`` of shipment ``k`` on the list of riders of move ``m`` (sign 1), or take it off."""
    node = 3 * k + j
    if sign > 0:
        first = s.rider_head[m]
        s.rider_next[node] = first
        s.rider_prev[node] = -1
        if first >= 0:
            s.rider_prev[first] = node
        s.rider_head[m] = node
        return
    before, after = s.rider_prev[node], s.rider_next[node]
    if before >= 0:
        s.rider_next[before] = after
    else:
        s.rider_head[m] = after
    if after >= 0:
        s.rider_prev[after] = before


@inner_kernel
def enlist(e, s, m, g, sign):
    """Put move ``m`` on the list of those of its lane that group ``g`` has in use (sign 1), or take it off."""
    lane = e.move_lane[m]
    if sign > 0:
        first = s.live_head[g, lane]
        s.at[m, g, LIVE_NEXT] = first
        s.at[m, g, LIVE_PREV] = -1
        if first >= 0:
            s.at[first, g, LIVE_PREV] = m
        s.live_head[g, lane] = m
        return
    before, after = s.at[m, g, LIVE_PREV], s.at[m, g, LIVE_NEXT]
    if before >= 0:
        s.at[before, g, LIVE_NEXT] = after
    else:
        s.live_head[g, lane] = after
    if after >= 0:
        s.at[after, g, LIVE_PREV] = before


@inner_kernel
def book(d, e, s, k, plan, sign):
    """Add (sign 1) or take away (-1) shipment ``k`` on all that ``plan`` uses; returns the change of shared cents."""
    change = 0.0
    g = d.ki[k, GROUP]
    powered = d.ki[k, POWERED]
    shift = d.mi.shape[0] if powered else 0
    depth = plan[9]
    for j in range(depth):
        m = plan[j]
        link(s, k, j, m, sign)
        if g < 0:
            extra = sign * uses_alone(d.mi, d.ki, m, k)
        else:
            new = uses_after(d.mi, d.ki, s.at, m, g, k, sign)
            for dim in range(4):
                s.at[m, g, LOAD + dim] += sign * d.ki[k, SIZE + dim]
            s.at[m, g, RIDERS] += sign
            if s.at[m, g, RIDERS] == 0:
                new = np.int64(0)
            extra = new - s.at[m, g, USES]
            if (new > 0) != (s.at[m, g, USES] > 0):
                enlist(e, s, m, g, sign)
            s.at[m, g, USES] = new
        if extra == 0:
            continue
        for p in range(d.rows_ptr[shift + m], d.rows_ptr[shift + m + 1]):
            s.row_use[d.rows_idx[p]] += extra * d.rows_amount[p]
        change += extra * (d.mf[m, COST_POWERED] if powered else d.mf[m, COST])
        for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
            run = d.runs_idx[p]
            before = s.run_uses[run]
            s.run_uses[run] = before + extra
            if before == 0 and extra > 0:
                change += d.run_cost[run]
            elif before > 0 and s.run_uses[run] == 0:
                change -= d.run_cost[run]
    if d.ki[k, SEALED] == 0 and d.knobs[PALLET_ROWS] > 0:
        for j in range(depth + 1):
            place = d.mi[plan[j], ORIGIN] if j < depth else d.mi[plan[depth - 1], DESTINATION]
            rate = d.pi[place, RATE]
            if rate > 0:
                change_pallets(
                    d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, plan[5 + j], d.ki[k, SIZE], sign
                )
    return change


@kernel
def insert(d, e, s, k, plan):
    """Book shipment ``k`` on itinerary ``plan`` (moves (3), start option, end option, handling starts (4), depth)."""
    for j in range(10):
        s.plan[k, j] = plan[j]
    s.own[k] = own_cost(d, k, plan)
    s.served[k] = True
    s.total[0] += book(d, e, s, k, plan, PUT) + s.own[k] - d.kf[k, UNSERVED]


@kernel
def remove(d, e, s, k):
    """Take shipment ``k`` off its itinerary."""
    if s.served[k]:
        s.served[k] = False
        s.total[0] += book(d, e, s, k, s.plan[k], TAKE) - s.own[k] + d.kf[k, UNSERVED]
