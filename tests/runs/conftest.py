"""A scenario on disk, and a solver that offers a plan made by hand instead of searching for one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cargopool.files import write_scenario
from cargopool.model.plan import Plan
from cargopool.model.result import BoundScope, Progress, Result, Status, Termination
from cargopool.model.scenario import Scenario
from small_case import small_plan, small_scenario


@pytest.fixture
def scenario_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    write_scenario(small_scenario(), folder)
    return folder


@pytest.fixture
def handmade(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Replace the optimiser; ``meanwhile`` runs after the plan was offered, ``change`` alters the plan before."""
    calls: list[dict[str, Any]] = []

    def install(
        *,
        meanwhile: Callable[[], None] = lambda: None,
        change: Callable[[Plan], Plan | None] = lambda plan: plan,
        status: Status = Status.FEASIBLE,
    ) -> list[dict[str, Any]]:
        def solve(
            scenario: Scenario, *, stop: Any, accept: Any, on_progress: Any, on_accepted: Any = None, **rest: Any
        ) -> Result:
            calls.append({"stop": stop, **rest})
            plan = change(small_plan(scenario))
            accepted = plan is not None and accept(plan)
            if accepted and on_accepted is not None:
                on_accepted(plan)
            if not accepted and status is not Status.OPTIMAL:
                plan = None
            moment = Progress(seconds=0.5, work=7, objective_eur=1.0, bound_eur=0.5, stage="exact")
            if on_progress is not None:
                on_progress(moment)
            meanwhile()
            ended = stop(moment) or Termination.TIME
            return Result(
                status=Status.NO_PLAN if plan is None and status is Status.FEASIBLE else status,
                termination=ended,
                plan=plan,
                bound_eur=100.0,
                gap=None if plan is None else 0.5,
                bound_scope=BoundScope(),
                seconds=(("network", 0.25), ("optimise", 1.0)),
            )

        monkeypatch.setattr("cargopool.optimiser.solving.solve", solve)
        return calls

    return install
