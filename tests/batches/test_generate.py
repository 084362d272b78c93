from datetime import datetime, timedelta
from math import inf

import pytest

from cargopool.batches.generate import RECIPES, generate_week, reference_regions
from cargopool.reference import load_reference

MONDAY = datetime(2026, 11, 23)


def road_km():
    table = {}
    for link in load_reference().road_links:
        table[link.origin, link.destination] = table[link.destination, link.origin] = link.km
    return lambda a, b: table.get((a, b), inf)


@pytest.fixture(scope="module")
def week():
    return generate_week(reference_regions(), road_km(), shipments=2000, seed=5, monday=MONDAY)


def test_the_seed_decides(week):
    assert generate_week(reference_regions(), road_km(), shipments=2000, seed=5, monday=MONDAY) == week
    assert generate_week(reference_regions(), road_km(), shipments=2000, seed=6, monday=MONDAY) != week


def test_regions_are_hubs_with_cross_docks():
    regions = reference_regions()
    assert len(regions) == 25
    assert all(load_reference().hubs[region.hub].cross_dock for region in regions)


def test_lanes_and_times(week):
    km = road_km()
    assert len({row.id for row in week}) == 2000
    for row in week:
        distance = km(row.origin, row.destination)
        assert 300 <= distance < inf
        slack = (row.due - row.ready) / timedelta(hours=1) - distance / 45 - 8
        low, high = RECIPES[row.segment].window_h
        assert low - 3.1 <= slack <= high + 3.1
        assert row.latest >= row.due
        assert MONDAY <= row.ready < MONDAY + timedelta(days=6)
        assert not 1 <= row.ready.hour < 4 and not 1 <= row.due.hour < 4


def test_sizes_fit_a_truck(week):
    for row in week:
        assert 1 <= row.pallets <= 33 and 0 < row.kg <= (22_000 if row.load_units else 24_000)
        assert bool(row.load_unit) == bool(row.load_units)
        assert row.max_parts == 1 or row.pallets >= 2 * row.min_part_pallets


def test_shares_are_the_recipe(week):
    fmcg = [row for row in week if row.segment == "fmcg"]
    chemicals = [row for row in week if row.segment == "chemicals"]
    assert len({row.shipper for row in week}) == 29
    assert len(fmcg) == 1000 and len(chemicals) == 440
    assert sum(row.temperature == "chilled" for row in fmcg) / len(fmcg) == pytest.approx(0.12, abs=0.04)
    assert sum(row.adr_class != "" for row in chemicals) / len(chemicals) == pytest.approx(0.35, abs=0.07)
    assert all(row.temperature == "ambient" for row in week if row.segment != "fmcg")
    days = [sum(row.ready.weekday() == day for row in week) / len(week) for day in range(7)]
    assert days[:5] == pytest.approx([0.20, 0.21, 0.21, 0.19, 0.16], abs=0.04) and days[5] < 0.06 and days[6] == 0


def test_lone_trucks_are_about_half_full(week):
    filled = sum(row.pallets for row in week) / (33 * len(week))
    assert filled == pytest.approx(0.54, abs=0.08)
