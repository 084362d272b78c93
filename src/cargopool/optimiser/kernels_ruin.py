"""Compiled ruin-and-recreate: shipments taken out and put back, annealing in chunks of iterations."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel, kernel
from cargopool.optimiser.kernel_data import LATEST_K, READY, SIZE, UNSERVED
from cargopool.optimiser.kernels import INF, next_random, randint
from cargopool.optimiser.kernels_book import cost_now, insert, remove
from cargopool.optimiser.kernels_insert import best_itinerary
from cargopool.optimiser.kernels_lanes import EVERY, NONE
from cargopool.optimiser.kernels_removal import MEETING, OPERATORS, POOL, TRUNK, choose_meeting, choose_pool, ruin

NEARLY = 5.0
"""Steps that worsen the plan by up to this many temperatures leave their itineraries for the restricted models."""
AFRESH = 0.05
"""Chance that a shipment looks for an itinerary without regard to the one it had."""


@inner_kernel
def order(ki, rng, chosen, count, key):
    """Sort the chosen shipments in place: at random, or large, early or tight ones first."""
    mode = randint(rng, np.int64(4))
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


@inner_kernel
def note_change(best, k):
    """Remember that shipment ``k`` may differ from the best plan."""
    if best.changed[k] == 0:
        best.changed[k] = 1
        best.changes[best.count[0]] = k
        best.count[0] += 1


@inner_kernel
def keep_best(s, best):
    """Copy what has changed to ``best``."""
    best.total[0] = s.total[0]
    for i in range(best.count[0]):
        k = best.changes[i]
        best.changed[k] = 0
        best.served[k] = s.served[k]
        for j in range(10):
            best.plan[k, j] = s.plan[k, j]
    best.count[0] = 0


@inner_kernel
def take_out(d, e, s, chosen, flags, count, scratch):
    """Remove the chosen shipments, their itineraries kept in ``scratch.before``."""
    before = scratch.before
    for i in range(count):
        k = chosen[i]
        flags[k] = 0
        for j in range(10):
            before[i, j] = s.plan[k, j]
        before[i, 10] = 1 if s.served[k] else 0
        before[i, 11] = k
        scratch.own[i] = s.own[k]
        scratch.place[k] = i
        remove(d, e, s, k)


@inner_kernel
def put_back(d, e, s, w, rng, chosen, count, trunk, discount, blink, scratch):
    """Insert the chosen shipments one by one, each on its cheapest itinerary now."""
    plan = scratch.plan
    for i in range(count):
        k = chosen[i]
        old = scratch.place[k]
        limit = d.kf[k, UNSERVED]
        known = INF
        if scratch.before[old, 10] == 1 and next_random(rng) >= AFRESH:
            known = cost_now(d, s, k, scratch.before[old, :10], scratch.own[old])
        if best_itinerary(d, e, s, w, k, trunk, discount, blink, min(limit, known + 0.5), rng, plan) < INF:
            insert(d, e, s, k, plan)
        elif known < limit:
            insert(d, e, s, k, scratch.before[old, :10])


@inner_kernel
def settle(d, e, s, w, rng, chosen, count, blink, scratch):
    """Once more, each of the chosen shipments on its cheapest itinerary now that the others are there."""
    for i in range(count):
        k = chosen[i]
        if s.served[k]:
            for j in range(10):
                scratch.keep[j] = s.plan[k, j]
            own = s.own[k]
            remove(d, e, s, k)
            known = min(cost_now(d, s, k, scratch.keep, own), d.kf[k, UNSERVED])
            if best_itinerary(d, e, s, w, k, NONE, 1.0, blink, known - 0.5, rng, scratch.plan) < INF:
                insert(d, e, s, k, scratch.plan)
            elif known < d.kf[k, UNSERVED]:
                insert(d, e, s, k, scratch.keep)


@inner_kernel
def record(s, chosen, count, scratch):
    """Write down where the chosen shipments have got to: columns for the restricted models."""
    size = scratch.seen.shape[0]
    for i in range(count):
        k = chosen[i]
        if s.served[k] and scratch.seen_count[0] < size:
            at = scratch.seen_count[0]
            scratch.seen_count[0] = at + 1
            scratch.seen[at, 10] = k
            for j in range(10):
                scratch.seen[at, j] = s.plan[k, j]


@kernel
def anneal(d, e, s, w, rng, iterations, hot, cold, max_size, weights, scratch, stats, stop, best, blink, meetings):
    """Run ``iterations`` steps with the temperature falling from ``hot`` to ``cold`` cents; returns those done.

    ``best`` holds the best plan seen (plan, served, total); ``stats`` int64[OPERATORS, 4]: tried, kept, improved,
    insertions.
    """
    chosen = scratch.chosen
    flags = scratch.flags
    before = scratch.before
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
        operator = np.int64(0)
        while operator < OPERATORS - 1 and pick >= weights[operator]:
            pick -= weights[operator]
            operator += 1
        size = 1 + randint(rng, max_size)
        if operator in (TRUNK, MEETING):
            size = 3 + randint(rng, max(max_size, 6))
        size = min(size, chosen.shape[0])
        discount = 0.5 + 0.8 * next_random(rng)
        if operator == POOL:
            discount += 0.5
            trunk = EVERY
            count = choose_pool(d, e, s, w, rng, size, chosen, flags, scratch.movable, discount, scratch.plan)
        elif operator == MEETING:
            count, trunk = choose_meeting(d, meetings, rng, size, chosen, flags, scratch.movable)
        else:
            count, trunk = ruin(d, e, s, rng, operator, size, chosen, flags, scratch.movable)
        total = s.total[0]
        take_out(d, e, s, chosen, flags, count, scratch)
        order(d.ki, rng, chosen, count, scratch.key)
        put_back(d, e, s, w, rng, chosen, count, trunk, discount, blink, scratch)
        if operator in (POOL, MEETING):
            settle(d, e, s, w, rng, chosen, count, blink, scratch)
        change = s.total[0] - total
        if change < NEARLY * temperature:
            record(s, chosen, count, scratch)
        stats[operator, 0] += 1
        stats[operator, 3] += 2 * count if operator in (POOL, MEETING) else count
        if change < -temperature * np.log(1e-12 + next_random(rng)):
            for i in range(count):
                note_change(best, chosen[i])
            if change != 0.0:
                stats[operator, 1] += 1
            if s.total[0] < best.total[0] - 0.5:
                stats[operator, 2] += 1
                keep_best(s, best)
        else:
            for i in range(count):
                remove(d, e, s, before[i, 11])
            for i in range(count):
                if before[i, 10] == 1:
                    insert(d, e, s, before[i, 11], before[i, :10])
            s.total[0] = total
    return iterations


@kernel
def construct(d, e, s, w, rng, queue, stop, scratch):
    """Insert the shipments of ``queue`` one by one at marginal cost."""
    plan = scratch.plan
    for i in range(queue.shape[0]):
        if stop[0] != 0:
            return i
        k = queue[i]
        if not s.served[k] and best_itinerary(d, e, s, w, k, NONE, 1.0, 0.0, d.kf[k, UNSERVED], rng, plan) < INF:
            insert(d, e, s, k, plan)
    return queue.shape[0]


@kernel
def sample(d, e, s, w, rng, chosen, tries, stop, scratch):
    """Write down ways that some shipments could go together: at several discounts, with many moves overlooked.

    They are taken out, put in again in turn at prices for the room that they need, and so on; at the end they are out.
    """
    plan = scratch.plan
    for i in range(chosen.shape[0]):
        remove(d, e, s, chosen[i])
    for attempt in range(tries):
        if stop[0] != 0:
            return
        discount = 0.3 + 1.2 * next_random(rng)
        blink = 0.3 * next_random(rng)
        start = randint(rng, chosen.shape[0])
        for i in range(chosen.shape[0]):
            k = chosen[(start + i) % chosen.shape[0]]
            offer = EVERY if attempt % 3 else NONE
            if best_itinerary(d, e, s, w, k, offer, discount, blink, d.kf[k, UNSERVED], rng, plan) < INF:
                insert(d, e, s, k, plan)
        record(s, chosen, chosen.shape[0], scratch)
        for i in range(chosen.shape[0]):
            remove(d, e, s, chosen[i])


@kernel
def adopt(d, e, s, plan, served):
    """Change over to another plan."""
    for k in range(served.shape[0]):
        remove(d, e, s, k)
    for k in range(served.shape[0]):
        if served[k]:
            insert(d, e, s, k, plan[k])


@kernel
def graft(d, e, s, chosen, plan, served):
    """Change some shipments over to other itineraries as far as the rows have room; returns whether all went."""
    for i in range(chosen.shape[0]):
        remove(d, e, s, chosen[i])
    whole = True
    for i in range(chosen.shape[0]):
        if served[i]:
            if cost_now(d, s, chosen[i], plan[i], 0.0) < INF:
                insert(d, e, s, chosen[i], plan[i])
            else:
                whole = False
    return whole
