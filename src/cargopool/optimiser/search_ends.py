"""What shipments begin and end with, at what cost: collection, delivery and handling, priced once each.

All money is objective cents, carbon and counted external costs included.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.footprint import counted_cents, price_part, weighted_cents
from cargopool.model.plan import Handling, Itinerary, Tour
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.listing import hubs_in_reach
from cargopool.rules.opening import earliest_start
from cargopool.rules.roads import collection_minutes

INF = 1e18
CENTS_PER_GRAM_AND_EUR_PER_T = 1e-4


def _price(scenario: Scenario, itinerary: Itinerary) -> float:
    """Objective cents, carbon and counted external costs included, of one part alone on a piece of an itinerary."""
    priced = price_part(scenario, itinerary, {})
    money = sum(weighted_cents(scenario.objective, line) * line.count for line in priced.lines)
    money += counted_cents(scenario.objective, priced.external)
    grams = sum(tce.grams * tce.count for tce in priced.tces)
    return float(money + grams * scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T)


def _piece(shipment: Shipment, **parts: Any) -> Itinerary:
    return Itinerary(
        shipment=shipment.id,
        part=1,
        first_atom=0,
        atoms=shipment.atoms,
        moves=(),
        handlings=parts.get("handlings", ()),
        collection=parts.get("collection"),
        delivery=parts.get("delivery"),
        delivered_min=shipment.ready_min,
    )


def _accepts(scenario: Scenario, hub_id: str, shipment: Shipment) -> bool:
    accepted = scenario.hubs[hub_id].adr_classes
    return not shipment.adr_class or accepted is None or shipment.adr_class in accepted


def starts_of(scenario: Scenario, shipment: Shipment, places: dict[str, int]) -> list[tuple[int, int, float]]:
    """Where a shipment may begin: place, minute from which it can be handled there, cents of getting there."""
    options = [(places[shipment.origin], shipment.ready_min, 0.0)]
    if shipment.origin not in scenario.doors or shipment.load_units:
        return options
    door = scenario.doors[shipment.origin]
    begin = earliest_start(door, scenario.horizon.start, shipment.ready_min, door.loading_min)
    if begin is None:
        return options
    for hub, km in hubs_in_reach(scenario, door.id, out=True):
        if _accepts(scenario, hub, shipment):
            end = begin + door.loading_min + collection_minutes(scenario, km, shipment.id, hub)
            tour = Tour(kind="collection", door=door.id, hub=hub, start_min=begin, end_min=end)
            options.append((places[hub], end, _price(scenario, _piece(shipment, collection=tour))))
    return options


def ends_of(scenario: Scenario, shipment: Shipment, places: dict[str, int]) -> list[tuple[int, int, int, float]]:
    """Where a shipment may end: place, minutes from there, its door (-1 when it is there), cents."""
    options = [(places[shipment.destination], 0, -1, 0.0)]
    if shipment.destination not in scenario.doors or shipment.load_units:
        return options
    door = scenario.doors[shipment.destination]
    for hub, km in hubs_in_reach(scenario, door.id, out=False):
        if _accepts(scenario, hub, shipment):
            minutes = collection_minutes(scenario, km, shipment.id, hub)
            tour = Tour(kind="delivery", door=door.id, hub=hub, start_min=0, end_min=minutes + door.loading_min)
            cost = _price(scenario, _piece(shipment, delivery=tour))
            options.append((places[hub], minutes, places[door.id], cost))
    return options


def handling_costs(scenario: Scenario, network: Network) -> tuple[Any, Any]:
    """Cents of handling each shipment at each place, INF where it cannot be, and cents of a paid day of storage there.

    Returns
    -------
    float64[K, P], float64[K, P]
    """
    shipments = list(scenario.shipments.values())
    handling = np.full((len(shipments), len(network.place_ids)), INF)
    storage = np.zeros_like(handling)
    known: dict[tuple[str, int, int], float] = {}
    places = {place: p for p, place in enumerate(network.place_ids)}
    hubs = [(places[name], name, hub) for name, hub in scenario.hubs.items()]
    for k, shipment in enumerate(shipments):
        for end in (shipment.origin, shipment.destination):
            if end not in scenario.hubs:
                handling[k, places[end]] = 0.0
        for p, place_id, hub in hubs:
            if not _accepts(scenario, place_id, shipment):
                continue
            if shipment.load_units:
                handling[k, p] = 0.0
                storage[k, p] = 100.0 * hub.storage_eur_per_unit_day * shipment.load_units
            elif hub.cross_dock is not None:
                key = (place_id, shipment.pallets_milli, shipment.kg if hub.cross_dock.kwh_per_tonne else 0)
                if key not in known:
                    step = Handling(place=place_id, kind="load", start_min=0, end_min=0)
                    known[key] = _price(scenario, _piece(shipment, handlings=(step,)))
                handling[k, p] = known[key]
                storage[k, p] = 0.1 * hub.storage_eur_per_pallet_day * shipment.pallets_milli
    return handling, storage
