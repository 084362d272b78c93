"""Large cases: search and bound side by side, each in its own thread of compiled code, columns polished by a MIP."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cargopool.model.plan import Termination
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.search import Search, Solution
from cargopool.optimiser.search_data import SearchData, make_data
from cargopool.optimiser.session import Session

CHUNK = 400
"""Search iterations between two looks at the clock."""

POLL_S = 0.05
OFFER_EVERY_S = 2.0
WORTH_TELLING = 5e-4
"""Share by which a bound must rise to be reported before the end."""

KEPT_SNAPSHOTS = 8
EXCHANGE_EVERY_S = 4.0
BEHIND = 0.003
"""Share by which a search is behind the best before it takes the best over."""

POLISH_SHARE = 0.4
"""Part of the time left that the restricted model may take."""

WORK_PER_BOUND = 200
"""Search iterations that one iteration of the bound counts as, under a work limit."""


@dataclass
class _Shared:
    """What the threads tell each other."""

    stop: Any
    best: Solution
    heat: float = 1.0
    searches: list[Search] = field(default_factory=list)
    gifts: dict[int, Solution] = field(default_factory=dict)
    seen: deque[Solution] = field(default_factory=lambda: deque(maxlen=KEPT_SNAPSHOTS))
    bound: Bound | None = None
    error: BaseException | None = None


def columns_of(network: Network, data: SearchData, solution: Solution) -> list[Column]:
    """Columns of the served shipments of an array plan; a shipment whose column no longer holds is left out."""
    found = []
    for k in np.flatnonzero(solution.served):
        column = column_of(network, data, int(k), solution.plan[k])
        if column is not None:
            found.append(column)
    return found


def column_of(network: Network, data: SearchData, k: int, plan: Any) -> Column | None:
    """One shipment's itinerary as a column."""
    depth = int(plan[9])
    start, end = int(plan[3]), int(plan[4])
    at = int(data.start_place[start])
    collection = at if at != int(network.shipment_origin[k]) else -1
    delivery = int(data.end_place[end]) if data.end_door[end] >= 0 else -1
    return evaluate(
        network,
        k,
        tuple(int(m) for m in plan[:depth]),
        collection_hub=collection,
        delivery_hub=delivery,
        starts=tuple(int(s) for s in plan[5 : 6 + depth]) if network.pallet_row else None,
    )


class _Pool:
    """Columns seen in good plans, newest kept first when there are too many."""

    def __init__(self, network: Network, data: SearchData, most_per_shipment: int = 60) -> None:
        self._network, self._data, self._most = network, data, most_per_shipment
        self._seen: list[dict[bytes, Column | None]] = [{} for _ in range(data.k_class.size)]

    def add(self, solution: Solution) -> None:
        """Take in every itinerary of a plan."""
        for k in np.flatnonzero(solution.served):
            known = self._seen[k]
            key = solution.plan[k].tobytes()
            if key in known:
                known[key] = known.pop(key)
            else:
                known[key] = column_of(self._network, self._data, int(k), solution.plan[k])
                if len(known) > self._most:
                    known.pop(next(iter(known)))

    def columns(self) -> list[Column]:
        """All of them."""
        return [column for known in self._seen for column in known.values() if column is not None]


Polish = Callable[[Session, Sequence[Column], float | None], Sequence[Column] | None]
"""Best plan over some columns by the restricted model within seconds; None when there is none in time."""


def solve_large(session: Session, polish: Polish | None = None) -> None:
    """Search, bound and polish until the session ends; everything found is offered to the session."""
    network, params = session.network, session.params
    session.enter("start")
    data = make_data(network, session.seed)
    search = Search(network, data, session.seed, params.search, session.halt)
    search.construct()
    known = session.incumbent
    if known:
        _adopt_warm_start(search, _as_solution(network, data, known))
    pool = _Pool(network, data)
    _offer(session, data, search.best, pool)
    session.enter("search")
    if session.counts_work:
        bound = ascent(session.scenario, params.bound, session.halt) if params.bound.enabled else None
        _by_work(session, data, search, bound, pool)
    else:
        _by_time(session, data, search, pool, polish)


def _offer(session: Session, data: SearchData, solution: Solution, pool: _Pool) -> None:
    pool.add(solution)
    session.offer(columns_of(session.network, data, solution))


def _by_work(session: Session, data: SearchData, search: Search, bound: Bound | None, pool: _Pool) -> None:
    """One thread, no clock: the search in chunks, the bound in between."""
    total = max(1, session.remaining_work or 1)
    offered = search.best.cents
    while (left := session.remaining_work or 0) > CHUNK + WORK_PER_BOUND:
        done = search.advance(CHUNK, left / total, (left - CHUNK) / total)
        session.state.iterations = search.iterations
        if bound is not None and bound.advance(search.best.cents):
            session.raise_bound(bound.best_cents, bound.relaxed)
            session.spend(WORK_PER_BOUND)
        session.spend(max(1, done))
    if search.best.cents < offered - 0.5:
        _offer(session, data, search.best, pool)
    session.spend(session.remaining_work or 0)


def _by_time(session: Session, data: SearchData, search: Search, pool: _Pool, polish: Polish | None) -> None:
    """Search and bound in two threads while this one watches the clock, offers plans and polishes.

    Where the bound no longer rises its core goes to a second search.
    """
    quit_now = np.zeros(1, np.int64)
    search.stop = quit_now
    shared = _Shared(stop=quit_now, best=search.best)
    threads = [_start(lambda: _search_loop(search, shared), shared)]
    threads.append(_start(lambda: _bound_then_search(session, data, shared), shared))
    try:
        _watch(session, data, shared, pool, polish)
    finally:
        quit_now[0] = 1
        for thread in threads:
            thread.join()
    if shared.error is not None:
        raise shared.error
    if shared.bound is not None:
        session.raise_bound(shared.bound.best_cents, shared.bound.relaxed)
    _offer(session, data, shared.best, pool)
    session.end(Termination.TIME)


