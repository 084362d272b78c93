"""Each constraint family by itself: what it costs when it binds, and that it forbids what it must."""

from dataclasses import replace

import pytest

from cargopool.model.place import CrossDock
from cargopool.model.scenario import EmissionCap, Objective
from cargopool.model.service import Charter, Tariff
from cargopool.optimiser import SolveParams
from optimiser.tiny_world import H, box, capacity, eur, hub, load, plan_of, solved, train, trains_and_trucks, world

RAIL = 120.0
"""A box by train: 100 tariff + 2 lifts."""
ROAD = 420.0
"""A truck: 300 km x 1.4."""


def dock(pallets: float) -> float:
    """Stuffing and stripping, 2 EUR a pallet each."""
    return 4.0 * pallets


def test_one_shipment_takes_the_cheaper_way() -> None:
    assert eur(world([load("S", 2)])) == RAIL + dock(2)
    dear = {"T": train("T", "A", "B", 13 * H, 300, 500.0)}
    assert eur(world([load("S", 2)], services=dear)) == ROAD + dock(2)


def test_unit_rows_count_whole_units_in_every_dimension() -> None:
    assert eur(world([load("S", 3), load("T", 3)])) == RAIL + dock(6)
    assert eur(world([load("S", 3), load("T", 4)])) == 2 * RAIL + dock(7)
    heavy = [load("S", 1, kg=3001), load("T", 1, kg=3000)]
    assert eur(world(heavy)) == 2 * RAIL + dock(2)
    assert eur(world([load("S", 1, kg=3000), load("T", 1, kg=3000)])) == RAIL + dock(2)
    bulky = [load("S", 1, volume_m3_milli=20_000), load("T", 1, volume_m3_milli=10_001)]
    assert eur(world(bulky)) == 2 * RAIL + dock(2)
    long = [load("S", 1, loading_metres_milli=3000), load("T", 1, loading_metres_milli=3001)]
    assert eur(world(long)) == 2 * RAIL + dock(2)


def test_classes_do_not_share_units() -> None:
    apart = [load("S", 2, segregation="x"), load("T", 2)]
    assert eur(world(apart)) == 2 * RAIL + dock(4)


@pytest.mark.parametrize("limit", [{"units": 1}, {"teu_milli": 1999}, {"gross_tonnes": 15}, {"length_m": 11}])
def test_departure_rows_send_the_rest_by_road(limit: dict[str, int]) -> None:
    loads = [load("S", 6), load("T", 6)]
    free = world(loads)
    full = world(loads, services={"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(**limit))})
    assert trains_and_trucks(plan_of(free)) == (2, 0)
    assert trains_and_trucks(plan_of(full)) == (1, 1)
    assert eur(full) == RAIL + ROAD + dock(12)


def test_plugs_bind_only_powered_classes() -> None:
    cold = box("cold", temperatures=frozenset({"ambient", "chilled"}))
    loads = [load("S", 6, temperature="chilled"), load("T", 6, temperature="chilled"), load("U", 6)]
    one_plug = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(plugs=1))}
    plan = plan_of(world(loads, load_units={"cold": cold}, services=one_plug))
    assert trains_and_trucks(plan) == (2, 1)


def test_allotment_is_free_until_it_is_used_up() -> None:
    service = train("T", "A", "B", 13 * H, 300, 100.0, allotment_units=1, spot_units=5)
    plan = plan_of(world([load("S", 6), load("T", 6)], services={"T": service}))
    slots = sorted((stage.slot, use.count) for use in plan.moves for stage in use.move.stages)  # type: ignore[union-attr]
    assert slots == [("allotment", 1), ("spot", 1)]
    assert plan.totals.objective_cents == 100 * (20 + RAIL + dock(12))


def test_lifts_of_a_bucket_bind() -> None:
    hubs = {"A": hub("A", lifts_per_hour=1), "B": hub("B")}
    loads = [load(name, 6, ready_min=11 * H) for name in "ST"]
    # Both units arrive at 11:30 at the earliest and the train closes at 12:00: hour 11 and hour 12 take one each.
    assert trains_and_trucks(plan_of(world(loads, hubs=hubs))) == (2, 0)
    three = [*loads, load("U", 6, ready_min=11 * H)]
    assert trains_and_trucks(plan_of(world(three, hubs=hubs))) == (2, 1)


def test_the_cross_dock_takes_so_many_pallets_an_hour() -> None:
    slow = CrossDock(eur_per_pallet=2.0, handling_min=30, pallets_per_hour=6)
    hubs = {"A": hub("A", cross_dock=slow), "B": hub("B")}
    loads = [load(name, 6, ready_min=11 * H, due_min=20 * H, latest_min=20 * H) for name in "ST"]
    result = solved(world(loads, hubs=hubs))
    assert result.status == "optimal"
    assert result.plan is not None
    assert len(result.plan.unserved) + trains_and_trucks(result.plan)[1] >= 1


