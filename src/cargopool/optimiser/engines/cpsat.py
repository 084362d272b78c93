"""CP-SAT, through OR-Tools: integer models, with an objective scaled to integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.errors import Diagnostic, EngineError
from cargopool.optimiser.engines.base import EngineLimits, EngineResult, MipModel, proven_infeasible, result_of_point

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64

_SCALES = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
_EXACT = 1e-6
_WORK_PER_UNIT = 1000


class CpSat:
    """CP-SAT for models of bounded integers; it starts from a hint and repairs it."""

    name = "cpsat"

    def solve(self, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
        """Solve a model; EngineError when a variable is continuous or unbounded, or a row is not made of integers."""
        from ortools.sat.python import cp_model

        if model.columns == 0:
            from cargopool.optimiser.engines.highs import Highs

            return Highs().solve(model, limits)
        scale = _objective_scale(model.c)
        coefficients = np.round(model.c * scale)
        programme, variables = _build(model, coefficients)
        if hint is not None:
            for variable, value in zip(variables, np.round(hint).astype(np.int64).tolist(), strict=True):
                programme.add_hint(variable, value)
        solver = cp_model.CpSolver()
        _set_limits(solver.parameters, limits, scale)
        status = solver.solve(programme)
        work = round(solver.deterministic_time * _WORK_PER_UNIT) if hasattr(solver, "deterministic_time") else 0
        if status == cp_model.INFEASIBLE:
            return proven_infeasible(work)
        error = np.abs(model.c - coefficients / scale) @ np.maximum(np.abs(model.lower), np.abs(model.upper))
        bound = float(solver.best_objective_bound) / scale - float(error) + model.offset
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return result_of_point(model, None, bound, limits, work)
        x = np.fromiter((solver.value(variable) for variable in variables), np.float64, len(variables))
        return result_of_point(model, x, bound, limits, work)


def _objective_scale(c: Float64) -> int:
    for scale in _SCALES:
        scaled = c * scale
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) <= _EXACT:
            return scale
    return _SCALES[-1]


def _build(model: MipModel, coefficients: Float64) -> tuple[Any, list[Any]]:
    from ortools.sat.python import cp_model

    if not model.integer.all() or not np.isfinite(model.lower).all() or not np.isfinite(model.upper).all():
        raise EngineError(Diagnostic("E7002", "CP-SAT takes bounded integers only"))
    programme = cp_model.CpModel()
    lowest, highest = np.ceil(model.lower).astype(np.int64), np.floor(model.upper).astype(np.int64)
    bounds = zip(lowest.tolist(), highest.tolist(), strict=True)
    variables = [programme.new_int_var(low, high, "") for low, high in bounds]
    for row in range(model.rows):
        start, end = model.a.indptr[row], model.a.indptr[row + 1]
        amounts, low, high = _integer_row(model.a.data[start:end], model.row_lower[row], model.row_upper[row])
        columns = [variables[index] for index in model.a.indices[start:end].tolist()]
        expression = cp_model.LinearExpr.weighted_sum(columns, amounts)
        programme.add_linear_constraint(expression, low, high)
    used = np.flatnonzero(coefficients)
    weights = coefficients[used].astype(np.int64).tolist()
    programme.minimize(cp_model.LinearExpr.weighted_sum([variables[i] for i in used.tolist()], weights))
    return programme, variables


def _integer_row(amounts: Float64, lower: float, upper: float) -> tuple[list[int], int, int]:
    from ortools.sat.python import cp_model

    for scale in _SCALES:
        scaled = amounts * scale
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) <= _EXACT:
            low = cp_model.INT32_MIN * 2**31 if not np.isfinite(lower) else int(np.ceil(lower * scale - _EXACT))
            high = cp_model.INT32_MAX * 2**31 if not np.isfinite(upper) else int(np.floor(upper * scale + _EXACT))
            return np.round(scaled).astype(np.int64).tolist(), low, high
    raise EngineError(Diagnostic("E7003", "CP-SAT takes rows of integers only"))


def _set_limits(parameters: Any, limits: EngineLimits, scale: int) -> None:
    _read_lines(parameters, limits.settings.lines)
    parameters.cp_model_presolve = limits.settings.presolve
    if not limits.settings.cuts:
        parameters.max_num_cuts = 0
    parameters.num_workers = limits.threads
    parameters.catch_sigint_signal = False  # it would take Ctrl-C away from the process for good
    parameters.random_seed = limits.seed % 2**31
    parameters.relative_gap_limit = limits.relative_gap
    parameters.absolute_gap_limit = limits.absolute_gap * scale
    if limits.seconds is not None:
        parameters.max_time_in_seconds = max(0.01, limits.seconds)
    if limits.work is not None:
        parameters.max_deterministic_time = max(1, limits.work) / _WORK_PER_UNIT


def _read_lines(parameters: Any, lines: tuple[str, ...]) -> None:
    if lines and not parameters.merge_text_format("\n".join(lines)):
        raise EngineError(Diagnostic("E7014", f"CP-SAT does not know one of its settings: {'; '.join(lines)}"))
