"""Compiled annealing over the kernels of `upper_kernels`: which commodities to take out, and what to keep."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel, kernel
from cargopool.optimiser.continuous.upper_kernels import NONE, place, remove
from cargopool.optimiser.continuous.upper_state import copy_state
from cargopool.optimiser.kernels import next_random, randint

OPERATORS = 6
RANDOM, NEAR, GROUP, ARC, OPEN, PATH = range(OPERATORS)


@inner_kernel
def take(w, count, k):
    """Mark commodity ``k`` to be taken out, once; the new count."""
    if w.flag[k] == 0 and count < w.chosen.shape[0]:
        w.flag[k] = 1
        w.chosen[count] = k
        return count + 1
    return count


@inner_kernel
def take_group(s, w, rng, count, g, size):
    """Mark the members of a group."""
    width = s.slot_group.shape[0] // s.path.shape[0]
    slot = s.g_head[g]
    while slot != NONE and count < size:
        count = take(w, count, slot // width)
        slot = s.slot_next[slot]
    return count


@inner_kernel
def ruin(d, s, w, rng, operator, size):
    """Choose commodities to take out; (count, arc to open or -1)."""
    commodities = s.path.shape[0]
    width = s.slot_group.shape[0] // commodities
    k = randint(rng, commodities)
    p = s.path[k]
    steps = d.step_ptr[p + 1] - d.step_ptr[p]
    count = take(w, np.int64(0), k)
    if operator == NEAR:
        centre = k
        tries = 0
        while count < size and tries < 4 * size:
            tries += 1
            other = d.near[centre, int(next_random(rng) ** 2 * d.near.shape[1])]
            if other >= 0:
                count = take(w, count, other)
                if next_random(rng) < 0.3:
                    centre = other
    elif operator == GROUP and steps > 0:
        g = s.slot_group[k * width + randint(rng, steps)]
        count = take_group(s, w, rng, count, g, size)
        h = s.a_head[s.g_arc[g]]
        while h != NONE and count < size:
            if h != g and next_random(rng) < 0.7:
                count = take_group(s, w, rng, count, h, size)
            h = s.g_next[h]
    elif operator == ARC and steps > 0:
        first = randint(rng, steps)
        for i in range(steps):
            h = s.a_head[d.arcs[d.step_ptr[p] + (first + i) % steps]]
            while h != NONE and count < size:
                count = take_group(s, w, rng, count, h, size)
                h = s.g_next[h]
    elif operator == OPEN:
        q = d.path_ptr[k] + randint(rng, d.path_ptr[k + 1] - d.path_ptr[k])
        if d.step_ptr[q + 1] > d.step_ptr[q]:
            at = d.step_ptr[q] + randint(rng, d.step_ptr[q + 1] - d.step_ptr[q])
            arc = d.arcs[at]
            users = d.user_ptr[arc + 1] - d.user_ptr[arc]
            offset = randint(rng, users)
            for i in range(users):
                x = d.user_ptr[arc] + (i + offset) % users
                if d.user_early[x] <= d.latest[at] and d.user_late[x] >= d.earliest[at] and count < size:
                    count = take(w, count, d.user[x])
            return count, arc
    elif operator == PATH:
        for i in range(steps):
            count = take_group(s, w, rng, count, s.slot_group[k * width + i], size)
    tries = 0
    while operator == RANDOM and count < size and tries < 3 * size:
        tries += 1
        count = take(w, count, randint(rng, commodities))
    return count, NONE


@inner_kernel
def order(d, w, rng, count):
    """Sort the chosen commodities in place: at random, large, tight, or early ones first."""
    mode = randint(rng, np.int64(5))
    for i in range(count):
        k = w.chosen[i]
        noise = next_random(rng)
        first = d.step_ptr[d.path_ptr[k]]
        if mode == 1:
            w.key[i] = -d.quantity[k] * (0.5 + noise)
        elif mode == 2:
            w.key[i] = (d.latest[first] - d.earliest[first]) * (0.5 + noise)
        elif mode == 3:
            w.key[i] = (d.path_ptr[k + 1] - d.path_ptr[k]) * (0.5 + noise)
        elif mode == 4:
            w.key[i] = -d.variable[d.path_ptr[k]] * (0.5 + noise)
        else:
            w.key[i] = noise
    for i in range(1, count):
        value = w.key[i]
        k = w.chosen[i]
        j = i - 1
        while j >= 0 and w.key[j] > value:
            w.key[j + 1] = w.key[j]
            w.chosen[j + 1] = w.chosen[j]
            j -= 1
        w.key[j + 1] = value
        w.chosen[j + 1] = k


@kernel
def anneal(d, s, before, best, w, rng, bias, iterations, hot, cold, largest, weights, stats, stop, build):
    """Run ``iterations`` steps while the temperature falls from ``hot`` to ``cold``; the number of steps done.

    Parameters: ``s`` the present plan, ``before`` a copy of it, ``best`` the best one seen; ``build`` first places all
    commodities that have no path; ``stats`` (operators, 3): tried, kept, improved the best; ``stop[0]`` ends it.
    """
    if build:
        count = 0
        for k in range(s.path.shape[0]):
            if s.path[k] == NONE:
                w.chosen[count] = k
                count += 1
        order(d, w, rng, np.int64(count))
        for i in range(count):
            place(d, s, w, rng, w.chosen[i], bias, 0.0, 0.7, np.int64(NONE), 1.0, 0.0)
        if s.total[0] < best.total[0]:
            copy_state(s, best)
    copy_state(s, before)
    cooling = np.log(cold / hot)
    whole = 0.0
    for i in range(OPERATORS):
        whole += weights[i]
    for step in range(iterations):
        if stop[0] != 0:
            return step
        temperature = hot * np.exp(cooling * step / iterations)
        pick = next_random(rng) * whole
        operator = 0
        while operator < OPERATORS - 1 and pick >= weights[operator]:
            pick -= weights[operator]
            operator += 1
        size = min(2 + int(next_random(rng) ** 2 * largest), s.path.shape[0])
        count, arc = ruin(d, s, w, rng, operator, size)
        for i in range(count):
            w.flag[w.chosen[i]] = 0
        remove(d, s, w, np.int64(count))
        order(d, w, rng, np.int64(count))
        factor = 0.5 + 0.6 * next_random(rng)
        weight = next_random(rng) if next_random(rng) < 0.5 else 0.0
        blink = 0.03 if next_random(rng) < 0.5 else 0.0
        for i in range(count):
            place(d, s, w, rng, w.chosen[i], bias, weight, factor, arc, 0.3 * factor, blink)
        change = s.total[0] - before.total[0]
        stats[operator, 0] += 1
        if change <= -temperature * np.log(1e-12 + next_random(rng)):
            if abs(change) > 1e-6:
                stats[operator, 1] += 1
            if s.total[0] < best.total[0] - 1e-6:
                stats[operator, 2] += 1
                copy_state(s, best)
            copy_state(s, before)
        else:
            copy_state(before, s)
    return iterations
