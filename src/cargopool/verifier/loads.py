"""Load units: what is in each, on every move of every part, within all limits."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from cargopool.model.equipment import LoadUnitType
from cargopool.model.plan import Content, Itinerary, Move, MoveUse, PlannedUnit, RoadStage
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.model.shipment import Shipment
from cargopool.verifier.case import Case, UseKey, part_path


def check_loads(case: Case) -> None:
    """Check the load plan: counts, contents, classes, capacities, vetoes, sealed units."""
    by_use: dict[UseKey, list[PlannedUnit]] = defaultdict(list)
    on_board: dict[tuple[str, int, str], list[tuple[PlannedUnit, Content]]] = defaultdict(list)
    for unit in case.units.values():
        by_use[unit.move, unit.temperature, unit.segregation].append(unit)
        for i, content in enumerate(unit.contents):
            _check_content(case, unit, content, f"units[{unit.id}].contents[{i}]")
            on_board[content.shipment, content.part, unit.move].append((unit, content))
        _check_unit(case, unit)
    for key, units in by_use.items():
        if key not in case.uses:
            case.say(
                "V170", f"moves[{key[0]}]", f"{len(units)} units in class {key[1]}, {key[2]}, which it does not have"
            )
    for key, use in case.uses.items():
        _check_trucks(case, use, by_use.get(key, []))
    for itinerary in case.itineraries.values():
        for move in itinerary.moves:
            if move in case.moves:
                _check_carried(case, itinerary, move, on_board[itinerary.shipment, itinerary.part, move])


def _fits(shipment: Shipment, first_atom: int, atoms: int) -> bool:
    return first_atom >= 0 and atoms >= 1 and first_atom + atoms <= shipment.atoms


def _check_content(case: Case, unit: PlannedUnit, content: Content, at: str) -> None:
    shipment = case.scenario.shipments[content.shipment]
    itinerary = case.itineraries.get((content.shipment, content.part))
    if itinerary is not None:
        if unit.move not in itinerary.moves:
            case.say("V175", at, f"{unit.move} is not on {part_path(itinerary)}")
        last = content.first_atom + content.atoms
        if content.first_atom < itinerary.first_atom or last > itinerary.first_atom + itinerary.atoms:
            case.say("V174", at, f"atoms {content.first_atom} to {last} are not of part {content.part}")
    if shipment.pooling_class != (unit.temperature, unit.segregation):
        case.say("V176", at, f"{' '.join(shipment.pooling_class)} in a unit of {unit.temperature} {unit.segregation}")
    if shipment.load_units:
        alone = len(unit.contents) == 1 and content.atoms == 1
        if shipment.load_unit != unit.unit_type or not alone:
            case.say("V185", at, f"{content.atoms} of {shipment.load_unit} in {unit.unit_type}")


def _check_unit(case: Case, unit: PlannedUnit) -> None:
    at = f"units[{unit.id}]"
    kind = case.scenario.load_units[unit.unit_type]
    move = case.moves[unit.move]
    if unit.unit_type != move.unit_type:
        case.say("V172", at, f"{unit.unit_type} on {move.id} of {move.unit_type}")
    if unit.temperature not in kind.temperatures:
        case.say("V177", at, f"{unit.temperature} in {kind.id}")
    size, sealed = _size_of(case, unit)
    room = (
        ("V178", size.pallets_milli, kind.pallets_milli, "milli-pallets"),
        ("V179", size.kg, kind.payload_kg, "kg"),
        ("V180", size.volume_m3_milli, kind.volume_m3_milli, "milli-m3"),
        ("V181", size.loading_metres_milli, kind.loading_metres_milli, "milli-ldm"),
    )
    for code, used, limit, measure in room:
        if used > limit and not (sealed and code != "V179"):
            case.say(code, at, f"{used} > {limit} {measure}")
    for limit, what in _gross_limits(case, move, kind):
        if kind.tare_kg + size.kg > limit:
            case.say("V182", at, f"{kind.tare_kg + size.kg} > {limit} kg of {what}")
    _check_vetoes(case, unit, at)


def _size_of(case: Case, unit: PlannedUnit) -> tuple[Quantity, bool]:
    """Size of the contents, and whether they are a sealed unit's."""
    sums = [0, 0, 0, 0]
    sealed = False
    for content in unit.contents:
        shipment = case.scenario.shipments[content.shipment]
        sealed |= shipment.load_units > 0
        if _fits(shipment, content.first_atom, content.atoms):
            size = quantity_of(shipment, content.first_atom, content.atoms).as_tuple()
            sums = [a + b for a, b in zip(sums, size, strict=True)]
    return Quantity(*sums), sealed


