"""Compiled saddle-point steps: shares of columns against shares of vehicles' costs.

A column's shared steps come first in its line of ``row`` and ``link``; the first -1 ends them.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import kernel


@kernel
def project(values, size, total, keep_below):
    """Project ``values[:size]`` onto {v >= 0, sum v = total}, or onto {sum v <= total} when ``keep_below``."""
    count = 0.0
    amount = 0.0
    for i in range(size):
        if values[i] > 0.0:
            amount += values[i]
            count += 1.0
    if keep_below and amount <= total:
        for i in range(size):
            values[i] = max(values[i], 0.0)
        return
    amount = 0.0
    for i in range(size):
        amount += values[i]
    cut = (amount - total) / size
    while True:
        count = 0.0
        amount = 0.0
        for i in range(size):
            if values[i] > cut:
                amount += values[i]
                count += 1.0
        following = (amount - total) / max(count, 1.0)
        if following <= cut + 1e-12 * (1.0 + abs(cut)):
            break
        cut = following
    for i in range(size):
        values[i] = max(values[i] - cut, 0.0)


@kernel
def price(plain, row, link, weight, share, y, u, costs):
    """Cost of each column at duals ``y`` (links) and ``u`` (rows)."""
    for c in range(plain.size):
        total = plain[c]
        for s in range(row.shape[1]):
            r = row[c, s]
            if r < 0:
                break
            total += weight[c, s] * y[link[c, s]] + share[c, s] * u[r]
        costs[c] = total


@kernel
def lower(first, costs, least):
    """Least cost of each commodity's columns; their sum is the bound."""
    bound = 0.0
    for k in range(least.size):
        best = np.inf
        for c in range(first[k], first[k + 1]):
            best = min(best, costs[c])
        least[k] = best
        bound += best
    return bound


@kernel
def mark_cheapest(first, costs, least, marked):
    """Mark the ``least.size`` cheapest columns of each commodity, ties included."""
    size = least.size
    for k in range(first.size - 1):
        least[:] = np.inf
        for c in range(first[k], first[k + 1]):
            if costs[c] >= least[size - 1]:
                continue
            at = size - 1
            while at > 0 and least[at - 1] > costs[c]:
                least[at] = least[at - 1]
                at -= 1
            least[at] = costs[c]
        for c in range(first[k], first[k + 1]):
            if costs[c] <= least[size - 1]:
                marked[c] = True


@kernel
def upper(plain, row, link, weight, share, fixed, link_first, x, on_link, on_row):
    """Cost of shares ``x``: each row pays for the most that a link or its load needs."""
    on_link[:] = 0.0
    on_row[:] = 0.0
    cost = 0.0
    for c in range(plain.size):
        if x[c] == 0.0:
            continue
        cost += plain[c] * x[c]
        for s in range(row.shape[1]):
            r = row[c, s]
            if r < 0:
                break
            on_link[link[c, s]] += weight[c, s] * x[c]
            on_row[r] += share[c, s] * x[c]
    for r in range(fixed.size):
        most = on_row[r]
        for y in range(link_first[r], link_first[r + 1]):
            most = max(most, on_link[y])
        cost += fixed[r] * most
    return cost


@kernel
def advance(
    first, plain, row, link, weight, share, fixed, tight, link_first, row_step, choice_step, omega,
    x, y, u, x_sum, y_sum, u_sum, costs, x_next, on_link, on_row, scratch, iterations, stopped,
):  # fmt: skip
    """Primal-dual steps; sums of the iterates are added up for their average. Returns the steps done."""
    for step in range(iterations):
        if stopped[0] != 0:
            return step
        price(plain, row, link, weight, share, y, u, costs)
        for k in range(first.size - 1):
            size = first[k + 1] - first[k]
            for i in range(size):
                c = first[k] + i
                scratch[i] = x[c] - choice_step[k] / omega * costs[c]
            project(scratch, size, 1.0, False)
            for i in range(size):
                x_next[first[k] + i] = scratch[i]
        on_link[:] = 0.0
        on_row[:] = 0.0
        for c in range(plain.size):
            ahead = 2.0 * x_next[c] - x[c]
            x[c] = x_next[c]
            x_sum[c] += x[c]
            if ahead == 0.0:
                continue
            for s in range(row.shape[1]):
                r = row[c, s]
                if r < 0:
                    break
                on_link[link[c, s]] += weight[c, s] * ahead
                on_row[r] += share[c, s] * ahead
        for r in range(fixed.size):
            size = link_first[r + 1] - link_first[r]
            rate = omega * row_step[r]
            for i in range(size):
                scratch[i] = y[link_first[r] + i] + rate * on_link[link_first[r] + i]
            if tight[r]:
                scratch[size] = u[r] + rate * on_row[r]
                size += 1
            project(scratch, size, fixed[r], True)
            if tight[r]:
                size -= 1
                u[r] = scratch[size]
                u_sum[r] += u[r]
            for i in range(size):
                y[link_first[r] + i] = scratch[i]
                y_sum[link_first[r] + i] += scratch[i]
    return iterations


@kernel
def sharpen(plain, fixed, link_first, row, link, weight, share, goal, order, y, u, left):
    """Charge what is left of each vehicle's cost to links whose columns cost less than their ``goal``.

    Any division is valid; a column takes what it lacks from its first steps that have something left.
    """
    for r in range(fixed.size):
        total = u[r]
        for i in range(link_first[r], link_first[r + 1]):
            total += y[i]
        left[r] = max(0.0, fixed[r] - total)
    for at in range(order.size):
        c = order[at]
        lack = goal[c] - plain[c]
        for s in range(row.shape[1]):
            r = row[c, s]
            if r >= 0:
                lack -= weight[c, s] * y[link[c, s]] + share[c, s] * u[r]
        for s in range(row.shape[1]):
            if lack <= 0.0:
                break
            r = row[c, s]
            if r < 0 or left[r] <= 0.0:
                continue
            more = min(lack / weight[c, s], left[r])
            left[r] -= more
            y[link[c, s]] += more
            lack -= more * weight[c, s]
