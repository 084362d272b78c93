"""Figures of a study, worked out by hand."""

import math
from dataclasses import replace

import pytest

from cargopool.reporting.study_figures import (
    StudyRun,
    gap_profile,
    performance_profile,
    primal_integral,
    study_table,
    summarise,
    summary_table,
)
from cargopool.reporting.study_page import StudyReport, charts, instance_rows, render_markdown, render_study
from hostile import ATTACKS


def run(instance: str, setting: str, seed: int, seconds: float, *, solved: bool, objective: float | None = 100.0):
    best = 100.0
    return StudyRun(
        name=f"{instance}-{setting}-{seed}",
        instance=instance,
        setting=setting,
        seed=seed,
        state="done",
        status="optimal" if solved else "feasible",
        solved=solved,
        seconds=seconds,
        objective=objective,
        bound=90.0,
        gap_to_bound=0.0 if solved else 0.1,
        best_known=best,
        gap_to_best=None if objective is None else (objective - best) / best,
        primal_integral=1.0,
    )


@pytest.fixture
def runs() -> list[StudyRun]:
    return [
        run("i1", "a", 1, 2.0, solved=True),
        run("i1", "b", 1, 4.0, solved=True),
        run("i2", "a", 1, 10.0, solved=False, objective=110.0),
        run("i2", "b", 1, 8.0, solved=True),
        run("i3", "a", 1, 10.0, solved=False, objective=None),
        run("i3", "b", 1, 10.0, solved=False, objective=101.0),
    ]


def test_the_primal_integral_is_the_area_under_the_distance() -> None:
    # 1 until 2 s, then |200 - 100| / 200 = 0.5 until 6 s, then 0 until 10 s
    assert primal_integral([(0.5, None), (2.0, 200.0), (6.0, 100.0)], 100.0, 10.0) == pytest.approx(2 + 0.5 * 4)
    assert primal_integral([], 100.0, 10.0) == 10.0
    assert primal_integral([(1.0, 100.0)], 100.0, 10.0) == 1.0
    assert primal_integral([(12.0, 100.0)], 100.0, 10.0) == 10.0
    assert primal_integral([(0.0, 0.0)], 0.0, 10.0) == 0.0


def test_par10_charges_ten_limits_for_what_is_not_proven(runs: list[StudyRun]) -> None:
    a, b = summarise(runs, ("a", "b"), 10.0)
    assert a.par10 == pytest.approx((2 + 100 + 100) / 3)
    assert b.par10 == pytest.approx((4 + 8 + 100) / 3)
    assert (a.solved, b.solved, a.plans, b.plans) == (1, 2, 2, 3)
    assert (a.fastest, b.fastest) == (1, 1)
    assert a.time == pytest.approx(math.exp((math.log(3) + math.log(11) + math.log(11)) / 3) - 1)
    assert a.gap_to_best == pytest.approx(0.05)
    assert summarise(runs, ("a",), None)[0].par10 is None
    assert summarise([replace(runs[0], seconds=3.0)], ("a",), None)[0].par10 == 3.0


def test_the_performance_profile_steps_where_a_setting_solves(runs: list[StudyRun]) -> None:
    profile = performance_profile(runs, ("a", "b"))
    assert profile["a"] == ((1.0, 1 / 3),)
    assert profile["b"] == ((1.0, 1 / 3), (2.0, 2 / 3))
    assert gap_profile(runs, ("a",))["a"] == ((0.0, 1 / 3), (0.1, 2 / 3))


def report(runs: list[StudyRun], name: str = "engines", notes: str = "synthetic") -> StudyReport:
    settings = tuple(dict.fromkeys(one.setting for one in runs))
    return StudyReport(
        name=name,
        notes=notes,
        facts=[("Machine", "2 cores")],
        settings=settings,
        runs=runs,
        summaries=summarise(runs, settings, 10.0),
    )


def test_tables_and_page_hold_the_same_figures(runs: list[StudyRun]) -> None:
    made = report(runs)
    assert [row["setting"] for row in summary_table(made.summaries).records()] == ["a", "b"]
    first = study_table(made.runs).records()[0]
    assert (first["instance"], first["solved"], first["run"]) == ("i1", 1, "i1-a-1")
    assert instance_rows(made)[1] == ("i2", "100.00", "110.00, 10.00 %, 10.0", "100.00, 0.00 %, 8.0")
    assert instance_rows(made)[2][2] == "no plan"
    page, text = render_study(made), render_markdown(made)
    for part in ("67.3", "2 cores", "i3", "110.00"):
        assert part in page
        assert part in text
    assert "<script" not in page


def test_charts_stay_inside_their_frame(runs: list[StudyRun]) -> None:
    import re

    for chart in charts(report(runs)):
        assert len(chart.curves) == 2
        for curve in chart.curves:
            xs = [float(x) for x in re.findall(r"[MH]([\d.]+)", curve.path)]
            ys = [float(y) for y in re.findall(r"V([\d.]+)", curve.path)]
            assert all(chart.left <= x <= chart.width for x in xs)
            assert xs == sorted(xs)
            assert all(chart.top <= y <= chart.base for y in ys)


def test_a_study_without_any_proof_still_has_a_page() -> None:
    made = report([run("i1", "a", 1, 10.0, solved=False, objective=None)])
    assert "no plan" in render_study(made)
    assert performance_profile(made.runs, ("a",)) == {"a": ()}


def test_hostile_names_stay_text() -> None:
    made = report([run(attack, attack, 1, 1.0, solved=True) for attack in ATTACKS], ATTACKS[0], ATTACKS[5])
    page, text = render_study(made), render_markdown(made)
    for output in (page, text):
        assert "<script>" not in output
        assert "<img" not in output
        assert not set(output) & {"\x00", "\x07", "\x1b", "\u202e", "\u2028"}
