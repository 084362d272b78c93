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
