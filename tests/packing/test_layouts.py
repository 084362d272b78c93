"""Loading layouts: balance by hand, refusals by brute force, stacking, order of unloading."""

import random
from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from cargopool.model.execution import ExecutionRules
from cargopool.operations import arrange_units, execute_plan
from cargopool.packing.layouts import Pallet, arrange
from cargopool.rules.loading import balance_of, gravity_range, grid_of
from cargopool.verifier import verify
from execution_case import Making, empty_scenario
from scale import scaled

BOX = empty_scenario().load_units["box"]
TRAILER = empty_scenario().load_units["trailer"]
RULES = ExecutionRules(layouts=True)


def pallet(n, kg, *, milli=1000, volume=1500, stackable=False, stop=1):
    return Pallet(
        shipment=f"S{n}", part=1, atom=0, milli=milli, kg=kg, volume_m3_milli=volume, stackable=stackable, stop=stop
    )


def test_the_grid_is_that_of_the_trade():
    assert (grid_of(BOX).rows, grid_of(BOX).lanes) == (11, 3)
    assert (grid_of(TRAILER).rows, grid_of(TRAILER).lanes) == (11, 3)
    assert grid_of(replace(BOX, loading_metres_milli=0)) is None
    forty = replace(BOX, pallets_milli=25_000, loading_metres_milli=12_032)
    assert (grid_of(forty).rows, grid_of(forty).lanes) == (13, 2)


def test_trailer_axles_by_hand():
    """24 t in the middle of 13.6 m, kingpin at 1.632 m, axles at 9.384 m, 30 % of 6.5 t on the kingpin."""
    grid = grid_of(TRAILER)
    balance = balance_of(TRAILER, grid, 0, [(6, 24_000)])
    assert balance.gravity_mm == 6800
    on_axles = 24_000 * (6.8 - 1.632) / (9.384 - 1.632)
    assert balance.bogie_kg == round(on_axles + 0.7 * 6500)
    assert balance.kingpin_kg == 30_500 - balance.bogie_kg
    least, most = gravity_range(TRAILER, RULES, 24_000)
    assert least == pytest.approx(9384 - (12_000 - 0.3 * 6500) * 7752 / 24_000)
    assert most == pytest.approx(1632 + (24_000 - 0.7 * 6500) * 7752 / 24_000)


def test_one_heavy_pallet_goes_to_the_middle_of_a_container_and_to_the_front_of_a_trailer():
    alone = arrange(BOX, RULES, "u", [pallet(1, 1000)])
    assert (alone.status, alone.gravity_mm) == ("arranged", 6750)
    front = arrange(TRAILER, RULES, "u", [pallet(1, 1000)])
    assert (front.status, front.gap_mm) == ("arranged", 0)


def test_heavy_goods_for_the_first_stop_stay_at_the_door_or_are_refused():
    """A full container whose door half weighs ten times its front half cannot be balanced in this order."""
    goods = [pallet(n, 1000, stop=1) for n in range(16)] + [pallet(20 + n, 100, stop=2) for n in range(17)]
    refused = arrange(BOX, RULES, "u", goods)
    assert refused.status == "refused" and "centre of gravity at least" in refused.problem
    free = arrange(BOX, RULES, "u", [replace(p, stop=1) for p in goods])
    assert free.status == "arranged"
    rows = {p.shipment: p.row for p in arrange(BOX, replace(RULES, max_eccentricity=0.5), "u", goods).places}
    assert min(rows[f"S{n}"] for n in range(16)) >= max(rows[f"S{20 + n}"] for n in range(17))


