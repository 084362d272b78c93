"""Price of one shipment part: handling, crossings, storage, tours, and what its cargo adds to the moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cargopool.footprint.carriers import ELECTRICITY, intensity, link_countries
from cargopool.footprint.energy import evidence_of, stated_evidence, vehicle_evidence, vehicle_line
from cargopool.footprint.external import Rate, pooled_rate
from cargopool.footprint.items import Charge, Element, charge, element, number
from cargopool.footprint.moves import load_rates, stage_groups
from cargopool.footprint.road import distance_text, pooled_mj_per_kg_km, slope_text
from cargopool.model.energy import distance_factor
from cargopool.model.place import Hub, RoadLink
from cargopool.model.plan import Itinerary, Move, Tour
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.rules.roads import crossing_between, road_link
from cargopool.units import KG_PER_TONNE, MJ_PER_KWH, from_milli, started_days


def part_items(
    scenario: Scenario, itinerary: Itinerary, moves: Mapping[str, Move]
) -> tuple[list[Charge], list[Element]]:
    """Charges and elements of a part, in the order of its journey, empty ones left out."""
    shipment = scenario.shipments[itinerary.shipment]
    size = quantity_of(shipment, itinerary.first_atom, itinerary.atoms)
    ridden = [moves[move_id] for move_id in itinerary.moves]
    charges: list[Charge] = []
    elements: list[Element] = []
    for tour in (itinerary.collection, itinerary.delivery):
        if tour is not None:
            _tour(scenario, tour, size, charges, elements)
    if not shipment.load_units:
        for handling in itinerary.handlings:
            docked = cross_dock_items(scenario, handling.place, size.pallets_milli, size.kg)
            if docked is not None:
                charges.append(docked[0])
                elements.append(docked[1])
    for move in ridden:
        _crossing(scenario, shipment, move, charges)
        elements += [rate.element(size.kg) for rate in load_rates(scenario, move)]
    there = itinerary.collection.end_min if itinerary.collection else shipment.ready_min
    charges += _storage(scenario, shipment, itinerary.atoms, size, there, ridden)
    if itinerary.part > 1:
        charges.append(charge("part_fee", f"part {itinerary.part}: {number(shipment.part_eur)} EUR", shipment.part_eur))
    return [c for c in charges if c.cents], [e for e in elements if e.energy_mj]


def part_rates(scenario: Scenario, itinerary: Itinerary, moves: Mapping[str, Move]) -> list[Rate]:
    """Rates of the external costs of a part's tours and stages, in the order of its elements."""
    found = [tour_rate(scenario, tour) for tour in (itinerary.collection, itinerary.delivery) if tour is not None]
    for move_id in itinerary.moves:
        found += [rate for group in stage_groups(scenario, moves[move_id]) for rate in group.external]
    return found


def tour_rate(scenario: Scenario, tour: Tour) -> Rate:
    """External costs of a collection or delivery tour, per kg."""
    drayage = scenario.drayage
    vehicle = scenario.vehicles[drayage.vehicle]
    usual_kg = vehicle_line(scenario, vehicle).full_load_kg * drayage.collection_load_share
    return pooled_rate(scenario, tour_link(scenario, tour).km, vehicle.haulage_empty_km_factor, usual_kg)


def tour_link(scenario: Scenario, tour: Tour) -> RoadLink:
    """The road of a collection or delivery tour, in its direction.

    Raises
    ------
    ValueError
        When no road joins door and hub.
    """
    ends = (tour.door, tour.hub) if tour.kind == "collection" else (tour.hub, tour.door)
    link = road_link(scenario, *ends)
    if link is None:
        raise ValueError(f"no road from {ends[0]} to {ends[1]}")
    return link


def _tour(scenario: Scenario, tour: Tour, size: Quantity, charges: list[Charge], elements: list[Element]) -> None:
    drayage, link = scenario.drayage, tour_link(scenario, tour)
    trust = drayage.provenance.confidence
    pallets = from_milli(size.pallets_milli)
    what = (
        f"{number(drayage.collection_eur_fixed)} EUR + {number(pallets)} pallets x "
        f"({number(drayage.collection_eur_per_pallet)} EUR + {number(link.km)} km x "
        f"{number(drayage.collection_eur_per_pallet_km)} EUR/km)"
    )
    per_pallet = drayage.collection_eur_per_pallet + link.km * drayage.collection_eur_per_pallet_km
    amount = drayage.collection_eur_fixed + pallets * per_pallet
    rate = drayage.rates.get((tour.kind, tour.door, tour.hub), 1.0)
    if rate != 1.0:
        what, amount = f"({what}) x {number(rate)}", amount * rate
    charges.append(charge(tour.kind, what, amount, confidence=trust))
    elements.append(_tour_element(scenario, tour.kind, link, size.kg))


