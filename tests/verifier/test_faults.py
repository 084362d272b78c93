"""Faults injected into network, packing, optimiser and footprint are caught by verifier, golden sheets or oracle."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from cargopool.errors import CargopoolError
from cargopool.footprint import unserved_cents
from cargopool.network import build
from cargopool.network.columns import evaluate
from cargopool.optimiser import TimeLimit
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.solving import solve
from cargopool.rules.index import index_of
from cargopool.verifier import verify
from golden.golden_world import WORLD
from golden.test_golden_footprint import CASES, ENERGY, MONEY
from golden.test_golden_footprint import priced as golden_priced
from oracle.instances import instance
from oracle.oracle import solve as brute_force
from verifier.faults import IN_CAPACITIES, IN_OPTIMA, IN_PLANS, IN_PRICES
from verifier.mutant_tools import with_place, with_row
from verifier.verifier_world import world

PER_KIND = 8
"""Plans per shipment and kind of move."""


def only(*keys, **changes):
    """The world with a few of its shipments, each changed a little."""
    scenario = world()
    rows = {key: replace(scenario.shipments[key], **changes) for key in keys}
    return replace(scenario, shipments=rows)


def tight_transfer():
    """The ship closes at Rotterdam ten minutes after the barge's units are ready; a lift takes fifteen."""
    scenario = only("K5")
    stops = scenario.services["S1"].stops
    return with_row(scenario, "services", "S1", stops=(replace(stops[0], closing_min=350), stops[1]))


def closed_booking():
    """Booking of the Friday barge closed one minute before the horizon began."""
    scenario = only("K5")
    stops = scenario.services["B1"].stops
    return with_row(scenario, "services", "B1", stops=(replace(stops[0], booking_close_min=721), stops[1]))


def two_who_veto():
    scenario = only("K1", "K2")
    return with_row(scenario, "shipments", "K1", veto_shippers=frozenset({"Bolt"}))


SCENES = {
    "closing_one_minute_late": lambda: only("K5"),
    "pick_up_ready_forgotten": lambda: only("K5"),
    "zone_of_the_first_stop_for_all": lambda: only("K5"),
    "clock_change_forgotten": lambda: with_row(only("K1"), "services", "R1", weekdays=frozenset({4})),
    "booking_close_ignored": closed_booking,
    "headway_without_waiting": lambda: only("K8", origin="BO"),
    "lift_omitted_at_transfers": tight_transfer,
    "lift_omitted_at_collection": lambda: only("K5"),
    "crossing_minutes_forgotten": lambda: only("K5"),
    "opening_hours_of_gates_ignored": lambda: only("K11"),
    "breaks_and_rests_forgotten": lambda: only("K6"),
    "truck_bans_forgotten": lambda: only("K7"),
    "gauge_ignored": lambda: with_row(only("K11"), "services", "R1", gauges=frozenset({"P400"})),
    "adr_classes_of_hubs_ignored": lambda: with_place(only("K6"), "DU", adr_classes=frozenset({"8"})),
    "modes_ignored": lambda: only("K7"),
    "radius_ignored": lambda: replace(only("K11"), drayage=replace(world().drayage, radius_km=19.9)),
    "tour_takes_no_time": lambda: only("K3"),
    "tare_forgotten_in_the_gross_limit": lambda: only("K12", kg=26_000),
    "vetoes_ignored": two_who_veto,
    "keeping_together_ignored": lambda: only("K8", keep_together=True, destination="BO"),
    "lateness_forgotten": lambda: only("K12", due_min=0),
    "charter_not_ordered": lambda: only("K10"),
}


def plans_of(scenario, seed=1):
    """Plans of single moves, some of each kind and length, with and without tours, all shipments on one move."""
    network = build(scenario)
    rng = random.Random(seed)
    found = []
    for k in range(len(network.shipment_ids)):
        groups = {}
        for m in network.usable[k].tolist():
            origin, destination = int(network.move_origin[m]), int(network.move_destination[m])
            from_hub = origin != network.shipment_origin[k]
            to_hub = destination != network.shipment_destination[k]
            stages = len(network.describe(m).stages) if network.move_kind[m] != 1 else 0
            groups.setdefault((int(network.move_kind[m]), stages, from_hub, to_hub), []).append(
                (m, origin, destination)
            )
        for (_, _, from_hub, to_hub), moves in sorted(groups.items()):
            for m, origin, destination in rng.sample(moves, min(len(moves), PER_KIND)):
                tours = {"collection_hub": origin if from_hub else -1, "delivery_hub": destination if to_hub else -1}
                column = evaluate(network, k, (m,), **tours)
                if column is not None:
                    found.append((m, tours, column))
    plans = []
    for m, tours, column in found:
        chosen = [column]
        for other in range(len(network.shipment_ids)):
            if other != column.shipment and (more := evaluate(network, other, (m,), **tours)) is not None:
                chosen.append(more)
        try:
            plans.append(assemble(network, chosen))
        except CargopoolError:
            continue
    return plans


