"""Compiled basics of the search: random numbers, opening hours, handlings, uses, costs of time.

Costs are float cents with carbon inside. Arrays are documented in `cargopool.optimiser.kernel_data`. No kernel
reads a clock or allocates per call; chunks of iterations keep every call short.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import (
    BUCKET_MIN,
    DUE,
    END_DOOR,
    END_MINUTES,
    FIRST_BUCKET,
    HANDLING,
    LATE,
    RATE,
    READY,
    SEALED,
    SIZE,
    SLACK_MIN,
    TIME_VALUE,
)

PUT, TAKE, ASK = np.int64(1), np.int64(-1), np.int64(0)
"""Signs of a change: book it, free it, only ask."""
INF = 1e18
NEVER = 1 << 60


@inner_kernel
def next_random(rng):
    """Uniform float in [0, 1) from a 64-bit xorshift state; advances ``rng[0]``."""
    x = rng[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    rng[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@inner_kernel
def randint(rng, n):
    """Uniform integer in [0, n)."""
    return int(next_random(rng) * n)


@inner_kernel
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


@inner_kernel
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


@inner_kernel
def handling_start(d, s, k, place, minute):
    """Start of a handling of shipment ``k`` that is at ``place`` from ``minute`` on; NEVER when none fits."""
    sealed = d.ki[k, SEALED] > 0
    duration = 0 if sealed else d.pi[place, HANDLING]
    start = earliest_start(d.open_ptr, d.open_start, d.open_end, place, minute, duration)
    rate = d.pi[place, RATE]
    if start >= NEVER or rate <= 0 or sealed:
        return start
    pallets = d.ki[k, SIZE]
    if change_pallets(d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, start, pallets, ASK):
        return start
    step = d.knobs[BUCKET_MIN]
    later = (start // step + 1) * step
    while later <= minute + d.knobs[SLACK_MIN]:
        if earliest_start(d.open_ptr, d.open_start, d.open_end, place, later, duration) == later and change_pallets(
            d.pallet_row, d.knobs, rate, s.row_use, d.row_limit, place, later, pallets, ASK
        ):
            return later
        later += step
    return NEVER


@inner_kernel
def storage_cents(rate, free_days, there, leave):
    """Storage of a shipment waiting from ``there`` to ``leave`` at cents per day."""
    if rate <= 0.0 or leave <= there:
        return 0.0
    days = -(-(leave - there) // 1440) - free_days
    return rate * days if days > 0 else 0.0


@inner_kernel
def delivered(d, k, end, done):
    """Minute of delivery when the last handling ends at ``done``."""
    door = d.end_i[end, END_DOOR]
    if door < 0:
        return done
    unload = d.pi[door, HANDLING]
    start = earliest_start(d.open_ptr, d.open_start, d.open_end, door, done + d.end_i[end, END_MINUTES], unload)
    return start + unload if start < NEVER else NEVER


@inner_kernel
def time_cents(kf, ki, k, minute):
    """Lateness and value of time of shipment ``k`` delivered at ``minute``."""
    cost = kf[k, TIME_VALUE] * (minute - ki[k, READY])
    if minute > ki[k, DUE]:
        cost += kf[k, LATE] * (minute - ki[k, DUE])
    return cost
