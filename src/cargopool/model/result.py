"""What a solve gives back: the plan, what is known of it, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cargopool.model.plan import Plan


class Status(StrEnum):
    """What is known of a result."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"


class Termination(StrEnum):
    """Why a run ended."""

    PROVEN = "proven"
    GAP = "gap"
    TIME = "time"
    WORK = "work"
    FIRST_FEASIBLE = "first_feasible"
    INTERRUPTED = "interrupted"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundScope:
    """What a bound is a bound on.

    Attributes
    ----------
    relaxed : tuple of str
        Rules of P that the bound leaves out, such as ``packing`` or ``hub_buckets``.
    """

    model: str = "P"
    event_depth: int = 2
    max_departures: int = 3
    max_moves: int = 3
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A moment of a run.

    Attributes
    ----------
    objective_eur, bound_eur : float or None
        Of the newest verified incumbent, and the best proven bound.
    columns, iterations : int
        Work so far.
    stage : str
        What is being done.
    unserved_eur : float
        Unserved constants inside the incumbent's objective.
    note : str
        Something worth a line in the log.
    """

    seconds: float
    work: int
    objective_eur: float | None
    bound_eur: float | None
    columns: int = 0
    iterations: int = 0
    stage: str = ""
    unserved_eur: float = 0.0
    note: str = ""

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective without the unserved constant; None without incumbent or bound."""
        if self.objective_eur is None or self.bound_eur is None:
            return None
        missing = max(0.0, self.objective_eur - self.bound_eur)
        base = self.objective_eur - self.unserved_eur
        return missing / base if base > 0 else float(missing > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a solve gives back.

    Attributes
    ----------
    plan : Plan or None
        The newest verified plan.
    bound_eur : float or None
        Proven lower bound on the objective over the reference model P, within ``bound_scope``.
    gap : float or None
        (objective - bound) / objective, the unserved constant left out of the denominator.
    history : tuple of Progress
    seconds : tuple of (stage, seconds)
    """

    status: Status
    termination: Termination
    plan: Plan | None
    bound_eur: float | None
    gap: float | None
    bound_scope: BoundScope
    history: tuple[Progress, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    detail: str = ""
