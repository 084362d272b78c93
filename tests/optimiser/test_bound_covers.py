"""Covers of the bound: every plan has the load units that they count on, and they raise the bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import ceil
from pathlib import Path

import numpy as np
import pytest

import cargopool as cp
from cargopool.model.scenario import Scenario
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.bound_cover_kernels import find_covers
from cargopool.optimiser.bound_covers import Cover, weights_of
from cargopool.optimiser.params import BoundParams, SearchParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from scale import scaled

WEEK = Path(__file__).parents[2] / "scenarios" / "clusters20-week"
AIM = 27_000_000.0
BUCKET_H = scaled(24, 8)


@pytest.fixture(scope="module")
def week() -> Scenario:
    return cp.load_scenario(WEEK)


@pytest.fixture(scope="module")
def bound(week: Scenario) -> Bound:
    found = ascent(week, BoundParams(bucket_h=BUCKET_H, iterations=scaled(160, 600)), np.zeros(1, np.int64))
    while not found.settled:
        assert found.advance(AIM)
    return found


def test_shipments_that_stay_away_save_no_more_units_than_a_cover_allows_for() -> None:
    random = np.random.default_rng(5)
    for _ in range(scaled(60, 600)):
        sizes = random.integers(1, 34, random.integers(1, 8)) / 33.0
        units = ceil(sizes.sum() - 1e-9)
        weights = weights_of(sizes, units)
        for n in range(sizes.size + 1):
            for away in combinations(range(sizes.size), n):
                left = ceil(np.delete(sizes, away).sum() - 1e-9)
                assert left >= units - weights[list(away)].sum() - 1e-9


def test_three_of_which_a_unit_takes_two_need_two_units() -> None:
    """Each pair of three meets on one of three days, half and half: one and a half units, half a unit short."""
    starts, share = np.array([0, 3]), np.ones(3)
    early, late = np.zeros(3, np.int64), np.full(3, 3 * 1440 - 1)
    sizes, paid = np.full((3, 2), [0.45, 0.1]), np.full((1, 3), 0.5)
    found_i, found_f = np.zeros((4, 6), np.int64), np.zeros(4)
    assert find_covers(starts, share, early, late, sizes, paid, 1440, found_i, found_f) >= 1
    best = int(np.argmax(found_f))
    assert found_f[best] == pytest.approx(0.5)
    assert found_i[best].tolist() == [0, 0b111, 0, 2, 0, 2]


def test_units_of_other_days_do_not_help() -> None:
    """Two that can go on the first day only: what is paid for on the second is not counted."""
    starts, share = np.array([0, 2]), np.ones(2)
    early, late = np.zeros(2, np.int64), np.full(2, 1439)
    sizes, paid = np.full((2, 2), [0.6, 0.1]), np.array([[1.2, 5.0]])
    found_i, found_f = np.zeros((4, 6), np.int64), np.zeros(4)
    assert find_covers(starts, share, early, late, sizes, paid, 1440, found_i, found_f) == 1
    assert found_f[0] == pytest.approx(0.8)
    assert found_i[0].tolist() == [0, 0b11, 0, 2, 0, 0]


def units_and_riders(search: Search, bound: Bound) -> tuple[dict[tuple[int, int], int], dict[int, set[int]]]:
    """Load units of the search's best plan by class-and-way and bucket, and its shipments by class-and-way."""
    network, plan = search.network, search.best
    places = len(network.place_ids)
    classes = bound.lines.kernel.k_class
    loads: dict[tuple[int, int], np.ndarray] = {}
    riders: dict[int, set[int]] = {}
    for k in np.flatnonzero(plan.served).tolist():
        for move in plan.plan[k, : plan.plan[k, 9]].tolist():
            way = int(network.move_origin[move]) * places + int(network.move_destination[move])
            riders.setdefault(int(classes[k]) * places * places + way, set()).add(k)
            key = (int(classes[k]), move)
            loads[key] = loads.get(key, np.zeros(4, np.int64)) + network.shipment_size[k]
    units: dict[tuple[int, int], int] = {}
    for (group, move), load in loads.items():
        way = int(network.move_origin[move]) * places + int(network.move_destination[move])
        need = max(1, *(-(-load // np.maximum(network.move_capacity[move], 1))))
        key = (group * places * places + way, int(network.move_latest[move]) // (60 * BUCKET_H))
        units[key] = units.get(key, 0) + int(need)
    return units, riders


def shortage(cover: Cover, units: dict[tuple[int, int], int], riders: dict[int, set[int]]) -> float:
    """Units that a plan lacks of what a cover says it needs."""
    low, high = cover.buckets
    there = sum(units.get((cover.way, bucket), 0) for bucket in range(low, high + 1))
    on_it = riders.get(cover.way, set())
    away = sum(weight for k, weight in zip(cover.members.tolist(), cover.weights, strict=True) if k not in on_it)
    return float(cover.units - away - there)


def test_every_plan_keeps_every_cover(week: Scenario, bound: Bound) -> None:
    network = search_network(week, SearchParams())
    rows = bound.covers.rows
    assert len(rows) > 100
    tight = 0
    for seed in range(scaled(2, 12)):
        search = Search(network, make_data(network), seed, SearchParams(), np.zeros(1, np.int64))
        search.construct()
        search.advance(500 * (seed + 1), 1.0, 0.0)
        units, riders = units_and_riders(search, bound)
        for cover in rows:
            short = shortage(cover, units, riders)
            assert short <= 1e-6, cover
            tight += short > -1e-6
    assert tight > 20


def test_covers_raise_the_bound(week: Scenario, bound: Bound) -> None:
    without = ascent(week, replace(bound.params, covers=False), np.zeros(1, np.int64))
    while not without.settled:
        without.advance(AIM)
    assert not without.covers.rows
    assert bound.best_cents > without.best_cents
    assert (bound.covers.price > 1.0).sum() > 50


def test_what_is_taken_off_leaves_every_unit_a_cost(bound: Bound) -> None:
    covers = bound.covers
    assert (bound._state.prices[covers.groups, 0] > 0.0).all()
    assert (covers.off() <= bound._cost[covers.groups]).all()


def test_no_cover_is_found_twice(bound: Bound) -> None:
    names = [(cover.way, *cover.members.tolist()) for cover in bound.covers.rows]
    assert len(names) == len(set(names))
