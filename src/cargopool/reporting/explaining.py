"""Why a shipment travels as it does: its way, its cost lines, and the first reason against other ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cargopool.footprint import allocate
from cargopool.model.plan import DepartureStage, Move, Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.loads import leg_loads, mode_of, ridden_legs
from cargopool.reporting.moments import short_local
from cargopool.reporting.tables import make_table
from cargopool.units import GRAMS_PER_KG, carbon_cents, ceil_div, eur

if TYPE_CHECKING:
    from cargopool.network.arrays import Network
    from cargopool.network.columns import Column

_ALTERNATIVES = 6
_MOST_COLUMNS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A way that the plan did not take.

    Attributes
    ----------
    objective_eur : float
        Money and carbon price when the shipment travels alone in its own load units.
    reason : str
        The first reason found against it.
    """

    way: str
    delivered: str
    objective_eur: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One shipment of a plan.

    Attributes
    ----------
    steps, lines : tuples of mappings
        Rows of itineraries.csv, and of costs.csv, that belong to it; lines of its load units are shared with others.
    cost_eur, co2e_kg : float or None
        Its own lines and its share of its load units.
    shared_with : tuple of str
        Shipments in the same load units.
    derived : str
        How the alternatives were found.
    external_eur : float or None
        Its external costs and its share of those of its load units; None where nobody asked.
    """

    shipment: str
    served: bool
    summary: str
    steps: tuple[Mapping[str, Any], ...]
    lines: tuple[Mapping[str, Any], ...]
    cost_eur: float | None
    co2e_kg: float | None
    shared_with: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    derived: str
    external_eur: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain values."""
        return asdict(self)


def explain_shipment(scenario: Scenario, plan: Plan, shipment_id: str) -> Explanation:
    """Explain a shipment of a plan."""
    parts = [part for part in plan.itineraries if part.shipment == shipment_id]
    used = {move for part in parts for move in part.moves}
    owners = {f"move:{move}" for move in used} | {f"part:{shipment_id}/{part.part}" for part in parts}
    aboard = {c.shipment for unit in plan.units if _carries(unit.contents, shipment_id) for c in unit.contents}
    own = allocate(scenario, plan).get(shipment_id) if parts else None
    price = scenario.objective.carbon_price_eur_per_t
    external = own.external_cents if own and scenario.objective.external_costs != "none" else None
    counted = external if external and scenario.objective.external_costs == "internalise" else 0
    paid = eur(own.cost_cents + carbon_cents(own.co2e_grams, price) + counted) if own else None
    left = next((u for u in plan.unserved if u.shipment == shipment_id), None)
    moves = {use.move.id: use.move for use in plan.moves}
    ways = [" then ".join(way_of(scenario, moves[move]) for move in part.moves) for part in parts]
    taken = [_line_of([moves[move] for move in part.moves]) for part in parts]
    return Explanation(
        shipment=shipment_id,
        served=bool(parts),
        summary="; ".join(ways) if parts else f"unserved, {left.reason}: {left.text}" if left else "not in the plan",
        steps=tuple(r for r in make_table("itineraries", scenario, plan).records() if r["shipment"] == shipment_id),
        lines=tuple(r for r in make_table("costs", scenario, plan).records() if r["owner"] in owners),
        cost_eur=eur(own.cost_cents) if own else None,
        co2e_kg=own.co2e_grams / GRAMS_PER_KG if own else None,
        external_eur=None if external is None else eur(external),
        shared_with=tuple(sorted(aboard - {shipment_id})),
        alternatives=tuple(_alternatives(scenario, plan, shipment_id, taken, paid)),
        derived="each is priced, carbon included, as if the shipment travelled alone in its own load units",
    )


