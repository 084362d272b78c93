"""What the compiled ruin and recreate in continuous time reads, changes and scribbles on.

A *group* is an arc with the commodities that leave its start together. A *slot* is a step of a commodity's path: slot
``k * width + i``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cargopool.optimiser.compiled import inner_kernel

LABELS = 48
HIGH, FREE, QUEUED = 0, 1, 2
"""Positions in `State.counts`: group ids ever used, ids on the free stack, groups queued."""


class Data(NamedTuple):
    """What a search reads: paths (as in PathTable), arcs, commodities, and who may meet whom.

    ``near`` (K, M): commodities that a commodity may share most cost with, -1 padded; ``user_*``: CSR arc ->
    commodities that have a path over it, with the earliest and latest minute at its start.
    """

    path_ptr: NDArray[np.int64]
    step_ptr: NDArray[np.int64]
    arcs: NDArray[np.int64]
    earliest: NDArray[np.int64]
    latest: NDArray[np.int64]
    variable: NDArray[np.float64]
    minutes: NDArray[np.int64]
    fixed: NDArray[np.float64]
    capacity: NDArray[np.float64]
    quantity: NDArray[np.float64]
    near: NDArray[np.int64]
    user_ptr: NDArray[np.int64]
    user: NDArray[np.int64]
    user_early: NDArray[np.int64]
    user_late: NDArray[np.int64]


class State(NamedTuple):
    """A plan while it is searched: path of each commodity (-1: none), slots in groups, groups on arcs."""

    path: NDArray[np.int32]
    slot_group: NDArray[np.int32]
    slot_next: NDArray[np.int32]
    slot_prev: NDArray[np.int32]
    g_arc: NDArray[np.int32]
    g_head: NDArray[np.int32]
    g_next: NDArray[np.int32]
    g_prev: NDArray[np.int32]
    g_load: NDArray[np.float64]
    g_early: NDArray[np.int64]
    g_late: NDArray[np.int64]
    a_head: NDArray[np.int32]
    free: NDArray[np.int32]
    counts: NDArray[np.int64]
    total: NDArray[np.float64]


class Work(NamedTuple):
    """Scratch of a search: a queue of groups, labels of the choice of groups, marks."""

    queue: NDArray[np.int32]
    queued: NDArray[np.int8]
    log_group: NDArray[np.int32]
    log_early: NDArray[np.int64]
    time: NDArray[np.int64]
    cost: NDArray[np.float64]
    group: NDArray[np.int32]
    parent: NDArray[np.int32]
    labels: NDArray[np.int64]
    plan: NDArray[np.int32]
    found: NDArray[np.int32]
    chosen: NDArray[np.int64]
    flag: NDArray[np.int8]
    key: NDArray[np.float64]


@inner_kernel
def copy_state(a, b):
    """Copy state ``a`` into ``b``."""
    for k in range(a.path.shape[0]):
        b.path[k] = a.path[k]
    for i in range(a.slot_group.shape[0]):
        b.slot_group[i] = a.slot_group[i]
        b.slot_next[i] = a.slot_next[i]
        b.slot_prev[i] = a.slot_prev[i]
    for arc in range(a.a_head.shape[0]):
        b.a_head[arc] = a.a_head[arc]
    for g in range(max(a.counts[HIGH], b.counts[HIGH])):
        b.g_arc[g] = a.g_arc[g]
        b.g_head[g] = a.g_head[g]
        b.g_next[g] = a.g_next[g]
        b.g_prev[g] = a.g_prev[g]
        b.g_load[g] = a.g_load[g]
        b.g_early[g] = a.g_early[g]
        b.g_late[g] = a.g_late[g]
        b.free[g] = a.free[g]
    for i in range(3):
        b.counts[i] = a.counts[i]
    b.total[0] = a.total[0]
