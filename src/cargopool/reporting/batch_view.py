"""What the page of a batch draws: rows, bars and their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cargopool.reporting.batch_figures import (
    EFFECT_KPIS,
    KPIS,
    ComparedBatch,
    Effect,
    Kpi,
    Point,
    Spread,
    difference_of,
    short_text,
)
from cargopool.reporting.text import percent, thousands

_PLOT = 100.0


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A figure and how far it is from the base."""

    value: str
    difference: str
    mood: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One what-if of the table."""

    label: str
    note: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from ``start`` over ``width`` of a plot 100 wide, with a whisker over the seeds."""

    label: str
    value: str
    start: float
    width: float
    least: float
    most: float
    mood: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One small multiple, or one tornado."""

    title: str
    bars: tuple[Bar, ...]
    zero: float = 0.0


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """One scenario of the batch."""

    name: str
    rows: tuple[ShownRow, ...]
    panels: tuple[Panel, ...]
    tornadoes: tuple[Panel, ...]
    incomparable: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """The page."""

    title: str
    counts: tuple[tuple[str, int], ...]
    kpis: tuple[Kpi, ...]
    scenarios: tuple[ScenarioView, ...]
    facts: tuple[tuple[str, str], ...]
    failures: tuple[tuple[str, str], ...]
    synthetic: bool


def make_view(
    title: str, compared: ComparedBatch, facts: Sequence[tuple[str, str]], failures: Sequence[tuple[str, str]]
) -> BatchView:
    """Everything that the template shows."""
    counts = Counter(run.state for run in compared.runs)
    return BatchView(
        title=title,
        counts=tuple((state, counts[state]) for state in ("done", "failed", "left")),
        kpis=KPIS,
        scenarios=tuple(_scenario(compared, name) for name in compared.scenarios),
        facts=tuple(facts),
        failures=tuple(failures),
        synthetic=any(run.synthetic for run in compared.runs),
    )


def shown(kpi: Kpi, value: float | None) -> str:
    """A figure with its unit."""
    if value is None:
        return "–"
    return percent(value) if kpi.share else f"{thousands(value, kpi.digits)} {kpi.unit}".rstrip()


def shown_rows(compared: ComparedBatch, scenario: str) -> tuple[ShownRow, ...]:
    """The table of what-ifs against the base."""
    base = compared.base_of(scenario)
    return tuple(_row(point, base) for point in compared.points if point.scenario == scenario)


def shown_effects(compared: ComparedBatch, scenario: str) -> tuple[tuple[str, ...], ...]:
    """Label, and mean change of each figure as text, the strongest first."""
    mine = [effect for effect in compared.effects if effect.scenario == scenario]
    levels = dict.fromkeys(effect.level for effect in mine)
    found = {level: {e.kpi.name: e for e in mine if e.level == level} for level in levels}
    first = EFFECT_KPIS[0].name
    order = sorted(levels, key=lambda level: -abs(found[level][first].spread.mean) if first in found[level] else 0.0)
    return tuple(
        (short_text(level), *(_signed(kpi, found[level].get(kpi.name)) for kpi in EFFECT_KPIS)) for level in order
    )


def _signed(kpi: Kpi, effect: Effect | None) -> str:
    if effect is None:
        return "–"
    share = "" if effect.share is None else f" ({100 * effect.share:+.1f} %)"
    return f"{effect.spread.mean:+,.{kpi.digits}f} {kpi.unit}{share}"


def _scenario(compared: ComparedBatch, name: str) -> ScenarioView:
    points = [point for point in compared.points if point.scenario == name]
    base = compared.base_of(name)
    return ScenarioView(
        name=name,
        rows=shown_rows(compared, name),
        panels=tuple(_panel(kpi, points, base) for kpi in KPIS if any(kpi.name in p.spreads for p in points)),
        tornadoes=tuple(
            _tornado(kpi, [e for e in compared.effects if e.scenario == name and e.kpi.name == kpi.name])
            for kpi in EFFECT_KPIS
            if any(e.scenario == name and e.kpi.name == kpi.name for e in compared.effects)
        ),
        incomparable=any(not point.comparable for point in points),
    )


def _row(point: Point, base: Point | None) -> ShownRow:
    notes = [] if point.done == point.runs else [f"{point.done} of {point.runs} runs have a plan"]
    if not point.comparable:
        notes.append("serves other shipments than the base: money and CO2e are not comparable")
    return ShownRow(point.short_label, "; ".join(notes), tuple(_cell(kpi, point, base) for kpi in KPIS))


def _cell(kpi: Kpi, point: Point, base: Point | None) -> ShownCell:
    spread = point.spreads.get(kpi.name)
    if spread is None:
        return ShownCell("–", "", "")
    reference = base.spreads.get(kpi.name) if base is not None and point.changed else None
    difference, share = difference_of(spread, reference)
    if difference is None or (kpi.money and not point.comparable):
        return ShownCell(shown(kpi, spread.mean), "", "")
    if kpi.share:
        text = f"{100 * difference:+.1f} points"
    elif share is not None:
        text = f"{100 * share:+.1f} %"
    else:
        text = f"{difference:+,.{kpi.digits}f}"
    return ShownCell(shown(kpi, spread.mean), text, _mood(kpi, difference))


def _mood(kpi: Kpi, difference: float) -> str:
    if not kpi.good or abs(difference) < 1e-9:
        return ""
    return "better" if (difference < 0) == (kpi.good == "less") else "worse"


def _panel(kpi: Kpi, points: Sequence[Point], base: Point | None) -> Panel:
    most = max((p.spreads[kpi.name].most for p in points if kpi.name in p.spreads), default=0.0)
    scale = _PLOT / most if most > 0 else 0.0
    reference = base.spreads.get(kpi.name) if base is not None else None
    bars = []
    for point in points:
        spread = point.spreads.get(kpi.name)
        if spread is None:
            bars.append(Bar(point.short_label, "no plan", 0.0, 0.0, 0.0, 0.0, ""))
            continue
        difference = difference_of(spread, reference)[0] or 0.0
        mood = "" if kpi.money and not point.comparable else _mood(kpi, difference)
        places = (max(0.0, spread.mean) * scale, max(0.0, spread.least) * scale, max(0.0, spread.most) * scale)
        bars.append(Bar(point.short_label, shown(kpi, spread.mean), 0.0, *places, mood))
    return Panel(kpi.label, tuple(bars))


def _tornado(kpi: Kpi, effects: Sequence[Effect]) -> Panel:
    """Bars around zero, the longest on top."""
    low = min(0.0, *(effect.spread.least for effect in effects))
    high = max(0.0, *(effect.spread.most for effect in effects))
    scale = _PLOT / (high - low) if high > low else 0.0
    zero = -low * scale
    ordered = sorted(effects, key=lambda effect: (-abs(effect.spread.mean), effect.level))
    return Panel(kpi.label, tuple(_effect_bar(kpi, effect, zero, scale) for effect in ordered), zero)


def _effect_bar(kpi: Kpi, effect: Effect, zero: float, scale: float) -> Bar:
    spread: Spread = effect.spread
    ends = sorted((zero, zero + spread.mean * scale))
    note = "" if effect.comparable else ", other shipments served"
    mood = _mood(kpi, spread.mean) if effect.comparable else ""
    value = f"{_signed(kpi, effect)}{note}"
    whisker = (zero + spread.least * scale, zero + spread.most * scale)
    return Bar(short_text(effect.level), value, ends[0], ends[1] - ends[0], *whisker, mood)