def way_of(scenario: Scenario, move: Move) -> str:
    """A move in words: ``rail T1 2026-11-24 DUI to ZAZ``."""
    words = []
    for stage in move.stages:
        if isinstance(stage, DepartureStage):
            name = f"{mode_of(scenario, stage)} {stage.service} {stage.run_date}".strip()
        else:
            name = "road" if stage.purpose == "main" else "haulage"
        words.append(f"{name} {stage.origin} to {stage.destination}")
    return ", ".join(words)


def _carries(contents: Sequence[Any], shipment_id: str) -> bool:
    return any(content.shipment == shipment_id for content in contents)


def _alternatives(
    scenario: Scenario, plan: Plan, shipment_id: str, taken: Sequence[tuple[object, ...]], paid_eur: float | None
) -> Iterator[Alternative]:
    """The cheapest ways alone, one for each sequence of services, without the ones taken."""
    from dataclasses import replace

    from cargopool.network import build
    from cargopool.network.columns import enumerate_columns

    alone = replace(scenario, shipments={shipment_id: scenario.shipments[shipment_id]})
    network = build(alone)
    columns, _complete = enumerate_columns(network, 0, _MOST_COLUMNS)
    full = {(leg.service, leg.run_date, leg.leg) for leg in leg_loads(scenario, plan) if leg.fill and leg.fill >= 1}
    seen = set(taken)
    whole = scenario.shipments[shipment_id].atoms
    priced = sorted(((_alone_cents(network, column), at) for at, column in enumerate(columns) if column.atoms == whole))
    found = 0
    for cents, at in priced:
        moves = [network.describe(int(m)) for m in columns[at].moves]
        line = _line_of(moves)
        if line in seen:
            continue
        seen.add(line)
        destination = scenario.shipments[shipment_id].destination
        yield Alternative(
            way=" then ".join(way_of(scenario, move) for move in moves),
            delivered=short_local(scenario, destination, int(columns[at].delivered_min)),
            objective_eur=eur(cents),
            reason=_reason(scenario, moves, full, eur(cents), paid_eur),
        )
        found += 1
        if found == _ALTERNATIVES:
            return


def _line_of(moves: Sequence[Move]) -> tuple[object, ...]:
    """Services and places of a way, without its times and load units."""
    return tuple(
        (
            (stage.service, stage.run_date) if isinstance(stage, DepartureStage) else stage.purpose,
            stage.origin,
            stage.destination,
        )
        for move in moves
        for stage in move.stages
    )


def _alone_cents(network: Network, column: Column) -> int:
    """Objective of a column in load units of its own; grams per kg as the network estimates them."""
    cents, grams = int(column.cost_cents), int(column.grams)
    sizes = [int(v) for v in network.shipment_size[0]]
    for m in column.moves:
        room = [int(v) for v in network.move_capacity[m]]
        need = [ceil_div(size, most) for size, most in zip(sizes, room, strict=True) if size > 0 and most > 0]
        sealed = int(network.shipment_units[0])
        uses = ceil_div(sealed, int(network.move_units[m])) if sealed else max(need, default=1)
        cents += uses * int(network.move_cost[m])
        grams += uses * int(network.move_grams[m])
    return cents + carbon_cents(grams, network.scenario.objective.carbon_price_eur_per_t)


def _reason(
    scenario: Scenario, moves: Sequence[Move], full: set[tuple[str, str, int]], alone_eur: float, paid_eur: float | None
) -> str:
    for move in moves:
        for stage in move.stages:
            if not isinstance(stage, DepartureStage):
                continue
            first, last = ridden_legs(scenario.services[stage.service], stage.origin, stage.destination)
            if any((stage.service, stage.run_date, leg) in full for leg in range(first, last)):
                return f"{stage.service} on {stage.run_date} is full in this plan"
    if paid_eur is None:
        return "left out by the plan as a whole"
    if alone_eur > paid_eur:
        return f"alone {alone_eur - paid_eur:,.2f} EUR dearer than its share of the plan"
    return "cheaper alone, but the plan as a whole would lose more than that by pooling less"
