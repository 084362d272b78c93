"""The run folder survives a death at every single step, and never touches what is not ours."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cargopool.errors import InputError, OutputError, RunLockedError
from cargopool.runs import folder
from cargopool.runs.folder import RECORD, RunFolder, finish_interrupted, is_run_folder
from scale import scaled

WATCHED = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "open", "shutil.rmtree", "shutil.copytree"}


def make_run(target: Path, number: int) -> None:
    run = RunFolder.open(target)
    run.write_text("plan.json", json.dumps({"number": number}))
    (run.path("scenario")).mkdir()
    run.path("scenario/scenario.yaml").write_text(str(number))
    run.write_text(RECORD, json.dumps({"format": "cargopool-run/1", "number": number}))
    run.finish()


def number_of(target: Path) -> int:
    finish_interrupted(target)
    record = json.loads((target / RECORD).read_text())["number"]
    assert json.loads((target / "plan.json").read_text())["number"] == record
    assert (target / "scenario/scenario.yaml").read_text() == str(record)
    return record


def make_run_dying_at(step: int, target: Path, number: int) -> bool:
    """Make a run in a child that dies without warning at its n-th file operation; True when it died."""
    child = os.fork()
    if child == 0:
        seen = 0

        def die(event: str, _args: object) -> None:
            nonlocal seen
            if event in WATCHED:
                seen += 1
                if seen >= step:
                    os._exit(9)

        sys.addaudithook(die)
        make_run(target, number)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_death_at_any_step_leaves_the_old_or_the_new_run(tmp_path: Path) -> None:
    died = 0
    for step in range(1, 400):
        target = tmp_path / f"week{step}"
        make_run(target, 1)
        if not make_run_dying_at(step, target, 2):
            assert number_of(target) == 2
            break
        died += 1
        if step % 3 == 0:  # a second death, while somebody tidies up
            make_run_dying_at(1 + step % 17, target, 2)
        if step % 2 == 0:
            assert number_of(target) in (1, 2)
        make_run(target, 3)
        assert number_of(target) == 3
        assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(target.name)) == [target.name]
    else:
        pytest.fail("the run never came to its end")
    assert died > 20


def test_killed_at_random_instants(tmp_path: Path) -> None:
    target = tmp_path / "week"
    make_run(target, 0)
    script = (
        "import itertools, sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "from test_run_folder import make_run; print('go', flush=True);"
        "[make_run(Path(sys.argv[1]), n) for n in itertools.count(1)]"
    )
    draw = random.Random(20)
    for _ in range(scaled(5, 20)):
        command = [sys.executable, "-c", script, str(target), str(Path(__file__).parent)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert number_of(target) >= 0


def test_a_second_writer_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    first = RunFolder.open(tmp_path / "week")
    with pytest.raises(RunLockedError):
        RunFolder.open(tmp_path / "week")
    first.write_text(RECORD, '{"format": "cargopool-run/1"}')
    assert is_run_folder(first.finish())


@pytest.mark.parametrize("suffix", ["", ".partial", ".old", ".interrupted"])
def test_a_folder_that_is_not_ours_is_not_replaced(tmp_path: Path, suffix: str) -> None:
    stranger = tmp_path / f"week{suffix}"
    stranger.mkdir()
    (stranger / "thesis.tex").write_text("years of work")
    (stranger / RECORD).write_text('{"format": "something-else/1"}')
    with pytest.raises(InputError):
        RunFolder.open(tmp_path / "week")
    assert (stranger / "thesis.tex").read_text() == "years of work"


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "week").write_text("a file")
    with pytest.raises(InputError):
        RunFolder.open(tmp_path / "week")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "week").mkdir()
    make_run(tmp_path / "week", 1)
    assert number_of(tmp_path / "week") == 1


def test_the_plan_of_an_interrupted_run_is_kept_until_a_new_one_is_finished(tmp_path: Path) -> None:
    first = RunFolder.open(tmp_path / "week")
    first.write_text("plan.json", "the only plan")
    first.leave()
    second = RunFolder.open(tmp_path / "week")
    assert second.kept is not None
    assert (second.kept / "plan.json").read_text() == "the only plan"
    assert not second.path("plan.json").exists()
    second.leave()
    third = RunFolder.open(tmp_path / "week")
    assert (tmp_path / "week.interrupted" / "plan.json").exists()
    third.write_text(RECORD, '{"format": "cargopool-run/1"}')
    third.finish()
    assert not (tmp_path / "week.interrupted").exists()


def test_a_full_disk_is_an_output_error_and_keeps_the_old_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "week"
    make_run(target, 1)
    run = RunFolder.open(target)
    run.write_text("plan.json", '{"number": 2}')

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.atomic.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        run.write_text("plan.json", '{"number": 3}')
    with pytest.raises(OutputError):
        run.finish()
    monkeypatch.undo()
    run.leave()
    assert (run.partial / "plan.json").read_text() == '{"number": 2}'
    assert number_of(target) == 1


def test_an_unwritable_place_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        RunFolder.open(tmp_path / "file" / "week")
