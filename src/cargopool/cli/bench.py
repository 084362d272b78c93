"""``cargopool bench``: published instances of service network design in continuous time, and of tours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cargopool.cli import bench_study
from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A text file of the published format.")]
_Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder with arcs.csv, commodities.csv and the others.")]
_TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.1, help="Wall seconds.")]
_Gap = Annotated[float, typer.Option("--gap", min=0.0, max=1.0, help="Stop at this relative gap.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the search.")]
_Threads = Annotated[
    int,
    typer.Option("--threads", min=1, help="Threads; from 2 on also an engine beside them."),
]
_Engine = Annotated[str, typer.Option("--engine", help="auto, search, ortools or pyvrp.")]
_TIME_LIMIT_S = 600.0
_TOUR_LIMIT_S = 30.0
_GAP = 0.01


def bench_app() -> typer.Typer:
    """The verbs under ``bench``."""
    app = typer.Typer(
        help="Solve published instances with a proven gap; compare solver settings in studies.",
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command("ctsndp")(solve_ctsndp)
    app.command("sndrr")(solve_sndrr)
    app.command("pdptw")(solve_pdptw)
    app.command("vrptw")(solve_vrptw)
    app.command("study")(bench_study.run_study)
    return app


def solve_ctsndp(
    file: _File,
    time_limit: _TimeLimit = _TIME_LIMIT_S,
    gap: _Gap = _GAP,
    seed: _Seed = 1,
    threads: _Threads = 2,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Solve a file of the continuous-time service network design problem."""
    from cargopool.batches.continuous_readers import read_ctsndp

    _solve(read_ctsndp(file), time_limit, gap, seed, threads, as_json=as_json)


def solve_sndrr(
    folder: _Folder,
    time_limit: _TimeLimit = _TIME_LIMIT_S,
    gap: _Gap = _GAP,
    seed: _Seed = 1,
    threads: _Threads = 2,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Solve a folder of service network design with restricted routes (hub and spoke)."""
    from cargopool.batches.continuous_readers import read_sndrr

    _solve(read_sndrr(folder), time_limit, gap, seed, threads, as_json=as_json)


def solve_pdptw(
    file: _File,
    time_limit: _TimeLimit = _TOUR_LIMIT_S,
    engine: _Engine = "auto",
    seed: _Seed = 1,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Solve a Li and Lim file: pickups and deliveries with time windows."""
    _solve_tours(file, "pdptw", time_limit, engine, seed, as_json=as_json)


def solve_vrptw(
    file: _File,
    time_limit: _TimeLimit = _TOUR_LIMIT_S,
    engine: _Engine = "auto",
    seed: _Seed = 1,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Solve a Solomon or Gehring and Homberger file: customers with time windows."""
    _solve_tours(file, "vrptw", time_limit, engine, seed, as_json=as_json)


def _solve_tours(file: Path, kind: str, time_limit: float, engine: str, seed: int, *, as_json: bool) -> None:
    from cargopool.batches.bench_routing import read_instance, solve_routing
    from cargopool.cli.output import print_json
    from cargopool.reporting.text import printable

    result = solve_routing(read_instance(file, kind), engine=engine, seconds=time_limit, seed=seed)
    if as_json:
        print_json(result.record())
    else:
        served = f", {result.unserved} left out" if result.unserved else ""
        text = f"{result.instance}: {result.vehicles} vehicles, distance {result.distance:,.2f}{served}"
        print(printable(f"{text}, cost {result.cost:,.2f} by {result.engine}"))
        print(f"{result.seconds:.1f} s")
    if result.unserved:
        raise typer.Exit(Exit.NO_PLAN)


def _solve(
    instance: ContinuousInstance, time_limit: float, gap: float, seed: int, threads: int, *, as_json: bool
) -> None:
    from cargopool.batches.bench_continuous import solve_instance
    from cargopool.cli.output import print_json
    from cargopool.reporting.text import printable

    result = solve_instance(instance, time_limit=time_limit, gap=gap, seed=seed, threads=threads)
    if as_json:
        print_json(result.record())
    else:
        bounds = ["none" if value is None else f"{value:,.2f}" for value in (result.lower_bound, result.upper_bound)]
        proven = "none" if result.gap is None else f"{result.gap:.2%}"
        print(printable(f"{result.instance}: {result.status}, plan {bounds[1]}, bound {bounds[0]}, gap {proven}"))
        print(f"{result.seconds:.1f} s")
    if result.status == "infeasible":
        raise typer.Exit(Exit.INFEASIBLE)
    if result.upper_bound is None:
        raise typer.Exit(Exit.NO_PLAN)
