"""From a plan to its tours: every planned collection, delivery and haulage carried out around its hub."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cargopool.footprint.tours import price_tour
from cargopool.model.plan import Itinerary, Plan
from cargopool.model.scenario import Scenario
from cargopool.model.tours import HIRED, TourSegment, VehicleTour
from cargopool.model.tours import TourStop as PlannedStop
from cargopool.rules.drayage import DrayageJob, jobs_of
from cargopool.rules.fleets import hired_truck
from cargopool.rules.opening import earliest_start
from cargopool.tours.around_hubs import DEDICATED, HubCase, hub_case
from cargopool.tours.fleet import rows_near
from cargopool.tours.missing import Missed, missed
from cargopool.tours.problem import Tour
from cargopool.tours.solving import solve

_LEAST_WORK = 50


@dataclass(frozen=True, slots=True)
class PlannedTours:
    """Tours of a plan.

    Attributes
    ----------
    tours : tuple of VehicleTour
    missed : tuple of Missed
    jobs_of_tour : mapping of tour id to the jobs it serves
    iterations : int
    alone_cents : int
        Money of trucks hired for each job alone, priced as tours are.
    """

    tours: tuple[VehicleTour, ...]
    missed: tuple[Missed, ...]
    jobs_of_tour: dict[str, tuple[DrayageJob, ...]]
    iterations: int = 0
    alone_cents: int = 0


def plan_tours(
    scenario: Scenario,
    plan: Plan,
    *,
    seconds: float | None = None,
    work: int | None = None,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
    search: bool = True,
) -> PlannedTours:
    """Find tours for everything that a plan collects, delivers and hauls.

    Parameters
    ----------
    seconds, work : float or None, int or None
        For all hubs together, in proportion to their jobs.
    stop : callable or None
        True ends the search; what has no tour then goes by a truck of its own.
    search : bool
        False: everything goes by a truck of its own.
    """
    by_hub: dict[str, list[DrayageJob]] = defaultdict(list)
    for job in jobs_of(scenario, plan):
        by_hub[job.hub].append(job)
    hubs = [hub for hub in scenario.hubs.values() if hub.id in by_hub]
    fleet = rows_near(scenario, hubs)
    total = sum(map(len, by_hub.values()))
    found: list[tuple[HubCase, Tour]] = []
    late: list[Missed] = []
    iterations = alone = 0
    for hub in hubs:
        case = hub_case(scenario, plan, hub.id, by_hub[hub.id], fleet[hub.id])
        alone += _cents_alone(scenario, plan, case)
        share = len(by_hub[hub.id]) / total
        if not search:
            found += [(case, tour) for tour in case.dedicated.values()]
            late += [missed(scenario, plan, job) for job in case.jobs if job.id not in case.dedicated]
            continue
        solution = solve(
            case.problem,
            seconds=None if seconds is None else seconds * share,
            work=None if work is None else max(_LEAST_WORK, int(work * share)),
            seed=seed,
            stop=stop,
        )
        iterations += solution.iterations
        found += [(case, tour) for whole in solution.tours for tour in _cheaper_apart(case, whole)]
        for job in case.jobs:
            if job.id in solution.unserved:
                tour = case.dedicated.get(job.id)
                if tour is None:
                    late.append(missed(scenario, plan, job))
                else:
                    found.append((case, tour))
    tours, jobs = _numbered(scenario, found)
    return PlannedTours(tours, tuple(late), jobs, iterations, alone)


def _cents_alone(scenario: Scenario, plan: Plan, case: HubCase) -> int:
    """Money of the trucks hired for each job alone."""
    vehicle = hired_truck(scenario, case.hub).vehicle
    tours = (_vehicle_tour("alone", HIRED, 1, vehicle, case, tour) for tour in case.dedicated.values())
    return sum(line.cents * line.count for tour in tours for line in price_tour(scenario, plan, tour).lines)


def _cheaper_apart(case: HubCase, tour: Tour) -> list[Tour]:
    """The tour, or trucks of their own for its jobs where these cost less together."""
    alone = [case.dedicated.get(job) for job in tour.jobs]
    found = [one for one in alone if one is not None]
    if len(found) < len(alone) or sum(one.cost.total_cents for one in found) >= tour.cost.total_cents:
        return [tour]
    return found


def _numbered(
    scenario: Scenario, found: Iterable[tuple[HubCase, Tour]]
) -> tuple[tuple[VehicleTour, ...], dict[str, tuple[DrayageJob, ...]]]:
    """Tours in order of time, with ids, and a vehicle of its row for each."""
    ordered = sorted(found, key=lambda pair: (pair[1].start_min, pair[0].hub, pair[1].vehicle, pair[1].jobs))
    busy: dict[str, list[int]] = defaultdict(list)
    tours, served = [], {}
    for n, (case, tour) in enumerate(ordered, 1):
        row = case.rows.get(tour.vehicle)
        if row is None or tour.vehicle == DEDICATED:
            row = hired_truck(scenario, case.hub)
        ends = busy[row.id]
        number = next((k for k, end in enumerate(ends) if end <= tour.start_min), len(ends))
        if row.id == HIRED:
            number = len(ends)
        ends[number : number + 1] = [tour.end_min]
        made = _vehicle_tour(f"t{n}", row.id, number + 1, row.vehicle, case, tour)
        tours.append(made)
        jobs = {job.id: job for job in case.jobs}
        served[made.id] = tuple(jobs[name] for name in tour.jobs)
    return tuple(tours), served


def _vehicle_tour(name: str, fleet: str, number: int, vehicle: str, case: HubCase, tour: Tour) -> VehicleTour:
    jobs = {job.id: job for job in case.jobs}
    stops = [
        PlannedStop(
            place=case.problem.places[visit.place],
            arrive_min=visit.arrive_min,
            start_min=visit.begin_min,
            end_min=visit.end_min,
            task=jobs[visit.job].task(jobs[visit.job].visits[visit.stop]) if visit.kind == "stop" else None,
            charge_mj=visit.mj,
        )
        for visit in tour.visits
    ]
    log = tuple(TourSegment(kind=kind, start_min=a, end_min=b) for kind, a, b in tour.log)
    return VehicleTour(id=name, fleet=fleet, number=number, vehicle=vehicle, stops=tuple(stops), log=log)


def retimed(scenario: Scenario, plan: Plan) -> Plan:
    """The plan whose hubs handle collected freight when the tours have handed it over, never earlier than planned."""
    there: dict[tuple[str, int], int] = {}
    for stop in (stop for tour in plan.tours for stop in tour.stops):
        task = stop.task
        if task is not None and task.kind == "drop_off" and stop.place in scenario.hubs:
            key = task.shipment, task.part
            there[key] = max(stop.start_min, there.get(key, stop.start_min))
    return replace(plan, itineraries=tuple(_retimed(scenario, one, there) for one in plan.itineraries))


def _retimed(scenario: Scenario, one: Itinerary, there: dict[tuple[str, int], int]) -> Itinerary:
    minute = there.get((one.shipment, one.part))
    if minute is None or one.collection is None:
        return one
    load = one.handlings[0]
    duration = load.end_min - load.start_min
    begins = earliest_start(scenario.hubs[load.place], scenario.horizon.start, minute, duration)
    if begins is None or begins <= load.start_min:
        return one
    moved = replace(load, start_min=begins, end_min=begins + duration)
    return replace(one, handlings=(moved, *one.handlings[1:]))
