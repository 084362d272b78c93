"""Reduced networks of large cases: one to search, one to bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from cargopool.footprint import unserved_cents
from cargopool.memory import give_back
from cargopool.model.caps import all_caps
from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.network.arrays import Network
from cargopool.network.thinning import Thinning
from cargopool.optimiser.params import SearchParams, SolveParams
from cargopool.optimiser.session import Session
from cargopool.rules.index import share_memo

CAPPED_EXTRA = 300.0
"""EUR per tonne on top of the scenario's carbon price at which the network of a capped case is thinned."""

MOST_ON_FINE_GRID = 2_000
"""Shipments up to which trucks every three hours pay: the finer network, the first plan and the bound take longer."""

_kept: dict[int, dict[tuple[Thinning, int], Network]] = {}
"""Networks to search by the identity of their scenario, while somebody wants them kept."""


@contextmanager
def networks_kept(scenario: Scenario) -> Iterator[None]:
    """Within the block every network of this very scenario to search is built once only."""
    _kept[id(scenario)] = {}
    try:
        yield
    finally:
        _kept.pop(id(scenario), None)


def is_large(session: Session) -> bool:
    """Whether the large-case methods work from the start."""
    return _is_large(session.scenario, session.params)


def asks_engines(session: Session) -> bool:
    """Whether models will be solved: not in cases that are large from the start, and too large for restricted ones."""
    polishes = session.params.search.polishes(len(session.scenario.shipments)) and not all_caps(session.scenario)
    return not is_large(session) or (polishes and not session.counts_work)


def _is_large(scenario: Scenario, params: SolveParams) -> bool:
    if params.method != "auto":
        return params.method == "search"
    return len(scenario.shipments) > params.exact.max_shipments


def network_of(scenario: Scenario, params: SolveParams) -> Network:
    """The network that a solve with these parameters looks at."""
    if not _is_large(scenario, params):
        return build(scenario)
    if not all_caps(scenario):
        return search_network(scenario, params.search)
    # Under caps cleaner ways may pay that the scenario's own price of carbon does not make worth a look.
    price = scenario.objective.carbon_price_eur_per_t + CAPPED_EXTRA
    network = search_network(
        replace(scenario, objective=replace(scenario.objective, carbon_price_eur_per_t=price)), params.search
    )
    constants = np.array([unserved_cents(scenario, s) for s in scenario.shipments.values()], dtype=np.int64)
    return replace(network, scenario=scenario, unserved_cost=constants)


def search_network(scenario: Scenario, params: SearchParams) -> Network:
    """The part of P that the search looks at: ways that may pay, trucks on a grid and at ready times."""
    shipments = len(scenario.shipments)
    thinning = Thinning(
        backward=False,
        grid_min=params.grid_min or (180 if shipments <= MOST_ON_FINE_GRID else 360),
        ready_grid_min=_ready_grid_min(shipments),
        dearer=params.dearer,
        max_departures=params.max_departures,
        best_road_units=True,
    )
    depth = min(scenario.scope.event_depth, params.event_depth)
    kept = _kept.get(id(scenario))
    found = None if kept is None else kept.get((thinning, depth))
    if found is None:
        found = build(scenario, depth=depth, thinning=thinning)
        if kept is not None:
            kept[thinning, depth] = found
    return found


def _ready_grid_min(shipments: int) -> int:
    """Grid of ready times: where many shipments start, trucks a little later serve them just as well."""
    return next(minutes for most, minutes in ((500, 0), (2_000, 60), (5_000, 120), (10**9, 180)) if shipments <= most)


def bound_network(scenario: Scenario, deadline: Callable[[], bool] | None = None) -> Network:
    """All scheduled and door moves of P without the limits of hubs; the bound makes the road moves itself.

    A `TimeoutError` is raised when ``deadline``, asked between stages, says that it is over.
    """
    relaxed = without_hub_limits(scenario)
    share_memo(scenario, relaxed)
    found = build(relaxed, depth=0, deadline=deadline, thinning=Thinning(road=False, backward=False))
    give_back()
    return found


def without_hub_limits(scenario: Scenario) -> Scenario:
    """The scenario with no lift, yard, plug, pallet or cross-dock limits: a relaxation with fewer moves."""
    hubs = {
        name: replace(
            hub,
            lifts_per_hour=None,
            yard_places=None,
            reefer_plugs=None,
            pallet_places=None,
            cross_dock=replace(hub.cross_dock, pallets_per_hour=None) if hub.cross_dock else None,
        )
        for name, hub in scenario.hubs.items()
    }
    return replace(scenario, hubs=hubs)
