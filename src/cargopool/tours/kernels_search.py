"""Compiled ruin-and-recreate with annealing.

The method is slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020):
strings of jobs that are near each other in routes that are near each other are taken out and put back greedily, in an
order drawn by weight, with now and then a route or a vehicle overlooked. Beside it whole routes are taken out, and what
a job costs in a route is remembered until the route changes. Now and then a job is put in although leaving it out costs
less.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.tours.compiled import inner_kernel, kernel
from cargopool.tours.kernel_data import COUNT, GROUP, INF, JOB, LENGTH, VEHICLE, VERSION
from cargopool.tours.kernels_insert import best_places, may_join
from cargopool.tours.kernels_route import drop_job, put_job, refresh

STRINGS, LONGEST, ROUTE_CHANCE, BLINK, SPLIT_CHANCE, SPLIT_DEPTH, OVERLOOK, INSIST, DRIVEN = range(9)
ORDER_RANDOM, ORDER_SIZE, ORDER_FAR, ORDER_CLOSE, ORDER_ROOM, ORDER_BEGIN, ORDER_LAST = range(9, 16)
"""Entries of ``knobs``: mean jobs taken out, longest string, chances, weights of the orders of putting back."""


class Work(NamedTuple):
    """Room of the search.

    ``bank`` int64[J] with ``count`` int64[2] (jobs out, routes touched), ``touched`` int64[R], ``is_touched`` int8[R],
    ``ordered`` int64[J], ``seen_version`` int64[J, R], ``seen_cost`` float64[J, R], ``seen_at`` int32[J, R, K] (first
    -1: none cheaper than the cost), ``alone`` float64[J, G] (cost of a tour for the job alone, -1 not yet known),
    ``bank_saved`` int64[J], ``totals`` float64[3]: current, best, of the step; ``moves`` int64[2]: accepted, best ones.
    """

    bank: Any
    count: Any
    touched: Any
    is_touched: Any
    ordered: Any
    keys: Any
    seen_version: Any
    seen_cost: Any
    seen_at: Any
    alone: Any
    bank_saved: Any
    totals: Any
    moves: Any


@inner_kernel
def draw(rng):
    """Uniform float in [0, 1) from a 64-bit xorshift state."""
    z = rng[0]
    z ^= z << np.uint64(13)
    z ^= z >> np.uint64(7)
    z ^= z << np.uint64(17)
    rng[0] = z
    return (z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner_kernel
def copy_row(source, target, r):
    """Copy route ``r`` with everything known of it."""
    for c in range(3):
        target.route_i[r, c] = source.route_i[r, c]
    target.cost[r] = source.cost[r]
    for i in range(source.route_i[r, LENGTH]):
        target.seq[r, i] = source.seq[r, i]
        target.done[r, i] = source.done[r, i]
        target.must[r, i] = source.must[r, i]
        for a in range(source.load.shape[2]):
            target.load[r, i, a] = source.load[r, i, a]


@inner_kernel
def touch(t, saved, w, r):
    """Keep a route as it was before this step first changes it."""
    if w.is_touched[r] == 0:
        w.is_touched[r] = 1
        w.touched[w.count[1]] = r
        w.count[1] += 1
        copy_row(t, saved, r)


@inner_kernel
def take_out(d, t, saved, w, j):
    """Take a job out of its route and note it."""
    r = t.route_of[j]
    touch(t, saved, w, r)
    drop_job(d, t, r, j)
    w.bank[w.count[0]] = j
    w.count[0] += 1


@inner_kernel
def jobs_in_order(d, t, r, ordered, last):
    """Jobs of a route by their first stop, or by their last; returns how many."""
    count = 0
    for i in range(t.route_i[r, LENGTH]):
        s = t.seq[r, i]
        j = d.stop[s, JOB]
        if s == (d.first[j + 1] - 1 if last else d.first[j]):
            ordered[count] = j
            count += 1
    return count


@inner_kernel
def take_string(d, t, saved, w, rng, knobs, r, j, longest):
    """Take a string of jobs around ``j`` out of route ``r``, maybe leaving some in its middle."""
    count = jobs_in_order(d, t, r, w.ordered, draw(rng) < 0.5)
    at = 0
    while w.ordered[at] != j:
        at += 1
    size = 1 + int(draw(rng) * min(float(count), longest))
    size = min(size, count)
    kept = 0
    if size > 1 and size < count and draw(rng) < knobs[SPLIT_CHANCE]:
        kept = 1
        while size + kept < count and draw(rng) > knobs[SPLIT_DEPTH]:
            kept += 1
    whole = size + kept
    low = max(0, at - whole + 1)
    high = min(at, count - whole)
    begin = low + int(draw(rng) * (high - low + 1))
    gap = begin + 1 + int(draw(rng) * (size - 1)) if kept > 0 else begin + whole
    for i in range(begin, begin + whole):
        if gap <= i < gap + kept:
            continue
        take_out(d, t, saved, w, w.ordered[i])


@inner_kernel
def take_route(d, t, saved, w, r):
    """Take all jobs out of a route."""
    count = jobs_in_order(d, t, r, w.ordered, False)
    for i in range(count):
        take_out(d, t, saved, w, w.ordered[i])


@inner_kernel
def ruin(d, x, t, saved, w, rng, knobs, rows):
    """Take related jobs out."""
    jobs = t.route_of.shape[0]
    inside = jobs - w.count[0]
    if inside <= 0:
        return
    routes = 0
    for r in range(rows):
        routes += t.route_i[r, LENGTH] > 0
    longest = min(knobs[LONGEST], inside / routes)
    strings = 1 + int(draw(rng) * (4.0 * knobs[STRINGS] / (1.0 + longest) - 1.0))
    seed = int(draw(rng) * jobs)
    first_row = w.count[1]
    if draw(rng) < knobs[ROUTE_CHANCE] and t.route_of[seed] >= 0:
        best_r = t.route_of[seed]
        for _ in range(3):  # the shortest of a few: those are the ones that can go
            other = int(draw(rng) * jobs)
            r = t.route_of[other]
            if r >= 0 and t.route_i[r, LENGTH] < t.route_i[best_r, LENGTH]:
                best_r = r
                seed = other
        take_route(d, t, saved, w, best_r)
    for k in range(d.near.shape[1]):
        if w.count[1] - first_row >= strings:
            break
        j = d.near[seed, k]
        r = t.route_of[j]
        if r >= 0 and w.is_touched[r] == 0:
            take_string(d, t, saved, w, rng, knobs, r, j, longest)
    for i in range(w.count[1]):
        r = w.touched[i]
        refresh(d, x, t, r)
        if t.route_i[r, LENGTH] == 0:
            t.used[t.route_i[r, GROUP]] -= 1


@inner_kernel
def put_in_order(d, w, rng, knobs):
    """Draw the order in which jobs are put back, and sort the bank by it."""
    u = draw(rng) * knobs[ORDER_LAST]
    kind = 0
    while u >= knobs[ORDER_RANDOM + kind] and kind < 5:
        u -= knobs[ORDER_RANDOM + kind]
        kind += 1
    count = w.count[0]
    for i in range(count):
        j = w.bank[i]
        if kind == 0:
            w.keys[i] = draw(rng)
        elif kind == 1:
            w.keys[i] = -d.keys[0, j]
        elif kind == 2:
            w.keys[i] = -d.keys[1, j]
        elif kind == 3:
            w.keys[i] = d.keys[1, j]
        elif kind == 4:
            w.keys[i] = d.keys[2, j]
        else:
            w.keys[i] = d.keys[3, j]
    for i in range(1, count):
        key, j = w.keys[i], w.bank[i]
        k = i - 1
        while k >= 0 and w.keys[k] > key:
            w.keys[k + 1] = w.keys[k]
            w.bank[k + 1] = w.bank[k]
            k -= 1
        w.keys[k + 1] = key
        w.bank[k + 1] = j


@inner_kernel
def look(d, x, t, w, r, j, best, driven_rise):
    """Ask for the rise of cost by job ``j`` in route ``r`` and remember it; INF when it is not below ``best``.

    ``driven_rise`` as for `best_places`.
    """
    g = t.route_i[r, GROUP]
    rise = INF
    limit = INF
    if may_join(d, t, r, g, j):
        rise = best_places(d, x, t, r, g, j, best, driven_rise)
        limit = best
    w.seen_version[j, r] = t.route_i[r, VERSION]
    if rise < INF:
        w.seen_cost[j, r] = rise
        for k in range(d.first[j + 1] - d.first[j]):
            w.seen_at[j, r, k] = x.best_at[k]
    else:
        w.seen_cost[j, r] = limit
        w.seen_at[j, r, 0] = -1
    return rise


@inner_kernel
def put_back(d, x, t, saved, w, rng, knobs, j, limit, rows):
    """Put a job where the cost rises least, into a route or a new one; False when it rises by ``limit`` or more."""
    route_i = t.route_i
    version, cost, at = w.seen_version[j], w.seen_cost[j], w.seen_at[j]
    blink = knobs[BLINK]
    best = limit
    best_r = -1
    empty = -1
    for r in range(rows):
        if route_i[r, LENGTH] == 0:
            if empty < 0:
                empty = r
            continue
        if version[r] == route_i[r, VERSION]:
            if cost[r] >= best:
                continue
            if at[r, 0] >= 0:
                if draw(rng) >= blink:
                    best = cost[r]
                    best_r = r
                continue
        if draw(rng) < blink:
            continue
        rise = look(d, x, t, w, r, j, best, draw(rng) < knobs[DRIVEN])
        if rise < best:
            best = rise
            best_r = r
    best_g = -1
    overlooked = -1
    if empty >= 0:
        for g in range(t.used.shape[0]):
            if t.used[g] >= d.group_i[g, COUNT] or not d.able[j, d.group_i[g, VEHICLE]]:
                continue
            if w.alone[j, g] < 0:
                w.alone[j, g] = best_places(d, x, t, empty, g, j, INF, True) if may_join(d, t, empty, g, j) else INF
            if w.alone[j, g] < best:
                if t.used.shape[0] > 1 and draw(rng) < knobs[OVERLOOK]:
                    if overlooked < 0 or w.alone[j, g] < w.alone[j, overlooked]:
                        overlooked = g
                    continue
                best = w.alone[j, g]
                best_g = g
        if best_r < 0 and best_g < 0:
            best_g = overlooked
    stops = d.first[j + 1] - d.first[j]
    if best_g >= 0:
        touch(t, saved, w, empty)
        route_i[empty, GROUP] = best_g
        t.used[best_g] += 1
        for k in range(stops):
            x.best_at[k] = 0
        put_job(d, x, t, empty, j, x.best_at)
        return True
    if best_r < 0:
        return False
    touch(t, saved, w, best_r)
    for k in range(stops):
        x.best_at[k] = at[best_r, k]
    put_job(d, x, t, best_r, j, x.best_at)
    return True


@inner_kernel
def recreate(d, x, t, saved, w, rng, knobs, insist, rows):
    """Put back what is out; what finds no place, or costs less when left out, stays in the bank.

    With the chance ``insist`` one job is put in although leaving it out costs less: others may then join it, and be
    worth a tour together.
    """
    insisted = -1
    if w.count[0] > 0 and draw(rng) < insist:
        insisted = w.bank[int(draw(rng) * w.count[0])]
    put_in_order(d, w, rng, knobs)
    kept = 0
    for i in range(w.count[0]):
        j = w.bank[i]
        limit = INF if j == insisted else d.unserved[j]
        if not put_back(d, x, t, saved, w, rng, knobs, j, limit, rows):
            w.bank[kept] = j
            kept += 1
    w.count[0] = kept


@inner_kernel
def total(d, t, w, rows):
    """Cost of all routes and of what is left out."""
    value = 0.0
    for r in range(rows):
        if t.route_i[r, LENGTH] > 0:
            value += t.cost[r]
    for i in range(w.count[0]):
        value += d.unserved[w.bank[i]]
    return value


@inner_kernel
def go_back(d, t, saved, w, banked):
    """Undo a step."""
    for i in range(w.count[1]):
        r = w.touched[i]
        if t.route_i[r, LENGTH] > 0:
            t.used[t.route_i[r, GROUP]] -= 1
        for k in range(t.route_i[r, LENGTH]):
            t.route_of[d.stop[t.seq[r, k], JOB]] = -1
    for i in range(w.count[1]):
        r = w.touched[i]
        copy_row(saved, t, r)
        if t.route_i[r, LENGTH] > 0:
            t.used[t.route_i[r, GROUP]] += 1
        for k in range(t.route_i[r, LENGTH]):
            t.route_of[d.stop[t.seq[r, k], JOB]] = r
    w.count[0] = banked
    for i in range(banked):
        w.bank[i] = w.bank_saved[i]


@inner_kernel
def keep_best(t, best, rows):
    """Copy the routes that differ from the best ones known."""
    for r in range(rows):
        if best.route_i[r, VERSION] != t.route_i[r, VERSION]:
            copy_row(t, best, r)


@inner_kernel
def load_routes(d, x, t, w, rows):
    """Refresh given routes, note what is out, and make the totals; returns the number of routes that cannot be
    driven.
    """
    for j in range(t.route_of.shape[0]):
        t.route_of[j] = -1
    for g in range(t.used.shape[0]):
        t.used[g] = 0
    for r in range(rows):
        if t.route_i[r, LENGTH] > 0:
            t.used[t.route_i[r, GROUP]] += 1
            for k in range(t.route_i[r, LENGTH]):
                t.route_of[d.stop[t.seq[r, k], JOB]] = r
            refresh(d, x, t, r)
    w.count[0] = 0
    for j in range(t.route_of.shape[0]):
        if t.route_of[j] < 0:
            w.bank[w.count[0]] = j
            w.count[0] += 1


@kernel
def advance(d, x, t, saved, best, w, rng, knobs, warm, cool, iterations, stop):
    """Anneal for some iterations, the temperature falling from ``warm`` to ``cool``; returns how many were done.

    With ``iterations`` -1 only take the given routes and insert what is out: one entry compiles faster than several.
    """
    rows = t.route_i.shape[0]
    if iterations < 0:
        load_routes(d, x, t, w, rows)
        w.count[1] = 0
        recreate(d, x, t, saved, w, rng, knobs, 0.0, rows)
        for i in range(w.count[1]):
            w.is_touched[w.touched[i]] = 0
        w.totals[0] = total(d, t, w, rows)
        w.totals[1] = w.totals[0]
        keep_best(t, best, rows)
        return 0
    ratio = (cool / warm) ** (1.0 / max(1, iterations)) if warm > 0 else 1.0
    heat = warm
    for done in range(iterations):
        if done % 16 == 0 and stop[0] != 0:
            return done
        banked = w.count[0]
        for i in range(banked):
            w.bank_saved[i] = w.bank[i]
        w.count[1] = 0
        ruin(d, x, t, saved, w, rng, knobs, rows)
        recreate(d, x, t, saved, w, rng, knobs, knobs[INSIST], rows)
        value = total(d, t, w, rows)
        if value < w.totals[0] - heat * np.log(draw(rng) + 1e-300):
            w.totals[0] = value
            w.moves[0] += 1
            if value < w.totals[1] - 1e-7:
                w.totals[1] = value
                w.moves[1] += 1
                keep_best(t, best, rows)
        else:
            go_back(d, t, saved, w, banked)
        for i in range(w.count[1]):
            w.is_touched[w.touched[i]] = 0
        heat *= ratio
    return iterations
