"""Each shipment's share of a plan's money and CO2e; the shares add up to the plan's totals to the cent and the gram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from cargopool.footprint.carriers import ride_km, ride_span
from cargopool.footprint.pricing import Priced, price_move, price_part, price_run
from cargopool.model.plan import CharterRun, DepartureStage, Move, MoveUse, Plan, PlannedUnit
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.units import METRES_PER_KM, share_out

UNALLOCATED = ""
"""Id that takes what no shipment is there to take: charter runs and empty moves of a plan that serves nobody."""


@dataclass(frozen=True, slots=True)
class ShipmentFootprint:
    """What a shipment costs and emits in a plan.

    Attributes
    ----------
    cost_cents, co2e_grams, wtt_grams, ttw_grams : int
        Own lines and elements plus shares of those of its units, trucks and charter runs.
    energy_mj : float
    cost_by_kind, grams_by_kind : mapping of kind to int
        The same by kind of line and of element.
    external_cents : int
        External costs, shared in the same way; no money.
    carbon_cents : int
        Part of ``cost_cents`` that already prices carbon, such as CO2 tolls.
    """

    cost_cents: int
    co2e_grams: int
    wtt_grams: int
    ttw_grams: int
    energy_mj: float
    cost_by_kind: Mapping[str, int]
    grams_by_kind: Mapping[str, int]
    external_cents: int = 0
    carbon_cents: int = 0


@dataclass(slots=True)
class _Account:
    cents: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wtt: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    ttw: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    energy_mj: float = 0.0
    external: int = 0
    carbon: int = 0

    def footprint(self) -> ShipmentFootprint:
        wtt, ttw = sum(self.wtt.values()), sum(self.ttw.values())
        by_kind = {kind: grams + self.ttw[kind] for kind, grams in self.wtt.items()}
        return ShipmentFootprint(
            sum(self.cents.values()),
            wtt + ttw,
            wtt,
            ttw,
            self.energy_mj,
            dict(self.cents),
            by_kind,
            self.external,
            self.carbon,
        )


Weights = dict[str, int]


def shares(total: int, weights: Weights) -> Iterable[tuple[str, int]]:
    """An integer total shared in proportion to weights by largest remainder."""
    if len(weights) == 1:
        return ((key, total) for key in weights)
    return share_out(total, weights).items()


class _Ledger:
    """Accounts of all shipments."""

    def __init__(self) -> None:
        self.accounts: dict[str, _Account] = defaultdict(_Account)

    def share(self, priced: Priced, weights: Weights) -> None:
        """One use of lines and elements, shared in proportion to weights by largest remainder."""
        whole = sum(weights.values())
        for line in priced.lines:
            for key, part in shares(line.cents, weights):
                self.accounts[key].cents[line.kind] += part
            if line.carbon_cents:
                for key, part in shares(line.carbon_cents, weights):
                    self.accounts[key].carbon += part
        for outside in priced.external:
            for key, part in shares(outside.cents, weights):
                self.accounts[key].external += part
        for tce in priced.tces:
            for key, part in shares(tce.wtt_grams, weights):
                self.accounts[key].wtt[tce.kind] += part
            for key, part in shares(tce.ttw_grams, weights):
                self.accounts[key].ttw[tce.kind] += part
            for key, weight in weights.items():
                self.accounts[key].energy_mj += tce.energy_mj * (weight / whole if whole else 1 / len(weights))


def allocate(scenario: Scenario, plan: Plan) -> dict[str, ShipmentFootprint]:
    """Footprint of every served shipment, in scenario order.

    A move use is shared by the mass of its contents (both swap bodies of a truck together), a charter run by mass x
    km on board. What has no contents falls to all served shipments by mass.
    """
    kept = _kept.get()
    for of_scenario, of_plan, found in kept or ():
        if of_scenario is scenario and of_plan is plan:
            return found
    found = _allocated(scenario, plan)
    if kept is not None:
        kept.append((scenario, plan, found))
    return found


_kept: ContextVar[list[tuple[Scenario, Plan, dict[str, ShipmentFootprint]]] | None] = ContextVar("kept", default=None)
"""Allocations made so far, while somebody wants them kept."""


@contextmanager
def allocations_kept() -> Iterator[None]:
    """Within the block every plan is allocated once only; nobody may change what `allocate` gives."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def _allocated(scenario: Scenario, plan: Plan) -> dict[str, ShipmentFootprint]:
    ledger = _Ledger()
    for priced, weights in owned(scenario, plan):
        ledger.share(priced, weights)
    order = [*scenario.shipments, UNALLOCATED]
    return {key: ledger.accounts[key].footprint() for key in order if key in ledger.accounts}


