"""Units that stacking empties: what is saved by hand, what stays, and that everything is still in its place."""

import random
from dataclasses import replace

from cargopool.model.execution import ExecutionRules
from cargopool.operations import execute_plan
from cargopool.verifier import verify
from execution_case import HOUR, Making, empty_scenario, stacked_case
from scale import scaled

RULES = ExecutionRules(stacking=True)


def test_three_units_become_one_and_two_uses_are_saved():
    scenario, plan = stacked_case(RULES)
    made = execute_plan(scenario, plan).plan
    emptied = [stowage.unit for stowage in made.stowages if not stowage.contents]
    assert len(emptied) == 2  # of the first train; on the second 30 high and 12 low pallets need 36 places
    assert verify(scenario, made).violations == ()
    assert {place.level for layout in made.layouts for place in layout.places} == {1, 2}


def test_what_an_emptied_unit_saves_by_hand():
    """Tariff 300, two lifts of 25, rental of 1 day begun (15 h 15 min from hand-in) at 5, one way 20."""
    making = Making(empty_scenario(RULES))
    making.train(0, [[(20_000, 8_000, True)], [(18_000, 6_000, True)]])
    scenario, plan = making.made()
    made = execute_plan(scenario, plan).plan
    assert [len(stowage.contents) for stowage in made.stowages] == [2, 0]
    assert plan.totals.cost_cents - made.execution_totals.cost_cents == 30_000 + 5_000 + 500 + 2_000
    # the tare of a box over 650 km by rail, 4.5 t x 0.08 MJ/tkm at 200 g/kWh
    assert plan.totals.co2e_grams - made.execution_totals.co2e_grams == round(4.5 * 650 * 0.08 / 3.6 * 200)
    assert made.totals == plan.totals and made.units == plan.units


def test_an_emptied_truck_drives_no_kilometre_and_no_round_trip():
    making = Making(empty_scenario(replace(RULES, round_trips=True)))
    name = making.truck("A", "B", 10 * HOUR, count=2, load=[(15_000, 5_000, True)])
    making.truck("B", "A", 34 * HOUR)
    scenario, plan = making.made()
    made = execute_plan(scenario, plan).plan
    assert made.execution_totals.loaded_km == 1200.0
    gone = next(unit for unit in plan.units if unit.id == made.stowages[-1].unit)
    assert (gone.move, made.stowages[-1].contents) == (name, ()) or made.stowages[0].contents == ()
    assert len(made.round_trips) == 1
    assert verify(scenario, made).violations == ()


def test_what_may_not_be_stacked_stays():
    for load in ([(20_000, 8_000, False)], [(20_000, 20_000, True)]):
        making = Making(empty_scenario(RULES))
        making.train(0, [load, load])
        scenario, plan = making.made()
        assert execute_plan(scenario, plan).plan.stowages == ()
    making = Making(empty_scenario(RULES))
    making.train(0, [[(20_000, 8_000, True)], [(20_000, 8_000, True)]])
    scenario, plan = making.made()
    high = {key: replace(s, volume_m3_milli=30_000) for key, s in scenario.shipments.items()}
    assert execute_plan(replace(scenario, shipments=high), plan).plan.stowages == ()
    long = {key: replace(s, loading_metres_milli=12_000) for key, s in scenario.shipments.items()}
    assert execute_plan(replace(scenario, shipments=long), plan).plan.stowages != ()
    vetoed = {key: replace(s, shipper=key, veto_shippers=frozenset({"S0"})) for key, s in scenario.shipments.items()}
    assert execute_plan(replace(scenario, shipments=vetoed), plan).plan.stowages == ()


def test_random_loads_are_verified_and_never_cost_more():
    emptied = 0
    for seed in range(scaled(25, 200)):
        rng = random.Random(seed)
        making = Making(empty_scenario(RULES))
        for day in range(2):
            loads = []
            for _ in range(rng.randint(1, 3)):
                pallets = rng.randint(2, 16)
                load = [(n * 1000, n * rng.randint(50, 400), rng.random() < 0.7) for n in (pallets, rng.randint(1, 16))]
                loads.append(load)
            making.train(day, loads, later=rng.choice([0, HOUR]))
        scenario, plan = making.made()
        made = execute_plan(scenario, plan).plan
        assert verify(scenario, made).violations == (), seed
        assert made.execution_totals.objective_cents <= plan.totals.objective_cents
        emptied += sum(not stowage.contents for stowage in made.stowages)
    assert emptied > 10
