"""Seeded random tiny scenarios for the oracle, each with a few features switched on.

All data are synthetic. Every time, duration, break and headway is a multiple of 15 minutes, the clock of the oracle.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Crossing, Door, Hub, RoadLink, WeekHours
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, ModelScope, Objective, Scenario
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

H = 60
START = datetime(2026, 1, 5, tzinfo=UTC)
COUNTRIES = {"A": "DE", "B": "FR", "C": "DE", "D": "BE", "x": "DE", "y": "FR"}
DRIVES = {("A", "B"): (300, 340.0), ("A", "C"): (150, 160.0), ("C", "B"): (180, 200.0), ("A", "D"): (240, 260.0),
          ("C", "D"): (105, 110.0), ("D", "B"): (90, 95.0), ("x", "A"): (30, 25.0), ("B", "y"): (30, 25.0),
          ("x", "B"): (315, 350.0), ("A", "y"): (315, 352.0), ("x", "y"): (330, 365.0)}  # fmt: skip


@dataclass
class Draft:
    """A scenario under construction."""

    rng: random.Random
    hubs: dict[str, Hub] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    units: dict[str, LoadUnitType] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    crossings: tuple[Crossing, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    truck: dict[str, Any] = field(default_factory=dict)
    drayage: dict[str, Any] = field(default_factory=dict)
    roadless: frozenset[str] = frozenset()
    objective: dict[str, Any] = field(default_factory=dict)
    scope: dict[str, int] = field(default_factory=lambda: {"max_moves": 2, "max_departures": 2, "hub_slack_h": 3})

    def hub(self, name: str, **changes: Any) -> None:
        if name not in self.hubs:
            dock = CrossDock(eur_per_pallet=self.rng.choice((2.0, 3.0, 4.5)), handling_min=30, kwh_per_pallet=0.5)
            energy = {"lift_kwh": 4.0} if name in "AC" else {"lift_diesel_mj": 20.0}
            self.hubs[name] = Hub(
                id=name, name=name, country=COUNTRIES[name], lat=50.0, lon=5.0, timezone="UTC", road_region=name,
                modes=frozenset({"rail", "road"}), cross_dock=dock, lift_eur=20.0, lift_min=15, **energy,
            )  # fmt: skip
        self.hubs[name] = replace(self.hubs[name], **changes)

    def door(self, name: str, **changes: Any) -> None:
        if name not in self.doors:
            self.doors[name] = Door(
                id=name, name=name, country=COUNTRIES[name], lat=50.0, lon=5.0, timezone="UTC", road_region=name,
                loading_min=30, loading=self.rng.choice(("live", "live", "drop")),
            )  # fmt: skip
        self.doors[name] = replace(self.doors[name], **changes)

    def unit(self, name: str = "box", **changes: Any) -> None:
        if name not in self.units:
            self.units[name] = LoadUnitType(
                id=name, name=name, kind="container", pallets_milli=6000, payload_kg=8000, volume_m3_milli=20_000,
                loading_metres_milli=2500, tare_kg=2000, teu_milli=1000, length_m=6.1,
            )  # fmt: skip
        self.units[name] = replace(self.units[name], **changes)

    def train(self, name: str, a: str, b: str, depart: int, minutes: int, eur: float, **changes: Any) -> None:
        """A line from a to b; depart in minutes since the horizon start."""
        self.hub(a)
        self.hub(b)
        km = 0.9 * next(km for ends, (_, km) in DRIVES.items() if set(ends) == {a, b})
        out = ServiceStop(hub=a, departure=divmod(depart % 1440, 1440), closing_min=60, booking_close_min=120)
        into = ServiceStop(hub=b, arrival=divmod(depart % 1440 + minutes, 1440), pick_up_ready_min=30)
        lands = ((COUNTRIES[a], km / 2), (COUNTRIES[b], km / 2))
        base: dict[str, Any] = {
            "mode": "rail", "stops": (out, into), "legs": (ServiceLeg(km=km, countries=lands),),
            "weekdays": frozenset({depart // 1440}), "tariff": Tariff(eur_per_unit=eur), "gauges": frozenset({"C45"}),
            "mj_per_gross_tkm": 0.125,
        }  # fmt: skip
        self.services[name] = Service(id=name, name=name, operator="synthetic", **(base | changes))

    def tune(self, name: str, **changes: Any) -> None:
        self.services[name] = replace(self.services[name], **changes)

    def ship(self, a: str = "A", b: str = "B", pallets: float | None = None, **changes: Any) -> str:
        """Add a shipment; windows such that truck and base train are in time."""
        rng, name = self.rng, f"k{len(self.shipments) + 1}"
        size = pallets if pallets is not None else rng.choice((1, 2, 2, 3, 3, 4, 2.5))
        ready = rng.choice((7, 8, 9, 9.5, 10)) * H
        due = rng.choice((20, 20.5, 21, 22)) * H
        base: dict[str, Any] = {
            "shipper": f"s{len(self.shipments) % 3 + 1}", "pallets_milli": int(size * 1000),
            "kg": int(size * rng.choice((300, 450, 600))), "volume_m3_milli": int(size * 1700),
            "loading_metres_milli": int(size * 400), "ready_min": int(ready), "due_min": int(due),
            "goods_class": rng.choice(("01", "04")),
        }  # fmt: skip
        base |= changes
        base.setdefault("latest_min", base["due_min"])
        self.shipments[name] = Shipment(id=name, origin=a, destination=b, **base)
        return name

    def change(self, name: str, **changes: Any) -> None:
        self.shipments[name] = replace(self.shipments[name], **changes)

    def some(self) -> str:
        return self.rng.choice(sorted(self.shipments))

    def build(self, name: str) -> Scenario:
        known = {*self.hubs, *self.doors} - self.roadless
        links = tuple(
            RoadLink(
                origin=a,
                destination=b,
                km=km,
                drive_min=minutes,
                countries=((COUNTRIES[a], km / 2), (COUNTRIES[b], km / 2)),
            )
            for (a, b), (minutes, km) in DRIVES.items()
            if a in known and b in known
        )
        truck = {"eur_fixed": 40.0, "eur_per_km": 0.8, "eur_per_empty_km": 0.6, "eur_per_h": 24.0, "min_eur": 120.0,
                 "toll_eur_per_km": {"DE": 0.2, "FR": 0.1}, "mj_per_km_empty": 8.0, "mj_per_km_full": 12.0,
                 "gross_limit_kg": 24_000, "combined_limit_kg": 26_000}  # fmt: skip
        vehicle = RoadVehicle(id="truck", name="truck", unit_types=frozenset(self.units), **(truck | self.truck))
        factors = Factors(
            id="synthetic", carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=20.0, ttw_g_per_mj=74.0)},
            grid_g_per_kwh={"DE": 380.0, "FR": 60.0, "default": 150.0}, reefer_mj_per_h=60.0,
        )  # fmt: skip
        return Scenario(
            name=name, horizon=Horizon(start=START, end=START + timedelta(days=3)), hubs=self.hubs, doors=self.doors,
            road_links=links, crossings=self.crossings, services=self.services, surcharges=self.surcharges,
            load_units=self.units, vehicles={"truck": vehicle}, shipments=self.shipments,
            objective=Objective(**self.objective), factors=factors, scope=ModelScope(**self.scope), synthetic=True,
            drayage=Drayage(vehicle="truck", radius_km=60.0, collection_min_fixed=60, collection_speed_kmh=50.0,
                            **self.drayage),
        )  # fmt: skip


def each(scenario: Scenario, table: str, **changes: Any) -> Scenario:
    """The scenario with the same change in every row of a table."""
    return replace(scenario, **{table: {k: replace(v, **changes) for k, v in getattr(scenario, table).items()}})


def docks(scenario: Scenario, **changes: Any) -> Scenario:
    hubs = {
        k: replace(h, cross_dock=h.cross_dock and replace(h.cross_dock, **changes)) for k, h in scenario.hubs.items()
    }
    return replace(scenario, hubs=hubs)


def without(scenario: Scenario, drop: Callable[[Service], bool]) -> Scenario:
    return replace(scenario, services={k: s for k, s in scenario.services.items() if not drop(s)})


def tariffs(scenario: Scenario, **changes: Any) -> Scenario:
    services = {k: replace(s, tariff=replace(s.tariff, **changes)) for k, s in scenario.services.items()}
    return replace(scenario, services=services)


def objective(scenario: Scenario, **changes: Any) -> Scenario:
    return replace(scenario, objective=replace(scenario.objective, **changes))


def scope(scenario: Scenario, **changes: Any) -> Scenario:
    return replace(scenario, scope=replace(scenario.scope, **changes))


@dataclass(frozen=True)
class Feature:
    """How a feature gets into a draft, and the scenario without it."""

    name: str
    add: Callable[[Draft], None]
    remove: Callable[[Scenario], Scenario]


FEATURES: dict[str, Feature] = {}


def feature(remove: Callable[[Scenario], Scenario]) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    def register(add: Callable[[Draft], None]) -> Callable[[Draft], None]:
        FEATURES[add.__name__] = Feature(add.__name__, add, remove)
        return add

    return register


# ---- pooling and routes


@feature(lambda s: replace(s, shipments={k: replace(v, segregation=v.segregation + k) for k, v in s.shipments.items()}))
def pooling(d: Draft) -> None:
    d.ship(pallets=2)


@feature(lambda s: scope(s, max_departures=1))
def chain(d: Draft) -> None:
    d.tune("base", tariff=Tariff(eur_per_unit=420.0))
    d.train("ac", "A", "C", 11 * H, 120, d.rng.choice((60.0, 80.0)))
    d.train("cb", "C", "B", 15 * H, 150, d.rng.choice((60.0, 80.0)))


@feature(lambda s: scope(s, max_departures=2))
def three_departures(d: Draft) -> None:
    d.scope["max_departures"] = 3
    d.tune("base", tariff=Tariff(eur_per_unit=480.0))
    d.train("ac", "A", "C", 11 * H, 60, 40.0)
    d.train("cd", "C", "D", 13 * H + 45, 60, 40.0)
    d.train("db", "D", "B", 16 * H + 30, 60, d.rng.choice((40.0, 60.0)))


@feature(lambda s: scope(s, max_moves=2))
def three_moves(d: Draft) -> None:
    """Two cross-docks, since no unit type rides all three trains."""
    d.scope["max_moves"] = 3
    d.roadless = frozenset("CD")
    d.tune("base", tariff=Tariff(eur_per_unit=480.0))
    d.unit("low", pallets_milli=5000, tare_kg=1800)
    d.train("ac", "A", "C", 11 * H, 60, 30.0, unit_types=frozenset({"box"}))
    d.train("cd", "C", "D", 14 * H + 15, 60, 30.0, unit_types=frozenset({"low"}))
    d.train("db", "D", "B", 17 * H + 30, 45, d.rng.choice((30.0, 50.0)), unit_types=frozenset({"box"}))
    d.ship(pallets=4, ready_min=9 * H, due_min=21 * H)


@feature(lambda s: without(s, lambda x: x.headway_min is not None))
def headway(d: Draft) -> None:
    every = d.rng.choice((60, 90, 120))
    d.train("hw", "A", "B", 12 * H, 240, d.rng.choice((110.0, 150.0)), headway_min=every, weekdays=frozenset())


@feature(lambda s: each(s, "vehicles", combined_limit_kg=0))
def door_move(d: Draft) -> None:
    d.door("x")
    d.door("y")
    d.drayage["collection_eur_per_pallet"] = d.rng.choice((14.0, 25.0))
    d.truck |= {"min_eur": 60.0, "haulage_empty_km_factor": 0.5}
    for hub in "AB":
        d.hub(hub, cross_dock=replace(d.hubs[hub].cross_dock, eur_per_pallet=8.0))
    ends = d.rng.choice((("x", "y"), ("x", "B"), ("A", "y")))
    d.ship(*ends, pallets=d.rng.choice((5, 6)), ready_min=8 * H, due_min=22 * H)


@feature(lambda s: replace(s, drayage=replace(s.drayage, collection_eur_fixed=100_000.0)))
def tours(d: Draft) -> None:
    d.door("x")
    d.door("y")
    for ends in d.rng.choice(([("x", "B")], [("A", "y")], [("x", "y"), ("x", "B")])):
        d.ship(*ends, pallets=1, ready_min=7 * H, due_min=22 * H)


# ---- hubs and clock


def hours(*periods: tuple[float, float]) -> WeekHours:
    return WeekHours(days=tuple(tuple((int(s * H), int(e * H)) for s, e in periods) for _ in range(7)))


@feature(lambda s: each(s, "hubs", lifts_per_hour=None))
def lifts(d: Draft) -> None:
    d.hub(d.rng.choice("AB"), lifts_per_hour=1)
    for _ in range(2):
        d.ship(
            pallets=d.rng.choice((5, 6)), ready_min=int(d.rng.choice((10, 11, 11.5)) * H), value_of_time_eur_per_h=4.0
        )


@feature(lambda s: docks(s, pallets_per_hour=None))
def throughput(d: Draft) -> None:
    """A cross-dock's rate.

    Handlings start on arrival or at bucket starts. The oracle also knows trucks timed to arrive in mid-bucket, which
    the reference model does not; no optimum of the cases needs one.
    """
    hub = d.rng.choice("AB")
    d.scope["hub_slack_h"] = 2
    d.hub(hub, cross_dock=replace(d.hubs[hub].cross_dock, pallets_per_hour=d.rng.choice((4, 5))))
    for _ in range(2):
        d.ship(pallets=4, ready_min=11 * H, value_of_time_eur_per_h=3.0)


@feature(lambda s: each(s, "hubs", yard_places=None))
def yard(d: Draft) -> None:
    d.hub(d.rng.choice("AB"), yard_places=1)
    for _ in range(2):
        d.ship(pallets=d.rng.choice((4, 5)))


@feature(lambda s: each(each(s, "hubs", reefer_plugs=None), "services", capacity=LegCapacity()))
def plugs(d: Draft) -> None:
    cool(d)
    if d.rng.random() < 0.5:
        d.hub(d.rng.choice("AB"), reefer_plugs=1)
    else:
        d.tune("base", capacity=LegCapacity(plugs=1))
    for _ in range(2):
        d.ship(pallets=4, temperature="chilled", due_min=22 * H)


@feature(lambda s: each(s, "hubs", storage_eur_per_unit_day=0.0, storage_eur_per_pallet_day=0.0))
def storage(d: Draft) -> None:
    d.hub("A", storage_eur_per_pallet_day=d.rng.choice((2.0, 3.0)), storage_eur_per_unit_day=15.0)
    d.hub("B", storage_eur_per_unit_day=12.0)


@feature(lambda s: each(s, "vehicles", manning="double"))
def driver_breaks(d: Draft) -> None:
    name = d.ship(pallets=d.rng.choice((4, 6)), ready_min=14 * H, due_min=20 * H, latest_min=23 * H)
    d.change(name, late_eur_per_h=d.rng.choice((8.0, 12.0)), value_of_time_eur_per_h=2.0)


# ---- goods


def cool(d: Draft) -> None:
    both = frozenset({"chilled", "ambient"})
    d.unit("cool", temperatures=both, payload_kg=7000, tare_kg=3000, rental_eur_day=30.0)


@feature(lambda s: each(s, "shipments", temperature="ambient"))
def chilled(d: Draft) -> None:
    cool(d)
    d.change(d.some(), temperature="chilled")


@feature(lambda s: each(s, "shipments", adr_class=""))
def adr(d: Draft) -> None:
    d.change(d.some(), adr_class="3")
    if d.rng.random() < 0.5:
        d.tune("base", adr_classes=frozenset({"8"}))


@feature(lambda s: each(s, "shipments", veto_shippers=frozenset(), veto_goods=frozenset()))
def vetoes(d: Draft) -> None:
    a, b = d.ship(pallets=2, goods_class="01"), d.ship(pallets=2, goods_class="04")
    kinds = ({"veto_shippers": frozenset({d.shipments[b].shipper})}, {"veto_goods": frozenset({"01", "04"})})
    d.change(a, **d.rng.choice(kinds))


@feature(lambda s: each(s, "shipments", max_parts=1))
def parts(d: Draft) -> None:
    d.tune("base", capacity=LegCapacity(units=1))
    d.ship(pallets=d.rng.choice((7, 8)), max_parts=2, min_part_pallets=2, part_eur=10.0, ready_min=9 * H)


@feature(lambda s: each(s, "shipments", load_unit="", load_units=0))
def sealed(d: Draft) -> None:
    n = d.rng.choice((1, 2))
    d.ship(pallets=3 * n, kg=5000 * n, load_unit="box", load_units=n)


@feature(lambda s: each(s, "load_units", per_truck=1))
def swap_bodies(d: Draft) -> None:
    d.unit("swap", kind="swap_body", pallets_milli=4000, payload_kg=6000, per_truck=2, tare_kg=1500, teu_milli=800)
    for _ in range(2):
        d.ship(pallets=4, ready_min=14 * H, due_min=22 * H)


# ---- services


@feature(lambda s: each(s, "services", allotment_units=0))
def allotment(d: Draft) -> None:
    d.tune("base", allotment_units=1)


@feature(lambda s: each(s, "services", spot_units=None))
def spot(d: Draft) -> None:
    d.tune("base", spot_units=1)
    for _ in range(2):
        d.ship(pallets=4)


@feature(lambda s: tariffs(s, weight_classes=()))
def weight_classes(d: Draft) -> None:
    classes = (WeightClass(up_to_kg=4500, factor=0.7), WeightClass(up_to_kg=99_000, factor=d.rng.choice((1.0, 1.3))))
    d.tune("base", tariff=replace(d.services["base"].tariff, weight_classes=classes))


@feature(lambda s: without(s, lambda x: x.charter is not None))
def charter(d: Draft) -> None:
    for n in range(d.rng.choice((1, 2))):
        d.train(f"run{n}", "A", "B", (12 + n) * H, 210, 0.0, charter=Charter(eur_per_run=d.rng.choice((150.0, 250.0))),
                run_gross_t=100.0, capacity=LegCapacity(units=d.rng.choice((1, 2))))  # fmt: skip
    d.ship(pallets=6)
    d.ship(pallets=5)


@feature(lambda s: replace(s, crossings=()))
def crossing(d: Draft) -> None:
    d.hub("B", customs_territory="GB")
    d.crossings = (Crossing(origin="EU", destination="GB", eur=d.rng.choice((35.0, 50.0)), minutes=45),)
    for door in set(d.doors) & {"y"}:
        d.door(door, customs_territory="GB")
    if d.rng.random() < 0.3:
        d.change(d.some(), customs_status="transit")


@feature(lambda s: each(s, "load_units", gauge=""))
def gauge(d: Draft) -> None:
    d.unit("box", gauge="P400")
    if d.rng.random() < 0.5:
        d.unit("low", pallets_milli=4000, tare_kg=1800)


@feature(lambda s: replace(s, surcharges=()))
def surcharge(d: Draft) -> None:
    kind = d.rng.choice(({"mode": "rail"}, {"services": frozenset({"base"})}))
    d.surcharges = (
        Surcharge(id="peak", start_min=0, end_min=1440, eur_per_unit=15.0, eur_per_teu=10.0, percent=10.0, **kind),
    )


@feature(lambda s: each(s, "services", capacity=LegCapacity()))
def capacity(d: Draft) -> None:
    limits = ({"units": 1}, {"teu_milli": 1500}, {"gross_tonnes": 12}, {"length_m": 10})
    d.tune("base", capacity=LegCapacity(**d.rng.choice(limits)))
    for _ in range(2):
        d.ship(pallets=d.rng.choice((4, 5)))


# ---- limits and prices


@feature(lambda s: each(s, "shipments", late_eur_per_h=0.0))
def lateness(d: Draft) -> None:
    name = d.ship(pallets=2, ready_min=10 * H, due_min=16 * H, latest_min=22 * H)
    d.change(name, late_eur_per_h=d.rng.choice((6.0, 12.0, 200.0)))


@feature(lambda s: each(s, "shipments", value_of_time_eur_per_h=0.0))
def value_of_time(d: Draft) -> None:
    for name in d.shipments:
        d.change(name, value_of_time_eur_per_h=d.rng.choice((3.0, 10.0, 25.0)))


@feature(lambda s: objective(s, carbon_price_eur_per_t=0.0))
def carbon_price(d: Draft) -> None:
    d.objective["carbon_price_eur_per_t"] = d.rng.choice((90.0, 150.0, 300.0))


@feature(lambda s: each(s, "shipments", must_serve=False))
def must_serve(d: Draft) -> None:
    d.tune("base", capacity=LegCapacity(units=1))
    rail = frozenset({"rail"})
    for _ in range(2):
        d.ship(pallets=4, modes=rail, ready_min=9 * H)
    small = d.ship(pallets=3, modes=rail, ready_min=9 * H, due_min=21 * H, must_serve=True)
    if d.rng.random() < 0.2:
        d.change(small, due_min=11 * H, latest_min=11 * H)


@feature(
    lambda s: each(each(s, "load_units", payload_kg=90_000), "vehicles", gross_limit_kg=10**6, combined_limit_kg=10**6)
)
def weight_limit(d: Draft) -> None:
    for _ in range(2):
        d.ship(pallets=3, kg=d.rng.choice((7200, 7700)), ready_min=9 * H)


@feature(lambda s: each(s, "shipments", modes=frozenset({"rail", "barge", "sea", "road"})))
def modes(d: Draft) -> None:
    d.change(d.some(), modes=frozenset({"road"}) if d.rng.random() < 0.7 else frozenset({"rail"}))


@feature(lambda s: each(s, "load_units", rental_eur_day=0.0, one_way_eur=0.0))
def rental(d: Draft) -> None:
    d.unit("box", rental_eur_day=12.0, return_days=1, one_way_eur=18.0)


# ---- features of every shipment and place so far


@feature(lambda s: each(s, "shipments", segregation=""))
def segregation(d: Draft) -> None:
    for name in list(d.shipments)[::2]:
        d.change(name, segregation="food")


@feature(lambda s: each(s, "shipments", keep_together=False))
def keep_together(d: Draft) -> None:
    for _ in range(3):
        d.ship(pallets=5, ready_min=9 * H, due_min=20 * H)
    for name in d.shipments:
        d.change(name, keep_together=not d.shipments[name].load_units)


@feature(lambda s: each(each(s, "hubs", opening=None), "doors", opening=None))
def opening(d: Draft) -> None:
    where = d.rng.choice("AB")
    d.hub(where, opening=hours((6, 12), (13, 18)) if where == "A" else hours((6, 12), (d.rng.choice((19.5, 20)), 24)))
    name = d.some()
    d.change(name, value_of_time_eur_per_h=6.0)
    for door in d.doors:
        d.door(door, opening=hours((8, 21)))


def instance(seed: int, names: tuple[str, ...]) -> Scenario:
    """A scenario with the features of those names, in the order of FEATURES."""
    rng = random.Random(f"{seed}:{','.join(names)}")
    d = Draft(rng)
    d.unit()
    d.train("base", "A", "B", int(rng.choice((13, 13.5, 14)) * H), rng.choice((210, 240)), rng.choice((180.0, 240.0)))
    d.services = {k: replace(s) for k, s in d.services.items()}
    for _ in range(rng.choice((1, 2, 2))):
        d.ship()
    for name, feature_of_it in FEATURES.items():
        if name in names:
            feature_of_it.add(d)
    while len(d.shipments) > 6:
        d.shipments.popitem()
    return d.build(f"{seed}-{'-'.join(names)}")
