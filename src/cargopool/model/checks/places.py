"""Meaning of hubs, doors, roads and crossings."""

from __future__ import annotations

from itertools import permutations

from cargopool.model.checks.bans import check_bans
from cargopool.model.checks.base import Checker, Range, plain
from cargopool.model.place import MODES, CrossDock, Door, Hub, Place, RoadLink
from cargopool.units import MINUTES_PER_DAY

_EUR = 1e5
_PLACE = (Range("lat", -90, 90), Range("lon", -180, 180))
_HUB = (
    *_PLACE,
    Range("lift_eur", 0, _EUR),
    Range("lift_min", 0, MINUTES_PER_DAY),
    Range("lift_kwh", 0, 1e4),
    Range("lift_diesel_mj", 0, 1e5),
    Range("lift_kwh_per_tonne", 0, 1e4),
    Range("lift_diesel_mj_per_tonne", 0, 1e5),
    Range("lifts_per_hour", 0, 1e5),
    Range("free_storage_days", 0, 1e4),
    Range("storage_eur_per_unit_day", 0, _EUR),
    Range("storage_eur_per_pallet_day", 0, _EUR),
    Range("yard_places", 0, 1e6),
    Range("pallet_places", 0, 1e6),
    Range("reefer_plugs", 0, 1e6),
)
_CROSS_DOCK = (
    Range("eur_per_pallet", 0, 1e4),
    Range("handling_min", 0, MINUTES_PER_DAY),
    Range("pallets_per_hour", 0, 1e5),
    Range("kwh_per_pallet", 0, 1e4),
    Range("kwh_per_tonne", 0, 1e4),
)
LINK_RANGES = (Range("km", 0, 30_000), Range("drive_min", 0, 60_000))
_CROSSING = (Range("eur", 0, _EUR), Range("minutes", 0, 30 * MINUTES_PER_DAY))
MAX_KMH, MIN_KMH = 140, 3
"""Highest and lowest speed of a truck between two places."""


def check_places(case: Checker) -> None:
    """Check hubs and doors."""
    scenario = case.scenario
    for key, hub in scenario.hubs.items():
        _check_hub(case, key, hub)
    for key, door in scenario.doors.items():
        where = f"doors[{plain(key)}]"
        _check_place(case, key, door, where)
        case.numbers(door, where, (*_PLACE, Range("loading_min", 0, MINUTES_PER_DAY)))
        case.word(door.loading, f"{where}.loading", ("live", "drop"))
        if key in scenario.hubs:
            case.error("E1102", where, f"the id {plain(key)!r} is a hub's as well", "rename the door")
    if not scenario.hubs and not scenario.doors and not case.assumed:
        case.error("E1103", "hubs", "there is no place at all", "give hubs, or use: some of the reference set")


def _check_place(case: Checker, key: str, place: Place, where: str) -> None:
    case.identity(key, place, where)
    case.zone(place.timezone, f"{where}.timezone")
    case.country(place.country, f"{where}.country")
    if not place.customs_territory.strip():
        case.error("E1104", f"{where}.customs_territory", "is empty", "give EU, GB, CH, ...")
    if place.opening is not None:
        case.opening(place.opening, where)


def _check_hub(case: Checker, key: str, hub: Hub) -> None:
    where = f"hubs[{plain(key)}]"
    _check_place(case, key, hub, where)
    case.numbers(hub, where, _HUB)
    for mode in sorted(hub.modes):
        case.word(mode, f"{where}.modes", MODES)
    if isinstance(hub.cross_dock, CrossDock):
        case.numbers(hub.cross_dock, f"{where}.cross_dock", _CROSS_DOCK)
    for unit, stock in hub.depot_stock.items():
        case.number(stock, f"{where}.depot_stock", Range("depot_stock", 0, 1e6))
        if not unit.strip():
            case.error("E1201", f"{where}.depot_stock", "has an empty load-unit type", "name the type")
        elif hub.provenance.confidence == "own":  # hubs of the reference set stock more types than a scenario uses
            known = case.scenario.load_units
            case.known(unit, f"{where}.depot_stock", known, "load unit", "E1204")


