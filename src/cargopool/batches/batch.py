"""Run a matrix on an executor: what is done is not repeated, what fails is recorded, what is left waits."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.batches.batch_folder import RUNS, BatchFolder, CellState
from cargopool.batches.matrix import Cell
from cargopool.batches.running import RUN_AWAY, RUN_HERE, RUN_PUBLISHED, finished_record, unpack_run
from cargopool.errors import Diagnostic, EngineError, InputError
from cargopool.executors import Done, Executor, ProcessExecutor, Task, available_cores

if TYPE_CHECKING:
    from cargopool.executors import Certificates
    from cargopool.runs import RunRequest

_POLL_S = 0.5
_PUBLISH_SHARE = 20.0
"""Writing results.csv may take one part in this many of the time."""
_TAIL_BYTES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProgress:
    """How far a batch is.

    Attributes
    ----------
    gap : float or None
        Smallest gap of the runs under way, as far as this machine can see them; else of the run that ended last.
    seconds_left : float or None
        Estimate from the runs that ended so far.
    """

    done: int
    failed: int
    left: int
    running: int
    gap: float | None
    seconds_left: float | None

    @property
    def total(self) -> int:
        """All runs of the matrix."""
        return self.done + self.failed + self.left


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What a batch came to.

    Attributes
    ----------
    states : tuple of CellState
        Every run in the order of the matrix.
    repeated : int
        Runs that were made now rather than found done.
    interrupted : bool
        A signal ended it early.
    lost : str
        Why the executor gave up, such as a scheduler that is gone; empty otherwise.
    """

    path: Path
    states: tuple[CellState, ...]
    repeated: int
    interrupted: bool
    lost: str = ""

    def count(self, state: str) -> int:
        """Number of runs in a state."""
        return sum(one.state == state for one in self.states)

    @property
    def without_plan(self) -> int:
        """Runs that ended without a plan, though none was proven impossible."""
        return sum(one.record is not None and one.record["status"] == "no_plan" for one in self.states)


