"""``cargopool check``: the independent verifier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.exits import Exit
from cargopool.cli.options import Debug, Json, Quiet, Settings, Variant

_File = Annotated[Path, typer.Argument(metavar="FILE|RUN", help="A run folder, or a scenario to check a plan against.")]
_Plan = Annotated[Path | None, typer.Argument(metavar="PLAN", help="plan.json or a run folder; not for a RUN.")]


def check_plan(
    file: _File,
    plan: _Plan = None,
    variant: Variant = "base",
    settings: Settings = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Verify a plan against its scenario, independently of how it was made."""
    from cargopool.cli.output import print_json
    from cargopool.cli.pairs import scenario_and_plan
    from cargopool.reporting.text import printable
    from cargopool.reporting.tour_caps import cap_warnings
    from cargopool.units import eur
    from cargopool.verifier import verify

    scenario, found = scenario_and_plan(file, plan, variant, settings)
    report = verify(scenario, found)
    warnings = cap_warnings(scenario, found) if report.ok else ()
    if as_json:
        violations = [{"code": v.code, "where": v.where, "message": v.message} for v in report.violations]
        doubts = [{"code": w.code, "where": w.where, "message": w.message} for w in warnings]
        print_json({"ok": report.ok, "violations": violations, **({"warnings": doubts} if doubts else {})})
    elif not report.ok:
        for violation in report.violations:
            print(printable(str(violation)))
        print(f"{len(report.violations)} violations")
    elif not quiet:
        served = len({itinerary.shipment for itinerary in found.itineraries})
        cost = eur(found.totals.cost_cents)
        toured = "" if found.tour_totals is None else f"; {eur(found.tour_totals.cost_cents):,.2f} EUR with its tours"
        for warning in warnings:
            print(printable(str(warning)))
        print(f"ok: {served} of {len(scenario.shipments)} shipments served, cost {cost:,.2f} EUR{toured}")
    if not report.ok:
        raise typer.Exit(Exit.VIOLATIONS)
