"""Compiled ruin-and-recreate: removal operators, trunk opening, annealing in chunks of iterations."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import kernel
from cargopool.optimiser.kernel_data import CLASS, COST, LATEST_K, READY, SHIPPER, SIZE, UNSERVED
from cargopool.optimiser.kernels import INF, best_itinerary, insert, next_random, randint, remove

OPERATORS = 7
RANDOM, LANE, MOVE, TRUNK, ONE_SHIPPER, WORST, DEPARTURE = range(OPERATORS)


@kernel
def mark(chosen, count, flags, k):
    """Add shipment ``k`` to the chosen ones once; returns the new count."""
    if flags[k] == 0 and count < chosen.shape[0]:
        flags[k] = 1
        chosen[count] = k
        return count + 1
    return count


@kernel
def nearest(d, rng, chosen, flags, count, k, size):
    """Shipments related to ``k`` by lane and time: a sample, the closest kept."""
    shipments = d.ki.shape[0]
    while count < size:
        best = -1
        best_score = INF
        for _ in range(12):
            j = d.related[k, randint(rng, d.related.shape[1])]
            if next_random(rng) < 0.1:
                j = randint(rng, shipments)
            if flags[j] != 0:
                continue
            score = abs(d.ki[j, READY] - d.ki[k, READY]) * (0.5 + next_random(rng))
            if score < best_score:
                best_score = score
                best = j
        if best < 0:
            return count
        count = mark(chosen, count, flags, best)
    return count


@kernel
def riders_of_move(d, s, rng, chosen, flags, count, m, size, only_users):
    """Shipments that ride move ``m`` (or could, where ``only_users`` is False), from a random start."""
    first = d.rider_ptr[m]
    n = d.rider_ptr[m + 1] - first
    if n == 0:
        return count
    offset = randint(rng, n)
    for i in range(n):
        k = d.rider_idx[first + (i + offset) % n]
        if only_users:
            rides = False
            for j in range(3):
                if s.served[k] and s.plan[k, j] == m:
                    rides = True
            if not rides:
                continue
        count = mark(chosen, count, flags, k)
        if count >= size:
            break
    return count


@kernel
def ruin(d, s, rng, operator, size, chosen, flags):
    """Choose shipments to take out; returns (count, trunk move or -1)."""
    shipments = d.ki.shape[0]
    k = randint(rng, shipments)
    count = 0
    trunk = -1
    if operator == LANE:
        count = mark(chosen, count, flags, k)
        count = nearest(d, rng, chosen, flags, count, k, size)
    elif operator == MOVE:
        count = mark(chosen, count, flags, k)
        if s.served[k]:
            m = s.plan[k, randint(rng, s.plan[k, 9])]
            count = riders_of_move(d, s, rng, chosen, flags, count, m, size, True)
        if count < size // 2:
            count = nearest(d, rng, chosen, flags, count, k, size)
    elif operator == DEPARTURE:
        count = mark(chosen, count, flags, k)
        if s.served[k]:
            m = s.plan[k, randint(rng, s.plan[k, 9])]
            if d.rows_ptr[m] < d.rows_ptr[m + 1]:
                row = d.rows_idx[d.rows_ptr[m] + randint(rng, d.rows_ptr[m + 1] - d.rows_ptr[m])]
                first = d.row_move_ptr[row]
                n = d.row_move_ptr[row + 1] - first
                offset = randint(rng, n)
                for i in range(min(n, 200)):
                    other = d.row_move_idx[first + (i + offset) % n]
                    used = False
                    for g in range(s.uses.shape[1]):
                        if s.uses[other, g] > 0:
                            used = True
                    if used:
                        count = riders_of_move(d, s, rng, chosen, flags, count, other, size, True)
                    if count >= size:
                        break
    elif operator == TRUNK:
        n = d.usable_ptr[k + 1] - d.usable_ptr[k]
        count = mark(chosen, count, flags, k)
        if n > 0:
            trunk = d.usable_idx[d.usable_ptr[k] + randint(rng, n)]
            count = riders_of_move(d, s, rng, chosen, flags, count, trunk, size, False)
    elif operator == ONE_SHIPPER:
        count = mark(chosen, count, flags, k)
        for _ in range(6 * size):
            j = randint(rng, shipments)
            if d.ki[j, SHIPPER] == d.ki[k, SHIPPER]:
                count = mark(chosen, count, flags, j)
            if count >= size:
                break
    elif operator == WORST:
        for _ in range(size):
            worst = -1
            worst_cost = -1.0
            for _ in range(8):
                j = randint(rng, shipments)
                if flags[j] == 0:
                    cost = d.kf[j, UNSERVED] if not s.served[j] else s.own[j]
                    if s.served[j]:
                        for x in range(s.plan[j, 9]):
                            m = s.plan[j, x]
                            riders = max(s.riders[m, d.ki[j, CLASS]], 1)
                            cost += d.mf[m, COST] * s.uses[m, d.ki[j, CLASS]] / riders
                    cost = cost / (1.0 + d.ki[j, SIZE]) * (0.7 + 0.6 * next_random(rng))
                    if cost > worst_cost:
                        worst_cost = cost
                        worst = j
            if worst >= 0:
                count = mark(chosen, count, flags, worst)
    else:
        while count < size:
            before = count
            count = mark(chosen, count, flags, randint(rng, shipments))
            if count == before and next_random(rng) < 0.2:
                break
    return count, trunk


@kernel
def order(ki, rng, chosen, count, key):
    """Sort the chosen shipments in place: at random, or large, early or tight ones first."""
    mode = randint(rng, 4)
    for i in range(count):
        k = chosen[i]
        noise = next_random(rng)
        if mode == 0:
            key[i] = noise
        elif mode == 1:
            key[i] = 100 * noise - ki[k, SIZE] - ki[k, SIZE + 1] * 1e-3
        elif mode == 2:
            key[i] = ki[k, READY] + 60 * noise
        else:
            key[i] = ki[k, LATEST_K] - ki[k, READY] + 60 * noise
    for i in range(1, count):
        value = key[i]
        k = chosen[i]
        j = i - 1
        while j >= 0 and key[j] > value:
            key[j + 1] = key[j]
            chosen[j + 1] = chosen[j]
            j -= 1
        key[j + 1] = value
        chosen[j + 1] = k


@kernel
def keep_best(s, best):
    """Copy the present plan to ``best``."""
    best.total[0] = s.total[0]
    for k in range(s.served.shape[0]):
        best.served[k] = s.served[k]
        for j in range(10):
            best.plan[k, j] = s.plan[k, j]


@kernel
def anneal(d, s, w, rng, iterations, hot, cold, max_size, weights, scratch, stats, stop, best, blink):
    """Run ``iterations`` steps with the temperature falling from ``hot`` to ``cold`` cents; returns those done.

    ``best`` holds the best plan seen (plan, served, total); ``stats`` int64[OPERATORS, 3]: tried, kept, improved.
    """
    chosen = scratch.chosen
    flags = scratch.flags
    before = scratch.before
    plan = scratch.plan
    cooling = np.log(cold / hot)
    weight_sum = 0.0
    for i in range(OPERATORS):
        weight_sum += weights[i]
    for it in range(iterations):
        if stop[0] != 0:
            return it
        share = it / max(iterations, 1)
        temperature = hot * np.exp(share * cooling)
        pick = next_random(rng) * weight_sum
        operator = 0
        while operator < OPERATORS - 1 and pick >= weights[operator]:
            pick -= weights[operator]
            operator += 1
        size = 1 + randint(rng, max_size)
        if operator == TRUNK:
            size = 3 + randint(rng, max(max_size, 6))
        size = min(size, chosen.shape[0])
        count, trunk = ruin(d, s, rng, operator, size, chosen, flags)
        total = s.total[0]
        for i in range(count):
            k = chosen[i]
            flags[k] = 0
            for j in range(10):
                before[i, j] = s.plan[k, j]
            before[i, 10] = 1 if s.served[k] else 0
            before[i, 11] = k
            remove(d, s, k)
        order(d.ki, rng, chosen, count, scratch.key)
        discount = 0.5 + 0.8 * next_random(rng)
        for i in range(count):
            k = chosen[i]
            if best_itinerary(d, s, w, k, trunk, discount, blink, rng, plan) < d.kf[k, UNSERVED]:
                insert(d, s, k, plan)
        change = s.total[0] - total
        stats[operator, 0] += 1
        if change < -temperature * np.log(1e-12 + next_random(rng)):
            if change != 0.0:
                stats[operator, 1] += 1
            if s.total[0] < best.total[0] - 0.5:
                stats[operator, 2] += 1
                keep_best(s, best)
        else:
            for i in range(count):
                remove(d, s, before[i, 11])
            for i in range(count):
                if before[i, 10] == 1:
                    insert(d, s, before[i, 11], before[i, :10])
            s.total[0] = total
    return iterations


@kernel
def construct(d, s, w, rng, queue, stop, scratch):
    """Insert the shipments of ``queue`` one by one at marginal cost."""
    plan = scratch.plan
    for i in range(queue.shape[0]):
        if stop[0] != 0:
            return i
        k = queue[i]
        if not s.served[k] and best_itinerary(d, s, w, k, -1, 1.0, 0.0, rng, plan) < d.kf[k, UNSERVED]:
            insert(d, s, k, plan)
    return queue.shape[0]