def most_jobs(cells: Sequence[Cell], asked: int | None) -> int:
    """Runs at the same time on this machine: as many as asked, else as many as its cores bear.

    Raises
    ------
    InputError
        When ``asked`` runs would use more solver threads than there are cores.
    """
    threads = max((cell.params.threads for cell in cells), default=1)
    cores = available_cores()
    if asked is None:
        return max(1, cores // threads)
    if asked * threads > cores:
        message = f"{asked} jobs with {threads} solver threads each are more than the {cores} cores"
        raise InputError(Diagnostic("E2033", message, "--jobs", f"at most {max(1, cores // threads)} here"))
    return asked


def local_executor(cells: Sequence[Cell], jobs: int | None) -> ProcessExecutor:
    """Children of this process, a fresh one for each run."""
    return ProcessExecutor(most_jobs(cells, jobs), fresh=True)


def cluster_executor(scheduler: str, certificates: Certificates | None = None) -> tuple[Executor, dict[str, Any]]:
    """The workers of a Dask scheduler, and what results depend on there."""
    from cargopool.executors.cluster import DaskExecutor

    executor = DaskExecutor(scheduler, certificates)
    found = list(executor.environments.values())
    return executor, {**found[0], "cores": sorted({facts["cores"] for facts in found})}


def run_batch(
    cells: Sequence[Cell],
    out: str | os.PathLike[str],
    executor: Executor,
    *,
    facts: Mapping[str, Any],
    resume: bool = False,
    away: bool = False,
    on_progress: Callable[[BatchProgress], None] | None = None,
) -> BatchOutcome:
    """Run every cell that is not done yet and keep batch.json and results.csv up to date.

    Parameters
    ----------
    facts : mapping
        The environment that the cells' keys were made with.
    resume : bool
        ``out`` may hold a batch: finished runs with the same key are taken as they are, failed ones are tried again.
    away : bool
        Workers do not share this machine's disk: they send their runs back, and only this process writes.

    Raises
    ------
    CargopoolError
        When the folder is not ours or the disk is full; finished runs stay in any case.
    """
    from cargopool.runs.signals import stop_on_signals

    flag = _Flag()
    with BatchFolder.open(out, resume=resume) as folder, stop_on_signals(flag) as watch:
        driver = _Driver(cells, folder, executor, dict(facts), away, on_progress)
        try:
            driver.run(flag)
        finally:
            executor.close()
        driver.finish()
        return BatchOutcome(
            path=folder.path,
            states=driver.in_order(),
            repeated=driver.repeated,
            interrupted=watch.stopped,
            lost=driver.lost,
        )


@dataclass(slots=True)
class _Flag:
    raised: bool = False

    def set(self) -> None:
        """Ask to stop."""
        self.raised = True


@dataclass(slots=True)
class _Driver:
    cells: Sequence[Cell]
    folder: BatchFolder
    executor: Executor
    facts: dict[str, Any]
    away: bool
    on_progress: Callable[[BatchProgress], None] | None
    repeated: int = 0
    lost: str = ""
    _states: dict[str, CellState] = field(default_factory=dict)
    _under_way: dict[str, Cell] = field(default_factory=dict)
    _published: float = 0.0
    _pause: float = 0.0
    _began: float = 0.0
    _last_gap: float | None = None

    def run(self, flag: _Flag) -> None:
        """Run what is left until it is done or the flag is set."""
        self._began = time.monotonic()
        self._states = {cell.name: self.folder.state_of(cell) for cell in self.cells}
        waiting = self._to_do()
        self._publish(now=True)
        try:
            self._work_through(waiting, flag)
        except EngineError as error:
            self.lost = str(error)

    def _work_through(self, waiting: Iterator[Cell], flag: _Flag) -> None:
        self._fill(waiting)
        while self._under_way and not flag.raised:
            done = self.executor.next(timeout=_POLL_S)
            if done is not None:
                self._take(done)
                self._fill(waiting)
                self._publish()
            self._tell()

    def finish(self) -> None:
        """Write the last state, and results.parquet where it can be."""
        self._publish(now=True)
        self.folder.publish_parquet(self.in_order())

    def in_order(self) -> tuple[CellState, ...]:
        """States in the order of the matrix."""
        return tuple(self._states[cell.name] for cell in self.cells)

    def _to_do(self) -> Iterator[Cell]:
        todo = []
        for cell in self.cells:
            state = self._states[cell.name].state
            if state == "failed":
                self.folder.forget_failure(cell)
                self._states[cell.name] = CellState(cell=cell, state="left")
            if state != "done":
                todo.append(cell)
        return iter(todo)

    def _fill(self, waiting: Iterator[Cell]) -> None:
        """Keep one more than can run at the executor: scenarios may be large."""
        while len(self._under_way) <= self.executor.slots:
            cell = next(waiting, None)
            if cell is None:
                return
            self._under_way[cell.name] = cell
            self.executor.submit(self._task(cell))

    def _task(self, cell: Cell) -> Task:
        if cell.case.published is not None:
            limits = (cell.limits.time_limit, cell.limits.gap or 0.0, cell.seed, cell.params.threads)
            return Task(cell.name, RUN_PUBLISHED, (cell.case.published, *limits))
        request = request_of(cell, self.folder.run_path(cell))
        if self.away:
            return Task(cell.name, RUN_AWAY, (request, cell.case.scenario))
        return Task(cell.name, RUN_HERE, (request, cell.case.scenario, str(self.folder.claim_path(cell))))

    def _take(self, done: Done) -> None:
        """Record how a run ended, from its folder."""
        cell = self._under_way.pop(done.key)
        if done.ok and cell.case.published is not None:
            self.folder.write_bench_record(cell, done.value)
        elif done.ok and self.away:
            done = self._unpacked(cell, done)
        if not done.ok:
            self.folder.record_failure(cell, done)
        self.repeated += 1
        self._states[cell.name] = self.folder.state_of(cell)
        record = self._states[cell.name].record
        self._last_gap = record["gap"] if record is not None else self._last_gap

    def _unpacked(self, cell: Cell, done: Done) -> Done:
        try:
            unpack_run(done.value, self.folder.run_path(cell))
        except InputError as error:
            return Done(done.key, error=str(error), kind=type(error).__name__, attempts=done.attempts)
        return done

    def _publish(self, *, now: bool = False) -> None:
        begin = time.monotonic()
        if not now and begin < self._published + self._pause:
            return
        self.folder.publish(self.in_order(), self.facts)
        self._published = time.monotonic()
        self._pause = _PUBLISH_SHARE * (self._published - begin)

    def _tell(self) -> None:
        if self.on_progress is None:
            return
        counts = {name: sum(state.state == name for state in self._states.values()) for name in ("done", "failed")}
        left = len(self.cells) - sum(counts.values())
        elapsed = time.monotonic() - self._began
        self.on_progress(
            BatchProgress(
                **counts,
                left=left,
                running=min(len(self._under_way), self.executor.slots),
                gap=self._current_gap(),
                seconds_left=elapsed / self.repeated * left if self.repeated else None,
            )
        )

    def _current_gap(self) -> float | None:
        gaps = [newest_gap(self.folder.run_path(cell)) for cell in self._under_way.values()]
        return min((gap for gap in gaps if gap is not None), default=self._last_gap)


def request_of(cell: Cell, out: Path) -> RunRequest:
    """The run of a cell."""
    from cargopool.runs import RunRequest

    return RunRequest(
        file=cell.case.file,
        out=out,
        variant=cell.case.variant,
        overrides=cell.case.overrides,
        time_limit=cell.limits.time_limit,
        gap=cell.limits.gap,
        work_limit=cell.limits.work_limit,
        seed=cell.seed,
        params=cell.params,
        baselines=cell.limits.baselines,
        batch=cell.record(),
    )


def newest_gap(run: Path) -> float | None:
    """Gap in the last whole line of progress.csv of a run under way."""
    path = run.with_name(f"{run.name}.partial") / "progress.csv"
    try:
        with open(path, "rb") as stream:
            head = stream.readline().decode("utf-8").strip().split(",")
            stream.seek(0, os.SEEK_END)
            stream.seek(max(len(head), stream.tell() - _TAIL_BYTES))
            lines = stream.read().decode("utf-8", "replace").splitlines()
        row = next(csv.reader(lines[-1:]))
        return float(row[head.index("gap")])
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def estimated_seconds(cells: Sequence[Cell], jobs: int, known: Sequence[float] = ()) -> tuple[float | None, str]:
    """How long cells may take, and what that rests on.

    Parameters
    ----------
    known : sequence of float
        Seconds of finished runs of the same batch.
    """
    if known:
        return len(cells) * sum(known) / len(known) / jobs, f"from {len(known)} finished runs"
    limits = [cell.limits.time_limit for cell in cells]
    if any(limit is None for limit in limits):
        return None, "runs limited by work tell no time before the first has ended"
    return sum(
        limit for limit in limits if limit is not None
    ) / jobs, "at most, by the time limit; baselines come after"


def known_seconds(cells: Sequence[Cell], out: Path) -> dict[str, float]:
    """Seconds of the runs that are done already in a batch folder, by name."""
    records = {cell.name: finished_record(out.resolve() / RUNS / cell.name, cell.key) for cell in cells}
    return {name: seconds_of(record) for name, record in records.items() if record is not None}


def seconds_of(record: Mapping[str, Any]) -> float:
    """Wall seconds of a run, or of a solve of a published instance."""
    seconds = record["seconds"]
    return float(seconds["total"] if isinstance(seconds, Mapping) else seconds)
