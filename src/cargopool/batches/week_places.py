"""Where a generated week happens: hubs, invented depots and doors, road distances, services with the pool's slots."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from cargopool.batches.generate import Region
from cargopool.batches.week_params import WeekParams
from cargopool.errors import Diagnostic, InputError
from cargopool.model.place import Hub
from cargopool.model.service import Service
from cargopool.reference import Reference, load_basemap
from cargopool.rules.roads import great_circle_km

CORE_ROLE, LONDON_ROLE = "core-cluster", "london-gateway-terminal"
DETOUR_ROAD = 1.27
DEPOT_SHARE = 0.25
"""Weight of an invented depot against its region."""

UNIT_TEU = 2.25
"""A 45 ft unit, by which slots are counted where only TEU are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """An invented cross-dock that trucks alone serve."""

    id: str
    region: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPlace:
    """An invented door around a hub."""

    id: str
    name: str
    hub: str
    lat: float
    lon: float
    drop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Hubs of the reference set in use, regions with demand among them, depots and doors."""

    hubs: tuple[str, ...]
    regions: tuple[Region, ...]
    depots: tuple[Depot, ...]
    doors: Mapping[str, tuple[DoorPlace, ...]]


def choose_places(params: WeekParams, reference: Reference) -> Places:
    """Hubs by ``params.hubs``, the regions among them, depots and doors drawn from the seed.

    Raises
    ------
    InputError
        E2053 for hubs that the reference set has not, or too few regions.
    """
    hubs, extra = _chosen_hubs(params, reference)
    weights = params.regions
    if unknown := sorted(set(weights) - set(reference.hubs)):
        raise InputError(_wrong("regions", f"no such hubs: {', '.join(unknown)}", "ids of the reference set"))
    regions = [Region(hub, weights[hub].supply, weights[hub].demand) for hub in weights if hub in hubs]
    draw = random.Random(f"{params.seed}/places")
    depots = tuple(_depot(number, regions, reference, draw) for number in range(1, extra + 1)) if regions else ()
    of_region = {region.hub: region for region in regions}
    regions += [_scaled(depot.id, of_region[depot.region]) for depot in depots]
    if len(regions) < 2 and not params.od_matrix:
        raise InputError(_wrong("hubs", f"{params.hubs!r} has fewer than two regions with demand", "such as core+20"))
    doors = {
        region.hub: _doors(region.hub, reference, params, draw) for region in regions if region.hub in reference.hubs
    }
    return Places(hubs=hubs, regions=tuple(regions), depots=depots, doors=doors)


def _wrong(key: str, message: str, way_out: str) -> Diagnostic:
    return Diagnostic("E2053", message, f"generate:{key}", way_out)


def _chosen_hubs(params: WeekParams, reference: Reference) -> tuple[tuple[str, ...], int]:
    """Hub ids in the order of the reference set, and the number of depots."""
    core = [hub for hub, row in reference.hubs.items() if row.role in (CORE_ROLE, LONDON_ROLE)]
    base, plus, number = params.hubs.replace(" ", "").partition("+")
    way_out = "core, core+20, all, all+100, or ids with commas between"
    if plus and not (number.isascii() and number.isdigit() and int(number) <= 1_000):
        raise InputError(_wrong("hubs", f"{params.hubs!r} is no choice of hubs", way_out))
    if base == "all":
        return tuple(reference.hubs), int(number or 0)
    if base == "core":
        more = [hub for hub in _by_weight(params, reference) if hub not in core]
        if int(number or 0) > len(more):
            text = f"there are {len(more)} hubs besides the core, not {number}"
            raise InputError(_wrong("hubs", text, f"all, or core+{len(more)}"))
        chosen = {*core, *more[: int(number or 0)]}
        return tuple(hub for hub in reference.hubs if hub in chosen), 0
    ids = [name for name in params.hubs.replace(" ", "").split(",") if name]
    if unknown := [name for name in ids if name not in reference.hubs]:
        raise InputError(_wrong("hubs", f"no such hubs: {', '.join(unknown)}", way_out))
    return tuple(hub for hub in reference.hubs if hub in ids), 0


def _by_weight(params: WeekParams, reference: Reference) -> list[str]:
    """Regions by their weight, then the other hubs by the number of services that call there."""

    def weight(hub: str) -> float:
        row = params.regions.get(hub)
        return sum(row.supply.values()) + sum(row.demand.values()) if row else 0.0

    calls = dict.fromkeys(reference.hubs, 0)
    for service_id in reference.base_services:
        for stop in reference.services[service_id].stops:
            calls[stop.hub] += 1
    return sorted(reference.hubs, key=lambda hub: (-weight(hub), -calls[hub], hub))


def _scaled(hub: str, region: Region) -> Region:
    return Region(
        hub,
        {name: DEPOT_SHARE * weight for name, weight in region.supply.items()},
        {name: DEPOT_SHARE * weight for name, weight in region.demand.items()},
    )


def _depot(number: int, regions: list[Region], reference: Reference, draw: random.Random) -> Depot:
    region = draw.choice(regions).hub
    lat, lon = _around(reference.hubs[region], 20.0, 150.0, draw)
    return Depot(id=f"X{number:03d}", region=region, lat=lat, lon=lon)


def _doors(hub: str, reference: Reference, params: WeekParams, draw: random.Random) -> tuple[DoorPlace, ...]:
    place, doors = reference.hubs[hub], params.doors
    count = doors.per_core_hub if place.role == CORE_ROLE else doors.per_region
    found = []
    for number in range(1, count + 1):
        lat, lon = _around(place, doors.nearest_km, doors.farthest_km, draw)
        drop = draw.random() < doors.drop_share
        name = f"Synthetic works {number} near {hub}"
        found.append(DoorPlace(id=f"D-{hub}-{number}", name=name, hub=hub, lat=lat, lon=lon, drop=drop))
    return tuple(found)


def _around(hub: Hub, nearest_km: float, farthest_km: float, draw: random.Random) -> tuple[float, float]:
    """A point on land of the hub's country; the hub itself where none is found."""
    rings = load_basemap().countries.get(hub.country, ())
    for _ in range(50):
        km, bearing = draw.uniform(nearest_km, farthest_km), draw.uniform(0.0, 2 * math.pi)
        lat = hub.lat + km / 111.2 * math.cos(bearing)
        lon = hub.lon + km / (111.2 * math.cos(math.radians(hub.lat))) * math.sin(bearing)
        if not rings or _inside(lon, lat, rings):
            return round(lat, 3), round(lon, 3)
    return hub.lat, hub.lon


