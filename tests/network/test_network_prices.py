"""Coefficients, row use and columns against footprint/ and against plain Python, on random scenarios."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from cargopool.footprint import lateness_cents, price_move, price_part, time_value_cents, weighted_cents
from cargopool.model.place import CrossDock, Crossing
from cargopool.model.plan import DepartureStage, Itinerary, Move
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Objective, Scenario, TruckBan
from cargopool.model.service import Charter, LegCapacity, Surcharge, Tariff, WeightClass
from cargopool.network import Network, build
from cargopool.network.columns import Column, enumerate_columns, evaluate, to_itinerary
from network.network_cases import DAY, box, case, door, hours, hub, line_case, load, train, truck
from scale import scaled

SEEDS = range(scaled(4, 100))


def mixed(seed: int) -> Scenario:
    """A small scenario with every feature on somewhere."""
    rng = random.Random(seed)
    hubs = [
        hub(
            name,
            50.0 + rng.uniform(-1, 1),
            6.0 + 2.5 * n,
            opening=rng.choice((None, hours(300, 1260), hours(0, 1440, 5))),
            customs_territory="CH" if name == "D" and rng.random() < 0.5 else "EU",
            cross_dock=CrossDock(
                eur_per_pallet=4.37,
                handling_min=rng.choice((30, 60)),
                pallets_per_hour=rng.choice((None, None, 6)),
                kwh_per_pallet=1.3,
            ),
            lifts_per_hour=rng.choice((None, None, 3)),
            yard_places=rng.choice((None, 5)),
            reefer_plugs=rng.choice((None, 2)),
            pallet_places=rng.choice((None, 40)),
            free_storage_days=rng.choice((0, 1)),
            storage_eur_per_unit_day=11.3,
            storage_eur_per_pallet_day=0.77,
        )
        for n, name in enumerate("ABCD")
    ]
    doors = [
        door("P", 50.0, 6.4, loading=rng.choice(("live", "drop")), opening=hours(420, 1080)),
        door("Q", 50.1, 13.2, customs_territory=hubs[3].customs_territory, loading_min=45),
    ]
    services = [
        _line(rng, "S1", "A", "B"),
        _line(rng, "S2", "B", "D"),
        replace(_line(rng, "S3", "A", "D"), charter=Charter(eur_per_run=900.0)),
        train("H", [("B", None, (0, 0)), ("C", (0, 90), None)], headway_min=45, weekdays=frozenset()),
    ]
    units = [
        box(temperatures=frozenset({"ambient", "chilled"}), one_way_eur=17.5, return_days=1),
        box("SB", kind="swap_body", pallets_milli=17_000, payload_kg=13_000, tare_kg=2_800, per_truck=2),
        box("TR", kind="trailer", tare_kg=7_000),
    ]
    vehicles = [
        truck(unit_types=frozenset({"C45", "SB"}), toll_eur_per_km={"DE": 0.19}, toll_carbon_share={"DE": 0.3}),
        truck("T2", unit_types=frozenset({"TR"}), manning="double", min_eur=400.0),
    ]
    return case(
        hubs=hubs,
        doors=doors,
        services=services,
        units=units,
        vehicles=vehicles,
        shipments=_goods(rng),
        crossings=(
            Crossing(origin="EU", destination="CH", eur=81.0, minutes=50),
            Crossing(origin="CH", destination="EU", eur=64.0, minutes=70),
        ),
        bans=(TruckBan(country="DE", timezone="Europe/Berlin", weekday=1, start_min=0, end_min=400),),
        surcharges=(
            Surcharge(id="peak", mode="rail", start_min=0, end_min=2 * DAY, percent=7.5),
            Surcharge(id="low", services=frozenset({"S2"}), start_min=DAY, end_min=9 * DAY, eur_per_teu=13.0),
        ),
        objective=Objective(weights={"lift": 1.37, "tariff": 0.9}, exclude_carbon_in_prices=rng.random() < 0.5),
        scope=replace(case().scope, hub_slack_h=2),
    )


def _line(rng: random.Random, name: str, origin: str, destination: str):  # type: ignore[no-untyped-def]
    return train(
        name,
        [(origin, None, (0, rng.randrange(600, 1400))), (destination, (1, rng.randrange(200, 900)), None)],
        weekdays=frozenset(rng.sample(range(5), 3)),
        capacity=LegCapacity(units=4, teu_milli=8_000, gross_tonnes=rng.choice((None, 90)), plugs=1),
        tariff=Tariff(
            eur_per_unit=211.7,
            eur_per_teu=33.3,
            min_eur=rng.choice((0.0, 320.0)),
            weight_classes=rng.choice(
                ((), (WeightClass(up_to_kg=14_000, factor=0.61), WeightClass(up_to_kg=33_000, factor=1.0)))
            ),
        ),
        allotment_units=rng.choice((0, 1)),
    )


def _goods(rng: random.Random) -> list[object]:
    late = {"due_min": 2 * DAY + 600, "latest_min": 3 * DAY + 600, "ready_min": rng.randrange(0, 600)}
    return [
        load("K1", "A", "D", pallets_milli=12_400, kg=7_777, part_eur=9.0, **late),
        load("K2", "P", "Q", pallets_milli=5_000, kg=2_345, customs_status="transit", **late),
        load("K3", "B", "D", temperature="chilled", pallets_milli=9_000, kg=5_001, **late),
        load("K4", "A", "Q", load_unit="C45", load_units=2, pallets_milli=40_000, kg=31_001, **late),
        load("K5", "P", "C", pallets_milli=3_000, kg=999, max_parts=2, **late),
    ]


def own_cents(scenario: Scenario, itinerary: Itinerary, moves: dict[str, Move]) -> tuple[int, int]:
    goods = scenario.shipments[itinerary.shipment]
    priced = price_part(scenario, itinerary, moves)
    money = sum(weighted_cents(scenario.objective, line) for line in priced.lines)
    money += lateness_cents(goods, itinerary.atoms, itinerary.late_min)
    money += time_value_cents(goods, itinerary.atoms, itinerary.delivered_min - goods.ready_min)
    return money, priced.grams


@pytest.mark.parametrize("seed", SEEDS)
def test_coefficients_are_the_sums_of_the_lines(seed: int) -> None:
    scenario = mixed(seed)
    network = build(scenario, depth=0)
    assert {network.describe(m).kind for m in range(network.moves)} == {"scheduled", "road", "door"}
    assert (network.move_grams_powered > network.move_grams).any()
    for m in range(network.moves):
        move = network.describe(m)
        warm = price_move(scenario, move, "ambient")
        cools = scenario.load_units[network.unit_ids[network.move_unit[m]]].temperatures != {"ambient"}
        cold = price_move(scenario, move, "chilled") if cools else warm
        assert network.move_cost[m] == sum(weighted_cents(scenario.objective, line) for line in warm.lines)
        assert (network.move_grams[m], network.move_grams_powered[m]) == (warm.grams, cold.grams)


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_are_priced_as_their_itineraries(seed: int) -> None:
    scenario = mixed(seed)
    network = build(scenario, depth=1)
    rng = random.Random(seed)
    for k, goods in enumerate(scenario.shipments.values()):
        columns, _ = enumerate_columns(network, k, 1_500)
        assert columns, goods.id
        for column in rng.sample(columns, min(60, len(columns))):
            check_column(network, column, 1)
            if goods.atoms > 1 and (part := _part(network, column, goods.atoms // 2)) is not None:
                check_column(network, part, 2)


def _part(network: Network, column: Column, first: int) -> Column | None:
    return evaluate(
        network,
        column.shipment,
        column.moves,
        collection_hub=column.collection_hub,
        delivery_hub=column.delivery_hub,
        first_atom=first,
        starts=column.starts,
    )


def check_column(network: Network, column: Column, part: int) -> None:
    itinerary = to_itinerary(network, column, part, column.first_atom)
    moves = {f"m{m}": network.describe(m) for m in column.moves}
    assert own_cents(network.scenario, itinerary, moves) == (column.cost_cents, column.grams)
    assert itinerary.delivered_min == column.delivered_min <= network.shipment_latest[column.shipment]
    assert tuple(h.start_min for h in itinerary.handlings) == column.starts
    uses = dict(zip(column.rows, column.amounts, strict=True))
    assert len(uses) == len(column.rows)
    assert {network.row_label[row]: amount for row, amount in uses.items()} == plain_uses(network, itinerary, moves)


def plain_uses(network: Network, itinerary: Itinerary, moves: dict[str, Move]) -> dict[str, int]:
    """Row use of a part by the words of the model page, minute by minute."""
    scenario = network.scenario
    goods = scenario.shipments[itinerary.shipment]
    bucket = scenario.scope.bucket_min
    found: dict[str, int] = {}
    if goods.load_units:
        return found
    pallets = quantity_of(goods, itinerary.first_atom, itinerary.atoms).pallets_milli
    ridden = [moves[m] for m in itinerary.moves]
    there = [itinerary.collection.end_min if itinerary.collection else goods.ready_min]
    there += [move.available_min for move in ridden]
    until = [move.latest_min for move in ridden] + [itinerary.handlings[-1].end_min]
    for handling, begin, end in zip(itinerary.handlings, there, until, strict=True):
        place = scenario.hubs.get(handling.place)
        if place is None:
            continue
        if place.pallet_places is not None:
            for minute in {begin, *range(begin, end)}:
                found[f"hubs[{place.id}].buckets[{minute // bucket}].pallet_places"] = pallets
        if place.cross_dock is not None and place.cross_dock.pallets_per_hour is not None:
            left, minute = pallets, handling.start_min
            while left > 0:
                close = (minute // bucket + 1) * bucket
                amount = min(left, place.cross_dock.pallets_per_hour * 1000 * (close - minute) // 60)
                if amount:
                    found[f"hubs[{place.id}].buckets[{minute // bucket}].pallets"] = amount
                left, minute = left - amount, close
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_move_rows_are_those_of_the_model_page(seed: int) -> None:
    scenario = mixed(seed)
    network = build(scenario, depth=0)
    for m in range(network.moves):
        move = network.describe(m)
        plain, powered = plain_move_uses(scenario, move)
        assert labelled(network, m, powered=False) == plain
        assert labelled(network, m, powered=True) == powered


def labelled(network: Network, m: int, *, powered: bool) -> dict[str, int]:
    rows = network.move_rows_powered if powered else network.move_rows
    span = slice(rows.indptr[m], rows.indptr[m + 1])
    found = {network.row_label[r]: int(a) for r, a in zip(rows.index[span], rows.amount[span], strict=True)}
    assert len(found) == span.stop - span.start
    return found


def plain_move_uses(scenario: Scenario, move: Move) -> tuple[dict[str, int], dict[str, int]]:
    plain: dict[str, int] = {}
    powered: dict[str, int] = {}
    rides = [stage for stage in move.stages if isinstance(stage, DepartureStage)]
    unit = scenario.load_units[move.unit_type]
    for ride in rides:
        service = scenario.services[ride.service]
        if service.headway_min is not None:
            continue
        calls = [stop.hub for stop in service.stops]
        for leg in range(calls.index(ride.origin), calls.index(ride.destination)):
            place = f"services[{service.id}].runs[{ride.run_date}].legs[{leg}]"
            plain |= {f"{place}.units": 1, f"{place}.teu": unit.teu_milli}
            powered[f"{place}.plugs"] = 1
            if service.capacity.gross_tonnes is not None:
                mass = move.max_gross_kg or unit.tare_kg + unit.payload_kg
                plain[f"{place}.gross_kg"] = mass
            if ride.slot == "allotment":
                plain[f"{place}.allotment"] = 1
    if not rides:
        return plain, powered
    assert move.hand_in_min is not None
    assert move.collect_min is not None
    stays = [(rides[0].origin, move.hand_in_min, rides[0].depart_min, move.hand_in_min)]
    stays += [(a.destination, a.pick_up_ready_min, b.depart_min, a.pick_up_ready_min) for a, b in pairwise(rides)]
    stays.append((rides[-1].destination, rides[-1].pick_up_ready_min, move.collect_min, move.collect_min))
    for at, begin, end, lift in stays:
        hub_here = scenario.hubs[at]
        buckets = {minute // 60 for minute in {begin, *range(begin, end)}}
        if hub_here.lifts_per_hour is not None:
            plain[f"hubs[{at}].buckets[{lift // 60}].lifts"] = 1
        if hub_here.yard_places is not None:
            plain |= {f"hubs[{at}].buckets[{b}].yard": 1 for b in buckets}
        if hub_here.reefer_plugs is not None:
            powered |= {f"hubs[{at}].buckets[{b}].plugs": 1 for b in buckets}
    return plain, powered


def test_starts_of_a_limited_cross_dock_are_choices() -> None:
    dock = CrossDock(handling_min=60, pallets_per_hour=6)
    hubs = [hub("A", 50.0, 6.0, cross_dock=dock), hub("B", 50.0, 9.0)]
    scenario = case(hubs=hubs, shipments=[load("K1", "A", "B", ready_min=490)])
    scenario = replace(scenario, scope=replace(scenario.scope, hub_slack_h=2))
    network = build(scenario, depth=0)
    columns, complete = enumerate_columns(network, 0, 1_000)
    assert complete
    assert {column.starts[0] for column in columns} == {490, 540, 600}
    last = max(range(network.moves), key=lambda m: network.move_latest[m])
    for start, holds in ((490, True), (540, True), (570, False), (660, False), (480, False)):
        found = evaluate(network, 0, (last,), starts=(start, int(network.move_available[last])))
        assert (found is not None) == holds
    # 10 pallets at 6 an hour from 08:10: 5.0 in the first bucket, the rest in the second.
    early = next(column for column in columns if column.starts[0] == 490)
    assert dict(zip([network.row_label[r] for r in early.rows], early.amounts, strict=True)) == {
        "hubs[A].buckets[8].pallets": 5_000,
        "hubs[A].buckets[9].pallets": 5_000,
    }


def test_broken_columns_are_refused() -> None:
    network = build(line_case(shipments=[load("K1", "A", "C"), load("K2", "C", "A")]), depth=1)
    columns, _ = enumerate_columns(network, 0, 5_000)
    two = next(column for column in columns if len(column.moves) == 2)
    assert evaluate(network, 0, two.moves) == two
    assert evaluate(network, 0, two.moves[::-1]) is None
    assert evaluate(network, 0, two.moves[:1]) is None
    assert evaluate(network, 0, ()) is None
    assert evaluate(network, 0, two.moves, collection_hub=1) is None
    unusable = next(m for m in range(network.moves) if m not in set(network.usable[0].tolist()))
    assert evaluate(network, 0, (unusable,)) is None


def test_keep_together_needs_one_unit_for_all() -> None:
    hubs = [hub("A", 50.0, 6.0), hub("B", 50.0, 9.0)]
    goods = [load("K1", "A", "B", pallets_milli=40_000, kg=9_000, keep_together=True, max_parts=2)]
    network = build(case(hubs=hubs, shipments=goods), depth=0)
    m = int(network.usable[0][0])
    assert evaluate(network, 0, (m,)) is None
    assert evaluate(network, 0, (m,), first_atom=20, atoms=20) is not None
