"""The engine beside the tree: its answers are bounds, and reach the solve's."""

import time

import numpy as np
import pytest

from cargopool.optimiser.continuous import settings, solving
from cargopool.optimiser.continuous.beside import EngineBeside, Question
from cargopool.optimiser.continuous.grid import expand, initial_grid
from cargopool.optimiser.continuous.paths import list_paths
from cargopool.optimiser.continuous.relaxation import relax, to_model
from cargopool.optimiser.continuous.solving import solve_continuous
from cargopool.optimiser.continuous.tree import Host
from cargopool.optimiser.engines import EngineLimits, EngineResult, EngineStatus, MipModel, solve_model
from optimiser.continuous.continuous_cases import optimum, tiny_instance

CLOSE = 1e-4


def relaxed(seed: int) -> tuple[tuple[MipModel, int], float]:
    """A relaxation for an engine with its number of commodities, and what the cheapest of its choices costs."""
    instance = tiny_instance(seed, commodities=4)
    table = list_paths(instance)
    grid = initial_grid(table)
    columns = expand(instance, table, grid)
    assert columns is not None
    model = to_model(relax(instance, table, grid, columns), integer=True)
    found = solve_model("highs", model, EngineLimits())
    assert found.objective is not None
    assert found.objective <= optimum(instance) + CLOSE
    return (model, 4), found.objective


def answer(engine: EngineBeside, question: Question) -> float:
    engine.ask(question)
    deadline = time.monotonic() + 60
    while engine.busy:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    bound = engine.take()
    assert bound is not None
    assert engine.take() is None
    return bound


def test_answers_are_bounds_and_prove_a_target_that_nothing_reaches() -> None:
    engine = EngineBeside()
    try:
        for seed in range(4):
            relaxation, least = relaxed(seed)
            assert answer(engine, Question(*relaxation, least - 0.5, 30.0, 1)) == pytest.approx(least - 0.5)
            assert answer(engine, Question(*relaxation, least + 5.0, 30.0, 1)) == pytest.approx(least, abs=CLOSE)
    finally:
        engine.close()


def test_there_is_always_a_plan_at_the_target_and_so_a_bound() -> None:
    relaxation, least = relaxed(1)
    model = Question(*relaxation, least + 5.0, 30.0, 1).model()
    nobody = np.zeros(model.columns)
    nobody[-1] = 1.0
    assert model.largest_violation(nobody) <= 0.0
    assert model.objective(nobody) == pytest.approx(least + 5.0)


def test_a_closed_engine_has_no_answer() -> None:
    relaxation, least = relaxed(0)
    engine = EngineBeside()
    engine.ask(Question(*relaxation, least + 5.0, 30.0, 1))
    engine.close()
    deadline = time.monotonic() + 60
    while engine.busy:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert engine.take() in (None, -np.inf)


@pytest.mark.parametrize(
    "found", [EngineResult(status=EngineStatus.INFEASIBLE, bound=np.inf), EngineResult(status=EngineStatus.NO_SOLUTION)]
)
def test_an_engine_that_finds_nothing_feasible_proves_nothing(found: EngineResult) -> None:
    relaxation, least = relaxed(0)
    assert Question(*relaxation, least, 30.0, 1).answer(found) == -np.inf


@pytest.mark.parametrize("error", [MemoryError, OSError])
def test_an_engine_that_cannot_work_is_an_answer_that_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(_: Question) -> None:
        raise error

    monkeypatch.setattr(Question, "model", fail)
    relaxation, least = relaxed(0)
    engine = EngineBeside()
    try:
        assert answer(engine, Question(*relaxation, least, 30.0, 1)) == -np.inf
    finally:
        engine.close()


class Idle:
    """A tree that nobody searches."""

    nodes = 0

    def __init__(self, host: Host, *_: object) -> None:
        self.host = host

    def run(self) -> bool:
        while not self.host.finished():
            self.host.claim(-np.inf)
            time.sleep(0.01)
        return False


def test_the_engine_ends_a_solve_whose_tree_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MIP_COLUMNS", 0)
    monkeypatch.setattr(settings, "BESIDE_SETTLED", 0.1)
    monkeypatch.setattr(solving, "Tree", Idle)
    asked = 0
    for seed in range(12):
        instance = tiny_instance(seed, commodities=4)
        best = optimum(instance)
        result = solve_continuous(instance, time_limit=30.0, gap=1e-3)
        assert result.lower_bound <= best + CLOSE
        asked += result.status == "optimal" and result.stages.get("beside_calls", 0) > 0
        if asked:
            return
    pytest.fail("the engine ended no solve")
