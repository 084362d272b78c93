"""The front against brute force: at every carbon price the best point of the front is the optimum."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cargopool.batches.front_runs import pareto
from cargopool.footprint import unserved_cents
from cargopool.runs.objectives import at_price, serving
from cargopool.verifier import verify
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import solve as brute_force
from scale import scaled

PRICES = (0.0, 40.0, 150.0, 900.0, 20_000.0)
LARGE = {"charter", "parts", "three_moves", "three_departures", "throughput", "lifts", "yard"}
SMALL = [case for case in CASES if not LARGE & set(case[1]) and len(instance(*case).shipments) <= 3]
CHOSEN = scaled(SMALL[3::17], SMALL[3::3])


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_at_every_price_the_best_point_is_the_optimum(case: tuple[int, tuple[str, ...]]) -> None:
    scenario = instance(*case)
    scenario = replace(scenario, objective=replace(scenario.objective, carbon_price_eur_per_t=0.0))
    front = pareto(scenario, points=40, gap=0.0)
    assert front.points
    assert all(point.proven for point in front.points)
    served = frozenset(scenario.shipments) - set(front.left_out)
    for point in front.points:
        assert point.answer.plan is not None
        assert verify(front.cases[point.name], point.answer.plan).ok
        assert {one.shipment for one in point.answer.plan.itineraries} == served
    for price in PRICES:
        priced = at_price(serving(scenario, served), price)
        expected = brute_force(priced, lambda shipment, of=priced: unserved_cents(of, shipment))
        best = min(point.answer.cost_cents + price / 10_000 * point.answer.grams for point in front.points)
        assert expected is not None
        assert abs(best - expected.objective_cents) <= 1.0, price
