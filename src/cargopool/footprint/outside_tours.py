"""External costs of tours: their real vehicle-km, empty ones too, and the tonne-km of what is on board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from cargopool.footprint.external import ROAD, ExternalLine, Rate, load_line, stage_rate, use_line
from cargopool.footprint.moves import stage_groups
from cargopool.footprint.parts import tour_rate
from cargopool.model.plan import Move, Plan, PlannedUnit, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.tours import TourTask, VehicleTour
from cargopool.rules.roads import road_link

_ON = {"pick_up": 1, "load": 1, "take_full": 1, "drop_off": -1, "unload": -1, "leave_full": -1}
"""Whether a task puts cargo on board or takes it off; empty units are none."""

PartKey = tuple[str, int]


def estimated_external_lines(scenario: Scenario, plan: Plan) -> tuple[ExternalLine, ...]:
    """Those lines of a plan that are of the estimates of collection, delivery and unit haulage."""
    if scenario.objective.external_costs == "none":
        return ()
    moves = {use.move.id: use.move for use in plan.moves}
    found = [
        use_line(scenario, rate, f"move:{use.move.id}", use.count)
        for use in plan.moves
        for rate in _haulage_rates(scenario, use.move)
    ]
    for one in plan.itineraries:
        owner = f"part:{one.shipment}/{one.part}"
        kg = quantity_of(scenario.shipments[one.shipment], one.first_atom, one.atoms).kg
        rates = [tour_rate(scenario, tour) for tour in (one.collection, one.delivery) if tour is not None]
        rates += [rate for name in one.moves for rate in _haulage_rates(scenario, moves[name])]
        found += [load_line(scenario, rate, owner, kg) for rate in rates]
    return tuple(line for line in found if line is not None)


def _haulage_rates(scenario: Scenario, move: Move) -> Iterator[Rate]:
    for stage, group in zip(move.stages, stage_groups(scenario, move), strict=True):
        if isinstance(stage, RoadStage) and stage.purpose != "main":
            yield from group.external


def tour_external_lines(scenario: Scenario, plan: Plan) -> tuple[ExternalLine, ...]:
    """Lines of the tours: one of each tour's vehicle-km (owner ``tour:<id>``), one of each part that it carries.

    Raises
    ------
    KeyError, ValueError
        When a tour names a thing that scenario or plan has not, or a road that does not exist.
    """
    if scenario.objective.external_costs == "none":
        return ()
    units = {unit.id: unit for unit in plan.units}
    found = [line for tour in plan.tours for line in _lines_of(scenario, tour, units)]
    return tuple(line for line in found if line is not None)


def _lines_of(scenario: Scenario, tour: VehicleTour, units: Mapping[str, PlannedUnit]) -> Iterator[ExternalLine | None]:
    lengths = _kilometres(scenario, tour)
    whole = round(sum(lengths), 1)
    yield use_line(scenario, stage_rate(scenario, ROAD, whole, whole), f"tour:{tour.id}", 1)
    for (shipment, part, kg), km in _carried(scenario, tour, lengths, units).items():
        rate = stage_rate(scenario, ROAD, round(km, 1))
        yield load_line(scenario, rate, f"part:{shipment}/{part}", kg)


def _kilometres(scenario: Scenario, tour: VehicleTour) -> list[float]:
    """Km to each stop after the first."""
    found = []
    for here, there in pairwise(tour.stops):
        link = None if here.place == there.place else road_link(scenario, here.place, there.place)
        if link is None and here.place != there.place:
            raise ValueError(f"no road from {here.place} to {there.place}")
        found.append(0.0 if link is None else link.km)
    return found


def _carried(
    scenario: Scenario, tour: VehicleTour, lengths: Sequence[float], units: Mapping[str, PlannedUnit]
) -> dict[tuple[str, int, int], float]:
    """Km of each part with so many of its kg on board."""
    aboard: dict[PartKey, int] = defaultdict(int)
    found: dict[tuple[str, int, int], float] = defaultdict(float)
    for stop, km in zip(tour.stops, lengths, strict=False):
        if stop.task is not None and (sign := _ON.get(stop.task.kind, 0)):
            for key, kg in _cargo(scenario, stop.task, units):
                aboard[key] += sign * kg
        for (shipment, part), kg in aboard.items():
            if kg > 0 and km:
                found[shipment, part, kg] += km
    return found


def _cargo(scenario: Scenario, task: TourTask, units: Mapping[str, PlannedUnit]) -> Iterator[tuple[PartKey, int]]:
    """Parts and kg that a task puts on board or takes off."""
    if not task.unit:
        size = quantity_of(scenario.shipments[task.shipment], task.first_atom, task.atoms)
        yield (task.shipment, task.part), size.kg
        return
    for content in units[task.unit].contents:
        size = quantity_of(scenario.shipments[content.shipment], content.first_atom, content.atoms)
        yield (content.shipment, content.part), size.kg
