"""Mutation operators on tours, their drivers and their prices."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import get_args

from cargopool.footprint import price_plan
from cargopool.footprint.tours import at_plan_rates, leg_mj
from cargopool.model.equipment import FleetVehicle
from cargopool.model.plan import Plan, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario, TruckBan
from cargopool.model.tours import DrayageKind, DrayageRate, LeadTime, LeadWay, TourSegment, TourStop, VehicleTour
from cargopool.rules import local_moment
from cargopool.rules.drayage import jobs_of, tour_loads
from cargopool.rules.roads import road_link
from verifier.mutant_tools import Pair, Registry, closes_before, pick, with_itinerary, with_place, with_row

OPERATORS = Registry()
TWINS = Registry()

Seg = tuple[str, int]


def with_tour(plan: Plan, old: VehicleTour, **changes: object) -> Plan:
    return replace(plan, tours=tuple(replace(t, **changes) if t is old else t for t in plan.tours))


def with_stop(plan: Plan, tour: VehicleTour, at: int, **changes: object) -> Plan:
    stops = list(tour.stops)
    stops[at] = replace(stops[at], **changes)
    return with_tour(plan, tour, stops=tuple(stops))


def works(plan: Plan, *kinds: str) -> list[tuple[VehicleTour, int]]:
    """Stops with a task of these kinds, all kinds when none is named."""
    return [
        (t, i)
        for t in plan.tours
        for i, stop in enumerate(t.stops)
        if stop.task is not None and (not kinds or stop.task.kind in kinds)
    ]


def owned(plan: Plan) -> list[VehicleTour]:
    return [t for t in plan.tours if t.fleet]


def boards(scenario: Scenario, tour: VehicleTour) -> Iterator[list]:
    """Pallet tasks on board after each stop."""
    board: dict[tuple[str, int, int], object] = {}
    for stop in tour.stops:
        if stop.task is not None and not stop.task.unit:
            key = (stop.task.shipment, stop.task.part, stop.task.first_atom)
            if stop.task.kind == "pick_up":
                board[key] = stop.task
            else:
                board.pop(key, None)
        yield list(board.values())


@OPERATORS.operator("V300")
def tour_without_log(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, with_tour(plan, rng.choice(plan.tours), log=())


@OPERATORS.operator("V301")
def driven_by_another_vehicle(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    other = pick(rng, [name for name in scenario.vehicles if name != tour.vehicle])
    return scenario, with_tour(plan, tour, vehicle=other)


@OPERATORS.operator("V302")
def does_not_come_home(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    stop = replace(tour.stops[-1], place=pick(rng, [d for d in scenario.doors if d != tour.stops[-2].place]))
    return scenario, with_tour(plan, tour, stops=(*tour.stops[:-1], stop))


@OPERATORS.operator("V302")
def from_another_depot(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, owned(plan))
    if tour is None:
        return None
    row = scenario.fleet[tour.fleet]
    return with_row(scenario, "fleet", row.id, depot=pick(rng, [h for h in scenario.hubs if h != row.depot])), plan


@OPERATORS.operator("V303")
def task_of_another(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """Pallets of a shipment that has no business there."""
    tour, at = rng.choice(works(plan, "pick_up", "drop_off"))
    task = tour.stops[at].task
    places = {(job.parts[0], v.place) for job in jobs_of(scenario, plan) for v in job.visits if job.pallets}
    others = [one for one in plan.itineraries if ((one.shipment, one.part), tour.stops[at].place) not in places]
    other = pick(rng, others)
    changed = replace(task, shipment=other.shipment, part=other.part, first_atom=other.first_atom, atoms=other.atoms)
    return scenario, with_stop(plan, tour, at, task=changed)


@OPERATORS.operator("V303")
def pallets_as_a_unit(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour, at = rng.choice(works(plan, "pick_up"))
    return scenario, with_stop(plan, tour, at, task=replace(tour.stops[at].task, kind="take_full"))


@OPERATORS.operator("V304")
def no_road_there(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour, _ = rng.choice(works(plan))
    place = next((s.place for s in tour.stops if s.place in scenario.doors), None)
    return place and (with_place(scenario, place, road_region="island"), plan)


@OPERATORS.operator("V305")
def task_left_undone(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour, at = rng.choice(works(plan))
    return scenario, with_stop(plan, tour, at, task=None)


@OPERATORS.operator("V305")
def done_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    return scenario, replace(
        plan, tours=(*plan.tours, replace(tour, id="again", fleet="", vehicle="chassis", number=99))
    )


@OPERATORS.operator("V305")
def tour_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    return len(plan.tours) > 1 and (scenario, replace(plan, tours=tuple(t for t in plan.tours if t is not tour)))


@OPERATORS.operator("V305")
def a_pallet_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    many = [(t, i) for t, i in works(plan, "pick_up", "drop_off") if t.stops[i].task.atoms > 1]
    found = pick(rng, many)
    if found is None:
        return None
    tour, at = found
    task = tour.stops[at].task
    stops = tuple(
        replace(s, task=replace(s.task, atoms=s.task.atoms - 1))
        if s.task is not None
        and (s.task.shipment, s.task.part, s.task.first_atom) == (task.shipment, task.part, task.first_atom)
        else s
        for s in tour.stops
    )
    return scenario, with_tour(plan, tour, stops=stops)


@OPERATORS.operator("V306")
def faster_than_the_road(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    legs = [(t, i) for t in plan.tours for i in range(1, len(t.stops)) if t.stops[i].place != t.stops[i - 1].place]
    tour, at = rng.choice(legs)
    return scenario, with_stop(plan, tour, at, arrive_min=tour.stops[at - 1].end_min + 1)


@OPERATORS.operator("V306")
def works_before_it_arrives(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour, at = rng.choice(works(plan))
    return scenario, with_stop(plan, tour, at, start_min=tour.stops[at].arrive_min - rng.randint(1, 30))


@OPERATORS.operator("V307")
def log_with_a_gap(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice([t for t in plan.tours if len(t.log) > 2])
    gone = rng.randrange(1, len(tour.log) - 1)
    return scenario, with_tour(plan, tour, log=tour.log[:gone] + tour.log[gone + 1 :])


@OPERATORS.operator("V307")
def driving_called_a_break(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(t, i) for t in plan.tours for i, s in enumerate(t.log) if s.kind == "drive"]
    tour, at = rng.choice(found)
    log = list(tour.log)
    log[at] = replace(log[at], kind="break")
    return scenario, with_tour(plan, tour, log=tuple(log))


@OPERATORS.operator("V307")
def work_called_a_wait(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(t, i) for t in plan.tours for i, s in enumerate(t.log) if s.kind == "work"]
    tour, at = rng.choice(found)
    log = list(tour.log)
    log[at] = replace(log[at], kind="wait")
    return scenario, with_tour(plan, tour, log=tuple(log))


@OPERATORS.operator("V307")
def log_begins_later(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    first = replace(tour.log[0], start_min=tour.log[0].start_min + 1)
    return scenario, with_tour(plan, tour, log=(first, *tour.log[1:]))


@OPERATORS.operator("V308")
def dropped_off_by_another(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The drop-off goes to a copy of the tour, which never picked it up."""
    tour, at = rng.choice(works(plan, "drop_off", "leave_full", "leave_empty"))
    bare = tuple(s if i == at else replace(s, task=None) for i, s in enumerate(tour.stops))
    log = tuple(replace(s, kind="work") if s.kind == "work" else s for s in tour.log)
    other = replace(tour, id="other", fleet="", vehicle="chassis", number=77, stops=bare, log=log)
    shown = with_stop(plan, tour, at, task=None)
    return scenario, replace(shown, tours=(*shown.tours, other))


