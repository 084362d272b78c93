"""The proven lower bound: charges on load units, raised where used, kept affordable.

See `cargopool.optimiser.bound_kernels` for the argument. What it relaxes of P: moves that differ only in when they go
within a bucket share their load units; road takes its least minutes; packing; limits of hubs; the CO2e cap; storage of
waiting pallets; the rule that no place is visited twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.optimiser.bound_kernels import (
    LINE_CROSSING,
    LINE_DESTINATION,
    LINE_PER_KG,
    all_cheapest,
    ascend,
    fill,
)
from cargopool.optimiser.bound_lines import Lines, make_lines
from cargopool.optimiser.kernel_data import pack
from cargopool.optimiser.params import BoundParams
from cargopool.optimiser.reduced import bound_network
from cargopool.optimiser.search_data import INF, SearchData, make_data
from cargopool.units import MINUTES_PER_HOUR

RELAXED = ("meeting_times", "packing", "hub_rows", "storage_pallet", "co2e_cap", "revisits")
MAX_LABELS = 20_000
SETTLED = 0.02
"""Step, as a share of the gap, below which an ascent has nothing more to give."""


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

    def __init__(self, data: SearchData, lines: Lines, params: BoundParams, stop: Any) -> None:
        self.data, self.lines, self.params, self.stop = data, lines, params, stop
        shipments = data.k_class.size
        entries = lines.entry_group.size
        self.best_cents = first_bound(data, lines)
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
        self._common = np.zeros(lines.variant_ptr.size)
        self._own = np.zeros(entries)
        self._row_price = np.zeros(lines.row_limit.size)
        self._row_direction = np.zeros(lines.row_limit.size)
        self._cap, self._cheapest = self._prices()
        self._charge = np.zeros(entries)
        fill(
            self._common,
            self._own,
            self._charge,
            lines.entry_weight,
            lines.entry_whole,
            self._cap,
            lines.group_ptr,
            lines.group_entries,
        )
        self._best = self._state()
        self._step = params.step
        self._stale = 0

    @property
    def settled(self) -> bool:
        """True when steps have become too small to raise the bound."""
        return self._step < SETTLED

    def advance(self, incumbent_cents: float) -> bool:
        """One iteration toward the incumbent; False when stopped, or when nothing can be said."""
        _data, lines = self.data, self.lines
        if not all_cheapest(self._packed, lines.kernel, self._labels, self._charge, self._value, self._uses, self.stop):
            return False
        value = float(self._value.sum()) - float(self._row_price @ lines.row_limit)
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
        moving = np.flatnonzero(self._direction)
        push = self._direction[moving]
        common = np.bincount(lines.entry_group[moving], weights=push * lines.entry_weight[moving])
        length = float(((push * lines.entry_whole[moving]) ** 2).sum()) + float((common**2).sum())
        length += float(((self._row_direction * lines.row_scale) ** 2).sum())
        aim = max(incumbent_cents - value, 1e-3 * abs(value) + 1.0)
        step = self._step * 0.2 * aim / max(length, 1e-9)
        self._move_rows(step)
        touched = np.unique(lines.entry_group[moving])
        ascend(
            self._direction,
            touched,
            self._common,
            self._own,
            self._charge,
            lines.entry_weight,
            lines.entry_whole,
            self._cap,
            lines.group_ptr,
            lines.group_entries,
            step,
        )
        return True

    def _prices(self) -> tuple[Any, Any]:
        """Cents of a unit of each group at the rows' prices, and the variant that is cheapest."""
        lines = self.lines
        price = lines.variant_cost + lines.variant_rows @ self._row_price
        if not price.size:
            return np.zeros(0), np.zeros(0, np.int64)
        cap = np.minimum.reduceat(price, lines.variant_ptr)
        group = np.repeat(np.arange(cap.size), np.diff(np.append(lines.variant_ptr, price.size)))
        least = np.flatnonzero(price <= cap[group])
        _, at = np.unique(group[least], return_index=True)
        return cap, least[at]

    def _state(self) -> tuple[Any, ...]:
        """Copy of the prices: common, own, charges, rows."""
        return self._common.copy(), self._own.copy(), self._charge.copy(), self._row_price.copy()

    def _remember(self, value: float) -> None:
        if value > self.best_cents + 1e-6 * abs(value):
            if value > self.best_cents + 1e-4 * abs(value):
                self._stale = 0
            self.best_cents = value
            self._best = self._state()
            return
        self._stale += 1
        if self._stale >= self.params.patience:
            self._stale = 0
            self._step *= self.params.shrink
            self._common, self._own, self._charge, self._row_price = (part.copy() for part in self._best)
            self._cap, self._cheapest = self._prices()
            self._direction[:] = 0.0
            self._row_direction[:] = 0.0

    def _row_gradient(self, used: Any) -> Any:
        """Use of the rows by the load units that the charges pay for, less the limits."""
        lines = self.lines
        groups = lines.entry_group[used]
        cap = self._cap[groups]
        units = np.where(cap > 0, self._charge[used] / np.maximum(cap, 1e-9), 0.0)
        paid = np.bincount(groups, weights=units, minlength=self._cap.size)
        spread = np.zeros(lines.variant_cost.size)
        spread[self._cheapest] = paid
        gradient = np.asarray(lines.variant_rows.T @ spread).ravel() - lines.row_limit
        gradient[(self._row_price <= 0.0) & (gradient < 0.0)] = 0.0
        return gradient

    def _move_rows(self, step: float) -> None:
        """Change the rows' prices; charges follow their group's cost, which keeps them affordable."""
        lines = self.lines
        new = np.maximum(0.0, self._row_price + step * lines.row_scale**2 * self._row_direction)
        if np.array_equal(new, self._row_price):
            return
        self._row_price = new
        cap, self._cheapest = self._prices()
        ratio = np.where(self._cap > 0, cap / np.maximum(self._cap, 1e-9), 1.0)
        changed = ratio != 1.0
        if changed.any():
            self._common *= ratio
            per_entry = ratio[lines.entry_group]
            self._own *= per_entry
            self._charge *= per_entry
        self._cap = cap


def first_bound(data: SearchData, lines: Lines) -> float:
    """Cents that no plan can do without: every shipment's cheapest way in proportion to its size, whatever the times.

    Needs no compiled code, so that a run has a bound from the start.
    """
    price = lines.variant_cost
    cap = np.minimum.reduceat(price, lines.variant_ptr) if price.size else price
    kernel = lines.kernel
    charge = cap[lines.entry_group] * lines.entry_weight
    total = 0.0
    for k in range(data.k_class.size):
        pointers = kernel.origin_ptr[k]
        mine = slice(pointers[0], pointers[-1])
        line = kernel.entry_line[mine]
        origin = np.repeat(np.arange(pointers.size - 1), np.diff(pointers))
        destination = kernel.li[line, LINE_DESTINATION]
        handling = np.minimum(data.k_handling[k], INF)
        paid = charge[mine] + kernel.lf[line, LINE_PER_KG] * data.k_size[k, 1] + handling[destination]
        if not data.k_transit[k]:
            paid = paid + kernel.lf[line, LINE_CROSSING]
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
        total += min(float((arrived[data.end_place[ends]] + data.end_cost[ends]).min()), float(data.k_unserved[k]))
    return total


def ascent(scenario: Scenario, params: BoundParams, stop: Any) -> Bound:
    """Prepare the bound on P of a scenario."""
    network = bound_network(scenario)
    data = make_data(network)
    return Bound(data, make_lines(network, data, MINUTES_PER_HOUR * params.bucket_h), params, stop)
