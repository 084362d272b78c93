"""Arrays that the compiled search works on, made from an instance and its table of paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.upper_state import LABELS, Data, State, Work

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray
    from cargopool.optimiser.continuous.paths import PathTable

NEAR = 40


def search_data(instance: ContinuousInstance, table: PathTable) -> Data:
    """What the search reads."""
    ptr, user, early, late = _users(instance, table)
    return Data(
        path_ptr=table.path_ptr.astype(np.int64),
        step_ptr=table.step_ptr.astype(np.int64),
        arcs=table.arcs.astype(np.int64),
        earliest=table.earliest.astype(np.int64),
        latest=table.latest.astype(np.int64),
        variable=table.variable.astype(np.float64),
        minutes=instance.arc_minutes,
        fixed=instance.arc_fixed,
        capacity=instance.arc_capacity,
        quantity=instance.quantity,
        near=_near(instance, ptr, user, early, late),
        user_ptr=ptr,
        user=user,
        user_early=early,
        user_late=late,
    )


def _users(instance: ContinuousInstance, table: PathTable) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """CSR arc -> commodities with a path over it, and the widest time at its start."""
    k_of = np.repeat(table.commodity, np.diff(table.step_ptr))
    key = table.arcs * instance.origin.size + k_of
    pairs, inverse = np.unique(key, return_inverse=True)
    early = np.full(pairs.size, np.iinfo(np.int64).max)
    late = np.full(pairs.size, np.iinfo(np.int64).min)
    np.minimum.at(early, inverse, table.earliest)
    np.maximum.at(late, inverse, table.latest)
    arc, user = pairs // max(1, instance.origin.size), pairs % max(1, instance.origin.size)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(arc, minlength=instance.arc_tail.size))])
    return ptr.astype(np.int64), user.astype(np.int64), early.astype(np.int64), late.astype(np.int64)


def _near(instance: ContinuousInstance, ptr: IntArray, user: IntArray, early: IntArray, late: IntArray) -> IntArray:
    """(K, M) the commodities with which each could save most by sharing, best first; -1 where there are fewer."""
    count = instance.origin.size
    shared: FloatArray = np.zeros((count, count))
    for arc in np.flatnonzero(np.diff(ptr) > 1).tolist():
        span = slice(ptr[arc], ptr[arc + 1])
        meet = (early[span, None] <= late[None, span]) & (early[None, span] <= late[span, None])
        shared[np.ix_(user[span], user[span])] += meet * instance.arc_fixed[arc]
    np.fill_diagonal(shared, 0.0)
    width = min(NEAR, count)
    order = np.argsort(-shared, axis=1, kind="stable")[:, :width]
    near: IntArray = np.where(np.take_along_axis(shared, order, axis=1) > 0, order, -1).astype(np.int64)
    return near


def empty_state(instance: ContinuousInstance, table: PathTable) -> State:
    """A plan without any commodity."""
    commodities = instance.origin.size
    width = max(1, int(np.diff(table.step_ptr).max(initial=1)))
    slots = max(1, commodities * width)
    groups = slots + 1
    return State(
        path=np.full(commodities, -1, dtype=np.int32),
        slot_group=np.full(slots, -1, dtype=np.int32),
        slot_next=np.full(slots, -1, dtype=np.int32),
        slot_prev=np.full(slots, -1, dtype=np.int32),
        g_arc=np.zeros(groups, dtype=np.int32),
        g_head=np.full(groups, -1, dtype=np.int32),
        g_next=np.full(groups, -1, dtype=np.int32),
        g_prev=np.full(groups, -1, dtype=np.int32),
        g_load=np.zeros(groups),
        g_early=np.zeros(groups, dtype=np.int64),
        g_late=np.zeros(groups, dtype=np.int64),
        a_head=np.full(instance.arc_tail.size, -1, dtype=np.int32),
        free=np.zeros(groups, dtype=np.int32),
        counts=np.zeros(3, dtype=np.int64),
        total=np.zeros(1),
    )


def copy_of(state: State) -> State:
    """A copy that shares nothing."""
    return State._make(array.copy() for array in state)


def scratch_of(state: State) -> Work:
    """Scratch for a state of this size."""
    groups, commodities = state.g_arc.size, state.path.size
    width = state.slot_group.size // max(1, commodities)
    return Work(
        queue=np.zeros(groups, dtype=np.int32),
        queued=np.zeros(groups, dtype=np.int8),
        log_group=np.zeros(4 * groups, dtype=np.int32),
        log_early=np.zeros(4 * groups, dtype=np.int64),
        time=np.zeros((width + 1, LABELS), dtype=np.int64),
        cost=np.zeros((width + 1, LABELS)),
        group=np.zeros((width + 1, LABELS), dtype=np.int32),
        parent=np.zeros((width + 1, LABELS), dtype=np.int32),
        labels=np.zeros(width + 1, dtype=np.int64),
        plan=np.zeros(width, dtype=np.int32),
        found=np.zeros(width, dtype=np.int32),
        chosen=np.zeros(max(1, commodities), dtype=np.int64),
        flag=np.zeros(max(groups, commodities), dtype=np.int8),
        key=np.zeros(max(1, commodities)),
    )
