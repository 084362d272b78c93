"""Mutation of plans with tours: every mutant is invalid by construction and must raise the code named in advance."""

import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from cargopool.footprint.kinds import TOUR_COST_KINDS, TOUR_TCE_KINDS
from cargopool.footprint.tours import with_tours
from cargopool.verifier import CODES, verify
from scale import scaled
from verifier.mutants_tours import OPERATORS, TWINS, untoured
from verifier.tour_world import planned, toured

MUTANTS = scaled(120, 600)
TOUR_CODES = {code for code in CODES if "V300" <= code <= "V337"}


@pytest.fixture(scope="module")
def cases():
    """Three plans of one case, with tours of different seeds and fleets."""
    scenario, plan = planned()
    alone = replace(scenario, fleet={})
    other = replace(scenario, fleet={k: replace(row, count=2) for k, row in scenario.fleet.items() if k != "lorry-A"})
    return [(scenario, plan), (alone, toured(alone, plan)), (other, toured(other, plan, seed=3))]


def made_from(operator, rng, scenario, plan):
    made = operator.apply(rng, scenario, plan)
    if not made:
        return None
    scenario, plan = made
    if operator.priced:
        try:
            plan = with_tours(scenario, plan, plan.tours)
        except Exception:
            return scenario, plan
    return scenario, plan


def test_plans_with_tours_raise_nothing(cases):
    for scenario, plan in cases:
        assert verify(scenario, plan).violations == ()
    kinds = {s.task.kind for _, plan in cases for tour in plan.tours for s in tour.stops if s.task is not None}
    assert kinds == {"pick_up", "drop_off", "take_empty", "load", "leave_full", "take_full", "unload", "leave_empty"}


def test_lines_of_tours_are_of_known_kinds(cases):
    lines = {line.kind for _, plan in cases for line in plan.tour_lines}
    assert {"tour_fixed", "tour_km", "tour_empty_km", "tour_hours", "tour_toll"} <= lines <= set(TOUR_COST_KINDS)
    assert {tce.kind for _, plan in cases for tce in plan.tour_tces} == set(TOUR_TCE_KINDS)


def test_every_rule_of_tours_has_an_operator():
    assert {operator.code for operator in OPERATORS} == TOUR_CODES


def test_mutants_of_tours_are_rejected_with_the_code_named_in_advance(cases):
    rng = random.Random(2026)
    made: Counter[str] = Counter()
    missed: dict[str, list[str]] = defaultdict(list)
    while made.total() < MUTANTS:
        before = made.total()
        for operator in OPERATORS:
            for scenario, plan in rng.sample(cases, len(cases)):
                mutant = made_from(operator, rng, scenario, plan)
                if mutant is None:
                    continue
                codes = verify(*mutant).codes
                assert "V299" not in codes, (operator.name, verify(*mutant).violations[-1])
                made[operator.name] += 1
                if operator.code not in codes:
                    missed[operator.name].append(f"{operator.code}: {sorted(codes)}")
                break
            if made.total() == MUTANTS:
                break
        assert made.total() > before
    assert set(made) == {operator.name for operator in OPERATORS}
    assert sum(map(len, missed.values())) <= 0.05 * made.total(), dict(missed)
    assert all(len(missed[name]) <= 0.1 * made[name] for name in made), dict(missed)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_limits_of_tours_that_are_just_met_raise_nothing(cases, twin):
    tried = 0
    for seed in range(scaled(4, 12)):
        made = made_from(twin, random.Random(seed), *cases[seed % len(cases)])
        if made is not None:
            tried += 1
            assert verify(*made).violations == ()
    assert tried


def test_invented_rates_are_all_that_is_wrong_with_a_plan_without_tours(cases):
    """Prices, totals and times agree with the rates, so nothing but their being there can refuse the plan."""
    scenario, plan = cases[0]
    honest, cheap = untoured(scenario, plan), untoured(scenario, plan, rates=0.1)
    assert verify(scenario, honest).ok
    assert cheap.totals.objective_cents < honest.totals.objective_cents
    assert [(str(v.code), v.where) for v in verify(scenario, cheap).violations] == [("V337", "drayage_rates")]
