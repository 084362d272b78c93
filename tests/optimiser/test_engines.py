"""All engines find the same optima and keep the same promises."""

import itertools
import os
import signal
import time

import numpy as np
import pytest
from scipy.sparse import csr_array

from cargopool.errors import EngineError
from cargopool.optimiser.engines import EngineLimits, EngineStatus, MipModel, engine, solve_model
from cargopool.optimiser.engines.glop import GrowingLp
from scale import scaled

WHOLE = ("highs", "scip", "cpsat")


def model(
    c: list[float],
    rows: list[list[float]],
    lower: list[float],
    upper: list[float],
    top: list[float],
    whole: bool = True,
) -> MipModel:
    n = len(c)
    return MipModel(
        c=np.array(c, dtype=float),
        a=csr_array(np.array(rows, dtype=float).reshape(len(rows), n)),
        row_lower=np.array(lower, dtype=float),
        row_upper=np.array(upper, dtype=float),
        lower=np.zeros(n),
        upper=np.array(top, dtype=float),
        integer=np.full(n, whole),
    )


def random_model(seed: int, columns: int = 6, rows: int = 3) -> MipModel:
    rng = np.random.default_rng(seed)
    a = rng.integers(-4, 9, (rows, columns)).astype(float)
    upper = rng.integers(2, 20, rows).astype(float)
    lower = np.where(rng.random(rows) < 0.4, rng.integers(-6, 3, rows), -np.inf).astype(float)
    lower = np.minimum(lower, upper)
    c = np.round(rng.normal(0, 10, columns), 3)
    return model(c.tolist(), a.tolist(), lower.tolist(), upper.tolist(), rng.integers(1, 3, columns).tolist())


def by_trying_all(m: MipModel) -> float | None:
    ranges = [range(int(u) + 1) for u in m.upper]
    points = (np.array(p, dtype=float) for p in itertools.product(*ranges))
    return min((m.objective(p) for p in points if m.largest_violation(p) <= 0), default=None)


@pytest.mark.parametrize("name", WHOLE)
def test_optimum_agrees_with_trying_every_point(name: str) -> None:
    infeasible = 0
    for seed in range(scaled(15, 300)):
        m = random_model(seed)
        truth = by_trying_all(m)
        found = solve_model(name, m, EngineLimits())
        if truth is None:
            infeasible += 1
            assert found.status is EngineStatus.INFEASIBLE
            continue
        assert found.status is EngineStatus.OPTIMAL
        assert found.objective == pytest.approx(truth, abs=1e-6)
        assert found.bound == pytest.approx(truth, abs=1e-2)
        assert found.x is not None
        assert m.largest_violation(found.x) <= 1e-6
        assert (found.x == np.round(found.x)).all()
    assert infeasible < 15


@pytest.mark.parametrize("name", WHOLE)
def test_offset_and_empty_models(name: str) -> None:
    empty = MipModel(
        c=np.zeros(0), a=csr_array((0, 0)), row_lower=np.zeros(0), row_upper=np.zeros(0), lower=np.zeros(0),
        upper=np.zeros(0), integer=np.zeros(0, dtype=bool), offset=7.5,
    )  # fmt: skip
    assert solve_model(name, empty, EngineLimits()).objective == 7.5


