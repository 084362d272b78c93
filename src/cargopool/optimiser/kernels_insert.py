"""Compiled re-insertion: the cheapest itinerary of a shipment at marginal whole-load-unit cost.

Before moves are looked at one by one, the lanes are: a lane's least price now (of the moves that are in use) or unused
(known beforehand) bounds every itinerary over it from below, whatever the times. Only lanes that can be on an itinerary
cheaper than what is known are gone through, one move after another: departures that come dearer and no earlier than
one before them are passed over, and labels that cannot be completed cheaply enough are not kept.
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
    LATEST_K,
    LIVE_NEXT,
    MAX_MOVES,
    MINUTE,
    ORIGIN,
    PLACE,
    POWERED,
    RATE,
    SEALED,
    SIZE,
    TRANSIT,
    USES,
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
BEST_LABEL, BEST_MOVE, BEST_END, BEST_FINISH, LABELS, HANDLED = range(6)
"""Entries of ``found``: the best itinerary's last label, move, end option and handling start; number of labels; whether
the last move could be handled in time."""
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
    """Write a price that each lane of shipment ``k`` cannot beat: its own cents where a move is in use; lists them all."""
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
        near[depth] = near[depth - 1]
        far[depth] = far[depth - 1]
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


@inner_kernel
def keep_label(w, n, depth, place, done, cost):
    """Chain label ``n`` in among those of its place and depth, earliest first; False when another is no worse."""
    for shallower in range(depth):
        if w.cheap[shallower, place] <= cost:
            i = w.head[shallower, place]
            while i >= 0 and w.done[i] <= done:
                if w.cost[i] <= cost:
                    return False
                i = w.next[i]
    before = np.int64(-1)
    after = w.head[depth, place]
    while after >= 0 and w.done[after] <= done:
        if w.cost[after] <= cost:
            return False
        before = after
        after = w.next[after]
    while after >= 0 and w.cost[after] >= cost:
        after = w.next[after]
    w.next[n] = after
    if before < 0:
        w.head[depth, place] = n
    else:
        w.next[before] = n
    w.cheap[depth, place] = min(w.cheap[depth, place], cost)
    return True


@inner_kernel
def first_labels(d, s, w, k):
    """Labels of the places where shipment ``k`` may start."""
    sealed = d.ki[k, SEALED] > 0
    n = np.int64(0)
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
        if keep_label(w, n, 0, place, w.done[n], w.cost[n]):
            n += 1
    w.found[LABELS] = n


@inner_kernel
def visits(w, label, place):
    """Whether a label's way has been at ``place``."""
    while label >= 0:
        if w.place[label] == place:
            return True
        label = w.parent[label]
    return False


@inner_kernel
def extend(d, e, s, w, k, label, m, destination, cents, best):
    """Take shipment ``k`` from ``label`` on with move ``m`` to ``destination``; returns the best cents now."""
    w.found[HANDLED] = 0
    if d.k_handling[k, destination] >= INF:
        return best
    sealed = d.ki[k, SEALED] > 0
    available = np.int64(d.mi[m, AVAILABLE])
    if sealed or d.pi[destination, RATE] > 0:
        start = handling_start(d, s, k, destination, available)
        if start >= NEVER:
            return best
    else:
        start = np.int64(d.mi[m, DONE]) - d.pi[destination, HANDLING]
    done = start if sealed else start + d.pi[destination, HANDLING]
    if done > d.ki[k, LATEST_K]:
        return best
    w.found[HANDLED] = 1
    place = w.place[label]
    total = w.cost[label] + cents
    if d.k_storage[k, place] > 0.0:
        total += storage_cents(d.k_storage[k, place], d.pi[place, FREE_DAYS], w.arrival[label], np.int64(e.latest[m]))
    end = np.int64(d.end_of[k, destination])
    if end >= 0 and total + d.end_cost[end] + d.k_handling[k, destination] + e.time_least[k] < best:
        arrive = delivered(d, k, end, done)
        if arrive <= d.ki[k, LATEST_K]:
            value = total + d.end_cost[end] + d.k_handling[k, destination] + time_cents(d.kf, d.ki, k, arrive)
            if value < best:
                best = value
                w.found[BEST_LABEL], w.found[BEST_MOVE], w.found[BEST_END] = label, m, end
                w.found[BEST_FINISH] = start
    after = w.depth[label] + 1
    n = w.found[LABELS]
    deepest = d.knobs[MAX_MOVES]
    if after >= deepest or n >= MAX_LABELS or total + w.far[deepest - after, destination] >= best:
        return best
    if keep_label(w, n, after, destination, done, total):
        w.place[n] = destination
        w.arrival[n] = available
        w.done[n] = done
        w.cost[n] = total
        w.depth[n] = after
        w.move[n] = m
        w.parent[n] = label
        w.option[n] = -1
        w.found[LABELS] = n + 1
    return best


