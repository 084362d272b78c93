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
    ENTRY_GROUP,
    ENTRY_NEXT,
    ENTRY_OWN,
    FIRST_RATE,
    HUBS,
    LINE_BASE,
    LINE_CROSSING,
    LINE_DESTINATION,
    LINE_FIRST,
    LINE_LAST,
    LINE_MINUTES,
    LINE_MODES,
    LINE_NEED,
    LINE_PER_KG,
    LINE_UNIT,
    OWN,
    PRICE,
    ROUND_DOWN,
    SECOND_RATE,
    TIMED,
    at,
    charge_of,
    fee_of,
    line_of,
    set_own,
    set_rates,
    size_on,
    sizes_for,
)
from cargopool.optimiser.compiled import inner_kernel, kernel
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
def exact_way(d, b, s, k, p, q, here, there, first_size, second_size):
    """Least cents of shipment ``k`` for a ride between two local places at any time, own shares inside."""
    li, charges = b.li, s.charges
    group, places = b.k_class[k], d.pi.shape[0]
    sealed = d.ki[k, SEALED] > 0
    early, late = b.reach[k, p, 0], b.reach[k, q, 1]
    late -= 0 if sealed else d.pi[there, HANDLING]
    bucket_min = NEVER if sealed else b.knobs[BUCKET_MIN]
    way = (group * places + here) * places + there
    lowest = INF
    first, second = first_size, second_size
    for line in range(b.way_ptr[way], b.way_ptr[way + 1]):
        if b.takes[k, li[line, LINE_UNIT]] & li[line, LINE_NEED] == 0 or li[line, LINE_MODES] & ~b.k_modes[k] != 0:
            continue
        last = late - li[line, LINE_MINUTES]
        if last < early:
            continue
        if sealed:
            first = size_on(d, b, k, line, 0)
        base = li[line, LINE_BASE]
        for g in range(base + early // bucket_min, base + last // bucket_min + 1):
            charge = charges[g, FIRST_RATE] * first + charges[g, SECOND_RATE] * second + charges[g, OWN]
            lowest = min(lowest, charge)
    for i in range(b.timed_ptr[k, p], b.timed_ptr[k, p + 1]):
        line = b.timed_line[i]
        if li[line, LINE_DESTINATION] > there:
            break
        if li[line, LINE_DESTINATION] == there:
            g = b.knobs[TIMED] + (line - b.knobs[ANY_TIME]) * b.knobs[CLASSES] + group
            lowest = min(lowest, charge_of(d, b, s, k, g))
    return lowest


@inner_kernel
def least_charges(d, b, s, w, k):
    """Fill ``w.least[p, q]``: a bound below the cents of a ride from p to q at any time, handling inside."""
    ki, least, rates = d.ki, w.least, s.rates
    hubs, places, group = b.knobs[HUBS], d.pi.shape[0], b.k_class[k]
    sealed = ki[k, SEALED] > 0
    kg, transit = ki[k, SIZE + 1], ki[k, TRANSIT]
    origin, destination = b.ends[k, 0], b.ends[k, 1]
    first_size = float(ki[k, SEALED] if sealed else ki[k, SIZE + b.dimensions[group, 0]])
    second_size = 0.0 if sealed else float(ki[k, SIZE + b.dimensions[group, 1]])
    reach, way_kg, way_crossing, handling = b.reach, b.way_kg, b.way_crossing, d.k_handling
    for p in range(hubs + 2):
        early = reach[k, p, 0]
        here = p if p < hubs else b.ends[k, p - hubs]
        if early >= NEVER // 2 or here == destination:
            least[p, :] = INF
            continue
        base = (group * places + here) * places
        for q in range(hubs + 2):
            there = q if q < hubs else b.ends[k, q - hubs]
            if reach[k, q, 1] < early or q == p or there == origin:
                least[p, q] = INF
                continue
            way = base + there
            low = rates[way, 0] * first_size + rates[way, 1] * second_size + way_kg[way] * kg
            if transit == 0:
                low += way_crossing[way]
            least[p, q] = low + handling[k, there] + w.fee[p, q]
    e = s.of_shipment[k]
    while e >= 0:
        if s.entry_f[e, ENTRY_OWN] > 0.0:
            line = line_of(b, s.entry_i[e, ENTRY_GROUP])
            here, there = b.line_way[line] // places, b.line_way[line] % places
            p, q = here if here < hubs else hubs, there if there < hubs else hubs + 1
            if least[p, q] < INF and w.exact[p, q] != k:
                w.exact[p, q] = k
                way = (group * places + here) * places + there
                low = exact_way(d, b, s, k, p, q, here, there, first_size, second_size) + way_kg[way] * kg
                if transit == 0:
                    low += way_crossing[way]
                least[p, q] = low + handling[k, there] + w.fee[p, q]
        e = s.entry_i[e, ENTRY_NEXT]


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
        if cost + w.ahead[deepest, here] >= best - 1e-6:
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
def least_ahead(d, b, w, k):
    """Fill ``w.ahead[r, p]``: a bound below the cents from having been handled at p to the end, with up to r moves."""
    places, deepest = b.knobs[HUBS] + 2, d.knobs[MAX_MOVES]
    least, ahead = w.least, w.ahead
    for p in range(places):
        end = d.end_of[k, at(b, k, p)]
        ahead[0, p] = INF if end < 0 else d.end_cost[end]
    for r in range(1, deepest + 1):
        for p in range(places):
            low = INF
            for q in range(places):
                low = min(low, least[p, q] + ahead[r - 1, q])
            ahead[r, p] = min(low, ahead[0, p]) if r < deepest else low


@inner_kernel
def cheapest(d, b, s, w, k, used, fixed):
    """Cheapest itinerary of shipment ``k`` at the present charges; ``charges`` hold its own shares.

    ``used`` int64[4]: groups on it (first 3) and their number; those of the last call are tried first. ``fixed[k]``:
    what it costs but for charges. Returns the cents, at most the unserved price.
    """
    ki, kf, pi, end_of, handling = d.ki, d.kf, d.pi, d.end_of, d.k_handling
    open_ptr, open_start, open_end = d.open_ptr, d.open_start, d.open_end
    head, done_at, cost_at, group_at = w.head, w.done, w.cost, w.group
    parent_at, next_at, fixed_at, ahead, least = w.parent, w.next, w.fixed, w.ahead, w.least
    li, lf, times, charges = b.li, b.lf, b.times, s.charges
    hubs, classes, first_timed, timed = b.knobs[HUBS], b.knobs[CLASSES], b.knobs[ANY_TIME], b.knobs[TIMED]
    places = hubs + 2
    sealed = ki[k, SEALED] > 0
    bucket_min = NEVER if sealed else b.knobs[BUCKET_MIN]
    per_bucket = 1.0 / bucket_min
    latest_k = ki[k, LATEST_K]
    reach, takes, way_ptr, modes = b.reach, b.takes, b.way_ptr, ~b.k_modes[k]
    kg, transit, group = ki[k, SIZE + 1], ki[k, TRANSIT], b.k_class[k]
    first, second = (0.0, 0.0) if sealed else sizes_for(d, b, k, 0)
    deepest = d.knobs[MAX_MOVES]
    destination = b.ends[k, 1]
    best = kf[k, UNSERVED]
    keep = False
    if used[3] > 0:
        old = fixed[k]
        for i in range(used[3]):
            old += charge_of(d, b, s, k, used[i]) + fee_of(d, b, w, k, used[i])
        if old < best:
            best = old
            keep = True
    least_charges(d, b, s, w, k)
    least_ahead(d, b, w, k)
    head[:, :] = -1
    n = first_labels(d, b, w, k, best)
    best_label, best_group, best_fixed = -1, -1, 0.0
    for layer in range(deepest if n > 0 else 0):
        last_layer = layer == deepest - 1
        more = deepest - layer - 1
        for p in range(places):
            i = head[layer, p]
            here = at(b, k, p)
            if here == destination:
                continue
            while i >= 0:
                bucket = done_at[i] // bucket_min
                for position in range(-places, b.timed_ptr[k, p + 1] - b.timed_ptr[k, p]):
                    if position < 0:
                        q = position + places
                        there = q if q < hubs else b.ends[k, q - hubs]
                        way = (group * pi.shape[0] + here) * pi.shape[0] + there
                        begin, past = way_ptr[way], way_ptr[way + 1]
                    else:
                        begin = np.int32(b.timed_line[b.timed_ptr[k, p] + position])
                        past = np.int32(begin + 1)
                        there = li[begin, LINE_DESTINATION]
                        q = there if there < hubs else hubs + 1
                    rest = ahead[more, q]
                    if cost_at[i] + least[p, q] + rest >= best - 1e-6:
                        continue
                    fee = w.fee[p, q]
                    end = np.int64(end_of[k, there])
                    duration = 0 if sealed else pi[there, HANDLING]
                    latest_leave = reach[k, q, 1] - duration
                    for line in range(begin, past):
                        if position < 0:
                            if takes[k, li[line, LINE_UNIT]] & li[line, LINE_NEED] == 0:
                                continue
                            if li[line, LINE_MODES] & modes != 0:
                                continue
                            last = latest_leave - li[line, LINE_MINUTES]
                            if last < done_at[i]:
                                continue
                            g = li[line, LINE_BASE] + bucket
                            count = np.int64((last + 0.5) * per_bucket) - bucket + 1
                        else:
                            g = timed + (line - first_timed) * classes + group
                            count = 1
                        extra = lf[line, LINE_PER_KG] * kg + handling[k, there]
                        if transit == 0:
                            extra += lf[line, LINE_CROSSING]
                        if sealed:
                            first = size_on(d, b, k, line, 0)
                        lowest = INF
                        for step in range(count):
                            charge = charges[g + step, FIRST_RATE] * first + charges[g + step, SECOND_RATE] * second
                            charge += charges[g + step, OWN]
                            if charge >= lowest:
                                continue  # an earlier bucket is no dearer
                            lowest = charge
                            cost = cost_at[i] + extra + fee + charge
                            if cost + rest >= best - 1e-6:
                                continue
                            if position < 0:
                                leave = done_at[i]
                                if step > 0:
                                    leave = (bucket + step) * bucket_min
                                available = leave + li[line, LINE_MINUTES]
                                if available > latest_k:
                                    break
                                start = earliest_start(open_ptr, open_start, open_end, there, available, duration)
                                done = start + duration
                            else:
                                low, high = li[line, LINE_FIRST], li[line, LINE_LAST]
                                after = high
                                while low < high:
                                    mid = (low + high) // 2
                                    if times[mid, 0] < done_at[i]:
                                        low = mid + 1
                                    else:
                                        high = mid
                                if low >= after:
                                    continue
                                done = times[low, 1] if sealed else times[low, 2]
                            if done > latest_k:
                                continue
                            if end >= 0:
                                arrive = delivered(d, k, end, done)
                                if arrive <= latest_k:
                                    tail = d.end_cost[end] + time_cents(kf, ki, k, arrive)
                                    if cost + tail < best - 1e-6:
                                        best = cost + tail
                                        best_group = g + step
                                        best_label = i
                                        best_fixed = fixed_at[i] + extra + tail
                                        keep = False
                            if last_layer or dominated(head, done_at, cost_at, next_at, layer + 1, q, done, cost):
                                continue
                            if n >= done_at.shape[0]:
                                w.overflow[0] = 1
                                continue
                            done_at[n] = done
                            cost_at[n] = cost
                            fixed_at[n] = fixed_at[i] + extra
                            group_at[n] = g + step
                            parent_at[n] = i
                            next_at[n] = head[layer + 1, q]
                            head[layer + 1, q] = n
                            n += 1
                i = next_at[i]
    if keep:
        return best
    used[3] = 0
    if best_group >= 0:
        fixed[k] = best_fixed
        used[0] = best_group
        used[3] = 1
        i = best_label
        while i >= 0 and group_at[i] >= 0:
            used[used[3]] = group_at[i]
            used[3] += 1
            i = parent_at[i]
    return best


@kernel
def all_cheapest(d, b, s, w, value, uses, paid, fixed, stop):
    """Cheapest itineraries of all shipments into ``value``, ``uses``; False when stopped or labels ran out.

    ``paid`` float64[K, 3]: load units that the charges pay for, of each group used.
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
        value[k] = cheapest(d, b, s, w, k, uses[k], fixed)
        for e in range(s.fee_ptr[k], s.fee_ptr[k + 1]):
            w.fee[s.fee_at[e, 0], s.fee_at[e, 1]] = 0.0
        for i in range(uses[k, 3]):
            g = uses[k, i]
            paid[k, i] = charge_of(d, b, s, k, g) / s.prices[g, PRICE] if s.prices[g, PRICE] > 1e-9 else 0.0
        set_own(s, k, 0.0)
    return w.overflow[0] == 0
