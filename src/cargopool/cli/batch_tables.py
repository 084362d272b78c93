"""A batch on the terminal: what-ifs against the base, and what each change does."""

from __future__ import annotations

from pathlib import Path

from cargopool.cli.output import note, print_json
from cargopool.cli.tables import print_grid
from cargopool.reporting.batch_figures import EFFECT_KPIS, KPIS, comparison_table, effects_table
from cargopool.reporting.batch_view import shown_effects, shown_rows

_SHOWN = ("objective_eur", "cost_eur", "co2e_kg", "unserved", "intermodal_share_tkm")


def report_batch(folder: Path, *, as_json: bool, quiet: bool) -> None:
    """Write the batch's report and print its tables."""
    from cargopool.batches.batch_report import open_batch, write_batch_report

    batch = open_batch(folder)
    page = write_batch_report(batch)
    compared = batch.compared()
    if as_json:
        tables = (comparison_table(compared), effects_table(compared))
        print_json({"counts": batch.record["counts"], **{table.name: table.records() for table in tables}})
        return
    places = [place for place, kpi in enumerate(KPIS) if kpi.name in _SHOWN]
    labels = [KPIS[place].label for place in places]
    for scenario in compared.scenarios:
        rows = [
            (row.label, *(f"{row.cells[i].value} {row.cells[i].difference}".rstrip() for i in places))
            for row in shown_rows(compared, scenario)
        ]
        print_grid(f"{scenario}: every what-if against the base", ("What if", *labels), rows, right=labels)
        effects = shown_effects(compared, scenario)
        if effects:
            heads = ("Change", *(kpi.label for kpi in EFFECT_KPIS))
            print_grid(f"{scenario}: what each change does", heads, effects, right=heads[1:])
        if any(not point.comparable for point in compared.points if point.scenario == scenario):
            note("other shipments served than in the base: money and CO2e are not compared there", quiet=quiet)
    for name, error in batch.failures:
        note(f"failed: {name}: {error}", quiet=quiet)
    note(f"wrote {page}, comparison.csv and effects.csv", quiet=quiet)
