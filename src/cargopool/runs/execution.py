"""One run from a scenario file to a run folder: read, solve, verify, compare, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.errors import OutputError, VerificationError
from cargopool.footprint import allocations_kept
from cargopool.footprint.tours import at_plan_rates
from cargopool.memory import peak_memory_mb
from cargopool.model.plan import Plan
from cargopool.model.result import BoundScope, Progress, Result, Status, Termination
from cargopool.model.scenario import Scenario
from cargopool.runs.comparing import Comparison
from cargopool.runs.folder import RECORD, RunFolder, is_run_folder
from cargopool.runs.journal import Journal
from cargopool.runs.measures import Stopwatch
from cargopool.runs.opening import load_plan
from cargopool.runs.record import Record, RunFacts, make_record, to_json
from cargopool.runs.signals import SignalWatch, stop_on_signals
from cargopool.runs.solving import RunResult, baseline_seconds, solve_with_tours, with_baselines
from cargopool.runs.writing import write_summaries, write_tables

if TYPE_CHECKING:
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.stop import StopFlag, StoppingCriterion

_LEAST_SOLVE_S = 0.5
_FINISHING_SHARE = 0.05
_MOST_FINISHING_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a run is asked to do.

    Attributes
    ----------
    file : path
        Scenario folder or its scenario.yaml.
    out : path
        Run folder to make; an older run of cargopool there is replaced at the very end.
    overrides : mapping of dotted path to value
        They win over the variant.
    time_limit : float or None
        Wall seconds from the start of the command to the verified plan.
    warm_start : path or None
        Run folder or plan file to start from.
    exact_time : bool
        Trucks leave at any minute.
    gap_after : float
        Seconds of solving before which the gap ends nothing.
    tours : bool or None
        Whether collection, delivery and unit haulage are planned as tours; None: as the scenario says.
    batch : mapping or None
        What a batch says of the run: coordinates and key; it goes into run.json as it is, and the run then takes its
        place even when it has no plan.
    lexicographic : mapping or None
        What `runs.lexicographic` decided; it goes into run.json as it is.
    """

    file: str | os.PathLike[str]
    out: str | os.PathLike[str]
    variant: str = "base"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    time_limit: float | None = None
    gap: float | None = None
    work_limit: int | None = None
    first_feasible: bool = False
    seed: int = 1
    params: SolveParams | None = None
    warm_start: str | os.PathLike[str] | None = None
    baselines: bool = True
    exact_time: bool = False
    gap_after: float = 0.0
    tours: bool | None = None
    batch: Mapping[str, Any] | None = None
    lexicographic: Mapping[str, Any] | None = None

    def criterion(self, elapsed: float) -> StoppingCriterion:
        """The stop rule, given the seconds that are gone already."""
        from cargopool.optimiser.stop import AnyOf, FirstFeasible, Gap, TimeLimit, WorkLimit

        parts: list[StoppingCriterion] = []
        if self.time_limit is not None:
            finishing = min(_MOST_FINISHING_S, _FINISHING_SHARE * self.time_limit)
            parts.append(TimeLimit(max(_LEAST_SOLVE_S, self.time_limit - elapsed - finishing)))
        if self.gap is not None:
            parts.append(Gap(self.gap, self.gap_after))
        if self.work_limit is not None:
            parts.append(WorkLimit(self.work_limit))
        if self.first_feasible:
            parts.append(FirstFeasible())
        return AnyOf(tuple(parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """What a run came to.

    Attributes
    ----------
    path : Path
        Where the run lies: the folder asked for, or its ``.partial`` when there is no plan to replace an older run.
    record : dict
        run.json.
    interrupted : bool
        A signal ended it early.
    """

    path: Path
    record: Record
    scenario: Scenario
    result: RunResult
    interrupted: bool


def run(
    request: RunRequest,
    *,
    scenario: Scenario | None = None,
    warm: Plan | None = None,
    started: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
    leave: Callable[[], None] | None = None,
) -> RunOutcome:
    """Run a request and write its run folder.

    Parameters
    ----------
    scenario : Scenario, optional
        What ``request.file`` with its variant and overrides says, when it was read already.
    warm : Plan, optional
        A plan to start from, when the request names none.
    started : float, optional
        `time.monotonic` reading from which the time limit counts; now when left out.
    on_progress, on_log : callable, optional
        Called in this thread with each `Progress`, and with each line of solve.log.
    leave : callable, optional
        Called on a second SIGINT.

    Raises
    ------
    InputError, OutputError, VerificationError
        See `cargopool.errors`; an older run at ``request.out`` is untouched then.
    """
    from cargopool.optimiser.stop import StopFlag

    flag = StopFlag()
    stopwatch = Stopwatch(started)
    with stop_on_signals(flag, leave) if leave is not None else stop_on_signals(flag) as watch:
        with stopwatch.stage("read"):
            if scenario is None:
                from cargopool.files import read_scenario

                scenario = read_scenario(Path(request.file), request.variant, dict(request.overrides))
            warm_start = warm if request.warm_start is None else load_plan(request.warm_start, scenario)
            folder = RunFolder.open(request.out)
        try:
            journal = Journal(folder, scenario, stopwatch, on_log)
            work = _Work(request, scenario, folder, journal, stopwatch, flag, watch, on_progress)
            return work.through(warm_start)
        finally:
            folder.leave()


@dataclass(slots=True)
class _Work:
    request: RunRequest
    scenario: Scenario
    folder: RunFolder
    journal: Journal
    stopwatch: Stopwatch
    flag: StopFlag
    watch: SignalWatch
    on_progress: Callable[[Progress], None] | None

    def through(self, warm_start: Plan | None) -> RunOutcome:
        """Solve, compare and write; whatever ends it, the newest verified plan stays on disk."""
        from cargopool.optimiser.reduced import networks_kept

        self.journal.begin(self.request)
        with networks_kept(self.scenario) if self.request.baselines else nullcontext():
            result = self._compared(warm_start)
        record = self._written(result)
        path = self._placed(result)
        return RunOutcome(
            path=path,
            record=record,
            scenario=self._at_rates(result.plan),
            result=result,
            interrupted=self.watch.stopped,
        )

    def _compared(self, warm_start: Plan | None) -> RunResult:
        try:
            result = self._solved(warm_start)
        except VerificationError as error:
            self._write_rejected(error)
            raise
        for note in result.execution_notes:
            self.journal.log(note)
        self.journal.solved(result)
        if not self.request.baselines:
            return replace(result, comparison=Comparison(reason="not asked for"))
        with self.stopwatch.stage("baselines"):
            seconds = baseline_seconds(self.request.time_limit)
            return with_baselines(self.scenario, result, self.watch, seconds)

    def _solved(self, warm_start: Plan | None) -> RunResult:
        asked = self.request.tours
        return solve_with_tours(
            self.scenario,
            stop=self.flag | self.request.criterion(self.stopwatch.elapsed),
            seed=self.request.seed,
            params=self.request.params,
            on_progress=self._progressed,
            warm_start=warm_start,
            on_plan=self.journal.plan,
            on_refused=self.journal.refused,
            on_note=self.journal.log,
            stopwatch=self.stopwatch,
            exact_time=self.request.exact_time,
            tours=self.scenario.drayage.tours if asked is None else asked,
        )

    def _progressed(self, progress: Progress) -> None:
        self.journal.progress(progress)
        if self.on_progress is not None:
            self.on_progress(progress)

    def _written(self, result: RunResult) -> Record:
        scenario = self._at_rates(result.plan)
        try:
            with allocations_kept():
                with self.stopwatch.stage("report"):
                    write_tables(self.folder, scenario, result)
                self.journal.close()
                record = self._record(result, result.comparison, verified=result.plan is not None)
                write_summaries(self.folder, scenario, result, record)
            self.folder.write_text(RECORD, to_json(record))
        except OutputError:
            self.journal.rescue(result.plan)
            raise
        return record

    def _at_rates(self, plan: Plan | None) -> Scenario:
        """The scenario at the rates of drayage that the plan was made with."""
        return self.scenario if plan is None else at_plan_rates(self.scenario, plan)

    def _placed(self, result: RunResult) -> Path:
        if result.plan is None and self.request.batch is None and is_run_folder(self.folder.target):
            return self.folder.partial
        try:
            return self.folder.finish()
        except OutputError:
            self.journal.rescue(result.plan)
            raise

    def _write_rejected(self, error: VerificationError) -> None:
        """Leave a run.json that says so in the working folder; the run never becomes ``NAME``."""
        nothing = RunResult(
            status=Status.NO_PLAN,
            termination=Termination.ERROR,
            plan=None,
            bound_eur=None,
            gap=None,
            bound_scope=BoundScope(),
            detail=str(error),
        )
        self.journal.close()
        record = self._record(nothing, Comparison(reason="the plan was rejected"), verified=False)
        self.folder.write_text("rejected.json", to_json(record))

    def _record(self, result: Result, comparison: Comparison, *, verified: bool) -> Record:
        from cargopool.files import input_sha256
        from cargopool.optimiser.params import SolveParams

        request = self.request
        params = SolveParams() if request.params is None else request.params
        stop = {name: getattr(request, name) for name in ("time_limit", "gap", "work_limit", "first_feasible")}
        facts = RunFacts(
            input_sha256=input_sha256(self.scenario),
            seed=request.seed,
            params=params.as_mapping(),
            stop=stop,
            reproducible=request.time_limit is None and not self.watch.stopped,
            seconds=self.stopwatch.seconds(),
            peak_memory_mb=peak_memory_mb(),
            verified=verified,
            batch=request.batch,
            execution_notes=result.execution_notes if isinstance(result, RunResult) else (),
            lexicographic=request.lexicographic,
        )
        return make_record(self._at_rates(result.plan), result, comparison, facts)