def test_a_charter_runs_when_it_pays_and_opens_its_rows() -> None:
    charter = train(
        "C", "A", "B", 13 * H, 300, 0.0, charter=Charter(eur_per_run=500.0), capacity=capacity(units=3), spot_units=None
    )
    few = world([load("S", 6)], services={"C": charter})
    many = world([load(name, 6) for name in "STUV"], services={"C": charter})
    assert plan_of(few).charters == ()
    plan = plan_of(many)
    assert [run.service for run in plan.charters] == ["C"]
    assert trains_and_trucks(plan) == (3, 1)
    assert plan.totals.objective_cents == 100 * (500 + 3 * 20 + ROAD + dock(24))


def test_the_co2e_cap_moves_freight_and_then_forbids() -> None:
    cheap_road = {"eur_per_km": 0.1}
    free = world([load("S", 6)], truck=cheap_road)
    road = plan_of(free)
    assert trains_and_trucks(road) == (0, 1)
    grams = road.totals.co2e_grams
    capped = replace(free, objective=Objective(co2e_cap_kg=(grams - 1) / 1000))
    rail = plan_of(capped)
    assert trains_and_trucks(rail) == (1, 0)
    assert rail.totals.co2e_grams < grams
    exactly = replace(free, objective=Objective(co2e_cap_kg=grams / 1000))
    assert trains_and_trucks(plan_of(exactly)) == (0, 1)
    none = replace(free, objective=Objective(co2e_cap_kg=1.0, unserved_allowed=False))
    result = solved(none)
    assert result.status == "infeasible"
    assert result.plan is None
    assert "CO2e cap" in result.detail


def test_who_cannot_keep_a_cap_is_left_out_with_that_reason() -> None:
    free = world([load("S", 6), load("T", 6)])
    cap = EmissionCap(shipper="of-S", co2e_kg=1.0)
    plan = plan_of(replace(free, objective=Objective(caps=(cap,))))
    assert [(row.shipment, row.reason) for row in plan.unserved] == [("S", "co2e_cap")]
    never = solved(replace(free, objective=Objective(caps=(cap,), unserved_allowed=False)))
    assert never.status == "infeasible"
    assert "CO2e cap of 1 kg of shipper of-S" in never.detail


def test_the_carbon_price_is_inside_the_objective() -> None:
    cheap_road = {"eur_per_km": 0.3}
    free = world([load("S", 6)], truck=cheap_road)
    assert trains_and_trucks(plan_of(free)) == (0, 1)
    priced = replace(free, objective=Objective(carbon_price_eur_per_t=400.0))
    plan = plan_of(priced)
    assert trains_and_trucks(plan) == (1, 0)
    assert plan.totals.carbon_cents == round(plan.totals.co2e_grams * 400 / 10_000)


def test_packing_is_part_of_the_proof() -> None:
    # 4 + 4 + 4 pallets of 12 fill two boxes by the rows; kept together they need three.
    loads = [load(name, 4) for name in "STU"]
    assert eur(world(loads)) == 2 * RAIL + dock(12)
    assert eur(world([replace(s, keep_together=True) for s in loads])) == 3 * RAIL + dock(12)
    # Two heavy pallets and four light ones: rows say two units, whole pallets say three.
    blocks = [load(name, 1, kg=3500) for name in "STU"]
    assert eur(world(blocks)) == 3 * RAIL + dock(3)


def test_vetoes_hold_within_units_only() -> None:
    loads = [load("S", 2, shipper="P", veto_shippers=frozenset({"Q"})), load("T", 2, shipper="Q"), load("U", 2)]
    plan = plan_of(world(loads))
    assert trains_and_trucks(plan) == (2, 0)
    for unit in plan.units:
        assert {"S", "T"} != {content.shipment for content in unit.contents} & {"S", "T"}


def test_two_swap_bodies_share_a_truck_and_its_gross_limit() -> None:
    body = {"body": box("body", per_truck=2, kind="swap_body")}
    loads = [load("S", 6, kg=6000), load("T", 6, kg=6000)]
    road_only = {"services": {}, "load_units": body}
    both = world(loads, truck={"gross_limit_kg": 24_000}, **road_only)
    heavy = world(loads, truck={"gross_limit_kg": 23_999}, **road_only)
    assert eur(both) == ROAD + dock(12)
    assert eur(heavy) == 2 * ROAD + dock(12)


def test_sealed_units_ride_alone_and_are_counted() -> None:
    sealed = load("S", 0, load_unit="box", load_units=2, kg=8000)
    plan = plan_of(world([sealed, load("T", 2)]))
    assert trains_and_trucks(plan) == (3, 0)
    assert plan.totals.objective_cents == 100 * (3 * RAIL + dock(2))
    too_heavy = load("S", 0, load_unit="box", load_units=2, kg=12_002)
    assert [u.reason for u in plan_of(world([too_heavy])).unserved] == ["no_itinerary"]


