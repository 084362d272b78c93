"""The real command, its driver and its workers killed with signal 9 at random instants."""

import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cargopool as cp
from batch_case import batch_json, results
from scale import scaled

psutil = pytest.importorskip("psutil")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"
INSTANTS = scaled(3, 20)
PARAMS = scaled(("default",), ("exact", "search", "wide"))
VARIANTS = scaled("carbon-0,carbon-200", "base,carbon-0,carbon-200,no-train-to-bologna")
RUNS = scaled(4, 24)
LONGEST_WAIT_S = scaled(4.0, 8.0)


def command(folder: Path, out: Path) -> list[str]:
    """3 parameter files x 4 variants x 2 seeds at full scale."""
    texts = {"exact": 'method = "exact"\n', "search": 'method = "search"\n', "wide": "inline_entries = 8000\n"}
    flags = []
    if len(PARAMS) > 1:
        for name in PARAMS:
            (folder / f"{name}.toml").write_text(texts[name])
        flags = ["--params", ",".join(str(folder / f"{name}.toml") for name in PARAMS)]
    axes = ["--variants", VARIANTS, "--seeds", "1..2", *flags]
    limits = ["--work-limit", "1", "--no-baselines", "--out", str(out), "--resume", "--quiet"]
    return [sys.executable, "-m", "cargopool", "batch", str(QUICKSTART), *axes, *limits]


def workers_of(driver: subprocess.Popen[bytes]) -> list:
    try:
        return [
            child for child in psutil.Process(driver.pid).children() if "cargopool.executors.child" in child.cmdline()
        ]
    except psutil.Error:
        return []


def kill_something(driver: subprocess.Popen[bytes], draw: random.Random, *, first: bool) -> str:
    """Kill a worker, if there is one and the draw says so, else the driver; first of all the driver."""
    workers = workers_of(driver)
    if workers and not first and draw.random() < 0.5:
        try:
            draw.choice(workers).kill()
        except psutil.NoSuchProcess:
            return "nothing"
        return "worker"
    driver.kill()
    driver.wait()
    return "driver"


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of run.json of every finished run; each must be whole."""
    found = {}
    for path in sorted((out / "runs").glob("*/run.json")):
        if path.parent.suffix in (".partial", ".interrupted", ".old"):
            continue
        assert json.loads(path.read_text())["batch"]["name"] == path.parent.name
        found[path.parent.name] = (path.stat().st_ino, path.stat().st_mtime_ns)
    return found


def assert_tables_are_whole(out: Path) -> None:
    if (out / "batch.json").exists():
        assert len(batch_json(out)["runs"]) == RUNS
    if (out / "results.csv").exists():
        assert len(results(out)) == RUNS


def test_kill_9_of_driver_and_workers_loses_and_repeats_nothing(tmp_path: Path) -> None:
    out, draw = tmp_path / "out", random.Random(11)
    done: dict[str, tuple[int, int]] = {}
    killed = {"driver": 0, "worker": 0, "nothing": 0}
    driver = subprocess.Popen(command(tmp_path, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while killed["driver"] + killed["worker"] < INSTANTS and driver.poll() is None:
        first = not killed["driver"]
        time.sleep(draw.uniform(0.2, 1.5 if first else LONGEST_WAIT_S))
        left_behind = workers_of(driver)
        what = kill_something(driver, draw, first=first)
        killed[what] += 1
        if what == "driver":
            psutil.wait_procs(left_behind, timeout=10)
            assert not any(worker.is_running() for worker in left_behind)
        now = stamps(out)
        assert {name: now.get(name) for name in done} == done, "a finished run was made again"
        assert_tables_are_whole(out)
        done = now
        if driver.poll() is not None:
            driver = subprocess.Popen(command(tmp_path, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert driver.wait(timeout=600) == 0
    assert killed["driver"]
    now = stamps(out)
    assert {name: now.get(name) for name in done} == done
    assert {path.name for path in (out / "runs").iterdir()} == set(now)
    assert len(now) == RUNS
    rows = results(out)
    assert sorted(row["run"] for row in rows) == sorted(now)
    assert {row["state"] for row in rows} == {"done"}
    for name in list(now)[:2]:
        run = cp.open_run(out / "runs" / name)
        assert run.plan is not None
        assert cp.verify(run.scenario, run.plan).ok


@pytest.mark.parametrize("number", scaled(["SIGINT"], ["SIGINT", "SIGTERM"]))
def test_a_signal_leaves_everything_resumable(number: str, tmp_path: Path) -> None:
    import signal

    out = tmp_path / "out"
    driver = subprocess.Popen(command(tmp_path, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not workers_of(driver) and time.monotonic() < deadline:
        time.sleep(0.05)
    left_behind = workers_of(driver)
    driver.send_signal(getattr(signal, number))
    _out, err = driver.communicate(timeout=20)
    assert driver.returncode == 130
    assert b"Traceback" not in err
    psutil.wait_procs(left_behind, timeout=10)
    assert not any(worker.is_running() for worker in left_behind)
    with open(out / "results.csv", newline="") as stream:
        assert {row["state"] for row in csv.DictReader(stream)} <= {"left", "done"}
