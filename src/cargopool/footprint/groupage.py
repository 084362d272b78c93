"""Groupage: the road price of a part load by loading metre and kg band and distance."""

from __future__ import annotations

from cargopool.footprint.carriers import intensity
from cargopool.footprint.energy import vehicle_line
from cargopool.footprint.external import pooled_rate
from cargopool.footprint.road import pooled_mj_per_kg_km
from cargopool.model.energy import distance_factor
from cargopool.model.equipment import RoadVehicle
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.units import cents, from_milli, round_half_even

LDM_MILLI_PER_PALLET = 400
"""Loading metres of a EUR pallet (0.8 m x 1.2 m, three abreast): 0.4; used where a shipment names none."""


def groupage_cents(scenario: Scenario, shipment: Shipment, km: float, atoms: int | None = None) -> int | None:
    """Cheapest groupage price of a part of so many atoms (the first ones; None: all) over a distance.

    A band admits the part when neither its loading metres nor its kg exceed the band's. Its price is
    max(minimum, loading metres x km x rate).

    Returns
    -------
    int or None
        Cents; None when no band admits the part.
    """
    size = quantity_of(shipment, 0, atoms)
    ldm_milli = size.loading_metres_milli or size.pallets_milli * LDM_MILLI_PER_PALLET // 1000
    prices = [
        cents(max(band.min_eur, from_milli(ldm_milli) * km * band.eur_per_ldm_km))
        for band in scenario.factors.groupage
        if ldm_milli <= band.up_to_ldm_milli and size.kg <= band.up_to_kg
    ]
    return min(prices, default=None)


def groupage_grams(scenario: Scenario, shipment: Shipment, km: float) -> int:
    """CO2e of a shipment sent as groupage: kg x km on a truck filled to the collection load share.

    The truck is the drayage vehicle with its long-haul empty factor; formula as for collection (docs/model.md 7).
    """
    vehicle = _truck(scenario)
    if vehicle is None:
        return 0
    mj = groupage_mj(scenario, shipment, km)
    wtt, ttw = intensity(scenario, vehicle.carrier, ((scenario.place(shipment.origin).country, km),))
    return round_half_even(mj * wtt) + round_half_even(mj * ttw)


def groupage_mj(scenario: Scenario, shipment: Shipment, km: float) -> float:
    """Energy of a shipment sent as groupage."""
    vehicle = _truck(scenario)
    if vehicle is None:
        return 0.0
    per_kg_km = pooled_mj_per_kg_km(
        vehicle_line(scenario, vehicle), vehicle.empty_km_factor, scenario.drayage.collection_load_share
    )
    return shipment.kg * km * per_kg_km * distance_factor(scenario.factors, "road")


def _truck(scenario: Scenario) -> RoadVehicle | None:
    return scenario.vehicles.get(scenario.drayage.vehicle) or next(iter(scenario.vehicles.values()), None)


def groupage_external_cents(scenario: Scenario, shipment: Shipment, km: float) -> int:
    """External costs of a shipment sent as groupage, as the objective counts them; the truck of `groupage_grams`."""
    vehicle = _truck(scenario)
    if vehicle is None:
        return 0
    usual_kg = vehicle_line(scenario, vehicle).full_load_kg * scenario.drayage.collection_load_share
    rate = pooled_rate(scenario, km, vehicle.empty_km_factor, usual_kg)
    return rate.load_cents(shipment.kg) if rate.internalised else 0
