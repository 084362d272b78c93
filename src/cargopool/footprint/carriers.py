"""Grams CO2e per MJ of energy carriers; electricity takes the grids of the countries that it is drawn in."""

from __future__ import annotations

from collections.abc import Iterable

from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.units import MJ_PER_KWH

ELECTRICITY = "electricity"
DIESEL = "diesel"
NO_COUNTRY = "default"


def grid(scenario: Scenario, country: str) -> float:
    """Well-to-wheel grams per kWh of a country, or of ``default``."""
    rows = scenario.factors.grid_g_per_kwh
    found = rows.get(country)
    return rows[NO_COUNTRY] if found is None else found


def grid_intensity(scenario: Scenario, countries: Iterable[tuple[str, float]]) -> tuple[float, float]:
    """Grams per MJ of electricity drawn in countries in proportion to km; all of it well-to-tank."""
    rows = list(countries)
    whole = sum(km for _, km in rows)
    if not whole:
        rows = [(country, 1.0) for country, _ in rows] or [(NO_COUNTRY, 1.0)]
        whole = float(len(rows))
    mean = sum(km * grid(scenario, country) for country, km in rows) / whole
    return mean / MJ_PER_KWH, 0.0


def intensity(scenario: Scenario, carrier: str, countries: Iterable[tuple[str, float]] = ()) -> tuple[float, float]:
    """Well-to-tank and tank-to-wheel grams per MJ of a carrier.

    Raises
    ------
    KeyError
        When the factor set has no such carrier.
    """
    if carrier == ELECTRICITY:
        return grid_intensity(scenario, countries)
    row = scenario.factors.carriers[carrier]
    return row.wtt_g_per_mj, row.ttw_g_per_mj


def link_countries(scenario: Scenario, link: RoadLink) -> tuple[tuple[str, float], ...]:
    """Kilometres by country of a road; without a split all of it is the origin's."""
    return link.countries or ((scenario.place(link.origin).country, link.km),)


def ride_span(service: Service, origin: str, destination: str) -> tuple[int, int]:
    """Indices of the boarding and the alighting stop.

    Raises
    ------
    ValueError
        When the service does not call at both, in that order.
    """
    hubs = [stop.hub for stop in service.stops]
    board = hubs.index(origin)
    return board, hubs.index(destination, board + 1)


def ride_km(service: Service, board: int, alight: int) -> float:
    """Kilometres between two stops."""
    return sum(leg.km for leg in service.legs[board:alight])


def ride_activity_km(service: Service, board: int, alight: int) -> float:
    """Shortest feasible kilometres between two stops: what transport activity counts."""
    return sum(leg.km if leg.shortest_km is None else leg.shortest_km for leg in service.legs[board:alight])


def ride_countries(service: Service, board: int, alight: int) -> tuple[tuple[str, float], ...]:
    """Kilometres by country between two stops; legs without a split count for ``default``."""
    return tuple(row for leg in service.legs[board:alight] for row in (leg.countries or ((NO_COUNTRY, leg.km),)))
