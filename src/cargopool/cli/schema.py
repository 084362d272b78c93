"""``cargopool schema``: the JSON Schema of scenario files."""

from __future__ import annotations

from typing import Annotated

import typer

from cargopool.cli.options import Debug

_What = Annotated[str, typer.Argument(metavar="[scenario|plan]", help="Which schema.")]


def print_schema(what: _What = "scenario", debug: Debug = False) -> None:
    """Print the JSON Schema of scenario files, or of plan.json."""
    from cargopool.runs import schema_text

    print(schema_text(what), end="")
