"""Searches from a common plan in rounds: the best is kept, seeds differ, lost workers cost nothing but their search."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cargopool as cp
from cargopool.batches.together import solve_together
from cargopool.errors import EngineError, VerificationError
from cargopool.executors import ProcessExecutor, SerialExecutor
from cargopool.model.result import BoundScope, Result, Status, Termination
from small_case import small_plan, small_scenario

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart"


def priced(plan: Any, cents: int) -> Any:
    """A plan that says it costs so much; only for tests that replace the verifier."""
    rest = plan.totals.objective_cents - plan.totals.weighted_cost_cents
    return replace(plan, totals=replace(plan.totals, weighted_cost_cents=cents - rest))


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Any, bool]]:
    """Replace the search: each seed brings a plan of its own price; notes seed, start and whether it bounds."""
    calls: list[tuple[int, Any, bool]] = []

    def solve(scenario: Any, *, seed: int, params: Any, warm_start: Any, **_rest: Any) -> Result:
        start = None if warm_start is None else warm_start.totals.objective_cents
        calls.append((seed, start, params.bound.enabled))
        if seed % 10_000 == 3:
            raise RuntimeError("this worker fails")
        return Result(
            status=Status.FEASIBLE,
            termination=Termination.WORK,
            plan=priced(small_plan(scenario), 2_000_000 - seed % 10_000 * 1_000 - len(calls)),
            bound_eur=5_000.0 if params.bound.enabled else None,
            gap=None,
            bound_scope=BoundScope(),
        )

    monkeypatch.setattr("cargopool.runs.solve", solve)
    monkeypatch.setattr("cargopool.runs.solving.refuse_rejected", lambda scenario, plan: None)
    return calls


def test_every_round_begins_with_the_best_of_the_last(searched: list[tuple[int, Any, bool]]) -> None:
    result = solve_together(small_scenario(), SerialExecutor(), rounds=2, workers=3, work=5)
    assert len({seed for seed, _, _ in searched}) == 6
    firsts, seconds = searched[:3], searched[3:]
    assert [start for _, start, _ in firsts] == [None] * 3
    best_of_first = 2_000_000 - 2 * 1_000 - 3
    assert [start for _, start, _ in seconds] == [best_of_first] * 3
    assert [bounds for _, _, bounds in searched] == [True] + [False] * 5
    assert [(r.number, r.lost) for r in result.rounds] == [(1, 0), (2, 0)]
    assert result.bound_eur == 5_000.0
    assert result.objective_eur is not None
    assert result.objective_eur < best_of_first / 100


def test_a_worse_round_changes_nothing(searched: list[tuple[int, Any, bool]]) -> None:
    start = priced(small_plan(small_scenario()), 600_000)
    result = solve_together(
        small_scenario(), SerialExecutor(), rounds=1, workers=1, work=5, warm_start=start, params=None
    )
    assert result.plan is start
    assert result.rounds[0].found == 0


def test_lost_workers_cost_only_their_search(searched: list[tuple[int, Any, bool]]) -> None:
    result = solve_together(small_scenario(), SerialExecutor(), rounds=1, workers=5, work=5)
    assert result.rounds[0].lost == 1
    assert result.rounds[0].found == 4


def test_a_round_without_any_result_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(scenario: Any, **_rest: Any) -> Result:
        raise RuntimeError("out of memory")

    monkeypatch.setattr("cargopool.runs.solve", solve)
    with pytest.raises(EngineError, match="out of memory"):
        solve_together(small_scenario(), SerialExecutor(), rounds=1, work=5)


def test_a_plan_that_does_not_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(scenario: Any, **_rest: Any) -> Result:
        plan = priced(small_plan(scenario), 1_000)
        return Result(
            status=Status.FEASIBLE,
            termination=Termination.WORK,
            plan=plan,
            bound_eur=None,
            gap=None,
            bound_scope=BoundScope(),
        )

    monkeypatch.setattr("cargopool.runs.solve", solve)
    with pytest.raises(VerificationError):
        solve_together(small_scenario(), SerialExecutor(), rounds=1, work=5)


def test_one_limit_is_needed() -> None:
    for limits in ({}, {"work": 1, "seconds": 1.0}):
        with pytest.raises(ValueError, match="either work or seconds"):
            solve_together(small_scenario(), SerialExecutor(), rounds=1, **limits)


def test_two_processes_find_a_verified_plan() -> None:
    scenario = cp.load_scenario(QUICKSTART)
    with ProcessExecutor(2) as executor:
        result = solve_together(scenario, executor, rounds=1, work=1)
    assert result.plan is not None
    assert cp.verify(scenario, result.plan).ok
