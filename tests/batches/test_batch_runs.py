"""A batch in one process: folders as truth, resume, failures, atomic tables."""

import json
import shutil
from pathlib import Path

import pytest

import cargopool as cp
from batch_case import FACTS, QUICK, batch_json, cells_of, hand_solver, results
from cargopool.batches.batch import estimated_seconds, known_seconds, most_jobs, newest_gap, run_batch
from cargopool.batches.matrix import Limits
from cargopool.batches.running import pack_folder, unpack_run
from cargopool.errors import Diagnostic, EngineError, InputError, OutputError, RunLockedError
from cargopool.executors import Done, SerialExecutor, available_cores
from cargopool.files import write_scenario
from small_case import small_scenario


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_scenario(small_scenario(), tmp_path / "case")
    return tmp_path / "case"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made: list[int] = []
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver(made))
    return made


def run_it(cells, out: Path, **options):
    return run_batch(cells, out, SerialExecutor(), facts=FACTS, **options)


def test_each_run_is_an_ordinary_run_folder(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells = cells_of(case, seeds=(1, 2, 3))
    seen: list[tuple[int, int]] = []
    outcome = run_it(cells, tmp_path / "out", on_progress=lambda p: seen.append((p.done, p.left)))
    assert calls == [1, 2, 3]
    assert (outcome.count("done"), outcome.repeated, outcome.interrupted) == (3, 3, False)
    assert seen[-1] == (3, 0)
    for cell in cells:
        run = cp.open_run(tmp_path / "out" / "runs" / cell.name)
        assert run.record["batch"] == cell.record()
        assert run.plan is not None
        assert cp.verify(run.scenario, run.plan).ok
    rows = results(tmp_path / "out")
    assert [row["run"] for row in rows] == [cell.name for cell in cells]
    assert {row["objective_eur"] for row in rows} == {str(run.record["objective_eur"])}
    record = batch_json(tmp_path / "out")
    assert record["counts"] == {"runs": 3, "done": 3, "failed": 0, "left": 0}
    assert record["environment"] == FACTS
    assert record["machine"]["cores"] >= 1


def test_resume_repeats_only_what_is_missing_or_changed(case: Path, calls: list[int], tmp_path: Path) -> None:
    out = tmp_path / "out"
    cells = cells_of(case, seeds=(1, 2, 3))
    run_it(cells, out)
    run_it(cells, out, resume=True)
    assert calls == [1, 2, 3]
    shutil.rmtree(out / "runs" / cells[1].name)
    (out / "results.csv").unlink()
    (out / "batch.json").write_text("{half")
    shutil.rmtree(out / "runs" / cells[1].name, ignore_errors=True)
    with pytest.raises(InputError, match="not a batch"):
        run_it(cells, out, resume=True)
    (out / "batch.json").write_text('{"format": "cargopool-batch/1"}')
    run_it(cells, out, resume=True)
    assert calls == [1, 2, 3, 2]
    assert len(results(out)) == 3
    run_it(cells_of(case, seeds=(1, 2, 3), limits=Limits(time_limit=6.0, baselines=False)), out, resume=True)
    assert calls == [1, 2, 3, 2, 1, 2, 3]
    run_it(cells_of(case, seeds=(1, 2, 3), facts={**FACTS, "package_sha256": "11"}), out, resume=True)
    assert len(calls) == 10


def test_a_failed_run_is_recorded_and_tried_again(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver(made, fails=lambda seed: seed == 2))
    out, cells = tmp_path / "out", cells_of(case, seeds=(1, 2, 3))
    outcome = run_it(cells, out)
    assert made == [1, 2, 3]
    assert outcome.count("failed") == 1
    row = results(out)[1]
    assert (row["state"], row["objective_eur"]) == ("failed", "")
    assert "seed 2 is unlucky" in row["error"]
    assert "unlucky" in batch_json(out)["runs"][1]["error"]
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver(made))
    assert run_it(cells, out, resume=True).count("done") == 3
    assert made == [1, 2, 3, 2]
    assert not list((out / "failures").iterdir())


def test_an_interrupted_run_counts_as_unfinished(case: Path, calls: list[int], tmp_path: Path) -> None:
    out, cells = tmp_path / "out", cells_of(case)
    run_it(cells, out)
    path = out / "runs" / cells[0].name / "run.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"termination": "interrupted"}))
    run_it(cells, out, resume=True)
    assert calls == [1, 1]


