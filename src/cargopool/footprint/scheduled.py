"""Rides on scheduled services, and what terminals add: tariff, surcharges, lifts, storage, energy."""

from __future__ import annotations

from collections.abc import Sequence

from cargopool.footprint.carriers import (
    DIESEL,
    ELECTRICITY,
    intensity,
    ride_activity_km,
    ride_countries,
    ride_km,
    ride_span,
)
from cargopool.footprint.energy import factor_evidence, service_rate, stated_evidence
from cargopool.footprint.external import attach, service_group
from cargopool.footprint.items import Charge, Countries, Element, Group, LoadRate, charge, element, group, number
from cargopool.footprint.road import distance_text
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import LoadUnitType
from cargopool.model.place import Hub
from cargopool.model.plan import SlotKind
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service, Surcharge, WeightClass
from cargopool.units import CENTS_PER_EUR, KG_PER_TONNE, MJ_PER_KWH, cents, from_milli


def price_share(service: Service, origin: str, destination: str) -> float:
    """Share of the whole service's price between two stops: its own row, else by km."""
    own = service.tariff.by_stops.get((origin, destination))
    if own is not None:
        return own
    board, alight = ride_span(service, origin, destination)
    whole = ride_km(service, 0, len(service.legs))
    return ride_km(service, board, alight) / whole if whole else 1.0


def weight_class(classes: Sequence[WeightClass], max_gross_kg: int | None) -> WeightClass | None:
    """The cheapest class of a tariff that admits a gross mass; the heaviest when none does or no mass is named."""
    if not classes:
        return None
    fit = [row for row in classes if max_gross_kg is not None and max_gross_kg <= row.up_to_kg]
    return min(fit, key=lambda row: (row.factor, row.up_to_kg)) if fit else classes[-1]


def matching_surcharges(scenario: Scenario, service: Service) -> tuple[Surcharge, ...]:
    """Surcharges of a service at any date: by its id where services are named, else by its mode."""
    return tuple(
        row
        for row in scenario.surcharges
        if (service.id in row.services if row.services else row.mode in (None, service.mode))
    )


def departure_group(
    scenario: Scenario,
    service: Service,
    origin: str,
    destination: str,
    slot: SlotKind,
    unit: LoadUnitType,
    max_gross_kg: int | None,
    surcharges: tuple[Surcharge, ...],
) -> Group:
    """Everything that one unit's ride adds to a move use; lifts and storage are the terminals'."""
    km = ride_km(service, *ride_span(service, origin, destination))
    if slot == "charter":
        return attach(scenario, group(scenario.objective, ()), service_group(service), km)
    charges = _charges(service, origin, destination, slot, unit, max_gross_kg, surcharges)
    own, load = _ride_energy(scenario, service, origin, destination, unit)
    return attach(scenario, group(scenario.objective, charges, (own,), (load,)), service_group(service), km)


def _ride_energy(
    scenario: Scenario, service: Service, origin: str, destination: str, unit: LoadUnitType
) -> tuple[Element, LoadRate]:
    """Energy of a unit's ride: of its tare and per kg of cargo, or all of it by its TEU."""
    board, alight = ride_span(service, origin, destination)
    km, countries = ride_km(service, board, alight), ride_countries(service, board, alight)
    wtt, ttw = intensity(scenario, service.carrier, countries)
    trust, rate = service.provenance.confidence, service_rate(scenario, service)
    driven = distance_factor(scenario.factors, service.mode)
    if rate.mj_per_teu_km:
        size, unit_text, per = from_milli(unit.teu_milli), "TEU", rate.mj_per_teu_km
    else:
        size, unit_text, per = unit.tare_kg / KG_PER_TONNE, "t tare", rate.mj_per_gross_tkm
    way = f"{number(km)} km x {number(per)} MJ/{'TEU-km' if rate.mj_per_teu_km else 'tkm'}{distance_text(driven)}"
    own = element(
        "departure",
        f"{service.id}: {number(size)} {unit_text} x {way}",
        mode=service.mode,
        carrier=service.carrier,
        km=km,
        energy_mj=size * km * per * driven,
        intensity=(wtt, ttw),
        confidence=trust,
        evidence=rate.evidence,
        countries=countries,
        note=rate.what,
    )
    load = LoadRate(
        "departure_load",
        service.mode,
        service.carrier,
        km,
        km * rate.mj_per_gross_tkm / KG_PER_TONNE * driven,
        wtt,
        ttw,
        trust,
        f"0.001 t/kg x {way}",
        rate.evidence,
        countries,
        ride_activity_km(service, board, alight),
        rate.what,
    )
    return own, load


