"""Tools of the mutation operators: replace one thing of a plan or scenario, price again, close a place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from cargopool.footprint import price_plan
from cargopool.model.place import WeekHours
from cargopool.model.plan import DepartureStage, Itinerary, Move, Plan, PlannedUnit
from cargopool.model.scenario import Scenario
from cargopool.rules import local_moment

T = TypeVar("T")
Pair = tuple[Scenario, Plan]
Operator = Callable[[random.Random, Scenario, Plan], Pair | None]


@dataclass(frozen=True)
class Named:
    """An operator with the code that its mutants must raise."""

    name: str
    code: str
    apply: Operator
    priced: bool = True


@dataclass(frozen=True)
class Mutant:
    """A pair that is invalid by construction."""

    operator: str
    code: str
    scenario: Scenario
    plan: Plan


class Registry(list[Named]):
    """Operators in the order of their definition."""

    def operator(self, code: str, *, priced: bool = True) -> Callable[[Operator], Operator]:
        def keep(function: Operator) -> Operator:
            self.append(Named(function.__name__, code, function, priced))
            return function

        return keep


def pick(rng: random.Random, items: Iterable[T]) -> T | None:
    found = list(items)
    return rng.choice(found) if found else None


def retotal(scenario: Scenario, plan: Plan) -> Plan:
    """Price everything again; a plan that has no price keeps its old one."""
    try:
        money = price_plan(scenario, plan.moves, plan.itineraries, plan.charters, plan.unserved)
    except Exception:
        return plan
    return replace(plan, cost_lines=money.lines, tces=money.tces, totals=money.totals)


def with_row(scenario: Scenario, table: str, key: str, **changes: object) -> Scenario:
    """The scenario with some fields of one row changed."""
    rows = dict(getattr(scenario, table))
    rows[key] = replace(rows[key], **changes)
    return replace(scenario, **{table: rows})


def with_place(scenario: Scenario, key: str, **changes: object) -> Scenario:
    return with_row(scenario, "hubs" if key in scenario.hubs else "doors", key, **changes)


def with_move(plan: Plan, name: str, **changes: object) -> Plan:
    """The plan with one move changed in every use of it."""
    uses = tuple(replace(use, move=replace(use.move, **changes)) if use.move.id == name else use for use in plan.moves)
    return replace(plan, moves=uses)


def with_stage(plan: Plan, move: Move, i: int, move_changes: dict | None = None, **changes: object) -> Plan:
    stages = list(move.stages)
    stages[i] = replace(stages[i], **changes)
    return with_move(plan, move.id, stages=tuple(stages), **(move_changes or {}))


def with_itinerary(plan: Plan, old: Itinerary, **changes: object) -> Plan:
    found = tuple(replace(one, **changes) if one is old else one for one in plan.itineraries)
    return replace(plan, itineraries=found)


def with_unit(plan: Plan, old: PlannedUnit, **changes: object) -> Plan:
    return replace(plan, units=tuple(replace(one, **changes) if one is old else one for one in plan.units))


def moves_of(plan: Plan) -> list[Move]:
    return list({use.move.id: use.move for use in plan.moves}.values())


def rides_of(move: Move) -> list[DepartureStage]:
    return [stage for stage in move.stages if isinstance(stage, DepartureStage)]


def scheduled(plan: Plan) -> list[Move]:
    return [move for move in moves_of(plan) if rides_of(move)]


def loose(scenario: Scenario, plan: Plan) -> list[Itinerary]:
    return [one for one in plan.itineraries if not scenario.shipments[one.shipment].load_units]


def loaded(plan: Plan) -> list[PlannedUnit]:
    return [unit for unit in plan.units if unit.contents]


def delivered(scenario: Scenario, itinerary: Itinerary, minute: int) -> dict[str, int]:
    """Fields of an itinerary that is delivered at this minute."""
    return {
        "delivered_min": minute,
        "late_min": max(0, minute - scenario.shipments[itinerary.shipment].due_min),
    }


def without(plan: Plan, shipment: str) -> Plan:
    """The plan without a shipment: its contents, the trucks that it leaves empty, their uses."""
    kept: list[PlannedUnit] = []
    counts: dict[tuple[str, str, str], int] = {}
    trucks: dict[tuple[str, str, str, int], list[PlannedUnit]] = {}
    for unit in plan.units:
        trucks.setdefault((unit.move, unit.temperature, unit.segregation, unit.truck), []).append(unit)
    for (*key, _), units in sorted(trucks.items()):
        rest = [replace(u, contents=tuple(c for c in u.contents if c.shipment != shipment)) for u in units]
        if any(u.contents for u in rest):
            use = (key[0], key[1], key[2])
            counts[use] = counts.get(use, 0) + 1
            kept += [replace(u, truck=counts[use]) for u in rest]
    uses = tuple(
        replace(use, count=counts[use.move.id, use.temperature, use.segregation])
        for use in plan.moves
        if (use.move.id, use.temperature, use.segregation) in counts
    )
    parts = tuple(one for one in plan.itineraries if one.shipment != shipment)
    return replace(plan, units=tuple(kept), moves=uses, itineraries=parts)


_ALWAYS = WeekHours(days=(((0, 1440),),) * 7)


def _cut(scenario: Scenario, place_id: str, minute: int, *, after: bool) -> Scenario | None:
    """Hours that end one minute before (or begin one minute after) a minute on its local weekday."""
    place = scenario.place(place_id)
    local = local_moment(scenario.horizon.start, place.timezone, minute)
    clock = local.hour * 60 + local.minute
    if not 300 <= clock <= 1438:
        return None
    lo, hi = (clock + 1, 1440) if after else (0, clock - 1)
    hours = place.opening or _ALWAYS
    days = list(hours.days)
    cut = [(max(a, lo), min(b, hi)) for a, b in days[local.weekday()]]
    days[local.weekday()] = tuple((a, b) for a, b in cut if a < b)
    return with_place(scenario, place_id, opening=replace(hours, days=tuple(days)))


def closes_before(scenario: Scenario, place_id: str, minute: int) -> Scenario | None:
    """The scenario in which the place closes one minute before ``minute``."""
    return _cut(scenario, place_id, minute, after=False)


def opens_after(scenario: Scenario, place_id: str, minute: int) -> Scenario | None:
    """The scenario in which the place opens one minute after ``minute``."""
    return _cut(scenario, place_id, minute, after=True)


def shifted(stages: Sequence, i: int, minutes: int) -> tuple:
    """The stages with one truck trip moved in time; unit haulage knows no bans, so it takes as long."""
    found = list(stages)
    trip = found[i]
    found[i] = replace(trip, depart_min=trip.depart_min + minutes, arrive_min=trip.arrive_min + minutes)
    return tuple(found)
