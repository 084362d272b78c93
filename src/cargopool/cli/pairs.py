"""FILE PLAN, or RUN: a scenario and a plan of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cargopool.cli.settings import parsed_settings
from cargopool.errors import Diagnostic, InputError
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario


def scenario_and_plan(
    file: Path, plan: Path | None, variant: str = "base", settings: Sequence[str] | None = None
) -> tuple[Scenario, Plan]:
    """Read a run folder, or a scenario and a plan of it.

    Raises
    ------
    InputError
        When one of them is missing or wrong.
    """
    from cargopool.runs import is_run, load_plan, open_run

    if plan is None:
        run = open_run(file)
        if run.plan is None:
            raise InputError(Diagnostic("E2004", "the run has no plan", str(file)))
        return run.scenario, run.plan
    from cargopool.files import read_scenario

    scenario = open_run(file).given if is_run(file) else read_scenario(file, variant, parsed_settings(settings))
    return scenario, load_plan(plan, scenario)