def owned(scenario: Scenario, plan: Plan, only: str | None = None) -> Iterator[tuple[Priced, Weights]]:
    """Every part, move use and charter run of a plan with the weights by which shipments share it.

    With ``only`` those that this shipment has a share of.
    """
    moves = {use.move.id: use.move for use in plan.moves}
    everyone = _mass_of_all(scenario, plan)
    for itinerary in plan.itineraries:
        if only is None or only == itinerary.shipment:
            yield price_part(scenario, itinerary, moves), {itinerary.shipment: 1}
    aboard = _contents(scenario, plan)
    for use in plan.moves:
        trucks = [weights or everyone for weights in _trucks_of(use, aboard)]
        if only is not None:
            trucks = [weights for weights in trucks if only in weights]
        if trucks:
            priced = price_move(scenario, use.move, use.temperature)
            for weights in trucks:
                yield priced, weights
    for run in plan.charters:
        riders = _riders(scenario, run, plan, moves) or everyone
        if only is None or only in riders:
            yield price_run(scenario, run), riders


def _mass_of_all(scenario: Scenario, plan: Plan) -> Weights:
    found: Weights = defaultdict(int)
    for itinerary in plan.itineraries:
        shipment = scenario.shipments[itinerary.shipment]
        found[itinerary.shipment] += quantity_of(shipment, itinerary.first_atom, itinerary.atoms).kg
    return dict(found) or {UNALLOCATED: 1}


TruckKey = tuple[str, str, str]


def _contents(scenario: Scenario, plan: Plan) -> dict[TruckKey, dict[int, Weights]]:
    """Kg by shipment in every truck (or unit) of every move use."""
    found: dict[TruckKey, dict[int, Weights]] = defaultdict(dict)
    for unit in plan.units:
        weights = found[unit.move, unit.temperature, unit.segregation].setdefault(unit.truck, {})
        for key, kg in _mass_in(scenario, unit).items():
            weights[key] = weights.get(key, 0) + kg
    return found


def _mass_in(scenario: Scenario, unit: PlannedUnit) -> Weights:
    """Kg by shipment in one unit."""
    weights: Weights = {}
    for content in unit.contents:
        kg = quantity_of(scenario.shipments[content.shipment], content.first_atom, content.atoms).kg
        weights[content.shipment] = weights.get(content.shipment, 0) + kg
    return weights


def _trucks_of(use: MoveUse, aboard: Mapping[TruckKey, Mapping[int, Weights]]) -> list[Weights]:
    """Contents of each of the ``count`` uses; uses without a planned unit carry nothing."""
    trucks = aboard.get((use.move.id, use.temperature, use.segregation), {})
    filled = [weights for _, weights in sorted(trucks.items())][: use.count]
    return filled + [{}] * (use.count - len(filled))


def _riders(scenario: Scenario, run: CharterRun, plan: Plan, moves: Mapping[str, Move]) -> Weights:
    """Kg x metres on board of a charter run by shipment; TEU x metres, by kg within a unit, by that allocation."""
    metres = {move_id: length for move_id, move in moves.items() if (length := _metres_on(scenario, run, move))}
    found: Weights = defaultdict(int)
    if scenario.factors.allocation == "teu_km":
        for unit in plan.units:
            weights = _mass_in(scenario, unit)
            if unit.move in metres and weights:
                room = scenario.load_units[unit.unit_type].teu_milli * metres[unit.move]
                for key, part in shares(room, weights):
                    found[key] += part
        return dict(found)
    for itinerary in plan.itineraries:
        size = quantity_of(scenario.shipments[itinerary.shipment], itinerary.first_atom, itinerary.atoms)
        for move_id in itinerary.moves:
            if move_id in metres:
                found[itinerary.shipment] += size.kg * metres[move_id]
    return dict(found)


def _metres_on(scenario: Scenario, run: CharterRun, move: Move) -> int:
    """Metres that a move rides on a charter run."""
    service, metres = scenario.services[run.service], 0
    for stage in move.stages:
        if isinstance(stage, DepartureStage) and (stage.service, stage.run_date) == (run.service, run.run_date):
            metres += round(ride_km(service, *ride_span(service, stage.origin, stage.destination)) * METRES_PER_KM)
    return metres
