"""A run's tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from cargopool.cli.output import results
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.board import BASELINES, BoardCell, board_row
from cargopool.reporting.figures import co2e_kg_by_kind, eur_by_kind
from cargopool.reporting.headlines import BASELINE_NAMES
from cargopool.reporting.loads import leg_loads
from cargopool.reporting.moments import short_local
from cargopool.reporting.text import percent, printable, thousands
from cargopool.reporting.tours_view import make_tours_view


def print_tables(scenario: Scenario, plan: Plan) -> None:
    """Print departures with their fill, and money and CO2e by kind."""
    legs = leg_loads(scenario, plan)
    if legs:
        rows = [
            (
                leg.service,
                scenario.services[leg.service].mode,
                leg.origin,
                leg.destination,
                short_local(scenario, leg.origin, leg.depart_min) or "any time",
                str(leg.total_units),
                percent(leg.fill, 0),
                leg.scarcest,
            )
            for leg in legs
        ]
        heads = ("Service", "Mode", "From", "To", "Departs", "Units", "Fill", "of")
        print_grid("Departures", heads, rows, right=("Units", "Fill"))
    print_tours(scenario, plan)
    _print_kinds("Cost, EUR", eur_by_kind(plan.cost_lines), 2)
    _print_kinds("CO2e, kg", co2e_kg_by_kind(plan.tces), 1)


def print_tours(scenario: Scenario, plan: Plan) -> None:
    """Print every tour with its time, driving, jobs and cost; nothing for a plan without tours."""
    found = make_tours_view(scenario, plan, {})
    if found is None:
        return
    rows = [
        (
            hub.id,
            row.id,
            row.vehicle,
            row.begins,
            row.ends,
            row.hours,
            str(row.jobs),
            thousands(row.km),
            thousands(row.cost_eur, 2),
        )
        for hub in found.hubs
        for row in hub.rows
    ]
    heads = ("Hub", "Tour", "Vehicle", "Begins", "Ends", "Driver", "Jobs", "km", "EUR")
    print_grid("Tours", heads, rows, right=("Jobs", "km", "EUR"))


def print_board(record: Mapping[str, Any]) -> None:
    """Print the targets beside what the plan reaches; nothing for runs that have no board."""
    rows = [board_row(row) for row in record.get("board") or ()]
    if rows:
        heads = ("Figure", "Target", "This plan", *(f"Against {BASELINE_NAMES[name]}" for name in BASELINES))
        cells = [
            (row.label, row.target, f"{row.value} {row.verdict}".strip(), *(_comparison(cell) for cell in row.cells))
            for row in rows
        ]
        print_grid("Targets of CLUSTERS 2.0", heads, cells, right=("Target", "This plan"))


def _comparison(cell: BoardCell) -> str:
    if not cell.change:
        return f"{cell.value}: {cell.reason}" if cell.value and cell.reason else cell.value or cell.reason
    return f"{cell.change} {cell.verdict}".strip()


def print_grid(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print a table of plain text."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(Text(printable(head), "dim"), justify="right" if head in right else "left")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = results()
    console.print()
    console.print(Text(printable(title), "bold"), soft_wrap=True)
    console.print(table)


def _print_kinds(title: str, totals: Mapping[str, float], digits: int) -> None:
    whole = sum(totals.values())
    rows = [(kind, thousands(v, digits), percent(v / whole if whole else None)) for kind, v in totals.items()]
    rows.append(("total", thousands(whole, digits), ""))
    print_grid(title, ("Kind", "Total", "Share"), rows, right=("Total", "Share"))
