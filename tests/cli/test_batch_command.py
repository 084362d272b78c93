"""``cargopool batch`` and ``cargopool report`` on a batch folder."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batch_case import hand_solver, results
from cargopool.batches.batch import BatchProgress
from cargopool.cli.batch_progress import standing
from cargopool.cli.exits import Exit
from cargopool.executors import SerialExecutor

PRICE = "objective.carbon_price_eur_per_t"


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run batches in this process, by a solver that only notes the seed."""
    calls: list[int] = []
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver(calls))
    monkeypatch.setattr("cargopool.batches.batch.local_executor", lambda cells, jobs: SerialExecutor())
    return calls


def test_a_batch_and_its_exit_codes(call, here: Path, inside: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    done = call("batch", "case", "--seeds", "1..2", "--set", f"{PRICE}=0,50", "--no-baselines", "--out", "b")
    assert done.code == Exit.OK
    assert "4 of 4 runs done" in done.out
    assert inside == [1, 2, 1, 2]
    assert [row[PRICE] for row in results(here / "b")] == ["0", "0", "50", "50"]
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver(inside, fails=lambda seed: seed == 3))
    done = call(
        "batch", "case", "--seeds", "1..4", "--set", f"{PRICE}=0,50", "--no-baselines", "--out", "b", "--resume"
    )
    assert done.code == Exit.BATCH
    assert inside[4:] == [3, 4, 3, 4]
    assert "seed 3 is unlucky" in done.out
    assert "Traceback" not in done.err


def test_json_and_quiet(call, here: Path, inside: list[int]) -> None:
    record = call("batch", "case", "--no-baselines", "--out", "b", "--json").json()
    assert {**record, "folder": ""} == {
        "folder": "",
        "runs": 1,
        "done": 1,
        "failed": 0,
        "left": 0,
        "made_now": 1,
        "without_plan": 0,
        "failures": {},
    }
    assert call("batch", "case", "--no-baselines", "--out", "b", "--resume", "--quiet").err == ""


def test_a_dry_run_runs_and_writes_nothing(call, here: Path, inside: list[int]) -> None:
    done = call("batch", "case", "--seeds", "1..3", "--out", "b", "--dry-run", "--jobs", "1", "--time-limit", "20")
    assert done.code == Exit.OK
    assert "3 runs, 3 to do, 1 at a time; estimated time 60 s" in done.out
    planned = call("batch", "case", "--seeds", "1..3", "--out", "b", "--dry-run", "--json", "--jobs", "1").json()
    assert [run["name"] for run in planned["runs"]] == ["case__s1", "case__s2", "case__s3"]
    assert not (here / "b").exists()
    assert inside == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing"],
        ["case", "--variants", "nix"],
        ["case", "--set", "no.such.path=1,2"],
        ["case", "--set", "objective.carbon_price_eur_per_t"],
        ["case", "--params", "missing.toml"],
        ["case", "--seeds", "one"],
        ["case", "--seeds", "1,1"],
        ["case", "case"],
        ["case", "--jobs", "4096"],
        ["case", "--executor", "dask"],
        ["case", "--executor", "dask", "--scheduler", "tcp://192.0.2.7:8786"],
        ["case", "--executor", "dask", "--scheduler", "tls://192.0.2.7:8786"],
        ["case", "--executor", "dask", "--scheduler", "nonsense"],
        ["case", "--executor", "magic"],
        ["case", "--out", "case"],
        ["case", "--out", "week"],
    ],
    ids=" ".join,
)
def test_bad_input_is_exit_2_before_anything_runs(arguments: list[str], call, here: Path) -> None:
    done = call("batch", *arguments)
    assert done.code == Exit.INPUT
    assert done.out == ""
    assert re.search(r"error\[E\d{4}\] ", done.err)
    assert "Traceback" not in done.err
    assert not (here / "batches").exists()


def test_the_bar_says_what_a_planner_asks() -> None:
    progress = BatchProgress(done=7, failed=1, left=16, running=2, gap=0.034, seconds_left=5400.0)
    now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    assert standing(progress, now) == "7 done, 1 failed, 16 left, best gap now 3.4 %, end about 23 Nov 23:30"
    start = BatchProgress(done=0, failed=0, left=2, running=2, gap=None, seconds_left=None)
    assert standing(start) == "0 done, 0 failed, 2 left"
    assert progress.total == 24


def test_report_of_a_batch_folder(call, here: Path, inside: list[int]) -> None:
    assert call("batch", "case", "--set", f"{PRICE}=0,50", "--no-baselines", "--out", "b").code == Exit.OK
    for name in ("report.html", "comparison.csv", "effects.csv"):
        assert (here / "b" / name).exists()
        (here / "b" / name).unlink()
    done = call("report", "b")
    assert done.code == Exit.OK
    for word in ("case: every what-if against the base", "carbon_price_eur_per_t = 50", "what each change does"):
        assert word in done.out
    assert (here / "b" / "report.html").exists()
    found = call("report", "b", "--json").json()
    assert found["counts"]["done"] == 2
    assert {row["figure"] for row in found["effects"]} == {"objective_eur", "cost_eur", "co2e_kg"}
