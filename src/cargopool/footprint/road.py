"""Truck trips: road moves and unit haulage, money and energy."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cargopool.footprint.carriers import ELECTRICITY, grid, intensity, link_countries
from cargopool.footprint.energy import Evidence, factor_evidence, vehicle_evidence, vehicle_line
from cargopool.footprint.external import ROAD, attach
from cargopool.footprint.items import Charge, Element, Group, LoadRate, charge, element, group, number
from cargopool.model.energy import TruckLine, distance_factor
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import Door, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.rules.index import index_of
from cargopool.rules.roads import road_link
from cargopool.units import MINUTES_PER_HOUR, MJ_PER_KWH, cents, round_half_even

DROP_TRIPS = 2
"""Extra kilometres per loaded kilometre, and trips to pay, when the unit is dropped at the door and fetched later."""


class _Trip(NamedTuple):
    """A truck trip with what its purpose makes of the vehicle's rates."""

    scenario: Scenario
    link: RoadLink
    vehicle: RoadVehicle
    prefix: str
    empty_factor: float
    times_fixed: int
    loading_min: int
    tare_kg: int
    line: TruckLine
    evidence: Evidence

    @property
    def haulage(self) -> bool:
        return self.prefix == "haulage"

    def kind(self, word: str) -> str:
        """Cost kind: haulage has its own word for each, tolls and shuttles of road moves have none."""
        return f"haulage_{word}" if self.haulage else word if word in ("toll", "shuttle") else f"road_{word}"


def slope_text(line: TruckLine) -> str:
    """MJ per km that one more kg takes, in words and numbers."""
    return f"({number(line.mj_per_km_full)} - {number(line.mj_per_km_empty)}) MJ/km / {line.full_load_kg} kg"


def distance_text(factor: float) -> str:
    """A distance adjustment in words; empty for none."""
    return "" if factor == 1.0 else f" x {number(factor)} distance"


def pooled_mj_per_kg_km(line: TruckLine, empty_factor: float, load_share: float) -> float:
    """MJ per kg and km of cargo that shares a truck filled to ``load_share``: its part of the truck and its load."""
    return line.mj_per_km_empty * (1 + empty_factor) / (line.full_load_kg * load_share) + line.slope


def road_group(
    scenario: Scenario, purpose: str, vehicle_id: str, origin: str, destination: str, unit: LoadUnitType, units: int
) -> Group:
    """Everything that one truck trip adds to a move use.

    Raises
    ------
    ValueError
        When no road joins the places.
    """
    return _truck(scenario, purpose, vehicle_id, origin, destination, _tare_kg(unit, units))


def _tare_kg(unit: LoadUnitType, units: int) -> int:
    """What units add to the mass of the truck; a trailer is part of it."""
    return 0 if unit.kind == "trailer" else units * unit.tare_kg


def _truck(scenario: Scenario, purpose: str, vehicle_id: str, origin: str, destination: str, tare: int) -> Group:
    link = road_link(scenario, origin, destination)
    if link is None:
        raise ValueError(f"no road from {origin} to {destination}")
    vehicle = scenario.vehicles[vehicle_id]
    energy = vehicle_line(scenario, vehicle), vehicle_evidence(scenario, vehicle)
    if purpose == "main":
        trip = _Trip(scenario, link, vehicle, "road", vehicle.empty_km_factor, 1, 0, tare, *energy)
    else:
        door = scenario.place(origin if purpose == "haulage_out" else destination)
        drop = isinstance(door, Door) and door.loading == "drop"
        live_min = door.loading_min if isinstance(door, Door) and not drop else 0
        factor = vehicle.haulage_empty_km_factor + (DROP_TRIPS if drop else 0)
        trip = _Trip(scenario, link, vehicle, "haulage", factor, DROP_TRIPS if drop else 1, live_min, tare, *energy)
    charges = _charges(trip)
    if purpose != "main":
        charges = _at_rate(charges, haulage_rate(scenario, purpose, origin, destination))
    made = group(scenario.objective, charges, _elements(trip), (load_rate(scenario, link, vehicle, trip.prefix),))
    return attach(scenario, made, ROAD, link.km, link.km * (1 + trip.empty_factor))


