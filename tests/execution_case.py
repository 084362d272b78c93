"""Hand-made plans of trucks and trains for the execution layers: hubs A and D near each other, B and C too, E apart."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from cargopool.footprint import price_plan
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.execution import ExecutionRules
from cargopool.model.place import CrossDock, Door, Hub, RoadLink
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
)
from cargopool.model.scenario import Carrier, Factors, Horizon, Objective, Scenario
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff
from cargopool.model.shipment import Shipment
from cargopool.rules import road_link, trip_arrival

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 60
DAY = 24 * HOUR
HANDLING = 60
KM = {"AB": 600.0, "AC": 620.0, "DB": 610.0, "DC": 640.0, "AD": 50.0, "BC": 40.0, "AE": 300.0, "BE": 350.0, "AP": 20.0}
ALL = ExecutionRules(round_trips=True, layouts=True, stacking=True, empty_units=True, imbalance_eur={"default": 400.0})


def empty_scenario(rules: ExecutionRules = ALL, **stocks: dict[str, int]) -> Scenario:
    """Places and equipment without shipments; ``stocks`` are empty units by hub."""
    dock = CrossDock(eur_per_pallet=4.0, handling_min=HANDLING)
    hubs = {
        name: Hub(
            id=name,
            name=name,
            country="DE" if name in "AD" else "FR",
            lat=50.0 + n,
            lon=5.0 + n,
            timezone="Europe/Berlin",
            modes=frozenset({"rail", "road"}),
            cross_dock=dock,
            lift_eur=25.0,
            lift_min=15,
            depot_stock=stocks.get(name, {}),
        )
        for n, name in enumerate("ABCDE")
    }
    door = Door(id="P", name="Plant", country="DE", lat=50.1, lon=5.1, timezone="Europe/Berlin", loading_min=45)
    links = tuple(
        RoadLink(
            origin=a, destination=b, km=km, drive_min=int(km * 60 / 70), countries=(("DE", km / 2), ("FR", km / 2))
        )
        for (a, b), km in KM.items()
    )
    box = LoadUnitType(
        id="box",
        name="45 ft",
        kind="container",
        pallets_milli=33_000,
        payload_kg=27_000,
        volume_m3_milli=89_000,
        loading_metres_milli=13_500,
        tare_kg=4_500,
        teu_milli=2_250,
        length_m=13.7,
        modes=frozenset({"rail", "road"}),
        one_way_eur=20.0,
        rental_eur_day=5.0,
    )
    trailer = replace(box, id="trailer", kind="trailer", tare_kg=6_500, payload_kg=24_000, loading_metres_milli=13_600)
    trailer = replace(trailer, modes=frozenset({"road"}))
    truck = RoadVehicle(
        id="artic",
        name="40 t",
        unit_types=frozenset({"box", "trailer"}),
        gross_limit_kg=44_000,
        eur_fixed=60.0,
        eur_per_km=1.0,
        eur_per_empty_km=0.8,
        eur_per_h=20.0,
        min_eur=150.0,
        toll_eur_per_km={"DE": 0.3, "FR": 0.2},
        empty_km_factor=0.5,
        mj_per_km_empty=9.0,
        mj_per_km_full=14.0,
    )
    train = Service(
        id="T",
        name="A to B",
        operator="Rail",
        mode="rail",
        stops=(
            ServiceStop(hub="A", departure=(0, 18 * HOUR), closing_min=2 * HOUR),
            ServiceStop(hub="B", arrival=(1, 6 * HOUR), pick_up_ready_min=HOUR),
        ),
        legs=(ServiceLeg(km=650.0, countries=(("DE", 300.0), ("FR", 350.0))),),
        weekdays=frozenset(range(7)),
        capacity=LegCapacity(units=3),
        tariff=Tariff(eur_per_unit=300.0),
        spot_units=3,
        mj_per_gross_tkm=0.08,
    )
    return Scenario(
        name="execution",
        horizon=Horizon(
            start=datetime(2026, 11, 23, tzinfo=BERLIN),
            end=datetime(2026, 11, 30, tzinfo=BERLIN),
            timezone="Europe/Berlin",
        ),
        hubs=hubs,
        doors={"P": door},
        road_links=links,
        services={"T": train, "U": replace(train, id="U", name="B to A", stops=_reversed(train))},
        load_units={"box": box, "trailer": trailer},
        vehicles={"artic": truck},
        objective=Objective(carbon_price_eur_per_t=90.0),
        factors=Factors(
            id="test",
            carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=17.0, ttw_g_per_mj=72.0)},
            grid_g_per_kwh={"default": 200.0},
        ),
        execution=rules,
        synthetic=True,
    )


def _reversed(train: Service) -> tuple[ServiceStop, ...]:
    first, last = train.stops
    return replace(first, hub=last.hub), replace(last, hub=first.hub)


class Making:
    """A plan under construction: one shipment set per move."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.shipments: dict[str, Shipment] = {}
        self.uses: list[MoveUse] = []
        self.units: list[PlannedUnit] = []
        self.itineraries: list[Itinerary] = []

    def truck(
        self,
        origin: str,
        destination: str,
        depart: int,
        unit: str = "trailer",
        count: int = 1,
        load: Sequence[tuple[int, int, bool]] = ((20_000, 10_000, False),),
    ) -> str:
        """A road move with one shipment a truck, loaded just before it leaves and unloaded when it is there."""
        link = road_link(self.scenario, origin, destination)
        assert link is not None
        live = 45 if origin == "P" else 0
        arrive = trip_arrival(self.scenario, link, depart, "single", bans=True, duty_before_min=live)
        name = f"m{len(self.uses)}"
        stage = RoadStage(
            purpose="main",
            vehicle="artic",
            origin=origin,
            destination=destination,
            depart_min=depart,
            arrive_min=arrive,
        )
        move = Move(
            id=name,
            kind="road",
            origin=origin,
            destination=destination,
            unit_type=unit,
            stages=(stage,),
            latest_min=depart,
            available_min=arrive,
        )
        self._use(move, [list(load)] * count)
        return name

    def train(self, day: int, loads: list[list[tuple[int, int, bool]]], back: bool = False, later: int = 0) -> str:
        """Units on the train of a day; each load is a list of (milli-pallets, kg, stackable)."""
        ends = ("B", "A") if back else ("A", "B")
        at = day * DAY
        stage = DepartureStage(
            service="U" if back else "T",
            run_date=f"2026-11-{23 + day}",
            origin=ends[0],
            destination=ends[1],
            slot="spot",
            closing_min=at + 16 * HOUR,
            depart_min=at + 18 * HOUR,
            arrive_min=at + 30 * HOUR,
            pick_up_ready_min=at + 31 * HOUR,
        )
        name = f"m{len(self.uses)}"
        move = Move(
            id=name,
            kind="scheduled",
            origin=ends[0],
            destination=ends[1],
            unit_type="box",
            stages=(stage,),
            latest_min=at + 16 * HOUR,
            available_min=at + 31 * HOUR + 15,
            hand_in_min=at + 16 * HOUR,
            collect_min=at + 31 * HOUR,
        )
        self._use(move, loads, later)
        return name

    def _use(self, move: Move, loads: list[list[tuple[int, int, bool]]], later: int = 0) -> None:
        self.uses.append(MoveUse(move=move, temperature="ambient", segregation="general", count=len(loads)))
        for number, load in enumerate(loads, 1):
            contents = []
            for n, (pallets, kg, stackable) in enumerate(load):
                contents.append(self._shipment(move, pallets, kg, stackable, n * later))
            self.units.append(
                PlannedUnit(
                    id=f"u{len(self.units)}",
                    move=move.id,
                    truck=number,
                    unit_type=move.unit_type,
                    temperature="ambient",
                    segregation="general",
                    contents=tuple(contents),
                )
            )

    def _shipment(self, move: Move, pallets: int, kg: int, stackable: bool, wait: int) -> Content:
        name = f"S{len(self.shipments)}"
        before, after = (45 if place == "P" else HANDLING for place in (move.origin, move.destination))
        start, end = move.latest_min - before, move.available_min + wait
        self.shipments[name] = Shipment(
            id=name,
            shipper="Acme",
            origin=move.origin,
            destination=move.destination,
            pallets_milli=pallets,
            kg=kg,
            volume_m3_milli=pallets,
            ready_min=start,
            due_min=end + after,
            latest_min=end + after,
            stackable=stackable,
        )
        atoms = self.shipments[name].atoms
        self.itineraries.append(
            Itinerary(
                shipment=name,
                part=1,
                first_atom=0,
                atoms=atoms,
                moves=(move.id,),
                handlings=(
                    Handling(place=move.origin, kind="load", start_min=start, end_min=start + before),
                    Handling(place=move.destination, kind="unload", start_min=end, end_min=end + after),
                ),
                delivered_min=end + after,
            )
        )
        return Content(shipment=name, part=1, first_atom=0, atoms=atoms)

    def made(self) -> tuple[Scenario, Plan]:
        """The scenario with its shipments, and the priced plan."""
        scenario = replace(self.scenario, shipments=self.shipments)
        money = price_plan(scenario, self.uses, self.itineraries, (), ())
        plan = Plan(
            scenario=scenario.name,
            variant=scenario.variant,
            moves=tuple(self.uses),
            units=tuple(self.units),
            itineraries=tuple(self.itineraries),
            charters=(),
            unserved=(),
            cost_lines=money.lines,
            tces=money.tces,
            totals=money.totals,
        )
        return scenario, plan