@OPERATORS.operator("V308")
def dropped_off_first(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The whole tour driven backwards in place, its times as they were."""
    tour = rng.choice([t for t in plan.tours if any(s.task for s in t.stops)])
    turned = tuple(
        replace(there, place=here.place, task=here.task)
        for here, there in zip(reversed(tour.stops), tour.stops, strict=True)
    )
    return scenario, with_tour(plan, tour, stops=turned)


@OPERATORS.operator("V309")
def hurried_work(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(t, i) for t, i in works(plan) if t.stops[i].end_min > t.stops[i].start_min]
    tour, at = rng.choice(found)
    return scenario, with_stop(plan, tour, at, end_min=tour.stops[at].end_min - 1)


@OPERATORS.operator("V309")
def slower_doors(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour, _ = rng.choice(works(plan, "pick_up", "drop_off"))
    door = next(s.place for s in tour.stops if s.place in scenario.doors and s.task and not s.task.unit)
    return with_place(scenario, door, loading_min=scenario.doors[door].loading_min + 1), plan


def moved(tour: VehicleTour, minutes: int) -> VehicleTour:
    stops = tuple(
        replace(s, arrive_min=s.arrive_min + minutes, start_min=s.start_min + minutes, end_min=s.end_min + minutes)
        for s in tour.stops
    )
    log = tuple(replace(s, start_min=s.start_min + minutes, end_min=s.end_min + minutes) for s in tour.log)
    return replace(tour, stops=stops, log=log)


@OPERATORS.operator("V310")
def days_too_late(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = rng.choice(plan.tours)
    late = moved(tour, 1440 * rng.randint(20, 40))
    return scenario, replace(plan, tours=tuple(late if t is tour else t for t in plan.tours))


@OPERATORS.operator("V310")
def before_it_is_ready(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(t, i) for t, i in works(plan, "pick_up") if t.stops[i].place in scenario.doors]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    stop = chosen[0].stops[chosen[1]]
    return with_row(scenario, "shipments", stop.task.shipment, ready_min=stop.start_min + 1), plan


@OPERATORS.operator("V310")
def door_closed(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [
        (t, i) for t, i in works(plan, "pick_up", "drop_off", "load", "unload") if t.stops[i].place in scenario.doors
    ]
    tour, at = rng.choice(found)
    changed = closes_before(scenario, tour.stops[at].place, tour.stops[at].end_min)
    return changed and (changed, plan)


@OPERATORS.operator("V310")
def handed_in_after_closing(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The plan's hand-in is a minute before the tour's."""
    found = [(t, i) for t, i in works(plan, "leave_full") if t.stops[i].place in scenario.hubs]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    stop = chosen[0].stops[chosen[1]]
    unit = next(u for u in plan.units if u.id == stop.task.unit)
    uses = tuple(
        replace(use, move=replace(use.move, hand_in_min=stop.start_min - 1)) if use.move.id == unit.move else use
        for use in plan.moves
    )
    return scenario, replace(plan, moves=uses)


@OPERATORS.operator("V310")
def delivered_too_late(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """Due, and the planned delivery, are a minute before the tour's."""
    found = [(t, i) for t, i in works(plan, "drop_off") if t.stops[i].place in scenario.doors]
    tour, at = rng.choice(found)
    end, task = tour.stops[at].end_min, tour.stops[at].task
    one = next(x for x in plan.itineraries if (x.shipment, x.part) == (task.shipment, task.part))
    changed = with_row(scenario, "shipments", task.shipment, due_min=end - 1)
    return changed, with_itinerary(plan, one, delivered_min=min(one.delivered_min, end - 1))


@OPERATORS.operator("V311")
def handled_before_handed_over(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [(t, i) for t, i in works(plan, "drop_off") if t.stops[i].place in scenario.hubs]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    stop = chosen[0].stops[chosen[1]]
    one = next(x for x in plan.itineraries if (x.shipment, x.part) == (stop.task.shipment, stop.task.part))
    load = one.handlings[0]
    early = replace(load, start_min=stop.start_min - 1, end_min=stop.start_min - 1 + load.end_min - load.start_min)
    return scenario, with_itinerary(plan, one, handlings=(early, *one.handlings[1:]))


def detoured(scenario: Scenario, plan: Plan, tour: VehicleTour, there: list[Seg], back: list[Seg]) -> Pair | None:
    """The tour goes on to the other hub and back, with what the driver does on the two ways."""
    home = tour.stops[-1].place
    if home not in scenario.hubs:
        return None
    away = next(h for h in scenario.hubs if h != home)
    stops, log, now = list(tour.stops), list(tour.log), tour.stops[-1].end_min
    for place, way in ((away, there), (home, back)):
        for kind, minutes in way:
            log.append(TourSegment(kind=kind, start_min=now, end_min=now + minutes))
            now += minutes
        stops.append(TourStop(place=place, arrive_min=now, start_min=now, end_min=now))
    return scenario, with_tour(plan, tour, stops=tuple(stops), log=tuple(log))


def _far(scenario: Scenario) -> int:
    link = road_link(scenario, "A", "B")
    return link.drive_min


@OPERATORS.operator("V312")
def no_break(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rest, far = ("rest", 660), _far(scenario)
    way = [rest, ("drive", 270), ("break", 45), ("drive", far - 270)]
    return detoured(scenario, plan, rng.choice(plan.tours), [rest, ("drive", far)], way)


@OPERATORS.operator("V312")
def break_too_short(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rest, far = ("rest", 660), _far(scenario)
    good = [rest, ("drive", 270), ("break", 45), ("drive", far - 270)]
    bad = [rest, ("drive", 270), ("break", rng.randint(10, 44)), ("drive", far - 270)]
    return detoured(scenario, plan, rng.choice(plan.tours), good, bad)


@OPERATORS.operator("V313")
def too_much_driving(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rest, far = ("rest", 660), _far(scenario)
    way = [("drive", 270), ("break", 45), ("drive", far - 270)]
    return detoured(scenario, plan, rng.choice(plan.tours), [rest, *way], [("break", 45), *way])


@OPERATORS.operator("V314")
def too_long_a_day(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rest, far = ("rest", 660), _far(scenario)
    way = [("drive", 270), ("break", 45), ("drive", far - 270)]
    slow = [("drive", 200), ("break", 400), ("drive", far - 200)]
    return detoured(scenario, plan, rng.choice(plan.tours), [rest, *slow], [rest, *way])


@OPERATORS.operator("V315")
def rest_too_short(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    far = _far(scenario)
    way = [("drive", 270), ("break", 45), ("drive", far - 270)]
    short = ("rest", rng.randint(300, 659))
    return detoured(scenario, plan, rng.choice(plan.tours), [short, *way], [("rest", 660), *way])


@TWINS.operator("")
def a_long_way_within_the_rules(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A detour with every rest and break, driven by a hired truck, is legal, if senseless."""
    tour = pick(rng, [t for t in plan.tours if not t.fleet and not t.stops[-1].charge_mj])
    far = _far(scenario)
    rest = ("rest", 660)
    way = [rest, ("drive", 270), ("break", 45), ("drive", 270), rest, ("drive", far - 540)]
    return tour and detoured(scenario, plan, tour, way, way)


def fullest(scenario: Scenario, plan: Plan, row: FleetVehicle) -> dict[str, int]:
    """Largest loads of a row's tours: pallets, kg, volume."""
    found = {"pallets_milli": 0, "payload_kg": 0, "volume_m3_milli": 0}
    for tour in (t for t in plan.tours if t.fleet == row.id):
        for board in boards(scenario, tour):
            sizes = [quantity_of(scenario.shipments[t.shipment], t.first_atom, t.atoms) for t in board]
            found["pallets_milli"] = max(found["pallets_milli"], sum(q.pallets_milli for q in sizes))
            found["payload_kg"] = max(found["payload_kg"], sum(q.kg for q in sizes))
            found["volume_m3_milli"] = max(found["volume_m3_milli"], sum(q.volume_m3_milli for q in sizes))
    return found


def _tight(less: int) -> Callable[[random.Random, Scenario, Plan], Pair | None]:
    def apply(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
        rows = [scenario.fleet[t.fleet] for t in owned(plan) if scenario.fleet[t.fleet].carries == "pallets"]
        row = pick(rng, rows)
        if row is None:
            return None
        limit = rng.choice(("pallets_milli", "payload_kg", "volume_m3_milli"))
        most = fullest(scenario, plan, row)[limit] - less
        return with_row(scenario, "fleet", row.id, **{limit: most}), plan

    return apply


@OPERATORS.operator("V316")
def one_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return _tight(1)(rng, scenario, plan)


@TWINS.operator("")
def exactly_full(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return _tight(0)(rng, scenario, plan)


@OPERATORS.operator("V316")
def two_units_on_a_chassis(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A unit is taken while another is on the chassis: its neighbour's leaving comes to nothing."""
    for tour in rng.sample(plan.tours, len(plan.tours)):
        units = [(i, s.task) for i, s in enumerate(tour.stops) if s.task is not None and s.task.unit]
        for (i, one), (j, other) in pairwise(units):
            if one.kind in ("leave_full", "leave_empty") and other.kind in ("take_full", "take_empty"):
                stops = list(tour.stops)
                stops[i], stops[j] = replace(stops[i], task=other), replace(stops[j], task=one)
                return scenario, with_tour(plan, tour, stops=tuple(stops))
    return None


@OPERATORS.operator("V317")
def too_warm(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, [t for t in owned(plan) if scenario.fleet[t.fleet].carries == "pallets"])
    if tour is None:
        return None
    task = next(s.task for s in tour.stops if s.task is not None)
    temperature = scenario.shipments[task.shipment].temperature
    others = {"ambient", "chilled", "frozen"} - {temperature}
    return with_row(scenario, "fleet", tour.fleet, temperatures=frozenset(others)), plan


@OPERATORS.operator("V318")
def no_tail_lift(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [
        (t, i)
        for t, i in works(plan, "pick_up", "drop_off")
        if t.fleet and not scenario.fleet[t.fleet].tail_lift and t.stops[i].place in scenario.doors
    ]
    chosen = pick(rng, found)
    return chosen and (with_place(scenario, chosen[0].stops[chosen[1]].place, tail_lift=True), plan)


@OPERATORS.operator("V319")
def wrong_kind_of_vehicle(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, owned(plan))
    if tour is None:
        return None
    row = scenario.fleet[tour.fleet]
    other = "pallets" if row.carries == "units" else "units"
    return with_row(scenario, "fleet", row.id, carries=other), plan


def _together(scenario: Scenario, plan: Plan) -> list[tuple[str, str]]:
    found = set()
    for tour in plan.tours:
        for board in boards(scenario, tour):
            ids = sorted({t.shipment for t in board})
            found |= {(a, b) for a in ids for b in ids if a != b}
    return sorted(found)


@OPERATORS.operator("V320")
def goods_that_must_not_meet(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    pair = pick(rng, _together(scenario, plan))
    return pair and (with_row(scenario, "shipments", pair[0], segregation="own"), plan)


@OPERATORS.operator("V320")
def shippers_that_avoid_each_other(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    pair = pick(rng, _together(scenario, plan))
    if pair is None:
        return None
    other = scenario.shipments[pair[1]].shipper
    return with_row(scenario, "shipments", pair[0], veto_shippers=frozenset({other})), plan


@OPERATORS.operator("V321")
def out_too_long(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, owned(plan))
    if tour is None:
        return None
    row = scenario.fleet[tour.fleet]
    days = tuple(tuple((a, b - 1080) for a, b in day if b - 1080 > a) for day in row.opening.days)
    return with_row(scenario, "fleet", row.id, opening=replace(row.opening, days=days)), plan


@OPERATORS.operator("V321")
def out_on_a_day_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, owned(plan))
    if tour is None:
        return None
    row = scenario.fleet[tour.fleet]
    return with_row(scenario, "fleet", row.id, opening=replace(row.opening, days=((),) * 7)), plan


@OPERATORS.operator("V322")
def one_vehicle_more(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, owned(plan))
    return tour and (scenario, with_tour(plan, tour, number=scenario.fleet[tour.fleet].count + 1))


@OPERATORS.operator("V323")
def in_two_places_at_once(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    pairs = [
        (a, b)
        for a in plan.tours
        for b in plan.tours
        if a is not b
        and a.fleet == b.fleet
        and a.number != b.number
        and a.log[0].start_min < b.log[-1].end_min
        and b.log[0].start_min < a.log[-1].end_min
    ]
    chosen = pick(rng, pairs)
    return chosen and (scenario, with_tour(plan, chosen[0], number=chosen[1].number))


def _electric(scenario: Scenario, plan: Plan) -> list[VehicleTour]:
    return [t for t in owned(plan) if scenario.fleet[t.fleet].battery_kwh is not None]


def _needed_kwh(scenario: Scenario, plan: Plan, fleet: str) -> float:
    """Largest energy that a tour of the row needs without its charging stop."""
    most = 0.0
    for tour in (t for t in plan.tours if t.fleet == fleet):
        loads, used = tour_loads(scenario, plan, tour), 0.0
        for i in range(1, len(tour.stops)):
            here, there = tour.stops[i - 1].place, tour.stops[i].place
            km = road_link(scenario, here, there).km if here != there else 0.0
            used += leg_mj(scenario, scenario.vehicles[tour.vehicle], km, loads[i - 1])
            if tour.stops[i].charge_mj > 0:
                break
        most = max(most, used)
    return most / 3.6


@OPERATORS.operator("V324")
def battery_too_small(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, _electric(scenario, plan))
    if tour is None:
        return None
    less = _needed_kwh(scenario, plan, tour.fleet) * rng.uniform(0.5, 0.999)
    return with_row(scenario, "fleet", tour.fleet, battery_kwh=less), plan


@TWINS.operator("")
def battery_just_large_enough(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, [t for t in _electric(scenario, plan) if not any(s.charge_mj for s in t.stops)])
    if tour is None or any(s.charge_mj for t in plan.tours for s in t.stops):
        return None
    return with_row(scenario, "fleet", tour.fleet, battery_kwh=_needed_kwh(scenario, plan, tour.fleet) + 1e-9), plan


@OPERATORS.operator("V324")
def charges_diesel(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tour = pick(rng, [t for t in plan.tours if t not in _electric(scenario, plan)])
    return tour and (scenario, with_stop(plan, tour, len(tour.stops) - 1, charge_mj=rng.uniform(1.0, 50.0)))


@OPERATORS.operator("V324")
def charges_for_nothing(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A full charge in no time."""
    tour = pick(rng, _electric(scenario, plan))
    return tour and (scenario, with_stop(plan, tour, len(tour.stops) - 1, charge_mj=rng.uniform(5.0, 50.0)))


def _changed(items: tuple, rng: random.Random, **change: Callable) -> tuple:
    i = rng.randrange(len(items))
    made = replace(items[i], **{name: f(getattr(items[i], name)) for name, f in change.items()})
    return (*items[:i], made, *items[i + 1 :])


def banned(scenario: Scenario, zone: str, country: str, span: tuple[int, int]) -> Scenario:
    """A ban in the minutes [first, last) of one day, given in minutes of the horizon."""
    first, last = (local_moment(scenario.horizon.start, zone, minute) for minute in span)
    begins = first.hour * 60 + first.minute
    ends = last.hour * 60 + last.minute if last.date() == first.date() else 1440
    ban = TruckBan(
        country=country,
        timezone=zone,
        weekday=-1,
        start_min=begins,
        end_min=ends,
        dates=frozenset({first.date().isoformat()}),
    )
    return replace(scenario, bans=(*scenario.bans, ban))


def driven(plan: Plan, *, units: bool) -> list[tuple[VehicleTour, TourSegment]]:
    """Drives of tours that carry pallets, or units."""
    return [
        (t, segment)
        for t in plan.tours
        if any(s.task is not None and bool(s.task.unit) == units for s in t.stops)
        for segment in t.log
        if segment.kind == "drive"
    ]


@OPERATORS.operator("V325")
def drives_in_a_ban(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    _, segment = rng.choice(driven(plan, units=False))
    minute = rng.randrange(segment.start_min, segment.end_min)
    return banned(scenario, "Europe/Berlin", "DE", (minute, minute + 1)), plan


@OPERATORS.operator("V325")
def drives_in_a_ban_across_a_border(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """One end of the way lies in a country whose ban holds."""
    tour = pick(rng, {t.id: t for t, _ in driven(plan, units=False)}.values())
    at = rng.randrange(1, len(tour.stops))
    here, there = tour.stops[at - 1], tour.stops[at]
    door = next((s.place for s in (here, there) if s.place in scenario.doors), None)
    if door is None or here.place == there.place:
        return None
    abroad = with_place(scenario, door, country="FR")
    return banned(abroad, "Europe/Berlin", "FR", (here.end_min, there.arrive_min)), plan


@OPERATORS.operator("V325")
def units_in_a_ban_that_holds_for_them(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    _, segment = rng.choice(driven(plan, units=True))
    strict = replace(scenario, drayage=replace(scenario.drayage, bans="all"))
    return banned(strict, "Europe/Berlin", "DE", (segment.start_min, segment.start_min + 1)), plan


@OPERATORS.operator("V325")
def row_that_is_not_exempt(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    chosen = pick(rng, [(t, s) for t, s in driven(plan, units=True) if t.fleet])
    if chosen is None:
        return None
    tour, segment = chosen
    strict = with_row(scenario, "fleet", tour.fleet, bans=True)
    return banned(strict, "Europe/Berlin", "DE", (segment.start_min, segment.start_min + 1)), plan


def long_hauls(plan: Plan) -> list[tuple[int, int]]:
    """When trucks of road moves are under way: bans hold for them whatever holds for tours."""
    stages = [s for use in plan.moves for s in use.move.stages if isinstance(s, RoadStage) and s.purpose == "main"]
    return [(stage.depart_min, stage.arrive_min) for stage in stages]


@TWINS.operator("")
def bans_that_just_miss(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """Bans in each gap between the drives of any tour with pallets, to the minute."""
    busy = sorted([*((s.start_min, s.end_min) for _, s in driven(plan, units=False)), *long_hauls(plan)])
    now = busy[0][0] - 60
    for begins, ends in busy:
        if now < begins:
            scenario = banned(scenario, "Europe/Berlin", "DE", (now, begins))
        now = max(now, ends)
    return scenario, plan


def _banned_on_a_drive(rng: random.Random, scenario: Scenario, plan: Plan) -> Scenario | None:
    """A ban in the middle of a tour with pallets, and of none of the long hauls."""
    minutes = [s.start_min + (s.end_min - s.start_min) // 2 for _, s in driven(plan, units=False)]
    minute = pick(rng, [m for m in minutes if not any(a <= m <= b for a, b in long_hauls(plan))])
    return minute and banned(scenario, "Europe/Berlin", "DE", (minute, minute + 1))


@TWINS.operator("")
def bans_for_none_of_the_tours(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    held = _banned_on_a_drive(rng, scenario, plan)
    return held and (replace(held, drayage=replace(held.drayage, bans="none")), plan)


@TWINS.operator("")
def bans_for_heavier_vehicles(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    held = _banned_on_a_drive(rng, scenario, plan)
    names = {tour.vehicle for tour in plan.tours}
    light = {k: replace(v, gross_limit_kg=7_500) if k in names else v for k, v in scenario.vehicles.items()}
    return held and (replace(held, vehicles=light), plan)


@TWINS.operator("")
def exempt_rows_in_a_ban(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """Every row of the fleet is exempt, and the ban holds where only they drive."""
    hired = [(t.log[0].start_min, t.log[-1].end_min) for t in plan.tours if not t.fleet]
    own = [s.start_min for t, s in driven(plan, units=False) if t.fleet]
    minute = pick(rng, [m for m in own if not any(a <= m <= b for a, b in [*hired, *long_hauls(plan)])])
    rows = {key: replace(row, bans=False) for key, row in scenario.fleet.items()}
    return minute and (banned(replace(scenario, fleet=rows), "Europe/Berlin", "DE", (minute, minute + 1)), plan)


@OPERATORS.operator("V330", priced=False)
def line_of_a_tour_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    gone = rng.choice(plan.tour_lines)
    return scenario, replace(plan, tour_lines=tuple(x for x in plan.tour_lines if x is not gone))


@OPERATORS.operator("V331", priced=False)
def line_of_a_tour_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    more = replace(rng.choice(plan.tour_lines), kind="tour_shuttle")
    return scenario, replace(plan, tour_lines=(*plan.tour_lines, more))


@OPERATORS.operator("V332", priced=False)
def cheaper_tour(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, tour_lines=_changed(plan.tour_lines, rng, cents=lambda c: c - rng.randint(1, 99)))


@OPERATORS.operator("V332", priced=False)
def toll_without_its_carbon(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    tolls = [line for line in plan.tour_lines if line.carbon_cents]
    chosen = pick(rng, tolls)
    lines = tuple(replace(x, carbon_cents=0) if x is chosen else x for x in plan.tour_lines)
    return chosen and (scenario, replace(plan, tour_lines=lines))


@OPERATORS.operator("V333", priced=False)
def element_of_a_tour_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    gone = rng.choice(plan.tour_tces)
    return scenario, replace(plan, tour_tces=tuple(x for x in plan.tour_tces if x is not gone))


@OPERATORS.operator("V334", priced=False)
def element_of_a_tour_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    more = replace(rng.choice(plan.tour_tces), kind="shuttle")
    return scenario, replace(plan, tour_tces=(*plan.tour_tces, more))


@OPERATORS.operator("V335", priced=False)
def cleaner_tour(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    name = rng.choice(("wtt_grams", "ttw_grams"))
    return scenario, replace(plan, tour_tces=_changed(plan.tour_tces, rng, **{name: lambda g: g + rng.choice((-7, 7))}))


@OPERATORS.operator("V335", priced=False)
def less_energy(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    name = rng.choice(("energy_mj", "km"))
    return scenario, replace(plan, tour_tces=_changed(plan.tour_tces, rng, **{name: lambda v: v * 0.99}))


@OPERATORS.operator("V336", priced=False)
def rosier_total(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    names = (
        "cost_cents",
        "weighted_cost_cents",
        "co2e_grams",
        "carbon_cents",
        "lateness_cents",
        "time_value_cents",
        "external_cents",
    )
    name = rng.choice(names)
    totals = replace(plan.tour_totals, **{name: getattr(plan.tour_totals, name) - rng.randint(1, 500)})
    return scenario, replace(plan, tour_totals=totals)


@OPERATORS.operator("V336", priced=False)
def no_totals(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, replace(plan, tour_totals=None)


@OPERATORS.operator("V337", priced=False)
def factor_out_of_range(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    factor = rng.choice((0.0, 0.05, 0.0999, 10.0001, 11.0, 100.0, -1.0))
    return scenario, replace(plan, drayage_rates=(rng.choice(_rates_of_no_job(scenario, plan, factor)),))


@OPERATORS.operator("V337", priced=False)
def lead_time_of_no_minutes(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    minutes = rng.choice((0, 1_000_001))
    way = rng.choice(("pallets", "units"))
    lead = LeadTime(shipment=rng.choice(list(scenario.shipments)), hub=rng.choice("AB"), minutes=minutes, way=way)
    return scenario, replace(plan, lead_times=(lead,))


@OPERATORS.operator("V337", priced=False)
def cheap_rates_without_tours(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A plan at the estimates whose drayage is invented to cost a tenth, and priced so throughout."""
    return scenario, untoured(scenario, plan, rates=rng.choice((0.1, 0.5)))


@OPERATORS.operator("V337", priced=False)
def lead_time_without_tours(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    lead = LeadTime(shipment=rng.choice(list(scenario.shipments)), hub=rng.choice("AB"), minutes=1, way="pallets")
    return scenario, replace(untoured(scenario, plan), lead_times=(lead,))


def untoured(scenario: Scenario, plan: Plan, rates: float | None = None) -> Plan:
    """The plan without its tours, at one rate for all of its drayage or at the estimates."""
    asked = sorted({(job.kind, job.door, job.hub) for job in jobs_of(scenario, plan)}) if rates else []
    given = tuple(DrayageRate(kind=k, door=d, hub=h, factor=rates) for k, d, h in asked)
    bare = replace(plan, tours=(), tour_lines=(), tour_tces=(), tour_totals=None, drayage_rates=given, lead_times=())
    at_rates = at_plan_rates(scenario, bare)
    priced = price_plan(at_rates, bare.moves, bare.itineraries, bare.charters, bare.unserved)
    return replace(bare, cost_lines=priced.lines, tces=priced.tces, totals=priced.totals)


@TWINS.operator("V337", priced=False)
def estimates_without_tours(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    return scenario, untoured(scenario, plan)


@TWINS.operator("V337", priced=False)
def factor_just_in_range(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    rates = _rates_of_no_job(scenario, plan, rng.choice((0.1, 10.0)))
    return scenario, replace(plan, drayage_rates=(rng.choice(rates),))


@TWINS.operator("V103", priced=False)
def lead_time_of_each_way(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    asked = {(shipment, job.hub) for job in jobs_of(scenario, plan) for shipment, _ in job.parts}
    free = [(s, hub) for s in scenario.shipments for hub in scenario.hubs if (s, hub) not in asked]
    if not free:
        return None
    shipment, hub = rng.choice(free)
    minutes = rng.choice((1, 1_000_000))
    leads = (LeadTime(shipment=shipment, hub=hub, minutes=minutes, way=way) for way in get_args(LeadWay))
    return scenario, replace(plan, lead_times=tuple(leads))


def _rates_of_no_job(scenario: Scenario, plan: Plan, factor: float) -> list[DrayageRate]:
    """Factors of what the plan does not ask for, so that they change no price."""
    asked = {(job.kind, job.door, job.hub) for job in jobs_of(scenario, plan)}
    keys = [(kind, door, hub) for kind in get_args(DrayageKind) for door in scenario.doors for hub in scenario.hubs]
    return [DrayageRate(kind=k, door=d, hub=h, factor=factor) for k, d, h in keys if (k, d, h) not in asked]
