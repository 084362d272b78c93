"""Distance over the sphere, road links, customs crossings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

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
    """The road from one place to another: the cell of the own matrix, else its row, else a detour estimate within one
    road region, else None.

    A cell has countries and shuttle of the row where there is one, its kilometres dealt as the row's are.
    """
    index = index_of(scenario)
    row = index.links.get((origin_id, destination_id))
    if row is not None and scenario.road_matrix is None:
        return row
    key = ("road_link", origin_id, destination_id)
    known = index.memo.get(key, _MISSING)
    if known is _MISSING:
        found = _of_matrix(index, origin_id, destination_id, row) or row
        known = index.memo[key] = found or _estimate(index, origin_id, destination_id)
    return known  # type: ignore[no-any-return]


def matrix_minutes(scenario: Scenario) -> NDArray[np.int64]:
    """Driving minutes of the own matrix's cells, [n, n]: as given, rounded up; else from the km, at the speed of the
    row between the same places, or of roads without a row. -1 where no km are given.
    """
    memo = index_of(scenario).memo
    if "matrix_minutes" not in memo:
        memo["matrix_minutes"] = _matrix_minutes(index_of(scenario))
    return memo["matrix_minutes"]  # type: ignore[no-any-return]


def _matrix_minutes(index: ScenarioIndex) -> NDArray[np.int64]:
    matrix = index.scenario.road_matrix
    if matrix is None:
        return np.zeros((0, 0), np.int64)
    km, minutes = matrix.km, 60 * matrix.km / index.scenario.factors.road_speed_kmh
    for (origin, destination), row in index.links.items():
        i, j = index.matrix_at.get(origin), index.matrix_at.get(destination)
        if i is not None and j is not None and row.km > 0:
            minutes[i, j] = row.drive_min * km[i, j] / row.km
    chosen = np.where(np.isnan(matrix.minutes), minutes, matrix.minutes)
    whole = np.ceil(np.round(chosen, _NOISE_DIGITS))
    return np.where(np.isnan(km), -1.0, whole).astype(np.int64)


def _of_matrix(index: ScenarioIndex, origin_id: str, destination_id: str, row: RoadLink | None) -> RoadLink | None:
    matrix = index.scenario.road_matrix
    i, j = index.matrix_at.get(origin_id), index.matrix_at.get(destination_id)
    if matrix is None or i is None or j is None or math.isnan(matrix.km[i, j]):
        return None
    km = float(matrix.km[i, j])
    if row is not None and row.km > 0:
        countries = tuple((country, part * km / row.km if km != row.km else part) for country, part in row.countries)
    else:
        countries = _split(index.scenario.place(origin_id), index.scenario.place(destination_id), km)
    return RoadLink(
        origin=origin_id,
        destination=destination_id,
        km=km,
        drive_min=int(matrix_minutes(index.scenario)[i, j]),
        countries=countries,
        shuttle="" if row is None else row.shuttle,
        both_ways=False,
    )


def _estimate(index: ScenarioIndex, origin_id: str, destination_id: str) -> RoadLink | None:
    scenario = index.scenario
    origin, destination = scenario.place(origin_id), scenario.place(destination_id)
    if origin_id == destination_id or origin.road_region != destination.road_region:
        return None
    factors = scenario.factors
    km = round(great_circle_km(origin, destination) * factors.detour_road, 1)
    drive_min = math.ceil(round(60 * km / factors.road_speed_kmh, _NOISE_DIGITS))
    return RoadLink(
        origin=origin_id,
        destination=destination_id,
        km=km,
        drive_min=drive_min,
        countries=_split(origin, destination, km),
        both_ways=False,
    )


def _split(origin: Place, destination: Place, km: float) -> tuple[tuple[str, float], ...]:
    """Kilometres by country where nobody says: half in the one, half in the other, the first in whole km."""
    if origin.country == destination.country:
        return ((origin.country, km),)
    before = float(math.floor(km / 2))
    return ((origin.country, before), (destination.country, round(km - before, _NOISE_DIGITS)))


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
