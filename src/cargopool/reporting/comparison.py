"""Several runs side by side: key figures, and the itineraries that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cargopool.model.plan import Itinerary, Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.explaining import way_of
from cargopool.reporting.tables import main_modes
from cargopool.reporting.text import percent, thousands

Case = tuple[str, Mapping[str, Any], Scenario, Plan | None]
"""Name, run.json, scenario and plan of a run."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One key figure of every run; ``values`` for machines, ``shown`` for people."""

    label: str
    values: tuple[Any, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedShipment:
    """A shipment that travels another way."""

    shipment: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Swap:
    """Shipments that go from one mode to another, modes in the order ridden, such as ``road+rail``."""

    before: str
    after: str
    shipments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from the first run to another.

    Attributes
    ----------
    comparable : bool
        Both serve the same shipments; otherwise money and CO2e must not be set against each other.
    swaps : tuple of Swap
        Changes of mode, the most frequent first; ``unserved`` is a mode here.
    """

    name: str
    comparable: bool
    verdict: str
    changed: tuple[ChangedShipment, ...]
    swaps: tuple[Swap, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of runs."""

    names: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    changes: tuple[Changes, ...]

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain values."""
        return {
            "runs": list(self.names),
            "figures": {row.label: list(row.values) for row in self.rows},
            "changes": [asdict(change) for change in self.changes],
        }


def compare(cases: Sequence[Case]) -> Compared:
    """Compare runs with the first one."""
    rows = tuple(_row(cases, label, path, shown) for label, path, shown in _FIGURES)
    rows = tuple(row for row in rows if row.label not in _OPTIONAL or any(v is not None for v in row.values))
    return Compared(tuple(name for name, *_ in cases), rows, tuple(_changes(cases[0], other) for other in cases[1:]))


def _row(cases: Sequence[Case], label: str, path: str, shown: Callable[[Any], str]) -> FigureRow:
    values = tuple(_at(record, path) for _, record, *_ in cases)
    return FigureRow(label, values, tuple("–" if value is None else shown(value) for value in values))


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _money(value: Any) -> str:
    return thousands(value, 2)


_FIGURES: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("variant", "variant", str),
    ("status", "status", str),
    ("objective EUR", "objective_eur", _money),
    ("cost EUR", "cost_eur", _money),
    ("CO2e kg", "co2e_kg", thousands),
    ("external costs EUR", "external_costs.eur", _money),
    ("gap", "gap", percent),
    ("served", "shipments.served", str),
    ("unserved", "shipments.unserved", str),
    ("late", "shipments.late", str),
    ("load units", "kpis.load_units", str),
    ("load factor", "kpis.load_factor", percent),
    ("intermodal share", "kpis.intermodal_share_tkm", percent),
    ("road trucks", "kpis.trucks", str),
    ("departures", "kpis.departures", str),
    ("seconds", "seconds.total", lambda value: f"{value:.1f}"),
)

_OPTIONAL = frozenset({"external costs EUR"})
"""Rows that only some runs have; left out where none has."""


def _changes(first: Case, other: Case) -> Changes:
    before, after = _ways(first), _ways(other)
    changed = tuple(
        ChangedShipment(shipment, before.get(shipment, "unserved"), after.get(shipment, "unserved"))
        for shipment in sorted(before.keys() | after.keys())
        if before.get(shipment) != after.get(shipment)
    )
    same = before.keys() == after.keys()
    swaps = mode_swaps(modes_ridden(first[2], first[3]), modes_ridden(other[2], other[3]))
    verdict = f"{len(changed)} of {len(before.keys() | after.keys())} shipments travel otherwise"
    if swaps:
        verdict += f", {sum(len(swap.shipments) for swap in swaps)} of them by another mode"
    if not same:
        verdict = f"not comparable in money and CO2e: another set of shipments is served; {verdict}"
    return Changes(other[0], same, verdict, changed, swaps)


def modes_ridden(scenario: Scenario, plan: Plan | None) -> dict[str, str]:
    """Modes of each served shipment in the order ridden, joined by ``+``."""
    if plan is None:
        return {}
    parts: dict[str, list[Itinerary]] = {}
    for part in plan.itineraries:
        parts.setdefault(part.shipment, []).append(part)
    moves = {use.move.id: use.move for use in plan.moves}
    return {shipment: "+".join(main_modes(scenario, found, moves)) for shipment, found in parts.items()}


def mode_swaps(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Swap, ...]:
    """Shipments by their change of mode, from what `modes_ridden` says of two plans."""
    found: dict[tuple[str, str], list[str]] = {}
    for shipment in sorted(before.keys() | after.keys()):
        pair = before.get(shipment, "unserved"), after.get(shipment, "unserved")
        if pair[0] != pair[1]:
            found.setdefault(pair, []).append(shipment)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Swap(one, two, tuple(shipments)) for (one, two), shipments in ordered)


def _ways(case: Case) -> dict[str, str]:
    _name, _record, scenario, plan = case
    if plan is None:
        return {}
    moves = {use.move.id: use.move for use in plan.moves}
    ways: dict[str, list[str]] = {}
    for part in sorted(plan.itineraries, key=lambda p: (p.shipment, p.part)):
        ways.setdefault(part.shipment, []).append(" then ".join(way_of(scenario, moves[move]) for move in part.moves))
    return {shipment: "; ".join(found) for shipment, found in ways.items()}
