"""SCIP, through OR-Tools."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.optimiser.engines.base import (
    EngineLimits,
    EngineResult,
    EngineStatus,
    MipModel,
    proven_infeasible,
    result_of_point,
)
from cargopool.optimiser.engines.linear import build_helper, run_helper

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64


_LEAST_S = 0.1
_HOLDS = 1e-6


class Scip:
    """SCIP for mixed-integer models; it starts from a hint.

    With a hint SCIP 10 (OR-Tools 9.15) sometimes calls a point optimal that breaks a row by far. Where the hint holds
    and the answer does not, it is asked again without one; the hint is the answer when that finds none.
    """

    name = "scip"

    def solve(self, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
        """Solve a model."""
        if model.columns == 0:
            from cargopool.optimiser.engines.highs import Highs

            return Highs().solve(model, limits)
        began = time.monotonic()
        found = self._ask(model, limits, hint)
        if hint is None or found.x is not None or model.largest_violation(hint) > _HOLDS:
            return found
        if found.status is not EngineStatus.INFEASIBLE and not found.detail:
            return found
        left = None if limits.seconds is None else max(_LEAST_S, limits.seconds - (time.monotonic() - began))
        work = None if limits.work is None else max(1, limits.work - found.work)
        again = self._ask(model, replace(limits, seconds=left, work=work), None)
        if again.x is None:
            again = result_of_point(
                model, hint, again.bound if np.isfinite(again.bound) else -np.inf, limits, again.work
            )
        return replace(again, work=again.work + found.work)

    def _ask(self, model: MipModel, limits: EngineLimits, hint: Float64 | None) -> EngineResult:
        parameters = [
            f"limits/gap={limits.relative_gap!r}",
            f"limits/absgap={limits.absolute_gap!r}",
            f"randomization/randomseedshift={limits.seed % 2**31}",
            "misc/catchctrlc=FALSE",
        ]
        if not limits.settings.presolve:
            parameters.append("presolving/maxrounds=0")
        if not limits.settings.cuts:
            parameters += ["separating/maxrounds=0", "separating/maxroundsroot=0"]
        parameters += limits.settings.lines
        if limits.work is not None:
            parameters.append(f"limits/totalnodes={max(1, limits.work)}")
        running = run_helper(build_helper(model, hint), self.name, "\n".join(parameters), limits.seconds)
        if running.status().name == "INFEASIBLE":
            return proven_infeasible()
        if not running.has_solution():
            return result_of_point(model, None, _bound(running, model), limits, limits.work or 0)
        x = np.asarray(running.variable_values(), dtype=np.float64)
        return result_of_point(model, x, _bound(running, model), limits, limits.work or 0)


def _bound(running: Any, model: MipModel) -> float:
    value = float(running.best_objective_bound()) if running.has_response() else -np.inf
    if running.status().name != "OPTIMAL" and value == 0.0:
        # An engine that ends before its first relaxation reports 0 although nothing is proven.
        value = -np.inf
    trivial = float(np.where(model.c > 0, model.c * model.lower, model.c * model.upper).sum())
    return max(trivial, value) + model.offset
