"""The application: its verbs and ``--version``."""

from __future__ import annotations

from typing import Annotated

import typer

import cargopool
from cargopool.cli import (
    batch,
    bench,
    check,
    compare,
    explain,
    generate,
    geocode,
    new,
    pareto,
    report,
    schema,
    solve,
    validate,
)

_EPILOG = (
    "Exit codes: 0 a plan, 2 input, 3 infeasible, 4 no plan, 5 unserved, 6 rejected, 7 not written, "
    "8 runs of a batch failed, 130 interrupted."
)


def make_app(started: float) -> typer.Typer:
    """The application; ``started`` is when the command began, from which time limits count."""
    app = typer.Typer(
        name="cargopool",
        help="Pool freight of many shippers over rail, barge, short sea and road, with verified plans and proven gaps.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "obj": started},
    )
    app.callback(invoke_without_command=True)(_top)
    app.command("new")(new.make_scenario)
    app.command("validate")(validate.validate_files)
    app.command("solve")(solve.solve_file)
    app.command("check")(check.check_plan)
    app.command("report")(report.report_run)
    app.command("compare")(compare.compare_runs)
    app.command("explain")(explain.explain_shipment)
    app.command("pareto")(pareto.find_front)
    app.command("generate")(generate.generate_week_folder)
    app.command("batch")(batch.run_matrix)
    app.command("geocode")(geocode.geocode_doors)
    app.command("schema")(schema.print_schema)
    app.add_typer(bench.bench_app(), name="bench")
    return app


def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --version: versions of everything, as JSON.")] = False,
) -> None:
    if version:
        typer.echo(_versions() if as_json else f"cargopool {cargopool.__version__}")
        raise typer.Exit(0)
    if as_json and context.invoked_subcommand is not None:
        raise typer.BadParameter("write --json after the verb", param_hint="--json")


def _versions() -> str:
    import json
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str | None] = {"cargopool": cargopool.__version__, "python": platform.python_version()}
    for name in ("ortools", "numpy", "scipy", "numba", "pandas", "pydantic"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return json.dumps(found)
