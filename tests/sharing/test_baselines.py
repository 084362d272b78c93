"""Baselines: what shippers pay alone, on cases whose answer is known otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cargopool.files import read_scenario
from cargopool.footprint import groupage_cents
from cargopool.model.result import Result
from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.network.arrays import Network
from cargopool.optimiser import reduced
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.solving import solve
from cargopool.optimiser.stop import TimeLimit
from cargopool.rules.roads import road_link
from cargopool.sharing import compute
from cargopool.sharing.baselines import groupage_of
from cargopool.sharing.lone_search import LoneSearch
from cargopool.verifier import verify


@pytest.fixture(scope="module")
def quickstart() -> Scenario:
    return read_scenario("scenarios/quickstart")


def solved(scenario: Scenario) -> Result:
    return solve(scenario, stop=TimeLimit(30), accept=lambda plan: verify(scenario, plan).ok)


def one_shipper(scenario: Scenario) -> Scenario:
    counts: dict[str, int] = {}
    for shipment in scenario.shipments.values():
        counts[shipment.shipper] = counts.get(shipment.shipper, 0) + 1
    return scenario.restricted_to(frozenset({max(counts, key=lambda name: (counts[name], name))}))


def test_a_shipper_who_is_alone_gains_nothing_from_pooling(quickstart: Scenario) -> None:
    alone = one_shipper(quickstart)
    result = solved(alone)
    assert result.plan is not None
    baseline = compute(alone, result, 60.0).intermodal_alone
    assert baseline.cost_eur == pytest.approx(result.plan.totals.cost_cents / 100, abs=0.01)
    assert baseline.co2e_kg == pytest.approx(result.plan.totals.co2e_grams / 1000, abs=0.001)


def test_pooling_is_no_dearer_than_the_sum_of_lone_plans_where_slots_do_not_bind(quickstart: Scenario) -> None:
    wide = replace(quickstart, services={n: replace(s, spot_units=None) for n, s in quickstart.services.items()})
    result = solved(wide)
    assert result.plan is not None
    both = compute(wide, result, 60.0)
    pooled = result.plan.totals.cost_cents / 100
    assert both.intermodal_alone.cost_eur is not None
    assert pooled <= both.intermodal_alone.cost_eur + 0.01 * pooled


def test_a_cap_on_the_pooled_plan_leaves_the_lone_plans_alone(quickstart: Scenario) -> None:
    result = solved(quickstart)
    assert result.plan is not None
    cap = result.plan.totals.co2e_grams / 1000
    capped = replace(quickstart, objective=replace(quickstart.objective, co2e_cap_kg=cap))
    free, bound = compute(quickstart, result, 60.0), compute(capped, result, 60.0)
    assert bound.road_alone.cost_eur == free.road_alone.cost_eur is not None
    assert bound.road_alone.co2e_kg is not None and bound.road_alone.co2e_kg > cap
    assert bound.intermodal_alone.co2e_kg == free.intermodal_alone.co2e_kg


def test_groupage_counts_where_it_is_cheaper_than_a_truck(quickstart: Scenario) -> None:
    result = solved(quickstart)
    road = compute(quickstart, result, 60.0).road_alone
    assert road.cost_eur is not None
    assert 0 < road.groupage <= len(quickstart.shipments)
    for name, shipment in quickstart.shipments.items():
        offer = groupage_of(quickstart, name)
        link = road_link(quickstart, shipment.origin, shipment.destination)
        if offer is not None and link is not None:
            assert offer[0] == groupage_cents(quickstart, shipment, link.km)


def test_search_and_model_agree_on_a_lone_plan(quickstart: Scenario) -> None:
    alone = one_shipper(quickstart)
    result = solved(alone)
    baseline = compute(alone, result, 60.0).intermodal_alone
    found = LoneSearch(alone, seed=1).plan(list(alone.shipments), {}, by_road=False)
    assert baseline.cost_eur is not None
    assert not found.left_out
    assert found.plan.totals.cost_cents / 100 >= baseline.cost_eur - 0.01
    assert found.plan.totals.cost_cents / 100 <= 1.05 * baseline.cost_eur


def test_no_time_gives_a_reason_and_no_figure(quickstart: Scenario) -> None:
    both = compute(quickstart, solved(quickstart), -1.0)
    assert both.road_alone.cost_eur is None
    assert "not finished" in both.road_alone.reason


def test_no_plan_gives_a_reason(quickstart: Scenario) -> None:
    result = replace(solved(quickstart), plan=None)
    assert compute(quickstart, result, 10.0).intermodal_alone.reason


def test_baselines_take_the_network_that_the_search_had(quickstart: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Scenario] = []

    def noted(scenario: Scenario, **more: Any) -> Network:
        built.append(scenario)
        return build(scenario, **more)

    monkeypatch.setattr(reduced, "build", noted)
    with reduced.networks_kept(quickstart):
        first = reduced.search_network(quickstart, SearchParams())
        assert LoneSearch(quickstart, 1)._network is first
        other = reduced.search_network(quickstart, SearchParams(grid_min=240))
        assert other.moves != first.moves
    assert len(built) == 2
    again = LoneSearch(quickstart, 1)._network
    assert again is not first and len(built) == 3
    assert np.array_equal(again.move_cost, first.move_cost)


def test_the_grid_of_trucks_is_chosen_by_the_number_of_shipments(
    quickstart: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moves(grid_min: int) -> int:
        return reduced.search_network(quickstart, SearchParams(grid_min=grid_min)).moves

    assert moves(360) < moves(180) == moves(0)
    monkeypatch.setattr(reduced, "MOST_ON_FINE_GRID", len(quickstart.shipments) - 1)
    assert moves(0) == moves(360)
