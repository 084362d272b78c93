"""The report of a batch folder: comparison, effects, and one offline page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cargopool.batches.batch_folder import BATCH, RUNS, is_batch_folder
from cargopool.batches.result_tables import result_row
from cargopool.batches.running import finished_record
from cargopool.errors import Diagnostic, InputError
from cargopool.reporting.batch_figures import (
    ComparedBatch,
    Level,
    RunRow,
    compare_batch,
    comparison_table,
    effects_table,
)
from cargopool.runs import atomic
from cargopool.runs.folder import writing

REPORT = "report.html"
_PLANNED = ("optimal", "feasible")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch folder: what batch.json says of it, and its runs as their folders say."""

    path: Path
    record: Mapping[str, Any]
    rows: tuple[RunRow, ...]

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Name and error of each failed run."""
        return tuple((run["name"], run["error"] or "") for run in self.record["runs"] if run["state"] == "failed")

    def compared(self) -> ComparedBatch:
        """Every what-if against the base."""
        return compare_batch(self.rows)


def open_batch(name: str | os.PathLike[str]) -> Batch:
    """Open a batch folder.

    Raises
    ------
    InputError
        When there is no batch of cargopool.
    """
    path = Path(name)
    if not is_batch_folder(path):
        way_out = "make one with cargopool batch FILE --out DIR"
        raise InputError(Diagnostic("E2034", "is not a batch folder", str(path), way_out))
    record = json.loads((path / BATCH).read_text(encoding="utf-8"))
    return Batch(path, record, tuple(_row(path, run) for run in record["runs"]))


def write_batch_report(batch: Batch) -> Path:
    """Write comparison.csv, effects.csv and report.html into the batch folder; path of the page.

    Raises
    ------
    OutputError
        When the disk does not take them.
    """
    from cargopool.files import write_csv
    from cargopool.reporting.batch_html import render_batch
    from cargopool.reporting.batch_view import make_view

    compared = batch.compared()
    page = batch.path / REPORT
    with writing(batch.path):
        for table in (comparison_table(compared), effects_table(compared)):
            target = batch.path / f"{table.name}.csv"
            atomic.write_through(target, lambda path, table=table: write_csv(path, table.names, table.rows))  # type: ignore[misc]
        title = f"Batch {batch.path.resolve().name}"
        atomic.write_text(page, render_batch(make_view(title, compared, _facts(batch.record), batch.failures)))
    return page


def _row(path: Path, run: Mapping[str, Any]) -> RunRow:
    """A run as its folder says; coordinates and key as batch.json says."""
    folder = path / RUNS / str(run["name"])
    record = finished_record(folder.resolve(), str(run["key"]))
    planned = record is not None and record["status"] in _PLANNED
    state = "done" if record is not None else "failed" if run["state"] == "failed" else "left"
    return RunRow(
        name=str(run["name"]),
        scenario=str(run["scenario"]),
        levels=_levels(run),
        seed=int(run["seed"]),
        state=state,
        status=str(record["status"]) if record is not None else state,
        figures=result_row(run, state, record) if planned else {},
        unserved=_unserved(folder) if planned else frozenset(),
        synthetic=bool(record is not None and record.get("synthetic")),
    )


def _levels(run: Mapping[str, Any]) -> tuple[Level, ...]:
    settings = ((path, _text(value)) for path, value in run["set"].items())
    return (("variant", str(run["variant"])), *settings, ("params", str(run["params"])))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unserved(folder: Path) -> frozenset[str]:
    from cargopool.files import read_csv

    try:
        columns, rows = read_csv(folder / "unserved.csv")
    except FileNotFoundError:
        return frozenset()
    place = columns.index("shipment")
    return frozenset(row[place] for row in rows)


def _facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the batch was made, for the foot of the page."""
    machine, environment, limits = record["machine"], record["environment"], record["limits"]
    stops = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in limits.items() if value is not None)
    memory = "" if machine["memory_gib"] is None else f", {machine['memory_gib']} GiB"
    solvers = ", ".join(f"{name} {version}" for name, version in environment.get("solvers", {}).items())
    return [
        ("cargopool", f"{record['cargopool']}, files {environment.get('package_sha256', '')[:16]}"),
        ("Solvers", solvers or "–"),
        ("Machine", f"{machine['cores']} cores{memory}, {machine['processor']}, {machine['system']}"),
        ("Each run", stops),
    ]
