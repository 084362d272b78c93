"""Studies: every mistake at once, runs as in a batch, and a file of best known plans that only proof changes."""

import json
from pathlib import Path

import pytest

from batch_case import FACTS, hand_solver
from cargopool.batches.batch import run_batch
from cargopool.batches.best_known import read_best_known, update_best_known, verified_objective
from cargopool.batches.study import read_study
from cargopool.batches.study_report import make_report, write_report
from cargopool.errors import InputError
from cargopool.executors import SerialExecutor
from cargopool.files import write_scenario
from small_case import small_scenario

ROOT = Path(__file__).parents[2]
STUDY = """
format = "cargopool-study/1"
name = "hand"
seeds = "1..2"
time_limit = 5.0
[settings.plain]
[settings.wide]
inline_entries = 9000
[[instances]]
scenario = "case"
"""


@pytest.fixture
def study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_scenario(small_scenario(), tmp_path / "case")
    (tmp_path / "study.toml").write_text(STUDY)
    monkeypatch.setattr("cargopool.optimiser.solving.solve", hand_solver([]))
    return tmp_path / "study.toml"


def test_instances_settings_and_seeds_are_crossed(study_file: Path) -> None:
    study = read_study(study_file, FACTS)
    assert [cell.name for cell in study.cells] == [
        "case__plain__s1",
        "case__plain__s2",
        "case__wide__s1",
        "case__wide__s2",
    ]
    assert study.settings == ("plain", "wide")
    assert study.cells[2].params.inline_entries == 9000
    assert study.limits.gap == 0.0


def test_generated_and_published_instances(study_file: Path) -> None:
    sample = ROOT / "benchmarks" / "ctsndp" / "instances" / "c33_.1111_.25_1.txt"
    study_file.write_text(
        STUDY + '[[instances]]\ngenerate = {shipments = 4, hubs = "DEDUI,ESZAZ,ITBLQ", seed = 3}\n'
        f'[[instances]]\npublished = "ctsndp"\npath = "{sample.as_posix()}"\n'
    )
    study = read_study(study_file, FACTS)
    assert len(study.cells) == 12
    made, published = study.cells[4].case, study.cells[8].case
    assert made.label == "week4-3"
    assert made.scenario is not None
    assert made.scenario.synthetic
    assert published.scenario is None
    assert published.published is not None
    assert read_study(study_file, FACTS).cells[4].key == study.cells[4].key


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "hand"', "", "E2041"),
        ("time_limit", "time_limits", "E2041"),
        ("time_limit = 5.0", 'time_limit = "long"', "E2041"),
        ("cargopool-study/1", "cargopool-study/9", "E2041"),
        ("inline_entries", "inline_entry", "E1902"),
        ("inline_entries = 9000", 'engine = "gurobi"', "E1904"),
        ('scenario = "case"', 'scenario = "nowhere"', "E0101"),
        ('scenario = "case"', 'scenario = "case"\nvariants = ["nix"]', "E0402"),
        ('scenario = "case"', 'scenario = "case"\ncolour = 1', "E2041"),
        ('scenario = "case"', 'published = "nonsense"', "E2041"),
        ('scenario = "case"', "generate = {shipments = 4, no_such = 1}", "E"),
        ('scenario = "case"', 'scenario = "case"\nvariants = ["base", "base"]', "E2031"),
        ('"1..2"', '"two"', "E2030"),
        ("seeds", "]", "E2040"),
    ],
)
def test_mistakes_are_input_errors(study_file: Path, old: str, new: str, code: str) -> None:
    study_file.write_text(STUDY.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_study(study_file, FACTS)
    assert any(finding.code.startswith(code) for finding in caught.value.diagnostics), caught.value


def test_several_mistakes_come_at_once(study_file: Path) -> None:
    study_file.write_text(STUDY.replace("inline_entries", "inline_entry").replace('"case"', '"nowhere"'))
    with pytest.raises(InputError) as caught:
        read_study(study_file, FACTS)
    assert {finding.code for finding in caught.value.diagnostics} >= {"E1902", "E0101"}


def test_a_study_runs_reports_and_keeps_what_is_best(study_file: Path, tmp_path: Path) -> None:
    study = read_study(study_file, FACTS)
    outcome = run_batch(study.cells, tmp_path / "out", SerialExecutor(), facts=FACTS)
    best = update_best_known(study.best_known, outcome.path, outcome.states)
    (entry,) = best.values()
    assert entry["instance"] == "case"
    assert entry["bound"] == 5000.0
    assert entry["found_by"]["setting"] == "plain"
    assert read_best_known(study.best_known) == best
    report = make_report(study, outcome.path, outcome.states, best, FACTS, 1)
    assert {run.gap_to_best for run in report.runs} == {0.0}
    assert all(run.primal_integral is not None for run in report.runs)
    write_report(report, tmp_path / "report")
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "study.csv",
        "study.html",
        "study.md",
        "summary.csv",
    }
    text = (tmp_path / "report" / "study.md").read_text()
    for word in ("cores", "commit", "1 at a time", "| plain |"):
        assert word in text


