"""A small synthetic world with round rates, so that every golden row can be worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Crossing, Door, Hub, RoadLink
from cargopool.model.plan import CharterRun, DepartureStage, Handling, Itinerary, Move, RoadStage, Tour
from cargopool.model.scenario import Carrier, Drayage, Factors, GroupageBand, Horizon, Scenario
from cargopool.model.service import Charter, Service, ServiceLeg, ServiceStop, Surcharge, Tariff, WeightClass
from cargopool.model.shipment import Shipment

START = datetime(2026, 11, 23, tzinfo=UTC)

HUBS = {
    hub.id: hub
    for hub in (
        Hub(
            id="DUI",
            name="Duisburg",
            country="DE",
            lat=51.4,
            lon=6.7,
            timezone="Europe/Berlin",
            cross_dock=CrossDock(eur_per_pallet=4.20, handling_min=60, kwh_per_pallet=0.9),
            lift_eur=32.50,
            lift_kwh=4.0,
            lift_diesel_mj=12.5,
            free_storage_days=1,
            storage_eur_per_unit_day=18.0,
            storage_eur_per_pallet_day=1.10,
        ),
        Hub(
            id="MIL",
            name="Milano",
            country="IT",
            lat=45.5,
            lon=9.2,
            timezone="Europe/Rome",
            cross_dock=CrossDock(eur_per_pallet=5.00, handling_min=60, kwh_per_pallet=0.8),
            lift_eur=27.0,
            lift_diesel_mj=30.0,
            storage_eur_per_unit_day=15.50,
            storage_eur_per_pallet_day=0.95,
        ),
        Hub(
            id="LGW",
            name="London Gateway",
            country="GB",
            lat=51.5,
            lon=0.5,
            timezone="Europe/London",
            customs_territory="GB",
            road_region="gb",
            cross_dock=CrossDock(eur_per_pallet=6.35, handling_min=60, kwh_per_pallet=1.2),
            lift_eur=41.0,
            lift_kwh=5.5,
            free_storage_days=2,
            storage_eur_per_unit_day=22.0,
            storage_eur_per_pallet_day=1.60,
        ),
        Hub(
            id="BAS",
            name="Basel",
            country="CH",
            lat=47.6,
            lon=7.6,
            timezone="Europe/Zurich",
            customs_territory="CH",
            lift_eur=35.75,
            lift_kwh=3.2,
            lift_diesel_mj=8.0,
            storage_eur_per_unit_day=12.0,
        ),
    )
}

DOORS = {
    "FAC": Door(id="FAC", name="Factory", country="DE", lat=51.6, lon=7.1, timezone="Europe/Berlin", loading_min=60),
    "SHOP": Door(
        id="SHOP", name="Shop", country="IT", lat=45.6, lon=9.4, timezone="Europe/Rome", loading_min=45, loading="drop"
    ),
}

DOORS["NEAR"] = Door(id="NEAR", name="Near", country="DE", lat=51.4, lon=6.8, timezone="Europe/Berlin", loading_min=0)
DOORS["KENT"] = Door(
    id="KENT", name="Kent", country="GB", lat=51.1, lon=1.1, timezone="Europe/London", customs_territory="GB",
    road_region="gb", loading_min=30,
)  # fmt: skip

LINKS = (
    RoadLink(origin="NEAR", destination="DUI", km=10.0, drive_min=12, countries=(("DE", 10.0),)),
    RoadLink(origin="KENT", destination="DUI", km=400.0, drive_min=380, shuttle="tunnel", countries=(("GB", 400.0),)),
    RoadLink(origin="DUI", destination="MIL", km=900.0, drive_min=840,
             countries=(("DE", 560.0), ("CH", 290.0), ("IT", 50.0))),
    RoadLink(origin="DUI", destination="LGW", km=520.0, drive_min=500, shuttle="tunnel",
             countries=(("DE", 90.0), ("BE", 170.0), ("FR", 110.0), ("GB", 150.0))),
    RoadLink(origin="FAC", destination="DUI", km=42.0, drive_min=50, countries=(("DE", 42.0),)),
    RoadLink(origin="MIL", destination="SHOP", km=25.0, drive_min=35, countries=(("IT", 25.0),)),
    RoadLink(origin="BAS", destination="MIL", km=340.0, drive_min=300, both_ways=False,
             countries=(("CH", 120.0), ("IT", 90.0), ("CH", 130.0))),
)  # fmt: skip

VEHICLES = {
    row.id: row
    for row in (
        # 799 + 523 x share g/km well-to-wheel at 100 g/MJ
        RoadVehicle(
            id="artic", name="Articulated truck > 33 t", unit_types=frozenset({"trailer"}),
            eur_fixed=45.0, eur_per_km=0.95, eur_per_empty_km=0.80, eur_per_h=24.0, min_eur=250.0,
            toll_eur_per_km={"DE": 0.348, "CH": 0.90, "IT": 0.19, "BE": 0.20}, toll_carbon_share={"DE": 0.45},
            empty_km_factor=0.25, carrier="diesel", mj_per_km_empty=7.99, mj_per_km_full=13.22, full_load_kg=25_000,
        ),
        RoadVehicle(
            id="lone", name="The published truck, without empty running", unit_types=frozenset({"trailer"}),
            empty_km_factor=0.0, carrier="diesel", mj_per_km_empty=7.99, mj_per_km_full=13.22, full_load_kg=25_000,
        ),
        # 647 + 422 x share g/km tank-to-wheel at 100 g/MJ
        RoadVehicle(
            id="tank", name="The published truck, tank-to-wheel", unit_types=frozenset({"trailer"}),
            empty_km_factor=0.0, carrier="tank", mj_per_km_empty=6.47, mj_per_km_full=10.69, full_load_kg=25_000,
        ),
        RoadVehicle(
            id="chassis", name="Chassis truck", unit_types=frozenset({"pw45", "swap", "reefer45"}),
            eur_fixed=60.0, eur_per_km=1.10, eur_per_empty_km=0.90, eur_per_h=30.0, min_eur=180.0,
            toll_eur_per_km={"DE": 0.348, "IT": 0.19}, toll_carbon_share={"DE": 0.45},
            empty_km_factor=0.20, haulage_empty_km_factor=1.0,
            carrier="diesel", mj_per_km_empty=9.0, mj_per_km_full=14.0, full_load_kg=25_000,
        ),
        RoadVehicle(
            id="battery", name="Battery truck", unit_types=frozenset({"trailer"}), eur_per_km=1.30,
            empty_km_factor=0.10, carrier="electricity", mj_per_km_empty=4.0, mj_per_km_full=6.5, full_load_kg=25_000,
        ),
    )
}  # fmt: skip

UNITS = {
    row.id: row
    for row in (
        LoadUnitType(
            id="pw45", name="45' pallet-wide", kind="container", pallets_milli=33_000, payload_kg=27_000,
            volume_m3_milli=89_000, loading_metres_milli=13_500, tare_kg=4_800, teu_milli=2_250, length_m=13.72,
            rental_eur_day=12.50, return_days=2, one_way_eur=85.0,
        ),
        LoadUnitType(
            id="reefer45", name="45' reefer", kind="container", pallets_milli=33_000, payload_kg=25_000,
            volume_m3_milli=80_000, loading_metres_milli=13_200, tare_kg=6_000, teu_milli=2_250, length_m=13.72,
            temperatures=frozenset({"chilled", "frozen"}), rental_eur_day=40.0,
        ),
        LoadUnitType(
            id="swap", name="Swap body", kind="swap_body", pallets_milli=18_000, payload_kg=13_000,
            volume_m3_milli=45_000, loading_metres_milli=7_300, tare_kg=2_700, teu_milli=1_250, length_m=7.45,
            per_truck=2, rental_eur_day=6.0, return_days=1, one_way_eur=40.0,
        ),
        LoadUnitType(
            id="trailer", name="Trailer", kind="trailer", pallets_milli=33_000, payload_kg=27_000,
            volume_m3_milli=92_000, loading_metres_milli=13_600, tare_kg=6_500, teu_milli=2_250, length_m=13.6,
            rental_eur_day=20.0,
        ),
    )
}  # fmt: skip


def _service(
    service_id: str, mode: str, hubs: tuple[str, ...], legs: tuple[ServiceLeg, ...], **more: object
) -> Service:
    last = len(hubs) - 1
    stops = tuple(
        ServiceStop(
            hub=hub,
            arrival=None if i == 0 else (i, 480),
            departure=None if i == last else (i, 1080),
            closing_min=120,
            pick_up_ready_min=180,
        )
        for i, hub in enumerate(hubs)
    )
    return Service(id=service_id, name=service_id, operator="synthetic", mode=mode, stops=stops, legs=legs, **more)  # type: ignore[arg-type]


SERVICES = {
    row.id: row
    for row in (
        # 1200 x 1000^-0.62 Wh per gross tonne-km = 0.059633 MJ
        _service(
            "R1", "rail", ("DUI", "BAS", "MIL"),
            (ServiceLeg(km=560.0, countries=(("DE", 540.0), ("CH", 20.0))),
             ServiceLeg(km=320.0, countries=(("CH", 240.0), ("IT", 80.0)))),
            tariff=Tariff(eur_per_unit=120.0, eur_per_teu=140.0,
                          weight_classes=(WeightClass(up_to_kg=20_000, factor=0.85),
                                          WeightClass(up_to_kg=33_000, factor=1.0),
                                          WeightClass(up_to_kg=36_000, factor=1.2))),
            mj_per_gross_tkm=0.059633, allotment_units=2,
        ),
        _service(
            "R2", "rail", ("BAS", "MIL"), (ServiceLeg(km=320.0, countries=(("CH", 240.0), ("IT", 80.0))),),
            tariff=Tariff(eur_per_unit=310.0, min_eur=350.0), mj_per_gross_tkm=0.05,
        ),
        _service(
            "W1", "barge", ("DUI", "BAS"), (ServiceLeg(km=650.0, countries=(("DE", 600.0), ("FR", 50.0))),),
            tariff=Tariff(eur_per_teu=95.0, min_eur=260.0, by_stops={("DUI", "BAS"): 0.9}),
            mj_per_gross_tkm=0.35, carrier="gasoil",
        ),
        # 1200 x 1500^-0.62 Wh per gross tonne-km = 0.046377 MJ
        _service(
            "C1", "rail", ("DUI", "MIL"),
            (ServiceLeg(km=880.0, countries=(("DE", 540.0), ("CH", 260.0), ("IT", 80.0))),),
            charter=Charter(eur_per_run=18_500.0), run_gross_t=1_500.0, mj_per_gross_tkm=0.046377,
        ),
        _service(
            "H1", "sea", ("DUI", "LGW"), (ServiceLeg(km=400.0),), headway_min=180, carrier="gasoil",
            tariff=Tariff(eur_per_unit=190.0, eur_per_teu=30.0), mj_per_gross_tkm=0.2,
        ),
    )
}  # fmt: skip

SURCHARGES = (
    Surcharge(id="low-water", mode="barge", start_min=0, end_min=20_160, eur_per_unit=10.0, eur_per_teu=35.0),
    Surcharge(id="peak", services=frozenset({"R1"}), start_min=2_880, end_min=5_760, percent=7.5),
    Surcharge(
        id="all-rail", mode="rail", start_min=6_000, end_min=9_000, eur_per_unit=4.0, eur_per_teu=2.0, percent=1.0
    ),
)

FACTORS = Factors(
    id="golden",
    carriers={
        "diesel": Carrier(id="diesel", wtt_g_per_mj=20.0, ttw_g_per_mj=80.0),
        "tank": Carrier(id="tank", wtt_g_per_mj=0.0, ttw_g_per_mj=100.0),
        "gasoil": Carrier(id="gasoil", wtt_g_per_mj=14.5, ttw_g_per_mj=75.5),
    },
    grid_g_per_kwh={"DE": 380.0, "CH": 40.0, "IT": 300.0, "GB": 210.0, "default": 350.0},
    shuttle_eur={"tunnel": 330.0},
    shuttle_kwh={"tunnel": 150.0},
    shuttle_min={"tunnel": 95},
    shuttle_km={"tunnel": 50.0},
    reefer_mj_per_h=55.0,
    groupage=(
        GroupageBand(up_to_ldm_milli=2_000, up_to_kg=3_500, eur_per_ldm_km=0.18, min_eur=65.0),
        GroupageBand(up_to_ldm_milli=6_000, up_to_kg=10_500, eur_per_ldm_km=0.15, min_eur=180.0),
        GroupageBand(up_to_ldm_milli=13_600, up_to_kg=24_000, eur_per_ldm_km=0.105, min_eur=420.0),
    ),
)

SHIPMENTS = {
    row.id: row
    for row in (
        Shipment(id="LOOSE", shipper="a", origin="FAC", destination="MIL", pallets_milli=20_500, kg=12_001,
                 loading_metres_milli=8_200, ready_min=300, due_min=6_000, latest_min=8_000,
                 late_eur_per_h=7.50, value_of_time_eur_per_h=1.20, max_parts=2, part_eur=25.0),
        Shipment(id="HUBBED", shipper="a", origin="DUI", destination="MIL", pallets_milli=10_000, kg=4_500,
                 ready_min=0, due_min=9_000, latest_min=9_000),
        Shipment(id="BRITISH", shipper="b", origin="DUI", destination="LGW", pallets_milli=4_000, kg=1_900,
                 ready_min=0, due_min=9_000, latest_min=9_000),
        Shipment(id="BONDED", shipper="b", origin="DUI", destination="LGW", pallets_milli=1_000, kg=700,
                 ready_min=0, due_min=9_000, latest_min=9_000, customs_status="transit"),
        Shipment(id="SEALED", shipper="c", origin="DUI", destination="MIL", pallets_milli=0, kg=48_000,
                 load_unit="trailer", load_units=2, ready_min=0, due_min=9_000, latest_min=9_000),
    )
}  # fmt: skip

WORLD = Scenario(
    name="golden",
    horizon=Horizon(start=START, end=datetime(2026, 12, 7, tzinfo=UTC)),
    hubs=HUBS,
    doors=DOORS,
    road_links=LINKS,
    crossings=(
        Crossing(origin="EU", destination="GB", eur=75.0, minutes=120),
        Crossing(origin="EU", destination="CH", eur=48.0, minutes=60),
        Crossing(origin="CH", destination="EU", eur=52.0, minutes=60),
    ),
    services=SERVICES,
    surcharges=SURCHARGES,
    load_units=UNITS,
    vehicles=VEHICLES,
    shipments=SHIPMENTS,
    drayage=Drayage(
        vehicle="chassis",
        collection_eur_fixed=25.0,
        collection_eur_per_pallet=6.0,
        collection_eur_per_pallet_km=0.08,
        collection_load_share=0.6,
    ),
    factors=FACTORS,
    synthetic=True,
)


def _road(move_id: str, origin: str, destination: str, vehicle: str, unit: str, leave: int, there: int) -> Move:
    stage = RoadStage(
        purpose="main", vehicle=vehicle, origin=origin, destination=destination, depart_min=leave, arrive_min=there
    )
    return Move(
        id=move_id, kind="road", origin=origin, destination=destination, unit_type=unit, stages=(stage,),
        latest_min=leave, available_min=there, units_per_move=UNITS[unit].per_truck,
    )  # fmt: skip


def _ride(service: str, origin: str, destination: str, slot: str, depart: int, arrive: int) -> DepartureStage:
    return DepartureStage(
        service=service, run_date="2026-11-24", origin=origin, destination=destination, slot=slot,  # type: ignore[arg-type]
        closing_min=depart - 120, depart_min=depart, arrive_min=arrive, pick_up_ready_min=arrive + 180,
    )  # fmt: skip


def _chain(
    move_id: str,
    unit: str,
    rides: tuple[DepartureStage, ...],
    hand_in: int,
    collect: int,
    gross: int | None = None,
    out: RoadStage | None = None,
    home: RoadStage | None = None,
) -> Move:
    stages = (*((out,) if out else ()), *rides, *((home,) if home else ()))
    return Move(
        id=move_id, kind="door" if out or home else "scheduled",
        origin=stages[0].origin, destination=stages[-1].destination, unit_type=unit, stages=stages,
        latest_min=out.depart_min if out else hand_in, available_min=home.arrive_min if home else collect,
        hand_in_min=hand_in, collect_min=collect, max_gross_kg=gross,
    )  # fmt: skip


MOVES = {
    move.id: move
    for move in (
        _road("truck", "DUI", "MIL", "artic", "trailer", 600, 2_145),
        _road("back", "MIL", "DUI", "artic", "trailer", 600, 2_145),
        _road("alps", "BAS", "MIL", "artic", "trailer", 600, 945),
        _road("tunnel", "DUI", "LGW", "chassis", "pw45", 0, 760),
        _road("swaps", "DUI", "MIL", "chassis", "swap", 0, 1_545),
        _road("short", "FAC", "DUI", "chassis", "pw45", 0, 50),
        _road("electric", "DUI", "MIL", "battery", "trailer", 0, 1_545),
        _road("onward", "MIL", "SHOP", "artic", "trailer", 6_000, 6_035),
        _road("lone", "DUI", "MIL", "lone", "trailer", 0, 1_545),
        _road("tank", "DUI", "MIL", "tank", "trailer", 0, 1_545),
        _chain("rail", "pw45", (_ride("R1", "DUI", "MIL", "spot", 3_000, 6_000),), 2_800, 8_000, 20_000),
        _chain("leg", "pw45", (_ride("R1", "DUI", "BAS", "spot", 1_000, 2_000),), 880, 2_180, 30_000),
        _chain("heavy", "pw45", (_ride("R1", "DUI", "MIL", "spot", 6_000, 9_000),), 5_880, 9_180, 36_000),
        _chain(
            "chain", "pw45",
            (_ride("W1", "DUI", "BAS", "spot", 1_000, 4_000), _ride("R2", "BAS", "MIL", "spot", 7_000, 8_000)),
            880, 8_180,
        ),
        _chain("allotted", "pw45", (_ride("R1", "DUI", "MIL", "allotment", 3_000, 6_000),), 2_880, 6_180, 33_000),
        _chain("small", "swap", (_ride("W1", "DUI", "BAS", "spot", 21_000, 24_000),), 20_880, 24_180),
        _chain("chartered", "pw45", (_ride("C1", "DUI", "MIL", "charter", 3_000, 4_500),), 2_880, 4_680),
        _chain("often", "pw45", (_ride("H1", "DUI", "LGW", "headway", 3_000, 4_500),), 2_910, 4_680),
        _chain("cold", "reefer45", (_ride("R2", "BAS", "MIL", "spot", 3_000, 4_500),), 2_880, 4_680),
        _chain(
            "near", "pw45", (_ride("R1", "DUI", "MIL", "allotment", 3_000, 6_000),), 2_880, 6_180, 33_000,
            RoadStage(purpose="haulage_out", vehicle="chassis", origin="NEAR", destination="DUI",
                      depart_min=2_868, arrive_min=2_880),
        ),
        _chain(
            "kent", "pw45", (_ride("R1", "DUI", "MIL", "allotment", 3_000, 6_000),), 2_880, 6_180, 33_000,
            RoadStage(purpose="haulage_out", vehicle="chassis", origin="KENT", destination="DUI",
                      depart_min=2_400, arrive_min=2_875),
        ),
        _chain(
            "door", "pw45", (_ride("R1", "DUI", "MIL", "spot", 3_000, 6_000),), 2_880, 6_180, 33_000,
            RoadStage(purpose="haulage_out", vehicle="chassis", origin="FAC", destination="DUI",
                      depart_min=2_830, arrive_min=2_880),
            RoadStage(purpose="haulage_in", vehicle="chassis", origin="MIL", destination="SHOP",
                      depart_min=6_180, arrive_min=6_215),
        ),
    )
}  # fmt: skip


def _part(
    shipment: str, part: int, first: int, atoms: int, moves: tuple[str, ...], done: int, **tours: Tour
) -> Itinerary:
    places = [MOVES[moves[0]].origin, *(MOVES[move].destination for move in moves)]
    handlings = tuple(
        Handling(
            place=place, kind="load" if i == 0 else "unload" if i == len(moves) else "transfer", start_min=0, end_min=0
        )
        for i, place in enumerate(places)
    )
    return Itinerary(
        shipment=shipment, part=part, first_atom=first, atoms=atoms, moves=moves, handlings=handlings,
        delivered_min=done, **tours,
    )  # fmt: skip


COLLECTED = Tour(kind="collection", door="FAC", hub="DUI", start_min=300, end_min=560)
DELIVERED = Tour(kind="delivery", door="SHOP", hub="MIL", start_min=7_000, end_min=7_195)

PARTS = {
    "collected": _part("LOOSE", 1, 0, 11, ("rail",), 8_060, collection=COLLECTED),
    "rest": _part("LOOSE", 2, 11, 10, ("truck",), 2_205, collection=COLLECTED),
    "delivered": _part("LOOSE", 1, 0, 21, ("truck",), 7_195, delivery=DELIVERED),
    "from-door": _part("LOOSE", 1, 0, 21, ("door",), 6_300),
    "hubbed": _part("HUBBED", 1, 0, 10, ("leg", "alps"), 4_000),
    "waiting": _part("HUBBED", 1, 0, 10, ("truck", "onward"), 6_100),
    "sealed-waiting": _part("SEALED", 1, 0, 2, ("lone", "onward"), 6_035),
    "charter-load": _part("HUBBED", 1, 0, 10, ("chartered",), 5_000),
    "british": _part("BRITISH", 1, 0, 4, ("tunnel",), 1_000),
    "bonded": _part("BONDED", 1, 0, 1, ("often",), 5_000),
    "sealed": _part("SEALED", 1, 0, 2, ("lone",), 1_545),
    "tank-load": _part("SEALED", 1, 0, 1, ("tank",), 1_545),
    "powered-load": _part("SEALED", 1, 0, 1, ("electric",), 1_545),
}

RUNS = {"run": CharterRun(service="C1", run_date="2026-11-24")}

CHILLED = frozenset({"cold"})
"""Moves that the sheets price in a chilled class."""
