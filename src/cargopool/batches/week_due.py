"""Due times that a lone truck can keep: the recipe's windows may close over a weekend of bans and closed doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cargopool.model.place import Door, Hub, Place
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.rules import crossing_between, earliest_start, road_link, trip_arrival
from cargopool.units import MINUTES_PER_DAY


def delivered_by_truck(scenario: Scenario, shipment: Shipment) -> int | None:
    """Minute at which a truck that leaves as soon as it can has delivered; None where it never can."""
    link = road_link(scenario, shipment.origin, shipment.destination)
    origin, destination = scenario.place(shipment.origin), scenario.place(shipment.destination)
    start = scenario.horizon.start
    load_min, unload_min = _handling(origin, shipment), _handling(destination, shipment)
    begin = earliest_start(origin, start, shipment.ready_min, load_min)
    if link is None or begin is None:
        return None
    duty_min = origin.loading_min if isinstance(origin, Door) and origin.loading == "live" else 0
    there = trip_arrival(scenario, link, begin + load_min, "single", bans=True, duty_before_min=duty_min)
    if there is None:
        return None
    crossing = crossing_between(scenario, origin.id, destination.id)
    end = earliest_start(destination, start, there + (crossing.minutes if crossing else 0), unload_min)
    return None if end is None else end + unload_min


def _handling(place: Place, shipment: Shipment) -> int:
    if shipment.load_units:
        return 0
    if isinstance(place, Hub):
        return place.cross_dock.handling_min if place.cross_dock else 0
    return place.loading_min


def minutes_too_early(scenario: Scenario, hub_of: Mapping[str, str]) -> dict[str, int]:
    """Shipments whose latest time no lone truck can keep, with the minutes by which it is too early.

    Where no road joins the ends themselves, as across the Channel, the truck goes from hub to hub (``hub_of`` a door)
    and each door takes a day more.
    """
    found = {}
    for shipment in scenario.shipments.values():
        end = delivered_by_truck(scenario, shipment)
        if end is None:
            ends = shipment.origin, shipment.destination
            between = replace(shipment, origin=hub_of.get(ends[0], ends[0]), destination=hub_of.get(ends[1], ends[1]))
            end = delivered_by_truck(scenario, between)
            end = None if end is None else end + MINUTES_PER_DAY * sum(name in hub_of for name in ends)
        if end is not None and end > shipment.latest_min:
            found[shipment.id] = end - shipment.latest_min
    return found