@inner_kernel
def ride_unused(d, e, s, w, k, i, depth, ahead, offer, blink, rng, best):
    """Extend the labels of a lane's origin over its moves that are not in use; ``offer``: move, discount, share."""
    discount_move, discount, share = offer
    g = d.ki[k, GROUP]
    destination = np.int64(e.lane_i[i, TO])
    own = e.lane_own[i]
    label, parent = w.head[depth, e.lane_i[i, FROM]], np.int64(-1)
    u, end = e.pair_ptr[i], e.pair_ptr[i + 1]
    last = INF
    while label >= 0 and u < end:
        if depth == 0 or not visits(w, label, destination):
            parent, last = label, INF
        label = w.next[label]
        until = w.done[label] if label >= 0 else np.int64(0)
        if parent < 0:
            continue
        while u < end and e.latest[e.move[u]] < w.done[parent]:
            u += 1
        while u < end and (label < 0 or e.latest[e.move[u]] < until):
            least = abs(e.fresh[u])
            least = own + share * (least - own) if share < 1.0 else least
            if w.cost[parent] + least + ahead >= best or (least >= last and e.fresh[u] > 0):
                u += 1
                continue
            m = np.int64(e.move[u])
            u += 1
            if g >= 0 and s.at[m, g, USES] > 0:
                continue
            if blink > 0.0 and next_random(rng) < blink:
                continue
            cents = price(d, s, k, m, discount_move, discount)
            if cents >= INF:
                continue
            w.found[HANDLED] = 1
            if w.cost[parent] + cents + ahead < best:
                best = extend(d, e, s, w, k, parent, m, destination, cents, best)
            if w.found[HANDLED]:
                last = least + runs(d, s, m)
    return best


@inner_kernel
def ride_used(d, e, s, w, k, i, head, depth, ahead, blink, rng, best):
    """Extend the cheapest labels of a lane's origin that catch its moves in use or on offer."""
    destination = np.int64(e.lane_i[i, TO])
    while head >= 0:
        m, cents = w.used_move[head], w.used_price[head]
        head = w.used_next[head]
        parent = np.int64(-1)
        label = w.head[depth, e.lane_i[i, FROM]]
        while label >= 0 and w.done[label] <= e.latest[m]:
            if depth == 0 or not visits(w, label, destination):
                parent = label
            label = w.next[label]
        if parent < 0 or w.cost[parent] + cents + ahead >= best or (blink > 0.0 and next_random(rng) < blink):
            continue
        best = extend(d, e, s, w, k, parent, m, destination, cents, best)
    return best


@inner_kernel
def best_itinerary(d, e, s, w, k, discount_move, discount, blink, limit, rng, out):
    """Cheapest itinerary of ``k`` at marginal cost below ``limit``: labels move by move, lane by lane.

    ``out`` int64[10]: moves (3), start option, end option, handling starts (4), number of moves.
    Returns the cents, INF when there is none.
    """
    share = min(1.0, discount * e.least_share[k]) if discount_move == EVERY else 1.0
    lanes = bound_lanes(d, e, w, k, least_prices(d, e, s, w, k, discount_move, share), limit)
    if lanes == 0:
        return INF
    price_lanes(d, e, s, w, k, lanes, discount_move, discount, share)
    lanes = bound_lanes(d, e, w, k, lanes, limit)
    if lanes == 0:
        return INF
    w.head[:, :] = -1
    w.cheap[:, :] = INF
    w.found[BEST_LABEL] = -1
    first_labels(d, s, w, k)
    first = e.lane_ptr[k]
    deepest = d.knobs[MAX_MOVES]
    best = limit
    for depth in range(deepest):
        for j in range(lanes):
            i = w.active[j]
            origin = e.lane_i[first + i, FROM]
            if w.head[depth, origin] < 0:
                continue
            ahead = w.far[deepest - 1 - depth, e.lane_i[first + i, TO]]
            if w.cheap[depth, origin] + w.now[i] + ahead >= best:
                continue
            best = ride_used(d, e, s, w, k, first + i, w.used_head[i], depth, ahead, blink, rng, best)
            unused = e.lane_own[first + i] + share * (e.lane_fresh[first + i] - e.lane_own[first + i])
            if w.cheap[depth, origin] + unused + ahead < best:
                offer = (discount_move, discount, share)
                best = ride_unused(d, e, s, w, k, first + i, depth, ahead, offer, blink, rng, best)
    if w.found[BEST_LABEL] < 0:
        return INF
    write_plan(d, w, d.ki[k, SEALED] > 0, out)
    return best


@inner_kernel
def write_plan(d, w, sealed, out):
    """Write the itinerary that was found best."""
    label = w.found[BEST_LABEL]
    depth = w.depth[label] + 1
    for j in range(10):
        out[j] = -1
    out[depth - 1] = w.found[BEST_MOVE]
    out[4] = w.found[BEST_END]
    out[5 + depth] = w.found[BEST_FINISH]
    while w.parent[label] >= 0:
        at = w.depth[label]
        out[at - 1] = w.move[label]
        out[5 + at] = w.done[label] - (0 if sealed else d.pi[w.place[label], HANDLING])
        label = w.parent[label]
    out[3] = w.option[label]
    out[5] = w.done[label] - (0 if sealed else d.pi[w.place[label], HANDLING])
    out[9] = depth
