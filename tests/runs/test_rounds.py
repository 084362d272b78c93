"""Rounds of plan and tours: the best is kept, nothing is worse than the first, and what cannot be carried is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

import cargopool as cp
from cargopool.files.plan_files import parse_plan, plan_text
from cargopool.footprint.caps import CapState
from cargopool.footprint.tours import share_tours
from cargopool.model.scenario import EmissionCap, Scenario
from cargopool.runs.rounds import at_rates, rank, without_idle_rates
from cargopool.runs.solving import RunResult
from verifier.tour_world import world


def few(count: int = 12, **changes: object) -> Scenario:
    """A few of the world's shipments, with other drayage."""
    scenario = world()
    shipments = dict(list(scenario.shipments.items())[:count])
    return replace(scenario, shipments=shipments, drayage=replace(scenario.drayage, **changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def solved() -> tuple[Scenario, RunResult]:
    scenario = few(max_rounds=3)
    return scenario, cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)


def test_the_round_with_the_least_total_is_kept(solved: tuple[Scenario, RunResult]) -> None:
    scenario, result = solved
    assert 1 <= len(result.rounds) <= 3
    totals = [one.total_with_tours_eur for one in result.rounds]
    assert None not in totals
    kept = [one for one in result.rounds if one.kept]
    assert len(kept) == 1 and kept[0].total_with_tours_eur == min(totals) <= totals[0]
    assert result.plan is not None and result.plan.tour_totals is not None
    assert result.plan.tour_totals.objective_cents == round(100 * kept[0].total_with_tours_eur)
    assert cp.verify(scenario, result.plan).ok


def test_shares_of_tours_add_up_to_their_cost(solved: tuple[Scenario, RunResult]) -> None:
    scenario, result = solved
    assert result.plan is not None and result.plan.tours
    shares = share_tours(scenario, result.plan)
    assert sum(one.cents for one in shares) == sum(line.cents for line in result.plan.tour_lines)
    assert sum(one.grams for one in shares) == sum(tce.grams for tce in result.plan.tour_tces)
    jobs = {
        (one.shipment, one.part, tour.kind)
        for one in result.plan.itineraries
        for tour in (one.collection, one.delivery)
        if tour
    }
    assert {(one.shipment, one.part, one.kind) for one in shares if not one.unit} == jobs


def test_plans_with_tours_survive_their_file(solved: tuple[Scenario, RunResult]) -> None:
    scenario, result = solved
    assert result.plan is not None
    assert parse_plan(plan_text(result.plan, scenario), scenario) == result.plan


def test_rounds_repeat_under_a_work_limit(solved: tuple[Scenario, RunResult]) -> None:
    scenario, result = solved
    told: list[cp.Plan] = []
    again = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False, on_plan=told.append)
    assert again.plan == result.plan
    assert len(again.rounds) > 1
    toured = [plan for plan in told if plan.tours]
    assert told[-len(toured) :] == toured, "after a plan with tours comes none without"
    assert toured[-1] == result.plan
    totals = [plan.tour_totals.objective_cents for plan in toured if plan.tour_totals is not None]
    assert totals == sorted(totals, reverse=True)


def test_without_tours_nothing_changes() -> None:
    scenario = few(6, tours=False)
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    assert result.plan is not None and result.plan.tours == () and result.plan.tour_totals is None
    assert result.rounds == ()


def test_too_short_an_estimate_comes_back_as_a_lead_time() -> None:
    """Tours of no minutes at 140 km/h: no truck hands over in time what the plan handles at once."""
    scenario = few(5, collection_min_fixed=0, collection_speed_kmh=140.0, max_rounds=4, radius_km=60.0)
    hubs = {
        key: replace(hub, cross_dock=replace(hub.cross_dock, pallets_per_hour=1000))
        for key, hub in scenario.hubs.items()
        if hub.cross_dock is not None
    }
    scenario = replace(scenario, hubs=hubs, services=scenario.services)
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    first = result.rounds[0]
    assert first.missed > 0 and first.left_out > 0
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    kept = next(one for one in result.rounds if one.kept)
    assert kept.number > 1 and kept.left_out < first.left_out
    assert result.plan.lead_times


