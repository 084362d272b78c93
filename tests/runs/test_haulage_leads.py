"""Unit haulage that no truck can make: the next round leaves it the time that it needs, or the reason stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import cargopool as cp
from cargopool.files.plan_files import parse_plan, plan_text
from cargopool.model.place import RoadLink
from cargopool.model.plan import Plan, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.tours import LeadTime
from cargopool.network import build
from cargopool.runs.solving import RunResult, solve_watched
from verifier.tour_world import DAY, world

HOUR = 60
READY = 13 * HOUR + 10
"""The estimate reaches the train of that evening with 20 minutes to spare."""


def tunnel(origin: str, destination: str, **changes: object) -> RoadLink:
    """Four hours of driving and one on the shuttle: the driver's break for the estimate, not for a tour."""
    link = RoadLink(
        origin=origin, destination=destination, km=150.0, drive_min=240, countries=(("DE", 150.0),), shuttle="tunnel"
    )
    return replace(link, **changes)  # type: ignore[arg-type]


def one_load(link: RoadLink, **changes: object) -> Scenario:
    """A full load from A0 to B0 that goes by box and train only."""
    whole = world()
    load = replace(
        next(one for one in whole.shipments.values() if one.pallets_milli == 33_000),
        id="load",
        origin="A0",
        destination="B0",
        **{  # type: ignore[arg-type]
            "modes": frozenset({"rail"}),
            "ready_min": READY,
            "due_min": 3 * DAY,
            "latest_min": 4 * DAY,
            **changes,
        },
    )
    through = {"shuttle_min": {"tunnel": 60}, "shuttle_eur": {"tunnel": 100.0}}
    through |= {"shuttle_kwh": {"tunnel": 60.0}, "shuttle_km": {"tunnel": 50.0}}
    return replace(
        whole,
        hubs={key: replace(hub, cross_dock=None) for key, hub in whole.hubs.items()},
        doors={key: replace(whole.doors[key], opening=None) for key in ("A0", "B0")},
        road_links=(link,),
        shipments={"load": load},
        fleet={},
        factors=replace(whole.factors, **through),
        drayage=replace(whole.drayage, radius_km=200.0, max_rounds=3),
    )


def solved(scenario: Scenario) -> RunResult:
    return cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)


def haulage(plan: Plan, purpose: str) -> RoadStage:
    """The one haulage of a purpose."""
    stages = [stage for use in plan.moves for stage in use.move.stages if isinstance(stage, RoadStage)]
    return next(stage for stage in stages if stage.purpose == purpose)


def test_a_hand_in_that_no_truck_makes_goes_by_the_next_train() -> None:
    scenario = one_load(tunnel("A0", "A"))
    result = solved(scenario)
    first, second = result.rounds[:2]
    assert (first.missed, first.left_out, first.unserved) == (1, 1, 1)
    assert (second.missed, second.left_out, second.unserved) == (0, 0, 0)
    assert second.kept and second.total_with_tours_eur < first.total_with_tours_eur
    plan = result.plan
    assert plan is not None and cp.verify(scenario, plan).ok and not plan.unserved
    # The estimate has 20 minutes to spare, the truck is 25 too late: its driver takes a break after 270 min.
    assert plan.lead_times == (LeadTime(shipment="load", hub="A", minutes=45, way="units"),)
    assert haulage(plan, "haulage_out").arrive_min == DAY + 19 * HOUR
    assert parse_plan(plan_text(plan, scenario), scenario) == plan


def test_lead_times_leave_out_what_is_too_late_and_nothing_else() -> None:
    scenario = one_load(tunnel("A0", "A"))
    leaves = 14 * HOUR

    def first_departure(minutes: int) -> int:
        leads = {("load", "A"): minutes}
        network = build(replace(scenario, drayage=replace(scenario.drayage, haulage_lead_min=leads)))
        return min(int(network.move_latest[m]) for m in network.usable[0])

    assert first_departure(0) == first_departure(20) == leaves
    assert first_departure(21) == leaves + DAY


def test_a_delivery_that_no_truck_makes_may_be_late_where_that_is_allowed() -> None:
    ready = DAY + 8 * HOUR
    early = solved(one_load(tunnel("B", "B0"), ready_min=ready))
    assert early.plan is not None
    planned = early.plan.itineraries[0].delivered_min
    scenario = one_load(tunnel("B", "B0"), ready_min=ready, due_min=planned, latest_min=planned + 4 * HOUR)
    result = solved(scenario)
    assert result.rounds[0].missed == 1 and result.rounds[0].unserved == 1
    plan = result.plan
    assert plan is not None and cp.verify(scenario, plan).ok and not plan.unserved
    assert plan.tour_totals is not None and plan.totals.lateness_cents == 0 < plan.tour_totals.lateness_cents
    strict = one_load(tunnel("B", "B0"), ready_min=ready, due_min=planned, latest_min=planned)
    refused = solved(strict)
    assert refused.plan is not None and cp.verify(strict, refused.plan).ok
    assert [one.reason for one in refused.plan.unserved] == ["no_tour"]
    assert [one.missed for one in refused.rounds] == [1, *[0] * (len(refused.rounds) - 1)]


def test_where_no_time_helps_the_reason_stays() -> None:
    """No road leads from the hub back to the door, so no truck ever fetches a unit for it."""
    scenario = one_load(tunnel("A0", "A", both_ways=False))
    doors = {**scenario.doors, "A0": replace(scenario.doors["A0"], road_region="island")}
    scenario = replace(scenario, doors=doors)
    result = solved(scenario)
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    assert [(one.reason, one.text.split(";")[0]) for one in result.plan.unserved] == [
        ("no_tour", "no vehicle can carry it between A0 and A")
    ]
    assert result.rounds[0].kept and [one.missed for one in result.rounds[1:]] == [0] * (len(result.rounds) - 1)


def test_a_round_that_needs_no_tours_keeps_no_lead_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """No truck ever fetches the unit, so the second round sends the load by road: nothing of it is drayage."""
    scenario = one_load(tunnel("A0", "A", both_ways=False), modes=frozenset({"rail", "road"}))
    doors = {**scenario.doors, "A0": replace(scenario.doors["A0"], road_region="island")}
    ferry = tunnel("A0", "B0", km=700.0, drive_min=600, countries=(("DE", 700.0),))
    scenario = replace(scenario, doors=doors, road_links=(*scenario.road_links, ferry))
    bounds = iter((1000.0, 7000.0, 7000.0))

    def bounded(*args: Any, **more: Any) -> RunResult:
        return replace(solve_watched(*args, **more), bound_eur=next(bounds))

    monkeypatch.setattr("cargopool.runs.solving.solve_watched", bounded)
    told: list[Plan] = []
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False, on_plan=told.append)
    first, second = result.rounds[:2]
    assert (first.left_out, second.left_out) == (1, 0) and second.kept
    plan = result.plan
    assert plan is not None and not plan.unserved and not plan.tours and plan.tour_totals is not None
    assert plan.lead_times == plan.drayage_rates == ()
    assert cp.verify(scenario, plan).ok
    assert all(cp.verify(scenario, one).ok for one in told) and told[-1] == plan
    # the bound is that of the first round, in which the train was open to it
    total = plan.totals.objective_cents / 100
    assert (result.bound_eur, result.gap) == (1000.0, pytest.approx((total - 1000) / total))
    assert parse_plan(plan_text(plan, scenario), scenario) == plan
