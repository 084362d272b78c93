"""What the objective makes of money and time."""

from __future__ import annotations

from cargopool.footprint.items import weigh
from cargopool.model.plan import CostLine
from cargopool.model.scenario import Objective
from cargopool.model.shipment import Shipment
from cargopool.units import CENTS_PER_EUR, MINUTES_PER_HOUR, round_half_even


def weighted_cents(objective: Objective, line: CostLine) -> int:
    """Cents of one use of a line as the objective counts them; times ``line.count`` in a plan."""
    return weigh(objective, line.kind, line.cents, line.carbon_cents)


def _rate_cents(shipment: Shipment, eur_per_h: float, atoms: int, minutes: int) -> int:
    if minutes <= 0 or not eur_per_h:
        return 0
    return round_half_even(eur_per_h * CENTS_PER_EUR * minutes * atoms / (MINUTES_PER_HOUR * shipment.atoms))


def lateness_cents(shipment: Shipment, atoms: int, late_min: int) -> int:
    """Lateness of a part of so many atoms, delivered so many minutes after due."""
    return _rate_cents(shipment, shipment.late_eur_per_h, atoms, late_min)


def time_value_cents(shipment: Shipment, atoms: int, minutes: int) -> int:
    """Value of the time from ready to delivered of a part of so many atoms."""
    return _rate_cents(shipment, shipment.value_of_time_eur_per_h, atoms, minutes)
