"""An explanation on the terminal."""

from __future__ import annotations

from rich.text import Text

from cargopool.cli.output import results
from cargopool.cli.tables import print_grid
from cargopool.reporting.explaining import Explanation
from cargopool.reporting.moments import readable
from cargopool.reporting.text import printable, thousands


def print_explanation(found: Explanation) -> None:
    """Print the way of a shipment, its cost lines, and why not the others."""
    console = results()
    console.print(Text.assemble((printable(found.shipment), "bold"), f": {printable(found.summary)}"), soft_wrap=True)
    if found.cost_eur is not None and found.co2e_kg is not None:
        share = f"share of the plan: {thousands(found.cost_eur, 2)} EUR, {thousands(found.co2e_kg, 1)} kg CO2e"
        if found.external_eur is not None:
            share += f"; external costs {thousands(found.external_eur, 2)} EUR, no money"
        console.print(Text(share))
    if found.shared_with:
        console.print(Text(printable(f"shares load units with {', '.join(found.shared_with)}")), soft_wrap=True)
    if found.steps:
        rows = [
            (
                str(step["part"]),
                str(step["kind"]),
                str(step["carrier"]),
                f"{step['origin']} {readable(step['start_local'])}",
                f"{step['destination']} {readable(step['end_local'])}",
            )
            for step in found.steps
        ]
        print_grid("Steps", ("Part", "Step", "Carrier", "From", "To"), rows)
    if found.lines:
        lines = [(str(r["kind"]), str(r["owner"]), str(r["what"]), thousands(r["total_eur"], 2)) for r in found.lines]
        print_grid("Cost lines, those of moves for the whole move", ("Kind", "Owner", "What", "EUR"), lines, ("EUR",))
    if found.alternatives:
        ways = [(a.way, a.delivered, thousands(a.objective_eur, 2), a.reason) for a in found.alternatives]
        print_grid(f"Why not otherwise ({found.derived})", ("Way", "Delivered", "EUR alone", "Reason"), ways)
