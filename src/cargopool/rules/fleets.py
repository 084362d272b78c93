"""Who may drive a tour: the scenario's fleet, and hired trucks."""

from __future__ import annotations

from cargopool.model.energy import truck_line
from cargopool.model.equipment import TEMPERATURES, FleetVehicle
from cargopool.model.scenario import Scenario
from cargopool.model.tours import HIRED
from cargopool.units import MILLI

MANY = 10**6
"""Count of hired trucks: as many as are needed."""

_USUAL_PALLETS_MILLI = 33 * MILLI


BANNED_OVER_KG = 7_500
"""Gross mass of a vehicle above which truck bans hold: that of most national bans."""


def bans_hold(scenario: Scenario, row: FleetVehicle, *, units: bool) -> bool:
    """Whether the scenario's truck bans hold for tours of a fleet row, or of a hired truck.

    ``drayage.bans: none`` says that they hold for none. Else the row says so; a row that does not is bound when its
    vehicle's gross limit is above 7.5 t and the tour carries pallets, or load units and ``drayage.bans`` is ``all``.

    Parameters
    ----------
    units : bool
        The tour is one with load units on a chassis: a road leg of combined transport, mostly exempt.
    """
    if scenario.drayage.bans == "none":
        return False
    if row.bans is not None:
        return row.bans
    heavy = scenario.vehicles[row.vehicle].gross_limit_kg > BANNED_OVER_KG
    return heavy and (not units or scenario.drayage.bans == "all")


def hired_truck(scenario: Scenario, depot: str) -> FleetVehicle:
    """The drayage vehicle hired for a tour, from and to a hub.

    It is ordered as the job needs it: with a body for pallets (the room of the largest load unit that the vehicle
    carries, its full load in kg) or a chassis for a unit, with the temperature and the tail-lift.
    """
    vehicle = scenario.vehicles[scenario.drayage.vehicle]
    rooms = [unit.pallets_milli for unit in scenario.load_units.values() if unit.id in vehicle.unit_types]
    return FleetVehicle(
        id=HIRED,
        name=f"hired {vehicle.name}",
        vehicle=vehicle.id,
        depot=depot,
        count=MANY,
        pallets_milli=max([_USUAL_PALLETS_MILLI, *rooms]),
        payload_kg=truck_line(scenario.factors, vehicle).full_load_kg,
        temperatures=frozenset(TEMPERATURES),
        tail_lift=True,
        provenance=vehicle.provenance,
    )
