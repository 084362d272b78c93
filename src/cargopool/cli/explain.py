"""``cargopool explain``: why a shipment travels as it does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.options import Debug, Json, Quiet

_Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
_Shipment = Annotated[str, typer.Option("--shipment", metavar="ID", help="Which shipment.")]


def explain_shipment(
    folder: _Run, shipment: _Shipment, as_json: Json = False, quiet: Quiet = False, debug: Debug = False
) -> None:
    """Explain one shipment: its way, times and cost lines, and why not the others."""
    from cargopool.cli.output import print_json
    from cargopool.runs import explain, open_run

    found = explain(open_run(folder), shipment)
    if as_json:
        print_json(found.as_dict())
        return
    from cargopool.cli.explained import print_explanation

    print_explanation(found)
