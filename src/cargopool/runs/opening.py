"""Runs and plans as they lie on disk."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cargopool.errors import Diagnostic, InputError
from cargopool.footprint.tours import at_plan_rates
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.runs.folder import RECORD, RUN_FORMAT, finish_interrupted

PLAN = "plan.json"
_MAKE_ONE = "make one with cargopool solve FILE --out DIR"
_INSIDE = ("points", "runs")
"""Where fronts and batches keep their runs."""


@dataclass(frozen=True)
class Run:
    """A run folder: what run.json says, and on demand the scenario and the plan.

    Attributes
    ----------
    path : Path
    record : dict
        run.json; empty for the working folder of an interrupted run.
    """

    path: Path
    record: dict[str, Any]

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.record)

    def finished_record(self) -> dict[str, Any]:
        """run.json of a finished run.

        Raises
        ------
        InputError
            When the run was interrupted before it wrote one, or run.json is damaged.
        """
        from cargopool.runs.record_shape import damages

        if not self.finished:
            way_out = f"finish it with cargopool solve {self.path / 'scenario'} --warm-start {self.path}"
            raise InputError(Diagnostic("E2011", "is an interrupted run without run.json", str(self.path), way_out))
        if wrong := damages(self.record):
            place, way_out = (
                str(self.path / RECORD),
                "restore the file, or solve again; cargopool check needs none of it",
            )
            raise InputError(tuple(Diagnostic("E2013", f"is damaged: {one}", place, way_out) for one in wrong))
        return self.record

    @cached_property
    def given(self) -> Scenario:
        """The resolved scenario as it was read."""
        from cargopool.files import read_scenario

        return read_scenario(self.path / "scenario")

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario that was planned, at the plan's rates of drayage."""
        return self.given if self.plan is None else at_plan_rates(self.given, self.plan)

    @cached_property
    def plan(self) -> Plan | None:
        """The verified plan, None when the run found none."""
        from cargopool.files.plan_files import read_plan

        if not (self.path / PLAN).exists():
            return None
        return read_plan(self.path / PLAN, self.given)


def open_run(name: str | os.PathLike[str]) -> Run:
    """Open a run folder, after finishing a swap that a kill interrupted.

    ``NAME.partial`` of an interrupted run opens too, with an empty record.

    Raises
    ------
    InputError
        When there is no run of cargopool at ``name``.
    """
    path = Path(name)
    finish_interrupted(path.resolve())
    try:
        record = json.loads((path / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if (path / PLAN).exists() and (path / "scenario").is_dir():
            return Run(path, {})
        raise InputError(_no_run(path, "has no run.json", _way_out(path))) from None
    except (OSError, ValueError) as error:
        raise InputError(_no_run(path, f"cannot be read: {error}")) from None
    if not isinstance(record, dict) or record.get("format") != RUN_FORMAT:
        raise InputError(_no_run(path, f"is not of format {RUN_FORMAT}"))
    return Run(path, record)


def is_run(name: str | os.PathLike[str]) -> bool:
    """Whether ``name`` looks like a run folder rather than a scenario."""
    path = Path(name)
    finish_interrupted(path.resolve())
    return (path / RECORD).exists() or ((path / PLAN).exists() and (path / "scenario").is_dir())


def load_plan(name: str | os.PathLike[str], scenario: Scenario) -> Plan:
    """The plan of a run folder, or of a plan file, for a scenario.

    Raises
    ------
    InputError
        When there is none.
    """
    from cargopool.files.plan_files import read_plan

    path = Path(name)
    if path.is_dir() or not path.exists():
        finish_interrupted(path.resolve())
    if path.is_dir():
        path = path / PLAN
    if not path.exists():
        raise InputError(Diagnostic("E2004", "there is no plan", str(path), "name a run folder or a plan.json"))
    return read_plan(path, scenario)


def _no_run(path: Path, why: str, way_out: str = _MAKE_ONE) -> Diagnostic:
    return Diagnostic("E2003", f"is not a run folder: {why}", str(path), way_out)


def _way_out(path: Path) -> str:
    """Folders of several runs are no run, but hold some."""
    for inside in _INSIDE:
        runs = sorted(one.parent for one in path.glob(f"{inside}/*/{RECORD}"))
        if runs:
            return f"name one of the runs in it, such as {runs[0]}"
    return _MAKE_ONE
