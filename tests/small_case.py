"""A small case made by hand: two hubs, a door, one train, five shipments, and a plan with every kind of move."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from cargopool.footprint import price_plan
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Door, Hub, Provenance, RoadLink
from cargopool.model.plan import (
    Content,
    DepartureStage,
    Handling,
    Itinerary,
    Move,
    MoveUse,
    Plan,
    PlannedUnit,
    RoadStage,
    Tour,
    Unserved,
)
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, Objective, Scenario
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff
from cargopool.model.shipment import Shipment

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 60
DAY = 24 * HOUR


def small_scenario(**changes: object) -> Scenario:
    """Monday 23 November 2026 00:00 local is minute 0; the train leaves on Tuesday at 18:00."""
    dock = CrossDock(eur_per_pallet=4.0, handling_min=60, kwh_per_pallet=0.5)
    hubs = {
        "DUI": Hub(
            id="DUI",
            name="Duisburg",
            country="DE",
            lat=51.44,
            lon=6.73,
            timezone="Europe/Berlin",
            modes=frozenset({"rail", "road"}),
            cross_dock=dock,
            lift_eur=25.0,
            lift_min=15,
            lift_kwh=5.0,
        ),
        "ZAZ": Hub(
            id="ZAZ",
            name="Zaragoza",
            country="ES",
            lat=41.66,
            lon=-1.00,
            timezone="Europe/Madrid",
            modes=frozenset({"rail", "road"}),
            cross_dock=dock,
            lift_eur=25.0,
            lift_min=15,
            lift_kwh=5.0,
            provenance=Provenance("recalled", "memory"),
        ),
    }
    door = Door(id="D1", name="Plant", country="DE", lat=51.50, lon=6.90, timezone="Europe/Berlin", loading_min=60)
    train = Service(
        id="T1",
        name="Duisburg to Zaragoza",
        operator="Rail Co",
        mode="rail",
        stops=(
            ServiceStop(hub="DUI", departure=(0, 18 * HOUR), closing_min=4 * HOUR),
            ServiceStop(hub="ZAZ", arrival=(2, 6 * HOUR), pick_up_ready_min=3 * HOUR),
        ),
        legs=(ServiceLeg(km=1700.0, countries=(("DE", 200.0), ("FR", 1000.0), ("ES", 500.0))),),
        weekdays=frozenset({1}),
        capacity=LegCapacity(units=2),
        tariff=Tariff(eur_per_unit=900.0),
        spot_units=2,
        mj_per_gross_tkm=0.08,
        provenance=Provenance("timetable generator", "synthetic"),
    )
    unit = LoadUnitType(
        id="pw45",
        name="45 ft pallet-wide",
        kind="container",
        pallets_milli=33_000,
        payload_kg=27_000,
        volume_m3_milli=89_000,
        loading_metres_milli=13_500,
        tare_kg=4_500,
        teu_milli=2_250,
        length_m=13.7,
        rental_eur_day=9.0,
    )
    truck = RoadVehicle(
        id="artic",
        name="Articulated 40 t",
        unit_types=frozenset({"pw45"}),
        eur_per_km=1.1,
        eur_per_empty_km=0.9,
        eur_per_h=20.0,
        toll_eur_per_km={"DE": 0.3, "FR": 0.25, "ES": 0.1},
        toll_carbon_share={"DE": 0.4},
        mj_per_km_empty=9.0,
        mj_per_km_full=14.0,
    )
    links = (
        RoadLink(
            origin="DUI",
            destination="ZAZ",
            km=1600.0,
            drive_min=1320,
            countries=(("DE", 100.0), ("FR", 1000.0), ("ES", 500.0)),
        ),
        RoadLink(origin="D1", destination="DUI", km=20.0, drive_min=30, countries=(("DE", 20.0),)),
        RoadLink(
            origin="D1",
            destination="ZAZ",
            km=1620.0,
            drive_min=1340,
            countries=(("DE", 120.0), ("FR", 1000.0), ("ES", 500.0)),
        ),
    )
    common = {"destination": "ZAZ", "ready_min": 8 * HOUR, "due_min": 4 * DAY, "latest_min": 5 * DAY}
    shipments = (
        Shipment(id="S1", shipper="Acme", origin="DUI", pallets_milli=10_000, kg=5_000, **common),
        Shipment(id="S2", shipper="Bolt", origin="DUI", pallets_milli=12_500, kg=7_001, **common),
        Shipment(
            id="S3", shipper="Acme", origin="DUI", pallets_milli=20_000, kg=9_000, **common | {"due_min": 2 * DAY}
        ),
        Shipment(id="S4", shipper="Cask", origin="D1", pallets_milli=5_000, kg=2_000, **common),
        Shipment(
            id="S5",
            shipper="Cask",
            origin="D1",
            pallets_milli=33_000,
            kg=20_000,
            load_unit="pw45",
            load_units=1,
            **common,
        ),
        Shipment(
            id="S6",
            shipper="Dial",
            origin="D1",
            pallets_milli=3_000,
            kg=900,
            **common | {"due_min": 600, "latest_min": 600},
        ),
    )
    scenario = Scenario(
        name="small",
        horizon=Horizon(
            start=datetime(2026, 11, 23, tzinfo=BERLIN),
            end=datetime(2026, 11, 30, tzinfo=BERLIN),
            timezone="Europe/Berlin",
        ),
        hubs=hubs,
        doors={"D1": door},
        road_links=links,
        services={"T1": train},
        load_units={"pw45": unit},
        vehicles={"artic": truck},
        shipments={s.id: s for s in shipments},
        objective=Objective(carbon_price_eur_per_t=90.0),
        drayage=Drayage(vehicle="artic"),
        factors=Factors(
            id="test",
            carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=18.0, ttw_g_per_mj=74.0)},
            grid_g_per_kwh={"default": 250.0, "FR": 60.0},
        ),
        synthetic=True,
    )
    return replace(scenario, **changes)


def _ride() -> DepartureStage:
    return DepartureStage(
        service="T1",
        run_date="2026-11-24",
        origin="DUI",
        destination="ZAZ",
        slot="spot",
        closing_min=DAY + 14 * HOUR,
        depart_min=DAY + 18 * HOUR,
        arrive_min=3 * DAY + 6 * HOUR,
        pick_up_ready_min=3 * DAY + 9 * HOUR,
    )


def small_plan(scenario: Scenario) -> Plan:
    """S1, S2 and S4 share a unit on the train, S5 rides it sealed from its door, S3 takes a truck, S6 stays."""
    ready = 3 * DAY + 9 * HOUR + 15
    rail = Move(
        id="m0",
        kind="scheduled",
        origin="DUI",
        destination="ZAZ",
        unit_type="pw45",
        stages=(_ride(),),
        latest_min=DAY + 14 * HOUR,
        available_min=ready,
        hand_in_min=DAY + 14 * HOUR,
        collect_min=3 * DAY + 9 * HOUR,
    )
    haulage = RoadStage(
        purpose="haulage_out",
        vehicle="artic",
        origin="D1",
        destination="DUI",
        depart_min=DAY + 13 * HOUR + 30,
        arrive_min=DAY + 14 * HOUR,
    )
    door = replace(rail, id="m1", kind="door", origin="D1", stages=(haulage, _ride()), latest_min=DAY + 13 * HOUR + 30)
    main = RoadStage(
        purpose="main",
        vehicle="artic",
        origin="DUI",
        destination="ZAZ",
        depart_min=9 * HOUR,
        arrive_min=2 * DAY + 6 * HOUR + 30,
    )
    road = Move(
        id="m2",
        kind="road",
        origin="DUI",
        destination="ZAZ",
        unit_type="pw45",
        stages=(main,),
        latest_min=9 * HOUR,
        available_min=2 * DAY + 6 * HOUR + 30,
    )
    moves = tuple(
        MoveUse(move=move, temperature="ambient", segregation=group, count=1)
        for move, group in ((rail, "general"), (door, "unit:S5"), (road, "general"))
    )

    def unit(name: str, move: str, group: str, *contents: Content) -> PlannedUnit:
        return PlannedUnit(
            id=name, move=move, truck=1, unit_type="pw45", temperature="ambient", segregation=group, contents=contents
        )

    def whole(shipment: str) -> Content:
        return Content(shipment=shipment, part=1, first_atom=0, atoms=scenario.shipments[shipment].atoms)

    def part(shipment: str, move: Move, start: int, end: int, **more: object) -> Itinerary:
        sealed = scenario.shipments[shipment].load_units > 0
        last = Handling(place="ZAZ", kind="unload", start_min=end, end_min=end if sealed else end + 60)
        first = Handling(place=move.origin, kind="load", start_min=start, end_min=start if sealed else start + 60)
        due = scenario.shipments[shipment].due_min
        return Itinerary(
            shipment=shipment,
            part=1,
            first_atom=0,
            atoms=scenario.shipments[shipment].atoms,
            moves=(move.id,),
            handlings=(first, last),
            delivered_min=last.end_min,
            late_min=max(0, last.end_min - due),
            **more,
        )

    tour = Tour(kind="collection", door="D1", hub="DUI", start_min=8 * HOUR, end_min=8 * HOUR + 60 + 144)
    itineraries = (
        part("S1", rail, 8 * HOUR, ready),
        part("S2", rail, 8 * HOUR, ready),
        part("S3", road, 8 * HOUR, 2 * DAY + 6 * HOUR + 30),
        part("S4", rail, tour.end_min, ready, collection=tour),
        part("S5", door, 8 * HOUR, ready),
    )
    left = (Unserved(shipment="S6", reason="no_itinerary", text="No way reaches Zaragoza in time."),)
    priced = price_plan(scenario, moves, itineraries, (), left)
    return Plan(
        scenario=scenario.name,
        variant=scenario.variant,
        moves=moves,
        units=(
            unit("u1", "m0", "general", whole("S1"), whole("S2"), whole("S4")),
            unit("u2", "m1", "unit:S5", whole("S5")),
            unit("u3", "m2", "general", whole("S3")),
        ),
        itineraries=itineraries,
        charters=(),
        unserved=left,
        cost_lines=priced.lines,
        tces=priced.tces,
        totals=priced.totals,
    )
