"""Execution layers from scenario file to run folder; the docs' example; bad input."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.errors import InputError
from cargopool.files import plan_files, read_scenario, write_scenario
from cargopool.files.hashes import input_sha256
from cargopool.operations import execute_plan, stripped
from cargopool.reporting.executed import execution_record, execution_tables
from cargopool.reporting.figures import count
from cargopool.verifier import verify
from execution_case import full_case

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "scenarios" / "quickstart"


def test_the_example_of_the_page_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "execution.md").read_text(), re.DOTALL)
    space: dict = {}
    exec(compile(block, "execution.md", "exec"), space)
    result = space["result"]
    assert len(result.execution_notes) == 2
    assert verify(space["scenario"], result.plan).violations == ()
    assert result.plan.layouts and result.plan.depot_stocks and not result.plan.round_trips


def test_a_run_folder_has_the_layers_and_its_scenario_repeats_them(tmp_path):
    from cargopool.runs import RunRequest, run

    layers = {f"execution.{name}": True for name in ("round_trips", "layouts", "empty_units")}
    request = RunRequest(file=QUICKSTART, out=tmp_path / "run", overrides=layers, work_limit=200, baselines=False)
    outcome = run(request)
    record = json.loads((outcome.path / "run.json").read_text())
    assert record["execution"]["layouts"]["refused"] == 0
    assert record["execution"]["objective_eur"] == record["objective_eur"]
    assert record["kpis"]["loaded_km"] == record["execution"]["loaded_km"] > 0
    names = {"round_trips", "load_layout", "empty_moves", "depot_stocks", "unit_shortages"}
    assert all((outcome.path / f"{name}.csv").exists() for name in names)
    again = read_scenario(outcome.path / "scenario")
    assert again.execution == outcome.scenario.execution
    assert input_sha256(again) == record["input_sha256"]
    plan = plan_files.read_plan(outcome.path / "plan.json", again)
    assert plan == outcome.result.plan
    assert cp.verify(again, plan).ok


def test_plans_with_layers_are_written_and_read_back(tmp_path):
    scenario, plan = full_case()
    made = execute_plan(scenario, plan).plan
    text = plan_files.plan_text(made, scenario)
    assert plan_files.parse_plan(text, scenario) == made
    values = json.loads(text)
    assert values["round_trips"][0]["legs"][0]["depart_utc"].endswith("Z")
    assert stripped(made) == plan
    assert "round_trips" not in json.loads(plan_files.plan_text(plan, scenario))


def test_layers_repeat_to_the_byte():
    scenario, plan = full_case()
    texts = {plan_files.plan_text(execute_plan(scenario, plan).plan, scenario) for _ in range(2)}
    assert len(texts) == 1


def test_tables_and_figures_agree_with_the_totals():
    scenario, plan = full_case()
    made = execute_plan(scenario, plan).plan
    tables = {table.name: table.records() for table in execution_tables(scenario, made)}
    assert round(sum(row["gain_eur"] or 0 for row in tables["round_trips"]) * 100) == sum(
        trip.gain_cents for trip in made.round_trips
    )
    assert len(tables["load_layout"]) == sum(len(layout.places) for layout in made.layouts)
    assert sum(row["imbalance_eur"] for row in tables["depot_stocks"]) * 100 == made.execution_totals.imbalance_cents
    spent = sum(line.cents * line.count for line in made.execution_lines if line.owner.startswith("empty:"))
    assert round(sum(row["cost_eur"] for row in tables["empty_moves"]) * 100) == spent
    assert all(len(row) == len(table.columns) for table in execution_tables(scenario, made) for row in table.rows)
    figures = count(scenario, made)
    assert figures.empty_km == made.execution_totals.empty_km
    record = execution_record(scenario, made)
    assert record["objective_eur"] == made.execution_totals.objective_cents / 100
    assert execution_record(scenario, plan) is None


def test_a_scenario_that_asks_for_nothing_keeps_its_digest_and_its_plan(tmp_path):
    scenario = read_scenario(QUICKSTART)
    write_scenario(scenario, tmp_path)
    assert "execution" not in (tmp_path / "scenario.yaml").read_text()
    asked = replace(scenario, execution=replace(scenario.execution, layouts=True))
    assert input_sha256(asked) != input_sha256(scenario)
    _, plan = full_case()
    assert execute_plan(replace(full_case()[0], execution=type(scenario.execution)()), plan).plan == plan


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"execution.max_loaded_legs": 9, "execution.max_eccentricity": 0.9}, {"E1010"}),
        ({"execution.imbalance_eur": {"pw54": 3}}, {"E1661"}),
        ({"execution.round_trips": "sometimes"}, {"E0203"}),
        ({"execution.roundtrips": True}, {"E0201"}),
        ({"execution.kingpin_kg": -1}, {"E1010"}),
    ],
)
def test_bad_input_is_coded(values, codes):
    with pytest.raises(InputError) as found:
        read_scenario(QUICKSTART, "base", values)
    assert {diagnostic.code for diagnostic in found.value.diagnostics} & codes


def test_the_report_shows_every_layer_and_draws_every_pallet():
    from cargopool.reporting.execution_view import draw, execution_view
    from cargopool.rules.loading import grid_of

    scenario, plan = full_case()
    made = execute_plan(scenario, plan).plan
    view = execution_view(scenario, made, {})
    assert [row.trip.id for row in view.round_trips] == [trip.id for trip in made.round_trips]
    assert len(view.layouts) == len(made.layouts)
    for layout in made.layouts:
        unit = next(unit for unit in made.units if unit.id == layout.unit)
        drawing = draw(layout, grid_of(scenario.load_units[unit.unit_type]))
        places = {(p.row, p.side, p.level) for p in layout.places}
        assert sum(path.count("z") for _, path in drawing.paths) == len(places)
    assert execution_view(scenario, plan, {}) is None


def test_layers_without_files_and_the_warning_about_empty_depots():
    from cargopool.model.validate import check_scenario

    builder = cp.ScenarioBuilder("two", start="2026-11-23T00:00", end="2026-11-30T00:00", timezone="Europe/Berlin")
    builder.add_hub("A", country="DE", lat=51.4, lon=6.7, timezone="Europe/Berlin", cross_dock=True)
    builder.set_execution(empty_units=True, imbalance_eur={"default": 10.0})
    scenario = builder.build()
    assert scenario.execution.empty_units and scenario.execution.imbalance_of("box") == 10.0
    assert "W1662" in {found.code for found in check_scenario(scenario)}
    builder.set_execution(kingpin_kg=0)
    with pytest.raises(InputError, match="kingpin_kg"):
        builder.build()
