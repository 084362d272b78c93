"""``cargopool generate``: a synthetic week as a scenario folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cargopool.cli.options import Debug, Json, Quiet

_Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder to make.")]
_Shipments = Annotated[int | None, typer.Option("--shipments", metavar="N", help="Shipments of the first week.")]
_Weeks = Annotated[int | None, typer.Option("--weeks", metavar="N", help="Weeks of demand.")]
_Growth = Annotated[
    float | None, typer.Option("--growth", metavar="SHARE", help="Growth from week to week; 0.05 is 5 %.")
]
_Hubs = Annotated[
    str | None, typer.Option("--hubs", metavar="CHOICE", help="core, core+20, all, all+100, or ids with commas.")
]
_Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of every draw.")]
_Profile = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="plain, fmcg-peak, harvest or promotion.")
]
_Od = Annotated[
    Path | None, typer.Option("--od", metavar="FILE.csv", help="Own matrix: origin,destination,weight[,segment].")
]
_Params = Annotated[Path | None, typer.Option("--params", metavar="FILE.toml", help="Parameters; flags win over it.")]
_Show = Annotated[bool, typer.Option("--show-params", help="Print every parameter as TOML and leave.")]


def generate_week_folder(
    shipments: _Shipments = None,
    hubs: _Hubs = None,
    seed: _Seed = None,
    weeks: _Weeks = None,
    growth: _Growth = None,
    profile: _Profile = None,
    od: _Od = None,
    params: _Params = None,
    out: _Out = None,
    show_params: _Show = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a synthetic week of demand over the reference set, as a scenario folder."""
    from cargopool.batches.week_params import read_week_params
    from cargopool.batches.weeks import write_week
    from cargopool.cli.output import note, print_json

    flags: dict[str, Any] = {
        **{"shipments": shipments, "hubs": hubs, "seed": seed, "weeks": weeks, "growth_per_week": growth},
        **{"profile": profile, "od_matrix": str(od) if od else None},
    }
    chosen = read_week_params(params, {key: value for key, value in flags.items() if value is not None})
    if show_params:
        print(chosen.to_toml(), end="")
        return
    if out is None:
        raise typer.BadParameter("missing", param_hint="--out")
    made = write_week(chosen, out)
    counts = {
        **{"shipments": made.shipments, "shippers": made.shippers, "hubs": made.hubs},
        **{"doors": made.doors, "services": made.services},
    }
    if as_json:
        print_json({"folder": str(made.folder), "synthetic": True, **counts})
    else:
        words = ", ".join(f"{number} {what}" for what, number in counts.items())
        note(f"made {made.folder}, a synthetic week: {words}; try: cargopool solve {made.folder}", quiet=quiet)
