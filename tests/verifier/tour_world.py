"""Two hubs, doors around them, a train a day each way: small enough to solve, rich enough for tours of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from cargopool.footprint.tours import with_tours
from cargopool.model.equipment import FleetVehicle, LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Door, Hub, WeekHours
from cargopool.model.plan import Plan
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, Objective, Scenario
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff
from cargopool.model.shipment import Shipment
from cargopool.optimiser import WorkLimit
from cargopool.optimiser.solving import solve
from cargopool.tours.planning import plan_tours, retimed
from cargopool.verifier import verify

DAY = 1440
WORKDAYS = WeekHours(days=(((360, 1200),),) * 5 + (((360, 840),),) + ((),))


def _hub(name: str, lat: float, lon: float, **more: object) -> Hub:
    return Hub(
        id=name,
        name=name,
        country="DE",
        lat=lat,
        lon=lon,
        timezone="Europe/Berlin",
        modes=frozenset({"rail", "road"}),
        opening=WeekHours(days=(((300, 1380),),) * 6 + ((),)),
        cross_dock=CrossDock(eur_per_pallet=1.0, handling_min=60),
        lift_eur=20.0,
        lift_min=15,
        **more,  # type: ignore[arg-type]
    )


def _door(name: str, lat: float, lon: float, **more: object) -> Door:
    return Door(
        id=name,
        name=name,
        country="DE",
        lat=lat,
        lon=lon,
        timezone="Europe/Berlin",
        opening=WORKDAYS,
        loading_min=30,
        **more,  # type: ignore[arg-type]
    )


def doors() -> dict[str, Door]:
    """Eight doors around each hub; one needs a tail-lift, two work by drop."""
    found = {}
    for hub, lat, lon in (("A", 51.0, 7.0), ("B", 48.0, 12.0)):
        for n in range(8):
            name = f"{hub}{n}"
            found[name] = _door(
                name,
                lat + 0.12 * ((n % 3) - 1) + 0.02 * n,
                lon + 0.14 * ((n // 3) - 1),
                loading="drop" if n == 6 else "live",
                tail_lift=n == 1,
            )
    return found


def vehicles() -> dict[str, RoadVehicle]:
    """A road train for trailers, a chassis for boxes, an electric van."""
    chassis = RoadVehicle(
        id="chassis",
        name="chassis",
        unit_types=frozenset({"box", "reefer"}),
        eur_fixed=60.0,
        eur_per_km=0.8,
        eur_per_empty_km=0.7,
        eur_per_h=35.0,
        toll_eur_per_km={"DE": 0.3},
        toll_carbon_share={"DE": 0.4},
        mj_per_km_empty=9.0,
        mj_per_km_full=15.0,
        haulage_empty_km_factor=1.0,
    )
    truck = replace(chassis, id="truck", name="truck", unit_types=frozenset({"trailer"}), eur_per_km=9.0)
    van = replace(
        chassis,
        id="evan",
        name="electric lorry",
        unit_types=frozenset(),
        eur_fixed=20.0,
        eur_per_km=0.3,
        eur_per_empty_km=0.3,
        eur_per_h=30.0,
        carrier="electricity",
        mj_per_km_empty=3.0,
        mj_per_km_full=5.0,
        full_load_kg=9_000,
    )
    return {one.id: one for one in (chassis, truck, van)}


def fleet() -> dict[str, FleetVehicle]:
    """Lorries, one of them chilled with a tail-lift, an electric one, a chassis."""
    hours = WeekHours(days=(((240, 1320),),) * 6 + ((),))
    lorry = FleetVehicle(
        id="lorry-A",
        name="lorry",
        vehicle="chassis",
        depot="A",
        count=2,
        pallets_milli=18_000,
        payload_kg=12_000,
        volume_m3_milli=45_000,
        opening=hours,
    )
    cold = replace(
        lorry, id="cold-B", depot="B", count=1, temperatures=frozenset({"ambient", "chilled"}), tail_lift=True
    )
    electric = replace(
        lorry,
        id="electric-A",
        vehicle="evan",
        count=1,
        pallets_milli=12_000,
        payload_kg=8_000,
        battery_kwh=120.0,
        charge_kw=150.0,
    )
    chassis = replace(lorry, id="chassis-B", depot="B", carries="units")
    return {one.id: one for one in (lorry, cold, electric, chassis)}


def _train(name: str, origin: str, destination: str) -> Service:
    return Service(
        id=name,
        name=name,
        operator="Rail",
        mode="rail",
        stops=(
            ServiceStop(hub=origin, departure=(0, 1260), closing_min=120),
            ServiceStop(hub=destination, arrival=(1, 330), pick_up_ready_min=60),
        ),
        legs=(ServiceLeg(km=600.0, countries=(("DE", 600.0),)),),
        weekdays=frozenset(range(6)),
        capacity=LegCapacity(units=30),
        tariff=Tariff(eur_per_unit=250.0),
        mj_per_gross_tkm=0.08,
        carrier="electricity",
    )


def shipments() -> dict[str, Shipment]:
    """Small consignments both ways, some chilled, some that avoid each other, and full loads."""
    found = {}
    for n in range(34):
        origin, destination = ("A", "B") if n % 2 else ("B", "A")
        full = n % 6 == 5
        ready = DAY * (n % 3) + 8 * 60
        due = ready + 2 * DAY + 12 * 60
        key = f"S{n:02}"
        found[key] = Shipment(
            id=key,
            shipper=f"shipper {n % 5}",
            origin=f"{origin}{6 if full and n > 20 else n % 6}",
            destination=f"{destination}{(n * 5 + 2) % 7}",
            pallets_milli=33_000 if full else 1_000 * (2 + n % 5),
            kg=20_000 if full else 700 * (2 + n % 5),
            volume_m3_milli=60_000 if full else 1_500 * (2 + n % 5),
            ready_min=ready,
            due_min=due,
            latest_min=due + DAY,
            late_eur_per_h=5.0,
            value_of_time_eur_per_h=0.5,
            temperature="chilled" if n in (8, 9, 14, 20) else "ambient",
            goods_class="08" if n % 4 else "04",
            veto_goods=frozenset({"04"}) if n in (3, 13) else frozenset(),
        )
    return found


def world() -> Scenario:
    """The case, with a fleet."""
    box = LoadUnitType(
        id="box",
        name="box",
        kind="container",
        pallets_milli=33_000,
        payload_kg=27_000,
        volume_m3_milli=85_000,
        loading_metres_milli=13_600,
        tare_kg=4_500,
        teu_milli=2_250,
        length_m=13.7,
        modes=frozenset({"rail"}),
    )
    reefer = replace(box, id="reefer", name="reefer", temperatures=frozenset({"chilled"}), tare_kg=6_000)
    trailer = replace(box, id="trailer", name="trailer", kind="trailer", modes=frozenset({"road"}))
    return Scenario(
        name="tours",
        synthetic=True,
        horizon=Horizon(start=datetime(2026, 11, 22, 23, tzinfo=UTC), end=datetime(2026, 11, 28, 23, tzinfo=UTC)),
        hubs={"A": _hub("A", 51.0, 7.0), "B": _hub("B", 48.0, 12.0, free_storage_days=1, storage_eur_per_unit_day=8.0)},
        doors=doors(),
        services={"T1": _train("T1", "A", "B"), "T2": _train("T2", "B", "A")},
        load_units={"box": box, "reefer": reefer, "trailer": trailer},
        vehicles=vehicles(),
        fleet=fleet(),
        shipments=shipments(),
        objective=Objective(carbon_price_eur_per_t=90.0),
        drayage=Drayage(vehicle="chassis", radius_km=80.0, tours=True),
        factors=Factors(
            id="own",
            carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=17.0, ttw_g_per_mj=72.0)},
            grid_g_per_kwh={"default": 300.0},
            reefer_mj_per_h=20.0,
        ),
    )


def toured(scenario: Scenario, plan: Plan, seed: int = 1) -> Plan:
    """The plan with tours for everything."""
    found = plan_tours(scenario, plan, work=400, seed=seed)
    assert found.missed == ()
    return retimed(scenario, with_tours(scenario, plan, found.tours))


@cache
def planned() -> tuple[Scenario, Plan]:
    """The case with a plan and its tours, which the verifier accepts."""
    scenario = world()
    result = solve(scenario, stop=WorkLimit(12), accept=lambda plan: verify(scenario, plan).ok)
    assert result.plan is not None
    return scenario, toured(scenario, result.plan)
