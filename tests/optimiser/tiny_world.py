"""Tiny synthetic cases with round numbers: two or three hubs, a train, trucks, boxes of six pallets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Hub, RoadLink
from cargopool.model.plan import Plan
from cargopool.model.result import Result
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, ModelScope, Objective, Scenario
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff
from cargopool.model.shipment import Shipment
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.solving import solve
from cargopool.verifier import verify

START = datetime(2026, 1, 5, tzinfo=UTC)
H = 60


def hub(name: str, **changes: Any) -> Hub:
    dock = CrossDock(eur_per_pallet=2.0, handling_min=30)
    base = {"lat": 50.0, "lon": 5.0, "timezone": "UTC", "modes": frozenset({"rail", "road"}), "road_region": name}
    return Hub(
        id=name, name=name, country="DE", **(base | {"cross_dock": dock, "lift_eur": 10.0, "lift_min": 15} | changes)
    )


def train(name: str, origin: str, destination: str, depart: int, minutes: int, price: float, **changes: Any) -> Service:
    arrive = depart + minutes
    stops = (
        ServiceStop(hub=origin, departure=divmod(depart, 1440), closing_min=60),
        ServiceStop(hub=destination, arrival=divmod(arrive, 1440), pick_up_ready_min=30),
    )
    base: dict[str, Any] = {
        "operator": "op", "mode": "rail", "legs": (ServiceLeg(km=200.0, countries=(("DE", 200.0),)),),
        "added_dates": frozenset({"2026-01-05"}), "tariff": Tariff(eur_per_unit=price), "spot_units": 50,
        "carrier": "diesel", "mj_per_gross_tkm": 0.1,
    }  # fmt: skip
    return Service(id=name, name=name, stops=stops, **(base | changes))


def box(name: str = "box", **changes: Any) -> LoadUnitType:
    base: dict[str, Any] = {
        "kind": "container", "pallets_milli": 6000, "payload_kg": 6000, "volume_m3_milli": 30_000,
        "loading_metres_milli": 6000, "tare_kg": 2000, "teu_milli": 1000, "length_m": 6.0,
    }  # fmt: skip
    return LoadUnitType(id=name, name=name, **(base | changes))


def load(name: str, pallets: float, origin: str = "A", destination: str = "B", **changes: Any) -> Shipment:
    base: dict[str, Any] = {
        "shipper": f"of-{name}", "kg": round(pallets * 500), "ready_min": 8 * H, "due_min": 48 * H,
        "latest_min": 48 * H,
    }  # fmt: skip
    return Shipment(
        id=name, origin=origin, destination=destination, pallets_milli=round(pallets * 1000), **(base | changes)
    )


def world(shipments: Iterable[Shipment], **changes: Any) -> Scenario:
    """A and B 300 km apart by road at 1.4 EUR/km (420 a truck), a train at 100 EUR a box, plus two lifts of 10."""
    truck = {"eur_per_km": 1.4, "mj_per_km_empty": 8.0, "mj_per_km_full": 12.0, **changes.pop("truck", {})}
    units = changes.pop("load_units", {"box": box()})
    base: dict[str, Any] = {
        "hubs": {"A": hub("A"), "B": hub("B")},
        "road_links": (RoadLink(origin="A", destination="B", km=300.0, drive_min=300, countries=(("DE", 300.0),)),),
        "services": {"T": train("T", "A", "B", 13 * H, 300, 100.0)},
        "factors": Factors(id="f", carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=20.0, ttw_g_per_mj=80.0)}),
        "drayage": Drayage(vehicle="truck", radius_km=60.0),
        "scope": ModelScope(hub_slack_h=3),
        "objective": Objective(),
    } | changes
    return Scenario(
        name="tiny",
        horizon=Horizon(start=START, end=START + timedelta(days=3)),
        vehicles={"truck": RoadVehicle(id="truck", name="truck", unit_types=frozenset(units), **truck)},
        load_units=units,
        shipments={s.id: s for s in shipments},
        **base,
    )


def solved(scenario: Scenario, **options: Any) -> Result:
    """Solve with the verifier as judge."""

    def accept(plan: Plan) -> bool:
        report = verify(scenario, plan)
        assert report.ok, report.violations
        return True

    options.setdefault("params", SolveParams(method="exact"))
    return solve(scenario, accept=accept, **options)


def plan_of(scenario: Scenario, **options: Any) -> Plan:
    result = solved(scenario, **options)
    assert result.status == "optimal", result
    assert result.plan is not None
    return result.plan


def eur(scenario: Scenario, **options: Any) -> float:
    return plan_of(scenario, **options).totals.objective_cents / 100


def trains_and_trucks(plan: Plan) -> tuple[int, int]:
    """Units by train, trucks on the road."""
    by_kind = {"scheduled": 0, "door": 0, "road": 0}
    for use in plan.moves:
        by_kind[use.move.kind] += use.count
    return by_kind["scheduled"] + by_kind["door"], by_kind["road"]


def capacity(**limits: int) -> LegCapacity:
    return LegCapacity(**limits)
