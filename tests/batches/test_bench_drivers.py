"""The benchmark drivers run, resume, and write what they say."""

import csv
import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def drive(which: str, out: Path, *arguments: str) -> str:
    command = [sys.executable, str(BENCHMARKS / which / "run.py"), "--out", str(out), "--time-limit", "90", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_instance_and_then_resumed(tmp_path: Path) -> None:
    arguments = ("--only", "c43_.1111_.25_1", "--name", "one", "--gap", "0.02")
    said = drive("ctsndp", tmp_path, *arguments)
    assert "LCLF c43_.1111_.25_1 cargopool: optimal" in said
    lines = (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 and json.loads(lines[0])["gap"] <= 0.02
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["instance"] for row in rows] == ["c43_.1111_.25_1"] and "cores" in rows[0]["machine"]
    page = (tmp_path / "one.md").read_text(encoding="utf-8")
    assert "| LCLF | cargopool | 1 | 100.0% |" in page and "0.45 s" in page
    again = drive("ctsndp", tmp_path, *arguments, "--resume")
    assert "LCLF c43_.1111_.25_1 cargopool: optimal" not in again
    assert (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines() == lines
