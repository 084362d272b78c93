"""The search of tours is compiled beside the first plan, and a time limit does not wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cargopool as cp
from cargopool.errors import EngineError
from cargopool.tours import check_problem, compiling, solve
from timing import within
from verifier.tour_world import world


class Child:
    """Stands for a child process; ``does`` is its call."""

    does: Callable[[Callable[[], bool]], None]
    calls: int

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def call(self, target: str, *, stop: Callable[[], bool]) -> None:
        type(self).calls += 1
        assert target == "cargopool.tours.compiling:compile_search"
        type(self).does(stop)


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Child]:
    made: Any = type("Made", (Child,), {"does": staticmethod(lambda stop: None), "calls": 0})
    monkeypatch.setattr(compiling, "Worker", made)
    monkeypatch.setattr(compiling, "cache_directory", lambda: str(tmp_path))
    found: type[Child] = made
    return found


def test_the_smallest_problem_is_one() -> None:
    problem = compiling.smallest_problem()
    assert check_problem(problem) == ()
    assert len(solve(problem, work=10).tours) == 1


def test_kernels_are_compiled_once(child: type[Child]) -> None:
    for _ in range(2):
        assert compiling.Compilation(lambda: False).wait(time.monotonic() + 5)
    assert child.calls == 1


def test_a_child_that_fails_leaves_it_to_the_caller(child: type[Child]) -> None:
    def fails(stop: Callable[[], bool]) -> None:
        raise EngineError(())

    child.does = staticmethod(fails)
    for _ in range(2):
        assert compiling.Compilation(lambda: False).wait(time.monotonic() + 5)
    assert child.calls == 2


def test_without_time_to_compile_every_job_has_a_truck_of_its_own(child: type[Child]) -> None:
    never = threading.Event()
    child.does = staticmethod(lambda stop: never.wait(200) and None)
    scenario = world()
    scenario = replace(scenario, shipments=dict(list(scenario.shipments.items())[:4]))
    with within(30.0):
        result = cp.solve(scenario, stop=cp.TimeLimit(4), seed=1, baselines=False)
    never.set()
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    (only,) = result.rounds
    assert only.kept and only.tours == only.hired == only.jobs
    assert only.tours_eur == only.alone_eur
    assert "no time to compile" in only.note
