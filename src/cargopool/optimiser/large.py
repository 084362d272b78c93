"""Large cases: search and bound side by side, then search and restricted models, one thread of compiled code each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cargopool.memory import give_back
from cargopool.model.result import Termination
from cargopool.network.columns import Column
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.column_store import ColumnStore, as_solution
from cargopool.optimiser.compiling import ANNEALING, BOUND, CONSTRUCTION, SAMPLING, Compilation
from cargopool.optimiser.large_watch import POLL_S, Shared, Watch, offer
from cargopool.optimiser.meetings import MeetingPlaces
from cargopool.optimiser.polishing import row_use
from cargopool.optimiser.search import COOLER, Search
from cargopool.optimiser.search_data import SearchData, make_data
from cargopool.optimiser.search_solution import Solution
from cargopool.optimiser.session import Session

CHUNK = 400
"""Search iterations between two steps of the bound under a work limit."""
CHUNK_S = 0.15
LEAST_CHUNK, MOST_CHUNK = 10, 4_000
"""Seconds, and iterations, between two looks at the clock."""

PACKING_WORK = 1_000
"""Most work of one exact packing question, about a second: a plan of thousands of load units asks hundreds of them."""

WORK_PER_BOUND = 200
"""Search iterations that one iteration of the bound counts as, under a work limit."""


@dataclass(frozen=True, slots=True)
class Part:
    """A plan of which only some shipments may change.

    Attributes
    ----------
    columns : tuple of Column
        The whole plan. Shipments that travel in several parts stay, as the search knows none.
    shipments : frozenset of int
        Those that may change.
    """

    columns: tuple[Column, ...]
    shipments: frozenset[int]


def solve_large(session: Session, part: Part | None = None) -> None:
    """Search, bound and polish until the session ends; everything found is offered to the session.

    With a ``part`` the search begins with its plan and changes only its shipments.
    """
    network, params = session.network, session.params
    session.enter("start")
    session.planner.hurry(PACKING_WORK)
    compilation = None
    if not session.counts_work:
        compilation = Compilation(session.scenario, params, lambda: session.ended)
    data = make_data(network, session.seed)
    if compilation is not None:
        session.state.seconds["compile"] = compilation.wait(CONSTRUCTION, session.halt)
        session.checkpoint()
    if part is None:
        store = ColumnStore(network, data)
        search = Search(network, data, session.seed, params.search, session.halt)
        search.construct()
        if session.incumbent:
            search.hottest = COOLER
            _adopt_warm_start(search, as_solution(network, data, session.incumbent))
    else:
        staying = [column for column in part.columns if column.atoms < int(network.shipment_atoms[column.shipment])]
        data = data._replace(row_limit=data.row_limit - row_use(session, network, staying, set()))
        store = ColumnStore(network, data, staying)
        movable = np.array(sorted(part.shipments - {column.shipment for column in staying}), np.int64)
        search = Search(network, data, session.seed, params.search, session.halt, movable=movable)
        search.hottest = COOLER
        search.begin_at(as_solution(network, data, part.columns))
        search.construct()
    give_back()
    if compilation is None:
        offer(session, search.best, store)
        session.enter("search")
        bound = ascent(session.scenario, params.bound, session.halt, data) if params.bound.enabled else None
        _by_work(session, search, bound, store)
    else:
        _by_time(session, data, search, store, compilation)


def _by_work(session: Session, search: Search, bound: Bound | None, store: ColumnStore) -> None:
    """One thread, no clock: the search in chunks, the bound in between."""
    total = max(1, session.remaining_work or 1)
    offered = search.best.cents
    places = MeetingPlaces(session.network)
    while (left := session.remaining_work or 0) > CHUNK + WORK_PER_BOUND:
        done = search.advance(CHUNK, left / total, (left - CHUNK) / total)
        session.state.iterations = search.iterations
        if bound is not None and bound.advance(search.best.cents, left / total):
            if places.due(bound):
                search.meet(places.of(bound))
            session.raise_bound(bound.best_cents, bound.relaxed)
            session.spend(WORK_PER_BOUND)
        session.spend(max(1, done))
    if search.best.cents < offered - 0.5:
        offer(session, search.best, store)
    session.spend(session.remaining_work or 0)


def _by_time(session: Session, data: SearchData, search: Search, store: ColumnStore, compilation: Compilation) -> None:
    """Search in one thread, bound in another, while this one watches the clock, offers plans and runs models.

    The second thread raises the bound and searches once that has settled. While a restricted model runs in the child
    process, the first search rests, and takes turns with the models; later the second one rests instead.
    """
    quit_now = np.zeros(1, np.int64)
    search.stop = quit_now
    shared = Shared(stop=quit_now, best=search.best)
    watch = Watch(session, data, shared, store)
    threads = [_start(lambda: _first_search(session, search, shared, compilation), shared)]
    try:
        session.enter("search")
        watch.offer_best()  # before the second thread takes the interpreter for the bound's arrays
        threads.append(_start(lambda: _bound_then_search(session, data, search, shared, compilation), shared))
        watch.run()
        quit_now[0] = 1
        # The best plan before anything else: the second thread may take a while to end.
        threads[0].join()
        if shared.error is None:
            offer(session, shared.best, store)
    finally:
        quit_now[0] = 1
        for thread in threads:
            thread.join()
        if shared.error is not None:
            raise shared.error
        if shared.bound is not None:  # also when offering the last plan ended the solve
            session.note_bound(shared.bound.best_cents, shared.bound.relaxed)
        session.note(watch.summary(search))
    session.end(Termination.TIME)


def _adopt_warm_start(search: Search, known: Solution) -> None:
    """Start from what a warm start gives, with the rest inserted, where that is better than starting afresh."""
    fresh = search.best
    search.adopt(known)
    search.construct()
    if search.current.cents > fresh.cents:
        search.adopt(fresh)


def _start(work: Callable[[], None], shared: Shared) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            shared.error = error

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    return thread


def _first_search(session: Session, search: Search, shared: Shared, compilation: Compilation) -> None:
    session.state.seconds["compile"] += compilation.wait(ANNEALING, shared.stop)
    _search_loop(search, shared)


def _search_loop(search: Search, shared: Shared) -> None:
    number = len(shared.searches)
    shared.searches.append(search)
    chunk = LEAST_CHUNK
    while not shared.stop[0]:
        if shared.modelling and (number > 0) == shared.bound_done:
            time.sleep(POLL_S)
            continue
        gift = shared.gifts.pop(number, None)
        if gift is not None:
            search.adopt(gift)
        if shared.meetings is not None and shared.meetings is not search.meetings:
            search.meet(shared.meetings)
        while number == 0 and shared.grafts:
            shared.grafted += search.graft(*shared.grafts.popleft())
        if not search.params.enabled:
            time.sleep(POLL_S)
            continue
        heat = shared.heat
        began = time.monotonic()
        search.advance(chunk, heat, heat)
        wanted = chunk * CHUNK_S / max(1e-4, time.monotonic() - began)
        chunk = int(min(MOST_CHUNK, max(LEAST_CHUNK, 0.5 * (chunk + wanted))))
        shared.seen.append(search.take_seen())
        if search.best_cents < shared.best.cents:
            shared.best = search.best


def _bound_then_search(
    session: Session, data: SearchData, twin: Search, shared: Shared, compilation: Compilation
) -> None:
    params = session.params
    try:
        bound = shared.bound = (
            ascent(session.scenario, params.bound, shared.stop, data) if params.bound.enabled else None
        )
    except TimeoutError:
        return
    if bound is not None and compilation.under_way(BOUND):
        bound.begin_roughly()
    give_back()
    for kind in (SAMPLING, BOUND):
        compilation.wait(kind, shared.stop)
    if shared.stop[0]:
        return
    if params.search.polishes(data.k_class.size):
        probe = Search(session.network, data, session.seed + 2_000_003, params.search, shared.stop, twin)
        probe.sample(shared.best, np.zeros(1, np.int64), 1)  # compiles here, where nobody waits for it
        shared.probe = probe
    if bound is not None:
        share_left, places = session.share_left(), MeetingPlaces(session.network)
        while not shared.stop[0] and not bound.settled and bound.advance(shared.best.cents, share_left()):
            if places.due(bound):
                shared.meetings = places.of(bound)
    shared.bound_done = True
    if not shared.stop[0]:
        search = Search(session.network, data, session.seed + 1_000_003, params.search, shared.stop, twin)
        search.adopt(shared.best)
        _search_loop(search, shared)
