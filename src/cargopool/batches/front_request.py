"""What is asked for a front, how one of its cases is solved, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cargopool.batches.front import Answer, Point, Question
from cargopool.errors import Diagnostic, InputError
from cargopool.model.plan import Plan
from cargopool.model.result import Status, Termination
from cargopool.model.scenario import Scenario

if TYPE_CHECKING:
    from cargopool.optimiser.params import SolveParams

DEFAULT_POINTS = 9
SECONDS_PER_POINT = 60.0
DEFAULT_GAP = 0.01
_MOST_POINTS = 200
LEVELS = ("priced", "free", "strict")
"""Prices of lateness with the third axis: as priced, none at all, and twenty times as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoRequest:
    """What a front is asked to be.

    Attributes
    ----------
    points : int
        Points wanted, both ends included.
    time_limit : float or None
        Wall seconds of the whole front.
    gap : float
        Each point stops at this distance from its bound.
    work_limit : int or None
        Each point stops after this much work; then no clock is read.
    with_lateness : bool
        Lateness is a third axis: a front at each of three prices of it, without points that another beats in all.
    """

    points: int = DEFAULT_POINTS
    time_limit: float | None = None
    gap: float = DEFAULT_GAP
    work_limit: int | None = None
    seed: int = 1
    params: SolveParams | None = None
    with_lateness: bool = False

    def check(self) -> None:
        """Raise `InputError` for wishes that make no sense."""
        found = []
        if not 2 <= self.points <= _MOST_POINTS:
            message = f"a front has 2 to {_MOST_POINTS} points, not {self.points}"
            found.append(Diagnostic("E2081", message, "--points", "the two ends count"))
        if self.time_limit is not None and not self.time_limit > 0:
            found.append(Diagnostic("E2081", "the time limit is not above 0", "--time-limit", "give seconds"))
        if not 0 <= self.gap < 1:
            found.append(Diagnostic("E2081", "the gap is not between 0 and 1", "--gap", "0.01 is one per cent"))
        if found:
            raise InputError(found)

    @property
    def seconds(self) -> float | None:
        """Wall seconds that the front may take; None when it is limited by work."""
        if self.work_limit is not None and self.time_limit is None:
            return None
        levels = len(LEVELS) if self.with_lateness else 1
        return self.time_limit if self.time_limit is not None else SECONDS_PER_POINT * self.points * levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """How one case ended; ``cost_bound_eur`` is what least CO2e costs at least, where that was solved."""

    plan: Plan | None
    bound_eur: float | None
    cost_bound_eur: float | None = None
    gap: float | None
    status: Status
    termination: Termination
    detail: str = ""
    interrupted: bool = False


class Solver(Protocol):
    """Solves the case of a point, from another point's plan."""

    def __call__(self, name: str, case: Scenario, warm: Plan | None, seconds: float | None, gap_after: float) -> Solved:
        """Solve a case; ``seconds`` is what it may take, ``gap_after`` those before which the gap ends nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front of a scenario.

    Attributes
    ----------
    points : tuple of Point
        From the cheapest to the greenest.
    questions : tuple of (Question, Answer)
        All that was solved for it, dominated plans included.
    cases : mapping of point name to Scenario
        What each point's plan is a plan of.
    left_out : tuple of str
        Shipments that no point serves, as the cheapest plan does not.
    status : Status
        OPTIMAL when every point is proven; INFEASIBLE or NO_PLAN when there is none.
    """

    scenario: Scenario
    points: tuple[Point, ...]
    questions: tuple[tuple[Question, Answer], ...]
    cases: Mapping[str, Scenario]
    left_out: tuple[str, ...]
    status: Status
    detail: str
    interrupted: bool
    seconds: float
    path: Path | None = None
