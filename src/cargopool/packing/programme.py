"""CP-SAT for packing questions, through the compiled half of OR-Tools' Python interface.

`ortools.sat.python.cp_model`, the other half, loads pandas, which takes half a second and 60 MB, and hangs dozens of
older names onto every model, where a run asks hundreds of small questions. The models are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model_helper
from ortools.sat.python.cp_model_helper import FEASIBLE, INFEASIBLE, OPTIMAL, LinearExpr
from ortools.util.python.sorted_interval_list import Domain

__all__ = ["INFEASIBLE", "SOLVED", "LinearExpr", "Programme", "Solver"]

SOLVED = (OPTIMAL, FEASIBLE)


class Programme:
    """Integer variables and constraints; no objective."""

    def __init__(self) -> None:
        self.model: Any = cp_model_helper.CpBaseModel(None)

    def variable(self, most: int) -> Any:
        """An integer from 0 to ``most``."""
        return cp_model_helper.IntVar(self.model.model_proto).with_name("").with_domain(Domain(0, most))

    def add(self, constraint: Any) -> None:
        """A linear constraint, as comparing two expressions makes it."""
        self.model._add_bounded_linear_expression(constraint)

    def at_most_one(self, *variables: Any) -> None:
        """At most one of variables that are 0 or 1."""
        self.model._add_bool_argument_constraint(cp_model_helper.BoolArgumentConstraint.at_most_one, *variables)

    def exactly_one(self, variables: Sequence[Any]) -> None:
        """Exactly one of variables that are 0 or 1."""
        self.model._add_bool_argument_constraint(cp_model_helper.BoolArgumentConstraint.exactly_one, *variables)


class Solver:
    """One solve within a deterministic limit, on one thread."""

    def __init__(self, deterministic_time: float) -> None:
        self.parameters = cp_model_helper.SatParameters()
        self.parameters.num_workers = 1
        self.parameters.catch_sigint_signal = False  # it would take Ctrl-C away from the process for good
        self.parameters.random_seed = 0
        self.parameters.max_deterministic_time = deterministic_time
        self._response: Any = None

    def solve(self, programme: Programme) -> Any:
        """The status."""
        wrapper: Any = cp_model_helper.SolveWrapper()
        wrapper.set_parameters(self.parameters)
        self._response = wrapper.solve(programme.model.model_proto)
        return self._response.status

    def value(self, variable: Any) -> int:
        """Value of a variable in the solution."""
        return int(cp_model_helper.ResponseHelper.value(self._response, variable))
