"""One plan, one price: plan with estimates, make tours, correct the estimates by their cost, plan again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cargopool.footprint import unserved_cents
from cargopool.footprint.caps import cap_states_with_tours
from cargopool.footprint.tours import with_tours
from cargopool.model.plan import Plan
from cargopool.model.result import Progress, Status
from cargopool.model.scenario import Drayage, Scenario
from cargopool.model.tours import HIRED, DrayageRate, LeadTime, LeadWay
from cargopool.runs.leaving_out import leave_out
from cargopool.units import eur

if TYPE_CHECKING:
    from cargopool.optimiser.stop import StoppingCriterion
    from cargopool.runs.solving import RunResult
    from cargopool.tours.compiling import Compilation
    from cargopool.tours.missing import Missed
    from cargopool.tours.planning import PlannedTours

MOST_ROUNDS = 8
_FIRST_SHARE = 0.45
"""Share of the limit that the plan of the first round may take; later plans begin with the one before."""
_TOURS_SHARE = 0.25
"""Share of the limit for the tours of all rounds together."""
_TOURS_S = 10.0
_TOURS_WORK = 8_000
_LEAST_S = 0.5
_STILL = 0.005
"""Mean change of the factors under which another round would plan the same."""

Solver = Callable[[Scenario, "StoppingCriterion", "Plan | None", Callable[[Plan], None] | None], "RunResult"]
"""Plans a scenario under a stop rule, from a plan, telling every verified plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round came to.

    Attributes
    ----------
    objective_eur : float
        At the round's own prices of drayage.
    estimate_eur, tours_eur : float
        What collection, delivery and unit haulage were taken for, and what their tours cost.
    alone_eur : float
        What a hired truck for each of these alone would cost.
    total_with_tours_eur : float or None
        The objective with the tours' cost and CO2e in the place of the estimates; None when the round has no tours.
    tours, hired : int
        Tours, and those of them by hired trucks.
    jobs, missed : int
        Collections, deliveries and haulage legs carried out, and those that no tour could make.
    left_out : int
        Shipments named as unserved because of them.
    rate_change : float
        Mean absolute change of the factors that this round asks for.
    kept : bool
        Whether this is the plan of the run.
    """

    number: int
    objective_eur: float
    estimate_eur: float = 0.0
    tours_eur: float = 0.0
    alone_eur: float = 0.0
    total_with_tours_eur: float | None = None
    unserved: int = 0
    tours: int = 0
    hired: int = 0
    jobs: int = 0
    missed: int = 0
    left_out: int = 0
    rate_change: float = 0.0
    seconds: float = 0.0
    kept: bool = False
    note: str = ""

    def as_record(self) -> dict[str, Any]:
        """The round as run.json shows it."""
        return asdict(self)


@dataclass(slots=True)
class _Best:
    first: RunResult | None = None
    result: RunResult | None = None
    rank: tuple[int, int, int] = (0, 0, 0)
    number: int = 0


@dataclass(slots=True)
class Rounds:
    """Rounds of plan and tours under one limit.

    Attributes
    ----------
    scenario : Scenario
        As it was read.
    stop : StoppingCriterion
        Of the whole.
    solver : Solver
    seed : int
    on_note : callable or None
        Takes a line about each round.
    tours_s : float
        Seconds that the tours of the last round took, with their judgement.
    """

    scenario: Scenario
    stop: StoppingCriterion
    solver: Solver
    seed: int
    on_note: Callable[[str], None] | None = None
    on_plan: Callable[[Plan], None] | None = None
    trace: list[Round] = field(default_factory=list)
    tours_s: float = 0.0
    _compilation: Compilation | None = None

    def run(self, warm_start: Plan | None) -> RunResult:
        """Go round while it helps; the best plan with the trace of all rounds."""
        from cargopool.tours.compiling import Compilation

        began = time.monotonic()
        current, best = self.scenario, _Best()
        if getattr(self.stop, "max_seconds", None) is not None:
            self._compilation = Compilation(self._stopped)
        most = max(1, min(MOST_ROUNDS, self.scenario.drayage.max_rounds))
        for number in range(1, most + 1):
            # without tours a plan is kept at the estimates as they were read, so none of a later round
            tell = self.on_plan if number == 1 else None
            result = self.solver(current, self._limit(number, most, began), warm_start, tell)
            best.first = best.first or result
            if result.plan is None:
                break
            following = self._round(number, most, began, current, result, best)
            warm_start = result.plan
            if following is None or self._over(most, began):
                break
            current = following
        if best.result is None:
            assert best.first is not None
            detail = "; ".join(filter(None, (best.first.detail, "no round had tours for everything")))
            return replace(best.first, detail=detail, rounds=tuple(self.trace))
        self.trace = [replace(one, kept=one.number == best.number) for one in self.trace]
        return replace(best.result, rounds=tuple(self.trace))

    def _limit(self, number: int, most: int, began: float) -> StoppingCriterion:
        """The part of the limit that the plan of a round may take."""
        from cargopool.optimiser.stop import AnyOf, TimeLimit, WorkLimit

        seconds, work = getattr(self.stop, "max_seconds", None), getattr(self.stop, "max_work", None)
        parts = self.stop.parts if isinstance(self.stop, AnyOf) else (self.stop,)
        rest = tuple(part for part in parts if not isinstance(part, TimeLimit | WorkLimit))
        share = _FIRST_SHARE if number == 1 else _later_share(most)
        if most == 1:
            share = 1 - _TOURS_SHARE
        if seconds is not None:
            left = seconds - (time.monotonic() - began)
            rest = (*rest, TimeLimit(max(_LEAST_S, min(share * seconds, left))))
        if work is not None:
            rest = (*rest, WorkLimit(max(1, int(share * work))))
        return AnyOf(rest)

    def _over(self, most: int, began: float) -> bool:
        """Whether another round, as long as its plan may take and this round's tours took, would be too late."""
        seconds = getattr(self.stop, "max_seconds", None)
        if seconds is None:
            return self._stopped()
        next_s = _later_share(most) * seconds + self.tours_s
        return time.monotonic() - began + next_s > seconds or self._stopped()

    def _round(
        self, number: int, most: int, began: float, current: Scenario, result: RunResult, best: _Best
    ) -> Scenario | None:
        """Make the tours of a plan and judge it; the scenario of the next round, None when there need not be one."""
        from cargopool.tours.estimates import corrected_rates, estimates_of

        assert result.plan is not None
        search = self._can_search(began)
        started = time.monotonic()
        plan, found = self._tours(current, result.plan, most, search=search)
        following = _with_leads(current, found.missed)
        complete, left_out = self._complete(current, plan, found, search=search)
        note = "" if search else "no time to compile the search of tours: a truck for each job alone"
        if complete is not None:
            complete = without_idle_rates(self.scenario, complete)
            complete, refused = self._verified(complete)
            broken = "its tours break a cap on CO2e" if complete and _breaks_a_cap(self.scenario, complete) else ""
            note = "; ".join(filter(None, (note, refused, broken)))
        if complete is not None:
            self._keep(number, complete, result, best)
        shown = complete or plan
        rates = corrected_rates(current, plan) if plan.tours else dict(current.drayage.rates)
        change = _mean_change(current.drayage.rates, rates)
        estimate = sum(
            cents * current.drayage.rates.get(key, 1.0) for key, cents in estimates_of(current, plan).items()
        )
        entry = Round(
            number=number,
            objective_eur=eur(shown.totals.objective_cents),
            estimate_eur=round(estimate / 100, 2),
            tours_eur=eur(sum(line.cents * line.count for line in plan.tour_lines)),
            alone_eur=eur(found.alone_cents),
            total_with_tours_eur=None if complete is None else eur(_total(complete)),
            unserved=len(shown.unserved),
            tours=len(plan.tours),
            hired=sum(tour.fleet == HIRED for tour in plan.tours),
            jobs=sum(map(len, found.jobs_of_tour.values())),
            missed=len(found.missed),
            left_out=len(left_out),
            rate_change=round(change, 4),
            seconds=round(time.monotonic() - began, 3),
            note=note,
        )
        self.trace.append(entry)
        self.tours_s = time.monotonic() - started
        self._say(entry, self.tours_s)
        if change < _STILL and following == current.drayage:
            return None
        return replace(self.scenario, drayage=replace(following, rates=rates))

    def _stopped(self) -> bool:
        return bool(getattr(self.stop, "raised", False))

    def _can_search(self, began: float) -> bool:
        """Whether the search of tours is compiled, in time where there is a limit."""
        seconds = getattr(self.stop, "max_seconds", None)
        return self._compilation is None or seconds is None or self._compilation.wait(began + seconds)

    def _tours(self, current: Scenario, plan: Plan, most: int, *, search: bool) -> tuple[Plan, PlannedTours]:
        from cargopool.tours.planning import plan_tours, retimed

        seconds, work = getattr(self.stop, "max_seconds", None), getattr(self.stop, "max_work", None)
        budget = None if work is not None else _TOURS_S if seconds is None else _TOURS_SHARE * seconds / most
        found = plan_tours(
            current,
            plan,
            seconds=budget,
            work=_TOURS_WORK if work is not None else None,
            seed=self.seed,
            stop=self._stopped,
            search=search,
        )
        return retimed(current, with_tours(current, at_rates(plan, current), found.tours)), found

    def _complete(
        self, current: Scenario, plan: Plan, found: PlannedTours, *, search: bool
    ) -> tuple[Plan | None, dict[str, str]]:
        """The plan without the shipments that no tour can carry, with tours for the rest."""
        from cargopool.tours.planning import plan_tours, retimed

        if not found.missed:
            return plan, {}
        reasons: dict[str, str] = {}
        for missed in found.missed:
            for shipment, _ in missed.job.parts:
                reasons.setdefault(shipment, f"{missed.reason}; derived from the tours of the plan")
        forced = [s for s in reasons if current.shipments[s].must_serve or not current.objective.unserved_allowed]
        if forced:
            return None, reasons
        bare = leave_out(current, replace(plan, tours=(), tour_lines=(), tour_tces=(), tour_totals=None), reasons)
        again = plan_tours(
            current,
            bare,
            seconds=1.0 if getattr(self.stop, "max_work", None) is None else None,
            work=(_TOURS_WORK if getattr(self.stop, "max_work", None) is not None else None),
            seed=self.seed,
            search=search,
        )
        if again.missed:
            return None, reasons
        return retimed(current, with_tours(current, bare, again.tours)), reasons

    def _verified(self, plan: Plan) -> tuple[Plan | None, str]:
        from cargopool.verifier import verify

        report = verify(self.scenario, plan)
        if report.ok:
            return plan, ""
        return None, f"refused: {'; '.join(map(str, report.violations[:3]))}"

    def _keep(self, number: int, plan: Plan, result: RunResult, best: _Best) -> None:
        mine = rank(self.scenario, plan, number)
        if best.result is None or mine < best.rank:
            assert best.first is not None
            rated = plan.drayage_rates or plan.lead_times
            bounded = result if rated else best.first
            best.result, best.rank, best.number = _with_plan(result, plan, bounded), mine, number
            if self.on_plan is not None:
                self.on_plan(plan)

    def _say(self, entry: Round, seconds: float) -> None:
        if self.on_note is None:
            return
        total = "none" if entry.total_with_tours_eur is None else f"{entry.total_with_tours_eur:.2f} EUR"
        self.on_note(
            f"round {entry.number}: objective {entry.objective_eur:.2f} EUR, drayage estimated "
            f"{entry.estimate_eur:.2f} EUR; {entry.tours} tours for {entry.jobs} jobs cost {entry.tours_eur:.2f} EUR "
            f"(a truck for each alone {entry.alone_eur:.2f} EUR), "
            f"total with tours {total}, {entry.missed} jobs missed; tours took {seconds:.1f} s {entry.note}".rstrip()
        )


