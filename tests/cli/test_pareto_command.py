"""``cargopool pareto`` and ``solve --lexicographic`` from the command line, on a scenario that is solved to the end."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from cargopool.cli.exits import Exit
from cargopool.files import write_scenario
from cargopool.model.scenario import Objective
from optimiser.tiny_world import H, load, train, world

CHEAP_ROAD = {"eur_per_km": 0.4}


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two lanes' worth of choices: each shipment by truck, or dearer and cleaner by train."""
    trains = {"T": train("T", "A", "B", 13 * H, 300, 130.0, spot_units=2)}
    scenario = world([load("S", 6), load("T", 5), load("U", 4)], truck=CHEAP_ROAD, services=trains)
    write_scenario(scenario, tmp_path / "case")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_front_its_files_and_going_on_with_it(call, case: Path) -> None:
    done = call("pareto", "case", "--points", "5", "--gap", "0", "--out", "f")
    assert done.code == Exit.OK, done.err
    assert "Traceback" not in done.err
    record = json.loads((case / "f" / "pareto.json").read_text())
    assert record["finished"]
    assert record["status"] == "optimal"
    assert all(end["proven"] for end in record["ends"].values())
    points = rows_of(case / "f" / "pareto.csv")
    assert len(points) >= 2
    costs = [float(row["cost_eur"]) for row in points]
    kilos = [float(row["co2e_kg"]) for row in points]
    assert costs == sorted(costs)
    assert kilos == sorted(kilos, reverse=True)
    swaps = rows_of(case / "f" / "swaps.csv")
    assert {(row["from_modes"], row["to_modes"]) for row in swaps} == {("road", "rail")}
    for row in points:
        assert call("check", f"f/points/{row['point']}").code == Exit.OK
    page = (case / "f" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    shown = call("report", "f")
    assert shown.code == Exit.OK
    assert shown.out == done.out
    before = {p: p.stat().st_mtime_ns for p in (case / "f" / "points").glob("*/run.json")}
    refused = call("pareto", "case", "--points", "5", "--gap", "0", "--out", "f")
    assert refused.code == Exit.INPUT
    assert "E2082" in refused.err
    gone = next(iter(before))
    shutil.rmtree(gone.parent)
    (case / "f" / "pareto.json").unlink()
    again = call("pareto", "case", "--points", "5", "--gap", "0", "--out", "f", "--resume")
    assert again.code == Exit.OK
    assert rows_of(case / "f" / "pareto.csv") == points
    after = {p: p.stat().st_mtime_ns for p in (case / "f" / "points").glob("*/run.json")}
    assert {p for p in before if after[p] != before[p]} == {gone}


def test_json_has_what_the_folder_has(call, case: Path) -> None:
    printed = call("pareto", "case", "--points", "3", "--gap", "0", "--out", "f", "--json").json()
    kept = json.loads((case / "f" / "pareto.json").read_text())
    assert {**printed, "folder": "", "seconds": 0} == {**kept, "folder": "", "seconds": 0}
    assert [price["point"] for price in printed["carbon_prices"]]


def test_wishes_and_folders_that_make_no_sense(call, case: Path) -> None:
    (case / "full").mkdir()
    (case / "full" / "letter.txt").write_text("keep me")
    for arguments, code in (
        (("--points", "1"), "E2081"),
        (("--time-limit", "-3"), "E2081"),
        (("--gap", "1.5"), "E2081"),
        (("--out", "full"), "E2083"),
        (("--set", "objective.carbon_price=3"), "E0"),
    ):
        done = call("pareto", "case", *arguments)
        assert done.code == Exit.INPUT, arguments
        assert code in done.err, done.err
        assert "Traceback" not in done.err
    assert [p.name for p in (case / "full").iterdir()] == ["letter.txt"]


def test_what_cannot_be_served_is_said(call, case: Path) -> None:
    limits = ("--set", "objective.co2e_cap_kg=1", "--set", "objective.unserved=forbidden")
    done = call("pareto", "case", "--points", "3", "--out", "f", *limits)
    assert done.code == Exit.INFEASIBLE
    assert "no front" in done.out
    record = json.loads((case / "f" / "pareto.json").read_text())
    assert record["status"] == "infeasible"
    assert record["shipments"] == {"served": 0, "left_out": []}
    left = call(
        "pareto", "case", "--points", "2", "--out", "g", "--set", "objective.co2e_cap_kg=1", "--fail-on-unserved"
    )
    assert left.code in (Exit.UNSERVED, Exit.NO_PLAN)


def test_one_aim_first(call, case: Path) -> None:
    front = call("pareto", "case", "--points", "9", "--gap", "0", "--out", "f", "--json").json()["points"]
    done = call("solve", "case", "--lexicographic", "co2e:5", "--gap", "0", "--no-baselines", "--out", "r", "--json")
    record = done.json()
    assert done.code == Exit.OK
    assert record["status"] == "optimal"
    assert record["lexicographic"]["least_proven"]
    allowed = 1.05 * record["lexicographic"]["least_co2e_kg"]
    assert record["co2e_kg"] <= allowed
    assert record["cost_eur"] == min(p["money_eur"] for p in front if p["co2e_kg"] <= allowed)
    done = call("solve", "case", "--lexicographic", "cost:20", "--gap", "0", "--no-baselines", "--out", "r", "--json")
    record = done.json()
    limit = record["lexicographic"]["limit_cost_eur"]
    assert record["lexicographic"]["cap_proven_least"]
    assert record["objective_eur"] <= limit
    assert record["co2e_kg"] == min(p["co2e_kg"] for p in front if p["cost_eur"] <= limit)
    wrong = call("solve", "case", "--lexicographic", "green:5", "--out", "r")
    assert wrong.code == Exit.INPUT
    assert "E2084" in wrong.err
    warm = call("solve", "case", "--lexicographic", "cost:5", "--warm-start", "r", "--out", "w")
    assert warm.code == Exit.INPUT
    assert "leave --warm-start out" in warm.err
    assert not (case / "w").exists()


def test_the_summary_says_what_came_first(call, case: Path) -> None:
    for wish, least, allowed in (
        ("co2e:5", "least_co2e_kg", "cap_co2e_kg"),
        ("cost:20", "least_cost_eur", "cap_co2e_kg"),
    ):
        done = call("solve", "case", "--lexicographic", wish, "--gap", "0", "--no-baselines", "--out", "r")
        facts = json.loads((case / "r" / "run.json").read_text())["lexicographic"]
        (line,) = [line for line in done.out.splitlines() if line.startswith("First aim")]
        assert f"{facts[least]:,.0f}" in line.split("proven least")[0].replace(".00", "")
        assert f"{facts[allowed]:,.0f} kg" in " ".join(done.out.split())
        assert "First aim" in (case / "r" / "report.html").read_text(encoding="utf-8")


def test_a_front_given_for_a_run_names_its_runs(call, case: Path) -> None:
    assert call("pareto", "case", "--points", "2", "--out", "f").code == Exit.OK
    record = json.loads((case / "f" / "pareto.json").read_text())
    for key, value in (("points", [1]), ("steps", None), ("shipments", {}), ("carbon_prices", [{}])):
        (case / "f" / "pareto.json").write_text(json.dumps(record | {key: value}))
        done = call("report", "f")
        assert done.code == Exit.INPUT, key
        assert "pareto.json: error[E2085]" in done.err
    for verb in (("check", "f"), ("explain", "f", "--shipment", "S"), ("compare", "f", "f")):
        done = call(*verb)
        assert done.code == Exit.INPUT
        assert "f/points/01-cost" in done.err.replace("\\", "/"), done.err


def test_the_objective_of_the_case_may_have_caps_and_prices(call, case: Path) -> None:
    assert Objective().caps == ()
    sets = ("--set", "objective.carbon_price_eur_per_t=90", "--set", "objective.co2e_cap_kg=500")
    done = call("pareto", "case", "--points", "4", "--gap", "0", "--out", "f", "--json", *sets)
    assert done.code == Exit.OK
    assert all(point["co2e_kg"] <= 500 for point in done.json()["points"])


def test_a_folder_given_for_the_file_of_an_export_is_an_output_error(call, case: Path) -> None:
    assert call("solve", "case", "--no-baselines", "--out", "r").code == Exit.OK
    for name in ("", ".", "r"):
        done = call("report", "r", "--ileap", name)
        assert done.code == Exit.OUTPUT
        assert "E7001" in done.err
    assert (case / "r" / "run.json").exists()


def test_solve_prints_the_warnings_of_its_input(call, case: Path) -> None:
    arguments = ("solve", "case", "--no-baselines", "--out", "r", "--set", "execution.empty_units=true")
    assert "warning[W1662]" in call(*arguments).err
    assert "W1662" not in call(*arguments, "--quiet").err
