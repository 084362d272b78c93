"""A synthetic world with every feature, across the clock change of 25 October 2026 (a Sunday)."""

from datetime import UTC, datetime

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Crossing, Door, Hub, RoadLink, WeekHours
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, Objective, Scenario, TruckBan
from cargopool.model.service import (
    Charter,
    LegCapacity,
    Service,
    ServiceLeg,
    ServiceStop,
    Surcharge,
    Tariff,
    WeightClass,
)
from cargopool.model.shipment import Shipment


def at(day: int, hour: int, minute: int = 0) -> int:
    """Minutes from Friday 23 October 2026 00:00 UTC; day 2 is the Sunday whose clocks go back at 01:00 UTC."""
    return (day * 24 + hour) * 60 + minute


def week(*days: tuple[int, int]) -> WeekHours:
    """Opening hours, Monday first, in whole local hours; (0, 0) is closed."""
    return WeekHours(days=tuple(((a * 60, b * 60),) if b else () for a, b in days))


def _hubs() -> dict[str, Hub]:
    dock = CrossDock(eur_per_pallet=4.0, handling_min=60, pallets_per_hour=30, kwh_per_pallet=0.5)
    free_dock = CrossDock(eur_per_pallet=5.0, handling_min=60, kwh_per_pallet=0.4)
    rows = (
        Hub(
            id="DU",
            name="Duisburg",
            country="DE",
            lat=51.44,
            lon=6.73,
            timezone="Europe/Berlin",
            modes=frozenset({"rail", "barge", "road"}),
            opening=week(*[(6, 22)] * 7),
            cross_dock=dock,
            lift_eur=25.0,
            lift_min=15,
            lift_kwh=5.0,
            lift_diesel_mj=10.0,
            lifts_per_hour=6,
            free_storage_days=1,
            storage_eur_per_unit_day=5.0,
            storage_eur_per_pallet_day=1.0,
            yard_places=10,
            reefer_plugs=2,
            pallet_places=150,
            adr_classes=frozenset({"3"}),
        ),
        Hub(
            id="ZA",
            name="Zaragoza",
            country="ES",
            lat=41.66,
            lon=-1.00,
            timezone="Europe/Madrid",
            modes=frozenset({"rail", "road"}),
            opening=week(*[(7, 21)] * 6, (0, 0)),
            cross_dock=free_dock,
            lift_eur=22.0,
            lift_min=20,
            lift_kwh=6.0,
            lifts_per_hour=8,
            storage_eur_per_unit_day=8.0,
        ),
        Hub(
            id="BO",
            name="Bologna",
            country="IT",
            lat=44.53,
            lon=11.45,
            timezone="Europe/Rome",
            modes=frozenset({"rail", "road"}),
            cross_dock=CrossDock(eur_per_pallet=3.5, handling_min=45),
            lift_eur=24.0,
            lift_min=15,
        ),
        Hub(
            id="RO",
            name="Rotterdam",
            country="NL",
            lat=51.95,
            lon=4.05,
            timezone="Europe/Amsterdam",
            modes=frozenset({"barge", "sea"}),
            lift_eur=30.0,
            lift_min=15,
            lifts_per_hour=5,
            yard_places=5,
            reefer_plugs=3,
        ),
        Hub(
            id="LO",
            name="London Gateway",
            country="GB",
            lat=51.50,
            lon=0.46,
            timezone="Europe/London",
            modes=frozenset({"sea", "road"}),
            customs_territory="GB",
            road_region="gb",
            opening=week(*[(6, 20)] * 7),
            cross_dock=free_dock,
            lift_eur=35.0,
            lift_min=20,
            lifts_per_hour=4,
        ),
    )
    return {hub.id: hub for hub in rows}


def _doors() -> dict[str, Door]:
    weekdays = [(8, 17)] * 5
    rows = (
        Door(
            id="D1",
            name="Plant",
            country="DE",
            lat=51.50,
            lon=6.95,
            timezone="Europe/Berlin",
            opening=week(*weekdays, (0, 0), (0, 0)),
        ),
        Door(
            id="D2",
            name="Depot",
            country="DE",
            lat=51.40,
            lon=6.60,
            timezone="Europe/Berlin",
            loading_min=30,
            loading="drop",
        ),
        Door(
            id="D3",
            name="Store",
            country="ES",
            lat=41.70,
            lon=-1.20,
            timezone="Europe/Madrid",
            opening=week(*[(8, 18)] * 5, (0, 0), (0, 0)),
        ),
        Door(
            id="D4",
            name="Shop",
            country="GB",
            lat=51.55,
            lon=0.30,
            timezone="Europe/London",
            customs_territory="GB",
            road_region="gb",
            opening=week(*[(8, 20)] * 7),
            loading_min=45,
        ),
    )
    return {door.id: door for door in rows}


