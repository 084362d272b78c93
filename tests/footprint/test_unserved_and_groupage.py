"""The constant of an unserved shipment stands above what serving it costs; groupage takes the cheapest band."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.footprint import groupage_cents, groupage_grams, price_plan, unserved_cents
from cargopool.footprint.dearest import units_needed
from cargopool.footprint.unserved import handling_minutes
from cargopool.model.plan import DepartureStage, Handling, Itinerary, Move, MoveUse
from cargopool.model.scenario import Objective, Scenario
from cargopool.model.service import Charter
from cargopool.model.shipment import Shipment
from cargopool.rules import crossing_between, road_link, trip_arrival
from golden.golden_world import MOVES, WORLD
from scale import scaled

PLACES = ("DUI", "MIL", "FAC", "SHOP")


@st.composite
def shipments(draw, origin: str = "", destination: str = "") -> Shipment:
    ends = draw(st.permutations(PLACES))
    ready = draw(st.integers(0, 2_000))
    due = ready + draw(st.integers(2_500, 9_000))
    pallets = draw(st.integers(1, 70_000))
    return Shipment(
        id="X",
        shipper="x",
        origin=origin or ends[0],
        destination=destination or ends[1],
        pallets_milli=pallets,
        kg=draw(st.integers(0, pallets)),
        ready_min=ready,
        due_min=due,
        latest_min=due + draw(st.integers(0, 2_000)),
        late_eur_per_h=draw(st.sampled_from([0.0, 12.5])),
        value_of_time_eur_per_h=draw(st.sampled_from([0.0, 3.3])),
    )


@st.composite
def worlds(draw) -> Scenario:
    objective = Objective(
        carbon_price_eur_per_t=draw(st.sampled_from([0.0, 200.0, 500.0, 900.0])),
        weights=draw(
            st.dictionaries(st.sampled_from(["road_km", "toll", "lift", "tariff"]), st.sampled_from([0.0, 3.0]))
        ),
    )
    return replace(WORLD, objective=objective)


def direct(scenario: Scenario, shipment: Shipment, unit_id: str, vehicle_id: str) -> int | None:
    """Objective of serving a shipment alone by direct road as soon as possible, or None when that is too late."""
    unit, vehicle = scenario.load_units[unit_id], scenario.vehicles[vehicle_id]
    link = road_link(scenario, shipment.origin, shipment.destination)
    if link is None:
        return None
    ends = [scenario.place(place) for place in (shipment.origin, shipment.destination)]
    leave = shipment.ready_min + handling_minutes(ends[0], shipment)
    there = trip_arrival(scenario, link, leave, vehicle.manning, bans=True)
    done = there + handling_minutes(ends[1], shipment)
    if done > shipment.latest_min:
        return None
    move = replace(
        MOVES["truck"],
        id="m",
        origin=shipment.origin,
        destination=shipment.destination,
        unit_type=unit_id,
        units_per_move=unit.per_truck,
        stages=(
            replace(
                MOVES["truck"].stages[0], vehicle=vehicle_id, origin=shipment.origin, destination=shipment.destination
            ),
        ),
        latest_min=leave,
        available_min=there,
    )
    truck_kg = vehicle.gross_limit_kg - vehicle.tractor_kg - unit.per_truck * unit.tare_kg
    trucks = units_needed(shipment, unit, unit.payload_kg, unit.per_truck, truck_kg)
    use = MoveUse(move=move, temperature="ambient", segregation="general", count=trucks)
    handlings = tuple(
        Handling(place=place.id, kind=kind, start_min=0, end_min=0)
        for place, kind in zip(ends, ("load", "unload"), strict=True)
    )
    itinerary = Itinerary(
        shipment="X",
        part=1,
        first_atom=0,
        atoms=shipment.atoms,
        moves=("m",),
        handlings=handlings,
        delivered_min=done,
        late_min=max(0, done - shipment.due_min),
    )
    case = replace(scenario, shipments={"X": shipment})
    return price_plan(case, [use], [itinerary], [], []).totals.objective_cents


@settings(max_examples=scaled(60, 2_000), deadline=None)
@given(worlds(), shipments())
def test_direct_road_is_always_cheaper_than_leaving_cargo_behind(scenario, shipment):
    constant = unserved_cents(scenario, shipment)
    for unit, vehicle in (("trailer", "artic"), ("pw45", "chassis"), ("swap", "chassis"), ("trailer", "battery")):
        cost = direct(scenario, shipment, unit, vehicle)
        assert cost is None or cost < constant
    assert constant % 100 == 0


@settings(max_examples=scaled(60, 2_000), deadline=None)
@given(worlds(), shipments("DUI", "MIL"), st.sampled_from(["rail", "chain", "heavy", "cold", "chartered"]))
def test_without_road_the_constant_stands_above_any_itinerary(scenario, shipment, name):
    """Every unit that could be needed on a golden scheduled move, all within the shipment's time."""
    shipment = replace(shipment, modes=frozenset({"rail", "barge", "sea"}), latest_min=shipment.ready_min + 10_000)
    move: Move = MOVES[name]
    span = move.available_min - move.latest_min
    shipment = replace(shipment, due_min=shipment.ready_min, latest_min=shipment.ready_min + max(10_000, span))
    unit = scenario.load_units[move.unit_type]
    count = units_needed(shipment, unit, unit.payload_kg)
    shift = shipment.ready_min - move.latest_min
    handlings = tuple(Handling(place=hub, kind="load", start_min=0, end_min=0) for hub in ("DUI", "MIL"))
    itinerary = Itinerary(
        shipment="X", part=1, first_atom=0, atoms=shipment.atoms, moves=(name,), handlings=handlings,
        delivered_min=shipment.latest_min, late_min=shipment.latest_min - shipment.due_min,
    )  # fmt: skip
    assert shift + move.available_min <= shipment.latest_min
    case = replace(scenario, shipments={"X": replace(shipment, ready_min=move.latest_min)})
    use = MoveUse(move=move, temperature="chilled", segregation="general", count=count)
    rides = [stage for stage in move.stages if isinstance(stage, DepartureStage) and stage.slot == "charter"]
    from golden.golden_world import RUNS

    cost = price_plan(case, [use], [itinerary], list(RUNS.values()) if rides else [], []).totals.objective_cents
    assert cost < unserved_cents(scenario, shipment)


