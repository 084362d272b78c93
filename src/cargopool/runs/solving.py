"""From a scenario in memory to a verified result: validate, optimise, verify, compare."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from cargopool.errors import Diagnostic, InputError, VerificationError
from cargopool.memory import give_back
from cargopool.model.plan import Plan
from cargopool.model.result import Progress, Result, Termination
from cargopool.model.scenario import Scenario
from cargopool.runs.comparing import Comparison, compare_with_baselines
from cargopool.runs.measures import Stopwatch
from cargopool.runs.rounds import Round, Rounds, shifted_progress
from cargopool.runs.signals import SignalWatch, stop_on_signals

if TYPE_CHECKING:
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.stop import StoppingCriterion

DEFAULT_TIME_LIMIT_S = 60.0
DEFAULT_GAP = 0.01
_LEAST_BASELINE_S = 15.0
_WORTH_COLLECTING = 500
"""From so many shipments on what an optimiser leaves behind is freed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult(Result):
    """A result whose plan the verifier accepted, with what it is compared to.

    Attributes
    ----------
    comparison : Comparison
        The baselines, or why there are none.
    input_warnings : tuple of Diagnostic
        What the validation found doubtful.
    execution_notes : tuple of str
        What each execution layer came to; none without layers.
    rounds : tuple of Round
        Trace of the rounds of plan and tours; empty without tours.
    plan_warnings : tuple of Diagnostic
        What is doubtful about the plan: caps on CO2e that its tours do not keep.
    """

    comparison: Comparison = Comparison()
    input_warnings: tuple[Diagnostic, ...] = ()
    execution_notes: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    plan_warnings: tuple[Diagnostic, ...] = ()


def solve(
    scenario: Scenario,
    *,
    stop: StoppingCriterion | None = None,
    seed: int = 1,
    params: SolveParams | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    warm_start: Plan | None = None,
    baselines: bool = True,
    on_plan: Callable[[Plan], None] | None = None,
    exact_time: bool = False,
    tours: bool | None = None,
) -> RunResult:
    """Plan a scenario.

    Parameters
    ----------
    scenario : Scenario
        From a file or from memory; it is validated either way.
    stop : StoppingCriterion, optional
        ``TimeLimit(60) | Gap(0.01)`` when left out. SIGINT and SIGTERM stop it too (in the main thread); the newest
        verified plan is returned.
    seed : int
        Same scenario, params, seed and work limit give the same plan.
    params : SolveParams, optional
        Solver parameters.
    on_progress : callable, optional
        Called in this thread with each `Progress`.
    warm_start : Plan, optional
        A plan of this scenario, or of a similar one, to start from.
    baselines : bool
        Add the baselines after the plan, within max(15 s, half the time limit).
    on_plan : callable, optional
        Called on the search thread with every plan that the verifier accepted.
    exact_time : bool
        Trucks leave at any minute, not only at events of the scenario's depth; ``bound_scope.model`` says what of it
        is proven.
    tours : bool, optional
        Plan collection, delivery and unit haulage as tours, and correct the estimates by their cost in rounds; as the
        scenario's ``drayage.tours`` says when left out.

    Returns
    -------
    RunResult
        Its plan, if any, passed the independent verifier.

    Raises
    ------
    InputError
        The scenario makes no sense; all findings are in ``diagnostics``.
    VerificationError
        The verifier rejected the final plan.
    """
    from cargopool.optimiser.reduced import networks_kept
    from cargopool.optimiser.stop import Gap, StopFlag, TimeLimit

    criterion = TimeLimit(DEFAULT_TIME_LIMIT_S) | Gap(DEFAULT_GAP) if stop is None else stop
    flag = StopFlag()
    with stop_on_signals(flag) as watch, networks_kept(scenario) if baselines else nullcontext():
        result = solve_with_tours(
            scenario,
            stop=flag | criterion,
            seed=seed,
            params=params,
            on_progress=on_progress,
            warm_start=warm_start,
            on_plan=on_plan,
            stopwatch=Stopwatch(),
            exact_time=exact_time,
            tours=scenario.drayage.tours if tours is None else tours,
        )
        if not baselines:
            return result
        return with_baselines(scenario, result, watch, baseline_seconds(getattr(criterion, "max_seconds", None)))


def solve_with_tours(
    scenario: Scenario,
    *,
    stop: StoppingCriterion,
    seed: int,
    params: SolveParams | None,
    on_progress: Callable[[Progress], None] | None,
    warm_start: Plan | None,
    on_plan: Callable[[Plan], None] | None,
    on_refused: Callable[[tuple[str, ...]], None] | None = None,
    on_note: Callable[[str], None] | None = None,
    stopwatch: Stopwatch,
    exact_time: bool = False,
    tours: bool,
) -> RunResult:
    """As `solve_watched`, in rounds of plan and tours where they are asked for."""
    offset = [0.0, 0]

    def planned(
        case: Scenario, limit: StoppingCriterion, start: Plan | None, tell: Callable[[Plan], None] | None
    ) -> RunResult:
        before = tuple(offset)

        def moved(progress: Progress) -> None:
            offset[0], offset[1] = before[0] + progress.seconds, before[1] + progress.work
            if on_progress is not None:
                on_progress(shifted_progress(progress, before[0], int(before[1])))

        return solve_watched(
            case,
            stop=limit,
            seed=seed,
            params=params,
            on_progress=moved,
            warm_start=start,
            on_plan=tell,
            on_refused=on_refused,
            stopwatch=stopwatch,
            exact_time=exact_time,
        )

    if not tours:
        return planned(scenario, stop, warm_start, on_plan)
    from cargopool.reporting.tour_caps import cap_warnings

    validated(scenario)
    result = Rounds(scenario, stop, planned, seed, on_note, on_plan).run(warm_start)
    with stopwatch.stage("verify"):
        refuse_rejected(scenario, result.plan)
    seconds = tuple(stopwatch.seconds().items())
    return replace(result, seconds=seconds, plan_warnings=cap_warnings(scenario, result.plan))