def _link(origin: str, destination: str, drive_min: int, *countries: tuple[str, float], shuttle: str = "") -> RoadLink:
    km = sum(row[1] for row in countries)
    return RoadLink(
        origin=origin, destination=destination, km=km, drive_min=drive_min, countries=countries, shuttle=shuttle
    )


LINKS = (
    _link("D1", "DU", 40, ("DE", 30.0)),
    _link("D2", "DU", 30, ("DE", 20.0)),
    _link("D3", "ZA", 50, ("ES", 40.0)),
    _link("D4", "LO", 35, ("GB", 25.0)),
    _link("DU", "BO", 840, ("DE", 500.0), ("IT", 500.0)),
    _link("DU", "ZA", 1320, ("DE", 100.0), ("FR", 1000.0), ("ES", 500.0)),
    _link("D2", "D3", 1380, ("DE", 110.0), ("FR", 1000.0), ("ES", 540.0)),
    _link("DU", "LO", 480, ("DE", 100.0), ("BE", 250.0), ("FR", 50.0), ("GB", 200.0), shuttle="tunnel"),
)


def _services() -> dict[str, Service]:
    room = LegCapacity(teu_milli=9_000, units=4, gross_tonnes=130, length_m=60, plugs=1)
    rows = (
        Service(
            id="R1",
            name="Duisburg - Bologna - Zaragoza",
            operator="Rail",
            mode="rail",
            stops=(
                ServiceStop(hub="DU", departure=(0, 1200), closing_min=120, booking_close_min=240),
                ServiceStop(hub="BO", arrival=(1, 720), departure=(1, 900), closing_min=60, pick_up_ready_min=90),
                ServiceStop(hub="ZA", arrival=(2, 1080), pick_up_ready_min=120),
            ),
            legs=(
                ServiceLeg(km=1000.0, countries=(("DE", 500.0), ("IT", 500.0))),
                ServiceLeg(km=1250.0, countries=(("IT", 300.0), ("FR", 700.0), ("ES", 250.0))),
            ),
            weekdays=frozenset({0, 1, 4}),
            gauges=frozenset({"C45"}),
            capacity=room,
            tariff=Tariff(
                eur_per_unit=500.0,
                eur_per_teu=100.0,
                weight_classes=(WeightClass(up_to_kg=20_000, factor=0.8), WeightClass(up_to_kg=36_000, factor=1.0)),
            ),
            allotment_units=1,
            spot_units=3,
            mj_per_gross_tkm=0.08,
        ),
        Service(
            id="B1",
            name="Duisburg - Rotterdam",
            operator="Barge",
            mode="barge",
            stops=(
                ServiceStop(hub="DU", departure=(0, 840), closing_min=180),
                ServiceStop(hub="RO", arrival=(1, 600), pick_up_ready_min=120),
            ),
            legs=(ServiceLeg(km=220.0, countries=(("DE", 60.0), ("NL", 160.0))),),
            weekdays=frozenset({4}),
            unit_types=frozenset({"pw45", "reef45"}),
            capacity=LegCapacity(teu_milli=50_000, plugs=4),
            tariff=Tariff(eur_per_unit=120.0, min_eur=150.0),
            mj_per_gross_tkm=0.2,
            carrier="diesel",
        ),
        Service(
            id="S1",
            name="Rotterdam - London",
            operator="Sea",
            mode="sea",
            stops=(
                ServiceStop(hub="RO", departure=(0, 1080), closing_min=300),
                ServiceStop(hub="LO", arrival=(1, 540), pick_up_ready_min=180),
            ),
            legs=(ServiceLeg(km=300.0, countries=(("NL", 100.0), ("GB", 200.0))),),
            weekdays=frozenset({5}),
            capacity=LegCapacity(units=20, plugs=5),
            tariff=Tariff(eur_per_teu=180.0),
            mj_per_gross_tkm=0.15,
            carrier="diesel",
        ),
        Service(
            id="H1",
            name="Bologna - Zaragoza shuttle",
            operator="Rail",
            mode="rail",
            stops=(
                ServiceStop(hub="BO", departure=(0, 480)),
                ServiceStop(hub="ZA", arrival=(0, 1200), pick_up_ready_min=60),
            ),
            legs=(ServiceLeg(km=1300.0, countries=(("IT", 300.0), ("FR", 700.0), ("ES", 300.0))),),
            headway_min=240,
            unit_types=frozenset({"pw45", "c745"}),
            gauges=frozenset({"C45"}),
            tariff=Tariff(eur_per_unit=450.0),
            mj_per_gross_tkm=0.09,
        ),
        Service(
            id="C1",
            name="Charter Duisburg - Zaragoza",
            operator="Rail",
            mode="rail",
            stops=(
                ServiceStop(hub="DU", departure=(0, 360), closing_min=60),
                ServiceStop(hub="ZA", arrival=(1, 720), pick_up_ready_min=60),
            ),
            legs=(ServiceLeg(km=1700.0, countries=(("DE", 200.0), ("FR", 1000.0), ("ES", 500.0))),),
            weekdays=frozenset({1}),
            gauges=frozenset({"C45"}),
            capacity=LegCapacity(units=10),
            charter=Charter(eur_per_run=3000.0),
            mj_per_gross_tkm=0.08,
            run_gross_t=900.0,
        ),
    )
    return {service.id: service for service in rows}


