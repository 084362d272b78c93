"""The files of a finished run, besides those that the journal keeps."""

from __future__ import annotations

from pathlib import Path

from cargopool.errors import Diagnostic, InputError
from cargopool.model.scenario import Scenario
from cargopool.reporting.executed import execution_tables
from cargopool.reporting.geojson import make_geojson
from cargopool.reporting.html import render_report
from cargopool.reporting.tables import make_tables
from cargopool.runs import atomic
from cargopool.runs.agreement import assert_agreement
from cargopool.runs.folder import RunFolder, writing
from cargopool.runs.opening import Run
from cargopool.runs.record import Record, to_json
from cargopool.runs.solving import RunResult

REPORT = "report.html"


def write_tables(folder: RunFolder, scenario: Scenario, result: RunResult) -> None:
    """Write params.toml, the tables and map.geojson.

    Raises
    ------
    OutputError
        When the disk does not take them.
    VerificationError
        When the report would say another number than the optimiser decided on.
    """
    from cargopool.optimiser.params import SolveParams

    if not folder.path("params.toml").exists():
        folder.write_text("params.toml", SolveParams().to_toml())
    if result.plan is None:
        return
    assert_agreement(scenario, result.plan)
    for table in (*make_tables(scenario, result.plan), *execution_tables(scenario, result.plan)):
        folder.write_table(table)
    folder.write_text("map.geojson", to_json(make_geojson(scenario, result.plan)))


def write_summaries(folder: RunFolder, scenario: Scenario, result: RunResult, record: Record) -> None:
    """Write kpis.json and report.html, whose figures are those of run.json.

    Raises
    ------
    OutputError
        When the disk does not take them.
    """
    if result.plan is None:
        return
    folder.write_text("kpis.json", to_json(kpis_of(record)))
    folder.write_text(REPORT, render_report(scenario, result.plan, record))


def kpis_of(record: Record) -> Record:
    """The figures of run.json that do not depend on clock or machine, flat."""
    money = ("objective_eur", "cost_eur", "carbon_eur", "lateness_eur", "time_value_eur", "unserved_eur")
    return {
        "format": "cargopool-kpis/1",
        "scenario": record["scenario"],
        "variant": record["variant"],
        **{name: record[name] for name in (*money, "co2e_kg", "energy_mj")},
        "external_eur": record["external_eur"],
        "external_costs": record["external_costs"],
        **{name: record[name] for name in ("factors", "co2e_by_data", "carbon_in_prices")},
        "shipments": record["shipments"],
        **(record["kpis"] or {}),
        "board": record["board"],
        **({} if record.get("execution") is None else {"execution": record["execution"]}),
    }


def write_report(run: Run) -> Path:
    """Write report.html of a finished run again.

    Raises
    ------
    InputError
        When the run was interrupted.
    OutputError
        When the disk does not take it.
    """
    path = run.path / REPORT
    with writing(path):
        atomic.write_text(path, render_report(run.scenario, run.plan, run.finished_record()))
    return path


def write_ileap(run: Run, path: Path) -> None:
    """Write the CO2e of a run's plan for exchange, as iLEAP 1.0 data types.

    Raises
    ------
    InputError
        When the run has no plan, or a carrier has no counterpart in iLEAP.
    OutputError
        When the file cannot be written.
    """
    from cargopool.reporting.ileap import make_ileap

    if run.plan is None:
        raise InputError(Diagnostic("E2004", "the run has no plan", str(run.path)))
    text = to_json(make_ileap(run.scenario, run.plan))
    with writing(path):
        atomic.write_text(path.resolve(), text)
