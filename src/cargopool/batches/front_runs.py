"""The front of cost and CO2e of a scenario: every point a verified run, in one folder that survives kills."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.batches.front import Answer, FrontSearch, Question, whole_front
from cargopool.batches.front_request import DEFAULT_GAP, DEFAULT_POINTS, LEVELS, Front, ParetoRequest, Solved, Solver
from cargopool.footprint import COST_KINDS, price_plan
from cargopool.model.plan import Plan
from cargopool.model.result import Status, Termination
from cargopool.model.scenario import Scenario
from cargopool.runs.objectives import TIE_WEIGHT, at_price, capped_at, greenest, served_by, serving
from cargopool.units import CENTS_PER_EUR

if TYPE_CHECKING:
    from cargopool.batches.front_folder import ParetoFolder
    from cargopool.optimiser.params import SolveParams

_LEAST_S = 1.0
_SEARCHED = 0.6
"""Part of its time that a large case is searched for from another point's plan, whatever the gap."""
_STRICT_FACTOR, _STRICT_EUR_PER_H = 20.0, 100.0


def find_front(
    scenario: Scenario,
    request: ParetoRequest,
    solver: Solver,
    *,
    on_point: Callable[[Front], None] | None = None,
    started: float | None = None,
) -> Front:
    """Find the front of a scenario; ``on_point`` is told how things stand after each plan."""
    work = _Work(scenario, request, solver, on_point, time.monotonic() if started is None else started)
    return work.through()


