"""How a solve starts, stops, reports and repeats."""

import pickle
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from cargopool.model.place import RoadLink
from cargopool.model.plan import Plan
from cargopool.model.result import Progress, Status, Termination
from cargopool.model.scenario import Objective, Scenario
from cargopool.optimiser import FirstFeasible, Gap, SolveParams, StopFlag, TimeLimit, WorkLimit
from cargopool.optimiser.session import Ended, Session
from cargopool.optimiser.solving import solve
from cargopool.optimiser.worker import Worker, Workers
from optimiser.tiny_world import H, hub, load, plan_of, solved, train, trains_and_trucks, world
from timing import within


def middle(count: int = 9) -> Scenario:
    """Three hubs, two trains a day each way, shipments of odd sizes: seconds of work, not minutes."""
    hubs = {name: hub(name) for name in "ABC"}
    pairs = [("A", "B", 300.0), ("B", "C", 200.0), ("A", "C", 420.0)]
    links = tuple(
        RoadLink(origin=a, destination=b, km=km, drive_min=round(km), countries=(("DE", km),)) for a, b, km in pairs
    )
    services = {}
    for n, (a, b, km) in enumerate(pairs):
        for hour in (12, 18):
            name = f"T{n}{hour}"
            services[name] = train(name, a, b, hour * H, 300, 60.0 + km / 5, spot_units=2)
    ends = [("A", "B"), ("A", "C"), ("B", "C")]
    loads = [
        load(f"S{n}", 1.5 + (n * 7 % 5), *ends[n % 3], ready_min=(6 + n % 4) * H, keep_together=n % 4 == 0)
        for n in range(count)
    ]
    return world(loads, hubs=hubs, road_links=links, services=services, objective=Objective(carbon_price_eur_per_t=90))


@pytest.fixture(scope="module")
def proven() -> Any:
    return solved(middle())


def test_a_proof_says_so_and_explains_itself(proven: Any) -> None:
    assert (proven.status, proven.termination) == (Status.OPTIMAL, Termination.PROVEN)
    assert proven.gap == 0.0 or proven.gap < 1e-6
    assert proven.bound_eur == pytest.approx(proven.plan.totals.objective_cents / 100, abs=0.011)
    assert proven.bound_scope.relaxed == ()
    assert proven.bound_scope.event_depth == 2
    assert {stage for stage, _ in proven.seconds} >= {"network", "columns"}
    bounds = [p.bound_eur for p in proven.history if p.bound_eur is not None]
    objectives = [p.objective_eur for p in proven.history if p.objective_eur is not None]
    assert bounds == sorted(bounds)
    assert objectives == sorted(objectives, reverse=True)


def test_results_pickle(proven: Any) -> None:
    assert pickle.loads(pickle.dumps(proven)) == proven


def test_progress_comes_in_the_callers_thread() -> None:
    seen: list[tuple[int, Progress]] = []
    solved(middle(5), on_progress=lambda progress: seen.append((threading.get_ident(), progress)))
    assert {thread for thread, _ in seen} == {threading.get_ident()}
    assert any(progress.objective_eur is not None for _, progress in seen)


def test_plans_that_are_refused_do_not_count() -> None:
    result = solve(middle(5), accept=lambda plan: False, params=SolveParams(method="exact"))
    assert result.plan is None
    assert result.status is Status.NO_PLAN
    assert "refused" in result.detail


def test_an_error_in_a_phase_reaches_the_caller() -> None:
    def broken(plan: Plan) -> bool:
        raise RuntimeError("the judge fell ill")

    with pytest.raises(RuntimeError, match="fell ill"):
        solve(middle(3), accept=broken)


def test_first_feasible_stops_at_the_first_plan() -> None:
    result = solved(middle(), stop=FirstFeasible())
    assert result.termination in (Termination.FIRST_FEASIBLE, Termination.PROVEN)
    assert result.plan is not None
    assert sum(p.objective_eur is not None for p in result.history) <= 2


def test_a_gap_is_enough() -> None:
    result = solved(middle(), stop=Gap(0.25))
    assert result.termination in (Termination.GAP, Termination.PROVEN)
    assert result.gap is not None
    assert result.gap <= 0.25


def test_a_work_limit_repeats_exactly_whatever_the_clock() -> None:
    def run(work: int) -> Any:
        return solved(middle(), stop=WorkLimit(work), seed=3)

    for work in (1, 4, 10_000):
        first, again = run(work), run(work)
        assert first.plan == again.plan
        assert first.bound_eur == again.bound_eur
        assert first.status == again.status
        assert [p.work for p in first.history] == [p.work for p in again.history]
        assert all(p.seconds == 0.0 for p in first.history)


def forever(session: Session) -> None:
    while True:
        time.sleep(0.005)
        session.checkpoint()


