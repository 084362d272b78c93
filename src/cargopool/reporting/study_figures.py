"""Figures by which solver settings are compared: gaps, primal integral, PAR10, performance profile."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from cargopool.reporting.sheets import Column, Table

PENALTY = 10.0
"""PAR10: a run that does not solve its instance counts as ten times the time limit."""
_FIELDS = {"run": "name"}
_SHIFT_S = 1.0
"""Shift of the geometric mean of times, so that instants near zero do not rule it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRun:
    """One run of a study.

    Attributes
    ----------
    solved : bool
        Proven to within the study's gap.
    objective, bound : float or None
        In the instance's own unit, EUR for scenarios.
    gap_to_bound, gap_to_best : float or None
        (objective - own bound) / objective, and (objective - best known) / best known.
    primal_integral : float or None
        Seconds; None for runs that read no clock.
    """

    name: str
    instance: str
    setting: str
    seed: int
    state: str
    status: str
    solved: bool
    seconds: float | None
    objective: float | None
    bound: float | None
    gap_to_bound: float | None
    best_known: float | None
    gap_to_best: float | None
    primal_integral: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSummary:
    """One solver setting over all instances and seeds.

    Attributes
    ----------
    par10 : float or None
        Mean seconds to the proof, ten times the limit where there is none.
    time : float or None
        Geometric mean of wall seconds, shifted by one second.
    """

    setting: str
    runs: int
    done: int
    plans: int
    solved: int
    fastest: int
    par10: float | None
    time: float | None
    gap_to_bound: float | None
    gap_to_best: float | None
    primal_integral: float | None


def primal_integral(history: Sequence[tuple[float, float | None]], best: float, end: float) -> float:
    """Integral over time of the relative distance from the best known objective, in seconds.

    Parameters
    ----------
    history : sequence of (seconds, objective or None)
        Incumbents in the order in which they came.
    best : float
        Best known objective.
    end : float
        Seconds at which the integral ends; nothing counts afterwards.

    Notes
    -----
    The distance is 1 before the first plan, then ``|objective - best| / max(|objective|, |best|)`` (Berthold 2013,
    Measuring the impact of primal heuristics, Operations Research Letters 41(6)).
    """
    total, since, distance = 0.0, 0.0, 1.0
    for seconds, objective in history:
        moment = min(max(seconds, since), end)
        total += distance * (moment - since)
        since = moment
        if objective is not None:
            distance = primal_distance(objective, best)
    return total + distance * max(0.0, end - since)


def primal_distance(objective: float, best: float) -> float:
    """Distance of an objective from the best known one, between 0 and 1."""
    largest = max(abs(objective), abs(best))
    return 0.0 if largest == 0 else min(1.0, abs(objective - best) / largest)


def par10_seconds(run: StudyRun, time_limit: float | None) -> float | None:
    """Seconds of a run that solved its instance, else ten times the limit; None without a limit and a proof."""
    if run.solved:
        return run.seconds
    return None if time_limit is None else PENALTY * time_limit


def summarise(
    runs: Sequence[StudyRun], settings: Sequence[str], time_limit: float | None
) -> tuple[SettingSummary, ...]:
    """Each setting over the same instances and seeds."""
    fastest = _fastest(runs)
    return tuple(_summary(name, [r for r in runs if r.setting == name], fastest, time_limit) for name in settings)


def performance_profile(
    runs: Sequence[StudyRun], settings: Sequence[str]
) -> dict[str, tuple[tuple[float, float], ...]]:
    """For each setting the share of (instance, seed) pairs that it solves within a multiple of the fastest's time.

    Returns
    -------
    mapping of setting to points (ratio, share)
        Steps in rising order, from ratio 1 on.

    Notes
    -----
    Dolan and More (2002), Benchmarking optimization software with performance profiles, Mathematical Programming 91.
    """
    best = {place: min(times) for place, times in _times(runs).items()}
    pairs = {(run.instance, run.seed) for run in runs}
    curves = {}
    for name in settings:
        ratios = sorted(
            run.seconds / best[run.instance, run.seed] if best[run.instance, run.seed] > 0 else 1.0
            for run in runs
            if run.setting == name and run.solved and run.seconds is not None
        )
        curves[name] = _steps(ratios, len(pairs))
    return curves


