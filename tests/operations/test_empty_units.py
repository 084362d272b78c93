"""Empty units: the least cost by brute force, balance conserved, shortages by name."""

import random
from dataclasses import replace
from itertools import product

from cargopool.model.execution import ExecutionRules
from cargopool.model.plan import MoveUse
from cargopool.operations import balance_units, execute_plan
from cargopool.operations.empty_arcs import FreeRoom, departure_arcs, truck_arcs
from cargopool.operations.repositioning import LEAST_GAIN_CENTS, worth
from cargopool.operations.unit_events import play, unit_events
from cargopool.verifier import verify
from execution_case import HOUR, Making, empty_scenario
from scale import scaled

RULES = ExecutionRules(empty_units=True, imbalance_eur={"default": 400.0})
LOAD = [(20_000, 10_000, False)]


def test_a_unit_comes_back_before_it_is_needed_again():
    """One unit at A, a train with one on Monday and one on Wednesday: the first comes back on Tuesday's train."""
    making = Making(empty_scenario(replace(RULES, imbalance_eur={}), A={"box": 1}))
    making.train(0, [LOAD])
    making.train(2, [LOAD])
    scenario, plan = making.made()
    made = execute_plan(scenario, plan).plan
    (use,) = made.empty_moves
    assert (use.move.kind, use.move.origin, use.move.destination, use.count) == ("scheduled", "B", "A", 1)
    assert use.move.stages[0].service == "U"
    assert made.shortages == ()
    assert made.execution_totals.unbalanced_cents == 500_000
    assert made.execution_totals.shortage_cents == 0
    # tariff 300, two lifts of 25, a day of rental 5, and no one-way surcharge
    assert sum(line.cents * line.count for line in made.execution_lines) == 35_500
    assert {line.kind for line in made.execution_lines} == {"tariff", "lift", "rental"}
    assert verify(scenario, made).violations == ()


def test_a_shortage_that_nothing_can_mend_is_named():
    making = Making(empty_scenario(replace(RULES, imbalance_eur={}), B={"box": 5}))
    making.train(0, [LOAD, LOAD])
    making.train(0, [LOAD], back=True)
    scenario, plan = making.made()
    # a truck of 600 km is at A on Monday at 10, the train is loaded at 15
    balance = balance_units(scenario, plan)
    assert balance.shortages == ()
    assert {(use.move.kind, use.move.origin, use.move.destination) for use in balance.moves} == {("road", "B", "A")}
    tight = replace(scenario, vehicles={})
    none = balance_units(tight, plan)
    assert [(row.hub, row.units, row.for_units) for row in none.shortages] == [("A", 2, ("u0", "u1"))]
    assert not [use for use in none.moves if use.move.kind == "road"]


def test_trains_without_a_free_slot_take_no_empty_unit():
    making = Making(empty_scenario(replace(RULES, imbalance_eur={}), A={"box": 1}, B={"box": 3}))
    making.train(0, [LOAD])
    making.train(2, [LOAD])
    making.train(1, [LOAD, LOAD, LOAD], back=True)
    scenario, plan = making.made()
    scenario = replace(scenario, vehicles={})
    moves = balance_units(scenario, plan).moves
    assert all(use.move.stages[0].run_date != "2026-11-24" for use in moves)
    assert verify(scenario, execute_plan(scenario, plan).plan).violations == ()


def test_hubs_without_a_lift_left_send_trucks():
    """The only train back is Tuesday's; an empty unit beside the loaded one would be one lift too many at B."""
    for lifts, kind in ((2, "scheduled"), (1, "road")):
        making = Making(empty_scenario(replace(RULES, imbalance_eur={}), A={"box": 1}, B={"box": 1}))
        making.train(0, [LOAD])
        making.train(1, [LOAD], back=True)
        making.train(2, [LOAD])
        making.train(3, [LOAD])
        scenario, plan = making.made()
        back = replace(scenario.services["U"], weekdays=frozenset({1}))
        hub = replace(scenario.hubs["B"], lifts_per_hour=lifts)
        scenario = replace(scenario, services={**scenario.services, "U": back}, hubs={**scenario.hubs, "B": hub})
        assert verify(scenario, plan).violations == ()
        made = execute_plan(scenario, plan).plan
        assert [use.move.kind for use in made.empty_moves] == [kind]
        assert made.shortages == () and verify(scenario, made).violations == ()