def test_a_flag_stops_a_phase_that_listens() -> None:
    flag = StopFlag()
    threading.Timer(0.3, flag.set).start()
    with within(1.3):
        result = solve(middle(3), stop=flag, accept=lambda plan: True, phases=[forever])
    assert (result.status, result.termination) == (Status.NO_PLAN, Termination.INTERRUPTED)


def test_a_flag_stops_a_solve_whose_phase_does_not_listen() -> None:
    release = threading.Event()

    def deaf(session: Session) -> None:
        release.wait(200)

    flag = StopFlag()
    threading.Timer(0.2, flag.set).start()
    with within(1.2):
        result = solve(middle(3), stop=TimeLimit(600) | flag, accept=lambda plan: True, phases=[deaf])
    release.set()
    assert result.termination is Termination.INTERRUPTED


def test_a_time_limit_is_kept_and_the_newest_plan_returned() -> None:
    def plan_then_wait(session: Session) -> None:
        from cargopool.optimiser.solving import _begin, build_network

        build_network(session)
        session.params = SolveParams(method="exact")
        _begin(session, None)
        forever(session)

    with within(9.0):
        result = solve(
            middle(4), stop=TimeLimit(8), accept=lambda plan: True, phases=[plan_then_wait], params=SolveParams()
        )
    assert result.plan is not None


def test_a_stop_inside_an_engine_returns_within_a_second_and_leaves_no_child() -> None:
    import numpy as np
    from scipy.sparse import csr_array

    from cargopool.optimiser.engines import MipModel

    rng = np.random.default_rng(2)
    a = rng.integers(0, 40, (70, 220)).astype(float)
    model = MipModel(
        c=-rng.integers(10, 60, 220).astype(float), a=csr_array(a), row_lower=np.full(70, -np.inf),
        row_upper=a.sum(axis=1) // 3, lower=np.zeros(220), upper=np.ones(220), integer=np.ones(220, dtype=bool),
    )  # fmt: skip
    children: list[int | None] = []

    def engine(session: Session) -> None:
        threading.Timer(0.8, lambda: children.append(session._worker.process_id)).start()
        session.call_engine(model)

    for name in ("highs", "scip"):
        flag = StopFlag()
        threading.Timer(1.0, flag.set).start()
        params = SolveParams(engine=name)
        with within(2.0):
            result = solve(middle(2), stop=flag, accept=lambda plan: True, phases=[engine], params=params)
        assert result.termination is Termination.INTERRUPTED
    assert all(child is not None and not _alive(child) for child in children)


def _alive(pid: int) -> bool:
    import os

    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_solves_in_several_threads_do_not_disturb_one_another(proven: Any) -> None:
    found: dict[int, Any] = {}
    cases = {0: middle(), 1: middle(4), 2: middle(6)}

    def run(n: int) -> None:
        found[n] = solved(cases[n], workers=workers)

    with Workers() as workers:
        threads = [threading.Thread(target=run, args=(n,)) for n in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found[0].plan == proven.plan
    assert all(result.status is Status.OPTIMAL for result in found.values())


def test_a_warm_start_is_the_first_incumbent() -> None:
    scenario = middle()
    best = plan_of(scenario)
    warm = solved(scenario, warm_start=best, stop=FirstFeasible())
    assert warm.plan is not None
    assert warm.plan.totals.objective_cents == best.totals.objective_cents


def test_a_warm_start_of_another_variant_keeps_what_still_fits() -> None:
    scenario = middle()
    best = plan_of(scenario)
    services = {name: s for name, s in scenario.services.items() if name != "T012"}
    other = replace(scenario, services=services, objective=Objective(carbon_price_eur_per_t=10))
    shipments = {**dict(list(other.shipments.items())[1:]), "new": load("new", 2)}
    other = replace(other, shipments=shipments)
    warm = solved(other, warm_start=best)
    cold = solved(other)
    assert warm.status is cold.status is Status.OPTIMAL
    assert warm.plan is not None
    assert cold.plan is not None
    assert warm.plan.totals.objective_cents == cold.plan.totals.objective_cents


def test_an_empty_scenario_has_an_empty_plan() -> None:
    result = solved(world([]))
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    assert result.plan.totals.objective_cents == 0
    assert result.gap == 0.0


def test_ended_sessions_raise_instead_of_going_on() -> None:
    with Worker() as worker:
        session = Session(
            world([load("S", 1)]),
            stop=StopFlag(),
            seed=1,
            params=SolveParams(),
            accept=lambda plan: True,
            worker=worker,
        )
        session.end(Termination.INTERRUPTED)
        session.end(Termination.TIME)
        assert session.state.termination is Termination.INTERRUPTED
        with pytest.raises(Ended):
            session.checkpoint()
        with pytest.raises(Ended):
            _ = session.network


def test_trucks_are_pooled_across_shippers() -> None:
    plan = plan_of(world([load("S", 3), load("T", 3)], services={}))
    assert trains_and_trucks(plan) == (0, 1)
    assert {content.shipment for unit in plan.units for content in unit.contents} == {"S", "T"}
