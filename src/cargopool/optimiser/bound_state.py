"""What the ascent of the lower bound keeps: charges, entries, itineraries, and scratch of its kernels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.bound_charges import ENTRY_GROUP, ENTRY_NEXT, ENTRY_NEXT_IN_GROUP, ENTRY_SHIPMENT
from cargopool.optimiser.bound_gauge import FINE_GRID, MOST_UNITS, MOST_USERS
from cargopool.optimiser.search_data import SearchData

MAX_LABELS = 20_000
KNOWN_ITINERARIES = 6
"""Of the last itineraries of a shipment, those that are priced before others are looked for."""


class BoundLabels(NamedTuple):
    """Scratch of the kernels: labels of one shipment, then those of one group's gauge."""

    head: Any
    done: Any
    cost: Any
    fixed: Any
    group: Any
    parent: Any
    next: Any
    least: Any
    exact: Any
    near: Any
    ahead: Any
    overflow: Any
    members: Any
    chosen: Any
    table: Any
    row_of: Any
    sizes: Any
    own: Any
    rest: Any
    order: Any
    taken: Any
    most_of: Any
    mask_of: Any
    known: Any
    fee: Any
    ride_ptr: Any
    ride_to: Any
    timed: Any
    timed_of: Any
    through: Any
    found: Any
    best_fixed: Any


class Itineraries(NamedTuple):
    """The cheapest itineraries at the present charges, and the last ones of each shipment.

    ``value`` float64[K]: cents. ``uses`` int64[K, 4]: groups (first 3) and their number. ``paid`` float64[K, 3]: load
    units that the charges pay for, of each group used. ``past`` int64[K, H, 4] as ``uses``, ``past_fixed``: cents but
    for charges; ``past_next``: which of them is the next to be forgotten.
    """

    value: Any
    uses: Any
    paid: Any
    past: Any
    past_fixed: Any
    past_next: Any


class BoundState(NamedTuple):
    """Charges: ``prices`` float64[G, 3] by group, and entries with their own shares.

    ``charges`` float32[G, 4]: cents per size in two dimensions, cents of the own share of the shipment that is being
    priced, and nothing, for rows of 16 bytes. ``rates`` float64[C * P * P, 2]: least of them over a way and class.
    ``fee_ptr``, ``fee_at``, ``fee``: what covers charge (`bound_covers.Covers`).

    ``most`` float64[G, 2]: most that users' sizes add up to within one unit, by dimension; ``tight``: the tighter one.
    ``entry_i`` int64[N, 5] and ``entry_f`` float64[N, 5]: columns by the constants of `bound_charges`; entries of a
    shipment and of a group are chained from ``of_shipment`` and ``of_group``.
    """

    prices: Any
    charges: Any
    rates: Any
    most: Any
    tight: Any
    entry_i: Any
    entry_f: Any
    entries: Any
    of_shipment: Any
    of_group: Any
    fee_ptr: Any
    fee_at: Any
    fee: Any


def make_labels(data: SearchData, hubs: int) -> BoundLabels:
    """Make the scratch of the kernels."""
    users = 1 << 16
    return BoundLabels(
        head=np.full((data.max_moves + 1, hubs + 2), -1, np.int64),
        done=np.zeros(MAX_LABELS, np.int64),
        cost=np.zeros(MAX_LABELS),
        fixed=np.zeros(MAX_LABELS),
        group=np.zeros(MAX_LABELS, np.int64),
        parent=np.zeros(MAX_LABELS, np.int64),
        next=np.zeros(MAX_LABELS, np.int64),
        least=np.zeros((hubs + 2, hubs + 2)),
        exact=np.full((hubs + 2, hubs + 2), -1, np.int64),
        near=np.zeros((data.max_moves, hubs + 2)),
        ahead=np.zeros((data.max_moves + 1, hubs + 2)),
        overflow=np.zeros(1, np.int64),
        members=np.zeros(users, np.int64),
        chosen=np.zeros(users, np.bool_),
        table=np.zeros((MOST_USERS + 1, MOST_UNITS * FINE_GRID + 1)),
        row_of=np.zeros(MOST_USERS, np.int64),
        sizes=np.zeros((MOST_USERS, 2)),
        own=np.zeros(MOST_USERS),
        rest=np.zeros(MOST_USERS + 1),
        order=np.zeros(MOST_USERS, np.int64),
        taken=np.zeros(MOST_USERS, np.int64),
        most_of=np.zeros(MOST_UNITS + 1),
        mask_of=np.zeros(MOST_UNITS + 1, np.uint64),
        known=np.zeros(MOST_UNITS + 1, np.bool_),
        fee=np.zeros((hubs + 2, hubs + 2)),
        ride_ptr=np.zeros(hubs + 3, np.int64),
        ride_to=np.zeros((hubs + 2) ** 2, np.int64),
        timed=np.zeros((hubs + 2, hubs + 2, 2), np.int64),
        through=np.zeros(hubs + 2),
        timed_of=np.full(hubs + 2, -1, np.int64),
        found=np.zeros(3, np.int64),
        best_fixed=np.zeros(1),
    )


def make_itineraries(shipments: int) -> Itineraries:
    """No itineraries yet."""
    return Itineraries(
        value=np.zeros(shipments),
        uses=np.zeros((shipments, 4), np.int64),
        paid=np.zeros((shipments, 3)),
        past=np.zeros((shipments, KNOWN_ITINERARIES, 4), np.int64),
        past_fixed=np.zeros((shipments, KNOWN_ITINERARIES)),
        past_next=np.zeros(shipments, np.int64),
    )


def kept_entries(state: Any, kept: Any, room: int) -> tuple[Any, Any]:
    """Return new ``entry_i`` and ``entry_f`` of just these entries, int64[n], with room for so many.

    The chains in ``state`` lead through the new ones.
    """
    n = kept.size
    entry_i, entry_f = np.zeros((room, state.entry_i.shape[1]), np.int64), np.zeros((room, state.entry_f.shape[1]))
    entry_i[:n], entry_f[:n] = state.entry_i[kept], state.entry_f[kept]
    for column, chain, head in (
        (ENTRY_SHIPMENT, ENTRY_NEXT, state.of_shipment),
        (ENTRY_GROUP, ENTRY_NEXT_IN_GROUP, state.of_group),
    ):
        head[:] = -1
        order = np.argsort(entry_i[:n, column], kind="stable")
        key = entry_i[order, column]
        same = np.append(key[1:] == key[:-1], False) if n else np.zeros(0, np.bool_)
        entry_i[order, chain] = np.where(same, np.append(order[1:], -1), -1) if n else 0
        starts = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if n else np.zeros(0, np.int64)
        head[key[starts]] = order[starts]
    state.entries[0] = n
    return entry_i, entry_f
