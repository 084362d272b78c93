"""What a run writes while it goes: solve.log, progress.csv, and the newest verified plan."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cargopool.errors import OutputError
from cargopool.model.plan import Plan
from cargopool.model.result import Progress, Result
from cargopool.model.scenario import Scenario
from cargopool.reporting.columns import PROGRESS
from cargopool.reporting.text import printable
from cargopool.runs import atomic
from cargopool.runs.folder import RunFolder, writing
from cargopool.runs.measures import Stopwatch
from cargopool.runs.opening import PLAN
from cargopool.units import eur

if TYPE_CHECKING:
    from cargopool.runs.execution import RunRequest

_FLUSH_S = 1.0
_STANDING_S = 5.0
"""Seconds between two lines that say how the search stands."""
_SHOWN_VIOLATIONS = 3
_WRITE_SHARE = 10.0
"""Writing a plan may take at most one part in this many of the time."""


class Journal:
    """Keeps the working folder of a run up to date.

    A plan is written when it comes, but no more often than every tenth part of the time can afford; the newest one
    is always written at the end. A disk that fails during the solve is noted and tried again, not an end to the run.
    Plans may come from another thread, even after the solve; then they are too late.
    """

    def __init__(
        self, folder: RunFolder, scenario: Scenario, stopwatch: Stopwatch, on_log: Callable[[str], None] | None
    ) -> None:
        self._folder = folder
        self._scenario = scenario
        self._stopwatch = stopwatch
        self._on_log = on_log
        self._lines: list[str] = []
        self._history: list[Progress] = []
        self._flushed = 0.0
        self._pending: Plan | None = None
        self._kept: Plan | None = None
        self._next_plan = 0.0
        self._stage = ""
        self._next_standing = 0.0
        self._lock = threading.RLock()
        self._closed = False

    def begin(self, request: RunRequest) -> None:
        """Write down what is to be done, and the scenario that a kill must not lose.

        Raises
        ------
        OutputError
            When the disk does not take it.
        """
        from cargopool.files import write_scenario

        if self._folder.kept is not None:
            self.log(f"the plan of an interrupted run is in {self._folder.kept}")
        with writing(self._folder.path("scenario")):
            write_scenario(self._scenario, self._folder.path("scenario"))
            atomic.sync_tree(self._folder.path("scenario"))
        if request.params is not None:
            self._folder.write_text("params.toml", request.params.to_toml())
        scenario = self._scenario
        self.log(
            f"scenario {scenario.name} variant {scenario.variant}: {len(scenario.shipments)} shipments, "
            f"{len(scenario.hubs)} hubs, {len(scenario.services)} services; seed {request.seed}"
        )
        self._flush()

    def log(self, line: str) -> None:
        """Add a line to solve.log."""
        with self._lock:
            self._log(line)

    def _log(self, line: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = f"{moment} {self._stopwatch.elapsed:9.3f} s  {printable(line)}"
        self._lines.append(text)
        if self._on_log is not None:
            self._on_log(text)

    def progress(self, progress: Progress) -> None:
        """Take a report of the solver."""
        with self._lock:
            self._progress(progress)

    def _progress(self, progress: Progress) -> None:
        self._history.append(progress)
        if progress.note:
            self.log(progress.note)
        elif progress.stage != self._stage or progress.seconds >= self._next_standing:
            self._stage = progress.stage
            self._next_standing = progress.seconds + _STANDING_S
            self.log(f"{progress.stage}: {_standing(progress)}")
        if time.monotonic() >= self._next_plan:
            self._write_pending()
        if time.monotonic() - self._flushed >= _FLUSH_S:
            self._try(self._flush)

    def plan(self, plan: Plan) -> None:
        """Take a plan that the verifier accepted."""
        with self._lock:
            if self._closed:
                return
            self.log(f"verified plan: objective {eur(plan.totals.objective_cents):.2f} EUR")
            self._pending = plan
            if time.monotonic() >= self._next_plan:
                self._write_pending()

    def refused(self, violations: Sequence[str]) -> None:
        """Note a plan that the verifier refused: the first reasons, for whoever has to find out why."""
        self.log(f"refused plan with {len(violations)} violations: {'; '.join(violations[:_SHOWN_VIOLATIONS])}")

    def solved(self, result: Result) -> None:
        """Write the final plan and how the solve ended.

        Raises
        ------
        OutputError
            After the plan was rescued elsewhere, where possible.
        """
        with self._lock:
            self._closed = True
        bound = "none" if result.bound_eur is None else f"{result.bound_eur:.2f} EUR"
        self.log(f"{result.status}, {result.termination}; bound {bound}; {result.detail}".rstrip("; "))
        self._pending = None if result.plan is self._kept else result.plan
        try:
            if self._pending is not None:
                self._write_plan(self._pending)
            self._flush()
        except OutputError:
            self.rescue(result.plan)
            raise

    def close(self) -> None:
        """Write the last lines."""
        self._flush()

    def rescue(self, plan: Plan | None) -> None:
        """Save a plan that the run folder cannot take in the system's temporary folder, and say where."""
        if plan is None:
            return
        try:
            descriptor, name = tempfile.mkstemp(prefix="cargopool-plan-", suffix=".json")
            os.close(descriptor)
            self._save(plan, Path(name))
        except (OSError, OutputError):
            return
        self.log(f"the run folder cannot be written; the verified plan is in {name}")

    def _write_pending(self) -> None:
        plan = self._pending
        if plan is not None:
            self._try(lambda: self._write_plan(plan))

    def _write_plan(self, plan: Plan) -> None:
        begin = time.monotonic()
        with writing(self._folder.path(PLAN)):
            atomic.write_through(self._folder.path(PLAN), lambda path: self._save(plan, path))
        self._pending, self._kept = None, plan
        now = time.monotonic()
        self._next_plan = now + _WRITE_SHARE * (now - begin)

    def _save(self, plan: Plan, path: Path) -> None:
        from cargopool.files.plan_files import write_plan

        write_plan(plan, self._scenario, path)

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        self._folder.write_text("solve.log", "".join(f"{line}\n" for line in self._lines))
        rows = (
            (p.seconds, p.work, p.objective_eur, p.bound_eur, p.gap, p.columns, p.iterations, p.stage)
            for p in self._history
        )
        self._folder.write_table(PROGRESS.filled(rows))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OutputError as error:
            self._flushed = time.monotonic()
            self._next_plan = time.monotonic() + _FLUSH_S
            self.log(f"not written, will be tried again: {error}")


def _standing(progress: Progress) -> str:
    objective = "no plan yet" if progress.objective_eur is None else f"objective {progress.objective_eur:.2f} EUR"
    bound = "no bound yet" if progress.bound_eur is None else f"bound {progress.bound_eur:.2f} EUR"
    gap = "" if progress.gap is None else f", gap {100.0 * progress.gap:.2f} %"
    rate = progress.iterations / progress.seconds if progress.seconds > 0.0 else 0.0
    search = (
        f", {progress.iterations} iterations ({rate:.0f}/s), {progress.columns} columns" if progress.iterations else ""
    )
    return f"{objective}, {bound}{gap}, work {progress.work}{search}"