def _load_units() -> dict[str, LoadUnitType]:
    big = {
        "kind": "container",
        "pallets_milli": 33_000,
        "volume_m3_milli": 89_000,
        "loading_metres_milli": 13_500,
        "teu_milli": 2_250,
        "length_m": 13.7,
    }
    rows = (
        LoadUnitType(
            id="pw45",
            name="45 ft pallet-wide",
            payload_kg=27_000,
            tare_kg=4_500,
            gauge="C45",
            rental_eur_day=9.0,
            return_days=1,
            one_way_eur=40.0,
            **big,
        ),
        LoadUnitType(
            id="reef45",
            name="45 ft reefer",
            payload_kg=24_000,
            tare_kg=6_000,
            temperatures=frozenset({"ambient", "chilled"}),
            rental_eur_day=30.0,
            **big,
        ),
        LoadUnitType(
            id="c745",
            name="Swap body",
            kind="swap_body",
            pallets_milli=18_000,
            payload_kg=13_000,
            volume_m3_milli=46_000,
            loading_metres_milli=7_300,
            tare_kg=3_000,
            teu_milli=1_130,
            length_m=7.45,
            gauge="C45",
            modes=frozenset({"rail", "road"}),
            per_truck=2,
            rental_eur_day=7.0,
        ),
        LoadUnitType(
            id="tilt",
            name="Trailer",
            modes=frozenset({"road"}),
            payload_kg=26_000,
            tare_kg=7_000,
            **big | {"kind": "trailer"},
        ),
    )
    return {unit.id: unit for unit in rows}


def _vehicles() -> dict[str, RoadVehicle]:
    common = {
        "eur_fixed": 40.0,
        "eur_per_km": 1.1,
        "eur_per_empty_km": 0.9,
        "eur_per_h": 20.0,
        "toll_eur_per_km": {"DE": 0.3, "FR": 0.25, "ES": 0.1, "IT": 0.2},
        "toll_carbon_share": {"DE": 0.4},
        "mj_per_km_empty": 9.0,
        "mj_per_km_full": 14.0,
    }
    return {
        "art": RoadVehicle(
            id="art", name="Truck", unit_types=frozenset({"pw45", "reef45", "c745", "tilt"}), min_eur=180.0, **common
        ),
        "duo": RoadVehicle(
            id="duo", name="Two drivers", unit_types=frozenset({"tilt"}), manning="double", **common | {"eur_per_h": 35}
        ),
    }