def _tour_element(scenario: Scenario, kind: str, link: RoadLink, kg: int) -> Element:
    drayage, vehicle = scenario.drayage, scenario.vehicles[scenario.drayage.vehicle]
    line, driven = vehicle_line(scenario, vehicle), distance_factor(scenario.factors, "road")
    empty, share = vehicle.haulage_empty_km_factor, drayage.collection_load_share
    truck, countries = vehicle_evidence(scenario, vehicle), link_countries(scenario, link)
    estimate = evidence_of(drayage.provenance.confidence, truck.source, worked_out=True)
    return element(
        kind,
        f"{kg} kg x {number(link.km)} km x ({number(line.mj_per_km_empty)} MJ/km x (1 + {number(empty)}) / "
        f"{number(line.full_load_kg * share)} kg + {slope_text(line)}){distance_text(driven)}",
        mode="road",
        carrier=vehicle.carrier,
        km=link.km,
        mass_kg=kg,
        energy_mj=kg * link.km * pooled_mj_per_kg_km(line, empty, share) * driven,
        intensity=intensity(scenario, vehicle.carrier, countries),
        confidence=drayage.provenance.confidence,
        evidence=estimate if estimate.data == "default" else truck._replace(data="modelled"),
        countries=countries,
        tkm=kg * link.km / KG_PER_TONNE,
    )


def cross_dock_items(scenario: Scenario, place_id: str, pallets_milli: int, kg: int) -> tuple[Charge, Element] | None:
    """One handling of loose freight at a hub; None at doors."""
    hub = scenario.hubs.get(place_id)
    if hub is None or hub.cross_dock is None:
        return None
    dock, pallets, trust = hub.cross_dock, from_milli(pallets_milli), hub.provenance.confidence
    what = f"{hub.id}: {number(pallets)} pallets x {number(dock.eur_per_pallet)} EUR"
    kwh = pallets * dock.kwh_per_pallet
    drawn = f"{number(pallets)} pallets x {number(dock.kwh_per_pallet)} kWh"
    if dock.kwh_per_tonne:
        kwh += kg / KG_PER_TONNE * dock.kwh_per_tonne
        drawn = f"({drawn} + {number(kg / KG_PER_TONNE)} t x {number(dock.kwh_per_tonne)} kWh)"
    energy = element(
        "cross_dock",
        f"{hub.id}: {drawn} x {MJ_PER_KWH} MJ/kWh",
        mode="hub",
        carrier=ELECTRICITY,
        mass_kg=kg,
        energy_mj=kwh * MJ_PER_KWH,
        intensity=intensity(scenario, ELECTRICITY, ((hub.country, 1.0),)) if kwh else (0.0, 0.0),
        confidence=trust,
        evidence=stated_evidence(hub.provenance, dock.energy_confidence, dock.energy_source),
        countries=((hub.country, 1.0),),
    )
    return charge("cross_dock", what, pallets * dock.eur_per_pallet, confidence=trust), energy


def _crossing(scenario: Scenario, shipment: Shipment, move: Move, charges: list[Charge]) -> None:
    row = crossing_between(scenario, move.origin, move.destination)
    if row is not None and shipment.customs_status != "transit":
        what = f"{row.origin} to {row.destination}: {number(row.eur)} EUR"
        charges.append(charge("crossing", what, row.eur, confidence=row.provenance.confidence))


def _storage(
    scenario: Scenario, shipment: Shipment, atoms: int, size: Quantity, there: int, ridden: Sequence[Move]
) -> list[Charge]:
    found = []
    for move in ridden:
        hub = scenario.hubs.get(move.origin)
        if hub is not None:
            found.append(
                storage_charge(hub, shipment, atoms, size.pallets_milli, started_days(move.latest_min - there))
            )
        there = move.available_min
    return found


def storage_charge(hub: Hub, shipment: Shipment, atoms: int, pallets_milli: int, days: int) -> Charge:
    """Freight at a hub for so many days begun before it moves on."""
    paid = max(0, days - hub.free_storage_days)
    if shipment.load_units:
        amount, rate, word = float(atoms), hub.storage_eur_per_unit_day, "units"
    else:
        amount, rate, word = from_milli(pallets_milli), hub.storage_eur_per_pallet_day, "pallets"
    what = f"{hub.id}: ({days} - {hub.free_storage_days} free) days x {number(amount)} {word} x {number(rate)} EUR"
    return charge("storage_pallet", what, paid * amount * rate, confidence=hub.provenance.confidence)
