"""A plan beside its baselines: each shipper alone by road, and each shipper alone with every service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cargopool.errors import CargopoolError
from cargopool.model.plan import Result
from cargopool.model.scenario import Scenario

if TYPE_CHECKING:
    from cargopool.sharing import Baseline, Baselines

BASELINES = ("road_alone", "intermodal_alone")
_NO_CLOCK_S = 600.0
"""Time for the baselines of a run without a time limit, long enough for every one that ends at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The baselines of a plan, or why there are none.

    Attributes
    ----------
    reason : str
        Empty when there are baselines; each of them may still have a reason of its own for having no figures.
    """

    baselines: Baselines | None = None
    reason: str = ""

    def as_record(self) -> dict[str, Any]:
        """The ``baseline`` object of run.json: null and a reason for what is missing."""
        record: dict[str, Any] = {}
        reasons: dict[str, str] = {}
        for name in BASELINES:
            found: Baseline | None = getattr(self.baselines, name, None)
            if found is None or found.cost_eur is None or found.co2e_kg is None:
                record[name] = None
                reasons[name] = (found.reason if found else "") or self.reason or "not computed"
                continue
            record[name] = {
                "cost_eur": found.cost_eur,
                "co2e_kg": found.co2e_kg,
                "heuristic": found.heuristic,
                "groupage": found.groupage,
            }
        return record | {"reason": reasons}


def compare_with_baselines(scenario: Scenario, result: Result, seconds: float | None, seed: int = 1) -> Comparison:
    """Compute the baselines of a result within ``seconds``; what is not finished has a reason instead.

    The plan is safe by now, so a failure here is a reason and not an end to the run.
    """
    from cargopool.sharing import compute

    if result.plan is None:
        return Comparison(reason="there is no plan to compare with")
    try:
        limit = _NO_CLOCK_S if seconds is None else seconds
        return Comparison(baselines=compute(scenario, result, limit, seed))
    except (CargopoolError, ArithmeticError, LookupError, ValueError) as error:
        return Comparison(reason=f"failed: {type(error).__name__}: {error}")
