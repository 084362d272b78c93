"""Where and when a load unit leaves a depot empty, and where and when it is empty in a depot again."""

from __future__ import annotations

from typing import NamedTuple

from cargopool.model.plan import Move, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.rules.driving import latest_trip_departure, trip_arrival
from cargopool.rules.opening import earliest_start
from cargopool.rules.roads import road_link


class UnitFlow(NamedTuple):
    """A unit taken from the depot of one hub and given back to that of another."""

    taken_hub: str
    taken_min: int
    returned_hub: str
    returned_min: int


def balanced_types(scenario: Scenario) -> tuple[str, ...]:
    """Load-unit types that are balanced: those of which some hub has a depot stock, in the scenario's order."""
    stocked = {unit for hub in scenario.hubs.values() for unit, stock in hub.depot_stock.items() if stock > 0}
    return tuple(unit for unit in scenario.load_units if unit in stocked)


def loaded_flow(scenario: Scenario, move: Move, loading_from_min: int, unloaded_min: int) -> UnitFlow | None:
    """Flow of a loaded unit; None on road moves, whose units are the haulier's.

    Parameters
    ----------
    loading_from_min, unloaded_min : int
        Start of the first handling that loads the unit, end of the last one that unloads it.

    Notes
    -----
    From a depot at the hub of loading the unit is taken when loading starts. For a door it leaves the first hub's
    depot at the latest minute that brings it there in time, and comes back to the last hub's straight after unloading.
    """
    if move.kind == "road":
        return None
    taken, returned = (move.origin, loading_from_min), (move.destination, unloaded_min)
    for stage in move.stages:
        if not isinstance(stage, RoadStage):
            continue
        out = stage.purpose == "haulage_out"
        link = road_link(scenario, stage.destination, stage.origin)
        if link is None:
            return None
        manning = scenario.vehicles[stage.vehicle].manning
        if out:
            leaves = latest_trip_departure(scenario, link, loading_from_min, manning, bans=False)
            taken = (stage.destination, loading_from_min if leaves is None else leaves)
        else:
            returned = (stage.origin, trip_arrival(scenario, link, unloaded_min, manning, bans=False))
    return UnitFlow(*taken, *returned)


def empty_flow(scenario: Scenario, move: Move) -> UnitFlow:
    """Flow of an empty unit on a move between hubs: given up at hand-in or departure, there when the depot is open."""
    hub, start = scenario.hubs[move.destination], scenario.horizon.start
    there = earliest_start(hub, start, move.available_min, 0)
    leaves = move.latest_min if move.hand_in_min is None else move.hand_in_min
    return UnitFlow(move.origin, leaves, move.destination, move.available_min if there is None else there)
