"""The report of a study: Markdown for a repository, and one offline page with the profiles drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cargopool.reporting.html import asset, render_page, source_hash
from cargopool.reporting.study_figures import SettingSummary, StudyRun, gap_profile, performance_profile
from cargopool.reporting.text import percent, printable, thousands

Steps = Mapping[str, Sequence[tuple[float, float]]]
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 780.0, 300.0, 50.0, 26.0, 34.0, 10.0
_LEAST_GAP = 1e-5
_HEADS = (
    *("Setting", "Runs", "Plans", "Solved", "Fastest", "PAR10 s", "Time s"),
    *("Gap to bound", "Gap to best", "Primal integral s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReport:
    """Everything that the report of a study shows."""

    name: str
    notes: str
    facts: Sequence[tuple[str, str]]
    settings: Sequence[str]
    runs: Sequence[StudyRun]
    summaries: Sequence[SettingSummary]


@dataclass(frozen=True, slots=True)
class Curve:
    """One setting in a chart."""

    label: str
    css: str
    path: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A profile: curves over a logarithmic axis."""

    title: str
    axis: str
    curves: tuple[Curve, ...]
    ticks: tuple[tuple[float, str], ...]
    shares: tuple[tuple[float, str], ...]
    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _LEFT
    right: float = _WIDTH - _RIGHT
    top: float = _TOP
    base: float = _HEIGHT - _BOTTOM


def render_study(report: StudyReport) -> str:
    """The page of a study as HTML text."""
    from markupsafe import Markup

    style = asset("report.css") + asset("batch.css")
    policy = f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'"
    view = {
        "report": report,
        "heads": _HEADS,
        "rows": [summary_cells(summary) for summary in report.summaries],
        "charts": charts(report),
        "instances": instance_rows(report),
    }
    return render_page("study.html.j2", policy=policy, style=Markup(style), **view)


def render_markdown(report: StudyReport) -> str:
    """The same tables as Markdown."""
    lines = [f"# Study {_plain(report.name)}", ""]
    lines += [_plain(report.notes), ""] if report.notes else []
    lines += [f"* {name}: {_plain(value)}" for name, value in report.facts]
    lines += ["", "## Settings", "", *_table(_HEADS, [summary_cells(summary) for summary in report.summaries])]
    lines += ["", _LEGEND, "", "## Instances", ""]
    heads = ("Instance", "Best known", *(f"{name}: objective, gap, s" for name in report.settings))
    lines += _table(heads, instance_rows(report))
    return "\n".join(lines) + "\n"


_LEGEND = (
    "Solved: proven to within the study's gap. Fastest: pairs of instance and seed solved first, ties within 5 %. "
    "PAR10: mean time to the proof, ten times the limit where there is none. Time: shifted geometric mean. "
    "Gaps and primal integral: means. Per instance: best objective over the seeds, mean gap to the bound, mean time."
)


def summary_cells(summary: SettingSummary) -> tuple[str, ...]:
    """A setting's row as text."""
    return (
        summary.setting,
        str(summary.runs),
        str(summary.plans),
        str(summary.solved),
        str(summary.fastest),
        _number(summary.par10),
        _number(summary.time),
        percent(summary.gap_to_bound, 2),
        percent(summary.gap_to_best, 3),
        _number(summary.primal_integral, 3),
    )


def instance_rows(report: StudyReport) -> list[tuple[str, ...]]:
    """One row per instance: best known, and each setting over the seeds."""
    rows = []
    for instance in dict.fromkeys(run.instance for run in report.runs):
        mine = [run for run in report.runs if run.instance == instance]
        best = next((run.best_known for run in mine if run.best_known is not None), None)
        cells = (_over_seeds([run for run in mine if run.setting == name]) for name in report.settings)
        rows.append((instance, _number(best, 2), *cells))
    return rows


def charts(report: StudyReport) -> tuple[Chart, ...]:
    """The performance profile over time, and the profile over the gap to the best known."""
    time = performance_profile(report.runs, report.settings)
    gaps = {
        name: [(max(gap, _LEAST_GAP), share) for gap, share in steps]
        for name, steps in gap_profile(report.runs, report.settings).items()
    }
    most = max((ratio for steps in time.values() for ratio, _ in steps), default=1.0)
    return (
        _chart("Performance profile", "time at most this many times the fastest's", time, 1.0, max(2.0, most), "x"),
        _chart("Quality of plans", "gap to the best known objective at most", gaps, _LEAST_GAP, 1.0, "%"),
    )


def _chart(title: str, axis: str, steps: Steps, low: float, high: float, unit: str) -> Chart:
    span = math.log(high / low)
    right, base = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(value: float) -> float:
        return _LEFT + (right - _LEFT) * min(1.0, max(0.0, math.log(value / low) / span))

    def height(share: float) -> float:
        return base - (base - _TOP) * share

    curves = tuple(
        Curve(name, f"curve-{number % 6}", _path(points, place, height, right))
        for number, (name, points) in enumerate(steps.items())
    )
    ticks = tuple((place(value), _tick(value, unit)) for value in _ticks(low, high))
    shares = tuple((height(share / 4), f"{25 * share} %") for share in range(5))
    return Chart(title, axis, curves, ticks, shares)


def _path(points: Sequence[tuple[float, float]], place: object, height: object, right: float) -> str:
    assert callable(place)
    assert callable(height)
    parts = [f"M{_LEFT:.1f} {height(0.0):.1f}"]
    for value, share in points:
        parts.append(f"H{place(value):.1f}V{height(share):.1f}")
    return "".join([*parts, f"H{right:.1f}"])


def _ticks(low: float, high: float) -> list[float]:
    found, value = [], low
    step = 2.0 if high / low <= 40 else 10.0
    while value <= high * 1.0001:
        found.append(value)
        value *= step
    return found


def _tick(value: float, unit: str) -> str:
    return f"{100 * value:g} %" if unit == "%" else f"{value:g}x"


def _over_seeds(runs: Sequence[StudyRun]) -> str:
    objectives = [run.objective for run in runs if run.objective is not None]
    times = [run.seconds for run in runs if run.seconds is not None]
    if not objectives or not times:
        return "no plan"
    gaps = [run.gap_to_bound for run in runs if run.gap_to_bound is not None]
    gap = percent(sum(gaps) / len(gaps), 2) if gaps else "–"
    return f"{thousands(min(objectives), 2)}, {gap}, {sum(times) / len(times):.1f}"


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else thousands(value, digits)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(_plain(cell) for cell in line) + " |" for line in lines]


def _plain(text: str) -> str:
    """Text that Markdown takes as it is."""
    escaped = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "|`[]*" else c for c in escaped)
