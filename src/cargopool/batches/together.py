"""One large scenario on many workers: searches from a common plan, of the whole or by region, in rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from cargopool.batches.regions import REGION, divide, make_merger
from cargopool.batches.touring import Limits, in_tour_rounds
from cargopool.errors import Diagnostic, EngineError, VerificationError
from cargopool.executors import Done, Executor, Task, Window
from cargopool.units import eur

if TYPE_CHECKING:
    from cargopool.model.plan import Plan
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.parts import Changes, Merger
    from cargopool.runs.rounds import Round as TourRound

SLICE = "cargopool.batches.together:search_slice"
_SEEDS_PER_ROUND = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceResult:
    """What one worker found in one round; cents of the objective."""

    seed: int
    plan: Plan | None
    bound_cents: int | None

    @property
    def objective_cents(self) -> int | None:
        """Objective of the plan, None without one."""
        return None if self.plan is None else self.plan.totals.objective_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of all workers.

    Attributes
    ----------
    objective_eur : float or None
        Best so far.
    found : int
        Workers that brought a plan better than the one they began with; in rounds by region those whose changes fit.
    lost : int
        Workers that brought nothing because they failed.
    regions : int
        Parts into which the round cut the shipments, 0 when every worker had the whole scenario.
    dropped : int
        Regions whose changes did not fit with those of the others.
    """

    number: int
    objective_eur: float | None
    bound_eur: float | None
    found: int
    lost: int
    regions: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherResult:
    """The best plan of all workers, verified again where it arrived.

    Attributes
    ----------
    objective_eur, bound_eur : float or None
        Of a plan with tours at its own estimates of drayage.
    rounds : tuple of Round
        Of the workers, in order.
    tour_rounds : tuple of TourRound
        Rounds of plan and tours, each of which took several of the workers'; empty without tours.
    """

    plan: Plan | None
    objective_eur: float | None
    bound_eur: float | None
    rounds: tuple[Round, ...]
    tour_rounds: tuple[TourRound, ...] = ()


def solve_together(
    scenario: Scenario,
    executor: Executor,
    *,
    rounds: int,
    workers: int | None = None,
    work: int | None = None,
    seconds: float | None = None,
    seed: int = 1,
    params: SolveParams | None = None,
    warm_start: Plan | None = None,
    split: Literal["none", "regions"] = "none",
    on_round: Callable[[Round], None] | None = None,
) -> TogetherResult:
    """Search a scenario on every worker of an executor at once.

    In each round every worker goes on from the best plan so far with a seed of its own; the best of what they bring is
    what the next round begins with. The bound is computed by one worker in the first round only. With ``work`` the
    result depends on nothing but the input, the seed and the number of workers.

    With ``split="regions"`` every round that begins with a plan cuts the shipments into as many regions as there are
    workers, along other borders each time. A worker changes the shipments of its region only; what the regions gain is
    merged, largest gain first, as far as it fits. The first round without a warm start is one of the whole scenario,
    and so is a round whose plan the searched network does not hold; rounds by region compute no bound.

    With ``drayage.tours`` all this is done once for each round of plan and tours (docs/door-to-door.md). The limit of
    all searches together is then shared out as `cargopool.solve` does it; tours are made where this is called.

    Parameters
    ----------
    workers : int, optional
        Searches per round; the executor's slots when left out.
    work, seconds : optional
        Limit of each search of each round; one of them.
    seed : int
        Seeds of all searches, and the borders of regions, follow from it.
    split : {'none', 'regions'}
        What the workers of a round have before them: all of them the whole scenario, or each a region.

    Raises
    ------
    InputError
        The scenario makes no sense.
    EngineError
        Every worker of a round failed.
    VerificationError
        The best plan does not hold.
    """
    from cargopool.optimiser.params import SolveParams
    from cargopool.runs.solving import refuse_rejected, validated

    if (work is None) == (seconds is None):
        raise ValueError("give either work or seconds")
    if split not in ("none", "regions"):
        raise ValueError(f"split is none or regions, not {split!r}")
    validated(scenario)
    chosen = SolveParams() if params is None else params
    search = _Search(executor, rounds, workers, seed, chosen, split, on_round)
    if not scenario.drayage.tours:
        best, bound = search.run(scenario, (work, seconds), warm_start)
        tour_rounds: tuple[TourRound, ...] = ()
    else:
        toured = in_tour_rounds(scenario, search.run_anew, rounds, (work, seconds), seed, warm_start)
        best, bound, tour_rounds = toured.plan, toured.bound_eur, toured.rounds
    if best is not warm_start:
        refuse_rejected(scenario, best)
    return TogetherResult(
        plan=best, objective_eur=_eur(best), bound_eur=bound, rounds=tuple(search.told), tour_rounds=tour_rounds
    )


