"""A plan without some of its shipments is a plan of the rest, whatever layers it had."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.operations import execute_plan
from cargopool.runs.leaving_out import leave_out
from cargopool.verifier import verify
from execution_case import full_case, stacked_case


@pytest.fixture(scope="module", params=[full_case, stacked_case], ids=["full", "stacked"])
def executed(request: pytest.FixtureRequest) -> tuple[Scenario, Plan]:
    scenario, plan = request.param()
    return scenario, execute_plan(scenario, plan).plan


def test_what_is_left_is_verified_and_has_no_layers(executed: tuple[Scenario, Plan]) -> None:
    scenario, plan = executed
    layers = [info.name for info in fields(plan) if getattr(plan, info.name) != info.default]
    assert plan.execution_totals is not None and "layouts" in layers
    for shipment in list(scenario.shipments)[:6]:
        rest = leave_out(scenario, plan, {shipment: "of no use"})
        free = replace(scenario, objective=replace(scenario.objective, unserved_allowed=True))
        assert verify(free, rest).violations == ()
        assert [row.shipment for row in rest.unserved] == [row.shipment for row in plan.unserved] + [shipment]
        assert (rest.layouts, rest.stowages, rest.round_trips, rest.execution_totals) == ((), (), (), None)
        assert sum(unit.contents == () for unit in rest.units) == 0
