"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the machine-readable form.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only, no progress or notes.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print the log as it goes.")]
Debug = Annotated[bool, typer.Option("--debug", help="Print the traceback of an error.")]
Variant = Annotated[str, typer.Option("--variant", help="A variant of the scenario.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; wins over the variant.")
]
ScenarioFile = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario folder or its scenario.yaml.")]
