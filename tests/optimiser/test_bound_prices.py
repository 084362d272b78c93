"""Prices of the bound: whoever uses a group's load units, what they are charged is paid for by the units they need."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import cargopool as cp
from cargopool.kernel_tables import KernelTable
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.bound_charges import (
    ANY_TIME,
    CLASSES,
    COMMON,
    ENTRY_GROUP,
    ENTRY_OWN,
    ENTRY_SHIPMENT,
    LINE_CLASS,
    LINE_UNITS,
    PRICE,
    TIMED,
)
from cargopool.optimiser.bound_gauge import gauge, members_of
from cargopool.optimiser.bound_kernels import all_cheapest
from cargopool.optimiser.bound_shares import grid_of
from cargopool.optimiser.bound_state import kept_entries, make_itineraries
from cargopool.optimiser.params import BoundParams
from optimiser.tiny_world import load, world
from scale import scaled

WEEK = Path(__file__).parents[2] / "scenarios" / "clusters20-week"
ITERATIONS = scaled(70, 200)


@pytest.fixture(scope="module")
def bound() -> Bound:
    found = ascent(cp.load_scenario(WEEK), BoundParams(iterations=ITERATIONS), np.zeros(1, np.int64))
    while not found.settled:
        assert found.advance(27_000_000.0)
    return found


def test_steps_shrink_with_the_time_and_the_iterations_that_are_left() -> None:
    params = BoundParams(step=0.8, last_step=0.2, iterations=8)
    scenario = cp.load_scenario(WEEK)
    some = replace(scenario, shipments=dict(islice(scenario.shipments.items(), 20)))
    found = ascent(some, params, np.zeros(1, np.int64))
    assert [found._step(left) for left in (1.0, 0.5, 0.0)] == pytest.approx([0.8, 0.4, 0.2])
    for _ in range(4):
        assert not found.settled
        found.advance(1e9)
    assert [found._step(left) for left in (1.0, 0.5, 0.25)] == pytest.approx([0.4, 0.4, 0.2 * 4**0.25])
    for _ in range(4):
        found.advance(1e9)
    assert found.settled
    assert found._step(1.0) == pytest.approx(0.2)


def line_and_class(bound: Bound, group: int) -> tuple[int, int]:
    kernel = bound.lines.kernel
    timed = int(kernel.knobs[TIMED])
    if group < timed:
        line = int(kernel.group_line[group])
        return line, int(kernel.li[line, LINE_CLASS])
    return int(kernel.knobs[ANY_TIME]) + (group - timed) // int(kernel.knobs[CLASSES]), (group - timed) % int(
        kernel.knobs[CLASSES]
    )


def sizes_of(bound: Bound, group: int, shipments: list[int]) -> Any:
    """Size of each shipment in units of the group, float64[n, 2]."""
    kernel = bound.lines.kernel
    line, owner = line_and_class(bound, group)
    dimensions = kernel.dimensions[owner]
    sealed = bound.data.k_units[shipments] > 0
    loose = bound.data.k_size[shipments][:, dimensions] * kernel.inverse[line, dimensions]
    units = np.column_stack([bound.data.k_units[shipments] / kernel.li[line, LINE_UNITS]] * 2)
    return np.where(sealed[:, None], units, loose)


def users_of(bound: Bound) -> dict[int, dict[int, float]]:
    """Own shares by group and shipment."""
    state = bound._state
    count = int(state.entries[0])
    found: dict[int, dict[int, float]] = {}
    for e in range(count):
        group, k = int(state.entry_i[e, ENTRY_GROUP]), int(state.entry_i[e, ENTRY_SHIPMENT])
        found.setdefault(group, {})[k] = float(state.entry_f[e, ENTRY_OWN])
    return found


def test_no_set_of_users_pays_more_than_the_units_that_it_needs(bound: Bound) -> None:
    users = users_of(bound)
    shared = 0
    for group, own in users.items():
        shipments = sorted(own)[:9]
        size = sizes_of(bound, group, shipments)
        paid = size @ bound._state.prices[group, COMMON : COMMON + 2] + np.array([own[k] for k in shipments])
        shared += sum(own[k] > 0.0 for k in shipments) > 1
        for n in range(1, len(shipments) + 1):
            for chosen in combinations(range(len(shipments)), n):
                units = max(1.0, float(np.ceil(size[list(chosen)].sum(axis=0) - 1e-6).max()))
                assert paid[list(chosen)].sum() <= units + 1e-9
    assert shared > 20


def test_own_shares_of_two_that_do_not_fit_one_unit_may_each_be_whole(bound: Bound) -> None:
    """The gauge earns its keep: somewhere own shares add up to more than one unit's cost."""
    above = [group for group, own in users_of(bound).items() if sum(own.values()) > 1.0 + 1e-6]
    assert above


@numba.njit  # type: ignore[untyped-decorator]
def gauged(d, b, s, w, group, line):  # type: ignore[no-untyped-def]
    """Gauge and grid of a group."""
    grid = grid_of(b, s, group, line)
    return gauge(s, w, group, members_of(s, w, group)[0], grid)[0], grid


