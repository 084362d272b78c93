"""Road moves: events, driver rules, bans, crossings, two swap bodies; trips against the rules minute by minute."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from cargopool.model.place import CrossDock, Crossing, RoadLink
from cargopool.model.plan import Move
from cargopool.model.scenario import TruckBan
from cargopool.network import ROAD, Network, build
from cargopool.network.columns import enumerate_columns
from cargopool.network.places import NEVER, places_of
from cargopool.network.trips import Trips
from cargopool.rules import earliest_start, latest_open_minute, latest_trip_departure, trip_arrival
from network.network_cases import DAY, box, case, door, hours, hub, line_case, load, truck
from network.network_week import week
from scale import scaled


def link(origin: str, destination: str, minutes: int, **other: object) -> RoadLink:
    return RoadLink(
        origin=origin,
        destination=destination,
        km=float(minutes),
        drive_min=minutes,
        countries=(("DE", float(minutes)),),
        **other,  # type: ignore[arg-type]
    )


def leaves(network: Network, origin: str, destination: str) -> list[Move]:
    found = []
    for m in np.flatnonzero(network.move_kind == ROAD):
        move = network.describe(int(m))
        if (move.origin, move.destination) == (origin, destination):
            found.append(move)
    return sorted(found, key=lambda move: move.latest_min)


def triangle(**other: object) -> object:
    """A to C over B by road only: two drives of two hours, and a direct one of eight (with breaks)."""
    parts: dict[str, object] = {
        "hubs": [hub("A", 50.0, 6.0), hub("B", 50.0, 8.0), hub("C", 50.0, 10.0)],
        "road_links": (link("A", "B", 120), link("B", "C", 120), link("A", "C", 480)),
        "shipments": [load("K1", "A", "C", due_min=2000, latest_min=2000)],
    }
    return case(**(parts | other))


def test_trucks_leave_when_loaded_and_when_they_must() -> None:
    network = build(triangle(), depth=0)
    direct = leaves(network, "A", "C")
    # Loaded 480 to 540; at C by 2000 - 60 after 480 min driving and one break.
    assert [move.latest_min for move in direct] == [540, 1940 - 525]
    assert direct[0].available_min == 540 + 525


def test_arrivals_are_events_from_depth_one_on() -> None:
    assert [m.latest_min for m in leaves(build(triangle(), depth=0), "B", "C")] == [1940 - 120]
    deeper = [m.latest_min for m in leaves(build(triangle(), depth=1), "B", "C")]
    # A at 540, B at 660, handled until 720; or as late as possible on both drives.
    assert 540 + 120 + 60 in deeper
    assert 1940 - 120 in deeper


def test_third_drive_needs_depth_two() -> None:
    hubs = [hub("A", 50.0, 6.0), hub("B", 50.0, 8.0), hub("C", 50.0, 10.0), hub("E", 50.0, 12.0)]
    links = (link("A", "B", 120), link("B", "C", 120), link("C", "E", 120), link("A", "E", 100_000))
    scenario = triangle(hubs=hubs, road_links=links, shipments=[load("K1", "A", "E", due_min=3000, latest_min=3000)])
    third = 540 + 120 + 60 + 120 + 60
    assert third not in [m.latest_min for m in leaves(build(scenario, depth=1), "C", "E")]
    assert third in [m.latest_min for m in leaves(build(scenario, depth=2), "C", "E")]


def test_arrival_of_a_train_is_an_event_of_depth_zero() -> None:
    network = build(line_case(), depth=0)
    available = {
        int(network.move_available[m])
        for m in np.flatnonzero(network.move_kind != ROAD)
        if network.describe(int(m)).destination == "B"
    }
    departures = {move.latest_min for move in leaves(network, "B", "C")}
    assert available
    assert all(a + 60 in departures for a in available if a + 60 + 900 < 4 * DAY)


def test_backward_event_makes_the_closing_of_a_train() -> None:
    network = build(line_case(), depth=0)
    trips = leaves(network, "A", "B")
    closings = {
        int(network.move_latest[m])
        for m in np.flatnonzero(network.move_kind != ROAD)
        if network.describe(int(m)).origin == "B"
    }
    arrivals = {move.available_min + 60 for move in trips}
    assert closings <= arrivals


def test_pallet_rate_makes_events_of_later_starts() -> None:
    hubs = [hub("A", 50.0, 6.0, cross_dock=CrossDock(handling_min=45, pallets_per_hour=5)), hub("C", 50.0, 10.0)]
    scenario = triangle(hubs=hubs, road_links=(link("A", "C", 60),))
    scenario = replace(scenario, scope=replace(scenario.scope, hub_slack_h=3))
    departures = [move.latest_min for move in leaves(build(scenario, depth=0), "A", "C")]
    assert departures == [480 + 45, 540 + 45, 600 + 45, 660 + 45, 2000 - 60 - 60]


def test_two_swap_bodies_share_a_truck() -> None:
    body = box("SB", kind="swap_body", pallets_milli=17_000, payload_kg=13_000, tare_kg=2_800, per_truck=2)
    scenario = triangle(units=[body], vehicles=[truck(unit_types=frozenset({"SB"}))])
    network = build(scenario, depth=0)
    m = int(np.flatnonzero(network.move_kind == ROAD)[0])
    assert network.describe(m).units_per_move == network.move_units[m] == 2
    assert network.move_capacity[m].tolist() == [34_000, min(26_000, 40_000 - 8_000 - 5_600), 160_000, 27_200]


def test_crossing_adds_its_minutes_and_price() -> None:
    hubs = [hub("A", 50.0, 6.0), hub("C", 50.0, 10.0, customs_territory="CH")]
    crossing = Crossing(origin="EU", destination="CH", eur=70.0, minutes=95)
    scenario = triangle(hubs=hubs, crossings=(crossing,))
    network = build(scenario, depth=0)
    first = leaves(network, "A", "C")[0]
    assert first.available_min == 540 + 525 + 95
    assert first.stages[0].arrive_min == 540 + 525
    assert set(network.move_crossing_cents.tolist()) == {7_000}
    assert leaves(network, "A", "C")[-1].available_min == 1940


def test_doors_are_origins_and_destinations_only() -> None:
    doors = [door("P", 50.0, 6.1), door("Q", 50.0, 9.9, opening=hours(480, 1020)), door("R", 50.0, 8.1)]
    goods = [load("K1", "P", "Q"), load("K2", "R", "C")]
    network = build(line_case(doors=doors, shipments=goods), depth=2)
    ends = {
        (network.place_ids[i], network.place_ids[j])
        for i, j in zip(network.move_origin, network.move_destination, strict=True)
    }
    assert ("P", "Q") in ends
    assert not [pair for pair in ends if pair[1] in ("P", "R") or pair[0] == "Q"]
    assert ("P", "R") not in ends


def test_no_road_no_move() -> None:
    hubs = [hub("A", 50.0, 6.0), hub("C", 50.0, 10.0, road_region="island")]
    network = build(triangle(hubs=hubs, road_links=()), depth=2)
    assert network.moves == 0
    off = replace(load("K1", "A", "C"), modes=frozenset({"rail"}))
    assert build(triangle(shipments=[off]), depth=2).moves == 0


def test_ban_holds_the_truck_and_its_end_is_an_event() -> None:
    ban = TruckBan(country="DE", timezone="UTC", weekday=0, start_min=500, end_min=900)
    network = build(triangle(bans=(ban,)), depth=0)
    direct = {move.latest_min: move for move in leaves(network, "A", "C")}
    assert 900 in direct
    # Who leaves at 540 spends the shift waiting and must rest on the way; from 900 on it is a trip like any other.
    assert 540 not in direct
    assert direct[900].available_min == 900 + 525


@pytest.mark.parametrize("seed", range(scaled(6, 60)))
def test_trips_agree_with_the_rules_under_bans(seed: int) -> None:
    rng = random.Random(seed)
    scenario = week(hubs=8, services=1, shipments=6, seed=seed)
    places = places_of(scenario, -DAY, 12 * DAY)
    trips = Trips(scenario, places, -DAY, 12 * DAY)
    for _ in range(4):
        i, j = rng.sample(range(len(places.ids)), 2)
        road = trips.link(i, j)
        assert road is not None
        for manning in ("single", "double"):
            duty = trips.duty_before(i)
            departs = np.array([rng.randrange(0, 10 * DAY) for _ in range(60)])
            expected = [trip_arrival(scenario, road, int(t), manning, bans=True, duty_before_min=duty) for t in departs]
            arrive = trips.arrivals(i, j, manning, departs)
            assert arrive.tolist() == expected
            assert (arrive - departs).min() >= trips.least_minutes(i, j, manning)
            wanted = arrive[:8]
            last = [
                latest_trip_departure(scenario, road, int(t), manning, bans=True, duty_before_min=duty) for t in wanted
            ]
            found = trips.departures(i, j, manning, wanted)
            assert found.tolist() == [-NEVER if t is None else t for t in last]


@pytest.mark.parametrize("seed", range(scaled(5, 50)))
def test_opening_arrays_agree_with_the_rules(seed: int) -> None:
    rng = random.Random(seed)
    at = hub(
        "A", 50.0, 6.0, timezone="Europe/Berlin", opening=hours(rng.randrange(0, 700), rng.randrange(701, 1440), 5)
    )
    scenario = case(hubs=[at])
    places = places_of(scenario, 0, 7 * DAY)
    start = scenario.horizon.start
    minutes = np.array([rng.randrange(0, 7 * DAY) for _ in range(200)])
    for duration in (0, 60, 300):
        expected = [earliest_start(at, start, int(t), duration) for t in minutes]
        assert places.earliest(0, minutes, duration).tolist() == [NEVER if t is None else t for t in expected]
    assert places.latest(0, minutes, 0).tolist() == [latest_open_minute(at, start, int(t)) for t in minutes]
    last = places.latest(0, minutes, 60)
    ends = last[last > -NEVER] + 60
    minutes = minutes[last > -NEVER]
    assert all(places.done(0, ends - 60) == ends)
    assert (ends <= minutes).all()


def test_deeper_events_only_add_ways() -> None:
    scenario = line_case(doors=[door("P", 50.0, 6.2)], shipments=[load("K1", "P", "C"), load("K2", "A", "C")])
    before: set[tuple[object, ...]] = set()
    cheapest: list[int] = []
    for depth in (0, 1, 2):
        network = build(scenario, depth=depth)
        here = {
            (m.kind, m.origin, m.destination, m.unit_type, m.stages, m.latest_min, m.available_min)
            for m in map(network.describe, range(network.moves))
        }
        assert before <= here
        before = here
        columns, complete = enumerate_columns(network, 0, 100_000)
        assert complete
        cheapest.append(min(column.cost_cents for column in columns))
    assert cheapest == sorted(cheapest, reverse=True)
