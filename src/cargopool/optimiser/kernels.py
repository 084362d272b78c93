"""Compiled kernels of the search: cheapest re-insertion of a shipment at marginal whole-load-unit cost.

Costs are float cents with carbon inside. Arrays are documented in `cargopool.optimiser.search_data`. No kernel
reads a clock or allocates per call beyond small scratch arrays; chunks of iterations keep every call short.
"""

from __future__ import annotations

import numpy as np
from numba import njit

INF = 1e18
NEVER = 1 << 60
MAX_MOVES = 3
MAX_LABELS = 4096


@njit(cache=True, nogil=True)
def next_random(rng):
    """Uniform float in [0, 1) from a 64-bit xorshift state; advances ``rng[0]``."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def randint(rng, n):
    """Uniform integer in [0, n)."""
    return int(next_random(rng) * n)


@njit(cache=True, nogil=True)
def earliest_start(d, place, minute, duration):
    """First minute >= ``minute`` at which an operation of ``duration`` fits an open period; NEVER if none."""
    lo = d.open_ptr[place]
    hi = d.open_ptr[place + 1]
    if lo == hi:
        return minute
    left, right = lo, hi
    while left < right:
        mid = (left + right) // 2
        if d.open_end[mid] < minute:
            left = mid + 1
        else:
            right = mid
    for i in range(left, hi):
        start = max(minute, d.open_start[i])
        if start + duration <= d.open_end[i]:
            return start
    return NEVER


@njit(cache=True, nogil=True)
def pallets_fit(d, s, place, start, pallets):
    """Whether the cross-dock has room for ``pallets`` (milli) from ``start`` at its full rate."""
    left = pallets
    minute = start
    while left > 0:
        bucket = minute // d.bucket_min - d.first_bucket
        if bucket < 0 or bucket >= d.pallet_row.shape[1]:
            return True
        end = (bucket + d.first_bucket + 1) * d.bucket_min
        part = min(left, d.place_rate[place] * 1000 * (end - minute) // 60)
        row = d.pallet_row[place, bucket]
        if row >= 0 and s.row_use[row] + part > d.row_limit[row]:
            return False
        left -= part
        minute = end
        if part == 0 and d.place_rate[place] == 0:
            return False
    return True


@njit(cache=True, nogil=True)
def book_pallets(d, s, place, start, pallets, sign):
    """Add (or take away) a handling's use of the cross-dock rows."""
    left = pallets
    minute = start
    while left > 0:
        bucket = minute // d.bucket_min - d.first_bucket
        if bucket < 0 or bucket >= d.pallet_row.shape[1]:
            return
        end = (bucket + d.first_bucket + 1) * d.bucket_min
        part = min(left, d.place_rate[place] * 1000 * (end - minute) // 60)
        row = d.pallet_row[place, bucket]
        if row >= 0:
            s.row_use[row] += sign * part
        left -= part
        minute = end
        if part == 0 and d.place_rate[place] == 0:
            return


@njit(cache=True, nogil=True)
def handling_start(d, s, k, place, minute):
    """Start of a handling of shipment ``k`` that is at ``place`` from ``minute`` on; NEVER when none fits."""
    if d.k_units[k] > 0:
        return minute
    duration = d.place_handling[place]
    start = earliest_start(d, place, minute, duration)
    if start >= NEVER or d.place_rate[place] <= 0:
        return start
    pallets = d.k_size[k, 0]
    if pallets_fit(d, s, place, start, pallets):
        return start
    limit = minute + d.slack_min
    bucket_start = (start // d.bucket_min + 1) * d.bucket_min
    while bucket_start <= limit:
        if earliest_start(d, place, bucket_start, duration) == bucket_start and pallets_fit(
            d, s, place, bucket_start, pallets
        ):
            return bucket_start
        bucket_start += d.bucket_min
    return NEVER


@njit(cache=True, nogil=True)
def uses_needed(d, s, m, g, k, sign):
    """Uses of move ``m`` by class ``g`` after adding (sign 1) or removing (-1) shipment ``k``."""
    if d.k_units[k] > 0:
        return s.uses[m, g] - sign * (-d.k_units[k] // d.m_units[m])
    need = np.int64(0)
    for dim in range(4):
        load = s.load[m, g, dim] + sign * d.k_size[k, dim]
        cap = d.m_capacity[m, dim]
        if load > 0:
            if cap <= 0:
                return np.int64(NEVER)
            n = -(-load // cap)
            need = max(need, n)
    if need == 0 and sign > 0:
        need = np.int64(1)
    return need


@njit(cache=True, nogil=True)
def unit_cost(d, m, powered):
    """Cents of one use of ``m``."""
    return d.m_cost_powered[m] if powered else d.m_cost[m]


@njit(cache=True, nogil=True)
def marginal(d, s, m, k, discount_move, discount):
    """Cents that shipment ``k`` adds to move ``m`` as things stand; INF when a row has no room."""
    g = d.k_class[k]
    extra = uses_needed(d, s, m, g, k, 1) - s.uses[m, g]
    if extra > 1000:
        return INF
    powered = d.k_powered[k]
    cost = d.m_cents_per_kg[m] * d.k_size[k, 1]
    if not d.k_transit[k]:
        cost += d.m_crossing[m]
    if extra > 0:
        for p in range(d.mr_ptr[m], d.mr_ptr[m + 1]):
            row = d.mr_idx[p]
            if s.row_use[row] + extra * d.mr_amount[p] > d.row_limit[row]:
                return INF
        if powered:
            for p in range(d.mp_ptr[m], d.mp_ptr[m + 1]):
                row = d.mp_idx[p]
                if s.row_use[row] + extra * d.mp_amount[p] > d.row_limit[row]:
                    return INF
        if m == discount_move:
            share = 0.0
            for dim in range(4):
                if d.m_capacity[m, dim] > 0:
                    share = max(share, d.k_size[k, dim] / d.m_capacity[m, dim])
            cost += min(float(extra), max(share, 0.02)) * discount * unit_cost(d, m, powered)
        else:
            cost += extra * unit_cost(d, m, powered)
        for p in range(d.my_ptr[m], d.my_ptr[m + 1]):
            run = d.my_idx[p]
            if s.run_uses[run] == 0:
                cost += d.run_cost[run] * (0.3 if m == discount_move else 1.0)
    return cost


@njit(cache=True, nogil=True)
def storage_cents(d, k, place, there, leave):
    """Storage of shipment ``k`` waiting at ``place``."""
    rate = d.k_storage[k, place]
    if rate <= 0.0 or leave <= there:
        return 0.0
    days = -(-(leave - there) // 1440) - d.place_free_days[place]
    return rate * days if days > 0 else 0.0


@njit(cache=True, nogil=True)
def finish(d, s, k, place, available):
    """Best end of shipment ``k`` from ``place`` at ``available``: (cents, end option, handling start)."""
    best = INF
    best_end = -1
    best_start = np.int64(NEVER)
    for e in range(d.end_ptr[k], d.end_ptr[k + 1]):
        if d.end_place[e] != place:
            continue
        start = handling_start(d, s, k, place, available)
        if start >= NEVER:
            continue
        done = start + (0 if d.k_units[k] > 0 else d.place_handling[place])
        if d.end_door[e] >= 0:
            unload = d.place_handling[d.end_door[e]]
            at_door = earliest_start(d, d.end_door[e], done + d.end_minutes[e], unload)
            if at_door >= NEVER:
                continue
            done = at_door + unload
        if done > d.k_latest[k]:
            continue
        cost = d.end_cost[e] + d.k_handling[k, place] + d.k_time_value[k] * (done - d.k_ready[k])
        if done > d.k_due[k]:
            cost += d.k_late[k] * (done - d.k_due[k])
        if cost < best:
            best = cost
            best_end = e
            best_start = start
    return best, best_end, best_start


@njit(cache=True, nogil=True)
def is_end(d, k, place):
    """Whether shipment ``k`` may finish at ``place``."""
    for e in range(d.end_ptr[k], d.end_ptr[k + 1]):
        if d.end_place[e] == place:
            return True
    return False


@njit(cache=True, nogil=True)
def add_label(w, place, arrival, done, cost, depth, move, parent, option):
    """Add a label unless another at the place is no later, no dearer and no deeper; returns the label count."""
    i = w.head[place]
    while i >= 0:
        if w.done[i] <= done and w.cost[i] <= cost and w.depth[i] <= depth:
            return
        i = w.next[i]
    n = w.count[0]
    if n >= MAX_LABELS:
        return
    w.count[0] = n + 1
    w.place[n] = place
    w.arrival[n] = arrival
    w.done[n] = done
    w.cost[n] = cost
    w.depth[n] = depth
    w.move[n] = move
    w.parent[n] = parent
    w.option[n] = option
    w.next[n] = w.head[place]
    w.head[place] = n


@njit(cache=True, nogil=True)
def visits(d, w, label, place, k):
    """Whether the path behind ``label`` has been at ``place``."""
    i = label
    while i >= 0:
        if w.place[i] == place:
            return True
        i = w.parent[i]
    return False


@njit(cache=True, nogil=True)
def best_itinerary(d, s, w, k, discount_move, discount, blink, rng, out):
    """Cheapest itinerary of ``k`` at marginal cost by label setting over its usable moves in time order.

    ``out`` int64[10]: moves (3), start option, end option, handling starts (4), number of moves.
    Returns the cents, INF when there is none.
    """
    places = w.head.shape[0]
    for p in range(places):
        w.head[p] = -1
    w.count[0] = 0
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_place[o]
        start = handling_start(d, s, k, place, d.start_minute[o])
        if start >= NEVER:
            continue
        done = start + (0 if d.k_units[k] > 0 else d.place_handling[place])
        add_label(w, place, d.start_minute[o], done, d.start_cost[o], 0, -1, -1, o)
    best = INF
    best_label = -1
    best_move = -1
    best_end = -1
    best_finish = np.int64(0)
    for u in range(d.usable_ptr[k], d.usable_ptr[k + 1]):
        m = d.usable_idx[u]
        origin = d.m_origin[m]
        i = w.head[origin]
        if i < 0:
            continue
        latest = d.m_latest[m]
        pick = -1
        pick_cost = best
        destination = d.m_destination[m]
        ends = is_end(d, k, destination)
        while i >= 0:
            if w.done[i] <= latest and w.depth[i] < d.max_moves and (ends or w.depth[i] + 1 < d.max_moves):
                cost = w.cost[i] + storage_cents(d, k, origin, w.arrival[i], latest)
                if cost < pick_cost and not visits(d, w, i, destination, k):
                    pick = i
                    pick_cost = cost
            i = w.next[i]
        if pick < 0:
            continue
        cost = pick_cost + d.k_handling[k, origin]
        if cost >= best or (blink > 0.0 and next_random(rng) < blink):
            continue
        cost += marginal(d, s, m, k, discount_move, discount)
        if cost >= best:
            continue
        if ends:
            tail, end, start = finish(d, s, k, destination, d.m_available[m])
            if cost + tail < best:
                best = cost + tail
                best_label = pick
                best_move = m
                best_end = end
                best_finish = start
        depth = w.depth[pick] + 1
        if depth < d.max_moves and d.k_handling[k, destination] < INF / 2:
            start = handling_start(d, s, k, destination, d.m_available[m])
            if start < NEVER:
                done = start + (0 if d.k_units[k] > 0 else d.place_handling[destination])
                if done < d.k_latest[k]:
                    add_label(w, destination, d.m_available[m], done, cost, depth, m, pick, -1)
    if best_label < 0:
        return INF
    depth = w.depth[best_label] + 1
    for j in range(3):
        out[j] = -1
    out[depth - 1] = best_move
    out[4] = best_end
    out[5 + depth] = best_finish
    label = best_label
    while w.parent[label] >= 0:
        at = w.depth[label]
        out[at - 1] = w.move[label]
        out[5 + at] = w.done[label] - (0 if d.k_units[k] > 0 else d.place_handling[w.place[label]])
        label = w.parent[label]
    out[3] = w.option[label]
    out[5] = w.done[label] - (0 if d.k_units[k] > 0 else d.place_handling[w.place[label]])
    out[9] = depth
    return best


@njit(cache=True, nogil=True)
def own_cost(d, k, moves, start, end, last_start):
    """Cents of shipment ``k`` that it shares with none: ends, handling, storage, per-kg carbon, crossings, time."""
    cost = d.start_cost[start] + d.end_cost[end]
    there = d.start_minute[start]
    last = 0
    for j in range(3):
        m = moves[j]
        if m < 0:
            break
        origin = d.m_origin[m]
        cost += d.k_handling[k, origin] + storage_cents(d, k, origin, there, d.m_latest[m])
        cost += d.m_cents_per_kg[m] * d.k_size[k, 1]
        if not d.k_transit[k]:
            cost += d.m_crossing[m]
        there = d.m_available[m]
        last = m
    place = d.m_destination[last]
    done = last_start + (0 if d.k_units[k] > 0 else d.place_handling[place])
    if d.end_door[end] >= 0:
        unload = d.place_handling[d.end_door[end]]
        done = earliest_start(d, d.end_door[end], done + d.end_minutes[end], unload) + unload
    cost += d.k_handling[k, place] + d.k_time_value[k] * (done - d.k_ready[k])
    if done > d.k_due[k]:
        cost += d.k_late[k] * (done - d.k_due[k])
    return cost


@njit(cache=True, nogil=True)
def change_use(d, s, m, k, sign):
    """Add or remove shipment ``k`` on move ``m``; returns the change of shared cents."""
    g = d.k_class[k]
    new = uses_needed(d, s, m, g, k, sign)
    for dim in range(4):
        s.load[m, g, dim] += sign * d.k_size[k, dim]
    s.riders[m, g] += sign
    if s.riders[m, g] == 0:
        new = np.int64(0)
    extra = new - s.uses[m, g]
    if extra == 0:
        return 0.0
    powered = d.k_powered[k]
    s.uses[m, g] = new
    for p in range(d.mr_ptr[m], d.mr_ptr[m + 1]):
        s.row_use[d.mr_idx[p]] += extra * d.mr_amount[p]
    if powered:
        for p in range(d.mp_ptr[m], d.mp_ptr[m + 1]):
            s.row_use[d.mp_idx[p]] += extra * d.mp_amount[p]
    change = extra * unit_cost(d, m, powered)
    for p in range(d.my_ptr[m], d.my_ptr[m + 1]):
        run = d.my_idx[p]
        before = s.run_uses[run]
        s.run_uses[run] = before + extra
        if before == 0 and extra > 0:
            change += d.run_cost[run]
        elif before > 0 and s.run_uses[run] == 0:
            change -= d.run_cost[run]
    return change


@njit(cache=True, nogil=True)
def insert(d, s, k, plan):
    """Book shipment ``k`` on itinerary ``plan`` (layout of ``out``); returns the change of total cents."""
    change = -d.k_unserved[k]
    depth = plan[9]
    for j in range(10):
        s.plan[k, j] = plan[j]
    for j in range(depth):
        change += change_use(d, s, plan[j], k, 1)
    s.own[k] = own_cost(d, k, plan[:3], plan[3], plan[4], plan[5 + depth])
    change += s.own[k]
    if d.k_units[k] == 0 and d.has_pallet_rows:
        for j in range(depth + 1):
            place = d.m_origin[plan[j]] if j < depth else d.m_destination[plan[depth - 1]]
            if d.place_rate[place] > 0:
                book_pallets(d, s, place, plan[5 + j], d.k_size[k, 0], 1)
    s.served[k] = True
    s.total[0] += change
    return change


@njit(cache=True, nogil=True)
def remove(d, s, k):
    """Take shipment ``k`` off its itinerary; returns the change of total cents."""
    if not s.served[k]:
        return 0.0
    change = d.k_unserved[k] - s.own[k]
    depth = s.plan[k, 9]
    for j in range(depth):
        change += change_use(d, s, s.plan[k, j], k, -1)
    if d.k_units[k] == 0 and d.has_pallet_rows:
        for j in range(depth + 1):
            place = d.m_origin[s.plan[k, j]] if j < depth else d.m_destination[s.plan[k, depth - 1]]
            if d.place_rate[place] > 0:
                book_pallets(d, s, place, s.plan[k, 5 + j], d.k_size[k, 0], -1)
    s.served[k] = False
    s.total[0] += change
    return change
