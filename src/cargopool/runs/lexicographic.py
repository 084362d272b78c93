"""One aim first, the other within a tolerance of it: the cheapest plan near the least CO2e, or the reverse."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cargopool.errors import Diagnostic, InputError
from cargopool.footprint import COST_KINDS, price_plan
from cargopool.model.plan import Plan
from cargopool.model.result import Result, Status
from cargopool.model.scenario import Scenario
from cargopool.runs.objectives import TIE_WEIGHT, at_price, capped_at, greenest, served_by, serving
from cargopool.units import GRAMS_PER_KG, eur

if TYPE_CHECKING:
    from cargopool.optimiser.params import SolveParams
    from cargopool.runs.execution import RunOutcome, RunRequest

_MOST_PERCENT = 1000.0
_CAP_ROUNDS, _PRICE_ROUNDS = 16, 5
_FIRST_PRICE, _HIGHEST_PRICE = 200.0, 50_000.0
_DECIDING = 0.6
"""Part of the time for finding the cap; the rest is for the plan within it."""


@dataclass(frozen=True, slots=True)
class Lexicographic:
    """Which aim comes first, and how far from its least value the plan may be, in per cent."""

    first: Literal["co2e", "cost"]
    percent: float

    @classmethod
    def parse(cls, text: str) -> Lexicographic:
        """Read ``co2e:5`` or ``cost:5``.

        Raises
        ------
        InputError
            When it is neither.
        """
        first, _, percent = text.partition(":")
        try:
            share = float(percent)
        except ValueError:
            share = -1.0
        if first not in ("co2e", "cost") or not 0.0 <= share <= _MOST_PERCENT:
            message = f"{text!r} is not an aim and a tolerance in per cent"
            way_out = "write co2e:5 (cheapest within 5 % of the least CO2e) or cost:5"
            raise InputError(Diagnostic("E2084", message, "--lexicographic", way_out))
        return cls("co2e" if first == "co2e" else "cost", share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the first aim allows.

    Attributes
    ----------
    case : Scenario
        The cheapest plan of it is the answer: same shipments served, CO2e within the cap.
    warm : Plan
        A plan within the cap.
    facts : mapping
        For run.json: the least value of the first aim, what is proven of it, the cap.
    """

    case: Scenario
    warm: Plan
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Found:
    plan: Plan
    cost: int
    grams: int
    bound: float | None
    status: Status


@dataclass(slots=True)
class _Decider:
    scenario: Scenario
    seed: int
    params: SolveParams | None
    gap: float
    work: int | None
    until: float | None
    served: frozenset[str] | None = None
    stopped: bool = False

    def solve(self, case: Scenario, warm: Plan | None, share: float) -> tuple[Result, _Found | None]:
        """Solve a case within a share of what is left."""
        from cargopool.optimiser.stop import Gap, TimeLimit, WorkLimit
        from cargopool.runs.solving import solve

        stop: Any = Gap(self.gap)
        if self.work is not None:
            stop = stop | WorkLimit(self.work)
        if self.until is not None:
            stop = stop | TimeLimit(max(0.5, share * (self.until - time.monotonic())))
        result = solve(
            case, stop=stop, seed=self.seed, params=self.params, warm_start=warm, baselines=False, tours=False
        )
        self.stopped |= result.termination == "interrupted"
        plan = result.plan
        if plan is None:
            return result, None
        bare = at_price(self.scenario, 0.0)
        totals = price_plan(bare, plan.moves, plan.itineraries, plan.charters, ()).totals
        bound = None if result.bound_eur is None else 100.0 * result.bound_eur - plan.totals.unserved_cents
        cost = totals.objective_cents - totals.carbon_cents
        return result, _Found(plan, cost, totals.co2e_grams, bound, result.status)

    @property
    def over(self) -> bool:
        """Whether no more may be asked: a signal came, or the time is over."""
        return self.stopped or (self.until is not None and self.until - time.monotonic() < 1.0)

    @property
    def large(self) -> bool:
        """Whether the methods for large cases solve it."""
        from cargopool.optimiser.params import SolveParams

        params = self.params or SolveParams()
        many = len(self.scenario.shipments) > params.exact.max_shipments
        return params.method == "search" or (params.method == "auto" and many)

    def money_only(self) -> Scenario:
        """The case with the served shipments and no carbon price."""
        return at_price(serving(self.scenario, self.served), 0.0)

    def least_co2e(self, warm: Plan | None, share: float) -> tuple[Result, _Found | None]:
        """The least CO2e, with money as a tie-breaker in large cases."""
        money = TIE_WEIGHT if self.large else 0.0
        return self.solve(greenest(serving(self.scenario, self.served), COST_KINDS, money=money), warm, share)


def decide(
    scenario: Scenario,
    wish: Lexicographic,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    work_limit: int | None = None,
    seed: int = 1,
    params: SolveParams | None = None,
) -> Decided | Result:
    """Find what the first aim allows; a Result without a plan when nothing can be served.

    Parameters
    ----------
    time_limit : float or None
        Wall seconds of the whole; three fifths go here.
    """
    until = None if time_limit is None else time.monotonic() + _DECIDING * time_limit
    decider = _Decider(scenario, seed, params, gap, work_limit, until)
    return _co2e_first(decider, wish) if wish.first == "co2e" else _cost_first(decider, wish)


