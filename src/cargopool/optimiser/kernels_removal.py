"""Compiled removal rules: which shipments are taken out together, and which move they are offered then."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import COST, GROUP, READY, RIDERS, SHIPPER, SIZE, UNSERVED, USES
from cargopool.optimiser.kernels import INF, next_random, randint
from cargopool.optimiser.kernels_book import uses_alone
from cargopool.optimiser.kernels_insert import best_itinerary
from cargopool.optimiser.kernels_lanes import EVERY, NONE, pair_of

OPERATORS = 9
RANDOM, LANE, MOVE, TRUNK, ONE_SHIPPER, WORST, DEPARTURE, POOL, MEETING = range(OPERATORS)


@inner_kernel
def mark(chosen, count, flags, k):
    """Add shipment ``k`` to the chosen ones once; returns the new count."""
    if flags[k] == 0 and count < chosen.shape[0]:
        flags[k] = 1
        chosen[count] = k
        return count + 1
    return count


@inner_kernel
def nearest(d, rng, chosen, flags, count, k, size):
    """Shipments related to ``k`` by lane and time: a sample, the closest kept."""
    shipments = d.ki.shape[0]
    while count < size:
        best = np.int64(-1)
        best_score = INF
        for _ in range(12):
            j = np.int64(d.related[k, randint(rng, d.related.shape[1])])
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


@inner_kernel
def riders_of_move(s, rng, chosen, flags, count, m, size):
    """Shipments that ride move ``m``, some of them passed over when there are many."""
    node = s.rider_head[m]
    while node >= 0 and count < size:
        if next_random(rng) < 0.9:
            count = mark(chosen, count, flags, np.int64(node // 3))
        node = s.rider_next[node]
    return count


@inner_kernel
def users_of_move(e, rng, chosen, flags, count, m, size):
    """Shipments that could ride move ``m``, from a random one on."""
    lane = e.move_lane[m]
    first = e.user_ptr[lane]
    n = e.user_ptr[lane + 1] - first
    offset = randint(rng, n)
    for i in range(n):
        if count >= size:
            break
        at = first + (i + offset) % n
        if flags[e.user[at, 0]] == 0 and pair_of(e, np.int64(e.user[at, 1]), m) >= 0:
            count = mark(chosen, count, flags, np.int64(e.user[at, 0]))
    return count


@inner_kernel
def ruin(d, e, s, rng, operator, size, chosen, flags, movable):
    """Choose among the movable shipments those to take out; returns (count, trunk move or -1)."""
    shipments = movable.shape[0]
    k = movable[randint(rng, shipments)]
    count = np.int64(0)
    trunk = NONE
    if operator == LANE:
        count = mark(chosen, count, flags, k)
        count = nearest(d, rng, chosen, flags, count, k, size)
    elif operator == MOVE:
        count = mark(chosen, count, flags, k)
        if s.served[k]:
            m = s.plan[k, randint(rng, s.plan[k, 9])]
            count = riders_of_move(s, rng, chosen, flags, count, m, size)
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
                    other = np.int64(d.row_move_idx[first + (i + offset) % n])
                    count = riders_of_move(s, rng, chosen, flags, count, other, size)
                    if count >= size:
                        break
    elif operator == TRUNK:
        begin = e.pair_ptr[e.lane_ptr[k]]
        n = e.pair_ptr[e.lane_ptr[k + 1]] - begin
        count = mark(chosen, count, flags, k)
        if n > 0:
            trunk = np.int64(e.move[begin + randint(rng, n)])
            count = users_of_move(e, rng, chosen, flags, count, trunk, size)
    elif operator == ONE_SHIPPER:
        count = mark(chosen, count, flags, k)
        for _ in range(6 * size):
            j = movable[randint(rng, shipments)]
            if d.ki[j, SHIPPER] == d.ki[k, SHIPPER]:
                count = mark(chosen, count, flags, j)
            if count >= size:
                break
    elif operator == WORST:
        for _ in range(size):
            worst = np.int64(-1)
            worst_cost = -1.0
            for _ in range(8):
                j = movable[randint(rng, shipments)]
                if flags[j] == 0:
                    cost = d.kf[j, UNSERVED] if not s.served[j] else s.own[j]
                    if s.served[j]:
                        for x in range(s.plan[j, 9]):
                            m = s.plan[j, x]
                            g = d.ki[j, GROUP]
                            if g < 0:
                                cost += d.mf[m, COST] * uses_alone(d.mi, d.ki, m, j)
                            else:
                                cost += d.mf[m, COST] * s.at[m, g, USES] / max(s.at[m, g, RIDERS], 1)
                    cost = cost / (1.0 + d.ki[j, SIZE]) * (0.7 + 0.6 * next_random(rng))
                    if cost > worst_cost:
                        worst_cost = cost
                        worst = j
            if worst >= 0:
                count = mark(chosen, count, flags, worst)
    else:
        while count < size:
            before = count
            count = mark(chosen, count, flags, movable[randint(rng, shipments)])
            if count == before and next_random(rng) < 0.2:
                break
    return count, trunk


@inner_kernel
def choose_pool(d, e, s, w, rng, size, chosen, flags, movable, discount, plan):
    """A shipment, and others that could ride the moves it would take if it paid only for the room it needs."""
    k = movable[randint(rng, movable.shape[0])]
    count = mark(chosen, np.int64(0), flags, k)
    if best_itinerary(d, e, s, w, k, EVERY, discount, 0.02, d.kf[k, UNSERVED], rng, plan) >= INF:
        return count
    depth = plan[9]
    first = randint(rng, depth)
    for j in range(depth):
        m = plan[(first + j) % depth]
        count = users_of_move(e, rng, chosen, flags, count, m, min(size, count + 1 + size // 2))
    return count


@inner_kernel
def choose_meeting(d, t, rng, size, chosen, flags, movable):
    """A shipment and others that meet it in a group of ``t`` (`cargopool.optimiser.meetings`), and a move of the group.

    Shipments that meet nobody go with those related to them.
    """
    k = movable[randint(rng, movable.shape[0])]
    count = mark(chosen, np.int64(0), flags, k)
    first = t.of_ptr[k]
    groups = t.of_ptr[k + 1] - first
    if groups == 0:
        return nearest(d, rng, chosen, flags, count, k, size), NONE
    g = t.of[first + randint(rng, groups)]
    first = t.member_ptr[g]
    members = t.member_ptr[g + 1] - first
    offset = randint(rng, members)
    for i in range(members):
        if next_random(rng) < 0.9:
            count = mark(chosen, count, flags, t.member[first + (i + offset) % members])
        if count >= size:
            break
    return count, t.move[t.first_move[g] + randint(rng, t.past_move[g] - t.first_move[g])]
