"""Loading layouts of a plan, and exchanges between the units of one move where one of them cannot be arranged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cargopool.model.execution import UnitLayout
from cargopool.model.plan import Content, Itinerary, Plan, PlannedUnit
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.operations.trucks import parts_of
from cargopool.packing import limits_of, vetoes
from cargopool.packing.layouts import Pallet, arrange
from cargopool.rules.loading import stop_numbers

MOST_EXCHANGES = 400
"""Exchanges tried for one refused unit."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Layouts of a plan.

    Attributes
    ----------
    plan : Plan
        The plan with the contents of some units exchanged; nothing else of it differs.
    repaired : int
        Units that could be arranged only after an exchange.
    """

    plan: Plan
    layouts: tuple[UnitLayout, ...]
    repaired: int


def arrange_units(scenario: Scenario, plan: Plan) -> Loading:
    """Arrange every load unit that carries loose freight."""
    work = Work(scenario, plan)
    layouts = {unit.id: work.layout(unit) for unit in plan.units if work.loose(unit)}
    refused = [unit for unit in plan.units if unit.id in layouts and layouts[unit.id].status == "refused"]
    units = {unit.id: unit for unit in plan.units}
    siblings: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for unit in plan.units:
        if unit.id in layouts:
            siblings[unit.move, unit.temperature, unit.segregation].append(unit.id)
    repaired = 0
    for unit in refused:
        if layouts[unit.id].status == "arranged":
            continue
        others = [units[name] for name in siblings[unit.move, unit.temperature, unit.segregation] if name != unit.id]
        found = work.exchange(units[unit.id], others)
        if found is not None:
            repaired += 1
            for changed, layout in found:
                units[changed.id], layouts[changed.id] = changed, layout
    kept = replace(plan, units=tuple(units[unit.id] for unit in plan.units)) if repaired else plan
    return Loading(kept, tuple(layouts[unit.id] for unit in plan.units if unit.id in layouts), repaired)


class Work:
    """Layouts of the units of a plan, asked one by one."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self.scenario = scenario
        self.parts: Mapping[tuple[str, int], Itinerary] = parts_of(plan)
        self.moves = {use.move.id: use.move for use in plan.moves}

    def loose(self, unit: PlannedUnit) -> bool:
        """Whether pallets are in it that the plan places."""
        return bool(unit.contents) and not any(self.scenario.shipments[c.shipment].load_units for c in unit.contents)

    def layout(self, unit: PlannedUnit) -> UnitLayout:
        """Arrange one unit."""
        kind = self.scenario.load_units[unit.unit_type]
        return arrange(kind, self.scenario.execution, unit.id, self.pallets(unit))

    def pallets(self, unit: PlannedUnit) -> list[Pallet]:
        """The pallets of a unit, with their order of unloading."""
        stops = stop_numbers(unit, self.parts)
        found = []
        for content in unit.contents:
            shipment = self.scenario.shipments[content.shipment]
            for atom in range(content.first_atom, content.first_atom + content.atoms):
                size = quantity_of(shipment, atom, 1)
                found.append(
                    Pallet(
                        shipment=shipment.id,
                        part=content.part,
                        atom=atom,
                        milli=size.pallets_milli,
                        kg=size.kg,
                        volume_m3_milli=size.volume_m3_milli,
                        stackable=shipment.stackable,
                        stop=stops[content.shipment, content.part],
                        loading_metres_milli=size.loading_metres_milli,
                    )
                )
        return found

    def exchange(self, unit: PlannedUnit, others: Sequence[PlannedUnit]) -> list[tuple[PlannedUnit, UnitLayout]] | None:
        """Exchange pallets with another unit so that both can be arranged; None when no exchange tried does it."""
        tried = 0
        for other in others:
            for i, one in enumerate(unit.contents):
                for j, two in enumerate(other.contents):
                    for n in sorted({1, min(one.atoms, two.atoms) // 2, min(one.atoms, two.atoms)} - {0}):
                        tried += 1
                        if tried > MOST_EXCHANGES:
                            return None
                        pair = self._exchanged(unit, i, other, j, n)
                        if pair is None:
                            continue
                        layouts = [(changed, self.layout(changed)) for changed in pair]
                        if all(layout.status == "arranged" for _, layout in layouts):
                            return layouts
        return None

    def _exchanged(
        self, unit: PlannedUnit, i: int, other: PlannedUnit, j: int, n: int
    ) -> tuple[PlannedUnit, PlannedUnit] | None:
        one, two = unit.contents[i], other.contents[j]
        together = any(self.scenario.shipments[c.shipment].keep_together for c in (one, two))
        if together or (one.shipment, one.part) == (two.shipment, two.part):
            return None
        first = replace(unit, contents=_swapped(unit.contents, i, two, n))
        second = replace(other, contents=_swapped(other.contents, j, one, n))
        return (first, second) if self._fits(first, second) else None

    def _fits(self, first: PlannedUnit, second: PlannedUnit) -> bool:
        """Both units within their limits, the trucks too, and no veto."""
        limits = limits_of(self.scenario, self.moves[first.move])
        if limits.units > 1 and first.truck != second.truck:
            return False
        for unit in (first, second):
            shipments = [self.scenario.shipments[c.shipment] for c in unit.contents]
            if any(vetoes(a, b) for a in shipments for b in shipments):
                return False
            sums = [0, 0, 0, 0]
            for content, shipment in zip(unit.contents, shipments, strict=True):
                size = quantity_of(shipment, content.first_atom, content.atoms).as_tuple()
                sums = [a + b for a, b in zip(sums, size, strict=True)]
            room = [*limits.size[:1], min(limits.size[1], limits.use_kg), *limits.size[2:]]
            if any(used and used > most for used, most in zip(sums, room, strict=True)):
                return False
        return True


def _swapped(contents: Sequence[Content], at: int, other: Content, n: int) -> tuple[Content, ...]:
    """Contents with the last ``n`` atoms of one replaced by the last ``n`` of another."""
    one = contents[at]
    found = list(contents)
    rest = replace(one, atoms=one.atoms - n)
    came = replace(other, first_atom=other.first_atom + other.atoms - n, atoms=n)
    found[at : at + 1] = [came] if not rest.atoms else [rest, came]
    return tuple(found)
