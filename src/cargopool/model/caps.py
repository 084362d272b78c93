"""Whom a cap on emissions counts."""

from __future__ import annotations

from collections.abc import Iterator

from cargopool.model.place import Place
from cargopool.model.scenario import EmissionCap, Scenario


def all_caps(scenario: Scenario) -> tuple[EmissionCap, ...]:
    """Every cap of a scenario, ``co2e_cap_kg`` first."""
    objective = scenario.objective
    whole = () if objective.co2e_cap_kg is None else (EmissionCap(co2e_kg=objective.co2e_cap_kg),)
    return (*whole, *objective.caps)


def is_whole(cap: EmissionCap) -> bool:
    """Whether a cap counts the whole plan."""
    return not cap.shipper and not cap.lane


def members(scenario: Scenario, cap: EmissionCap) -> tuple[str, ...]:
    """Ids of the shipments that a cap counts, in the order of the scenario."""
    ends = list(lane_ends(scenario, cap.lane)) if cap.lane else []
    found = []
    for name, shipment in scenario.shipments.items():
        if cap.shipper and shipment.shipper != cap.shipper:
            continue
        if cap.lane:
            here, there = names_of(scenario, shipment.origin), names_of(scenario, shipment.destination)
            if not any(a in here and b in there for a, b in ends):
                continue
        found.append(name)
    return tuple(found)


def lane_ends(scenario: Scenario, lane: str) -> Iterator[tuple[str, str]]:
    """The two ends that a lane may mean: its hyphens where both sides name a place, a country or a road region."""
    places: list[Place] = [*scenario.hubs.values(), *scenario.doors.values()]
    known = {name for place in places for name in _names(place)}
    for at, letter in enumerate(lane):
        if letter == "-" and lane[:at].strip() in known and lane[at + 1 :].strip() in known:
            yield lane[:at].strip(), lane[at + 1 :].strip()


def names_of(scenario: Scenario, place_id: str) -> frozenset[str]:
    """What a lane may call a place: its id, its country, its road region."""
    place = scenario.hubs.get(place_id) or scenario.doors.get(place_id)
    return frozenset() if place is None else _names(place)


def _names(place: Place) -> frozenset[str]:
    return frozenset({place.id, place.country, place.road_region})


def cap_text(cap: EmissionCap) -> str:
    """A cap in words, such as ``30 g/tkm of shipper Nova on DE-IT``."""
    limit = f"{cap.co2e_kg:g} kg" if cap.co2e_kg is not None else f"{cap.g_per_tkm:g} g/tkm"
    whom = f" of shipper {cap.shipper}" if cap.shipper else ""
    return limit + whom + (f" on lane {cap.lane}" if cap.lane else "")
