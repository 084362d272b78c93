"""The thread that watches the clock of a large case, and what it and the searching threads tell each other."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.optimiser.bound import Bound
from cargopool.optimiser.column_store import ColumnStore, as_solution
from cargopool.optimiser.neighbourhoods import Neighbourhoods
from cargopool.optimiser.polishing import polish
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_solution import Solution
from cargopool.optimiser.session import Session

POLL_S = 0.05

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


@dataclass
class Shared:
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


def offer(session: Session, solution: Solution, store: ColumnStore) -> None:
    """Offer a plan of the search to the session."""
    session.state.columns = store.count
    session.offer(store.columns_of(solution))


class Watch:
    """The thread that watches the clock."""

    def __init__(self, session: Session, data: SearchData, shared: Shared, store: ColumnStore) -> None:
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
                self._model()
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

    def summary(self, search: Search) -> str:
        """What the rules of a search and the models brought."""
        return (
            f"operators (tried/kept/best): {search.operators()}; {self.models} restricted models gave "
            f"{self._shared.grafted} better plans"
        )

    def offer_best(self) -> None:
        """Offer the best plan, if there is a new one."""
        best = self._shared.best
        if best.cents < self._offered - 0.5:
            began = time.monotonic()
            offer(self._session, best, self._store)
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

    def _model(self) -> None:
        """One restricted model around the best plan; what it gains goes to the searches."""
        session, shared = self._session, self._shared
        self.offer_best()
        left = session.remaining_seconds
        base = shared.best
        incumbent = session.incumbent
        probe = shared.probe
        if incumbent is None or probe is None or (left is not None and left < LEAST_MODEL_S):
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


def _exchange(shared: Shared) -> None:
    """Give the best plan to every search that has fallen behind."""
    worth = shared.best.cents + BEHIND * abs(shared.best.cents)
    shared.gifts |= {n: shared.best for n, search in enumerate(shared.searches) if search.best_cents > worth}


def heat_of(elapsed: float, left: float | None) -> float:
    """Heat from 1 to 0 when nothing is left; what is left is less once it is known how long a plan takes to price.

    Without a limit it saws.
    """
    return 1.0 - (elapsed % 20.0) / 20.0 if left is None else left / max(1e-3, elapsed + left)
