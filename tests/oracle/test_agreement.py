"""The optimiser against the oracle: the same optimum to the cent from every engine, proven and verified."""

from __future__ import annotations

from functools import cache

import pytest

from cargopool.footprint import unserved_cents
from cargopool.model.result import Status
from cargopool.model.scenario import Scenario
from cargopool.model.validate import check_scenario
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import Optimum
from oracle.oracle import solve as brute_force
from oracle.solving import solved
from scale import scaled

ENGINES = ("highs", "scip", "cpsat")
CHOSEN = scaled(CASES[::17], CASES)


@cache
def known(case: tuple[int, tuple[str, ...]]) -> tuple[Scenario, Optimum | None]:
    scenario = instance(*case)
    return scenario, brute_force(scenario, lambda shipment: unserved_cents(scenario, shipment))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_optimum_agrees_to_the_cent(case: tuple[int, tuple[str, ...]], engine: str) -> None:
    scenario, expected = known(case)
    result, refused = solved(scenario, engine)
    assert not refused
    if expected is None:
        assert (result.status, result.plan) == (Status.INFEASIBLE, None)
        return
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    assert result.plan.totals.objective_cents == expected.objective_cents
    assert result.bound_eur is not None
    assert round(result.bound_eur * 100) == expected.objective_cents


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_instances_are_valid_scenarios(case: tuple[int, tuple[str, ...]]) -> None:
    scenario = instance(*case)
    assert len(scenario.shipments) <= 6
    assert len(scenario.hubs) <= 4
    assert not [finding for finding in check_scenario(scenario) if finding.severity == "error"]
