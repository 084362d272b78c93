"""The full time-expanded model on a regular grid of minutes: what one would write first, as a peer for comparison.

Times are rounded safely: releases and travel times up, deadlines down to whole ticks. So a plan on the grid is a true
plan in minutes at the same cost, and the model's bound holds for the grid only. A commodity without any way on the
grid goes alone on its cheapest true path, at full price and outside the model.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cargopool.errors import EngineError
from cargopool.optimiser.continuous.evaluate import evaluate
from cargopool.optimiser.continuous.instance import TimedPath
from cargopool.optimiser.continuous.paths import list_paths, shortest_minutes, variable_costs, vehicles_needed
from cargopool.optimiser.engines import EngineLimits, EngineResult, EngineStatus, MipModel
from cargopool.optimiser.worker import StoppedError, Worker

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray

TICK_MINUTES = 15
GRACE_SECONDS = 5.0
"""What an engine may take beyond the limit to hand over what it has, before it is ended."""


@dataclass(frozen=True)
class GridModel:
    """The model, and what its first variables mean.

    Attributes
    ----------
    model : MipModel
        Variables: rides (binary), waits (binary), vehicles (integer).
    ride_commodity, ride_arc, ride_tick : (R,) int64
        Of each ride variable.
    alone : dict of int to TimedPath
        Commodities without a way on the grid.
    tick_minutes : int
    """

    model: MipModel
    ride_commodity: IntArray
    ride_arc: IntArray
    ride_tick: IntArray
    alone: dict[int, TimedPath]
    tick_minutes: int


@dataclass(frozen=True)
class GridResult:
    """What an engine made of the grid model within the limit.

    Attributes
    ----------
    status : str
        Of the grid model: `optimal`, `feasible`, `no_plan` or `infeasible`.
    grid_bound : float
        Proven for the grid only, lone commodities included; -inf when there is none.
    grid_cost, true_cost : float
        Of the plan as the model sees it, and as `evaluate` does in true minutes; inf without a plan.
    seconds : float
        Building included.
    columns, rows, alone : int
        Size of the model, and commodities left out of it.
    paths : tuple of TimedPath
    """

    status: str
    grid_bound: float
    grid_cost: float
    true_cost: float
    seconds: float
    columns: int
    rows: int
    alone: int
    paths: tuple[TimedPath, ...]


def build_grid(instance: ContinuousInstance, tick_minutes: int = TICK_MINUTES) -> GridModel:
    """Write the time-expanded model down, commodities cut to the ticks that their windows allow."""
    ticks = -(-instance.arc_minutes // tick_minutes)
    grid = _on_grid(instance, ticks, tick_minutes)
    least = shortest_minutes(grid)
    costs = variable_costs(instance)
    builder = _Builder(grid, ticks, least, costs)
    alone = {}
    for k in range(instance.origin.size):
        if not builder.add_commodity(k):
            alone[k] = _alone(instance, k)
    offset = sum(_lone_cost(instance, k, path) for k, path in alone.items())
    model = builder.model(instance, offset)
    rides = np.asarray(builder.rides, dtype=np.int64).reshape(-1, 3)
    return GridModel(model, rides[:, 0], rides[:, 1], rides[:, 2], alone, tick_minutes)


def solve_grid(
    instance: ContinuousInstance,
    engine: str,
    *,
    time_limit: float,
    gap: float,
    threads: int = 2,
    seed: int = 1,
    tick_minutes: int = TICK_MINUTES,
) -> GridResult:
    """Build the model and have an engine solve it in a process of its own, which is ended if it overruns."""
    begin = time.monotonic()
    grid = build_grid(instance, tick_minutes)
    left = max(1.0, time_limit - (time.monotonic() - begin))
    limits = EngineLimits(seconds=left, relative_gap=gap, threads=threads, seed=seed)
    found = EngineResult(status=EngineStatus.NO_SOLUTION)
    with Worker() as worker:
        try:
            found = worker.call(
                "cargopool.optimiser.engines:solve_model", engine, grid.model, limits, seconds=left + GRACE_SECONDS
            )
        except (StoppedError, EngineError):
            found = EngineResult(status=EngineStatus.NO_SOLUTION)
    seconds = time.monotonic() - begin
    size = grid.model.columns, grid.model.rows, len(grid.alone)
    if found.x is None:
        status = "infeasible" if found.status == "infeasible" else "no_plan"
        return GridResult(status, found.bound, np.inf, np.inf, seconds, *size, ())
    paths = plan_of(instance, grid, found.x)
    cost = grid.model.objective(found.x)
    status = "optimal" if cost - found.bound <= gap * abs(cost) + 1e-6 else "feasible"
    return GridResult(status, found.bound, cost, evaluate(instance, paths), seconds, *size, paths)


def plan_of(instance: ContinuousInstance, grid: GridModel, x: FloatArray) -> tuple[TimedPath, ...]:
    """Paths in true minutes; a circle that costs nothing becomes a wait."""
    chosen = np.flatnonzero(x[: grid.ride_arc.size] > 0.5)
    rides: dict[int, list[tuple[int, int]]] = {}
    for ride in chosen.tolist():
        k = int(grid.ride_commodity[ride])
        rides.setdefault(k, []).append((int(grid.ride_tick[ride]) * grid.tick_minutes, int(grid.ride_arc[ride])))
    paths = []
    for k in range(instance.origin.size):
        if k in grid.alone:
            paths.append(grid.alone[k])
            continue
        way: list[tuple[int, int]] = []
        nodes = [int(instance.origin[k])]
        for minute, arc in sorted(rides.get(k, [])):
            if int(instance.arc_tail[arc]) != nodes[-1]:
                continue
            head = int(instance.arc_head[arc])
            if head in nodes:
                back = nodes.index(head)
                del way[back:], nodes[back + 1 :]
                continue
            way.append((minute, arc))
            nodes.append(head)
        arcs = np.asarray([arc for _, arc in way], dtype=np.int64)
        paths.append(TimedPath(arcs, np.asarray([minute for minute, _ in way], dtype=np.int64)))
    return tuple(paths)


class _Builder:
    """Rows and columns of the model, commodity by commodity."""

    def __init__(self, grid: ContinuousInstance, ticks: IntArray, least: IntArray, costs: FloatArray) -> None:
        self.grid, self.ticks, self.least, self.costs = grid, ticks, least, costs
        self.rides: list[tuple[int, int, int]] = []
        self.waits = 0
        self._balance: list[tuple[int, int, float]] = []
        self._waiting: list[tuple[int, int, float]] = []
        self._right: list[float] = []

    def add_commodity(self, k: int) -> bool:
        """Add rides, waits and balance of a commodity; False when it has no way on the grid."""
        grid = self.grid
        origin, destination = int(grid.origin[k]), int(grid.destination[k])
        early = grid.release[k] + self.least[origin]
        late = grid.deadline[k] - self.least[:, destination]
        if early[destination] > grid.deadline[k]:
            return False
        usable = np.flatnonzero(early <= late).tolist()
        first_row = {}
        for node in usable:
            first_row[node] = len(self._right) - int(early[node])
            self._right.extend([0.0] * int(late[node] - early[node] + 1))
        self._right[first_row[origin] + int(early[origin])] = 1.0
        self._right[first_row[destination] + int(late[destination])] -= 1.0
        for node in usable:
            for tick in range(int(early[node]), int(late[node])):
                self._waiting.append((first_row[node] + tick, self.waits, 1.0))
                self._waiting.append((first_row[node] + tick + 1, self.waits, -1.0))
                self.waits += 1
        for arc in np.flatnonzero(np.isfinite(self.costs[k])).tolist():
            tail, head, length = int(grid.arc_tail[arc]), int(grid.arc_head[arc]), int(self.ticks[arc])
            if tail not in first_row or head not in first_row or tail == destination or head == origin:
                continue
            for tick in range(int(early[tail]), int(late[head]) - length + 1):
                self._balance.append((first_row[tail] + tick, len(self.rides), 1.0))
                self._balance.append((first_row[head] + tick + length, len(self.rides), -1.0))
                self.rides.append((k, arc, tick))
        return True

    def model(self, instance: ContinuousInstance, offset: float) -> MipModel:
        """All of it as arrays."""
        from scipy.sparse import csr_array

        rides = np.asarray(self.rides, dtype=np.int64).reshape(-1, 3)
        horizon = int(rides[:, 2].max(initial=0)) + 1
        departures, vehicle_of = np.unique(rides[:, 1] * horizon + rides[:, 2], return_inverse=True)
        arc = departures // horizon
        counts = len(rides), self.waits, departures.size
        balance = np.asarray(self._balance).reshape(-1, 3)
        waiting = np.asarray(self._waiting).reshape(-1, 3)
        row = np.concatenate([balance[:, 0], waiting[:, 0]])
        column = np.concatenate([balance[:, 1], waiting[:, 1] + counts[0]])
        first = len(self._right)
        load = instance.quantity[rides[:, 0]]
        row = np.concatenate([row, first + vehicle_of, first + np.arange(counts[2])])
        column = np.concatenate([column, np.arange(counts[0]), sum(counts[:2]) + np.arange(counts[2])])
        value = np.concatenate([balance[:, 2], waiting[:, 2], load, -instance.arc_capacity[arc]])
        total = np.bincount(vehicle_of, weights=load, minlength=counts[2])
        shape = first + counts[2], sum(counts)
        right = np.asarray(self._right)
        return MipModel(
            c=np.concatenate([self.costs[rides[:, 0], rides[:, 1]], np.zeros(counts[1]), instance.arc_fixed[arc]]),
            a=csr_array((value, (row.astype(np.int64), column.astype(np.int64))), shape=shape),
            row_lower=np.concatenate([right, np.full(counts[2], -np.inf)]),
            row_upper=np.concatenate([right, np.zeros(counts[2])]),
            lower=np.zeros(sum(counts)),
            upper=np.concatenate(
                [np.ones(sum(counts[:2])), vehicles_needed(total.astype(np.float64), instance.arc_capacity[arc])]
            ),
            integer=np.ones(sum(counts), dtype=bool),
            offset=offset,
        )


def _on_grid(instance: ContinuousInstance, ticks: IntArray, tick_minutes: int) -> ContinuousInstance:
    return replace(
        instance,
        arc_minutes=ticks,
        release=-(-instance.release // tick_minutes),
        deadline=instance.deadline // tick_minutes,
    )


def _alone(instance: ContinuousInstance, k: int) -> TimedPath:
    """The cheapest true path of one commodity with vehicles of its own."""
    span = slice(k, k + 1)
    variable = instance.arc_variable if instance.arc_variable.ndim == 1 else instance.arc_variable[span]
    single = replace(
        instance,
        arc_variable=variable,
        origin=instance.origin[span],
        destination=instance.destination[span],
        quantity=instance.quantity[span],
        release=instance.release[span],
        deadline=instance.deadline[span],
    )
    table = list_paths(single)
    best = int(np.argmin(table.solo))
    steps = slice(table.step_ptr[best], table.step_ptr[best + 1])
    return TimedPath(table.arcs[steps], table.earliest[steps])


def _lone_cost(instance: ContinuousInstance, k: int, path: TimedPath) -> float:
    own = (
        vehicles_needed(instance.quantity[k].astype(np.float64), instance.arc_capacity[path.arcs])
        * instance.arc_fixed[path.arcs]
    )
    return float((own + variable_costs(instance)[k, path.arcs]).sum())