def _co2e_first(decider: _Decider, wish: Lexicographic) -> Decided | Result:
    result, found = decider.least_co2e(None, 1.0)
    if found is None:
        return result
    decider.served = served_by(found.plan)
    cap = int(found.grams * (1.0 + wish.percent / 100.0))
    least = found.bound if not decider.large else None
    facts = {
        "first": "co2e",
        "percent": wish.percent,
        "least_co2e_kg": found.grams / GRAMS_PER_KG,
        "least_proven": found.status is Status.OPTIMAL and not decider.large,
        "least_bound_co2e_kg": None if least is None else least / GRAMS_PER_KG,
        "cap_co2e_kg": cap / GRAMS_PER_KG,
    }
    return Decided(case=capped_at(decider.money_only(), cap), warm=found.plan, facts=facts)


def _cost_first(decider: _Decider, wish: Lexicographic) -> Decided | Result:
    result, cheapest = decider.solve(decider.money_only(), None, 0.4)
    if cheapest is None:
        return result
    decider.served = served_by(cheapest.plan)
    limit = int(cheapest.cost * (1.0 + wish.percent / 100.0))
    best, proven = _by_price(decider, cheapest, limit) if decider.large else _by_cap(decider, cheapest, limit)
    facts = {
        "first": "cost",
        "percent": wish.percent,
        "least_cost_eur": eur(cheapest.cost),
        "least_proven": cheapest.status is Status.OPTIMAL,
        "least_bound_cost_eur": None if cheapest.bound is None else cheapest.bound / 100.0,
        "limit_cost_eur": eur(limit),
        "cap_co2e_kg": best.grams / GRAMS_PER_KG,
        "cap_proven_least": proven and cheapest.status is Status.OPTIMAL,
    }
    return Decided(case=capped_at(decider.money_only(), best.grams), warm=best.plan, facts=facts)


def _by_cap(decider: _Decider, cheapest: _Found, limit: int) -> tuple[_Found, bool]:
    """Least CO2e that the cost limit can pay for, by halving caps; and whether that is proven."""
    _, greenest_found = decider.least_co2e(cheapest.plan, 0.3)
    best, low, sure = cheapest, 0, True
    if greenest_found is not None:
        low = greenest_found.grams
        sure = greenest_found.status is Status.OPTIMAL
        if greenest_found.cost <= limit:
            return greenest_found, sure
    cap = low
    for _ in range(_CAP_ROUNDS):
        if low >= best.grams or decider.over:
            break
        result, found = decider.solve(capped_at(decider.money_only(), cap), best.plan, 0.3)
        if found is not None and found.cost <= limit:
            best = found
        else:
            too_dear = result.status is Status.INFEASIBLE or (
                found is not None and found.bound is not None and found.bound > limit
            )
            sure &= too_dear
            low = cap + 1
        cap = (low + best.grams) // 2 if best.grams - low > 1 else low
        cap = min(cap, best.grams - 1)
    return best, sure and low >= best.grams


def _by_price(decider: _Decider, cheapest: _Found, limit: int) -> tuple[_Found, bool]:
    """A plan of little CO2e that the cost limit can pay for, by carbon prices; nothing is proven."""
    best, low, high, price = cheapest, 0.0, _HIGHEST_PRICE, _FIRST_PRICE
    for number in range(_PRICE_ROUNDS):
        if decider.over:
            break
        case = at_price(serving(decider.scenario, decider.served), price)
        _, found = decider.solve(case, best.plan, 1.0 / (_PRICE_ROUNDS - number))
        if found is not None and found.cost <= limit:
            low = price
            best = min(best, found, key=lambda one: one.grams)
        else:
            high = price
        price = 4.0 * price if high >= _HIGHEST_PRICE else 0.5 * (low + high)
    return best, False


def run_lexicographic(
    request: RunRequest, wish: Lexicographic, *, started: float | None = None, **told: Any
) -> RunOutcome:
    """Run a request with one aim first: find what that allows, then the cheapest plan within it, in a run folder.

    Where nothing can be served, the folder is that of the case with no aim put first.

    Raises
    ------
    InputError
        When the request has a warm start: each solve starts from the one before, so it would change nothing.
    """
    from cargopool.files import read_scenario
    from cargopool.runs.execution import run

    if request.warm_start is not None:
        message = "does not go with --warm-start, as each solve starts from the one before"
        raise InputError(Diagnostic("E2084", message, "--lexicographic", "leave --warm-start out"))
    began = time.monotonic() if started is None else started
    scenario = read_scenario(Path(request.file), request.variant, dict(request.overrides))
    left = None if request.time_limit is None else max(1.0, request.time_limit - (time.monotonic() - began))
    decided = decide(
        scenario,
        wish,
        time_limit=left,
        gap=request.gap or 0.0,
        work_limit=request.work_limit,
        seed=request.seed,
        params=request.params,
    )
    if isinstance(decided, Result):
        return run(request, scenario=scenario, started=began, **told)
    plain = replace(request, lexicographic=decided.facts)
    return run(plain, scenario=decided.case, warm=decided.warm, started=began, **told)
