"""The one source of money and CO2e."""

from cargopool.footprint.groupage import groupage_cents
from cargopool.footprint.kinds import COST_KINDS, TCE_KINDS
from cargopool.footprint.moves import MoveCoefficients, move_coefficients
from cargopool.footprint.objective import lateness_cents, time_value_cents, weighted_cents
from cargopool.footprint.pricing import Priced, PricedPlan, price_move, price_part, price_plan, price_run
from cargopool.footprint.unserved import unserved_cents

__all__ = [
    "COST_KINDS",
    "TCE_KINDS",
    "MoveCoefficients",
    "Priced",
    "PricedPlan",
    "groupage_cents",
    "lateness_cents",
    "move_coefficients",
    "price_move",
    "price_part",
    "price_plan",
    "price_run",
    "time_value_cents",
    "unserved_cents",
    "weighted_cents",
]
