"""What a solver of tours is called with and returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from cargopool.tours.problem import Route, TourProblem

EngineName = Literal["auto", "search", "ortools", "pyvrp"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an engine may look.

    Attributes
    ----------
    seconds : float or None
        Wall seconds by ``clock``; None: only ``work`` counts, and no clock decides anything.
    work : int or None
        Iterations.
    stop : callable or None
        Asked now and then; true ends the search.
    clock : callable or None
        Another clock than the wall's, such as that of the processor in a comparison on a loaded machine.
    """

    seconds: float | None = 10.0
    work: int | None = None
    stop: Callable[[], bool] | None = None
    clock: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Routes (vehicle, shift, stops in order), and how many iterations it took to find them."""

    routes: list[Route]
    iterations: int


class Engine(Protocol):
    """A solver: never ends with routes dearer than ``start``, which are feasible."""

    def __call__(self, problem: TourProblem, *, limits: Limits, seed: int, start: Sequence[Route]) -> Found:
        """Find routes of least cost."""
        ...