def test_the_gauge_is_the_dearest_set_per_unit_that_it_needs(bound: Bound) -> None:
    """Against every set of entries, in both dimensions; the second one decides somewhere."""
    state, checked, heavy = bound._state, 0, 0
    for group, own in users_of(bound).items():
        mine = sorted(k for k, share in own.items() if share > 0.0 and not bound.lines.kernel.spreads[k])
        line, owner = line_and_class(bound, group)
        if not 2 <= len(mine) <= 9 or bound.lines.kernel.sealed[owner]:
            continue
        size, total = sizes_of(bound, group, mine), np.array([own[k] for k in mine])
        ratios = []
        for n in range(1, len(mine) + 1):
            for chosen in combinations(range(len(mine)), n):
                load = size[list(chosen)].sum(axis=0)
                units = max(1.0, float(np.ceil(load - 1e-9).max()))
                ratios.append(total[list(chosen)].sum() / units)
                heavy += load[0] <= 1.0 < load[1]
        found, grid = gauged(bound._packed, bound.lines.kernel, state, bound._labels, group, line)
        whole = (size[:, state.tight[group]] * grid % 1.0 < 1e-6).all()
        assert found == pytest.approx(max(ratios)) if whole else found >= max(ratios) - 1e-9
        checked += 1
    assert checked > 20
    assert heavy > 20


def test_what_needs_two_units_by_weight_may_be_charged_two(bound: Bound) -> None:
    most = 0.0
    for group, own in users_of(bound).items():
        for k, share in own.items():
            first, second = sizes_of(bound, group, [k])[0]
            if not bound.lines.kernel.spreads[k] and max(first, second) <= 1.0:
                assert share <= 1.0 + 1e-9
            most = max(most, share)
    assert most > 1.0


def test_a_part_of_a_split_shipment_pays_no_more_than_the_units_that_it_needs(bound: Bound) -> None:
    spreads = bound.lines.kernel.spreads
    checked = 0
    for group, own in users_of(bound).items():
        split = [k for k in own if spreads[k] and own[k] > 0.0][:2]
        whole = [k for k in own if not spreads[k]][:6]
        if not split:
            continue
        checked += 1
        size, rest = sizes_of(bound, group, split), sizes_of(bound, group, whole)
        price = bound._state.prices[group, COMMON : COMMON + 2]
        alone = size @ price + np.array([own[k] for k in split])
        others = rest @ price + np.array([own[k] for k in whole])
        for share in (0.1, 0.35, 0.5, 0.75, 1.0):
            for n in range(len(whole) + 1):
                for chosen in combinations(range(len(whole)), n):
                    load = share * size.sum(axis=0) + rest[list(chosen)].sum(axis=0)
                    units = max(1.0, float(np.ceil(load - 1e-6).max()))
                    assert share * alone.sum() + others[list(chosen)].sum() <= units + 1e-9
    assert checked


def test_entries_that_are_dropped_leave_the_shares_of_the_others(bound: Bound) -> None:
    before = {g: {k: v for k, v in own.items() if v > 0.0} for g, own in users_of(bound).items()}
    state = bound._state
    count = int(state.entries[0])
    used = np.flatnonzero(state.entry_f[:count, ENTRY_OWN] > 0.0)
    entry_i, entry_f = kept_entries(state, used, state.entry_i.shape[0])
    bound._state = state.replace(entry_i=entry_i, entry_f=entry_f)
    after = users_of(bound)
    assert after == {g: own for g, own in before.items() if own}
    best = bound.best_cents
    assert bound.advance(27_000_000.0)
    assert bound.best_cents >= best


def test_known_itineraries_and_rides_left_out_change_no_price(bound: Bound) -> None:
    """The cheapest itineraries are as cheap when none is known beforehand, so that more rides are looked at."""
    arrays = (bound._packed, bound._lines, bound._state, bound._labels)
    found = bound._itineraries
    assert all_cheapest(*arrays, found, bound.stop)
    assert (found.past[:, :, 3] > 0).sum() > found.value.size
    afresh = KernelTable(make_itineraries(found.value.size))
    assert all_cheapest(*arrays, afresh, bound.stop)
    assert afresh.value == pytest.approx(found.value, abs=1e-3)


def test_charges_are_never_above_what_the_shares_come_to(bound: Bound) -> None:
    """They are kept in half the space: rounding must not raise what a shipment is said to pay at least."""
    state, kernel = bound._state, bound.lines.kernel
    assert all_cheapest(bound._packed, bound._lines, state, bound._labels, bound._itineraries, bound.stop)
    checked = 0
    for group, own in list(users_of(bound).items())[:400]:
        line, owner = line_and_class(bound, group)
        if kernel.sealed[owner]:
            continue
        rate = state.prices[group, PRICE] * state.prices[group, COMMON : COMMON + 2]
        rate = rate * kernel.inverse[line][kernel.dimensions[owner]]
        assert (state.charges[group, :2].astype(np.float64) <= rate).all()
        assert state.charges[group, :2] == pytest.approx(rate, rel=1e-6)
        assert state.charges[group, 2] == 0.0
        checked += bool(own)
    assert checked


def test_a_sealed_unit_that_nothing_can_carry_stays_at_its_unserved_price() -> None:
    heavy = load("S", 0, load_unit="box", load_units=2, kg=12_002)
    scenario = world([heavy], services={})
    found = ascent(replace(scenario, vehicles={}), BoundParams(), np.zeros(1, np.int64))
    for _ in range(3):
        found.advance(1e7)
    assert found.best_cents == found.data.k_unserved.sum()
