"""The way from a scenario to a result."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from cargopool.memory import give_back
from cargopool.model.caps import all_caps
from cargopool.model.plan import Plan
from cargopool.model.result import Progress, Result, Status, Termination
from cargopool.model.scenario import Scenario
from cargopool.network.columns import Column
from cargopool.optimiser.columns import list_columns
from cargopool.optimiser.continuous.bridge import build_for_any_minute
from cargopool.optimiser.engines import check_settings
from cargopool.optimiser.exact import Exact, why_unserved
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.pool import Pool, make_pool
from cargopool.optimiser.reduced import asks_engines, is_large, network_of
from cargopool.optimiser.session import Ended, Session
from cargopool.optimiser.start import Greedy, insertion_order
from cargopool.optimiser.stop import NEVER, StoppingCriterion
from cargopool.optimiser.warm import columns_of_plan
from cargopool.optimiser.worker import Worker, Workers
from cargopool.units import CENTS_PER_EUR

_POLL_SECONDS = 0.02
_GRACE_SECONDS = 0.4
"""How long a solve that was told to stop may go on before its caller leaves it alone."""

_WORTH_A_WORKER = 10
"""From so many shipments on a child process is started while the network is built."""

Phase = Callable[[Session], None]
"""A step of a solve: reads the session, offers incumbents and bounds, returns when it has no more to do."""


def solve(
    scenario: Scenario,
    *,
    stop: StoppingCriterion = NEVER,
    seed: int = 1,
    params: SolveParams | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    warm_start: Plan | None = None,
    accept: Callable[[Plan], bool],
    on_accepted: Callable[[Plan], None] | None = None,
    workers: Workers | None = None,
    phases: Sequence[Phase] | None = None,
    exact_time: bool = False,
) -> Result:
    """Find a plan of least objective, with a proven bound.

    Parameters
    ----------
    stop : StoppingCriterion
        Budgets and criteria, joined by ``|``.
    seed : int
        Of every random choice.
    on_progress : callable or None
        Called in the caller's thread.
    warm_start : Plan or None
        A plan of this scenario or of a variant; what still fits of it is the first incumbent.
    accept : callable
        Says whether a plan counts; the verifier, as a rule. Called on another thread.
    on_accepted : callable or None
        Called there with each plan that counts, once it cannot be lost any more.
    workers : Workers or None
        Child processes to reuse; None starts one when needed and ends it.
    phases : sequence of Phase or None
        None chooses by ``params.method``.
    exact_time : bool
        Trucks leave at any minute, not only at events of the scenario's depth.

    Returns
    -------
    Result
        The newest accepted plan, within a second of the stop from any state.
    """
    settings = params or SolveParams()
    for name in ("scip", "cpsat"):
        check_settings(name, settings.engine_settings(name))
    with contextlib.ExitStack() as stack:
        worker: Worker = stack.enter_context(workers.borrow() if workers is not None else Worker())
        session = Session(
            scenario, stop=stop, seed=seed, params=settings, accept=accept, worker=worker, on_accepted=on_accepted
        )
        if len(scenario.shipments) >= _WORTH_A_WORKER and asks_engines(session):
            worker.start("scipy.optimize")
        failures: list[BaseException] = []
        steps = phases if phases is not None else _phases(warm_start, exact_time=exact_time)
        thread = threading.Thread(target=_run, args=(session, steps, failures), daemon=True)
        thread.start()
        _watch(session, thread, on_progress)
        if failures:
            raise failures[0]
        return _result(session)


def _phases(warm_start: Plan | None, *, exact_time: bool) -> list[Phase]:
    def begin(session: Session) -> None:
        _begin(session, warm_start)

    return [build_for_any_minute if exact_time else build_network, begin]


def _run(session: Session, phases: Sequence[Phase], failures: list[BaseException]) -> None:
    try:
        for phase in phases:
            phase(session)
    except Ended:
        pass
    except BaseException as error:
        if not session.ended:
            failures.append(error)


def _watch(session: Session, thread: threading.Thread, on_progress: Callable[[Progress], None] | None) -> None:
    """Wait for the phases in the caller's thread: pass progress on, and end them by clock or flag."""
    left_at: float | None = None
    try:
        while thread.is_alive():
            _pass_on(session, on_progress)
            reason = session.stop(session.progress())
            if reason in (Termination.TIME, Termination.INTERRUPTED):
                session.end(reason)
            if session.ended:
                left_at = left_at or time.monotonic() + _GRACE_SECONDS
                if time.monotonic() > left_at:
                    break
            thread.join(_POLL_SECONDS)
    except BaseException:
        session.end(Termination.INTERRUPTED)
        raise
    _pass_on(session, on_progress)


