"""The state of the world: low water, closed services, closed roads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cargopool.files.documents import Document
from cargopool.files.entities import SERVICES
from cargopool.files.entries import Entry
from cargopool.files.findings import Findings, FixedPlace, did_you_mean, shown
from cargopool.files.overrides import matches
from cargopool.files.shelf import Shelf
from cargopool.model.road_matrix import RoadMatrix
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service

MOST_GAUGE_CM = 2000
"""Highest gauge at Kaub that is not taken for a slip."""


def apply_conditions(
    scenario: Scenario, conditions: Mapping[str, Any], shelf: Shelf, findings: Findings, document: Document
) -> Scenario:
    """The scenario under its conditions."""
    scenario = _close_services(scenario, conditions.get("closed_services", []), findings, document)
    scenario = _close_links(scenario, conditions.get("closed_links", []), findings, document)
    gauge = conditions.get("kaub_gauge_cm")
    if gauge is not None and not 0 <= gauge <= MOST_GAUGE_CM:
        message = f"conditions.kaub_gauge_cm: {gauge:g} is not between 0 and {MOST_GAUGE_CM}"
        findings.add(
            document.locate(("conditions", "kaub_gauge_cm")), "E1010", message, "check the number and its unit"
        )
    elif gauge is not None:
        changed: Scenario = shelf.reference.apply_conditions(scenario, kaub_gauge_cm=gauge)
        scenario = changed
    year = conditions.get("grid_year")
    return scenario if year is None else _grid_year(scenario, year, shelf, findings, document)


def _grid_year(scenario: Scenario, year: int, shelf: Shelf, findings: Findings, document: Document) -> Scenario:
    known = shelf.reference.years_of_grid(scenario.factors.id)
    if year not in known:
        message = f"conditions.grid_year: the factor set {shown(scenario.factors.id)} has no electricity of {year}"
        years = ", ".join(map(str, known))
        way_out = (
            f"one of {years}; leave it out for the set's own electricity"
            if known
            else "leave it out, and give factors.grid_g_per_kwh of that year"
        )
        findings.add(document.locate(("conditions", "grid_year")), "E0410", message, way_out)
        return scenario
    changed: Scenario = shelf.reference.apply_grid_year(scenario, year)
    return changed


def facts_of(service: Service) -> frozenset[str]:
    """Words that hold for a service besides its fields: the countries that it runs in, the hubs that it calls at."""
    countries = {f"country={country}" for leg in service.legs for country, _ in leg.countries}
    return frozenset(countries | {f"via={stop.hub}" for stop in service.stops})


def facts_of_entry(entry: Entry) -> frozenset[str]:
    """The same of a row that is not yet an object."""
    if entry.thing is not None:
        return facts_of(entry.thing)
    countries = {text.rpartition("=")[0] for leg in entry.own.get("legs", []) for text in leg.get("countries", [])}
    stops = {stop["hub"] for stop in entry.own.get("stops", [])}
    return frozenset({f"country={name}" for name in countries} | {f"via={name}" for name in stops})


def _close_services(scenario: Scenario, closed: list[str], findings: Findings, document: Document) -> Scenario:
    kept = dict(scenario.services)
    for number, text in enumerate(closed):
        place = document.locate(("conditions", "closed_services", number))
        hits = [
            name
            for name, service in scenario.services.items()
            if text == name
            or matches(
                text,
                SERVICES,
                Entry((name,), service, {}, frozenset(), FixedPlace(place)),
                {(name,): facts_of(service)},
            )
        ]
        if not hits:
            message = f"conditions.closed_services: {shown(text)!r} matches no service"
            help_text = did_you_mean(text, scenario.services) or "give an id, or a filter such as mode=rail,country=CH"
            findings.add(place, "E0404", message, help_text)
        for name in hits:
            kept.pop(name, None)
    return replace(scenario, services=kept) if closed else scenario


def _close_links(scenario: Scenario, closed: list[str], findings: Findings, document: Document) -> Scenario:
    links, matrix = list(scenario.road_links), scenario.road_matrix
    for number, text in enumerate(closed):
        place = document.locate(("conditions", "closed_links", number))
        hits = [link for link in links if text in _both_names(link.origin, link.destination)]
        pairs = {(link.origin, link.destination) for link in hits} | _matrix_pairs(matrix, text)
        if not pairs:
            names = [f"{link.origin}-{link.destination}" for link in scenario.road_links]
            message = f"conditions.closed_links: {shown(text)!r} matches no road link"
            help_text = did_you_mean(text, names) or "give ORIGIN-DESTINATION of a link row, or of a cell of the matrix"
            findings.add(place, "E0404", message, help_text)
            continue
        ends = [scenario.hubs.get(name) or scenario.doors.get(name) for name in min(pairs)]
        if None not in ends and ends[0].road_region == ends[1].road_region:  # type: ignore[union-attr]
            message = f"conditions.closed_links: {shown(text)} is replaced by a detour over other roads"
            help_text = "places of one road_region stay joined by the detour factor; give one of them another region"
            findings.add(place, "W0409", message, help_text, "warning")
        links = [link for link in links if link not in hits]
        if matrix is not None:
            matrix = matrix.without([pair for pair in pairs | {pair[::-1] for pair in pairs} if matrix.gives(*pair)])
    return replace(scenario, road_links=tuple(links), road_matrix=matrix) if closed else scenario


def _both_names(origin: str, destination: str) -> tuple[str, str]:
    return f"{origin}-{destination}", f"{destination}-{origin}"


def _matrix_pairs(matrix: RoadMatrix | None, text: str) -> set[tuple[str, str]]:
    """Pairs of places, as named or the other way round, of which the matrix gives one direction."""
    if matrix is None:
        return set()
    pairs = [(text[:at], text[at + 1 :]) for at, character in enumerate(text) if character == "-"]
    return {pair for pair in pairs if matrix.gives(*pair) or matrix.gives(*pair[::-1])}