@dataclass(slots=True)
class _Work:
    scenario: Scenario
    request: ParetoRequest
    solver: Solver
    on_point: Callable[[Front], None] | None
    started: float
    served: frozenset[str] | None = None
    interrupted: bool = False
    status: Status = Status.NO_PLAN
    detail: str = ""
    left_out: tuple[str, ...] = ()
    plans: dict[str, Plan] = field(default_factory=dict)
    cases: dict[str, Scenario] = field(default_factory=dict)
    searches: list[tuple[str, FrontSearch]] = field(default_factory=list)
    overrun: float = 0.0

    def through(self) -> Front:
        levels = LEVELS if self.request.with_lateness else ("",)
        for number, level in enumerate(levels):
            prefix = f"{level}-" if level else ""
            ask = partial(self._ask, level=level, levels_left=len(levels) - number - 1)
            search = FrontSearch(ask, self.request.points, self._ended, prefix)
            self.searches.append((level, search))
            search.run()
            if self._ended() or not self.plans:
                break
        return self._front()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def _ended(self) -> bool:
        limit = self.request.seconds
        return self.interrupted or (limit is not None and limit - self.elapsed < _LEAST_S + self.overrun)

    def _seconds(self, left: int) -> float | None:
        limit = self.request.seconds
        return None if limit is None else max(_LEAST_S, (limit - self.elapsed) / max(1, left) - self.overrun)

    def _ask(self, question: Question, level: str, levels_left: int) -> Answer:
        left = question.left + levels_left * self.request.points
        base = _at_level(self.scenario, level)
        if question.kind == "co2e":
            name, case, solved = self._greenest(question, base, left)
        else:
            name, case = question.name, self._case(question, base)
            solved = self._solve(name, case, question.warm, left)
        answer = self._answer(question, solved)
        if answer.plan is not None:
            self.plans[question.name] = answer.plan
            self.cases[question.name] = case
        if self.on_point is not None:
            self.searches[-1][1].asked[question.name] = question, answer
            self.on_point(self._front())
        return answer

    def _case(self, question: Question, base: Scenario) -> Scenario:
        case = at_price(serving(base, self.served), question.price_eur_per_t)
        return capped_at(case, question.cap_grams) if question.kind == "cap" else case

    def _solve(self, name: str, case: Scenario, warm: str, left: int) -> Solved:
        seconds, start = self._seconds(left), self.plans.get(warm)
        # A neighbour's plan may be within the gap from the start: that is no reason not to look for a better one.
        after = _SEARCHED * seconds if seconds is not None and start is not None and self._is_large() else 0.0
        began = time.monotonic()
        solved = self.solver(name, case, start, seconds, after)
        if seconds is not None:  # tables are written after the time of a solve, and old ones may be read at once
            self.overrun = max(self.overrun, time.monotonic() - began - seconds)
        self.interrupted |= solved.interrupted
        if not self.plans:
            self.status, self.detail = solved.status, solved.detail
        return solved

    def _greenest(self, question: Question, base: Scenario, left: int) -> tuple[str, Scenario, Solved]:
        """Least CO2e, then least cost with no more of it; large cases do both at once, money at a thousandth."""
        served = serving(base, self.served)
        if not self._is_large():
            pure = greenest(served, COST_KINDS)
            first = self._solve(f"{question.name}-least", pure, question.warm, left + 1)
            if first.status is Status.OPTIMAL and first.plan is not None and not self._ended():
                grams = first.plan.totals.co2e_grams
                case = capped_at(at_price(served, 0.0), grams)
                self.plans["least"] = first.plan
                second = self._solve(question.name, case, "least", left)
                if second.plan is not None:
                    return (
                        question.name,
                        case,
                        replace(second, bound_eur=first.bound_eur, cost_bound_eur=second.bound_eur),
                    )
            if first.plan is not None:
                self.plans["least"] = first.plan
                question = replace(question, warm="least")
        case = greenest(served, COST_KINDS, money=TIE_WEIGHT)
        solved = self._solve(question.name, case, question.warm, left)
        if solved.plan is not None and solved.bound_eur is not None:
            # Without its money the bound holds for every plan that costs no more than this one.
            totals = solved.plan.totals
            money = totals.objective_cents - totals.carbon_cents
            solved = replace(solved, bound_eur=solved.bound_eur - money / CENTS_PER_EUR)
        return question.name, case, solved

    def _is_large(self) -> bool:
        from cargopool.optimiser.params import SolveParams

        params = self.request.params or SolveParams()
        return params.method == "search" or (
            params.method == "auto" and len(self.scenario.shipments) > params.exact.max_shipments
        )

    def _answer(self, question: Question, solved: Solved) -> Answer:
        plan = solved.plan
        if plan is None:
            return Answer(name=question.name, plan=None, status=solved.status)
        bare = at_price(self.scenario, 0.0)
        totals = price_plan(bare, plan.moves, plan.itineraries, plan.charters, ()).totals
        cost = totals.objective_cents - totals.carbon_cents
        if self.request.with_lateness:
            cost -= totals.lateness_cents
        bound = None if solved.bound_eur is None else solved.bound_eur * CENTS_PER_EUR - plan.totals.unserved_cents
        if self.request.with_lateness and question.kind != "co2e":
            bound = None
        if self.served is None:
            self._settle(plan)
        return Answer(
            name=question.name,
            plan=plan,
            cost_cents=cost,
            grams=totals.co2e_grams,
            late_min=sum(itinerary.late_min for itinerary in plan.itineraries),
            bound=bound,
            cost_bound=None if solved.cost_bound_eur is None else solved.cost_bound_eur * CENTS_PER_EUR,
            gap=solved.gap,
            status=solved.status,
        )

    def _settle(self, plan: Plan) -> None:
        """From the cheapest plan on, every point serves the same shipments."""
        self.served = served_by(plan)
        self.left_out = tuple(name for name in self.scenario.shipments if name not in self.served)

    def _front(self) -> Front:
        several = len(self.searches) > 1
        points = whole_front(self.searches) if several else self.searches[0][1].front() if self.searches else ()
        status, detail = self.status, self.detail
        if points:
            status = Status.OPTIMAL if all(point.proven for point in points) else Status.FEASIBLE
            detail = ""
        return Front(
            scenario=self.scenario,
            points=points,
            questions=tuple(pair for _, search in self.searches for pair in search.asked.values()),
            cases=dict(self.cases),
            left_out=self.left_out,
            status=status,
            detail=detail,
            interrupted=self.interrupted,
            seconds=self.elapsed,
        )


