"""One solve in progress: its incumbent, bound, budgets, and the calls to engines."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cargopool.model.plan import Plan
from cargopool.model.result import BoundScope, Progress, Termination
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Network
from cargopool.network.columns import Column
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.capped import broken_caps
from cargopool.optimiser.engines import EngineLimits, EngineResult, MipModel, solve_model
from cargopool.optimiser.loading import LoadPlanner
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.repair import Spares, fitted
from cargopool.optimiser.stop import StoppingCriterion
from cargopool.optimiser.worker import StoppedError, Worker
from cargopool.units import CENTS_PER_EUR, round_half_even

if TYPE_CHECKING:
    from cargopool.optimiser.engines.base import Float64

ABSOLUTE_GAP_CENTS = 1
RELATIVE_GAP = 1e-6
CHUNKS_S = 0.2
"""Seconds that what runs on may take to notice that the time is over."""
_GAP_MARGIN = 0.95
"""Engines aim a little below the gap asked for, as rounding may widen it."""


def proves(objective_cents: float, bound_cents: float) -> bool:
    """True when the bound proves the objective optimal: within 0.01 EUR or a millionth of it."""
    return objective_cents - bound_cents <= max(ABSOLUTE_GAP_CENTS, RELATIVE_GAP * abs(objective_cents)) + 1e-9


class Ended(Exception):  # noqa: N818 - not an error: it only unwinds the phases
    """Raised inside a phase when the solve has to end."""


@dataclass(slots=True)
class State:
    """What the solve knows; read by the caller's thread under the lock."""

    plan: Plan | None = None
    objective_cents: int | None = None
    bound_cents: float = -math.inf
    relaxed: tuple[str, ...] = ()
    infeasible: str = ""
    termination: Termination | None = None
    rejected: int = 0
    capped: int = 0
    work: int = 0
    columns: int = 0
    iterations: int = 0
    stage: str = "network"
    note: str = ""
    history: list[Progress] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


