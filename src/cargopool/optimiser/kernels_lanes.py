"""Compiled prices of lanes: what going from place to place costs a shipment at least now, whatever the time.

A lane's least price (of the moves that are in use, or unused and known beforehand) bounds every itinerary over it from
below. Moves in use are looked up only on lanes that could pay if there were room in their units.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import (
    CAPACITY,
    CENTS_PER_KG,
    COST,
    COST_POWERED,
    CROSSING,
    GROUP,
    LIVE_NEXT,
    MAX_MOVES,
    ORIGIN,
    PLACE,
    POWERED,
    SIZE,
    TRANSIT,
    USES,
)
from cargopool.optimiser.kernels import INF, NEVER
from cargopool.optimiser.kernels_book import marginal

FROM, TO, NUMBER = range(3)
"""Columns of ``lane_i``."""
NONE, EVERY = np.int64(-1), np.int64(-2)
"""Instead of a move at a discount: none, or all of them."""


@inner_kernel
def pair_of(e, i, m):
    """Pair of lane ``i`` (of a shipment) and move ``m``; -1 when the shipment may not use it."""
    left, right = e.pair_ptr[i], e.pair_ptr[i + 1]
    rank = e.rank[m]
    while left < right:
        middle = (left + right) // 2
        if e.rank[e.move[middle]] < rank:
            left = middle + 1
        else:
            right = middle
    return left if left < e.pair_ptr[i + 1] and e.move[left] == m else np.int64(-1)


@inner_kernel
def price(d, s, k, m, discount_move, discount):
    """Cents of shipment ``k`` on move ``m`` now, but for storage: its own and those of further uses; INF: no room."""
    extra = marginal(d, s, k, m)
    if extra >= NEVER:
        return INF
    cents = d.k_handling[k, d.mi[m, ORIGIN]] + d.mf[m, CENTS_PER_KG] * d.ki[k, SIZE + 1]
    if d.ki[k, TRANSIT] == 0:
        cents += d.mf[m, CROSSING]
    if extra > 0:
        use = d.mf[m, COST_POWERED if d.ki[k, POWERED] else COST]
        offered = discount_move == m or discount_move == EVERY  # noqa: PLR1714 - the compiled code needs it so
        cents += (min(float(extra), share_of(d, k, m)) * discount if offered else extra) * use
        cents += runs(d, s, m) * (0.3 if offered else 1.0)
    return cents


@inner_kernel
def share_of(d, k, m):
    """Share of a use of move ``m`` that shipment ``k`` takes, by its tightest dimension."""
    share = 0.02
    for dim in range(4):
        if d.mi[m, CAPACITY + dim] > 0:
            share = max(share, d.ki[k, SIZE + dim] / d.mi[m, CAPACITY + dim])
    return share


@inner_kernel
def runs(d, s, m):
    """Cents of the charter runs that move ``m`` rides and that nobody has hired yet."""
    cents = 0.0
    for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
        if s.run_uses[d.runs_idx[p]] == 0:
            cents += d.run_cost[d.runs_idx[p]]
    return cents


@inner_kernel
def least_prices(d, e, s, w, k, discount_move, share):
    """Write a price that each lane of shipment ``k`` cannot beat, its own cents where a move is in use; list all."""
    g = d.ki[k, GROUP]
    first = e.lane_ptr[k]
    offered = e.move_lane[discount_move] if discount_move >= 0 else -1
    lanes = e.lane_ptr[k + 1] - first
    for i in range(lanes):
        number = e.lane_i[first + i, NUMBER]
        own = e.lane_own[first + i]
        some = number == offered or (g >= 0 and s.live_head[g, number] >= 0)
        w.now[i] = own if some else own + share * (e.lane_fresh[first + i] - own)
        w.active[i] = i
    return lanes


@inner_kernel
def price_lanes(d, e, s, w, k, lanes, discount_move, discount, share):
    """Write the least price now of the listed lanes, and the prices of their moves in use or on offer."""
    g = d.ki[k, GROUP]
    first = e.lane_ptr[k]
    offered = e.move_lane[discount_move] if discount_move >= 0 else -1
    count = np.int64(0)
    most = w.used_move.shape[0]
    for j in range(lanes):
        i = w.active[j]
        number = e.lane_i[first + i, NUMBER]
        least = e.lane_own[first + i] + share * (e.lane_fresh[first + i] - e.lane_own[first + i])
        head = np.int64(-1)
        m = np.int64(s.live_head[g, number]) if g >= 0 else np.int64(-1)
        special = number == offered and not (g >= 0 and s.at[discount_move, g, USES] > 0)
        while (m >= 0 or special) and count < most:
            now = m
            if m >= 0:
                m = np.int64(s.at[m, g, LIVE_NEXT])
            else:
                now = discount_move
                special = False
            if pair_of(e, first + i, now) < 0:
                continue
            cents = price(d, s, k, now, discount_move, discount)
            if cents < INF:
                w.used_move[count] = now
                w.used_price[count] = cents
                w.used_next[count] = head
                head = count
                count += 1
                least = min(least, cents)
        w.used_head[i] = head
        w.now[i] = least


@inner_kernel
def bound_lanes(d, e, w, k, lanes, limit):
    """Keep of the listed lanes those that can be on an itinerary cheaper than ``limit``; returns how many."""
    deepest = d.knobs[MAX_MOVES]
    near, far = w.near, w.far
    near[:, :] = INF
    far[:, :] = INF
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        near[0, place] = min(near[0, place], d.start_cost[o])
    for o in range(d.end_ptr[k], d.end_ptr[k + 1]):
        place = d.end_i[o, PLACE]
        far[0, place] = min(far[0, place], d.end_cost[o] + d.k_handling[k, place] + e.time_least[k])
    first = e.lane_ptr[k]
    for depth in range(1, deepest):
        for place in range(near.shape[1]):
            near[depth, place] = near[depth - 1, place]
            far[depth, place] = far[depth - 1, place]
        for j in range(lanes):
            i = w.active[j]
            a, b, cost = e.lane_i[first + i, FROM], e.lane_i[first + i, TO], w.now[i]
            near[depth, b] = min(near[depth, b], near[depth - 1, a] + cost)
            far[depth, a] = min(far[depth, a], far[depth - 1, b] + cost)
    count = 0
    for j in range(lanes):
        i = w.active[j]
        a, b = e.lane_i[first + i, FROM], e.lane_i[first + i, TO]
        least = INF
        for depth in range(deepest):
            least = min(least, near[depth, a] + far[deepest - 1 - depth, b])
        if w.now[i] + least < limit:
            w.active[count] = i
            count += 1
    return count
