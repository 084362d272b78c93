"""Distance over the sphere, road links, customs crossings."""

from __future__ import annotations

import math

from cargopool.model.place import Crossing, Place, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.rules.index import ScenarioIndex, index_of

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (2a + b)/3 of WGS84, the IUGG's."""

_NOISE_DIGITS = 6
_MISSING = object()


def great_circle_km(a: Place, b: Place) -> float:
    """Haversine distance in km, not rounded."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def road_link(scenario: Scenario, origin_id: str, destination_id: str) -> RoadLink | None:
    """The road from one place to another: its row, else a detour estimate within one road region, else None."""
    index = index_of(scenario)
    row = index.links.get((origin_id, destination_id))
    if row is not None:
        return row
    key = ("road_link", origin_id, destination_id)
    known = index.memo.get(key, _MISSING)
    if known is _MISSING:
        known = index.memo[key] = _estimate(index, origin_id, destination_id)
    return known  # type: ignore[no-any-return]


def _estimate(index: ScenarioIndex, origin_id: str, destination_id: str) -> RoadLink | None:
    scenario = index.scenario
    origin, destination = scenario.place(origin_id), scenario.place(destination_id)
    if origin_id == destination_id or origin.road_region != destination.road_region:
        return None
    factors = scenario.factors
    km = round(great_circle_km(origin, destination) * factors.detour_road, 1)
    drive_min = math.ceil(round(60 * km / factors.road_speed_kmh, _NOISE_DIGITS))
    if origin.country == destination.country:
        countries: tuple[tuple[str, float], ...] = ((origin.country, km),)
    else:
        before = float(math.floor(km / 2))
        countries = ((origin.country, before), (destination.country, round(km - before, 1)))
    return RoadLink(
        origin=origin_id, destination=destination_id, km=km, drive_min=drive_min, countries=countries, both_ways=False
    )


def crossing_between(scenario: Scenario, origin_id: str, destination_id: str) -> Crossing | None:
    """The customs crossing between the territories of two places; None within one territory or without a row."""
    origin, destination = scenario.place(origin_id), scenario.place(destination_id)
    if origin.customs_territory == destination.customs_territory:
        return None
    return index_of(scenario).crossings.get((origin.customs_territory, destination.customs_territory))


def collection_minutes(scenario: Scenario, km: float, shipment: str = "", hub: str = "") -> int:
    """Minutes of a collection or delivery tour between door and hub: fixed + driving, rounded up, + lead time.

    The lead time is that of a shipment at a hub, where rounds of plan and tours have found that it needs one.
    """
    drayage = scenario.drayage
    lead = drayage.lead_min.get((shipment, hub), 0) if drayage.lead_min else 0
    minutes = math.ceil(round(60 * km / drayage.collection_speed_kmh, _NOISE_DIGITS))
    return drayage.collection_min_fixed + minutes + lead
