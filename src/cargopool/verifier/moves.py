"""Moves: stages, timetables, equipment, slots, weight classes, hand-in, transfers, collection, haulage, road."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cargopool.model.place import Door, Hub
from cargopool.model.plan import DepartureStage, Move, RoadStage
from cargopool.model.service import Service
from cargopool.rules import crossing_between, is_open, road_link, trip_arrival
from cargopool.verifier.case import Case, departures_of, haulage_of
from cargopool.verifier.timetable import (
    Timetable,
    headway_times,
    ridden_pair,
    scheduled_times,
    stage_times,
    stop_pairs,
)

_CLOCKS = ("closing_min", "depart_min", "arrive_min", "pick_up_ready_min")


def check_moves(case: Case, timetable: Timetable) -> None:
    """Check every move of the plan against services, places, vehicles and clocks."""
    for move in case.moves.values():
        if not _check_structure(case, move):
            continue
        for i, stage in enumerate(move.stages):
            at = f"moves[{move.id}].stages[{i}]"
            if isinstance(stage, DepartureStage):
                _check_departure(case, timetable, move, stage, at)
            else:
                _check_road_stage(case, move, stage, at)
        if move.kind == "road":
            _check_road_ends(case, move)
        else:
            _check_weight_class(case, move)
            _check_terminals(case, move)
            _check_haulage_times(case, move)
        _check_units_per_move(case, move)


def _check_structure(case: Case, move: Move) -> bool:
    """Whether the stages have the pattern of the kind, so that the other checks make sense."""
    at = f"moves[{move.id}]"
    pattern = "".join(
        "d"
        if isinstance(stage, DepartureStage)
        else {"main": "m", "haulage_out": "o", "haulage_in": "i"}[stage.purpose]
        for stage in move.stages
    )
    rides = pattern.strip("oi")
    fits = {
        "road": pattern == "m",
        "scheduled": pattern != "" and set(pattern) == {"d"},
        "door": pattern in (f"o{rides}", f"{rides}i", f"o{rides}i") and set(rides) == {"d"},
    }[move.kind]
    clocked = move.hand_in_min is not None and move.collect_min is not None
    if move.kind == "road":
        clocked = move.hand_in_min is None and move.collect_min is None
    if not fits or not clocked:
        case.say("V140", at, f"{move.kind} with stages {pattern or 'none'}, hand-in {move.hand_in_min}")
        return False
    if len(departures_of(move)) > case.scenario.scope.max_departures:
        case.say("V162", at, f"{len(departures_of(move))} > {case.scenario.scope.max_departures}")
    _check_joints(case, move)
    return True


def _check_joints(case: Case, move: Move) -> None:
    at = f"moves[{move.id}]"
    ends = [move.origin, *(stage.destination for stage in move.stages)]
    for i, stage in enumerate(move.stages):
        if stage.origin != ends[i]:
            case.say("V141", f"{at}.stages[{i}].origin", f"{stage.origin} after {ends[i]}")
    if ends[-1] != move.destination:
        case.say("V141", f"{at}.destination", f"{move.destination} after {ends[-1]}")
    for i, stage in enumerate(move.stages):
        if isinstance(stage, RoadStage) and stage.purpose != "main":
            door = stage.origin if stage.purpose == "haulage_out" else stage.destination
            hub = stage.destination if stage.purpose == "haulage_out" else stage.origin
            if door not in case.scenario.doors or hub not in case.scenario.hubs:
                case.say("V141", f"{at}.stages[{i}]", "unit haulage joins a door and a hub")
    rides = departures_of(move)
    called = [stage.origin for stage in rides] + [stage.destination for stage in rides[-1:]]
    if len(set(called)) < len(called):
        case.say("V142", at, " ".join(called))


def _check_departure(case: Case, timetable: Timetable, move: Move, stage: DepartureStage, at: str) -> None:
    service = case.scenario.services[stage.service]
    _check_equipment(case, move, service, at)
    _check_slot(case, service, stage, at)
    if not stop_pairs(service, stage):
        case.say("V144", at, f"{service.id} from {stage.origin} to {stage.destination}")
        return
    if service.headway_min is not None:
        if stage.run_date:
            case.say("V143", f"{at}.run_date", f"{service.id} is a headway service, it has no run {stage.run_date}")
        times = headway_times(case.scenario, service, stage)
    else:
        try:
            pair = ridden_pair(timetable, service, stage)
            found = pair and scheduled_times(timetable, service, stage.run_date, pair)
        except ValueError as problem:
            case.say("V143", f"{at}.run_date", str(problem))
            return
        if not pair or not found:
            case.say("V143", f"{at}.run_date", f"{service.id} has no run of {stage.run_date[:40]!r} in the horizon")
            return
        times = found
        books_by = times[1] - service.stops[pair[0]].booking_close_min
        if books_by < 0:
            case.say("V146", at, f"booking of {service.id} closed {-books_by} min before the horizon")
    for name, real, claimed in zip(_CLOCKS, times, stage_times(stage), strict=True):
        if real != claimed:
            case.say("V145", f"{at}.{name}", f"{claimed}, not {real}")


def _check_equipment(case: Case, move: Move, service: Service, at: str) -> None:
    unit = case.scenario.load_units[move.unit_type]
    accepted = service.unit_types is None or unit.id in service.unit_types
    fits = not unit.gauge or service.mode != "rail" or unit.gauge in service.gauges
    if service.mode not in unit.modes or not accepted or not fits:
        case.say("V147", at, f"{unit.id} on {service.id}")


def _check_slot(case: Case, service: Service, stage: DepartureStage, at: str) -> None:
    if service.headway_min is not None:
        allowed: tuple[str, ...] = ("headway",)
    elif service.charter is not None:
        allowed = ("charter",)
    else:
        allowed = ("allotment", "spot")
    if stage.slot not in allowed:
        case.say("V148", f"{at}.slot", f"{stage.slot}, not {' or '.join(allowed)}")
    if stage.slot == "charter" and (stage.service, stage.run_date) not in case.runs:
        case.say("V214", at, f"{stage.service} {stage.run_date}")


def _check_weight_class(case: Case, move: Move) -> None:
    """The class is one of the tariffs of the chain, and every tariff with classes admits it."""
    unit = case.scenario.load_units[move.unit_type]
    tariffs = [case.scenario.services[stage.service].tariff.weight_classes for stage in departures_of(move)]
    limits = [[row.up_to_kg for row in classes] for classes in tariffs if classes]
    claimed = move.max_gross_kg
    where = f"moves[{move.id}].max_gross_kg"
    if not limits:
        if claimed is not None:
            case.say("V149", where, f"{claimed} kg, but no tariff has classes")
        return
    known = {limit for classes in limits for limit in classes}
    if claimed is None or claimed not in known or claimed > min(max(classes) for classes in limits):
        case.say("V149", where, f"{claimed} kg")
    elif claimed <= unit.tare_kg:
        case.say("V149", where, f"{claimed} kg allows no cargo in {unit.id}")


def _check_terminals(case: Case, move: Move) -> None:
    """Hand-in, transfers and collection."""
    at = f"moves[{move.id}]"
    start = case.scenario.horizon.start
    rides = departures_of(move)
    assert move.hand_in_min is not None and move.collect_min is not None
    if move.hand_in_min > rides[0].closing_min:
        case.say("V150", f"{at}.hand_in_min", f"{move.hand_in_min} > {rides[0].closing_min}")
    if not is_open(case.scenario.hubs[rides[0].origin], start, move.hand_in_min, move.hand_in_min):
        case.say("V151", f"{at}.hand_in_min", f"{rides[0].origin} at {move.hand_in_min}")
    for inbound, outbound in pairwise(rides):
        there = inbound.pick_up_ready_min + case.scenario.hubs[inbound.destination].lift_min
        if there > outbound.closing_min:
            case.say("V152", at, f"at {inbound.destination} ready {there}, closing {outbound.closing_min}")
    if move.collect_min < rides[-1].pick_up_ready_min:
        case.say("V153", f"{at}.collect_min", f"{move.collect_min} < {rides[-1].pick_up_ready_min}")
    if not is_open(case.scenario.hubs[rides[-1].destination], start, move.collect_min, move.collect_min):
        case.say("V154", f"{at}.collect_min", f"{rides[-1].destination} at {move.collect_min}")


def _expect(case: Case, move: Move, latest_min: int, there_min: int) -> None:
    """Compare the ends of a move; ``there_min`` is the arrival without the crossing."""
    at = f"moves[{move.id}]"
    crossing = crossing_between(case.scenario, move.origin, move.destination)
    available = there_min + (crossing.minutes if crossing else 0)
    if move.latest_min != latest_min:
        case.say("V155", f"{at}.latest_min", f"{move.latest_min}, not {latest_min}")
    if move.available_min != available:
        case.say("V156", f"{at}.available_min", f"{move.available_min}, not {available}")


def _check_haulage_times(case: Case, move: Move) -> None:
    """Latest and available time of scheduled and door moves, and how haulage meets the terminals."""
    rides: Sequence[DepartureStage] = departures_of(move)
    out, into = haulage_of(move, "haulage_out"), haulage_of(move, "haulage_in")
    assert move.hand_in_min is not None and move.collect_min is not None
    lifted = move.collect_min + case.scenario.hubs[rides[-1].destination].lift_min
    at = f"moves[{move.id}]"
    if out is not None and out.arrive_min > move.hand_in_min:
        case.say("V161", f"{at}.stages[0].arrive_min", f"{out.arrive_min} > hand-in {move.hand_in_min}")
    if into is not None and into.depart_min != lifted:
        last = len(move.stages) - 1
        case.say("V161", f"{at}.stages[{last}].depart_min", f"{into.depart_min}, lifted at {lifted}")
    _expect(case, move, out.depart_min if out else move.hand_in_min, into.arrive_min if into else lifted)


def _check_road_ends(case: Case, move: Move) -> None:
    stage = haulage_of(move, "main")
    assert stage is not None
    _expect(case, move, stage.depart_min, stage.arrive_min)


def _check_road_stage(case: Case, move: Move, stage: RoadStage, at: str) -> None:
    scenario = case.scenario
    vehicle = scenario.vehicles[stage.vehicle]
    main = stage.purpose == "main"
    unit = scenario.load_units[move.unit_type]
    suits = unit.id in vehicle.unit_types and (
        ("road" in unit.modes) if main else vehicle.id == scenario.drayage.vehicle
    )
    if not suits:
        case.say("V159", f"{at}.vehicle", f"{vehicle.id} with {unit.id} for {stage.purpose}")
    if stage.origin == stage.destination:
        case.say("V157", at, f"{stage.origin} to itself")
        return
    link = road_link(scenario, stage.origin, stage.destination)
    if link is None:
        case.say("V157", at, f"{stage.origin} to {stage.destination}")
        return
    if not main and link.km > scenario.drayage.radius_km:
        case.say("V160", at, f"{link.km} km > {scenario.drayage.radius_km} km")
    duty = _duty_before(scenario.place(stage.origin))
    arrives = trip_arrival(scenario, link, stage.depart_min, vehicle.manning, bans=main, duty_before_min=duty)
    if arrives != stage.arrive_min:
        case.say("V158", f"{at}.arrive_min", f"{stage.arrive_min}, {'never' if arrives is None else f'not {arrives}'}")


def _duty_before(origin: Hub | Door) -> int:
    """Live loading at a door is duty of the driver."""
    return origin.loading_min if isinstance(origin, Door) and origin.loading == "live" else 0


def _check_units_per_move(case: Case, move: Move) -> None:
    expected = case.scenario.load_units[move.unit_type].per_truck if move.kind == "road" else 1
    if move.units_per_move != expected:
        case.say("V163", f"moves[{move.id}].units_per_move", f"{move.units_per_move}, not {expected}")
    if move.kind == "road" and move.max_gross_kg is not None:
        case.say("V149", f"moves[{move.id}].max_gross_kg", "road moves have no weight class")
