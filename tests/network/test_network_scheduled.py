"""Scheduled moves: closing, transfers, headway, buckets, slots, weight classes, fitness of units."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cargopool.model.place import CrossDock
from cargopool.model.plan import DepartureStage, Move
from cargopool.model.scenario import Horizon, Scenario
from cargopool.model.service import Charter, LegCapacity, Tariff, WeightClass
from cargopool.network import Network, build
from cargopool.network.columns import enumerate_columns
from network.network_cases import DAY, box, case, door, hours, hub, line_case, load, train, truck


def moves(network: Network, kind: str = "scheduled") -> list[Move]:
    return [move for m in range(network.moves) if (move := network.describe(m)).kind == kind]


def rides(move: Move) -> list[DepartureStage]:
    return [stage for stage in move.stages if isinstance(stage, DepartureStage)]


def rail_only(scenario: Scenario) -> Scenario:
    goods = {k: replace(s, modes=frozenset({"rail"})) for k, s in scenario.shipments.items()}
    return replace(scenario, shipments=goods)


def uses(network: Network, m: int) -> dict[str, int]:
    span = slice(network.move_rows.indptr[m], network.move_rows.indptr[m + 1])
    return {
        network.row_label[r]: int(a)
        for r, a in zip(network.move_rows.index[span], network.move_rows.amount[span], strict=True)
    }


def test_hand_in_is_the_closing_and_collection_the_pick_up_ready() -> None:
    (first, *_) = moves(build(rail_only(line_case()), depth=0))
    assert (first.hand_in_min, first.latest_min) == (1200 - 60, 1140)
    assert first.collect_min == DAY + 360 + 90
    assert first.available_min == DAY + 450 + 15


def test_opening_hours_move_hand_in_back_and_collection_on() -> None:
    scenario = line_case(
        hubs=[
            hub("A", 50.0, 6.0, opening=hours(360, 1080)),
            hub("B", 50.0, 12.0, opening=hours(600, 1200)),
            hub("C", 50.0, 18.0),
        ]
    )
    first = next(m for m in moves(build(rail_only(scenario), depth=0)) if m.destination == "B")
    assert first.hand_in_min == 1080
    assert first.collect_min == DAY + 600
    assert rides(first)[0].closing_min == 1140


@pytest.mark.parametrize(("close", "made"), [(0, True), (1, False)])
def test_transfer_is_caught_to_the_minute(close: int, made: bool) -> None:
    # Ready on day 1 at 07:30, lifted by 07:45; the second train closes at 07:45 less ``close``.
    second = train("S2", [("B", None, (0, 525 - close)), ("C", (0, 900), None)])
    scenario = line_case(services=[line_case().services["S1"], second])
    chains = [rides(m) for m in moves(build(rail_only(scenario), depth=0)) if m.origin == "A" and m.destination == "C"]
    same_day = [c for c in chains if c[0].run_date == "2026-01-05" and c[1].run_date == "2026-01-06"]
    assert bool(same_day) == made


def test_booking_close_must_not_be_past() -> None:
    first = line_case().services["S1"]
    stops = (replace(first.stops[0], booking_close_min=1201), first.stops[1])
    scenario = line_case(services=[replace(first, stops=stops), line_case().services["S2"]])
    dates = {rides(m)[0].run_date for m in moves(build(rail_only(scenario), depth=0)) if m.origin == "A"}
    assert "2026-01-05" not in dates
    assert "2026-01-06" in dates


def test_no_hub_twice_and_at_most_the_departures_allowed() -> None:
    back = train("S3", [("B", None, (0, 1300)), ("A", (1, 300), None)])
    base = line_case()
    scenario = line_case(services=[*base.services.values(), back])
    for move in moves(build(rail_only(scenario), depth=0)):
        hubs = [rides(move)[0].origin, *(ride.destination for ride in rides(move))]
        assert len(set(hubs)) == len(hubs)
    short = replace(scenario, scope=replace(scenario.scope, max_departures=1))
    assert all(len(rides(m)) == 1 for m in moves(build(rail_only(short), depth=0)))


def test_clock_change_between_zones_counts_elapsed_minutes() -> None:
    # London 28 March 2026 22:00 (GMT) to Berlin 29 March 09:00 (CEST = UTC+2): 22:00 to 07:00 UTC is nine hours.
    start = datetime(2026, 3, 27, tzinfo=UTC)
    scenario = case(
        horizon=Horizon(start=start, end=start + timedelta(days=7)),
        hubs=[hub("L", 51.5, 0.0, timezone="Europe/London"), hub("D", 51.4, 6.7, timezone="Europe/Berlin")],
        services=[train("S", [("L", None, (0, 1320)), ("D", (1, 540), None)], weekdays=frozenset({5}))],
        shipments=[load("K", "L", "D", modes=frozenset({"rail"}))],
    )
    (move,) = moves(build(scenario, depth=0))
    assert rides(move)[0].depart_min == DAY + 1320
    assert rides(move)[0].arrive_min - rides(move)[0].depart_min == 9 * 60


def headway_case(**other: object) -> Scenario:
    shuttle = train("H", [("A", None, (0, 0)), ("B", (0, 120), None)], headway_min=61, weekdays=frozenset())
    return line_case(services=[shuttle, train("S2", [("B", None, (0, 1080)), ("C", (1, 300), None)])], **other)


def test_headway_rides_alone_wait_half_a_headway() -> None:
    alone = [m for m in moves(build(rail_only(headway_case()), depth=0)) if m.destination == "B"]
    early = min(alone, key=lambda m: m.latest_min)
    assert early.hand_in_min == 480 + 60
    (ride,) = rides(early)
    assert (ride.closing_min, ride.depart_min, ride.arrive_min) == (540, 540 + 31, 540 + 31 + 120)
    assert ride.pick_up_ready_min == early.collect_min == 540 + 31 + 120 + 90
    assert ride.run_date == ""


def test_headway_before_a_departure_starts_as_late_as_possible() -> None:
    chain = next(
        m for m in moves(build(rail_only(headway_case()), depth=0)) if m.destination == "C" and m.origin == "A"
    )
    shuttle, second = rides(chain)
    assert second.closing_min == 1020
    assert shuttle.pick_up_ready_min + 15 == second.closing_min
    assert chain.hand_in_min == shuttle.closing_min == 1020 - 15 - 90 - 120 - 31


def test_headway_after_a_departure_starts_as_early_as_possible() -> None:
    shuttle = train("H", [("B", None, (0, 0)), ("C", (0, 120), None)], headway_min=60, weekdays=frozenset())
    scenario = line_case(services=[line_case().services["S1"], shuttle])
    chain = next(m for m in moves(build(rail_only(scenario), depth=0)) if m.origin == "A" and m.destination == "C")
    first, last = rides(chain)
    assert last.closing_min == first.pick_up_ready_min + 15
    assert chain.collect_min == last.closing_min + 30 + 120 + 90


def test_limited_lifts_make_bucket_variants_within_the_slack() -> None:
    base = line_case()
    scenario = replace(base, scope=replace(base.scope, hub_slack_h=3))
    hubs = dict(scenario.hubs)
    hubs["A"] = replace(hubs["A"], lifts_per_hour=2, opening=hours(930, 1200))
    scenario = rail_only(replace(scenario, hubs=hubs))
    network = build(scenario, depth=0)
    first = [
        (m, network.describe(m))
        for m in range(network.moves)
        if network.describe(m).destination == "B" and rides(network.describe(m))[0].run_date == "2026-01-05"
    ]
    # Closing 1140 starts bucket 19; three hours before are in bucket 16, and loading ends at 990 at the earliest.
    assert sorted(move.hand_in_min or 0 for _, move in first) == [1019, 1079, 1139, 1140]
    for m, move in first:
        assert uses(network, m)[f"hubs[A].buckets[{(move.hand_in_min or 0) // 60}].lifts"] == 1
    assert network.row_limit[network.row_label.index("hubs[A].buckets[19].lifts")] == 2


def test_yard_counts_every_bucket_touched() -> None:
    base = line_case()
    hubs = dict(base.hubs)
    hubs["B"] = replace(hubs["B"], yard_places=5)
    network = build(rail_only(replace(base, hubs=hubs)), depth=0)
    m = next(m for m in range(network.moves) if len(rides(network.describe(m))) == 2)
    one, two = rides(network.describe(m))
    touched = {label for label in uses(network, m) if label.endswith(".yard")}
    expected = range(one.pick_up_ready_min // 60, (two.depart_min - 1) // 60 + 1)
    assert touched == {f"hubs[B].buckets[{b}].yard" for b in expected}


def test_allotment_and_spot_are_moves_of_their_own() -> None:
    first = replace(line_case().services["S1"], allotment_units=2, spot_units=3)
    network = build(rail_only(line_case(services=[first, line_case().services["S2"]])), depth=0)
    slots: dict[str, int] = {}
    for m in range(network.moves):
        move = network.describe(m)
        if move.destination == "B" and rides(move)[0].run_date == "2026-01-05":
            slots[rides(move)[0].slot] = m
    assert set(slots) == {"allotment", "spot"}
    leg = "services[S1].runs[2026-01-05].legs[0]"
    assert uses(network, slots["allotment"]) == {f"{leg}.units": 1, f"{leg}.allotment": 1}
    assert uses(network, slots["spot"]) == {f"{leg}.units": 1, f"{leg}.spot": 1}
    assert network.move_cost[slots["spot"]] - network.move_cost[slots["allotment"]] == 30_000
    assert network.row_limit[network.row_label.index(f"{leg}.allotment")] == 2


def test_no_spot_slots_for_sale() -> None:
    first = replace(line_case().services["S1"], allotment_units=2, spot_units=0)
    network = build(rail_only(line_case(services=[first])), depth=0)
    assert {rides(m)[0].slot for m in moves(network)} <= {"allotment"}


def heavy_tariff(*rows: tuple[int, float]) -> Tariff:
    return Tariff(eur_per_unit=300.0, weight_classes=tuple(WeightClass(up_to_kg=kg, factor=f) for kg, f in rows))


def test_weight_classes_limit_the_load_and_set_the_price() -> None:
    first = replace(line_case().services["S1"], tariff=heavy_tariff((16_000, 0.5), (34_000, 1.0)))
    network = build(rail_only(line_case(services=[first, line_case().services["S2"]])), depth=0)
    day = [
        (network.describe(m), int(network.move_capacity[m, 1]), int(network.move_cost[m]))
        for m in range(network.moves)
        if network.describe(m).destination == "B" and network.describe(m).hand_in_min == 1140
    ]
    found = {move.max_gross_kg: (kg, cost) for move, kg, cost in day}
    assert {mass: kg for mass, (kg, _) in found.items()} == {16_000: 11_500, 34_000: 27_000}
    assert found[34_000][1] - found[16_000][1] == 15_000


def test_classes_that_carry_no_more_or_cost_no_less_are_left_out() -> None:
    rows = ((4_000, 0.2), (16_000, 0.5), (20_000, 0.5), (34_000, 1.0), (40_000, 1.2))
    first = replace(line_case().services["S1"], tariff=heavy_tariff(*rows))
    network = build(rail_only(line_case(services=[first])), depth=0)
    # 4 t is below the tare, 16 t carries less at the price of 20 t, 40 t carries no more than 34 t.
    assert {move.max_gross_kg for move in moves(network)} <= {20_000, 34_000}
    weighed = replace(first, capacity=LegCapacity(gross_tonnes=500))
    network = build(rail_only(line_case(services=[weighed, line_case().services["S2"]])), depth=0)
    assert {m.max_gross_kg for m in moves(network) if m.destination == "B"} == {16_000, 20_000, 34_000}


def test_classes_of_two_departures_combine() -> None:
    first = replace(line_case().services["S1"], tariff=heavy_tariff((16_000, 0.5), (34_000, 1.0)))
    second = replace(line_case().services["S2"], tariff=heavy_tariff((24_000, 0.6), (30_000, 1.0)))
    network = build(rail_only(line_case(services=[first, second])), depth=0)
    through = {m.max_gross_kg for m in moves(network) if m.destination == "C" and m.origin == "A"}
    assert through == {16_000, 24_000, 30_000}


def test_charter_rows_open_with_their_run() -> None:
    first = replace(line_case().services["S1"], charter=Charter(eur_per_run=2_000.0), capacity=LegCapacity())
    network = build(rail_only(line_case(services=[first, line_case().services["S2"]])), depth=0)
    assert {run.service for run in network.runs} == {"S1"}
    assert set(network.run_cost.tolist()) == {200_000}
    for m in range(network.moves):
        for stage in rides(network.describe(m)):
            if stage.service == "S1":
                assert stage.slot == "charter"
                row = network.row_label.index(f"services[S1].runs[{stage.run_date}].legs[0].run")
                assert uses(network, m)[network.row_label[row]] == 1
                assert network.runs[network.row_run[row]].run_date == stage.run_date


def test_leg_rows_hold_every_dimension() -> None:
    room = LegCapacity(teu_milli=10_000, units=4, gross_tonnes=100, length_m=300, plugs=1)
    first = replace(line_case().services["S1"], capacity=room)
    cold = load("K3", "A", "C", temperature="chilled", modes=frozenset({"rail"}))
    units = [box(temperatures=frozenset({"ambient", "chilled"}))]
    network = build(line_case(services=[first, line_case().services["S2"]], shipments=[cold], units=units), depth=0)
    m = next(m for m in range(network.moves) if network.describe(m).destination == "B")
    date = rides(network.describe(m))[0].run_date
    leg = f"services[S1].runs[{date}].legs[0]"
    expected = {f"{leg}.teu": 2_250, f"{leg}.units": 1, f"{leg}.gross_kg": 31_500, f"{leg}.length_cm": 1_370}
    assert uses(network, m) == expected
    plug = network.move_rows_powered.index[network.move_rows_powered.indptr[m]]
    assert network.row_label[plug] == f"{leg}.plugs"


@pytest.mark.parametrize(
    "change",
    [
        {"units": [box(gauge="P400")]},
        {"units": [box(modes=frozenset({"road", "barge"}))]},
        {"shipments": [load("K1", "A", "C", temperature="frozen", modes=frozenset({"rail"}))]},
        {"shipments": [load("K1", "A", "C", modes=frozenset({"barge"}))]},
        {"shipments": [load("K1", "A", "C", latest_min=1500, due_min=1500, modes=frozenset({"rail"}))]},
        {"shipments": [load("K1", "A", "C", pallets_milli=1000, kg=28_000, modes=frozenset({"rail"}))]},
    ],
)
def test_nothing_to_ride(change: dict[str, object]) -> None:
    scenario = rail_only(line_case(**change)) if "shipments" not in change else line_case(**change)
    network = build(scenario, depth=0)
    assert network.moves == 0
    assert [u.size for u in network.usable] == [0] * len(scenario.shipments)


def test_adr_must_be_accepted_on_the_way() -> None:
    goods = [load("K1", "A", "C", adr_class="3", modes=frozenset({"rail"}))]
    assert build(line_case(shipments=goods), depth=0).usable[0].size
    hubs = [hub("A", 50.0, 6.0), hub("B", 50.0, 12.0, adr_classes=frozenset({"8"})), hub("C", 50.0, 18.0)]
    assert not build(line_case(shipments=goods, hubs=hubs), depth=0).usable[0].size
    closed = replace(line_case().services["S1"], adr_classes=frozenset())
    services = [closed, line_case().services["S2"]]
    assert enumerate_columns(build(line_case(shipments=goods, services=services), depth=0), 0, 10) == ((), True)


def test_pure_terminals_serve_sealed_units_only() -> None:
    hubs = [hub("A", 50.0, 6.0), hub("B", 50.0, 12.0, cross_dock=None), hub("C", 50.0, 18.0)]
    goods = [load("K1", "A", "B"), load("K2", "A", "B", load_unit="C45", load_units=2, kg=30_000)]
    network = build(line_case(hubs=hubs, shipments=goods), depth=1)
    assert not network.usable[0].size
    assert network.usable[1].size
    assert network.shipment_size[1].tolist() == [0, 30_000, 0, 0]


def test_door_moves_reach_the_terminal_and_leave_it() -> None:
    doors = [door("P", 50.0, 6.3, loading_min=45), door("Q", 50.0, 17.8, loading="drop"), door("X", 50.0, 9.0)]
    goods = [load("K1", "P", "Q", modes=frozenset({"rail"})), load("K2", "X", "C", modes=frozenset({"rail"}))]
    network = build(line_case(doors=doors, shipments=goods), depth=0)
    made = moves(network, "door")
    assert {(m.origin, m.destination) for m in made} >= {("P", "Q"), ("P", "B"), ("B", "Q"), ("A", "Q"), ("P", "C")}
    whole = next(m for m in made if (m.origin, m.destination) == ("P", "Q"))
    out, *_, inward = whole.stages
    assert (out.arrive_min, out.depart_min) == (whole.hand_in_min, whole.latest_min)
    assert inward.depart_min == (whole.collect_min or 0) + 15
    assert inward.arrive_min == whole.available_min
    assert not network.usable[1].size  # X is farther than the drayage radius from every hub


def test_door_moves_keep_the_combined_limit() -> None:
    goods = [load("K1", "P", "C", modes=frozenset({"rail"}))]
    light = truck(combined_limit_kg=30_000)
    network = build(line_case(doors=[door("P", 50.0, 6.3)], shipments=goods, vehicles=[light]), depth=0)
    kinds = {network.describe(m).kind: int(network.move_capacity[m, 1]) for m in range(network.moves)}
    assert kinds["door"] == 30_000 - 8_000 - 4_500
    assert kinds["scheduled"] == 27_000


def test_pallet_rows_cover_the_buckets_of_limited_hubs() -> None:
    dock = CrossDock(handling_min=60, pallets_per_hour=7)
    hubs = [hub("A", 50.0, 6.0, cross_dock=dock, pallet_places=50), hub("B", 50.0, 12.0), hub("C", 50.0, 18.0)]
    network = build(line_case(hubs=hubs), depth=0)
    assert {h for h, _ in network.pallet_row} == {h for h, _ in network.place_row} == {0}
    assert network.row_limit[network.pallet_row[0, 8]] == 7_000
    assert network.row_limit[network.place_row[0, 8]] == 50_000
    assert np.all(network.row_run == -1)
