"""Pool freight of many shippers over rail, barge, short sea and road.

Everything public is here and is loaded when first used::

    import cargopool as cp

    scenario = cp.load_scenario("scenarios/quickstart")
    result = cp.solve(scenario, stop=cp.TimeLimit(60) | cp.Gap(0.01))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cargopool.batches.front_request import Front
    from cargopool.batches.front_runs import pareto
    from cargopool.errors import (
        CargopoolError,
        Diagnostic,
        EngineError,
        InputError,
        OutputError,
        RunLockedError,
        VerificationError,
    )
    from cargopool.files import read_scenario as load_scenario
    from cargopool.files import write_scenario
    from cargopool.files.plan_files import read_plan, write_plan
    from cargopool.model.builder import ScenarioBuilder
    from cargopool.model.plan import Plan
    from cargopool.model.result import BoundScope, Progress, Result, Status, Termination
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.stop import FirstFeasible, Gap, StopFlag, StoppingCriterion, TimeLimit, WorkLimit
    from cargopool.runs import Run, RunOutcome, RunRequest, RunResult, open_run, run, solve
    from cargopool.verifier import verify

_HOMES = {
    "batches.front_request": ("Front",),
    "batches.front_runs": ("pareto",),
    "errors": (
        "CargopoolError",
        "Diagnostic",
        "EngineError",
        "InputError",
        "OutputError",
        "RunLockedError",
        "VerificationError",
    ),
    "files": ("write_scenario",),
    "files.plan_files": ("read_plan", "write_plan"),
    "model.builder": ("ScenarioBuilder",),
    "model.plan": ("Plan",),
    "model.result": ("BoundScope", "Progress", "Result", "Status", "Termination"),
    "model.scenario": ("Scenario",),
    "optimiser.params": ("SolveParams",),
    "optimiser.stop": ("FirstFeasible", "Gap", "StopFlag", "StoppingCriterion", "TimeLimit", "WorkLimit"),
    "runs": ("Run", "RunOutcome", "RunRequest", "RunResult", "open_run", "run", "solve"),
    "verifier": ("verify",),
}
_HOME = {name: (home, name) for home, names in _HOMES.items() for name in names}
_HOME["load_scenario"] = ("files", "read_scenario")

__all__ = [
    "BoundScope",
    "CargopoolError",
    "Diagnostic",
    "EngineError",
    "FirstFeasible",
    "Front",
    "Gap",
    "InputError",
    "OutputError",
    "Plan",
    "Progress",
    "Result",
    "Run",
    "RunLockedError",
    "RunOutcome",
    "RunRequest",
    "RunResult",
    "Scenario",
    "ScenarioBuilder",
    "SolveParams",
    "Status",
    "StopFlag",
    "StoppingCriterion",
    "Termination",
    "TimeLimit",
    "VerificationError",
    "WorkLimit",
    "load_scenario",
    "open_run",
    "pareto",
    "read_plan",
    "run",
    "solve",
    "verify",
    "write_plan",
    "write_scenario",
]


def __getattr__(name: str) -> Any:
    try:
        home, attribute = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'cargopool' has no attribute {name!r}") from None
    value = getattr(import_module(f"cargopool.{home}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
