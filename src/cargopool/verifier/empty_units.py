"""Empty units: empty moves, depot stocks and shortages, played through again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cargopool.model.execution import DepotStock, UnitShortage
from cargopool.model.plan import Move, MoveUse
from cargopool.rules import is_open
from cargopool.rules.unit_flow import balanced_types, empty_flow, loaded_flow
from cargopool.units import cents
from cargopool.verifier.case import Case
from cargopool.verifier.departures import check_departures
from cargopool.verifier.hubs import check_hubs
from cargopool.verifier.moves import check_moves
from cargopool.verifier.round_trips import handled_minutes
from cargopool.verifier.timetable import Timetable

_COMES, _TAKES, _SENT = 0, 1, 2
"""Order at one minute: units come, the plan takes, empty moves leave."""


@dataclass(slots=True)
class _Depot:
    """Everything that happens at a hub's depot of one type."""

    initial: int
    steps: list[tuple[int, int, int, str]] = field(default_factory=list)


Depots = dict[tuple[str, str], _Depot]
"""By load-unit type and hub."""


def check_empty_units(case: Case, timetable: Timetable) -> None:
    """Check empty moves with all rules of moves, and the balance of every depot."""
    if case.empties:
        _check_moves(case, timetable)
    if not (case.plan.empty_moves or case.plan.depot_stocks or case.plan.shortages):
        return
    stocks, shortages = _play(case, depots_of(case, case.empties.values()), report=True)
    _compare(case, "V282", "depot_stocks", case.plan.depot_stocks, stocks)
    _compare_shortages(case, shortages)


def unbalanced_cents(case: Case) -> int:
    """Imbalance and shortages without any empty move."""
    if not case.plan.depot_stocks:
        return 0
    stocks, shortages = _play(case, depots_of(case, ()), report=False)
    rules = case.scenario.execution
    missing = sum(row.units for row in shortages)
    end = sum(max(0, row.initial - row.end) * cents(rules.imbalance_of(row.unit_type)) for row in stocks)
    return end + missing * cents(rules.shortage_eur)


def _check_moves(case: Case, timetable: Timetable) -> None:
    start = case.scenario.horizon.start
    balanced = balanced_types(case.scenario)
    for use in case.empties.values():
        move, at = use.move, f"empty_moves[{use.move.id}]"
        hubs = move.origin in case.scenario.hubs and move.destination in case.scenario.hubs
        kind = move.kind in ("road", "scheduled") and move.unit_type in balanced
        if not hubs or not kind or (use.temperature, use.segregation) != ("ambient", "empty"):
            case.say("V280", at, f"{move.kind} move of {move.unit_type} in class {use.temperature} {use.segregation}")
        elif move.latest_min < 0 or not is_open(case.scenario.hubs[move.origin], start, *[_leaves(move)] * 2):
            case.say("V280", at, f"leaves {move.origin} at {_leaves(move)}, before the horizon or while it is closed")
    own = {f"empty {key}": replace(use.move, id=f"empty {key}") for key, use in case.empties.items()}
    uses = {
        (move.id, use.temperature, use.segregation): replace(use, move=move)
        for move, use in zip(own.values(), case.empties.values(), strict=True)
    }
    check_moves(replace(case, moves=own), timetable)
    together = replace(case, uses={**case.uses, **uses})
    check_departures(together, timetable)
    check_hubs(together)


def _leaves(move: Move) -> int:
    return move.latest_min if move.hand_in_min is None else move.hand_in_min