def test_foreign_and_used_folders_are_refused(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells = cells_of(case)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x")
    for resume in (False, True):
        with pytest.raises(InputError, match="E2035"):
            run_it(cells, tmp_path / "letters", resume=resume)
    run_it(cells, tmp_path / "out")
    with pytest.raises(InputError, match="E2032"):
        run_it(cells, tmp_path / "out")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["dear.txt"]
    assert calls == [1]


def test_two_drivers_do_not_share_a_folder(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells, out = cells_of(case), tmp_path / "out"
    refused: list[Exception] = []

    def second(_progress) -> None:
        with pytest.raises(RunLockedError) as caught:
            run_it(cells, out, resume=True)
        refused.append(caught.value)

    run_it(cells, out, on_progress=second)
    assert refused


class Vanishing(SerialExecutor):
    """An executor that is gone after its first task, as a cluster whose scheduler ends."""

    def next(self, timeout: float | None = None) -> Done | None:
        if self.ended:
            raise EngineError(Diagnostic("E2026", "the connection to the scheduler is lost"))
        self.ended = True
        return super().next(timeout)

    ended = False


def test_a_lost_executor_leaves_what_is_done(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells, out = cells_of(case, seeds=(1, 2, 3)), tmp_path / "out"
    outcome = run_batch(cells, out, Vanishing(), facts=FACTS)
    assert "scheduler is lost" in outcome.lost
    assert [row["state"] for row in results(out)] == ["done", "left", "left"]
    assert run_it(cells, out, resume=True).count("done") == 3
    assert calls == [1, 2, 3]


def test_a_batch_away_writes_the_same_folders(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells = cells_of(case, seeds=(1, 2))
    run_it(cells, tmp_path / "here")
    outcome = run_it(cells, tmp_path / "away", away=True)
    assert outcome.count("done") == 2
    for cell in cells:
        here, away = (tmp_path / place / "runs" / cell.name for place in ("here", "away"))
        assert {path.name for path in here.iterdir()} == {path.name for path in away.iterdir()}
        assert (here / "plan.json").read_bytes() == (away / "plan.json").read_bytes()
    assert run_it(cells, tmp_path / "away", away=True, resume=True).repeated == 0


def test_a_packed_run_cannot_write_elsewhere(case: Path, calls: list[int], tmp_path: Path) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.txt", "x")
    with pytest.raises(OutputError):
        unpack_run(buffer.getvalue(), tmp_path / "runs" / "r")
    assert not (tmp_path / "evil.txt").exists()
    (tmp_path / "f" / "inner").mkdir(parents=True)
    (tmp_path / "f" / "inner" / "a.txt").write_text("a")
    with zipfile.ZipFile(io.BytesIO(pack_folder(tmp_path / "f"))) as archive:
        assert archive.namelist() == ["inner/a.txt"]


def test_more_solver_threads_than_cores_are_refused(case: Path, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(f"threads = {available_cores()}\n")
    cells = cells_of(case, params=(tmp_path / "p.toml",))
    assert most_jobs(cells, None) == 1
    assert most_jobs(cells_of(case), None) == available_cores()
    with pytest.raises(InputError, match="E2033"):
        most_jobs(cells, 2)


def test_estimates_say_what_they_rest_on(case: Path, calls: list[int], tmp_path: Path) -> None:
    cells = cells_of(case, seeds=(1, 2))
    assert estimated_seconds(cells, 2)[0] == QUICK.time_limit
    assert estimated_seconds(cells_of(case, limits=Limits(time_limit=None, work_limit=5)), 1)[0] is None
    assert known_seconds(cells, tmp_path / "out") == {}
    run_it(cells, tmp_path / "out")
    known = known_seconds(cells, tmp_path / "out")
    assert set(known) == {cell.name for cell in cells}
    assert estimated_seconds(cells, 1, [2.0, 4.0]) == (6.0, "from 2 finished runs")


def test_the_gap_of_a_run_under_way_is_read_from_its_journal(tmp_path: Path) -> None:
    assert newest_gap(tmp_path / "r") is None
    (tmp_path / "r.partial").mkdir()
    journal = tmp_path / "r.partial" / "progress.csv"
    journal.write_text("seconds,gap,stage\n")
    assert newest_gap(tmp_path / "r") is None
    journal.write_text("seconds,gap,stage\n0.5,,exact\n1.0,0.25,exact\n")
    assert newest_gap(tmp_path / "r") == 0.25


def test_parquet_holds_the_same_table(case: Path, calls: list[int], tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    run_it(cells_of(case, seeds=(1, 2)), tmp_path / "out")
    stored, listed = pd.read_parquet(tmp_path / "out" / "results.parquet"), results(tmp_path / "out")
    assert list(stored.columns) == list(listed[0])
    assert stored["objective_eur"].tolist() == [float(row["objective_eur"]) for row in listed]
