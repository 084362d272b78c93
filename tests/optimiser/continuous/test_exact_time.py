"""Trucks that leave at any minute: what deeper events save, what is claimed, and when nothing is."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from cargopool.model.place import RoadLink
from cargopool.model.result import Result
from cargopool.model.scenario import Scenario, TruckBan
from cargopool.network import build
from cargopool.optimiser.continuous.bridge import ALL_DEPTHS, ANY_MINUTE, close_events, shift_obstacles
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.stop import WorkLimit
from optimiser.tiny_world import H, hub, load, plan_of, solved, world

PLACES = "ABCDEF"


def chain(**changes: object) -> Scenario:
    """Six hubs in a line, and three shipments that save a truck only by meeting at the end of a chain of arrivals.

    k1 is handled at C by 13:30, and k2 waits there to share the truck to D, where both are handled by 16:00. k3 could
    leave D from 8:30 on and must by 16:20, so that it shares a truck to E with k2 only if one leaves at 16:00.
    """
    links = tuple(
        RoadLink(origin=a, destination=b, km=120.0, drive_min=120, countries=(("DE", 120.0),))
        for a, b in pairwise(PLACES)
    )
    # handling 30: ready 8:00, leaves A 8:30, B 10:30-11:00, C 13:00-13:30, D 15:30-16:00; E 18:00-18:30, F 20:30-21:00
    shipments = [
        load("k1", 2.0, "A", "D"),
        load("k2", 2.0, "C", "E", latest_min=30 * H, due_min=30 * H),
        load("k3", 2.0, "D", "F", due_min=21 * H + 20, latest_min=21 * H + 20),
    ]
    hubs = {name: hub(name) for name in PLACES}
    return world(shipments, hubs=hubs, road_links=links, services={}, **changes)


def trucks(result: Result) -> int:
    assert result.plan is not None
    return sum(use.count for use in result.plan.moves)


def test_a_chain_of_arrivals_needs_deeper_events_than_two() -> None:
    scenario = chain()
    shallow = solved(scenario)
    exact = solved(scenario, exact_time=True)
    assert shallow.status == exact.status == "optimal"
    assert trucks(shallow) == 6 and trucks(exact) == 5  # A-B, B-C, C-D shared, D-E shared, E-F
    assert exact.plan is not None and shallow.plan is not None
    assert exact.plan.totals.objective_cents < shallow.plan.totals.objective_cents
    assert exact.bound_scope.model == ANY_MINUTE and shallow.bound_scope.model == "P"
    assert exact.bound_scope.event_depth > shallow.bound_scope.event_depth == 2
    by_way = {(use.move.origin, use.move.destination): use.move.latest_min for use in exact.plan.moves}
    assert by_way["D", "E"] == 16 * H


def test_the_closed_events_are_those_of_every_depth() -> None:
    scenario = chain()
    closure = close_events(scenario, most_pairs=10**6)
    assert closure.closed and closure.depth >= 3
    assert closure.network.moves == build(scenario, depth=closure.depth + 3).moves
    assert closure.network.moves > build(scenario, depth=closure.depth - 1).moves


def test_limits_end_the_growth() -> None:
    scenario = chain()
    few = close_events(scenario, most_pairs=1)
    assert not few.closed and few.depth == 2
    late = close_events(scenario, most_pairs=10**6, deadline=0.0)
    assert not late.closed and late.depth == 2


def test_where_the_events_grow_too_large_the_bound_is_that_of_any_minute() -> None:
    params = SolveParams()
    params = replace(params, exact=replace(params.exact, max_pairs=5))
    scenario = chain()
    best = plan_of(scenario, exact_time=True).totals.objective_cents / 100
    result = solved(scenario, exact_time=True, params=params, stop=WorkLimit(3_000))
    assert result.plan is not None and result.bound_eur is not None
    assert result.bound_scope.model == ANY_MINUTE
    assert result.bound_eur <= best + 0.01
    forced = replace(params, method="exact")
    result = solved(scenario, exact_time=True, params=forced)
    assert result.bound_scope.model == "P" and "depth 2" in result.detail


def test_what_stands_in_the_way_of_leaving_earlier() -> None:
    free = chain()
    assert shift_obstacles(free) == ()
    paid = {name: replace(place, storage_eur_per_pallet_day=1.0) for name, place in free.hubs.items()}
    assert shift_obstacles(replace(free, hubs=paid)) == ("storage is charged for",)
    long = {name: replace(place, free_storage_days=30) for name, place in paid.items()}
    assert shift_obstacles(replace(free, hubs=long)) == ()
    ban = TruckBan(country="DE", weekday=6, start_min=0, end_min=1320, timezone="Europe/Berlin")
    assert shift_obstacles(replace(free, bans=(ban,))) == ("truck bans",)
    narrow = {name: replace(place, pallet_places=9) for name, place in free.hubs.items()}
    assert len(shift_obstacles(replace(free, hubs=narrow))) == 1
    result = solved(replace(free, hubs=paid), exact_time=True)
    assert result.bound_scope.model == ALL_DEPTHS and "storage" in result.detail


def test_work_limited_runs_repeat() -> None:
    first, second = (solved(chain(), exact_time=True, stop=WorkLimit(200)) for _ in range(2))
    assert first.plan == second.plan


@pytest.mark.parametrize("exact_time", [False, True])
def test_a_train_beside_the_trucks(exact_time: bool) -> None:
    scenario = world([load("k1", 3.0), load("k2", 2.0)])
    result = solved(scenario, exact_time=exact_time)
    assert result.status == "optimal"
    assert (result.bound_scope.model == ANY_MINUTE) == exact_time


def test_the_start_of_the_tiny_world_is_utc() -> None:
    """Clock times in the comments above are minutes since midnight."""
    assert chain().horizon.start == datetime(2026, 1, 5, tzinfo=UTC)