def _later_share(most: int) -> float:
    """Share of the limit that the plan of a later round may take."""
    return (1 - _FIRST_SHARE - _TOURS_SHARE) / max(1, most - 1)


def at_rates(plan: Plan, scenario: Scenario) -> Plan:
    """The plan with the rates and lead times of the scenario that it was made of."""
    drayage = scenario.drayage
    rates = tuple(
        DrayageRate(kind=kind, door=door, hub=hub, factor=factor)  # type: ignore[arg-type]
        for (kind, door, hub), factor in sorted(drayage.rates.items())
    )
    leads = (*_listed(drayage.lead_min, "pallets"), *_listed(drayage.haulage_lead_min, "units"))
    return replace(plan, drayage_rates=rates, lead_times=leads)


def without_idle_rates(scenario: Scenario, plan: Plan) -> Plan:
    """The plan as it is where it has tours; one without has nothing to do with rates or lead times and sheds them.

    Parameters
    ----------
    scenario : Scenario
        As it was read. Where the rates were in the plan's totals, as in the constants of unserved shipments, the plan
        is priced again without them and loses its execution layers.
    """
    if plan.tours or not (plan.drayage_rates or plan.lead_times):
        return plan
    bare = replace(plan, drayage_rates=(), lead_times=())
    priced = leave_out(scenario, bare, {})
    return with_tours(scenario, bare if priced.totals == plan.totals else priced, ())


