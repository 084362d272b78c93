"""Compiled kernels of the lower bound: the sharing of load-unit costs, raised where used and kept affordable.

A group's charges, as shares of the cost of one unit: ``COMMON`` and ``SECOND_COMMON`` times size in two dimensions, for
whoever may use it, and ``ENTRY_OWN`` for an *entry* (a shipment and a group that it was seen to use). They are
affordable when the commons, each times the most that its users' sizes may add up to within one unit, and the *gauge* of
the own shares add up to no more than 1. The gauge is the largest total of a set of entries over the whole units that
the set needs at least: whoever uses the group, its units are paid for.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.bound_charges import (
    ANY_TIME,
    CLASSES,
    COMMON,
    ENTRY_FIRST,
    ENTRY_GROUP,
    ENTRY_NEXT,
    ENTRY_NEXT_IN_GROUP,
    ENTRY_OWN,
    ENTRY_PUSH,
    ENTRY_SECOND,
    ENTRY_SHIPMENT,
    ENTRY_SIZE,
    ENTRY_WHOLE,
    HUBS,
    LINE_BASE,
    LINE_GRID,
    LINE_MINUTES,
    PRICE,
    SECOND_COMMON,
    TIMED,
    at,
    bucket_of,
    class_of,
    line_of,
    may_ride,
    size_on,
)
from cargopool.optimiser.bound_gauge import gauge, members_of, spread_shares
from cargopool.optimiser.compiled import inner_kernel, kernel
from cargopool.optimiser.kernel_data import HANDLING, SEALED
from cargopool.optimiser.kernels import NEVER

COARSE_GRID = 40
"""Steps of a load unit in dimensions but pallets; sizes are rounded down to them."""
ROUNDS = 8
"""Corrections of a group's shares before they are scaled down."""
LEAST_PUSH = 1e-3