def _inside(x: float, y: float, rings: Iterable[Iterable[tuple[float, float]]]) -> bool:
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def road_distances(places: Places, reference: Reference) -> Callable[[str, str], float]:
    """Road km between hubs and depots: by the table, else over the great circle within one road region."""
    table: dict[tuple[str, str], float] = {}
    for link in reference.road_links:
        table[link.origin, link.destination] = link.km
        if link.both_ways:
            table[link.destination, link.origin] = link.km
    depots = {depot.id: depot for depot in places.depots}

    def place(name: str) -> Hub:
        depot = depots.get(name)
        hub = reference.hubs[depot.region if depot else name]
        return replace(hub, lat=depot.lat, lon=depot.lon) if depot else hub

    def km(a: str, b: str) -> float:
        found = table.get((a, b))
        if found is None:
            here, there = place(a), place(b)
            joined = here.road_region == there.road_region
            found = table[a, b] = DETOUR_ROAD * great_circle_km(here, there) if joined else math.inf
        return found

    return km


def slot_rows(params: WeekParams, places: Places, reference: Reference) -> list[dict[str, object]]:
    """Services that run between the hubs, each with the slots that the pool may book."""
    hubs = set(places.hubs)
    rows: list[dict[str, object]] = []
    for service_id, service in reference.services.items():
        if service_id not in reference.base_services or not {stop.hub for stop in service.stops} <= hubs:
            continue
        if service.headway_min is not None:
            rows.append({"id": service_id})
            continue
        draw = random.Random(f"{params.seed}/slots/{reference.lines[service_id].id}")
        share = draw.uniform(params.slots.least_share, params.slots.most_share)
        slots = max(1, round(share * _slots(service)))
        paid = draw.random() < params.slots.paid_lines
        rows.append(
            {"id": service_id, "allotment_units": slots if paid else 0, "spot_units": 0 if paid else slots},
        )
    return rows


def _slots(service: Service) -> float:
    room = service.capacity
    known = [float(room.units)] if room.units is not None else []
    known += [room.teu_milli / 1000 / UNIT_TEU] if room.teu_milli is not None else []
    return min(known, default=34.0)
