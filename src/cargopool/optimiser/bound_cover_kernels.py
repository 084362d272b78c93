"""Compiled kernel of the lower bound: which sets of shipments ride in fewer load units than they need, rounded up."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import kernel

VIOLATED = 0.05
"""Units by which a new cover is short at least."""
MOST_FOUND = 2
"""New covers of a way at a time."""


@kernel
def find_covers(starts, share, early, late, sizes, paid, bucket_min, found_i, found_f):
    """Covers that are short, a few of each way; returns their number.

    Parameters
    ----------
    starts : int64[W + 1]
        Members of each way, those with the largest share first.
    share, early, late : float64[N], int64[N], int64[N]
        How often a member goes that way, and between which minutes it can leave.
    sizes : float64[N, 2]
        In units of the largest room of the way; above 1 or 0 where a member counts in no cover.
    paid : float64[W, B]
        Units paid for in each bucket.
    found_i, found_f : int64[M, 6], float64[M]
        Filled: way, members as bits, dimension, N, first and last bucket; by how many units it is short.
    """
    n = 0
    for w in range(starts.size - 1):
        a, b = starts[w], starts[w + 1]
        first = n
        for i in range(a, b):
            for j in range(a, b):
                begin, end = early[i], late[j]
                if early[j] < begin or late[i] > end:
                    continue
                low, high = begin // bucket_min, end // bucket_min
                amount = 0.0
                for t in range(low, high + 1):
                    amount += paid[w, t]
                for d in range(2):
                    total, bits = 0.0, np.int64(0)
                    for m in range(a, b):
                        if early[m] < begin or late[m] > end or sizes[m, d] > 1.0 or sizes[m, d] <= 0.0:
                            continue
                        total += sizes[m, d]
                        bits |= np.int64(1) << np.int64(m - a)
                        units = np.ceil(total - 1e-9)
                        short = units - amount
                        rest = total - (units - 1.0)
                        for o in range(a, m + 1):
                            if (bits >> np.int64(o - a)) & 1:
                                short -= min(1.0, sizes[o, d] / rest) * (1.0 - share[o])
                        if short <= VIOLATED:
                            continue
                        row, least = -1, short
                        for r in range(first, n):
                            if found_i[r, 1] == bits:
                                row, least = r, found_f[r]
                                break
                            if n - first >= MOST_FOUND and found_f[r] < least:
                                row, least = r, found_f[r]
                        if row < 0:
                            if n - first >= MOST_FOUND or n >= found_f.size:
                                continue
                            row = n
                            n += 1
                        elif short <= least:
                            continue
                        found_i[row, 0], found_i[row, 1], found_i[row, 2] = w, bits, d
                        found_i[row, 3], found_i[row, 4], found_i[row, 5] = units, low, high
                        found_f[row] = short
    return n
