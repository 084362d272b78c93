"""Compiled re-insertion: the cheapest itinerary of a shipment at marginal whole-load-unit cost.

Before the moves are looked at one by one, the lanes are: a lane's least price now (of the moves that are in use) or
unused (known beforehand) bounds every itinerary over it from below, whatever the times. Lanes that cannot be on an
itinerary cheaper than what is known are passed over, and labels that cannot be completed cheaply enough are not kept.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import (
    AVAILABLE,
    CAPACITY,
    CENTS_PER_KG,
    COST,
    COST_POWERED,
    CROSSING,
    DONE,
    FREE_DAYS,
    GROUP,
    HANDLING,
    LATEST,
    LATEST_K,
    MAX_MOVES,
    MINUTE,
    PLACE,
    POWERED,
    RATE,
    SEALED,
    SIZE,
    TRANSIT,
)
from cargopool.optimiser.kernels import (
    INF,
    NEVER,
    delivered,
    handling_start,
    next_random,
    storage_cents,
    time_cents,
)
from cargopool.optimiser.kernels_book import marginal

MAX_LABELS = 4096
FROM, TO, NUMBER = range(3)
"""Columns of ``lane_i``."""
NONE, EVERY = np.int64(-1), np.int64(-2)
"""Instead of a move at a discount: none, or all of them."""


@inner_kernel
def discounted(d, k, m, extra, discount, column):
    """Cents of a move that is offered at a discount: in proportion to the room that the shipment takes."""
    share = 0.02
    for dim in range(4):
        if d.mi[m, CAPACITY + dim] > 0:
            share = max(share, d.ki[k, SIZE + dim] / d.mi[m, CAPACITY + dim])
    return min(float(extra), share) * discount * d.mf[m, column]


@inner_kernel
def price_lanes(d, e, s, w, k, discount_move, discount):
    """Write the least price now of each lane of shipment ``k``: as unused, or over the moves in use."""
    g = d.ki[k, GROUP]
    column = COST_POWERED if d.ki[k, POWERED] else COST
    first = e.lane_ptr[k]
    offered = e.move_lane[discount_move] if discount_move >= 0 else -1
    share = min(1.0, discount * e.least_share[k]) if discount_move == EVERY else 1.0
    for i in range(first, e.lane_ptr[k + 1]):
        number = e.lane_i[i, NUMBER]
        own = e.lane_own[i]
        least = own + share * (e.lane_fresh[i] - own)
        if number == offered:
            extra = marginal(d, s, k, discount_move)
            if extra < NEVER:
                least = min(least, own + discounted(d, k, discount_move, extra, discount, column))
        if g >= 0 and s.live_lane[g, number] > 0 and own < least:
            for u in range(e.pair_ptr[i], e.pair_ptr[i + 1]):
                m = np.int64(e.move[u])
                if s.live[g, m]:
                    extra = marginal(d, s, k, m)
                    if extra == 0:
                        least = own
                        break
                    if extra < NEVER and own + extra * d.mf[m, column] * share < least:
                        least = own + extra * d.mf[m, column] * share
        w.lane_now[i - first] = least


@inner_kernel
def bound_lanes(d, e, w, k, limit):
    """Mark the lanes that can be on an itinerary cheaper than ``limit``; returns how many."""
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
    lanes = e.lane_ptr[k + 1] - first
    for depth in range(1, deepest):
        for place in range(near.shape[1]):
            near[depth, place] = near[depth - 1, place]
            far[depth, place] = far[depth - 1, place]
        for i in range(lanes):
            a, b, cost = e.lane_i[first + i, FROM], e.lane_i[first + i, TO], w.lane_now[i]
            near[depth, b] = min(near[depth, b], near[depth - 1, a] + cost)
            far[depth, a] = min(far[depth, a], far[depth - 1, b] + cost)
    count = 0
    for i in range(lanes):
        a, b = e.lane_i[first + i, FROM], e.lane_i[first + i, TO]
        least = INF
        for depth in range(deepest):
            least = min(least, near[depth, a] + far[deepest - 1 - depth, b])
        w.room[i] = limit - least
        count += w.lane_now[i] < w.room[i]
    return count


@inner_kernel
def mark_pairs(d, e, s, w, k, discount_move, discount):
    """Flag, by their place in time, the moves that can be on an itinerary cheap enough."""
    g = d.ki[k, GROUP]
    first = e.lane_ptr[k]
    share = min(1.0, discount * e.least_share[k])
    for i in range(first, e.lane_ptr[k + 1]):
        room = w.room[i - first]
        if w.lane_now[i - first] >= room:
            continue
        if discount_move == EVERY:
            own = e.lane_own[i]
            room = own + (room - own) / share
        in_use = g >= 0 and s.live_lane[g, e.lane_i[i, NUMBER]] > 0
        for u in range(e.pair_ptr[i], e.pair_ptr[i + 1]):
            if e.fresh[u] < room or (in_use and s.live[g, e.move[u]]) or e.move[u] == discount_move:
                w.flags[e.rank[u]] = 1


@inner_kernel
def first_labels(d, s, w, k):
    """Labels of the places where shipment ``k`` may start; returns how many."""
    sealed = d.ki[k, SEALED] > 0
    n = 0
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        if d.k_handling[k, place] >= INF:
            continue
        start = handling_start(d, s, k, place, d.start_i[o, MINUTE])
        if start >= NEVER:
            continue
        w.place[n] = place
        w.arrival[n] = d.start_i[o, MINUTE]
        w.done[n] = start if sealed else start + d.pi[place, HANDLING]
        w.cost[n] = d.start_cost[o]
        w.depth[n] = 0
        w.move[n] = -1
        w.parent[n] = -1
        w.option[n] = o
        w.next[n] = w.head[place]
        w.head[place] = n
        n += 1
    return n


@inner_kernel
def take_ready(w, origin, latest):
    """Move the labels that are ready by ``latest`` out of the waiting ones; the cheapest of each depth stays."""
    i = w.head[origin]
    previous = -1
    while i >= 0:
        following = w.next[i]
        if w.done[i] <= latest:
            j = w.ready[origin, w.depth[i]]
            if j < 0 or w.cost[i] < w.cost[j]:
                w.ready[origin, w.depth[i]] = i
            if previous < 0:
                w.head[origin] = following
            else:
                w.next[previous] = following
        else:
            previous = i
        i = following


@inner_kernel
def beaten(w, place, done, cost, depth):
    """Whether a label at ``place`` is no better than another one there."""
    for shallower in range(depth + 1):
        j = w.ready[place, shallower]
        if j >= 0 and w.cost[j] <= cost:
            return True
    j = w.head[place]
    while j >= 0:
        if w.done[j] <= done and w.cost[j] <= cost and w.depth[j] <= depth:
            return True
        j = w.next[j]
    return False


@inner_kernel
def visits(w, label, place):
    """Whether a label's way has been at ``place``."""
    while label >= 0:
        if w.place[label] == place:
            return True
        label = w.parent[label]
    return False


