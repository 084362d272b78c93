"""Repositioning of empty units: a flow over time of least cost, for each load-unit type, by CP-SAT.

Units stand in depots, go with the plan's moves, with trucks or on free slots of departures, or are hired where one is
needed and none is there. The flow is exact for each type; types follow one another in the scenario's order and share
the free slots of departures in that order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cargopool.footprint.executing import imbalance_cents
from cargopool.model.execution import DepotStock, UnitShortage
from cargopool.model.plan import MoveUse, Plan
from cargopool.model.scenario import Scenario
from cargopool.operations.empty_arcs import EmptyArc, FreeRoom, departure_arcs, sizes, truck_arcs
from cargopool.operations.unit_events import Standing, UnitEvents, play, unit_events
from cargopool.units import cents

LEAST_GAIN_CENTS = 2
"""Below, rounding the carbon price of the whole plan could eat the gain."""
_WORK = 60.0
"""Deterministic time of CP-SAT for one type."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Empty moves of a plan, how the depots come out, and what it would cost without any.

    Attributes
    ----------
    complete : bool
        No choice of empty moves is cheaper, type by type.
    """

    moves: tuple[MoveUse, ...]
    stocks: tuple[DepotStock, ...]
    shortages: tuple[UnitShortage, ...]
    unbalanced_cents: int
    complete: bool


def balance_units(
    scenario: Scenario, plan: Plan, accept: Callable[[tuple[MoveUse, ...]], bool] | None = None
) -> Balance:
    """Find the empty moves of least cost.

    Parameters
    ----------
    plan : Plan
        A verified plan; it stays as it is.
    accept : callable, optional
        Whether hubs and departures have room for empty moves on departures. Where it says no, the type is balanced
        with trucks only, which take no room.
    """
    room = FreeRoom(scenario)
    room.take(plan.moves)
    chosen: list[MoveUse] = []
    stocks: list[DepotStock] = []
    shortages: list[UnitShortage] = []
    unbalanced, complete = 0, True
    for events in unit_events(scenario, plan):
        without = play(scenario, events, ())
        assert without is not None
        least = worth(scenario, without)
        unbalanced += least
        found, proven = _balanced(scenario, events, room) if least else ((), True)
        if accept is not None and any(use.move.hand_in_min is not None for use in found):
            numbered = _numbered([*chosen, *found])
            if not accept(numbered):
                found, proven = _balanced(scenario, events, None)
        after = play(scenario, events, found)
        if after is None:
            found, after, proven = (), without, False
        complete = complete and proven
        room.take(tuple(found))
        chosen += found
        stocks += after.stocks
        shortages += after.shortages
    return Balance(_numbered(chosen), tuple(stocks), tuple(shortages), unbalanced, complete)


def _numbered(uses: Sequence[MoveUse]) -> tuple[MoveUse, ...]:
    ordered = sorted(uses, key=lambda use: (use.move.latest_min, use.move.id))
    return tuple(replace(use, move=replace(use.move, id=f"E{n}")) for n, use in enumerate(ordered, 1))


def worth(scenario: Scenario, standing: Standing) -> int:
    """Imbalance and shortages in cents."""
    missing = sum(row.units for row in standing.shortages)
    return imbalance_cents(scenario, standing.stocks) + missing * cents(scenario.execution.shortage_eur)


def _balanced(scenario: Scenario, events: UnitEvents, room: FreeRoom | None) -> tuple[tuple[MoveUse, ...], bool]:
    """Empty moves of one type, and whether none are cheaper."""
    arcs = list(truck_arcs(scenario, events))
    if room is not None:
        arcs += departure_arcs(scenario, events, room)
    if not arcs:
        return (), True
    flow = _Flow(scenario, events, arcs, room)
    amounts, proven = flow.solve()
    uses = tuple(
        MoveUse(move=arc.move, temperature="ambient", segregation="empty", count=n)
        for arc, n in zip(arcs, amounts, strict=True)
        if n
    )
    without, after = play(scenario, events, ()), play(scenario, events, uses)
    if without is None or after is None:
        return (), False
    spent = sum(arc.cents * n for arc, n in zip(arcs, amounts, strict=True))
    gains = worth(scenario, without) - worth(scenario, after) - spent >= LEAST_GAIN_CENTS
    return (uses if gains else ()), proven


@dataclass(slots=True)
class _Flow:
    """The programme of one type: stock of each hub after each event."""

    scenario: Scenario
    events: UnitEvents
    arcs: Sequence[EmptyArc]
    room: FreeRoom | None
    model: Any = None
    used: list[Any] = field(default_factory=list)
    cost: list[Any] = field(default_factory=list)

    def solve(self) -> tuple[list[int], bool]:
        """Uses of each arc, and whether they are proven to be of least cost; nothing moves when none are found."""
        from ortools.sat.python import cp_model

        self.model = cp_model.CpModel()
        most = self._most()
        self.used = [self.model.new_int_var(0, most, "") for _ in self.arcs]
        self.cost = [arc.cents * used for arc, used in zip(self.arcs, self.used, strict=True)]
        for hub in self.events.hubs:
            self._hub(hub, most)
        self._departures()
        self.model.minimize(sum(self.cost))
        for used in self.used:
            self.model.add_hint(used, 0)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_deterministic_time = _WORK
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return [0] * len(self.arcs), False
        return [int(solver.value(used)) for used in self.used], status == cp_model.OPTIMAL

    def _most(self) -> int:
        return sum(self.events.initial.values()) + sum(len(names) for names in self.events.taken.values())

    def _hub(self, hub: str, most: int) -> None:
        """Stock after each event: units come back, then the plan takes (hiring what lacks), then empty moves leave."""
        inflow: dict[int, list[Any]] = defaultdict(list)
        outflow: dict[int, list[Any]] = defaultdict(list)
        for (at, minute), n in self.events.returned.items():
            if at == hub:
                inflow[minute].append(n)
        for arc, used in zip(self.arcs, self.used, strict=True):
            units = arc.move.units_per_move * used
            if arc.flow.returned_hub == hub:
                inflow[arc.flow.returned_min].append(units)
            if arc.flow.taken_hub == hub:
                outflow[arc.flow.taken_min].append(units)
        taken = {minute: len(names) for (at, minute), names in self.events.taken.items() if at == hub}
        stock: Any = self.events.initial.get(hub, 0)
        for minute in sorted({*inflow, *outflow, *taken}):
            change: Any = sum(inflow[minute])
            if minute in taken:
                change = change - taken[minute] + self._hired(hub, minute, stock, change, taken[minute], most)
            stock = self._stock(stock + change, most)
            if outflow[minute]:
                stock = self._stock(stock - sum(outflow[minute]), most)
        price = cents(self.scenario.execution.imbalance_of(self.events.unit_type))
        initial = self.events.initial.get(hub, 0)
        if price and initial:
            lacking = self.model.new_int_var(0, initial, "")
            self.model.add(lacking >= initial - stock)
            self.cost.append(price * lacking)

    def _stock(self, value: Any, most: int) -> Any:
        stock = self.model.new_int_var(0, 2 * most, "")
        self.model.add(stock == value)
        return stock

    def _hired(self, hub: str, minute: int, stock: Any, change: Any, wanted: int, most: int) -> Any:
        """Units hired at an event: only what lacks, so that nothing is left when something is hired."""
        hired = self.model.new_int_var(0, wanted, f"{hub}/{minute}")
        lacks = self.model.new_bool_var("")
        self.model.add(hired <= wanted * lacks)
        self.model.add(stock + change - wanted + hired <= 2 * most * (1 - lacks))
        self.cost.append(cents(self.scenario.execution.shortage_eur) * hired)
        return hired

    def _departures(self) -> None:
        """Free room of every leg."""
        if self.room is None:
            return
        riding: dict[Any, list[tuple[EmptyArc, Any]]] = defaultdict(list)
        for arc, used in zip(self.arcs, self.used, strict=True):
            for key in arc.rides:
                riding[key].append((arc, used))
        for key, members in riding.items():
            for word, free in self.room.free(key).items():
                terms = []
                for arc, used in members:
                    unit = self.scenario.load_units[arc.move.unit_type]
                    terms.append(sizes(unit, arc.move.max_gross_kg, False, arc.slot)[word] * used)
                self.model.add(sum(terms) <= max(0, free))
