"""The doors of pricing: moves, parts, charter runs, whole plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cargopool.footprint.carriers import intensity, ride_countries, ride_km
from cargopool.footprint.energy import run_rate, service_rate
from cargopool.footprint.external import ExternalLine, counted_cents, load_line, use_line
from cargopool.footprint.items import Element, charge, element, group, number
from cargopool.footprint.moves import move_groups, powered_group
from cargopool.footprint.objective import lateness_cents, time_value_cents, weighted_cents
from cargopool.footprint.parts import part_items, part_rates
from cargopool.footprint.road import distance_text
from cargopool.footprint.unserved import unserved_cents
from cargopool.model.energy import distance_factor
from cargopool.model.plan import CharterRun, CostLine, Itinerary, Move, MoveUse, Plan, Tce, Totals, Unserved
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.units import carbon_cents


@dataclass(frozen=True, slots=True)
class Priced:
    """Cost lines and transport chain elements of one owner, and the external costs that it causes.

    Attributes
    ----------
    lines, tces
        As plans and reports have them.
    external : tuple of ExternalLine
    elements : tuple of Element
        Those of ``tces``, with what their energy rests on.
    """

    lines: tuple[CostLine, ...]
    tces: tuple[Tce, ...]
    external: tuple[ExternalLine, ...] = ()
    elements: tuple[Element, ...] = ()

    @property
    def cents(self) -> int:
        """Money, counts included."""
        return sum(line.cents * line.count for line in self.lines)

    @property
    def grams(self) -> int:
        """CO2e well-to-wheel, counts included."""
        return sum(tce.grams * tce.count for tce in self.tces)

    @property
    def external_cents(self) -> int:
        """External costs, counts included; no money."""
        return sum(line.cents * line.count for line in self.external)


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """Every line and element of a plan, and its totals."""

    lines: tuple[CostLine, ...]
    tces: tuple[Tce, ...]
    totals: Totals
    external: tuple[ExternalLine, ...] = ()


def price_move(scenario: Scenario, move: Move, temperature: str, count: int = 1) -> Priced:
    """Cost lines and elements of one use of a move (a truck on road moves, a unit otherwise).

    Parameters
    ----------
    temperature : str
        Of the pooling class; any but ``ambient`` runs the temperature unit.
    count : int
        How many such uses the lines say that there are; amounts stay those of one.

    Raises
    ------
    KeyError, ValueError
        When the move names a thing that the scenario has not, or a road that does not exist.
    """
    owner = f"move:{move.id}"
    groups = move_groups(scenario, move)
    if temperature != "ambient":
        groups.append(powered_group(scenario, move))
    elements = tuple([e for g in groups for e in g.elements])
    return Priced(
        tuple([c.line(owner, count) for g in groups for c in g.charges]),
        tuple([e.tce(owner, count) for e in elements]),
        _kept(use_line(scenario, rate, owner, count) for g in groups for rate in g.external),
        elements,
    )


def price_part(scenario: Scenario, itinerary: Itinerary, moves: Mapping[str, Move]) -> Priced:
    """Cost lines and elements that a shipment part owns; ``moves`` has at least the moves that it rides."""
    owner = f"part:{itinerary.shipment}/{itinerary.part}"
    charges, elements = part_items(scenario, itinerary, moves)
    external: tuple[ExternalLine, ...] = ()
    if scenario.objective.external_costs != "none":
        kg = quantity_of(scenario.shipments[itinerary.shipment], itinerary.first_atom, itinerary.atoms).kg
        external = _kept(load_line(scenario, rate, owner, kg) for rate in part_rates(scenario, itinerary, moves))
    lines = tuple([c.line(owner) for c in charges])
    return Priced(lines, tuple([e.tce(owner) for e in elements]), external, tuple(elements))


def _kept(lines: Iterable[ExternalLine | None]) -> tuple[ExternalLine, ...]:
    return tuple([line for line in lines if line is not None])


def price_run(scenario: Scenario, run: CharterRun) -> Priced:
    """Price and whole-run energy of a charter."""
    service = scenario.services[run.service]
    if service.charter is None:
        raise ValueError(f"{run.service} is not a charter")
    owner, trust = f"run:{run.service}/{run.run_date}", service.provenance.confidence
    last = len(service.legs)
    km = ride_km(service, 0, last)
    price = service.charter.eur_per_run
    money = charge("charter", f"{service.id}: 1 run x {number(price)} EUR", price, confidence=trust)
    driven, rate = distance_factor(scenario.factors, service.mode), run_rate(scenario, service)
    countries = ride_countries(service, 0, last)
    energy = element(
        "charter",
        f"{service.id}: {number(service.run_gross_t)} t x {number(km)} km x {number(rate.value)} MJ/tkm"
        + distance_text(driven),
        mode=service.mode,
        carrier=service.carrier,
        km=km,
        energy_mj=service.run_gross_t * km * rate.value * driven,
        intensity=intensity(scenario, service.carrier, countries),
        confidence=trust,
        evidence=service_rate(scenario, service).evidence,
        countries=countries,
        note=rate.what,
    )
    made = group(scenario.objective, (money,), (energy,))
    tces = tuple([e.tce(owner) for e in made.elements])
    return Priced(tuple([c.line(owner) for c in made.charges]), tces, (), made.elements)


def price_plan(
    scenario: Scenario,
    moves: Sequence[MoveUse],
    itineraries: Sequence[Itinerary],
    charters: Sequence[CharterRun],
    unserved: Iterable[Unserved],
) -> PricedPlan:
    """All lines, elements and totals of a plan; lines of moves carry the count of their use."""
    lines: list[CostLine] = []
    tces: list[Tce] = []
    by_id = {use.move.id: use.move for use in moves}
    priced = [price_move(scenario, use.move, use.temperature, use.count) for use in moves]
    priced += [price_part(scenario, itinerary, by_id) for itinerary in itineraries]
    priced += [price_run(scenario, run) for run in charters]
    external: list[ExternalLine] = []
    for one in priced:
        lines += one.lines
        tces += one.tces
        external += one.external
    totals = _totals(scenario, lines, tces, external, itineraries, unserved)
    return PricedPlan(tuple(lines), tuple(tces), totals, tuple(external))


def external_lines(scenario: Scenario, plan: Plan) -> tuple[ExternalLine, ...]:
    """External costs of a plan: of the vehicle-km of its moves, then of the tonne-km of its parts."""
    if scenario.objective.external_costs == "none":
        return ()
    by_id = {use.move.id: use.move for use in plan.moves}
    priced = [price_move(scenario, use.move, use.temperature, use.count) for use in plan.moves]
    priced += [price_part(scenario, itinerary, by_id) for itinerary in plan.itineraries]
    return tuple([line for one in priced for line in one.external])


def _totals(
    scenario: Scenario,
    lines: Sequence[CostLine],
    tces: Sequence[Tce],
    external: Sequence[ExternalLine],
    itineraries: Sequence[Itinerary],
    unserved: Iterable[Unserved],
) -> Totals:
    objective = scenario.objective
    grams = sum(tce.grams * tce.count for tce in tces)
    late = waited = 0
    for itinerary in itineraries:
        shipment = scenario.shipments[itinerary.shipment]
        late += lateness_cents(shipment, itinerary.atoms, itinerary.late_min)
        waited += time_value_cents(shipment, itinerary.atoms, itinerary.delivered_min - shipment.ready_min)
    return Totals(
        cost_cents=sum(line.cents * line.count for line in lines),
        weighted_cost_cents=sum(weighted_cents(objective, line) * line.count for line in lines),
        co2e_grams=grams,
        energy_mj=sum(tce.energy_mj * tce.count for tce in tces),
        carbon_cents=carbon_cents(grams, objective.carbon_price_eur_per_t),
        lateness_cents=late,
        time_value_cents=waited,
        unserved_cents=sum(unserved_cents(scenario, scenario.shipments[row.shipment]) for row in unserved),
        external_cents=counted_cents(objective, external),
    )
