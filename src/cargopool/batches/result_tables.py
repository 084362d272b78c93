"""results.csv: one row per run, every figure from its run.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cargopool.batches.running import BENCH_FORMAT
from cargopool.reporting.sheets import Cell, Column, Table

_MONEY = (
    ("objective_eur", "what the plan minimises"),
    ("bound_eur", "proven lower bound on the objective"),
    ("cost_eur", "money of the plan"),
    ("carbon_eur", "carbon price paid"),
    ("lateness_eur", "price of late deliveries"),
    ("time_value_eur", "value of time"),
    ("unserved_eur", "constants of unserved shipments"),
)
_COUNTS = (
    ("load_units", "planned load units with cargo"),
    ("pooled_units", "load units shared by two shippers or more"),
    ("trucks", "trucks on road moves"),
    ("departures", "departures ridden"),
    ("charters", "charter runs operated"),
)
_BASELINES = ("road_alone", "intermodal_alone")

HEAD = (
    Column("run", "", "name of the run, and of its folder under runs/"),
    Column("state", "", "done, failed (error says why; --resume tries again) or left"),
    Column("scenario", "", "folder name of the scenario"),
    Column("variant", "", "variant of the scenario"),
    Column("params", "", "name of the parameter file, or default"),
    Column("seed", "", "seed of the search"),
)
FIGURES = (
    Column("status", "", "optimal, feasible, infeasible or no_plan"),
    Column("termination", "", "why the run ended"),
    Column("reproducible", "", "1 when no clock had a part in the result"),
    *(Column(name, "EUR", meaning) for name, meaning in _MONEY),
    Column("gap", "share", "(objective - bound) / objective, unserved constants left out"),
    Column("gap_controllable", "share", "the gap over what a plan can change"),
    Column("co2e_kg", "kg CO2e", "well-to-wheel emissions of the plan"),
    Column("energy_mj", "MJ", "energy of the plan"),
    Column("shipments", "", "shipments of the scenario"),
    Column("served", "", "shipments served"),
    Column("unserved", "", "shipments left out"),
    Column("late", "", "shipments delivered after the agreed time"),
    Column("load_factor", "share", "mean fill of the fullest dimension"),
    Column("intermodal_share_tkm", "share", "tonne-km on rail, barge and sea"),
    *(Column(name, "", meaning) for name, meaning in _COUNTS),
    *(
        Column(f"{name}_{figure}", unit, f"every shipper {name.replace('_', ' ')}: {figure.replace('_', ' ')}")
        for name in _BASELINES
        for figure, unit in (("cost_eur", "EUR"), ("co2e_kg", "kg CO2e"))
    ),
    Column("seconds", "s", "wall seconds of the run"),
    Column("seconds_optimise", "s", "of them in the optimiser"),
    Column("peak_memory_mb", "MB", "peak resident memory of the run's processes"),
    Column("input_sha256", "", "digest of the resolved input"),
    Column("key", "", "digest of input, parameters, seed, limits, program, solvers and cores"),
    Column("error", "", "why a failed run failed"),
)
MEANING = "One row per run of the batch; after the columns of coordinates one column for each --set path."


def results_table(paths: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Table:
    """The table of result rows.

    Parameters
    ----------
    paths : sequence of str
        Paths that the batch sets, each a column of its own.
    """
    columns = (*HEAD, *(Column(path, "", "value that --set gave") for path in paths), *FIGURES)
    table = Table("results", MEANING, columns)
    return table.filled([row.get(name) for name in table.names] for row in rows)


def result_row(
    coordinates: Mapping[str, Any], state: str, record: Mapping[str, Any] | None, error: str = ""
) -> dict[str, Cell]:
    """One row: coordinates of the cell, figures of its run.json, or its error."""
    row: dict[str, Cell] = {
        "run": coordinates["name"],
        "state": state,
        **{name: coordinates[name] for name in ("scenario", "variant", "params", "seed", "key")},
        **{path: _cell(value) for path, value in coordinates["set"].items()},
        "error": error or None,
    }
    return row if record is None else row | _figures(record)


def _figures(record: Mapping[str, Any]) -> dict[str, Cell]:
    if record["format"] == BENCH_FORMAT:
        return {name: record[name] for name in ("status", "gap", "seconds")}
    shipments, kpis, seconds = record["shipments"], record["kpis"] or {}, record["seconds"]
    baselines = {
        f"{name}_{figure}": (record["baseline"].get(name) or {}).get(figure)
        for name in _BASELINES
        for figure in ("cost_eur", "co2e_kg")
    }
    return {
        **{name: record[name] for name in ("status", "termination", "gap", "gap_controllable", "co2e_kg", "energy_mj")},
        **{name: record[name] for name, _ in _MONEY},
        "reproducible": int(bool(record["reproducible"])),
        "shipments": shipments["total"],
        **{name: shipments[name] for name in ("served", "unserved", "late")},
        **{name: kpis.get(name) for name in ("load_factor", "intermodal_share_tkm")},
        **{name: kpis.get(name) for name, _ in _COUNTS},
        **baselines,
        "seconds": seconds.get("total"),
        "seconds_optimise": seconds.get("optimise"),
        "peak_memory_mb": record["peak_memory_mb"],
        "input_sha256": record["input_sha256"],
    }


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | str) or value is None:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