@kernel
def first_shares(d, b, s):
    """First commons: each group's users pay by size in its tightest dimension; few users share one unit's cost.

    Fills ``s.most`` (most that sizes of users may add up to within one unit), ``s.tight`` and the shares of all.
    """
    ki = d.ki
    hubs, classes, places = b.knobs[HUBS], b.knobs[CLASSES], d.pi.shape[0]
    most = s.most
    most[:, :] = 0.0
    for k in range(ki.shape[0]):
        sealed = ki[k, SEALED] > 0
        group, bucket_min = b.k_class[k], bucket_of(d, b, k)
        for p in range(hubs + 2):
            early = b.reach[k, p, 0]
            here = at(b, k, p)
            if early >= NEVER // 2 or here == b.ends[k, 1]:
                continue
            for q in range(hubs + 2):
                late = b.reach[k, q, 1]
                there = at(b, k, q)
                if late < early or q == p or there == b.ends[k, 0]:
                    continue
                duration = 0 if sealed else d.pi[there, HANDLING]
                way = (group * places + here) * places + there
                for line in range(b.way_ptr[way], b.way_ptr[way + 1]):
                    if not may_ride(b, k, line):
                        continue
                    last = late - duration - b.li[line, LINE_MINUTES]
                    if last < early:
                        continue
                    base = b.li[line, LINE_BASE]
                    for g in range(base + early // bucket_min, base + last // bucket_min + 1):
                        most[g, 0] += size_on(d, b, k, line, 0)
                        most[g, 1] += size_on(d, b, k, line, 1)
            for i in range(b.timed_ptr[k, p], b.timed_ptr[k, p + 1]):
                line = b.timed_line[i]
                g = b.knobs[TIMED] + (line - b.knobs[ANY_TIME]) * classes + group
                most[g, 0] += size_on(d, b, k, line, 0)
                most[g, 1] += size_on(d, b, k, line, 1)
    for g in range(most.shape[0]):
        if b.sealed[class_of(b, g)]:
            s.prices[g, COMMON] = 1.0
            continue
        s.tight[g] = 0 if most[g, 0] >= most[g, 1] else 1
        for i in range(2):
            most[g, i] = 1.0 if most[g, i] <= 0.0 or most[g, i] > 1.0 else most[g, i] * (1.0 + 1e-12)
        s.prices[g, COMMON + s.tight[g]] = 1.0 / most[g, s.tight[g]]


@kernel
def push(d, b, s, uses, memory, touched, gain, typical):
    """Turn directions toward what is used; list touched groups and their gain of size.

    Returns the groups, -1 when the room for entries is used up, and the squared length of the direction, each part in
    proportion to the cents of its group's unit over ``typical`` ones.
    """
    entry_i, entry_f = s.entry_i, s.entry_f
    count = s.entries[0]
    for e in range(count):
        entry_f[e, ENTRY_PUSH] *= memory
        if entry_f[e, ENTRY_PUSH] < LEAST_PUSH:
            entry_f[e, ENTRY_PUSH] = 0.0
    for k in range(uses.shape[0]):
        if d.ki[k, SEALED] > 0:
            continue
        for i in range(uses[k, 3]):
            g = uses[k, i]
            e = s.of_shipment[k]
            while e >= 0 and entry_i[e, ENTRY_GROUP] != g:
                e = entry_i[e, ENTRY_NEXT]
            if e < 0:
                if count >= entry_i.shape[0]:
                    return -1, 0.0
                e = count
                count += 1
                line = line_of(b, g)
                entry_i[e, ENTRY_GROUP] = g
                entry_i[e, ENTRY_SHIPMENT] = k
                entry_i[e, ENTRY_NEXT] = s.of_shipment[k]
                entry_i[e, ENTRY_NEXT_IN_GROUP] = s.of_group[g]
                s.of_shipment[k] = e
                s.of_group[g] = e
                which = s.tight[g]
                grid = grid_of(b, s, g, line)
                entry_i[e, ENTRY_SIZE] = -1 if b.spreads[k] else int(size_on(d, b, k, line, which) * grid + 1e-6)
                entry_f[e, ENTRY_OWN] = 0.0
                entry_f[e, ENTRY_PUSH] = 0.0
                entry_f[e, ENTRY_FIRST] = size_on(d, b, k, line, 0)
                entry_f[e, ENTRY_SECOND] = size_on(d, b, k, line, 1)
                entry_f[e, ENTRY_WHOLE] = whole_of(d, b, k, line)
            entry_f[e, ENTRY_PUSH] += 1.0 - memory
    s.entries[0] = count
    n = 0
    length = 0.0
    for e in range(count):
        amount = entry_f[e, ENTRY_PUSH]
        if amount <= 0.0:
            continue
        g = entry_i[e, ENTRY_GROUP]
        if gain[g, 0] == 0.0 and gain[g, 1] == 0.0:
            touched[n] = g
            n += 1
        gain[g, 0] += amount * entry_f[e, ENTRY_FIRST] + 1e-12
        gain[g, 1] += amount * entry_f[e, ENTRY_SECOND] + 1e-12
        length += (amount * entry_f[e, ENTRY_WHOLE]) ** 2 * s.prices[g, PRICE] / typical
    for t in range(n):
        g = touched[t]
        both = (gain[g, 0] / s.most[g, 0]) ** 2 + (gain[g, 1] / s.most[g, 1]) ** 2
        length += both * s.prices[g, PRICE] / typical
    return n, length


@inner_kernel
def grid_of(b, s, g, line):
    """Steps of one load unit on which sizes of the group are counted."""
    if b.dimensions[class_of(b, g), s.tight[g]] == 0:
        return b.li[line, LINE_GRID]
    return COARSE_GRID


@inner_kernel
def whole_of(d, b, k, line):
    """Whole load units that a shipment needs at least, by its class's dimensions."""
    most = max(size_on(d, b, k, line, 0), size_on(d, b, k, line, 1))
    if b.spreads[k]:
        return max(1.0, most)
    return max(1.0, np.ceil(most - 1e-9))


@inner_kernel
def lower(s, w, g, n, count, units, level):
    """Take ``level`` off the commons, the spread entries and, over ``units``, off the chosen entries of a group."""
    for i in range(2):
        s.prices[g, COMMON + i] = max(0.0, s.prices[g, COMMON + i] - level / s.most[g, i])
    for i in range(n):
        if w.chosen[i]:
            e = w.members[i]
            s.entry_f[e, ENTRY_OWN] = max(0.0, s.entry_f[e, ENTRY_OWN] - level / units)
    for i in range(n, count):
        e = w.members[i]
        s.entry_f[e, ENTRY_OWN] = max(0.0, s.entry_f[e, ENTRY_OWN] - level * s.entry_f[e, ENTRY_WHOLE])


@kernel
def ascend(d, b, s, w, touched, count, gain, step, typical):
    """Raise the shares of the touched groups along their directions by ``step`` and make them affordable again.

    Cents rise in proportion to what a unit costs, so that cheap and dear units' shares move alike.
    """
    entry_i, entry_f = s.entry_i, s.entry_f
    for t in range(count):
        g = touched[t]
        cents = s.prices[g, PRICE]
        if cents <= 1e-6:
            gain[g, :] = 0.0
            continue
        line = line_of(b, g)
        for i in range(2):
            s.prices[g, COMMON + i] += step * gain[g, i] / s.most[g, i] ** 2 / typical
            gain[g, i] = 0.0
        e = s.of_group[g]
        while e >= 0:
            if entry_f[e, ENTRY_PUSH] > 0.0:
                entry_f[e, ENTRY_OWN] += step * entry_f[e, ENTRY_PUSH] * entry_f[e, ENTRY_WHOLE] ** 2 / typical
            e = entry_i[e, ENTRY_NEXT_IN_GROUP]
        grid = grid_of(b, s, g, line)
        n, members = members_of(s, w, g)
        for turn in range(ROUNDS + 1):
            ratio, units = gauge(s, w, g, n, grid)
            spread, spreads = spread_shares(s, w, n, members)
            total = s.prices[g, COMMON] * s.most[g, 0] + s.prices[g, SECOND_COMMON] * s.most[g, 1] + spread + ratio
            if total <= 1.0:
                break
            if turn == ROUNDS:
                scale = (1.0 - 1e-12) / total
                s.prices[g, COMMON] *= scale
                s.prices[g, SECOND_COMMON] *= scale
                for i in range(members):
                    entry_f[w.members[i], ENTRY_OWN] *= scale
                break
            weight = float(spreads)
            for i in range(2):
                if s.prices[g, COMMON + i] > 0.0:
                    weight += 1.0
            for i in range(n):
                if w.chosen[i]:
                    weight += 1.0 / units**2
            lower(s, w, g, n, members, units, (total - 1.0 + 1e-12) / weight)
