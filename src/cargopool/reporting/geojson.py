"""The plan on a map, as GeoJSON (RFC 7946, longitude first)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.loads import mode_of, stage_km, unit_loads


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that rides between two places by one mode; straight lines, not routes.

    Attributes
    ----------
    units, kg : int
        Load units and cargo.
    """

    mode: str
    origin: str
    destination: str
    km: float
    units: int
    kg: int


def flows(scenario: Scenario, plan: Plan) -> tuple[Flow, ...]:
    """Flows of a plan, the heaviest last so that it is drawn on top."""
    units: dict[tuple[str, str, str], int] = defaultdict(int)
    mass: dict[tuple[str, str, str], int] = defaultdict(int)
    km: dict[tuple[str, str, str], float] = {}
    for load in unit_loads(scenario, plan):
        for stage in load.move.stages:
            key = mode_of(scenario, stage), stage.origin, stage.destination
            units[key] += 1
            mass[key] += load.kg
            km[key] = stage_km(scenario, stage)
    found = [Flow(*key, km[key], units[key], mass[key]) for key in units]
    return tuple(sorted(found, key=lambda f: (f.kg, f.mode, f.origin, f.destination)))


def make_geojson(scenario: Scenario, plan: Plan) -> dict[str, Any]:
    """Places in use as points, flows as lines."""
    lines = flows(scenario, plan)
    used = {flow.origin for flow in lines} | {flow.destination for flow in lines}
    used |= {s.origin for s in scenario.shipments.values()} | {s.destination for s in scenario.shipments.values()}
    features = [_point(scenario, place) for place in sorted(used)]
    features += [_line(scenario, flow) for flow in lines]
    return {"type": "FeatureCollection", "features": features}


def _point(scenario: Scenario, place_id: str) -> dict[str, Any]:
    place = scenario.place(place_id)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "properties": {
            "id": place.id,
            "name": place.name,
            "kind": "hub" if place_id in scenario.hubs else "door",
            "country": place.country,
            "confidence": place.provenance.confidence,
        },
    }


def _line(scenario: Scenario, flow: Flow) -> dict[str, Any]:
    ends = (scenario.place(flow.origin), scenario.place(flow.destination))
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[end.lon, end.lat] for end in ends]},
        "properties": {
            "mode": flow.mode,
            "origin": flow.origin,
            "destination": flow.destination,
            "km": flow.km,
            "load_units": flow.units,
            "cargo_kg": flow.kg,
        },
    }