def depots_of(case: Case, empties: Iterable[MoveUse]) -> Depots:
    """What happens at every depot of every balanced type."""
    scenario = case.scenario
    found: Depots = {}
    types = balanced_types(scenario)

    def depot(unit: str, hub: str) -> _Depot:
        return found.setdefault((unit, hub), _Depot(scenario.hubs[hub].depot_stock.get(unit, 0)))

    for unit_type in types:
        for hub in scenario.hubs.values():
            if hub.depot_stock.get(unit_type, 0):
                depot(unit_type, hub.id)
    for unit in case.units.values():
        sealed = any(scenario.shipments[c.shipment].load_units for c in unit.contents)
        if unit.unit_type not in types or sealed:
            continue
        move = case.moves[unit.move]
        flow = loaded_flow(scenario, move, *handled_minutes(case, move, [unit]))
        if flow is not None:
            depot(unit.unit_type, flow.taken_hub).steps.append((flow.taken_min, _TAKES, 1, unit.id))
            depot(unit.unit_type, flow.returned_hub).steps.append((flow.returned_min, _COMES, 1, unit.id))
    for use in empties:
        move = use.move
        if move.unit_type in types and move.origin in scenario.hubs and move.destination in scenario.hubs:
            flow = empty_flow(scenario, move)
            units = use.count * move.units_per_move
            depot(move.unit_type, flow.taken_hub).steps.append((flow.taken_min, _SENT, units, ""))
            depot(move.unit_type, flow.returned_hub).steps.append((flow.returned_min, _COMES, units, ""))
    return found


def _play(case: Case, depots: Depots, *, report: bool) -> tuple[list[DepotStock], list[UnitShortage]]:
    stocks, shortages = [], []
    for (unit_type, hub), depot in depots.items():
        stock = depot.initial
        sums: dict[str, int] = defaultdict(int)
        lacking: dict[int, list[str]] = defaultdict(list)
        for minute, order, units, name in sorted(depot.steps):
            if order == _COMES:
                stock += units
                sums["returned" if name else "received"] += units
            elif order == _TAKES:
                sums["taken"] += 1
                if stock:
                    stock -= 1
                else:
                    lacking[minute].append(name)
            else:
                sums["sent"] += units
                if units > stock and report:
                    case.say(
                        "V281", f"hubs[{hub}].depot_stock", f"{units} {unit_type} at minute {minute}, {stock} there"
                    )
                stock -= units
        stocks.append(
            DepotStock(
                hub=hub,
                unit_type=unit_type,
                initial=depot.initial,
                taken=sums["taken"],
                returned=sums["returned"],
                sent=sums["sent"],
                received=sums["received"],
                hired=sum(map(len, lacking.values())),
                end=stock,
            )
        )
        shortages += [
            UnitShortage(hub=hub, unit_type=unit_type, from_min=minute, units=len(names), for_units=tuple(names))
            for minute, names in lacking.items()
        ]
    return stocks, shortages


def _compare(case: Case, code: str, name: str, claimed: Iterable[DepotStock], real: Iterable[DepotStock]) -> None:
    said = {(row.unit_type, row.hub): row for row in claimed}
    made = {(row.unit_type, row.hub): row for row in real}
    if len(said) != len(tuple(claimed)):
        case.say(code, name, "a hub and type is listed twice")
    for key in dict.fromkeys([*made, *said]):
        if said.get(key) != made.get(key):
            where = f"{name}[{key[1][:40]}/{key[0][:40]}]"
            case.say(code, where, f"{said.get(key)}, not {made.get(key)}".replace("DepotStock", "")[:300])


def _compare_shortages(case: Case, real: Iterable[UnitShortage]) -> None:
    """The number at each depot and minute, and units that are really taken there then."""
    said = {(row.unit_type, row.hub, row.from_min): row for row in case.plan.shortages}
    made = {(row.unit_type, row.hub, row.from_min): row for row in real}
    if len(said) != len(case.plan.shortages):
        case.say("V283", "shortages", "a hub, type and minute is listed twice")
    for key in dict.fromkeys([*made, *said]):
        one, other = said.get(key), made.get(key)
        if one is None or other is None or (one.units, one.for_units) != (other.units, other.for_units):
            where = f"shortages[{key[1][:40]}/{key[0][:40]}]"
            case.say("V283", where, f"{one}, not {other}".replace("UnitShortage", "")[:300])
