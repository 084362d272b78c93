"""Round trips: times and money by hand, the best choice by brute force, driver hours."""

import random
from dataclasses import replace
from itertools import combinations, pairwise, permutations

from cargopool.model.execution import ExecutionRules
from cargopool.operations import driver_log, execute_plan, match_round_trips
from cargopool.operations.round_trips import LEAST_GAIN_CENTS, make_round
from cargopool.operations.trucks import trucks_of
from cargopool.rules import road_link
from cargopool.rules.rounds import LoadedTrip, Return, drive_round
from cargopool.verifier import verify
from execution_case import HOUR, Making, empty_scenario
from scale import scaled

ONLY = ExecutionRules(round_trips=True)


def test_a_pair_by_hand():
    """A to B loaded (600 km), B to C empty (40 km), C to A loaded (620 km): 40 km empty instead of half of 1,220."""
    making = Making(empty_scenario(ONLY))
    making.truck("A", "B", 10 * HOUR)
    making.truck("C", "A", 44 * HOUR)
    scenario, plan = making.made()
    (trip,) = match_round_trips(scenario, plan).trips
    assert [(leg.kind, leg.origin, leg.destination) for leg in trip.legs] == [
        ("loaded", "A", "B"),
        ("empty", "B", "C"),
        ("loaded", "C", "A"),
    ]
    made = execute_plan(scenario, plan).plan
    assert made.execution_totals.empty_km == 40.0
    assert made.execution_totals.loaded_km == 1220.0
    # 600 km: 514 min drive, one break of 45 min; unloaded an hour later, then 26 of 34 min until the shift is full
    assert (trip.legs[0].arrive_min, trip.legs[1].depart_min) == (600 + 514 + 45, 600 + 514 + 45 + 60)
    assert trip.legs[1].arrive_min == 1219 + 34 + 660
    km = 1220 * 0.5 * 0.8 - 40 * 0.8 - (20 * 0.3 + 20 * 0.2)  # empty km saved; those driven, with their tolls
    standing = (60 + 44 * 60 - 1913) / 60 * 5
    lines = {(line.kind, line.what.split(":")[0]): line.cents for line in made.execution_lines}
    assert lines["road_standing", "787 min/60 x 5 EUR/h"] == round(100 * standing) == 6558
    assert lines["road_empty_km", "40 km empty x 0.8 EUR/km"] == 3200
    assert [line.cents for line in made.execution_lines if line.kind == "road_km"] == [60_000, 62_000]
    assert [line.cents for line in made.execution_lines if line.kind == "toll"][2:4] == [600, 400]
    mj = (1220 * 0.5 - 40) * 9.0
    # the trailer's tare is the truck's own; wtt and ttw are each rounded per leg, so a few grams
    expected = 100 * (km - standing) + mj * 89.0 * 90 / 10_000
    assert abs(trip.gain_cents - expected) < 2
    assert plan.totals.objective_cents - made.execution_totals.objective_cents in range(
        trip.gain_cents - 1, trip.gain_cents + 2
    )


def test_the_driver_decides():
    """Half an hour less of standing at C is no rest, and the second trip would be late."""
    making = Making(empty_scenario(ONLY))
    making.truck("A", "B", 10 * HOUR)
    making.truck("C", "A", 1913 + 659)
    scenario, plan = making.made()
    assert match_round_trips(scenario, plan).trips == ()
    making = Making(empty_scenario(ONLY))
    making.truck("A", "B", 10 * HOUR)
    making.truck("C", "A", 1913 + 660)
    scenario, plan = making.made()
    assert len(match_round_trips(scenario, plan).trips) == 1


def test_weekly_limits_hold_inside_a_round():
    scenario = empty_scenario(ONLY)
    out, home = road_link(scenario, "A", "B"), road_link(scenario, "B", "A")
    trips = []
    for n in range(8):
        start = n * 1440
        link = out if n % 2 == 0 else home
        trips.append(LoadedTrip(link, start, start, start + 600, start + 620))
    five = drive_round(scenario, trips[:5], [None] * 4 + [Return(home)], "single")
    assert five.problem == ""
    eight = drive_round(scenario, trips, [None] * 8, "single")
    assert "a week's" in eight.problem  # 8 x 514 min > 56 h
    double = drive_round(scenario, trips, [None] * 8, "double")
    assert "weekly rest" in double.problem  # seven days without one


