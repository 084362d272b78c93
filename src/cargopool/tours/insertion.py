"""Cheapest insertion with exact tours: small problems, starts, and the yardstick of the compiled search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cargopool.tours.problem import Tour, TourProblem
from cargopool.tours.schedule import make_tour

Route = tuple[int, int, list[tuple[int, int]]]
"""Vehicle, shift, stops in order: indices."""


def insert_cheapest(problem: TourProblem, start: Sequence[Route] = ()) -> list[Route]:
    """Insert job after job, the narrowest first, where the exact cost rises least and by less than leaving it out
    costs.
    """
    routes = [route for route in start if _make(problem, route) is not None]
    have = {j for route in routes for j, _ in route[2]}
    for j in sorted(set(range(len(problem.jobs))) - have, key=lambda j: (_room(problem, j), j)):
        best: tuple[int, int, Route] | None = None
        for at, route in _places(problem, routes, j):
            before = _cost(problem, routes[at]) if at < len(routes) else 0
            rise = _cost(problem, route)
            if rise is not None and rise - (before or 0) < problem.jobs[j].unserved_cents:
                better = (rise - (before or 0), at, route)
                best = better if best is None or better[:2] < best[:2] else best
        if best is not None:
            _, at, route = best
            routes[at : at + 1] = [route]
    return routes


def _make(problem: TourProblem, route: Route) -> Tour | None:
    return make_tour(problem, problem.vehicles[route[0]], route[1], route[2])


def _cost(problem: TourProblem, route: Route) -> int | None:
    tour = _make(problem, route)
    return None if tour is None else tour.cost.total_cents


def _room(problem: TourProblem, j: int) -> int:
    """Minutes in which the narrowest stop of a job may begin."""
    return min(sum(b - a for a, b in stop.windows) for stop in problem.jobs[j].stops)


def _places(problem: TourProblem, routes: list[Route], j: int) -> Iterator[tuple[int, Route]]:
    """Every way to put a job into a route or into a new one."""
    stops = [(j, k) for k in range(len(problem.jobs[j].stops))]
    for at, (v, shift, order) in enumerate(routes):
        for merged in _merges(order, stops):
            yield at, (v, shift, merged)
    used = Counter((vehicle, shift) for vehicle, shift, _ in routes)
    for v, vehicle in enumerate(problem.vehicles):
        for shift in range(len(vehicle.shifts)):
            if used[v, shift] < vehicle.count:
                yield len(routes), (v, shift, list(stops))


def _merges(order: list[tuple[int, int]], stops: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Every way to put ``stops`` in their order between those of ``order``."""
    if not stops:
        yield list(order)
        return
    for at in range(len(order) + 1):
        for rest in _merges(order[at:], stops[1:]):
            yield [*order[:at], stops[0], *rest]
