"""Compiled kernels of the search: cheapest re-insertion of a shipment at marginal whole-load-unit cost.

Costs are float cents with carbon inside. Arrays are documented in `cargopool.optimiser.kernel_data`. No kernel
reads a clock or allocates per call; chunks of iterations keep every call short.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import kernel
from cargopool.optimiser.kernel_data import (
    AVAILABLE,
    BUCKET_MIN,
    CAPACITY,
    CENTS_PER_KG,
    CLASS,
    COST,
    COST_POWERED,
    CROSSING,
    DESTINATION,
    DONE,
    DUE,
    END_DOOR,
    END_MINUTES,
    FIRST_BUCKET,
    FREE_DAYS,
    HANDLING,
    LATE,
    LATEST,
    LATEST_K,
    MAX_MOVES,
    MINUTE,
    ORIGIN,
    PALLET_ROWS,
    PLACE,
    POWERED,
    RATE,
    READY,
    SEALED,
    SIZE,
    SLACK_MIN,
    TIME_VALUE,
    TRANSIT,
    UNITS,
    UNSERVED,
)

INF = 1e18
NEVER = 1 << 60
MAX_LABELS = 4096


@kernel
def next_random(rng):
    """Uniform float in [0, 1) from a 64-bit xorshift state; advances ``rng[0]``."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def randint(rng, n):
    """Uniform integer in [0, n)."""
    return int(next_random(rng) * n)


@kernel
def earliest_start(open_ptr, open_start, open_end, place, minute, duration):
    """First minute >= ``minute`` at which an operation of ``duration`` fits an open period; NEVER if none."""
    lo = open_ptr[place]
    hi = open_ptr[place + 1]
    if lo == hi:
        return minute
    left, right = lo, hi
    while left < right:
        mid = (left + right) // 2
        if open_end[mid] < minute:
            left = mid + 1
        else:
            right = mid
    for i in range(left, hi):
        start = max(minute, open_start[i])
        if start + duration <= open_end[i]:
            return start
    return NEVER


