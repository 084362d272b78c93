"""``cargopool new``: copy a shipped scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.options import Debug, Json, Quiet

_Template = Annotated[str, typer.Option("--template", help="Shipped scenario to copy; --list names them.")]
_Folder = Annotated[Path | None, typer.Argument(metavar="DIR", help="Folder to make.")]
_List = Annotated[bool, typer.Option("--list", help="Name the shipped scenarios and leave.")]


def make_scenario(
    folder: _Folder = None,
    template: _Template = "quickstart",
    list_templates: _List = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Copy a shipped scenario to start from."""
    from cargopool.cli.output import note, print_json
    from cargopool.runs import copy_template, template_names

    if list_templates:
        print_json({"templates": template_names()}) if as_json else print("\n".join(template_names()))
        return
    if folder is None:
        raise typer.BadParameter("missing", param_hint="DIR")
    made = copy_template(template, folder)
    if as_json:
        print_json({"folder": str(made), "template": template})
    else:
        note(f"made {made} from {template}; try: cargopool solve {made}", quiet=quiet)