def gap_profile(runs: Sequence[StudyRun], settings: Sequence[str]) -> dict[str, tuple[tuple[float, float], ...]]:
    """For each setting the share of (instance, seed) pairs whose plan is within a gap of the best known."""
    pairs = {(run.instance, run.seed) for run in runs}
    return {
        name: _steps(
            sorted(max(0.0, r.gap_to_best) for r in runs if r.setting == name and r.gap_to_best is not None), len(pairs)
        )
        for name in settings
    }


def study_table(runs: Sequence[StudyRun]) -> Table:
    """study.csv: one row per run."""
    columns = (
        Column("instance", "", "name of the instance"),
        Column("setting", "", "solver setting"),
        Column("seed", "", "seed"),
        Column("state", "", "done, failed or left"),
        Column("status", "", "optimal, feasible, infeasible or no_plan"),
        Column("solved", "", "1 when proven to within the study's gap"),
        Column("seconds", "s", "wall time of the run"),
        Column("objective", "EUR, or the published set's unit", "objective of the verified plan"),
        Column("bound", "EUR, or the published set's unit", "proven lower bound"),
        Column("gap_to_bound", "share", "(objective - bound) / objective, as run.json says it"),
        Column("best_known", "EUR, or the published set's unit", "best known objective, this study included"),
        Column("gap_to_best", "share", "(objective - best_known) / best_known"),
        Column("primal_integral", "s", "integral over time of the distance from the best known objective"),
        Column("run", "", "name of the run folder"),
    )
    rows = (
        [
            int(r.solved) if column.name == "solved" else getattr(r, _FIELDS.get(column.name, column.name))
            for column in columns
        ]
        for r in runs
    )
    return Table("study", "One row per run of the study.", columns).filled(rows)


def summary_table(summaries: Sequence[SettingSummary]) -> Table:
    """summary.csv: one row per solver setting."""
    columns = (
        Column("setting", "", "solver setting"),
        Column("runs", "", "instances x seeds"),
        Column("done", "", "runs that ended"),
        Column("plans", "", "runs with a verified plan"),
        Column("solved", "", "runs proven to within the study's gap"),
        Column("fastest", "", "(instance, seed) pairs that it solves first, ties within 5 % included"),
        Column("par10", "s", "mean time to the proof; ten times the limit where there is none"),
        Column("time", "s", "geometric mean of wall time, shifted by 1 s"),
        Column("gap_to_bound", "share", "mean over runs with plan and bound"),
        Column("gap_to_best", "share", "mean over runs with a plan"),
        Column("primal_integral", "s", "mean"),
    )
    rows = ([getattr(summary, column.name) for column in columns] for summary in summaries)
    return Table("summary", "One row per solver setting.", columns).filled(rows)


def _summary(
    name: str, runs: Sequence[StudyRun], fastest: Mapping[tuple[str, int], float], time_limit: float | None
) -> SettingSummary:
    penalised = [par10_seconds(run, time_limit) for run in runs]
    times = [run.seconds for run in runs if run.seconds is not None]
    return SettingSummary(
        setting=name,
        runs=len(runs),
        done=sum(run.state == "done" for run in runs),
        plans=sum(run.objective is not None for run in runs),
        solved=sum(run.solved for run in runs),
        fastest=sum(
            run.solved and run.seconds is not None and run.seconds <= 1.05 * fastest[run.instance, run.seed]
            for run in runs
        ),
        par10=None if not runs or None in penalised else fmean(s for s in penalised if s is not None),
        time=math.exp(fmean(math.log(s + _SHIFT_S) for s in times)) - _SHIFT_S if times else None,
        gap_to_bound=_mean([run.gap_to_bound for run in runs]),
        gap_to_best=_mean([run.gap_to_best for run in runs]),
        primal_integral=_mean([run.primal_integral for run in runs]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _times(runs: Sequence[StudyRun]) -> dict[tuple[str, int], list[float]]:
    times: dict[tuple[str, int], list[float]] = {}
    for run in runs:
        if run.solved and run.seconds is not None:
            times.setdefault((run.instance, run.seed), []).append(run.seconds)
    return times


def _fastest(runs: Sequence[StudyRun]) -> dict[tuple[str, int], float]:
    return {place: min(times) for place, times in _times(runs).items()}


def _steps(values: Sequence[float], whole: int) -> tuple[tuple[float, float], ...]:
    return tuple((value, (place + 1) / whole) for place, value in enumerate(values)) if whole else ()