def test_the_constant_follows_the_highest_carbon_price():
    shipment = WORLD.shipments["HUBBED"]
    low, high = (
        unserved_cents(replace(WORLD, objective=Objective(max_carbon_price_eur_per_t=price)), shipment)
        for price in (0.0, 500.0)
    )
    assert low < high
    same = replace(WORLD, objective=Objective(carbon_price_eur_per_t=300.0, max_carbon_price_eur_per_t=500.0))
    assert unserved_cents(same, shipment) == high


def test_the_constant_counts_crossings_and_all_trucks():
    british = WORLD.shipments["BRITISH"]
    assert crossing_between(WORLD, "DUI", "LGW").eur == 75.0
    transit = replace(british, customs_status="transit")
    assert unserved_cents(WORLD, british) - unserved_cents(WORLD, transit) == 7_500
    four_trucks = replace(british, pallets_milli=132_000)
    assert unserved_cents(WORLD, four_trucks) > 3 * unserved_cents(WORLD, british)


@pytest.mark.parametrize(
    ("unit", "pallets", "kg", "together", "truck_kg", "expected"),
    [
        ("pw45", 33_000, 20_000, 1, 0, 1),
        ("pw45", 34_000, 20_000, 1, 0, 2),
        ("pw45", 33_000, 33_000 * 1, 1, 0, 2),  # 1000 kg a pallet: 27 fit
        ("swap", 36_000, 18_000, 2, 0, 1),
        ("swap", 36_000, 18_000, 2, 9_000, 2),  # 500 kg a pallet: 18 fit on the truck
        ("swap", 37_000, 18_000, 2, 0, 2),
        ("pw45", 500, 100, 1, 0, 1),
        ("pw45", 2_000, 80_000, 1, 0, 2),  # nothing fits: one each
    ],
)
def test_units_needed(unit, pallets, kg, together, truck_kg, expected):
    shipment = replace(WORLD.shipments["HUBBED"], pallets_milli=pallets, kg=kg)
    row = WORLD.load_units[unit]
    assert units_needed(shipment, row, row.payload_kg, together, truck_kg) == expected


