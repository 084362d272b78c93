"""A plan beside its baselines: each shipper alone by road, and each shipper alone with every service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cargopool.model.result import Result
from cargopool.model.scenario import Scenario

if TYPE_CHECKING:
    from cargopool.sharing import Baseline, Baselines

BASELINES = ("road_alone", "intermodal_alone")
_POLL_S = 0.05
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


def compare_with_baselines(
    scenario: Scenario,
    result: Result,
    seconds: float | None,
    seed: int = 1,
    stopped: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Compute the baselines of a result within ``seconds``; what is not finished has a reason instead.

    They run on a thread of their own, because compiling and single steps of a search look at no clock: when the time
    is over, or ``stopped`` says so, they are left alone and end by themselves.
    """
    if result.plan is None:
        return Comparison(reason="there is no plan to compare with")
    limit = _NO_CLOCK_S if seconds is None else seconds
    found: list[Comparison] = []
    thread = threading.Thread(target=lambda: found.append(_computed(scenario, result, limit, seed)), daemon=True)
    deadline = time.monotonic() + limit
    thread.start()
    while thread.is_alive():
        if stopped():
            return Comparison(reason="interrupted")
        if time.monotonic() > deadline:
            return Comparison(reason="not finished within the time for comparisons")
        thread.join(_POLL_S)
    return found[0] if found else Comparison(reason="failed")


def _computed(scenario: Scenario, result: Result, limit: float, seed: int) -> Comparison:
    """The baselines; the plan is safe by now, so a failure is a reason and not an end to the run."""
    from cargopool.sharing import compute

    try:
        return Comparison(baselines=compute(scenario, result, limit, seed))
    except Exception as error:
        return Comparison(reason=f"failed: {type(error).__name__}: {error}")
