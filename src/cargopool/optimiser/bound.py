"""The proven lower bound: charges on load units, raised where used, kept affordable.

See `cargopool.optimiser.bound_kernels` for the argument. What it relaxes of P: moves that differ only in when they go
within a bucket share their load units; road takes its least minutes; packing; limits of hubs; the CO2e cap; storage of
waiting pallets; the rule that no place is visited twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.memory import give_back
from cargopool.model.scenario import Scenario
from cargopool.optimiser.bound_charges import (
    ENTRY_GROUP,
    ENTRY_OWN,
    ENTRY_PUSH,
    ENTRY_SHIPMENT,
    PRICE,
)
from cargopool.optimiser.bound_covers import Covers
from cargopool.optimiser.bound_first import first_bound
from cargopool.optimiser.bound_kernels import all_cheapest
from cargopool.optimiser.bound_lines import Lines, make_lines
from cargopool.optimiser.bound_shares import ascend, first_shares, push
from cargopool.optimiser.bound_state import BoundState, kept_entries, make_itineraries, make_labels
from cargopool.optimiser.kernel_data import pack
from cargopool.optimiser.params import BoundParams
from cargopool.optimiser.reduced import bound_network
from cargopool.optimiser.search_data import SearchData, make_data, without_moves
from cargopool.optimiser.search_ends import CENTS_PER_GRAM_AND_EUR_PER_T
from cargopool.units import MINUTES_PER_HOUR

RELAXED = ("meeting_times", "packing", "hub_rows", "storage_pallet", "co2e_cap", "revisits")
SIZES = ((1_500, 8), (5_000, 12), (10**9, 24))
"""Most shipments, and hours of a bucket then."""
STEP, LONGEST_STEP = 30.0, 4.0
"""First step times the root of the number of shipments, and most of it: in large cases longer ones cost too many of the
few iterations that there is time for."""
COVERS_AFTER, COVERS_EVERY = 20, 10
COVERS_LATER = 0.05
"""Iterations before the first search for covers, and between searches at least; later this part of those done."""
HALF_A_CENT = 0.5
HAULAGES = 2
"""Stages of a move besides its departures: to the first terminal and from the last."""
TOURS = 2
"""Collection and delivery."""


class Bound:
    """An ascent that can be advanced bit by bit; ``best_cents`` is a proven bound at any time, -inf at first."""

    relaxed = RELAXED

    def __init__(
        self, data: SearchData, lines: Lines, params: BoundParams, stop: Any, rounding_cents: float = 0.0
    ) -> None:
        """Nothing is proven yet; ``rounding_cents`` come off every bound, see `most_rounding_saves`."""
        self.data, self.lines, self.params, self.stop = data, lines, params, stop
        self._rounding = rounding_cents
        shipments = data.k_class.size
        self.best_cents = -np.inf
        self.iterations = 0
        self._labels = KernelTable(make_labels(data, int(lines.kernel.knobs[3])))
        self._packed = KernelTable(pack(data))
        self._lines = KernelTable(lines.kernel)
        self._itineraries = KernelTable(make_itineraries(shipments))
        self._touched = np.zeros(lines.groups, np.int64)
        self._gain = np.zeros((lines.groups, 2))
        self._row_price = np.zeros(lines.row_limit.size)
        self._row_direction = np.zeros(lines.row_limit.size)
        self._begun = False
        self._covers_due = COVERS_AFTER
        self._first_step = params.step or min(LONGEST_STEP, STEP / max(1, shipments) ** 0.5)
        self._cost = np.zeros(lines.groups)
        self._cost[: lines.any_time_cost.size] = lines.any_time_cost
        self._typical = max(1.0, float(lines.any_time_cost.mean())) if lines.any_time_cost.size else 1.0
        self.covers = Covers(data, lines, self._cost, self._typical)

    @property
    def settled(self) -> bool:
        """True after all iterations, the last of them with the smallest steps."""
        return self.iterations >= self.params.iterations

    def advance(self, incumbent_cents: float, left: float = 1.0) -> bool:
        """One iteration toward the incumbent; False when stopped, or when nothing can be said.

        ``left`` is the part of the time that is left: steps shrink with it. The first iteration compiles, where no
        compiled code is kept yet.
        """
        if not self._begun:
            self.begin()
        lines, state = self.lines, self._state
        arrays = (self._packed, self._lines, state)
        if not all_cheapest(*arrays, self._labels, self._itineraries, self.stop):
            if not self.stop[0]:  # labels ran out
                self.begin_roughly()
            return False
        value = (
            float(self._itineraries.value.sum())
            - float(self._row_price @ lines.row_limit)
            - self.covers.owed
            - self._rounding
        )
        self.iterations += 1
        self.best_cents = max(self.best_cents, value)
        if not self._itineraries.uses[:, 3].any():
            return False
        memory = self.params.memory
        self._row_direction = memory * self._row_direction + (1 - memory) * self._row_gradient()
        cover_length = (
            self.covers.lean(self._itineraries.uses, self._itineraries.paid, memory) if self.params.covers else 0.0
        )
        self._make_room()
        count, length = push(
            *arrays[:2], self._state, self._itineraries.uses, memory, self._touched, self._gain, self._typical
        )
        length += cover_length + float(((self._row_direction * lines.row_scale) ** 2).sum())
        aim = max(incumbent_cents - value, 1e-3 * abs(value) + 1.0)
        step = self._step(left) * aim / max(length, 1e-9)
        ascend(*arrays[:2], self._state, self._labels, self._touched, count, self._gain, step, self._typical)
        self._move_rows(step)
        self.covers.move(step)
        if self.params.covers and self.iterations >= self._covers_due:
            self.covers.search()
            self._covers_due = self.iterations + max(COVERS_EVERY, int(COVERS_LATER * self.iterations))
        self._put_covers()
        return True

    def used_lately(self, least: float) -> tuple[Any, Any]:
        """Groups and shipments, int64[N] each, of shared units on the cheapest itineraries of late.

        ``least``: part that they have at least of the direction in which the shares move.
        """
        if not self._begun:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        count = int(self._state.entries[0])
        some = np.flatnonzero(self._state.entry_f[:count, ENTRY_PUSH] >= least)
        return self._state.entry_i[some, ENTRY_GROUP], self._state.entry_i[some, ENTRY_SHIPMENT]

    def begin_roughly(self) -> None:
        """Take `first_bound`, which needs no compiled code."""
        self.best_cents = max(self.best_cents, first_bound(self.data, self.lines) - self._rounding)

    def compile(self) -> None:
        """Call every kernel once."""
        self.advance(1e12)
        self.covers.search()

    def begin(self) -> None:
        """Set the first charges."""
        self._state = self._first_state()
        self._cheapest_variant = self._price_units()
        self._put_covers()
        self._begun = True

    def _step(self, left: float) -> float:
        """Part of the gap that the next step aims at."""
        params = self.params
        done = min(1.0, max(1.0 - left, self.iterations / max(1, params.iterations)))
        return float(self._first_step * (params.last_step / self._first_step) ** done)

    def _first_state(self) -> KernelTable:
        lines, shipments = self.lines, self.data.k_class.size
        room = max(1024, 32 * shipments)
        first = BoundState(
            prices=np.zeros((lines.groups, 3)),
            charges=np.zeros((lines.groups, 4), np.float32),
            rates=np.zeros((lines.kernel.way_kg.size, 2)),
            most=np.zeros((lines.groups, 2)),
            tight=np.zeros(lines.groups, np.int8),
            entry_i=np.zeros((room, 5), np.int64),
            entry_f=np.zeros((room, 5)),
            entries=np.zeros(1, np.int64),
            of_shipment=np.full(shipments, -1, np.int64),
            of_group=np.full(lines.groups, -1, np.int64),
            fee_ptr=self.covers.fee_ptr,
            fee_at=self.covers.fee_at,
            fee=self.covers.fee,
        )
        state = KernelTable(first)
        state.prices[:, PRICE] = self._cost
        first_shares(self._packed, self._lines, state)
        return state

    def _price_units(self) -> Any:
        """Note the cents of a use at the rows' prices; the cheapest variant of each timetable line."""
        lines = self.lines
        price = lines.variant_cost + lines.variant_rows @ self._row_price
        if not price.size:
            return np.zeros(0, np.int64)
        least = np.minimum.reduceat(price, lines.variant_ptr)
        pair = np.repeat(np.arange(least.size), np.diff(np.append(lines.variant_ptr, price.size)))
        tied = np.flatnonzero(price <= least[pair])
        _, at = np.unique(pair[tied], return_index=True)
        self._cost[lines.any_time_cost.size :] = least[lines.timed_pair]
        return tied[at]

    def _put_covers(self) -> None:
        """Put what the covers charge, and the cents of a use less what they take off, into the state."""
        covers, state = self.covers, self._state
        free = self.lines.any_time_cost.size
        state.prices[free:, PRICE] = self._cost[free:]
        state.prices[covers.groups, PRICE] = self._cost[covers.groups] - covers.off()
        self._state = state.replace(fee_ptr=covers.fee_ptr, fee_at=covers.fee_at, fee=covers.fee)

    def _make_room(self) -> None:
        """Drop entries without share and direction when another iteration may not find room."""
        state = self._state
        count = int(state.entries[0])
        if count + 3 * self.data.k_class.size <= state.entry_i.shape[0]:
            return
        kept = np.flatnonzero((state.entry_f[:count, [ENTRY_OWN, ENTRY_PUSH]] > 0.0).any(axis=1))
        room = max(state.entry_i.shape[0], 2 * kept.size + 4 * self.data.k_class.size)
        entry_i, entry_f = kept_entries(state, kept, room)
        self._state = state.replace(entry_i=entry_i, entry_f=entry_f)

    def _row_gradient(self) -> Any:
        """Use of the rows by the load units that the charges pay for, less the limits."""
        lines = self.lines
        offset = lines.any_time_cost.size
        taken = np.arange(3) < self._itineraries.uses[:, 3:4]
        groups, paid = self._itineraries.uses[:, :3][taken] - offset, self._itineraries.paid[taken]
        timed = groups >= 0
        spread = np.zeros(lines.variant_cost.size)
        if spread.size:
            per_pair = np.bincount(
                lines.timed_pair[groups[timed]], weights=paid[timed], minlength=self._cheapest_variant.size
            )
            spread[self._cheapest_variant] = per_pair
        gradient = np.asarray(lines.variant_rows.T @ spread).ravel() - lines.row_limit
        gradient[(self._row_price <= 0.0) & (gradient < 0.0)] = 0.0
        return gradient

    def _move_rows(self, step: float) -> None:
        """Change the rows' prices; charges are shares of a use's cost, which keeps them affordable."""
        new = np.maximum(0.0, self._row_price + step * self.lines.row_scale**2 * self._row_direction)
        if not np.array_equal(new, self._row_price):
            self._row_price = new
            self._cheapest_variant = self._price_units()


