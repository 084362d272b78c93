"""Compiled kernels of the lower bound: what a shipment is charged for a group, and the columns that say it."""

from __future__ import annotations

import numpy as np

from cargopool.optimiser.compiled import inner_kernel
from cargopool.optimiser.kernel_data import SEALED, SIZE, TRANSIT
from cargopool.optimiser.kernels import INF, NEVER

(
    LINE_DESTINATION,
    LINE_MINUTES,
    LINE_FIRST,
    LINE_LAST,
    LINE_UNIT,
    LINE_MODES,
    LINE_NEED,
    LINE_UNITS,
    LINE_GRID,
    LINE_BASE,
    LINE_CLASS,
) = range(11)
"""Columns of ``li``."""
LINE_PER_KG, LINE_CROSSING = range(2)
"""Columns of ``lf``."""
ANY_TIME, BUCKETS, BUCKET_MIN, HUBS, CLASSES, TIMED = range(6)
"""Entries of ``knobs`` of the lines."""
PRICE, COMMON, SECOND_COMMON = range(3)
"""Columns of ``prices``: cents of a use, and shares for all by size in two dimensions."""
FIRST_RATE, SECOND_RATE, OWN = range(3)
"""Columns of ``charges``: cents per size in two dimensions, and cents of the own share of the shipment being priced."""
ROUND_DOWN = 1.0 - 2.0**-22
"""Factor that keeps charges from growing when they are stored in half the space."""
ENTRY_GROUP, ENTRY_SHIPMENT, ENTRY_NEXT, ENTRY_NEXT_IN_GROUP, ENTRY_SIZE = range(5)
"""Columns of ``entry_i``; ENTRY_SIZE is the size on the line's grid, -1 where parts may be spread."""
ENTRY_OWN, ENTRY_PUSH, ENTRY_FIRST, ENTRY_SECOND, ENTRY_WHOLE = range(5)
"""Columns of ``entry_f``: own share, direction, shares of a use in two dimensions, whole load units needed at least."""


@inner_kernel
def line_of(b, g):
    """Line of a group."""
    timed = b.knobs[TIMED]
    return b.group_line[g] if g < timed else b.knobs[ANY_TIME] + (g - timed) // b.knobs[CLASSES]


@inner_kernel
def class_of(b, g):
    """Class of a group."""
    timed = b.knobs[TIMED]
    return b.li[b.group_line[g], LINE_CLASS] if g < timed else (g - timed) % b.knobs[CLASSES]


@inner_kernel
def size_on(d, b, k, line, which):
    """Share of a use of a line that shipment ``k`` takes in the first or second dimension of its class."""
    if d.ki[k, SEALED] > 0:
        share = d.ki[k, SEALED] / b.li[line, LINE_UNITS]
        return (share if b.spreads[k] else np.ceil(share)) if which == 0 else 0.0
    dimension = b.dimensions[b.k_class[k], which]
    return d.ki[k, SIZE + dimension] * b.inverse[line, dimension]


@inner_kernel
def sizes_for(d, b, k, line):
    """What shipment ``k`` multiplies a group's two rates with."""
    if d.ki[k, SEALED] > 0:
        return size_on(d, b, k, line, 0), 0.0
    group = b.k_class[k]
    return float(d.ki[k, SIZE + b.dimensions[group, 0]]), float(d.ki[k, SIZE + b.dimensions[group, 1]])


@inner_kernel
def charge_for(charges, g, first, second):
    """Cents that the shipment whose own shares lie in ``charges`` is charged for a group, by what `sizes_for` says."""
    return charges[g, FIRST_RATE] * first + charges[g, SECOND_RATE] * second + charges[g, OWN]


@inner_kernel
def charge_of(d, b, s, k, g):
    """Cents that shipment ``k``, whose own shares lie in ``charges``, is charged for a group."""
    first, second = sizes_for(d, b, k, line_of(b, g))
    return charge_for(s.charges, g, first, second)


