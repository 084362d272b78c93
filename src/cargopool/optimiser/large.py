"""Large cases: search and bound side by side, then search and restricted models, one thread of compiled code each."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.memory import give_back
from cargopool.model.result import Termination
from cargopool.network.arrays import Network
from cargopool.network.columns import Column
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.column_store import ColumnStore, column_of, columns_of
from cargopool.optimiser.compiling import ANNEALING, BOUND, CONSTRUCTION, SAMPLING, Compilation
from cargopool.optimiser.meetings import MeetingPlaces
from cargopool.optimiser.neighbourhoods import Neighbourhoods
from cargopool.optimiser.polishing import polish, row_use
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import SearchData, make_data
from cargopool.optimiser.search_solution import Solution
from cargopool.optimiser.session import Session

__all__ = ["Part", "as_solution", "column_of", "columns_of", "solve_large"]

CHUNK = 400
"""Search iterations between two steps of the bound under a work limit."""
CHUNK_S = 0.15
LEAST_CHUNK, MOST_CHUNK = 10, 4_000
"""Seconds, and iterations, between two looks at the clock."""

POLL_S = 0.05
PACKING_WORK = 1_000
"""Most work of one exact packing question, about a second: a plan of thousands of load units asks hundreds of them."""

OFFER_EVERY_S = 2.0
OFFER_SHARE = 5.0
"""Pricing and verifying plans may take at most one part in this many of the time."""
TELL_EVERY_S = 2.0
WORTH_TELLING = 5e-4
"""Share by which a bound must rise to be reported before the end."""

KEPT_BATCHES = 32
EXCHANGE_EVERY_S = 4.0
BEHIND = 0.003
"""Share by which a search is behind the best before it takes the best over."""

MODEL_S = 6.0
"""Most seconds of one restricted model."""
LEAST_MODEL_S = 1.0

SAMPLES = 10
"""Rounds of looking for ways to go before a model."""

WORK_PER_BOUND = 200
"""Search iterations that one iteration of the bound counts as, under a work limit."""


@dataclass
class _Shared:
    """What the threads tell each other; ``probe`` only looks for ways to go, for the restricted models."""

    stop: Any
    best: Solution
    heat: float = 1.0
    modelling: bool = False
    bound_done: bool = False
    grafted: int = 0
    searches: list[Search] = field(default_factory=list)
    gifts: dict[int, Solution] = field(default_factory=dict)
    grafts: deque[tuple[Any, Solution]] = field(default_factory=deque)
    seen: deque[Any] = field(default_factory=lambda: deque(maxlen=KEPT_BATCHES))
    probe: Search | None = None
    meetings: KernelTable | None = None
    bound: Bound | None = None
    error: BaseException | None = None


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
        compilation.wait(CONSTRUCTION, session.halt)
        session.checkpoint()
    if part is None:
        store = ColumnStore(network, data)
        search = Search(network, data, session.seed, params.search, session.halt)
        search.construct()
        if session.incumbent:
            _adopt_warm_start(search, as_solution(network, data, session.incumbent))
    else:
        staying = [column for column in part.columns if column.atoms < int(network.shipment_atoms[column.shipment])]
        data = data._replace(row_limit=data.row_limit - row_use(session, network, staying, set()))
        store = ColumnStore(network, data, staying)
        movable = np.array(sorted(part.shipments - {column.shipment for column in staying}), np.int64)
        search = Search(network, data, session.seed, params.search, session.halt, movable=movable)
        search.begin_at(as_solution(network, data, part.columns))
        search.construct()
    give_back()
    if compilation is None:
        _offer(session, search.best, store)
        session.enter("search")
        bound = ascent(session.scenario, params.bound, session.halt, data) if params.bound.enabled else None
        _by_work(session, search, bound, store)
    else:
        _by_time(session, data, search, store, compilation)


def _offer(session: Session, solution: Solution, store: ColumnStore) -> None:
    session.state.columns = store.count
    session.offer(store.columns_of(solution))


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
        _offer(session, search.best, store)
    session.spend(session.remaining_work or 0)


def _by_time(session: Session, data: SearchData, search: Search, store: ColumnStore, compilation: Compilation) -> None:
    """Search in one thread, bound in another, while this one watches the clock, offers plans and runs models.

    The second thread raises the bound and searches once that has settled. While a restricted model runs in the child
    process, the first search rests, and takes turns with the models; later the second one rests instead.
    """
    quit_now = np.zeros(1, np.int64)
    search.stop = quit_now
    shared = _Shared(stop=quit_now, best=search.best)
    watch = _Watch(session, data, shared, store)
    threads = [_start(lambda: _first_search(search, shared, compilation), shared)]
    try:
        session.enter("search")
        watch.offer_best()  # before the second thread takes the interpreter for the bound's arrays
        threads.append(_start(lambda: _bound_then_search(session, data, search, shared, compilation), shared))
        watch.run()
        quit_now[0] = 1
        # The best plan before anything else: the second thread may take a while to end.
        threads[0].join()
        if shared.error is None:
            _offer(session, shared.best, store)
    finally:
        quit_now[0] = 1
        for thread in threads:
            thread.join()
    if shared.error is not None:
        raise shared.error
    if shared.bound is not None:
        session.raise_bound(shared.bound.best_cents, shared.bound.relaxed)
    session.note(
        f"operators (tried/kept/best): {search.operators()}; {watch.models} restricted models gave "
        f"{shared.grafted} better plans"
    )
    session.end(Termination.TIME)


class _Watch:
    """The thread that watches the clock."""

    def __init__(self, session: Session, data: SearchData, shared: _Shared, store: ColumnStore) -> None:
        self._session, self._data, self._shared, self._store = session, data, shared, store
        self._began = self._exchanged = self._said = time.monotonic()
        self._next_offer = self._next_model = self._began
        self._offered = np.inf
        self._told = -1.0
        self._near = Neighbourhoods(data, store, session.seed)
        self.models = 0

    def run(self) -> None:
        """Until the time is up, or a thread fails."""
        session, shared = self._session, self._shared
        while shared.error is None:
            session.checkpoint()
            now = time.monotonic()
            left = session.remaining_seconds
            if left is not None and left <= 0.0:
                return
            shared.heat = heat_of(now - self._began, left)
            self._tell(now)
            while shared.seen:
                self._store.add(shared.seen.popleft())
            if now >= self._next_offer:
                self.offer_best()
            if now - self._exchanged >= EXCHANGE_EVERY_S:
                self._exchanged = now
                _exchange(shared)
            if self._wants_model(now, left):
                self._model(left)
            time.sleep(POLL_S)

    def _tell(self, now: float) -> None:
        session, shared = self._session, self._shared
        session.state.iterations = sum(search.iterations for search in shared.searches)
        session.state.columns = self._store.count
        bound = shared.bound
        if bound is not None and bound.best_cents > self._told + WORTH_TELLING * abs(self._told):
            self._told = bound.best_cents
            session.raise_bound(self._told, bound.relaxed)
            self._said = now
        elif now - self._said >= TELL_EVERY_S:
            self._said = now
            session.enter("search")

    def offer_best(self) -> None:
        """Offer the best plan, if there is a new one."""
        best = self._shared.best
        if best.cents < self._offered - 0.5:
            began = time.monotonic()
            _offer(self._session, best, self._store)
            self._offered = best.cents
            took = time.monotonic() - began
            self._next_offer = time.monotonic() + max(OFFER_EVERY_S, (OFFER_SHARE - 1.0) * took)

    def _wants_model(self, now: float, left: float | None) -> bool:
        params = self._session.params.search
        if self._shared.probe is None or now < self._next_model:
            return False
        return left is None or (
            heat_of(now - self._began, left) <= 1.0 - params.polish_after and left > 2 * LEAST_MODEL_S
        )

    def _model(self, left: float | None) -> None:
        """One restricted model around the best plan; what it gains goes to the searches."""
        session, shared = self._session, self._shared
        self.offer_best()
        base = shared.best
        incumbent = session.incumbent
        probe = shared.probe
        if incumbent is None or probe is None:
            return
        began = time.monotonic()
        seconds = min(MODEL_S, max(LEAST_MODEL_S, 0.5 * (left if left is not None else MODEL_S)))
        movable = set(probe.movable.tolist())
        free = [k for k in self._near.draw(base) if k in movable]
        if not free:
            return
        shared.modelling = True
        try:
            self._store.add(probe.sample(base, np.array(free, np.int64), SAMPLES))
            columns = self._store.of(free, session.params.search.polish_columns)
            solving = time.monotonic()
            found = polish(session, free, columns, seconds)
        finally:
            shared.modelling = False
        now = time.monotonic()
        self._near.learn(now - solving, seconds)
        self.models += 1
        self._next_model = now + (0.0 if shared.bound_done else now - began)
        if found:
            solution = as_solution(session.network, self._data, found)
            if all(column.atoms == int(session.network.shipment_atoms[column.shipment]) for column in found):
                differs = (solution.served != base.served) | (solution.plan != base.plan).any(axis=1)
                chosen = np.array([k for k in free if differs[k]], np.int64)
                if chosen.size:
                    shared.grafts.append((chosen, solution))


def _exchange(shared: _Shared) -> None:
    """Give the best plan to every search that has fallen behind."""
    worth = shared.best.cents + BEHIND * abs(shared.best.cents)
    shared.gifts |= {n: shared.best for n, search in enumerate(shared.searches) if search.best_cents > worth}


def as_solution(network: Network, data: SearchData, columns: Sequence[Column]) -> Solution:
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


def heat_of(elapsed: float, left: float | None) -> float:
    """Heat from 1 to 0 when nothing is left; what is left is less once it is known how long a plan takes to price.

    Without a limit it saws.
    """
    return 1.0 - (elapsed % 20.0) / 20.0 if left is None else left / max(1e-3, elapsed + left)


def _start(work: Callable[[], None], shared: _Shared) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            shared.error = error

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    return thread


def _first_search(search: Search, shared: _Shared, compilation: Compilation) -> None:
    compilation.wait(ANNEALING, shared.stop)
    _search_loop(search, shared)


def _search_loop(search: Search, shared: _Shared) -> None:
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
    session: Session, data: SearchData, twin: Search, shared: _Shared, compilation: Compilation
) -> None:
    params = session.params
    try:
        bound = shared.bound = (
            ascent(session.scenario, params.bound, shared.stop, data) if params.bound.enabled else None
        )
    except TimeoutError:
        return
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
