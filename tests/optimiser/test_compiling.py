"""Compiling elsewhere: once per installation, and never in the way."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cargopool as cp
from cargopool.errors import Diagnostic, EngineError
from cargopool.optimiser import SolveParams, compiling
from cargopool.optimiser.compiling import ANNEALING, BOUND, CONSTRUCTION, SAMPLING, Compilation

SCENARIO = Path(__file__).parents[2] / "scenarios" / "quickstart"
SEARCH = [CONSTRUCTION, ANNEALING, SAMPLING]
RUNNING, STOPPED = np.zeros(1, np.int64), np.ones(1, np.int64)


class Child:
    """Stands for the child processes; fails at a kind, or holds on there until told to go on."""

    kinds: list[str]
    fails = ""
    holds = ""
    go_on: threading.Event

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def call(self, *arguments: Any, **_: Any) -> None:
        kind = arguments[1]
        self.kinds.append(kind)
        assert len(arguments[2].shipments) == 8
        if kind == self.holds:
            assert self.go_on.wait(30)
        if kind == self.fails:
            raise EngineError(Diagnostic("E7012", "the worker process died"))


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Child]:
    fake = type("Fake", (Child,), {"kinds": [], "go_on": threading.Event()})
    monkeypatch.setattr(compiling, "Worker", fake)
    monkeypatch.setattr(compiling, "cache_directory", lambda: str(tmp_path))
    return fake


def compilation(*, bound: bool = True) -> Compilation:
    params = SolveParams.from_mapping({"bound": {"enabled": bound}})
    return Compilation(cp.load_scenario(SCENARIO), params, lambda: False)


def compile_all() -> None:
    one = compilation()
    for kind in (*SEARCH, BOUND):
        one.wait(kind, RUNNING)


def test_kinds_are_compiled_once_each_and_those_of_the_search_in_order(child: type[Child], tmp_path: Path) -> None:
    compile_all()
    assert sorted(child.kinds) == sorted([*SEARCH, BOUND])
    assert [kind for kind in child.kinds if kind != BOUND] == SEARCH
    assert len(list(tmp_path.glob("*.kept"))) == 4
    compile_all()
    assert len(child.kinds) == 4


def test_what_failed_and_what_needs_it_is_asked_for_again(child: type[Child], tmp_path: Path) -> None:
    child.fails = ANNEALING
    compile_all()
    assert sorted(child.kinds) == sorted([CONSTRUCTION, ANNEALING, BOUND])
    assert {path.name.split("-")[0] for path in tmp_path.glob("*.kept")} == {CONSTRUCTION, BOUND}
    child.fails = ""
    compile_all()
    assert child.kinds[3:] == [ANNEALING, SAMPLING]


def test_a_kind_is_waited_for_alone_and_not_after_the_end(child: type[Child]) -> None:
    child.holds = ANNEALING
    one = compilation()
    one.wait(CONSTRUCTION, RUNNING)
    one.wait(ANNEALING, STOPPED)
    assert SAMPLING not in child.kinds
    child.go_on.set()
    one.wait(SAMPLING, RUNNING)
    assert SAMPLING in child.kinds


def test_without_a_bound_none_is_compiled(child: type[Child]) -> None:
    one = compilation(bound=False)
    for kind in (*SEARCH, BOUND):
        one.wait(kind, RUNNING)
    assert child.kinds == SEARCH


def test_without_a_folder_nothing_is_compiled_elsewhere(child: type[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "cache_directory", lambda: None)
    compile_all()
    assert child.kinds == []


def test_a_run_knows_how_long_it_waited_for_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Compilation):
        def wait(self, kind: str, stop: Any) -> float:
            return super().wait(kind, stop) + (3.0 if kind == CONSTRUCTION else 0.0)

    monkeypatch.setattr("cargopool.optimiser.large.Compilation", Slow)
    params = SolveParams(method="search")
    stop = cp.TimeLimit(120) | cp.FirstFeasible()
    result = cp.solve(cp.load_scenario(SCENARIO), stop=stop, params=params, baselines=False)
    assert dict(result.seconds)["compile"] >= 3.0
