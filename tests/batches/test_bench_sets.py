"""Sets of published instances: the fixed choice, resuming, summing up, the best known values."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cargopool.batches.bench_continuous import checked
from cargopool.batches.bench_sets import (
    Job,
    read_classes,
    read_results,
    run_jobs,
    stratified,
    summary_table,
    update_best_known,
    write_results,
)
from cargopool.errors import InputError, VerificationError
from cargopool.optimiser.continuous.instance import ContinuousInstance, ContinuousResult, TimedPath

CLASSES = Path(__file__).resolve().parents[2] / "benchmarks" / "ctsndp" / "classes.csv"
SETTINGS = {"time_limit": 5.0, "target_gap": 0.01, "seed": 1}


def answer(**changes: Any) -> dict[str, Any]:
    return {"status": "optimal", "lower_bound": 99.5, "upper_bound": 100.0, "gap": 0.005, "seconds": 2.0, **changes}


def test_the_choice_is_fixed_and_spread() -> None:
    classes = read_classes(CLASSES)
    chosen = stratified(classes)
    assert len(chosen) == len(set(chosen)) == 24 and chosen == stratified(dict(reversed(classes.items())))
    for group in ("HCHF", "HCLF", "LCHF", "LCLF"):
        names = [name for name in chosen if classes[name] == group]
        assert len(names) == 6
        assert len({tuple(name.split("_")[1:3]) for name in names}) == 6
        assert len({name.split("_")[0] for name in names}) >= 4


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    jobs = [Job(name, "HCHF", tmp_path, solver) for name in ("a", "b") for solver in ("cargopool", "scip-grid15")]
    solved: list[str] = []

    def solve(job: Job) -> dict[str, Any]:
        solved.append(job.instance + job.solver)
        if len(solved) == 3:
            raise KeyboardInterrupt
        return answer()

    file, said = tmp_path / "results" / "x.jsonl", []
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, file, solve, settings=SETTINGS, resume=True, say=said.append)
    with file.open("a", encoding="utf-8") as stream:
        stream.write('{"instance": "b", "solv')
    assert len(read_results(file)) == 2
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n")
    records = run_jobs(jobs, file, solve, settings=SETTINGS, resume=True, say=said.append)
    assert len(records) == 4 and len(solved) == 5
    assert len(run_jobs(jobs, file, solve, settings={**SETTINGS, "seed": 2}, resume=True, say=said.append)) == 8
    assert len(run_jobs(jobs[:1], file, solve, settings=SETTINGS, resume=False, say=said.append)) == 1


def test_summary_by_class(tmp_path: Path) -> None:
    base = {"solver": "cargopool", "class": "HCHF", "machine": "m", **SETTINGS}
    records = [
        {**base, "instance": "a", **answer()},
        {**base, "instance": "b", **answer(gap=0.03, seconds=5.0)},
        {**base, "instance": "c", **answer(gap=None, upper_bound=None, status="no_plan", seconds=5.0)},
    ]
    table = summary_table(records, {"HCHF": "1.04 %"})
    assert "| HCHF | cargopool | 3 | 33.3% | 1.75% | 3.00% | 4.0 | 5.0 | 1.04 % |" in table
    write_results(records, tmp_path / "r.csv")
    lines = (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and lines[0].startswith("instance,class,solver")


def test_best_known_values_only_become_better(tmp_path: Path) -> None:
    file = tmp_path / "best.csv"
    base = {"instance": "a", "class": "HCHF", "solver": "cargopool"}
    assert update_best_known(file, [{**base, **answer()}]) == 2
    assert update_best_known(file, [{**base, **answer(lower_bound=90.0, upper_bound=120.0)}]) == 0
    assert update_best_known(file, [{**base, **answer(upper_bound=99.8, lower_bound=None)}]) == 1
    assert update_best_known(file, [{**base, **answer(upper_bound=50.0), "solver": "scip-grid15"}]) == 0
    before = file.read_text(encoding="utf-8")
    assert "99.5,99.8" in before
    with pytest.raises(InputError, match="E2110"):
        update_best_known(file, [{**base, **answer(upper_bound=99.0)}])
    assert file.read_text(encoding="utf-8") == before


def one_arc() -> ContinuousInstance:
    one = np.array([0])
    return ContinuousInstance(
        "one", 2, one, np.array([1]), np.array([3]), np.array([10.0]), np.array([5.0]), np.array([1.0]),
        one, np.array([1]), np.array([4.0]), one, np.array([9]),
    )  # fmt: skip


def result(**changes: Any) -> ContinuousResult:
    path = TimedPath(np.array([0]), np.array([2]))
    fields = {"status": "optimal", "lower_bound": 14.0, "upper_bound": 14.0, "seconds": 1.0, "paths": (path,)}
    return ContinuousResult(**{**fields, "stages": {}, **changes})


def test_what_is_reported_is_checked() -> None:
    record = checked(one_arc(), result()).record()
    assert record["upper_bound"] == 14.0 and record["gap"] == 0.0
    assert json.loads(json.dumps(checked(one_arc(), result(lower_bound=-np.inf)).record()))["gap"] is None
    for broken in (
        result(upper_bound=13.0),
        result(lower_bound=15.0),
        result(paths=()),
        result(paths=(TimedPath(np.array([0]), np.array([7])),)),
    ):
        with pytest.raises(VerificationError, match="E2109"):
            checked(one_arc(), broken)
    none = checked(one_arc(), result(status="no_plan", upper_bound=np.inf, paths=()))
    assert none.upper_bound is None and none.gap is None
