"""Mutation of valid plans: every mutant is invalid by construction and must raise the code named in advance."""

import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from cargopool.verifier import CODES, verify
from scale import scaled
from verifier import mutants_execution
from verifier.mutant_tools import without
from verifier.mutants import OPERATORS, mutants, mutate
from verifier.mutants_limits import TWINS
from verifier.verifier_plans import everything, priced
from verifier.verifier_world import world

MUTANTS = scaled(260, 1300)


def thinned(scenario, plan, rng):
    """The same plan with a few shipments fewer, as another valid case."""
    gone = rng.sample(sorted(scenario.shipments), 4)
    for key in gone:
        plan = without(plan, key)
    plan = replace(plan, unserved=tuple(u for u in plan.unserved if u.shipment not in gone))
    scenario = replace(scenario, shipments={k: s for k, s in scenario.shipments.items() if k not in gone})
    return scenario, priced(scenario, plan)


@pytest.fixture(scope="module")
def cases():
    scenario = world()
    plan = everything(scenario)
    rng = random.Random(11)
    return [(scenario, plan), *(thinned(scenario, plan, rng) for _ in range(scaled(3, 12)))]


def test_unmutated_plans_raise_nothing(cases):
    for scenario, plan in cases:
        assert verify(scenario, plan).violations == ()


def test_there_are_at_least_forty_operators_with_known_codes():
    assert len({operator.name for operator in OPERATORS}) == len(OPERATORS) >= 40
    assert {operator.code for operator in OPERATORS} <= set(CODES)


def test_every_rule_has_an_operator():
    """Codes without an operator: those that say that checking was not possible; tours have operators of their own."""
    tours = {code for code in CODES if "V300" <= code <= "V337"}
    operators = (*OPERATORS, *mutants_execution.OPERATORS)
    assert set(CODES) - tours - {operator.code for operator in operators} == {"V229", "V299"}


def test_mutants_are_rejected_with_the_code_named_in_advance(cases):
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: dict[str, list[str]] = defaultdict(list)
    for mutant in mutants(cases, random.Random(2026), MUTANTS):
        report = verify(mutant.scenario, mutant.plan)
        made[mutant.operator] += 1
        caught[mutant.operator] += mutant.code in report.codes
        assert "V299" not in report.codes, (mutant.operator, report.violations)
        if mutant.code not in report.codes:
            missed[mutant.operator].append(f"{mutant.code}: {sorted(report.codes)}")
    assert made.total() == MUTANTS
    assert set(made) == {operator.name for operator in OPERATORS}
    assert caught.total() >= 0.95 * made.total(), missed
    assert all(caught[name] >= 0.9 * made[name] for name in made), missed


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_limits_that_are_just_met_raise_nothing(cases, twin):
    """What makes the mutants sharp: one less and the plan is valid."""
    for seed in range(scaled(3, 12)):
        mutant = mutate(twin, random.Random(seed), *cases[seed % len(cases)])
        if mutant is not None:
            assert verify(mutant.scenario, mutant.plan).violations == ()
