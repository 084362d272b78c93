"""A batch on two worker processes on loopback, one of which is killed in the middle."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

import cargopool as cp
from batch_case import batch_json, results
from cargopool.executors import available_cores
from cluster_case import cluster

pytest.importorskip("distributed")

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"


def batch(address: str, out: Path) -> list[str]:
    where = ["--executor", "dask", "--scheduler", address, "--out", str(out)]
    limits = ["--work-limit", "1", "--no-baselines", "--quiet"]
    return [sys.executable, "-m", "cargopool", "batch", str(QUICKSTART), "--seeds", "1..3", *limits, *where]


def test_a_killed_worker_costs_no_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path) as made:
        driver = subprocess.Popen(batch(made.address, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 90
        while not (out / "batch.json").exists() or not batch_json(out)["counts"]["done"]:
            assert driver.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        made.workers[0].kill()
        _out, err = driver.communicate(timeout=120)
        assert driver.returncode == 0, err.decode()
        assert {row["state"] for row in results(out)} == {"done"}
        assert len(list((out / "runs").iterdir())) == 3
        for path in (out / "runs").iterdir():
            run = cp.open_run(path)
            assert run.plan is not None
            assert cp.verify(run.scenario, run.plan).ok
        assert batch_json(out)["environment"]["cores"] == [available_cores()]
