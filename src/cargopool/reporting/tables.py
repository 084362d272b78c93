"""The tables of a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from cargopool.footprint import CATEGORIES, allocate, external_lines
from cargopool.footprint.external import ExternalLine
from cargopool.footprint.outside_tours import tour_external_lines
from cargopool.model.plan import DepartureStage, Itinerary, Move, Plan, Stage, Tour
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.reporting.columns import (
    COSTS,
    DEPARTURES,
    EMISSIONS,
    EXTERNAL,
    ITINERARIES,
    LOAD_UNITS,
    SHIPMENTS,
    TOUR_COSTS,
    TOUR_EXTERNAL,
    TOUR_STOPS,
    TOURS,
    UNSERVED,
)
from cargopool.reporting.loads import leg_loads, mode_of, stage_km, unit_loads
from cargopool.reporting.moments import local_iso, utc_iso
from cargopool.reporting.sheet_tables import make_sheet_tables
from cargopool.reporting.sheets import Cell, Table
from cargopool.reporting.tour_tables import stop_rows, tour_rows
from cargopool.units import GRAMS_PER_KG, eur, from_milli

Row = tuple[Cell, ...]
Maker = Callable[[Scenario, Plan], Iterator[Row]]


def make_tables(scenario: Scenario, plan: Plan) -> tuple[Table, ...]:
    """All tables of a plan, in the order of docs/run-folder.md; external costs only where they are asked for."""
    makers = (*_MAKERS, *_EXTERNAL_MAKERS) if scenario.objective.external_costs != "none" else _MAKERS
    made = tuple(table.filled(make(scenario, plan)) for table, make in makers)
    return (*made, *make_sheet_tables(scenario, plan))


def make_table(name: str, scenario: Scenario, plan: Plan) -> Table:
    """One table by its name; KeyError when there is none."""
    table, make = {table.name: (table, make) for table, make in (*_MAKERS, *_EXTERNAL_MAKERS)}[name]
    return table.filled(make(scenario, plan))


def _shipments(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    footprints = allocate(scenario, plan)
    parts: dict[str, list[Itinerary]] = {}
    for itinerary in plan.itineraries:
        parts.setdefault(itinerary.shipment, []).append(itinerary)
    moves = {use.move.id: use.move for use in plan.moves}
    for shipment in scenario.shipments.values():
        travelled = parts.get(shipment.id, [])
        delivered = max((part.delivered_min for part in travelled), default=None)
        own = footprints.get(shipment.id)
        yield (
            shipment.id,
            shipment.shipper,
            shipment.origin,
            shipment.destination,
            from_milli(shipment.pallets_milli),
            shipment.kg,
            shipment.load_units,
            "served" if travelled else "unserved",
            len(travelled),
            "+".join(main_modes(scenario, travelled, moves)),
            utc_iso(scenario, shipment.ready_min),
            utc_iso(scenario, shipment.due_min),
            utc_iso(scenario, delivered),
            local_iso(scenario, shipment.destination, delivered),
            max((part.late_min for part in travelled), default=0),
            eur(own.cost_cents) if own and travelled else None,
            own.co2e_grams / GRAMS_PER_KG if own and travelled else None,
        )


def main_modes(scenario: Scenario, travelled: list[Itinerary], moves: Mapping[str, Move]) -> list[str]:
    """Modes of main runs in the order in which they are first ridden."""
    seen: dict[str, None] = {}
    for part in travelled:
        for move_id in part.moves:
            for stage in moves[move_id].stages:
                if isinstance(stage, DepartureStage) or stage.purpose == "main":
                    seen.setdefault(mode_of(scenario, stage))
    return list(seen)


def _itineraries(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    moves = {use.move.id: use.move for use in plan.moves}
    for part in plan.itineraries:
        steps = [step for step in _steps(scenario, part, moves) if step is not None]
        size = quantity_of(scenario.shipments[part.shipment], part.first_atom, part.atoms)
        for number, step in enumerate(steps, 1):
            yield (part.shipment, part.part, number, *step, from_milli(size.pallets_milli), size.kg)


def _steps(scenario: Scenario, part: Itinerary, moves: Mapping[str, Move]) -> Iterator[Row | None]:
    if part.collection is not None:
        yield _tour_step(scenario, part.collection)
    for at, handling in enumerate(part.handlings):
        if handling.end_min > handling.start_min:
            here = handling.place
            span = handling.start_min, handling.end_min
            yield _step(scenario, handling.kind, "", here, here, span, "", "", "", None)
        if at < len(part.moves):
            move = moves[part.moves[at]]
            for stage in move.stages:
                yield _stage_step(scenario, move, stage)
    if part.delivery is not None:
        yield _tour_step(scenario, part.delivery)


def _tour_step(scenario: Scenario, tour: Tour) -> Row:
    ends = (tour.door, tour.hub) if tour.kind == "collection" else (tour.hub, tour.door)
    return _step(scenario, tour.kind, "road", *ends, (tour.start_min, tour.end_min), "", "", "", None)


def _stage_step(scenario: Scenario, move: Move, stage: Stage) -> Row:
    span = stage.depart_min, stage.arrive_min
    km = stage_km(scenario, stage)
    mode = mode_of(scenario, stage)
    if isinstance(stage, DepartureStage):
        carrier = f"{stage.service} {stage.run_date}".strip()
        return _step(
            scenario, "departure", mode, stage.origin, stage.destination, span, move.id, carrier, stage.slot, km
        )
    kind = "road" if stage.purpose == "main" else stage.purpose
    return _step(scenario, kind, mode, stage.origin, stage.destination, span, move.id, stage.vehicle, "", km)


def _step(
    scenario: Scenario,
    kind: str,
    mode: str,
    origin: str,
    destination: str,
    span: tuple[int, int],
    move: str,
    carrier: str,
    slot: str,
    km: float | None,
) -> Row:
    return (
        kind,
        mode,
        origin,
        destination,
        local_iso(scenario, origin, span[0]),
        local_iso(scenario, destination, span[1]),
        utc_iso(scenario, span[0]),
        utc_iso(scenario, span[1]),
        move,
        carrier,
        slot,
        km,
    )


def _load_units(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for load in unit_loads(scenario, plan):
        unit, move = load.unit, load.move
        head: Row = (
            unit.id,
            move.id,
            unit.truck,
            unit.unit_type,
            unit.temperature,
            unit.segregation,
            move.origin,
            move.destination,
            local_iso(scenario, move.origin, move.latest_min),
            local_iso(scenario, move.destination, move.available_min),
            load.fill,
            load.fullest,
        )
        for content in unit.contents:
            shipment = scenario.shipments[content.shipment]
            size = quantity_of(shipment, content.first_atom, content.atoms)
            yield (
                *head,
                shipment.id,
                content.part,
                shipment.shipper,
                content.first_atom + 1,
                content.atoms,
                from_milli(size.pallets_milli),
                size.kg,
                from_milli(size.volume_m3_milli),
                from_milli(size.loading_metres_milli),
            )
        if not unit.contents:
            yield (*head, "", None, "", None, 0, 0.0, 0, 0.0, 0.0)


def _departures(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for leg in leg_loads(scenario, plan):
        service = scenario.services[leg.service]
        yield (
            leg.service,
            service.name,
            service.operator,
            service.mode,
            leg.run_date,
            leg.leg + 1,
            leg.origin,
            leg.destination,
            local_iso(scenario, leg.origin, leg.depart_min),
            local_iso(scenario, leg.destination, leg.arrive_min),
            leg.total_units,
            leg.units.get("allotment", 0),
            leg.units.get("spot", 0),
            leg.units.get("charter", 0),
            leg.units.get("headway", 0),
            from_milli(leg.teu_milli),
            leg.cargo_kg,
            leg.gross_kg,
            leg.fill,
            leg.scarcest,
            service.provenance.confidence,
        )


def _unserved(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for left in plan.unserved:
        shipment = scenario.shipments[left.shipment]
        yield (
            left.shipment,
            shipment.shipper,
            shipment.origin,
            shipment.destination,
            from_milli(shipment.pallets_milli),
            shipment.kg,
            left.reason,
            left.text,
        )


def _costs(_scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for line in plan.cost_lines:
        yield (
            line.kind,
            line.owner,
            line.what,
            eur(line.cents),
            line.count,
            eur(line.cents * line.count),
            eur(line.carbon_cents * line.count),
            line.confidence,
        )


def _tour_costs(_scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for line in plan.tour_lines:
        yield (
            line.kind,
            line.owner.removeprefix("tour:"),
            line.what,
            eur(line.cents * line.count),
            eur(line.carbon_cents * line.count),
            line.confidence,
        )


def _emissions(_scenario: Scenario, plan: Plan) -> Iterator[Row]:
    for element in plan.tces:
        yield (
            element.kind,
            element.owner,
            element.what,
            element.mode,
            element.carrier,
            element.km,
            element.mass_kg,
            element.energy_mj,
            element.wtt_grams / GRAMS_PER_KG,
            element.ttw_grams / GRAMS_PER_KG,
            element.count,
            element.grams * element.count / GRAMS_PER_KG,
            element.confidence,
        )


def _external(lines: Iterable[ExternalLine]) -> Iterator[Row]:
    for line in lines:
        yield (
            line.owner,
            line.what,
            line.group,
            line.km,
            line.mass_kg,
            eur(line.cents),
            line.count,
            eur(line.cents * line.count),
            *(eur(line.by_category.get(name, 0) * line.count) for name in CATEGORIES),
            line.confidence,
        )


_MAKERS: tuple[tuple[Table, Maker], ...] = (
    (SHIPMENTS, _shipments),
    (ITINERARIES, _itineraries),
    (LOAD_UNITS, _load_units),
    (DEPARTURES, _departures),
    (TOURS, tour_rows),
    (TOUR_STOPS, stop_rows),
    (UNSERVED, _unserved),
    (COSTS, _costs),
    (EMISSIONS, _emissions),
    (TOUR_COSTS, _tour_costs),
)

_EXTERNAL_MAKERS: tuple[tuple[Table, Maker], ...] = (
    (EXTERNAL, lambda scenario, plan: _external(external_lines(scenario, plan))),
    (TOUR_EXTERNAL, lambda scenario, plan: _external(tour_external_lines(scenario, plan))),
)