def leg_group(
    scenario: Scenario,
    vehicle_id: str,
    origin: str,
    destination: str,
    unit: LoadUnitType,
    units: int,
    *,
    loaded: bool,
) -> Group:
    """What one leg of a round trip adds: a loaded one without empty kilometres and minimum, or an empty one.

    Empty legs pay the empty kilometre, tolls and the shuttle; the empty kilometre has the driver in it.

    Raises
    ------
    ValueError
        When no road joins the places.
    """
    link = road_link(scenario, origin, destination)
    if link is None:
        raise ValueError(f"no road from {origin} to {destination}")
    tare = _tare_kg(unit, units)
    own = scenario.vehicles[vehicle_id]
    energy = vehicle_line(scenario, own), vehicle_evidence(scenario, own)
    trip = _Trip(scenario, link, replace(own, min_eur=0.0), "road", 0.0, 1, 0, tare, *energy)
    if loaded:
        made = group(scenario.objective, _charges(trip), _elements(trip))
        return attach(scenario, made, ROAD, link.km, link.km)
    empty = charge(
        "road_empty_km",
        f"{number(link.km)} km empty x {number(own.eur_per_empty_km)} EUR/km",
        link.km * own.eur_per_empty_km,
        confidence=own.provenance.confidence,
    )
    made = group(scenario.objective, [empty, *_tolls(trip), *_fares(trip)], _elements(trip))
    return attach(scenario, made, ROAD, link.km, link.km)


def haulage_rate(scenario: Scenario, purpose: str, origin: str, destination: str) -> float:
    """Factor on the estimate of a haulage between a door and a hub."""
    ends = (origin, destination) if purpose == "haulage_out" else (destination, origin)
    return scenario.drayage.rates.get((purpose, *ends), 1.0)


def _at_rate(charges: list[Charge], rate: float) -> list[Charge]:
    if rate == 1.0:
        return charges
    return [
        c._replace(
            what=f"({c.what}) x {number(rate)}",
            cents=round_half_even(c.cents * rate),
            carbon_cents=round_half_even(c.carbon_cents * rate),
        )
        for c in charges
    ]


def truck_group(
    scenario: Scenario, purpose: str, vehicle: str, origin: str, destination: str, unit: LoadUnitType, units: int
) -> Group:
    """Sums of `road_group` without its lines: only the energy of the units' tare depends on what is carried.

    Trucks are priced once for each vehicle and road of a scenario.
    """
    memo = index_of(scenario).memo
    key = ("truck", purpose, vehicle, origin, destination)
    known: tuple[Group, float] | None = memo.get(key)
    if known is None:
        bare = _truck(scenario, purpose, vehicle, origin, destination, 0)
        own = next((e for e in bare.elements if e.kind != "shuttle"), None)
        rest = bare.grams - (own.grams if own else 0)
        known = memo[key] = (
            Group((), (), bare.weighted_cents, rest, bare.load, bare.external),
            own.energy_mj if own else 0.0,
        )
    without, own_mj = known
    rate = without.load[0]
    energy = own_mj + rate.mj_per_kg * _tare_kg(unit, units)
    grams = round_half_even(energy * rate.wtt_g_per_mj) + round_half_even(energy * rate.ttw_g_per_mj)
    return Group((), (), without.weighted_cents, without.grams + grams, without.load, without.external)


def _charges(trip: _Trip) -> list[Charge]:
    vehicle, km = trip.vehicle, trip.link.km
    trust = vehicle.provenance.confidence
    found = [
        charge(
            trip.kind("fixed"),
            f"{trip.times_fixed} x {number(vehicle.eur_fixed)} EUR",
            trip.times_fixed * vehicle.eur_fixed,
            confidence=trust,
        ),
        charge(
            trip.kind("km"),
            f"{number(km)} km x {number(vehicle.eur_per_km)} EUR/km",
            km * vehicle.eur_per_km,
            carbon_share=vehicle.km_carbon_share,
            confidence=trust,
        ),
        charge(
            trip.kind("empty_km"),
            f"{number(km)} km x {number(trip.empty_factor)} empty x {number(vehicle.eur_per_empty_km)} EUR/km",
            km * trip.empty_factor * vehicle.eur_per_empty_km,
            carbon_share=vehicle.km_carbon_share,
            confidence=trust,
        ),
        _hours(trip),
        *_tolls(trip),
    ]
    found += _fares(trip)
    so_far = sum(c.cents for c in found)
    least = cents(vehicle.min_eur)
    if so_far < least:
        what = f"{number(vehicle.min_eur)} EUR minimum - {number(so_far / 100)} EUR"
        found.append(Charge(trip.kind("minimum"), what, least - so_far, 0, trust))
    return found