@pytest.mark.parametrize("name", WHOLE)
def test_a_bound_under_a_gap_is_never_above_the_optimum(name: str) -> None:
    rng = np.random.default_rng(3)
    n, rows = 40, 12
    a = rng.integers(1, 40, (rows, n)).astype(float)
    c = (-rng.integers(10, 60, n)).astype(float)
    m = model(c.tolist(), a.tolist(), [-np.inf] * rows, (a.sum(axis=1) // 3).tolist(), [1.0] * n)
    exact = solve_model("cpsat", m, EngineLimits())
    loose = solve_model(name, m, EngineLimits(relative_gap=0.3))
    assert exact.objective is not None
    assert loose.objective is not None
    assert loose.bound <= exact.objective + 1e-6 <= loose.objective + 2e-6
    assert loose.objective - loose.bound <= 0.3 * abs(loose.objective) + 1e-6


@pytest.mark.parametrize("name", WHOLE)
def test_work_limits_keep_incumbent_and_bound_and_repeat(name: str) -> None:
    rng = np.random.default_rng(7)
    n, rows = 60, 18
    a = rng.integers(0, 40, (rows, n)).astype(float)
    c = (-rng.integers(10, 60, n)).astype(float)
    m = model(c.tolist(), a.tolist(), [-np.inf] * rows, (a.sum(axis=1) // 3).tolist(), [1.0] * n)
    work = 60 if name == "cpsat" else 3
    first = solve_model(name, m, EngineLimits(work=work))
    again = solve_model(name, m, EngineLimits(work=work))
    assert first.status is EngineStatus.FEASIBLE
    assert first.objective is not None
    assert np.isfinite(first.bound)
    assert first.bound < first.objective
    assert (first.objective, first.bound) == (again.objective, again.bound)
    assert first.x is not None
    assert again.x is not None
    assert (first.x == again.x).all()


@pytest.mark.parametrize("name", ["scip", "cpsat"])
def test_a_hint_is_taken(name: str) -> None:
    rng = np.random.default_rng(11)
    n, rows = 50, 15
    a = rng.integers(0, 40, (rows, n)).astype(float)
    c = (-rng.integers(10, 60, n)).astype(float)
    m = model(c.tolist(), a.tolist(), [-np.inf] * rows, (a.sum(axis=1) // 3).tolist(), [1.0] * n)
    best = solve_model("cpsat", m, EngineLimits(work=600))
    assert best.x is not None
    limits = EngineLimits(work=1) if name == "scip" else EngineLimits(work=40)
    hinted = solve_model(name, m, limits, best.x)
    assert hinted.objective is not None
    assert best.objective is not None
    assert hinted.objective <= best.objective + 1e-6


@pytest.mark.parametrize("name", ["scip", "cpsat"])
def test_a_hint_never_costs_the_answer(name: str) -> None:
    """With this hint SCIP 10 alone calls a point optimal that loads 7,000 on one unit of 6,000."""
    choices = [[1.0, 1.0, 0, 0, 0, 1.0, 0, 0, 0, 0], [0, 0, 1.0, 1.0, 0, 0, 1.0, 0, 0, 0]]
    loads = [
        [3000.0, 3000.0, 0, 0, 4000.0, 0, 0, -6000.0, 0, 0],
        [0, 0, 4000.0, 0, 0, 0, 0, 0, -6000.0, 0],
        [0, 0, 0, 4000.0, 0, 0, 0, 0, 0, -6000.0],
    ]
    m = MipModel(
        c=np.array([2250.0, 2250, 8250, 8400, 5025, 75800, 86700, 31000, 56400, 56400]),
        a=csr_array(np.array(choices + loads)),
        row_lower=np.array([1.0, 1.0, -np.inf, -np.inf, -np.inf]),
        row_upper=np.array([1.0, 1.0, 0.0, 0.0, 0.0]),
        lower=np.array([0.0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
        upper=np.array([1.0, 1, 1, 1, 1, 1, 1, 7, 4, 4]),
        integer=np.ones(10, dtype=bool),
    )
    hint = np.array([1.0, 0, 1, 0, 1, 0, 0, 2, 1, 0])
    assert m.largest_violation(hint) == 0.0
    found = solve_model(name, m, EngineLimits(), hint)
    assert (found.status, found.objective) == (EngineStatus.OPTIMAL, m.objective(hint))


@pytest.mark.parametrize("name", ["highs", "glop"])
def test_linear_duals_and_reduced_costs_close_the_gap(name: str) -> None:
    for seed in range(12):
        whole = random_model(seed, 8, 4)
        m = MipModel(
            c=whole.c, a=whole.a, row_lower=whole.row_lower, row_upper=whole.row_upper, lower=whole.lower,
            upper=whole.upper, integer=np.zeros(8, dtype=bool),
        )  # fmt: skip
        found = solve_model(name, m, EngineLimits())
        if found.status is EngineStatus.INFEASIBLE:
            continue
        assert found.duals is not None
        assert found.reduced_costs is not None
        assert found.objective is not None
        d = found.duals
        side = np.where(d > 0, np.where(np.isfinite(m.row_lower), m.row_lower, 0.0), m.row_upper)
        corner = np.where(found.reduced_costs > 0, m.lower, m.upper)
        assert d @ side + found.reduced_costs @ corner == pytest.approx(found.objective, abs=1e-6)
        assert found.reduced_costs == pytest.approx(m.c - m.a.T @ d, abs=1e-6)


def test_a_growing_programme_stays_warm_and_right() -> None:
    rng = np.random.default_rng(1)
    rows, columns = 15, 60
    a = rng.integers(0, 9, (rows, columns)).astype(float)
    c = rng.integers(3, 30, columns).astype(float)
    lp = GrowingLp()
    for _ in range(rows):
        lp.add_row(5.0, np.inf)
    used = []
    lp.add_column(1000.0, range(rows), [1.0] * rows)
    for batch in range(3):
        for j in range(batch * 20, batch * 20 + 20):
            lp.add_column(c[j], range(rows), a[:, j])
            used.append(j)
        found = lp.solve()
        whole = np.column_stack([np.ones(rows), a[:, used]])
        cold = solve_model(
            "highs",
            model([1000.0, *c[used]], whole.tolist(), [5.0] * rows, [np.inf] * rows, [1e9] * (len(used) + 1), False),
            EngineLimits(),
        )
        assert found.objective == pytest.approx(cold.objective)
    extra = lp.add_row(-np.inf, 1.0, [0, 3], [1.0, 1.0])
    assert extra == rows
    lp.set_bounds(0, 0.0, 0.0)
    tighter = lp.solve()
    assert tighter.status is EngineStatus.OPTIMAL
    assert found.objective is not None
    assert tighter.objective is not None
    assert tighter.objective >= found.objective - 1e-9


def test_cpsat_refuses_what_it_would_get_wrong() -> None:
    with pytest.raises(EngineError, match="E7002"):
        solve_model("cpsat", model([1.0], [[1.0]], [0.0], [1.0], [1.0], whole=False), EngineLimits())
    with pytest.raises(EngineError, match="E7003"):
        solve_model("cpsat", model([1.0], [[np.pi]], [1.0], [9.0], [5.0]), EngineLimits())


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(EngineError, match="gurobi"):
        engine("gurobi")


@pytest.mark.parametrize("name", ["scip", "cpsat", "glop"])
def test_engines_inside_the_process_leave_signal_handlers_alone(name: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    got: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: got.append(number))
    try:
        solve_model(name, random_model(3), EngineLimits())
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        assert got == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)
