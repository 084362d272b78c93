"""Lone plans of small cases: the full model of each shipper's own shipments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.network.arrays import ROAD
from cargopool.optimiser.assembly import assemble
from cargopool.optimiser.columns import list_columns
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.polishing import polish
from cargopool.optimiser.pool import carbon_rate
from cargopool.optimiser.session import Session
from cargopool.optimiser.stop import NEVER
from cargopool.optimiser.worker import Worker
from cargopool.sharing.baselines import LonePlan, Offer

MOST_COLUMNS = 20_000
_INLINE = SolveParams(engine="scip", inline_entries=1_000_000)


class LoneModel:
    """Plans shippers alone by a mixed-integer model over their columns, inside the process."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def plan(self, members: Sequence[str], offers: Mapping[str, Offer], *, by_road: bool) -> LonePlan:
        """Best plan of one shipper over the columns listed."""
        scenario = replace(self._scenario, shipments={name: self._scenario.shipments[name] for name in members})
        network = build(scenario)
        rate = carbon_rate(network)
        prices = [
            round(offers[name].cents + rate * offers[name].grams) + offers[name].external_cents
            if name in offers
            else int(network.unserved_cost[k])
            for k, name in enumerate(members)
        ]
        usable = network.usable
        if by_road:
            usable = tuple(moves[network.move_kind[moves] == ROAD] for moves in usable)
        network = replace(network, usable=usable, unserved_cost=np.array(prices, np.int64), memo={})
        with Worker() as worker:
            session = Session(scenario, stop=NEVER, seed=1, params=_INLINE, accept=lambda plan: False, worker=worker)
            session.set_network(network)
            pool = list_columns(session, MOST_COLUMNS, MOST_COLUMNS)
            columns = polish(session, range(len(members)), pool.columns, None) if pool is not None else None
        chosen = list(columns or ())
        served = {network.shipment_ids[column.shipment] for column in chosen}
        return LonePlan(assemble(network, chosen), tuple(name for name in members if name not in served))
