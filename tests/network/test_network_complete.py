"""Completeness against plain enumeration, size and speed of a whole week, and what a Network must survive."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from cargopool.model.place import Hub
from cargopool.model.plan import DepartureStage, Move
from cargopool.model.scenario import Scenario
from cargopool.network import DOOR, ROAD, SCHEDULED, build
from cargopool.network.columns import enumerate_columns
from cargopool.network.keys import distinct, first_of_each
from cargopool.rules import earliest_start, latest_open_minute, operating_dates, stop_minutes
from network.network_cases import line_case
from network.network_week import week
from network.test_network_prices import mixed
from scale import scaled

Leg = tuple[str, str, str, str, int, int]
"""Service, date, origin, destination, closing, pick-up-ready."""


def plain_rides(scenario: Scenario) -> list[Leg]:
    found: list[Leg] = []
    start = scenario.horizon.start
    for service in scenario.services.values():
        for date in operating_dates(service, scenario.horizon, scenario.hubs):
            times = stop_minutes(service, date, start, scenario.hubs)
            for i, a in enumerate(service.stops[:-1]):
                depart = times[i][1]
                if depart is None or depart < a.booking_close_min:
                    continue
                for j in range(i + 1, len(service.stops)):
                    arrive = times[j][0]
                    assert arrive is not None
                    b = service.stops[j]
                    ready = arrive + b.pick_up_ready_min
                    found.append((service.id, date, a.hub, b.hub, depart - a.closing_min, ready))
    return found


def plain_chains(scenario: Scenario, rides: list[Leg]) -> Iterator[tuple[Leg, ...]]:
    """Chains of departures with transfers, by trying everything."""
    for count in range(1, scenario.scope.max_departures + 1):
        for chain in product(rides, repeat=count):
            hubs = [chain[0][2], *(ride[3] for ride in chain)]
            joined = all(a[3] == b[2] and a[5] + scenario.hubs[a[3]].lift_min <= b[4] for a, b in pairwise(chain))
            if joined and len(set(hubs)) == len(hubs):
                yield chain


def direct_in_time(scenario: Scenario, chain: tuple[Leg, ...], k: str) -> tuple[int, int] | None:
    """Hand-in and collection when shipment k can go by this chain alone from hub to hub."""
    goods, start = scenario.shipments[k], scenario.horizon.start
    a, b = scenario.place(chain[0][2]), scenario.place(chain[-1][3])
    if (a.id, b.id) != (goods.origin, goods.destination) or not isinstance(a, Hub) or not isinstance(b, Hub):
        return None
    hand_in = latest_open_minute(a, start, chain[0][4])
    collect = earliest_start(b, start, chain[-1][5], 0)
    if hand_in is None or collect is None or a.cross_dock is None or b.cross_dock is None:
        return None
    load = earliest_start(a, start, goods.ready_min, a.cross_dock.handling_min)
    if load is None or load + a.cross_dock.handling_min > hand_in:
        return None
    unload = earliest_start(b, start, collect + b.lift_min, b.cross_dock.handling_min)
    if unload is None or unload + b.cross_dock.handling_min > goods.latest_min:
        return None
    return hand_in, collect


@pytest.mark.parametrize("seed", range(scaled(4, 60)))
def test_every_chain_that_serves_a_shipment_alone_is_there(seed: int) -> None:
    scenario = replace(mixed(seed), doors={}, crossings=())
    scenario = replace(scenario, shipments={k: s for k, s in scenario.shipments.items() if k in ("K1", "K3")})
    network = build(scenario, depth=0)
    there: dict[tuple[object, ...], set[int]] = {}
    for m in np.flatnonzero(network.move_kind == SCHEDULED):
        move = network.describe(int(m))
        rides = [stage for stage in move.stages if isinstance(stage, DepartureStage)]
        key = (
            tuple((r.service, r.run_date, r.origin, r.destination) for r in rides),
            move.hand_in_min,
            move.collect_min,
        )
        there.setdefault(key, set()).add(int(m))
    seen = 0
    for chain in plain_chains(scenario, plain_rides(scenario)):
        for k, name in enumerate(scenario.shipments):
            minutes = direct_in_time(scenario, chain, name)
            if minutes is None:
                continue
            seen += 1
            key = (tuple(ride[:4] for ride in chain), *minutes)
            assert there[key] & set(network.usable[k].tolist())
    assert seen or seed


@pytest.mark.parametrize("seed", range(scaled(3, 40)))
def test_usable_moves_are_all_and_only_grow_with_the_window(seed: int) -> None:
    """Every move is usable by somebody, and a wider time window keeps every move with a departure."""
    scenario = mixed(seed)
    network = build(scenario, depth=1)
    assert set(np.concatenate(network.usable).tolist()) == set(range(network.moves))
    wider = {k: replace(s, latest_min=s.latest_min + 300, ready_min=s.ready_min) for k, s in scenario.shipments.items()}
    later = build(replace(scenario, shipments=wider), depth=1)
    for k in range(len(scenario.shipments)):
        narrow, wide = (
            {signature(move) for m in net.usable[k] if departs(move := net.describe(int(m)))}
            for net in (network, later)
        )
        assert narrow <= wide


def departs(move: Move) -> bool:
    return any(isinstance(stage, DepartureStage) and stage.run_date for stage in move.stages)


def signature(move: Move) -> tuple[object, ...]:
    return move.kind, move.unit_type, move.stages, move.latest_min, move.available_min, move.max_gross_kg


def test_a_week_has_the_moves_of_its_size() -> None:
    network = build(week(hubs=12, services=60, shipments=60), depth=0)
    kinds = np.bincount(network.move_kind, minlength=3)
    assert (kinds[[SCHEDULED, ROAD, DOOR]] > 100).all()
    assert network.moves < 120_000
    assert sum(moves.size for moves in network.usable) < 1_000_000
    served = [moves.size > 0 for moves in network.usable]
    assert sum(served) >= 55
    assert network.move_rows.indptr[-1] == network.move_rows.index.size == network.move_rows.amount.size
    assert (np.diff(network.move_rows.indptr) >= 0).all()
    assert (network.move_latest < network.move_available).all()
    assert (network.move_capacity[:, 1] > 0).all()
    assert all((np.diff(moves) > 0).all() for moves in network.usable)


def test_same_scenario_same_network() -> None:
    one, two = build(mixed(1), depth=1), build(mixed(1), depth=1)
    assert [one.describe(m) for m in range(one.moves)] == [two.describe(m) for m in range(two.moves)]
    assert one.row_label == two.row_label
    assert (one.move_cost == two.move_cost).all()


def test_network_pickles() -> None:
    network = build(line_case(), depth=1)
    again = pickle.loads(pickle.dumps(network))
    assert again.describe(3) == network.describe(3)
    assert enumerate_columns(again, 0, 500) == enumerate_columns(network, 0, 500)


def test_deadline_gives_up() -> None:
    with pytest.raises(TimeoutError):
        build(line_case(), deadline=lambda: True)


def test_no_shipments_no_moves() -> None:
    network = build(line_case(shipments=[]))
    assert (network.moves, network.usable, network.row_label) == (0, (), ())


def test_enumeration_says_when_it_stopped() -> None:
    network = build(line_case(), depth=1)
    everything, complete = enumerate_columns(network, 0, 100_000)
    assert complete
    some, complete = enumerate_columns(network, 0, 5)
    assert (some, complete) == (everything[:5], False)


def test_keys_tell_rows_apart_even_when_wide() -> None:
    rng = np.random.default_rng(1)
    columns = [rng.integers(-(1 << 40), 1 << 40, 500) for _ in range(3)]
    columns = [np.concatenate([c, c[:100]]) for c in columns]
    first, back = distinct(columns)
    assert first.size == 500
    assert all((c[first][back] == c).all() for c in columns)
    assert first_of_each(columns).tolist() == list(range(500))


def test_the_example_of_the_page_runs() -> None:
    page = Path(__file__).parents[2] / "docs" / "network.md"
    (block,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(block, page.name, "exec"), {})
