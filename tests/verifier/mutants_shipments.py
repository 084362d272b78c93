"""Mutation operators on shipments, parts and itineraries."""

from __future__ import annotations

import random
from dataclasses import replace

from cargopool.model.plan import Itinerary, Plan, Unserved
from cargopool.model.scenario import Scenario
from verifier.mutant_tools import (
    Pair,
    Registry,
    closes_before,
    delivered,
    loose,
    moves_of,
    opens_after,
    pick,
    retotal,
    rides_of,
    with_itinerary,
    with_place,
    with_row,
    without,
)

OPERATORS = Registry()


def _left(shipment: str) -> Unserved:
    return Unserved(shipment=shipment, reason="price", text="Left out.")


def _moves(plan: Plan, itinerary: Itinerary) -> list:
    known = {move.id: move for move in moves_of(plan)}
    return [known[name] for name in itinerary.moves]


@OPERATORS.operator("V107")
def other_variant(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, variant=plan.variant + "-dry")


@OPERATORS.operator("V110")
def shipment_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, plan.itineraries)
    return one and (scenario, without(plan, one.shipment))


@OPERATORS.operator("V111")
def served_and_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, plan.itineraries)
    return one and (scenario, replace(plan, unserved=(*plan.unserved, _left(one.shipment))))


@OPERATORS.operator("V112")
def one_pallet_not_planned(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The last part is one atom shorter, in its units too."""
    one = pick(rng, [i for i in plan.itineraries if i.atoms > 1])
    if one is None:
        return None
    last = one.first_atom + one.atoms - 1
    units = []
    for unit in plan.units:
        contents = []
        for c in unit.contents:
            mine = (c.shipment, c.part) == (one.shipment, one.part) and c.first_atom + c.atoms - 1 == last
            contents.append(replace(c, atoms=c.atoms - 1) if mine else c)
        units.append(replace(unit, contents=tuple(c for c in contents if c.atoms)))
    return scenario, with_itinerary(replace(plan, units=tuple(units)), one, atoms=one.atoms - 1)


@OPERATORS.operator("V112")
def parts_overlap(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.first_atom > 0])
    return one and (scenario, with_itinerary(plan, one, first_atom=one.first_atom - 1))


def _split(plan: Plan, one: Itinerary, at: int) -> Plan:
    """The part in two halves on the same moves; the new one begins at atom ``at``."""
    number = 1 + max(i.part for i in plan.itineraries if i.shipment == one.shipment)
    first = replace(one, atoms=at - one.first_atom)
    second = replace(one, part=number, first_atom=at, atoms=one.first_atom + one.atoms - at)
    units = []
    for unit in plan.units:
        contents = []
        for c in unit.contents:
            if (c.shipment, c.part) != (one.shipment, one.part) or c.first_atom + c.atoms <= at:
                contents.append(c)
            elif c.first_atom >= at:
                contents.append(replace(c, part=number))
            else:
                contents.append(replace(c, atoms=at - c.first_atom))
                contents.append(replace(c, part=number, first_atom=at, atoms=c.first_atom + c.atoms - at))
        units.append(replace(unit, contents=tuple(contents)))
    itineraries = tuple(x for i in plan.itineraries for x in ((first, second) if i is one else (i,)))
    return replace(plan, units=tuple(units), itineraries=itineraries)


def _splittable(scenario: Scenario, plan: Plan) -> list[Itinerary]:
    """The last parts of loose shipments with at least two atoms."""
    last = {i.shipment: i for i in sorted(loose(scenario, plan), key=lambda i: i.first_atom)}
    return [i for i in last.values() if i.atoms >= 2]


@OPERATORS.operator("V113")
def one_part_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, _splittable(scenario, plan))
    if one is None:
        return None
    parts = sum(1 for i in plan.itineraries if i.shipment == one.shipment)
    scenario = with_row(scenario, "shipments", one.shipment, max_parts=parts, min_part_pallets=1)
    return scenario, _split(plan, one, one.first_atom + rng.randint(1, one.atoms - 1))


@OPERATORS.operator("V114")
def part_one_pallet_too_small(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, _splittable(scenario, plan))
    if one is None:
        return None
    small = rng.randint(1, one.atoms - 1)
    scenario = with_row(scenario, "shipments", one.shipment, max_parts=9, min_part_pallets=small + 1)
    return scenario, _split(plan, one, one.first_atom + one.atoms - small)


@OPERATORS.operator("V116")
def parts_numbered_from_two(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if sum(j.shipment == i.shipment for j in plan.itineraries) == 1])
    if one is None:
        return None
    units = tuple(
        replace(u, contents=tuple(replace(c, part=2) if c.shipment == one.shipment else c for c in u.contents))
        for u in plan.units
    )
    return scenario, with_itinerary(replace(plan, units=units), one, part=2)


@OPERATORS.operator("V115")
def must_serve_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    key = rng.choice(list(scenario.shipments))
    plan = without(plan, key)
    left = tuple(u for u in plan.unserved if u.shipment != key)
    return with_row(scenario, "shipments", key, must_serve=True), replace(plan, unserved=(*left, _left(key)))


@OPERATORS.operator("V115")
def left_out_where_forbidden(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    key = rng.choice(list(scenario.shipments))
    plan = without(plan, key)
    left = tuple(u for u in plan.unserved if u.shipment != key)
    objective = replace(scenario.objective, unserved_allowed=False)
    return replace(scenario, objective=objective), replace(plan, unserved=(*left, _left(key)))


@OPERATORS.operator("V120")
def other_destination(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.delivery is None])
    if one is None:
        return None
    now = scenario.shipments[one.shipment].destination
    other = pick(rng, [place for place in (*scenario.hubs, *scenario.doors) if place != now])
    return other and (with_row(scenario, "shipments", one.shipment, destination=other), plan)


@OPERATORS.operator("V120")
def other_origin(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.collection is None])
    if one is None:
        return None
    now = scenario.shipments[one.shipment].origin
    other = pick(rng, [place for place in (*scenario.hubs, *scenario.doors) if place != now])
    return other and (with_row(scenario, "shipments", one.shipment, origin=other), plan)


@OPERATORS.operator("V121")
def moves_swapped(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if len(i.moves) > 1])
    return one and (scenario, with_itinerary(plan, one, moves=tuple(reversed(one.moves))))


@OPERATORS.operator("V122")
def back_to_where_it_was(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The first move once more at the end: its places come twice."""
    one = pick(rng, [i for i in plan.itineraries if i.delivery is None])
    return one and (scenario, with_itinerary(plan, one, moves=(*one.moves, one.moves[0])))


@OPERATORS.operator("V123")
def loose_freight_at_a_pure_terminal(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    places = {h.place for i in loose(scenario, plan) for h in i.handlings if h.place in scenario.hubs}
    place = pick(rng, sorted(places))
    return place and (with_place(scenario, place, cross_dock=None), plan)


@OPERATORS.operator("V124")
def forbidden_mode(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    move = rng.choice(_moves(plan, one))
    rides = rides_of(move)
    mode = scenario.services[rng.choice(rides).service].mode if rides else "road"
    modes = scenario.shipments[one.shipment].modes - {mode}
    return with_row(scenario, "shipments", one.shipment, modes=modes), plan


def _dangerous(scenario: Scenario, shipment: str) -> Scenario:
    """The shipment becomes ADR class 9 in its present segregation group."""
    group = scenario.shipments[shipment].pooling_class[1]
    return with_row(scenario, "shipments", shipment, adr_class="9", segregation=group)


@OPERATORS.operator("V125")
def adr_class_refused_by_a_hub(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, loose(scenario, plan))
    if one is None:
        return None
    hubs = {h.place for h in one.handlings}
    for move in _moves(plan, one):
        for stage in rides_of(move):
            hubs |= {stage.origin, stage.destination}
    hub = pick(rng, sorted(hubs & set(scenario.hubs)))
    return hub and (with_place(_dangerous(scenario, one.shipment), hub, adr_classes=frozenset({"3"})), plan)


@OPERATORS.operator("V126")
def adr_class_refused_by_a_service(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(i, s.service) for i in loose(scenario, plan) for m in _moves(plan, i) for s in rides_of(m)]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    scenario = _dangerous(scenario, chosen[0].shipment)
    return with_row(scenario, "services", chosen[1], adr_classes=frozenset({"3"})), plan


@OPERATORS.operator("V128")
def one_move_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    most = max(len(i.moves) for i in plan.itineraries)
    return replace(scenario, scope=replace(scenario.scope, max_moves=most - 1)), plan


@OPERATORS.operator("V130")
def handling_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    skip = rng.randrange(len(one.handlings))
    kept = tuple(h for i, h in enumerate(one.handlings) if i != skip)
    return scenario, with_itinerary(plan, one, handlings=kept)


def _rehandled(plan: Plan, one: Itinerary, i: int, start: int, end: int) -> Plan:
    handlings = list(one.handlings)
    handlings[i] = replace(handlings[i], start_min=start, end_min=end)
    return with_itinerary(plan, one, handlings=tuple(handlings))


@OPERATORS.operator("V131")
def handling_one_minute_short(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(o, i) for o in plan.itineraries for i, h in enumerate(o.handlings[:-1]) if h.end_min > h.start_min]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    one, i = chosen
    handling = one.handlings[i]
    return scenario, _rehandled(plan, one, i, handling.start_min, handling.end_min - 1)


@OPERATORS.operator("V132")
def handling_ends_a_minute_after_closing_time(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    handling = rng.choice(rng.choice(plan.itineraries).handlings)
    closed = closes_before(scenario, handling.place, handling.end_min)
    return closed and (closed, plan)


@OPERATORS.operator("V132")
def handling_starts_a_minute_before_opening(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    handling = rng.choice(rng.choice(plan.itineraries).handlings)
    closed = opens_after(scenario, handling.place, handling.start_min)
    return closed and (closed, plan)


@OPERATORS.operator("V133")
def handling_a_minute_too_early(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    moves = _moves(plan, one)
    first = one.collection.end_min if one.collection else scenario.shipments[one.shipment].ready_min
    there = [first, *(move.available_min for move in moves)]
    i = rng.randrange(len(there))
    handling = one.handlings[i]
    start = there[i] - 1
    end = start + handling.end_min - handling.start_min
    changed = _rehandled(plan, one, i, start, end)
    if i == len(moves) and one.delivery is None:
        again = next(x for x in changed.itineraries if (x.shipment, x.part) == (one.shipment, one.part))
        changed = with_itinerary(changed, again, **delivered(scenario, one, end))
    return scenario, changed


@OPERATORS.operator("V134")
def handling_a_minute_too_late_for_the_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    i = rng.randrange(len(one.moves))
    handling = one.handlings[i]
    end = _moves(plan, one)[i].latest_min + 1
    return scenario, _rehandled(plan, one, i, end - (handling.end_min - handling.start_min), end)


@OPERATORS.operator("V135")
def collection_a_minute_before_ready(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.collection])
    if one is None:
        return None
    tour, ready = one.collection, scenario.shipments[one.shipment].ready_min
    moved = replace(tour, start_min=ready - 1, end_min=ready - 1 + tour.end_min - tour.start_min)
    return scenario, with_itinerary(plan, one, collection=moved)


@OPERATORS.operator("V135")
def collection_a_minute_too_fast(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.collection])
    tour = one and one.collection
    return tour and (scenario, with_itinerary(plan, one, collection=replace(tour, end_min=tour.end_min - 1)))


@OPERATORS.operator("V135")
def delivery_leaves_a_minute_early(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = pick(rng, [i for i in plan.itineraries if i.delivery])
    tour = one and one.delivery
    return tour and (scenario, with_itinerary(plan, one, delivery=replace(tour, start_min=tour.start_min - 1)))


@OPERATORS.operator("V127")
def tour_out_of_reach(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """Collection tours need the hub within the radius of the door."""
    toured = [i for i in plan.itineraries if i.collection or i.delivery]
    if not toured:
        return None
    return replace(scenario, drayage=replace(scenario.drayage, radius_km=0.5)), plan


@OPERATORS.operator("V127")
def tour_to_a_pure_terminal(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, [t for i in plan.itineraries for t in (i.collection, i.delivery) if t])
    return tour and (with_place(scenario, tour.hub, cross_dock=None), plan)


@OPERATORS.operator("V136")
def delivered_a_minute_early_on_paper(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    return scenario, with_itinerary(plan, one, **delivered(scenario, one, one.delivered_min - 1))


@OPERATORS.operator("V137")
def delivered_a_minute_after_the_latest(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    latest = one.delivered_min - 1
    due = min(latest, scenario.shipments[one.shipment].due_min)
    scenario = with_row(scenario, "shipments", one.shipment, latest_min=latest, due_min=due)
    for part in [i for i in plan.itineraries if i.shipment == one.shipment]:
        plan = with_itinerary(plan, part, **delivered(scenario, part, part.delivered_min))
    return scenario, retotal(scenario, plan)


@OPERATORS.operator("V138")
def lateness_one_minute_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    one = rng.choice(plan.itineraries)
    off = rng.choice((-1, 1)) if one.late_min else 1
    return scenario, with_itinerary(plan, one, late_min=one.late_min + off)
