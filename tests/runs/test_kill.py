"""The real command, killed, stopped and out of disk at instants all over a run onto an existing one."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.cli.exits import Exit
from cargopool.runs.folder import is_run_folder, sibling
from scale import scaled

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"


def command(target: Path, seed: int) -> list[str]:
    limits = ["--time-limit", "30", "--no-baselines", "--seed", str(seed), "--out", str(target)]
    return [sys.executable, "-m", "cargopool", "solve", str(QUICKSTART), *limits]


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A finished run, and how long it took."""
    target = tmp_path_factory.mktemp("kill") / "week"
    begin = time.monotonic()
    subprocess.run(command(target, 0), check=True, capture_output=True)
    return target, time.monotonic() - begin


def assert_nothing_lost(target: Path) -> int:
    """The old or the new run opens with a verified plan; what the working folder has is verified too."""
    run = cp.open_run(target)
    assert run.plan is not None
    assert cp.verify(run.scenario, run.plan).ok
    for suffix in ("partial", "interrupted"):
        left = sibling(target, suffix)
        if (left / "plan.json").exists():
            found = cp.open_run(left)
            assert found.plan is not None
            assert cp.verify(found.scenario, found.plan).ok
    return int(run.record["seed"])


def instants(most: float) -> Iterator[tuple[int, float]]:
    draw = random.Random(7)
    for number in range(1, scaled(3, 20) + 1):
        yield number, draw.uniform(0.2, 1.1) * most


def test_kill_9_at_random_instants(existing: tuple[Path, float]) -> None:
    target, usual = existing
    killed = 0
    for number, instant in instants(usual):
        process = subprocess.Popen(command(target, number), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(instant)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        assert assert_nothing_lost(target) <= number
    assert killed


def test_sigterm_at_random_instants_writes_the_best_plan_so_far(existing: tuple[Path, float]) -> None:
    target, usual = existing
    for number, instant in instants(usual):
        process = subprocess.Popen(command(target, 100 + number), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.wait(instant)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=60)
        # while the interpreter itself starts, a signal ends the process as it always does
        assert process.returncode in (Exit.OK, Exit.INTERRUPTED, -signal.SIGTERM), err
        seed = assert_nothing_lost(target)
        if process.returncode == Exit.OK:
            assert seed == 100 + number


def test_sigterm_while_code_given_as_text_is_run_is_exit_130(tmp_path: Path) -> None:
    """As when a package makes its dataclasses while it is loaded."""
    stand_in = 'exec("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")'
    (tmp_path / "typer.py").write_text(stand_in, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    run = [sys.executable, "-m", "cargopool", "--help"]
    process = subprocess.run(run, env=environment, capture_output=True, timeout=60, check=False)
    assert process.returncode == Exit.INTERRUPTED, process.stderr


def limited(most_bytes: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return limit


@pytest.mark.parametrize("most_bytes", scaled((0, 3_000, 60_000), tuple(range(0, 100_000, 5_000))))
def test_a_disk_that_takes_no_more_is_exit_7_and_keeps_the_old_run(
    existing: tuple[Path, float], most_bytes: int, tmp_path: Path
) -> None:
    target, _usual = existing
    before = assert_nothing_lost(target)
    done = subprocess.run(
        command(target, 500),
        preexec_fn=limited(most_bytes),
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    after = assert_nothing_lost(target)
    if done.returncode == Exit.OK:  # everything fitted
        assert after == 500
        return
    assert done.returncode == Exit.OUTPUT, done.stderr
    assert "error[E" in done.stderr
    assert "Traceback" not in done.stderr
    assert after == before


def test_the_plan_of_a_killed_run_warm_starts_the_next(existing: tuple[Path, float], tmp_path: Path) -> None:
    source, usual = existing
    partial = tmp_path / "week.partial"
    deadline = time.monotonic() + 10 * usual + 30
    process = subprocess.Popen(command(tmp_path / "week", 1), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (partial / "plan.json").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = partial if (partial / "plan.json").exists() else tmp_path / "week"
    again = [*command(tmp_path / "week", 2), "--warm-start", str(kept)]
    done = subprocess.run(again, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.OK, done.stderr
    assert assert_nothing_lost(tmp_path / "week") == 2
    assert is_run_folder(tmp_path / "week")
    assert not sibling(tmp_path / "week", "interrupted").exists()
    assert json.loads((source / "run.json").read_text())["format"] == "cargopool-run/1"