def _gross_limits(case: Case, move: Move, kind: LoadUnitType) -> list[tuple[int, str]]:
    """Limits of tare + cargo of one unit, beyond its own payload."""
    found = []
    if move.max_gross_kg is not None:
        found.append((move.max_gross_kg, "the weight class"))
    for stage in move.stages:
        if isinstance(stage, RoadStage) and stage.purpose != "main":
            vehicle = case.scenario.vehicles[stage.vehicle]
            found.append((vehicle.combined_limit_kg - vehicle.tractor_kg, f"the {stage.purpose} truck"))
    return found


def _check_vetoes(case: Case, unit: PlannedUnit, at: str) -> None:
    aboard = [case.scenario.shipments[key] for key in dict.fromkeys(content.shipment for content in unit.contents)]
    for one, other in combinations(aboard, 2):
        if _vetoes(one, other) or _vetoes(other, one):
            case.say("V183", at, f"{one.id} and {other.id}")


def _vetoes(one: Shipment, other: Shipment) -> bool:
    return other.shipper in one.veto_shippers or (other.goods_class != "" and other.goods_class in one.veto_goods)


def _check_trucks(case: Case, use: MoveUse, units: list[PlannedUnit]) -> None:
    """Uses 1..count, each with its units, none of them empty, the truck within its gross limit."""
    at = f"moves[{use.move.id}]"
    per_use = use.move.units_per_move
    if len(units) != use.count * per_use:
        label = f"{use.temperature}, {use.segregation}"
        case.say("V170", at, f"{len(units)} units for {use.count} x {per_use} in class {label}")
    trucks: dict[int, list[PlannedUnit]] = defaultdict(list)
    for unit in units:
        trucks[unit.truck].append(unit)
    for truck, aboard in sorted(trucks.items()):
        if truck > use.count or len(aboard) != per_use:
            case.say(
                "V171", f"units[{aboard[0].id}].truck", f"truck {truck} of {use.count} has {len(aboard)} of {per_use}"
            )
        full = sum(1 for unit in aboard if unit.contents)
        if full == 0 or (full < len(aboard) and per_use == 1):
            empty = next(unit for unit in aboard if not unit.contents)
            case.say("V173", f"units[{empty.id}]", f"truck {truck} of {use.move.id}")
        _check_truck_mass(case, use.move, truck, aboard)


def _check_truck_mass(case: Case, move: Move, truck: int, aboard: list[PlannedUnit]) -> None:
    for stage in move.stages:
        if isinstance(stage, RoadStage) and stage.purpose == "main":
            vehicle = case.scenario.vehicles[stage.vehicle]
            tare = case.scenario.load_units[move.unit_type].tare_kg
            gross = vehicle.tractor_kg + move.units_per_move * tare
            gross += sum(_size_of(case, unit)[0].kg for unit in aboard)
            if gross > vehicle.gross_limit_kg:
                where = f"moves[{move.id}].trucks[{truck}]"
                case.say("V182", where, f"{gross} > {vehicle.gross_limit_kg} kg of the truck")


def _check_carried(case: Case, itinerary: Itinerary, move: str, aboard: list[tuple[PlannedUnit, Content]]) -> None:
    """The contents on a move hold every atom of the part once."""
    path = part_path(itinerary)
    at = itinerary.first_atom
    whole = True
    for _, content in sorted(aboard, key=lambda item: (item[1].first_atom, item[1].atoms)):
        whole &= content.first_atom == at
        at = content.first_atom + content.atoms
    if not whole or at != itinerary.first_atom + itinerary.atoms:
        spans = ", ".join(sorted(f"{c.first_atom}+{c.atoms}" for _, c in aboard)) or "none"
        case.say("V174", path, f"atoms {spans} aboard {move}, the part is {itinerary.first_atom}+{itinerary.atoms}")
    shipment = case.scenario.shipments[itinerary.shipment]
    if shipment.keep_together and len({unit.id for unit, _ in aboard}) > 1:
        case.say("V184", path, f"{len({unit.id for unit, _ in aboard})} units of {move}")
