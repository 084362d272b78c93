"""What report.html shows, worked out before the template sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reference import load_basemap
from cargopool.reporting.board import BASELINES, BoardRow, board_row
from cargopool.reporting.carbon_sheet import CarbonSheet, largest_shipment, make_carbon_sheet, sources_of
from cargopool.reporting.execution_view import ExecutionView, execution_view
from cargopool.reporting.figures import co2e_kg_by_kind, co2e_kg_by_mode, eur_by_kind
from cargopool.reporting.headlines import BASELINE_NAMES, Headline, headlines, status_text
from cargopool.reporting.loads import LegLoad, UnitLoad, leg_loads, unit_loads
from cargopool.reporting.map_svg import MapDrawing, draw_map
from cargopool.reporting.moments import dates_of, readable, short_local
from cargopool.reporting.outside import external_note
from cargopool.reporting.provenance import Fact, confidence_counts, facts_used
from cargopool.reporting.tables import make_table
from cargopool.reporting.tours_view import ToursView, make_tours_view

_KIND_WORDS = {"co2e": "CO2e", "eur": "EUR", "km": "km"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart; ``share`` is its length, ``part`` its part of the whole."""

    label: str
    value: float
    share: float
    part: float
    css: str = ""


@dataclass(frozen=True, slots=True)
class DepartureRow:
    """A departure leg as a planner reads it."""

    leg: LegLoad
    name: str
    operator: str
    mode: str
    depart: str
    arrive: str
    origin: str
    destination: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A load unit with what is in it."""

    load: UnitLoad
    latest: str
    available: str
    origin: str
    destination: str
    contents: tuple[tuple[str, str, int, float, int], ...]


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A shipment with the steps of its parts."""

    cells: Mapping[str, Any]
    delivered: str
    steps: tuple[Mapping[str, Any], ...]
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The report."""

    scenario: Scenario
    record: Mapping[str, Any]
    status: str
    dates: str
    headlines: tuple[Headline, ...]
    baselines: tuple[tuple[str, Mapping[str, Any] | None, str], ...]
    map: MapDrawing | None
    map_source: str = ""
    modes: tuple[Bar, ...] = ()
    co2e_modes: tuple[Bar, ...] = ()
    cost_kinds: tuple[Bar, ...] = ()
    co2e_kinds: tuple[Bar, ...] = ()
    objective: tuple[tuple[str, float], ...] = ()
    departures: tuple[DepartureRow, ...] = ()
    charters: tuple[str, ...] = ()
    units: tuple[UnitRow, ...] = ()
    shipments: tuple[ShipmentRow, ...] = ()
    board: tuple[BoardRow, ...] = ()
    board_heads: tuple[str, ...] = ()
    external_kinds: tuple[Bar, ...] = ()
    external_note: str = ""
    sheet: CarbonSheet | None = None
    sheet_sources: Mapping[str, int] = field(default_factory=dict)
    unserved: tuple[Mapping[str, Any], ...] = ()
    execution: ExecutionView | None = None
    tours: ToursView | None = None
    facts: tuple[Fact, ...] = ()
    confidence: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()


def make_view(scenario: Scenario, plan: Plan | None, record: Mapping[str, Any]) -> View:
    """Work out everything that the report shows."""
    facts = facts_used(scenario, plan)
    common: dict[str, Any] = {
        "scenario": scenario,
        "record": record,
        "status": status_text(record),
        "dates": dates_of(scenario),
        "headlines": headlines(record),
        "baselines": _baselines(record),
        "facts": facts,
        "confidence": confidence_counts(facts),
        "sources": _sources(facts),
    }
    if plan is None:
        return View(**common, map=None)
    basemap = load_basemap()
    return View(
        **common,
        map=draw_map(scenario, plan, basemap.countries.values()),
        map_source=f"{basemap.source} ({basemap.licence})",
        modes=_bars(record["kpis"]["tkm_by_mode"], by_mode=True),
        co2e_modes=_bars(co2e_kg_by_mode(plan.tces), by_mode=True),
        cost_kinds=_bars(eur_by_kind(plan.cost_lines)),
        co2e_kinds=_bars(co2e_kg_by_kind(plan.tces)),
        objective=_objective(record),
        **_external(record),
        board=tuple(map(board_row, record.get("board") or ())),
        board_heads=tuple(BASELINE_NAMES[name] for name in BASELINES),
        **_sheet(scenario, plan),
        departures=tuple(_departure_rows(scenario, plan)),
        charters=tuple(f"{run.service} {run.run_date}" for run in plan.charters),
        units=tuple(_unit_rows(scenario, plan)),
        shipments=tuple(_shipment_rows(scenario, plan)),
        execution=execution_view(scenario, plan, record),
        tours=make_tours_view(scenario, plan, record),
        unserved=tuple(make_table("unserved", scenario, plan).records()),
    )


def words(kind: str) -> str:
    """A code as words: ``road_empty_km`` becomes ``road empty km``."""
    return " ".join(_KIND_WORDS.get(word, word) for word in kind.split("_"))


def _bars(values: Mapping[str, float], *, by_mode: bool = False) -> tuple[Bar, ...]:
    shown = sorted(((k, v) for k, v in values.items() if v), key=lambda item: (-item[1], item[0]))
    longest = max((abs(v) for _, v in shown), default=1) or 1
    whole = sum(v for _, v in shown) or 1
    return tuple(
        Bar(
            words(k),
            v,
            abs(v) / (whole if by_mode else longest),
            v / whole,
            f"mode-{k}" if by_mode and k.isidentifier() else "",
        )
        for k, v in shown
    )


def _objective(record: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    terms = (
        ("money as the objective weighs it", "weighted_cost_eur"),
        ("carbon price", "carbon_eur"),
        ("lateness", "lateness_eur"),
        ("value of time", "time_value_eur"),
        ("unserved", "unserved_eur"),
    )
    shown = tuple((label, record[name]) for label, name in terms)
    counted = record.get("external_eur")
    return (*shown, ("external costs, no money", counted)) if counted else shown


def _sheet(scenario: Scenario, plan: Plan) -> dict[str, Any]:
    """The calculation sheet of the shipment with the largest footprint."""
    chosen = largest_shipment(scenario, plan)
    if chosen is None:
        return {}
    sheet = make_carbon_sheet(scenario, plan, chosen)
    return {"sheet": sheet, "sheet_sources": sources_of(sheet.rows)}


def _external(record: Mapping[str, Any]) -> dict[str, Any]:
    found = record.get("external_costs")
    if not found:
        return {}
    return {"external_kinds": _bars(found["by_category"]), "external_note": external_note(found)}


def _baselines(record: Mapping[str, Any]) -> tuple[tuple[str, Mapping[str, Any] | None, str], ...]:
    given = record.get("baseline") or {}
    reasons = given.get("reason") or {}
    return tuple((label, given.get(name), reasons.get(name, "")) for name, label in BASELINE_NAMES.items())


def _departure_rows(scenario: Scenario, plan: Plan) -> Iterable[DepartureRow]:
    for leg in leg_loads(scenario, plan):
        service = scenario.services[leg.service]
        yield DepartureRow(
            leg,
            service.name,
            service.operator,
            service.mode,
            short_local(scenario, leg.origin, leg.depart_min) or "any time",
            short_local(scenario, leg.destination, leg.arrive_min),
            scenario.hubs[leg.origin].name,
            scenario.hubs[leg.destination].name,
            service.provenance.confidence in ("memory", "synthetic", "inconsistent"),
        )


def _unit_rows(scenario: Scenario, plan: Plan) -> Iterable[UnitRow]:
    for load in unit_loads(scenario, plan):
        move = load.move
        contents = []
        for content in load.unit.contents:
            shipment = scenario.shipments[content.shipment]
            contents.append((shipment.id, shipment.shipper, content.part, content.atoms, shipment.atoms))
        yield UnitRow(
            load,
            short_local(scenario, move.origin, move.latest_min),
            short_local(scenario, move.destination, move.available_min),
            scenario.place(move.origin).name,
            scenario.place(move.destination).name,
            tuple(contents),
        )


def _shipment_rows(scenario: Scenario, plan: Plan) -> Iterable[ShipmentRow]:
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for row in make_table("itineraries", scenario, plan).records():
        shown = {"start": readable(row["start_local"]), "end": readable(row["end_local"])}
        steps.setdefault(row["shipment"], []).append({**row, **shown})
    for cells in make_table("shipments", scenario, plan).records():
        ends = (scenario.place(cells["origin"]).name, scenario.place(cells["destination"]).name)
        searched = (cells["shipment"], cells["shipper"], cells["origin"], cells["destination"], *ends)
        search = " ".join(str(cell) for cell in (*searched, cells["modes"], cells["status"])).lower()
        names = {"origin_name": ends[0], "destination_name": ends[1]}
        yield ShipmentRow(
            {**cells, **names}, readable(cells["delivered_local"]), tuple(steps.get(cells["shipment"], ())), search
        )


def _sources(facts: Sequence[Fact]) -> tuple[tuple[str, str], ...]:
    """Sources with their licences, each once."""
    found = {(f.provenance.source, f.provenance.licence) for f in facts if f.provenance.source or f.provenance.licence}
    return tuple(sorted(found))
