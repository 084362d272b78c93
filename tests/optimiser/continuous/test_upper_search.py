"""The search for plans in continuous time: true plans, optimal on tiny cases, the same for a seed."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from cargopool.optimiser.continuous.evaluate import InvalidPathError, evaluate
from cargopool.optimiser.continuous.instance import ContinuousInstance, TimedPath
from cargopool.optimiser.continuous.paths import list_paths
from cargopool.optimiser.continuous.upper import Search, UpperSearch, search_upper
from optimiser.continuous.continuous_cases import joined, optimum, tiny_instance
from scale import scaled
from timing import HANG_S, within


def line_of_three(**changes: object) -> ContinuousInstance:
    """Two commodities that may share the second of two arcs if the first waits."""
    fields = {
        "name": "line",
        "nodes": 3,
        "arc_tail": np.array([0, 1]),
        "arc_head": np.array([1, 2]),
        "arc_minutes": np.array([5, 10]),
        "arc_fixed": np.array([10.0, 100.0]),
        "arc_capacity": np.array([4.0, 4.0]),
        "arc_variable": np.array([1.0, 0.5]),
        "origin": np.array([0, 1]),
        "destination": np.array([2, 2]),
        "quantity": np.array([2.0, 2.0]),
        "release": np.array([0, 20]),
        "deadline": np.array([30, 40]),
    }
    return ContinuousInstance(**{**fields, **changes})  # type: ignore[arg-type]


def way(*rides: tuple[int, int]) -> TimedPath:
    return TimedPath(np.array([a for a, _ in rides], dtype=np.int64), np.array([t for _, t in rides], dtype=np.int64))


def test_cost_of_a_shared_and_of_a_split_vehicle() -> None:
    instance = line_of_three()
    shared = evaluate(instance, [way((0, 0), (1, 20)), way((1, 20))])
    split = evaluate(instance, [way((0, 0), (1, 19)), way((1, 20))])
    assert shared == pytest.approx(10 + 100 + 2 * 1.5 + 2 * 0.5)
    assert split == pytest.approx(shared + 100)


def test_vehicles_by_the_piece() -> None:
    instance = line_of_three(quantity=np.array([5.0, 3.0]))
    assert evaluate(instance, [way((0, 0), (1, 20)), way((1, 20))]) == pytest.approx(2 * 10 + 2 * 100 + 5 + 8 * 0.5)


def test_decimals_that_fill_a_vehicle_exactly_need_no_second_one() -> None:
    instance = line_of_three(arc_capacity=np.array([0.3, 0.3]), quantity=np.array([0.1, 0.2]))
    assert evaluate(instance, [way((0, 0), (1, 20)), way((1, 20))]) == pytest.approx(110 + 0.1 + 0.15)


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ([way((0, 0), (1, 21)), way((1, 21))], "after 30"),
        ([way((0, 0), (1, 4)), way((1, 20))], "is there at 5"),
        ([way((0, -1), (1, 20)), way((1, 20))], "is there at 0"),
        ([way((1, 20)), way((1, 20))], "does not leave"),
        ([way((0, 0)), way((1, 20))], "ends at node 1"),
        ([way((0, 0), (1, 20))], "1 paths"),
        ([way((0, 0), (7, 20)), way((1, 20))], "does not leave"),
        ([TimedPath(np.array([0, 1]), np.array([0])), way((1, 20))], "departures"),
    ],
)
def test_broken_paths_are_refused(paths: list[TimedPath], words: str) -> None:
    with pytest.raises(InvalidPathError, match=words):
        evaluate(line_of_three(), paths)


def test_closed_arcs_and_circles_are_refused() -> None:
    closed = line_of_three(arc_variable=np.array([[1.0, np.inf], [0.0, 0.0]]))
    with pytest.raises(InvalidPathError, match="closed"):
        evaluate(closed, [way((0, 0), (1, 20)), way((1, 20))])
    back = replace(
        line_of_three(),
        arc_tail=np.array([0, 1]),
        arc_head=np.array([1, 0]),
        destination=np.array([0, 0]),
        deadline=np.array([90, 90]),
    )
    with pytest.raises(InvalidPathError, match="twice"):
        evaluate(back, [way((0, 0), (1, 5)), way((1, 20))])


@pytest.mark.parametrize("seed", range(scaled(12, 200)))
def test_tiny_cases_are_solved_to_the_optimum(seed: int) -> None:
    instance = tiny_instance(seed)
    cost, paths = search_upper(instance, list_paths(instance), seed=seed, iterations=2_000)
    assert cost == pytest.approx(evaluate(instance, paths))
    assert cost == pytest.approx(optimum(instance))


@pytest.mark.parametrize("seed", range(scaled(3, 30)))
def test_the_running_cost_is_the_cost_of_the_plan_and_every_group_is_in_time(seed: int) -> None:
    instance = tiny_instance(1000 + seed, commodities=25, nodes=7, horizon=25)
    search = Search(instance, list_paths(instance), seed)
    for _ in range(20):
        search.advance(50)
        assert search.cost == pytest.approx(evaluate(instance, search.paths()))
        state = search.present
        used = state.slot_group[state.slot_group >= 0]
        assert (state.g_early[used] <= state.g_late[used]).all()
        loads = np.zeros(state.g_load.size)
        width = state.slot_group.size // state.path.size
        for slot in np.flatnonzero(state.slot_group >= 0).tolist():
            loads[state.slot_group[slot]] += instance.quantity[slot // width]
        assert loads[used] == pytest.approx(state.g_load[used])
    assert all(joined(instance, path.arcs.tolist()) for path in search.paths())


def test_early_and_late_minutes_are_those_of_the_whole_order() -> None:
    """After many changes the kept times equal a recomputation from nothing."""
    instance = tiny_instance(77, commodities=30, nodes=6, horizon=30)
    table = list_paths(instance)
    search = Search(instance, table, 5)
    search.advance(3_000)
    state, width = search.present, search.present.slot_group.size // instance.origin.size
    early = np.full(state.g_early.size, -(10**9))
    for _ in range(instance.origin.size * width):
        changed = False
        for k, p in enumerate(state.path.tolist()):
            minute = int(instance.release[k])
            for i, step in enumerate(range(table.step_ptr[p], table.step_ptr[p + 1])):
                g = state.slot_group[k * width + i]
                minute = max(minute, early[g])
                changed = changed or minute > early[g]
                early[g] = minute
                minute += int(instance.arc_minutes[table.arcs[step]])
        if not changed:
            break
    used = np.unique(state.slot_group[state.slot_group >= 0])
    assert (early[used] == state.g_early[used]).all()


def test_a_seed_repeats_and_a_guide_is_used() -> None:
    instance = tiny_instance(5, commodities=20, nodes=6, horizon=20)
    table = list_paths(instance)
    first, second = (search_upper(instance, table, seed=3, iterations=500) for _ in range(2))
    assert first[0] == second[0]
    assert all((a.departures == b.departures).all() for a, b in zip(first[1], second[1], strict=True))
    guide = np.zeros(table.paths)
    guide[table.path_ptr[:-1]] = -5.0
    assert evaluate(instance, search_upper(instance, table, seed=3, iterations=500, guide=guide)[1]) > 0


def test_a_commodity_that_is_where_it_goes() -> None:
    instance = line_of_three(destination=np.array([0, 2]))
    cost, paths = search_upper(instance, list_paths(instance), seed=1, iterations=50)
    assert cost == pytest.approx(100 + 1)
    assert paths[0].arcs.size == 0


def test_the_thread_improves_and_stops() -> None:
    instance = tiny_instance(9, commodities=30, nodes=7, horizon=25)
    search = UpperSearch(instance, list_paths(instance), 1)
    before = threading.active_count()
    search.start()
    deadline = time.monotonic() + 20 + HANG_S
    while not search.best()[1] and time.monotonic() < deadline:
        time.sleep(0.01)
    with within(2.0):
        search.stop()
    assert threading.active_count() == before
    cost, paths = search.best()
    assert cost == pytest.approx(evaluate(instance, paths))


def test_there_is_a_plan_from_the_first_moment_on() -> None:
    instance = tiny_instance(9, commodities=30, nodes=7, horizon=25)
    cost, paths = UpperSearch(instance, list_paths(instance), 1).best()
    assert cost == pytest.approx(evaluate(instance, paths))


def test_a_deadline_ends_the_search() -> None:
    instance = tiny_instance(9, commodities=30, nodes=7, horizon=25)
    table = list_paths(instance)
    search_upper(instance, table, seed=1, iterations=1)
    with within(2.0):
        search_upper(instance, table, seed=1, iterations=10**12, deadline=time.monotonic() + 0.3)
