"""Compiled routes: what is known of one after it changed, taking jobs out, putting them in."""

from __future__ import annotations

from cargopool.tours.compiled import inner_kernel
from cargopool.tours.kernel_data import (
    COST_TABLE,
    EARLIEST,
    END,
    EXACT,
    FIXED,
    GROUP,
    INF,
    JOB,
    LATEST_END,
    LENGTH,
    NEVER,
    PLACE,
    SERVICE,
    START,
    VEHICLE,
    VERSION,
    VISIT,
    WINDOW_END,
    WINDOW_FIRST,
)
from cargopool.tours.kernels_drive import drive, window_at


@inner_kernel
def work_of(stop, s, place_before, after_stop):
    """Minutes of work of a stop: with those of the visit unless a stop at the same place is just before."""
    if after_stop and place_before == stop[s, PLACE]:
        return stop[s, SERVICE]
    return stop[s, SERVICE] + stop[s, VISIT]


@inner_kernel
def latest_begin(stop, windows, s, by):
    """Last minute not after ``by`` at which stop ``s`` may begin, -NEVER when there is none."""
    for w in range(stop[s, WINDOW_END] - 1, stop[s, WINDOW_FIRST] - 1, -1):
        if windows[w, 0] <= by:
            return min(windows[w, 1], by)
    return -NEVER


@inner_kernel
def refresh(d, x, t, r):
    """Derive everything of route ``r`` from its stops; gives it a new version."""
    g = t.route_i[r, GROUP]
    v = d.group_i[g, VEHICLE]
    n = t.route_i[r, LENGTH]
    t.counter[0] += 1
    t.route_i[r, VERSION] = t.counter[0]
    if n == 0:
        t.cost[r] = 0.0
        return
    table = d.cost[d.vehicle_i[v, COST_TABLE]]
    stop, windows = d.stop, d.windows
    now = d.group_i[g, EARLIEST]
    before = d.vehicle_i[v, START]
    cost = d.vehicle_f[v, FIXED]
    for i in range(n):
        s = t.seq[r, i]
        p = stop[s, PLACE]
        if before >= 0:
            now += d.minutes[before, p]
            cost += table[before, p]
        now = window_at(stop, windows, s, now) + work_of(stop, s, before, i > 0)
        t.done[r, i] = now
        for a in range(d.change.shape[1]):
            t.load[r, i, a] = d.change[s, a] + (t.load[r, i - 1, a] if i > 0 else 0)
        before = p
    end = d.vehicle_i[v, END]
    by = d.group_i[g, LATEST_END]
    if end >= 0:
        cost += table[before, end]
        by -= d.minutes[before, end]
    if now > by:
        cost = INF  # only a route that was given, never one that was made, is late
    for i in range(n - 1, -1, -1):
        t.must[r, i] = by
        s = t.seq[r, i]
        if i > 0:
            place = stop[t.seq[r, i - 1], PLACE]
            by = latest_begin(stop, windows, s, by - work_of(stop, s, place, True)) - d.minutes[place, stop[s, PLACE]]
    if d.vehicle_i[v, EXACT] > 0:
        cost = drive(d, x, g, t.seq[r], n)
    t.cost[r] = cost


@inner_kernel
def drop_job(d, t, r, j):
    """Take a job's stops out of route ``r``; the route is stale until `refresh`."""
    n = t.route_i[r, LENGTH]
    kept = 0
    for i in range(n):
        s = t.seq[r, i]
        if d.stop[s, JOB] != j:
            t.seq[r, kept] = s
            kept += 1
    t.route_i[r, LENGTH] = kept
    t.route_of[j] = -1


@inner_kernel
def put_job(d, x, t, r, j, at):
    """Put the stops of job ``j`` into route ``r``: stop k before what is at position ``at[k]`` now."""
    n = t.route_i[r, LENGTH]
    stops = d.first[j + 1] - d.first[j]
    read = n - 1
    write = n + stops - 1
    for k in range(stops - 1, -1, -1):
        while read >= at[k]:
            t.seq[r, write] = t.seq[r, read]
            read -= 1
            write -= 1
        t.seq[r, write] = d.first[j] + k
        write -= 1
    t.route_i[r, LENGTH] = n + stops
    t.route_of[j] = r
    refresh(d, x, t, r)
