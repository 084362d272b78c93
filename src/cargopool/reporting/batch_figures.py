"""A batch as figures: each what-if against the base, and the effect of each change with everything else kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import fmean
from typing import Any

from cargopool.reporting.sheets import Column, Table

Level = tuple[str, str]
"""Axis (variant, params, or a dotted path) and its value as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A key figure of a batch's comparison.

    Attributes
    ----------
    good : {'less', 'more', ''}
        Which way is better, where that is clear.
    money : bool
        Only comparable between plans that serve the same shipments.
    """

    name: str
    label: str
    unit: str = ""
    digits: int = 0
    share: bool = False
    good: str = "less"
    money: bool = False


KPIS = (
    Kpi(name="objective_eur", label="Objective", unit="EUR", money=True),
    Kpi(name="cost_eur", label="Cost", unit="EUR", money=True),
    Kpi(name="co2e_kg", label="CO2e", unit="kg", money=True),
    Kpi(name="unserved", label="Unserved shipments", digits=1),
    Kpi(name="late", label="Late shipments", digits=1),
    Kpi(name="intermodal_share_tkm", label="Intermodal share", share=True, good="more"),
    Kpi(name="load_factor", label="Load factor", share=True, good="more"),
    Kpi(name="load_units", label="Load units", digits=1, good=""),
    Kpi(name="trucks", label="Road trucks", digits=1),
    Kpi(name="departures", label="Departures used", digits=1, good=""),
    Kpi(name="gap", label="Gap to the bound", share=True),
    Kpi(name="seconds", label="Wall time", unit="s", digits=1),
)
EFFECT_KPIS = KPIS[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of a batch.

    Attributes
    ----------
    levels : tuple of Level
        Its place on every axis but the seed; the same axes in the same order for all runs of a scenario.
    figures : mapping
        As in results.csv; empty when the run is not done or has no plan.
    unserved : frozenset of str
        Shipments that its plan leaves out.
    """

    name: str
    scenario: str
    levels: tuple[Level, ...]
    seed: int
    state: str
    status: str
    figures: Mapping[str, Any]
    unserved: frozenset[str] = frozenset()
    synthetic: bool = False

    @property
    def planned(self) -> bool:
        """Whether there is a plan to count."""
        return bool(self.figures)


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the seeds."""

    mean: float
    least: float
    most: float

    @classmethod
    def over(cls, values: Iterable[Any]) -> Spread | None:
        """Mean, least and most of what there is, None when there is nothing."""
        found = [float(value) for value in values if value is not None]
        return cls(fmean(found), min(found), max(found)) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One what-if: all runs that differ only in the seed.

    Attributes
    ----------
    changed : tuple of Level
        Where it leaves the base.
    comparable : bool
        Every plan serves the same shipments as the base's, so money and CO2e may be set against each other.
    """

    scenario: str
    levels: tuple[Level, ...]
    changed: tuple[Level, ...]
    runs: int
    done: int
    statuses: tuple[str, ...]
    comparable: bool
    spreads: Mapping[str, Spread]

    @property
    def label(self) -> str:
        """What it changes, in one line."""
        return ", ".join(level_text(level) for level in self.changed) or "base"

    @property
    def short_label(self) -> str:
        """The same without the blocks that paths begin with."""
        return ", ".join(short_text(level) for level in self.changed) or "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one level of one axis does, over all pairs of runs that differ in nothing else.

    Attributes
    ----------
    comparable : bool
        In every pair the same shipments are served.
    """

    scenario: str
    level: Level
    base: str
    kpi: Kpi
    pairs: int
    spread: Spread
    share: float | None
    comparable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedBatch:
    """Everything that a batch's report shows."""

    runs: tuple[RunRow, ...]
    points: tuple[Point, ...]
    effects: tuple[Effect, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios in the order of the batch."""
        return tuple(dict.fromkeys(point.scenario for point in self.points))

    def base_of(self, scenario: str) -> Point | None:
        """The point that the others of a scenario are compared with, if it has a plan."""
        return next((p for p in self.points if p.scenario == scenario and not p.changed and p.spreads), None)


def compare_batch(runs: Sequence[RunRow]) -> ComparedBatch:
    """Compare the runs of a batch by scenario: its base is variant ``base`` and the first value of every other axis."""
    points: list[Point] = []
    effects: list[Effect] = []
    for scenario in dict.fromkeys(run.scenario for run in runs):
        mine = [run for run in runs if run.scenario == scenario]
        base = _base_levels(mine)
        points += _points(mine, base)
        effects += _effects(mine, base)
    return ComparedBatch(runs=tuple(runs), points=tuple(points), effects=tuple(effects))


def level_text(level: Level) -> str:
    """A level in words: the variant's name, or ``path = value``."""
    axis, value = level
    return value if axis in ("variant", "params") else f"{axis} = {value}"


def short_text(level: Level) -> str:
    """A level in fewer words: without the block that a path begins with."""
    axis, value = level
    return level_text(level if "[" in axis else (axis.rpartition(".")[2], value))


def comparison_table(compared: ComparedBatch) -> Table:
    """comparison.csv: one row per what-if and figure."""
    columns = (
        Column("scenario", "", "folder name of the scenario"),
        Column("what_if", "", "what differs from the base"),
        Column("runs", "", "runs of the what-if, one per seed"),
        Column("done", "", "of them with a plan"),
        Column("comparable", "", "1 when every plan serves the same shipments as the base's"),
        Column("figure", "", "name of the figure, as in results.csv"),
        Column("unit", "", "its unit"),
        Column("mean", "", "over the seeds"),
        Column("least", "", "over the seeds"),
        Column("most", "", "over the seeds"),
        Column("base_mean", "", "mean of the base"),
        Column("difference", "", "mean - base_mean"),
        Column("difference_share", "share", "difference / base_mean"),
    )
    meaning = "Every what-if of a batch against the base."
    return Table("comparison", meaning, columns).filled(_comparison_rows(compared))


def effects_table(compared: ComparedBatch) -> Table:
    """effects.csv: one row per changed value and figure."""
    columns = (
        Column("scenario", "", "folder name of the scenario"),
        Column("axis", "", "variant, params, or the path that is set"),
        Column("value", "", "value on the axis"),
        Column("base", "", "value that it is compared with"),
        Column("figure", "", "name of the figure, as in results.csv"),
        Column("pairs", "", "pairs of runs that differ in nothing else"),
        Column("mean", "", "mean difference"),
        Column("least", "", "least difference"),
        Column("most", "", "largest difference"),
        Column("share", "share", "mean difference / mean of the base's runs"),
        Column("comparable", "", "1 when in every pair the same shipments are served"),
    )
    rows = (
        (e.scenario, *e.level, e.base, e.kpi.name, e.pairs, *astuple(e.spread), e.share, int(e.comparable))
        for e in compared.effects
    )
    return Table("effects", "What each change does with everything else kept.", columns).filled(rows)


def _comparison_rows(compared: ComparedBatch) -> Iterator[tuple[Any, ...]]:
    for point in compared.points:
        base = compared.base_of(point.scenario)
        head = (point.scenario, point.label, point.runs, point.done, int(point.comparable))
        for kpi in KPIS:
            spread = point.spreads.get(kpi.name)
            if spread is None:
                continue
            reference = base.spreads.get(kpi.name) if base is not None else None
            difference, share = difference_of(spread, reference)
            against = (None if reference is None else reference.mean, difference, share)
            yield (
                *head,
                kpi.name,
                "share" if kpi.share else kpi.unit,
                spread.mean,
                spread.least,
                spread.most,
                *against,
            )


def difference_of(spread: Spread, base: Spread | None) -> tuple[float | None, float | None]:
    """Difference of two means, and its share of the base."""
    if base is None:
        return None, None
    difference = spread.mean - base.mean
    return difference, difference / base.mean if base.mean else None


def _base_levels(runs: Sequence[RunRow]) -> tuple[Level, ...]:
    first = runs[0].levels
    variants = {value for run in runs for axis, value in run.levels if axis == "variant"}
    return tuple(("variant", "base") if axis == "variant" and "base" in variants else (axis, v) for axis, v in first)


def _points(runs: Sequence[RunRow], base: tuple[Level, ...]) -> Iterator[Point]:
    reference = [run for run in runs if run.levels == base and run.planned]
    left_out = {run.unserved for run in reference}
    for levels in dict.fromkeys(run.levels for run in runs):
        mine = [run for run in runs if run.levels == levels]
        planned = [run for run in mine if run.planned]
        spreads = {kpi.name: Spread.over(run.figures.get(kpi.name) for run in planned) for kpi in KPIS}
        yield Point(
            scenario=mine[0].scenario,
            levels=levels,
            changed=tuple(level for level, usual in zip(levels, base, strict=True) if level != usual),
            runs=len(mine),
            done=len(planned),
            statuses=tuple(run.status for run in mine),
            comparable=len(left_out | {run.unserved for run in planned}) <= 1,
            spreads={name: spread for name, spread in spreads.items() if spread is not None},
        )


def _effects(runs: Sequence[RunRow], base: tuple[Level, ...]) -> Iterator[Effect]:
    by_place = {(run.levels, run.seed): run for run in runs if run.planned}
    for axis, usual in enumerate(base):
        for level in dict.fromkeys(run.levels[axis] for run in runs):
            if level == usual:
                continue
            pairs = [
                (by_place[(*levels[:axis], usual, *levels[axis + 1 :]), seed], run)
                for (levels, seed), run in by_place.items()
                if levels[axis] == level and ((*levels[:axis], usual, *levels[axis + 1 :]), seed) in by_place
            ]
            yield from _effects_of(runs[0].scenario, level, usual[1], pairs)


def _effects_of(scenario: str, level: Level, base: str, pairs: Sequence[tuple[RunRow, RunRow]]) -> Iterator[Effect]:
    for kpi in EFFECT_KPIS:
        known = [(a.figures[kpi.name], b.figures[kpi.name]) for a, b in pairs if _both(a, b, kpi.name)]
        spread = Spread.over(after - before for before, after in known)
        if spread is None:
            continue
        usual = fmean(before for before, _ in known)
        yield Effect(
            scenario=scenario,
            level=level,
            base=base,
            kpi=kpi,
            pairs=len(known),
            spread=spread,
            share=spread.mean / usual if usual else None,
            comparable=all(a.unserved == b.unserved for a, b in pairs),
        )


def _both(first: RunRow, second: RunRow, name: str) -> bool:
    return first.figures.get(name) is not None and second.figures.get(name) is not None
