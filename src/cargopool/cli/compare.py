"""``cargopool compare``: key figures of several runs, and what changed between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.options import Debug, Json, Quiet

_Runs = Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Run folders; the first is compared with.")]


def compare_runs(folders: _Runs, as_json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Compare runs: key figures side by side, and the itineraries that changed."""
    from cargopool.cli.output import print_json
    from cargopool.reporting.comparison import compare
    from cargopool.runs import open_run

    if len(folders) < 2:
        raise typer.BadParameter("give at least two runs", param_hint="RUN")
    runs = [open_run(folder) for folder in folders]
    cases = [(str(run.path), run.finished_record(), run.scenario, run.plan) for run in runs]
    found = compare(cases)
    if as_json:
        print_json(found.as_dict())
        return
    from cargopool.cli.tables import print_grid

    names = [name for name, *_ in cases]
    print_grid("Key figures", ("", *names), [(row.label, *row.shown) for row in found.rows], right=names)
    for other in found.changes:
        text = f"{other.name}: {other.verdict}"
        heads = ("Shipment", "Before", "After")
        shown = other.changed if not quiet else ()
        if other.swaps:
            swaps = [(f"{s.before} to {s.after}", str(len(s.shipments)), ", ".join(s.shipments)) for s in other.swaps]
            print_grid(f"{other.name}: changes of mode", ("Modes", "Number", "Shipments"), swaps, right=("Number",))
        print_grid(text, heads, [(c.shipment, c.before, c.after) for c in shown])
