"""Workers that search together make the tours that the scenario asks for, in rounds of plan and tours."""

from __future__ import annotations

from dataclasses import replace

import pytest

import cargopool as cp
from cargopool.batches.together import Round, TogetherResult, solve_together
from cargopool.executors import SerialExecutor
from cargopool.model.scenario import Scenario
from cargopool.optimiser.params import BoundParams, SolveParams
from verifier.tour_world import world


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    whole = world()
    shipments = dict(list(whole.shipments.items())[:8])
    return replace(whole, shipments=shipments, drayage=replace(whole.drayage, max_rounds=2))


def together(scenario: Scenario, split: str = "none", told: list[Round] | None = None) -> TogetherResult:
    """By search alone where there are regions: so small a case is else proven optimal in one round."""
    params = SolveParams(method="search", bound=BoundParams(enabled=False)) if split == "regions" else None
    on_round = None if told is None else told.append
    return solve_together(
        scenario,
        SerialExecutor(),
        rounds=2,
        workers=2,
        work=20,
        params=params,
        split=split,  # type: ignore[arg-type]
        on_round=on_round,
    )


@pytest.mark.parametrize("split", ["none", "regions"])
def test_the_plan_has_tours_and_is_that_of_the_best_round(scenario: Scenario, split: str) -> None:
    told: list[Round] = []
    found = together(scenario, split, told)
    plan = found.plan
    assert plan is not None and plan.tours and plan.tour_totals is not None
    assert cp.verify(scenario, plan).ok
    assert len(found.tour_rounds) == 2
    kept = [one for one in found.tour_rounds if one.kept]
    totals = [one.total_with_tours_eur for one in found.tour_rounds if one.total_with_tours_eur is not None]
    assert len(kept) == 1 and kept[0].total_with_tours_eur == min(totals) <= totals[0]
    assert plan.tour_totals.objective_cents == round(100 * min(totals))
    assert found.objective_eur == plan.totals.objective_cents / 100
    assert found.rounds == tuple(told)
    assert [one.number for one in told] == list(range(1, len(told) + 1))
    if split == "regions":
        assert [one.regions > 0 for one in told] == [False, True, False, True]
    else:
        assert len(told) >= 2
        assert found.bound_eur is not None and found.bound_eur <= found.objective_eur + 0.01


def test_the_same_work_gives_the_same_tours(scenario: Scenario) -> None:
    first, second = together(scenario), together(scenario)
    assert first.plan == second.plan
    assert [one.total_with_tours_eur for one in first.tour_rounds] == [
        one.total_with_tours_eur for one in second.tour_rounds
    ]


def test_without_tours_there_are_no_rounds_of_them(scenario: Scenario) -> None:
    found = together(replace(scenario, drayage=replace(scenario.drayage, tours=False)))
    assert found.tour_rounds == () and found.plan is not None and found.plan.tours == ()
    assert found.plan.drayage_rates == () and len(found.rounds) <= 2
