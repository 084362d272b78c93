"""Stopping criteria and parameters."""

import pickle
import threading
from pathlib import Path

import pytest

from cargopool.errors import InputError
from cargopool.model.result import Progress, Termination
from cargopool.optimiser import FirstFeasible, Gap, SolveParams, StopFlag, StoppingCriterion, TimeLimit, WorkLimit
from cargopool.optimiser.engines import check_settings
from cargopool.optimiser.stop import NEVER, AnyOf


def at(seconds: float = 0.0, work: int = 0, objective: float | None = None, bound: float | None = None) -> Progress:
    return Progress(seconds=seconds, work=work, objective_eur=objective, bound_eur=bound)


@pytest.mark.parametrize(
    ("stop", "before", "after", "reason"),
    [
        (TimeLimit(5), at(4.99), at(5.0), Termination.TIME),
        (WorkLimit(100), at(work=99), at(work=100), Termination.WORK),
        (Gap(0.1), at(objective=100.0, bound=89.0), at(objective=100.0, bound=90.0), Termination.GAP),
        (FirstFeasible(), at(), at(objective=3.0), Termination.FIRST_FEASIBLE),
    ],
)
def test_each_criterion_at_its_edge(
    stop: StoppingCriterion, before: Progress, after: Progress, reason: Termination
) -> None:
    assert stop(before) is None
    assert stop(after) is reason
    assert isinstance(stop, StoppingCriterion)
    assert pickle.loads(pickle.dumps(stop))(after) is reason


def test_a_gap_needs_incumbent_and_bound() -> None:
    assert Gap(0.5)(at(objective=10.0)) is None
    assert Gap(0.5)(at(bound=10.0)) is None


def test_the_first_of_several_counts_and_budgets_join() -> None:
    stop = TimeLimit(60) | Gap(0.01) | (WorkLimit(9) | TimeLimit(30))
    assert isinstance(stop, AnyOf)
    assert len(stop.parts) == 4
    assert stop(at(30.0)) is Termination.TIME
    assert stop(at(1.0, work=9)) is Termination.WORK
    assert (stop.max_seconds, stop.max_work, stop.relative_gap) == (30, 9, 0.01)
    assert NEVER(at(1e9, 10**9, 1.0, 1.0)) is None
    assert NEVER.max_seconds is None


def test_a_flag_is_set_from_any_thread() -> None:
    flag = StopFlag()
    stop = TimeLimit(100) | flag
    assert stop(at()) is None
    thread = threading.Thread(target=flag.set)
    thread.start()
    thread.join()
    assert stop(at()) is Termination.INTERRUPTED
    assert flag.raised
    assert stop.raised


def test_a_criterion_of_ones_own_joins_in() -> None:
    def thousand(progress: Progress) -> Termination | None:
        return Termination.GAP if (progress.objective_eur or 1e9) < 1000 else None

    stop = TimeLimit(10) | thousand
    assert stop(at(objective=999.0)) is Termination.GAP
    assert stop.max_seconds == 10


def test_params_survive_toml(tmp_path: Path) -> None:
    path = tmp_path / "params.toml"
    given = SolveParams.from_mapping({"engine": "scip", "exact": {"max_columns": 77}, "search": {"blink": 1}})
    path.write_text(given.to_toml(), encoding="utf-8")
    assert SolveParams.from_toml(path) == given
    assert given.exact.max_columns == 77
    assert given.search.blink == 1.0
    assert SolveParams.from_mapping(SolveParams().as_mapping()) == SolveParams()


def test_all_wrong_params_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "params.toml"
    path.write_text('methud = "exact"\nthreads = true\n[exact]\nmax_columns = "many"\n[start]\nround = 1\n')
    with pytest.raises(InputError) as caught:
        SolveParams.from_toml(path)
    found = {diagnostic.code: diagnostic for diagnostic in caught.value.diagnostics}
    assert len(caught.value.diagnostics) == 4
    assert "did you mean 'method'" in found["E1902"].help or "rounds" in found["E1902"].help
    assert all(str(path) in diagnostic.where for diagnostic in caught.value.diagnostics)


@pytest.mark.parametrize(
    "values",
    [
        {"method": "magic"},
        {"engine": "cplex"},
        {"threads": 0},
        {"bound": {"step": -1.0}},
        {"bound": {"last_step": 0.0}},
        {"bound": {"memory": 1.0}},
        {"bound": {"iterations": 0}},
        {"bound": {"bucket_h": -8}},
        {"bound": {"timetable_h": 0}},
        {"search": {"grid_min": -60}},
        {"search": {"meeting": -1.0}},
        {"search": {"pool": float("nan")}},
        {"search": {"largest_ruin": 0}},
        {"search": {"start_temperature": 0.0}},
        {"search": {"blink": 1.5}},
        {"search": {"polish_after": 2.0}},
    ],
)
def test_values_outside_the_choices_are_errors(values: dict[str, object]) -> None:
    with pytest.raises(InputError, match="E1904"):
        SolveParams.from_mapping(values)


def test_unreadable_params_are_errors(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("a = = 1")
    for path in (bad, tmp_path / "none.toml"):
        with pytest.raises(InputError, match="E1901"):
            SolveParams.from_toml(path)


def test_a_gap_stop_leaves_the_unserved_constant_out_of_the_denominator() -> None:
    moment = Progress(seconds=1.0, work=1, objective_eur=1_000.0, bound_eur=991.0, unserved_eur=800.0)
    assert moment.gap == pytest.approx(9.0 / 200.0)
    assert Gap(0.01)(moment) is None
    assert Gap(0.05)(moment) is not None


def test_settings_of_engines_reach_them_and_survive_toml(tmp_path: Path) -> None:
    text = """
engine_gap = 0.01
[highs]
presolve = false
[scip]
cuts = false
settings = ["heuristics/rins/freq = 10", 'display/width = 80']
[cpsat]
settings = ["linearization_level: 2"]
"""
    path = tmp_path / "params.toml"
    path.write_text(text, encoding="utf-8")
    params = SolveParams.from_toml(path)
    assert not params.engine_settings("highs").presolve
    assert not params.engine_settings("scip").cuts
    assert params.engine_settings("scip").lines == ("heuristics/rins/freq = 10", "display/width = 80")
    assert params.engine_settings("glop").lines == ()
    path.write_text(params.to_toml(), encoding="utf-8")
    assert SolveParams.from_toml(path) == params


@pytest.mark.parametrize(
    ("name", "line"), [("scip", "nonsense/x = 3"), ("scip", "limits/memory = abc"), ("cpsat", "nonsense: 2")]
)
def test_an_engine_refuses_a_setting_before_anything_runs(name: str, line: str) -> None:
    params = SolveParams.from_mapping({name: {"settings": [line]}})
    with pytest.raises(InputError) as caught:
        check_settings(name, params.engine_settings(name))
    assert caught.value.diagnostics[0].code == "E1905"
    assert "nonsense" in str(caught.value) or "limits/memory" in str(caught.value)


@pytest.mark.parametrize("name", ["scip", "cpsat"])
def test_a_known_setting_passes(name: str) -> None:
    line = {"scip": "heuristics/rins/freq = 10", "cpsat": "linearization_level: 2"}[name]
    check_settings(name, SolveParams.from_mapping({name: {"settings": [line]}}).engine_settings(name))
