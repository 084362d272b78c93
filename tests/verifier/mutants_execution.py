"""Mutation operators on the execution layers: each makes one thing of them wrong and leaves the rest."""

from __future__ import annotations

import random
from dataclasses import replace

from cargopool.model.execution import DepotStock, RoundLeg, UnitLayout
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from verifier.mutant_tools import Pair, Registry, pick

OPERATORS = Registry()


def _trips(plan: Plan, rng: random.Random, **changes: object) -> Plan:
    n = rng.randrange(len(plan.round_trips))
    trips = list(plan.round_trips)
    trips[n] = replace(trips[n], **changes)
    return replace(plan, round_trips=tuple(trips))


def _leg(plan: Plan, rng: random.Random, kind: str, **changes: object) -> Plan | None:
    found = [(n, m) for n, t in enumerate(plan.round_trips) for m, leg in enumerate(t.legs) if leg.kind == kind]
    row = pick(rng, found)
    if row is None:
        return None
    trips = list(plan.round_trips)
    legs = list(trips[row[0]].legs)
    legs[row[1]] = replace(legs[row[1]], **changes)
    trips[row[0]] = replace(trips[row[0]], legs=tuple(legs))
    return replace(plan, round_trips=tuple(trips))


@OPERATORS.operator("V260", priced=False)
def truck_that_is_not_there(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    made = _leg(plan, rng, "loaded", truck=rng.randint(7, 99))
    return made and (scenario, made)


@OPERATORS.operator("V260", priced=False)
def round_of_one_truck(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    trip = rng.choice(plan.round_trips)
    first = trip.legs[0]
    home = RoundLeg(
        kind="empty",
        origin=first.destination,
        destination=first.origin,
        depart_min=first.arrive_min + 60,
        arrive_min=first.arrive_min + 2000,
    )
    return scenario, replace(plan, round_trips=(replace(trip, legs=(first, home)),))


@OPERATORS.operator("V261", priced=False)
def legs_that_do_not_join(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    trip = rng.choice([t for t in plan.round_trips if any(leg.kind == "empty" for leg in t.legs)] or [None])
    if trip is None:
        return None
    legs = [leg for leg in trip.legs if leg.kind == "loaded"]
    return scenario, replace(plan, round_trips=(replace(trip, legs=tuple(legs)),))


@OPERATORS.operator("V262", priced=False)
def truck_in_two_rounds(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    trip = rng.choice(plan.round_trips)
    return scenario, replace(plan, round_trips=(*plan.round_trips, replace(trip, id="again")))


@OPERATORS.operator("V263", priced=False)
def other_units_on_the_truck(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, _trips(plan, rng, unit_type="box")


@OPERATORS.operator("V264", priced=False)
def loaded_leg_at_another_time(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    leg = rng.choice([leg for trip in plan.round_trips for leg in trip.legs if leg.kind == "loaded"])
    made = _leg(plan, rng, "loaded", arrive_min=leg.arrive_min + rng.choice([-30, 17, 4000]))
    return made and (scenario, made)


@OPERATORS.operator("V265", priced=False)
def empty_leg_too_fast(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [leg for trip in plan.round_trips for leg in trip.legs if leg.kind == "empty"]
    if len(found) != 1:
        return None
    made = _leg(plan, rng, "empty", arrive_min=found[0].arrive_min - rng.randint(1, 30))
    return made and (scenario, made)


@OPERATORS.operator("V266", priced=False)
def empty_leg_before_the_truck_is_empty(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [leg for trip in plan.round_trips for leg in trip.legs if leg.kind == "empty"]
    if len(found) != 1:
        return None
    early = rng.randint(1, 50)
    made = _leg(plan, rng, "empty", depart_min=found[0].depart_min - early, arrive_min=found[0].arrive_min - early)
    return made and (scenario, made)


@OPERATORS.operator("V267", priced=False)
def shorter_standing_allowed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return replace(scenario, execution=replace(scenario.execution, max_standing_h=rng.randint(0, 8))), plan


@OPERATORS.operator("V267", priced=False)
def fewer_loads_allowed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    if not any(sum(leg.kind == "loaded" for leg in trip.legs) > 2 for trip in plan.round_trips):
        return None
    return replace(scenario, execution=replace(scenario.execution, max_loaded_legs=2)), plan


@OPERATORS.operator("V267", priced=False)
def shorter_empty_legs_allowed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    if not any(leg.kind == "empty" for trip in plan.round_trips for leg in trip.legs):
        return None
    return replace(scenario, execution=replace(scenario.execution, max_empty_km=float(rng.randint(0, 39)))), plan


@OPERATORS.operator("V268", priced=False)
def gain_made_up(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    trip = rng.choice(plan.round_trips)
    return scenario, _trips(plan, rng, gain_cents=trip.gain_cents + rng.choice([-1, 1, 10_000]) * 3)


@OPERATORS.operator("V268", priced=False)
def dearer_standing(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    price = scenario.execution.standing_eur_per_h + rng.randint(1, 900)
    return replace(scenario, execution=replace(scenario.execution, standing_eur_per_h=price)), plan


def _layout(plan: Plan, rng: random.Random, least: int = 1) -> tuple[int, UnitLayout] | None:
    return pick(rng, [(n, layout) for n, layout in enumerate(plan.layouts) if len(layout.places) >= least])


def _with_layout(plan: Plan, n: int, **changes: object) -> Plan:
    layouts = list(plan.layouts)
    layouts[n] = replace(layouts[n], **changes)
    return replace(plan, layouts=tuple(layouts))


@OPERATORS.operator("V270", priced=False)
def layout_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = rng.randrange(len(plan.layouts))
    return scenario, replace(plan, layouts=plan.layouts[:n] + plan.layouts[n + 1 :])


@OPERATORS.operator("V270", priced=False)
def refused_without_a_reason(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, _with_layout(plan, rng.randrange(len(plan.layouts)), status="refused", places=())


@OPERATORS.operator("V271", priced=False)
def pallet_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    return row and (scenario, _with_layout(plan, row[0], places=row[1].places[1:]))


@OPERATORS.operator("V271", priced=False)
def pallet_of_somebody_else(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    if row is None:
        return None
    n = rng.randrange(len(row[1].places))
    places = list(row[1].places)
    places[n] = replace(places[n], atom=places[n].atom + 500)
    return scenario, _with_layout(plan, row[0], places=tuple(places))


@OPERATORS.operator("V272", priced=False)
def two_pallets_on_one_place(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng, 2)
    if row is None:
        return None
    first, second = row[1].places[:2]
    places = (first, replace(second, row=first.row, side=first.side), *row[1].places[2:])
    return scenario, _with_layout(plan, row[0], places=places)


@OPERATORS.operator("V272", priced=False)
def gap_beyond_the_unit(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    return row and (scenario, _with_layout(plan, row[0], gap_mm=rng.randint(14_000, 99_999)))


@OPERATORS.operator("V272", priced=False)
def pallet_outside_the_grid(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    if row is None:
        return None
    changes = rng.choice([{"row": 12}, {"side": 4}, {"level": 3}])
    return scenario, _with_layout(plan, row[0], places=(replace(row[1].places[0], **changes), *row[1].places[1:]))


@OPERATORS.operator("V273", priced=False)
def stacked_though_not_stackable(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [
        (n, layout)
        for n, layout in enumerate(plan.layouts)
        if len(layout.places) > 1 and not scenario.shipments[layout.places[0].shipment].stackable
    ]
    row = pick(rng, found)
    if row is None:
        return None
    first, second = row[1].places[:2]
    places = (first, replace(second, row=first.row, side=first.side, level=2), *row[1].places[2:])
    return scenario, _with_layout(plan, row[0], places=places)


@OPERATORS.operator("V274", priced=False)
def first_stop_behind_the_last(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(n, layout) for n, layout in enumerate(plan.layouts) if len({p.stop for p in layout.places}) > 1]
    row = pick(rng, found)
    if row is None:
        return None
    last = max(place.row for place in row[1].places)
    turned = tuple(replace(place, row=last + 1 - place.row) for place in row[1].places)
    return scenario, _with_layout(plan, row[0], places=turned)


@OPERATORS.operator("V274", priced=False)
def wrong_stop(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    if row is None:
        return None
    places = (replace(row[1].places[0], stop=row[1].places[0].stop + 5), *row[1].places[1:])
    return scenario, _with_layout(plan, row[0], places=places)


@OPERATORS.operator("V275", priced=False)
def block_pushed_to_the_door(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A container's block moved to one end; its figures stay those of the layout as it was."""
    found = [(n, layout) for n, layout in enumerate(plan.layouts) if layout.gap_mm > 1000 and not layout.bogie_kg]
    row = pick(rng, found)
    return row and (scenario, _with_layout(plan, row[0], gap_mm=0))


@OPERATORS.operator("V275", priced=False)
def weaker_axles(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    if not any(layout.bogie_kg for layout in plan.layouts):
        return None
    return replace(scenario, execution=replace(scenario.execution, kingpin_kg=rng.randint(2_000, 8_000))), plan


@OPERATORS.operator("V276", priced=False)
def figures_made_up(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = _layout(plan, rng)
    if row is None:
        return None
    name = rng.choice(["gravity_mm", "kingpin_kg", "bogie_kg"])
    return scenario, _with_layout(plan, row[0], **{name: getattr(row[1], name) + rng.choice([-9, 1, 400])})


@OPERATORS.operator("V280", priced=False)
def empty_move_with_a_class_of_freight(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    uses = list(plan.empty_moves)
    n = rng.randrange(len(uses))
    uses[n] = replace(uses[n], segregation="general")
    return scenario, replace(plan, empty_moves=tuple(uses))


@OPERATORS.operator("V281", priced=False)
def more_units_than_there_are(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    uses = list(plan.empty_moves)
    n = rng.randrange(len(uses))
    uses[n] = replace(uses[n], count=uses[n].count + rng.randint(6, 30))
    return scenario, replace(plan, empty_moves=tuple(uses))


@OPERATORS.operator("V282", priced=False)
def empty_move_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = rng.randrange(len(plan.empty_moves))
    return scenario, replace(plan, empty_moves=plan.empty_moves[:n] + plan.empty_moves[n + 1 :])


@OPERATORS.operator("V282", priced=False)
def stock_made_up(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rows: list[DepotStock] = list(plan.depot_stocks)
    n = rng.randrange(len(rows))
    name = rng.choice(["initial", "taken", "returned", "sent", "received", "hired", "end"])
    rows[n] = replace(rows[n], **{name: getattr(rows[n], name) + rng.choice([-1, 1, 5])})
    return scenario, replace(plan, depot_stocks=tuple(rows))


@OPERATORS.operator("V283", priced=False)
def shortage_kept_quiet(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    if not plan.shortages:
        return None
    return scenario, replace(plan, shortages=plan.shortages[1:])


@OPERATORS.operator("V283", priced=False)
def shortage_of_other_units(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    if not plan.shortages:
        return None
    first = replace(plan.shortages[0], for_units=("nobody",))
    return scenario, replace(plan, shortages=(first, *plan.shortages[1:]))


@OPERATORS.operator("V290", priced=False)
def execution_line_changed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    lines = list(plan.execution_lines)
    n = rng.randrange(len(lines))
    lines[n] = replace(lines[n], cents=lines[n].cents + rng.choice([-1, 1, 500]))
    return scenario, replace(plan, execution_lines=tuple(lines))


@OPERATORS.operator("V290", priced=False)
def execution_line_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = rng.randrange(len(plan.execution_lines))
    return scenario, replace(plan, execution_lines=plan.execution_lines[:n] + plan.execution_lines[n + 1 :])


@OPERATORS.operator("V291", priced=False)
def execution_element_changed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tces = list(plan.execution_tces)
    n = rng.randrange(len(tces))
    tces[n] = replace(tces[n], ttw_grams=tces[n].ttw_grams + rng.choice([-1, 1, 700]))
    return scenario, replace(plan, execution_tces=tuple(tces))


@OPERATORS.operator("V292", priced=False)
def execution_total_changed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    totals = plan.execution_totals
    names = ("cost_cents", "weighted_cost_cents", "co2e_grams", "carbon_cents", "fixed_cents", "imbalance_cents")
    name = rng.choice([*names, "shortage_cents", "unbalanced_cents", "loaded_km", "empty_km", "energy_mj"])
    changed = replace(totals, **{name: getattr(totals, name) + rng.choice([-1, 1, 90])})
    return scenario, replace(plan, execution_totals=changed)


@OPERATORS.operator("V292", priced=False)
def execution_totals_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, execution_totals=None)


@OPERATORS.operator("V202", priced=False)
def empty_units_on_a_full_train(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The train of an empty move has room for no unit."""
    used = [use.move.stages[0].service for use in plan.empty_moves if use.move.kind == "scheduled"]
    service = pick(rng, used)
    if service is None:
        return None
    services = dict(scenario.services)
    services[service] = replace(services[service], capacity=replace(services[service].capacity, units=0))
    return replace(scenario, services=services), plan


@OPERATORS.operator("V158", priced=False)
def empty_truck_too_fast(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [n for n, use in enumerate(plan.empty_moves) if use.move.kind == "road"]
    n = pick(rng, found)
    if n is None:
        return None
    uses = list(plan.empty_moves)
    move = uses[n].move
    stage = replace(move.stages[0], arrive_min=move.stages[0].arrive_min - rng.randint(1, 60))
    uses[n] = replace(uses[n], move=replace(move, stages=(stage,), available_min=stage.arrive_min))
    return scenario, replace(plan, empty_moves=tuple(uses))


def _stowed(plan: Plan, rng: random.Random) -> int | None:
    return pick(rng, [n for n, stowage in enumerate(plan.stowages) if stowage.contents])


def _with_stowage(plan: Plan, n: int, **changes: object) -> Plan:
    stowages = list(plan.stowages)
    stowages[n] = replace(stowages[n], **changes)
    return replace(plan, stowages=tuple(stowages))


@OPERATORS.operator("V277", priced=False)
def pallets_lost_in_stacking(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = _stowed(plan, rng)
    return None if n is None else (scenario, _with_stowage(plan, n, contents=plan.stowages[n].contents[:-1]))


@OPERATORS.operator("V277", priced=False)
def emptied_unit_whose_pallets_go_nowhere(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = _stowed(plan, rng)
    return None if n is None else (scenario, replace(plan, stowages=plan.stowages[:n] + plan.stowages[n + 1 :]))


@OPERATORS.operator("V277", priced=False)
def stacked_unit_too_heavy(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The type carries less than the stacked unit, and as much as every planned one."""
    if _stowed(plan, rng) is None:
        return None
    kinds = dict(scenario.load_units)
    kinds["box"] = replace(kinds["box"], payload_kg=rng.randint(9_000, 18_000))
    return replace(scenario, load_units=kinds), plan


@OPERATORS.operator("V277", priced=False)
def shipments_that_never_share_stacked_together(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    n = _stowed(plan, rng)
    if n is None:
        return None
    one, other = (scenario.shipments[c.shipment] for c in plan.stowages[n].contents[:2])
    shipments = dict(scenario.shipments)
    shipments[one.id] = replace(one, veto_shippers=frozenset({"Else"}))
    shipments[other.id] = replace(other, shipper="Else")
    return replace(scenario, shipments=shipments), plan
