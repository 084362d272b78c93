"""Compiled insertion: the cheapest places for all stops of a job in one route."""

from __future__ import annotations

from cargopool.tours.compiled import inner_kernel
from cargopool.tours.kernel_data import (
    COST_TABLE,
    EARLIEST,
    END,
    EXACT,
    FIXED,
    INF,
    JOB,
    LATEST_END,
    LENGTH,
    MAX_STOPS,
    NEVER,
    PER_KM_KG,
    PER_MIN,
    PLACE,
    PRICED,
    SERVICE,
    START,
    VEHICLE,
)
from cargopool.tours.kernels_drive import drive, window_at
from cargopool.tours.kernels_route import latest_begin, work_of

NEXT, TIME, PREVIOUS = range(3)
"""Columns of a walk: the position that comes next, the minute at which it leaves, the stop that it leaves (-1:
start)."""


@inner_kernel
def may_join(d, t, r, g, j):
    """Whether a route's vehicle and jobs go with job ``j``, times and loads apart."""
    v = d.group_i[g, VEHICLE]
    if not d.able[j, v]:
        return False
    n = t.route_i[r, LENGTH]
    stops = d.first[j + 1] - d.first[j]
    if n + stops > t.seq.shape[1] or (d.vehicle_i[v, MAX_STOPS] >= 0 and n + stops > d.vehicle_i[v, MAX_STOPS]):
        return False
    if n > 0:
        if d.klass[d.stop[t.seq[r, 0], JOB]] != d.klass[j]:
            return False
        if d.apart.shape[0] > 0:
            for i in range(n):
                if d.apart[j, d.stop[t.seq[r, i], JOB]]:
                    return False
    return True


@inner_kernel
def step_to(stop, windows, minutes, start, previous, now, s):
    """End of work at stop ``s`` when it follows stop ``previous`` (-1: the start) left at ``now``; NEVER if too
    late.
    """
    place = stop[previous, PLACE] if previous >= 0 else start
    if place >= 0:
        now += minutes[place, stop[s, PLACE]]
    begin = window_at(stop, windows, s, now)
    if begin >= NEVER:
        return NEVER
    return begin + work_of(stop, s, place, previous >= 0)


@inner_kernel
def arc(stop, table, start, end, previous, s):
    """Cost of the way from stop ``previous`` (-1: the start) to stop ``s`` (-1: the end)."""
    p = stop[previous, PLACE] if previous >= 0 else start
    q = stop[s, PLACE] if s >= 0 else end
    if p < 0 or q < 0:
        return 0.0
    return table[p, q]


@inner_kernel
def joins(stop, windows, minutes, end, latest_end, previous, now, s, must):
    """Whether stop ``s`` (-1: the end) and what follows are in time after stop ``previous`` is left at ``now``."""
    place = stop[previous, PLACE]
    if s < 0:
        return now + (minutes[place, end] if end >= 0 else 0) <= latest_end
    by = latest_begin(stop, windows, s, must - work_of(stop, s, place, True))
    return now + minutes[place, stop[s, PLACE]] <= by


@inner_kernel
def drivable(d, x, t, r, g, j, n):
    """Exact cost of the route with the job at the positions ``x.at``."""
    stops = d.first[j + 1] - d.first[j]
    write = 0
    k = 0
    for i in range(n + 1):
        while k < stops and x.at[k] == i:
            x.trial[write] = d.first[j] + k
            write += 1
            k += 1
        if i < n:
            x.trial[write] = t.seq[r, i]
            write += 1
    return drive(d, x, g, x.trial, write)


@inner_kernel
def fits(change, capacity, carry, load, i, s):
    """Whether stop ``s`` at position ``i`` keeps the load, with what is carried beside the route's own, within
    capacity.
    """
    for a in range(change.shape[1]):
        value = carry[a] + change[s, a]
        if i > 0:
            value += load[i - 1, a]
        if value > capacity[a]:
            return False
    return True


@inner_kernel
def carries(capacity, carry, load, i):
    """Whether what is carried fits beside the route's own load after position ``i``."""
    for a in range(capacity.shape[0]):
        if load[i, a] + carry[a] > capacity[a]:
            return False
    return True


@inner_kernel
def stays_within(change, capacity, carry, load, i, n, s):
    """Whether what stays on board after stop ``s`` at position ``i`` fits to the end of the route."""
    for a in range(capacity.shape[0]):
        stays = carry[a] + change[s, a]
        for k in range(i, n):
            if load[k, a] + stays > capacity[a]:
                return False
    return True


@inner_kernel
def beyond_ways(d, t, r, v):
    """What route ``r`` costs beyond its ways and the work of its stops: waits, breaks, what is on board."""
    table = d.cost[d.vehicle_i[v, COST_TABLE]]
    spare = t.cost[r] - d.vehicle_f[v, FIXED]
    before = -1
    for i in range(t.route_i[r, LENGTH]):
        s = t.seq[r, i]
        spare -= arc(d.stop, table, d.vehicle_i[v, START], -1, before, s)
        spare -= d.stop[s, SERVICE] * d.vehicle_f[v, PER_MIN]
        before = s
    return spare - arc(d.stop, table, -1, d.vehicle_i[v, END], before, -1)


