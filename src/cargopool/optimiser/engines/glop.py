"""GLOP, through OR-Tools: linear models with duals, and a linear programme that grows and stays warm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.optimiser.engines.base import EngineLimits, EngineResult, EngineStatus, MipModel, proven_infeasible
from cargopool.optimiser.engines.linear import build_helper, run_helper

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64


class Glop:
    """GLOP for linear models; an integer model is solved as its relaxation."""

    name = "glop"

    def solve(self, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
        """Solve a model's linear relaxation."""
        if model.columns == 0:
            from cargopool.optimiser.engines.highs import Highs

            return Highs().solve(model, limits)
        running = run_helper(build_helper(model), self.name, "", limits.seconds)
        status = running.status().name
        if status == "INFEASIBLE":
            return proven_infeasible()
        if status != "OPTIMAL":
            return EngineResult(status=EngineStatus.NO_SOLUTION, detail=running.status_string())
        x = np.asarray(running.variable_values(), dtype=np.float64)
        objective = model.objective(x)
        return EngineResult(
            status=EngineStatus.OPTIMAL,
            objective=objective,
            bound=objective,
            x=x,
            duals=np.asarray(running.dual_values(), dtype=np.float64),
            reduced_costs=np.asarray(running.reduced_costs(), dtype=np.float64),
        )


class GrowingLp:
    """A linear programme to which columns and rows are added; GLOP keeps its basis between solves.

    100 to 200 simplex iterations per 100 new columns were measured, against a cold start of thousands.
    Not picklable: make and use it inside one process.
    """

    def __init__(self) -> None:
        from ortools.linear_solver import pywraplp

        self._solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._objective: Any = self._solver.Objective()
        self._objective.SetMinimization()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._rows)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self._columns)

    def add_column(
        self, cost: float, rows: Sequence[int], amounts: Sequence[float], lower: float = 0.0, upper: float = np.inf
    ) -> int:
        """Add a variable with its entries in existing rows; returns its index."""
        column = self._solver.NumVar(lower, upper, "")
        self._objective.SetCoefficient(column, cost)
        for row, amount in zip(rows, amounts, strict=True):
            self._rows[row].SetCoefficient(column, float(amount))
        self._columns.append(column)
        return len(self._columns) - 1

    def add_row(self, lower: float, upper: float, columns: Sequence[int] = (), amounts: Sequence[float] = ()) -> int:
        """Add a row with its entries in existing columns; returns its index."""
        row = self._solver.Constraint(lower, upper)
        for column, amount in zip(columns, amounts, strict=True):
            row.SetCoefficient(self._columns[column], float(amount))
        self._rows.append(row)
        return len(self._rows) - 1

    def set_bounds(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of a variable, for branching or fixing."""
        self._columns[column].SetBounds(lower, upper)

    def solve(self, seconds: float | None = None) -> EngineResult:
        """Solve from the last basis."""
        from ortools.linear_solver import pywraplp

        if seconds is not None:
            self._solver.set_time_limit(max(1, int(1000 * seconds)))
        status = self._solver.Solve()
        if status == pywraplp.Solver.INFEASIBLE:
            return proven_infeasible()
        if status != pywraplp.Solver.OPTIMAL:
            return EngineResult(status=EngineStatus.NO_SOLUTION)
        objective = float(self._objective.Value())
        return EngineResult(
            status=EngineStatus.OPTIMAL,
            objective=objective,
            bound=objective,
            x=np.fromiter((column.solution_value() for column in self._columns), np.float64, len(self._columns)),
            duals=np.fromiter((row.dual_value() for row in self._rows), np.float64, len(self._rows)),
            reduced_costs=np.fromiter((column.reduced_cost() for column in self._columns), np.float64),
            work=int(self._solver.iterations()),
        )
