"""Covers: every plan keeps them, at any prices the bound stays below the optimum, and they close what they are for."""

from itertools import product
from math import ceil

import numpy as np
import pytest

from cargopool.optimiser.continuous.covers import Cover, Covers, rows_of, violated
from cargopool.optimiser.continuous.grid import expand, initial_grid
from cargopool.optimiser.continuous.instance import ContinuousInstance, TimedPath
from cargopool.optimiser.continuous.paths import list_paths
from cargopool.optimiser.continuous.pricing import Priced, solve_relaxation
from cargopool.optimiser.continuous.solving import solve_continuous
from cargopool.optimiser.continuous.states import Space, State
from cargopool.optimiser.continuous.strengthening import Tools, strengthen
from cargopool.optimiser.engines import EngineLimits, EngineResult, MipModel, solve_model
from optimiser.continuous.continuous_cases import one_arc, optimum, options_of, tiny_instance
from scale import scaled

CLOSE = 1e-6
SEEDS = range(scaled(20, 500))


def root(instance: ContinuousInstance) -> tuple[Space, State]:
    table = list_paths(instance)
    grid = initial_grid(table)
    columns = expand(instance, table, grid)
    assert columns is not None
    space = Space(instance, table)
    return space, space.state(grid, columns)


def priced(state: State) -> Priced | None:
    return solve_relaxation(
        state.relaxation,
        tolerance=1e-6,
        target=np.inf,
        warm=state.point,
        halt=lambda: False,
        stopped=np.zeros(1, dtype=np.int64),
    )


def bound_of(state: State) -> float:
    found = priced(state)
    assert found is not None
    return found.bound


def some_covers(instance: ContinuousInstance, state: State, rng: np.random.Generator) -> list[Cover]:
    """Covers that random shares break when they pay for few vehicles."""
    shares = rng.random(state.columns.size) ** 3
    total = np.bincount(state.relaxation.commodity, weights=shares)
    shares /= total[state.relaxation.commodity]
    at, step = np.nonzero(state.columns.interval >= 0)
    ride = state.columns.interval[at, step], state.relaxation.commodity[at], shares[at]
    return violated(instance, state.grid, ride, np.zeros(state.grid.size))


def full_vehicles(seed: int, commodities: int = 3) -> ContinuousInstance:
    """A random instance on whose arcs two often fill more than one vehicle."""
    return tiny_instance(seed, commodities=commodities, nodes=3, horizon=8)


def vehicles_of(instance: ContinuousInstance, choice: tuple[TimedPath, ...], row: Cover) -> int:
    loads: dict[int, float] = {}
    for k, path in enumerate(choice):
        for arc, minute in zip(path.arcs.tolist(), path.departures.tolist(), strict=True):
            if arc == row.arc and row.begin <= minute <= row.end:
                loads[minute] = loads.get(minute, 0.0) + float(instance.quantity[k])
    return sum(ceil(load / float(instance.arc_capacity[row.arc])) for load in loads.values())


