"""The folder of a batch: run folders are the truth, everything beside them is made from them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cargopool
from cargopool.batches.claiming import LOCK, claim, refuse_second
from cargopool.batches.matrix import Cell
from cargopool.batches.result_tables import result_row, results_table
from cargopool.batches.running import BENCH_FORMAT, finished_record
from cargopool.errors import Diagnostic, InputError
from cargopool.executors import Done, machine
from cargopool.reporting.sheets import Table
from cargopool.runs import atomic, to_json
from cargopool.runs.folder import writing
from cargopool.runs.locking import FileLock

BATCH_FORMAT = "cargopool-batch/1"
BATCH = "batch.json"
RUNS = "runs"
_FAILURES = "failures"
_CLAIMS = ".claims"
_LOCK_TEXT = b"cargopool-batch/1 lock\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellState:
    """How far a cell is.

    Attributes
    ----------
    state : {'done', 'failed', 'left'}
    record : dict or None
        run.json when it is done.
    error : str
        Why it failed.
    """

    cell: Cell
    state: str
    record: dict[str, Any] | None = None
    error: str = ""


class BatchFolder:
    """A batch folder that this process writes; nobody else may, while it is open."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def open(cls, name: str | os.PathLike[str], *, resume: bool) -> Self:
        """Claim a folder for a batch.

        Raises
        ------
        InputError
            When it is not ours, or holds a batch and nobody said to resume it.
        RunLockedError
            When another process works on it.
        OutputError
            When the disk does not let us.
        """
        path = Path(name).resolve()
        _refuse_stranger(path)
        if is_batch_folder(path) and not resume:
            refuse_second(path, "batch", "E2032")
        return cls(path, claim(path, RUNS, "batch", _LOCK_TEXT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.release()

    def run_path(self, cell: Cell) -> Path:
        """Run folder of a cell."""
        return self.path / RUNS / cell.name

    def claim_path(self, cell: Cell) -> Path:
        """File whose lock says who works on a cell."""
        return self.path / _CLAIMS / f"{cell.name}.lock"

    def state_of(self, cell: Cell) -> CellState:
        """How far a cell is, as its folder says."""
        record = finished_record(self.run_path(cell), cell.key)
        if record is not None:
            return CellState(cell=cell, state="done", record=record)
        failure = _read_json(self._failure_path(cell))
        if failure.get("key") == cell.key:
            return CellState(cell=cell, state="failed", error=str(failure.get("error", "")))
        return CellState(cell=cell, state="left")

    def write_bench_record(self, cell: Cell, found: Mapping[str, Any]) -> None:
        """Write run.json of a published instance that was solved: its folder holds nothing else."""
        path = self.run_path(cell)
        record = {"cargopool": cargopool.__version__, "format": BENCH_FORMAT, **found, "batch": cell.record()}
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            atomic.write_text(path / "run.json", to_json({"verified": True, **record}))

    def record_failure(self, cell: Cell, done: Done) -> None:
        """Write down why a run failed."""
        failure = {**cell.record(), "kind": done.kind, "error": done.error, "attempts": done.attempts}
        path = self._failure_path(cell)
        with writing(path):
            path.parent.mkdir(exist_ok=True)
            atomic.write_text(path, to_json(failure))

    def forget_failure(self, cell: Cell) -> None:
        """Drop the failure of a run that is done by now, or is tried again."""
        path = self._failure_path(cell)
        with writing(path):
            path.unlink(missing_ok=True)

    def publish(self, states: Sequence[CellState], facts: Mapping[str, Any]) -> None:
        """Replace batch.json and results.csv."""
        from cargopool.files import write_csv

        table = table_of(states)
        with writing(self.path):
            atomic.write_text(self.path / BATCH, to_json(batch_record(states, facts)))
            target = self.path / "results.csv"
            atomic.write_through(target, lambda path: write_csv(path, table.names, table.rows))

    def publish_parquet(self, states: Sequence[CellState]) -> Path | None:
        """Replace results.parquet; None when pyarrow is not installed."""
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            return None
        import pandas as pd

        table = table_of(states)
        frame = pd.DataFrame.from_records(list(table.rows), columns=table.names)
        target = self.path / "results.parquet"
        with writing(target):
            atomic.write_through(target, lambda path: frame.to_parquet(path, engine="pyarrow", index=False))
        return target

    def _failure_path(self, cell: Cell) -> Path:
        return self.path / _FAILURES / f"{cell.name}.json"


def table_of(states: Sequence[CellState]) -> Table:
    """results.csv of cells."""
    paths = list(dict.fromkeys(path for state in states for path in state.cell.case.overrides))
    rows = [result_row(state.cell.record(), state.state, state.record, state.error) for state in states]
    return results_table(paths, rows)


def batch_record(states: Sequence[CellState], facts: Mapping[str, Any]) -> dict[str, Any]:
    """batch.json: what was asked, on what machine, and how far each run is."""
    counts = {name: sum(state.state == name for state in states) for name in ("done", "failed", "left")}
    return {
        "cargopool": cargopool.__version__,
        "format": BATCH_FORMAT,
        "machine": machine(),
        "environment": dict(facts),
        "limits": states[0].cell.limits.as_mapping() if states else {},
        "counts": {"runs": len(states), **counts},
        "runs": [
            {
                **state.cell.record(),
                "input_sha256": state.cell.case.input_sha256,
                "state": state.state,
                "status": state.record["status"] if state.record else None,
                "error": state.error or None,
            }
            for state in states
        ],
    }


def is_batch_folder(path: Path) -> bool:
    """Whether ``path`` holds a batch.json of ours."""
    return bool(_read_json(path / BATCH).get("format") == BATCH_FORMAT)


def _refuse_stranger(path: Path) -> None:
    if not os.path.lexists(path) or is_batch_folder(path) or _is_begun(path):
        return
    if path.is_dir() and not any(path.iterdir()):
        return
    message = "is not a batch of cargopool, so nothing is written there"
    raise InputError(Diagnostic("E2035", message, str(path), "choose another --out"))


def _is_begun(path: Path) -> bool:
    """A folder in which a batch was just begun: nothing but its lock and an empty place for runs."""
    try:
        return {entry.name for entry in path.iterdir()} <= {LOCK, RUNS} and not any((path / RUNS).iterdir())
    except OSError:
        return False


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