def test_parts_follow_one_another_and_pay_their_fee() -> None:
    one_slot = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=1))}
    whole = load("S", 8)
    split = replace(whole, max_parts=2, part_eur=5.0)
    # Whole: two boxes, so the single slot is no use: two trucks. In parts: 6 by train, 2 by truck.
    assert eur(world([whole], services=one_slot)) == 2 * ROAD + dock(8)
    plan = plan_of(world([split], services=one_slot))
    assert plan.totals.objective_cents == 100 * (RAIL + ROAD + dock(8) + 5)
    first, second = sorted(plan.itineraries, key=lambda itinerary: itinerary.part)
    assert (first.first_atom, first.atoms + second.atoms) == (0, 8)
    assert second.first_atom == first.atoms
    assert {first.atoms, second.atoms} == {2, 6} or {first.atoms, second.atoms} == {3, 5} or first.atoms in (2, 6)
    assert eur(world([replace(split, min_part_pallets=5)], services=one_slot)) == 2 * ROAD + dock(8)
    assert eur(world([replace(split, part_eur=400.0)], services=one_slot)) == 2 * ROAD + dock(8)


def test_parts_may_fit_where_the_whole_may_not() -> None:
    together = load("S", 10, keep_together=True)
    assert [u.reason for u in plan_of(world([together])).unserved] == ["no_itinerary"]
    plan = plan_of(world([replace(together, max_parts=2)]))
    assert plan.unserved == ()
    assert len(plan.itineraries) == 2


def test_must_serve_and_unserved() -> None:
    late = load("S", 2, due_min=10 * H, latest_min=10 * H)
    plan = plan_of(world([late, load("T", 2)]))
    assert [(u.shipment, u.reason) for u in plan.unserved] == [("S", "no_itinerary")]
    assert "listing" in plan.unserved[0].text
    result = solved(world([replace(late, must_serve=True)]))
    assert result.status == "infeasible"
    assert "S" in result.detail
    forbidden = world([late], objective=Objective(unserved_allowed=False))
    assert solved(forbidden).status == "infeasible"


def test_shipments_that_lose_the_last_slot_are_unserved_for_capacity() -> None:
    one = {"T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=1))}
    loads = [load(name, 6, modes=frozenset({"rail"})) for name in "ST"]
    plan = plan_of(world(loads, services=one))
    assert [u.reason for u in plan.unserved] == ["capacity"]


def test_lateness_and_value_of_time_are_weighed() -> None:
    slow = {"T": train("T", "A", "B", 13 * H, 600, 100.0)}
    late = load("S", 6, due_min=17 * H, latest_min=40 * H, late_eur_per_h=10.0)
    # By train: 23:00 + 0:30 + lift 0:15 + handling 0:30 = 24:15, 7.25 h late.
    assert eur(world([late], services=slow)) == RAIL + dock(6) + 72.5
    assert trains_and_trucks(plan_of(world([replace(late, late_eur_per_h=60.0)], services=slow))) == (0, 1)
    hurried = load("S", 6, value_of_time_eur_per_h=50.0)
    assert trains_and_trucks(plan_of(world([hurried], services=slow))) == (0, 1)


@pytest.mark.parametrize("engine", ["highs", "scip", "cpsat"])
def test_engines_agree_on_a_case_with_everything(engine: str) -> None:
    scenario = everything()
    auto = solved(scenario)
    mine = solved(scenario, params=SolveParams(method="exact", engine=engine))
    assert auto.plan is not None
    assert mine.plan is not None
    assert mine.status == auto.status == "optimal"
    assert mine.plan.totals.objective_cents == auto.plan.totals.objective_cents
    assert mine.bound_eur is not None
    assert auto.bound_eur is not None
    assert abs(mine.bound_eur - auto.bound_eur) <= 0.02


def everything():  # type: ignore[no-untyped-def]
    services = {
        "T": train("T", "A", "B", 13 * H, 300, 100.0, capacity=capacity(units=2), allotment_units=1, spot_units=2),
        "C": train(
            "C",
            "A",
            "B",
            15 * H,
            300,
            0.0,
            charter=Charter(eur_per_run=250.0),
            capacity=capacity(units=2),
            spot_units=None,
        ),
        "U": train("U", "A", "B", 18 * H, 300, 0.0, tariff=Tariff(eur_per_unit=180.0)),
    }
    loads = [
        load("S1", 4, keep_together=True),
        load("S2", 3, keep_together=True, ready_min=9 * H),
        load("S3", 5, max_parts=2, part_eur=3.0),
        load("S4", 2, shipper="P", veto_shippers=frozenset({"of-S1"})),
        load("S5", 1.5, value_of_time_eur_per_h=4.0),
        load("S6", 0, load_unit="box", load_units=1, kg=3000),
    ]
    return world(loads, services=services, objective=Objective(carbon_price_eur_per_t=87.5))