def _charges(
    service: Service,
    origin: str,
    destination: str,
    slot: SlotKind,
    unit: LoadUnitType,
    max_gross_kg: int | None,
    surcharges: tuple[Surcharge, ...],
) -> list[Charge]:
    tariff, teu, trust = service.tariff, from_milli(unit.teu_milli), service.provenance.confidence
    found: list[Charge] = []
    tariff_cents = 0
    if slot != "allotment":
        share = price_share(service, origin, destination)
        row = weight_class(service.tariff.weight_classes, max_gross_kg)
        factor = row.factor if row else 1.0
        what = (
            f"{service.id}: ({number(tariff.eur_per_unit)} EUR + {number(teu)} TEU x {number(tariff.eur_per_teu)} EUR) "
            f"x {number(share)} of the way"
        )
        if row:
            what += f" x {number(factor)} up to {row.up_to_kg} kg"
        line = charge(
            "tariff",
            what,
            (tariff.eur_per_unit + teu * tariff.eur_per_teu) * share * factor,
            carbon_share=tariff.carbon_share,
            confidence=trust,
        )
        tariff_cents = line.cents
        found.append(line)
        least = cents(tariff.min_eur)
        if tariff_cents < least:
            what = f"{service.id}: {number(tariff.min_eur)} EUR minimum - {number(tariff_cents / CENTS_PER_EUR)} EUR"
            found.append(Charge("tariff_minimum", what, least - tariff_cents, 0, trust))
    for extra in surcharges:
        amount = extra.eur_per_unit + teu * extra.eur_per_teu + extra.percent / 100 * tariff_cents / CENTS_PER_EUR
        what = (
            f"{extra.id} on {service.id}: {number(extra.eur_per_unit)} EUR + {number(teu)} TEU x "
            f"{number(extra.eur_per_teu)} EUR + {number(extra.percent)} % of {number(tariff_cents / CENTS_PER_EUR)} EUR"
        )
        trusted = extra.provenance.confidence
        found.append(charge("surcharge", what, amount, carbon_share=extra.carbon_share, confidence=trusted))
    return found


def lift_group(scenario: Scenario, hub: Hub) -> Group:
    """One lift at a hub: elements of its electricity and its diesel, and what cargo adds to each."""
    money = charge(
        "lift", f"{hub.id}: 1 lift x {number(hub.lift_eur)} EUR", hub.lift_eur, confidence=hub.provenance.confidence
    )
    grid_of, drawn = ((hub.country, 1.0),), f"{number(hub.lift_kwh)} kWh x {MJ_PER_KWH} MJ/kWh"
    elements: list[Element] = []
    if hub.lift_kwh:
        elements.append(_lift(scenario, hub, ELECTRICITY, hub.lift_kwh * MJ_PER_KWH, drawn, grid_of))
    if hub.lift_diesel_mj:
        elements.append(_lift(scenario, hub, DIESEL, hub.lift_diesel_mj, f"{number(hub.lift_diesel_mj)} MJ diesel", ()))
    load: list[LoadRate] = []
    if hub.lift_kwh_per_tonne:
        per = f"{number(hub.lift_kwh_per_tonne)} kWh/t x {MJ_PER_KWH} MJ/kWh"
        load.append(_lift_load(scenario, hub, ELECTRICITY, hub.lift_kwh_per_tonne * MJ_PER_KWH, per, grid_of))
    if hub.lift_diesel_mj_per_tonne:
        per = f"{number(hub.lift_diesel_mj_per_tonne)} MJ/t"
        load.append(_lift_load(scenario, hub, DIESEL, hub.lift_diesel_mj_per_tonne, per, ()))
    return group(scenario.objective, (money,), elements, tuple(load))


def _lift(scenario: Scenario, hub: Hub, carrier: str, energy_mj: float, what: str, countries: Countries) -> Element:
    trust = hub.provenance.confidence
    return element(
        "lift",
        f"{hub.id}: {what}",
        mode="hub",
        carrier=carrier,
        energy_mj=energy_mj,
        intensity=intensity(scenario, carrier, countries),
        confidence=trust,
        evidence=stated_evidence(hub.provenance, hub.energy_confidence, hub.energy_source),
        countries=countries,
    )


def _lift_load(
    scenario: Scenario, hub: Hub, carrier: str, mj_per_tonne: float, what: str, countries: Countries
) -> LoadRate:
    trust = hub.provenance.confidence
    wtt, ttw = intensity(scenario, carrier, countries)
    evidence = stated_evidence(hub.provenance, hub.energy_confidence, hub.energy_source)
    formula, per_kg = f"0.001 t/kg x {what}", mj_per_tonne / KG_PER_TONNE
    return LoadRate("lift_load", "hub", carrier, 0.0, per_kg, wtt, ttw, trust, formula, evidence, countries)


def storage_group(scenario: Scenario, hub: Hub, days: int) -> Group:
    """A unit in the yard for so many days begun."""
    paid = max(0, days - hub.free_storage_days)
    rate = hub.storage_eur_per_unit_day
    what = f"{hub.id}: ({days} - {hub.free_storage_days} free) days x {number(rate)} EUR"
    return group(scenario.objective, (charge("storage_unit", what, paid * rate, confidence=hub.provenance.confidence),))


def rental_group(scenario: Scenario, unit: LoadUnitType, days: int, units: int) -> Group:
    """Rental of the units of a move use for so many days begun, until they are returned."""
    what = f"({days} + {unit.return_days} return) days x {number(unit.rental_eur_day)} EUR x {units}"
    amount = (days + unit.return_days) * unit.rental_eur_day * units
    return group(scenario.objective, (charge("rental", what, amount, confidence=unit.provenance.confidence),))


def one_way_group(scenario: Scenario, unit: LoadUnitType) -> Group:
    """A unit left at another hub."""
    what = f"{unit.id} one way {number(unit.one_way_eur)} EUR"
    return group(
        scenario.objective, (charge("one_way", what, unit.one_way_eur, confidence=unit.provenance.confidence),)
    )


def reefer_group(scenario: Scenario, minutes: int, units: int) -> Group:
    """Diesel of running temperature units."""
    rate = scenario.factors.reefer_mj_per_h
    made = element(
        "reefer",
        f"{number(rate)} MJ/h x {minutes} min / 60 min/h x {units}",
        mode="unit",
        carrier=DIESEL,
        energy_mj=rate * minutes / 60 * units,
        intensity=intensity(scenario, DIESEL) if rate else (0.0, 0.0),
        evidence=factor_evidence(scenario, "reefer_mj_per_h"),
    )
    return group(scenario.objective, (), (made,))