def stacked_case(rules: ExecutionRules = ALL) -> tuple[Scenario, Plan]:
    """Three units of low pallets on a train, of which two are enough for none and one is enough for all."""
    making = Making(empty_scenario(rules, A={"box": 2}, B={"box": 1}))
    making.train(0, [[(20_000, 8_000, True)], [(18_000, 6_000, True)], [(10_000, 3_000, True), (9_000, 2_000, True)]])
    making.truck("A", "B", 10 * HOUR)
    making.truck("B", "A", 34 * HOUR)
    making.train(2, [[(30_000, 9_000, False)], [(12_000, 4_000, True)]])
    return making.made()


def full_case(rules: ExecutionRules = ALL) -> tuple[Scenario, Plan]:
    """Two round trips, one of them of three loads, a train with two stops, depots that run dry on the way."""
    making = Making(empty_scenario(rules, A={"box": 2}, B={"box": 1}, E={"box": 2}))
    making.truck("A", "B", 10 * HOUR)
    making.truck("C", "A", 44 * HOUR)
    making.truck("A", "E", 5 * HOUR)
    making.truck("E", "B", 27 * HOUR)
    making.truck("B", "A", 50 * HOUR)
    making.truck("P", "A", 100 * HOUR)
    making.train(0, [[(10_000, 3_000, False), (12_500, 9_000, True)], [(20_000, 20_000, False)]], later=HOUR)
    making.train(1, [[(33_000, 26_000, False)], [(8_000, 2_000, True)]])
    making.train(3, [[(5_000, 4_000, False)]], back=True)
    return making.made()
