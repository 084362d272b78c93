"""Compiled saddle-point steps: shares of columns against shares of vehicles' costs.

Columns have their shared steps as in `relaxation.Packed`. Positions come without a sign (uint64 and uint32): an index
that may be negative is looked at twice.
"""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel, kernel

ONE = np.uint64(1)


@inner_kernel
def cut(values, size, total):
    """What to take off ``values[:size]`` so that what is left above 0 sums up to ``total``."""
    amount = 0.0
    for i in range(size):
        amount += values[i]
    found = (amount - total) / size
    while True:
        count = 0.0
        amount = 0.0
        for i in range(size):
            above = values[i] > found
            amount += values[i] if above else 0.0
            count += 1.0 if above else 0.0
        following = (amount - total) / max(count, 1.0)
        if following <= found + 1e-12 * (1.0 + abs(found)):
            return found
        found = following


@kernel
def price(plain, ptr, row, link, weight, share, y, u, costs):
    """Cost of each column at duals ``y`` (links) and ``u`` (rows)."""
    for c in range(plain.size):
        total = plain[c]
        for s in range(ptr[c], ptr[c + 1]):
            total += weight[s] * y[link[s]] + share[s] * u[row[s]]
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
def upper(plain, ptr, row, link, weight, share, fixed, link_first, x, on_link, on_row):
    """Cost of shares ``x``: each row pays for the most that a link or its load needs."""
    on_link[:] = 0.0
    on_row[:] = 0.0
    cost = 0.0
    for c in range(plain.size):
        if x[c] == 0.0:
            continue
        cost += plain[c] * x[c]
        for s in range(ptr[c], ptr[c + 1]):
            on_link[link[s]] += weight[s] * x[c]
            on_row[row[s]] += share[s] * x[c]
    for r in range(fixed.size):
        most = on_row[r]
        for y in range(link_first[r], link_first[r + 1]):
            most = max(most, on_link[y])
        cost += fixed[r] * most
    return cost


@kernel
def advance(
    first, plain, ptr, row, link, weight, share, fixed, tight, link_first, row_step, choice_step, omega,
    x, y, u, x0, y0, u0, x_at, y_at, u_at, taken, costs, on_link, on_row, scratch, iterations, stopped,
):  # fmt: skip
    """Primal-dual steps from ``x, y, u``, mirrored and drawn back towards ``x0, y0, u0``; returns the steps done.

    ``x_at, y_at, u_at`` become the last step's own points, which are feasible; ``taken`` steps went before since the
    anchor was set.
    """
    for step in range(iterations):
        if stopped[0] != 0:
            return step
        ahead_weight = (taken + step + 1.0) / (taken + step + 2.0)
        anchor = 1.0 - ahead_weight
        most = 2.0 * ahead_weight
        price(plain, ptr, row, link, weight, share, y, u, costs)
        on_link[:] = 0.0
        on_row[:] = 0.0
        for k in range(choice_step.size):
            begin = first[k]
            size = first[k + 1] - begin
            rate = choice_step[k] / omega
            for i in range(size):
                scratch[i] = x[begin + i] - rate * costs[begin + i]
            less = cut(scratch, size, 1.0)
            for i in range(size):
                c = begin + i
                after = max(scratch[i] - less, 0.0)
                ahead = 2.0 * after - x[c]
                x_at[c] = after
                x[c] = most * after - ahead_weight * x[c] + anchor * x0[c]
                if ahead != 0.0:
                    for s in range(ptr[c], ptr[c + ONE]):
                        on_link[link[s]] += weight[s] * ahead
                        on_row[row[s]] += share[s] * ahead
        for r in range(fixed.size):
            begin = link_first[r]
            links = link_first[r + 1] - begin
            rate = omega * row_step[r]
            amount = 0.0
            for i in range(links):
                value = y[begin + i] + rate * on_link[begin + i]
                scratch[i] = value
                amount += max(value, 0.0)
            size = links
            if tight[r]:
                value = u[r] + rate * on_row[r]
                scratch[links] = value
                amount += max(value, 0.0)
                size = links + ONE
            less = cut(scratch, size, fixed[r]) if amount > fixed[r] else 0.0
            if tight[r]:
                after = max(scratch[links] - less, 0.0)
                u_at[r] = after
                u[r] = most * after - ahead_weight * u[r] + anchor * u0[r]
            for i in range(links):
                after = max(scratch[i] - less, 0.0)
                y_at[begin + i] = after
                y[begin + i] = most * after - ahead_weight * y[begin + i] + anchor * y0[begin + i]
    return iterations


@kernel
def sharpen(plain, ptr, row, link, weight, share, fixed, link_first, goal, order, y, u, left):
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
        for s in range(ptr[c], ptr[c + 1]):
            lack -= weight[s] * y[link[s]] + share[s] * u[row[s]]
        for s in range(ptr[c], ptr[c + 1]):
            if lack <= 0.0:
                break
            r = row[s]
            if left[r] <= 0.0:
                continue
            more = min(lack / weight[s], left[r])
            left[r] -= more
            y[link[s]] += more
            lack -= more * weight[s]
