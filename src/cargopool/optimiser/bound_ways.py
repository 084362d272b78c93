"""Compiled kernels of the lower bound: what rides between two places cost a shipment at least, whatever the time.

A ride that cannot be on an itinerary cheaper than the best known one is left out before times are looked at: first at
least rates that any load unit of the way would charge, then, of what is left, at the charges of the units themselves.
"""

from __future__ import annotations

from cargopool.optimiser.bound_charges import (
    ANY_TIME,
    BUCKET_MIN,
    CLASSES,
    HUBS,
    LINE_BASE,
    LINE_MINUTES,
    TIMED,
    at,
    carriage,
    charge_for,
    may_ride,
    size_on,
    sizes_for,
)
from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import HANDLING, MAX_MOVES, PLACE, SEALED, SIZE, TRANSIT
from cargopool.optimiser.kernels import INF, NEVER

CLOSE = 1e-6
"""Cents by which an itinerary must be cheaper than the best known one to be looked for."""


@inner_kernel
def list_rides(d, b, s, w, k, best):
    """List the rides that can be on an itinerary of shipment ``k`` cheaper than ``best``; returns how many.

    Fills ``w.ride_ptr`` and ``w.ride_to``, destinations by origin; ``w.least``, cents of a ride at least, handling and
    fee inside; and ``w.ahead[r, p]``, cents from having been handled at p to the end with up to r moves at least.
    Rides that a shipment can begin or end with are looked at before those in between, of which they leave few.
    """
    least_rates(d, b, s, w, k)
    fill_near(d, b, w, k)
    fill_ahead(d, b, w, k)
    places = b.knobs[HUBS] + 2
    exact, least, through = w.exact, w.least, w.through
    limit = best - CLOSE
    for p in range(places):
        if w.near[0, p] < INF:
            fill_through(d, b, w, p)
            for q in range(places):
                least[p, q] = least_ride(d, b, s, w, k, p, q) if through[q] < limit else INF
                exact[p, q] = k
    for q in range(places):
        if w.ahead[0, q] < INF:
            for p in range(places):
                if exact[p, q] != k and least[p, q] < INF:
                    least[p, q] = least_ride(d, b, s, w, k, p, q) if cents_through(d, w, p, q) < limit else INF
                    exact[p, q] = k
    fill_near(d, b, w, k)
    fill_ahead(d, b, w, k)
    for p in range(places):
        fill_through(d, b, w, p)
        for q in range(places):
            if through[q] >= limit:
                least[p, q] = INF
            elif exact[p, q] != k:
                least[p, q] = least_ride(d, b, s, w, k, p, q)
    fill_near(d, b, w, k)
    fill_ahead(d, b, w, k)
    n = 0
    for p in range(places):
        w.ride_ptr[p] = n
        fill_through(d, b, w, p)
        for q in range(places):
            if through[q] < limit:
                w.ride_to[n] = q
                n += 1
    w.ride_ptr[places] = n
    return n


@inner_kernel
def fill_through(d, b, w, p):
    """Fill ``w.through[q]``: cents at least of an itinerary with a ride from p to q as its first or a later move."""
    deepest, places = d.knobs[MAX_MOVES], b.knobs[HUBS] + 2
    near, least, ahead, through = w.near, w.least, w.ahead, w.through
    for q in range(places):
        through[q] = near[0, p] + least[p, q] + ahead[deepest - 1, q]
    for r in range(1, deepest):
        for q in range(places):
            through[q] = min(through[q], near[r, p] + least[p, q] + ahead[deepest - 1 - r, q])


@inner_kernel
def cents_through(d, w, p, q):
    """One entry of what `fill_through` fills."""
    deepest = d.knobs[MAX_MOVES]
    low = INF
    for r in range(deepest):
        low = min(low, w.near[r, p] + w.least[p, q] + w.ahead[deepest - 1 - r, q])
    return low


@inner_kernel
def least_rates(d, b, s, w, k):
    """Fill ``w.least`` for all pairs of local places at the least rates of a way, INF where nothing goes in time."""
    ki, least, rates = d.ki, w.least, s.rates
    hubs, places, group = b.knobs[HUBS], d.pi.shape[0], b.k_class[k]
    kg, transit = ki[k, SIZE + 1], ki[k, TRANSIT]
    origin, destination = b.ends[k, 0], b.ends[k, 1]
    sealed = ki[k, SEALED] > 0
    first_size = float(ki[k, SEALED] if sealed else ki[k, SIZE + b.dimensions[group, 0]])
    second_size = 0.0 if sealed else float(ki[k, SIZE + b.dimensions[group, 1]])
    reach, way_kg, way_crossing, handling = b.reach, b.way_kg, b.way_crossing, d.k_handling
    for p in range(hubs + 2):
        early = reach[k, p, 0]
        here = p if p < hubs else b.ends[k, p - hubs]
        if early >= NEVER // 2 or here == destination:
            least[p, :] = INF
            continue
        base = (group * places + here) * places
        for q in range(hubs + 2):
            there = q if q < hubs else b.ends[k, q - hubs]
            if reach[k, q, 1] < early or q == p or there == origin:
                least[p, q] = INF
                continue
            way = base + there
            low = rates[way, 0] * first_size + rates[way, 1] * second_size + way_kg[way] * kg
            if transit == 0:
                low += way_crossing[way]
            least[p, q] = low + handling[k, there] + w.fee[p, q]


