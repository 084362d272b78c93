"""Mutants of the execution layers: rejected with the code named in advance; what stands raises nothing."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from cargopool.operations import execute_plan
from cargopool.verifier import verify
from execution_case import ALL, HOUR, Making, empty_scenario, full_case, stacked_case
from scale import scaled
from verifier.mutants_execution import OPERATORS

LOAD = [(20_000, 10_000, False)]


def _short_case():
    """Units that nothing brings in time."""
    making = Making(empty_scenario(replace(ALL, stacking=False), E={"box": 1}))
    making.truck("A", "B", 10 * HOUR)
    making.truck("B", "A", 34 * HOUR)
    making.train(0, [LOAD, [(12_000, 9_000, False)]])
    making.train(2, [LOAD])
    scenario, plan = making.made()
    return scenario, plan


@pytest.fixture(scope="module")
def cases():
    found = []
    for scenario, plan in (full_case(), _short_case(), stacked_case()):
        found.append((scenario, execute_plan(scenario, plan).plan))
    return found


def test_unmutated_layers_raise_nothing(cases):
    for scenario, plan in cases:
        assert verify(scenario, plan).violations == ()
    full, short, stacked = (plan for _, plan in cases)
    assert any(not stowage.contents for stowage in stacked.stowages)
    assert {leg.kind for trip in full.round_trips for leg in trip.legs} == {"loaded", "empty"}
    assert {use.move.kind for use in full.empty_moves} == {"road", "scheduled"}
    assert short.shortages


def test_mutants_are_rejected_with_the_code_named_in_advance(cases):
    made, caught = Counter(), Counter()
    missed = []
    for seed in range(scaled(5, 25)):
        for operator in OPERATORS:
            rng = random.Random(f"{seed}{operator.name}")
            for scenario, plan in cases:
                mutant = operator.apply(rng, scenario, plan)
                if mutant is None:
                    continue
                report = verify(*mutant)
                assert "V299" not in report.codes, (operator.name, report.violations)
                made[operator.name] += 1
                caught[operator.name] += operator.code in report.codes
                if operator.code not in report.codes:
                    missed.append((operator.name, operator.code, sorted(report.codes)))
    assert set(made) == {operator.name for operator in OPERATORS}
    assert made.total() >= 250
    assert caught.total() >= 0.95 * made.total(), missed
    assert all(caught[name] >= 0.9 * made[name] for name in made), missed


def test_limits_that_are_just_met_raise_nothing(cases):
    scenario, plan = cases[0]
    standing = max(
        b.depart_min - a.arrive_min for t in plan.round_trips for a, b in zip(t.legs, t.legs[1:], strict=False)
    )
    rules = replace(scenario.execution, max_standing_h=-(-standing // 60), max_empty_km=40.0, max_loaded_legs=3)
    assert verify(replace(scenario, execution=rules), plan).violations == ()


def test_malformed_layers_are_violations_and_no_exceptions(cases):
    scenario, plan = cases[0]
    for changes in (
        {"round_trips": (None,)},
        {"round_trips": (replace(plan.round_trips[0], legs=()),)},
        {"round_trips": (replace(plan.round_trips[0], vehicle="nobody"),)},
        {"layouts": (replace(plan.layouts[0], gap_mm=-1),)},
        {"layouts": ("x",)},
        {"empty_moves": (replace(plan.empty_moves[0], move=replace(plan.empty_moves[0].move, origin="nowhere")),)},
        {"empty_moves": (replace(plan.empty_moves[0], move=replace(plan.empty_moves[0].move, stages=())),)},
        {"depot_stocks": (replace(plan.depot_stocks[0], hub="nowhere"),)},
        {"depot_stocks": plan.depot_stocks * 2},
        {"shortages": (1,)},
        {"execution_totals": replace(plan.execution_totals, empty_km=float("nan"))},
        {"execution_totals": 7},
        {"execution_lines": (None,)},
    ):
        report = verify(scenario, replace(plan, **changes))
        assert not report.ok, changes
        assert "V299" not in report.codes, (changes, report.violations)
