"""Rounds of plan and tours whose plans are found by several workers together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cargopool.model.plan import Plan
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.stop import StoppingCriterion
    from cargopool.runs.solving import RunResult

Limits = tuple[int | None, float | None]
"""Work and seconds of each search, one of them None."""

Search = Callable[["Scenario", Limits, "Plan | None"], tuple["Plan | None", float | None]]
"""Plans a scenario at its rates of drayage, from a plan at others: the best plan and a bound in EUR."""


def in_tour_rounds(
    scenario: Scenario, search: Search, searches: int, limits: Limits, seed: int, warm_start: Plan | None
) -> RunResult:
    """Go round as `cargopool.solve` does with tours.

    Parameters
    ----------
    search : callable
        Finds the plan of each round of plan and tours.
    searches : int
        Searches that follow each other in one call of ``search``; its limits are those of each.
    limits : tuple of int or None, float or None
        Of each of so many searches, for all rounds of plan and tours together.

    Returns
    -------
    RunResult
        The plan of the round with the least total, of those whose tours keep the caps where there are such; without
        tours where no round had them for everything.
    """
    from cargopool.model.result import BoundScope, Status, Termination
    from cargopool.optimiser.stop import TimeLimit, WorkLimit
    from cargopool.runs.rounds import Rounds
    from cargopool.runs.solving import RunResult

    work, seconds = limits

    def planned(
        case: Scenario, limit: StoppingCriterion, start: Plan | None, tell: Callable[[Plan], None] | None
    ) -> RunResult:
        most_work, most_s = getattr(limit, "max_work", None), getattr(limit, "max_seconds", None)
        each = None if most_work is None else max(1, most_work // searches)
        plan, bound = search(case, (each, None if most_s is None else most_s / searches), start)
        return RunResult(
            status=Status.NO_PLAN if plan is None else Status.FEASIBLE,
            termination=Termination.TIME if work is None else Termination.WORK,
            plan=plan,
            bound_eur=bound,
            gap=None,
            bound_scope=BoundScope(),
        )

    stop = WorkLimit(work * searches) if work is not None else TimeLimit(float(seconds or 0.0) * searches)
    return Rounds(scenario, stop, planned, seed).run(warm_start)