@kernel
def change_pallets(pallet_row, knobs, rate, row_use, row_limit, place, start, pallets, sign):
    """Spread a handling over the cross-dock's buckets: book it (sign 1), free it (-1) or only ask (0); fits or not."""
    left = pallets
    minute = start
    while left > 0:
        bucket = minute // knobs[BUCKET_MIN] - knobs[FIRST_BUCKET]
        if bucket < 0 or bucket >= pallet_row.shape[1]:
            return True
        end = (bucket + knobs[FIRST_BUCKET] + 1) * knobs[BUCKET_MIN]
        part = min(left, rate * 1000 * (end - minute) // 60)
        row = pallet_row[place, bucket]
        if row >= 0:
            if sign == 0:
                if row_use[row] + part > row_limit[row]:
                    return False
            else:
                row_use[row] += sign * part
        left -= part
        minute = end
    return True


@kernel
def handling_start(d, s, k, place, minute):
    """Start of a handling of shipment ``k`` that is at ``place`` from ``minute`` on; NEVER when none fits."""
    sealed = d.ki[k, SEALED] > 0
    duration = 0 if sealed else d.pi[place, HANDLING]
    start = earliest_start(d.open_ptr, d.open_start, d.open_end, place, minute, duration)
    rate = d.pi[place, RATE]
    if start >= NEVER or rate <= 0 or sealed:
        return start
    pallets = d.ki[k, SIZE]
    if change_pallets(d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, start, pallets, 0):
        return start
    step = d.knobs[BUCKET_MIN]
    later = (start // step + 1) * step
    while later <= minute + d.knobs[SLACK_MIN]:
        if earliest_start(d.open_ptr, d.open_start, d.open_end, place, later, duration) == later and change_pallets(
            d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, later, pallets, 0
        ):
            return later
        later += step
    return NEVER


@kernel
def uses_after(mi, ki, load, uses, m, g, k, sign):
    """Uses of move ``m`` by class ``g`` after adding (sign 1) or removing (-1) shipment ``k``."""
    if ki[k, SEALED] > 0:
        return uses[m, g] - sign * (-ki[k, SEALED] // mi[m, UNITS])
    need = np.int64(1)
    for dim in range(4):
        total = load[m, g, dim] + sign * ki[k, SIZE + dim]
        if total > 0:
            cap = mi[m, CAPACITY + dim]
            if cap <= 0:
                return np.int64(NEVER)
            if total > need * cap:
                need = -(-total // cap)
    return need


@kernel
def storage_cents(rate, free_days, there, leave):
    """Storage of a shipment waiting from ``there`` to ``leave`` at cents per day."""
    if rate <= 0.0 or leave <= there:
        return 0.0
    days = -(-(leave - there) // 1440) - free_days
    return rate * days if days > 0 else 0.0


@kernel
def delivered(d, k, end, done):
    """Minute of delivery when the last handling ends at ``done``."""
    door = d.end_i[end, END_DOOR]
    if door < 0:
        return done
    unload = d.pi[door, HANDLING]
    start = earliest_start(d.open_ptr, d.open_start, d.open_end, door, done + d.end_i[end, END_MINUTES], unload)
    return start + unload if start < NEVER else NEVER


@kernel
def time_cents(kf, ki, k, minute):
    """Lateness and value of time of shipment ``k`` delivered at ``minute``."""
    cost = kf[k, TIME_VALUE] * (minute - ki[k, READY])
    if minute > ki[k, DUE]:
        cost += kf[k, LATE] * (minute - ki[k, DUE])
    return cost


@kernel
def best_itinerary(d, s, w, k, discount_move, discount, blink, rng, out):
    """Cheapest itinerary of ``k`` at marginal cost by label setting over its usable moves in time order.

    Labels wait at a place until a move leaves after they are ready; of the ready ones only the cheapest of each depth
    is kept. ``out`` int64[10]: moves (3), start option, end option, handling starts (4), number of moves.
    Returns the cents, INF when there is none.
    """
    mi, mf, ki, end_of = d.mi, d.mf, d.ki, d.end_of
    usable_idx, rows_ptr, rows_idx, rows_amount = d.usable_idx, d.rows_ptr, d.rows_idx, d.rows_amount
    row_use, row_limit, load, uses = s.row_use, d.row_limit, s.load, s.uses
    head, ready, done_at, cost_at, depth_at, next_at = w.head, w.ready, w.done, w.cost, w.depth, w.next
    handling, storage, pi = d.k_handling, d.k_storage, d.pi
    g = ki[k, CLASS]
    powered = ki[k, POWERED]
    sealed = ki[k, SEALED] > 0
    latest_k = ki[k, LATEST_K]
    kg = ki[k, SIZE + 1]
    transit = ki[k, TRANSIT]
    deepest = d.knobs[MAX_MOVES]
    moves = mi.shape[0]
    shift = moves if powered else 0
    cost_column = COST_POWERED if powered else COST
    head[:] = -1
    ready[:, :] = -1
    n = 0
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        if handling[k, place] >= INF:
            continue
        start = handling_start(d, s, k, place, d.start_i[o, MINUTE])
        if start >= NEVER:
            continue
        w.place[n] = place
        w.arrival[n] = d.start_i[o, MINUTE]
        done_at[n] = start if sealed else start + pi[place, HANDLING]
        cost_at[n] = d.start_cost[o]
        depth_at[n] = 0
        w.move[n] = -1
        w.parent[n] = -1
        w.option[n] = o
        next_at[n] = head[place]
        head[place] = n
        n += 1
    best = INF
    best_label = -1
    best_move = -1
    best_end = -1
    best_finish = np.int64(0)
    for u in range(d.usable_ptr[k], d.usable_ptr[k + 1]):
        m = usable_idx[u]
        origin = mi[m, ORIGIN]
        i = head[origin]
        if i < 0 and ready[origin, 0] < 0 and ready[origin, 1] < 0 and ready[origin, 2] < 0:
            continue
        latest = mi[m, LATEST]
        previous = -1
        while i >= 0:
            following = next_at[i]
            if done_at[i] <= latest:
                depth = depth_at[i]
                j = ready[origin, depth]
                if j < 0 or cost_at[i] < cost_at[j]:
                    ready[origin, depth] = i
                if previous < 0:
                    head[origin] = following
                else:
                    next_at[previous] = following
            else:
                previous = i
            i = following
        destination = mi[m, DESTINATION]
        end = end_of[k, destination]
        pick = -1
        pick_cost = best
        for depth in range(deepest if end >= 0 else deepest - 1):
            i = ready[origin, depth]
            if i < 0 or cost_at[i] >= pick_cost:
                continue
            seen = False
            j = i
            while j >= 0:
                if w.place[j] == destination:
                    seen = True
                    break
                j = w.parent[j]
            if not seen:
                pick = i
                pick_cost = cost_at[i]
        if pick < 0:
            continue
        cost = pick_cost + handling[k, origin] + mf[m, CENTS_PER_KG] * kg
        if storage[k, origin] > 0.0:
            cost += storage_cents(storage[k, origin], pi[origin, FREE_DAYS], w.arrival[pick], latest)
        if transit == 0:
            cost += mf[m, CROSSING]
        if cost >= best or (blink > 0.0 and next_random(rng) < blink):
            continue
        extra = uses_after(mi, ki, load, uses, m, g, k, 1) - uses[m, g]
        if extra > 0:
            if extra > 1000:
                continue
            fits = True
            for p in range(rows_ptr[shift + m], rows_ptr[shift + m + 1]):
                row = rows_idx[p]
                if row_use[row] + extra * rows_amount[p] > row_limit[row]:
                    fits = False
                    break
            if not fits:
                continue
            price = extra * mf[m, cost_column]
            if m == discount_move:
                share = 0.02
                for dim in range(4):
                    if mi[m, CAPACITY + dim] > 0:
                        share = max(share, ki[k, SIZE + dim] / mi[m, CAPACITY + dim])
                price = min(float(extra), share) * discount * mf[m, cost_column]
            for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
                run = d.runs_idx[p]
                if s.run_uses[run] == 0:
                    price += d.run_cost[run] * (0.3 if m == discount_move else 1.0)
            cost += price
            if cost >= best:
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
        if end >= 0:
            arrive = delivered(d, k, end, done)
            if arrive <= latest_k:
                total = cost + d.end_cost[end] + handling[k, destination] + time_cents(d.kf, ki, k, arrive)
                if total < best:
                    best = total
                    best_label = pick
                    best_move = m
                    best_end = end
                    best_finish = done if sealed else done - pi[destination, HANDLING]
        depth = depth_at[pick] + 1
        if depth < deepest and n < MAX_LABELS and cost < best:
            worse = False
            for shallower in range(depth + 1):
                j = ready[destination, shallower]
                if j >= 0 and cost_at[j] <= cost:
                    worse = True
            if not worse:
                j = head[destination]
                while j >= 0:
                    if done_at[j] <= done and cost_at[j] <= cost and depth_at[j] <= depth:
                        worse = True
                        break
                    j = next_at[j]
            if not worse:
                w.place[n] = destination
                w.arrival[n] = available
                done_at[n] = done
                cost_at[n] = cost
                depth_at[n] = depth
                w.move[n] = m
                w.parent[n] = pick
                w.option[n] = -1
                next_at[n] = head[destination]
                head[destination] = n
                n += 1
    if best_label < 0:
        return INF
    depth = depth_at[best_label] + 1
    for j in range(3):
        out[j] = -1
    out[depth - 1] = best_move
    out[4] = best_end
    out[5 + depth] = best_finish
    label = best_label
    while w.parent[label] >= 0:
        at = depth_at[label]
        out[at - 1] = w.move[label]
        out[5 + at] = done_at[label] - (0 if sealed else pi[w.place[label], HANDLING])
        label = w.parent[label]
    out[3] = w.option[label]
    out[5] = done_at[label] - (0 if sealed else pi[w.place[label], HANDLING])
    out[9] = depth
    return best


@kernel
def own_cost(d, k, plan):
    """Cents of shipment ``k`` that it shares with none: ends, handling, storage, per-kg carbon, crossings, time."""
    start, end, depth = plan[3], plan[4], plan[9]
    cost = d.start_cost[start] + d.end_cost[end]
    there = d.start_i[start, MINUTE]
    place = d.start_i[start, PLACE]
    for j in range(depth):
        m = plan[j]
        place = d.mi[m, ORIGIN]
        cost += d.k_handling[k, place] + d.mf[m, CENTS_PER_KG] * d.ki[k, SIZE + 1]
        cost += storage_cents(d.k_storage[k, place], d.pi[place, FREE_DAYS], there, d.mi[m, LATEST])
        if d.ki[k, TRANSIT] == 0:
            cost += d.mf[m, CROSSING]
        there = d.mi[m, AVAILABLE]
        place = d.mi[m, DESTINATION]
    done = plan[5 + depth] + (0 if d.ki[k, SEALED] > 0 else d.pi[place, HANDLING])
    return cost + d.k_handling[k, place] + time_cents(d.kf, d.ki, k, delivered(d, k, end, done))


@kernel
def book(d, s, k, plan, sign):
    """Add (sign 1) or take away (-1) shipment ``k`` on all that ``plan`` uses; returns the change of shared cents."""
    change = 0.0
    g = d.ki[k, CLASS]
    powered = d.ki[k, POWERED]
    shift = d.mi.shape[0] if powered else 0
    depth = plan[9]
    for j in range(depth):
        m = plan[j]
        new = uses_after(d.mi, d.ki, s.load, s.uses, m, g, k, sign)
        for dim in range(4):
            s.load[m, g, dim] += sign * d.ki[k, SIZE + dim]
        s.riders[m, g] += sign
        if s.riders[m, g] == 0:
            new = np.int64(0)
        extra = new - s.uses[m, g]
        if extra == 0:
            continue
        s.uses[m, g] = new
        for p in range(d.rows_ptr[shift + m], d.rows_ptr[shift + m + 1]):
            s.row_use[d.rows_idx[p]] += extra * d.rows_amount[p]
        change += extra * (d.mf[m, COST_POWERED] if powered else d.mf[m, COST])
        for p in range(d.runs_ptr[m], d.runs_ptr[m + 1]):
            run = d.runs_idx[p]
            before = s.run_uses[run]
            s.run_uses[run] = before + extra
            if before == 0 and extra > 0:
                change += d.run_cost[run]
            elif before > 0 and s.run_uses[run] == 0:
                change -= d.run_cost[run]
    if d.ki[k, SEALED] == 0 and d.knobs[PALLET_ROWS] > 0:
        for j in range(depth + 1):
            place = d.mi[plan[j], ORIGIN] if j < depth else d.mi[plan[depth - 1], DESTINATION]
            rate = d.pi[place, RATE]
            if rate > 0:
                change_pallets(
                    d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, plan[5 + j], d.ki[k, SIZE], sign
                )
    return change


@kernel
def insert(d, s, k, plan):
    """Book shipment ``k`` on itinerary ``plan`` (layout of ``out``)."""
    for j in range(10):
        s.plan[k, j] = plan[j]
    s.own[k] = own_cost(d, k, plan)
    s.served[k] = True
    s.total[0] += book(d, s, k, plan, 1) + s.own[k] - d.kf[k, UNSERVED]


@kernel
def remove(d, s, k):
    """Take shipment ``k`` off its itinerary."""
    if s.served[k]:
        s.served[k] = False
        s.total[0] += book(d, s, k, s.plan[k], -1) - s.own[k] + d.kf[k, UNSERVED]
