"""Mutation operators on load units and what is in them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from cargopool.model.plan import Plan, PlannedUnit, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from verifier.mutant_tools import Pair, Registry, loaded, moves_of, pick, with_row, with_unit

OPERATORS = Registry()


def sizes(scenario: Scenario, unit: PlannedUnit) -> tuple[int, int, int, int]:
    """Pallets, kg, m3, loading metres in a unit."""
    rows = [quantity_of(scenario.shipments[c.shipment], c.first_atom, c.atoms).as_tuple() for c in unit.contents]
    return tuple(sum(row[d] for row in rows) for d in range(4))


def is_sealed(scenario: Scenario, unit: PlannedUnit) -> bool:
    return any(scenario.shipments[c.shipment].load_units for c in unit.contents)


def fullest(scenario: Scenario, plan: Plan, kind: str, d: int) -> int:
    """The largest load of a dimension in a unit of a type."""
    units = [u for u in loaded(plan) if u.unit_type == kind and (d == 1 or not is_sealed(scenario, u))]
    return max((sizes(scenario, u)[d] for u in units), default=0)


@OPERATORS.operator("V170")
def unit_missing(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    use = rng.choice(plan.moves)
    more = tuple(replace(u, count=u.count + 1) if u is use else u for u in plan.moves)
    return scenario, replace(plan, moves=more)


@OPERATORS.operator("V170")
def use_not_booked(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """One use less than there are trucks."""
    use = pick(rng, [u for u in plan.moves if u.count > 1])
    less = tuple(replace(u, count=u.count - 1) if u is use else u for u in plan.moves)
    return use and (scenario, replace(plan, moves=less))


@OPERATORS.operator("V171")
def unit_on_a_truck_that_is_not_there(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = rng.choice(plan.units)
    count = sum(u.count for u in plan.moves if u.move.id == unit.move)
    return scenario, with_unit(plan, unit, truck=count + 1)


@OPERATORS.operator("V172")
def unit_of_another_type(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = rng.choice(plan.units)
    other = pick(rng, [kind for kind in scenario.load_units if kind != unit.unit_type])
    return other and (scenario, with_unit(plan, unit, unit_type=other))


@OPERATORS.operator("V173")
def empty_unit_sent(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    use = rng.choice(plan.moves)
    more = tuple(replace(u, count=u.count + 1) if u is use else u for u in plan.moves)
    model = next(
        u
        for u in plan.units
        if (u.move, u.temperature, u.segregation) == (use.move.id, use.temperature, use.segregation)
    )
    empties = tuple(
        replace(model, id=f"empty-{i}", truck=use.count + 1, contents=()) for i in range(use.move.units_per_move)
    )
    return scenario, replace(plan, moves=more, units=(*plan.units, *empties))


def _changed(plan: Plan, rng: random.Random, change: Callable) -> Plan | None:
    unit = pick(rng, loaded(plan))
    i = rng.randrange(len(unit.contents))
    contents = list(unit.contents)
    changed = change(contents[i])
    if changed is None:
        return None
    contents[i] = changed
    return with_unit(plan, unit, contents=tuple(c for c in contents if c.atoms))


@OPERATORS.operator("V174")
def one_pallet_left_behind(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    changed = _changed(plan, rng, lambda c: replace(c, atoms=c.atoms - 1))
    return changed and (scenario, changed)


@OPERATORS.operator("V174")
def one_pallet_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A unit holds one more pallet of a shipment, one that is in another unit or that does not exist."""
    changed = _changed(plan, rng, lambda c: replace(c, atoms=c.atoms + 1))
    return changed and (scenario, changed)


