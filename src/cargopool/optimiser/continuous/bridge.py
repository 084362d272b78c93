"""Scenarios with trucks that leave at any minute: the reference model with its events closed, or bounded as a whole.

In P trucks leave at events of a limited depth. A truck that leaves at any minute can leave earlier until the last of
what it carries becomes available, and nothing comes later for it; so with events of every depth P loses nothing, where
leaving earlier never arrives later and never costs more. Depths are added until no new move appears. Where that grows
too large the bound of the large-case methods is used alone: its trucks leave at any minute in any case.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cargopool.network import build
from cargopool.optimiser.reduced import is_large, search_network
from cargopool.units import started_days

if TYPE_CHECKING:
    from cargopool.model.scenario import Scenario
    from cargopool.network.arrays import Network
    from cargopool.optimiser.session import Session

ANY_MINUTE = "P with trucks at any minute"
ALL_DEPTHS = "P with events of every depth"
MOST_DEPTH = 64
TIME_SHARE = 0.25
"""Part of the time that closing the events may take."""


@dataclass(frozen=True)
class Closure:
    """The network with events of growing depth.

    Attributes
    ----------
    network : Network
        The largest one within the limits.
    depth : int
        Its event depth.
    closed : bool
        No greater depth adds a move.
    """

    network: Network
    depth: int
    closed: bool


def shift_obstacles(scenario: Scenario) -> tuple[str, ...]:
    """Why a truck that leaves earlier may arrive later or cost more; empty where it never does.

    Without bans a trip takes the same minutes whenever it starts: the driver is fresh at departure. Opening hours only
    delay, never reverse an order. What is left are prices and limits of waiting places.
    """
    found = []
    if scenario.bans:
        found.append("truck bans")
    stay = max((started_days(s.latest_min - s.ready_min) + 1 for s in scenario.shipments.values()), default=0)
    hubs = scenario.hubs.values()
    if any(
        (hub.storage_eur_per_pallet_day or hub.storage_eur_per_unit_day) and hub.free_storage_days < stay
        for hub in hubs
    ):
        found.append("storage is charged for")
    if any(hub.pallet_places is not None or (hub.cross_dock and hub.cross_dock.pallets_per_hour) for hub in hubs):
        found.append("cross-docks or pallet places are limited")
    return tuple(found)


def close_events(scenario: Scenario, *, most_pairs: int, deadline: float | None = None) -> Closure:
    """Build the network with one more event depth after the other until nothing is new.

    Parameters
    ----------
    most_pairs : int
        Pairs of shipment and usable move above which no further depth is tried.
    deadline : float, optional
        `time.monotonic()` after which no further depth is tried; None reads no clock.
    """
    depth = scenario.scope.event_depth
    network = build(scenario, depth=depth)
    while depth < MOST_DEPTH and _pairs(network) <= most_pairs and (deadline is None or time.monotonic() < deadline):
        deeper = build(scenario, depth=depth + 1)
        if deeper.moves == network.moves:
            return Closure(network, depth, True)
        if _pairs(deeper) > most_pairs:
            break
        network, depth = deeper, depth + 1
    return Closure(network, depth, False)


def _pairs(network: Network) -> int:
    return sum(int(usable.size) for usable in network.usable)


def build_for_any_minute(session: Session) -> None:
    """The network phase of a solve with trucks at any minute; says in the session what its bound will be a bound on."""
    began = time.monotonic()
    scenario, params = session.scenario, session.params
    if is_large(session):
        session.scope_model = ANY_MINUTE
        session.set_network(search_network(scenario, params.search))
    else:
        left = session.remaining_seconds
        closure = close_events(
            scenario,
            most_pairs=params.exact.max_pairs,
            deadline=None if left is None else began + TIME_SHARE * left,
        )
        session.set_network(closure.network)
        session.event_depth = closure.depth
        if not closure.closed and params.method == "exact":
            session.state.note = f"the bound holds for trucks that leave at events of depth {closure.depth}"
        elif not closure.closed:
            # The exact way would bound only what leaves at these events.
            session.params = replace(params, method="search")
            session.scope_model = ANY_MINUTE
        else:
            obstacles = shift_obstacles(scenario)
            session.scope_model = ALL_DEPTHS if obstacles else ANY_MINUTE
            if obstacles:
                session.state.note = f"the bound holds for trucks that leave at events, as {', '.join(obstacles)}"
    session.state.seconds["network"] = time.monotonic() - began
    session.checkpoint()
