"""Fast coefficients, totals and shares agree with the lines that they stand for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.footprint import (
    COST_KINDS,
    UNALLOCATED,
    allocate,
    counted_cents,
    external_lines,
    lateness_cents,
    move_coefficients,
    price_move,
    price_part,
    price_plan,
    price_run,
    time_value_cents,
    weighted_cents,
)
from cargopool.model.plan import Content, DepartureStage, Move, MoveUse, Plan, PlannedUnit, RoadStage, Unserved
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Objective, Scenario
from cargopool.units import share_out
from golden.golden_world import MOVES, PARTS, RUNS, WORLD
from golden.test_golden_external import FACTORS
from scale import scaled

runs = settings(max_examples=scaled(120, 5_000), deadline=None)

objectives = st.builds(
    Objective,
    external_costs=st.sampled_from(["none", "report", "internalise"]),
    carbon_price_eur_per_t=st.sampled_from([0.0, 90.0, 123.45]),
    weights=st.dictionaries(st.sampled_from(list(COST_KINDS)), st.sampled_from([0.0, 0.5, 1.0, 1.37, 2.0]), max_size=6),
    exclude_carbon_in_prices=st.booleans(),
)
hours = st.integers(0, 200)


@st.composite
def scenarios(draw) -> Scenario:
    return replace(WORLD, objective=draw(objectives), factors=FACTORS)


@st.composite
def moves(draw) -> Move:
    """A golden move at other times, with another unit type where it has one, and another weight class."""
    move = draw(st.sampled_from(list(MOVES.values())))
    shift, wait_before, wait_after = draw(hours) * 60, draw(hours) * 17, draw(hours) * 13
    stages = tuple(
        replace(
            stage,
            closing_min=stage.closing_min + shift,
            depart_min=stage.depart_min + shift,
            arrive_min=stage.arrive_min + shift,
            pick_up_ready_min=stage.pick_up_ready_min + shift,
        )
        if isinstance(stage, DepartureStage)
        else stage
        for stage in move.stages
    )
    unit = draw(st.sampled_from([move.unit_type, "pw45", "swap"]))
    if move.kind == "road":
        unit = move.unit_type
    return replace(
        move,
        stages=stages,
        unit_type=unit,
        latest_min=move.latest_min + shift - wait_before,
        available_min=move.available_min + shift + wait_after,
        hand_in_min=None if move.hand_in_min is None else move.hand_in_min + shift - wait_before,
        collect_min=None if move.collect_min is None else move.collect_min + shift + wait_after,
        max_gross_kg=draw(st.sampled_from([None, 18_000, 20_000, 33_000, 36_000])),
    )


@runs
@given(scenarios(), moves())
def test_coefficients_are_the_sums_of_the_lines(scenario, move):
    ambient, chilled = price_move(scenario, move, "ambient"), price_move(scenario, move, "chilled")
    found = move_coefficients(scenario, move)
    counted = counted_cents(scenario.objective, ambient.external)
    assert found.objective_cents == counted + sum(weighted_cents(scenario.objective, line) for line in ambient.lines)
    assert chilled.lines == ambient.lines
    assert found.grams == ambient.grams
    assert found.grams_powered == chilled.grams
    assert chilled.grams >= ambient.grams


@runs
@given(moves(), st.integers(1, 21))
def test_grams_per_kg_are_the_cargo_elements_of_a_part(move, atoms):
    part = replace(PARTS["collected"], atoms=atoms, moves=("x",), handlings=(), collection=None)
    priced = price_part(WORLD, part, {"x": move})
    kg = quantity_of(WORLD.shipments["LOOSE"], 0, atoms).kg
    loads = [tce for tce in priced.tces if tce.kind.endswith("_load")]
    exact = move_coefficients(WORLD, move).grams_per_kg * kg
    assert sum(tce.grams for tce in loads) == pytest.approx(exact, abs=1.0 + len(loads))
    assert all(tce.mass_kg == kg for tce in loads)


@runs
@given(
    st.integers(-10_000, 10_000_000),
    st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 50_000), min_size=1, max_size=12),
)
def test_shares_add_up_and_are_near_proportion(total, weights):
    shares = share_out(total, weights)
    assert sum(shares.values()) == total
    whole = sum(weights.values())
    for key, weight in weights.items():
        exact = total * weight / whole if whole else total / len(weights)
        assert abs(shares[key] - exact) < 1.000001


@st.composite
def plans(draw) -> tuple[Scenario, Plan]:
    """Uses of golden moves with arbitrary contents; feasibility does not matter to shares."""
    scenario = draw(scenarios())
    uses, units = [], []
    for number, name in enumerate(draw(st.lists(st.sampled_from(list(MOVES)), max_size=4, unique=True))):
        count = draw(st.integers(1, 3))
        temperature = draw(st.sampled_from(["ambient", "chilled"]))
        uses.append(MoveUse(move=MOVES[name], temperature=temperature, segregation="general", count=count))
        for truck in range(1, draw(st.integers(0, count)) + 1):
            for body in range(MOVES[name].units_per_move):
                contents = tuple(
                    Content(shipment=key, part=1, first_atom=0, atoms=draw(st.integers(0, 1)))
                    for key in draw(st.lists(st.sampled_from(list(scenario.shipments)), max_size=3, unique=True))
                )
                units.append(
                    PlannedUnit(
                        id=f"u{number}/{truck}/{body}", move=name, truck=truck, unit_type=MOVES[name].unit_type,
                        temperature=temperature, segregation="general", contents=contents,
                    )
                )  # fmt: skip
    used = {use.move.id for use in uses}
    itineraries = tuple(part for part in PARTS.values() if set(part.moves) <= used)
    charters = tuple(RUNS.values()) if draw(st.booleans()) else ()
    priced = price_plan(scenario, uses, itineraries, charters, ())
    plan = Plan(
        scenario="golden", variant="base", moves=tuple(uses), units=tuple(units), itineraries=itineraries,
        charters=charters, unserved=(), cost_lines=priced.lines, tces=priced.tces, totals=priced.totals,
    )  # fmt: skip
    return scenario, plan


@runs
@given(plans())
def test_allocation_adds_up_to_the_cent_and_the_gram(case):
    scenario, plan = case
    shares = allocate(scenario, plan)
    assert sum(one.cost_cents for one in shares.values()) == plan.totals.cost_cents
    assert sum(one.co2e_grams for one in shares.values()) == plan.totals.co2e_grams
    assert sum(one.energy_mj for one in shares.values()) == pytest.approx(plan.totals.energy_mj)
    for one in shares.values():
        assert one.cost_cents == sum(one.cost_by_kind.values())
        assert one.co2e_grams == sum(one.grams_by_kind.values()) == one.wtt_grams + one.ttw_grams
    for kind in COST_KINDS:
        whole = sum(line.cents * line.count for line in plan.cost_lines if line.kind == kind)
        assert sum(one.cost_by_kind.get(kind, 0) for one in shares.values()) == whole
    outside = sum(line.cents * line.count for line in external_lines(scenario, plan))
    assert sum(one.external_cents for one in shares.values()) == outside


@runs
@given(plans())
def test_totals_are_the_sums_of_lines_and_elements(case):
    scenario, plan = case
    totals = plan.totals
    assert totals.cost_cents == sum(line.cents * line.count for line in plan.cost_lines)
    assert totals.co2e_grams == sum(tce.grams * tce.count for tce in plan.tces)
    assert totals.weighted_cost_cents == sum(
        weighted_cents(scenario.objective, line) * line.count for line in plan.cost_lines
    )
    price = scenario.objective.carbon_price_eur_per_t
    assert totals.carbon_cents == pytest.approx(totals.co2e_grams * price / 10_000, abs=0.5)
    assert totals.external_cents == counted_cents(scenario.objective, external_lines(scenario, plan))
    assert totals.external_cents == 0 or scenario.objective.external_costs == "internalise"
    terms = (totals.carbon_cents, totals.lateness_cents, totals.time_value_cents, totals.unserved_cents)
    terms = (*terms, totals.external_cents)
    assert totals.objective_cents == totals.weighted_cost_cents + sum(terms)


def _plan(uses, units, itineraries, charters=()) -> Plan:
    priced = price_plan(WORLD, uses, itineraries, charters, ())
    return Plan(
        scenario="golden", variant="base", moves=tuple(uses), units=tuple(units), itineraries=tuple(itineraries),
        charters=tuple(charters), unserved=(), cost_lines=priced.lines, tces=priced.tces, totals=priced.totals,
    )  # fmt: skip


def _unit(name: str, truck: int, *contents: Content) -> PlannedUnit:
    move = MOVES[name]
    return PlannedUnit(
        id=f"{name}/{truck}/{len(contents)}", move=name, truck=truck, unit_type=move.unit_type,
        temperature="ambient", segregation="general", contents=contents,
    )  # fmt: skip


def test_a_truck_is_shared_by_mass_and_an_empty_swap_body_by_the_other():
    first = Content(shipment="HUBBED", part=1, first_atom=0, atoms=10)
    second = Content(shipment="BRITISH", part=1, first_atom=0, atoms=4)
    use = MoveUse(move=MOVES["swaps"], temperature="ambient", segregation="general", count=1)
    shares = allocate(WORLD, _plan([use], [_unit("swaps", 1, first, second), _unit("swaps", 1)], []))
    cost = price_move(WORLD, MOVES["swaps"], "ambient").cents
    assert shares["HUBBED"].cost_cents == pytest.approx(cost * 4_500 / 6_400, abs=7)
    assert shares["BRITISH"].cost_cents == pytest.approx(cost * 1_900 / 6_400, abs=7)
    assert UNALLOCATED not in shares


def test_each_truck_is_paid_by_what_is_in_it():
    first = Content(shipment="HUBBED", part=1, first_atom=0, atoms=10)
    second = Content(shipment="BRITISH", part=1, first_atom=0, atoms=4)
    use = MoveUse(move=MOVES["truck"], temperature="ambient", segregation="general", count=2)
    shares = allocate(WORLD, _plan([use], [_unit("truck", 1, first), _unit("truck", 2, second)], []))
    one = price_move(WORLD, MOVES["truck"], "ambient")
    assert shares["HUBBED"].cost_cents == shares["BRITISH"].cost_cents == one.cents
    assert shares["HUBBED"].co2e_grams == shares["BRITISH"].co2e_grams == one.grams


def test_a_charter_is_paid_by_its_riders_alone():
    rider = Content(shipment="HUBBED", part=1, first_atom=0, atoms=10)
    uses = [
        MoveUse(move=MOVES[name], temperature="ambient", segregation="general", count=1)
        for name in ("chartered", "tunnel")
    ]
    units = [
        _unit("chartered", 1, rider),
        _unit("tunnel", 1, Content(shipment="BRITISH", part=1, first_atom=0, atoms=4)),
    ]
    plan = _plan(uses, units, [PARTS["charter-load"], PARTS["british"]], [RUNS["run"]])
    shares = allocate(WORLD, plan)
    assert shares["HUBBED"].cost_by_kind["charter"] == price_run(WORLD, RUNS["run"]).cents
    assert "charter" not in shares["BRITISH"].cost_by_kind


def test_a_charter_is_shared_by_mass_times_km():
    """Hubbed freight rides both legs (4500 kg x 880 km), the British one the first alone (1900 kg x 560 km)."""
    two_legs = replace(WORLD.services["C1"], stops=WORLD.services["R1"].stops, legs=WORLD.services["R1"].legs)
    case = replace(WORLD, services={**WORLD.services, "C1": two_legs})
    short = replace(MOVES["chartered"].stages[0], destination="BAS")
    half = replace(MOVES["chartered"], id="half", destination="BAS", stages=(short,))
    uses = [
        MoveUse(move=move, temperature="ambient", segregation="general", count=1) for move in (MOVES["chartered"], half)
    ]
    parts = [PARTS["charter-load"], replace(PARTS["british"], moves=("half",))]
    priced = price_plan(case, uses, parts, list(RUNS.values()), ())
    plan = Plan(
        scenario="golden", variant="base", moves=tuple(uses), units=(), itineraries=tuple(parts),
        charters=tuple(RUNS.values()), unserved=(), cost_lines=priced.lines, tces=priced.tces, totals=priced.totals,
    )  # fmt: skip
    shares = allocate(case, plan)
    # 3,960,000 of 5,024,000 kg km: 18,500 EUR x 0.788217 = 14,582.01
    assert shares["HUBBED"].cost_by_kind["charter"] == 1_458_201
    assert shares["BRITISH"].cost_by_kind["charter"] == 1_850_000 - 1_458_201


def test_a_charter_without_cargo_falls_to_all_by_mass_or_to_nobody():
    plan = _plan([], [], [], [RUNS["run"]])
    assert allocate(WORLD, plan)[UNALLOCATED].cost_cents == 1_850_000
    use = MoveUse(move=MOVES["tunnel"], temperature="ambient", segregation="general", count=1)
    unit = _unit("tunnel", 1, Content(shipment="BRITISH", part=1, first_atom=0, atoms=4))
    shares = allocate(WORLD, _plan([use], [unit], [PARTS["british"]], [RUNS["run"]]))
    assert shares["BRITISH"].cost_by_kind["charter"] == 1_850_000


def test_lines_of_moves_carry_their_count():
    use = MoveUse(move=MOVES["truck"], temperature="ambient", segregation="general", count=3)
    priced = price_plan(WORLD, [use], [], [], [])
    one = price_move(WORLD, MOVES["truck"], "ambient")
    assert {line.count for line in priced.lines} == {tce.count for tce in priced.tces} == {3}
    assert priced.totals.cost_cents == 3 * one.cents
    assert priced.totals.co2e_grams == 3 * one.grams


def test_lateness_and_value_of_time_go_by_atoms():
    shipment = WORLD.shipments["LOOSE"]
    assert lateness_cents(shipment, 21, 90) == 1_125  # 7.50 EUR/h x 1.5 h
    assert lateness_cents(shipment, 7, 90) == 375
    assert lateness_cents(shipment, 21, 0) == lateness_cents(shipment, 21, -50) == 0
    assert time_value_cents(shipment, 21, 100) == 200  # 1.20 EUR/h x 100/60 h
    assert time_value_cents(shipment, 1, 25) == 2  # 50/21 cents


def test_halves_round_to_even():
    shipment = replace(WORLD.shipments["LOOSE"], late_eur_per_h=0.6, pallets_milli=2_000)
    assert [lateness_cents(shipment, 1, minutes) for minutes in (1, 3, 5, 7)] == [0, 2, 2, 4]


def test_unserved_shipments_cost_their_constant():
    from cargopool.footprint import unserved_cents

    left = [Unserved(shipment=key, reason="price", text="") for key in ("LOOSE", "BRITISH")]
    want = sum(unserved_cents(WORLD, WORLD.shipments[row.shipment]) for row in left)
    assert price_plan(WORLD, [], [], [], left).totals.unserved_cents == want > 0


def test_pricing_refuses_what_does_not_exist():
    stage = RoadStage(purpose="main", vehicle="artic", origin="LGW", destination="MIL", depart_min=0, arrive_min=1)
    nowhere = replace(MOVES["truck"], stages=(stage,))
    with pytest.raises(ValueError, match="no road from LGW to MIL"):
        price_move(WORLD, nowhere, "ambient")
    with pytest.raises(ValueError, match="not a charter"):
        price_run(WORLD, replace(RUNS["run"], service="R1"))
    with pytest.raises(KeyError):
        price_move(WORLD, replace(MOVES["truck"], unit_type="none"), "ambient")


def test_text_shows_the_arithmetic():
    lines = {line.kind: line.what for line in price_move(WORLD, MOVES["truck"], "ambient").lines}
    assert lines["road_km"] == "900 km x 0.95 EUR/km"
    tces = price_move(WORLD, MOVES["truck"], "ambient").tces
    assert tces[0].what == "900 km x (1 + 0.25) x 7.99 MJ/km x (20 + 80) g/MJ"
