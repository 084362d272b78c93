"""Solving a tour problem: the door of the room."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cargopool.errors import InputError
from cargopool.tours.checks import check_problem
from cargopool.tours.engines import EngineName, Limits, chosen_engine, engine_of
from cargopool.tours.mending import mend
from cargopool.tours.problem import Tour, TourProblem, TourSolution, UnservedReason
from cargopool.tours.schedule import make_tour, may_carry

Routes = Sequence[tuple[int, int, Sequence[tuple[int, int]]]]
"""What engines return: (vehicle, shift, stops in order), all indices."""


def solve(
    problem: TourProblem,
    *,
    seconds: float | None = None,
    work: int | None = None,
    seed: int = 1,
    engine: EngineName = "auto",
    start: TourSolution | None = None,
    stop: Callable[[], bool] | None = None,
) -> TourSolution:
    """Find tours of least cost.

    Parameters
    ----------
    problem : TourProblem
    seconds : float or None
        Wall seconds at most; 10 when neither it nor ``work`` is given. Small problems end before.
    work : int or None
        Iterations instead of seconds: the same problem, work, seed and engine give the same tours on the same kind of
        machine, whatever its load.
    seed : int
    engine : {'auto', 'search', 'ortools', 'pyvrp'}
    start : TourSolution or None
        Tours to begin from; those that the problem no longer allows are taken apart. Never ends dearer than what is
        left of them.
    stop : callable or None
        Asked now and then; true ends the search with the best tours so far.

    Raises
    ------
    InputError
        The problem contradicts itself (E2073, all findings), or the engine is unknown or not installed (E2071, E2072).

    Returns
    -------
    TourSolution
        Every tour exact and within every limit (`tours.schedule.make_tour`); what no tour takes is named with its
        reason.
    """
    began = time.perf_counter()
    findings = check_problem(problem)
    if findings:
        raise InputError(findings)
    name = chosen_engine(engine)
    limits = Limits(10.0 if seconds is None and work is None else seconds, work, stop)
    found = engine_of(name)(problem, limits=limits, seed=seed, start=routes_of(problem, start))
    routes = found.routes
    if not all(make_tour(problem, problem.vehicles[v], shift, order) for v, shift, order in routes):
        routes = mend(problem, routes)
    spent = time.perf_counter() - began
    return solution_of(problem, routes, engine=name, iterations=found.iterations, seconds=spent)


def solution_of(
    problem: TourProblem, routes: Routes, *, engine: str, iterations: int = 0, seconds: float = 0.0
) -> TourSolution:
    """Make a solution of routes: exact tours, reasons for what is left out, the sum.

    Routes that no driver can make are taken apart, so an engine that knows the rules only roughly never breaks them
    here.
    """
    tours: list[Tour] = []
    for vehicle, shift, order in routes:
        tour = make_tour(problem, problem.vehicles[vehicle], shift, order)
        if tour is not None:
            tours.append(tour)
    tours.sort(key=lambda t: (t.start_min, t.vehicle, t.jobs))
    served = {job for tour in tours for job in tour.jobs}
    unserved = {job.id: _reason(problem, j) for j, job in enumerate(problem.jobs) if job.id not in served}
    left_out = sum(job.unserved_cents for job in problem.jobs if job.id in unserved)
    total = sum(tour.cost.total_cents for tour in tours) + left_out
    return TourSolution(
        tours=tuple(tours),
        unserved=unserved,
        cost_cents=total,
        engine=engine,
        iterations=iterations,
        seconds=seconds,
    )


def _reason(problem: TourProblem, j: int) -> UnservedReason:
    job = problem.jobs[j]
    able = [vehicle for vehicle in problem.vehicles if may_carry(vehicle, job)]
    if not able:
        return "no vehicle"
    order = [(j, k) for k in range(len(job.stops))]
    alone = [make_tour(problem, vehicle, shift, order) for vehicle in able for shift in range(len(vehicle.shifts))]
    costs = [tour.cost.total_cents for tour in alone if tour is not None]
    if not costs:
        return "no vehicle in time"
    return "dearer than leaving it out" if min(costs) >= job.unserved_cents else "no room found"


def routes_of(problem: TourProblem, solution: TourSolution | None) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Indices of a solution's tours, as far as they can be driven with the problem's vehicles, shifts and jobs."""
    if solution is None:
        return []
    left = {
        v: Counter(dict.fromkeys(range(len(vehicle.shifts)), vehicle.count))
        for v, vehicle in enumerate(problem.vehicles)
    }
    vehicles: Mapping[str, int] = {vehicle.id: v for v, vehicle in enumerate(problem.vehicles)}
    jobs: Mapping[str, int] = {job.id: j for j, job in enumerate(problem.jobs)}
    routes = []
    for tour in solution.tours:
        v = vehicles.get(tour.vehicle)
        if v is None or tour.shift >= len(problem.vehicles[v].shifts):
            continue
        order = [(jobs[x.job], x.stop) for x in tour.visits if x.kind == "stop" and x.job in jobs]
        whole = [(j, k) for j, k in order if {s for i, s in order if i == j} == set(range(len(problem.jobs[j].stops)))]
        if left[v][tour.shift] > 0 and make_tour(problem, problem.vehicles[v], tour.shift, whole) is not None:
            left[v][tour.shift] -= 1
            routes.append((v, tour.shift, whole))
    return routes
