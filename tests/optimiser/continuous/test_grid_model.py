"""The time-expanded peer: with a grid of one minute it is the problem itself; coarser grids give true plans."""

from dataclasses import replace

import numpy as np
import pytest

from cargopool.optimiser.continuous.evaluate import evaluate
from cargopool.optimiser.continuous.grid_model import build_grid, plan_of, solve_grid
from cargopool.optimiser.engines import EngineLimits, solve_model
from optimiser.continuous.continuous_cases import optimum, tiny_instance


@pytest.mark.parametrize("seed", range(6))
def test_a_grid_of_single_minutes_finds_the_optimum(seed: int) -> None:
    instance = tiny_instance(seed)
    grid = build_grid(instance, tick_minutes=1)
    found = solve_model(("highs", "cpsat")[seed % 2], grid.model, EngineLimits(seconds=30))
    assert found.x is not None and found.objective == pytest.approx(optimum(instance))
    assert evaluate(instance, plan_of(instance, grid, found.x)) == pytest.approx(optimum(instance))


@pytest.mark.parametrize("seed", range(4))
def test_a_coarse_grid_gives_true_plans_that_cost_no_less(seed: int) -> None:
    small = tiny_instance(seed)
    instance = replace(
        small, arc_minutes=small.arc_minutes * 10 + 3, release=small.release * 10 + 1, deadline=small.deadline * 13 + 9
    )
    found = solve_model("highs", (grid := build_grid(instance, tick_minutes=15)).model, EngineLimits(seconds=30))
    assert found.x is not None and found.objective is not None
    paths = plan_of(instance, grid, found.x)
    assert evaluate(instance, paths) <= found.objective + 1e-6
    fine = solve_model("highs", build_grid(instance, tick_minutes=1).model, EngineLimits(seconds=60))
    assert fine.objective is not None and fine.objective <= found.objective + 1e-6


def test_a_commodity_without_a_way_on_the_grid_goes_alone() -> None:
    instance = replace(tiny_instance(1), arc_minutes=tiny_instance(1).arc_minutes * 10)
    least = instance.deadline - instance.release
    tight = replace(instance, deadline=instance.release + np.maximum(least, 60))
    grid = build_grid(tight, tick_minutes=50)
    found = solve_model("highs", grid.model, EngineLimits(seconds=30))
    assert found.x is not None and found.objective is not None
    assert grid.alone
    assert evaluate(tight, plan_of(tight, grid, found.x)) <= found.objective + 1e-6


def test_an_engine_in_its_process() -> None:
    found = solve_grid(tiny_instance(2), "highs", time_limit=20, gap=0.0, tick_minutes=1)
    assert found.status == "optimal"
    assert found.grid_cost == pytest.approx(found.true_cost)
    assert found.grid_bound <= found.grid_cost + 1e-6
