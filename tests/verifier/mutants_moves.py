"""Mutation operators on moves: stages, timetables, terminals, haulage, trucks."""

from __future__ import annotations

import random
from dataclasses import replace

from cargopool.model.place import RoadLink
from cargopool.model.plan import DepartureStage, Move, Plan, RoadStage
from cargopool.model.scenario import Scenario, TruckBan
from cargopool.rules import local_moment, road_link
from verifier.mutant_tools import (
    Pair,
    Registry,
    closes_before,
    moves_of,
    opens_after,
    pick,
    rides_of,
    scheduled,
    shifted,
    with_move,
    with_row,
    with_stage,
)

OPERATORS = Registry()


def _departures(plan: Plan) -> list[tuple[Move, int, DepartureStage]]:
    return [(m, i, s) for m in moves_of(plan) for i, s in enumerate(m.stages) if isinstance(s, DepartureStage)]


def _calendar(scenario: Scenario, plan: Plan) -> list[tuple[Move, int, DepartureStage]]:
    return [row for row in _departures(plan) if scenario.services[row[2].service].headway_min is None]


def _trips(plan: Plan, *purposes: str) -> list[tuple[Move, int, RoadStage]]:
    return [
        (m, i, s)
        for m in moves_of(plan)
        for i, s in enumerate(m.stages)
        if isinstance(s, RoadStage) and s.purpose in purposes
    ]


@OPERATORS.operator("V140", priced=False)
def stage_left_out(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    return scenario, with_move(plan, move.id, stages=())


@OPERATORS.operator("V140")
def hand_in_of_a_road_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, [m for m in moves_of(plan) if m.kind == "road"])
    return move and (scenario, with_move(plan, move.id, hand_in_min=move.latest_min))


