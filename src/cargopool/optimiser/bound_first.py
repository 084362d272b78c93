"""A first lower bound without compiled code: every shipment alone, in proportion to its size."""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.optimiser.bound_charges import (
    LINE_BASE,
    LINE_CLASS,
    LINE_CROSSING,
    LINE_DESTINATION,
    LINE_MODES,
    LINE_NEED,
    LINE_PER_KG,
    LINE_UNIT,
    LINE_UNITS,
)
from cargopool.optimiser.bound_lines import Lines
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_ends import INF


def first_bound(data: SearchData, lines: Lines) -> float:
    """Cents that no plan can do without: every shipment's cheapest way in proportion to its size, whatever the times.

    Needs no compiled code, so that a run has a bound from the start.
    """
    kernel = lines.kernel
    li, lf = kernel.li, kernel.lf
    any_time, _, _, hubs, classes, _ = (int(x) for x in kernel.knobs)
    timed_cost = np.minimum.reduceat(lines.variant_cost, lines.variant_ptr) if lines.variant_cost.size else np.zeros(0)
    free_cost = lines.any_time_cost[li[:any_time, LINE_BASE]]
    fixed_cost = timed_cost[lines.timed_pair].reshape(-1, classes)
    places = data.place_handling.size
    ways = np.repeat(np.arange(kernel.way_ptr.size - 1), np.diff(kernel.way_ptr))
    total = 0.0
    for k in range(data.k_class.size):
        mine = kernel.k_class[k]
        able = li[:any_time, LINE_CLASS] == mine
        able &= (kernel.takes[k, li[:any_time, LINE_UNIT]] & li[:any_time, LINE_NEED]) != 0
        able &= (li[:any_time, LINE_MODES] & ~kernel.k_modes[k]) == 0
        free = np.flatnonzero(able)
        timed = kernel.timed_line[kernel.timed_ptr[k, 0] : kernel.timed_ptr[k, -1]].astype(np.int64)
        local = np.repeat(np.arange(hubs + 2), np.diff(kernel.timed_ptr[k]))
        line = np.concatenate([free, timed])
        origin = np.concatenate(
            [ways[free] % (places * places) // places, np.where(local < hubs, local, kernel.ends[k, 0])]
        )
        destination = li[line, LINE_DESTINATION]
        handling = np.minimum(data.k_handling[k], INF)
        tightest = kernel.dimensions[mine, 0]
        share = data.k_size[k, tightest] * kernel.inverse[line, tightest]
        if data.k_units[k] > 0:
            share = data.k_units[k] / li[line, LINE_UNITS]
        cost = np.concatenate([free_cost[free], fixed_cost[timed - any_time, mine]])
        paid = cost * share + lf[line, LINE_PER_KG] * data.k_size[k, 1] + handling[destination]
        if not data.k_transit[k]:
            paid = paid + lf[line, LINE_CROSSING]
        total += _cheapest_way(data, k, (origin, destination, paid), handling)
    return total


def _cheapest_way(data: SearchData, k: int, rides: Any, handling: Any) -> float:
    """Cents of one shipment's cheapest way at given prices of rides, at most its unserved price."""
    origin, destination, paid = rides
    there = np.full(handling.size, INF)
    starts = slice(data.start_ptr[k], data.start_ptr[k + 1])
    np.minimum.at(there, data.start_place[starts], data.start_cost[starts] + handling[data.start_place[starts]])
    arrived = np.full(handling.size, INF)
    for _ in range(data.max_moves):
        after = np.full(handling.size, INF)
        np.minimum.at(after, destination, there[origin] + paid)
        arrived = np.minimum(arrived, after)
        there = after
    ends = slice(data.end_ptr[k], data.end_ptr[k + 1])
    return min(float((arrived[data.end_place[ends]] + data.end_cost[ends]).min()), float(data.k_unserved[k]))
