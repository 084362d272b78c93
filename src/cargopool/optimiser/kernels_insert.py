"""Compiled re-insertion: the cheapest itinerary of a shipment at marginal whole-load-unit cost.

Only lanes that can be on an itinerary cheaper than what is known (`cargopool.optimiser.kernels_lanes`) are gone
through, one move after another: departures that come dearer and no earlier than one before them are passed over, and
labels that cannot be completed cheaply enough are not kept.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import (
    AVAILABLE,
    DONE,
    FREE_DAYS,
    GROUP,
    HANDLING,
    LATEST_K,
    MAX_MOVES,
    MINUTE,
    PLACE,
    RATE,
    SEALED,
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
from cargopool.optimiser.kernels_lanes import EVERY, FROM, TO, bound_lanes, least_prices, price, price_lanes, runs

MAX_LABELS = 4096
BEST_LABEL, BEST_MOVE, BEST_END, BEST_FINISH, LABELS, HANDLED = range(6)
"""Entries of ``found``: the best itinerary's last label, move, end option and handling start; number of labels; whether
the last move could be handled in time."""


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
    last = fast = INF
    last_available = fast_available = np.int64(0)
    while label >= 0 and u < end:
        if depth == 0 or not visits(w, label, destination):
            parent, last, fast = label, INF, INF
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
            overtakes = e.fresh[u] < 0
            u += 1
            available = np.int64(d.mi[m, AVAILABLE])
            if least >= last and available >= last_available:
                continue
            if least >= fast and available >= fast_available:
                continue
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
                least += runs(d, s, m)
                if overtakes:
                    fast, fast_available = least, available
                elif least < last:
                    last, last_available = least, available
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