@dataclass(slots=True)
class _Search:
    """Workers that search together, and what their rounds came to."""

    executor: Executor
    rounds: int
    workers: int | None
    seed: int
    params: SolveParams
    split: str
    on_round: Callable[[Round], None] | None
    told: list[Round] = field(default_factory=list)

    def run(
        self, scenario: Scenario, limits: Limits, best: Plan | None, start: Plan | None = None
    ) -> tuple[Plan | None, float | None]:
        """The best plan and the bound in EUR of all rounds.

        Parameters
        ----------
        best : Plan or None
            At the scenario's prices: what comes must be better.
        start : Plan or None
            At other prices: only a beginning, where there is no ``best``.
        """
        bound: int | None = None
        merger: Merger | None = None
        before = len(self.told)
        for number in range(1, self.rounds + 1):
            count = self.executor.slots if self.workers is None else self.workers
            if self.split == "regions" and best is not None:
                merger = merger or make_merger(scenario, self.params)
            case = (scenario, self.executor, limits, self.seed, self.params)
            if merger is not None and best is not None and merger.knows(best):
                ended, dealt = _by_region(*case, best, number, count)
                best, entry = _joined(number, ended, best, bound, merger, dealt)
            else:
                ended = _whole(*case, start if best is None else best, number, count)
                best, bound, entry = _merged(number, ended, best, bound)
            entry = replace(entry, number=before + number)
            self.told.append(entry)
            if self.on_round is not None:
                self.on_round(entry)
            if entry.objective_eur is not None and entry.objective_eur == entry.bound_eur:
                break
        return best, None if bound is None else eur(bound)

    def run_anew(self, scenario: Scenario, limits: Limits, start: Plan | None) -> tuple[Plan | None, float | None]:
        """The same from a plan at other prices."""
        return self.run(scenario, limits, None, start)


def search_slice(
    scenario: Scenario,
    work: int | None,
    seconds: float | None,
    seed: int,
    params: SolveParams,
    warm_start: Plan | None,
) -> SliceResult:
    """On a worker: one search from a plan, at the scenario's rates of drayage, without tours."""
    from cargopool.optimiser.stop import StoppingCriterion, TimeLimit, WorkLimit
    from cargopool.runs import solve
    from cargopool.units import cents

    stop: StoppingCriterion = WorkLimit(work) if work is not None else TimeLimit(float(seconds or 0.0))
    found = solve(scenario, stop=stop, seed=seed, params=params, warm_start=warm_start, baselines=False, tours=False)
    bound = None if found.bound_eur is None else cents(found.bound_eur)
    return SliceResult(seed=seed, plan=found.plan, bound_cents=bound)


def _whole(
    scenario: Scenario,
    executor: Executor,
    limits: Limits,
    seed: int,
    params: SolveParams,
    best: Plan | None,
    number: int,
    count: int,
) -> list[Done]:
    """Every worker searches the whole scenario."""
    tasks = [
        Task(
            f"round-{number}-{place}",
            SLICE,
            (scenario, *limits, _seed(seed, number, place), _params(params, number, place), best),
        )
        for place in range(count)
    ]
    return sorted(Window(executor).run(tasks), key=lambda done: done.key)


def _by_region(
    scenario: Scenario,
    executor: Executor,
    limits: Limits,
    seed: int,
    params: SolveParams,
    best: Plan,
    number: int,
    count: int,
) -> tuple[list[Done], int]:
    """Every worker searches a region; what they bring, and how many regions there were."""
    regions = divide(scenario, count, seed=(seed, number))
    unbounded = replace(params, bound=replace(params.bound, enabled=False))
    tasks = [
        Task(
            f"round-{number}-region-{place}",
            REGION,
            (scenario, *limits, _seed(seed, number, place), unbounded, best, region),
        )
        for place, region in enumerate(regions)
    ]
    return sorted(Window(executor).run(tasks), key=lambda done: done.key), len(regions)


def _seed(seed: int, number: int, place: int) -> int:
    return seed * _SEEDS_PER_ROUND * 100 + number * _SEEDS_PER_ROUND + place


def _params(params: SolveParams, number: int, place: int) -> SolveParams:
    """Only the first worker of the first round spends time on the bound."""
    if (number, place) == (1, 0):
        return params
    return replace(params, bound=replace(params.bound, enabled=False))


def _merged(
    number: int, ended: list[Done], best: Plan | None, bound: int | None
) -> tuple[Plan | None, int | None, Round]:
    brought: list[SliceResult] = [done.value for done in ended if done.ok]
    if not brought:
        raise _all_failed(ended)
    before = None if best is None else best.totals.objective_cents
    better = [
        result
        for result in brought
        if result.objective_cents is not None and (before is None or result.objective_cents < before)
    ]
    if better:
        best = min(better, key=lambda result: (result.objective_cents or 0, result.seed)).plan
    bounds = [found for found in (bound, *(result.bound_cents for result in brought)) if found is not None]
    bound = max(bounds, default=None)
    _refuse_below(bound, best)
    entry = Round(
        number=number,
        objective_eur=_eur(best),
        bound_eur=None if bound is None else eur(bound),
        found=len(better),
        lost=len(ended) - len(brought),
    )
    return best, bound, entry


def _joined(
    number: int, ended: list[Done], best: Plan, bound: int | None, merger: Merger, regions: int
) -> tuple[Plan, Round]:
    """The plan with what the regions gained, as far as it fits together."""
    brought: list[Changes | None] = [done.value for done in ended if done.ok]
    if ended and not brought:
        raise _all_failed(ended)
    gains = [changes for changes in brought if changes is not None]
    best, merged = merger.merge(best, gains)
    _refuse_below(bound, best)
    entry = Round(
        number=number,
        objective_eur=_eur(best),
        bound_eur=None if bound is None else eur(bound),
        found=merged,
        lost=len(ended) - len(brought),
        regions=regions,
        dropped=len(gains) - merged,
    )
    return best, entry


def _all_failed(ended: list[Done]) -> EngineError:
    return EngineError(Diagnostic("E2027", f"every worker failed: {ended[0].error}" if ended else "no worker"))


def _refuse_below(bound: int | None, best: Plan | None) -> None:
    if best is not None and bound is not None and bound > best.totals.objective_cents + 1:
        raise VerificationError(Diagnostic("E2043", f"bound {eur(bound)} above plan {_eur(best)}", "together"))


def _eur(plan: Plan | None) -> float | None:
    return None if plan is None else eur(plan.totals.objective_cents)
