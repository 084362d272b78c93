"""The front of cost and CO2e in figures: its points, and the swaps by which one becomes the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from cargopool.model.plan import Move, Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.explaining import way_of
from cargopool.reporting.loads import mode_of
from cargopool.reporting.sheets import Column, Table
from cargopool.units import GRAMS_PER_KG, KG_PER_TONNE, eur

_MIN_PER_H = 60
_CENTS_PER_GRAM = 10_000.0
UNCHANGED = "same modes"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPoint:
    """A point as the front's search gives it; ``cost_cents`` is the objective without carbon."""

    name: str
    kind: str
    level: str
    price_eur_per_t: float | None
    cap_kg: float | None
    cost_cents: int
    grams: int
    late_min: int
    proven: bool
    gap: float | None
    co2e_gap: float | None
    objective_gap: float | None
    status: str
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """A point as it is shown.

    Attributes
    ----------
    cost_eur : float
        What is minimised besides CO2e: weighted money, lateness and value of time.
    money_eur : float
        Money of the plan.
    gap : float or None
        How far its cost may be from the least with as little CO2e.
    best_from, best_to : float or None
        Carbon prices between which no other point of the front is better, EUR per t; None where there is none.
    """

    point: str
    kind: str
    lateness_price: str
    price_eur_per_t: float | None
    cap_kg: float | None
    cost_eur: float
    money_eur: float
    co2e_kg: float
    late_h: float
    proven: bool
    gap: float | None
    co2e_gap: float | None
    objective_gap: float | None
    best_from_eur_per_t: float | None
    best_to_eur_per_t: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Shipments that go from one mode to another; with the same modes, another way."""

    before: str
    after: str
    shipments: tuple[str, ...]
    tonnes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one point to its greener neighbour.

    Attributes
    ----------
    eur_per_t : float or None
        What a tonne avoided costs; None where none is avoided.
    worth_it_at : tuple of str
        Names of today's carbon prices at which the step pays.
    """

    before: str
    after: str
    cost_eur: float
    co2e_kg: float
    late_h: float
    eur_per_t: float | None
    swaps: tuple[Swap, ...]
    worth_it_at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A carbon price of today, and the point that is best at it."""

    name: str
    eur_per_t: float
    year: int
    source: str
    confidence: str
    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontFigures:
    """Everything that the report of a front shows."""

    scenario: str
    variant: str
    synthetic: bool
    shipments: int
    left_out: tuple[str, ...]
    with_lateness: bool
    points: tuple[PointRow, ...]
    steps: tuple[Step, ...]
    prices: tuple[PriceRow, ...]
    bounds: tuple[tuple[float, float], ...]
    solves: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "shipments": {"served": self.shipments, "left_out": list(self.left_out)},
            "solves": self.solves,
            "ends": self.ends(),
            "points": [asdict(point) for point in self.points],
            "steps": [asdict(step) for step in self.steps],
            "carbon_prices": [asdict(price) for price in self.prices],
            "cost_bounds": [{"eur_per_t": price, "cost_plus_carbon_eur": eur(round(b))} for price, b in self.bounds],
        }

    def ends(self) -> dict[str, Any]:
        """Whether the two ends are proven, or how far they may be from the least."""
        if not self.points:
            return {}
        first, last = self.points[0], self.points[-1]
        return {
            "least_cost": {"point": first.point, "proven": first.proven, "gap": first.gap},
            "least_co2e": {"point": last.point, "proven": last.proven, "gap": last.co2e_gap},
        }


def figures_of_record(record: Mapping[str, Any]) -> FrontFigures:
    """The figures that a pareto.json was made of."""
    steps = (
        {
            **step,
            "worth_it_at": tuple(step["worth_it_at"]),
            "swaps": tuple(Swap(**{**swap, "shipments": tuple(swap["shipments"])}) for swap in step["swaps"]),
        }
        for step in record["steps"]
    )
    return FrontFigures(
        scenario=record["scenario"],
        variant=record["variant"],
        synthetic=record["synthetic"],
        shipments=record["shipments"]["served"],
        left_out=tuple(record["shipments"]["left_out"]),
        with_lateness=record["request"]["with_lateness"],
        points=tuple(PointRow(**point) for point in record["points"]),
        steps=tuple(Step(**step) for step in steps),
        prices=tuple(PriceRow(**price) for price in record["carbon_prices"]),
        bounds=tuple((b["eur_per_t"], 100.0 * b["cost_plus_carbon_eur"]) for b in record["cost_bounds"]),
        solves=record["solves"],
        seconds=record["seconds"],
    )


def front_figures(
    scenario: Scenario,
    points: Sequence[FrontPoint],
    *,
    prices: Sequence[tuple[str, float, int, str, str]],
    left_out: Sequence[str],
    with_lateness: bool,
    bounds: Sequence[tuple[float, float]],
    solves: int,
    seconds: float,
) -> FrontFigures:
    """Make the figures of a front; ``points`` from the cheapest to the greenest."""
    if with_lateness:
        points = sorted(points, key=lambda point: (-point.grams, point.cost_cents))
    ranges = _best_ranges(points)
    return FrontFigures(
        scenario=scenario.name,
        variant=scenario.variant,
        synthetic=scenario.synthetic,
        shipments=len(scenario.shipments) - len(left_out) if points else 0,
        left_out=tuple(left_out),
        with_lateness=with_lateness,
        points=tuple(_row(point, ranges.get(point.name)) for point in points),
        steps=tuple(_step(scenario, a, b, prices) for a, b in pairwise(points)),
        prices=tuple(
            PriceRow(name=n, eur_per_t=p, year=y, source=s, confidence=c, point=_best_at(points, p))
            for n, p, y, s, c in prices
        ),
        bounds=tuple(bounds),
        solves=solves,
        seconds=seconds,
    )


def _row(point: FrontPoint, best: tuple[float, float] | None) -> PointRow:
    return PointRow(
        point=point.name,
        kind=point.kind,
        lateness_price=point.level,
        price_eur_per_t=point.price_eur_per_t,
        cap_kg=point.cap_kg,
        cost_eur=eur(point.cost_cents),
        money_eur=eur(point.plan.totals.cost_cents),
        co2e_kg=point.grams / GRAMS_PER_KG,
        late_h=point.late_min / _MIN_PER_H,
        proven=point.proven,
        gap=point.gap,
        co2e_gap=point.co2e_gap,
        objective_gap=point.objective_gap,
        best_from_eur_per_t=None if best is None else best[0],
        best_to_eur_per_t=None if best is None or best[1] == float("inf") else best[1],
    )


def _best_at(points: Sequence[FrontPoint], eur_per_t: float) -> str:
    """Name of the point that is best at a carbon price, the greener of two equals."""
    if not points:
        return ""
    best = min(points, key=lambda point: (point.cost_cents + eur_per_t / _CENTS_PER_GRAM * point.grams, point.grams))
    return best.name


def _best_ranges(points: Sequence[FrontPoint]) -> dict[str, tuple[float, float]]:
    """Carbon prices between which each point is best: the lower convex hull of the front."""
    hull: list[FrontPoint] = []
    for point in sorted(points, key=lambda p: (-p.grams, p.cost_cents)):
        if hull and point.cost_cents <= hull[-1].cost_cents:
            hull = [other for other in hull if other.cost_cents < point.cost_cents]
        while len(hull) > 1 and _price(hull[-2], hull[-1]) >= _price(hull[-1], point):
            hull.pop()
        hull.append(point)
    edges = [0.0, *(_price(a, b) for a, b in pairwise(hull)), float("inf")]
    return {point.name: (edges[n], edges[n + 1]) for n, point in enumerate(hull)}


def _price(cheap: FrontPoint, green: FrontPoint) -> float:
    return (green.cost_cents - cheap.cost_cents) / max(1, cheap.grams - green.grams) * _CENTS_PER_GRAM


def _step(
    scenario: Scenario, before: FrontPoint, after: FrontPoint, prices: Sequence[tuple[str, float, int, str, str]]
) -> Step:
    saved = before.grams - after.grams
    dearer = after.cost_cents - before.cost_cents
    per_t = dearer / saved * _CENTS_PER_GRAM if saved > 0 else None
    return Step(
        before=before.name,
        after=after.name,
        cost_eur=eur(dearer),
        co2e_kg=-saved / GRAMS_PER_KG,
        late_h=(after.late_min - before.late_min) / _MIN_PER_H,
        eur_per_t=per_t,
        swaps=swaps(scenario, before.plan, after.plan),
        worth_it_at=tuple(name for name, price, *_ in prices if per_t is not None and per_t <= price),
    )


def swaps(scenario: Scenario, before: Plan, after: Plan) -> tuple[Swap, ...]:
    """Which shipments go from which modes to which, the heaviest swap first; same modes on another way come last."""
    old, new = _ways(scenario, before), _ways(scenario, after)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for shipment in scenario.shipments:
        was, now = old.get(shipment), new.get(shipment)
        if was is None or now is None or was == now:
            continue
        groups[(was[0], now[0]) if was[0] != now[0] else (was[0], UNCHANGED)].append(shipment)
    made = [
        Swap(
            before=was,
            after=now,
            shipments=tuple(chosen),
            tonnes=sum(scenario.shipments[name].kg for name in chosen) / KG_PER_TONNE,
        )
        for (was, now), chosen in groups.items()
    ]
    return tuple(sorted(made, key=lambda swap: (swap.after == UNCHANGED, -swap.tonnes, swap.before, swap.after)))


def _ways(scenario: Scenario, plan: Plan) -> dict[str, tuple[str, str]]:
    """Modes of each shipment, and its whole way."""
    moves = {use.move.id: use.move for use in plan.moves}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in sorted(plan.itineraries, key=lambda p: (p.shipment, p.part)):
        ridden = [moves[move] for move in part.moves]
        modes = [mode for move in ridden for mode in _modes(scenario, move)]
        kept = [mode for n, mode in enumerate(modes) if n == 0 or modes[n - 1] != mode]
        way = " then ".join(way_of(scenario, move) for move in ridden)
        found[part.shipment].append(("+".join(kept), way))
    return {
        name: ("; ".join(dict.fromkeys(modes for modes, _ in ways)), "; ".join(way for _, way in ways))
        for name, ways in found.items()
    }


def _modes(scenario: Scenario, move: Move) -> list[str]:
    """Main modes of a move; unit haulage to and from a terminal is no mode of its own."""
    main = [s for s in move.stages if getattr(s, "purpose", "main") == "main"]
    return [mode_of(scenario, stage) for stage in main]


def front_tables(figures: FrontFigures) -> tuple[Table, ...]:
    """pareto.csv and swaps.csv."""
    points = Table("pareto", "One row per point, from the cheapest to the greenest.", POINT_COLUMNS)
    steps = Table("swaps", "One row per swap of each step between neighbouring points.", SWAP_COLUMNS)
    return (
        points.filled(_cells(asdict(point), POINT_COLUMNS) for point in figures.points),
        steps.filled(
            (
                step.before,
                step.after,
                step.cost_eur,
                step.co2e_kg,
                step.eur_per_t,
                "; ".join(step.worth_it_at),
                swap.before if swap else "",
                swap.after if swap else "",
                len(swap.shipments) if swap else 0,
                swap.tonnes if swap else 0.0,
                " ".join(swap.shipments) if swap else "",
            )
            for step in figures.steps
            for swap in (step.swaps or (None,))
        ),
    )


def _cells(values: Mapping[str, Any], columns: Sequence[Column]) -> list[Any]:
    return [int(v) if isinstance(v := values[column.name], bool) else v for column in columns]


POINT_COLUMNS = (
    Column("point", "", "name of the point, and of its run folder under points/"),
    Column("kind", "", "what was solved: cost, co2e, price or cap"),
    Column("lateness_price", "", "price of lateness, with the third axis: priced, free or strict"),
    Column("price_eur_per_t", "EUR/t CO2e", "carbon price at which it was solved"),
    Column("cap_kg", "kg CO2e", "cap within which it was solved"),
    Column("cost_eur", "EUR", "weighted money, lateness and value of time; without lateness on the third axis"),
    Column("money_eur", "EUR", "money of the plan"),
    Column("co2e_kg", "kg CO2e", "well-to-wheel emissions of the plan"),
    Column("late_h", "h", "lateness over all shipments"),
    Column("proven", "", "1 when no plan with as little CO2e costs less (last point: and none emits less)"),
    Column("gap", "share", "how far its cost may be from the least with as little CO2e"),
    Column("co2e_gap", "share", "last point: how far its CO2e may be from the least"),
    Column(
        "objective_gap", "share", "gap of cost and carbon at its price, by the bounds of all solves; else of its solve"
    ),
    Column("best_from_eur_per_t", "EUR/t CO2e", "from this carbon price on it is the best point; empty when never"),
    Column("best_to_eur_per_t", "EUR/t CO2e", "up to this carbon price; empty without limit"),
)
SWAP_COLUMNS = (
    Column("before", "", "point that the step starts from"),
    Column("after", "", "its greener neighbour"),
    Column("cost_eur", "EUR", "what the step adds to the cost"),
    Column("co2e_kg", "kg CO2e", "what it adds to the emissions, negative when they fall"),
    Column("eur_per_t", "EUR/t CO2e", "price of a tonne avoided by the step"),
    Column("worth_it_at", "", "carbon prices of today at which the step pays"),
    Column("from_modes", "", "modes before, in order"),
    Column("to_modes", "", "modes after, or same modes on another way"),
    Column("shipments", "", "number of shipments of the swap"),
    Column("tonnes", "t", "their mass"),
    Column("shipment_ids", "", "their ids"),
)
