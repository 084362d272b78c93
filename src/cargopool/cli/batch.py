"""``cargopool batch``: a matrix of runs in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet

if TYPE_CHECKING:
    from cargopool.batches.batch import BatchOutcome
    from cargopool.batches.matrix import Cell, MatrixRequest
    from cargopool.executors import Executor

_Files = Annotated[
    list[Path], typer.Argument(metavar="FILE [FILE...]", help="Scenario folders or their scenario.yaml.")
]
_Variants = Annotated[
    list[str] | None, typer.Option("--variants", metavar="A,B", help="Named variants; all for every one of a file.")
]
_Axes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=V1,V2", help="Values that one path takes; wins over the variant."),
]
_Params = Annotated[
    list[str] | None, typer.Option("--params", metavar="P1.toml,P2.toml", help="Solver parameters, one file each.")
]
_Seeds = Annotated[str, typer.Option("--seeds", metavar="1..5", help="Seeds: a range, or a list such as 1,2,9.")]
_Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Runs at the same time here; as many as the cores bear.")
]
_ExecutorName = Annotated[
    Literal["local", "dask"], typer.Option("--executor", help="This machine, or the workers of a Dask scheduler.")
]
_Scheduler = Annotated[
    str, typer.Option("--scheduler", metavar="ADDR", help="As tls://host:8786, for --executor dask.")
]
_TlsCa = Annotated[
    str, typer.Option("--tls-ca", metavar="PEM", help="Authority that signed the cluster's certificates.")
]
_TlsCert = Annotated[str, typer.Option("--tls-cert", metavar="PEM", help="Certificate of this client.")]
_TlsKey = Annotated[str, typer.Option("--tls-key", metavar="PEM", help="Its private key.")]
_Out = Annotated[Path | None, typer.Option("--out", help="Batch folder; batches/NAME when left out.")]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with the batch in --out; repeats nothing that is done.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="List the runs and an estimate of time, and run nothing.")]
_TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", min=0.1, help="Wall seconds of each run; 60 without another limit."),
]
_GapOption = Annotated[float, typer.Option("--gap", min=0.0, help="Each run stops at this distance from its bound.")]
_WorkLimit = Annotated[
    int | None, typer.Option("--work-limit", min=1, help="Each run stops after this much work; repeats exactly.")
]
_Baselines = Annotated[bool, typer.Option("--baselines/--no-baselines", help="Compare with every shipper alone.")]
_DEFAULT_GAP = 0.01
_DEFAULT_TIME_LIMIT_S = 60.0


def run_matrix(
    files: _Files,
    variants: _Variants = None,
    axes: _Axes = None,
    params: _Params = None,
    seeds: _Seeds = "1",
    jobs: _Jobs = None,
    executor: _ExecutorName = "local",
    scheduler: _Scheduler = "",
    tls_ca: _TlsCa = "",
    tls_cert: _TlsCert = "",
    tls_key: _TlsKey = "",
    out: _Out = None,
    resume: _Resume = False,
    dry_run: _DryRun = False,
    time_limit: _TimeLimit = None,
    gap: _GapOption = _DEFAULT_GAP,
    work_limit: _WorkLimit = None,
    baselines: _Baselines = True,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run the cross product of scenarios, variants, values, parameter files and seeds."""
    from cargopool.batches.batch import local_executor
    from cargopool.batches.matrix import Limits, MatrixRequest, expand, scenario_label
    from cargopool.batches.ranges import parse_axis, parse_seeds, split_names
    from cargopool.executors import Certificates, environment

    if time_limit is None and work_limit is None:
        time_limit = _DEFAULT_TIME_LIMIT_S
    request = MatrixRequest(
        files=tuple(files),
        variants=split_names(variants) or ("base",),
        settings=tuple(map(parse_axis, axes or ())),
        params=split_names(params),
        seeds=parse_seeds(seeds),
        limits=Limits(time_limit=time_limit, gap=gap, work_limit=work_limit, baselines=baselines),
    )
    folder = out if out is not None else Path("batches") / "-".join(map(scenario_label, files))
    if dry_run:
        list_runs(expand(request), folder, jobs, as_json=as_json)
        raise typer.Exit(Exit.OK)
    if executor == "local":
        cells = expand(request, facts := environment())
        _run(cells, folder, local_executor(cells, jobs), facts, resume, away=False, as_json=as_json, quiet=quiet)
    found, facts, cells = _on_cluster(request, scheduler, Certificates(tls_ca, tls_cert, tls_key))
    _run(cells, folder, found, facts, resume, away=True, as_json=as_json, quiet=quiet)


