"""Solving a scenario of the tests to the end, every plan through the verifier."""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from cargopool.model.plan import Plan
from cargopool.model.result import Result
from cargopool.model.scenario import Scenario
from cargopool.optimiser import SolveParams, TimeLimit
from cargopool.optimiser.solving import solve
from cargopool.optimiser.worker import Workers
from cargopool.verifier import verify


@cache
def shared_workers() -> Workers:
    """One set of child processes for all tests of a run, since starting one costs more than most solves here."""
    workers = Workers()
    atexit.register(workers.close)
    return workers


def solved(scenario: Scenario, engine: str = "auto", **options: Any) -> tuple[Result, list[object]]:
    """The result, and the violations of the plans that the verifier refused (an empty list when all is well)."""
    refused: list[object] = []

    def accept(plan: Plan) -> bool:
        report = verify(scenario, plan)
        refused.extend(report.violations)
        return report.ok

    options = {"stop": TimeLimit(120), "workers": shared_workers()} | options
    return solve(scenario, params=SolveParams(engine=engine), accept=accept, **options), refused