def check_roads(case: Checker) -> None:
    """Check road links, crossings and bans."""
    seen: set[tuple[str, str]] = set()
    for link in case.scenario.road_links:
        where = f"road.links[{plain(link.origin)}-{plain(link.destination)}]"
        if (link.origin, link.destination) in seen:
            case.error("E1503", where, "is there twice", "keep one row per direction")
        seen.add((link.origin, link.destination))
        _check_link(case, link, where)
    _check_crossings(case)
    check_bans(case)


def _check_link(case: Checker, link: RoadLink, where: str) -> None:
    case.known(link.origin, f"{where}.origin", case.places, "place", "E1501")
    case.known(link.destination, f"{where}.destination", case.places, "place", "E1501")
    if link.origin == link.destination:
        case.error("E1504", where, "leads back to where it starts", "give two different places")
    case.numbers(link, where, LINK_RANGES)
    case.country_km(link.countries, link.km, f"{where}.countries")
    if link.km > 1 and not link.km * 60 / MAX_KMH <= link.drive_min <= link.km * 60 / MIN_KMH:
        message = f"{link.km:g} km in {link.drive_min} minutes is not a truck's speed"
        case.error("E1505", f"{where}.drive_min", message, "give driving minutes without breaks, rests and shuttle")
    if link.shuttle:
        known = case.scenario.factors.shuttle_min
        case.known(link.shuttle, f"{where}.shuttle", known, "shuttle in the factors", "E1506")


def _check_crossings(case: Checker) -> None:
    scenario = case.scenario
    rows: set[tuple[str, str]] = set()
    for crossing in scenario.crossings:
        pair = (crossing.origin, crossing.destination)
        where = f"road.crossings[{plain(pair[0])}-{plain(pair[1])}]"
        if pair in rows:
            case.error("E1503", where, "is there twice", "keep one row per direction")
        if pair[0] == pair[1]:
            case.error("E1504", where, "leads from a territory into itself", "give two different territories")
        rows.add(pair)
        case.numbers(crossing, where, _CROSSING)
    _check_missing_crossings(case, rows)


def _check_missing_crossings(case: Checker, rows: set[tuple[str, str]]) -> None:
    """Territories between which freight goes, or might go, without a row that says what that costs."""
    scenario = case.scenario
    missing: dict[tuple[str, str], str] = {}
    for key, shipment in scenario.shipments.items():
        ends = [case.places.get(shipment.origin), case.places.get(shipment.destination)]
        if ends[0] is None or ends[1] is None:
            continue
        pair = (ends[0].customs_territory, ends[1].customs_territory)
        if pair[0] != pair[1] and pair not in rows and f"{pair[0]}-{pair[1]}" not in case.assumed:
            missing.setdefault(pair, key)
    for (origin, destination), key in missing.items():
        message = f"there is no crossing from {plain(origin)} to {plain(destination)}"
        help_text = f"add a row to road.crossings: origin {plain(origin)}, destination {plain(destination)}"
        case.error("E1507", f"shipments[{plain(key)}]", message, help_text)
    territories = sorted({hub.customs_territory for hub in scenario.hubs.values()})
    for origin, destination in permutations(territories, 2):
        known = (origin, destination) in rows or (origin, destination) in missing
        if not known and f"{origin}-{destination}" not in case.assumed:
            message = f"passing from {plain(origin)} to {plain(destination)} costs nothing: there is no row"
            help_text = "add it, with 0 EUR and 0 minutes if that is meant"
            case.warning("W1510", "road.crossings", message, help_text)


def check_doors_reach(case: Checker) -> None:
    """Warn of doors that no road joins to any other place."""
    scenario = case.scenario
    regions: dict[str, int] = {}
    for place in case.places.values():
        regions[place.road_region] = regions.get(place.road_region, 0) + 1
    linked = {end for link in scenario.road_links for end in (link.origin, link.destination)}
    if scenario.road_matrix is not None:
        linked |= scenario.road_matrix.joined
    for key, place in case.places.items():
        if isinstance(place, Door) and key not in linked and regions[place.road_region] < 2:
            help_text = "give it the road_region of its neighbours, or a road link"
            case.warning("W1509", f"doors[{plain(key)}].road_region", "no road joins it to any other place", help_text)
