"""The arrays that every engine reads, and what every engine gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Float64 = NDArray[np.float64]
    Bool = NDArray[np.bool_]

INTEGRALITY_TOLERANCE = 1e-5
"""How far an engine's integer may lie from a whole number before its answer is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MipModel:
    """Minimise ``c @ x + offset`` over ``row_lower <= a @ x <= row_upper``, ``lower <= x <= upper``.

    Attributes
    ----------
    c, lower, upper : float64[N]
    a : scipy csr_array float64[R, N]
    row_lower, row_upper : float64[R]
        Infinite where a side is open.
    integer : bool[N]
        All False makes it an LP.
    row_names : tuple of str
        Empty, or one per row; only for people.
    """

    c: Float64
    a: csr_array
    row_lower: Float64
    row_upper: Float64
    lower: Float64
    upper: Float64
    integer: Bool
    offset: float = 0.0
    row_names: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """Number of variables N."""
        return int(self.c.size)

    @property
    def rows(self) -> int:
        """Number of rows R."""
        return int(self.row_lower.size)

    @property
    def is_linear(self) -> bool:
        """True when no variable is integer."""
        return not bool(self.integer.any())

    def objective(self, x: Float64) -> float:
        """Objective of a point."""
        return float(self.c @ x) + self.offset

    def largest_violation(self, x: Float64) -> float:
        """Largest amount by which a point breaks a row or a variable bound; 0 for a feasible one."""
        activity = self.a @ x
        over = [activity - self.row_upper, self.row_lower - activity, x - self.upper, self.lower - x]
        return max((float(part.max()) for part in over if part.size), default=0.0) if x.size or over else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How an engine works, besides when it ends.

    Attributes
    ----------
    presolve, cuts : bool
        Cutting planes are switched off at every node; HiGHS through scipy cannot do without its own.
    lines : tuple of str
        Settings in the engine's own words: ``name = value`` for SCIP, a field of its parameters for CP-SAT
        (``linearization_level: 2``); HiGHS takes none.
    """

    presolve: bool = True
    cuts: bool = True
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """When an engine must end.

    Attributes
    ----------
    seconds : float or None
        Wall time; None reads no clock.
    relative_gap, absolute_gap : float
        Ends when (objective - bound) is at most one of them (relative: of the objective).
    work : int or None
        Deterministic limit: branch-and-bound nodes (HiGHS, SCIP) or thousandths of a unit of deterministic time
        (CP-SAT).
    threads, seed : int
    settings : EngineSettings
    """

    seconds: float | None = None
    relative_gap: float = 0.0
    absolute_gap: float = 1e-6
    work: int | None = None
    threads: int = 1
    seed: int = 0
    settings: EngineSettings = field(default_factory=EngineSettings)


class EngineStatus(StrEnum):
    """What an engine knows at its end."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineResult:
    """What an engine found.

    Attributes
    ----------
    objective : float or None
        Of ``x``, computed from the model and not taken from the engine.
    bound : float
        Proven lower bound; -inf when there is none.
    x : float64[N] or None
        Integer variables are whole numbers.
    duals, reduced_costs : float64[R], float64[N] or None
        Of an LP at its optimum; rows' duals are d objective / d right-hand side.
    work : int
        Nodes, or thousandths of deterministic time; 0 where the engine does not tell.
    """

    status: EngineStatus
    objective: float | None = None
    bound: float = -np.inf
    x: Float64 | None = None
    duals: Float64 | None = None
    reduced_costs: Float64 | None = None
    work: int = 0
    detail: str = ""


class Engine(Protocol):
    """A solver behind the one protocol."""

    name: str

    def solve(self, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
        """Solve a model; a hint is a full point that the engine may start from."""
        ...


@dataclass(frozen=True, slots=True)
class Rounded:
    """An engine's point after its integers were rounded."""

    x: Float64
    ok: bool
    violation: float = field(default=0.0)


def rounded_point(model: MipModel, x: Float64, tolerance: float = 1e-3) -> Rounded:
    """Round the integer variables of a point and say whether it still holds.

    Parameters
    ----------
    tolerance : float
        Largest row violation accepted, in units of the row. Rows of integers over integer points are exact, so any
        value below 1 is safe for them.
    """
    whole = np.round(x)
    snapped = np.where(model.integer, whole, x)
    drift = float(np.abs(snapped - x).max()) if x.size else 0.0
    snapped = np.clip(snapped, model.lower, model.upper)
    violation = model.largest_violation(snapped)
    return Rounded(snapped, drift <= INTEGRALITY_TOLERANCE * 100 and violation <= tolerance, violation)


def result_of_point(model: MipModel, x: Float64 | None, bound: float, limits: EngineLimits, work: int) -> EngineResult:
    """Judge an engine's point and bound by the model: OPTIMAL only within the absolute gap."""
    if x is None:
        return EngineResult(status=EngineStatus.NO_SOLUTION, bound=bound, work=work)
    point = rounded_point(model, x)
    if not point.ok:
        detail = f"the engine's point breaks a row by {point.violation:.3g} after rounding"
        return EngineResult(status=EngineStatus.NO_SOLUTION, bound=bound, work=work, detail=detail)
    objective = model.objective(point.x)
    bound = min(bound, objective)
    closed = objective - bound <= max(limits.absolute_gap, 1e-9 * abs(objective))
    status = EngineStatus.OPTIMAL if closed else EngineStatus.FEASIBLE
    return EngineResult(status=status, objective=objective, bound=bound, x=point.x, work=work)


def proven_infeasible(work: int = 0) -> EngineResult:
    """The result of a model without any point."""
    return EngineResult(status=EngineStatus.INFEASIBLE, bound=np.inf, work=work)