@inner_kernel
def best_places(d, x, t, r, g, j, limit, driven_rise):
    """Least rise of cost below ``limit`` by job ``j`` in route ``r`` of group ``g``, INF for none; places in
    ``x.best_at``.

    A depth-first walk: stop k is tried at every gap at or after that of stop k - 1; times and loads are carried along,
    so a step costs the same wherever it is. What a driver does is asked only of what would win. The ways alone say
    nothing of hours waited and worked, of charging and of what is on board. Where these have a price, the rise is that
    of the tour as it is driven when the job is alone, when what is on board has a price, and with ``driven_rise``,
    which costs more time. What the route costs beyond its ways may vanish (a wait becomes work), so that much more than
    ``limit`` is followed by the ways; ways through a third place are taken to be no shorter.
    """
    v = d.group_i[g, VEHICLE]
    latest_end = d.group_i[g, LATEST_END]
    start, end = d.vehicle_i[v, START], d.vehicle_i[v, END]
    n = t.route_i[r, LENGTH]
    exact = d.vehicle_i[v, EXACT] > 0
    wanted = driven_rise or d.vehicle_f[v, PER_KM_KG] > 0
    priced = d.vehicle_i[v, EXACT] == PRICED and (n == 0 or (wanted and t.cost[r] < INF))
    table, capacity = d.cost[d.vehicle_i[v, COST_TABLE]], d.capacity[v]
    stop, windows, minutes, change = d.stop, d.windows, d.minutes, d.change
    seq, done_at, must, load = t.seq[r], t.done[r], t.must[r], t.load[r]
    walk_i, walk_f, carry, at = x.walk_i, x.walk_f, x.carry, x.at
    first = d.first[j]
    stops = d.first[j + 1] - first
    dims = change.shape[1]
    best = limit
    spare = beyond_ways(d, t, r, v) if priced and n > 0 else 0.0
    found = False
    depth = 0
    walk_i[0, NEXT] = 0
    walk_i[0, TIME] = d.group_i[g, EARLIEST]
    walk_i[0, PREVIOUS] = -1
    walk_f[0] = d.vehicle_f[v, FIXED] if n == 0 else 0.0
    if priced:
        for k in range(stops):
            walk_f[0] += stop[first + k, SERVICE] * d.vehicle_f[v, PER_MIN]
    for a in range(dims):
        carry[0, a] = 0
    while depth >= 0:
        i = walk_i[depth, NEXT]
        if i > n:
            depth -= 1
            continue
        now = walk_i[depth, TIME]
        previous = walk_i[depth, PREVIOUS]
        cost = walk_f[depth]
        s = first + depth
        done = step_to(stop, windows, minutes, start, previous, now, s)
        late = done >= NEVER  # later gaps are reached later still
        deeper = False
        if not late and fits(change, capacity, carry[depth], load, i, s):
            spent = cost + arc(stop, table, start, end, previous, s)
            at[depth] = i
            if depth < stops - 1:
                deeper = True
            else:
                following = seq[i] if i < n else -1
                rise = spent + arc(stop, table, start, end, s, following)
                if n > 0:
                    rise -= arc(stop, table, start, end, seq[i - 1] if i > 0 else -1, following)
                if (
                    rise < best + spare
                    and joins(stop, windows, minutes, end, latest_end, s, done, following, must[i] if i < n else 0)
                    and (d.stays[j] == 0 or stays_within(change, capacity, carry[depth], load, i, n, s))
                ):
                    driven = drivable(d, x, t, r, g, j, n) if exact else 0.0
                    if priced:
                        rise = driven - (t.cost[r] if n > 0 else 0.0)
                    if driven < INF and rise < best:
                        best = rise
                        found = True
                        for k in range(stops):
                            x.best_at[k] = at[k]
        # pass position i, for the next try of this depth
        onward = n + 1
        if not late and i < n:
            node = seq[i]
            if depth == 0:
                walk_i[0, TIME] = done_at[i]
                onward = i + 1
            else:
                passed = step_to(stop, windows, minutes, start, previous, now, node)
                if passed <= must[i] and carries(capacity, carry[depth], load, i):
                    before = seq[i - 1] if i > 0 else -1
                    if previous != before:
                        cost += arc(stop, table, start, end, previous, node)
                        cost -= arc(stop, table, start, end, before, node)
                        walk_f[depth] = cost
                    if cost < best + spare:
                        walk_i[depth, TIME] = passed
                        onward = i + 1
            walk_i[depth, PREVIOUS] = node
        walk_i[depth, NEXT] = onward
        if deeper:
            walk_i[depth + 1, NEXT] = i
            walk_i[depth + 1, TIME] = done
            walk_i[depth + 1, PREVIOUS] = s
            walk_f[depth + 1] = spent
            for a in range(dims):
                carry[depth + 1, a] = carry[depth, a] + change[s, a]
            depth += 1
    return best if found else INF
