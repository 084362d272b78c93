"""What the search changes, its scratch space, and what the bound tells it: arrays of the compiled kernels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.search_data import SearchData


class SearchState(NamedTuple):
    """What the search changes: loads and uses per move and sharing group, row use, plans, own cents, total cents.

    ``at`` int32[M, G, 8]: columns by the constants of `kernel_data`. ``live_head`` int32[G, lanes]: first move of a
    lane that a group has in use, the others chained in ``at``.
    ``rider_*``: per move a list of who rides it, as nodes 3 x shipment + leg.
    """

    at: Any
    live_head: Any
    rider_head: Any
    rider_next: Any
    rider_prev: Any
    row_use: Any
    run_uses: Any
    plan: Any
    served: Any
    own: Any
    total: Any


class Labels(NamedTuple):
    """Scratch space of the label-setting pass.

    ``head`` int64[depth, P]: earliest label of a place that has so many moves behind it, ``next`` the later, cheaper
    ones; ``cheap`` the least cents of them. ``now``, ``active``: least price of each lane of a shipment, lanes that
    may pay. ``used_*``: moves in use (or on offer) with their prices, chained lane by lane from ``used_head``.
    """

    head: Any
    cheap: Any
    place: Any
    arrival: Any
    done: Any
    cost: Any
    depth: Any
    move: Any
    parent: Any
    option: Any
    next: Any
    now: Any
    active: Any
    used_head: Any
    used_move: Any
    used_price: Any
    used_next: Any
    near: Any
    far: Any
    found: Any


class Scratch(NamedTuple):
    """Scratch space of ruin-and-recreate; ``seen``: itineraries for the restricted models, shipment last.

    ``movable``: the shipments that may be taken out; ``flags`` of the others are never 0.
    """

    chosen: Any
    flags: Any
    before: Any
    own: Any
    place: Any
    key: Any
    plan: Any
    keep: Any
    seen: Any
    seen_count: Any
    movable: Any


class Best(NamedTuple):
    """The best plan that a search has seen, and which shipments have changed since: flags, a list, its length."""

    plan: Any
    served: Any
    total: Any
    changed: Any
    changes: Any
    count: Any


class Meetings(NamedTuple):
    """Groups in which several shipments meet in the bound (`cargopool.optimiser.meetings`).

    ``of_ptr`` int64[K + 1] into ``of``: groups of each shipment. ``member_ptr`` int64[G + 1] into ``member``: shipments
    of each group. ``first_move``, ``past_move`` int64[G] into ``move``: moves of the searched network that a group
    stands for.
    """

    of_ptr: Any
    of: Any
    member_ptr: Any
    member: Any
    first_move: Any
    past_move: Any
    move: Any


def make_state(data: SearchData, groups: int, lanes: int) -> SearchState:
    """Return an empty plan: every shipment unserved; ``groups`` is the number of sharing groups, ``lanes`` of lanes."""
    moves, shipments = data.m_latest.size, data.k_class.size
    classes = max(1, groups)
    return SearchState(
        at=np.zeros((moves, classes, 8), np.int32),
        live_head=np.full((classes, lanes), -1, np.int32),
        rider_head=np.full(moves, -1, np.int32),
        rider_next=np.full(3 * shipments, -1, np.int32),
        rider_prev=np.full(3 * shipments, -1, np.int32),
        row_use=np.zeros(data.row_limit.size, np.int64),
        run_uses=np.zeros(max(1, data.run_cost.size), np.int64),
        plan=np.full((shipments, 10), -1, np.int64),
        served=np.zeros(shipments, np.bool_),
        own=np.zeros(shipments, np.float64),
        total=np.array([float(data.k_unserved.sum())]),
    )


def make_labels(places: int, lanes: int, depth: int, size: int = 4096) -> Labels:
    """Scratch for one thread; ``lanes``: most lanes of a shipment, ``depth``: most moves of an itinerary."""
    return Labels(
        head=np.full((depth + 1, places), -1, np.int64),
        cheap=np.zeros((depth + 1, places)),
        place=np.zeros(size, np.int64),
        arrival=np.zeros(size, np.int64),
        done=np.zeros(size, np.int64),
        cost=np.zeros(size, np.float64),
        depth=np.zeros(size, np.int64),
        move=np.zeros(size, np.int64),
        parent=np.zeros(size, np.int64),
        option=np.zeros(size, np.int64),
        next=np.zeros(size, np.int64),
        now=np.zeros(lanes),
        active=np.zeros(lanes, np.int64),
        used_head=np.zeros(lanes, np.int64),
        used_move=np.zeros(size, np.int64),
        used_price=np.zeros(size),
        used_next=np.zeros(size, np.int64),
        near=np.zeros((depth, places)),
        far=np.zeros((depth, places)),
        found=np.zeros(6, np.int64),
    )


def make_scratch(shipments: int, movable: Any, most: int = 60) -> Scratch:
    """Scratch for one thread that takes out none but the ``movable`` shipments."""
    most = max(1, min(most, movable.size))
    flags = np.ones(shipments, np.int64)
    flags[movable] = 0
    return Scratch(
        chosen=np.zeros(most, np.int64),
        flags=flags,
        before=np.zeros((most, 12), np.int64),
        own=np.zeros(most),
        place=np.zeros(shipments, np.int64),
        key=np.zeros(most),
        plan=np.zeros(10, np.int64),
        keep=np.zeros(10, np.int64),
        seen=np.zeros((4096, 11), np.int64),
        seen_count=np.zeros(1, np.int64),
        movable=movable,
    )


def make_best(state: SearchState) -> Best:
    """A best plan that is the present one."""
    shipments = state.served.size
    return Best(
        plan=state.plan.copy(),
        served=state.served.copy(),
        total=state.total.copy(),
        changed=np.zeros(shipments, np.uint8),
        changes=np.zeros(shipments, np.int64),
        count=np.zeros(1, np.int64),
    )


def no_meetings(shipments: int) -> Meetings:
    """Nobody meets anybody."""
    none = np.zeros(0, np.int64)
    return Meetings(np.zeros(shipments + 1, np.int64), none, np.zeros(1, np.int64), none, none, none, none)
