"""A synthetic week of the size that the network must be built for in a few seconds."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from cargopool.model.place import CrossDock, RoadLink
from cargopool.model.scenario import Drayage, Horizon, ModelScope, Scenario, TruckBan
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff, WeightClass
from network.network_cases import DAY, FACTORS, MONDAY, box, door, hours, hub, load, truck

COUNTRIES = ("DE", "FR", "IT", "ES", "NL")


def week(
    *,
    hubs: int = 28,
    services: int = 150,
    shipments: int = 300,
    door_share: float = 0.3,
    bans: bool = True,
    seed: int = 1,
    max_departures: int = 2,
) -> Scenario:
    """A made-up week; the same seed gives the same scenario."""
    rng = random.Random(seed)
    places = [_hub(rng, n) for n in range(hubs)]
    doors = []
    goods = []
    for n in range(shipments):
        a, b = rng.sample(places, 2)
        ends = []
        for side, at in (("o", a), ("d", b)):
            if rng.random() < door_share:
                found = door(
                    f"D{n}{side}",
                    at.lat + rng.uniform(-0.5, 0.5),
                    at.lon + rng.uniform(-0.5, 0.5),
                    country=at.country,
                    opening=hours(360, 1200, 5),
                )
                doors.append(found)
                ends.append(found.id)
            else:
                ends.append(at.id)
        goods.append(_shipment(rng, n, ends[0], ends[1]))
    lines = [_service(rng, n, places) for n in range(services)]
    units = [
        box("C45", tare_kg=4_700),
        box(
            "SB", kind="swap_body", pallets_milli=17_000, payload_kg=13_000, tare_kg=2_800, per_truck=2, teu_milli=1_250
        ),
        box("TR", kind="trailer", gauge="P400", tare_kg=7_000),
        box("RF", temperatures=frozenset({"ambient", "chilled"}), tare_kg=6_000),
    ]
    vehicles = [
        truck("T40", unit_types=frozenset({"C45", "SB", "RF"}), toll_eur_per_km=dict.fromkeys(COUNTRIES, 0.2)),
        truck("TT", unit_types=frozenset({"TR"}), tractor_kg=7_500),
    ]
    return Scenario(
        name="week",
        horizon=Horizon(start=MONDAY, end=MONDAY + timedelta(days=7)),
        hubs={h.id: h for h in places},
        doors={d.id: d for d in doors},
        services={s.id: s for s in lines},
        load_units={u.id: u for u in units},
        vehicles={v.id: v for v in vehicles},
        bans=_bans() if bans else (),
        shipments={s.id: s for s in goods},
        drayage=Drayage(vehicle="T40"),
        factors=FACTORS,
        scope=ModelScope(max_departures=max_departures),
        synthetic=True,
    )


def _hub(rng: random.Random, n: int) -> Any:
    limited = n % 10 == 0
    return hub(
        f"H{n:02d}",
        rng.uniform(41, 53),
        rng.uniform(-2, 14),
        country=rng.choice(COUNTRIES),
        opening=hours(300, 1320, 6) if n % 2 else None,
        cross_dock=CrossDock(
            eur_per_pallet=4.0, handling_min=60, pallets_per_hour=40 if limited else None, kwh_per_pallet=1.0
        ),
        lifts_per_hour=10 if limited else None,
        free_storage_days=1,
        storage_eur_per_unit_day=15.0,
        storage_eur_per_pallet_day=1.0,
    )


def _shipment(rng: random.Random, n: int, origin: str, destination: str) -> Any:
    ready = rng.randrange(0, 4 * DAY, 30)
    window = rng.choice((2, 3, 3, 4)) * DAY
    chilled, full = rng.random() < 0.1, rng.random() < 0.15
    other: dict[str, Any] = {"load_unit": "C45", "load_units": rng.randint(1, 3)} if full and not chilled else {}
    pallets = rng.randint(1, 33)
    return load(
        f"K{n:03d}",
        origin,
        destination,
        shipper=f"shipper-{n % 20}",
        pallets_milli=pallets * 1000,
        kg=pallets * rng.randint(200, 700) if not full else 15_000,
        ready_min=ready,
        due_min=ready + window,
        latest_min=ready + window + DAY // 2,
        temperature="chilled" if chilled else "ambient",
        **other,
    )


def _service(rng: random.Random, n: int, places: list[Any]) -> Service:
    calls = rng.sample(places, 3 if rng.random() < 0.25 else 2)
    legs, stops = [], []
    clock = rng.randrange(600, 1380, 15)
    for i, at in enumerate(calls):
        arrival = None
        if i:
            legs.append(ServiceLeg(km=700.0, countries=((at.country, 700.0),)))
            clock += rng.randrange(600, 1500, 15)
            arrival = divmod(clock, DAY)
            clock += 120
        departure = divmod(clock, DAY) if i < len(calls) - 1 else None
        stops.append(
            ServiceStop(hub=at.id, arrival=arrival, departure=departure, closing_min=120, pick_up_ready_min=90)
        )
    return Service(
        id=f"S{n:03d}",
        name=f"S{n:03d}",
        operator=f"operator-{n % 9}",
        mode="rail",
        stops=tuple(stops),
        legs=tuple(legs),
        weekdays=frozenset(rng.sample(range(7), rng.choice((2, 3, 5)))),
        gauges=frozenset({"P400"}) if rng.random() < 0.5 else frozenset(),
        capacity=LegCapacity(units=6, teu_milli=14_000),
        tariff=Tariff(
            eur_per_unit=400.0,
            weight_classes=(WeightClass(up_to_kg=20_000, factor=0.8), WeightClass(up_to_kg=34_000, factor=1.0))
            if rng.random() < 0.3
            else (),
        ),
        allotment_units=rng.choice((0, 0, 2)),
        spot_units=4,
        mj_per_gross_tkm=0.12,
    )


def _bans() -> tuple[TruckBan, ...]:
    return tuple(
        TruckBan(country=country, timezone="UTC", weekday=day, start_min=start, end_min=end)
        for country in ("DE", "FR", "IT")
        for day, start, end in ((5, 1320, 1440), (6, 0, 1320))
    )


__all__ = ["RoadLink", "week"]