@inner_kernel
def find_timed(b, w, k, p):
    """Fill ``w.timed[p, q]``: first and past the last of shipment ``k``'s timetable lines from p to each q."""
    timed, to = w.timed, b.timed_to
    timed[p, :, :] = 0
    i, past = b.timed_ptr[k, p], b.timed_ptr[k, p + 1]
    while i < past:
        q = to[i]
        timed[p, q, 0] = i
        while i < past and to[i] == q:
            i += 1
        timed[p, q, 1] = i


@inner_kernel
def least_ride(d, b, s, w, k, p, q):
    """Least cents of shipment ``k`` for a ride from p to q within its time, its own shares, handling and fee inside."""
    li, charges = b.li, s.charges
    group, places = b.k_class[k], d.pi.shape[0]
    sealed = d.ki[k, SEALED] > 0
    here, there = at(b, k, p), at(b, k, q)
    early, late = b.reach[k, p, 0], b.reach[k, q, 1]
    late -= 0 if sealed else d.pi[there, HANDLING]
    bucket_min = NEVER if sealed else b.knobs[BUCKET_MIN]
    first, second = (0.0, 0.0) if sealed else sizes_for(d, b, k, 0)
    way = (group * places + here) * places + there
    lowest = INF
    for line in range(b.way_ptr[way], b.way_ptr[way + 1]):
        if not may_ride(b, k, line):
            continue
        last = late - li[line, LINE_MINUTES]
        if last < early:
            continue
        if sealed:
            first = size_on(d, b, k, line, 0)
        base = li[line, LINE_BASE]
        charge = INF
        for g in range(base + early // bucket_min, base + last // bucket_min + 1):
            charge = min(charge, charge_for(charges, g, first, second))
        lowest = min(lowest, charge + carriage(d, b, k, line))
    classes = b.knobs[CLASSES]
    if w.timed_of[p] != k:
        w.timed_of[p] = k
        find_timed(b, w, k, p)
    for i in range(w.timed[p, q, 0], w.timed[p, q, 1]):
        line = b.timed_line[i]
        if sealed:
            first = size_on(d, b, k, line, 0)
        g = b.knobs[TIMED] + (line - b.knobs[ANY_TIME]) * classes + group
        charge = charge_for(charges, g, first, second)
        lowest = min(lowest, charge + carriage(d, b, k, line))
    return lowest + d.k_handling[k, there] + w.fee[p, q] if lowest < INF else INF


@inner_kernel
def fill_near(d, b, w, k):
    """Fill ``w.near[r, p]``: cents to have been handled at p after r moves at least."""
    hubs = b.knobs[HUBS]
    near, least = w.near, w.least
    near[:, :] = INF
    for o in range(d.start_ptr[k], d.start_ptr[k + 1]):
        place = d.start_i[o, PLACE]
        if d.k_handling[k, place] < INF:
            p = place if place < hubs else hubs
            near[0, p] = min(near[0, p], d.start_cost[o] + d.k_handling[k, place])
    for r in range(1, d.knobs[MAX_MOVES]):
        for p in range(hubs + 2):
            if near[r - 1, p] < INF:
                for q in range(hubs + 2):
                    near[r, q] = min(near[r, q], near[r - 1, p] + least[p, q])


@inner_kernel
def fill_ahead(d, b, w, k):
    """Fill ``w.ahead[r, p]``: cents from having been handled at p to the end with up to r moves at least.

    With all moves only where the shipment can start.
    """
    places, deepest = b.knobs[HUBS] + 2, d.knobs[MAX_MOVES]
    least, ahead = w.least, w.ahead
    for p in range(places):
        end = d.end_of[k, at(b, k, p)]
        ahead[0, p] = INF if end < 0 else d.end_cost[end]
    for r in range(1, deepest):
        for p in range(places):
            ahead[r, p] = ahead[0, p]
        for q in range(places):
            if ahead[r - 1, q] < INF:
                for p in range(places):
                    ahead[r, p] = min(ahead[r, p], least[p, q] + ahead[r - 1, q])
    for p in range(places):
        low = INF
        if w.near[0, p] < INF:
            for q in range(places):
                low = min(low, least[p, q] + ahead[deepest - 1, q])
        ahead[deepest, p] = low