def _random_case(seed):
    rng = random.Random(seed)
    price = rng.choice([0.0, 200.0, 900.0])
    rules = replace(RULES, imbalance_eur={"default": price} if price else {}, shortage_eur=rng.choice([100.0, 5000.0]))
    stocks = {hub: {"box": rng.randint(0, 2)} for hub in rng.sample("ABCE", 2)}
    making = Making(empty_scenario(rules, **stocks))
    for day, back in rng.sample([(day, back) for day in range(4) for back in (False, True)], rng.randint(1, 3)):
        making.train(day, [LOAD] * rng.randint(1, 2), back=back)
    return making.made()


def _least_by_force(scenario, plan):
    """Least cost over every number of uses of every arc, as far as units exist."""
    (events,) = unit_events(scenario, plan) or (None,)
    if events is None:
        return 0
    room = FreeRoom(scenario)
    room.take(plan.moves)
    arcs = [*truck_arcs(scenario, events), *departure_arcs(scenario, events, room)]
    best = worth(scenario, play(scenario, events, ()))
    useful = [arc for arc in arcs if arc.cents < best]
    most = sum(events.initial.values()) + 3
    for amounts in product(range(3), repeat=len(useful)):
        if sum(amounts) > min(most, 3):
            continue
        uses = [
            MoveUse(move=arc.move, temperature="ambient", segregation="empty", count=n)
            for arc, n in zip(useful, amounts, strict=True)
            if n
        ]
        after = play(scenario, events, uses)
        if after is None:
            continue
        taken = FreeRoom(scenario)
        taken.take(plan.moves)
        taken.take(tuple(uses))
        if any(free < 0 for arc in useful for key in arc.rides for free in taken.free(key).values()):
            continue
        spent = sum(arc.cents * n for arc, n in zip(useful, amounts, strict=True))
        best = min(best, spent + worth(scenario, after))
    return best


def test_the_flow_is_of_least_cost():
    moved = 0
    for seed in range(scaled(30, 200)):
        scenario, plan = _random_case(seed)
        events = unit_events(scenario, plan)
        if not events:
            continue
        room = FreeRoom(scenario)
        room.take(plan.moves)
        arcs = [*truck_arcs(scenario, events[0]), *departure_arcs(scenario, events[0], room)]
        if len(arcs) > 7:
            continue
        balance = balance_units(scenario, plan)
        cents = {arc.move.stages: arc.cents for arc in arcs}
        spent = sum(cents[use.move.stages] * use.count for use in balance.moves)
        if sum(use.count for use in balance.moves) > 3:
            continue
        total = spent + worth(scenario, play(scenario, events[0], balance.moves))
        assert balance.complete
        assert total <= _least_by_force(scenario, plan) + LEAST_GAIN_CENTS, seed
        moved += len(balance.moves)
    assert moved > 5


def test_units_are_conserved_and_the_total_is_never_worse():
    for seed in range(scaled(40, 300)):
        scenario, plan = _random_case(500 + seed)
        made = execute_plan(scenario, plan).plan
        assert verify(scenario, made).violations == (), seed
        for row in made.depot_stocks:
            assert row.end == row.initial - row.taken + row.returned - row.sent + row.received + row.hired >= 0
        rows = made.depot_stocks
        assert sum(row.taken for row in rows) == sum(row.returned for row in rows)
        assert sum(row.sent for row in rows) == sum(row.received for row in rows)
        assert sum(row.end for row in rows) == sum(row.initial + row.hired for row in rows)
        totals = made.execution_totals
        assert totals.objective_cents <= plan.totals.objective_cents + totals.unbalanced_cents
        assert sum(row.units for row in made.shortages) == sum(row.hired for row in rows)


def test_types_without_a_stock_and_sealed_units_are_left_alone():
    making = Making(empty_scenario(RULES))
    making.train(0, [LOAD])
    scenario, plan = making.made()
    made = execute_plan(scenario, plan).plan
    assert made.depot_stocks == made.empty_moves == made.shortages == ()
    making = Making(empty_scenario(RULES, A={"box": 1}))
    making.truck("A", "B", 10 * HOUR, unit="box")
    scenario, plan = making.made()
    (row,) = execute_plan(scenario, plan).plan.depot_stocks
    assert (row.taken, row.end) == (0, 1)