def _listed(leads: Mapping[tuple[str, str], int], way: LeadWay) -> tuple[LeadTime, ...]:
    return tuple(LeadTime(shipment=s, hub=hub, minutes=minutes, way=way) for (s, hub), minutes in sorted(leads.items()))


def _with_leads(current: Scenario, missed: Sequence[Missed]) -> Drayage:
    """The drayage of the next round: no lead time shorter than before, nor than what was missed needs."""
    leads = {"pallets": dict(current.drayage.lead_min), "units": dict(current.drayage.haulage_lead_min)}
    for lead in (lead for one in missed for lead in one.leads):
        mine = leads[lead.way]
        mine[lead.shipment, lead.hub] = max(lead.minutes, mine.get((lead.shipment, lead.hub), 0))
    return replace(current.drayage, lead_min=leads["pallets"], haulage_lead_min=leads["units"])


def rank(scenario: Scenario, plan: Plan, number: int) -> tuple[int, int, int]:
    """What a round's plan is chosen by, the least first: whether its tours break a cap, its total, its number.

    The constants of unserved shipments are those of the scenario as it was read, without the rates of a round.
    """
    constants = sum(unserved_cents(scenario, scenario.shipments[row.shipment]) for row in plan.unserved)
    total = _total(plan) - (plan.tour_totals.unserved_cents if plan.tour_totals else 0) + constants
    return int(_breaks_a_cap(scenario, plan)), total, number