def test_a_truck_must_be_there_when_its_load_is():
    scenario = empty_scenario(ONLY)
    link, back = road_link(scenario, "A", "D"), road_link(scenario, "D", "A")
    first = LoadedTrip(link, 0, 60, 120, 180)
    second = LoadedTrip(back, 179, 240, 300, 360)
    assert "too late for loading" in drive_round(scenario, [first, second], [None, None], "single").problem
    later = replace(second, loading_from_min=180)
    assert drive_round(scenario, [first, later], [None, None], "single").problem == ""
    early = drive_round(scenario, [first, later], [Return(back, 170), None], "single")
    assert "before it is empty" in early.problem


def _random_case(seed):
    rng = random.Random(seed)
    rules = replace(ONLY, max_loaded_legs=rng.choice([2, 3]), standing_eur_per_h=rng.choice([0.0, 5.0]))
    making = Making(empty_scenario(rules))
    for _ in range(rng.randint(3, 6)):
        pair = rng.choice(["AB", "BA", "CA", "AC", "DB", "BD", "AE", "EB", "CD", "PA"])
        making.truck(*pair, rng.randint(2, 100) * HOUR)
    return making.made()


def _best_by_force(scenario, trucks):
    """Greatest gain over all sets of disjoint chains, each chain of trucks in every order."""
    chains = {}
    for length in range(2, scenario.execution.max_loaded_legs + 1):
        for members in combinations(range(len(trucks)), length):
            gains = [
                made[1]
                for order in permutations(members)
                if (made := make_round(scenario, [trucks[n] for n in order])) is not None
            ]
            if gains and max(gains) >= LEAST_GAIN_CENTS:
                chains[frozenset(members)] = max(gains)

    def best(free):
        return max((gain + best(free - chain) for chain, gain in chains.items() if chain <= free), default=0)

    return best(frozenset(range(len(trucks))))


def test_the_choice_is_the_best_one():
    found = 0
    for seed in range(scaled(40, 400)):
        scenario, plan = _random_case(seed)
        matching = match_round_trips(scenario, plan)
        assert matching.complete
        gain = sum(trip.gain_cents for trip in matching.trips)
        assert gain == _best_by_force(scenario, trucks_of(plan)), seed
        found += len(matching.trips)
    assert found > 12


def test_round_trips_are_verified_and_never_cost_more():
    for seed in range(scaled(25, 250)):
        scenario, plan = _random_case(1000 + seed)
        made = execute_plan(scenario, plan).plan
        assert verify(scenario, made).violations == (), seed
        assert made.execution_totals.objective_cents <= plan.totals.objective_cents
        if made.round_trips:
            assert made.execution_totals.objective_cents < plan.totals.objective_cents
        assert replace(made, round_trips=(), execution_lines=(), execution_tces=(), execution_totals=None) == plan


def test_no_driver_breaks_the_rules_on_any_round():
    """The log of every round trip against the rules, written out again: 4:30 at the wheel, 9 h a shift, 13 h in all."""
    rounds = 0
    for seed in range(scaled(25, 250)):
        scenario, plan = _random_case(3000 + seed)
        for trip in execute_plan(scenario, plan).plan.round_trips:
            log = driver_log(scenario, plan, trip)
            rounds += 1
            assert all(a.end_min == b.start_min for a, b in pairwise(log))
            assert (log[0].start_min, log[-1].end_min >= trip.legs[-1].arrive_min) == (trip.legs[0].depart_min, True)
            live = 45 if trip.legs[0].origin == "P" else 0
            shift_began, driven, since_break = log[0].start_min - live, 0, 0
            for part in log:
                minutes = part.end_min - part.start_min
                if part.kind == "drive":
                    driven, since_break = driven + minutes, since_break + minutes
                    assert driven <= 540 and since_break <= 270 and part.end_min - shift_began <= 780, seed
                elif part.kind != "work" and minutes >= 45:
                    since_break = 0
                    if minutes >= 660:
                        shift_began, driven = part.end_min, 0
    assert rounds > 8


def test_equal_trucks_are_told_apart():
    making = Making(empty_scenario(ONLY))
    making.truck("A", "B", 10 * HOUR, count=3)
    making.truck("B", "A", 34 * HOUR, count=2)
    scenario, plan = making.made()
    made = execute_plan(scenario, plan).plan
    assert len(made.round_trips) == 2
    assert verify(scenario, made).violations == ()
    numbers = sorted((leg.move, leg.truck) for trip in made.round_trips for leg in trip.legs)
    assert len(set(numbers)) == 4
