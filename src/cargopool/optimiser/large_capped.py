"""Large cases with caps on CO2e: a further price of carbon is raised until the plan keeps them.

The search knows prices, not caps. So it runs in rounds, each at the scenario's carbon price and a further one: raised
while plans break a cap, lowered when they keep all of them. Every plan of a round is offered; those that break a cap
are refused. For caps on a shipper or a lane a last part gives all others back the scenario's own price.

A bound at a price q beside the scenario's own one bounds the capped case too: less than bound(q) - q x cap no plan
within the cap can cost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cargopool.footprint import limit_grams
from cargopool.model.caps import all_caps, is_whole, members
from cargopool.model.result import Termination
from cargopool.model.scenario import EmissionCap, Scenario
from cargopool.network.arrays import Network
from cargopool.optimiser.bound import ascent
from cargopool.optimiser.column_store import ColumnStore, as_solution
from cargopool.optimiser.compiling import ANNEALING, BOUND, CONSTRUCTION, Compilation
from cargopool.optimiser.pool import CARBON_DIVISOR
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from cargopool.optimiser.search_solution import Solution
from cargopool.optimiser.session import Session

FIRST_PRICE = 100.0
"""EUR per tonne of the second round, when the first one broke a cap; doubled while caps are broken."""
HIGHEST_PRICE = 50_000.0
ROUNDS = 10
OTHERS_SHARE = 0.3
"""Part of the time for all others, where a cap counts a shipper or a lane."""
_CLOSE = 0.03
"""Two prices as near as this need no price between them."""
_CHUNK = 200
_OFFERS = 4
"""Offers of a round that has found better plans."""
_COOLED = 0.3
_BOUND_WORK = 200


@dataclass(slots=True)
class PriceLadder:
    """Which further price comes next: doubled until the caps are kept, then half-way between too low and enough."""

    too_low: float = -1.0
    enough: float | None = None
    price: float = 0.0

    def learn(self, *, kept: bool) -> None:
        """Take in whether the plan at the present price kept the caps, and step on."""
        if kept:
            self.enough = self.price if self.enough is None else min(self.enough, self.price)
        else:
            self.too_low = max(self.too_low, self.price)
        if self.enough is None:
            self.price = min(HIGHEST_PRICE, max(FIRST_PRICE, 2.0 * self.price))
        elif self.enough > 0.0:
            self.price = 0.5 * (max(0.0, self.too_low) + self.enough)

    @property
    def settled(self) -> bool:
        """True when there is no other price to try."""
        if self.enough is None:
            return self.too_low >= HIGHEST_PRICE
        return self.enough - max(0.0, self.too_low) <= _CLOSE * max(1.0, self.enough)


def at_further_price(scenario: Scenario, eur_per_t: float) -> Scenario:
    """The scenario at a higher carbon price; the constants of unserved shipments are not looked at."""
    price = scenario.objective.carbon_price_eur_per_t + eur_per_t
    return replace(scenario, objective=replace(scenario.objective, carbon_price_eur_per_t=price))


def solve_capped(session: Session) -> None:
    """Search in rounds until the session ends; everything found is offered to the session."""
    _Capped(session).run()


@dataclass(slots=True)
class _Capped:
    session: Session
    ladder: PriceLadder = field(default_factory=PriceLadder)
    kept: Solution | None = None
    _store: ColumnStore | None = None
    _bounding: threading.Thread | None = None
    _compilation: Compilation | None = None
    _quit: Any = field(default_factory=lambda: np.zeros(1, np.int64))
    _failures: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """Rounds at prices, then all others at their own price; the bound beside them."""
        session = self.session
        session.enter("start")
        if not session.counts_work:
            self._compilation = Compilation(session.scenario, session.params, lambda: session.ended)
            session.state.seconds["compile"] = self._compilation.wait(CONSTRUCTION, session.halt)
            session.checkpoint()
        groups = any(not is_whole(cap) for cap in all_caps(session.scenario))
        try:
            self._rounds(OTHERS_SHARE if groups else 0.0)
            if groups and self.kept is not None:
                self._others()
            self._finish()
        finally:
            self._quit[0] = 1
            if self._bounding is not None:
                self._bounding.join()
        if self._failures:
            raise self._failures[0]

    def _rounds(self, reserve: float) -> None:
        """Search at one price after the other."""
        budget = _Budget(self.session, 1.0 - reserve)
        last: Solution | None = None
        for number in range(ROUNDS):
            search, network = self._search_at(self.ladder.price, last)
            if number == 0:
                self._offer(search.best)
                if self._compilation is not None:
                    waited = self._compilation.wait(ANNEALING, self.session.halt)
                    self.session.state.seconds["compile"] += waited
                budget = _Budget(self.session, 1.0 - reserve)
            self.session.enter("search")
            whole = number == 0 and last is None
            kept = self._round(search, budget.part(1.0 / (ROUNDS - number)), 1.0 if whole else _COOLED)
            last = search.best
            if kept and self._bounding is None:
                self._start_bound(self.ladder.price)
            self.ladder.learn(kept=kept)
            if self.ladder.settled and self.ladder.enough is not None:
                self.ladder.price = self.ladder.enough
            del network

    def _search_at(self, price: float, begin: Solution | None) -> tuple[Search, Network]:
        """A search at a further price, from where the last one came to, or from the warm start."""
        session = self.session
        network = replace(session.network, scenario=at_further_price(session.scenario, price))
        data = make_data(network, session.seed)
        if self._store is None:
            self._store = ColumnStore(session.network, data)
        search = Search(network, data, session.seed, session.params.search, session.halt)
        if begin is None and session.incumbent:
            begin = as_solution(session.network, data, session.incumbent)
        if begin is not None:
            search.begin_at(begin)
        search.construct()
        return search, network

    def _round(self, search: Search, part: _Part, hot: float) -> bool:
        """Anneal for a part of the time; True when the last plan offered kept the caps."""
        kept, offered, next_offer = False, np.inf, 1.0 / _OFFERS
        while (gone := part.gone()) < 1.0:
            heat = hot * (1.0 - gone)
            done = search.advance(_CHUNK, heat, heat)
            self.session.state.iterations += done
            part.spend(done)
            if gone >= next_offer and search.best_cents < offered - 0.5:
                kept, offered = self._offer(search.best), search.best_cents
                next_offer = gone + 1.0 / _OFFERS
        if search.best_cents < offered - 0.5:
            kept = self._offer(search.best)
        return kept

    def _offer(self, solution: Solution) -> bool:
        """Offer a plan; True when it keeps every cap and all that must be served is."""
        session = self.session
        assert self._store is not None
        session.state.columns = self._store.count
        before = session.state.capped
        columns = self._store.columns_of(solution)
        accepted = session.offer(columns)
        served = session.incumbent is not None and len({c.shipment for c in session.incumbent})
        within = session.state.capped == before and session.keeps_caps(columns)
        if accepted and served and within:
            self.kept = solution
        return within

    def _others(self) -> None:
        """At the scenario's own price, all whom no cap on a shipper or a lane counts; the others stay."""
        session, kept = self.session, self.kept
        if kept is None:
            return
        data = make_data(session.network, session.seed)
        movable = np.array(sorted(set(range(data.k_class.size)) - _counted(session.network)), np.int64)
        if not movable.size:
            return
        search = Search(session.network, data, session.seed, session.params.search, session.halt, movable=movable)
        search.begin_at(kept)
        part, size = _Budget(session, 1.0).part(1.0), 0.25
        while part.gone() < 1.0:
            before = search.best_cents
            until = min(1.0, part.gone() + size)
            while part.gone() < until:
                done = search.advance(_CHUNK, 0.2, 0.1)
                session.state.iterations += done
                part.spend(done)
            if search.best_cents < before - 0.5 and not self._offer(search.best):
                search.begin_at(kept)
                size = max(0.02, 0.5 * size)
            elif self.kept is not None:
                kept = self.kept

    def _finish(self) -> None:
        """What is left goes to the bound."""
        session = self.session
        if session.counts_work:
            self._bound_by_work()
            session.spend(session.remaining_work or 0)
        session.end(Termination.TIME)

    # -- the bound ---------------------------------------------------------------------------------------------

    def _start_bound(self, price: float) -> None:
        if self.session.counts_work or not self.session.params.bound.enabled:
            return
        self._bounding = threading.Thread(target=lambda: self._bound(price), daemon=True)
        self._bounding.start()

    def _bound(self, price: float) -> None:
        try:
            if self._compilation is not None:
                self._compilation.wait(BOUND, self._quit)
            self._ascend(price, lambda: not self._quit[0] and not self.session.ended)
        except BaseException as error:
            self._failures.append(error)

    def _bound_by_work(self) -> None:
        session = self.session
        if session.params.bound.enabled:
            self._ascend(self.ladder.enough or 0.0, lambda: (session.remaining_work or 0) > _BOUND_WORK)

    def _ascend(self, price: float, going: Any) -> None:
        """Raise the bound at a further price; what the caps allow at it comes off."""
        session = self.session
        price, allowed = _bound_price(session.scenario, price)
        try:
            bound = ascent(at_further_price(session.scenario, price), session.params.bound, self._quit)
        except TimeoutError:
            return
        bound.begin_roughly()
        told = -np.inf
        share_left = session.share_left()
        while going() and not bound.settled:
            best = session.state.objective_cents
            aim = 2.0 * bound.best_cents if best is None else best + price / CARBON_DIVISOR * allowed
            if not bound.advance(aim, share_left()):
                break
            value = bound.best_cents - price / CARBON_DIVISOR * allowed
            if value > told + 5e-4 * abs(told if np.isfinite(told) else 0.0):
                told = value
                session.note_bound(value, bound.relaxed)
            if session.counts_work:
                session.spend(_BOUND_WORK)