def entry_of(path: Path) -> dict:
    (entry,) = read_best_known(path).values()
    return entry


def test_only_a_verified_better_plan_changes_the_best_known(study_file: Path, tmp_path: Path) -> None:
    study = read_study(study_file, FACTS)
    outcome = run_batch(study.cells[:1], tmp_path / "out", SerialExecutor(), facts=FACTS)
    path, (state,) = study.best_known, outcome.states
    update_best_known(path, outcome.path, outcome.states)
    true_objective = entry_of(path)["objective"]
    before = path.read_bytes()
    update_best_known(path, outcome.path, outcome.states)
    assert path.read_bytes() == before

    assert state.record is not None
    state.record["objective_eur"] = true_objective - 100.0
    update_best_known(path, outcome.path, outcome.states)
    assert entry_of(path)["objective"] == true_objective, "run.json says less than its plan costs"

    run = outcome.path / "runs" / state.cell.name
    plan = json.loads((run / "plan.json").read_text())
    plan["totals"]["objective_eur"] = true_objective - 100.0
    (run / "plan.json").write_text(json.dumps(plan))
    assert verified_objective(run, state.cell.case.input_sha256) is None
    update_best_known(path, outcome.path, outcome.states)
    assert entry_of(path)["objective"] == true_objective, "plan.json says less than it costs"
    assert verified_objective(run, "0" * 64) is None


def test_a_bound_above_a_plan_is_refused(study_file: Path, tmp_path: Path) -> None:
    study = read_study(study_file, FACTS)
    outcome = run_batch(study.cells[:1], tmp_path / "out", SerialExecutor(), facts=FACTS)
    record = outcome.states[0].record
    assert record is not None
    record["bound_eur"] = record["objective_eur"] + 50.0
    with pytest.raises(InputError, match="E2043"):
        update_best_known(study.best_known, outcome.path, outcome.states)
    assert not study.best_known.exists()


def test_a_foreign_best_known_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('{"format": "other", "instances": {}}')
    with pytest.raises(InputError, match="E2042"):
        read_best_known(tmp_path / "b.json")


def test_a_published_instance_is_solved_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"instance": "x", "lower_bound": 9.0, "upper_bound": 10.0, "gap": 0.1, "seconds": 1.0}
    sample = ROOT / "benchmarks" / "ctsndp" / "instances" / "c33_.1111_.25_1.txt"
    (tmp_path / "study.toml").write_text(
        'format = "cargopool-study/1"\nname = "p"\ntime_limit = 5\n[settings.plain]\n'
        f'[[instances]]\npublished = "ctsndp"\npath = "{sample.as_posix()}"\n'
    )
    monkeypatch.setattr(
        "cargopool.batches.running.run_published", lambda *given: {**record, "status": "feasible", "stages": {}}
    )
    study = read_study(tmp_path / "study.toml", FACTS)
    outcome = run_batch(study.cells, tmp_path / "out", SerialExecutor(), facts=FACTS)
    assert outcome.count("done") == 1
    best = update_best_known(study.best_known, outcome.path, outcome.states)
    report = make_report(study, outcome.path, outcome.states, best, FACTS, 1)
    assert (report.runs[0].objective, report.runs[0].bound, report.runs[0].seconds) == (10.0, 9.0, 1.0)
    assert run_batch(study.cells, tmp_path / "out", SerialExecutor(), facts=FACTS, resume=True).repeated == 0


def test_the_shipped_study_is_as_large_as_it_says() -> None:
    study = read_study(ROOT / "benchmarks" / "studies" / "engines" / "study.toml", FACTS)
    assert len(study.settings) == 3
    assert len({(cell.case.label, cell.case.variant) for cell in study.cells}) == 12
    assert len(study.cells) == 3 * 12 * 3
