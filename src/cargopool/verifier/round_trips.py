"""Round trips: trucks, times, driver hours, limits and gain, worked out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from cargopool.footprint.executing import round_gain_cents, round_groups, standing_minutes, truck_trip
from cargopool.model.execution import RoundLeg, RoundTrip
from cargopool.model.plan import Move, PlannedUnit, RoadStage
from cargopool.rules import road_link
from cargopool.rules.rounds import LoadedTrip, Return, drive_round
from cargopool.units import MINUTES_PER_HOUR
from cargopool.verifier.case import Case

TruckKey = tuple[str, str, str, int]


def check_round_trips(case: Case) -> None:
    """Check every round trip of the plan."""
    taken: Counter[TruckKey] = Counter()
    names: Counter[str] = Counter()
    for trip in case.plan.round_trips:
        at = f"round_trips[{trip.id}]"
        names[trip.id] += 1
        if names[trip.id] > 1:
            case.say("V103", at, "this round trip is listed twice")
            continue
        loaded = [leg for leg in trip.legs if leg.kind == "loaded"]
        for leg in loaded:
            key = (leg.move, leg.temperature, leg.segregation, leg.truck)
            taken[key] += 1
            if taken[key] == 2:
                case.say("V262", at, f"truck {leg.truck} of {leg.move}")
        if _check_trucks(case, trip, loaded, at) and _check_joints(case, trip, at):
            _check_drive(case, trip, loaded, at)
            _check_limits(case, trip, loaded, at)
            _check_gain(case, trip, loaded, at)


def _check_trucks(case: Case, trip: RoundTrip, loaded: Sequence[RoundLeg], at: str) -> bool:
    """Whether there are at least two trucks of the plan, all like the round trip says."""
    scenario = case.scenario
    if trip.vehicle not in scenario.vehicles or trip.unit_type not in scenario.load_units:
        case.say("V104", at, f"vehicle {trip.vehicle[:60]!r} with {trip.unit_type[:60]!r}")
        return False
    known = True
    for leg in loaded:
        use = case.uses.get((leg.move, leg.temperature, leg.segregation))
        there = use is not None and use.move.kind == "road" and leg.truck <= use.count and _stage(use.move)
        if use is None or not there or not units_of_truck(case, leg):
            case.say("V260", at, f"no truck {leg.truck} of {leg.move[:60]!r}")
            known = False
        else:
            known &= _check_leg(case, trip, leg, use.move, at)
    if len(loaded) < 2:
        case.say("V260", at, f"{len(loaded)} loaded legs")
    return known and len(loaded) >= 2


def _stage(move: Move) -> RoadStage | None:
    stage = move.stages[0] if move.stages else None
    return stage if isinstance(stage, RoadStage) and stage.purpose == "main" else None


def _check_leg(case: Case, trip: RoundTrip, leg: RoundLeg, move: Move, at: str) -> bool:
    stage = _stage(move)
    assert stage is not None
    if stage.vehicle != trip.vehicle or move.unit_type != trip.unit_type:
        case.say("V263", at, f"{stage.vehicle} with {move.unit_type} on {move.id}")
    real = (stage.origin, stage.destination, stage.depart_min, stage.arrive_min)
    claimed = (leg.origin, leg.destination, leg.depart_min, leg.arrive_min)
    if claimed != real:
        case.say("V264", at, f"{move.id}: {claimed}, not {real}")
    return claimed == real


def _check_joints(case: Case, trip: RoundTrip, at: str) -> bool:
    legs = trip.legs
    joined = legs[0].kind == "loaded" and all(a.destination == b.origin for a, b in pairwise([*legs, legs[0]]))
    joined &= not any(a.kind == b.kind == "empty" for a, b in pairwise(legs))
    if not joined:
        case.say("V261", at, " ".join(f"{leg.origin}-{leg.destination}" for leg in legs)[:200])
    return joined


def _check_drive(case: Case, trip: RoundTrip, loaded: Sequence[RoundLeg], at: str) -> None:
    """Drive it again: empty legs leave no earlier than the truck is empty, and the driver is as he is."""
    scenario = case.scenario
    trips, returns, empties = [], [], []
    for n, leg in enumerate(trip.legs):
        after = trip.legs[n + 1] if n + 1 < len(trip.legs) else None
        empty = after if after is not None and after.kind == "empty" else None
        if leg.kind != "loaded":
            continue
        link = road_link(scenario, leg.origin, leg.destination)
        back = None if empty is None else road_link(scenario, empty.origin, empty.destination)
        if link is None or (empty is not None and back is None):
            case.say("V157", at, f"{leg.origin} to {leg.destination} and on")
            return
        begins, ends = handled_minutes(case, case.moves[leg.move], units_of_truck(case, leg))
        trips.append(LoadedTrip(link, begins, leg.depart_min, leg.arrive_min, ends))
        returns.append(None if back is None or empty is None else Return(back, empty.depart_min))
        empties.append(empty)
    log = drive_round(scenario, trips, returns, scenario.vehicles[trip.vehicle].manning)
    if log.problem:
        case.say("V266", at, log.problem)
    for claimed, real in zip(empties, log.empties, strict=True):
        if claimed is not None and real is not None:
            times = (claimed.depart_min, claimed.arrive_min)
            if times != (real.depart_min, real.arrive_min):
                where = f"{claimed.origin} to {claimed.destination}"
                case.say("V265", at, f"{where} {times}, not {(real.depart_min, real.arrive_min)}")


def units_of_truck(case: Case, leg: RoundLeg) -> list[PlannedUnit]:
    """The units that the truck of a leg carries."""
    key = (leg.move, leg.temperature, leg.segregation, leg.truck)
    return [u for u in case.units.values() if (u.move, u.temperature, u.segregation, u.truck) == key]


def handled_minutes(case: Case, move: Move, units: Sequence[PlannedUnit]) -> tuple[int, int]:
    """First minute at which units are loaded for a move, and last at which they are unloaded after it."""
    first, last = move.latest_min, move.available_min
    for unit in units:
        for content in unit.contents:
            itinerary = case.itineraries.get((content.shipment, content.part))
            if itinerary is None or move.id not in itinerary.moves:
                continue
            at = itinerary.moves.index(move.id)
            if at + 1 < len(itinerary.handlings):
                first = min(first, itinerary.handlings[at].start_min)
                last = max(last, itinerary.handlings[at + 1].end_min)
    return first, last


def _check_limits(case: Case, trip: RoundTrip, loaded: Sequence[RoundLeg], at: str) -> None:
    rules = case.scenario.execution
    if len(loaded) > rules.max_loaded_legs:
        case.say("V267", at, f"{len(loaded)} loaded legs > {rules.max_loaded_legs}")
    for leg in trip.legs:
        link = road_link(case.scenario, leg.origin, leg.destination)
        if leg.kind == "empty" and link is not None and link.km > rules.max_empty_km:
            case.say("V267", at, f"{link.km} km empty > {rules.max_empty_km} km")
    for before, after in pairwise(trip.legs):
        if after.depart_min - before.arrive_min > rules.max_standing_h * MINUTES_PER_HOUR:
            stands = after.depart_min - before.arrive_min
            case.say("V267", at, f"{stands} min of standing at {after.origin} > {rules.max_standing_h} h")


def _check_gain(case: Case, trip: RoundTrip, loaded: Sequence[RoundLeg], at: str) -> None:
    moves = [case.moves[leg.move] for leg in loaded]
    alone = [truck_trip(case.scenario, move) for move in moves]
    units, standing = moves[0].units_per_move, standing_minutes(trip.legs)
    together = round_groups(case.scenario, trip.vehicle, trip.unit_type, units, trip.legs, standing)
    gain = round_gain_cents(case.scenario, alone, together)
    if gain != trip.gain_cents or gain <= 0:
        case.say("V268", f"{at}.gain_cents", f"{trip.gain_cents}, worked out {gain}")
