"""Compiled ruin and recreate in continuous time: commodities on paths, steps in groups that share vehicles.

A *group* is an arc with the commodities that leave its start together. Groups are ordered by the paths of their
members; ``g_early`` and ``g_late`` are the earliest and latest minutes of leaving that this order and the windows
allow, so a plan keeps all windows exactly when no group has early after late. A *slot* is a step of a commodity's path:
slot ``k * width + i``. No kernel reads a clock.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.continuous.upper_state import FREE, HIGH, LABELS, QUEUED
from cargopool.optimiser.kernels import next_random, randint

NONE = -1
INF = 1e300
FAR = 1 << 60
WHOLE = 1e-9
FORWARD, BACKWARD = 0, 1


@inner_kernel
def vehicles(load, capacity):
    """Whole vehicles for a load."""
    return np.ceil(load / capacity - WHOLE)


@inner_kernel
def push(s, w, g):
    """Queue a group once."""
    if w.queued[g] == 0:
        w.queued[g] = 1
        w.queue[s.counts[QUEUED]] = g
        s.counts[QUEUED] += 1


@inner_kernel
def link(d, s, slot, g, k):
    """Put a slot into a group and charge what it adds."""
    head = s.g_head[g]
    s.slot_group[slot] = g
    s.slot_next[slot] = head
    s.slot_prev[slot] = NONE
    if head != NONE:
        s.slot_prev[head] = slot
    s.g_head[g] = slot
    arc = s.g_arc[g]
    before = vehicles(s.g_load[g], d.capacity[arc])
    s.g_load[g] += d.quantity[k]
    s.total[0] += d.fixed[arc] * (vehicles(s.g_load[g], d.capacity[arc]) - before)


@inner_kernel
def unlink(d, s, slot, k):
    """Take a slot out of its group; an empty group ends."""
    g = s.slot_group[slot]
    arc = s.g_arc[g]
    after, before = s.slot_next[slot], s.slot_prev[slot]
    if before != NONE:
        s.slot_next[before] = after
    else:
        s.g_head[g] = after
    if after != NONE:
        s.slot_prev[after] = before
    s.slot_group[slot] = NONE
    had = vehicles(s.g_load[g], d.capacity[arc])
    s.g_load[g] -= d.quantity[k]
    if s.g_head[g] == NONE:
        s.g_load[g] = 0.0
        s.total[0] -= d.fixed[arc] * had
        nxt, prv = s.g_next[g], s.g_prev[g]
        if prv != NONE:
            s.g_next[prv] = nxt
        else:
            s.a_head[arc] = nxt
        if nxt != NONE:
            s.g_prev[nxt] = prv
        s.free[s.counts[FREE]] = g
        s.counts[FREE] += 1
    else:
        s.total[0] -= d.fixed[arc] * (had - vehicles(s.g_load[g], d.capacity[arc]))


@inner_kernel
def new_group(s, arc, early, late):
    """Open an empty group on an arc."""
    if s.counts[FREE] > 0:
        s.counts[FREE] -= 1
        g = s.free[s.counts[FREE]]
    else:
        g = s.counts[HIGH]
        s.counts[HIGH] += 1
    s.g_arc[g] = arc
    s.g_head[g] = NONE
    s.g_load[g] = 0.0
    s.g_early[g] = early
    s.g_late[g] = late
    s.g_prev[g] = NONE
    s.g_next[g] = s.a_head[arc]
    if s.a_head[arc] != NONE:
        s.g_prev[s.a_head[arc]] = g
    s.a_head[arc] = g
    return g


@inner_kernel
def settle(d, s, w, count, direction):
    """Recompute early (or late) minutes of the logged groups and of all that follow from them, after a change."""
    width = s.slot_group.shape[0] // s.path.shape[0]
    s.counts[QUEUED] = 0
    for i in range(count):
        push(s, w, w.log_group[i])
    while s.counts[QUEUED] > 0:
        s.counts[QUEUED] -= 1
        g = w.queue[s.counts[QUEUED]]
        w.queued[g] = 0
        if s.g_head[g] == NONE:
            continue
        value = FAR if direction == BACKWARD else -FAR
        slot = s.g_head[g]
        while slot != NONE:
            k = slot // width
            i = slot - k * width
            p = s.path[k]
            first = d.step_ptr[p]
            if direction == BACKWARD:
                if first + i + 1 == d.step_ptr[p + 1]:
                    value = min(value, d.latest[first + i])
                else:
                    value = min(value, s.g_late[s.slot_group[slot + 1]] - d.minutes[s.g_arc[g]])
            elif i == 0:
                value = max(value, d.earliest[first])
            else:
                value = max(value, s.g_early[s.slot_group[slot - 1]] + d.minutes[d.arcs[first + i - 1]])
            slot = s.slot_next[slot]
        if direction == BACKWARD:
            if value == s.g_late[g]:
                continue
            s.g_late[g] = value
        else:
            if value == s.g_early[g]:
                continue
            s.g_early[g] = value
        slot = s.g_head[g]
        while slot != NONE:
            k = slot // width
            i = slot - k * width
            p = s.path[k]
            if direction == BACKWARD:
                if i > 0:
                    push(s, w, s.slot_group[slot - 1])
            elif d.step_ptr[p] + i + 1 < d.step_ptr[p + 1]:
                push(s, w, s.slot_group[slot + 1])
            slot = s.slot_next[slot]


@inner_kernel
def remove(d, s, w, count):
    """Take the chosen commodities out and let the others use the time again."""
    width = s.slot_group.shape[0] // s.path.shape[0]
    touched = 0
    for i in range(count):
        k = w.chosen[i]
        p = s.path[k]
        for j in range(d.step_ptr[p + 1] - d.step_ptr[p]):
            g = s.slot_group[k * width + j]
            unlink(d, s, k * width + j, k)
            if w.flag[g] == 0:
                w.flag[g] = 1
                w.log_group[touched] = g
                touched += 1
        s.total[0] -= d.variable[p]
        s.path[k] = NONE
    for i in range(touched):
        w.flag[w.log_group[i]] = 0
    settle(d, s, w, np.int64(touched), np.int64(FORWARD))
    settle(d, s, w, np.int64(touched), np.int64(BACKWARD))


@inner_kernel
def insert(d, s, w, k, p):
    """Put commodity ``k`` on path ``p`` in groups ``w.plan`` (-1: a new one); False, undone, if times clash."""
    plan = w.plan
    width = s.slot_group.shape[0] // s.path.shape[0]
    first = d.step_ptr[p]
    steps = d.step_ptr[p + 1] - first
    s.path[k] = p
    s.total[0] += d.variable[p]
    early = d.earliest[first] if steps > 0 else 0
    logged = 0
    s.counts[QUEUED] = 0
    for i in range(steps):
        arc = d.arcs[first + i]
        g = plan[i]
        if g == NONE:
            g = new_group(s, arc, early, d.latest[first + i])
            plan[i] = g
        link(d, s, k * width + i, g, k)
        early = max(early, s.g_early[g]) + d.minutes[arc]
    ok = True
    early = d.earliest[first] if steps > 0 else 0
    for i in range(steps):
        g = plan[i]
        if early > s.g_early[g]:
            w.log_group[logged] = g
            w.log_early[logged] = s.g_early[g]
            logged += 1
            s.g_early[g] = early
            push(s, w, g)
        if s.g_early[g] > s.g_late[g] or s.g_early[g] > d.latest[first + i]:
            ok = False
            break
        early = s.g_early[g] + d.minutes[d.arcs[first + i]]
    limit = w.log_group.shape[0]
    while ok and s.counts[QUEUED] > 0:
        s.counts[QUEUED] -= 1
        g = w.queue[s.counts[QUEUED]]
        w.queued[g] = 0
        ready = s.g_early[g] + d.minutes[s.g_arc[g]]
        slot = s.g_head[g]
        while slot != NONE:
            other = slot // width
            i = slot - other * width
            q = s.path[other]
            if d.step_ptr[q] + i + 1 < d.step_ptr[q + 1]:
                h = s.slot_group[slot + 1]
                if s.g_early[h] < ready:
                    if ready > s.g_late[h] or logged >= limit or (other == k and ready > d.latest[first + i + 1]):
                        ok = False
                        break
                    w.log_group[logged] = h
                    w.log_early[logged] = s.g_early[h]
                    logged += 1
                    s.g_early[h] = ready
                    push(s, w, h)
            slot = s.slot_next[slot]
    if ok:
        for i in range(steps):
            if s.g_early[plan[i]] > d.latest[first + i]:
                ok = False
    if ok:
        for i in range(steps):
            w.log_group[i] = plan[i]
        settle(d, s, w, steps, np.int64(BACKWARD))
        return True
    while s.counts[QUEUED] > 0:
        s.counts[QUEUED] -= 1
        w.queued[w.queue[s.counts[QUEUED]]] = 0
    for i in range(logged - 1, -1, -1):
        s.g_early[w.log_group[i]] = w.log_early[i]
    for i in range(steps):
        unlink(d, s, k * width + i, k)
    s.total[0] -= d.variable[p]
    s.path[k] = NONE
    return False


@inner_kernel
def add_label(w, step, time, cost, group, parent):
    """Keep a label of a step unless another is as early and as cheap; drop those that it beats."""
    n = w.labels[step]
    i = 0
    while i < n:
        if w.time[step, i] <= time and w.cost[step, i] <= cost:
            return
        if time <= w.time[step, i] and cost <= w.cost[step, i]:
            n -= 1
            w.time[step, i] = w.time[step, n]
            w.cost[step, i] = w.cost[step, n]
            w.group[step, i] = w.group[step, n]
            w.parent[step, i] = w.parent[step, n]
        else:
            i += 1
    if n < LABELS:
        w.time[step, n] = time
        w.cost[step, n] = cost
        w.group[step, n] = group
        w.parent[step, n] = parent
        n += 1
    w.labels[step] = n


@inner_kernel
def choose(d, s, w, rng, k, bias, weight, factor, open_arc, open_factor, blink):
    """Cheapest path and groups for commodity ``k`` at marginal vehicle cost; groups in ``w.found``, path returned.

    New vehicles count ``factor`` of their price (``open_factor`` on ``open_arc``); ``weight * bias`` is added per
    path; a group is passed over with probability ``blink``.
    """
    best, chosen = INF, NONE
    quantity = d.quantity[k]
    for p in range(d.path_ptr[k], d.path_ptr[k + 1]):
        base = d.variable[p] + weight * bias[p]
        if base >= best:
            continue
        first = d.step_ptr[p]
        steps = d.step_ptr[p + 1] - first
        w.labels[0] = 1
        w.time[0, 0] = d.earliest[first] if steps > 0 else 0
        w.cost[0, 0] = base
        for i in range(steps):
            w.labels[i + 1] = 0
            arc = d.arcs[first + i]
            minutes = d.minutes[arc]
            latest = d.latest[first + i]
            price = d.fixed[arc] * (open_factor if arc == open_arc else factor)
            alone = price * vehicles(quantity, d.capacity[arc])
            for j in range(w.labels[i]):
                if w.cost[i, j] + alone < best and w.time[i, j] <= latest:
                    add_label(w, i + 1, w.time[i, j] + minutes, w.cost[i, j] + alone, np.int32(NONE), j)
            g = s.a_head[arc]
            while g != NONE:
                if s.g_early[g] <= latest and (blink == 0.0 or next_random(rng) >= blink):
                    load = s.g_load[g]
                    cap = d.capacity[arc]
                    extra = price * (vehicles(load + quantity, cap) - vehicles(load, cap))
                    for j in range(w.labels[i]):
                        leave = max(w.time[i, j], s.g_early[g])
                        if leave <= s.g_late[g] and leave <= latest and w.cost[i, j] + extra < best:
                            add_label(w, i + 1, leave + minutes, w.cost[i, j] + extra, g, j)
                g = s.g_next[g]
            if w.labels[i + 1] == 0:
                break
        else:
            top = 0
            for j in range(1, w.labels[steps]):
                if w.cost[steps, j] < w.cost[steps, top]:
                    top = j
            if w.cost[steps, top] < best:
                best = w.cost[steps, top]
                chosen = p
                j = top
                for i in range(steps, 0, -1):
                    w.found[i - 1] = w.group[i, j]
                    j = w.parent[i, j]
    return chosen


@inner_kernel
def place(d, s, w, rng, k, bias, weight, factor, open_arc, open_factor, blink):
    """Insert commodity ``k`` where it is cheapest; on a path of its own where times clash again and again."""
    steps = 0
    for attempt in range(4):
        p = choose(d, s, w, rng, k, bias, weight, factor, open_arc, open_factor, blink if attempt == 0 else 0.5)
        steps = d.step_ptr[p + 1] - d.step_ptr[p]
        for i in range(steps):
            w.plan[i] = w.found[i]
        if insert(d, s, w, k, p):
            return
    p = d.path_ptr[k] + randint(rng, d.path_ptr[k + 1] - d.path_ptr[k])
    steps = d.step_ptr[p + 1] - d.step_ptr[p]
    for i in range(steps):
        w.plan[i] = NONE
    insert(d, s, w, k, p)
