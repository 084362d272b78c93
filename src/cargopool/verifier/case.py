"""A scenario and the sound part of a plan, with the look-ups that the checks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cargopool.model.place import Hub
from cargopool.model.plan import (
    CharterRun,
    DepartureStage,
    Itinerary,
    Move,
    MoveUse,
    Plan,
    PlannedUnit,
    RoadStage,
    Tour,
    Unserved,
)
from cargopool.model.scenario import Scenario
from cargopool.verifier.report import Findings

UseKey = tuple[str, str, str]
"""Move id, temperature, segregation group."""
PartKey = tuple[str, int]
"""Shipment id, part number."""


@dataclass(slots=True)
class Case:
    """What the checks read: only things whose ids are known and unique.

    Attributes
    ----------
    moves : dict of id to Move
    uses : dict of UseKey to MoveUse
    units : dict of id to PlannedUnit
    itineraries : dict of PartKey to Itinerary
    runs : dict of (service, run date) to CharterRun
    unserved : dict of shipment id to Unserved
    empties : dict of id to MoveUse
        Empty moves; their ids are their own.
    """

    scenario: Scenario
    plan: Plan
    findings: Findings
    moves: dict[str, Move] = field(default_factory=dict)
    uses: dict[UseKey, MoveUse] = field(default_factory=dict)
    units: dict[str, PlannedUnit] = field(default_factory=dict)
    itineraries: dict[PartKey, Itinerary] = field(default_factory=dict)
    runs: dict[tuple[str, str], CharterRun] = field(default_factory=dict)
    unserved: dict[str, Unserved] = field(default_factory=dict)
    complete: bool = True
    empties: dict[str, MoveUse] = field(default_factory=dict)

    def say(self, code: str, where: str, message: str = "") -> None:
        """Note a violation."""
        self.findings.add(code, where, message)

    def hub(self, place_id: str) -> Hub | None:
        """The hub of that id, None for a door."""
        return self.scenario.hubs.get(place_id)

    def moves_of(self, itinerary: Itinerary) -> tuple[Move, ...] | None:
        """The moves of an itinerary, None when one is not in the plan."""
        found = tuple(self.moves[move] for move in itinerary.moves if move in self.moves)
        return found if len(found) == len(itinerary.moves) else None


def use_key(use: MoveUse) -> UseKey:
    """Key of a move use."""
    return use.move.id, use.temperature, use.segregation


def part_path(itinerary: Itinerary) -> str:
    """Object path of an itinerary."""
    return f"itineraries[{itinerary.shipment}/{itinerary.part}]"


def departures_of(move: Move) -> tuple[DepartureStage, ...]:
    """The departures of a move, in order."""
    return tuple(stage for stage in move.stages if isinstance(stage, DepartureStage))


def haulage_of(move: Move, purpose: str) -> RoadStage | None:
    """The road stage of that purpose, None without one."""
    for stage in move.stages:
        if isinstance(stage, RoadStage) and stage.purpose == purpose:
            return stage
    return None


def make_case(scenario: Scenario, plan: Plan, sound: Plan, findings: Findings) -> Case:
    """Index the sound elements of a plan; unknown, duplicate and dangling ids are reported and left out."""
    case = Case(scenario, sound, findings)
    if (plan.scenario, plan.variant) != (scenario.name, scenario.variant):
        case.say("V107", "scenario", "the names of scenario and variant differ")
    _index_moves(case)
    _index_itineraries(case)
    _index_units(case)
    _index_rest(case)
    _index_empties(case)
    names = ("moves", "units", "itineraries", "charters", "unserved", "cost_lines", "tces")
    case.complete = all(len(_safe(plan, name)) == len(getattr(sound, name)) for name in names)
    held = (len(case.uses), len(case.units), len(case.itineraries), len(case.runs), len(case.unserved))
    case.complete &= held == tuple(len(getattr(sound, name)) for name in names[:5])
    return case


def _safe(plan: Plan, name: str) -> tuple[object, ...]:
    value = getattr(plan, name, None)
    return value if isinstance(value, tuple) else ()


def _unknown(case: Case, wanted: Iterable[tuple[str, str, str]]) -> bool:
    """Report ids that the scenario does not have; ``wanted`` gives (what, id, path)."""
    scenario = case.scenario
    known = {
        "shipment": scenario.shipments,
        "service": scenario.services,
        "vehicle": scenario.vehicles,
        "load-unit type": scenario.load_units,
    }
    missing = False
    for what, key, path in wanted:
        if what == "place":
            found = key in scenario.hubs or key in scenario.doors
        elif what == "hub":
            found = key in scenario.hubs
        else:
            found = key in known[what]
        if not found:
            missing = True
            case.say("V104", path, f"{what} {key[:60]!r}")
    return missing


def _ids_of_move(move: Move) -> list[tuple[str, str, str]]:
    path = f"moves[{move.id}]"
    wanted = [
        ("load-unit type", move.unit_type, f"{path}.unit_type"),
        ("place", move.origin, f"{path}.origin"),
        ("place", move.destination, f"{path}.destination"),
    ]
    for i, stage in enumerate(move.stages):
        at = f"{path}.stages[{i}]"
        if isinstance(stage, RoadStage):
            wanted.append(("vehicle", stage.vehicle, f"{at}.vehicle"))
            kind = "place"
        else:
            wanted.append(("service", stage.service, f"{at}.service"))
            kind = "hub"
        wanted += [(kind, stage.origin, f"{at}.origin"), (kind, stage.destination, f"{at}.destination")]
    return wanted


def _index_moves(case: Case) -> None:
    for use in case.plan.moves:
        move = use.move
        known = case.moves.get(move.id)
        if known is not None and known != move:
            case.say("V106", f"moves[{move.id}]")
            continue
        if use_key(use) in case.uses:
            case.say("V103", f"moves[{move.id}]", f"class {use.temperature}, {use.segregation} is listed twice")
            continue
        if known is None and _unknown(case, _ids_of_move(move)):
            continue
        case.moves[move.id] = move
        case.uses[use_key(use)] = use


def _index_empties(case: Case) -> None:
    for use in case.plan.empty_moves:
        path = f"empty_moves[{use.move.id}]"
        if use.move.id in case.empties:
            case.say("V103", path, "this empty move is listed twice")
        elif not _unknown(case, _ids_of_move(use.move)):
            case.empties[use.move.id] = use


def _ids_of_itinerary(itinerary: Itinerary) -> list[tuple[str, str, str]]:
    path = part_path(itinerary)
    wanted = [("shipment", itinerary.shipment, path)]
    wanted += [("place", h.place, f"{path}.handlings[{i}]") for i, h in enumerate(itinerary.handlings)]
    tours: list[tuple[str, Tour | None]] = [("collection", itinerary.collection), ("delivery", itinerary.delivery)]
    for name, tour in tours:
        if tour is not None:
            wanted += [("place", tour.door, f"{path}.{name}.door"), ("hub", tour.hub, f"{path}.{name}.hub")]
    return wanted


def _index_itineraries(case: Case) -> None:
    declared = {use.move.id for use in case.plan.moves}
    for itinerary in case.plan.itineraries:
        key = (itinerary.shipment, itinerary.part)
        path = part_path(itinerary)
        if key in case.itineraries:
            case.say("V103", path, "this part is listed twice")
            continue
        for i, move in enumerate(itinerary.moves):
            if move not in declared:
                case.say("V105", f"{path}.moves[{i}]", f"move {move[:60]!r}")
        if not _unknown(case, _ids_of_itinerary(itinerary)):
            case.itineraries[key] = itinerary


def _index_units(case: Case) -> None:
    declared = {use.move.id for use in case.plan.moves}
    parts = {(itinerary.shipment, itinerary.part) for itinerary in case.plan.itineraries}
    for unit in case.plan.units:
        path = f"units[{unit.id}]"
        if unit.id in case.units:
            case.say("V103", path, "this unit is listed twice")
            continue
        wanted = [("load-unit type", unit.unit_type, f"{path}.unit_type")]
        wanted += [("shipment", c.shipment, f"{path}.contents[{i}]") for i, c in enumerate(unit.contents)]
        if unit.move not in declared:
            case.say("V105", f"{path}.move", f"move {unit.move[:60]!r}")
        dangling = False
        for i, content in enumerate(unit.contents):
            if content.shipment in case.scenario.shipments and (content.shipment, content.part) not in parts:
                dangling = True
                case.say("V105", f"{path}.contents[{i}]", f"part {content.shipment}/{content.part}")
        if not _unknown(case, wanted) and not dangling and unit.move in case.moves:
            case.units[unit.id] = unit


def _index_rest(case: Case) -> None:
    for run in case.plan.charters:
        path = f"charters[{run.service}/{run.run_date}]"
        if (run.service, run.run_date) in case.runs:
            case.say("V103", path, "this run is listed twice")
        elif not _unknown(case, [("service", run.service, path)]):
            case.runs[run.service, run.run_date] = run
    for left_out in case.plan.unserved:
        path = f"unserved[{left_out.shipment}]"
        if left_out.shipment in case.unserved:
            case.say("V103", path, "this shipment is listed twice")
        elif not _unknown(case, [("shipment", left_out.shipment, path)]):
            case.unserved[left_out.shipment] = left_out
