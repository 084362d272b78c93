"""What report.html shows of the execution layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cargopool.model.execution import PalletPlace, RoundTrip, UnitLayout
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.operations import driver_log
from cargopool.reporting.executed import carrier_of, execution_record
from cargopool.reporting.moments import short_local
from cargopool.rules.loading import Grid, grid_of
from cargopool.rules.unit_flow import empty_flow
from cargopool.units import eur

COLOURS = 6
_LANE = 80
"""Height of a lane in a drawing; a length of 10 mm is one unit of it."""
_EDGE = 4
_MM = 10
_WORDS = {"ban": "waiting for the end of a ban", "stand": "standing", "work": "loading or unloading"}


@dataclass(frozen=True, slots=True)
class RoundTripRow:
    """A round trip with its legs in words, and the driver's time: css class, start and length in per cent, words."""

    trip: RoundTrip
    gain_eur: float
    legs: tuple[str, ...]
    hours: tuple[tuple[str, float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A unit from above: the front wall left, pallets as one path for each shipment and level."""

    width: int
    height: int
    gravity: int
    paths: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A layout with its drawing; None for a refused one."""

    layout: UnitLayout
    unit_type: str
    pallets: int
    drawing: Drawing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionView:
    """The section of the execution layers."""

    record: Mapping[str, Any]
    round_trips: tuple[RoundTripRow, ...] = ()
    layouts: tuple[LayoutRow, ...] = ()
    empty_moves: tuple[tuple[str, ...], ...] = ()
    stocks: tuple[Any, ...] = ()
    shortages: tuple[tuple[str, ...], ...] = ()


def execution_view(scenario: Scenario, plan: Plan, record: Mapping[str, Any]) -> ExecutionView | None:
    """Work out the section; None when the plan has no layer."""
    found = record.get("execution") or execution_record(scenario, plan)
    if found is None:
        return None
    return ExecutionView(
        record=found,
        round_trips=tuple(_round_trip(scenario, plan, trip) for trip in plan.round_trips),
        layouts=tuple(_layout_rows(scenario, plan)),
        empty_moves=tuple(_empty_moves(scenario, plan)),
        stocks=plan.depot_stocks,
        shortages=tuple(
            (
                row.hub,
                row.unit_type,
                short_local(scenario, row.hub, row.from_min),
                str(row.units),
                " ".join(row.for_units),
            )
            for row in plan.shortages
        ),
    )


def _round_trip(scenario: Scenario, plan: Plan, trip: RoundTrip) -> RoundTripRow:
    legs = []
    for leg in trip.legs:
        leaves = short_local(scenario, leg.origin, leg.depart_min)
        arrives = short_local(scenario, leg.destination, leg.arrive_min)
        what = f"{leg.move}, truck {leg.truck}" if leg.move else "empty"
        legs.append(f"{leg.origin} {leaves} to {leg.destination} {arrives} ({what})")
    return RoundTripRow(trip, eur(trip.gain_cents), tuple(legs), tuple(_hours(scenario, plan, trip)))


def _hours(scenario: Scenario, plan: Plan, trip: RoundTrip) -> Iterator[tuple[str, float, float, str]]:
    log = driver_log(scenario, plan, trip)
    begin, whole = log[0].start_min, log[-1].end_min - log[0].start_min
    for part in log:
        minutes = part.end_min - part.start_min
        words = f"{_WORDS.get(part.kind, part.kind)} {minutes // 60}:{minutes % 60:02}"
        yield f"do-{part.kind}", 100 * (part.start_min - begin) / whole, 100 * minutes / whole, words


def _layout_rows(scenario: Scenario, plan: Plan) -> Iterator[LayoutRow]:
    """Refused units first: they are what somebody must look at."""
    types = {unit.id: unit.unit_type for unit in plan.units}
    for layout in sorted(plan.layouts, key=lambda layout: layout.status == "arranged"):
        kind = scenario.load_units[types[layout.unit]]
        grid = grid_of(kind)
        drawn = draw(layout, grid) if grid is not None and layout.places else None
        yield LayoutRow(layout, kind.id, len(layout.places), drawn)


def draw(layout: UnitLayout, grid: Grid) -> Drawing:
    """Draw a layout: one colour for each shipment, pallets on others smaller."""
    order = {name: n for n, name in enumerate(dict.fromkeys(place.shipment for place in layout.places))}
    groups: dict[tuple[str, int], list[PalletPlace]] = {}
    for place in layout.places:
        groups.setdefault((place.shipment, place.level), []).append(place)
    paths = tuple(
        (f"pallet c{order[name] % COLOURS} level{level}", _path(places, layout.gap_mm, grid))
        for (name, level), places in groups.items()
    )
    stops = {place.shipment: place.stop for place in layout.places}
    keys = tuple((f"c{n % COLOURS}", f"{name}, stop {stops[name]}") for name, n in order.items())
    return Drawing(grid.length_mm // _MM, grid.lanes * _LANE, layout.gravity_mm // _MM, paths, keys)


def _path(places: Sequence[PalletPlace], gap_mm: int, grid: Grid) -> str:
    pieces = []
    for place in dict.fromkeys((p.row, p.side, p.level) for p in places):
        row, side, level = place
        edge = _EDGE if level == 1 else 5 * _EDGE
        width = int(grid.pitch_mm / _MM) - 2 * edge
        x = int((gap_mm + (row - 1) * grid.pitch_mm) / _MM) + edge
        pieces.append(f"M{x} {(side - 1) * _LANE + edge}h{width}v{_LANE - 2 * edge}h{-width}z")
    return "".join(pieces)


def _empty_moves(scenario: Scenario, plan: Plan) -> Iterator[tuple[str, ...]]:
    for use in plan.empty_moves:
        flow = empty_flow(scenario, use.move)
        carrier, slot = carrier_of(use)
        leaves = short_local(scenario, use.move.origin, flow.taken_min)
        there = short_local(scenario, use.move.destination, flow.returned_min)
        units = f"{use.count * use.move.units_per_move} x {use.move.unit_type}"
        yield units, f"{use.move.origin} {leaves}", f"{use.move.destination} {there}", f"{carrier} {slot}".strip()
