"""Networks thinned for the search: what they leave out, and that what is left is as it is in P."""

import random
from dataclasses import replace

import numpy as np
import pytest

from cargopool.batches.week_params import read_week_params
from cargopool.batches.weeks import write_week
from cargopool.files import read_scenario
from cargopool.footprint import move_coefficients
from cargopool.network import build, expansion
from cargopool.network.arrays import ROAD
from cargopool.network.convoys import Way, convoy_arrivals
from cargopool.network.events import first_events
from cargopool.network.thinning import Thinning, road_units_left_out
from cargopool.rules import road_link, trip_arrival
from network.network_week import week
from scale import scaled

THIN = Thinning(backward=False, grid_min=360, dearer=0.0, max_departures=2, best_road_units=True)


@pytest.fixture(scope="module")
def scenario():
    return week(hubs=14, services=40, shipments=60, seed=3)


@pytest.fixture(scope="module")
def thin(scenario):
    return build(scenario, depth=1, thinning=THIN)


def test_convoys_arrive_when_trips_do(scenario):
    draw = random.Random(8)
    places = [*scenario.hubs, *scenario.doors]
    ways = []
    while len(ways) < 60:
        link = road_link(scenario, *draw.sample(places, 2))
        if link is not None:
            ways.append(Way(link, draw.choice(("single", "double")), draw.choice((0, 60, 180))))
    count = scaled(3_000, 100_000)
    way = np.array([draw.randrange(len(ways)) for _ in range(count)])
    departs = np.array([draw.randrange(-2_000, 30_000) for _ in range(count)])
    arrive = convoy_arrivals(scenario, ways, way, departs)
    for w, depart, there in zip(way.tolist(), departs.tolist(), arrive.tolist(), strict=True):
        one = ways[w]
        expected = trip_arrival(scenario, one.link, depart, one.manning, bans=True, duty_before_min=one.duty_before_min)
        assert there == expected
    free = departs + [
        trip_arrival(scenario, ways[w].link, 0, ways[w].manning, bans=False, duty_before_min=ways[w].duty_before_min)
        for w in way
    ]
    assert (arrive != free).mean() > 0.02


def test_moves_are_priced_as_in_p(scenario, thin):
    draw = random.Random(4)
    for m in draw.sample(range(thin.moves), 150):
        found = move_coefficients(scenario, thin.describe(m))
        assert (found.objective_cents, found.grams) == (thin.move_cost[m], thin.move_grams[m])


def test_trucks_leave_on_the_grid_or_at_ready_times_and_are_used(thin):
    road = np.flatnonzero(thin.move_kind == ROAD)
    used = np.zeros(thin.moves, dtype=np.bool_)
    used[np.concatenate(thin.usable)] = True
    assert used[road].mean() > 0.99
    off = road[thin.move_latest[road] % THIN.grid_min > 0]
    assert 0 < off.size < road.size
    assert len(set(thin.move_latest[off].tolist())) <= len(thin.shipment_ids)
    twins = list(
        zip(
            *(a[road].tolist() for a in (thin.move_origin, thin.move_destination, thin.move_latest, thin.move_unit)),
            strict=True,
        )
    )
    assert len(set(twins)) == len(twins)


def test_every_direct_truck_in_time_has_one_in_the_thinned_network(scenario, thin):
    full = build(scenario, depth=0)

    def direct(network, k):
        mine = network.usable[k]
        ends = (network.move_origin[mine] == network.shipment_origin[k]) & (
            network.move_destination[mine] == network.shipment_destination[k]
        )
        return mine[ends & (network.move_kind[mine] == ROAD)]

    seen = 0
    for k in range(len(thin.shipment_ids)):
        if direct(full, k).size:
            assert direct(thin, k).size
            seen += 1
    assert seen > 30


def test_users_can_ride_in_time(scenario, thin):
    for k, mine in enumerate(thin.usable):
        assert (np.diff(mine) > 0).all()
        assert (thin.move_latest[mine] >= thin.shipment_ready[k]).all()
        assert (thin.move_available[mine] <= thin.shipment_latest[k]).all()


def test_dearer_ways_come_back_with_a_wider_limit(scenario, thin):
    wide = build(scenario, depth=1, thinning=replace(THIN, dearer=5.0))
    assert wide.moves > thin.moves
    assert all(a.size <= b.size for a, b in zip(thin.usable, wide.usable, strict=True))
    coarse = build(scenario, depth=1, thinning=replace(THIN, ready_grid_min=180))
    assert coarse.moves < thin.moves


def test_a_unit_type_is_left_out_only_for_temperatures_that_others_keep(scenario):
    out = road_units_left_out(scenario)
    assert "RF" in out["ambient"] and "RF" not in out["chilled"]
    assert "C45" not in out["ambient"]


def test_without_road_moves_events_at_other_hubs_than_headways_change_nothing(tmp_path, monkeypatch):
    write_week(read_week_params(None, {"shipments": 40, "seed": 2, "hubs": "core+50"}), tmp_path / "w")
    generated = read_scenario(tmp_path / "w")
    assert any(service.headway_min is not None for service in generated.services.values())
    scheduled = Thinning(road=False, backward=False)

    def moves(network):
        names = ("kind", "origin", "destination", "latest", "available", "unit", "cost")
        return sorted(zip(*(getattr(network, f"move_{name}").tolist() for name in names), strict=True))

    short = build(generated, depth=0, thinning=scheduled)
    monkeypatch.setattr(expansion, "first_events", lambda *given, road: first_events(*given, road=True))
    long = build(generated, depth=0, thinning=scheduled)
    assert moves(short) == moves(long) and short.moves > 1_000
    assert sum(map(len, short.usable)) == sum(map(len, long.usable))
