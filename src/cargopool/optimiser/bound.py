"""The proven lower bound: charges on load units, raised where used, kept affordable.

See `cargopool.optimiser.bound_kernels` for the argument. What it relaxes of P: road moves (and headway-only moves)
that leave within one time bucket are one arc that leaves at its earliest and takes the least minutes; packing;
cross-dock, place and CO2e rows; storage of waiting pallets; the rule that no place is visited twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.optimiser.bound_arcs import Arcs, make_arcs
from cargopool.optimiser.bound_kernels import all_cheapest, ascend, fill
from cargopool.optimiser.kernel_data import pack
from cargopool.optimiser.params import BoundParams
from cargopool.optimiser.search_data import SearchData

RELAXED = ("road_times", "packing", "cross_dock_rows", "storage_pallet", "co2e_cap", "revisits")
MAX_LABELS = 20_000


class BoundLabels(NamedTuple):
    """Scratch of the layered label-setting pass."""

    head: Any
    done: Any
    cost: Any
    entry: Any
    parent: Any
    next: Any
    overflow: Any


class Bound:
    """An ascent that can be advanced bit by bit; ``best_cents`` is a proven bound at any time."""

    relaxed = RELAXED

    def __init__(self, data: SearchData, arcs: Arcs, params: BoundParams, stop: Any) -> None:
        self.data, self.arcs, self.params, self.stop = data, arcs, params, stop
        shipments = data.k_class.size
        entries = arcs.entry_arc.size
        self.best_cents = float("-inf")
        self.iterations = 0
        self._labels = BoundLabels(
            head=np.full((data.max_moves + 1, data.place_handling.size), -1, np.int64),
            done=np.zeros(MAX_LABELS, np.int64),
            cost=np.zeros(MAX_LABELS),
            entry=np.zeros(MAX_LABELS, np.int64),
            parent=np.zeros(MAX_LABELS, np.int64),
            next=np.zeros(MAX_LABELS, np.int64),
            overflow=np.zeros(1, np.int64),
        )
        self._packed = pack(data)
        self._value = np.zeros(shipments)
        self._uses = np.zeros((shipments, 4), np.int64)
        self._direction = np.zeros(entries)
        self._target = np.zeros(entries)
        self._row_price = np.zeros(data.row_limit.size)
        self._row_direction = np.zeros(data.row_limit.size)
        self._cap = arcs.group_cost.copy()
        self._charge = np.zeros(entries)
        fill(self._charge, arcs.entry_weight, arcs.entry_whole, self._cap, arcs.group_ptr, arcs.group_entries)
        self._best_charge = self._charge.copy()
        self._best_rows = self._row_price.copy()
        self._step = params.step
        self._stale = 0

    def advance(self, incumbent_cents: float) -> bool:
        """One iteration toward the incumbent; False when stopped, or when nothing can be said."""
        data, arcs = self.data, self.arcs
        if not all_cheapest(self._packed, arcs.kernel, self._labels, self._charge, self._value, self._uses, self.stop):
            return False
        value = float(self._value.sum()) - float(self._row_price @ data.row_limit)
        self.iterations += 1
        self._remember(value)
        used = self._uses[:, :3][np.arange(3) < self._uses[:, 3:4]]
        if used.size == 0:
            return False
        self._direction *= self.params.memory
        np.add.at(self._direction, used, 1.0 - self.params.memory)
        self._direction[self._direction < 1e-3] = 0.0
        rows = self._row_gradient(used)
        self._row_direction = self.params.memory * self._row_direction + (1 - self.params.memory) * rows
        moving = self._direction > 0
        length = float((self._direction[moving] ** 2).sum()) + float(
            ((self._row_direction * arcs.row_scale) ** 2).sum()
        )
        aim = max(incumbent_cents - value, 1e-3 * abs(value) + 1.0)
        step = self._step * 0.2 * aim / max(length, 1e-9)
        self._move_rows(step)
        touched = np.unique(arcs.entry_group[moving])
        ascend(
            self._direction,
            touched,
            self._charge,
            self._target,
            arcs.entry_weight,
            arcs.entry_whole,
            self._cap,
            arcs.group_ptr,
            arcs.group_entries,
            step,
        )
        return True

    def _remember(self, value: float) -> None:
        if value > self.best_cents + 1e-6 * abs(value):
            if value > self.best_cents + 1e-4 * abs(value):
                self._stale = 0
            self.best_cents = value
            self._best_charge[:] = self._charge
            self._best_rows[:] = self._row_price
            return
        self._stale += 1
        if self._stale >= self.params.patience:
            self._stale = 0
            self._step *= self.params.shrink
            self._charge[:] = self._best_charge
            self._row_price[:] = self._best_rows
            self._cap = self.arcs.group_cost + self.arcs.group_rows @ self._row_price
            self._direction[:] = 0.0
            self._row_direction[:] = 0.0

    def _row_gradient(self, used: Any) -> Any:
        """Use of the rows by the load units that the charges pay for, less the limits."""
        arcs = self.arcs
        groups = arcs.entry_group[used]
        cap = self._cap[groups]
        units = np.where(cap > 0, self._charge[used] / np.maximum(cap, 1e-9), 0.0)
        paid = np.bincount(groups, weights=units, minlength=self._cap.size)
        gradient = np.asarray(arcs.group_rows.T @ paid).ravel() - self.data.row_limit
        gradient[arcs.row_fixed] = 0.0
        return gradient

    def _move_rows(self, step: float) -> None:
        """Change the rows' prices; charges follow their group's cost, which keeps them affordable."""
        arcs = self.arcs
        new = np.maximum(0.0, self._row_price + step * arcs.row_scale**2 * self._row_direction)
        if np.array_equal(new, self._row_price):
            return
        self._row_price = new
        cap = arcs.group_cost + arcs.group_rows @ new
        ratio = np.where(self._cap > 0, cap / np.maximum(self._cap, 1e-9), 1.0)
        changed = ratio != 1.0
        if changed.any():
            self._charge *= np.where(changed, ratio, 1.0)[arcs.entry_group]
        self._cap = cap


def ascent(data: SearchData, network: Any, params: BoundParams, stop: Any) -> Bound:
    """Prepare the bound of a network."""
    return Bound(data, make_arcs(network, data, 60 * params.bucket_h), params, stop)
