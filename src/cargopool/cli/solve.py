"""``cargopool solve``: from a scenario to a verified plan in a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cargopool.cli.exits import exit_of_run
from cargopool.cli.options import Debug, Json, Quiet, ScenarioFile, Settings, Variant, Verbose

if TYPE_CHECKING:
    from cargopool.cli.progress import ShownProgress
    from cargopool.optimiser.params import SolveParams
    from cargopool.runs import RunOutcome, RunRequest

_TimeLimit = Annotated[
    float | None,
    typer.Option("--time-limit", min=0.1, help="Wall seconds until the verified plan; 60 without another limit."),
]
_GapOption = Annotated[float, typer.Option("--gap", min=0.0, help="Stop at this relative distance from the bound.")]
_WorkLimit = Annotated[
    int | None, typer.Option("--work-limit", min=1, help="Stop after this much work; repeats exactly, reads no clock.")
]
_FirstFeasible = Annotated[bool, typer.Option("--first-feasible", help="Stop at the first verified plan.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the search.")]
_Params = Annotated[Path | None, typer.Option("--params", metavar="FILE.toml", help="Solver parameters.")]
_WarmStart = Annotated[Path | None, typer.Option("--warm-start", help="Run folder or plan to start from.")]
_Out = Annotated[Path | None, typer.Option("--out", help="Run folder; runs/NAME when left out.")]
_FailOnUnserved = Annotated[
    bool, typer.Option("--fail-on-unserved", help="Exit with 5 when the plan leaves a shipment out.")
]
_Baselines = Annotated[bool, typer.Option("--baselines/--no-baselines", help="Compare with every shipper alone.")]
_ExactTime = Annotated[
    bool, typer.Option("--exact-time", help="Trucks leave at any minute; the bound says what of it is proven.")
]
_Execution = Annotated[
    bool, typer.Option("--execution", help="Add round trips, loading layouts and empty units to the plan.")
]
_Lexicographic = Annotated[
    str | None,
    typer.Option(
        "--lexicographic", metavar="co2e:P|cost:P", help="Cheapest within P % of the least CO2e, or the reverse."
    ),
]
_Tours = Annotated[
    bool | None,
    typer.Option(
        "--tours/--no-tours",
        help="Plan collection, delivery and unit haulage as tours, in rounds; as drayage.tours says when left out.",
    ),
]
_DEFAULT_GAP = 0.01
_DEFAULT_TIME_LIMIT_S = 60.0
_LAYERS = {f"execution.{layer}": True for layer in ("round_trips", "layouts", "stacking", "empty_units")}


def solve_file(
    context: typer.Context,
    file: ScenarioFile,
    variant: Variant = "base",
    settings: Settings = None,
    params: _Params = None,
    time_limit: _TimeLimit = None,
    gap: _GapOption = _DEFAULT_GAP,
    work_limit: _WorkLimit = None,
    first_feasible: _FirstFeasible = False,
    seed: _Seed = 1,
    warm_start: _WarmStart = None,
    out: _Out = None,
    fail_on_unserved: _FailOnUnserved = False,
    baselines: _Baselines = True,
    exact_time: _ExactTime = False,
    execution: _Execution = False,
    lexicographic: _Lexicographic = None,
    tours: _Tours = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Plan a scenario and write a run folder."""
    from cargopool.cli.progress import shown_progress
    from cargopool.cli.settings import parsed_settings
    from cargopool.runs import RunRequest, default_folder

    request = RunRequest(
        file=file,
        out=out if out is not None else default_folder(file, variant),
        variant=variant,
        overrides={**(_LAYERS if execution else {}), **parsed_settings(settings)},
        time_limit=_DEFAULT_TIME_LIMIT_S if time_limit is None and work_limit is None else time_limit,
        gap=gap,
        work_limit=work_limit,
        first_feasible=first_feasible,
        seed=seed,
        params=read_params(params),
        warm_start=warm_start,
        baselines=baselines,
        exact_time=exact_time,
        tours=tours,
    )
    with shown_progress(request.time_limit, quiet=quiet or as_json, verbose=verbose) as shown:
        outcome = _made(request, lexicographic, context.obj, shown)
    _warn(outcome, quiet=quiet)
    if as_json:
        from cargopool.cli.output import print_json

        print_json({**outcome.record, "folder": str(outcome.path)})
    else:
        from cargopool.cli.summary import print_summary

        print_summary(outcome.scenario, outcome.result.plan, outcome.record, outcome.path, quiet=quiet)
    raise typer.Exit(exit_of_run(outcome, fail_on_unserved=fail_on_unserved))


def _warn(outcome: RunOutcome, *, quiet: bool) -> None:
    from cargopool.cli.output import note

    for warning in (*outcome.result.input_warnings, *outcome.result.plan_warnings):
        note(str(warning), quiet=quiet)


def _made(request: RunRequest, lexicographic: str | None, started: float, shown: ShownProgress) -> RunOutcome:
    from cargopool.runs import run
    from cargopool.runs.lexicographic import Lexicographic, run_lexicographic

    progress, log, leave = shown.progress, shown.log, shown.leave_at_once
    if lexicographic is None:
        return run(request, started=started, on_progress=progress, on_log=log, leave=leave)
    wish = Lexicographic.parse(lexicographic)
    return run_lexicographic(request, wish, started=started, on_progress=progress, on_log=log, leave=leave)


def read_params(path: Path | None) -> SolveParams | None:
    """Solver parameters of a TOML file."""
    if path is None:
        return None
    from cargopool.optimiser.params import SolveParams

    return SolveParams.from_toml(path)