def _shipments() -> dict[str, Shipment]:
    late = {"due_min": at(7, 0), "latest_min": at(9, 0), "late_eur_per_h": 20.0}
    rows = (
        Shipment(
            id="K1",
            shipper="Acme",
            origin="DU",
            destination="ZA",
            pallets_milli=10_000,
            kg=5_000,
            volume_m3_milli=18_000,
            loading_metres_milli=4_000,
            ready_min=at(0, 8),
            value_of_time_eur_per_h=2.0,
            **late,
        ),
        Shipment(
            id="K2",
            shipper="Bolt",
            origin="DU",
            destination="ZA",
            pallets_milli=12_500,
            kg=7_001,
            goods_class="06",
            ready_min=at(0, 6),
            **late,
        ),
        Shipment(
            id="K3",
            shipper="Acme",
            origin="D1",
            destination="ZA",
            pallets_milli=6_000,
            kg=2_500,
            ready_min=at(0, 7),
            goods_class="10",
            **late,
        ),
        Shipment(
            id="K4",
            shipper="Cask",
            origin="D1",
            destination="D3",
            pallets_milli=33_000,
            kg=20_000,
            keep_together=True,
            ready_min=at(0, 7),
            **late,
        ),
        Shipment(
            id="K5",
            shipper="Dial",
            origin="DU",
            destination="LO",
            pallets_milli=20_000,
            kg=11_000,
            temperature="chilled",
            ready_min=at(0, 6),
            **late,
        ),
        Shipment(
            id="K6",
            shipper="Eros",
            origin="DU",
            destination="BO",
            pallets_milli=8_000,
            kg=6_000,
            adr_class="3",
            ready_min=at(0, 8),
            **late,
        ),
        Shipment(
            id="K7",
            shipper="Acme",
            origin="DU",
            destination="ZA",
            pallets_milli=14_000,
            kg=9_000,
            modes=frozenset({"road"}),
            ready_min=at(1, 20),
            **late,
        ),
        Shipment(
            id="K8",
            shipper="Fox",
            origin="DU",
            destination="ZA",
            pallets_milli=30_000,
            kg=16_000,
            volume_m3_milli=60_000,
            loading_metres_milli=12_000,
            ready_min=at(3, 6),
            **late,
        ),
        Shipment(
            id="K9",
            shipper="Gaia",
            origin="DU",
            destination="ZA",
            pallets_milli=40_000,
            kg=22_001,
            max_parts=2,
            min_part_pallets=5,
            part_eur=30.0,
            ready_min=at(3, 6),
            **late,
        ),
        Shipment(
            id="K10",
            shipper="Hale",
            origin="DU",
            destination="ZA",
            pallets_milli=20_000,
            kg=8_000,
            ready_min=at(3, 6),
            **late,
        ),
        Shipment(
            id="K11",
            shipper="Hale",
            origin="D2",
            destination="ZA",
            pallets_milli=66_000,
            kg=40_001,
            load_unit="pw45",
            load_units=2,
            ready_min=at(3, 8),
            **late,
        ),
        Shipment(
            id="K12",
            shipper="Iris",
            origin="D2",
            destination="D3",
            pallets_milli=26_000,
            kg=20_000,
            volume_m3_milli=60_000,
            loading_metres_milli=10_400,
            ready_min=at(3, 8),
            due_min=at(5, 0),
            latest_min=at(6, 0),
            late_eur_per_h=20.0,
        ),
        Shipment(
            id="K13",
            shipper="Acme",
            origin="DU",
            destination="D4",
            pallets_milli=5_000,
            kg=2_000,
            temperature="chilled",
            ready_min=at(0, 6),
            **late,
        ),
        Shipment(
            id="K14",
            shipper="Bolt",
            origin="DU",
            destination="LO",
            pallets_milli=4_000,
            kg=1_500,
            customs_status="transit",
            ready_min=at(3, 8),
            **late,
        ),
        Shipment(
            id="K15",
            shipper="Bolt",
            origin="DU",
            destination="LO",
            pallets_milli=4_000,
            kg=1_500,
            ready_min=at(3, 8),
            due_min=at(3, 9),
            latest_min=at(3, 9),
        ),
    )
    return {shipment.id: shipment for shipment in rows}


def world() -> Scenario:
    """The scenario of `verifier.verifier_plans.everything`."""
    return Scenario(
        name="world",
        horizon=Horizon(start=datetime(2026, 10, 23, tzinfo=UTC), end=datetime(2026, 11, 1, tzinfo=UTC)),
        hubs=_hubs(),
        doors=_doors(),
        road_links=LINKS,
        crossings=(Crossing(origin="EU", destination="GB", eur=55.0, minutes=90),),
        services=_services(),
        surcharges=(Surcharge(id="low", mode="barge", start_min=0, end_min=at(2, 0), eur_per_teu=20.0, percent=10.0),),
        load_units=_load_units(),
        vehicles=_vehicles(),
        bans=(TruckBan(country="DE", timezone="Europe/Berlin", weekday=6, start_min=0, end_min=1320),),
        shipments=_shipments(),
        objective=Objective(carbon_price_eur_per_t=100.0, weights={"rental": 0.5}, co2e_cap_kg=1e6),
        drayage=Drayage(radius_km=60.0, vehicle="art"),
        factors=Factors(
            id="test",
            carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=18.0, ttw_g_per_mj=74.0)},
            grid_g_per_kwh={"default": 250.0, "FR": 60.0},
            shuttle_eur={"tunnel": 210.0},
            shuttle_kwh={"tunnel": 60.0},
            shuttle_min={"tunnel": 60},
            shuttle_km={"tunnel": 50.0},
            reefer_mj_per_h=40.0,
        ),
        synthetic=True,
    )
