"""Compiled kernels of the lower bound: priced shortest itineraries and the sharing of load-unit costs.

The bound is Lagrangian. An *arc* is a move, or a set of road moves of one kind that leave within one time bucket; a
*group* is an arc and a pooling class. Every shipment that may use a group is charged ``charge[e]`` cents for it (entry
e). The charges of a group are *affordable* when no set of shipments that fits the group's load units pays more than
they cost; then the sum over shipments of their cheapest itinerary at these charges, less the capacity rows' price of
their limits, is a lower bound. Charges rise on what is used and are projected back onto the affordable set.
"""

from __future__ import annotations

from numba import njit

from cargopool.optimiser.kernel_data import (
    HANDLING,
    LATEST_K,
    MAX_MOVES,
    MINUTE,
    PLACE,
    SEALED,
    SIZE,
    TRANSIT,
    UNSERVED,
)
from cargopool.optimiser.kernels import INF, NEVER, delivered, earliest_start, time_cents

ARC_DESTINATION, ARC_EARLIEST, ARC_LATEST, ARC_MINUTES, ARC_AVAILABLE, ARC_DONE = range(6)
"""Columns of ``ai``."""
ARC_PER_KG, ARC_CROSSING = range(2)
"""Columns of ``af``."""


@njit(cache=True, nogil=True)
def dominated(head, done_at, cost_at, next_at, layer, place, done, cost):
    """Whether a label at ``place`` in ``layer`` is no later and no dearer."""
    i = head[layer, place]
    while i >= 0:
        if done_at[i] <= done and cost_at[i] <= cost:
            return True
        i = next_at[i]
    return False


@njit(cache=True, nogil=True)
def cheapest(d, b, w, charge, k, used):
    """Cheapest itinerary of shipment ``k`` at the present charges.

    ``used`` int64[4]: entries on it (first 3) and their number. Returns the cents, at most the unserved price.
    """
    ki, kf, pi, end_of, handling = d.ki, d.kf, d.pi, d.end_of, d.k_handling
    open_ptr, open_start, open_end = d.open_ptr, d.open_start, d.open_end
    head, done_at, cost_at, entry_at, parent_at, next_at = w.head, w.done, w.cost, w.entry, w.parent, w.next
    entry_arc, ai, af = b.entry_arc, b.ai, b.af
    sealed = ki[k, SEALED] > 0
    latest_k = ki[k, LATEST_K]
    kg = ki[k, SIZE + 1]
    transit = ki[k, TRANSIT]
    deepest = d.knobs[MAX_MOVES]
    head[:, :] = -1
    n = 0
    best = kf[k, UNSERVED]
    best_entry = -1
    best_label = -1
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        if handling[k, place] >= INF:
            continue
        duration = 0 if sealed else pi[place, HANDLING]
        start = earliest_start(open_ptr, open_start, open_end, place, d.start_i[o, MINUTE], duration)
        if start >= NEVER:
            continue
        done_at[n] = start + duration
        cost_at[n] = d.start_cost[o] + handling[k, place]
        entry_at[n] = -1
        parent_at[n] = -1
        next_at[n] = head[0, place]
        head[0, place] = n
        n += 1
    for layer in range(deepest):
        last = layer == deepest - 1
        for place in range(head.shape[1]):
            first = head[layer, place]
            if first < 0:
                continue
            for e in range(b.origin_ptr[k, place], b.origin_ptr[k, place + 1]):
                arc = entry_arc[e]
                destination = ai[arc, ARC_DESTINATION]
                end = end_of[k, destination]
                if last and end < 0:
                    continue
                price = charge[e] + af[arc, ARC_PER_KG] * kg + handling[k, destination]
                if transit == 0:
                    price += af[arc, ARC_CROSSING]
                minutes = ai[arc, ARC_MINUTES]
                arc_latest = ai[arc, ARC_LATEST]
                i = first
                while i >= 0:
                    label = i
                    i = next_at[i]
                    cost = cost_at[label] + price
                    if cost >= best or done_at[label] > arc_latest:
                        continue
                    if minutes >= 0:
                        available = max(done_at[label], ai[arc, ARC_EARLIEST]) + minutes
                        if available > latest_k:
                            continue
                        duration = 0 if sealed else pi[destination, HANDLING]
                        start = earliest_start(open_ptr, open_start, open_end, destination, available, duration)
                        done = start + duration
                    else:
                        done = ai[arc, ARC_AVAILABLE] if sealed else ai[arc, ARC_DONE]
                    if done > latest_k:
                        continue
                    if end >= 0:
                        arrive = delivered(d, k, end, done)
                        if arrive <= latest_k:
                            total = cost + d.end_cost[end] + time_cents(kf, ki, k, arrive)
                            if total < best:
                                best = total
                                best_entry = e
                                best_label = label
                    if last or dominated(head, done_at, cost_at, next_at, layer + 1, destination, done, cost):
                        continue
                    if n >= done_at.shape[0]:
                        w.overflow[0] = 1
                        continue
                    done_at[n] = done
                    cost_at[n] = cost
                    entry_at[n] = e
                    parent_at[n] = label
                    next_at[n] = head[layer + 1, destination]
                    head[layer + 1, destination] = n
                    n += 1
    used[3] = 0
    if best_entry >= 0:
        used[0] = best_entry
        used[3] = 1
        i = best_label
        while i >= 0 and entry_at[i] >= 0:
            used[used[3]] = entry_at[i]
            used[3] += 1
            i = parent_at[i]
    return best


@njit(cache=True, nogil=True)
def all_cheapest(d, b, w, charge, value, uses, stop):
    """Cheapest itineraries of all shipments into ``value`` and ``uses``; False when stopped or labels ran out."""
    w.overflow[0] = 0
    for k in range(d.ki.shape[0]):
        if stop[0] != 0:
            return False
        value[k] = cheapest(d, b, w, charge, k, uses[k])
    return w.overflow[0] == 0


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
