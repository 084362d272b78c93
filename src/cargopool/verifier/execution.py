"""The execution layers of a plan: round trips, layouts, empty units, and their money and CO2e."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from math import isclose
from typing import TypeVar

from cargopool.footprint import weighted_cents
from cargopool.footprint.executing import (
    executed_external_cents,
    price_empty,
    price_execution,
    price_round,
    removed_groups,
)
from cargopool.footprint.items import Group
from cargopool.model.execution import ExecutionTotals
from cargopool.model.plan import CostLine, Plan, Tce
from cargopool.units import carbon_cents
from cargopool.verifier.case import Case
from cargopool.verifier.empty_units import check_empty_units, unbalanced_cents
from cargopool.verifier.layouts import check_layouts
from cargopool.verifier.round_trips import check_round_trips
from cargopool.verifier.stowages import executed_case
from cargopool.verifier.timetable import Timetable

T = TypeVar("T", CostLine, Tce)
_CLOSE = 1e-9
_TINY = 1e-6


def has_layers(plan: Plan) -> bool:
    """Whether a plan has any execution layer."""
    return any(getattr(plan, info.name) != info.default for info in fields(plan) if info.name in _LAYERS)


_LAYERS = frozenset(
    {
        "round_trips",
        "layouts",
        "stowages",
        "empty_moves",
        "depot_stocks",
        "shortages",
        "execution_lines",
        "execution_tces",
        "execution_totals",
    }
)


def check_execution(case: Case, timetable: Timetable, totals_sound: bool) -> None:
    """Check the execution layers; a plan without any is as it should be."""
    if not has_layers(case.plan):
        return
    before = len(case.findings.found)
    executed = executed_case(case)
    check_round_trips(executed)
    check_layouts(executed)
    check_empty_units(executed, timetable)
    if len(case.findings.found) == before and totals_sound and case.complete:
        _check_money(executed)


def _check_money(case: Case) -> None:
    """Lines, elements and totals, of layers that are otherwise right."""
    plan, scenario = case.plan, case.scenario
    units = {trip.id: case.moves[trip.legs[0].move].units_per_move for trip in plan.round_trips}
    priced = [price_round(scenario, trip, units[trip.id]) for trip in plan.round_trips]
    priced += [price_empty(scenario, use) for use in case.empties.values()]
    lines = [line for one in priced for line in one.lines]
    tces = [tce for one in priced for tce in one.tces]
    _compare(case, "V290", "execution_lines", plan.execution_lines, lines, _money_of)
    _compare(case, "V291", "execution_tces", plan.execution_tces, tces, _greenhouse_of)
    claimed = plan.execution_totals
    if claimed is None:
        case.say("V292", "execution_totals", "are missing")
        return
    real = _totals(case, lines, tces)
    for info in fields(ExecutionTotals):
        one, other = getattr(claimed, info.name), getattr(real, info.name)
        same = one == other if isinstance(other, int) else isclose(one, other, rel_tol=_CLOSE, abs_tol=_TINY)
        if not same:
            case.say("V292", f"execution_totals.{info.name}", f"{one}, not {other}")


def _totals(case: Case, lines: list[CostLine], tces: list[Tce]) -> ExecutionTotals:
    """Totals by this room's own additions; kilometres are the footprint's."""
    plan, scenario = case.plan, case.scenario
    alone = removed_groups(scenario, plan)
    unbalanced = unbalanced_cents(case)
    made = price_execution(scenario, plan, unbalanced).totals
    grams = plan.totals.co2e_grams + sum(t.grams * t.count for t in tces) - sum(g.grams for g in alone)
    money = sum(line.cents * line.count for line in lines) - sum(c.cents for g in alone for c in g.charges)
    weighed = sum(weighted_cents(scenario.objective, line) * line.count for line in lines)
    energy = sum(t.energy_mj * t.count for t in tces) - sum(e.energy_mj for g in alone for e in g.elements)
    totals = plan.totals
    return ExecutionTotals(
        cost_cents=totals.cost_cents + money,
        weighted_cost_cents=totals.weighted_cost_cents + weighed - sum(_weighed(case, g) for g in alone),
        co2e_grams=grams,
        energy_mj=totals.energy_mj + energy,
        carbon_cents=carbon_cents(grams, scenario.objective.carbon_price_eur_per_t),
        external_cents=executed_external_cents(scenario, plan),
        fixed_cents=totals.lateness_cents + totals.time_value_cents + totals.unserved_cents,
        imbalance_cents=made.imbalance_cents,
        shortage_cents=made.shortage_cents,
        unbalanced_cents=unbalanced,
        loaded_km=made.loaded_km,
        empty_km=made.empty_km,
    )


def _weighed(case: Case, trip: Group) -> int:
    return sum(weighted_cents(case.scenario.objective, charge.line("")) for charge in trip.charges)


def _money_of(line: CostLine) -> tuple[str | int, ...]:
    return line.owner, line.kind, line.cents, line.count, line.carbon_cents


def _greenhouse_of(tce: Tce) -> tuple[str | int | float, ...]:
    km, energy = round(tce.km, 6), round(tce.energy_mj, 6)
    return (
        tce.owner,
        tce.kind,
        tce.mode,
        tce.carrier,
        tce.mass_kg,
        tce.wtt_grams,
        tce.ttw_grams,
        tce.count,
        km,
        energy,
    )


def _compare(
    case: Case,
    code: str,
    name: str,
    claimed: tuple[T, ...],
    real: list[T],
    amounts: Callable[[T], tuple[str | int | float, ...]],
) -> None:
    said, made = Counter(map(amounts, claimed)), Counter(map(amounts, real))
    for item in sorted((said - made).elements(), key=str):
        case.say(code, f"{name}[{item[0]}].{item[1]}", f"{item} is not so")
    for item in sorted((made - said).elements(), key=str):
        case.say(code, f"{name}[{item[0]}].{item[1]}", f"{item} is missing")
