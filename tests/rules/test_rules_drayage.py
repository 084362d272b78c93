"""Windows of tours, worked out by hand on the small world of tours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cargopool.model.place import CrossDock
from cargopool.model.plan import DepartureStage, Handling, Itinerary, Move, PlannedUnit, RoadStage, Tour
from cargopool.model.scenario import Scenario
from cargopool.rules.drayage import collection_job, delivery_job, haulage_jobs, visit_windows
from cargopool.rules.fleets import MANY, hired_truck
from verifier.tour_world import world

DAY = 1440
# Minute 0 is Monday 23 November 2026 00:00 in Berlin; hubs open 05:00-23:00, doors 06:00-20:00, loading takes 30 min.
RIDE = DepartureStage(
    service="T1",
    run_date="2026-11-24",
    origin="A",
    destination="B",
    slot="spot",
    closing_min=DAY + 1140,
    depart_min=DAY + 1260,
    arrive_min=2 * DAY + 330,
    pick_up_ready_min=2 * DAY + 390,
)


def itinerary(scenario: Scenario, key: str) -> Itinerary:
    """Collected at A0 on Monday, handed to the train of Tuesday, delivered on Wednesday."""
    return Itinerary(
        shipment=key,
        part=1,
        first_atom=0,
        atoms=scenario.shipments[key].atoms,
        moves=("m",),
        handlings=(
            Handling(place="A", kind="load", start_min=700, end_min=760),
            Handling(place="B", kind="unload", start_min=2 * DAY + 405, end_min=2 * DAY + 465),
        ),
        collection=Tour(kind="collection", door="A0", hub="A", start_min=480, end_min=700),
        delivery=Tour(kind="delivery", door="B0", hub="B", start_min=2 * DAY + 465, end_min=2 * DAY + 660),
        delivered_min=2 * DAY + 660,
    )


def move(**changes: object) -> Move:
    fields = {
        "id": "m",
        "kind": "scheduled",
        "origin": "A",
        "destination": "B",
        "unit_type": "box",
        "stages": (RIDE,),
        "latest_min": DAY + 1140,
        "available_min": 2 * DAY + 405,
        "hand_in_min": DAY + 1140,
        "collect_min": 2 * DAY + 390,
    }
    return Move(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return world()


def a_key(scenario: Scenario) -> str:
    return next(key for key, one in scenario.shipments.items() if one.origin.startswith("A") and one.ready_min < 1440)


def test_a_collection_may_wait_as_long_as_the_hub_still_handles_in_time(scenario: Scenario) -> None:
    key = a_key(scenario)
    ready = scenario.shipments[key].ready_min
    pick_up, drop_off = collection_job(scenario, itinerary(scenario, key), move()).visits
    # the hour of handling ends when the train closes, Tuesday 19:00
    assert (pick_up.first_min, pick_up.work_min) == (ready, 30)
    assert (drop_off.first_min, drop_off.last_min, drop_off.work_min) == (ready, DAY + 1080, 0)
    # storage is free here, so it may be there from the ready time on: Monday from then to 23:00, Tuesday 05:00 to 18:00
    assert visit_windows(scenario, drop_off) == ((ready, 1380), (DAY + 300, DAY + 1080))
    # loading ends in the door's hours: Monday to 19:30, Tuesday 06:00 to 17:30
    assert visit_windows(scenario, pick_up) == ((ready, 1170), (DAY + 360, DAY + 1050))


def test_limited_halls_keep_the_plan_s_times(scenario: Scenario) -> None:
    key = a_key(scenario)
    dock = CrossDock(handling_min=60, pallets_per_hour=20)
    hubs = {**scenario.hubs, "A": replace(scenario.hubs["A"], pallet_places=50, cross_dock=dock)}
    drop_off = collection_job(replace(scenario, hubs=hubs), itinerary(scenario, key), move()).visits[1]
    assert (drop_off.first_min, drop_off.last_min) == (700, 700)


def test_paid_storage_bounds_how_early_freight_may_be_there(scenario: Scenario) -> None:
    key = a_key(scenario)
    hubs = {**scenario.hubs, "A": replace(scenario.hubs["A"], storage_eur_per_pallet_day=1.0, free_storage_days=0)}
    part = itinerary(scenario, key)
    late = replace(part, collection=replace(part.collection, end_min=DAY + 700))
    drop_off = collection_job(replace(scenario, hubs=hubs), late, move()).visits[1]
    # planned: one day begun before Tuesday 19:00, so not before Monday 19:00
    assert drop_off.first_min == 1140


def test_a_delivery_ends_by_due_or_by_the_planned_minute(scenario: Scenario) -> None:
    key = a_key(scenario)
    part, shipment = itinerary(scenario, key), scenario.shipments[key]
    take, bring = delivery_job(scenario, part).visits
    limit = max(shipment.due_min, part.delivered_min)
    assert (take.first_min, take.work_min) == (2 * DAY + 465, 0)
    assert (bring.last_min, bring.work_min) == (limit - 30, 30)
    early = replace(scenario, shipments={key: replace(shipment, due_min=2 * DAY, latest_min=4 * DAY)})
    assert delivery_job(early, part).visits[1].last_min == part.delivered_min - 30


def test_a_unit_is_fetched_loaded_and_handed_in_by_the_planned_minute(scenario: Scenario) -> None:
    key = a_key(scenario)
    out = RoadStage(
        purpose="haulage_out", vehicle="chassis", origin="A0", destination="A", depart_min=1100, arrive_min=1140
    )
    door_move = move(kind="door", origin="A0", stages=(out, RIDE))
    unit = PlannedUnit(
        id="u", move="m", truck=1, unit_type="box", temperature="ambient", segregation="general", contents=()
    )
    (job,) = haulage_jobs(scenario, unit, door_move, out, [itinerary(scenario, key)])
    fetch, load, hand_in = job.visits
    assert [visit.kind for visit in job.visits] == ["take_empty", "load", "leave_full"]
    assert (load.first_min, load.work_min) == (scenario.shipments[key].ready_min, 30)
    assert (hand_in.last_min, hand_in.work_min, fetch.work_min) == (DAY + 1140, 15, 15)
    narrow = {**scenario.hubs, "A": replace(scenario.hubs["A"], lifts_per_hour=4)}
    (job,) = haulage_jobs(replace(scenario, hubs=narrow), unit, door_move, out, [itinerary(scenario, key)])
    # lifts are limited, so the lift stays in its bucket, which begins at 19:00
    assert job.visits[2].first_min == DAY + 1140
    drop = {**scenario.doors, "A0": replace(scenario.doors["A0"], loading="drop")}
    first, second = haulage_jobs(replace(scenario, doors=drop), unit, door_move, out, [itinerary(scenario, key)])
    assert [v.kind for v in first.visits] == ["take_empty", "leave_empty"]
    assert [v.kind for v in second.visits] == ["take_full", "leave_full"]
    assert second.visits[0].first_min == first.visits[1].last_min + 30


def test_hired_trucks_carry_what_the_drayage_vehicle_may(scenario: Scenario) -> None:
    truck = hired_truck(scenario, "A")
    assert (truck.depot, truck.vehicle, truck.count) == ("A", "chassis", MANY)
    assert (truck.pallets_milli, truck.payload_kg, truck.tail_lift) == (33_000, 25_000, True)