@pytest.mark.parametrize(
    ("pallets", "kg", "ldm", "km", "expected"),
    [
        (4_000, 1_000, 1_600, 500.0, 14_400),  # 1.6 x 500 x 0.18 = 144; dearer bands have dearer minima
        (4_000, 1_000, 1_600, 100.0, 6_500),  # 28.80, so the minimum of 65
        (10_000, 5_000, 4_000, 1_000.0, 42_000),  # 4 x 1000 x 0.15 = 600 against 4 x 1000 x 0.105 = 420
        (10_000, 5_000, 0, 1_000.0, 42_000),  # 0.4 m a pallet where no loading metres are named
        (33_000, 24_000, 13_200, 1_000.0, 138_600),
        (33_000, 24_001, 13_200, 1_000.0, None),
        (40_000, 9_000, 16_000, 1_000.0, None),
    ],
)
def test_groupage(pallets, kg, ldm, km, expected):
    shipment = replace(WORLD.shipments["HUBBED"], pallets_milli=pallets, kg=kg, loading_metres_milli=ldm)
    assert groupage_cents(WORLD, shipment, km) == expected


def test_groupage_of_some_atoms():
    shipment = replace(WORLD.shipments["HUBBED"], pallets_milli=10_000, kg=5_000, loading_metres_milli=4_000)
    assert groupage_cents(WORLD, shipment, 500.0, 5) == 18_000  # 2 m and 2500 kg: 2 x 500 x 0.18


def test_groupage_grams_follow_the_shared_truck():
    # 4500 kg x 500 km x (9 MJ/km x 1.2 / (25000 kg x 0.6) + 5 MJ/km / 25000 kg) = 2070 MJ at 100 g/MJ
    assert groupage_grams(WORLD, WORLD.shipments["HUBBED"], 500.0) == 207_000


def test_groupage_on_a_battery_truck_takes_the_grid_of_the_origin():
    electric = replace(WORLD, drayage=replace(WORLD.drayage, vehicle="battery"))
    # 4500 x 500 x (4 x 1.1 / 15000 + 2.5 / 25000) = 885 MJ = 245.8333 kWh at 380 g/kWh
    assert groupage_grams(electric, WORLD.shipments["HUBBED"], 500.0) == 93_417


def test_a_road_too_slow_for_the_shipment_does_not_set_the_constant():
    hubbed = WORLD.shipments["HUBBED"]
    slow = replace(hubbed, due_min=1_000, latest_min=1_000)
    assert unserved_cents(WORLD, slow) > 3 * unserved_cents(WORLD, hubbed)


def test_the_constant_keeps_to_what_the_shipment_may_use():
    sealed = WORLD.shipments["SEALED"]
    assert unserved_cents(WORLD, replace(sealed, load_units=4, kg=96_000)) > unserved_cents(WORLD, sealed)
    hubbed = WORLD.shipments["HUBBED"]
    direct_road = unserved_cents(WORLD, hubbed)
    no_adr = replace(WORLD, hubs={**WORLD.hubs, "MIL": replace(WORLD.hubs["MIL"], adr_classes=frozenset())})
    assert unserved_cents(no_adr, hubbed) == direct_road
    assert unserved_cents(no_adr, replace(hubbed, adr_class="3")) > 2 * direct_road
    chilled = replace(hubbed, temperature="chilled")
    assert unserved_cents(WORLD, chilled) > direct_road
    no_dock = replace(WORLD, hubs={**WORLD.hubs, "MIL": replace(WORLD.hubs["MIL"], cross_dock=None)})
    assert unserved_cents(no_dock, hubbed) > 2 * direct_road


def test_live_loading_is_duty_before_the_trip():
    """510 min of driving fit the shift of a driver who did not load, and need a rest after loading for 300 min."""
    link = replace(WORLD.road_links[0], origin="FAC", destination="MIL", drive_min=510, countries=(("DE", 900.0),))
    shipment = replace(
        WORLD.shipments["HUBBED"], origin="FAC", ready_min=0, due_min=300 + 555 + 60, latest_min=300 + 555 + 60
    )

    def constant(loading: str) -> int:
        door = replace(WORLD.doors["FAC"], loading_min=300, loading=loading)
        case = replace(WORLD, doors={**WORLD.doors, "FAC": door}, road_links=(link, *WORLD.road_links))
        return unserved_cents(case, shipment)

    assert constant("live") > 2 * constant("drop")


def test_the_constant_is_the_shipments_own():
    """One id, two shipments: nothing is remembered wrongly."""
    hubbed = WORLD.shipments["HUBBED"]
    bigger = replace(hubbed, pallets_milli=66_000, kg=30_000)
    assert unserved_cents(WORLD, hubbed) < unserved_cents(WORLD, bigger)
    assert unserved_cents(WORLD, hubbed) == unserved_cents(replace(WORLD), hubbed)


