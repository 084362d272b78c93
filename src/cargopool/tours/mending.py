"""Routes of a solver that knows the rules only roughly, made feasible."""

from __future__ import annotations

from collections.abc import Sequence

from cargopool.tours.problem import Route, TourProblem
from cargopool.tours.schedule import make_tour


def mend(problem: TourProblem, routes: Sequence[Route], start: Sequence[Route] = ()) -> list[Route]:
    """Keep the routes that can be driven and put the other jobs in again; ``start`` when that is no dearer."""
    from cargopool.tours.search import Search

    kept = [route for route in routes if make_tour(problem, problem.vehicles[route[0]], route[1], route[2]) is not None]
    search = Search(problem, 1, start=kept)
    if start:
        before = Search(problem, 1, start=start)
        if before.cost <= search.cost:
            return before.routes()
    return search.routes()
