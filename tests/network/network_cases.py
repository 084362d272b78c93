"""Small synthetic scenarios for the tests of network/."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Door, Hub, RoadLink, WeekHours
from cargopool.model.scenario import Carrier, Drayage, Factors, Horizon, ModelScope, Scenario
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff
from cargopool.model.shipment import Shipment

DAY = 1440
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def hub(name: str, lat: float, lon: float, **other: Any) -> Hub:
    fields: dict[str, Any] = {
        "id": name,
        "name": name,
        "country": "DE",
        "lat": lat,
        "lon": lon,
        "timezone": "UTC",
        "modes": frozenset({"rail", "road"}),
        "cross_dock": CrossDock(eur_per_pallet=5.0, handling_min=60, kwh_per_pallet=1.0),
        "lift_eur": 30.0,
        "lift_min": 15,
        "lift_kwh": 4.0,
        "lift_diesel_mj": 12.0,
    }
    return Hub(**(fields | other))


def door(name: str, lat: float, lon: float, **other: Any) -> Door:
    fields: dict[str, Any] = {"id": name, "name": name, "country": "DE", "lat": lat, "lon": lon, "timezone": "UTC"}
    return Door(**(fields | other))


def box(name: str = "C45", **other: Any) -> LoadUnitType:
    fields: dict[str, Any] = {
        "id": name,
        "name": name,
        "kind": "container",
        "pallets_milli": 33_000,
        "payload_kg": 27_000,
        "volume_m3_milli": 80_000,
        "loading_metres_milli": 13_600,
        "tare_kg": 4_500,
        "teu_milli": 2_250,
        "length_m": 13.7,
        "rental_eur_day": 10.0,
    }
    return LoadUnitType(**(fields | other))


def truck(name: str = "T40", **other: Any) -> RoadVehicle:
    fields: dict[str, Any] = {
        "id": name,
        "name": name,
        "unit_types": frozenset({"C45"}),
        "eur_fixed": 40.0,
        "eur_per_km": 0.8,
        "eur_per_empty_km": 0.7,
        "eur_per_h": 30.0,
        "mj_per_km_empty": 8.0,
        "mj_per_km_full": 12.0,
    }
    return RoadVehicle(**(fields | other))


def train(name: str, stops: list[tuple[str, tuple[int, int] | None, tuple[int, int] | None]], **other: Any) -> Service:
    fields: dict[str, Any] = {
        "id": name,
        "name": name,
        "operator": "op",
        "mode": "rail",
        "stops": tuple(
            ServiceStop(
                hub=at,
                arrival=arrival,
                departure=departure,
                closing_min=60 if departure else 0,
                pick_up_ready_min=90 if arrival else 0,
            )
            for at, arrival, departure in stops
        ),
        "legs": tuple(ServiceLeg(km=500.0, countries=(("DE", 500.0),)) for _ in stops[1:]),
        "weekdays": frozenset(range(7)),
        "capacity": LegCapacity(units=4),
        "tariff": Tariff(eur_per_unit=300.0),
        "mj_per_gross_tkm": 0.1,
    }
    return Service(**(fields | other))


def load(name: str, origin: str, destination: str, **other: Any) -> Shipment:
    fields: dict[str, Any] = {
        "id": name,
        "shipper": f"shipper-{name}",
        "origin": origin,
        "destination": destination,
        "pallets_milli": 10_000,
        "kg": 6_000,
        "ready_min": 480,
        "due_min": 4 * DAY,
        "latest_min": 4 * DAY + 720,
        "late_eur_per_h": 5.0,
        "value_of_time_eur_per_h": 0.5,
    }
    return Shipment(**(fields | other))


def hours(opens: int, closes: int, days: int = 7) -> WeekHours:
    return WeekHours(days=tuple(((opens, closes),) if d < days else () for d in range(7)))


FACTORS = Factors(
    id="synthetic",
    carriers={"diesel": Carrier(id="diesel", wtt_g_per_mj=15.0, ttw_g_per_mj=74.0)},
    grid_g_per_kwh={"default": 300.0, "DE": 380.0},
    reefer_mj_per_h=60.0,
)


def case(**parts: Any) -> Scenario:
    """A scenario from lists of hubs, doors, services, units, vehicles, shipments, and fields by name."""
    keyed = {
        field: {item.id: item for item in parts.pop(name, default)}
        for name, field, default in (
            ("hubs", "hubs", []),
            ("doors", "doors", []),
            ("services", "services", []),
            ("units", "load_units", [box()]),
            ("vehicles", "vehicles", [truck()]),
            ("shipments", "shipments", []),
        )
    }
    fields: dict[str, Any] = {
        "name": "case",
        "horizon": Horizon(start=MONDAY, end=MONDAY + timedelta(days=7)),
        "factors": FACTORS,
        "drayage": Drayage(vehicle="T40"),
        "scope": ModelScope(),
        "synthetic": True,
    }
    return Scenario(**(fields | keyed | parts))


def line_case(**other: Any) -> Scenario:
    """Three hubs on a line, a train A-B at 20:00 and B-C at 18:00 each day, and two shipments A-C."""
    parts: dict[str, Any] = {
        "hubs": [hub("A", 50.0, 6.0), hub("B", 50.0, 12.0), hub("C", 50.0, 18.0)],
        "services": [
            train("S1", [("A", None, (0, 1200)), ("B", (1, 360), None)]),
            train("S2", [("B", None, (0, 1080)), ("C", (1, 300), None)]),
        ],
        "shipments": [load("K1", "A", "C"), load("K2", "A", "C", ready_min=600)],
    }
    return case(**(parts | other))


__all__ = [
    "DAY",
    "MONDAY",
    "RoadLink",
    "box",
    "case",
    "door",
    "hours",
    "hub",
    "line_case",
    "load",
    "replace",
    "train",
    "truck",
]
