"""The calculation sheets of all shipments as tables of a run folder."""

from __future__ import annotations

from collections.abc import Iterator

from cargopool.footprint import all_sheet_rows
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.carbon_sheet import sources_of
from cargopool.reporting.columns import SHEET, SOURCES
from cargopool.reporting.sheets import Cell, Table

MOST_SHEETS = 2_000
"""Served shipments up to which the tables are written; beyond, ``cargopool report RUN --sheet ID`` makes any one."""


def make_sheet_tables(scenario: Scenario, plan: Plan) -> tuple[Table, ...]:
    """`emission_sheet` and `emission_sources`; none for plans of very many shipments."""
    if len({part.shipment for part in plan.itineraries}) > MOST_SHEETS:
        return ()
    sheets = all_sheet_rows(scenario, plan)
    sources = sources_of([row for rows in sheets.values() for row in rows])

    def lines() -> Iterator[tuple[Cell, ...]]:
        for shipment, rows in sheets.items():
            for number, row in enumerate(rows, 1):
                yield (
                    shipment,
                    number,
                    row.kind,
                    row.owner,
                    row.what,
                    row.note,
                    row.mode,
                    row.carrier,
                    row.tkm,
                    row.energy_mj,
                    row.wtt_g_per_mj,
                    row.ttw_g_per_mj,
                    row.factor,
                    row.whole_wtt_grams,
                    row.whole_ttw_grams,
                    row.share,
                    row.whole,
                    row.wtt_grams,
                    row.ttw_grams,
                    row.data,
                    sources.get(row.energy_source),
                    sources.get(row.factor_source),
                )

    return SHEET.filled(lines()), SOURCES.filled((number, text) for text, number in sources.items())
