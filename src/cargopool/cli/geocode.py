"""``cargopool geocode``: coordinates of doors that have only an address."""

from __future__ import annotations

import typer

from cargopool.cli.options import Debug, Json, Quiet, ScenarioFile


def geocode_doors(file: ScenarioFile, as_json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Look up addresses of doors without coordinates (needs a network) and keep them beside the scenario."""
    from cargopool.cli.output import note, print_json
    from cargopool.runs.geocoding import SOURCE, geocode

    done = geocode(file)
    if as_json:
        print_json({"file": str(done.path), "found": done.found, "kept": done.kept, "missing": list(done.missing)})
    else:
        note(f"{done.found} addresses found by {SOURCE}, {done.kept} known before: {done.path}", quiet=quiet)
        for address in done.missing:
            note(f"not found: {address}; correct the address, or give lat and lon", quiet=False)
    if done.missing:
        raise typer.Exit(2)
