"""Caps on emissions against brute force: the same optimum, or both say that there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cargopool.footprint import cap_states, unserved_cents
from cargopool.model.caps import members
from cargopool.model.plan import Plan
from cargopool.model.result import Status
from cargopool.model.scenario import EmissionCap, Scenario
from oracle.capped import Unclear, capped, per_tkm, whole_cap
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import solve as brute_force
from oracle.solving import solved
from scale import scaled

LARGE = {"charter", "parts", "three_moves", "three_departures", "throughput", "lifts", "yard", "tours"}
SMALL = [case for case in CASES if not LARGE & set(case[1]) and len(instance(*case).shipments) <= 3]
CHOSEN = scaled(SMALL[1::9], SMALL)


def with_caps(scenario: Scenario, *caps: EmissionCap, unserved: bool = True) -> Scenario:
    return replace(scenario, objective=replace(scenario.objective, caps=caps, unserved_allowed=unserved))


def optimum_of(scenario: Scenario) -> Plan:
    result, refused = solved(scenario)
    assert not refused
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    return result.plan


def constants(scenario: Scenario) -> dict[str, int]:
    return {name: unserved_cents(scenario, shipment) for name, shipment in scenario.shipments.items()}


def agrees(scenario: Scenario, expected: object) -> None:
    result, refused = solved(scenario)
    assert not refused
    if expected is None:
        assert result.plan is None
        assert result.status in (Status.INFEASIBLE, Status.NO_PLAN)
        return
    assert result.plan is not None
    if result.status == Status.OPTIMAL:
        assert result.plan.totals.objective_cents == expected.objective_cents  # type: ignore[attr-defined]
    else:
        assert result.plan.totals.objective_cents >= expected.objective_cents  # type: ignore[attr-defined]
    if result.bound_eur is not None:
        assert round(result.bound_eur * 100) <= expected.objective_cents  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_cap_on_the_whole_plan(case: tuple[int, tuple[str, ...]]) -> None:
    free = instance(*case)
    plan = optimum_of(free)
    limit = int(plan.totals.co2e_grams * 0.9)
    scenario = with_caps(free, EmissionCap(co2e_kg=limit / 1000))
    prices = constants(scenario)
    agrees(scenario, brute_force(scenario, lambda shipment: prices[shipment.id], whole_cap(limit)))


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_cap_on_a_shipper_or_a_lane(case: tuple[int, tuple[str, ...]]) -> None:
    free = instance(*case)
    plan = optimum_of(free)
    served = sorted({one.shipment for one in plan.itineraries})
    if not served:
        pytest.skip("nothing is served")
    chosen = free.shipments[served[0]]
    compared = 0
    for named in (EmissionCap(shipper=chosen.shipper), EmissionCap(lane=f"{chosen.origin}-{chosen.destination}")):
        counted = frozenset(members(free, named))
        grams = cap_states(free, plan, [replace(named, co2e_kg=1e9)])[0].grams
        for share in (0.5, 0.93):
            scenario = with_caps(free, replace(named, co2e_kg=share * grams / 1000))
            prices = constants(scenario)
            judge = capped(scenario, counted, share * grams)
            try:
                expected = brute_force(scenario, lambda shipment, prices=prices: prices[shipment.id], judge)
            except Unclear:
                continue
            agrees(scenario, expected)
            compared += 1
    if not compared:
        pytest.skip("rounding or load plans decide")


@pytest.mark.parametrize("case", CHOSEN[::2], ids=case_id)
def test_a_cap_in_grams_per_tkm_with_everybody_served(case: tuple[int, tuple[str, ...]]) -> None:
    free = instance(*case)
    plan = optimum_of(free)
    if plan.unserved:
        pytest.skip("somebody is left out anyway")
    chosen = next(iter(free.shipments.values()))
    named = EmissionCap(shipper=chosen.shipper)
    counted = frozenset(members(free, named))
    if math.isnan(per_tkm(free, counted, 1.0)):
        pytest.skip("no road joins the two ends")
    grams = cap_states(free, plan, [replace(named, co2e_kg=1e9)])[0].grams
    rate = 0.9 * grams / per_tkm(free, counted, 1.0)
    scenario = with_caps(free, replace(named, g_per_tkm=rate), unserved=False)
    prices = constants(scenario)
    try:
        judge = capped(scenario, counted, per_tkm(scenario, counted, rate))
        expected = brute_force(scenario, lambda shipment: prices[shipment.id], judge)
    except Unclear:
        pytest.skip("rounding or load plans decide")
    agrees(scenario, expected)
