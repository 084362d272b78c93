"""One published routing instance: solve it, and evaluate the tours from the file alone."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cargopool.batches.tour_readers import RoutingInstance, RoutingRow, read_pdptw, read_vrptw
from cargopool.tours.engines import Limits, chosen_engine, engine_of
from cargopool.tours.problem import Route

TOLERANCE = 1e-6
"""Of times, which are sums of square roots."""


@dataclass(frozen=True, slots=True)
class RoutingResult:
    """What a solver reached.

    Attributes
    ----------
    instance, engine : str
    vehicles : int
    distance : float
        Sum of Euclidean distances in double precision.
    cost : float
        ``distance`` + cost of a vehicle x ``vehicles``.
    unserved : int
        Jobs left out; 0 in a valid solution.
    iterations : int
    seconds : float
        By the clock that the limit was measured with.
    seed : int
    """

    instance: str
    engine: str
    vehicles: int
    distance: float
    cost: float
    unserved: int
    iterations: int
    seconds: float
    seed: int

    def record(self) -> dict[str, Any]:
        """The result for JSON."""
        return asdict(self)


class InvalidRouteError(ValueError):
    """Routes that break the instance: a bug of a solver or of its model."""


def read_instance(path: Path | str, kind: str) -> RoutingInstance:
    """Read a file of kind ``pdptw`` or ``vrptw``."""
    return read_pdptw(path) if kind == "pdptw" else read_vrptw(path)


def solve_routing(
    instance: RoutingInstance, *, engine: str = "auto", seconds: float = 30.0, seed: int = 1, processor: bool = False
) -> RoutingResult:
    """Solve an instance and evaluate the routes.

    Parameters
    ----------
    processor : bool
        Measure the limit in seconds of processor time, for comparisons on a machine that others use too.

    Raises
    ------
    InvalidRouteError
        The engine's routes break the instance.
    """
    name = chosen_engine(engine)
    clock = time.process_time if processor else time.perf_counter
    began = clock()
    limits = Limits(seconds, None, None, time.process_time if processor else None)
    found = engine_of(name)(instance.problem, limits=limits, seed=seed, start=())
    return evaluated(instance, found.routes, name, found.iterations, clock() - began, seed)


def evaluated(
    instance: RoutingInstance, routes: Sequence[Route], engine: str, iterations: int, seconds: float, seed: int
) -> RoutingResult:
    """The result of routes, whoever made them."""
    problem = instance.problem
    visits = [[problem.jobs[j].stops[k].place for j, k in order] for _, _, order in routes]
    distance = check_routes(instance.rows, instance.vehicles, instance.capacity, visits)
    served = {j for _, _, order in routes for j, _ in order}
    cost = distance + instance.vehicle_cost * len(visits)
    left_out = len(problem.jobs) - len(served)
    return RoutingResult(
        instance.name, engine, len(visits), distance, cost, left_out, iterations, round(seconds, 2), seed
    )


def check_routes(rows: Sequence[RoutingRow], vehicles: int, capacity: int, visits: Sequence[Sequence[int]]) -> float:
    """Distance of routes, each a list of places without the depot, checked from the instance's own numbers.

    Raises
    ------
    InvalidRouteError
        A place twice, a delivery without or before its pickup, too much on board, a window missed, too many vehicles.
    """
    seen: set[int] = set()
    total = 0.0
    if len(visits) > vehicles:
        raise InvalidRouteError(f"{len(visits)} vehicles of {vehicles}")
    for route in visits:
        at, now, load = 0, float(rows[0].ready), 0
        for place in route:
            row = rows[place]
            if place in seen or place == 0:
                raise InvalidRouteError(f"place {place} twice")
            if row.pickup and row.pickup not in route[: route.index(place)]:
                raise InvalidRouteError(f"delivery {place} without its pickup before")
            if row.delivery and row.delivery not in route[route.index(place) :]:
                raise InvalidRouteError(f"pickup {place} without its delivery after")
            seen.add(place)
            way = math.dist((rows[at].x, rows[at].y), (row.x, row.y))
            total += way
            now = max(now + way, row.ready)
            load += row.demand
            if now > row.due + TOLERANCE or load > capacity:
                raise InvalidRouteError(f"place {place} at {now}, due {row.due}, load {load} of {capacity}")
            now += row.service
            at = place
        way = math.dist((rows[at].x, rows[at].y), (rows[0].x, rows[0].y))
        total += way
        if now + way > rows[0].due + TOLERANCE:
            raise InvalidRouteError(f"back at {now + way}, closed from {rows[0].due}")
    return total
