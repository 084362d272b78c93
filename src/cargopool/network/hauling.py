"""Unit haulage that is known to need more time than its estimate: which shipments are still in time for it."""

from __future__ import annotations

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.network.arrays import DOOR, Bool, Int64
from cargopool.network.freight import Freight
from cargopool.network.passages import Passages, Users
from cargopool.network.places import Places
from cargopool.network.rides import Chains


def in_time_for_trucks(
    scenario: Scenario, places: Places, freight: Freight, chains: Chains, passages: Passages, users: Users
) -> Users:
    """Users without the shipments for which the haulage of a passage is too late with their lead times.

    A shipment must be loaded at its door that much before the truck of the estimate leaves, and must still be delivered
    in time when that truck comes so much later.
    """
    leads = scenario.drayage.haulage_lead_min
    if not leads:
        return users
    index = {shipment.id: k for k, shipment in enumerate(freight.shipments)}
    keep = np.ones(users.passage.size, dtype=np.bool_)
    for (shipment, hub), minutes in leads.items():
        if shipment in index and hub in places.index:
            mine = np.flatnonzero(users.shipment == index[shipment])
            late = _too_late(places, freight, chains, passages, index[shipment], places.index[hub], minutes)
            keep[mine] &= ~late[users.passage[mine]]
    return Users(passage=users.passage[keep], shipment=users.shipment[keep])


def _too_late(
    places: Places, freight: Freight, chains: Chains, passages: Passages, k: int, hub: int, minutes: int
) -> Bool:
    """Passages whose haulage between a hub and a door of shipment k does not leave it that many minutes."""
    sealed = bool(freight.sealed[k])
    start, end = int(freight.origin[k]), int(freight.destination[k])
    found = np.zeros(passages.count, dtype=np.bool_)
    out = _hauled(places, passages, passages.origin, chains.origin, start, hub)
    loaded = places.done(start, freight.ready[k : k + 1], sealed=sealed)[0]
    found[out] = loaded > passages.latest[out] - minutes
    back = _hauled(places, passages, passages.destination, chains.destination, end, hub)
    unloaded = places.done(end, passages.available[back] + minutes, sealed=sealed)
    found[back] |= unloaded > freight.latest[k]
    return found


def _hauled(places: Places, passages: Passages, ends: np.ndarray, terminals: np.ndarray, door: int, hub: int) -> Int64:
    """Passages with haulage between a door and a hub at this end."""
    if door < places.hub_count:
        return np.zeros(0, dtype=np.int64)
    there = np.flatnonzero((passages.kind == DOOR) & (ends == door))
    found: Int64 = there[terminals[passages.chain[there]] == hub]
    return found
