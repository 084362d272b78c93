"""Allocations that are kept while a report is made, and what one shipment has a share of."""

from __future__ import annotations

from dataclasses import replace

import cargopool as cp
from cargopool.footprint import allocate, allocations_kept
from cargopool.footprint.allocation import owned
from small_case import small_plan, small_scenario


def test_one_shipment_owns_what_it_has_a_share_of() -> None:
    scenario = small_scenario()
    plan = small_plan(scenario)
    everything = list(owned(scenario, plan))
    shared = 0
    for shipment in scenario.shipments:
        mine = [(priced, weights) for priced, weights in everything if shipment in weights]
        assert list(owned(scenario, plan, shipment)) == mine
        shared += len(mine)
    assert shared >= len(everything) > 0


def test_a_plan_is_allocated_once_while_allocations_are_kept() -> None:
    scenario = small_scenario()
    plan = small_plan(scenario)
    outside = allocate(scenario, plan)
    with allocations_kept():
        first = allocate(scenario, plan)
        assert allocate(scenario, plan) is first
        assert first == outside
        other: cp.Plan = replace(plan, itineraries=plan.itineraries[:1])
        assert allocate(scenario, other) != first
        dearer = replace(scenario, drayage=replace(scenario.drayage))
        assert allocate(dearer, plan) is not first
        assert allocate(scenario, plan) is first
    assert allocate(scenario, plan) is not first
