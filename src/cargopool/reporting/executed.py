"""The execution layers of a plan as tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cargopool.footprint.executing import emptied_units, price_empty
from cargopool.model.plan import DepartureStage, MoveUse, Plan
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.reporting.execution_columns import (
    DEPOT_STOCKS,
    EMPTY_MOVES,
    LOAD_LAYOUT,
    ROUND_TRIPS,
    UNIT_SHORTAGES,
)
from cargopool.reporting.loads import stage_km
from cargopool.reporting.moments import local_iso, utc_iso
from cargopool.reporting.sheets import Cell, Table
from cargopool.rules.roads import road_link
from cargopool.rules.unit_flow import empty_flow
from cargopool.units import GRAMS_PER_KG, cents, eur

Row = tuple[Cell, ...]
Maker = Callable[[Scenario, Plan], Iterator[Row]]


def execution_tables(scenario: Scenario, plan: Plan) -> tuple[Table, ...]:
    """The tables of the layers that the scenario asks for."""
    rules = scenario.execution
    wanted: list[tuple[bool, Table, Maker]] = [
        (rules.round_trips, ROUND_TRIPS, _round_trips),
        (rules.layouts or rules.stacking, LOAD_LAYOUT, _layouts),
        (rules.empty_units, EMPTY_MOVES, _empty_moves),
        (rules.empty_units, DEPOT_STOCKS, _stocks),
        (rules.empty_units, UNIT_SHORTAGES, _shortages),
    ]
    return tuple(table.filled(make(scenario, plan)) for asked, table, make in wanted if asked)


def execution_record(scenario: Scenario, plan: Plan, notes: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """The block ``execution`` of run.json; None when no layer is asked for."""
    totals, rules = plan.execution_totals, scenario.execution
    if totals is None:
        return None
    arranged = sum(layout.status == "arranged" for layout in plan.layouts)
    return {
        "objective_eur": eur(totals.objective_cents),
        "cost_eur": eur(totals.cost_cents),
        "co2e_kg": totals.co2e_grams / GRAMS_PER_KG,
        "energy_mj": round(totals.energy_mj, 3),
        "carbon_eur": eur(totals.carbon_cents),
        "loaded_km": totals.loaded_km,
        "empty_km": totals.empty_km,
        "round_trips": len(plan.round_trips) if rules.round_trips else None,
        "round_trip_gain_eur": eur(sum(trip.gain_cents for trip in plan.round_trips)) if rules.round_trips else None,
        "layouts": {"arranged": arranged, "refused": len(plan.layouts) - arranged}
        if rules.layouts or rules.stacking
        else None,
        "units_emptied": len(emptied_units(plan)) if rules.stacking else None,
        "empty_units_moved": _units_moved(plan) if rules.empty_units else None,
        "units_missing": sum(row.units for row in plan.shortages) if rules.empty_units else None,
        "imbalance_eur": eur(totals.imbalance_cents),
        "shortage_eur": eur(totals.shortage_cents),
        "without_empty_moves_eur": eur(totals.unbalanced_cents),
        "notes": list(notes),
    }


def _units_moved(plan: Plan) -> int:
    return sum(use.count * use.move.units_per_move for use in plan.empty_moves)


def _round_trips(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for trip in plan.round_trips:
        before: int | None = None
        for number, leg in enumerate(trip.legs, 1):
            link = road_link(scenario, leg.origin, leg.destination)
            yield (
                trip.id,
                number,
                leg.kind,
                trip.vehicle,
                trip.unit_type,
                leg.move,
                leg.truck if leg.move else None,
                leg.origin,
                leg.destination,
                local_iso(scenario, leg.origin, leg.depart_min),
                local_iso(scenario, leg.destination, leg.arrive_min),
                utc_iso(scenario, leg.depart_min),
                utc_iso(scenario, leg.arrive_min),
                link.km if link else None,
                link.drive_min if link else None,
                0 if before is None else leg.depart_min - before,
                eur(trip.gain_cents) if number == 1 else None,
            )
            before = leg.arrive_min


def _layouts(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    types = {unit.id: unit.unit_type for unit in plan.units}
    for unit in emptied_units(plan):
        yield (unit.id, unit.unit_type, "emptied", "", *[None] * 12)
    for layout in plan.layouts:
        head = (layout.unit, types[layout.unit], layout.status, layout.problem)
        tail = (layout.gap_mm, layout.gravity_mm, layout.kingpin_kg, layout.bogie_kg)
        if not layout.places:
            yield (*head, *[None] * 12)
        for place in layout.places:
            kg = quantity_of(scenario.shipments[place.shipment], place.atom, 1).kg
            where = (place.row, place.side, place.level, place.stop)
            yield (*head, place.shipment, place.part, place.atom + 1, *where, kg, *tail)


def carrier_of(use: MoveUse) -> tuple[str, str]:
    """Vehicle, or service and run date; and the slot."""
    stage = use.move.stages[0]
    if isinstance(stage, DepartureStage):
        return f"{stage.service} {stage.run_date}", stage.slot
    return stage.vehicle, ""


def _empty_moves(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for use in plan.empty_moves:
        move, flow, price = use.move, empty_flow(scenario, use.move), price_empty(scenario, use)
        yield (
            move.id,
            move.kind,
            move.unit_type,
            use.count,
            use.count * move.units_per_move,
            *carrier_of(use),
            move.origin,
            move.destination,
            local_iso(scenario, move.origin, flow.taken_min),
            local_iso(scenario, move.destination, flow.returned_min),
            utc_iso(scenario, flow.taken_min),
            utc_iso(scenario, flow.returned_min),
            sum(stage_km(scenario, stage) for stage in move.stages),
            eur(price.cents),
            price.grams / GRAMS_PER_KG,
        )


def _stocks(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for row in plan.depot_stocks:
        price = cents(scenario.execution.imbalance_of(row.unit_type))
        yield (
            row.hub,
            row.unit_type,
            row.initial,
            row.taken,
            row.returned,
            row.sent,
            row.received,
            row.hired,
            row.end,
            eur(max(0, row.initial - row.end) * price),
        )


def _shortages(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    price = cents(scenario.execution.shortage_eur)
    for row in plan.shortages:
        yield (
            row.hub,
            row.unit_type,
            local_iso(scenario, row.hub, row.from_min),
            utc_iso(scenario, row.from_min),
            row.units,
            " ".join(row.for_units),
            eur(row.units * price),
        )
