"""``cargopool bench study``: instances x solver settings x seeds, with a table that a reviewer can check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cargopool.cli.batch import exit_of_batch, list_runs
from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet

if TYPE_CHECKING:
    from cargopool.reporting.study_page import StudyReport

_Study = Annotated[Path, typer.Argument(metavar="STUDY.toml", help="Instances, settings, seeds and limits.")]
_Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Runs at the same time; more than 1 disturbs their times.")]
_Out = Annotated[Path | None, typer.Option("--out", help="Batch folder; batches/NAME when left out.")]
_Report = Annotated[Path | None, typer.Option("--report", metavar="DIR", help="Folder of the report; --out's itself.")]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with the study in --out; repeats nothing that is done.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="List the runs and an estimate of time, and run nothing.")]


def run_study(
    file: _Study,
    jobs: _Jobs = 1,
    out: _Out = None,
    report_folder: _Report = None,
    resume: _Resume = False,
    dry_run: _DryRun = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run a study on this machine and report it."""
    from cargopool.batches.batch import local_executor, run_batch
    from cargopool.batches.best_known import update_best_known
    from cargopool.batches.study import read_study
    from cargopool.batches.study_report import make_report, write_report
    from cargopool.cli.batch_progress import shown_batch
    from cargopool.cli.output import note
    from cargopool.executors import environment

    facts = environment()
    study = read_study(file, facts)
    folder = out if out is not None else Path("batches") / study.name
    if dry_run:
        list_runs(study.cells, folder, jobs, as_json=as_json)
        raise typer.Exit(Exit.OK)
    executor = local_executor(study.cells, jobs)
    with executor, shown_batch(len(study.cells), quiet=quiet or as_json) as shown:
        outcome = run_batch(study.cells, folder, executor, facts=facts, resume=resume, on_progress=shown)
    if outcome.interrupted:
        note(f"go on with --resume --out {folder}", quiet=quiet)
        raise typer.Exit(Exit.INTERRUPTED)
    best = update_best_known(study.best_known, outcome.path, outcome.states)
    report = make_report(study, outcome.path, outcome.states, best, facts, jobs)
    page = write_report(report, report_folder or outcome.path)
    _print(report, page, as_json=as_json, quiet=quiet)
    raise typer.Exit(exit_of_batch(outcome))


def _print(report: StudyReport, page: Path, *, as_json: bool, quiet: bool) -> None:
    from cargopool.cli.output import note, print_json
    from cargopool.reporting.study_figures import study_table, summary_table

    if as_json:
        tables = (study_table(report.runs), summary_table(report.summaries))
        print_json({"study": report.name, "facts": dict(report.facts), **{t.name: t.records() for t in tables}})
        return
    from cargopool.cli.tables import print_grid
    from cargopool.reporting.study_page import instance_rows, summary_cells

    heads = ("Setting", "Runs", "Plans", "Solved", "Fastest", "PAR10 s", "Time s", "To bound", "To best", "Primal s")
    print_grid(f"Study {report.name}", heads, [summary_cells(s) for s in report.summaries], right=heads[1:])
    print_grid("Instances", ("Instance", "Best known", *report.settings), instance_rows(report))
    print_grid("How it was made", ("", ""), list(report.facts))
    note(f"wrote {page}, study.md, study.csv and summary.csv", quiet=quiet)