def rides(path: TimedPath, row: Cover) -> bool:
    return any(
        arc == row.arc and row.begin <= minute <= row.end
        for arc, minute in zip(path.arcs.tolist(), path.departures.tolist(), strict=True)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_keeps_every_cover(seed: int) -> None:
    instance = full_vehicles(seed)
    _, state = root(instance)
    rows = some_covers(instance, state, np.random.default_rng(seed))
    for choice in product(*(options_of(instance, k) for k in range(instance.origin.size))):
        for row in rows:
            there = dict(zip(row.members, (rides(choice[k], row) for k in row.members), strict=True))
            least = row.units - sum(
                weight for k, weight in zip(row.members, row.weights, strict=True) if not there[k]
            )  # fmt: skip
            assert vehicles_of(instance, choice, row) >= least - CLOSE


def test_the_instances_have_covers() -> None:
    found = [some_covers(i, root(i)[1], np.random.default_rng(0)) for i in map(full_vehicles, range(20))]
    assert sum(map(len, found)) >= 20
    assert any(len(row.members) == 3 for rows in found for row in rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_holds_at_any_prices_and_on_finer_grids(seed: int) -> None:
    instance = full_vehicles(seed)
    best = optimum(instance)
    space, state = root(instance)
    rng = np.random.default_rng(seed)
    rows = some_covers(instance, state, rng)
    covers = Covers(tuple(rows), rng.random(len(rows)) * float(instance.arc_fixed.max()))
    shared = np.zeros(state.grid.size, np.bool_)
    shared[state.relaxation.row_interval] = True
    covers = covers.fitting(state.grid, instance.arc_fixed[state.grid.arc], shared)
    priced = space.covered(state, covers)
    assert (priced.relaxation.row_fixed >= 0).all()
    assert bound_of(priced) <= best + CLOSE
    points = {(int(a), int(m)) for a, m in zip(state.grid.arc, state.grid.minute + 1, strict=True)}
    finer = space.refined(priced, frozenset(points), None)
    assert finer is not None
    assert bound_of(finer) <= best + CLOSE


@pytest.mark.parametrize("seed", range(scaled(10, 200)))
def test_costs_of_a_choice_are_true_but_for_what_covers_leave_over(seed: int) -> None:
    """Priced costs and the constant are the true costs, less prices times what covers have more than they need."""
    instance = full_vehicles(seed, commodities=4)
    space, state = root(instance)
    rng = np.random.default_rng(seed)
    rows = some_covers(instance, state, rng)
    covers = Covers(tuple(rows), rng.random(len(rows)))
    priced = space.covered(state, covers)
    model = space.model(priced, integer=False)
    point = rng.random(model.columns)
    columns = state.columns.size
    total = np.bincount(state.relaxation.commodity, weights=point[:columns])
    point[:columns] /= total[state.relaxation.commodity]
    over = rows_of(instance, priced) @ point - np.array([row.constant for row in rows])
    relaxation = priced.relaxation
    cheap = relaxation.plain @ point[:columns] + relaxation.row_fixed @ point[columns:] + relaxation.constant
    assert cheap == pytest.approx(model.objective(point) - float(covers.price @ over))
    assert model.c == pytest.approx(space.model(state, integer=False).c)


def solved(model: MipModel) -> EngineResult:
    return solve_model("highs", model, EngineLimits())


def strengthened(space: Space, state: State, target: float) -> tuple[State, Priced] | None:
    first = priced(state)
    assert first is not None
    state.point = first.x, first.duals
    return strengthen(space, state, first, target, Tools(priced, solved, lambda: False))


@pytest.mark.parametrize("seed", range(scaled(10, 200)))
def test_what_covers_prove_is_more_than_before_and_no_more_than_the_programme_with_them(seed: int) -> None:
    instance = full_vehicles(seed, commodities=6)
    space, state = root(instance)
    before = bound_of(state)
    found = strengthened(space, state, 10 * before)
    if found is None:
        return
    stronger, proves = found
    exact = solve_model("highs", space.model(stronger, integer=False), EngineLimits()).objective
    assert exact is not None
    assert before < proves.bound <= exact + CLOSE
    assert bound_of(stronger) == pytest.approx(proves.bound, rel=1e-5)


def three_on_two_vehicles() -> ContinuousInstance:
    """Three commodities of which a vehicle takes two; the first must leave by minute 3, the last not before."""
    return one_arc([4.0, 4.0, 4.0], [0, 0, 3], [4, 9, 9])


def test_vehicles_of_several_minutes_are_rounded_up_together() -> None:
    """Shares of the one in between ride with both others: they pay for one and a half vehicles of two."""
    instance = three_on_two_vehicles()
    space, state = root(instance)
    points = frozenset({(0, 3), (0, 4)})
    finer = space.refined(state, points, None)
    assert finer is not None
    assert bound_of(finer) == pytest.approx(15.0)
    found = strengthened(space, finer, 20.0)
    assert found is not None
    assert bound_of(found[0]) == pytest.approx(20.0, rel=1e-2)
    assert solve_continuous(instance, time_limit=None, gap=0.0, work_limit=50).upper_bound == pytest.approx(20.0)


def test_prices_never_make_a_shared_vehicle_cheaper_than_nothing() -> None:
    instance = three_on_two_vehicles()
    _, state = root(instance)
    row = Cover(0, 0, 8, (0, 1, 2), (1.0, 1.0, 1.0), 2)
    everywhere = np.ones(state.grid.size, np.bool_)
    fixed = instance.arc_fixed[state.grid.arc]
    fitting = Covers((row, row._replace(end=1)), np.array([30.0, 10.0])).fitting(state.grid, fixed, everywhere)
    assert (fitting.off(state.grid) <= fixed).all()
    assert fitting.price.sum() == pytest.approx(10.0)
    assert Covers((row,), np.array([4.0])).fitting(state.grid, fixed, everywhere).price.tolist() == [4.0]


def test_who_weighs_nothing_is_in_no_cover() -> None:
    instance = one_arc([4.0, 0.0, 4.0, 4.0], [0, 0, 0, 3], [4, 9, 9, 9])
    _, state = root(instance)
    rows = some_covers(instance, state, np.random.default_rng(0))
    assert rows
    assert all(1 not in row.members for row in rows)
    assert solve_continuous(instance, time_limit=None, gap=0.0, work_limit=50).lower_bound == pytest.approx(20.0)
