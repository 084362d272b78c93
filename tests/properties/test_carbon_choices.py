"""Deciding on CO2e, at gap 0 and with the same shipments served: dearer carbon and tighter caps work one way only."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from cargopool.model.plan import Plan
from cargopool.model.result import Status
from cargopool.model.scenario import EmissionCap, Scenario
from cargopool.optimiser import TimeLimit
from cargopool.runs.objectives import at_price, capped_at, served_by, serving
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.solving import solved
from scale import scaled

Case = tuple[int, tuple[str, ...]]
CHOSEN = scaled(CASES[7::70], CASES[7::5])
PRICES = (0.0, 60.0, 300.0, 2_000.0)


def optimum(scenario: Scenario) -> Plan | None:
    result, refused = solved(scenario)
    assert not refused
    assert result.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return result.plan


def served_case(case: Case) -> Scenario | None:
    """The case of the shipments that its optimum serves, all of which must be served."""
    scenario = at_price(instance(*case), 0.0)
    plan = optimum(scenario)
    return serving(scenario, served_by(plan)) if plan is not None and plan.itineraries else None


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_higher_price_never_means_more_co2e(case: Case) -> None:
    scenario = served_case(case)
    if scenario is None:
        pytest.skip("nothing can be served")
    plans = [optimum(at_price(scenario, price)) for price in PRICES]
    for dirty, clean in pairwise(plans):
        assert dirty is not None and clean is not None
        assert served_by(dirty) == served_by(clean)
        low, high = dirty.totals, clean.totals
        # At a tie, and within a cent of carbon rounded, either plan may come.
        tie = low.objective_cents - low.carbon_cents == high.objective_cents - high.carbon_cents
        assert high.co2e_grams <= low.co2e_grams or tie or high.co2e_grams - low.co2e_grams <= 200


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_tighter_cap_never_means_less_cost(case: Case) -> None:
    scenario = served_case(case)
    if scenario is None:
        pytest.skip("nothing can be served")
    free = optimum(scenario)
    assert free is not None
    last = free.totals.objective_cents
    for share in (1.0, 0.95, 0.85, 0.7):
        plan = optimum(capped_at(scenario, int(share * free.totals.co2e_grams)))
        if plan is None:
            break
        assert served_by(plan) == served_by(free)
        assert plan.totals.co2e_grams <= share * free.totals.co2e_grams
        assert plan.totals.objective_cents >= last
        last = plan.totals.objective_cents


@pytest.mark.parametrize("case", CHOSEN[::2], ids=case_id)
def test_a_cap_on_a_shipper_never_means_less_cost(case: Case) -> None:
    scenario = served_case(case)
    if scenario is None:
        pytest.skip("nothing can be served")
    shipper = next(iter(scenario.shipments.values())).shipper
    last = -1
    for kg in (1e6, 500.0, 200.0, 80.0, 20.0):
        capped = replace(
            scenario, objective=replace(scenario.objective, caps=(EmissionCap(shipper=shipper, co2e_kg=kg),))
        )
        result, refused = solved(capped, stop=TimeLimit(3))
        assert not refused
        if result.status is not Status.OPTIMAL or result.plan is None:
            break
        assert result.plan.totals.objective_cents >= last
        last = result.plan.totals.objective_cents
