"""``cargopool bench``: solved, checked, as JSON; bad input is exit 2."""

import json
from pathlib import Path

import pytest

from batches.test_continuous_readers import GOOD, write_sndrr


def test_ctsndp_as_json_and_as_text(call, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(GOOD, encoding="utf-8")
    called = call("bench", "ctsndp", tmp_path / "good.txt", "--time-limit", 120, "--gap", 0, "--json")
    assert called.code == 0, called.err
    record = called.json()
    assert record["instance"] == "good" and record["status"] == "optimal"
    # one vehicle for 12 of 40 on the first arc, two of 30 for 12 + 40 on the second
    assert record["upper_bound"] == pytest.approx(12 * 2.5 + 40 * 2 + 100 + 2 * 50)
    assert record["lower_bound"] <= record["upper_bound"] and record["gap"] <= 1e-9
    text = call("bench", "ctsndp", tmp_path / "good.txt", "--time-limit", 120)
    assert text.code == 0 and "optimal" in text.out and "310.00" in text.out


def test_sndrr(call, tmp_path: Path) -> None:
    called = call("bench", "sndrr", write_sndrr(tmp_path / "net"), "--time-limit", 120, "--json")
    assert called.code == 0, called.err
    assert called.json()["upper_bound"] == pytest.approx(2 * (5 + 7 + 6) + 3 * (3 + 2) + 7 + 8 + 9)


def test_infeasible_is_said_without_a_number(call, tmp_path: Path) -> None:
    text = GOOD.replace("1,2,7,40,0,90,0,90", "1,2,7,40,0,10")
    (tmp_path / "late.txt").write_text(text, encoding="utf-8")
    called = call("bench", "ctsndp", tmp_path / "late.txt", "--json")
    assert called.code == 3
    record = called.json()
    assert record["status"] == "infeasible" and record["upper_bound"] is None and record["gap"] is None


def test_bad_input_is_exit_2(call, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("NODES,2\n1,1,-,-\n", encoding="utf-8")
    called = call("bench", "ctsndp", tmp_path / "bad.txt")
    assert called.code == 2 and "E2103" in called.err and "E2101" in called.err
    assert call("bench", "ctsndp", tmp_path / "nowhere.txt").code == 2
    assert call("bench", "sndrr", tmp_path).code == 2
    assert call("bench", "nonsense", tmp_path).code == 2
    findings = call("bench", "ctsndp", tmp_path / "bad.txt", "--json")
    assert {finding["code"] for finding in json.loads(findings.out)["diagnostics"]} == {"E2101", "E2103"}


def test_there_is_a_plan_however_short_the_time(call) -> None:
    file = Path(__file__).resolve().parents[2] / "benchmarks" / "ctsndp" / "instances" / "c54_.3333_.5_1.txt"
    called = call("bench", "ctsndp", file, "--time-limit", "0.1", "--json")
    assert called.code == 0, called.err
    record = called.json()
    assert record["status"] == "feasible" and record["lower_bound"] <= record["upper_bound"]