def _rail_only() -> Shipment:
    return replace(WORLD.shipments["HUBBED"], modes=frozenset({"rail", "barge", "sea"}))


def _dearer(kind: str) -> tuple[Scenario, int]:
    """The world with one rate raised to 50,000 EUR, and how often one itinerary may pay it."""
    hubs, services, units = dict(WORLD.hubs), dict(WORLD.services), dict(WORLD.load_units)
    if kind == "tariff":
        services["R1"] = replace(services["R1"], tariff=replace(services["R1"].tariff, eur_per_unit=50_000.0))
    elif kind == "charter":
        services["C1"] = replace(services["C1"], charter=Charter(eur_per_run=50_000.0))
    elif kind == "lift":
        hubs["BAS"] = replace(hubs["BAS"], lift_eur=50_000.0)
    elif kind == "one_way":
        units["pw45"] = replace(units["pw45"], one_way_eur=50_000.0)
    elif kind == "surcharge":
        extra = replace(WORLD.surcharges[0], id="x", eur_per_unit=50_000.0)
        return replace(WORLD, surcharges=(*WORLD.surcharges, extra)), 9
    elif kind == "haulage":
        vehicle = replace(WORLD.vehicles["chassis"], min_eur=50_000.0, unit_types=frozenset())
        return replace(WORLD, vehicles={**WORLD.vehicles, "chassis": vehicle}), 6
    elif kind == "crossing":
        return replace(WORLD, crossings=(replace(WORLD.crossings[0], eur=50_000.0),)), 3
    elif kind == "cross_dock":
        dock = replace(hubs["MIL"].cross_dock, eur_per_pallet=5_000.0)
        hubs["MIL"] = replace(hubs["MIL"], cross_dock=dock)
    times = {"tariff": 9, "charter": 1, "lift": 12, "one_way": 3, "cross_dock": 4}[kind]
    return replace(WORLD, hubs=hubs, services=services, load_units=units), times


@pytest.mark.parametrize(
    "kind", ["tariff", "charter", "lift", "one_way", "surcharge", "haulage", "crossing", "cross_dock"]
)
def test_the_bound_without_road_counts_every_rate_as_often_as_it_may_be_paid(kind):
    dearer, times = _dearer(kind)
    before, after = unserved_cents(WORLD, _rail_only()), unserved_cents(dearer, _rail_only())
    assert after >= times * 50_000 * 100
    assert after > before


def test_the_constant_counts_both_handlings_and_the_storage_at_the_origin():
    hubbed = WORLD.shipments["HUBBED"]
    base = unserved_cents(WORLD, hubbed)
    dock = replace(WORLD.hubs["DUI"].cross_dock, eur_per_pallet=104.20)
    dear = replace(WORLD, hubs={**WORLD.hubs, "DUI": replace(WORLD.hubs["DUI"], cross_dock=dock)})
    assert unserved_cents(dear, hubbed) == base + 100_000  # 10 pallets x 100 EUR
    stored = replace(WORLD.hubs["DUI"], storage_eur_per_pallet_day=11.10)
    # latest 9000 min: 7 days begun, 1 free, 6 x 10 pallets x 10 EUR more
    assert unserved_cents(replace(WORLD, hubs={**WORLD.hubs, "DUI": stored}), hubbed) == base + 60_000


def test_a_lorry_that_carries_no_unit_does_not_limit_what_goes_into_one():
    shipment = Shipment(
        id="X",
        shipper="x",
        origin="FAC",
        destination="MIL",
        pallets_milli=33_000,
        kg=22_000,
        ready_min=0,
        due_min=8_000,
        latest_min=8_000,
    )
    doors = {key: replace(door, road_region=key) for key, door in WORLD.doors.items()}
    nowhere = replace(WORLD, road_links=(), doors=doors)
    truck = next(iter(WORLD.vehicles.values()))
    lorry = replace(truck, id="lorry", unit_types=frozenset(), gross_limit_kg=18_000)
    light = replace(truck, gross_limit_kg=18_000)
    assert road_link(nowhere, "FAC", "MIL") is None
    known = unserved_cents(nowhere, shipment)
    assert unserved_cents(replace(nowhere, vehicles={**WORLD.vehicles, "lorry": lorry}), shipment) == known
    assert unserved_cents(replace(nowhere, vehicles={**WORLD.vehicles, truck.id: light}), shipment) > known
