"""Solvers behind one protocol; each is imported when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cargopool.errors import Diagnostic, EngineError
from cargopool.optimiser.engines.base import Engine, EngineLimits, EngineResult, EngineStatus, MipModel

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64

__all__ = ["ENGINES", "Engine", "EngineLimits", "EngineResult", "EngineStatus", "MipModel", "engine", "solve_model"]

ENGINES = ("highs", "scip", "cpsat", "glop")
"""Names that `engine` knows."""


def engine(name: str) -> Engine:
    """Engine of that name; EngineError when there is none."""
    if name == "highs":
        from cargopool.optimiser.engines.highs import Highs

        return Highs()
    if name == "scip":
        from cargopool.optimiser.engines.scip import Scip

        return Scip()
    if name == "cpsat":
        from cargopool.optimiser.engines.cpsat import CpSat

        return CpSat()
    if name == "glop":
        from cargopool.optimiser.engines.glop import Glop

        return Glop()
    raise EngineError(Diagnostic("E7000", f"there is no engine {name!r}", help=f"one of {', '.join(ENGINES)}"))


def solve_model(name: str, model: MipModel, limits: EngineLimits, hint: Float64 | None = None) -> EngineResult:
    """Solve a model by a named engine; the call that the worker process runs."""
    return engine(name).solve(model, limits, hint)
