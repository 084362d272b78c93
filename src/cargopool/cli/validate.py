"""``cargopool validate``: all errors of all files in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet, Settings, Variant

_Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario folders or their scenario.yaml.")]


def validate_files(
    scenario_files: _Files,
    variant: Variant = "base",
    settings: Settings = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Check scenarios: every error of every file in one pass, as file:line:column."""
    from cargopool.cli.output import finding_record, print_findings, print_json
    from cargopool.cli.settings import parsed_settings
    from cargopool.files import read_document
    from cargopool.reporting.text import printable

    overrides = parsed_settings(settings)
    found, failed = [], False
    for path in scenario_files:
        scenario, findings = read_document(path, variant, overrides)
        bad = scenario is None or any(finding.severity == "error" for finding in findings)
        failed = failed or bad
        found.append({"file": str(path), "ok": not bad, "diagnostics": [finding_record(f) for f in findings]})
        if as_json:
            continue
        print_findings(findings)
        errors = sum(finding.severity == "error" for finding in findings)
        if bad:
            print(printable(f"{path}: {errors} {'error' if errors == 1 else 'errors'}"))
        elif scenario is not None and not quiet:
            size = f"{len(scenario.shipments)} shipments, {len(scenario.hubs)} hubs, {len(scenario.services)} services"
            print(printable(f"{path}: ok, {size}"))
    if as_json:
        print_json({"ok": not failed, "files": found})
    if failed:
        raise typer.Exit(Exit.INPUT)
