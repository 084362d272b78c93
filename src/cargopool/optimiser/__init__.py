"""Network to Plan: search, columns, mixed-integer models, bounds, stops and results."""

from __future__ import annotations

from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.stop import FirstFeasible, Gap, StopFlag, StoppingCriterion, TimeLimit, WorkLimit

__all__ = [
    "FirstFeasible",
    "Gap",
    "SolveParams",
    "StopFlag",
    "StoppingCriterion",
    "TimeLimit",
    "WorkLimit",
]
