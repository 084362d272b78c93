"""Solvers behind one protocol; each is imported when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cargopool.errors import Diagnostic, EngineError, InputError
from cargopool.optimiser.engines.base import (
    Engine,
    EngineLimits,
    EngineResult,
    EngineSettings,
    EngineStatus,
    MipModel,
)

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64

__all__ = [
    "ENGINES",
    "Engine",
    "EngineLimits",
    "EngineResult",
    "EngineSettings",
    "EngineStatus",
    "MipModel",
    "check_settings",
    "engine",
    "solve_model",
]

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


def check_settings(name: str, settings: EngineSettings) -> None:
    """Let an engine say what is wrong with settings in its own words, on a model of one variable; InputError then."""
    if not settings.lines:
        return
    import numpy as np
    from scipy.sparse import csr_array

    one = np.ones(1)
    model = MipModel(
        c=one,
        a=csr_array(one.reshape(1, 1)),
        row_lower=one,
        row_upper=one,
        lower=np.zeros(1),
        upper=one,
        integer=np.ones(1, dtype=np.bool_),
    )
    try:
        solve_model(name, model, EngineLimits(seconds=10.0, settings=settings))
    except EngineError as error:
        found = "; ".join(entry.message for entry in error.diagnostics)
        help_text = "one setting a line, as the engine's own manual writes it"
        raise InputError(Diagnostic("E1905", found, f"params.{name}.settings", help_text)) from error
