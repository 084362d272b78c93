"""The report of a front: one offline page with the front drawn, its points and its steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cargopool.reporting.front_view import UNCHANGED, FrontFigures, PointRow, Step
from cargopool.reporting.html import asset, render_page, source_hash
from cargopool.reporting.text import counted, percent, thousands
from cargopool.units import CENTS_PER_EUR, KG_PER_TONNE

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BOTTOM, _TOP = 780.0, 400.0, 74.0, 30.0, 46.0, 18.0
_SAMPLES = 60
_MOST_TICKS = 6
_MARGIN = 0.06
_LABELLED = 14
_MOST_IDS = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the chart."""

    x: float
    y: float
    css: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class FrontChart:
    """Cost over CO2e: marks, the line through them, and the proven limit below them."""

    marks: tuple[Mark, ...]
    line: str
    limit: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _LEFT
    right: float = _WIDTH - _RIGHT
    top: float = _TOP
    base: float = _HEIGHT - _BOTTOM


def render_front(figures: FrontFigures) -> str:
    """The page of a front as HTML text."""
    from markupsafe import Markup

    style = asset("report.css") + asset("batch.css") + asset("pareto.css")
    policy = f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'"
    numbers = {point.point: str(n) for n, point in enumerate(figures.points, start=1)}
    return render_page(
        "pareto.html.j2",
        policy=policy,
        style=Markup(style),
        figures=figures,
        summary=summary_lines(figures),
        chart=front_chart(figures) if figures.points else None,
        heads=point_heads(figures),
        rows=[point_cells(figures, point) for point in figures.points],
        steps=[(numbers[step.before], numbers[step.after], *step_cells(step), step.swaps) for step in figures.steps],
        prices=[(price, numbers.get(price.point, "–")) for price in figures.prices],
        unchanged=UNCHANGED,
        most_ids=_MOST_IDS,
    )


def summary_lines(figures: FrontFigures) -> tuple[str, ...]:
    """What the front says, in a few sentences."""
    if not figures.points:
        return ("No plan was found, so there is no front.",)
    first, last = figures.points[0], figures.points[-1]
    many = len(figures.points)
    rest = f", and leave out {len(figures.left_out)}." if figures.left_out else "."
    greenest = _end(last.proven, last.co2e_gap, " of plans no dearer")
    cheap, green = f"{thousands(first.cost_eur)} EUR", f"{_tonnes(last.co2e_kg)} t CO2e"
    lines = [
        f"{counted(many, 'point')} from {counted(figures.solves, 'solve')}; "
        f"all serve the same {counted(figures.shipments, 'shipment')}{rest}",
        f"Least cost: {cheap} with {_tonnes(first.co2e_kg)} t CO2e, {_end(first.proven, first.gap)}.",
        f"Least CO2e: {green} for {thousands(last.cost_eur)} EUR, {greenest}.",
    ]
    if len(figures.points) == 1:
        lines.append("One plan is both the cheapest and the greenest that was found.")
    return tuple(lines)


def _end(proven: bool, gap: float | None, among: str = "") -> str:
    if proven:
        return "proven"
    return "nothing proven" if gap is None else f"not proven, at most {percent(gap)} above the least{among}"


def _tonnes(kg: float) -> str:
    return thousands(kg / KG_PER_TONNE, 1)


def point_heads(figures: FrontFigures) -> tuple[str, ...]:
    """Heads of the table of points."""
    late = ("Lateness h",) if figures.with_lateness else ()
    return ("No.", "Point", "Cost EUR", "CO2e t", *late, "Best at EUR/t", "Proven")


def point_cells(figures: FrontFigures, point: PointRow) -> tuple[str, ...]:
    """A point as text."""
    number = next(n for n, other in enumerate(figures.points, start=1) if other is point)
    late = (thousands(point.late_h, 1),) if figures.with_lateness else ()
    return (
        str(number),
        point.point,
        thousands(point.cost_eur),
        thousands(point.co2e_kg / KG_PER_TONNE, 2),
        *late,
        _range(point),
        "yes" if point.proven else "–" if point.gap is None else f"gap {percent(point.gap)}",
    )


def _range(point: PointRow) -> str:
    low, high = point.best_from_eur_per_t, point.best_to_eur_per_t
    if low is None:
        return "never"
    return f"from {thousands(low)}" if high is None else f"{thousands(low)} to {thousands(high)}"


def step_cells(step: Step) -> tuple[str, str, str, str]:
    """Cost, CO2e, price per tonne, and where the step pays, as text."""
    price = "–" if step.eur_per_t is None else thousands(step.eur_per_t)
    pays = step.worth_it_at[0] if step.worth_it_at else "none of them"
    pays += " and dearer ones" if len(step.worth_it_at) > 1 else ""
    return f"{step.cost_eur:+,.0f}", f"{step.co2e_kg / KG_PER_TONNE:+,.2f}", price, pays


def front_chart(figures: FrontFigures) -> FrontChart:
    """Place the points of a front, CO2e to the right and cost upwards."""
    tonnes = [point.co2e_kg / KG_PER_TONNE for point in figures.points]
    costs = [point.cost_eur for point in figures.points]
    limits = [(x, _least_cost(figures, x)) for x in _samples(*_span(tonnes))]
    low, high = _span([*costs, *(y for _, y in limits if y is not None and y > 0.5 * min(costs))])
    x_low, x_high = _span(tonnes)

    def across(x: float) -> float:
        return _LEFT + (_WIDTH - _RIGHT - _LEFT) * (x - x_low) / (x_high - x_low)

    def up(y: float) -> float:
        return (_HEIGHT - _BOTTOM) - (_HEIGHT - _BOTTOM - _TOP) * (y - low) / (high - low)

    levels = list(dict.fromkeys(point.lateness_price for point in figures.points))
    marks = tuple(
        Mark(
            across(x),
            up(y),
            f"mark-{levels.index(point.lateness_price)}",
            str(n) if len(costs) <= _LABELLED else "",
            f"{n} {point.point}: {thousands(y)} EUR, {thousands(x, 2)} t CO2e",
        )
        for n, (point, x, y) in enumerate(zip(figures.points, tonnes, costs, strict=True), start=1)
    )
    line = "" if figures.with_lateness else _path([(mark.x, mark.y) for mark in marks])
    shown = [(across(x), up(y)) for x, y in limits if y is not None and low <= y <= high]
    return FrontChart(
        marks=marks,
        line=line,
        limit=_path(shown),
        x_ticks=tuple((across(x), thousands(x, _digits(x_high - x_low))) for x in _ticks(x_low, x_high)),
        y_ticks=tuple((up(y), thousands(y, _digits(high - low))) for y in _ticks(low, high)),
    )


def _least_cost(figures: FrontFigures, tonnes: float) -> float | None:
    """EUR that every plan with so much CO2e costs at least."""
    found = [bound / CENTS_PER_EUR - price * tonnes for price, bound in figures.bounds]
    return None if figures.with_lateness else max(found, default=None)


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = _MARGIN * (high - low) or max(1e-3, _MARGIN * abs(high))
    return low - margin, high + margin


def _samples(low: float, high: float) -> list[float]:
    return [low + (high - low) * n / _SAMPLES for n in range(_SAMPLES + 1)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if len(points) > 1 else ""


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within a span, six at most."""
    rough = (high - low) / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1.0, 2.0, 5.0, 10.0) if power * m >= rough)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def _digits(span: float) -> int:
    return max(0, math.ceil(-math.log10(span / _MOST_TICKS)))