def _on_cluster(
    request: MatrixRequest, scheduler: str, certificates: Any
) -> tuple[Executor, dict[str, Any], tuple[Cell, ...]]:
    """Check the input first, then connect: the cluster says what results depend on there."""
    from cargopool.batches.batch import cluster_executor
    from cargopool.batches.matrix import expand, rekeyed

    if not scheduler:
        raise typer.BadParameter("--executor dask needs it, as tls://host:8786", param_hint="--scheduler")
    cells = expand(request)
    executor, facts = cluster_executor(scheduler, certificates)
    return executor, facts, rekeyed(cells, facts)


def _run(
    cells: Sequence[Cell],
    folder: Path,
    executor: Executor,
    facts: dict[str, Any],
    resume: bool,
    *,
    away: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    from cargopool.batches.batch import run_batch
    from cargopool.batches.batch_report import open_batch, write_batch_report
    from cargopool.cli.batch_progress import shown_batch

    with executor, shown_batch(len(cells), quiet=quiet or as_json) as shown:
        outcome = run_batch(cells, folder, executor, facts=facts, resume=resume, away=away, on_progress=shown)
    if not outcome.interrupted:
        write_batch_report(open_batch(outcome.path))
    _print_outcome(outcome, as_json=as_json, quiet=quiet)
    raise typer.Exit(exit_of_batch(outcome))


def exit_of_batch(outcome: BatchOutcome) -> Exit:
    """Interrupted before failed runs before success; a run without a plan failed unless it is proven impossible."""
    if outcome.interrupted:
        return Exit.INTERRUPTED
    return Exit.BATCH if outcome.count("failed") or outcome.without_plan or outcome.lost else Exit.OK


def _print_outcome(outcome: BatchOutcome, *, as_json: bool, quiet: bool) -> None:
    from cargopool.cli.output import note, print_json

    counts = {state: outcome.count(state) for state in ("done", "failed", "left")}
    if as_json:
        failures = {one.cell.name: one.error for one in outcome.states if one.state == "failed"}
        made = {"folder": str(outcome.path), "runs": len(outcome.states), **counts, "made_now": outcome.repeated}
        print_json({**made, "without_plan": outcome.without_plan, "failures": failures})
        return
    from cargopool.cli.tables import print_grid
    from cargopool.reporting.text import percent, thousands

    rows = [
        (
            one.cell.name,
            one.record["status"] if one.record else one.state,
            "–"
            if one.record is None or one.record["objective_eur"] is None
            else thousands(one.record["objective_eur"]),
            "–" if one.record is None or one.record["co2e_kg"] is None else thousands(one.record["co2e_kg"]),
            percent(one.record["gap"] if one.record else None),
            one.error.partition("\n")[0],
        )
        for one in outcome.states
    ]
    heads = ("Run", "Status", "Objective EUR", "CO2e kg", "Gap", "Error")
    print_grid(f"{counts['done']} of {len(outcome.states)} runs done", heads, rows, right=heads[2:5])
    if outcome.lost:
        note(outcome.lost)
    if counts["left"]:
        note(f"{counts['left']} runs are left: go on with --resume --out {outcome.path}", quiet=quiet)
    note(f"results.csv, report.html and the runs are in {outcome.path}", quiet=quiet)


def list_runs(cells: Sequence[Cell], folder: Path, jobs: int | None, *, as_json: bool) -> None:
    """Print the runs of a matrix and an estimate of their time."""
    from cargopool.batches.batch import estimated_seconds, known_seconds, most_jobs
    from cargopool.cli.output import print_json

    together = most_jobs(cells, jobs)
    known = known_seconds(cells, folder)
    left = [cell for cell in cells if cell.name not in known]
    seconds, why = estimated_seconds(left, together, tuple(known.values()))
    if as_json:
        runs = [{**cell.record(), "done": cell.name in known} for cell in cells]
        print_json({"runs": runs, "jobs": together, "estimated_seconds": seconds, "estimate": why})
        return
    from cargopool.cli.tables import print_grid
    from cargopool.reporting.text import thousands

    rows = [
        (cell.name, cell.case.variant, cell.params_label, str(cell.seed), "done" if cell.name in known else "to do")
        for cell in cells
    ]
    time = "unknown" if seconds is None else f"{thousands(seconds)} s"
    title = f"{len(cells)} runs, {len(left)} to do, {together} at a time; estimated time {time} ({why})"
    print_grid(title, ("Run", "Variant", "Params", "Seed", "State"), rows)
