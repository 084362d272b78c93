"""``cargopool pareto``: the front of cost and CO2e in one folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet, ScenarioFile, Settings, Variant, Verbose
from cargopool.cli.solve import read_params

if TYPE_CHECKING:
    from cargopool.batches.front_request import Front, ParetoRequest

_Points = Annotated[int, typer.Option("--points", help="Points wanted, the two ends included.")]
_TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", help="Wall seconds of the whole front; 60 a point without a limit.")
]
_GapOption = Annotated[float, typer.Option("--gap", help="Each point stops at this distance from its bound.")]
_WorkLimit = Annotated[
    int | None, typer.Option("--work-limit", min=1, help="Each point stops after this much work; repeats exactly.")
]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the search.")]
_Params = Annotated[Path | None, typer.Option("--params", metavar="FILE.toml", help="Solver parameters.")]
_Out = Annotated[Path | None, typer.Option("--out", help="Folder of the front; pareto/NAME when left out.")]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with the front in --out; repeats nothing that is done.")]
_WithLateness = Annotated[bool, typer.Option("--with-lateness", help="Lateness as a third axis.")]
_FailOnUnserved = Annotated[
    bool, typer.Option("--fail-on-unserved", help="Exit with 5 when the points leave a shipment out.")
]


def find_front(
    context: typer.Context,
    file: ScenarioFile,
    points: _Points = 9,
    variant: Variant = "base",
    settings: Settings = None,
    params: _Params = None,
    time_limit: _TimeLimit = None,
    gap: _GapOption = 0.01,
    work_limit: _WorkLimit = None,
    seed: _Seed = 1,
    with_lateness: _WithLateness = False,
    out: _Out = None,
    resume: _Resume = False,
    fail_on_unserved: _FailOnUnserved = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Find the plans that no other beats in cost and CO2e, and say what each step between them swaps."""
    from cargopool.batches.front_folder import ParetoFolder
    from cargopool.batches.front_request import ParetoRequest
    from cargopool.batches.front_runs import written_front
    from cargopool.cli.settings import parsed_settings
    from cargopool.files import read_scenario
    from cargopool.runs import default_folder

    request = ParetoRequest(
        points=points,
        time_limit=time_limit,
        gap=gap,
        work_limit=work_limit,
        seed=seed,
        params=read_params(params),
        with_lateness=with_lateness,
    )
    request.check()
    scenario = read_scenario(file, variant, parsed_settings(settings))
    place = out if out is not None else Path("pareto") / default_folder(file, variant).name
    with ParetoFolder.open(place, resume=resume) as folder:
        front = written_front(
            scenario,
            request,
            folder,
            on_point=None if quiet or as_json else _tell,
            on_log=_log if verbose else None,
            started=context.obj if isinstance(context.obj, float) else time.monotonic(),
        )
    _print(front, request, as_json=as_json, quiet=quiet)
    raise typer.Exit(exit_of_front(front, fail_on_unserved=fail_on_unserved))


def exit_of_front(front: Front, *, fail_on_unserved: bool) -> Exit:
    """Infeasible before no plan before unserved before interrupted, as for a run."""
    if not front.points:
        if front.interrupted:
            return Exit.INTERRUPTED
        return Exit.INFEASIBLE if front.status == "infeasible" else Exit.NO_PLAN
    if fail_on_unserved and front.left_out:
        return Exit.UNSERVED
    return Exit.INTERRUPTED if front.interrupted else Exit.OK


def _tell(front: Front) -> None:
    from cargopool.cli.output import note

    question, answer = front.questions[-1]
    found = f"{answer.cost_cents / 100:,.0f} EUR, {answer.grams / 1e6:,.2f} t CO2e" if answer.plan else "no plan"
    note(f"{front.seconds:7.1f} s  {question.name}: {found}; {len(front.points)} on the front")


def _log(line: str) -> None:
    import sys

    print(line, file=sys.stderr, flush=True)


def _print(front: Front, request: ParetoRequest, *, as_json: bool, quiet: bool) -> None:
    from cargopool.batches.front_folder import figures_of, front_record
    from cargopool.cli.output import note, print_json
    from cargopool.cli.pareto_tables import print_front

    figures = figures_of(front)
    if as_json:
        record = front_record(front, request, figures, finished=not front.interrupted)
        print_json({**record, "folder": str(front.path)})
        return
    print_front(figures, detail=front.detail)
    if front.interrupted:
        note(f"interrupted: go on with --resume --out {front.path}", quiet=quiet)
    note(f"report.html, pareto.csv, swaps.csv and the runs are in {front.path}", quiet=quiet)
