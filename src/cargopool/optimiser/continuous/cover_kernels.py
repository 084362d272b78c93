"""Compiled search for covers: sets of commodities that need more vehicles of an arc than the shares pay for."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel, kernel

MOST_MEMBERS = 48
"""Most commodities of a cover."""

ALMOST = 1e-9


@inner_kernel
def weight_of(size, rest):
    """Vehicles by which a set's need may fall when a commodity of ``size`` vehicles stays away.

    ``rest``: what the set needs beyond its last but one vehicle.
    """
    whole = np.floor(size + ALMOST)
    return whole + min(1.0, max(size - whole, 0.0) / rest)


@inner_kernel
def most_violated(members, count, size, share, vehicles):
    """The prefix of ``members`` that lacks most vehicles: what it lacks, and its length."""
    lacks, length = 0.0, 0
    load = 0.0
    for last in range(count):
        load += size[members[last]]
        units = np.ceil(load - ALMOST)
        if last == 0 or units < 2.0:
            continue
        rest = min(1.0, load - (units - 1.0))
        found = units - vehicles
        for m in range(last + 1):
            k = members[m]
            found -= weight_of(size[k], rest) * (1.0 - share[k])
            if found <= lacks:
                break
        if found > lacks:
            lacks, length = found, last + 1
    return lacks, length


@inner_kernel
def sort_by(members, count, key):
    """Put members in ascending order of their keys."""
    for i in range(1, count):
        k = members[i]
        j = i - 1
        while j >= 0 and key[members[j]] > key[k]:
            members[j + 1] = members[j]
            j -= 1
        members[j + 1] = k


@kernel
def find_covers(
    first, ptr, commodity, amount, vehicles, capacity, quantity, least, scratch, order, windows, lacks, sets, weights
):
    """Covers of windows of consecutive intervals of each arc that lack ``least`` vehicles or more; their number.

    ``first`` int64[A + 1]: intervals of each arc. ``ptr``, ``commodity``, ``amount``: what shares ride each interval.
    ``vehicles`` float64[T]: of each interval. Fills ``windows`` (first and last interval, members, vehicles needed),
    ``lacks``, and members in ``sets`` with their ``weights``; ends when they are full. ``scratch`` float64[3, K] of
    zeros and ``order`` int64[2, K] are room to work in.
    """
    found = 0
    size, share, key = scratch[0], scratch[1], scratch[2]
    members, trial = order[0], order[1]
    for a in range(capacity.size):
        for k in range(quantity.size):
            size[k] = quantity[k] / capacity[a]
        for i in range(first[a], first[a + 1]):
            if ptr[i] == ptr[i + 1]:
                continue
            count = 0
            total = 0.0
            for j in range(i, first[a + 1]):
                total += vehicles[j]
                if ptr[j] == ptr[j + 1]:
                    continue
                for e in range(ptr[j], ptr[j + 1]):
                    k = commodity[e]
                    if size[k] <= 0.0:
                        continue
                    if share[k] == 0.0:
                        members[count] = k
                        count += 1
                    share[k] += amount[e]
                if count < 2:
                    continue
                best, length = 0.0, 0
                for turn in range(2):
                    for m in range(count):
                        k = members[m]
                        key[k] = -share[k] if turn == 0 else (1.0 - share[k]) / size[k]
                    sort_by(members, count, key)
                    lack, prefix = most_violated(members, min(count, MOST_MEMBERS), size, share, total)
                    if lack > best:
                        best, length = lack, prefix
                        for m in range(prefix):
                            trial[m] = members[m]
                if best >= least:
                    load = 0.0
                    for m in range(length):
                        load += size[trial[m]]
                    units = np.ceil(load - ALMOST)
                    for m in range(length):
                        sets[found, m] = trial[m]
                        weights[found, m] = weight_of(size[trial[m]], min(1.0, load - (units - 1.0)))
                    windows[found, 0], windows[found, 1], windows[found, 2] = i, j, length
                    windows[found, 3] = int(units)
                    lacks[found] = best
                    found += 1
                    if found == lacks.size:
                        return found
            for m in range(count):
                share[members[m]] = 0.0
    return found
