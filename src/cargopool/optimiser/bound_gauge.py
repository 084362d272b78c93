"""Compiled kernels of the lower bound: the most that some shipments pay of the whole units that they need."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.bound_charges import (
    ENTRY_FIRST,
    ENTRY_NEXT_IN_GROUP,
    ENTRY_OWN,
    ENTRY_SECOND,
    ENTRY_SIZE,
    ENTRY_WHOLE,
)
from cargopool.optimiser.compiled import inner_kernel

FINE_GRID = 66
"""Most pallet places of a use that are counted one by one."""
MOST_USERS = 60
MOST_UNITS = 40
"""Entries and load units up to which the gauge is exact; it is overestimated beyond."""
MOST_STEPS = 3000
"""Steps of the search for the dearest set that fits in both dimensions; the gauge is overestimated beyond."""
FITS = 1e-9
"""Tolerance of sizes that add up to whole units."""


@inner_kernel
def members_of(s, w, g):
    """Fill ``w.members`` with the entries of a group that have an own share, those whose parts stay together first.

    Returns the number of these and of all.
    """
    n, spreads = 0, 0
    e = s.of_group[g]
    while e >= 0:
        if s.entry_f[e, ENTRY_OWN] > 0.0:
            if s.entry_i[e, ENTRY_SIZE] >= 0:
                w.members[n + spreads] = w.members[n]
                w.members[n] = e
                n += 1
            else:
                w.members[n + spreads] = e
                spreads += 1
        e = s.entry_i[e, ENTRY_NEXT_IN_GROUP]
    return n, n + spreads


@inner_kernel
def gauge(s, w, g, n, grid):
    """Largest total of own shares of some of the first ``n`` of ``w.members`` over the whole units that they need.

    A set needs as many units as its sizes add up to in either dimension. ``w.chosen`` says who is in the dearest set.
    Returns the ratio and the units of the set.
    """
    entry_i, entry_f = s.entry_i, s.entry_f
    members, chosen = w.members, w.chosen
    which = s.tight[g]
    total, size, first, second, some = 0.0, 0, 0.0, 0.0, 0
    for i in range(n):
        e = members[i]
        own = entry_f[e, ENTRY_OWN]
        chosen[i] = own > 0.0
        if own > 0.0:
            some += 1
            total += own
            size += entry_i[e, ENTRY_SIZE]
            first += entry_f[e, ENTRY_FIRST + which]
            second += entry_f[e, ENTRY_SECOND - which]
    if n > MOST_USERS:
        return total, 1
    units = max(1, int(np.ceil(max(first, second) - FITS)))
    if some <= 1 or units == 1:
        return total / units, units
    for i in range(n):
        w.sizes[i, 0] = entry_f[members[i], ENTRY_FIRST + which]
        w.sizes[i, 1] = entry_f[members[i], ENTRY_SECOND - which]
    most = min(size, MOST_UNITS * grid)
    rows = fill_table(s, w, n, most)
    levels = min(units, MOST_UNITS)
    for u in range(1, levels + 1):
        w.most_of[u] = w.table[rows, min(most, u * grid)]
        w.known[u] = False
    while True:
        ratio, best = 0.0, np.int64(1)
        for u in range(1, levels + 1):
            if w.most_of[u] / u > ratio:
                ratio, best = w.most_of[u] / u, np.int64(u)
        if w.known[best]:
            break
        w.mask_of[best] = set_behind(s, w, rows, min(most, best * grid))
        if fitting(s, w, n, best):
            break
    if units > MOST_UNITS and total / (MOST_UNITS + 1) > ratio:
        return total / (MOST_UNITS + 1), MOST_UNITS + 1
    for i in range(n):
        chosen[i] = (w.mask_of[best] >> np.uint64(i)) & np.uint64(1) != 0
    return ratio, best


@inner_kernel
def fill_table(s, w, n, most):
    """Fill ``w.table[i, c]``: most own shares of the first i members with any whose sizes add up to no more than c.

    ``w.row_of`` says which member each row adds. Returns the rows.
    """
    table = w.table
    table[0, : most + 1] = 0.0
    rows = 0
    for i in range(n):
        own, step = s.entry_f[w.members[i], ENTRY_OWN], s.entry_i[w.members[i], ENTRY_SIZE]
        if own <= 0.0:
            continue
        before, after = table[rows], table[rows + 1]
        for c in range(min(step, most + 1)):
            after[c] = before[c]
        for c in range(step, most + 1):
            after[c] = max(before[c], before[c - step] + own)
        w.row_of[rows] = i
        rows += 1
    return rows


@inner_kernel
def set_behind(s, w, rows, size):
    """Members, as bits, of the set behind the last row's entry of a size."""
    bits = np.uint64(0)
    c = size
    for row in range(rows, 0, -1):
        if w.table[row, c] != w.table[row - 1, c]:
            i = w.row_of[row - 1]
            bits |= np.uint64(1) << np.uint64(i)
            c -= s.entry_i[w.members[i], ENTRY_SIZE]
    return bits


@inner_kernel
def fitting(s, w, n, units):
    """Whether the set chosen for ``units`` fits them in both dimensions; if not, the best set that does is put there.

    Where the search for it takes too long, the overestimate stays.
    """
    first, second = 0.0, 0.0
    room = units + FITS
    for i in range(n):
        if (w.mask_of[units] >> np.uint64(i)) & np.uint64(1) != 0:
            first += w.sizes[i, 0]
            second += w.sizes[i, 1]
    w.known[units] = True
    if first <= room and second <= room:
        return True
    own, order, taken, rest = w.own, w.order, w.taken, w.rest
    for i in range(n):
        own[i] = s.entry_f[w.members[i], ENTRY_OWN]
        j = i
        while j > 0 and own[order[j - 1]] < own[i]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = i
    rest[n] = 0.0
    for at_place in range(n - 1, -1, -1):
        rest[at_place] = rest[at_place + 1] + own[order[at_place]]
    best, best_mask, now, now_mask = 0.0, np.uint64(0), 0.0, np.uint64(0)
    first, second = 0.0, 0.0
    place, depth, steps = 0, 0, 0
    while True:
        steps += 1
        if steps > MOST_STEPS:
            return False
        if place < n and now + rest[place] > best + 1e-12:
            i = order[place]
            if first + w.sizes[i, 0] <= room and second + w.sizes[i, 1] <= room:
                first += w.sizes[i, 0]
                second += w.sizes[i, 1]
                now += own[i]
                now_mask |= np.uint64(1) << np.uint64(i)
                taken[depth] = place
                depth += 1
                if now > best:
                    best, best_mask = now, now_mask
            place += 1
        else:
            if depth == 0:
                break
            depth -= 1
            i = order[taken[depth]]
            first -= w.sizes[i, 0]
            second -= w.sizes[i, 1]
            now -= own[i]
            now_mask &= ~(np.uint64(1) << np.uint64(i))
            place = taken[depth] + 1
    w.most_of[units], w.mask_of[units] = best, best_mask
    return False


@inner_kernel
def spread_shares(s, w, n, count):
    """Total of own shares per whole unit of the members whose parts may go different ways, and their number."""
    total, some = 0.0, 0
    for i in range(n, count):
        e = w.members[i]
        if s.entry_f[e, ENTRY_OWN] > 0.0:
            total += s.entry_f[e, ENTRY_OWN] / s.entry_f[e, ENTRY_WHOLE]
            some += 1
    return total, some