def solve_watched(
    scenario: Scenario,
    *,
    stop: StoppingCriterion,
    seed: int,
    params: SolveParams | None,
    on_progress: Callable[[Progress], None] | None,
    warm_start: Plan | None,
    on_plan: Callable[[Plan], None] | None,
    on_refused: Callable[[tuple[str, ...]], None] | None = None,
    stopwatch: Stopwatch,
    exact_time: bool = False,
) -> RunResult:
    """As `solve`, with signals, clock and baselines left to the caller."""
    from cargopool.optimiser.params import SolveParams
    from cargopool.optimiser.solving import solve as optimise
    from cargopool.verifier import verify

    warnings = validated(scenario)
    verifying = 0.0
    verified: Plan | None = None

    def accept(plan: Plan) -> bool:
        nonlocal verifying, verified
        watch = Stopwatch()
        report = verify(scenario, plan)
        verifying += watch.elapsed
        if report.ok:
            verified = plan
        if not report.ok and on_refused is not None:
            on_refused(tuple(map(str, report.violations)))
        return report.ok

    optimising = Stopwatch()
    found = optimise(
        scenario,
        stop=stop,
        seed=seed,
        params=SolveParams() if params is None else params,
        on_progress=on_progress,
        warm_start=warm_start,
        accept=accept,
        on_accepted=on_plan,
        exact_time=exact_time,
    )
    told = dict(found.seconds)
    for name, seconds in told.items():
        if name not in ("verify", "optimise", "total"):
            stopwatch.add(name, seconds)
    rest = optimising.elapsed - verifying - sum(told.get(name, 0.0) for name in ("network", "compile"))
    stopwatch.add("optimise", max(0.0, rest))
    if len(scenario.shipments) >= _WORTH_COLLECTING:
        give_back(collect=True)  # what the optimiser had, before all else takes memory
    found, notes = _executed(scenario, found, stopwatch)
    if found.plan is not verified:
        with stopwatch.stage("verify"):
            refuse_rejected(scenario, found.plan)
    stopwatch.add("verify", verifying)
    values = {entry.name: getattr(found, entry.name) for entry in fields(Result)}
    values["seconds"] = tuple(stopwatch.seconds().items())
    return RunResult(**values, input_warnings=warnings, execution_notes=notes)


def _executed(scenario: Scenario, found: Result, stopwatch: Stopwatch) -> tuple[Result, tuple[str, ...]]:
    """The result with the execution layers that the scenario asks for on its plan."""
    if found.plan is None or not scenario.execution.wanted:
        return found, ()
    if found.termination == Termination.INTERRUPTED:
        return found, ("execution layers: left out, the run was interrupted",)
    from cargopool.operations import execute_plan

    with stopwatch.stage("execution"):
        made = execute_plan(scenario, found.plan)
    return replace(found, plan=made.plan), made.notes


def validated(scenario: Scenario) -> tuple[Diagnostic, ...]:
    """Warnings about a scenario; raises `InputError` with everything found when one of them is an error."""
    from cargopool.model.validate import check_scenario

    findings = tuple(check_scenario(scenario))
    if any(finding.severity == "error" for finding in findings):
        raise InputError(findings)
    return findings


def refuse_rejected(scenario: Scenario, plan: Plan | None) -> None:
    """Raise `VerificationError` with every violation when the independent verifier rejects the plan."""
    from cargopool.verifier import verify

    if plan is None:
        return
    report = verify(scenario, plan)
    if not report.ok:
        raise VerificationError(
            Diagnostic(str(violation.code), violation.message, violation.where) for violation in report.violations
        )


def baseline_seconds(time_limit_s: float | None) -> float | None:
    """Time that the baselines may take; None when the run has no time limit, as it then reads no clock."""
    return None if time_limit_s is None else max(_LEAST_BASELINE_S, time_limit_s / 2)


def with_baselines(scenario: Scenario, result: RunResult, watch: SignalWatch, seconds: float | None) -> RunResult:
    """The result with its comparison, or with the reason why there is none."""
    if watch.stopped:
        return replace(result, comparison=Comparison(reason="interrupted"))
    give_back()
    comparison = compare_with_baselines(scenario, result, seconds, stopped=lambda: watch.stopped)
    return replace(result, comparison=comparison)