class Session:
    """The phases' view of a solve. Phases run on one thread; `end`, `note_bound` and `take` may be called from another.

    Attributes
    ----------
    halt : int64[1]
        1 once the solve has to end; compiled kernels read it.
    incumbent : tuple of Column or None
        Columns of the newest accepted plan.
    reasons : dict of shipment index to str
        What is known of why a shipment would be unserved.
    scope_model, event_depth : str, int
        What the bound is a bound on.
    events : queue
        Progress for the caller's thread.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        stop: StoppingCriterion,
        seed: int,
        params: SolveParams,
        accept: Callable[[Plan], bool],
        worker: Worker,
        on_accepted: Callable[[Plan], None] | None = None,
    ) -> None:
        self.scenario = scenario
        self.stop = stop
        self.seed = seed
        self.params = params
        self.halt = np.zeros(1, dtype=np.int64)
        self.events: queue.SimpleQueue[Progress] = queue.SimpleQueue()
        self.state = State()
        self.incumbent: tuple[Column, ...] | None = None
        self.reasons: dict[int, str] = {}
        self.scope_model = BoundScope().model
        self.event_depth = scenario.scope.event_depth
        self._accept = accept
        self._on_accepted = on_accepted
        self._taken = False
        self._worker = worker
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._network: Network | None = None
        self._planner: LoadPlanner | None = None
        self._plan_seconds = 0.05

    # -- what is planned -------------------------------------------------------------------------------------

    @property
    def network(self) -> Network:
        """The network, once built."""
        if self._network is None:
            raise Ended
        return self._network

    @property
    def planner(self) -> LoadPlanner:
        """The load plans of this solve."""
        if self._planner is None:
            raise Ended
        return self._planner

    def set_network(self, network: Network) -> None:
        """Store the network that the phases work on."""
        self._network = network
        self._planner = LoadPlanner(network, self.params.packing.work)
        self._spares = Spares(network)

    # -- budgets ---------------------------------------------------------------------------------------------

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began; 0 in runs limited by work, which read no clock."""
        return 0.0 if self.counts_work else time.monotonic() - self._began

    @property
    def counts_work(self) -> bool:
        """True when the run ends by work and must not look at a clock."""
        return getattr(self.stop, "max_work", None) is not None

    @property
    def remaining_seconds(self) -> float | None:
        """Seconds left for optimising, after what it takes to verify and price one more plan; None for no limit."""
        limit = getattr(self.stop, "max_seconds", None)
        if limit is None or self.counts_work:
            return None
        return max(
            0.0,
            float(limit)
            - self.elapsed
            - min(self._plan_seconds, 0.15 * float(limit))
            - min(CHUNKS_S, 0.1 + 0.01 * float(limit)),
        )

    def share_left(self) -> Callable[[], float]:
        """Asks which share of the work or seconds that are left now is left at the moment; 1 without a limit."""

        def left() -> float | None:
            return self.remaining_work if self.counts_work else self.remaining_seconds

        whole = left()
        return lambda: (left() or 0.0) / whole if whole else 1.0

    @property
    def remaining_work(self) -> int | None:
        """Units of work left, None for no limit."""
        limit = getattr(self.stop, "max_work", None)
        return None if limit is None else max(0, int(limit) - self.state.work)

    @property
    def ended(self) -> bool:
        """True once the solve has to end."""
        return bool(self.halt[0])

    def end(self, reason: Termination) -> None:
        """End the solve; the first reason counts."""
        with self._lock:
            if self.state.termination is None:
                self.state.termination = reason
        self.halt[0] = 1

    def spend(self, work: int) -> None:
        """Count work, and end when the stop says so."""
        self.state.work += work
        self.checkpoint()

    def checkpoint(self) -> None:
        """Ask the stop; raises `Ended` when the solve is over."""
        reason = self.stop(self.progress())
        if reason is not None:
            self.end(reason)
        if self.ended:
            raise Ended

    # -- knowledge -------------------------------------------------------------------------------------------

    def progress(self) -> Progress:
        """The present moment."""
        state = self.state
        objective = None if state.objective_cents is None else state.objective_cents / CENTS_PER_EUR
        bound = state.bound_cents / CENTS_PER_EUR if math.isfinite(state.bound_cents) else None
        return Progress(
            seconds=round(self.elapsed, 3),
            work=state.work,
            objective_eur=objective,
            bound_eur=bound,
            columns=state.columns,
            iterations=state.iterations,
            stage=state.stage,
            unserved_eur=0.0 if state.plan is None else state.plan.totals.unserved_cents / CENTS_PER_EUR,
        )

    def enter(self, stage: str) -> None:
        """Name what is being done."""
        self.state.stage = stage
        self._publish()

    def note(self, text: str) -> None:
        """Say something worth a line in the log."""
        self.events.put(replace(self.progress(), note=text))

    def offer(self, columns: Sequence[Column], counts: Mapping[tuple[int, int], int] | None = None) -> bool:
        """Offer chosen columns as an incumbent; True when it is better than the last and was accepted.

        Where packing needs more units than the rows have room for, the columns are fitted first; shipments left out
        are tried once more.
        """
        if self.ended:
            raise Ended
        began = time.monotonic()
        try:
            found = self._better(columns, counts)
        finally:
            self._plan_seconds = max(0.7 * self._plan_seconds, time.monotonic() - began)
        if found is None:
            return False
        self.incumbent, plan = found
        with self._lock:
            if self._taken:
                return False
            self.state.plan, self.state.objective_cents = plan, plan.totals.objective_cents
        if self._on_accepted is not None:
            self._on_accepted(plan)
        self._publish()
        self._judge()
        return True

    def take(self) -> tuple[Plan | None, int | None]:
        """The newest accepted plan and its objective in cents; what is accepted later comes too late."""
        with self._lock:
            self._taken = True
            return self.state.plan, self.state.objective_cents

    def _better(
        self, given: Sequence[Column], counts: Mapping[tuple[int, int], int] | None
    ) -> tuple[tuple[Column, ...], Plan] | None:
        """The columns as they fit and their plan, when it is better than the incumbent and was accepted."""
        columns = fitted(self.network, self.planner, given, self._spares)
        if self._leaves_out_must(columns):
            return None
        plan = assemble(self.network, columns, counts, planner=self.planner, reasons=self.reasons)
        if self.scenario.objective.caps and broken_caps(self.network, plan):
            columns = fitted(self.network, self.planner, given, self._spares, refill=False)
            plan = assemble(self.network, columns, counts, planner=self.planner, reasons=self.reasons)
            if self._leaves_out_must(columns) or broken_caps(self.network, plan):
                self.state.capped += 1
                return None
        best = self.state.objective_cents
        if best is not None and plan.totals.objective_cents >= best:
            return None
        if not self._accept(plan):
            self.state.rejected += 1
            return None
        return tuple(columns), plan

    def keeps_caps(self, columns: Sequence[Column]) -> bool:
        """Whether the plan of these columns keeps every cap, whatever else may be wrong with it."""
        return not broken_caps(self.network, assemble(self.network, columns, planner=self.planner))

    def note_bound(self, cents: float, relaxed: Sequence[str] = ()) -> None:
        """As `raise_bound`, from a thread that is not the phases' own: the next checkpoint draws the conclusions."""
        rounded = round_half_even(cents - 1e-4) if math.isfinite(cents) else cents
        with self._lock:
            if rounded > self.state.bound_cents:
                self.state.bound_cents, self.state.relaxed = rounded, tuple(relaxed)

    def _leaves_out_must(self, columns: Sequence[Column]) -> bool:
        served = {column.shipment for column in columns}
        scenario = self.scenario
        return any(
            k not in served and (scenario.shipments[name].must_serve or not scenario.objective.unserved_allowed)
            for k, name in enumerate(self.network.shipment_ids)
        )

    def raise_bound(self, cents: float, relaxed: Sequence[str] = ()) -> None:
        """Report a proven lower bound in cents on the objective before carbon is rounded."""
        # The plan's carbon money is rounded once, so the least objective is the rounded least value.
        rounded = round_half_even(cents - 1e-4) if math.isfinite(cents) else cents
        if rounded <= self.state.bound_cents:
            return
        with self._lock:
            self.state.bound_cents, self.state.relaxed = rounded, tuple(relaxed)
        self._publish()
        self._judge()

    @property
    def proven(self) -> bool:
        """True when the incumbent is proven optimal."""
        best = self.state.objective_cents
        return best is not None and proves(best, self.state.bound_cents)

    def declare_infeasible(self, text: str) -> None:
        """Report that no plan exists, with the reason."""
        self.state.infeasible = text
        self.end(Termination.PROVEN)
        raise Ended

    def _judge(self) -> None:
        if self.proven:
            self.end(Termination.PROVEN)
            raise Ended
        self.checkpoint()

    def _publish(self) -> None:
        moment = self.progress()
        self.state.history.append(moment)
        self.events.put(moment)

    # -- engines ---------------------------------------------------------------------------------------------

    def call_engine(
        self,
        model: MipModel,
        *,
        hint: Float64 | None = None,
        seconds: float | None = None,
        name: str | None = None,
        gap: float = 0.0,
    ) -> EngineResult:
        """Solve a model within the remaining budget; large models go to the worker process.

        Parameters
        ----------
        hint : float64[N] or None
            A point to start from.
        seconds : float or None
            Less than the budget.
        name : str or None
            Engine; None takes the one of the parameters.
        gap : float
            Relative gap that is enough; the stop's own gap is enough in any case.

        Raises
        ------
        Ended
            The solve was stopped meanwhile.
        """
        inline = model.a.nnz <= self.params.inline_entries
        chosen = name or self.params.engine
        if chosen == "auto":
            chosen = "scip" if inline else "highs"
        budget = self.remaining_seconds
        if seconds is not None:
            budget = seconds if budget is None else min(seconds, budget)
        if budget is not None and budget <= 0.0:
            self.end(Termination.TIME)
            raise Ended
        enough = _GAP_MARGIN * self._served_share * float(getattr(self.stop, "relative_gap", 0.0))
        limits = EngineLimits(
            seconds=budget,
            relative_gap=max(gap, self.params.engine_gap, enough),
            absolute_gap=0.01,
            work=self.remaining_work,
            threads=self.params.threads,
            seed=self.seed,
            settings=self.params.engine_settings(chosen),
        )
        # HiGHS may print a line of its own, so it never runs inside the caller's process on integer models.
        if inline and (chosen != "highs" or model.is_linear):
            result = solve_model(chosen, model, limits, hint)
        else:
            result = self._in_worker(chosen, model, limits, hint)
        self.spend(max(1, result.work))
        return result

    @property
    def _served_share(self) -> float:
        """Share of the incumbent's objective that is no unserved constant: engines count their gap on the whole."""
        plan = self.state.plan
        if plan is None or plan.totals.objective_cents <= 0:
            return 1.0
        return 1.0 - plan.totals.unserved_cents / plan.totals.objective_cents

    def _in_worker(self, name: str, model: MipModel, limits: EngineLimits, hint: Float64 | None) -> EngineResult:
        target = "cargopool.optimiser.engines:solve_model"
        try:
            found = self._worker.call(target, name, model, limits, hint, stop=lambda: self.ended)
        except StoppedError:
            raise Ended from None
        assert isinstance(found, EngineResult)
        return found

    def scope(self) -> BoundScope:
        """What the bound is a bound on."""
        scope = self.scenario.scope
        return BoundScope(
            model=self.scope_model,
            event_depth=self.event_depth,
            max_departures=scope.max_departures,
            max_moves=scope.max_moves,
            relaxed=self.state.relaxed,
        )
