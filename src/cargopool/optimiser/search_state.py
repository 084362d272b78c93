"""What the search changes, and its scratch space: arrays that compiled kernels write."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.search_data import SearchData


class SearchState(NamedTuple):
    """What the search changes: loads and uses per move and class, row use, plans, own cents, total cents."""

    load: Any
    uses: Any
    riders: Any
    row_use: Any
    run_uses: Any
    plan: Any
    served: Any
    own: Any
    total: Any


class Labels(NamedTuple):
    """Scratch space of the label-setting pass."""

    head: Any
    ready: Any
    place: Any
    arrival: Any
    done: Any
    cost: Any
    depth: Any
    move: Any
    parent: Any
    option: Any
    next: Any
    count: Any


class Scratch(NamedTuple):
    """Scratch space of ruin-and-recreate."""

    chosen: Any
    flags: Any
    before: Any
    key: Any
    plan: Any


class Best(NamedTuple):
    """The best plan that a search has seen."""

    plan: Any
    served: Any
    total: Any


def make_state(data: SearchData, classes: int) -> SearchState:
    """Return an empty plan: every shipment unserved."""
    moves, shipments = data.m_latest.size, data.k_class.size
    return SearchState(
        load=np.zeros((moves, classes, 4), np.int64),
        uses=np.zeros((moves, classes), np.int64),
        riders=np.zeros((moves, classes), np.int64),
        row_use=np.zeros(data.row_limit.size, np.int64),
        run_uses=np.zeros(max(1, data.run_cost.size), np.int64),
        plan=np.full((shipments, 10), -1, np.int64),
        served=np.zeros(shipments, np.bool_),
        own=np.zeros(shipments, np.float64),
        total=np.array([float(data.k_unserved.sum())]),
    )


def make_labels(places: int, size: int = 4096) -> Labels:
    """Scratch for one thread."""
    return Labels(
        head=np.full(places, -1, np.int64),
        ready=np.full((places, 3), -1, np.int64),
        place=np.zeros(size, np.int64),
        arrival=np.zeros(size, np.int64),
        done=np.zeros(size, np.int64),
        cost=np.zeros(size, np.float64),
        depth=np.zeros(size, np.int64),
        move=np.zeros(size, np.int64),
        parent=np.zeros(size, np.int64),
        option=np.zeros(size, np.int64),
        next=np.zeros(size, np.int64),
        count=np.zeros(1, np.int64),
    )


def make_scratch(shipments: int, most: int = 60) -> Scratch:
    """Scratch for one thread."""
    most = max(1, min(most, shipments))
    return Scratch(
        chosen=np.zeros(most, np.int64),
        flags=np.zeros(shipments, np.int64),
        before=np.zeros((most, 12), np.int64),
        key=np.zeros(most),
        plan=np.zeros(10, np.int64),
    )
