"""The one source of money and CO2e."""

from cargopool.footprint.allocation import UNALLOCATED, ShipmentFootprint, allocate, allocations_kept
from cargopool.footprint.caps import CapState, activity_kg_hm, activity_tkm, cap_states, least_whole_cap, limit_grams
from cargopool.footprint.energy import DATA_WORDS
from cargopool.footprint.external import CATEGORIES, CLIMATE, ExternalLine, counted_categories, counted_cents
from cargopool.footprint.groupage import groupage_cents, groupage_external_cents, groupage_grams, groupage_mj
from cargopool.footprint.kinds import COST_KINDS, TCE_KINDS
from cargopool.footprint.moves import MoveCoefficients, move_coefficients
from cargopool.footprint.objective import lateness_cents, time_value_cents, weighted_cents
from cargopool.footprint.pricing import (
    Priced,
    PricedPlan,
    external_lines,
    price_move,
    price_part,
    price_plan,
    price_run,
)
from cargopool.footprint.sheet import PricedCarbon, SheetRow, all_sheet_rows, carbon_in_prices, data_grams, sheet_rows
from cargopool.footprint.unserved import unserved_cents

__all__ = [
    "CATEGORIES",
    "CLIMATE",
    "COST_KINDS",
    "DATA_WORDS",
    "TCE_KINDS",
    "UNALLOCATED",
    "CapState",
    "ExternalLine",
    "MoveCoefficients",
    "Priced",
    "PricedCarbon",
    "PricedPlan",
    "SheetRow",
    "ShipmentFootprint",
    "activity_kg_hm",
    "activity_tkm",
    "all_sheet_rows",
    "allocate",
    "allocations_kept",
    "cap_states",
    "carbon_in_prices",
    "counted_categories",
    "counted_cents",
    "data_grams",
    "external_lines",
    "groupage_cents",
    "groupage_external_cents",
    "groupage_grams",
    "groupage_mj",
    "lateness_cents",
    "least_whole_cap",
    "limit_grams",
    "move_coefficients",
    "price_move",
    "price_part",
    "price_plan",
    "price_run",
    "sheet_rows",
    "time_value_cents",
    "unserved_cents",
    "weighted_cents",
]
