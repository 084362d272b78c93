"""Compiled kernels of the lower bound: priced shortest itineraries and the sharing of load-unit costs.

The bound is Lagrangian. A *group* is a line (moves that differ only in when they go within a bucket) and a pooling
class. Every shipment that may use a group is charged for it. The charges of a group are *affordable* when no set of
shipments pays more than the load units cost that it needs; then the sum over shipments of their cheapest itinerary at
these charges, less the capacity rows' price of their limits, is a lower bound.
How charges are shared: `cargopool.optimiser.bound_shares`.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.bound_charges import (
    ANY_TIME,
    BUCKET_MIN,
    CLASSES,
    HUBS,
    LINE_BASE,
    LINE_FIRST,
    LINE_LAST,
    LINE_MINUTES,
    PRICE,
    ROUND_DOWN,
    TIMED,
    at,
    carriage,
    charge_for,
    charge_of,
    fee_of,
    may_ride,
    set_own,
    set_rates,
    size_on,
    sizes_for,
)
from cargopool.optimiser.bound_ways import CLOSE, list_rides
from cargopool.optimiser.compiled import inner_kernel, kernel
from cargopool.optimiser.kernel_data import (
    HANDLING,
    LATEST_K,
    MAX_MOVES,
    MINUTE,
    PLACE,
    SEALED,
    UNSERVED,
)
from cargopool.optimiser.kernels import INF, NEVER, delivered, earliest_start, time_cents

BEST_LABEL, BEST_GROUP, LABELS = range(3)
"""Entries of ``found``: the best itinerary's last label and group, and the number of labels."""


@inner_kernel
def dominated(head, done_at, cost_at, next_at, layer, place, done, cost):
    """Whether a label at ``place`` in ``layer`` is no later and no dearer."""
    i = head[layer, place]
    while i >= 0:
        if done_at[i] <= done and cost_at[i] <= cost:
            return True
        i = next_at[i]
    return False


@inner_kernel
def first_labels(d, b, w, k, best):
    """Labels at the places where shipment ``k`` can start; their number."""
    n = 0
    hubs, deepest = b.knobs[HUBS], d.knobs[MAX_MOVES]
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        if d.k_handling[k, place] >= INF:
            continue
        cost = d.start_cost[o] + d.k_handling[k, place]
        here = place if place < hubs else hubs
        if cost + w.ahead[deepest, here] >= best - CLOSE:
            continue
        duration = 0 if d.ki[k, SEALED] > 0 else d.pi[place, HANDLING]
        start = earliest_start(d.open_ptr, d.open_start, d.open_end, place, d.start_i[o, MINUTE], duration)
        if start >= NEVER:
            continue
        w.done[n] = start + duration
        w.cost[n] = cost
        w.fixed[n] = cost
        w.group[n] = -1
        w.parent[n] = -1
        w.next[n] = w.head[0, here]
        w.head[0, here] = n
        n += 1
    return n


@inner_kernel
def cheapest_known(d, b, s, w, t, k, most):
    """Cents of the cheapest itinerary of the last ones of shipment ``k`` below ``most``, and which; -1 for none."""
    best, which = most, -1
    for h in range(t.past.shape[1]):
        count = t.past[k, h, 3]
        if count == 0:
            continue
        cents = t.past_fixed[k, h]
        for i in range(count):
            cents += charge_of(d, b, s, k, t.past[k, h, i]) + fee_of(d, b, w, k, t.past[k, h, i])
        if cents < best:
            best, which = cents, h
    return best, which