def _pass_on(session: Session, on_progress: Callable[[Progress], None] | None) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            moment = session.events.get_nowait()
            if on_progress is not None:
                on_progress(moment)


def build_network(session: Session) -> None:
    """Phase: build the network of the session's parameters."""
    began = time.monotonic()
    network = network_of(session.scenario, session.params)
    session.state.seconds["network"] = time.monotonic() - began
    session.set_network(network)
    give_back()
    session.checkpoint()


def _begin(session: Session, warm_start: Plan | None) -> None:
    """Go the exact way when the columns are few enough, and the large one when they are not or time is left."""
    known = [] if warm_start is None else columns_of_plan(session.network, warm_start)
    pool = None if is_large(session) else _listed(session, known)
    if pool is not None:
        _exact(session, pool, known)
    elif known:
        _offer_known(session, known)
    if session.params.method != "exact":
        # numba is not for those who never need it
        if all_caps(session.scenario):
            from cargopool.optimiser.large_capped import solve_capped

            solve_capped(session)
        else:
            from cargopool.optimiser.large import solve_large

            solve_large(session)


def _listed(session: Session, known: Sequence[Column]) -> Pool | None:
    """All columns, None when there are too many for the exact way."""
    exact, network = session.params.exact, session.network
    began = time.monotonic()
    forced = session.params.method == "exact"
    if not forced and sum(mine.size for mine in network.usable) > exact.max_pairs:
        return None
    session.enter("columns")
    pool = list_columns(session, exact.max_columns, exact.max_columns_per_shipment, known, give_up=not forced)
    session.state.seconds["columns"] = time.monotonic() - began
    return pool


def _exact(session: Session, pool: Pool, known: Sequence[Column]) -> None:
    began = time.monotonic()
    session.enter("start")
    session.reasons = why_unserved(session, pool)
    start(session, pool, known)
    session.state.seconds["start"] = time.monotonic() - began
    share = 1.0 if session.params.method == "exact" else session.params.exact.share
    Exact(session, pool, share).run()


def _offer_known(session: Session, known: Sequence[Column]) -> None:
    """Offer what fits of a warm start as it is."""
    network = session.network
    pool = make_pool(network, known, np.zeros(len(network.shipment_ids), dtype=np.bool_))
    greedy = Greedy(network, pool, session.planner)
    greedy.adopt(range(pool.count))
    session.offer(greedy.columns())


def start(session: Session, pool: Pool, known: Sequence[Column]) -> None:
    """First incumbents: what fits of the warm start, then greedy insertion, then re-insertion while it helps."""
    network = session.network
    greedy = Greedy(network, pool, session.planner)
    order = insertion_order(network)
    if known:
        index = {column: c for c, column in enumerate(pool.columns)}
        greedy.adopt([index[column] for column in known])
    greedy.insert_all(order)
    session.offer(greedy.columns())
    for _ in range(session.params.start.rounds):
        session.spend(1)
        if not greedy.reinsert_all(order):
            break
        session.offer(greedy.columns())


def _why_done(session: Session) -> Termination:
    """Why the phases had no more to do: their share of the time is over, or their rounds are."""
    left = session.remaining_seconds
    return Termination.WORK if left is None or left > 0.05 else Termination.TIME


def _result(session: Session) -> Result:
    state = session.state
    bound = state.bound_cents if state.bound_cents > -float("inf") else None
    plan, cents = session.take()
    termination = state.termination or _why_done(session)
    if plan is not None and session.proven:
        status, termination = Status.OPTIMAL, Termination.PROVEN
    elif plan is not None:
        status = Status.FEASIBLE
    else:
        status = Status.INFEASIBLE if state.infeasible else Status.NO_PLAN
    gap = None
    if plan is not None and cents is not None and bound is not None:
        base = cents - plan.totals.unserved_cents
        gap = 0.0 if cents <= bound else (cents - bound) / base if base > 0 else None
    detail = state.infeasible or (f"{state.rejected} plans were refused" if state.rejected else state.note)
    if plan is None and state.capped and not detail:
        detail = f"{state.capped} plans were found, and each broke a cap on a shipper or a lane"
    return Result(
        status=status,
        termination=termination,
        plan=plan,
        bound_eur=None if bound is None else bound / CENTS_PER_EUR,
        gap=gap,
        bound_scope=session.scope(),
        history=tuple(state.history),
        seconds=tuple(state.seconds.items()),
        detail=detail,
    )