def codes_of(scenario, plans):
    """Codes raised by the healthy verifier; a single move may need more allotment slots than there are."""
    judge = replace(scenario)
    return {code for plan in plans for code in verify(judge, plan).codes} - {"V206"}


@pytest.mark.parametrize("fault", IN_PLANS, ids=lambda fault: fault.name)
def test_fault_in_plans_is_caught_by_the_verifier(fault):
    scene = SCENES[fault.name]
    healthy = plans_of(scene())
    assert codes_of(scene(), healthy) == set(), "no false alarm without the fault"
    with pytest.MonkeyPatch.context() as patch:
        fault.patch(patch)
        plans = plans_of(scene())
    assert fault.catches in codes_of(scene(), plans)


def solved(scenario, accept):
    return solve(scenario, stop=TimeLimit(20), accept=accept).plan


@pytest.mark.parametrize("fault", IN_CAPACITIES, ids=lambda fault: fault.name)
def test_fault_in_capacities_is_caught_by_the_verifier(fault):
    feature, *codes = fault.catches.split()
    for seed in range(40):
        with pytest.MonkeyPatch.context() as patch:
            fault.patch(patch)
            plan = solved(instance(seed, (feature,)), lambda plan: True)
        if plan is not None and verify(instance(seed, (feature,)), plan).codes & set(codes):
            return
    pytest.fail("no plan of the faulty optimiser breaks the capacity")


def sheet_differences():
    """Kinds of which the footprint of the moment does not give the golden rows, no more and no fewer."""
    index_of(WORLD).memo.clear()
    wrong = set()
    for case in CASES:
        made = golden_priced(case)
        money = Counter((row["kind"], int(row["cents"])) for row in MONEY if row["case"] == case)
        money.subtract((line.kind, line.cents) for line in made.lines)
        energy = Counter(
            (row["kind"], int(row["wtt_grams"]), int(row["ttw_grams"])) for row in ENERGY if row["case"] == case
        )
        energy.subtract((tce.kind, tce.wtt_grams, tce.ttw_grams) for tce in made.tces)
        wrong |= {row[0] for rows in (money, energy) for row, count in rows.items() if count}
    index_of(WORLD).memo.clear()
    return wrong


@pytest.mark.parametrize("fault", IN_PRICES, ids=lambda fault: fault.name)
def test_fault_in_prices_is_caught_by_the_golden_sheets(fault):
    assert sheet_differences() == set()
    with pytest.MonkeyPatch.context() as patch:
        fault.patch(patch)
        wrong = sheet_differences()
    assert wrong
    assert fault.catches == "any" or fault.catches in wrong
    assert sheet_differences() == set()


@pytest.mark.parametrize("fault", IN_OPTIMA, ids=lambda fault: fault.name)
def test_fault_that_loses_the_optimum_is_caught_by_the_oracle(fault):
    for seed in range(40):
        scenario = instance(seed, (fault.catches,))
        with pytest.MonkeyPatch.context() as patch:
            fault.patch(patch)
            plan = solved(scenario, lambda plan, s=scenario: verify(s, plan).ok)
        best = brute_force(instance(seed, (fault.catches,)), lambda shipment, s=scenario: unserved_cents(s, shipment))
        if plan is not None and best is not None and plan.totals.objective_cents != best.objective_cents:
            assert plan.totals.objective_cents > best.objective_cents
            return
    pytest.fail("the oracle never found a better plan")


def test_there_are_at_least_twenty_faults():
    names = [fault.name for fault in (*IN_PLANS, *IN_CAPACITIES, *IN_PRICES, *IN_OPTIMA)]
    assert len(set(names)) == len(names) >= 20
    assert set(SCENES) == {fault.name for fault in IN_PLANS}