def test_pallets_that_no_vehicle_takes_are_named_and_the_rest_stands() -> None:
    scenario = few(6)
    heavy = next(iter(scenario.shipments.values()))
    heavy = replace(heavy, kg=26_500, pallets_milli=1_000)
    scenario = replace(scenario, shipments={**scenario.shipments, heavy.id: heavy})
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    assert any(found.code == "W1421" for found in result.input_warnings)
    collected = {one.shipment for one in result.plan.itineraries if one.collection is not None}
    assert heavy.id not in collected and len(result.plan.itineraries) >= 5


def test_a_round_whose_tours_keep_the_caps_comes_first(solved: tuple[Scenario, RunResult]) -> None:
    scenario, result = solved
    dirty = result.plan
    assert dirty is not None and dirty.tour_totals is not None
    # the same with tours that are cleaner and dearer
    clean = replace(
        dirty,
        tour_tces=tuple(replace(tce, wtt_grams=0) for tce in dirty.tour_tces),
        tour_totals=replace(dirty.tour_totals, weighted_cost_cents=dirty.tour_totals.weighted_cost_cents + 10_000),
    )
    grams = [sum(tce.grams * tce.count for tce in plan.tour_tces) for plan in (clean, dirty)]
    emitted = dirty.tour_totals.co2e_grams
    shippers = {shipment.shipper for shipment in scenario.shipments.values()}

    def first(**caps: object) -> str:
        capped = replace(scenario, objective=replace(scenario.objective, **caps))  # type: ignore[arg-type]
        return "clean" if rank(capped, clean, 2) < rank(capped, dirty, 1) else "dirty"

    between = (emitted - (grams[1] - grams[0]) // 2) / 1000
    assert first() == "dirty"
    assert first(co2e_cap_kg=between) == "clean"
    assert first(co2e_cap_kg=emitted / 1000) == "dirty"
    assert first(co2e_cap_kg=1.0) == "dirty", "where both break a cap, the total decides"
    wide = tuple(EmissionCap(shipper=name, co2e_kg=1e6) for name in sorted(shippers))
    assert first(caps=wide) == "dirty"
    assert first(caps=wide, co2e_cap_kg=between) == "clean"
    assert rank(scenario, dirty, 1) < rank(scenario, dirty, 2)


def test_the_best_round_gives_way_where_its_tours_break_a_cap(
    solved: tuple[Scenario, RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, result = solved
    assert len(result.rounds) > 1 and result.rounds[0].kept
    broken = CapState(EmissionCap(co2e_kg=1.0), grams=1001, limit_grams=1000)

    def states(_: Scenario, plan: cp.Plan) -> tuple[CapState, ...]:
        return () if plan.drayage_rates else (broken,)  # only the first round has no rates

    monkeypatch.setattr("cargopool.runs.rounds.cap_states_with_tours", states)
    again = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    assert [one.number for one in again.rounds if "break a cap" in one.note] == [1]
    later = [(one.total_with_tours_eur, one.number) for one in again.rounds[1:]]
    assert [one.number for one in again.rounds if one.kept] == [min(later)[1]]


def test_a_plan_without_tours_sheds_the_rates_and_what_they_made_of_it(solved: tuple[Scenario, RunResult]) -> None:
    """A shipment without a way costs a constant in which the dearest rate is; the plan goes back to the estimates'."""
    scenario = few(4)
    stuck = {key: replace(one, modes=frozenset({"barge"})) for key, one in scenario.shipments.items()}
    scenario = replace(scenario, shipments=stuck)
    key = ("collection", "A0", "A")
    rated = replace(scenario, drayage=replace(scenario.drayage, rates={key: 10.0}, lead_min={("S00", "A"): 60}))
    found = cp.solve(replace(rated, drayage=replace(rated.drayage, tours=False)), stop=cp.WorkLimit(2), baselines=False)
    assert found.plan is not None and len(found.plan.unserved) == 4
    plan = at_rates(found.plan, rated)
    assert [one.code for one in cp.verify(scenario, plan).violations] == ["V337", "V337"]
    shed = without_idle_rates(scenario, plan)
    assert shed.drayage_rates == shed.lead_times == () and shed.unserved == plan.unserved
    assert shed.totals.unserved_cents < plan.totals.unserved_cents
    assert shed.tour_totals == shed.totals and cp.verify(scenario, shed).ok
    toured = solved[1].plan
    assert toured is not None and toured.tours and without_idle_rates(solved[0], toured) is toured
