"""Parts of a plan: shipments that stay keep ways, room and units; changes are merged as far as they fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.optimiser.params import BoundParams, SearchParams, SolveParams
from cargopool.optimiser.parts import Changes, Merger, improve_part
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from cargopool.optimiser.stop import WorkLimit
from cargopool.verifier import verify
from optimiser.tiny_world import H, load, plan_of, train, trains_and_trucks, world
from oracle.cases import CASES
from oracle.instances import instance

PARAMS = SolveParams(bound=BoundParams(enabled=False))
BY_FIRST_TRUCK = 14 * H + 45
"""When freight that is ready at 8:00 and goes by truck as soon as it is loaded has been unloaded."""


def accepted(scenario: Scenario, plan: Plan) -> bool:
    report = verify(scenario, plan)
    assert report.ok, report.violations
    return True


def improved(scenario: Scenario, plan: Plan, *shipments: str) -> Changes | None:
    return improve_part(
        scenario,
        plan,
        shipments,
        stop=WorkLimit(1_500),
        seed=1,
        params=PARAMS,
        accept=lambda found: accepted(scenario, found),
    )


def merger(scenario: Scenario) -> Merger:
    return Merger(scenario, PARAMS, lambda found: accepted(scenario, found))


def one_box_for_two() -> tuple[Scenario, Plan]:
    """Two full boxes on trucks, and a train that takes one."""
    trucks = world((load("X", 6), load("Y", 6)), services={"T": train("T", "A", "B", 13 * H, 300, 900.0)})
    plan = plan_of(trucks)
    assert trains_and_trucks(plan) == (0, 2)
    scenario = replace(trucks, services={"T": train("T", "A", "B", 13 * H, 300, 100.0, spot_units=1)})
    return scenario, plan


@pytest.mark.parametrize("case", CASES[7::40])
def test_the_annealing_leaves_others_alone(case: tuple[int, tuple[str, ...]]) -> None:
    network = build(instance(*case))
    data = make_data(network)
    begin = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64))
    begin.construct()
    movable = np.arange(0, len(network.shipment_ids), 2, dtype=np.int64)
    fixed = np.setdiff1d(np.arange(len(network.shipment_ids)), movable)
    search = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64), movable=movable)
    search.begin_at(begin.best)
    search.construct()
    assert search.advance(500, 1.0, 0.0) == 500
    for found in (search.best, search.current):
        assert (found.plan[fixed] == begin.best.plan[fixed]).all()
        assert (found.served[fixed] == begin.best.served[fixed]).all()
    assert search.best_cents <= begin.best_cents


def test_none_movable_changes_nothing() -> None:
    network = build(instance(*CASES[7]))
    search = Search(
        network, make_data(network), 1, SearchParams(), np.zeros(1, np.int64), movable=np.zeros(0, np.int64)
    )
    search.construct()
    search.advance(50, 1.0, 0.0)
    assert not search.best.served.any()


def test_changes_that_do_not_fit_together_are_dropped() -> None:
    scenario, plan = one_box_for_two()
    changes = [improved(scenario, plan, name) for name in ("X", "Y")]
    found = [change for change in changes if change is not None]
    assert [change.shipments for change in found] == [("X",), ("Y",)]
    merged, count = merger(scenario).merge(plan, found)
    assert count == 1
    assert trains_and_trucks(merged) == (1, 1)
    assert merged.totals.objective_cents == plan.totals.objective_cents - max(change.gain_cents for change in found)


def test_the_order_of_the_parts_does_not_matter() -> None:
    scenario, plan = one_box_for_two()
    found = [change for name in ("X", "Y") if (change := improved(scenario, plan, name)) is not None]
    assert merger(scenario).merge(plan, found) == merger(scenario).merge(plan, found[::-1])


def test_others_keep_their_room() -> None:
    scenario, plan = one_box_for_two()
    first = improved(scenario, plan, "X")
    assert first is not None
    merged, _ = merger(scenario).merge(plan, [first])
    assert improved(scenario, merged, "Y") is None


def test_units_of_others_may_be_joined() -> None:
    scenario = world((load("X", 3, ready_min=10 * H), load("Y", 3)))
    hurried = load("Y", 3, due_min=BY_FIRST_TRUCK, latest_min=BY_FIRST_TRUCK)
    apart = plan_of(replace(scenario, shipments=scenario.shipments | {"Y": hurried}))
    assert trains_and_trucks(apart) == (1, 1)
    changes = improved(scenario, apart, "Y")
    assert changes is not None
    assert changes.shipments == ("Y",)
    merged, count = merger(scenario).merge(apart, [changes])
    assert (count, trains_and_trucks(merged)) == (1, (1, 0))
    assert [len(unit.contents) for unit in merged.units] == [2]


def test_a_change_without_gain_is_dropped() -> None:
    scenario, plan = one_box_for_two()
    best = plan_of(scenario)
    worse = Changes(
        shipments=("X", "Y"),
        gain_cents=1,
        itineraries=plan.itineraries,
        moves=tuple(use.move for use in plan.moves),
    )
    assert merger(scenario).merge(best, [worse]) == (best, 0)


def test_a_change_that_the_verifier_refuses_is_dropped() -> None:
    scenario, plan = one_box_for_two()
    change = improved(scenario, plan, "X")
    assert change is not None
    assert Merger(scenario, PARAMS, lambda found: False).merge(plan, [change]) == (plan, 0)


def test_shipments_in_several_parts_stay() -> None:
    first = train("T", "A", "B", 13 * H, 300, 100.0, spot_units=1)
    dear, cheap = (train("U", "A", "B", 15 * H, 300, price, spot_units=1) for price in (900.0, 100.0))
    whole = load("S", 8, max_parts=2, part_eur=5.0, ready_min=10 * H)
    plan = plan_of(
        world(
            (whole, load("T", 5, due_min=BY_FIRST_TRUCK, latest_min=BY_FIRST_TRUCK)), services={"T": first, "U": dear}
        )
    )
    assert [part.shipment for part in plan.itineraries] == ["S", "S", "T"]
    assert trains_and_trucks(plan) == (1, 2)
    scenario = world((whole, load("T", 5)), services={"T": first, "U": cheap})
    assert improved(scenario, plan, "S") is None
    changes = improved(scenario, plan, "S", "T")
    assert changes is not None
    assert changes.shipments == ("T",)
    merged, count = merger(scenario).merge(plan, [changes])
    assert (count, trains_and_trucks(merged)) == (1, (2, 1))
    assert [part.shipment for part in merged.itineraries] == ["S", "S", "T"]


def test_a_plan_of_another_network_is_not_known() -> None:
    scenario, plan = one_box_for_two()
    assert merger(scenario).knows(plan)
    later = tuple(
        replace(
            use, move=replace(use.move, latest_min=use.move.latest_min + 7, available_min=use.move.available_min + 7)
        )
        for use in plan.moves
    )
    foreign = replace(plan, moves=later)
    assert not merger(scenario).knows(foreign)
    assert improved(scenario, foreign, "X") is None
