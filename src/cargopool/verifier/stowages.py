"""Stowages: what stacking changes in the load plan, checked against the load plan and the limits of the units."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations

from cargopool.model.plan import PlannedUnit, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.shipment import Shipment
from cargopool.verifier.case import Case

AtomKey = tuple[str, int, int]
"""Shipment, part, atom."""
UseKey = tuple[str, str, str]


def executed_case(case: Case) -> Case:
    """The case with the units as they are carried out; stowages that make no sense are reported and left out."""
    changed = {}
    for stowage in case.plan.stowages:
        at = f"stowages[{stowage.unit[:60]}]"
        unit = case.units.get(stowage.unit)
        if unit is None or stowage.unit in changed:
            case.say("V277", at, "no such unit, or listed twice")
        elif _fit_for_stowing(case, unit, stowage.contents, at):
            changed[stowage.unit] = replace(unit, contents=stowage.contents)
    if not changed:
        return case
    units = {name: changed.get(name, unit) for name, unit in case.units.items()}
    left = {name: unit for name, unit in units.items() if unit.contents or name not in changed}
    executed = replace(case, units=left)
    _check_atoms(case, executed)
    _check_limits(executed, [unit for name, unit in changed.items() if name in left])
    return executed


def _fit_for_stowing(case: Case, unit: PlannedUnit, contents: tuple[object, ...], at: str) -> bool:
    """Loose freight of known parts, on a move with one unit a use."""
    if case.moves[unit.move].units_per_move != 1 or not _loose(case, unit):
        case.say("V277", at, "whole units, and trucks with two units, are left as they are")
        return False
    for content in contents:
        shipment = case.scenario.shipments.get(getattr(content, "shipment", ""))
        first, atoms = getattr(content, "first_atom", -1), getattr(content, "atoms", 0)
        part = case.itineraries.get((shipment.id, getattr(content, "part", 0))) if shipment else None
        if shipment is None or part is None or unit.move not in part.moves or not 0 < first + atoms <= shipment.atoms:
            case.say("V277", at, f"{content} is not on {unit.move}"[:200])
            return False
    return True


def _loose(case: Case, unit: PlannedUnit) -> bool:
    return not any(case.scenario.shipments[content.shipment].load_units for content in unit.contents)


def _check_atoms(case: Case, executed: Case) -> None:
    """On every move and class the same pallets as planned, each once; parts that stay together in one unit."""
    before, after = _atoms(case), _atoms(executed)
    for key in before:
        if before[key] != after.get(key, Counter()):
            case.say("V277", f"moves[{key[0]}]", "stacking loses pallets, adds some, or moves them to another class")
    homes: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for unit in executed.units.values():
        for content in unit.contents:
            if case.scenario.shipments[content.shipment].keep_together:
                homes[unit.move, content.shipment, content.part].add(unit.id)
    for key_, units in homes.items():
        if len(units) > 1:
            case.say("V277", f"moves[{key_[0]}]", f"{key_[1]}/{key_[2]} must stay together")


def _atoms(case: Case) -> dict[UseKey, Counter[AtomKey]]:
    found: dict[UseKey, Counter[AtomKey]] = defaultdict(Counter)
    for unit in case.units.values():
        counts = found[unit.move, unit.temperature, unit.segregation]
        for c in unit.contents:
            counts.update((c.shipment, c.part, c.first_atom + n) for n in range(c.atoms))
    return found


def _check_limits(executed: Case, units: list[PlannedUnit]) -> None:
    """Kilograms, cubic metres, vetoes, and a layout for every unit that stacking fills."""
    arranged = {layout.unit for layout in executed.plan.layouts if layout.status == "arranged"}
    for unit in units:
        at = f"stowages[{unit.id}]"
        kind, move = executed.scenario.load_units[unit.unit_type], executed.moves[unit.move]
        shipments = [executed.scenario.shipments[c.shipment] for c in unit.contents]
        sizes = [quantity_of(s, c.first_atom, c.atoms) for s, c in zip(shipments, unit.contents, strict=True)]
        kg, volume = sum(size.kg for size in sizes), sum(size.volume_m3_milli for size in sizes)
        limits = [kind.payload_kg]
        if move.max_gross_kg is not None:
            limits.append(move.max_gross_kg - kind.tare_kg)
        for stage in move.stages:
            if isinstance(stage, RoadStage):
                vehicle = executed.scenario.vehicles[stage.vehicle]
                gross = vehicle.gross_limit_kg if stage.purpose == "main" else vehicle.combined_limit_kg
                limits.append(gross - vehicle.tractor_kg - kind.tare_kg)
        if kg > min(limits):
            executed.say("V277", at, f"{kg} > {min(limits)} kg")
        if volume > kind.volume_m3_milli:
            executed.say("V277", at, f"{volume} > {kind.volume_m3_milli} thousandths of a cubic metre")
        for one, other in combinations({s.id: s for s in shipments}.values(), 2):
            if _refuses(one, other) or _refuses(other, one):
                executed.say("V277", at, f"{one.id} and {other.id} never share a unit")
        if unit.id not in arranged:
            executed.say("V277", at, "is not arranged")


def _refuses(one: Shipment, other: Shipment) -> bool:
    return other.shipper in one.veto_shippers or (other.goods_class != "" and other.goods_class in one.veto_goods)