def _watch(session: Session, data: SearchData, shared: _Shared, pool: _Pool, polish: Polish | None) -> None:
    whole = session.remaining_seconds
    began = last_offer = last_exchange = time.monotonic()
    offered = shared.best.cents
    polished = polish is None or not whole
    told = -1.0
    while shared.error is None:
        session.checkpoint()
        now = time.monotonic()
        left = session.remaining_seconds
        if left is not None and left <= 0.0:
            return
        shared.heat = _heat(now - began, whole)
        session.state.iterations = sum(search.iterations for search in shared.searches)
        bound = shared.bound
        if bound is not None and bound.best_cents > told + WORTH_TELLING * abs(told):
            told = bound.best_cents
            session.raise_bound(told, bound.relaxed)
        while shared.seen and not polished:
            pool.add(shared.seen.popleft())
        best = shared.best
        if best.cents < offered - 0.5 and now - last_offer >= OFFER_EVERY_S:
            _offer(session, data, best, pool)
            offered, last_offer = best.cents, time.monotonic()
        if now - last_exchange >= EXCHANGE_EVERY_S:
            last_exchange = now
            _exchange(shared)
        if not polished and whole and polish and now - began >= session.params.search.polish_share * whole:
            polished = True
            _polish(session, data, shared, pool, polish, POLISH_SHARE * (left or 0.0))
        time.sleep(POLL_S)


def _exchange(shared: _Shared) -> None:
    """Give the best plan to every search that has fallen behind."""
    for n, search in enumerate(shared.searches):
        if search.best.cents > shared.best.cents + BEHIND * abs(shared.best.cents):
            shared.gifts[n] = shared.best


def _polish(session: Session, data: SearchData, shared: _Shared, pool: _Pool, polish: Polish, seconds: float) -> None:
    """Solve the restricted model over the pool and hand a better plan to the searches."""
    network = session.network
    columns = polish(session, pool.columns(), seconds)
    if not columns:
        return
    session.offer(columns)
    if all(column.atoms == int(network.shipment_atoms[column.shipment]) for column in columns):
        solution = _as_solution(network, data, columns)
        for n in range(len(shared.searches)):
            shared.gifts[n] = solution


def _as_solution(network: Network, data: SearchData, columns: Sequence[Column]) -> Solution:
    """Columns as the search holds a plan; parts of split shipments are left out."""
    plan = np.full((data.k_class.size, 10), -1, np.int64)
    served = np.zeros(data.k_class.size, np.bool_)
    for column in columns:
        if column.atoms == int(network.shipment_atoms[column.shipment]):
            row = _plan_row(network, data, column)
            if row is not None:
                plan[column.shipment] = row
                served[column.shipment] = True
    return Solution(0.0, plan, served)


def _adopt_warm_start(search: Search, known: Solution) -> None:
    """Start from what a warm start gives, with the rest inserted, where that is better than starting afresh."""
    fresh = search.best
    search.adopt(known)
    search.construct()
    if search.current.cents > fresh.cents:
        search.adopt(fresh)


def _plan_row(network: Network, data: SearchData, column: Column) -> Any | None:
    """A column as the kernels write an itinerary."""
    k, depth = column.shipment, len(column.moves)
    row = np.full(10, -1, np.int64)
    row[:depth] = column.moves
    place = column.collection_hub if column.collection_hub >= 0 else int(network.shipment_origin[k])
    for o in range(data.start_ptr[k], data.start_ptr[k + 1]):
        if data.start_place[o] == place:
            row[3] = o
    last = int(network.move_destination[column.moves[-1]])
    for e in range(data.end_ptr[k], data.end_ptr[k + 1]):
        if data.end_place[e] == last and (data.end_door[e] >= 0) == (column.delivery_hub >= 0):
            row[4] = e
    if row[3] < 0 or row[4] < 0:
        return None
    row[5 : 6 + depth] = column.starts
    row[9] = depth
    return row


def _heat(elapsed: float, whole: float | None) -> float:
    """Heat from 1 to 0 over the time there is; without a limit it saws."""
    if whole:
        return float(max(0.0, 1.0 - elapsed / max(1e-3, whole)))
    return 1.0 - (elapsed % 20.0) / 20.0


def _start(work: Callable[[], None], shared: _Shared) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            shared.error = error

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    return thread


def _search_loop(search: Search, shared: _Shared) -> None:
    number = len(shared.searches)
    shared.searches.append(search)
    while not shared.stop[0]:
        gift = shared.gifts.pop(number, None)
        if gift is not None:
            search.adopt(gift)
        heat = shared.heat
        search.advance(CHUNK, heat, heat)
        shared.seen.append(search.current)
        best = search.best
        if best.cents < shared.best.cents:
            shared.best = best


def _bound_then_search(session: Session, data: SearchData, shared: _Shared) -> None:
    params = session.params
    if params.bound.enabled:
        bound = ascent(session.scenario, params.bound, shared.stop)
        shared.bound = bound
        while not shared.stop[0] and not bound.settled:
            if not bound.advance(shared.best.cents):
                break
    if not shared.stop[0]:
        search = Search(session.network, data, session.seed + 1_000_003, params.search, shared.stop)
        search.adopt(shared.best)
        _search_loop(search, shared)
