"""When the plan takes empty units from depots and gives them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cargopool.model.execution import DepotStock, UnitShortage
from cargopool.model.plan import MoveUse, Plan
from cargopool.model.scenario import Scenario
from cargopool.operations.trucks import handled, parts_of
from cargopool.rules.unit_flow import UnitFlow, balanced_types, empty_flow, loaded_flow

Place = tuple[str, int]
"""Hub and minute."""


@dataclass(slots=True)
class UnitEvents:
    """Events of one load-unit type.

    Attributes
    ----------
    initial : dict of hub to units
        Depot stock at the start.
    taken : dict of (hub, minute) to names
        Planned units that are needed there then.
    returned : dict of (hub, minute) to count
        Units that are empty there from then on.
    """

    unit_type: str
    initial: dict[str, int]
    taken: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[Place, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def hubs(self) -> list[str]:
        """Hubs with a stock or an event, in order."""
        names = {hub for hub, _ in (*self.taken, *self.returned)}
        return sorted(names | {hub for hub, stock in self.initial.items() if stock})


def unit_events(scenario: Scenario, plan: Plan) -> tuple[UnitEvents, ...]:
    """Events of every balanced type that the plan uses or a depot has."""
    found = {
        unit: UnitEvents(unit, {hub.id: hub.depot_stock.get(unit, 0) for hub in scenario.hubs.values()})
        for unit in balanced_types(scenario)
    }
    moves = {use.move.id: use.move for use in plan.moves}
    parts = parts_of(plan)
    for unit in plan.executed_units:
        sealed = any(scenario.shipments[content.shipment].load_units for content in unit.contents)
        if unit.unit_type not in found or sealed:
            continue
        move = moves[unit.move]
        flow = loaded_flow(scenario, move, *handled(move, [unit], parts))
        if flow is not None:
            found[unit.unit_type].taken[flow.taken_hub, flow.taken_min].append(unit.id)
            found[unit.unit_type].returned[flow.returned_hub, flow.returned_min] += 1
    return tuple(found.values())


def units_moved(use: MoveUse) -> int:
    """Units that an empty move carries."""
    return use.count * use.move.units_per_move


@dataclass(frozen=True, slots=True)
class Standing:
    """How the depots of a type come out with some empty moves."""

    stocks: tuple[DepotStock, ...]
    shortages: tuple[UnitShortage, ...]


def play(scenario: Scenario, events: UnitEvents, empties: Sequence[MoveUse]) -> Standing | None:
    """Play the depots through in time: units are hired only when one is needed and none is there.

    None when an empty move takes a unit that is not there.
    """
    stocks, shortages = [], []
    flows = [(empty_flow(scenario, use.move), units_moved(use)) for use in empties]
    for hub in events.hubs:
        row = _play_hub(events, hub, flows)
        if row is None:
            return None
        stocks.append(row[0])
        shortages += row[1]
    return Standing(tuple(stocks), tuple(shortages))


def _play_hub(
    events: UnitEvents, hub: str, flows: Sequence[tuple[UnitFlow, int]]
) -> tuple[DepotStock, list[UnitShortage]] | None:
    """One hub: at one minute units come back first, then the plan takes, then empty moves leave."""
    returned = [(minute, n) for (at, minute), n in events.returned.items() if at == hub]
    received = [(flow.returned_min, n) for flow, n in flows if flow.returned_hub == hub]
    sent = [(flow.taken_min, n) for flow, n in flows if flow.taken_hub == hub]
    taken = [(minute, names) for (at, minute), names in events.taken.items() if at == hub]
    steps: list[tuple[int, int, int, list[str]]] = [(minute, 0, n, []) for minute, n in (*returned, *received)]
    steps += [(minute, 1, -len(names), names) for minute, names in taken]
    steps += [(minute, 2, -n, []) for minute, n in sent]
    stock = initial = events.initial.get(hub, 0)
    shortages = []
    for minute, order, change, names in sorted(steps):
        stock += change
        if stock < 0 and order == 2:
            return None
        if stock < 0:
            lacking = tuple(names[stock:])
            shortages.append(
                UnitShortage(hub=hub, unit_type=events.unit_type, from_min=minute, units=-stock, for_units=lacking)
            )
            stock = 0
    row = DepotStock(
        hub=hub,
        unit_type=events.unit_type,
        initial=initial,
        taken=sum(len(names) for _, names in taken),
        returned=sum(n for _, n in returned),
        sent=sum(n for _, n in sent),
        received=sum(n for _, n in received),
        hired=sum(row.units for row in shortages),
        end=stock,
    )
    return row, shortages
