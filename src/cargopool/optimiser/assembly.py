"""Chosen columns to a Plan: load plans by packing, prices by footprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cargopool.errors import CargopoolError, Diagnostic
from cargopool.footprint import price_plan
from cargopool.model.plan import (
    CharterRun,
    Content,
    DepartureStage,
    Itinerary,
    Move,
    MoveUse,
    Plan,
    PlannedUnit,
    Unserved,
)
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, to_itinerary
from cargopool.optimiser.loading import Load, LoadPlanner
from cargopool.optimiser.reasons import unserved_reason
from cargopool.packing import Packing


class ShortfallError(CargopoolError):
    """The chosen columns do not pack into the uses that they were given."""


@dataclass(frozen=True, slots=True)
class _Ride:
    """One part on one move."""

    part: int
    load: Load


def assemble(
    network: Network,
    columns_chosen: Sequence[Column],
    move_counts: Mapping[tuple[int, int], int] | None = None,
    runs_chosen: Sequence[CharterRun] | None = None,
    *,
    planner: LoadPlanner | None = None,
    reasons: Mapping[int, str] | None = None,
) -> Plan:
    """Make the plan of chosen columns.

    Parameters
    ----------
    columns_chosen : sequence of Column
        The parts of each served shipment; a shipment without columns is unserved.
    move_counts : mapping of (move index, class index) to int, or None
        Most uses allowed; None packs into the fewest. Uses that packing does without are left out.
    runs_chosen : sequence of CharterRun or None
        None operates the charter runs that some chosen move rides.
    reasons : mapping of shipment index to text, or None
        What is known of why a shipment is unserved.

    Raises
    ------
    ShortfallError
        The units of some move cannot be packed, or only into more uses than ``move_counts`` allows.
    """
    planner = planner or LoadPlanner(network)
    parts = _number_parts(columns_chosen)
    itineraries = tuple(to_itinerary(network, column, part, column.first_atom) for part, column in parts)
    slots: dict[tuple[int, int], list[_Ride]] = {}
    for part, column in parts:
        group = int(network.shipment_class[column.shipment])
        load = (int(column.shipment), int(column.first_atom), int(column.atoms))
        for move in column.moves:
            slots.setdefault((int(move), group), []).append(_Ride(part, load))
    moves = {move: network.describe(move) for move in sorted({move for move, _ in slots})}
    uses, units = _load_units(network, planner, slots, moves, move_counts or {})
    runs = tuple(runs_chosen) if runs_chosen is not None else _runs_of(moves.values())
    unserved = _unserved(network, columns_chosen, reasons or {})
    return _priced(network, uses, units, itineraries, runs, unserved)


def _number_parts(columns: Sequence[Column]) -> list[tuple[int, Column]]:
    """Parts counted from 1 in the order of their atoms, shipments in order."""
    numbered: list[tuple[int, Column]] = []
    last, part = -1, 0
    for column in sorted(columns, key=lambda column: (column.shipment, column.first_atom)):
        part = part + 1 if column.shipment == last else 1
        last = column.shipment
        numbered.append((part, column))
    return numbered


def _load_units(
    network: Network,
    planner: LoadPlanner,
    slots: Mapping[tuple[int, int], list[_Ride]],
    moves: Mapping[int, Move],
    most: Mapping[tuple[int, int], int],
) -> tuple[tuple[MoveUse, ...], tuple[PlannedUnit, ...]]:
    uses: list[MoveUse] = []
    units: list[PlannedUnit] = []
    for (move, group), rides in sorted(slots.items()):
        rides.sort(key=lambda ride: ride.load)
        packing = planner.pack(move, [ride.load for ride in rides])
        allowed = most.get((move, group))
        if packing is None or (allowed is not None and packing.count > allowed):
            where = moves[move].id
            raise ShortfallError(Diagnostic("E7020", "the parts of a move do not pack into its units", where))
        temperature, segregation = network.class_keys[group]
        uses.append(MoveUse(move=moves[move], temperature=temperature, segregation=segregation, count=packing.count))
        units.extend(_units_of(moves[move], network, group, rides, packing, len(units)))
    return tuple(uses), tuple(units)


def _units_of(
    move: Move, network: Network, group: int, rides: Sequence[_Ride], packing: Packing, units: int
) -> list[PlannedUnit]:
    temperature, segregation = network.class_keys[group]
    made: list[PlannedUnit] = []
    for truck, use in enumerate(packing.uses, start=1):
        for unit in use:
            contents = tuple(
                Content(
                    shipment=network.shipment_ids[rides[piece.item].load[0]],
                    part=rides[piece.item].part,
                    first_atom=piece.first,
                    atoms=piece.atoms,
                )
                for piece in unit
            )
            made.append(
                PlannedUnit(
                    id=f"u{units + len(made) + 1}",
                    move=move.id,
                    truck=truck,
                    unit_type=move.unit_type,
                    temperature=temperature,
                    segregation=segregation,
                    contents=contents,
                )
            )
    return made


def runs_ridden(move: Move) -> tuple[CharterRun, ...]:
    """Charter runs that a move needs."""
    return tuple(
        CharterRun(service=stage.service, run_date=stage.run_date)
        for stage in move.stages
        if isinstance(stage, DepartureStage) and stage.slot == "charter"
    )


def _runs_of(moves: object) -> tuple[CharterRun, ...]:
    found = {run for move in moves for run in runs_ridden(move)}  # type: ignore[attr-defined]
    return tuple(sorted(found, key=lambda run: (run.service, run.run_date)))


def _unserved(network: Network, columns: Sequence[Column], reasons: Mapping[int, str]) -> tuple[Unserved, ...]:
    served = {column.shipment for column in columns}
    left = [k for k in range(len(network.shipment_ids)) if k not in served]
    return tuple(unserved_reason(network, k, reasons.get(k)) for k in left)


def _priced(
    network: Network,
    uses: tuple[MoveUse, ...],
    units: tuple[PlannedUnit, ...],
    itineraries: tuple[Itinerary, ...],
    runs: tuple[CharterRun, ...],
    unserved: tuple[Unserved, ...],
) -> Plan:
    scenario = network.scenario
    priced = price_plan(scenario, uses, itineraries, runs, unserved)
    return Plan(
        scenario=scenario.name,
        variant=scenario.variant,
        moves=uses,
        units=units,
        itineraries=itineraries,
        charters=runs,
        unserved=unserved,
        cost_lines=priced.lines,
        tces=priced.tces,
        totals=priced.totals,
    )
