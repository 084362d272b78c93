"""Mutation operators on charters, references, money, CO2e and the form of a plan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace

from cargopool.model.plan import CharterRun, CostLine, Plan, Tce
from cargopool.model.scenario import Scenario
from verifier.mutant_tools import Pair, Registry, moves_of, pick, rides_of, with_itinerary, with_move, with_unit

OPERATORS = Registry()


@OPERATORS.operator("V214")
def charter_not_ordered(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    ridden = {(s.service, s.run_date) for m in moves_of(plan) for s in rides_of(m) if s.slot == "charter"}
    run = pick(rng, sorted(ridden))
    kept = tuple(r for r in plan.charters if (r.service, r.run_date) != run)
    return run and (scenario, replace(plan, charters=kept))


@OPERATORS.operator("V215", priced=False)
def charter_of_a_public_service(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    public = [(s.service, s.run_date) for m in moves_of(plan) for s in rides_of(m) if s.slot in ("spot", "allotment")]
    run = pick(rng, public)
    if run is None:
        return None
    return scenario, replace(plan, charters=(*plan.charters, CharterRun(service=run[0], run_date=run[1])))


@OPERATORS.operator("V215")
def charter_after_the_horizon(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    charters = [s.id for s in scenario.services.values() if s.charter is not None]
    service = pick(rng, charters)
    if service is None:
        return None
    return scenario, replace(plan, charters=(*plan.charters, CharterRun(service=service, run_date="2031-01-01")))


def _resum(scenario: Scenario, plan: Plan, old: Plan) -> Plan:
    """Totals that follow the changed lines and elements, so that they are wrong in the lines only."""
    before = sum(x.cents * x.count for x in old.cost_lines)
    after = sum(x.cents * x.count for x in plan.cost_lines)
    grams = sum(x.grams * x.count for x in plan.tces) - sum(x.grams * x.count for x in old.tces)
    totals = replace(
        old.totals,
        cost_cents=old.totals.cost_cents + after - before,
        co2e_grams=old.totals.co2e_grams + grams,
    )
    return replace(plan, totals=totals)


def _put(items: Sequence, i: int, *new: object) -> tuple:
    return (*items[:i], *new, *items[i + 1 :])


def _line(rng: random.Random, plan: Plan) -> tuple[int, CostLine]:
    i = rng.randrange(len(plan.cost_lines))
    return i, plan.cost_lines[i]


def _tce(rng: random.Random, plan: Plan) -> tuple[int, Tce]:
    i = rng.randrange(len(plan.tces))
    return i, plan.tces[i]


@OPERATORS.operator("V220", priced=False)
def cost_line_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, _ = _line(rng, plan)
    return scenario, _resum(scenario, replace(plan, cost_lines=_put(plan.cost_lines, i)), plan)


@OPERATORS.operator("V221", priced=False)
def cost_line_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, line = _line(rng, plan)
    return scenario, _resum(scenario, replace(plan, cost_lines=_put(plan.cost_lines, i, line, line)), plan)


@OPERATORS.operator("V222", priced=False)
def cost_line_one_cent_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, line = _line(rng, plan)
    wrong = replace(line, cents=line.cents + rng.choice((-1, 1)))
    return scenario, _resum(scenario, replace(plan, cost_lines=_put(plan.cost_lines, i, wrong)), plan)


@OPERATORS.operator("V222", priced=False)
def cost_line_counted_once_more(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, line = _line(rng, plan)
    wrong = replace(line, count=line.count + 1)
    return scenario, _resum(scenario, replace(plan, cost_lines=_put(plan.cost_lines, i, wrong)), plan)


@OPERATORS.operator("V222", priced=False)
def carbon_in_a_price_one_cent_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, line = _line(rng, plan)
    return scenario, replace(
        plan, cost_lines=_put(plan.cost_lines, i, replace(line, carbon_cents=line.carbon_cents + 1))
    )


@OPERATORS.operator("V223", priced=False)
def element_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, _ = _tce(rng, plan)
    return scenario, _resum(scenario, replace(plan, tces=_put(plan.tces, i)), plan)


@OPERATORS.operator("V224", priced=False)
def element_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, tce = _tce(rng, plan)
    return scenario, _resum(scenario, replace(plan, tces=_put(plan.tces, i, tce, tce)), plan)


@OPERATORS.operator("V225", priced=False)
def element_one_gram_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, tce = _tce(rng, plan)
    name = rng.choice(("wtt_grams", "ttw_grams"))
    wrong = replace(tce, **{name: getattr(tce, name) + rng.choice((-1, 1))})
    return scenario, _resum(scenario, replace(plan, tces=_put(plan.tces, i, wrong)), plan)


@OPERATORS.operator("V225", priced=False)
def energy_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    i, tce = _tce(rng, plan)
    wrong = replace(tce, energy_mj=tce.energy_mj + 0.01)
    return scenario, replace(plan, tces=_put(plan.tces, i, wrong))


def _off(rng: random.Random, plan: Plan, *names: str) -> Plan:
    name = rng.choice(names)
    wrong = getattr(plan.totals, name) + rng.choice((-1, 1))
    return replace(plan, totals=replace(plan.totals, **{name: wrong}))


@OPERATORS.operator("V226", priced=False)
def total_one_cent_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, _off(rng, plan, "cost_cents", "weighted_cost_cents")


@OPERATORS.operator("V227", priced=False)
def total_one_gram_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, _off(rng, plan, "co2e_grams", "energy_mj")


@OPERATORS.operator("V228", priced=False)
def objective_term_one_cent_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    terms = ("carbon_cents", "lateness_cents", "time_value_cents", "unserved_cents", "external_cents")
    return scenario, _off(rng, plan, *terms)


@OPERATORS.operator("V103")
def unit_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, units=(*plan.units, rng.choice(plan.units)))


@OPERATORS.operator("V103")
def part_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, itineraries=(*plan.itineraries, rng.choice(plan.itineraries)))


@OPERATORS.operator("V104", priced=False)
def unknown_shipment(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, with_itinerary(plan, rng.choice(plan.itineraries), shipment="nobody's")


@OPERATORS.operator("V104", priced=False)
def unknown_unit_type(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, with_move(plan, rng.choice(moves_of(plan)).id, unit_type="zeppelin")


@OPERATORS.operator("V105", priced=False)
def unit_on_no_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, with_unit(plan, rng.choice(plan.units), move="nowhere")


@OPERATORS.operator("V105", priced=False)
def itinerary_on_no_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    return scenario, with_itinerary(plan, one, moves=("nowhere", *one.moves[1:]))


@OPERATORS.operator("V106", priced=False)
def one_id_for_two_moves(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    use = rng.choice(plan.moves)
    other = replace(use, segregation="other", move=replace(use.move, latest_min=use.move.latest_min - 1))
    return scenario, replace(plan, moves=(*plan.moves, other))


@OPERATORS.operator("V101", priced=False)
def wrong_type(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    name = rng.choice([f.name for f in fields(one) if f.name not in ("collection", "delivery")])
    return scenario, with_itinerary(plan, one, **{name: rng.choice((None, 1.5, {}, ["x"], True, object()))})


@OPERATORS.operator("V102", priced=False)
def absurd_number(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    name = rng.choice(("latest_min", "available_min"))
    return scenario, with_move(plan, move.id, **{name: rng.choice((10**18, -(10**18), 10**9))})


@OPERATORS.operator("V108", priced=False)
def word_of_another_language(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, with_move(plan, rng.choice(moves_of(plan)).id, kind="airship")
