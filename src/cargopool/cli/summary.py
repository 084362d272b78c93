"""What a planner reads in ten seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from cargopool.cli.output import results
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.headlines import headlines, status_text
from cargopool.reporting.text import printable

_SHOWN_UNSERVED = 5


def print_summary(
    scenario: Scenario, plan: Plan | None, record: Mapping[str, Any], path: Path, *, quiet: bool = False
) -> None:
    """Print the headlines of a run, what is unserved and why, and where the rest is."""
    console = results()
    good = record["status"] in ("optimal", "feasible")
    head = Text.assemble((printable(record["scenario"]), "bold"), f" · {printable(record['variant'])} · ")
    head.append(status_text(record), "green" if good else "bold red")
    console.print(head)
    if record.get("synthetic"):
        console.print(Text("synthetic demand: invented for demonstration", "yellow"))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in headlines(record):
        table.add_row(Text(line.label, "bold"), Text(printable(line.value)), Text(printable(line.note), "dim"))
    console.print(table)
    if plan is not None and plan.unserved:
        _print_unserved(scenario, plan)
    if not quiet:
        where = Text.assemble(("Run", "bold"), f"  {printable(path)}")
        if plan is not None:
            where.append(f"  ({printable(path / 'report.html')})", "dim")
        console.print(where, soft_wrap=True)


def _print_unserved(scenario: Scenario, plan: Plan) -> None:
    console = results()
    for left in plan.unserved[:_SHOWN_UNSERVED]:
        shipment = scenario.shipments[left.shipment]
        who = f"{shipment.id} ({shipment.shipper}, {shipment.origin} to {shipment.destination})"
        console.print(Text(printable(f"  {who}: {_first_clause(left.text)}"), "yellow"), soft_wrap=True)
    more = len(plan.unserved) - _SHOWN_UNSERVED
    rest = f"{more} more, and " if more > 0 else ""
    console.print(Text(f"  {rest}how each reason was derived, in unserved.csv", "dim"))


def _first_clause(text: str) -> str:
    return text.partition(";")[0].rstrip(".") + "."
