"""Compiled kernels of the lower bound: priced shortest itineraries and the sharing of load-unit costs.

The bound is Lagrangian. An *arc* is a move, or a set of road moves of one kind that leave within one time bucket; a
*group* is an arc and a pooling class. Every shipment that may use a group is charged ``charge[e]`` cents for it (entry
e). The charges of a group are *affordable* when no set of shipments that fits the group's load units pays more than
they cost; then the sum over shipments of their cheapest itinerary at these charges, less the capacity rows' price of
their limits, is a lower bound. Charges rise on what is used and are projected back onto the affordable set.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cargopool.optimiser.kernels import INF, NEVER, earliest_start, is_end

MAX_BOUND_LABELS = 20000


@njit(cache=True, nogil=True)
def keep_label(w, place, layer, done, cost, entry, parent):
    """Add a label to ``place`` in ``layer`` unless one there is no later and no dearer."""
    i = w.head[layer, place]
    while i >= 0:
        if w.done[i] <= done and w.cost[i] <= cost:
            return
        i = w.next[i]
    n = w.count[0]
    if n >= MAX_BOUND_LABELS:
        w.count[1] = 1
        return
    w.count[0] = n + 1
    w.done[n] = done
    w.cost[n] = cost
    w.entry[n] = entry
    w.parent[n] = parent
    w.next[n] = w.head[layer, place]
    w.head[layer, place] = n


@njit(cache=True, nogil=True)
def end_cost(d, k, place, available, limit):
    """Least cents of ending shipment ``k`` at ``place`` when there from ``available``; INF when too late."""
    best = INF
    duration = np.int64(0) if d.k_units[k] > 0 else d.place_handling[place]
    for e in range(d.end_ptr[k], d.end_ptr[k + 1]):
        if d.end_place[e] != place:
            continue
        cost = d.end_cost[e] + d.k_handling[k, place]
        if cost >= limit:
            continue
        start = earliest_start(d, place, available, duration)
        if start >= NEVER:
            continue
        done = start + duration
        if d.end_door[e] >= 0:
            unload = d.place_handling[d.end_door[e]]
            at_door = earliest_start(d, d.end_door[e], done + d.end_minutes[e], unload)
            if at_door >= NEVER:
                continue
            done = at_door + unload
        if done > d.k_latest[k]:
            continue
        cost += d.k_time_value[k] * (done - d.k_ready[k])
        if done > d.k_due[k]:
            cost += d.k_late[k] * (done - d.k_due[k])
        best = min(best, cost)
    return best


@njit(cache=True, nogil=True)
def cheapest(d, b, w, charge, k, used):
    """Cheapest itinerary of shipment ``k`` at the present charges.

    ``used`` int64[4]: entries on it (first 3) and their number. Returns the cents, at most the unserved price.
    """
    places = w.head.shape[1]
    w.head[:, :] = -1
    w.count[0] = 0
    sealed = d.k_units[k] > 0
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_place[o]
        duration = np.int64(0) if sealed else d.place_handling[place]
        start = earliest_start(d, place, d.start_minute[o], duration)
        if start < NEVER:
            keep_label(w, place, 0, start + duration, d.start_cost[o] + d.k_handling[k, place], -1, -1)
    best = d.k_unserved[k]
    best_entry = -1
    best_label = -1
    for layer in range(d.max_moves):
        last = layer == d.max_moves - 1
        for place in range(places):
            head = w.head[layer, place]
            if head < 0:
                continue
            for e in range(b.origin_ptr[k, place], b.origin_ptr[k, place + 1]):
                arc = b.entry_arc[e]
                destination = b.arc_destination[arc]
                ends = is_end(d, k, destination)
                if last and not ends:
                    continue
                price = charge[e] + b.arc_cents_per_kg[arc] * d.k_size[k, 1]
                if not d.k_transit[k]:
                    price += b.arc_crossing[arc]
                i = head
                while i >= 0:
                    cost = w.cost[i] + price
                    if cost >= best or w.done[i] > b.arc_latest[arc]:
                        i = w.next[i]
                        continue
                    if b.arc_minutes[arc] >= 0:
                        available = max(w.done[i], b.arc_earliest[arc]) + b.arc_minutes[arc]
                    else:
                        available = b.arc_available[arc]
                    if available > d.k_latest[k]:
                        i = w.next[i]
                        continue
                    if ends:
                        tail = end_cost(d, k, destination, available, best - cost)
                        if cost + tail < best:
                            best = cost + tail
                            best_entry = e
                            best_label = i
                    if not last and d.k_handling[k, destination] < INF / 2:
                        duration = np.int64(0) if sealed else d.place_handling[destination]
                        start = earliest_start(d, destination, available, duration)
                        if start < NEVER and start + duration <= d.k_latest[k]:
                            keep_label(
                                w, destination, layer + 1, start + duration, cost + d.k_handling[k, destination], e, i
                            )
                    i = w.next[i]
    used[3] = 0
    if best_entry >= 0:
        used[0] = best_entry
        used[3] = 1
        i = best_label
        while i >= 0 and w.entry[i] >= 0:
            used[used[3]] = w.entry[i]
            used[3] += 1
            i = w.parent[i]
    return best


@njit(cache=True, nogil=True)
def all_cheapest(d, b, w, charge, value, uses, stop):
    """Cheapest itineraries of all shipments into ``value`` and ``uses``; False when stopped or labels ran out."""
    w.count[1] = 0
    for k in range(d.k_class.shape[0]):
        if stop[0] != 0:
            return False
        value[k] = cheapest(d, b, w, charge, k, uses[k])
    return w.count[1] == 0


@njit(cache=True, nogil=True)
def excess(target, weight, whole, cap, lam, first, last, entries, theta):
    """Sum of unit shares mu at water level ``theta`` for the group entries, given the common price ``lam``."""
    total = 0.0
    for i in range(first, last):
        e = entries[i]
        rest = target[e] - lam * weight[e]
        mu = (rest - theta / whole[e]) / whole[e]
        if mu > 0.0:
            total += mu
    return total


@njit(cache=True, nogil=True)
def level(target, weight, whole, cap, lam, first, last, entries):
    """Water level at which the unit shares fit what ``lam`` leaves of the group's cost."""
    room = cap - lam
    if excess(target, weight, whole, cap, lam, first, last, entries, 0.0) <= room:
        return 0.0
    low = 0.0
    high = 0.0
    for i in range(first, last):
        e = entries[i]
        high = max(high, (target[e] - lam * weight[e]) * whole[e])
    for _ in range(24):
        mid = 0.5 * (low + high)
        if excess(target, weight, whole, cap, lam, first, last, entries, mid) > room:
            low = mid
        else:
            high = mid
    return high