@OPERATORS.operator("V141")
def stages_do_not_join(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    other = pick(rng, [place for place in (*scenario.hubs, *scenario.doors) if place != move.destination])
    return scenario, with_move(plan, move.id, destination=other)


@OPERATORS.operator("V142")
def hub_twice(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The same departure once more: its hubs come twice."""
    move = pick(rng, [m for m in moves_of(plan) if m.kind == "scheduled"])
    return move and (scenario, with_move(plan, move.id, stages=(*move.stages, move.stages[0])))


@OPERATORS.operator("V143")
def day_without_a_run(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _calendar(scenario, plan))
    if row is None:
        return None
    removed = scenario.services[row[2].service].removed_dates | {row[2].run_date}
    return with_row(scenario, "services", row[2].service, removed_dates=removed), plan


@OPERATORS.operator("V144", priced=False)
def against_the_direction(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _departures(plan))
    if row is None:
        return None
    move, i, stage = row
    return scenario, with_stage(plan, move, i, origin=stage.destination, destination=stage.origin)


@OPERATORS.operator("V145")
def stage_time_one_minute_off(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _departures(plan))
    if row is None:
        return None
    move, i, stage = row
    name = rng.choice(("depart_min", "arrive_min", "pick_up_ready_min"))
    return scenario, with_stage(plan, move, i, **{name: getattr(stage, name) + rng.choice((-1, 1))})


@OPERATORS.operator("V145")
def closing_a_minute_later_on_paper(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _calendar(scenario, plan))
    return row and (scenario, with_stage(plan, row[0], row[1], closing_min=row[2].closing_min + 1))


@OPERATORS.operator("V145")
def an_hour_off_as_by_a_wrong_zone(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _calendar(scenario, plan))
    if row is None:
        return None
    move, i, stage = row
    hour = rng.choice((-60, 60))
    names = ("closing_min", "depart_min") if rng.random() < 0.5 else ("arrive_min", "pick_up_ready_min")
    return scenario, with_stage(plan, move, i, **{name: getattr(stage, name) + hour for name in names})


@OPERATORS.operator("V146")
def booked_a_minute_after_booking_close(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _calendar(scenario, plan))
    if row is None:
        return None
    stage = row[2]
    stops = tuple(
        replace(stop, booking_close_min=stage.depart_min + 1) if stop.hub == stage.origin else stop
        for stop in scenario.services[stage.service].stops
    )
    return with_row(scenario, "services", stage.service, stops=stops), plan


@OPERATORS.operator("V147")
def unit_type_refused(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _departures(plan))
    if row is None:
        return None
    others = frozenset(scenario.load_units) - {row[0].unit_type}
    return with_row(scenario, "services", row[2].service, unit_types=others), plan


@OPERATORS.operator("V147")
def gauge_too_small(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, [r for r in _departures(plan) if scenario.services[r[2].service].mode == "rail"])
    return row and (with_row(scenario, "load_units", row[0].unit_type, gauge="P450"), plan)


@OPERATORS.operator("V147")
def unit_not_made_for_the_mode(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _departures(plan))
    if row is None:
        return None
    kind = scenario.load_units[row[0].unit_type]
    return with_row(scenario, "load_units", kind.id, modes=kind.modes - {scenario.services[row[2].service].mode}), plan


@OPERATORS.operator("V148")
def wrong_slot(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _departures(plan))
    if row is None:
        return None
    service = scenario.services[row[2].service]
    fits = {"headway"} if service.headway_min else {"charter"} if service.charter else {"allotment", "spot"}
    slot = rng.choice(sorted({"headway", "charter", "allotment", "spot"} - fits))
    return scenario, with_stage(plan, row[0], row[1], slot=slot)


@OPERATORS.operator("V149")
def weight_class_one_kg_up(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, scheduled(plan))
    return move and (scenario, with_move(plan, move.id, max_gross_kg=(move.max_gross_kg or 20_000) + 1))


@OPERATORS.operator("V150")
def hand_in_a_minute_after_closing(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, scheduled(plan))
    if move is None:
        return None
    hand_in = rides_of(move)[0].closing_min + 1
    latest = move.latest_min if isinstance(move.stages[0], RoadStage) else hand_in
    return scenario, with_move(plan, move.id, hand_in_min=hand_in, latest_min=latest)


@OPERATORS.operator("V151")
def hand_in_a_minute_after_the_gate_shut(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, scheduled(plan))
    if move is None:
        return None
    closed = closes_before(scenario, rides_of(move)[0].origin, move.hand_in_min)
    return closed and (closed, plan)


@OPERATORS.operator("V152")
def transfer_a_minute_short(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The outbound closes a minute before the inbound's unit is lifted, in timetable and plan alike."""
    found = [(m, i) for m in moves_of(plan) for i in range(len(rides_of(m)) - 1)]
    found = [(m, i) for m, i in found if scenario.services[rides_of(m)[i + 1].service].headway_min is None]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    inbound, outbound = rides_of(chosen[0])[chosen[1] : chosen[1] + 2]
    lifted = inbound.pick_up_ready_min + scenario.hubs[inbound.destination].lift_min
    sooner = outbound.closing_min - (lifted - 1)
    service = scenario.services[outbound.service]
    stops = tuple(
        replace(s, closing_min=s.closing_min + sooner) if s.hub == outbound.origin else s for s in service.stops
    )
    for move, i, stage in _calendar(scenario, plan):
        if (stage.service, stage.origin) == (outbound.service, outbound.origin):
            current = next(m for m in moves_of(plan) if m.id == move.id)
            plan = with_stage(plan, current, i, closing_min=stage.closing_min - sooner)
    return with_row(scenario, "services", service.id, stops=stops), plan


def _collected_earlier(plan: Plan, move: Move, minutes: int) -> Plan:
    """Collection and all that follows it this much earlier."""
    last = len(move.stages) - 1
    stages = shifted(move.stages, last, -minutes) if isinstance(move.stages[last], RoadStage) else move.stages
    return with_move(
        plan,
        move.id,
        stages=stages,
        collect_min=move.collect_min - minutes,
        available_min=move.available_min - minutes,
    )


@OPERATORS.operator("V153")
def collected_a_minute_before_ready(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, scheduled(plan))
    if move is None:
        return None
    slack = move.collect_min - rides_of(move)[-1].pick_up_ready_min
    return scenario, _collected_earlier(plan, move, slack + 1)


@OPERATORS.operator("V154")
def collected_a_minute_before_the_gate_opens(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = pick(rng, scheduled(plan))
    if move is None:
        return None
    closed = opens_after(scenario, rides_of(move)[-1].destination, move.collect_min)
    return closed and (closed, plan)


@OPERATORS.operator("V155")
def latest_a_minute_later(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    return scenario, with_move(plan, move.id, latest_min=move.latest_min + 1)


@OPERATORS.operator("V156")
def available_a_minute_earlier(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    return scenario, with_move(plan, move.id, available_min=move.available_min - 1)


@OPERATORS.operator("V156")
def lift_forgotten_at_the_end(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    found = [m for m in scheduled(plan) if scenario.hubs[rides_of(m)[-1].destination].lift_min > 0]
    move = pick(rng, [m for m in found if m.kind == "scheduled"])
    if move is None:
        return None
    lift = scenario.hubs[rides_of(move)[-1].destination].lift_min
    return scenario, with_move(plan, move.id, available_min=move.available_min - lift)


@OPERATORS.operator("V156")
def crossing_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A crossing of one minute more than the plan knows."""
    found = []
    for move in moves_of(plan):
        ends = (scenario.place(move.origin).customs_territory, scenario.place(move.destination).customs_territory)
        found += [row for row in scenario.crossings if (row.origin, row.destination) == ends and ends[0] != ends[1]]
    row = pick(rng, found)
    if row is None:
        return None
    rows = tuple(replace(c, minutes=c.minutes + 1) if c is row else c for c in scenario.crossings)
    return replace(scenario, crossings=rows), plan


@OPERATORS.operator("V157", priced=False)
def no_road(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "main", "haulage_out", "haulage_in"))
    if row is None:
        return None
    ends = {row[2].origin, row[2].destination}
    links = tuple(link for link in scenario.road_links if {link.origin, link.destination} != ends)
    table = "hubs" if row[2].origin in scenario.hubs else "doors"
    return with_row(replace(scenario, road_links=links), table, row[2].origin, road_region="island"), plan


@OPERATORS.operator("V158")
def truck_a_minute_too_fast(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "main"))
    if row is None:
        return None
    move, i, stage = row
    ends = {"available_min": move.available_min - 1}
    return scenario, with_stage(plan, move, i, ends, arrive_min=stage.arrive_min - 1)


@OPERATORS.operator("V158")
def break_forgotten(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A trip of more than 4.5 hours of driving arrives 45 minutes sooner."""
    found = _trips(plan, "main", "haulage_in")
    found = [r for r in found if road_link(scenario, r[2].origin, r[2].destination).drive_min > 270]
    row = pick(rng, [r for r in found if scenario.vehicles[r[2].vehicle].manning == "single"])
    if row is None:
        return None
    move, i, stage = row
    ends = {"available_min": move.available_min - 45}
    return scenario, with_stage(plan, move, i, ends, arrive_min=stage.arrive_min - 45)


@OPERATORS.operator("V158")
def haulage_a_minute_too_fast(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """The truck leaves the door a minute later and still arrives when it did."""
    row = pick(rng, _trips(plan, "haulage_out"))
    if row is None:
        return None
    move, i, stage = row
    return scenario, with_stage(plan, move, i, {"latest_min": move.latest_min + 1}, depart_min=stage.depart_min + 1)


@OPERATORS.operator("V158")
def ban_ignored(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    """A new ban of five minutes from the departure on; without other bans it delays the truck by five minutes."""
    found = []
    for row in _trips(plan, "main"):
        link = road_link(scenario, row[2].origin, row[2].destination)
        countries = {country for country, _ in link.countries}
        if _long_start(link) and not any(b.country in countries for b in scenario.bans):
            found.append((row, link.countries[0][0]))
    if not found:
        found = _trips_in_banned_countries(scenario, plan)
    chosen = pick(rng, found)
    if chosen is None:
        return None
    (_, _, stage), country = chosen
    place = scenario.place(stage.origin)
    local = local_moment(scenario.horizon.start, place.timezone, stage.depart_min)
    clock = local.hour * 60 + local.minute
    if clock > 1430:
        return None
    ban = TruckBan(
        country=country, timezone=place.timezone, weekday=local.weekday(), start_min=clock, end_min=clock + 5
    )
    return replace(scenario, bans=(*scenario.bans, ban)), plan


def _long_start(link: RoadLink) -> bool:
    """Whether at least ten minutes are driven in the first country."""
    return bool(link.countries) and link.drive_min * link.countries[0][1] >= 10 * link.km


def _trips_in_banned_countries(scenario: Scenario, plan: Plan) -> list:
    """Trips that bans never touched: those whose time is a free trip's on every day."""
    found = []
    for row in _trips(plan, "main"):
        stage = row[2]
        link = road_link(scenario, stage.origin, stage.destination)
        hours = range(stage.depart_min, stage.arrive_min, 60)
        touched = any(
            b.country == country and local_moment(scenario.horizon.start, b.timezone, d).weekday() == b.weekday
            for b in scenario.bans
            for country, _ in link.countries
            for d in hours
        )
        if not touched and _long_start(link):
            found.append((row, link.countries[0][0]))
    return found


@OPERATORS.operator("V159")
def vehicle_does_not_take_the_unit(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "main", "haulage_out", "haulage_in"))
    if row is None:
        return None
    vehicle = scenario.vehicles[row[2].vehicle]
    return with_row(scenario, "vehicles", vehicle.id, unit_types=vehicle.unit_types - {row[0].unit_type}), plan


@OPERATORS.operator("V160")
def door_100_metres_out_of_reach(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "haulage_out", "haulage_in"))
    if row is None:
        return None
    km = road_link(scenario, row[2].origin, row[2].destination).km
    return replace(scenario, drayage=replace(scenario.drayage, radius_km=km - 0.1)), plan


@OPERATORS.operator("V161")
def haulage_a_minute_after_hand_in(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "haulage_out"))
    if row is None:
        return None
    move, i, stage = row
    late = move.hand_in_min + 1 - stage.arrive_min
    stages = shifted(move.stages, i, late)
    return scenario, with_move(plan, move.id, stages=stages, latest_min=move.latest_min + late)


@OPERATORS.operator("V161")
def haulage_a_minute_before_the_lift(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    row = pick(rng, _trips(plan, "haulage_in"))
    if row is None:
        return None
    move, i, _ = row
    stages = shifted(move.stages, i, -1)
    return scenario, with_move(plan, move.id, stages=stages, available_min=move.available_min - 1)


@OPERATORS.operator("V162")
def one_departure_too_many(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    most = max((len(rides_of(move)) for move in moves_of(plan)), default=0)
    return most and (replace(scenario, scope=replace(scenario.scope, max_departures=most - 1)), plan)


@OPERATORS.operator("V163")
def one_unit_more_per_move(rng: random.Random, scenario: Scenario, plan: Plan) -> Pair | None:
    move = rng.choice(moves_of(plan))
    return scenario, with_move(plan, move.id, units_per_move=move.units_per_move + 1)