@OPERATORS.operator("V174")
def part_not_aboard(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = pick(rng, [u for u in plan.units if len(u.contents) > 1])
    return unit and (scenario, with_unit(plan, unit, contents=unit.contents[1:]))


@OPERATORS.operator("V175")
def aboard_a_strange_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = rng.choice(loaded(plan))
    ridden = {(i.shipment, i.part): i.moves for i in plan.itineraries}
    others = [c for u in loaded(plan) for c in u.contents if unit.move not in ridden[c.shipment, c.part]]
    other = pick(rng, others)
    return other and (scenario, with_unit(plan, unit, contents=(*unit.contents, other)))


@OPERATORS.operator("V176")
def other_segregation_group(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    loose = [u for u in loaded(plan) if not is_sealed(scenario, u)]
    unit = pick(rng, loose)
    return unit and (with_row(scenario, "shipments", rng.choice(unit.contents).shipment, segregation="own"), plan)


@OPERATORS.operator("V176")
def other_temperature(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    content = rng.choice(rng.choice(loaded(plan)).contents)
    now = scenario.shipments[content.shipment].temperature
    other = rng.choice(sorted({"ambient", "chilled", "frozen"} - {now}))
    return with_row(scenario, "shipments", content.shipment, temperature=other), plan


@OPERATORS.operator("V177")
def unit_cannot_keep_the_temperature(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = rng.choice(plan.units)
    kept = scenario.load_units[unit.unit_type].temperatures - {unit.temperature}
    return with_row(scenario, "load_units", unit.unit_type, temperatures=kept), plan


def _shared(scenario: Scenario, plan: Plan, field: str) -> list[tuple[str, str]]:
    """Pairs of shipments in one unit, the second with a value in a field that the first may veto."""
    found = []
    for unit in plan.units:
        keys = {c.shipment for c in unit.contents}
        found += [(a, b) for a in sorted(keys) for b in sorted(keys) if a != b]
    return [(a, b) for a, b in found if getattr(scenario.shipments[b], field)]


@OPERATORS.operator("V183")
def shares_with_a_vetoed_shipper(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    pair = pick(rng, _shared(scenario, plan, "shipper"))
    if pair is None:
        return None
    vetoed = frozenset({scenario.shipments[pair[1]].shipper})
    return with_row(scenario, "shipments", pair[0], veto_shippers=vetoed), plan


@OPERATORS.operator("V183")
def shares_with_vetoed_goods(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    pair = pick(rng, _shared(scenario, plan, "goods_class"))
    if pair is None:
        return None
    vetoed = frozenset({scenario.shipments[pair[1]].goods_class})
    return with_row(scenario, "shipments", pair[0], veto_goods=vetoed), plan


@OPERATORS.operator("V184")
def spread_although_together(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    seen: dict[tuple[str, int, str], set[str]] = {}
    for unit in plan.units:
        for c in unit.contents:
            seen.setdefault((c.shipment, c.part, unit.move), set()).add(unit.id)
    key = pick(rng, [key for key, units in seen.items() if len(units) > 1])
    return key and (with_row(scenario, "shipments", key[0], keep_together=True), plan)


@OPERATORS.operator("V185")
def sealed_in_a_strange_unit(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = pick(rng, [u for u in plan.units if is_sealed(scenario, u)])
    if unit is None:
        return None
    other = pick(rng, [kind for kind in scenario.load_units if kind != unit.unit_type])
    return other and (with_row(scenario, "shipments", unit.contents[0].shipment, load_unit=other), plan)


@OPERATORS.operator("V185")
def two_sealed_units_in_one(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    unit = pick(rng, [u for u in plan.units if is_sealed(scenario, u)])
    if unit is None:
        return None
    content = unit.contents[0]
    return scenario, with_unit(plan, unit, contents=(replace(content, atoms=2),))


def truck_loads(scenario: Scenario, plan: Plan) -> dict[tuple[str, str, str, int], int]:
    """Cargo kg of every truck of a road move."""
    roads = {m.id for m in moves_of(plan) if m.kind == "road"}
    found: dict[tuple[str, str, str, int], int] = {}
    for unit in plan.units:
        if unit.move in roads:
            key = (unit.move, unit.temperature, unit.segregation, unit.truck)
            found[key] = found.get(key, 0) + sizes(scenario, unit)[1]
    return found


def haulage_vehicle(plan: Plan, move: str) -> str | None:
    stages = next(m for m in moves_of(plan) if m.id == move).stages
    return next((s.vehicle for s in stages if isinstance(s, RoadStage) and s.purpose != "main"), None)
