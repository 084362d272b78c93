"""OR-Tools routing as an engine: in a child process, because it holds the interpreter lock for its whole solve."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cargopool.executors.worker import StoppedError, Worker
from cargopool.tours.engines.protocol import Found, Limits
from cargopool.tours.mending import mend
from cargopool.tours.problem import Route, TourProblem

_GRACE_S = 30.0
"""How much longer than asked the child may take to build its model and to end."""


def find_routes(problem: TourProblem, *, limits: Limits, seed: int, start: Sequence[Route]) -> Found:
    """Find routes by OR-Tools routing; what its model of the rules let through and is not so is mended after."""
    if not problem.jobs:
        return Found([], 0)
    routes: list[Route] = list(start)
    solutions = 0

    def take(message: tuple[int, list[Route]]) -> None:
        nonlocal routes, solutions
        solutions, routes = message

    with Worker() as worker, suppress(StoppedError):  # the best routes so far have been told
        worker.call(
            "cargopool.tours.engines.routing_model:route",
            problem,
            seconds_inside=limits.seconds,
            solutions=limits.work,
            processor_time=limits.clock is not None,
            start=list(start),
            stop=limits.stop,
            seconds=None if limits.seconds is None or limits.clock else limits.seconds + _GRACE_S,
            on_message=take,
        )
    return Found(mend(problem, routes, start), solutions)