@inner_kernel
def carriage(d, b, k, line):
    """Cents of shipment ``k`` on a line but for its load units: by mass, and for crossing."""
    cents = b.lf[line, LINE_PER_KG] * d.ki[k, SIZE + 1]
    return cents + b.lf[line, LINE_CROSSING] if d.ki[k, TRANSIT] == 0 else cents


@inner_kernel
def may_ride(b, k, line):
    """Whether shipment ``k`` may use an any-time line's unit type and modes."""
    if b.takes[k, b.li[line, LINE_UNIT]] & b.li[line, LINE_NEED] == 0:
        return False
    return b.li[line, LINE_MODES] & ~b.k_modes[k] == 0


@inner_kernel
def fee_of(d, b, w, k, g):
    """Cents that the shipment, whose fees lie in ``w.fee``, is charged on top on the way of a group."""
    places, hubs = d.pi.shape[0], b.knobs[HUBS]
    way = b.line_way[line_of(b, g)]
    here, there = way // places, way % places
    return w.fee[here if here < hubs else hubs, there if there < hubs else hubs + 1]


@inner_kernel
def at(b, k, place):
    """Place of a local index: hubs, then the shipment's two ends."""
    hubs = b.knobs[HUBS]
    return place if place < hubs else b.ends[k, place - hubs]


@inner_kernel
def bucket_of(d, b, k):
    """Minutes of departure time that a shipment's groups of any-time lines span; sealed units need not meet others."""
    return NEVER if d.ki[k, SEALED] > 0 else b.knobs[BUCKET_MIN]


@inner_kernel
def set_rates(b, s, rates):
    """Fill the rates of ``s.charges``, and their least over all lines and buckets of a way and class.

    ``rates`` float64[C * P * P, 2]: by dimension; sizes of sealed shipments are load units.
    """
    li, line_way = b.li, b.line_way
    classes, first_timed, timed = b.knobs[CLASSES], b.knobs[ANY_TIME], b.knobs[TIMED]
    ways = rates.shape[0] // classes
    rates[:, :] = INF
    for line in range(first_timed):
        past = li[line + 1, LINE_BASE] if line + 1 < first_timed else timed
        group = li[line, LINE_CLASS]
        rate_groups(b, s, rates, line, group, group * ways + line_way[line], li[line, LINE_BASE], past)
    for line in range(first_timed, li.shape[0]):
        for group in range(classes):
            g = timed + (line - first_timed) * classes + group
            rate_groups(b, s, rates, line, group, group * ways + line_way[line], g, g + 1)


@inner_kernel
def rate_groups(b, s, rates, line, group, way, begin, past):
    """Fill the rates of groups ``begin`` to ``past`` of one line and class, and lower those of their way to them."""
    prices, charges = s.prices, s.charges
    if b.sealed[group]:
        one, two, share = 1.0, 0.0, 1.0 / b.li[line, LINE_UNITS]
    else:
        one, two, share = b.inverse[line, b.dimensions[group, 0]], b.inverse[line, b.dimensions[group, 1]], 1.0
    least, second_least = INF, INF
    for g in range(begin, past):
        price = prices[g, PRICE] * ROUND_DOWN
        first = price * prices[g, COMMON] * one
        second = price * prices[g, SECOND_COMMON] * two
        charges[g, FIRST_RATE] = first
        charges[g, SECOND_RATE] = second
        least = min(least, first)
        second_least = min(second_least, second)
    rates[way, 0] = min(rates[way, 0], least * share)
    rates[way, 1] = min(rates[way, 1], second_least)


@inner_kernel
def set_own(s, k, amount):
    """Put the own shares of shipment ``k`` into ``s.charges``, times ``amount``: 0.0 to take them out again."""
    entry_i, entry_f, prices, charges = s.entry_i, s.entry_f, s.prices, s.charges
    e = s.of_shipment[k]
    while e >= 0:
        g = entry_i[e, ENTRY_GROUP]
        charges[g, OWN] = amount * entry_f[e, ENTRY_OWN] * prices[g, PRICE]
        e = entry_i[e, ENTRY_NEXT]
