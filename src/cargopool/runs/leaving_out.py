"""A plan without some of its shipments: their contents, and the trucks that they leave empty, go with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from cargopool.footprint import price_plan
from cargopool.model.plan import MoveUse, Plan, PlannedUnit, Unserved
from cargopool.model.scenario import Scenario
from cargopool.operations.executing import stripped

UseKey = tuple[str, str, str]


def leave_out(scenario: Scenario, plan: Plan, reasons: Mapping[str, str]) -> Plan:
    """The plan without these shipments, named as unserved, priced again, without execution layers."""
    units, counts = _units_without(plan, reasons)
    uses = tuple(_counted(use, counts) for use in plan.moves if counts.get(_key(use)))
    parts = tuple(one for one in plan.itineraries if one.shipment not in reasons)
    named = tuple(
        Unserved(shipment=shipment, reason="no_tour", text=text) for shipment, text in sorted(reasons.items())
    )
    unserved = (*plan.unserved, *named)
    priced = price_plan(scenario, uses, parts, plan.charters, unserved)
    return replace(
        stripped(plan),
        moves=uses,
        units=units,
        itineraries=parts,
        unserved=unserved,
        cost_lines=priced.lines,
        tces=priced.tces,
        totals=priced.totals,
    )


def _key(use: MoveUse) -> UseKey:
    return use.move.id, use.temperature, use.segregation


def _counted(use: MoveUse, counts: Mapping[UseKey, int]) -> MoveUse:
    return replace(use, count=counts[_key(use)])


def _units_without(plan: Plan, gone: Mapping[str, str]) -> tuple[tuple[PlannedUnit, ...], dict[UseKey, int]]:
    trucks: dict[tuple[UseKey, int], list[PlannedUnit]] = defaultdict(list)
    for unit in plan.units:
        trucks[(unit.move, unit.temperature, unit.segregation), unit.truck].append(unit)
    counts: dict[UseKey, int] = defaultdict(int)
    kept: dict[str, PlannedUnit] = {}
    for (key, _), units in sorted(trucks.items()):
        rest = [replace(u, contents=tuple(c for c in u.contents if c.shipment not in gone)) for u in units]
        if any(u.contents for u in rest):
            counts[key] += 1
            kept.update((u.id, replace(u, truck=counts[key])) for u in rest)
    return tuple(kept[unit.id] for unit in plan.units if unit.id in kept), dict(counts)