def _breaks_a_cap(scenario: Scenario, plan: Plan) -> bool:
    return any(state.excess_grams for state in cap_states_with_tours(scenario, plan))


def _total(plan: Plan) -> int:
    assert plan.tour_totals is not None
    return plan.tour_totals.objective_cents


def _with_plan(result: RunResult, plan: Plan, bounded: RunResult) -> RunResult:
    """The result for a plan that may be another than the one that was planned, under the bound at the plan's rates."""
    assert result.plan is not None
    if bounded is result and plan.totals.objective_cents == result.plan.totals.objective_cents:
        return replace(result, plan=plan)
    objective, bound = eur(plan.totals.objective_cents), bounded.bound_eur
    base = objective - eur(plan.totals.unserved_cents)
    gap = max(0.0, objective - bound) / base if bound is not None and base > 0 else None
    scope = bounded.bound_scope
    return replace(result, plan=plan, bound_eur=bound, bound_scope=scope, gap=gap, status=Status.FEASIBLE)


def _mean_change(old: Any, new: Any) -> float:
    keys = {*old, *new}
    return sum(abs(new.get(key, 1.0) - old.get(key, 1.0)) for key in keys) / len(keys) if keys else 0.0


def shifted_progress(progress: Progress, seconds: float, work: int) -> Progress:
    """Progress of a later round, counted from the beginning of the run."""
    return replace(progress, seconds=progress.seconds + seconds, work=progress.work + work)
