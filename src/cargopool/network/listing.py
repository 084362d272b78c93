"""All paths of moves that a shipment may take, depth first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cargopool.model.place import Door, Hub
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import Int64, Network
from cargopool.rules import collection_minutes, earliest_start, road_link

Path = tuple[tuple[int, ...], int, int]
"""Move indices, collection hub, delivery hub (-1 for none)."""


def list_paths(network: Network, shipment: int) -> Iterator[Path]:
    """Paths in the order of collection hub and moves; every path that can be in time, and some that are a little late.

    Handling minutes and opening hours at transfers are respected; the final check is that of `evaluate`.
    """
    search = _Search(network, shipment)
    for place, hub, there in _beginnings(network, shipment):
        yield from search.extend((), place, hub, there, frozenset({place, search.origin}))


def tour_hubs(network: Network, shipment: int, *, out: bool) -> list[tuple[int, int]]:
    """(hub, minutes) of the collection (``out``) or delivery tours that a shipment may take."""
    scenario = network.scenario
    goods = scenario.shipments[network.shipment_ids[shipment]]
    door = goods.origin if out else goods.destination
    if goods.load_units or door not in scenario.doors or scenario.drayage.vehicle not in scenario.vehicles:
        return []
    number = {hub: h for h, hub in enumerate(scenario.hubs)}
    return [
        (number[hub], collection_minutes(scenario, km, goods.id, hub))
        for hub, km in hubs_in_reach(scenario, door, out=out)
        if not goods.adr_class
        or scenario.hubs[hub].adr_classes is None
        or goods.adr_class in (scenario.hubs[hub].adr_classes or ())
    ]


def hubs_in_reach(scenario: Scenario, door: str, *, out: bool) -> list[tuple[str, float]]:
    """Hubs with a cross-dock that a collection (``out``) or delivery tour of a door reaches, and the km it goes."""
    found = []
    for hub in scenario.hubs.values():
        link = road_link(scenario, *((door, hub.id) if out else (hub.id, door)))
        if hub.cross_dock is not None and link is not None and link.km <= scenario.drayage.radius_km:
            found.append((hub.id, link.km))
    return found


def _beginnings(network: Network, shipment: int) -> list[tuple[int, int, int]]:
    """(place, collection hub or -1, minute from which the freight is there)."""
    scenario = network.scenario
    goods = scenario.shipments[network.shipment_ids[shipment]]
    found = [(int(network.shipment_origin[shipment]), -1, goods.ready_min)]
    for hub, minutes in tour_hubs(network, shipment, out=True):
        door = scenario.doors[goods.origin]
        start = earliest_start(door, scenario.horizon.start, goods.ready_min, door.loading_min)
        if start is not None:
            found.append((hub, hub, start + door.loading_min + minutes))
    return found


class _Search:
    """Depth-first search over the usable moves of one shipment."""

    def __init__(self, network: Network, shipment: int) -> None:
        self.network = network
        self.goods = network.scenario.shipments[network.shipment_ids[shipment]]
        self.origin = int(network.shipment_origin[shipment])
        self.destination = int(network.shipment_destination[shipment])
        self.deliveries = {hub for hub, _ in tour_hubs(network, shipment, out=False)}
        usable = network.usable[shipment]
        self.by_origin: dict[int, Int64] = {}
        for place in np.unique(network.move_origin[usable]):
            mine = usable[network.move_origin[usable] == place]
            self.by_origin[int(place)] = mine[np.argsort(network.move_latest[mine], kind="stable")].astype(np.int64)
        self.useful = self._useful(usable.astype(np.int64))

    def _useful(self, usable: Int64) -> list[dict[int, int]]:
        """Latest availability at each place with so many further moves, handling and opening hours left out."""
        network = self.network
        ends = {self.destination, *self.deliveries}
        found = [dict.fromkeys(ends, self.goods.latest_min)]
        for _ in range(network.scenario.scope.max_moves - 1):
            best = dict(found[-1])
            limit = np.array([best.get(int(j), -1) for j in network.move_destination[usable]], dtype=np.int64)
            good = usable[network.move_available[usable] <= limit]
            for m in good:
                i, latest = int(network.move_origin[m]), int(network.move_latest[m])
                if latest > best.get(i, -1):
                    best[i] = latest
            found.append(best)
        return found

    def extend(
        self, path: tuple[int, ...], place: int, hub: int, there: int, visited: frozenset[int]
    ) -> Iterator[Path]:
        """Paths that go on from ``place``, where the freight is from minute ``there``."""
        network = self.network
        at = network.scenario.place(network.place_ids[place])
        minutes = 0
        if not self.goods.load_units:
            minutes = at.loading_min if isinstance(at, Door) else _dock_minutes(at)
        start = earliest_start(at, network.scenario.horizon.start, there, minutes)
        moves = self.by_origin.get(place)
        if start is None or moves is None:
            return
        begin = int(np.searchsorted(network.move_latest[moves], start + minutes))
        left = network.scenario.scope.max_moves - len(path) - 1
        useful = self.useful[left]
        for m in moves[begin:]:
            j, available = int(network.move_destination[m]), int(network.move_available[m])
            if j in visited or available > useful.get(j, -1):
                continue
            longer = (*path, int(m))
            if j == self.destination:
                yield longer, hub, -1
                continue
            if j in self.deliveries:
                yield longer, hub, j
            if left:
                yield from self.extend(longer, j, hub, available, visited | {j})


def _dock_minutes(hub: Hub) -> int:
    return hub.cross_dock.handling_min if hub.cross_dock is not None else 0
