"""Solve in continuous time: a bound by discovering time points, a plan by search, until they meet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cargopool.optimiser.continuous import covers, settings
from cargopool.optimiser.continuous.beside import RootEngine
from cargopool.optimiser.continuous.clock import Clock
from cargopool.optimiser.continuous.engine_calls import EngineCalls
from cargopool.optimiser.continuous.evaluate import evaluate
from cargopool.optimiser.continuous.grid import Columns, Grid, first_columns
from cargopool.optimiser.continuous.instance import ContinuousResult, TimedPath
from cargopool.optimiser.continuous.paths import list_paths, with_rest
from cargopool.optimiser.continuous.pricing import Priced, solve_relaxation, warm_up
from cargopool.optimiser.continuous.rounding import choose, learn
from cargopool.optimiser.continuous.searching import PlanSearch
from cargopool.optimiser.continuous.states import Space, State
from cargopool.optimiser.continuous.strengthening import Tools, strengthen
from cargopool.optimiser.continuous.tree import CLOSED, Tree

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, IntArray


def solve_continuous(
    instance: ContinuousInstance,
    *,
    time_limit: float | None,
    gap: float = 0.01,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
    work_limit: int | None = None,
    threads: int = 2,
    on_progress: Callable[[float, float, float], None] | None = None,
) -> ContinuousResult:
    """Find a plan and a bound that are within ``gap`` of each other.

    Parameters
    ----------
    instance : ContinuousInstance
    time_limit : float or None
        Seconds, compilation included; None for none.
    gap : float
        (upper - lower) / upper that is good enough.
    seed : int
    stop : callable, optional
        Ends the solve when it returns True.
    work_limit : int, optional
        Units of work instead of time: no clock is read, one thread works, and equal inputs give equal paths.
    threads : int
        With two or more the search has one of its own.
    on_progress : callable, optional
        Called with (lower bound, upper bound, seconds) after every round; seconds are 0 under a work limit.

    Returns
    -------
    ContinuousResult
        ``optimal`` when the gap is reached, else ``feasible``, ``no_plan`` or ``infeasible``.
    """
    clock = Clock(time_limit if work_limit is None else None, work_limit, stop)
    run = _Run(instance, clock, gap, seed, threads if work_limit is None else 1, on_progress)
    try:
        return run.solve()
    finally:
        run.close()


class _Run:
    def __init__(
        self,
        instance: ContinuousInstance,
        clock: Clock,
        gap: float,
        seed: int,
        threads: int,
        on_progress: Callable[[float, float, float], None] | None,
    ) -> None:
        self.instance, self.clock, self.gap, self.seed = instance, clock, gap, seed
        self.threads, self.on_progress = threads, on_progress
        self.random = np.random.default_rng(seed)
        self.stopped = np.zeros(1, dtype=np.int64)
        self.paths: tuple[TimedPath, ...] = ()
        self.upper = np.inf
        self.lower = -np.inf
        self.proven = np.inf  # what every column left out so far was proven to cost at least
        self.plans: PlanSearch | None = None
        self.engine = EngineCalls(clock, self._engine_useless)
        self.beside: RootEngine | None = None
        self.improved = 0.0  # seconds at which the best plan was found
        self.engine_columns = settings.MIP_COLUMNS
        self.by_engine = False
        self.covered_from = -np.inf  # the bound when covers were last looked for
        self.stages: dict[str, Any] = {"rounds": 0, "mip_calls": 0, "relaxation_s": 0.0, "mip_s": 0.0}

    def solve(self) -> ContinuousResult:
        """Run to the gap or to the limit."""
        table = list_paths(self.instance, halt=self.clock.over)
        self.stages["paths"] = table.paths
        if table.missing.size:
            return self._result("infeasible")
        if not table.arcs.size:  # nobody goes anywhere
            self._offer(tuple(TimedPath(table.arcs, table.arcs) for _ in range(self.instance.origin.size)))
            self._raise(self.upper)
            return self._result("")
        self.table, self.relaxed = table, with_rest(self.instance, table)
        self._prepare_kernels()  # before the search's, which take longer and would hold the compiler
        if (np.diff(table.path_ptr) > 0).all():
            self.plans = PlanSearch(self.instance, table, self.seed, beside=self.threads >= 2)
        self.space = Space(self.instance, self.relaxed)
        state = self.space.state(*self._first_columns())
        while not self.finished():
            following = self._round(state)
            self._report()
            if following is None:
                break
            state = following
        while not self.finished() and self._wait():
            pass
        return self._result("")

    @property
    def target(self) -> float:
        """Bound that ends the solve; inf before the first plan."""
        return (1.0 - self.gap) * self.upper if np.isfinite(self.upper) else np.inf

    def finished(self) -> bool:
        """Whether the gap is closed or the solve must end."""
        return self.lower >= self.target - CLOSED * abs(self.target) or self.clock.over()

    def rule_out(self, bound: float) -> None:
        """Something was left out that costs at least this."""
        self.proven = min(self.proven, bound)

    def claim(self, bound: float) -> None:
        """Between nodes of the tree: everything not yet ruled out costs at least this."""
        self.settle(bound)
        if self.beside is not None:
            self.beside.look()

    def settle(self, bound: float) -> None:
        """Everything not yet ruled out costs at least this."""
        self._raise(min(self.proven, bound))
        self._report()

    def _prepare_kernels(self) -> None:
        """Have the kernels compiled, but not beyond the end of the solve."""
        if not self.clock.timed:
            return
        begun = self.clock.seconds()

        def compile_all() -> None:
            warm_up(self.stopped)
            covers.warm_up()

        compiling = threading.Thread(target=compile_all, daemon=True)
        compiling.start()
        while compiling.is_alive() and not self.clock.over():
            compiling.join(0.02)
        self.stages["compile_s"] = self.clock.seconds() - begun

    def _first_columns(self) -> tuple[Grid, Columns]:
        left = self.clock.left()
        cap = settings.COLUMN_CAP
        if left is not None:
            cap = int(min(cap, max(1.0, left) * settings.COLUMNS_PER_SECOND))
        return first_columns(self.instance, self.relaxed, cap)

    def _round(self, state: State) -> State | None:
        """Bound, learn, prune and refine; None when nothing is left to learn."""
        before = self.lower
        priced = self.price(state)
        if priced is None:
            self._raise(self.proven)
            return None
        self._raise(min(self.proven, priced.bound))
        if self.relaxed is self.table:
            self._note_regret(state, priced)
        state = self.prune(state, priced)
        if self.finished() or state.point is None:
            return state
        if self.threads >= 2 and self.stages["rounds"] > 1:  # most solves end before it would be ready
            self.engine.start()
        points = self.learn(state, settings.SAMPLES)
        moving = bool(points) and self.lower - before >= settings.STALL * (self.target - self.lower)
        if not moving:
            stronger = self._strengthen(state, priced)
            if stronger is not None or self.finished():
                return stronger
        eager = self.stages["rounds"] > 1 and state.columns.size <= settings.EAGER_COLUMNS
        if not moving or eager or self.by_engine:
            taught = self._ask_at_length(state)
            if self.finished():
                return None
            if taught:
                self.by_engine = True
                return self._refine(state, taught)
        if moving:
            return self._refine(state, points)
        if self.finished():
            return None
        if self.clock.timed and self.threads >= 2:
            self.beside = RootEngine(self, self.space, state)
        tree = Tree(self, self.space, self.relaxed, state, priced.bound)
        if tree.run():
            self._raise(min(self.proven, self.upper))
        self.stages["nodes"] = tree.nodes
        return None

    def _strengthen(self, state: State, priced: Priced) -> State | None:
        """The state with covers that raise its bound; None where they do not, or did not lately."""
        target = self.target
        closed, near = self.lower - self.covered_from, target - self.lower <= settings.COVERS_NEAR * target
        if not np.isfinite(target) or near or closed < settings.COVERS_WORTHWHILE * (target - self.covered_from):
            return None
        begun, self.covered_from = self.clock.seconds(), self.lower
        longest = max(settings.COVERS_SECONDS, settings.COVERS_SHARE * (self.clock.limit or 0.0))
        until = begun + longest if self.clock.timed else np.inf

        def over() -> bool:
            return self.clock.over() or self.clock.seconds() >= until

        tools = Tools(self.price, lambda model: self.engine.linear(model, until - self.clock.seconds()), over)
        found = strengthen(self.space, state, priced, target, tools)
        stronger = None
        if found is not None:
            stronger = found[0]
            self._raise(min(self.proven, found[1].bound))
            self.stages["covers"] = len(stronger.covers.rows)
        self.stages["covers_s"] = self.stages.get("covers_s", 0.0) + self.clock.seconds() - begun
        return stronger

    def price(self, state: State) -> Priced | None:
        """Solve a state's relaxation; None when a commodity has no column left."""
        begun = self.clock.seconds()
        self._fetch()
        distance = (self.target - self.lower) / self.target if np.isfinite(self.target) else 0.01
        tolerance = max(settings.TOLERANCE * min(1.0, self.gap / 0.01), settings.COARSE_SHARE * min(distance, 0.05))
        priced = solve_relaxation(
            state.relaxation,
            tolerance=tolerance,
            target=self.target,
            warm=state.point,
            halt=self.clock.over,
            stopped=self.stopped,
        )
        self.clock.spend(1)
        self.stages["rounds"] += 1
        self.stages["columns"] = state.columns.size
        self.stages["relaxation_s"] += self.clock.seconds() - begun
        return priced

    def learn(self, state: State, samples: int) -> frozenset[tuple[int, int]]:
        """Round a state's shares to plans; time points that rule out what did not fit."""
        assert state.point is not None
        points: set[tuple[int, int]] = set()
        for sample in range(samples):
            chosen = choose(state.relaxation, state.point[0], self.random if sample else None)
            points |= self._try(state, chosen)
            if self.clock.over():
                break
        self._fetch()
        return frozenset(points)

    def _try(self, state: State, chosen: IntArray) -> frozenset[tuple[int, int]]:
        rounded = learn(self.instance, self.relaxed, state.relaxation, state.columns, chosen)
        if rounded.cost < self.upper * (1 - CLOSED):
            self._offer(rounded.paths)
        return rounded.points

    def prune(self, state: State, priced: Priced) -> State:
        """Leave out the columns that are proven to cost the target at least."""
        target = self.target
        state.point = (priced.x, priced.duals)
        if not np.isfinite(target):
            return state
        alive = priced.bound + priced.reduced < target
        if alive.all():
            return state
        self.rule_out(target)
        return self.space.part(state, alive)

    def _refine(self, state: State, points: frozenset[tuple[int, int]]) -> State | None:
        finer = self.space.refined(state, points, settings.COLUMN_CAP)
        if finer is None:
            return state if self._wait() else None
        return finer

    def _ask_at_length(self, state: State) -> frozenset[tuple[int, int]]:
        """Ask the engine about the whole problem, again for longer while that closes a good part of the distance."""
        if not self._fits_engine(state):
            return frozenset()
        seconds = max(settings.MIP_SECONDS, settings.MIP_SHARE * (self.clock.limit or 0.0))
        while True:
            before, allowed = self.lower, self.engine_columns
            bound, taught = self.ask(state, seconds)
            self._raise(min(self.proven, bound))
            worthwhile = self.lower - before >= settings.WORTHWHILE * (self.target - before)
            seconds *= 2
            left = self.clock.left()
            far = self._far() and (left is None or seconds <= 0.5 * left)
            if taught or self.finished() or not (worthwhile or (far and self.clock.timed)):
                return taught
            self.engine_columns = allowed

    def _far(self) -> bool:
        """Whether the linear relaxation is too weak to branch on."""
        return self.target - self.lower > settings.FAR * self.target

    def _fits_engine(self, state: State) -> bool:
        """Whether a state has few enough columns for an engine."""
        most = self.engine_columns if self._far() else min(self.engine_columns, settings.MIP_COLUMNS_NEAR)
        return state.columns.size <= most

    def ask(self, state: State, longest: float = settings.MIP_SECONDS) -> tuple[float, frozenset[tuple[int, int]]]:
        """Let an engine look for a choice cheaper than the target: a bound on all of them, and what one taught."""
        from cargopool.optimiser.engines import EngineLimits, EngineStatus

        if not self._fits_engine(state):
            return -np.inf, frozenset()
        begun = self.clock.seconds()
        self.stages["mip_calls"] += 1
        left = self.clock.left()
        seconds = longest if left is None else min(longest, left)
        limits = EngineLimits(
            seconds=seconds if self.clock.timed else None,
            work=None if self.clock.timed else settings.WORK_NODES,
            relative_gap=0.5 * self.gap,
            seed=self.seed,
        )
        target = self.target
        model = self.space.model(state, integer=True, cutoff=target if np.isfinite(target) else None)
        found = self.engine.call("highs", model, limits, seconds)
        self.clock.spend(2)
        self.stages["mip_s"] += self.clock.seconds() - begun
        if found is not None and found.status is EngineStatus.INFEASIBLE:
            return target, frozenset()
        if found is None or found.x is None:
            self.engine_columns = int(settings.ENGINE_RETREAT * state.columns.size)
            return -np.inf if found is None else min(target, found.bound), frozenset()
        chosen = choose(state.relaxation, found.x[: state.columns.size], None)
        return min(target, found.bound), self._try(state, chosen)

    def _engine_useless(self) -> bool:
        """Whether nobody needs an engine's answer any more."""
        self._fetch()
        return self.lower >= self.target - CLOSED * abs(self.target)

    def _wait(self) -> bool:
        """Nothing to learn for now: let the search work on, then look again."""
        if self.plans is None:
            return False
        before = self.upper
        for _ in range(40):
            if self.finished():
                return False
            if self.plans.beside:
                time.sleep(0.05)
            self._fetch()
            if self.upper < before:
                return True
        return True

    def _fetch(self) -> None:
        """Take over what the search and the engine beside found; without a thread, let the search work first."""
        if self.beside is not None:
            self.beside.take()
        plans = self.plans
        if plans is None:
            return
        if not plans.beside:
            if self.clock.over():
                return
            plans.advance()
            self.clock.spend(1)
        paths = plans.best(self.upper * (1 - CLOSED))
        if paths is not None:
            self._offer(paths)
        if not self.finished():
            plans.renew()

    def _note_regret(self, state: State, priced: Priced) -> None:
        """What each path costs at least beyond the bound, for the next searches."""
        if self.plans is not None:
            self.plans.regret = np.full(self.relaxed.paths, settings.REGRET_CAP * priced.bound)
            np.minimum.at(self.plans.regret, state.columns.path, priced.reduced)

    def _offer(self, paths: tuple[TimedPath, ...]) -> None:
        cost = evaluate(self.instance, paths)
        if cost < self.upper:
            self.upper, self.paths = cost, paths
            self.improved = self.clock.seconds()

    def _raise(self, bound: float) -> None:
        self.lower = max(self.lower, min(bound, self.upper) if np.isfinite(bound) else self.lower)

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.lower, self.upper, self.clock.seconds())

    def _result(self, status: str) -> ContinuousResult:
        if not status:
            if self.beside is not None:
                self.beside.take()
            if self.plans is not None and self.plans.beside and not self.paths:
                self._fetch()
            reached = np.isfinite(self.upper) and self.lower >= self.target - CLOSED * abs(self.target)
            status = "optimal" if reached else "feasible" if self.paths else "no_plan"
        if self.plans is not None and self.plans.beside:
            self.stages["search_steps"] = self.plans.steps
        lower = np.inf if status == "infeasible" else max(self.lower, 0.0)
        return ContinuousResult(status, float(lower), float(self.upper), self.clock.seconds(), self.paths, self.stages)

    def close(self) -> None:
        """End the search and the engine."""
        self.stopped[0] = 1
        if self.plans is not None:
            self.plans.close()
        self.engine.close()
        if self.beside is not None:
            self.beside.close()
