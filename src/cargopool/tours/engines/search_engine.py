"""The compiled search as an engine: whole, or in parts where one search would be too large."""

from __future__ import annotations

import time
from collections.abc import Sequence

from cargopool.tours.division import find_in_parts, is_too_large
from cargopool.tours.engines.protocol import Found, Limits
from cargopool.tours.problem import Route, TourProblem
from cargopool.tours.search import Search, run_search


def find_routes(problem: TourProblem, *, limits: Limits, seed: int, start: Sequence[Route]) -> Found:
    """Find routes by compiled ruin-and-recreate."""
    if not problem.jobs:
        return Found([], 0)
    if is_too_large(problem):
        return find_in_parts(problem, limits=limits, seed=seed, start=start)
    began = (limits.clock or time.perf_counter)()
    search = Search(problem, seed, start=start)  # compiles, where nothing is kept yet
    run_search(search, limits, began)
    return Found(search.routes(), search.iterations)