def test_started_pallets_share_a_place_and_stackable_ones_are_stacked_where_places_lack():
    whole = [pallet(n, 500) for n in range(31)]
    halves = [pallet(40 + n, 200, milli=500) for n in range(4)]
    shared = arrange(BOX, RULES, "u", whole + halves)
    assert shared.status == "arranged" and all(p.level == 1 for p in shared.places)
    odd = [pallet(40 + n, 200, milli=600) for n in range(3)]
    assert "34 pallet places and 0 m needed, 33 and 13.5 m there" in arrange(BOX, RULES, "u", whole + odd).problem
    low = [replace(p, stackable=True) for p in whole]
    stacked = arrange(BOX, RULES, "u", low + [replace(p, stackable=True, volume_m3_milli=900) for p in odd])
    assert stacked.status == "arranged"
    (top,) = [p for p in stacked.places if p.level == 2]
    assert top.shipment in ("S40", "S41", "S42")
    tall = [replace(p, volume_m3_milli=2_600) for p in low]
    high = [replace(p, stackable=True, volume_m3_milli=2_600) for p in odd]
    assert arrange(BOX, RULES, "u", tall + high).status == "refused"


def test_refusals_are_right_on_small_units():
    """No order inside the stops and no gap would have been in range: every order is tried."""
    small = replace(BOX, pallets_milli=5_000, loading_metres_milli=6_000)
    grid = grid_of(small)
    assert grid.lanes == 1
    refused = arranged = 0
    for seed in range(scaled(120, 1200)):
        rng = random.Random(seed)
        rules = replace(RULES, max_eccentricity=rng.choice([0.005, 0.02, 0.05]))
        goods = [pallet(n, rng.randint(50, 1000), stop=rng.randint(1, 2)) for n in range(rng.randint(2, 5))]
        layout = arrange(small, rules, "u", goods)
        least, most = gravity_range(small, rules, 1)
        kg = sum(p.kg for p in goods)

        def fits(order, gap, kg=kg, least=least, most=most):
            gravity = sum(grid.centre_mm(n, gap) * p.kg for n, p in enumerate(order, 1)) / kg
            return least <= gravity <= most

        if layout.status == "arranged":
            arranged += 1
            order = [next(p for p in goods if p.shipment == place.shipment) for place in layout.places]
            assert fits(order, layout.gap_mm)
            assert [p.stop for p in order] == sorted((p.stop for p in goods), reverse=True)
        elif "no order" not in layout.problem:
            refused += 1
            orders = [o for o in permutations(goods) if all(a.stop >= b.stop for a, b in pairwise(o))]
            slack = grid.slack_mm(len(goods))
            assert not any(fits(order, gap) for order in orders for gap in range(0, slack + 1, 10))
    assert arranged > 20 and refused > 3


def test_units_of_one_move_exchange_pallets_where_that_mends_both():
    """Heavy at the door in one unit, heavy in front in the other: the first stop's pallets change places."""
    making = Making(empty_scenario(RULES))
    first = [(16_000, 12_000, False), (17_000, 1_700, False)]
    making.train(0, [first, [(16_000, 1_600, False), (17_000, 12_000, False)]], later=60)
    scenario, plan = making.made()
    loading = arrange_units(scenario, plan)
    assert [layout.status for layout in loading.layouts] == ["arranged", "arranged"]
    assert loading.repaired == 1
    made = execute_plan(scenario, plan).plan
    assert made.units != plan.units and made.totals == plan.totals
    assert verify(scenario, made).violations == ()
    making = Making(empty_scenario(RULES))
    making.train(0, [first], later=60)
    alone, plan = making.made()
    assert [layout.status for layout in arrange_units(alone, plan).layouts] == ["refused"]
    assert verify(alone, execute_plan(alone, plan).plan).violations == ()


def test_too_heavy_for_any_place():
    heavy = arrange(TRAILER, replace(RULES, kingpin_kg=5_000), "u", [pallet(n, 1000) for n in range(24)])
    assert heavy.status == "refused" and "too heavy for kingpin and axle group" in heavy.problem
    assert "no grid" in arrange(replace(BOX, pallets_milli=0), RULES, "u", [pallet(1, 10)]).problem