def _bound_price(scenario: Scenario, price: float) -> tuple[float, float]:
    """The further price at which a bound is of use, and the grams that the tightest cap on the whole plan allows.

    Where shipments may stay unserved their constants must be the scenario's own, which hold up to its highest price.
    """
    objective = scenario.objective
    whole = [cap for cap in all_caps(scenario) if is_whole(cap)]
    if not whole:
        return 0.0, 0.0
    if objective.unserved_allowed and not all(s.must_serve for s in scenario.shipments.values()):
        price = min(price, max(0.0, objective.max_carbon_price_eur_per_t - objective.carbon_price_eur_per_t))
    return price, float(min(_most_grams(scenario, cap) for cap in whole))


def _most_grams(scenario: Scenario, cap: EmissionCap) -> int:
    """Grams that a cap allows when everybody counted is served; it never allows more."""
    return limit_grams(scenario, cap, members(scenario, cap))


def _counted(network: Network) -> set[int]:
    """Shipments that a cap on a shipper or a lane counts."""
    index = {name: k for k, name in enumerate(network.shipment_ids)}
    groups: Iterable[EmissionCap] = (cap for cap in all_caps(network.scenario) if not is_whole(cap))
    return {index[name] for cap in groups for name in members(network.scenario, cap)}


class _Budget:
    """What a phase may take: seconds, or units of work."""

    def __init__(self, session: Session, share: float) -> None:
        self._session = session
        self._began = time.monotonic()
        left = session.remaining_work if session.counts_work else session.remaining_seconds
        self._whole = None if left is None else share * float(left)
        self._spent = 0.0

    def part(self, share: float) -> _Part:
        """A share of what is left of it."""
        if self._whole is None:
            return _Part(self._session, 20.0)
        left = self._whole - (self._spent if self._session.counts_work else time.monotonic() - self._began)
        part = _Part(self._session, max(0.0, share * left))
        self._spent += max(0.0, share * left)
        return part


class _Part:
    """A part of a budget, asked how much of it is gone."""

    def __init__(self, session: Session, size: float) -> None:
        self._session, self._size, self._began, self._done = session, size, time.monotonic(), 0.0

    def gone(self) -> float:
        """Share that is gone; ends the session's phase when that is over."""
        self._session.checkpoint()
        if self._size <= 0.0:
            return 1.0
        return (self._done if self._session.counts_work else time.monotonic() - self._began) / self._size

    def spend(self, work: int) -> None:
        """Count work."""
        self._done += work
        self._session.spend(max(1, work))
