"""Mutation operators on limits: the plan's own use is computed first, then the limit is set one below it.

Every operator has a twin with the limit exactly at the use, which must not raise the code.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from cargopool.footprint import cap_states
from cargopool.model.plan import Plan
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import EmissionCap, Scenario
from verifier.mutant_tools import Named, Pair, loose, moves_of, pick, rides_of, with_place, with_row
from verifier.mutants_loads import fullest, haulage_vehicle, is_sealed, sizes, truck_loads

Limit = Callable[[random.Random, Scenario, Plan, int], Pair | None]
"""Like an operator, with the excess: 1 breaks the limit, 0 just meets it."""

LIMITS: list[tuple[str, str, Limit]] = []
"""Name, code, function."""


def limit(code: str) -> Callable[[Limit], Limit]:
    def keep(function: Limit) -> Limit:
        LIMITS.append((function.__name__, code, function))
        return function

    return keep


def _unit_room(d: int, field: str) -> Limit:
    def tighten(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
        found = [(kind, fullest(scenario, plan, kind, d)) for kind in sorted({u.unit_type for u in plan.units})]
        chosen = pick(rng, [row for row in found if row[1] > 0])
        return chosen and (with_row(scenario, "load_units", chosen[0], **{field: chosen[1] - excess}), plan)

    tighten.__name__ = f"unit_{field}"
    return tighten


for _d, _code, _field in (
    (0, "V178", "pallets_milli"),
    (1, "V179", "payload_kg"),
    (2, "V180", "volume_m3_milli"),
    (3, "V181", "loading_metres_milli"),
):
    limit(_code)(_unit_room(_d, _field))


@limit("V182")
def truck_gross_limit(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    heaviest: Counter[str] = Counter()
    known = {m.id: m for m in moves_of(plan)}
    for key, kg in truck_loads(scenario, plan).items():
        move = known[key[0]]
        vehicle = scenario.vehicles[move.stages[0].vehicle]
        tare = move.units_per_move * scenario.load_units[move.unit_type].tare_kg
        heaviest[vehicle.id] = max(heaviest[vehicle.id], vehicle.tractor_kg + tare + kg)
    chosen = pick(rng, heaviest.items())
    return chosen and (with_row(scenario, "vehicles", chosen[0], gross_limit_kg=chosen[1] - excess), plan)


@limit("V182")
def combined_transport_limit(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    gross = []
    for unit in plan.units:
        vehicle = haulage_vehicle(plan, unit.move)
        if vehicle is not None:
            kg = sizes(scenario, unit)[1] + scenario.load_units[unit.unit_type].tare_kg
            gross.append((kg + scenario.vehicles[vehicle].tractor_kg, vehicle))
    if not gross:
        return None
    most, vehicle = max(gross)
    return with_row(scenario, "vehicles", vehicle, combined_limit_kg=most - excess), plan


@limit("V182")
def weight_class_limit(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    """The class of a move ends at the mass of its heaviest unit, in every tariff and every move that has it."""
    classed = [m for m in moves_of(plan) if m.max_gross_kg is not None]
    move = pick(rng, classed)
    if move is None:
        return None
    old = move.max_gross_kg
    users = {m.id for m in classed if m.max_gross_kg == old}
    kg = max(
        sizes(scenario, u)[1] + scenario.load_units[u.unit_type].tare_kg
        for u in plan.units
        if u.move in users and u.contents
    )
    new = kg - excess
    for service in scenario.services.values():
        rows = service.tariff.weight_classes
        if any(row.up_to_kg == old for row in rows):
            if any(row.up_to_kg == new for row in rows):
                return None
            changed = sorted(
                (replace(r, up_to_kg=new) if r.up_to_kg == old else r for r in rows), key=lambda r: r.up_to_kg
            )
            tariff = replace(service.tariff, weight_classes=tuple(changed))
            scenario = with_row(scenario, "services", service.id, tariff=tariff)
    uses = tuple(
        replace(use, move=replace(use.move, max_gross_kg=new)) if use.move.id in users else use for use in plan.moves
    )
    return scenario, replace(plan, moves=uses)


def leg_use(scenario: Scenario, plan: Plan, what: str) -> Counter[tuple[str, str, int]]:
    """Use of every leg of every departure, counted as docs/model.md section 5 says."""
    found: Counter[tuple[str, str, int]] = Counter()
    for use in plan.moves:
        unit = scenario.load_units[use.move.unit_type]
        for stage in rides_of(use.move):
            service = scenario.services[stage.service]
            if service.headway_min is not None:
                continue
            each = {
                "teu_milli": unit.teu_milli,
                "units": 1,
                "gross_tonnes": use.move.max_gross_kg or unit.tare_kg + unit.payload_kg,
                "length_m": round(unit.length_m * 100),
                "plugs": int(use.temperature != "ambient"),
                "allotment": int(stage.slot == "allotment"),
                "spot": int(stage.slot == "spot"),
            }[what]
            hubs = [stop.hub for stop in service.stops]
            for leg in range(hubs.index(stage.origin), hubs.index(stage.destination)):
                found[service.id, stage.run_date, leg] += each * use.count
    return Counter({key: amount for key, amount in found.items() if amount})


def _most(used: Counter[tuple[str, str, int]], service: str) -> int:
    return max(amount for key, amount in used.items() if key[0] == service)


def _leg_room(what: str) -> Limit:
    def tighten(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
        used = leg_use(scenario, plan, what)
        service = pick(rng, sorted({key[0] for key in used}))
        if service is None:
            return None
        most = _most(used, service)
        if what in ("allotment", "spot"):
            return with_row(scenario, "services", service, **{f"{what}_units": most - excess}), plan
        whole = {"gross_tonnes": 1000, "length_m": 100}.get(what, 1)
        bound = (most - 1) // whole if excess else -(-most // whole)
        room = replace(scenario.services[service].capacity, **{what: bound})
        return with_row(scenario, "services", service, capacity=room), plan

    tighten.__name__ = f"departure_{what}"
    return tighten


for _code, _what in (
    ("V201", "teu_milli"),
    ("V202", "units"),
    ("V203", "gross_tonnes"),
    ("V204", "length_m"),
    ("V205", "plugs"),
    ("V206", "allotment"),
    ("V207", "spot"),
):
    limit(_code)(_leg_room(_what))


def hub_use(scenario: Scenario, plan: Plan, what: str) -> Counter[tuple[str, int]]:
    """Lifts, yard places or plugs of every hub and bucket, minute by minute."""
    size = scenario.scope.bucket_min
    found: Counter[tuple[str, int]] = Counter()
    for use in plan.moves:
        move, rides = use.move, rides_of(use.move)
        if not rides:
            continue
        stays = [(rides[0].origin, move.hand_in_min, rides[0].depart_min)]
        stays += [(a.destination, a.pick_up_ready_min, b.depart_min) for a, b in pairwise(rides)]
        stays.append((rides[-1].destination, rides[-1].pick_up_ready_min, move.collect_min))
        if what == "lifts":
            lifts = [(hub, begin) for hub, begin, _ in stays[:-1]] + [(rides[-1].destination, move.collect_min)]
            for hub, minute in lifts:
                found[hub, minute // size] += use.count
        elif what == "yard" or use.temperature != "ambient":
            for hub, begin, end in stays:
                for bucket in {minute // size for minute in range(begin, max(end, begin + 1))}:
                    found[hub, bucket] += use.count
    return found


def _hub_room(what: str, field: str) -> Limit:
    def tighten(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
        used = hub_use(scenario, plan, what)
        hub = pick(rng, sorted({key[0] for key in used}))
        if hub is None:
            return None
        most = max(amount for key, amount in used.items() if key[0] == hub)
        if what == "lifts":
            size = scenario.scope.bucket_min
            bound = (60 * most - 1) // size if excess else -(-60 * most // size)
            return with_place(scenario, hub, lifts_per_hour=bound), plan
        return with_place(scenario, hub, **{field: most - excess}), plan

    tighten.__name__ = f"hub_{what}"
    return tighten


for _code, _what, _field in (
    ("V208", "lifts", "lifts_per_hour"),
    ("V209", "yard", "yard_places"),
    ("V210", "plugs", "reefer_plugs"),
):
    limit(_code)(_hub_room(_what, _field))


def _pallets(scenario: Scenario, one) -> int:
    return quantity_of(scenario.shipments[one.shipment], one.first_atom, one.atoms).pallets_milli


def busiest_bucket(scenario: Scenario, plan: Plan, hub: str, rate: int) -> int:
    """Milli-pallets of the busiest bucket when the hub works at this rate."""
    size = scenario.scope.bucket_min
    used: Counter[int] = Counter()
    for one in loose(scenario, plan):
        for handling in one.handlings:
            left, minute = (_pallets(scenario, one), handling.start_min) if handling.place == hub else (0, 0)
            while left > 0:
                end = (minute // size + 1) * size
                amount = min(left, rate * 1000 * (end - minute) // 60)
                used[minute // size] += amount
                left, minute = left - amount, end
    return max(used.values(), default=0)


@limit("V211")
def hub_pallets_per_hour(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    """The highest rate that is too low, and the lowest from which on all are enough."""
    size = scenario.scope.bucket_min
    hubs = sorted(
        {h.place for one in loose(scenario, plan) for h in one.handlings} & set(scenario.hubs),
    )
    rng.shuffle(hubs)
    for hub in hubs:
        rates = range(1, 400)
        low = [r for r in rates if busiest_bucket(scenario, plan, hub, r) > r * 1000 * size // 60]
        if low:
            rate = max(low) + (0 if excess else 1)
            dock = replace(scenario.hubs[hub].cross_dock, pallets_per_hour=rate)
            return with_place(scenario, hub, cross_dock=dock), plan
    return None


@limit("V212")
def hub_pallet_places(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    size = scenario.scope.bucket_min
    known = {move.id: move for move in moves_of(plan)}
    used: Counter[tuple[str, int]] = Counter()
    for one in loose(scenario, plan):
        moves = [known[name] for name in one.moves]
        first = one.collection.end_min if one.collection else scenario.shipments[one.shipment].ready_min
        there = [first, *(move.available_min for move in moves)]
        gone = [*(move.latest_min for move in moves), one.handlings[-1].end_min]
        for handling, begin, end in zip(one.handlings, there, gone, strict=True):
            for bucket in {minute // size for minute in range(begin, max(end, begin + 1))}:
                used[handling.place, bucket] += _pallets(scenario, one)
    hub = pick(rng, sorted({place for place, _ in used} & set(scenario.hubs)))
    if hub is None:
        return None
    most = max(amount for key, amount in used.items() if key[0] == hub)
    places = (most - 1) // 1000 if excess else -(-most // 1000)
    return with_place(scenario, hub, pallet_places=places), plan


@limit("V213")
def co2e_cap(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    cap = (plan.totals.co2e_grams - excess) / 1000
    return replace(scenario, objective=replace(scenario.objective, co2e_cap_kg=cap)), plan


@limit("V216")
def group_cap(rng: random.Random, scenario: Scenario, plan: Plan, excess: int) -> Pair | None:
    chosen = pick(rng, sorted({one.shipment for one in plan.itineraries}))
    if chosen is None:
        return None
    shipment = scenario.shipments[chosen]
    lane = f"{shipment.origin}-{shipment.destination}"
    free = EmissionCap(shipper=shipment.shipper) if rng.random() < 0.5 else EmissionCap(lane=lane)
    grams = cap_states(scenario, plan, [replace(free, co2e_kg=1e9)])[0].grams
    if grams <= 0:
        return None
    cap = replace(free, co2e_kg=(grams - excess) / 1000)
    return replace(scenario, objective=replace(scenario.objective, caps=(cap,))), plan


def _bound(function: Limit, excess: int) -> Callable[[random.Random, Scenario, Plan], Pair | None]:
    return lambda rng, scenario, plan: function(rng, scenario, plan, excess)


OPERATORS = [Named(f"{name}_exceeded_by_one", code, _bound(function, 1)) for name, code, function in LIMITS]
TWINS = [Named(f"{name}_just_met", code, _bound(function, 0)) for name, code, function in LIMITS]
"""Valid as far as their code goes."""

__all__ = ["LIMITS", "OPERATORS", "TWINS", "is_sealed"]
