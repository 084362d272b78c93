"""The optimiser against the oracle where external costs are part of the objective: the same optimum to the cent."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from cargopool.footprint import external_lines, unserved_cents
from cargopool.model.result import Status
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Network
from cargopool.network.columns import Column
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.bound import HALF_A_CENT, ascent
from cargopool.optimiser.column_store import columns_of
from cargopool.optimiser.cuts import loads_by_slot
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.params import BoundParams, SearchParams, SolveParams
from cargopool.optimiser.pool import make_pool
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.repair import Spares, fitted
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import Optimum
from oracle.oracle import solve as brute_force
from oracle.solving import solved
from scale import scaled

TKM = {
    "road_accidents": 1.3,
    "road_congestion": 0.8,
    "road_climate": 0.53,
    "rail_electric_noise": 0.6,
    "rail_diesel_air_pollution": 0.68,
    "rail_diesel_well_to_tank": 0.11,
    "barge_air_pollution": 1.29,
}
VKM = {"road_noise": 4.0, "road_well_to_tank": 1.5}
TOURS = [case for case in CASES if "tours" in case[1] or "charter" in case[1] or "door_move" in case[1]]
CHOSEN = scaled([*CASES[3::29], *TOURS[:3]], CASES)


def outside(case: tuple[int, tuple[str, ...]]) -> Scenario:
    """The instance with external costs ten times the usual, so that they decide."""
    scenario = instance(*case)
    factors = replace(
        scenario.factors, external_cents_per_tkm=TKM, external_cents_per_vkm=VKM, external_uplift=10 * 1.33
    )
    return replace(scenario, factors=factors, objective=replace(scenario.objective, external_costs="internalise"))


@cache
def known(case: tuple[int, tuple[str, ...]]) -> tuple[Scenario, Optimum | None]:
    scenario = outside(case)
    return scenario, brute_force(scenario, lambda shipment: unserved_cents(scenario, shipment))


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_optimum_with_external_costs_agrees_to_the_cent(case: tuple[int, tuple[str, ...]]) -> None:
    scenario, expected = known(case)
    result, refused = solved(scenario)
    assert not refused
    if expected is None:
        assert (result.status, result.plan) == (Status.INFEASIBLE, None)
        return
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    assert result.plan.totals.objective_cents == expected.objective_cents
    lines = external_lines(scenario, result.plan)
    assert result.plan.totals.external_cents == sum(line.cents * line.count for line in lines)


def packs_as_it_adds_up(network: Network, planner: LoadPlanner, columns: list[Column]) -> bool:
    """Whether packing needs no more load units on any move than loads added up do."""
    pool = make_pool(network, columns, np.zeros(len(network.shipment_ids), np.bool_))
    for slot, loads in loads_by_slot(pool, range(pool.count)).items():
        move, group = int(pool.slot_move[slot]), int(pool.slot_class[slot])
        riders = [c.shipment for c in columns if move in c.moves and network.shipment_class[c.shipment] == group]
        sealed = int(network.shipment_units[riders].sum())
        size, room = network.shipment_size[riders].sum(axis=0), np.maximum(network.move_capacity[move], 1)
        need = -(-sealed // int(network.move_units[move])) if sealed else max(1, *(-(-size // room)))
        packing = planner.pack(move, loads)
        if packing is None or packing.count > need:
            return False
    return True


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_search_and_bound_of_large_cases_count_them_too(case: tuple[int, tuple[str, ...]]) -> None:
    scenario, expected = known(case)
    if expected is None:
        pytest.skip("infeasible: any bound holds")
    best = expected.objective_cents
    bound = ascent(scenario, BoundParams(), np.zeros(1, np.int64))
    for _ in range(40):
        if not bound.advance(best * 1.1):
            break
        assert bound.best_cents <= best + HALF_A_CENT
    network = search_network(scenario, SearchParams())
    search = Search(network, make_data(network), 1, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    search.advance(200, 1.0, 0.0)
    columns = columns_of(network, search.data, search.best)
    assert len(columns) == search.best.served.sum()
    planner = LoadPlanner(network, SolveParams().packing.work)
    as_searched = packs_as_it_adds_up(network, planner, columns)
    columns = fitted(network, planner, columns, Spares(network), refill=False)
    plan = assemble(network, columns, planner=planner)
    served = {column.shipment for column in columns}
    allowed = scenario.objective.unserved_allowed
    if all(k in served or (allowed and not s.must_serve) for k, s in enumerate(scenario.shipments.values())):
        assert plan.totals.objective_cents >= best
    # the search counts units by sums, the plan packs them: the plan is never cheaper, and seldom dearer
    assert search.best.cents <= plan.totals.objective_cents + 3.0 + len(columns)
    if as_searched:
        assert search.best.cents == pytest.approx(plan.totals.objective_cents, abs=3.0 + len(columns))


def test_external_costs_decide_in_some_cases() -> None:
    changed = 0
    for case in CHOSEN[:6]:
        with_costs, without = solved(outside(case))[0].plan, solved(instance(*case))[0].plan
        if with_costs is not None and without is not None:
            changed += with_costs.itineraries != without.itineraries
    assert changed


def test_reporting_changes_neither_plan_nor_objective_nor_money() -> None:
    for case in CHOSEN[:4]:
        base = instance(*case)
        told = replace(base, factors=outside(case).factors, objective=replace(base.objective, external_costs="report"))
        reported, silent = solved(told)[0].plan, solved(base)[0].plan
        if reported is None or silent is None:
            continue
        assert reported.totals == silent.totals
        assert reported.totals.external_cents == 0
        assert silent.moves == reported.moves


def test_internalised_costs_are_no_money() -> None:
    scenario = outside(CHOSEN[0])
    plan = solved(scenario)[0].plan
    assert plan is not None
    assert plan.totals.external_cents > 0
    assert plan.totals.cost_cents == sum(line.cents * line.count for line in plan.cost_lines)


@pytest.mark.parametrize("case", [case for case in CHOSEN if "must_serve" not in case[1]][:4], ids=case_id)
def test_the_more_they_count_the_less_there_is_of_them(case: tuple[int, tuple[str, ...]]) -> None:
    """At proven optima: weighed more, what is outside never grows and the rest of the objective never falls."""
    base, found = outside(case), []
    for uplift in (1.0, 10.0, 100.0):
        scenario = replace(base, factors=replace(base.factors, external_uplift=uplift))
        result = solved(scenario)[0]
        assert result.status == Status.OPTIMAL
        assert result.plan is not None
        totals, rest = result.plan.totals, result.plan.totals.objective_cents - result.plan.totals.external_cents
        found.append((totals.external_cents / uplift, rest - totals.unserved_cents, len(result.plan.unserved)))
    lines = len(base.shipments) * 10
    for less, more in pairwise(found):
        if less[2] == more[2]:
            assert more[0] <= less[0] + lines
            assert more[1] >= less[1] - lines
