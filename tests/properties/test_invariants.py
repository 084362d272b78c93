"""What must hold of every optimum: relaxing, permuting, pricing carbon, adding up, bounding."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from cargopool.footprint import allocate, unserved_cents
from cargopool.model.plan import Plan
from cargopool.model.quantity import quantity_of
from cargopool.model.result import Status
from cargopool.model.scenario import Scenario
from cargopool.optimiser import FirstFeasible, WorkLimit
from oracle.cases import CASES, case_id
from oracle.instances import each, instance
from oracle.oracle import solve as brute_force
from oracle.solving import solved
from scale import scaled

Case = tuple[int, tuple[str, ...]]
SAMPLE = scaled(CASES[3::60], CASES[3::6])


def with_feature(*names: str) -> list[Case]:
    found = [case for case in CASES if set(names) & set(case[1])]
    return scaled(found[1 :: max(1, len(found) // 3)], found)


def optimum(scenario: Scenario) -> int | None:
    """Proven objective in cents, None when infeasible."""
    result, refused = solved(scenario)
    assert not refused
    assert result.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return result.plan.totals.objective_cents if result.plan else None


def plan_of(scenario: Scenario) -> Plan | None:
    result, refused = solved(scenario)
    assert not refused
    assert result.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return result.plan


def more(value: int | None, by: int = 1) -> int | None:
    return None if value is None else value + by


def roomier_hubs(s: Scenario) -> Scenario:
    def wider(h: Any) -> Any:
        dock = h.cross_dock and replace(h.cross_dock, pallets_per_hour=more(h.cross_dock.pallets_per_hour))
        room = {name: more(getattr(h, name)) for name in ("lifts_per_hour", "yard_places", "reefer_plugs")}
        return replace(h, cross_dock=dock, **room)

    return replace(s, hubs={k: wider(h) for k, h in s.hubs.items()})


def roomier_services(s: Scenario) -> Scenario:
    def wider(x: Any) -> Any:
        c = x.capacity
        room = replace(c, units=more(c.units), plugs=more(c.plugs), teu_milli=more(c.teu_milli, 700),
                       gross_tonnes=more(c.gross_tonnes, 7), length_m=more(c.length_m, 5))  # fmt: skip
        return replace(x, capacity=room, spot_units=more(x.spot_units))

    return replace(s, services={k: wider(x) for k, x in s.services.items()})


def roomier_units(s: Scenario) -> Scenario:
    s = each(s, "vehicles", gross_limit_kg=26_000, combined_limit_kg=28_000)
    return replace(s, load_units={k: replace(u, payload_kg=u.payload_kg + 700) for k, u in s.load_units.items()})


RELAXATIONS: list[tuple[Callable[[Scenario], Scenario], tuple[str, ...]]] = [
    (roomier_hubs, ("lifts", "yard", "throughput", "plugs")),
    (roomier_services, ("capacity", "spot", "charter", "parts")),
    (roomier_units, ("weight_limit", "swap_bodies")),
]
GROSS_ROWS = "capacity"
"""A larger payload makes a unit count for more gross tonnes on a departure: with that feature it is no relaxation."""


@pytest.mark.parametrize(
    ("case", "relax"),
    [
        (case, relax)
        for relax, names in RELAXATIONS
        for case in with_feature(*names)
        if relax is not roomier_units or GROSS_ROWS not in case[1]
    ],
    ids=lambda x: case_id(x) if isinstance(x, tuple) else x.__name__,
)
def test_more_room_never_raises_the_optimum(case: Case, relax: Callable[[Scenario], Scenario]) -> None:
    tight = instance(*case)
    roomy = relax(tight)
    before = plan_of(tight)
    if before is None:
        return
    # the tight plan is still one; only the constants of what it leaves out may have moved with the room
    moved = 0
    for out in before.unserved:
        shipment = tight.shipments[out.shipment]
        moved += unserved_cents(roomy, shipment) - unserved_cents(tight, shipment)
    after = optimum(roomy)
    assert after is not None
    assert after <= before.totals.objective_cents + moved


@pytest.mark.parametrize("case", SAMPLE, ids=case_id)
def test_the_order_of_the_input_does_not_matter(case: Case) -> None:
    scenario, rng = instance(*case), random.Random(7)

    def mixed(table: Mapping[str, Any]) -> dict[str, Any]:
        names = list(table)
        rng.shuffle(names)
        return {name: table[name] for name in names}

    links = list(scenario.road_links)
    rng.shuffle(links)
    tables = ("hubs", "doors", "services", "load_units", "vehicles", "shipments")
    other = replace(scenario, road_links=tuple(links), **{name: mixed(getattr(scenario, name)) for name in tables})
    assert optimum(other) == optimum(scenario)


@pytest.mark.parametrize("case", with_feature("carbon_price"), ids=case_id)
def test_dearer_carbon_never_means_more_of_it(case: Case) -> None:
    scenario = instance(*case)
    plans = []
    prices = (0.0, 120.0, 400.0)
    for price in prices:
        plan = plan_of(replace(scenario, objective=replace(scenario.objective, carbon_price_eur_per_t=price)))
        if plan is None:
            return
        plans.append((price, plan, {u.shipment for u in plan.unserved}))
    for (low, a, out_a), (high, b, out_b) in pairwise(plans):
        # carbon money is rounded to the cent once a plan, so plans within a cent of each other may tie
        tie_grams = 10_000 / (high - low)
        assert out_a != out_b or b.totals.co2e_grams <= a.totals.co2e_grams + tie_grams


@pytest.mark.parametrize("case", [*with_feature("parts"), *SAMPLE], ids=case_id)
def test_parts_add_up_to_the_whole(case: Case) -> None:
    scenario = instance(*case)
    plan = plan_of(scenario)
    if plan is None:
        return
    totals = plan.totals
    assert sum(line.cents * line.count for line in plan.cost_lines) == totals.cost_cents
    assert sum(tce.grams * tce.count for tce in plan.tces) == totals.co2e_grams
    shares = allocate(scenario, plan)
    assert sum(share.cost_cents for share in shares.values()) == totals.cost_cents
    assert sum(share.co2e_grams for share in shares.values()) == totals.co2e_grams
    ranges = defaultdict(list)
    for itinerary in plan.itineraries:
        ranges[itinerary.shipment].append((itinerary.first_atom, itinerary.atoms))
    for name, parts in ranges.items():
        shipment = scenario.shipments[name]
        parts.sort()
        assert [first for first, _ in parts] == [sum(n for _, n in parts[:i]) for i in range(len(parts))]
        assert sum(quantity_of(shipment, *part).kg for part in parts) == shipment.kg
        assert sum(quantity_of(shipment, *part).pallets_milli for part in parts) == shipment.pallets_milli


@pytest.mark.parametrize("stop", [FirstFeasible(), WorkLimit(1), WorkLimit(40)], ids=["first", "work1", "work40"])
@pytest.mark.parametrize("case", SAMPLE, ids=case_id)
def test_bound_optimum_plan(case: Case, stop: Any) -> None:
    scenario = instance(*case)
    best = brute_force(scenario, lambda shipment: unserved_cents(scenario, shipment))
    result, refused = solved(scenario, stop=stop)
    assert not refused
    if best is None:
        assert result.plan is None
        return
    if result.bound_eur is not None:
        assert result.bound_eur * 100 <= best.objective_cents + 1e-6
    if result.plan is not None:
        assert result.plan.totals.objective_cents >= best.objective_cents
    if stop == FirstFeasible():
        assert result.plan is not None
