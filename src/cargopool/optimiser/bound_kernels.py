"""Compiled kernels of the lower bound: priced shortest itineraries and the sharing of load-unit costs.

The bound is Lagrangian. A *group* is a line (moves that differ only in when they go) and a pooling class. Every
shipment that may use a group is charged ``charge[e]`` cents for it (entry e). The charges of a group are *affordable*
when no set of shipments that fits the group's load units pays more than they cost; then the sum over shipments of their
cheapest itinerary at these charges, less the capacity rows' price of their limits, is a lower bound. Charges rise on
what is used and are projected back onto the affordable set.
"""

from __future__ import annotations

from cargopool.optimiser.compiled import kernel
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

LINE_DESTINATION, LINE_MINUTES, LINE_FIRST, LINE_LAST, LINE_EARLIEST, LINE_LATEST = range(6)
"""Columns of ``li``."""
LINE_PER_KG, LINE_CROSSING = range(2)
"""Columns of ``lf``."""


@kernel
def dominated(head, done_at, cost_at, next_at, layer, place, done, cost):
    """Whether a label at ``place`` in ``layer`` is no later and no dearer."""
    i = head[layer, place]
    while i >= 0:
        if done_at[i] <= done and cost_at[i] <= cost:
            return True
        i = next_at[i]
    return False


@kernel
def cheapest(d, b, w, charge, k, used):
    """Cheapest itinerary of shipment ``k`` at the present charges.

    ``used`` int64[4]: entries on it (first 3) and their number. Returns the cents, at most the unserved price.
    """
    ki, kf, pi, end_of, handling = d.ki, d.kf, d.pi, d.end_of, d.k_handling
    open_ptr, open_start, open_end = d.open_ptr, d.open_start, d.open_end
    head, done_at, cost_at, entry_at, parent_at, next_at = w.head, w.done, w.cost, w.entry, w.parent, w.next
    entry_line, li, lf, times = b.entry_line, b.li, b.lf, b.times
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
                line = entry_line[e]
                destination = li[line, LINE_DESTINATION]
                end = end_of[k, destination]
                if last and end < 0:
                    continue
                price = charge[e] + lf[line, LINE_PER_KG] * kg + handling[k, destination]
                if transit == 0:
                    price += lf[line, LINE_CROSSING]
                minutes = li[line, LINE_MINUTES]
                i = first
                while i >= 0:
                    label = i
                    i = next_at[i]
                    cost = cost_at[label] + price
                    if cost >= best:
                        continue
                    if minutes >= 0:
                        if done_at[label] > li[line, LINE_LATEST]:
                            continue
                        available = max(done_at[label], li[line, LINE_EARLIEST]) + minutes
                        if available > latest_k:
                            continue
                        duration = 0 if sealed else pi[destination, HANDLING]
                        start = earliest_start(open_ptr, open_start, open_end, destination, available, duration)
                        done = start + duration
                    else:
                        low, high = li[line, LINE_FIRST], li[line, LINE_LAST]
                        past = high
                        while low < high:
                            mid = (low + high) // 2
                            if times[mid, 0] < done_at[label]:
                                low = mid + 1
                            else:
                                high = mid
                        if low >= past:
                            continue
                        done = times[low, 1] if sealed else times[low, 2]
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


@kernel
def all_cheapest(d, b, w, charge, value, uses, stop):
    """Cheapest itineraries of all shipments into ``value`` and ``uses``; False when stopped or labels ran out."""
    w.overflow[0] = 0
    for k in range(d.ki.shape[0]):
        if stop[0] != 0:
            return False
        value[k] = cheapest(d, b, w, charge, k, uses[k])
    return w.overflow[0] == 0


@kernel
def fill(common, own, charge, weight, whole, cap, group_ptr, entries):
    """First charges: in proportion to size; where all users fit one load unit they share its whole cost."""
    for g in range(group_ptr.shape[0] - 1):
        total = 0.0
        for i in range(group_ptr[g], group_ptr[g + 1]):
            total += weight[entries[i]] / whole[entries[i]]
        alone = 0.0 < total < 1.0
        common[g] = 0.0 if alone else cap[g]
        for i in range(group_ptr[g], group_ptr[g + 1]):
            e = entries[i]
            own[e] = cap[g] * weight[e] / whole[e] / total if alone else 0.0
            charge[e] = common[g] * weight[e] + whole[e] * own[e]


@kernel
def surplus(common, own, entries, first, last, level):
    """Sum of what is left of a group's prices above ``level``."""
    total = max(0.0, common - level)
    for i in range(first, last):
        total += max(0.0, own[entries[i]] - level)
    return total


@kernel
def ascend(direction, touched, common, own, charge, weight, whole, cap, group_ptr, entries, step):
    """Raise the prices of the touched groups along ``direction`` by ``step`` and project them.

    A group's prices are one per full load unit, shared by size (``common``), and one per user (``own``); they are
    affordable exactly when they are not negative and add up to no more than the group's cost: a simplex.
    """
    for t in range(touched.shape[0]):
        g = touched[t]
        first, last = group_ptr[g], group_ptr[g + 1]
        gain = 0.0
        highest = 0.0
        for i in range(first, last):
            e = entries[i]
            gain += direction[e] * weight[e]
            own[e] += step * direction[e] * whole[e]
            highest = max(highest, own[e])
        common[g] += step * gain
        highest = max(highest, common[g])
        level = 0.0
        if surplus(common[g], own, entries, first, last, 0.0) > cap[g]:
            low, high = 0.0, highest
            for _ in range(40):
                mid = 0.5 * (low + high)
                if surplus(common[g], own, entries, first, last, mid) > cap[g]:
                    low = mid
                else:
                    high = mid
            level = high
        common[g] = max(0.0, common[g] - level)
        for i in range(first, last):
            e = entries[i]
            own[e] = max(0.0, own[e] - level)
            charge[e] = common[g] * weight[e] + whole[e] * own[e]