@inner_kernel
def best_itinerary(d, e, s, w, k, discount_move, discount, blink, limit, rng, out):
    """Cheapest itinerary of ``k`` at marginal cost below ``limit``, by label setting over moves in time order.

    Labels wait at a place until a move leaves after they are ready; of the ready ones only the cheapest of each depth
    is kept. ``out`` int64[10]: moves (3), start option, end option, handling starts (4), number of moves.
    Returns the cents, INF when there is none.
    """
    mi, mf, ki = d.mi, d.mf, d.ki
    price_lanes(d, e, s, w, k, discount_move, discount)
    if bound_lanes(d, e, w, k, limit) == 0:
        return INF
    ready, far = w.ready, w.far
    handling, pi = d.k_handling, d.pi
    powered = ki[k, POWERED]
    sealed = ki[k, SEALED] > 0
    latest_k = ki[k, LATEST_K]
    kg = ki[k, SIZE + 1]
    deepest = d.knobs[MAX_MOVES]
    column = COST_POWERED if powered else COST
    first = e.lane_ptr[k]
    w.head[:] = -1
    ready[:, :] = -1
    n = first_labels(d, s, w, k)
    best = limit
    best_label = best_move = best_end = np.int64(-1)
    best_finish = np.int64(0)
    mark_pairs(d, e, s, w, k, discount_move, discount)
    base = d.usable_ptr[k]
    pairs = d.usable_ptr[k + 1] - base
    at = -1
    while True:
        at += 1
        if at & 7 == 0:
            while at < pairs and w.words[at >> 3] == 0:
                at += 8
        if at >= pairs:
            break
        if w.flags[at] == 0:
            continue
        w.flags[at] = 0
        u = base + at
        m = np.int64(d.usable_idx[u])
        lane = e.lane[u]
        origin = np.int64(e.lane_i[first + lane, FROM])
        if w.head[origin] < 0 and ready[origin, 0] < 0 and ready[origin, 1] < 0 and ready[origin, 2] < 0:
            continue
        latest = mi[m, LATEST]
        take_ready(w, origin, latest)
        cheapest = INF
        for depth in range(deepest):
            i = ready[origin, depth]
            if i >= 0 and w.cost[i] < cheapest:
                cheapest = w.cost[i]
        if cheapest >= best:
            continue
        destination = np.int64(e.lane_i[first + lane, TO])
        end = np.int64(d.end_of[k, destination])
        cost = handling[k, origin] + mf[m, CENTS_PER_KG] * kg
        if ki[k, TRANSIT] == 0:
            cost += mf[m, CROSSING]
        if cheapest + cost + far[deepest - 1, destination] >= best:
            continue
        if blink > 0.0 and next_random(rng) < blink:
            continue
        extra = marginal(d, s, k, m)
        if extra >= NEVER:
            continue
        if extra > 0:
            offered = discount_move == m or discount_move == EVERY  # noqa: PLR1714 - the compiled code needs it so
            if offered:
                cost += discounted(d, k, m, extra, discount, column)
            else:
                cost += extra * mf[m, column]
            for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
                run = d.runs_idx[p]
                if s.run_uses[run] == 0:
                    cost += d.run_cost[run] * (0.3 if offered else 1.0)
            if cheapest + cost + far[deepest - 1, destination] >= best:
                continue
        available = mi[m, AVAILABLE]
        if handling[k, destination] >= INF:
            continue
        if sealed or pi[destination, RATE] > 0:
            start = handling_start(d, s, k, destination, available)
            if start >= NEVER:
                continue
            done = start if sealed else start + pi[destination, HANDLING]
        else:
            done = mi[m, DONE]
        if done > latest_k:
            continue
        end_total = INF
        if end >= 0 and cheapest + cost + d.end_cost[end] + handling[k, destination] + e.time_least[k] < best:
            arrive = delivered(d, k, end, done)
            if arrive <= latest_k:
                end_total = d.end_cost[end] + handling[k, destination] + time_cents(d.kf, ki, k, arrive)
        storage = d.k_storage[k, origin]
        least = INF
        for depth in range(deepest):
            i = ready[origin, depth]
            if i < 0 or w.cost[i] >= least or visits(w, i, destination):
                continue
            least = w.cost[i]
            total = least + cost
            if storage > 0.0:
                total += storage_cents(storage, pi[origin, FREE_DAYS], w.arrival[i], latest)
            if total + end_total < best:
                best = total + end_total
                best_label = i
                best_move = m
                best_end = end
                best_finish = done if sealed else done - pi[destination, HANDLING]
            after = depth + 1
            if after >= deepest or n >= MAX_LABELS or total + far[deepest - after, destination] >= best:
                continue
            if beaten(w, destination, done, total, after):
                continue
            w.place[n] = destination
            w.arrival[n] = available
            w.done[n] = done
            w.cost[n] = total
            w.depth[n] = after
            w.move[n] = m
            w.parent[n] = i
            w.option[n] = -1
            w.next[n] = w.head[destination]
            w.head[destination] = n
            n += 1
    if best_label < 0:
        return INF
    write_plan(d, w, sealed, best_label, best_move, best_end, best_finish, out)
    return best


@inner_kernel
def write_plan(d, w, sealed, label, move, end, finish, out):
    """Write the itinerary that ends with ``move`` after ``label``."""
    depth = w.depth[label] + 1
    for j in range(10):
        out[j] = -1
    out[depth - 1] = move
    out[4] = end
    out[5 + depth] = finish
    while w.parent[label] >= 0:
        at = w.depth[label]
        out[at - 1] = w.move[label]
        out[5 + at] = w.done[label] - (0 if sealed else d.pi[w.place[label], HANDLING])
        label = w.parent[label]
    out[3] = w.option[label]
    out[5] = w.done[label] - (0 if sealed else d.pi[w.place[label], HANDLING])
    out[9] = depth