@inner_kernel
def arrive(d, b, w, k, label, q, layer, ride, done, best):
    """Take shipment ``k`` from a label to ``q``, where it has been handled at ``done``; returns the best cents now.

    ``ride``: group, cents to there, and those of them that are not charges.
    """
    g, cost, fixed = ride
    there = at(b, k, q)
    if done > d.ki[k, LATEST_K]:
        return best
    end = np.int64(d.end_of[k, there])
    if end >= 0:
        minute = delivered(d, k, end, done)
        if minute <= d.ki[k, LATEST_K]:
            tail = d.end_cost[end] + time_cents(d.kf, d.ki, k, minute)
            if cost + tail < best - CLOSE:
                best = cost + tail
                w.found[BEST_GROUP], w.found[BEST_LABEL] = g, label
                w.best_fixed[0] = fixed + tail
    if layer + 1 == d.knobs[MAX_MOVES] or dominated(w.head, w.done, w.cost, w.next, layer + 1, q, done, cost):
        return best
    n = w.found[LABELS]
    if n >= w.done.shape[0]:
        w.overflow[0] = 1
        return best
    w.done[n] = done
    w.cost[n] = cost
    w.fixed[n] = fixed
    w.group[n] = g
    w.parent[n] = label
    w.next[n] = w.head[layer + 1, q]
    w.head[layer + 1, q] = n
    w.found[LABELS] = n + 1
    return best


