"""Load units that stacking empties: their pallets go, one on another, into other units of the same move and class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cargopool.model.execution import UnitLayout
from cargopool.model.plan import Content, Move, Plan, PlannedUnit, Stowage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.operations.loading import Work
from cargopool.packing import limits_of, vetoes


@dataclass(frozen=True, slots=True)
class Stowing:
    """What stacking changes.

    Attributes
    ----------
    stowages : tuple of Stowage
        Units with other contents than planned; emptied ones have none.
    layouts : tuple of UnitLayout
        Of all units that are left.
    """

    stowages: tuple[Stowage, ...]
    layouts: tuple[UnitLayout, ...]

    @property
    def emptied(self) -> int:
        """Units that are not needed any more."""
        return sum(not stowage.contents for stowage in self.stowages)


def stow(scenario: Scenario, plan: Plan, layouts: Sequence[UnitLayout]) -> Stowing:
    """Empty units, the smallest first, as long as the others of their move and class take their pallets.

    Every unit that takes some is arranged again, so nothing is stacked that may not be, and axles and order hold.
    Kilograms, cubic metres, vetoes and parts that stay together are as in packing; pallet places and loading metres
    count on the floor. Moves that carry two units a use are left alone.
    """
    work = _Stacking(scenario, plan, {layout.unit: layout for layout in layouts})
    groups: dict[tuple[str, str, str], list[PlannedUnit]] = defaultdict(list)
    for unit in plan.units:
        if unit.id in work.layouts and work.moves[unit.move].units_per_move == 1:
            groups[unit.move, unit.temperature, unit.segregation].append(unit)
    for units in groups.values():
        if len(units) > 1:
            work.reduce(units)
    kept = tuple(work.layouts[unit.id] for unit in plan.units if unit.id in work.layouts)
    changed = tuple(
        Stowage(unit=unit.id, contents=work.changed[unit.id]) for unit in plan.units if unit.id in work.changed
    )
    return Stowing(changed, kept)


@dataclass(slots=True)
class _Stacking:
    scenario: Scenario
    plan: Plan
    layouts: dict[str, UnitLayout]
    changed: dict[str, tuple[Content, ...]] = field(default_factory=dict)
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(self.scenario, self.plan)

    @property
    def moves(self) -> dict[str, Move]:
        return self.work.moves

    def reduce(self, units: Sequence[PlannedUnit]) -> None:
        """Empty as many units of a group as go."""
        left = {unit.id: unit for unit in units}
        for unit in sorted(units, key=lambda u: (self._pallets(u), u.id)):
            others = [left[name] for name in left if name != unit.id]
            found = self._spread(left[unit.id], sorted(others, key=lambda u: (-self._pallets(u), u.id)))
            if found is None:
                continue
            for taker, layout in found.values():
                left[taker.id] = taker
                self.changed[taker.id] = taker.contents
                self.layouts[taker.id] = layout
            self.changed[unit.id] = ()
            del self.layouts[unit.id], left[unit.id]

    def _pallets(self, unit: PlannedUnit) -> int:
        return sum(content.atoms for content in unit.contents)

    def _spread(
        self, unit: PlannedUnit, others: Sequence[PlannedUnit]
    ) -> dict[str, tuple[PlannedUnit, UnitLayout]] | None:
        """Units that together take everything of a unit, with their layouts; None when they do not."""
        found: dict[str, tuple[PlannedUnit, UnitLayout]] = {}
        for content in sorted(unit.contents, key=lambda c: -c.atoms):
            rest: Content | None = content
            for other in others:
                if rest is None:
                    break
                taker = found[other.id][0] if other.id in found else other
                taken = self._most(taker, rest)
                if taken is None:
                    continue
                found[other.id] = taken[0], taken[1]
                n = taken[2]
                rest = None if n == rest.atoms else replace(rest, first_atom=rest.first_atom + n, atoms=rest.atoms - n)
            if rest is not None:
                return None
        return found

    def _most(self, taker: PlannedUnit, content: Content) -> tuple[PlannedUnit, UnitLayout, int] | None:
        """The taker with as many atoms of a content as it can be arranged with, their number by bisection."""
        best = None
        low, high = 1, content.atoms
        if self.scenario.shipments[content.shipment].keep_together:
            low = high
        while low <= high:
            n = (low + high + 1) // 2
            tried = replace(taker, contents=(*taker.contents, replace(content, atoms=n)))
            layout = self.work.layout(tried) if self._fits(tried) else None
            if layout is not None and layout.status == "arranged":
                best = (tried, layout, n)
                low = n + 1
            else:
                high = n - 1
        return best

    def _fits(self, unit: PlannedUnit) -> bool:
        """Kilograms, cubic metres and vetoes."""
        limits = limits_of(self.scenario, self.moves[unit.move])
        shipments = [self.scenario.shipments[content.shipment] for content in unit.contents]
        sizes = [quantity_of(s, c.first_atom, c.atoms) for s, c in zip(shipments, unit.contents, strict=True)]
        kg, volume = sum(size.kg for size in sizes), sum(size.volume_m3_milli for size in sizes)
        if kg > min(limits.size[1], limits.use_kg) or volume > limits.size[2]:
            return False
        return not any(vetoes(a, shipments[-1]) for a in shipments)
