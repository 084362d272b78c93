"""The clock of a column: where a part is when, and when it is handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cargopool.model.place import Door, Hub, Place
from cargopool.model.plan import Tour
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.places import rate_limited
from cargopool.rules import collection_minutes, earliest_start, is_open, road_link
from cargopool.units import MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True)
class Schedule:
    """Clock of a column: where the part is handled, from when it is there, handling starts, delivery."""

    places: tuple[int, ...]
    there: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    collection: Tour | None
    delivery: Tour | None
    delivered_min: int


def place_at(network: Network, index: int) -> Place:
    """The place of an index."""
    return network.scenario.place(network.place_ids[index])


def _handling_min(place: Place, goods: Shipment) -> int:
    if goods.load_units:
        return 0
    if isinstance(place, Hub):
        return place.cross_dock.handling_min if place.cross_dock is not None else 0
    return place.loading_min


def _tour_minutes(network: Network, origin: int, destination: int, goods: str, hub: str) -> int | None:
    """Minutes of a collection or delivery tour; None when the hub is out of reach."""
    scenario = network.scenario
    link = road_link(scenario, network.place_ids[origin], network.place_ids[destination])
    vehicle = scenario.drayage.vehicle
    if link is None or link.km > scenario.drayage.radius_km or vehicle not in scenario.vehicles:
        return None
    return collection_minutes(scenario, link.km, goods, hub)


def _collection(network: Network, goods: Shipment, hub: int) -> Tour | None:
    origin = network.place_ids.index(goods.origin)
    door, at = place_at(network, origin), place_at(network, hub)
    minutes = _tour_minutes(network, origin, hub, goods.id, at.id)
    if goods.load_units or minutes is None or not isinstance(door, Door) or not _docks(at):
        return None
    start = earliest_start(door, network.scenario.horizon.start, goods.ready_min, door.loading_min)
    if start is None:
        return None
    end = start + door.loading_min + minutes
    return Tour(kind="collection", door=door.id, hub=at.id, start_min=start, end_min=end)


def _delivery(network: Network, goods: Shipment, hub: int, leaves: int) -> Tour | None:
    destination = network.place_ids.index(goods.destination)
    door, at = place_at(network, destination), place_at(network, hub)
    minutes = _tour_minutes(network, hub, destination, goods.id, at.id)
    if goods.load_units or minutes is None or not isinstance(door, Door) or not _docks(at):
        return None
    start = earliest_start(door, network.scenario.horizon.start, leaves + minutes, door.loading_min)
    if start is None:
        return None
    return Tour(kind="delivery", door=door.id, hub=at.id, start_min=leaves, end_min=start + door.loading_min)


def _docks(place: Place) -> bool:
    return isinstance(place, Hub) and place.cross_dock is not None


def schedule_of(
    network: Network,
    goods: Shipment,
    path: tuple[int, ...],
    collection_hub: int,
    delivery_hub: int,
    starts: Sequence[int] | None,
) -> Schedule | None:
    """Times of a part on a path, each handling as early as possible or at ``starts``; None when it is not in time."""
    collection = delivery = None
    there = goods.ready_min
    if collection_hub >= 0:
        collection = _collection(network, goods, collection_hub)
        if collection is None:
            return None
        there = collection.end_min
    places = [int(network.move_origin[m]) for m in path] + [int(network.move_destination[path[-1]])]
    arrivals = [there] + [int(network.move_available[m]) for m in path]
    limits = [int(network.move_latest[m]) for m in path] + [goods.latest_min]
    begun: list[int] = []
    ends: list[int] = []
    for n, (index, arrival, limit) in enumerate(zip(places, arrivals, limits, strict=True)):
        start = _start(network, index, goods, arrival, None if starts is None else int(starts[n]))
        if start is None or start + _handling_min(place_at(network, index), goods) > limit:
            return None
        begun.append(start)
        ends.append(start + _handling_min(place_at(network, index), goods))
    delivered = ends[-1]
    if delivery_hub >= 0:
        delivery = _delivery(network, goods, delivery_hub, delivered)
        if delivery is None:
            return None
        delivered = delivery.end_min
    if delivered > goods.latest_min:
        return None
    return Schedule(tuple(places), tuple(arrivals), tuple(begun), tuple(ends), collection, delivery, delivered)


def _start(network: Network, index: int, goods: Shipment, there: int, wanted: int | None) -> int | None:
    """Start of a handling: as early as possible, or the wanted minute when P allows it."""
    place, scenario = place_at(network, index), network.scenario
    duration = _handling_min(place, goods)
    earliest = earliest_start(place, scenario.horizon.start, there, duration)
    if wanted is None or earliest is None or wanted == earliest:
        return earliest
    later = earliest < wanted <= earliest + scenario.scope.hub_slack_h * MINUTES_PER_HOUR
    if goods.load_units or not later or not rate_limited(place) or wanted % scenario.scope.bucket_min:
        return None
    return wanted if is_open(place, scenario.horizon.start, wanted, wanted + duration) else None
