"""One published instance in continuous time: solved, checked, and as a record of plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cargopool.errors import Diagnostic, VerificationError
from cargopool.optimiser.continuous.evaluate import InvalidPathError, evaluate

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, ContinuousResult

AGREEMENT = 1e-7
"""Relative difference up to which two sums of the same costs are the same."""


@dataclass(frozen=True)
class BenchResult:
    """What was proven about one instance.

    Attributes
    ----------
    instance : str
    lower_bound, upper_bound, gap : float or None
        None where there is none; the upper bound is the cost of a plan that was checked.
    seconds : float
        Wall time of the solve, reading left out.
    status : str
        `optimal` (within the gap), `feasible`, `no_plan` or `infeasible`.
    stages : dict
        Seconds and counts by stage.
    """

    instance: str
    lower_bound: float | None
    upper_bound: float | None
    gap: float | None
    seconds: float
    status: str
    stages: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "instance": self.instance,
            "lower_bound": self.lower_bound,
            "upper_bound": self.upper_bound,
            "gap": self.gap,
            "seconds": round(self.seconds, 3),
            "status": self.status,
            "stages": self.stages,
        }


def solve_instance(
    instance: ContinuousInstance, *, time_limit: float, gap: float, seed: int = 1, threads: int = 2
) -> BenchResult:
    """Solve an instance and check what is claimed about it.

    Raises
    ------
    VerificationError
        The plan breaks a rule, costs something else than was said, or lies below the proven bound.
    """
    from cargopool.optimiser.continuous.solving import solve_continuous

    return checked(instance, solve_continuous(instance, time_limit=time_limit, gap=gap, seed=seed, threads=threads))


def checked(instance: ContinuousInstance, result: ContinuousResult) -> BenchResult:
    """A result whose plan is true to the instance, with the cost that the plan really has."""
    lower = _finite(result.lower_bound)
    if result.status in {"infeasible", "no_plan"}:
        return BenchResult(instance.name, lower, None, None, result.seconds, result.status, result.stages)
    try:
        upper = evaluate(instance, result.paths)
    except InvalidPathError as error:
        raise _rejected(instance, str(error)) from None
    if abs(upper - result.upper_bound) > AGREEMENT * max(1.0, abs(upper)):
        raise _rejected(instance, f"the plan costs {upper!r}, not {result.upper_bound!r}")
    if lower is not None and lower > upper + AGREEMENT * max(1.0, abs(upper)):
        raise _rejected(instance, f"the plan costs {upper!r}, less than the bound {lower!r}")
    gap = None if lower is None else max(0.0, (upper - lower) / upper) if upper > 0 else 0.0
    return BenchResult(instance.name, lower, upper, gap, result.seconds, result.status, result.stages)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _rejected(instance: ContinuousInstance, message: str) -> VerificationError:
    return VerificationError(Diagnostic("E2109", message, instance.name, "please report it"))
