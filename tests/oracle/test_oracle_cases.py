"""The oracle against optima worked out by hand.

The plain world: hubs A and B, cross-docks at 2 EUR a pallet and 30 minutes, lifts at 10 EUR and 15 minutes. A road of
300 km and 300 minutes, so 345 with its break, at 1 EUR/km: 300 EUR a truck. A train at 13:00 (closing 12:00) that is
ready at 18:30 and costs 100 EUR a unit. A box takes 6 pallets and 6,000 kg.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Crossing, Door, Hub, RoadLink, WeekHours
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, ModelScope, Objective, Scenario
from cargopool.model.service import Charter, LegCapacity, Service, ServiceLeg, ServiceStop, Tariff, WeightClass
from cargopool.model.shipment import Shipment
from oracle.oracle import Optimum, solve

H = 60
START = datetime(2026, 1, 5, tzinfo=UTC)


def hub(name: str, **changes: Any) -> Hub:
    base: dict[str, Any] = {
        "cross_dock": CrossDock(eur_per_pallet=2.0, handling_min=30),
        "lift_eur": 10.0,
        "lift_min": 15,
    }
    return Hub(id=name, name=name, country="DE", lat=0, lon=0, timezone="UTC", road_region=name, **(base | changes))


def train(name: str, a: str, b: str, depart: int, minutes: int, eur: float, **changes: Any) -> Service:
    out = ServiceStop(hub=a, departure=divmod(depart, 1440), closing_min=60)
    into = ServiceStop(hub=b, arrival=divmod(depart + minutes, 1440), pick_up_ready_min=30)
    base: dict[str, Any] = {
        "weekdays": frozenset({0}),
        "tariff": Tariff(eur_per_unit=eur),
        "legs": (ServiceLeg(km=270.0),),
    }
    return Service(id=name, name=name, operator="o", mode="rail", stops=(out, into), **(base | changes))


def ship(name: str, pallets: float, **changes: Any) -> Shipment:
    base: dict[str, Any] = {"kg": int(pallets * 100), "ready_min": 8 * H, "due_min": 22 * H, "shipper": name}
    base |= {"origin": "A", "destination": "B"} | changes
    base.setdefault("latest_min", base["due_min"])
    return Shipment(id=name, pallets_milli=int(pallets * 1000), **base)


def unit(name: str = "box", **changes: Any) -> LoadUnitType:
    base: dict[str, Any] = {"pallets_milli": 6000, "payload_kg": 6000, "volume_m3_milli": 90_000, "teu_milli": 1000}
    base |= {"kind": "container", "loading_metres_milli": 9000, "tare_kg": 2000, "length_m": 6.0}
    return LoadUnitType(id=name, name=name, **(base | changes))


def road(a: str, b: str, km: float, minutes: int) -> RoadLink:
    return RoadLink(origin=a, destination=b, km=km, drive_min=minutes, countries=(("DE", km),))


def world(*shipments: Shipment, truck: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    base: dict[str, Any] = {
        "hubs": {"A": hub("A"), "B": hub("B")},
        "road_links": (road("A", "B", 300.0, 300),),
        "services": {"t": train("t", "A", "B", 13 * H, 300, 100.0)},
        "load_units": {"box": unit()},
        "factors": Factors(id="f", carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=20.0, ttw_g_per_mj=80.0)}),
        "drayage": Drayage(vehicle="truck", radius_km=60.0, collection_min_fixed=60, collection_speed_kmh=50.0),
        "scope": ModelScope(hub_slack_h=3),
    } | changes
    vehicle = RoadVehicle(
        id="truck", name="", unit_types=frozenset(base["load_units"]), **({"eur_per_km": 1.0} | (truck or {}))
    )
    links = {x.id: x for x in shipments}
    horizon = Horizon(start=START, end=START + timedelta(days=3))
    return Scenario(name="hand", horizon=horizon, vehicles={"truck": vehicle}, shipments=links, **base)


def optimum(scenario: Scenario, unserved_eur: float = 10_000) -> Optimum:
    found = solve(scenario, lambda _: round(unserved_eur * 100))
    assert found is not None
    return found


def eur(scenario: Scenario) -> float:
    return optimum(scenario).objective_cents / 100


def test_one_shipment_takes_the_train() -> None:
    # tariff 100 + 2 lifts x 10 + 2 handlings x 2 pallets x 2 = 128; the truck would be 300 + 8
    assert eur(world(ship("k", 2))) == 128.0


def test_pooling_fills_one_unit_before_a_second() -> None:
    # 2 + 4 pallets fit one box: 120 + 2 x 6 x 2 = 144; one more pallet needs a second box: 240 + 2 x 7 x 2 = 268
    assert eur(world(ship("k", 2), ship("l", 4))) == 144.0
    assert eur(world(ship("k", 3), ship("l", 4))) == 268.0


def test_segregated_shipments_do_not_pool() -> None:
    # two boxes: 2 x 120 + 2 x 4 x 2 = 256
    assert eur(world(ship("k", 2), ship("l", 2, segregation="food"))) == 256.0


def test_a_full_train_sends_the_rest_by_road() -> None:
    # one slot: box 120 + truck 300 + 2 x 8 x 2 = 452
    full = {"t": train("t", "A", "B", 13 * H, 300, 100.0, capacity=LegCapacity(units=1))}
    assert eur(world(ship("k", 4), ship("l", 4), services=full)) == 452.0
    # unless it may wait for Tuesday's train
    full = {"t": replace(full["t"], weekdays=frozenset({0, 1}))}
    late = ship("l", 4, due_min=46 * H)
    # 2 x 120 + 2 x 8 x 2 = 272
    assert eur(world(ship("k", 4), late, services=full)) == 272.0


def test_closing_is_met_to_the_minute() -> None:
    # ready 11:30, loaded 12:00 = closing: train 128. Ready 11:45: truck 300 + 8 = 308
    assert eur(world(ship("k", 2, ready_min=int(11.5 * H)))) == 128.0
    assert eur(world(ship("k", 2, ready_min=int(11.75 * H)))) == 308.0


def test_the_break_makes_the_truck_late() -> None:
    # truck: ready 8:00, loaded 8:30, 345 minutes, 14:15, unloaded 14:45. Due 14:00, 40 EUR/h: 300 + 8 + 30 = 338
    # train: 13:00 + 300 + 30 = 18:30, lift 18:45, unloaded 19:15: 128 + 5.25 h x 40 = 338
    assert eur(world(ship("k", 2, due_min=14 * H, latest_min=24 * H, late_eur_per_h=40.0))) == 338.0
    # at 48 EUR/h the truck: 308 + 36 = 344, the train 380
    assert eur(world(ship("k", 2, due_min=14 * H, latest_min=24 * H, late_eur_per_h=48.0))) == 344.0
    # two drivers take no break: 14:00, no lateness: 308
    two = {"manning": "double"}
    assert eur(world(ship("k", 2, due_min=14 * H, latest_min=24 * H, late_eur_per_h=48.0), truck=two)) == 308.0


def test_time_has_a_value() -> None:
    # train: delivered 19:15, 11.25 h after ready x 4 EUR: 128 + 45 = 173
    assert eur(world(ship("k", 2, value_of_time_eur_per_h=4.0))) == 173.0
    # at 48 EUR/h truck: 6.75 h: 308 + 324 = 632; train 128 + 540 = 668
    assert eur(world(ship("k", 2, value_of_time_eur_per_h=48.0))) == 632.0


def test_trucks_wait_for_each_other_when_it_pays() -> None:
    # no train; ready 8:00 and 10:00: one truck at 10:30, 300 + 2 x 4 x 2 = 316, although k waits 2 h at 20 EUR/h:
    # k delivered 16:45 = 8.75 h: 175; sum 491. Apart: 600 + 16 + 6.75 x 20 = 751
    k = ship("k", 2, value_of_time_eur_per_h=20.0)
    assert eur(world(k, ship("l", 2, ready_min=10 * H), services={})) == 491.0


def test_parts_split_where_a_slot_is_missing() -> None:
    # 8 pallets, one slot: whole by road needs 2 trucks, 600 + 32. In parts: 6 on the train, 2 by road:
    # 120 + 300 + 32 + fee 5 = 457
    full = {"t": train("t", "A", "B", 13 * H, 300, 100.0, capacity=LegCapacity(units=1))}
    assert eur(world(ship("k", 8, part_eur=5.0), services=full)) == 632.0
    assert eur(world(ship("k", 8, part_eur=5.0, max_parts=2), services=full)) == 457.0


def test_vetoes_hold_per_unit() -> None:
    # 2 + 2 pallets that must not meet: two boxes 240 + 16 = 256. Three of 4 pallets, k against l: 12 pallets in
    # 2 boxes would mix k or l with m only: 4 + 2, 4 + 2: 240 + 48 = 288
    k = ship("k", 2, veto_shippers=frozenset({"l"}))
    assert eur(world(k, ship("l", 2))) == 256.0
    assert eur(world(ship("k", 4, veto_shippers=frozenset({"l"})), ship("l", 4), ship("m", 4))) == 288.0


def test_keeping_together_needs_more_units() -> None:
    # three of 4 pallets fill 2 boxes when they may spill (288), and 3 boxes kept together: 360 + 48 = 408
    three = [ship(name, 4, keep_together=True) for name in "klm"]
    assert eur(world(*three)) == 408.0


def test_kilograms_bind_before_pallets() -> None:
    # 2 + 2 pallets of 2,000 kg: 8,000 kg over 6,000 need two boxes: 240 + 16 = 256
    assert eur(world(ship("k", 2, kg=4000), ship("l", 2, kg=4000))) == 256.0
    # three pallets of 3,001 kg: one a box, three boxes: 360 + 12 = 372
    assert eur(world(ship("k", 3, kg=9003))) == 372.0


def test_a_charter_runs_when_enough_units_share_it() -> None:
    # charter 210 EUR for 3 units without tariff. One box: train 120 + 24 = 144 stays. Three boxes: 210 + 60 + 72 = 342
    # beats 360 + 72
    both = {
        "t": train("t", "A", "B", 13 * H, 300, 100.0),
        "c": train(
            "c", "A", "B", 12 * H, 300, 999.0, charter=Charter(eur_per_run=210.0), capacity=LegCapacity(units=3)
        ),
    }
    assert eur(world(ship("k", 6), services=both)) == 144.0
    assert eur(world(ship("k", 6), ship("l", 6), ship("m", 6), services=both)) == 342.0


def test_allotment_is_paid_already() -> None:
    # one slot free, the second at tariff: 2 x 20 + 100 + 2 x 12 x 2 = 188
    some = {"t": train("t", "A", "B", 13 * H, 300, 100.0, allotment_units=1, spot_units=1)}
    assert eur(world(ship("k", 6), ship("l", 6), services=some)) == 188.0
    # a third box has no slot left: truck 300 + 24
    assert eur(world(ship("k", 6), ship("l", 6), ship("m", 6), services=some)) == 512.0


def test_weight_classes_price_by_gross_mass() -> None:
    # tare 2,000: up to 3,000 gross (1,000 kg cargo) half price, else double.
    classes = (WeightClass(up_to_kg=3000, factor=0.5), WeightClass(up_to_kg=9000, factor=2.0))
    some = {"t": train("t", "A", "B", 13 * H, 300, 100.0, tariff=Tariff(eur_per_unit=100.0, weight_classes=classes))}
    # 1,000 kg: 50 + 20 + 8 = 78
    assert eur(world(ship("k", 2, kg=1000), services=some)) == 78.0
    # 1,200 kg on 2 pallets: two light boxes 2 x 70 + 8 = 148 beat one heavy 200 + 20 + 8
    assert eur(world(ship("k", 2, kg=1200), services=some)) == 148.0


def test_border_costs_money_and_time() -> None:
    # 128 + 25 formalities. The crossing's 60 minutes end the train at 19:45 + 30 = 20:15; due 20:00 leaves the truck,
    # 14:15 + 60: 308 + 25 = 333. In transit: no formalities, but the same minutes.
    hubs = {"A": hub("A"), "B": hub("B", customs_territory="GB")}
    border = (Crossing(origin="EU", destination="GB", eur=25.0, minutes=60),)
    assert eur(world(ship("k", 2, due_min=21 * H), hubs=hubs, crossings=border)) == 153.0
    assert eur(world(ship("k", 2, due_min=20 * H), hubs=hubs, crossings=border)) == 333.0
    assert eur(world(ship("k", 2, due_min=20 * H, customs_status="transit"), hubs=hubs, crossings=border)) == 308.0


def test_carbon_turns_the_choice() -> None:
    # truck at 80 EUR: 300 km x 10 MJ x 100 g = 300,000 g; empty return factor 0.25 makes it 375,000 g. Tare 2,000 kg
    # and cargo 200 kg of 20,000 add 300 x (20 - 10) / 20,000 x 2,200 = 330 MJ = 33,000 g. 408 kg in all.
    # The train: diesel, 2.2 t x 270 km x 0.2 MJ = 118.8 MJ = 11,880 g.
    t = {"t": train("t", "A", "B", 13 * H, 300, 100.0, mj_per_gross_tkm=0.2, carrier="diesel")}
    truck = {"eur_per_km": 80 / 300, "mj_per_km_empty": 10.0, "mj_per_km_full": 20.0, "full_load_kg": 20_000}
    k = ship("k", 2)
    assert eur(world(k, services=t, truck=truck)) == 88.0
    # at 100 EUR/t: truck 88 + 40.80 = 128.80; train 128 + 1.188 = 129.188: still the truck, to the cent
    assert eur(world(k, services=t, truck=truck, objective=Objective(carbon_price_eur_per_t=100.0))) == 128.8
    # at 110: truck 132.88, train 128 + 1.3068
    dearer = optimum(world(k, services=t, truck=truck, objective=Objective(carbon_price_eur_per_t=110.0)))
    assert (dearer.objective_cents, dearer.co2e_grams) == (12931, 11880)


def doors(**changes: Any) -> dict[str, Any]:
    x = Door(id="x", name="x", country="DE", lat=0, lon=0, timezone="UTC", road_region="x", loading_min=30)
    links = (road("A", "B", 300.0, 300), road("x", "A", 25.0, 30), road("x", "B", 320.0, 315))
    return {"doors": {"x": replace(x, **changes)}, "road_links": links}


def test_unit_haulage_or_collection_tour() -> None:
    # 6 pallets from the door. Haulage: 25 km loaded + 25 km empty (0 EUR) = 25; then 120 + stripping 12 = 157.
    # A tour: 25 + 6 x (6 + 25 x 0.08) = 73, stuffing 12, train 120, stripping 12 = 217. Direct truck 320 + 12.
    assert eur(world(ship("k", 6, origin="x"), **doors())) == 157.0
    # live: 60 + 25 + 25 + 132 = 242 > 217; a road move to A, 60 + 25 + 25 (empty factor 1) + 12 + 132 = 254
    truck = {"eur_per_km": 1.0, "eur_fixed": 60.0, "eur_per_empty_km": 1.0, "empty_km_factor": 1.0}
    assert eur(world(ship("k", 6, origin="x"), truck=truck, **doors())) == 217.0
    # at 1 EUR fixed: 1 + 50 + 132 = 183, by road to A 1 + 50 + 144 = 195
    assert eur(world(ship("k", 6, origin="x"), truck=truck | {"eur_fixed": 1.0}, **doors())) == 183.0
    # dropping doubles the fixed price and adds two empty rides: 2 + 25 + 75 + 132 = 234; with direct roads dear and the
    # empty km at 0.50: 2 + 25 + 37.50 + 132 = 196.50, by road to A 1 + 25 + 12.50 + 144 = 182.50
    assert eur(world(ship("k", 6, origin="x"), truck=truck | {"eur_fixed": 1.0}, **doors(loading="drop"))) == 195.0
    half = truck | {"eur_fixed": 1.0, "eur_per_empty_km": 0.5}
    assert eur(world(ship("k", 6, origin="x"), truck=half, **doors(loading="drop"))) == 182.5
    # without a cross-dock at A only haulage is left: 234
    hubs = {"A": hub("A", cross_dock=None), "B": hub("B")}
    small = truck | {"eur_fixed": 1.0}
    assert eur(world(ship("k", 6, origin="x"), truck=small, hubs=hubs, **doors(loading="drop"))) == 234.0


def test_a_tour_takes_its_time() -> None:
    # loading 30, tour 60 + 60 x 25 / 50 = 90, handling 30: from 9:30 to 12:00 = closing, then 15 minutes late for it.
    # The door opens at 9:30. 1 pallet: 25 + 8 + 2 + 120 + 2 = 157
    open_ = WeekHours(days=(((570, 1200),),) * 7)
    truck = {"eur_per_h": 100.0, "eur_per_km": 1.0}
    assert eur(world(ship("k", 1, origin="x"), truck=truck, **doors(opening=open_))) == 157.0
    # at 9:45 the tour is late. Haulage: loaded 10:15, 25 + (30 x 2 + 30) / 60 x 100 + 120 + 2 = 297. A truck to A:
    # 25 + 30 / 60 x 100 = 75, there at 10:45, transferred by 11:15: 75 + 2 + 120 + 2 = 199
    open_ = WeekHours(days=(((585, 1200),),) * 7)
    assert eur(world(ship("k", 1, origin="x"), truck=truck, **doors(opening=open_))) == 199.0


def test_storage_counts_days_begun() -> None:
    # ready Monday 8:00, only Tuesday's train at 13:00 (closing 28 h later, 2 days begun, 1 free): 1 x 2 x 5 = 10.
    # The unit waits at A 60 minutes (1 day begun, free), at B from 18:30 to the opening at 8:00 next day: 1 day, free.
    t = {"t": train("t", "A", "B", 13 * H, 300, 100.0, weekdays=frozenset({1}))}
    paid = {"free_storage_days": 1, "storage_eur_per_pallet_day": 5.0, "storage_eur_per_unit_day": 7.0}
    hubs = {"A": hub("A", **paid), "B": hub("B", opening=WeekHours(days=(((480, 1020),),) * 7), **paid)}
    k = ship("k", 2, due_min=60 * H, modes=frozenset({"rail"}))
    assert eur(world(k, services=t, hubs=hubs)) == 138.0
    # nothing free: A 2 x 2 x 5 = 20 and 7, B 7 (and no pallet storage at the last hub): 128 + 34 = 162
    hubs = {name: replace(h, free_storage_days=0) for name, h in hubs.items()}
    assert eur(world(k, services=t, hubs=hubs)) == 162.0


def test_lifts_per_bucket_make_a_unit_come_earlier() -> None:
    # one lift an hour at A. k and l, 6 pallets each, ready 8:00: hand-ins 12:00 and 11:59: 2 x 120 + 48 = 288.
    # Ready 11:15: loaded 11:45, both still fit (bucket 11 and bucket 12). Ready 11:30: only bucket 12, one truck:
    # 120 + 300 + 48 = 468
    hubs = {"A": hub("A", lifts_per_hour=1), "B": hub("B")}
    assert eur(world(ship("k", 6), ship("l", 6), hubs=hubs)) == 288.0
    at = {"ready_min": int(11.25 * H)}
    assert eur(world(ship("k", 6, **at), ship("l", 6, **at), hubs=hubs)) == 288.0
    at = {"ready_min": int(11.5 * H)}
    assert eur(world(ship("k", 6, **at), ship("l", 6, **at), hubs=hubs)) == 468.0


def test_the_cross_dock_has_a_rate() -> None:
    # 6 pallets an hour at A. k and l of 6: one handled from 9:00, the other from 10:00, both before 12:00: 288.
    # Ready 10:45: k from 10:45 takes 1.5 in bucket 10 and 4.5 in bucket 11; l at 11:00 would need 6 there: it does not
    # fit; at 12:00 it is late: 120 + 300 + 48. The truck's handling waits for 12:00.
    dock = CrossDock(eur_per_pallet=2.0, handling_min=30, pallets_per_hour=6)
    hubs = {"A": hub("A", cross_dock=dock), "B": hub("B")}
    assert eur(world(ship("k", 6), ship("l", 6), hubs=hubs)) == 288.0
    at = {"ready_min": int(10.75 * H)}
    assert eur(world(ship("k", 6, **at), ship("l", 6, **at), hubs=hubs)) == 468.0


def test_yard_places_hold_units_from_hand_in_to_departure() -> None:
    # one place: k on the 13:00 train is in the yard in bucket 12; a second unit there needs another: 120 + 300 + 48
    hubs = {"A": hub("A", yard_places=1), "B": hub("B")}
    assert eur(world(ship("k", 6), ship("l", 6), hubs=hubs)) == 468.0
    # a second train an hour later (closing 13:00, bucket 13) takes it: 288
    two = {n: train(n, "A", "B", h * H, 300, 100.0) for n, h in (("t", 13), ("u", 14))}
    assert eur(world(ship("k", 6), ship("l", 6), hubs=hubs, services=two)) == 288.0


def test_connection_at_a_transfer() -> None:
    # A-C ready 14:00, lift 15 minutes: C-B closing 14:15 is met, 40 + 40 + 3 x 10 + 8 = 118; closing 14:00 is not: 128
    hubs = {name: hub(name) for name in "ABC"}
    ac, t = train("ac", "A", "C", 12 * H, 90, 40.0), train("t", "A", "B", 13 * H, 300, 100.0)
    for closing, expected in ((14.25, 118.0), (14.0, 128.0)):
        lines = {"ac": ac, "cb": train("cb", "C", "B", int((closing + 1) * H), 180, 40.0), "t": t}
        assert eur(world(ship("k", 2), hubs=hubs, services=lines)) == expected


def test_two_swap_bodies_share_a_truck() -> None:
    # no train. 8 pallets: two bodies of 4 on one truck: 300 + 32; with boxes two trucks. 9 pallets: two trucks 600 + 36
    swap = {"swap": unit("swap", pallets_milli=4000, per_truck=2)}
    assert eur(world(ship("k", 8), services={}, load_units=swap)) == 332.0
    assert eur(world(ship("k", 9), services={}, load_units=swap)) == 636.0
    # gross 14,000 - tractor 8,000 - 2 x 2,000 = 2,000 kg for both: 8 pallets of 300 kg need two trucks: 632
    assert eur(world(ship("k", 8, kg=2400), services={}, load_units=swap, truck={"gross_limit_kg": 14_000})) == 632.0


def test_sealed_units_ride_alone() -> None:
    # two sealed boxes, no cross-dock: 2 x 120 = 240, and a loose pallet in a third box: 120 + 4
    k = ship("k", 2, load_unit="box", load_units=2)
    assert eur(world(k)) == 240.0
    assert eur(world(k, ship("l", 1))) == 364.0


def test_headway_ride_waits_half_a_headway() -> None:
    # every 60 minutes: hand-in 8:30, departs 9:00, 300 + 30 minutes, 14:30, lift 14:45, unloaded 15:15:
    # 90 + 20 + 8 = 118, 7.25 h x 10 EUR = 72.50; truck 308 + 67.50
    line = {"h": train("h", "A", "B", 0, 300, 90.0, headway_min=60, weekdays=frozenset())}
    assert eur(world(ship("k", 2, value_of_time_eur_per_h=10.0), services=line)) == 190.5


def test_unserved_only_where_nothing_is_in_time_or_it_is_cheaper() -> None:
    # truck needs 8:00 + 30 + 345 + 30 = 14:45
    assert optimum(world(ship("k", 2, due_min=int(14.75 * H)))).objective_cents == 30800
    out = optimum(world(ship("k", 2, due_min=int(14.5 * H))))
    assert (out.objective_cents, out.unserved) == (1_000_000, ["k"])
    assert optimum(world(ship("k", 2)), 100).objective_cents == 10000
    assert solve(world(ship("k", 2, due_min=int(14.5 * H), must_serve=True)), lambda _: 1) is None


@pytest.mark.parametrize(("pallets", "expected"), [(1.5, 126.0), (5.5, 142.0), (6.5, 266.0)])
def test_a_started_pallet_counts_as_its_fraction(pallets: float, expected: float) -> None:
    # 120 a box + pallets x 4; 6.5 pallets need two boxes
    assert eur(world(ship("k", pallets))) == expected
