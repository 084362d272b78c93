"""Bulk transfer of a `MipModel` into OR-Tools' linear-solver arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.errors import Diagnostic, EngineError
from cargopool.optimiser.engines.base import MipModel

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64


def build_helper(model: MipModel, hint: Float64 | None = None) -> Any:
    """Fill OR-Tools' model builder in one call.

    The operator interface takes 8 to 14 s for 200,000 variables and rows where this takes 0.3 s.
    """
    from ortools.linear_solver.python import model_builder_helper
    from scipy.sparse import csr_matrix

    helper: Any = model_builder_helper.ModelBuilderHelper()
    helper.fill_model_from_sparse_data(
        model.lower.astype(np.float64),
        model.upper.astype(np.float64),
        model.c.astype(np.float64),
        model.row_lower.astype(np.float64),
        model.row_upper.astype(np.float64),
        csr_matrix(model.a),
    )
    for index in np.flatnonzero(model.integer).tolist():
        helper.set_var_integrality(index, True)
    if hint is not None:
        for index, value in enumerate(hint.tolist()):
            helper.add_hint(index, value)
    return helper


def run_helper(helper: Any, solver: str, parameters: str, seconds: float | None) -> Any:
    """Run one OR-Tools linear solver on a filled helper and return the solver object."""
    from ortools.linear_solver.python import model_builder_helper

    running: Any = model_builder_helper.ModelSolverHelper(solver)
    if parameters:
        running.set_solver_specific_parameters(parameters)
    if seconds is not None:
        running.set_time_limit_in_seconds(max(0.01, seconds))
    running.solve(helper)
    status = running.status().name if running.has_response() else "UNKNOWN_STATUS"
    if status in ("MODEL_INVALID", "INVALID_SOLVER_PARAMETERS", "SOLVER_TYPE_UNAVAILABLE", "INCOMPATIBLE_OPTIONS"):
        raise EngineError(Diagnostic("E7011", f"{solver} refused the model: {running.status_string()}"))
    return running
