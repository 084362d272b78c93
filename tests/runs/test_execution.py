"""A whole run: what it writes, what it keeps, and how it ends."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.errors import InputError, OutputError, VerificationError
from cargopool.files import input_sha256, read_csv
from cargopool.model.plan import Plan
from cargopool.model.result import Status
from cargopool.reporting.columns import PROGRESS, TABLES
from cargopool.runs import RunRequest, execution, open_run, run, write_report
from cargopool.runs.folder import sibling
from timing import within

FILES = {"run.json", "params.toml", "plan.json", "kpis.json", "map.geojson", "report.html", "solve.log", "scenario"}
FILES |= {f"{table.name}.csv" for table in (*TABLES, PROGRESS)}


def request(folder: Path, out: Path, **more: object) -> RunRequest:
    return RunRequest(file=folder, out=out, **{"time_limit": 5.0, "baselines": False, **more})


def test_a_run_writes_every_file_and_opens_again(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade()
    outcome = run(request(scenario_folder, tmp_path / "week"))
    assert {path.name for path in outcome.path.iterdir()} == FILES
    opened = open_run(outcome.path)
    assert opened.record == json.loads(json.dumps(outcome.record))
    assert opened.plan == outcome.result.plan
    assert opened.scenario == outcome.scenario
    assert input_sha256(opened.scenario) == outcome.record["input_sha256"]
    assert cp.verify(opened.scenario, opened.plan).ok
    assert {path.name for path in tmp_path.iterdir()} == {"case", "week"}


def test_figures_of_all_outputs_agree(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade()
    outcome = run(request(scenario_folder, tmp_path / "week"))
    record, totals = outcome.record, outcome.result.plan.totals
    assert record["cost_eur"] == totals.cost_cents / 100
    assert record["objective_eur"] == totals.objective_cents / 100
    assert record["co2e_kg"] == totals.co2e_grams / 1000
    kpis = json.loads((outcome.path / "kpis.json").read_text())
    assert all(kpis[name] == record[name] for name in ("cost_eur", "objective_eur", "co2e_kg", "shipments"))
    assert all(kpis[name] == value for name, value in record["kpis"].items())
    page = (outcome.path / "report.html").read_text()
    embedded = page.split('<script type="application/json" id="run">')[1].split("</script>")[0]
    assert json.loads(embedded) == json.loads((outcome.path / "run.json").read_text())
    _names, rows = read_csv(outcome.path / "costs.csv")
    assert round(sum(float(row[5]) for row in rows) * 100) == totals.cost_cents


def test_the_record_says_what_interfaces_promise(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade()
    record = run(request(scenario_folder, tmp_path / "week", seed=9, gap=0.02)).record
    assert record["format"] == "cargopool-run/1"
    assert (record["status"], record["termination"], record["verified"]) == ("feasible", "time", True)
    assert record["bound_scope"] == {
        "model": "P",
        "event_depth": 2,
        "max_departures": 3,
        "max_moves": 3,
        "relaxed": [],
    }
    stages = {"read", "network", "compile", "optimise", "verify", "baselines", "report", "total"}
    assert stages <= record["seconds"].keys()
    assert record["seconds"]["network"] == 0.25
    assert record["seed"] == 9
    assert record["stop"] == {"time_limit": 5.0, "gap": 0.02, "work_limit": None, "first_feasible": False}
    assert record["reproducible"] is False
    assert record["peak_memory_mb"] > 0
    assert record["baseline"]["road_alone"] is None
    assert record["baseline"]["reason"]["road_alone"]


def test_limits_count_from_the_start_of_the_command(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    calls = handmade()
    run(request(scenario_folder, tmp_path / "week", time_limit=30.0), started=time.monotonic() - 10)
    assert calls[0]["stop"].max_seconds < 20
    run(request(scenario_folder, tmp_path / "week", time_limit=None, work_limit=50))
    assert calls[1]["stop"].max_seconds is None
    assert calls[1]["stop"].max_work == 50


def test_a_run_is_replaced_by_the_next_and_warm_starts_it(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    calls = handmade()
    first = run(request(scenario_folder, tmp_path / "week"))
    second = run(request(scenario_folder, tmp_path / "week", seed=2, warm_start=tmp_path / "week"))
    assert open_run(tmp_path / "week").record["seed"] == 2
    assert calls[1]["warm_start"] == first.result.plan
    assert second.path == first.path


def test_a_run_without_a_plan_does_not_replace_one_that_has_it(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade()
    run(request(scenario_folder, tmp_path / "week"))
    handmade(change=lambda plan: None)
    outcome = run(request(scenario_folder, tmp_path / "week"))
    assert outcome.record["status"] == "no_plan"
    assert outcome.path == sibling((tmp_path / "week").resolve(), "partial")
    assert open_run(tmp_path / "week").plan is not None
    assert open_run(outcome.path).record["status"] == "no_plan"


def test_a_first_run_without_a_plan_is_still_a_run(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade(change=lambda plan: None, status=Status.INFEASIBLE)
    outcome = run(request(scenario_folder, tmp_path / "week"))
    assert outcome.path == tmp_path / "week"
    assert open_run(outcome.path).record["status"] == "infeasible"
    assert open_run(outcome.path).plan is None


def broken(plan: Plan) -> Plan:
    return replace(plan, totals=replace(plan.totals, cost_cents=plan.totals.cost_cents - 1))


def test_a_plan_that_the_verifier_rejects_is_never_a_success(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade(change=broken, status=Status.OPTIMAL)
    with pytest.raises(VerificationError):
        run(request(scenario_folder, tmp_path / "week"))
    assert not (tmp_path / "week").exists()
    partial = tmp_path / "week.partial"
    assert not (partial / "plan.json").exists()
    assert json.loads((partial / "rejected.json").read_text())["verified"] is False


def test_a_refused_offer_is_logged_and_not_written(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade(change=broken)
    lines: list[str] = []
    outcome = run(request(scenario_folder, tmp_path / "week"), on_log=lines.append)
    assert outcome.record["status"] == "no_plan"
    assert any("refused plan with" in line for line in lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_the_newest_plan(scenario_folder, tmp_path, handmade, number) -> None:
    before = signal.getsignal(number)
    handmade(meanwhile=lambda: os.kill(os.getpid(), number))
    outcome = run(request(scenario_folder, tmp_path / "week", baselines=True))
    assert outcome.interrupted
    assert outcome.record["termination"] == "interrupted"
    assert outcome.record["baseline"]["reason"]["road_alone"] == "interrupted"
    assert open_run(outcome.path).plan is not None
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_leaves_at_once(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    handmade(meanwhile=twice)
    with pytest.raises(KeyboardInterrupt):
        run(request(scenario_folder, tmp_path / "week"))
    found = open_run(tmp_path / "week.partial")
    assert not found.finished
    assert found.plan is not None
    assert cp.verify(found.scenario, found.plan).ok


def test_a_ctrl_c_in_the_baselines_costs_only_them(scenario_folder, tmp_path, handmade, monkeypatch) -> None:
    handmade()

    def interrupted(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(150)

    monkeypatch.setattr("cargopool.sharing.compute", interrupted)
    with within(3.0):
        outcome = run(request(scenario_folder, tmp_path / "week", baselines=True))
    assert outcome.interrupted
    assert outcome.record["baseline"]["reason"]["road_alone"] == "interrupted"
    assert outcome.record["status"] == "feasible"


def test_baselines_that_do_not_end_cost_a_reason_and_no_more_time(scenario_folder, tmp_path, handmade, monkeypatch):
    handmade()
    monkeypatch.setattr("cargopool.runs.execution.baseline_seconds", lambda _limit: 0.2)
    monkeypatch.setattr("cargopool.sharing.compute", lambda *_: time.sleep(3))
    record = run(request(scenario_folder, tmp_path / "week", baselines=True)).record
    assert "not finished" in record["baseline"]["reason"]["road_alone"]
    assert record["seconds"]["baselines"] < 2


def test_baselines_that_fail_are_a_reason(scenario_folder, tmp_path, handmade, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no tariff")

    handmade()
    monkeypatch.setattr("cargopool.sharing.compute", fail)
    record = run(request(scenario_folder, tmp_path / "week", baselines=True)).record
    assert record["baseline"]["reason"]["road_alone"] == "failed: ValueError: no tariff"


def test_a_full_disk_at_the_end_keeps_the_old_run_and_rescues_the_plan(
    scenario_folder, tmp_path, handmade, monkeypatch
) -> None:
    handmade()
    run(request(scenario_folder, tmp_path / "week", seed=1))
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execution, "write_tables", lambda *_: full_disk())

    def full_disk() -> None:
        from cargopool.runs.folder import writing

        with writing(tmp_path / "week"):
            full()

    with pytest.raises(OutputError):
        run(request(scenario_folder, tmp_path / "week", seed=2))
    assert open_run(tmp_path / "week").record["seed"] == 1
    assert open_run(tmp_path / "week.partial").plan is not None
    (saved,) = spare.iterdir()
    assert json.loads(saved.read_text())["format"] == "cargopool-plan/1"


def test_a_disk_that_is_full_for_a_while_does_not_end_the_solve(
    scenario_folder, tmp_path, handmade, monkeypatch
) -> None:
    from cargopool.runs import atomic

    broken_for = [True]
    real = atomic.os.fsync

    def fsync(descriptor: int) -> None:
        if broken_for[0]:
            raise OSError(28, "No space left on device")
        real(descriptor)

    handmade(meanwhile=lambda: broken_for.clear() or broken_for.append(False))
    original = execution.Journal.begin

    def begin(self, asked) -> None:
        broken_for[0] = False
        original(self, asked)
        broken_for[0] = True

    monkeypatch.setattr(execution.Journal, "begin", begin)
    monkeypatch.setattr(atomic.os, "fsync", fsync)
    lines: list[str] = []
    outcome = run(request(scenario_folder, tmp_path / "week"), on_log=lines.append)
    assert outcome.record["status"] == "feasible"
    assert any("will be tried again" in line for line in lines)


def test_bad_input_is_found_before_anything_is_touched(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(request(tmp_path / "nowhere", tmp_path / "week"))
    assert not list(tmp_path.iterdir())


def test_solve_refuses_a_scenario_in_memory_that_makes_no_sense() -> None:
    from small_case import small_scenario

    scenario = small_scenario()
    bad = replace(scenario.shipments["S1"], destination="NOWHERE")
    with pytest.raises(InputError, match="NOWHERE"):
        cp.solve(replace(scenario, shipments={**scenario.shipments, "S1": bad}))


def test_the_report_can_be_written_again(scenario_folder: Path, tmp_path: Path, handmade) -> None:
    handmade()
    outcome = run(request(scenario_folder, tmp_path / "week"))
    report = outcome.path / "report.html"
    text = report.read_text()
    report.unlink()
    assert write_report(open_run(outcome.path)) == report
    figures = f"{outcome.record['cost_eur']:,.2f} EUR"
    assert figures in text
    assert figures in report.read_text()