@njit(cache=True, nogil=True)
def miss(target, weight, whole, cap, lam, first, last, entries):
    """Squared distance of the targets from what is affordable at ``lam``."""
    theta = level(target, weight, whole, cap, lam, first, last, entries)
    total = 0.0
    for i in range(first, last):
        e = entries[i]
        rest = target[e] - lam * weight[e]
        if rest > 0.0:
            mu = max(0.0, (rest - theta / whole[e]) / whole[e])
            lost = rest - whole[e] * mu
            total += lost * lost
    return total


@njit(cache=True, nogil=True)
def project(target, charge, weight, whole, cap, first, last, entries):
    """Set ``charge`` of a group's entries to affordable values near ``target``; more where it costs nothing."""
    low, high = 0.0, cap
    golden = 0.6180339887498949
    a = high - golden * (high - low)
    c = low + golden * (high - low)
    fa = miss(target, weight, whole, cap, a, first, last, entries)
    fc = miss(target, weight, whole, cap, c, first, last, entries)
    for _ in range(10):
        if fa <= fc:
            high = c
            c, fc = a, fa
            a = high - golden * (high - low)
            fa = miss(target, weight, whole, cap, a, first, last, entries)
        else:
            low = a
            a, fa = c, fc
            c = low + golden * (high - low)
            fc = miss(target, weight, whole, cap, c, first, last, entries)
    lam = 0.5 * (low + high)
    at_zero = miss(target, weight, whole, cap, 0.0, first, last, entries)
    at_cap = miss(target, weight, whole, cap, cap, first, last, entries)
    here = miss(target, weight, whole, cap, lam, first, last, entries)
    if at_zero <= here and at_zero <= at_cap:
        lam = 0.0
    elif at_cap <= here:
        lam = cap
    theta = level(target, weight, whole, cap, lam, first, last, entries)
    total = lam
    for i in range(first, last):
        e = entries[i]
        mu = max(0.0, (target[e] - lam * weight[e] - theta / whole[e]) / whole[e])
        total += mu
        charge[e] = lam * weight[e] + whole[e] * mu
    if total > cap and total > 0.0:
        shrink = cap / total
        for i in range(first, last):
            charge[entries[i]] *= shrink


@njit(cache=True, nogil=True)
def fill(charge, weight, whole, cap, group_ptr, entries):
    """First charges: in proportion to size; where all users fit one load unit they share its whole cost."""
    for g in range(group_ptr.shape[0] - 1):
        total = 0.0
        for i in range(group_ptr[g], group_ptr[g + 1]):
            e = entries[i]
            total += weight[e] / whole[e]
        factor = 1.0 / total if 0.0 < total < 1.0 else 1.0
        for i in range(group_ptr[g], group_ptr[g + 1]):
            charge[entries[i]] = cap[g] * weight[entries[i]] * factor


@njit(cache=True, nogil=True)
def ascend(direction, touched, charge, target, weight, whole, cap, group_ptr, entries, step):
    """Move the charges of the touched groups along ``direction`` by ``step`` and project."""
    for t in range(touched.shape[0]):
        g = touched[t]
        first, last = group_ptr[g], group_ptr[g + 1]
        for i in range(first, last):
            e = entries[i]
            target[e] = charge[e] + step * direction[e]
        project(target, charge, weight, whole, cap[g], first, last, entries)