def _fares(trip: _Trip) -> list[Charge]:
    shuttle = trip.link.shuttle
    if not shuttle:
        return []
    fare = trip.scenario.factors.shuttle_eur[shuttle]
    trust = trip.vehicle.provenance.confidence
    return [charge(trip.kind("shuttle"), f"{shuttle} fare {number(fare)} EUR", fare, confidence=trust)]


def _hours(trip: _Trip) -> Charge:
    link, vehicle = trip.link, trip.vehicle
    ride = trip.scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0
    if trip.haulage:
        minutes = link.drive_min * (1 + trip.empty_factor) + ride + trip.loading_min
        what = (
            f"({link.drive_min} min x (1 + {number(trip.empty_factor)}) + {ride} min shuttle + {trip.loading_min} min "
            f"loading)/60 x {number(vehicle.eur_per_h)} EUR/h"
        )
    else:
        minutes = link.drive_min + ride
        what = f"({link.drive_min} + {ride} min)/60 x {number(vehicle.eur_per_h)} EUR/h"
    amount = minutes / MINUTES_PER_HOUR * vehicle.eur_per_h
    return charge(trip.kind("hours"), what, amount, confidence=vehicle.provenance.confidence)


def _tolls(trip: _Trip) -> list[Charge]:
    vehicle = trip.vehicle
    by_country: dict[str, float] = {}
    for country, km in trip.link.countries:
        by_country[country] = by_country.get(country, 0.0) + km
    return [
        charge(
            trip.kind("toll"),
            f"{country}: {number(km)} km x {number(rate)} EUR/km",
            km * rate,
            carbon_share=vehicle.toll_carbon_share.get(country, 0.0),
            confidence=vehicle.provenance.confidence,
        )
        for country, km in by_country.items()
        if (rate := vehicle.toll_eur_per_km.get(country, 0.0))
    ]


def _elements(trip: _Trip) -> list[Element]:
    vehicle, km, line = trip.vehicle, trip.link.km, trip.line
    driven = distance_factor(trip.scenario.factors, "road")
    energy = km * (1 + trip.empty_factor) * line.mj_per_km_empty + km * line.slope * trip.tare_kg
    what = f"{number(km)} km x (1 + {number(trip.empty_factor)}) x {number(line.mj_per_km_empty)} MJ/km"
    if trip.tare_kg:
        what = f"({what} + {number(km)} km x {slope_text(line)} x {trip.tare_kg} kg tare)"
    countries = link_countries(trip.scenario, trip.link)
    found = [
        element(
            trip.prefix,
            what + distance_text(driven),
            mode="road",
            carrier=vehicle.carrier,
            km=km,
            energy_mj=energy * driven,
            intensity=intensity(trip.scenario, vehicle.carrier, countries),
            confidence=vehicle.provenance.confidence,
            evidence=trip.evidence,
            countries=countries,
        )
    ]
    if trip.link.shuttle:
        found.append(_shuttle(trip))
    return found


def _shuttle(trip: _Trip) -> Element:
    factors, link = trip.scenario.factors, trip.link
    kwh = factors.shuttle_kwh[link.shuttle]
    ends = [trip.scenario.place(place).country for place in (link.origin, link.destination)]
    mean = sum(grid(trip.scenario, country) for country in ends) / len(ends)
    return element(
        "shuttle",
        f"{number(kwh)} kWh x {MJ_PER_KWH} MJ/kWh",
        mode="rail",
        carrier=ELECTRICITY,
        km=factors.shuttle_km.get(link.shuttle, 0.0),
        energy_mj=kwh * MJ_PER_KWH,
        intensity=(mean / MJ_PER_KWH, 0.0),
        confidence=trip.vehicle.provenance.confidence,
        evidence=factor_evidence(trip.scenario, f"shuttle_kwh.{link.shuttle}"),
        countries=tuple((country, 1.0) for country in ends),
    )


def load_rate(scenario: Scenario, link: RoadLink, vehicle: RoadVehicle, prefix: str) -> LoadRate:
    """What a kg of cargo adds to a trip."""
    countries = link_countries(scenario, link)
    wtt, ttw = intensity(scenario, vehicle.carrier, countries)
    line, driven = vehicle_line(scenario, vehicle), distance_factor(scenario.factors, "road")
    return LoadRate(
        f"{prefix}_load",
        "road",
        vehicle.carrier,
        link.km,
        link.km * line.slope * driven,
        wtt,
        ttw,
        vehicle.provenance.confidence,
        f"{number(link.km)} km x {slope_text(line)}{distance_text(driven)}",
        vehicle_evidence(scenario, vehicle),
        countries,
        link.km,
    )
