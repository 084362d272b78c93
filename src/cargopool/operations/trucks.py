"""The trucks of a plan, one by one: what each carries, from when it is loaded and until when it is unloaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cargopool.model.plan import Itinerary, Move, Plan, PlannedUnit, RoadStage

TruckKey = tuple[str, str, str, int]
"""Move id, temperature, segregation group, number of the truck."""


@dataclass(frozen=True, slots=True)
class Truck:
    """One truck of a road move.

    Attributes
    ----------
    loading_from_min : int
        Start of the first handling that loads it; its departure when none takes time.
    unloaded_min : int
        End of the last handling that unloads it; its arrival with crossing when none takes time.
    """

    key: TruckKey
    move: Move
    stage: RoadStage
    loading_from_min: int
    unloaded_min: int


def trucks_of(plan: Plan) -> tuple[Truck, ...]:
    """All trucks of the road moves of a plan, in the order of their departures."""
    moves = {use.move.id: use.move for use in plan.moves}
    parts = parts_of(plan)
    aboard: dict[TruckKey, list[PlannedUnit]] = defaultdict(list)
    for unit in plan.executed_units:
        aboard[unit.move, unit.temperature, unit.segregation, unit.truck].append(unit)
    found = []
    for key, units in aboard.items():
        move = moves[key[0]]
        stage = move.stages[0]
        if move.kind == "road" and isinstance(stage, RoadStage):
            begins, ends = handled(move, units, parts)
            found.append(Truck(key, move, stage, begins, ends))
    return tuple(sorted(found, key=lambda truck: (truck.stage.depart_min, truck.key)))


def parts_of(plan: Plan) -> dict[tuple[str, int], Itinerary]:
    """Itineraries by shipment and part."""
    return {(one.shipment, one.part): one for one in plan.itineraries}


def handled(move: Move, units: Sequence[PlannedUnit], parts: Mapping[tuple[str, int], Itinerary]) -> tuple[int, int]:
    """First minute at which units are loaded for a move, and last at which they are unloaded after it."""
    begins, ends = [move.latest_min], [move.available_min]
    for unit in units:
        for content in unit.contents:
            itinerary = parts[content.shipment, content.part]
            at = itinerary.moves.index(move.id)
            before, after = itinerary.handlings[at], itinerary.handlings[at + 1]
            begins.append(before.start_min)
            ends.append(after.end_min)
    return min(begins), max(ends)