def _at_level(scenario: Scenario, level: str) -> Scenario:
    """The case with another price of lateness."""
    if level in ("", "priced"):
        return scenario

    def price(eur_per_h: float) -> float:
        return 0.0 if level == "free" else max(_STRICT_EUR_PER_H, _STRICT_FACTOR * eur_per_h)

    shipments = {name: replace(s, late_eur_per_h=price(s.late_eur_per_h)) for name, s in scenario.shipments.items()}
    return replace(scenario, shipments=shipments)


def pareto(
    scenario: Scenario | str | os.PathLike[str],
    *,
    points: int = DEFAULT_POINTS,
    time_limit: float | None = None,
    gap: float = DEFAULT_GAP,
    work_limit: int | None = None,
    seed: int = 1,
    params: SolveParams | None = None,
    with_lateness: bool = False,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    variant: str = "base",
    overrides: Mapping[str, Any] | None = None,
    on_point: Callable[[Front], None] | None = None,
) -> Front:
    """Find the front of cost and CO2e of a scenario.

    Parameters
    ----------
    scenario : Scenario or path
        A path is read with ``variant`` and ``overrides``.
    points : int
        Points wanted, both ends included; fewer come when there are no more, or the time is over.
    time_limit : float, optional
        Wall seconds of the whole front; 60 a point when neither this nor ``work_limit`` is given.
    gap : float
        Each point stops at this distance from its bound.
    work_limit : int, optional
        Each point stops after this much work.
    with_lateness : bool
        Lateness as a third axis.
    out : path, optional
        Folder to write: a run folder per point, tables, report.html; ``resume`` goes on with one that is there.
    on_point : callable, optional
        Told how things stand after each plan.

    Returns
    -------
    Front
        Every plan passed the independent verifier; all points serve the same shipments.

    Raises
    ------
    InputError
        The scenario or the wishes make no sense, or ``out`` is not ours.
    """
    request = ParetoRequest(
        points=points,
        time_limit=time_limit,
        gap=gap,
        work_limit=work_limit,
        seed=seed,
        params=params,
        with_lateness=with_lateness,
    )
    request.check()
    started = time.monotonic()
    if not isinstance(scenario, Scenario):
        from cargopool.files import read_scenario

        scenario = read_scenario(Path(scenario), variant, dict(overrides or {}))
    if out is None:
        return find_front(scenario, request, in_memory(request), on_point=on_point, started=started)
    from cargopool.batches.front_folder import ParetoFolder

    with ParetoFolder.open(out, resume=resume) as folder:
        return written_front(scenario, request, folder, on_point=on_point, started=started)


def written_front(
    scenario: Scenario,
    request: ParetoRequest,
    folder: ParetoFolder,
    *,
    on_point: Callable[[Front], None] | None = None,
    on_log: Callable[[str], None] | None = None,
    started: float | None = None,
) -> Front:
    """Find a front and keep its folder up to date."""

    def tell(front: Front) -> None:
        folder.publish(front, request, finished=False)
        if on_point is not None:
            on_point(front)

    front = find_front(scenario, request, folder.solver(request, on_log=on_log), on_point=tell, started=started)
    folder.publish(front, request, finished=not front.interrupted)
    return replace(front, path=folder.path)


def in_memory(request: ParetoRequest) -> Solver:
    """A solver that writes nothing."""

    def solve(name: str, case: Scenario, warm: Plan | None, seconds: float | None, gap_after: float) -> Solved:
        from cargopool.optimiser.stop import Gap, TimeLimit, WorkLimit
        from cargopool.runs import solve as run_solve

        stop: Any = Gap(request.gap, gap_after)
        if request.work_limit is not None:
            stop = stop | WorkLimit(request.work_limit)
        if seconds is not None:
            stop = stop | TimeLimit(seconds)
        result = run_solve(
            case,
            stop=stop,
            seed=request.seed,
            params=request.params,
            warm_start=warm,
            baselines=False,
            tours=False,
        )
        return Solved(
            plan=result.plan,
            bound_eur=result.bound_eur,
            gap=result.gap,
            status=result.status,
            termination=result.termination,
            detail=result.detail,
            interrupted=result.termination is Termination.INTERRUPTED,
        )

    return solve