@inner_kernel
def ride_any_time(d, b, s, w, k, label, p, q, layer, best):
    """Take shipment ``k`` from a label at p to q by lines that leave at any time; returns the best cents now."""
    li, charges = b.li, s.charges
    sealed = d.ki[k, SEALED] > 0
    bucket_min = NEVER if sealed else b.knobs[BUCKET_MIN]
    group, places = b.k_class[k], d.pi.shape[0]
    here, there = at(b, k, p), at(b, k, q)
    way = (group * places + here) * places + there
    begin, past = b.way_ptr[way], b.way_ptr[way + 1]
    if begin == past:
        return best
    done, cost = w.done[label], w.cost[label]
    bucket = done // bucket_min
    duration = 0 if sealed else d.pi[there, HANDLING]
    latest_leave = b.reach[k, q, 1] - duration
    rest = w.ahead[d.knobs[MAX_MOVES] - layer - 1, q]
    handling, fee = d.k_handling[k, there], w.fee[p, q]
    first, second = (0.0, 0.0) if sealed else sizes_for(d, b, k, 0)
    for line in range(begin, past):
        if not may_ride(b, k, line):
            continue
        last = latest_leave - li[line, LINE_MINUTES]
        if last < done:
            continue
        extra = carriage(d, b, k, line) + handling
        if sealed:
            first = size_on(d, b, k, line, 0)
        base = li[line, LINE_BASE]
        lowest = INF
        for at_bucket in range(bucket, last // bucket_min + 1):
            g = base + at_bucket
            charge = charge_for(charges, g, first, second)
            if charge >= lowest:
                continue  # an earlier bucket is no dearer
            lowest = charge
            total = cost + extra + fee + charge
            if total + rest >= best - CLOSE:
                continue
            available = max(done, at_bucket * bucket_min) + li[line, LINE_MINUTES]
            start = earliest_start(d.open_ptr, d.open_start, d.open_end, there, available, duration)
            if start < NEVER:
                ride = (g, total, w.fixed[label] + extra)
                best = arrive(d, b, w, k, label, q, layer, ride, start + duration, best)
    return best


@inner_kernel
def ride_timed(d, b, s, w, k, label, p, q, layer, best):
    """Take shipment ``k`` from a label at p to q by timetable; returns the best cents now."""
    li, charges, times = b.li, s.charges, b.times
    sealed = d.ki[k, SEALED] > 0
    group, there = b.k_class[k], at(b, k, q)
    done, cost = w.done[label], w.cost[label]
    rest = w.ahead[d.knobs[MAX_MOVES] - layer - 1, q]
    handling, fee = d.k_handling[k, there], w.fee[p, q]
    first, second = (0.0, 0.0) if sealed else sizes_for(d, b, k, 0)
    for i in range(w.timed[p, q, 0], w.timed[p, q, 1]):
        line = b.timed_line[i]
        if sealed:
            first = size_on(d, b, k, line, 0)
        g = b.knobs[TIMED] + (line - b.knobs[ANY_TIME]) * b.knobs[CLASSES] + group
        extra = carriage(d, b, k, line) + handling
        charge = charge_for(charges, g, first, second)
        total = cost + extra + fee + charge
        if total + rest >= best - CLOSE:
            continue
        low, past = li[line, LINE_FIRST], li[line, LINE_LAST]
        high = past
        while low < high:
            middle = (low + high) // 2
            if times[middle, 0] < done:
                low = middle + 1
            else:
                high = middle
        if low < past:
            ride = (g, total, w.fixed[label] + extra)
            best = arrive(d, b, w, k, label, q, layer, ride, times[low, 1 if sealed else 2], best)
    return best


@inner_kernel
def cheapest(d, b, s, w, t, k):
    """Cheapest itinerary of shipment ``k`` at the present charges; ``charges`` hold its own shares.

    ``t.uses[k]`` int64[4]: groups on it (first 3) and their number; the last itineraries found are tried first.
    Returns the cents, at most the unserved price.
    """
    head, ahead, least, cost_at = w.head, w.ahead, w.least, w.cost
    deepest, places = d.knobs[MAX_MOVES], b.knobs[HUBS] + 2
    destination = b.ends[k, 1]
    best, known = cheapest_known(d, b, s, w, t, k, d.kf[k, UNSERVED])
    w.found[BEST_LABEL] = -1
    if list_rides(d, b, s, w, k, best) > 0:
        head[:, :] = -1
        w.found[LABELS] = first_labels(d, b, w, k, best)
        for layer in range(deepest):
            more = deepest - layer - 1
            for p in range(places):
                label = head[layer, p]
                if label < 0 or at(b, k, p) == destination:
                    continue
                while label >= 0:
                    for x in range(w.ride_ptr[p], w.ride_ptr[p + 1]):
                        q = w.ride_to[x]
                        rest = least[p, q] + ahead[more, q]
                        if cost_at[label] + rest < best - CLOSE:
                            best = ride_any_time(d, b, s, w, k, label, p, q, layer, best)
                        if cost_at[label] + rest < best - CLOSE:
                            best = ride_timed(d, b, s, w, k, label, p, q, layer, best)
                    label = w.next[label]
    uses = t.uses[k]
    if w.found[BEST_LABEL] < 0:
        uses[3] = 0
        if known >= 0:
            for i in range(4):
                uses[i] = t.past[k, known, i]
        return best
    uses[0] = w.found[BEST_GROUP]
    uses[3] = 1
    label = w.found[BEST_LABEL]
    while label >= 0 and w.group[label] >= 0:
        uses[uses[3]] = w.group[label]
        uses[3] += 1
        label = w.parent[label]
    h = t.past_next[k]
    for i in range(4):
        t.past[k, h, i] = uses[i]
    t.past_fixed[k, h] = w.best_fixed[0]
    t.past_next[k] = (h + 1) % t.past.shape[1]
    return best


@kernel
def all_cheapest(d, b, s, w, t, stop):
    """Cheapest itineraries of all shipments; False when stopped or labels ran out.

    Fills ``t.value``, ``t.uses`` and ``t.paid``, see `cargopool.optimiser.bound_state.Itineraries`.
    """
    w.overflow[0] = 0
    w.exact[:, :] = -1
    set_rates(b, s, s.rates)
    for k in range(d.ki.shape[0]):
        if stop[0] != 0:
            return False
        set_own(s, k, ROUND_DOWN)
        for e in range(s.fee_ptr[k], s.fee_ptr[k + 1]):
            w.fee[s.fee_at[e, 0], s.fee_at[e, 1]] = s.fee[e]
        t.value[k] = cheapest(d, b, s, w, t, k)
        for e in range(s.fee_ptr[k], s.fee_ptr[k + 1]):
            w.fee[s.fee_at[e, 0], s.fee_at[e, 1]] = 0.0
        for i in range(t.uses[k, 3]):
            g = t.uses[k, i]
            t.paid[k, i] = charge_of(d, b, s, k, g) / s.prices[g, PRICE] if s.prices[g, PRICE] > 1e-9 else 0.0
        set_own(s, k, 0.0)
    return w.overflow[0] == 0
