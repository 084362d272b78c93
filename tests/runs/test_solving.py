"""`cp.solve`: without files, in threads, stopped from outside, with everything that it promises to a service."""

import pickle
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.errors import VerificationError
from small_case import small_scenario
from timing import within


@pytest.fixture(scope="module")
def solved() -> tuple[cp.Scenario, cp.RunResult]:
    scenario = small_scenario()
    return scenario, cp.solve(scenario, stop=cp.TimeLimit(20), baselines=False)


def test_a_scenario_in_memory_is_planned_to_the_proof(solved) -> None:
    scenario, result = solved
    assert (result.status, result.termination) == (cp.Status.OPTIMAL, cp.Termination.PROVEN)
    assert result.gap == 0
    assert cp.verify(scenario, result.plan).ok
    assert {u.shipment for u in result.plan.unserved} == {"S6"}
    frame = result.plan.itineraries_frame()
    assert sorted(frame["shipment"]) == ["S1", "S2", "S3", "S4", "S5"]
    assert (frame["delivered_min"] > frame["start_min"]).all()


def test_what_it_takes_and_gives_pickles(solved) -> None:
    scenario, result = solved
    again_scenario, again = pickle.loads(pickle.dumps((scenario, result)))
    assert again == result
    assert again_scenario == scenario
    params = cp.SolveParams()
    assert pickle.loads(pickle.dumps((params, cp.TimeLimit(1) | cp.Gap(0.1)))) == (
        params,
        cp.TimeLimit(1) | cp.Gap(0.1),
    )


def test_two_solves_in_two_threads_do_not_disturb_each_other(solved) -> None:
    _scenario, alone = solved
    found: dict[int, cp.RunResult] = {}

    def work(number: int) -> None:
        found[number] = cp.solve(small_scenario(), stop=cp.TimeLimit(30), baselines=False)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n].plan.totals.objective_cents for n in (0, 1)] == [alone.plan.totals.objective_cents] * 2


def test_a_flag_from_another_thread_ends_a_search_under_way() -> None:
    flag, under_way = cp.StopFlag(), threading.Event()

    def end_it() -> None:
        if under_way.wait(60.0):
            flag.set()

    ending = threading.Thread(target=end_it)
    ending.start()
    result = cp.solve(
        small_scenario(),
        stop=flag | cp.TimeLimit(120),
        params=cp.SolveParams(method="search"),
        baselines=False,
        on_plan=lambda plan: under_way.set(),
    )
    ending.join()
    assert result.termination == cp.Termination.INTERRUPTED
    assert result.status == cp.Status.FEASIBLE
    assert result.plan.itineraries


def test_a_flag_that_is_set_already_ends_it_at_once() -> None:
    flag = cp.StopFlag()
    flag.set()
    with within(5.0):
        result = cp.solve(small_scenario(), stop=flag)
    assert result.termination == cp.Termination.INTERRUPTED
    assert result.comparison.reason


def test_progress_comes_in_the_callers_thread_and_plans_are_verified() -> None:
    scenario = small_scenario()
    threads, plans = set(), []
    cp.solve(
        scenario,
        stop=cp.TimeLimit(20),
        baselines=False,
        on_progress=lambda progress: threads.add(threading.current_thread()),
        on_plan=plans.append,
    )
    assert threads == {threading.current_thread()}
    assert plans
    assert all(cp.verify(scenario, plan).ok for plan in plans)


def test_a_warm_start_is_taken(solved) -> None:
    scenario, result = solved
    again = cp.solve(scenario, stop=cp.FirstFeasible(), warm_start=result.plan, baselines=False)
    assert again.plan.totals.objective_cents == result.plan.totals.objective_cents


def test_signal_handlers_are_restored_even_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    scenario = small_scenario()
    bad = replace(scenario.shipments["S1"], kg=-1)
    with pytest.raises(cp.InputError):
        cp.solve(replace(scenario, shipments={"S1": bad}))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_errors_keep_their_diagnostics_through_pickling() -> None:
    error = VerificationError(cp.Diagnostic("V100", "late", "itineraries[S1]"))
    assert pickle.loads(pickle.dumps(error)).diagnostics == error.diagnostics


def test_baselines_stand_beside_the_plan() -> None:
    result = cp.solve(small_scenario(), stop=cp.TimeLimit(20))
    record = result.comparison.as_record()
    for name in ("road_alone", "intermodal_alone"):
        assert record[name] is None or record[name]["cost_eur"] > 0
        assert (record[name] is None) == (name in record["reason"])


def caught_signals() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("SigCgt:")[1].split()[0], 16)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks the Linux kernel")
@pytest.mark.parametrize("engine", ["cpsat", "scip", "highs"])
def test_engines_leave_ctrl_c_to_the_process(engine: str) -> None:
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        params = cp.SolveParams(engine=engine, inline_entries=10**9)
        cp.solve(small_scenario(), stop=cp.TimeLimit(20), params=params, baselines=False)
        assert caught_signals() & 1 << (signal.SIGINT - 1)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("other", [False, True])
def test_the_verifier_looks_again_only_at_another_plan_than_it_accepted(other, handmade, monkeypatch) -> None:
    """What ends a run is the plan accepted last, and needs no second look, or it gets one."""
    looked: list[cp.Plan] = []
    verify = cp.verify

    def watched(scenario: cp.Scenario, plan: cp.Plan) -> object:
        looked.append(plan)
        return verify(scenario, plan)

    monkeypatch.setattr("cargopool.verifier.verify", watched)
    handmade()
    if other:
        from cargopool.optimiser import solving

        made = solving.solve
        monkeypatch.setattr(solving, "solve", lambda *a, **k: (r := made(*a, **k)) and replace(r, plan=replace(r.plan)))
    result = cp.solve(small_scenario(), stop=cp.TimeLimit(5), baselines=False)
    assert result.plan is not None
    assert len(looked) == 1 + other
    assert looked[-1] is result.plan
