"""A small plan with its run.json."""

from collections.abc import Callable
from typing import Any

import pytest

from cargopool.model.plan import Plan
from cargopool.model.result import BoundScope, Result, Status, Termination
from cargopool.model.scenario import Scenario
from cargopool.runs.comparing import Comparison
from cargopool.runs.record import RunFacts, make_record
from cargopool.sharing import Baseline, Baselines
from small_case import small_plan, small_scenario


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return small_scenario()


@pytest.fixture(scope="session")
def plan(scenario: Scenario) -> Plan:
    return small_plan(scenario)


@pytest.fixture(scope="session")
def recorded() -> Callable[[Scenario, Plan | None], dict[str, Any]]:
    def make(scenario: Scenario, plan: Plan | None) -> dict[str, Any]:
        result = Result(
            status=Status.FEASIBLE if plan else Status.NO_PLAN,
            termination=Termination.TIME,
            plan=plan,
            bound_eur=45_000.0,
            gap=0.2 if plan else None,
            bound_scope=BoundScope(relaxed=("packing",)),
        )
        road = Baseline(cost_eur=8_000.0, co2e_kg=5_000.0)
        baselines = Baselines(road_alone=road, intermodal_alone=Baseline(reason="not finished within 15 s"))
        facts = RunFacts(
            input_sha256="ab" * 32,
            seed=1,
            params={"method": "auto"},
            stop={"time_limit": 60.0},
            reproducible=False,
            seconds={"total": 61.25, "optimise": 50.5},
            peak_memory_mb=300,
            verified=plan is not None,
        )
        return make_record(scenario, result, Comparison(baselines=baselines), facts)

    return make
