"""``cargopool report``: tables of a run or a batch on the terminal, and report.html."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cargopool.cli.options import Debug, Json, Quiet

_Run = Annotated[Path, typer.Argument(metavar="DIR", help="A run, a batch or a front folder.")]
_Sheet = Annotated[
    str | None, typer.Option("--sheet", metavar="SHIPMENT", help="The CO2e calculation sheet of one shipment.")
]
_Html = Annotated[bool, typer.Option("--html", help="Write report.html again, from run.json and plan.json.")]

_Ileap = Annotated[
    Path | None, typer.Option("--ileap", metavar="FILE", help="Write the plan's CO2e for exchange, iLEAP 1.0 JSON.")
]


def report_run(
    folder: _Run,
    html: _Html = False,
    sheet: _Sheet = None,
    ileap: _Ileap = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show a run: headlines, modes, departures, costs and CO2e; or a batch: every what-if against the base.

    With --sheet, the CO2e of one shipment element by element, so that it can be worked out again by hand. With
    --ileap, the plan's CO2e for other programs.
    """
    from cargopool.batches.batch_folder import is_batch_folder
    from cargopool.cli.output import note, print_json
    from cargopool.errors import Diagnostic, InputError

    if is_batch_folder(folder):
        for asked, what in ((sheet, "sheet"), (ileap, "plan to exchange")):
            if asked is not None:
                raise InputError(Diagnostic("E2003", f"a batch has no {what}", str(folder), "name one of its runs"))
        from cargopool.cli.batch_tables import report_batch

        report_batch(folder, as_json=as_json, quiet=quiet)
        return
    from cargopool.batches.front_folder import is_pareto_folder, read_record

    if is_pareto_folder(folder):
        from cargopool.cli.pareto_tables import print_front
        from cargopool.reporting.front_view import figures_of_record

        front = read_record(folder)
        if as_json:
            print_json(front)
        else:
            try:
                print_front(figures_of_record(front), detail=front["detail"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                from cargopool.errors import Diagnostic, InputError

                way_out = "go on with the front by --resume, which makes it again from the runs"
                message = f"is damaged: {type(error).__name__} {error}"
                raise InputError(Diagnostic("E2085", message, str(folder / "pareto.json"), way_out)) from error
        return
    from cargopool.runs import open_run, write_report

    run = open_run(folder)
    record = run.finished_record()
    if ileap is not None:
        from cargopool.runs import write_ileap

        write_ileap(run, ileap)
        if not as_json:
            note(f"wrote {ileap}", quiet=quiet)
    if sheet is not None:
        from cargopool.reporting.carbon_sheet import make_carbon_sheet

        found = make_carbon_sheet(run.scenario, run.plan, sheet)
        if as_json:
            print_json(found.as_dict())
            return
        from cargopool.cli.carbon import print_carbon_sheet

        print_carbon_sheet(found)
        return
    if html:
        made = write_report(run)
        if not as_json:
            note(f"wrote {made}", quiet=quiet)
    if as_json:
        print_json(record)
        return
    from cargopool.cli.summary import print_summary
    from cargopool.cli.tables import print_board, print_tables

    print_summary(run.scenario, run.plan, record, run.path, quiet=quiet)
    if run.plan is not None:
        print_tables(run.scenario, run.plan)
        print_board(record)
