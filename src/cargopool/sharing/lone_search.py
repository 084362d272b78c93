"""Lone plans of large cases: the search, one shipper at a time, over one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cargopool.memory import give_back
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import ROAD
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.column_store import column_of
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import COOLER, Search, SearchMoves
from cargopool.optimiser.search_data import make_data, restrict
from cargopool.optimiser.search_ends import CENTS_PER_GRAM_AND_EUR_PER_T
from cargopool.sharing.baselines import LonePlan, Offer

ITERATIONS_PER_SHIPMENT = 50
LEAST_ITERATIONS = 200


class LoneSearch:
    """Plans shippers alone by ruin-and-recreate; every departure's capacity is the shipper's own."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._network = search_network(scenario, SearchParams())
        self._data = make_data(self._network, seed)
        self._moves = SearchMoves.of(self._data)
        self._seed = seed
        give_back()
        self._index = {name: k for k, name in enumerate(self._network.shipment_ids)}

    def plan(self, members: Sequence[str], offers: Mapping[str, Offer], *, by_road: bool) -> LonePlan:
        """Best plan found of one shipper."""
        network, data = self._network, self._data
        price = network.scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
        which = np.array([self._index[name] for name in members], np.int64)
        mine = restrict(data, which, network.move_kind == ROAD if by_road else None)
        prices = mine.k_unserved.copy()
        for i, name in enumerate(members):
            if name in offers:
                offer = offers[name]
                prices[i] = offer.cents + price * offer.grams + offer.external_cents
        given = mine._replace(k_unserved=prices)
        search = Search(network, given, self._seed, SearchParams(), np.zeros(1, np.int64), moves=self._moves)
        search.hottest = COOLER
        search.construct()
        if which.size > 1:
            search.advance(max(LEAST_ITERATIONS, ITERATIONS_PER_SHIPMENT * which.size), 1.0, 0.0)
        best = search.best
        chosen, left_out = [], []
        for i, k in enumerate(which):
            plan = best.plan[i].copy()
            plan[3] += data.start_ptr[k] - mine.start_ptr[i]
            plan[4] += data.end_ptr[k] - mine.end_ptr[i]
            column = column_of(network, data, int(k), plan) if best.served[i] else None
            if column is None:
                left_out.append(members[i])
            else:
                chosen.append(column)
        return LonePlan(assemble(network, chosen), tuple(left_out))
