"""How a plan is carried out: round trips, loading layouts, empty units."""

from cargopool.operations.executing import Execution, execute_plan, stripped
from cargopool.operations.loading import Loading, arrange_units
from cargopool.operations.repositioning import Balance, balance_units
from cargopool.operations.round_trips import Matching, driver_log, match_round_trips

__all__ = [
    "Balance",
    "Execution",
    "Loading",
    "Matching",
    "arrange_units",
    "balance_units",
    "driver_log",
    "execute_plan",
    "match_round_trips",
    "stripped",
]
