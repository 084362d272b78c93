"""From the runs of a study to its tables and report."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cargopool
from cargopool.batches.batch import seconds_of
from cargopool.batches.batch_folder import RUNS, CellState
from cargopool.batches.best_known import objective_and_bound
from cargopool.batches.study import Study
from cargopool.executors import machine
from cargopool.reporting.study_figures import StudyRun, primal_integral, study_table, summarise, summary_table
from cargopool.reporting.study_page import StudyReport, render_markdown, render_study
from cargopool.runs import atomic
from cargopool.runs.folder import writing

_SOLVED = ("optimal",)


def make_report(
    study: Study,
    folder: Path,
    states: Sequence[CellState],
    best: Mapping[str, Mapping[str, Any]],
    facts: Mapping[str, Any],
    jobs: int,
) -> StudyReport:
    """The figures of a study.

    Parameters
    ----------
    best : mapping
        Entries of the file of best known solutions.
    facts : mapping
        The environment that the runs were made in.
    """
    runs = [_study_run(study, state, folder / RUNS / state.cell.name, best) for state in states]
    summaries = summarise(runs, study.settings, study.limits.time_limit)
    return StudyReport(
        name=study.name,
        notes=study.notes,
        facts=list(_facts(study, facts, jobs)),
        settings=study.settings,
        runs=runs,
        summaries=summaries,
    )


def write_report(report: StudyReport, folder: Path) -> Path:
    """Write study.csv, summary.csv, study.md and study.html; path of the page.

    Raises
    ------
    OutputError
        When the disk does not take them.
    """
    from cargopool.files import write_csv

    page = folder / "study.html"
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for table in (study_table(report.runs), summary_table(report.summaries)):
            target = folder / f"{table.name}.csv"
            atomic.write_through(target, lambda path, table=table: write_csv(path, table.names, table.rows))  # type: ignore[misc]
        atomic.write_text(folder / "study.md", render_markdown(report))
        atomic.write_text(page, render_study(report))
    return page


def _study_run(study: Study, state: CellState, run: Path, best: Mapping[str, Mapping[str, Any]]) -> StudyRun:
    cell, record = state.cell, state.record
    known = best.get(cell.case.input_sha256, {}).get("objective")
    label = cell.case.label if cell.case.variant == "base" else f"{cell.case.label}, {cell.case.variant}"
    objective, bound = (None, None) if record is None else objective_and_bound(record)
    gap = None if record is None else record["gap"]
    integral = None
    if record is not None and known is not None and study.limits.time_limit is not None:
        integral = _integral(run, known, study.limits.time_limit)
    return StudyRun(
        name=cell.name,
        instance=label,
        setting=cell.params_label,
        seed=cell.seed,
        state=state.state,
        status=state.state if record is None else str(record["status"]),
        solved=record is not None and (record["status"] in _SOLVED or (gap is not None and gap <= study.solved_gap)),
        seconds=None if record is None else seconds_of(record),
        objective=objective,
        bound=bound,
        gap_to_bound=gap,
        best_known=known,
        gap_to_best=(objective - known) / known if objective is not None and known else None,
        primal_integral=integral,
    )


def _integral(run: Path, best: float, end: float) -> float | None:
    """Primal integral of a run from its progress.csv; None when it has none."""
    try:
        with open(run / "progress.csv", encoding="utf-8", newline="") as stream:
            rows = [(float(row["seconds"]), row["objective_eur"]) for row in csv.DictReader(stream)]
    except (OSError, ValueError, KeyError):
        return None
    return primal_integral([(seconds, float(text) if text else None) for seconds, text in rows], best, end)


def _facts(study: Study, facts: Mapping[str, Any], jobs: int) -> Iterator[tuple[str, str]]:
    here, limits = machine(), study.limits
    memory = "" if here["memory_gib"] is None else f", {here['memory_gib']:.0f} GiB"
    yield "Machine", f"{here['cores']} cores{memory}, {here['processor']}, {here['system']}"
    if hasattr(os, "getloadavg"):
        yield "Load at the end", f"{os.getloadavg()[2]:.1f} processes on average over 15 minutes, these runs included"
    yield "cargopool", f"{cargopool.__version__}, commit {commit()}, files {facts['package_sha256'][:16]}"
    yield "Versions", ", ".join([f"Python {facts['python']}", *(f"{k} {v}" for k, v in facts["solvers"].items())])
    stops = (("time limit", limits.time_limit, " s"), ("work limit", limits.work_limit, ""), ("gap", limits.gap, ""))
    yield "Each run", ", ".join(f"{name} {value}{unit}" for name, value, unit in stops if value is not None)
    instances = len({(cell.case.label, cell.case.variant) for cell in study.cells})
    seeds = len({cell.seed for cell in study.cells})
    yield "Runs", f"{instances} instances x {len(study.settings)} settings x {seeds} seeds, {jobs} at a time"
    yield "Solved", f"proven to within {study.solved_gap:g}"


def commit() -> str:
    """Commit of the repository that the package lies in, with + when files were changed; unknown elsewhere."""
    git = shutil.which("git")
    root = Path(cargopool.__file__).resolve().parent
    if git is None:
        return "unknown"
    try:
        asked = [git, "-C", str(root)]
        head = subprocess.run([*asked, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*asked, "status", "--porcelain", "."], capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
