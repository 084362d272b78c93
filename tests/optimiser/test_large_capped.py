"""Caps on CO2e in the methods for large cases: prices found, caps kept, bounds that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cargopool.footprint import cap_states
from cargopool.model.plan import Plan
from cargopool.model.scenario import EmissionCap, Objective, Scenario
from cargopool.optimiser import SolveParams, WorkLimit
from cargopool.optimiser.large_capped import HIGHEST_PRICE, PriceLadder
from optimiser.tiny_world import H, load, plan_of, solved, train, world

SEARCH = SolveParams(method="search")


def case(**objective: object) -> Scenario:
    """Six shipments for which the truck is cheap and the train is clean."""
    loads = [load(f"S{n}", 4 + n % 3, shipper=f"of-{n % 2}") for n in range(6)]
    trains = {"T": train("T", "A", "B", 13 * H, 300, 130.0)}
    return world(loads, truck={"eur_per_km": 0.4}, services=trains, objective=Objective(**objective))  # type: ignore[arg-type]


def searched(scenario: Scenario, work: int = 6_000) -> Plan:
    result = solved(scenario, params=SEARCH, stop=WorkLimit(work))
    assert result.plan is not None, result.detail
    assert result.bound_eur is None or result.bound_eur * 100 <= result.plan.totals.objective_cents + 1
    return result.plan


@pytest.mark.parametrize("share", [0.9, 0.75, 0.6])
def test_a_cap_on_the_whole_plan_is_kept_at_little_more_cost(share: float) -> None:
    free = plan_of(case())
    capped = case(co2e_cap_kg=share * free.totals.co2e_grams / 1000, unserved_allowed=False)
    best = plan_of(capped)
    found = searched(capped)
    assert found.totals.co2e_grams <= share * free.totals.co2e_grams
    assert not found.unserved
    assert best.totals.objective_cents <= found.totals.objective_cents <= 1.25 * best.totals.objective_cents


@pytest.mark.parametrize("cap", [{"shipper": "of-0"}, {"lane": "A-B"}, {"lane": "DE-DE"}])
def test_a_cap_on_a_shipper_or_a_lane_is_kept(cap: dict[str, str]) -> None:
    free = plan_of(case())
    wish = EmissionCap(**cap, co2e_kg=1e9)
    grams = cap_states(case(), free, [wish])[0].grams
    capped = case(caps=(replace(wish, co2e_kg=0.7 * grams / 1000),))
    found = searched(capped)
    assert cap_states(capped, found)[0].excess_grams == 0
    assert not found.unserved


def test_an_intensity_is_kept_and_runs_repeat() -> None:
    free = plan_of(case())
    tkm = sum(s.kg for s in case().shipments.values()) / 1000 * 300
    capped = case(caps=(EmissionCap(g_per_tkm=0.8 * free.totals.co2e_grams / tkm),))
    one, other = searched(capped), searched(capped)
    assert cap_states(capped, one)[0].excess_grams == 0
    assert one == other


def test_no_plan_is_claimed_where_none_is_found() -> None:
    result = solved(case(co2e_cap_kg=0.5, unserved_allowed=False), params=SEARCH, stop=WorkLimit(3_000))
    assert result.plan is None
    assert result.status == "no_plan"


def test_the_ladder_doubles_until_enough_and_halves_after() -> None:
    ladder, tried = PriceLadder(), []
    for _ in range(12):
        tried.append(ladder.price)
        ladder.learn(kept=ladder.price >= 330.0)
    assert tried[:5] == [0.0, 100.0, 200.0, 400.0, 300.0]
    assert ladder.enough is not None
    assert 330.0 <= ladder.enough <= 345.0
    free = PriceLadder()
    free.learn(kept=True)
    assert free.price == 0.0
    hopeless = PriceLadder()
    for _ in range(20):
        hopeless.learn(kept=False)
    assert hopeless.settled
    assert hopeless.price == HIGHEST_PRICE
