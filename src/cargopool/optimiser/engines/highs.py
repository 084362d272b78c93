"""HiGHS, through scipy.

scipy's adapter keeps the incumbent and the true bound when a limit is hit; OR-Tools' linear-solver adapter returns
neither with HiGHS, and reports the objective as the bound when it stops at a gap.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cargopool.optimiser.engines.base import (
    EngineLimits,
    EngineResult,
    EngineStatus,
    MipModel,
    proven_infeasible,
    result_of_point,
)

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64

_INFEASIBLE = 2


class Highs:
    """HiGHS for mixed-integer and linear models; it takes no hint."""

    name = "highs"

    def solve(self, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
        """Solve a model."""
        if model.columns == 0:
            return _solve_empty(model)
        return _solve_lp(model, limits) if model.is_linear else _solve_mip(model, limits)


def _solve_empty(model: MipModel) -> EngineResult:
    x = np.zeros(0)
    if model.largest_violation(x) > 1e-9:
        return proven_infeasible()
    return EngineResult(status=EngineStatus.OPTIMAL, objective=model.offset, bound=model.offset, x=x)


def _solve_mip(model: MipModel, limits: EngineLimits) -> EngineResult:
    from scipy.optimize import Bounds, LinearConstraint, milp

    options: Any = {
        "mip_rel_gap": limits.relative_gap,
        "presolve": limits.settings.presolve,
        "disp": False,
    }
    if limits.seconds is not None:
        options["time_limit"] = max(0.01, limits.seconds)
    if limits.work is not None:
        options["node_limit"] = max(1, limits.work)
    rows = LinearConstraint(model.a, model.row_lower, model.row_upper) if model.rows else ()
    found = milp(
        model.c,
        integrality=model.integer.astype(np.int8),
        bounds=Bounds(model.lower, model.upper),
        constraints=rows,
        options=options,
    )
    nodes = int(found.mip_node_count or 0)
    if found.status == _INFEASIBLE:
        return proven_infeasible(nodes)
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound) + model.offset
    return result_of_point(model, found.x, bound, limits, nodes)


def _solve_lp(model: MipModel, limits: EngineLimits) -> EngineResult:
    from scipy.optimize import OptimizeWarning, linprog
    from scipy.sparse import vstack

    equal = model.row_lower == model.row_upper
    upper = ~equal & np.isfinite(model.row_upper)
    lower = ~equal & np.isfinite(model.row_lower)
    above, below = model.a[upper], model.a[lower]

    options: Any = {"presolve": limits.settings.presolve}
    if limits.seconds is not None:
        options["time_limit"] = max(0.01, limits.seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        found: Any = cast("Any", linprog)(
            model.c,
            A_ub=vstack([above, -below]) if upper.any() or lower.any() else None,
            b_ub=np.concatenate([model.row_upper[upper], -model.row_lower[lower]]),
            A_eq=model.a[equal] if equal.any() else None,
            b_eq=model.row_upper[equal],
            bounds=np.column_stack([model.lower, model.upper]),
            method="highs",
            options=options,
        )
    if found.status == _INFEASIBLE:
        return proven_infeasible()
    if found.status != 0 or found.x is None:
        return EngineResult(status=EngineStatus.NO_SOLUTION, detail=str(found.message))
    duals = np.zeros(model.rows)
    marginals = np.asarray(found.ineqlin.marginals)
    duals[upper] += marginals[: int(upper.sum())]
    duals[lower] -= marginals[int(upper.sum()) :]
    duals[equal] = found.eqlin.marginals
    objective = model.objective(found.x)
    return EngineResult(
        status=EngineStatus.OPTIMAL,
        objective=objective,
        bound=objective,
        x=found.x,
        duals=duals,
        reduced_costs=model.c - model.a.T @ duals,
    )
