"""Tours: every planned collection, delivery and haulage carried out once, in time, by a vehicle and driver that may."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from cargopool.model.equipment import FleetVehicle
from cargopool.model.place import Hub
from cargopool.model.tours import HIRED, TourStop, TourTask, VehicleTour
from cargopool.rules.drayage import DrayageJob, Visit, jobs_of, visit_windows
from cargopool.rules.fleets import hired_truck
from cargopool.rules.opening import earliest_start
from cargopool.rules.roads import road_link
from cargopool.verifier.case import Case, part_path

_WAYS = ("drive", "break", "rest", "ban")
_FREE = ("wait", "break", "rest", "charge", "ban")


@dataclass(slots=True)
class Done:
    """A task as it is done: where it stands in its tour."""

    tour: VehicleTour
    at: int
    stop: TourStop


@dataclass(slots=True)
class TourCase:
    """The plan's tours that can be judged.

    Attributes
    ----------
    rows : dict of tour id to FleetVehicle
        Who drives: a row of the fleet, or a hired truck.
    jobs : list of DrayageJob
        What the plan asks for.
    done : dict of (kind, unit) or (kind, shipment, part) to list of Done
    """

    case: Case
    tours: list[VehicleTour] = field(default_factory=list)
    rows: dict[str, FleetVehicle] = field(default_factory=dict)
    jobs: list[DrayageJob] = field(default_factory=list)
    done: dict[tuple[object, ...], list[Done]] = field(default_factory=lambda: defaultdict(list))


def tour_path(tour: VehicleTour) -> str:
    """Object path of a tour."""
    return f"tours[{tour.id}]"


def prepare_tours(case: Case) -> TourCase:
    """Index the tours; unknown and duplicate ids are reported and left out."""
    found = TourCase(case)
    seen: set[str] = set()
    for tour in case.plan.tours:
        path = tour_path(tour)
        if tour.id in seen:
            case.say("V103", path, "this tour is listed twice")
            continue
        seen.add(tour.id)
        row = _row_of(case, tour)
        if row is not None and _ids_known(case, tour):
            found.tours.append(tour)
            found.rows[tour.id] = row
    try:
        found.jobs = list(jobs_of(case.scenario, case.plan))
    except (KeyError, ValueError, AssertionError, StopIteration, IndexError):
        case.say("V303", "tours", "what the plan asks of tours cannot be read from it")
    for tour in found.tours:
        for at, stop in enumerate(tour.stops):
            if stop.task is not None:
                found.done[_key(stop.task, stop.place)].append(Done(tour, at, stop))
    return found


def _row_of(case: Case, tour: VehicleTour) -> FleetVehicle | None:
    scenario, path = case.scenario, tour_path(tour)
    if not tour.stops or not tour.log:
        case.say("V300", path, "a tour has stops and a log")
        return None
    if tour.fleet == HIRED:
        if tour.vehicle != scenario.drayage.vehicle:
            case.say("V301", f"{path}.vehicle", f"hired is {scenario.drayage.vehicle}")
            return None
        if tour.stops[0].place not in scenario.hubs:
            case.say("V302", f"{path}.stops[0]", "a hired truck starts at a hub")
            return None
        return hired_truck(scenario, tour.stops[0].place)
    row = scenario.fleet.get(tour.fleet)
    if row is None:
        case.say("V104", f"{path}.fleet", f"fleet row {tour.fleet[:60]!r}")
    elif tour.vehicle != row.vehicle:
        case.say("V301", f"{path}.vehicle", f"{row.id} are {row.vehicle}")
        return None
    return row


def _ids_known(case: Case, tour: VehicleTour) -> bool:
    known = True
    units = {unit.id for unit in case.plan.units}
    parts = {(one.shipment, one.part) for one in case.plan.itineraries}
    for i, stop in enumerate(tour.stops):
        path = f"{tour_path(tour)}.stops[{i}]"
        if stop.place not in case.scenario.hubs and stop.place not in case.scenario.doors:
            case.say("V104", f"{path}.place", f"place {stop.place[:60]!r}")
            known = False
        task = stop.task
        if task is None:
            continue
        if task.unit and task.unit not in units:
            case.say("V105", f"{path}.task", f"unit {task.unit[:60]!r}")
            known = False
        if not task.unit and (task.shipment, task.part) not in parts:
            case.say("V105", f"{path}.task", f"part {task.shipment[:60]}/{task.part}")
            known = False
        elif not task.unit and not _atoms_fit(case, task):
            case.say("V303", f"{path}.task", f"atoms {task.first_atom}+{task.atoms} are not of this part")
            known = False
        if bool(task.unit) != (task.kind not in ("pick_up", "drop_off")):
            case.say("V303", f"{path}.task", f"{task.kind} of {task.unit or task.shipment}")
            known = False
    return known


def _atoms_fit(case: Case, task: TourTask) -> bool:
    part = next(one for one in case.plan.itineraries if (one.shipment, one.part) == (task.shipment, task.part))
    return (
        task.atoms > 0
        and part.first_atom <= task.first_atom
        and task.first_atom + task.atoms <= part.first_atom + part.atoms
    )


def _key(task: TourTask, place: str) -> tuple[object, ...]:
    return (task.kind, place, task.unit) if task.unit else (task.kind, place, task.shipment, task.part)


def check_tours(case: Case) -> TourCase | None:
    """Check everything about the tours but money; None for a plan without tours."""
    if not case.plan.tours:
        return None
    found = prepare_tours(case)
    for tour in found.tours:
        _check_way(found, tour)
        _check_ends(found, tour)
    _check_jobs(found)
    _check_handed_over(found)
    return found


def _check_way(tours: TourCase, tour: VehicleTour) -> None:
    """Roads between the stops, and times that follow each other, as stops and log say them."""
    case, path = tours.case, tour_path(tour)
    first = tour.log[0].start_min
    if first != tour.stops[0].arrive_min:
        case.say("V307", f"{path}.log", f"begins at {first}, the tour at {tour.stops[0].arrive_min}")
    if tour.log[-1].end_min != tour.stops[-1].end_min:
        case.say("V307", f"{path}.log", f"ends at {tour.log[-1].end_min}, the tour at {tour.stops[-1].end_min}")
    for before, after in pairwise(tour.log):
        if before.end_min != after.start_min or before.end_min < before.start_min:
            case.say("V307", f"{path}.log", f"gap or overlap at {before.end_min}")
    for i, stop in enumerate(tour.stops):
        at = f"{path}.stops[{i}]"
        if not stop.arrive_min <= stop.start_min <= stop.end_min:
            case.say("V306", at, f"arrives {stop.arrive_min}, works from {stop.start_min} to {stop.end_min}")
        _check_spent(case, tour, (stop.arrive_min, stop.start_min), _FREE, 0, f"{at}.start_min")
        word = "charge" if stop.charge_mj > 0 and stop.task is None else "work"
        _check_spent(case, tour, (stop.start_min, stop.end_min), (word,), 0, f"{at}.end_min")
    for i, (here, there) in enumerate(pairwise(tour.stops)):
        at = f"{path}.stops[{i + 1}].arrive_min"
        drive = 0
        if here.place != there.place:
            link = road_link(case.scenario, here.place, there.place)
            if link is None:
                case.say("V304", at, f"no road from {here.place} to {there.place}")
                continue
            drive = link.drive_min + (case.scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0)
        if there.arrive_min < here.end_min + drive:
            case.say("V306", at, f"{there.arrive_min} < {here.end_min} + {drive} min of driving")
        _check_spent(case, tour, (here.end_min, there.arrive_min), _WAYS, drive, at)


def _check_spent(
    case: Case, tour: VehicleTour, span: tuple[int, int], kinds: tuple[str, ...], drive: int, where: str
) -> None:
    """Whether the log spends a span on these kinds, so much of it driving."""
    low, high = span
    driven = 0
    for segment in tour.log:
        shared = min(segment.end_min, high) - max(segment.start_min, low)
        if shared <= 0:
            continue
        if segment.kind not in kinds:
            case.say("V307", where, f"{segment.kind} between {low} and {high}")
            return
        driven += shared if segment.kind == "drive" else 0
    if driven != drive:
        case.say("V307", where, f"{driven} min of driving between {low} and {high}, not {drive}")


def _check_ends(tours: TourCase, tour: VehicleTour) -> None:
    """A tour begins at its depot and ends there, unless it may end where it is; ends have no tasks of their own."""
    row, path = tours.rows[tour.id], tour_path(tour)
    if tour.stops[0].place != row.depot:
        tours.case.say("V302", f"{path}.stops[0].place", f"{tour.stops[0].place}, not {row.depot}")
    if not row.open_tours and tour.stops[-1].place != row.depot:
        tours.case.say("V302", f"{path}.stops[{len(tour.stops) - 1}].place", f"not back at {row.depot}")


def _check_jobs(tours: TourCase) -> None:
    """Every job done exactly once, by one vehicle, in order, each piece of work in its window."""
    case = tours.case
    asked = set()
    for job in tours.jobs:
        rows: list[list[Done]] = []
        for visit in job.visits:
            key = _key(job.task(visit), visit.place)
            asked.add(key)
            done = tours.done.get(key, [])
            _check_count(case, job, visit, done)
            for one in done:
                _check_work(case, visit, one)
            rows.append(done)
        _check_order(case, job, rows)
    for key, done in tours.done.items():
        if key not in asked:
            for one in done:
                case.say("V303", f"{tour_path(one.tour)}.stops[{one.at}]", f"the plan asks for no {key[0]} here")


def _check_count(case: Case, job: DrayageJob, visit: Visit, done: list[Done]) -> None:
    if job.pallets is None:
        if len(done) != 1:
            case.say("V305", f"tours.{job.id}", f"{visit.kind} at {visit.place} is done {len(done)} times")
        return
    _, _, first, atoms = job.pallets
    ranges = sorted((one.stop.task.first_atom, one.stop.task.atoms) for one in done if one.stop.task is not None)
    at = first
    for begins, count in ranges:
        if begins != at:
            break
        at += count
    if at != first + atoms or sum(count for _, count in ranges) != atoms:
        case.say("V305", f"tours.{job.id}", f"{visit.kind} at {visit.place} covers {ranges}, not {first}+{atoms}")


def _check_order(case: Case, job: DrayageJob, rows: list[list[Done]]) -> None:
    """The visits of a job follow each other in one tour."""
    for (earlier, later), (visit, after) in zip(pairwise(rows), pairwise(job.visits), strict=True):
        for one in later:
            before = [
                other
                for other in earlier
                if other.tour is one.tour and other.at < one.at and _same_load(other.stop.task, one.stop.task)
            ]
            if not before:
                where = f"{tour_path(one.tour)}.stops[{one.at}]"
                case.say("V308", where, f"{after.kind} of {job.id} without {visit.kind} before it")


def _same_load(a: TourTask | None, b: TourTask | None) -> bool:
    return a is not None and b is not None and (a.unit, a.first_atom, a.atoms) == (b.unit, b.first_atom, b.atoms)


def _check_work(case: Case, visit: Visit, done: Done) -> None:
    """Duration of the work and its window."""
    stop, where = done.stop, f"{tour_path(done.tour)}.stops[{done.at}]"
    if stop.end_min - stop.start_min != visit.work_min:
        case.say("V309", f"{where}.end_min", f"{stop.end_min - stop.start_min} min, not {visit.work_min}")
    if not any(a <= stop.start_min <= b for a, b in visit_windows(case.scenario, visit)):
        span = f"{visit.first_min} to {visit.last_min} in opening hours"
        case.say("V310", f"{where}.start_min", f"{visit.kind} at {visit.place}: {stop.start_min}, may begin {span}")


def _check_handed_over(tours: TourCase) -> None:
    """A hub handles collected freight only when the tour has handed it over."""
    case = tours.case
    for job in tours.jobs:
        if job.kind != "collection":
            continue
        shipment, part = job.parts[0]
        itinerary = case.itineraries.get((shipment, part))
        if itinerary is None or not itinerary.handlings:
            continue
        load = itinerary.handlings[0]
        hub = case.scenario.place(load.place)
        for one in tours.done.get(("drop_off", job.hub, shipment, part), []):
            there = one.stop.start_min
            possible = earliest_start(hub, case.scenario.horizon.start, there, load.end_min - load.start_min)
            if isinstance(hub, Hub) and (possible is None or possible > load.start_min):
                where = f"{part_path(itinerary)}.handlings[0].start_min"
                case.say("V311", where, f"{load.start_min}, the tour hands over at {there}")