def most_rounding_saves(scenario: Scenario) -> float:
    """Most cents by which a plan may be cheaper than the bound's prices because amounts of each part are rounded.

    Of a part that is a whole shipment: lateness, value of time, and on each move the grams of its cargo by stage and
    lift (well to tank and tank to wheel, two carriers of a lift) and the external costs by stage. Parts of a divided
    shipment also pay handlings and tours of their own, which the bound prices for the whole. The carbon money of the
    whole plan is rounded once, as bounds are when they are told (`Session.raise_bound`).
    """
    objective, scope = scenario.objective, scenario.scope
    gram = objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
    external = HALF_A_CENT if objective.external_costs == "internalise" else 0.0
    stages = scope.max_departures + HAULAGES
    rates = stages + 2 * (scope.max_departures + 1)
    on_moves = scope.max_moves * (rates * gram + stages * external)
    own_lines = (scope.max_moves + 1 + TOURS) * (2 * HALF_A_CENT + gram) + TOURS * external
    total = 0.0
    for shipment in scenario.shipments.values():
        by_time = HALF_A_CENT * ((shipment.late_eur_per_h > 0.0) + (shipment.value_of_time_eur_per_h > 0.0))
        total += shipment.max_parts * (on_moves + by_time)
        if shipment.max_parts > 1:
            total += (shipment.max_parts + 1) * own_lines
    return total


def ascent(scenario: Scenario, params: BoundParams, stop: Any, known: SearchData | None = None) -> Bound:
    """Prepare the bound on P of a scenario.

    Parameters
    ----------
    stop : int64[1]
        1 once nobody wants the bound any more; the ascent reads it as well.
    known : SearchData, optional
        Of a network of the same scenario, so that shipments are priced once.

    Raises
    ------
    TimeoutError
        When ``stop`` said so before the bound was ready.
    """

    def over() -> bool:
        return bool(stop[0])

    network = bound_network(scenario, over)
    none = np.zeros(0, np.int32)  # only the lines ask which moves a shipment may use: the kernels' copies are large
    data = make_data(replace(network, usable=(none,) * len(network.usable)), known=known)
    give_back()
    if over():
        raise TimeoutError("no time left for the lines of the bound")
    shipments = len(scenario.shipments)
    hours = params.bucket_h or next(hours for most, hours in SIZES if shipments <= most)
    lines = make_lines(network, data, MINUTES_PER_HOUR * hours, MINUTES_PER_HOUR * params.timetable_h)
    return Bound(without_moves(data), lines, params, stop, most_rounding_saves(scenario))
