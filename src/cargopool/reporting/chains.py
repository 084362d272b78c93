"""The transport chain of each shipment: one link per ride, truck, tour and hub operation, with its CO2e to the gram."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cargopool.footprint.allocation import UNALLOCATED, Weights, owned, shares
from cargopool.footprint.carriers import ride_activity_km, ride_span
from cargopool.footprint.items import Element
from cargopool.footprint.moves import powered_group, stage_groups, yard_intervals
from cargopool.footprint.parts import cross_dock_items, tour_link
from cargopool.footprint.pricing import Priced
from cargopool.footprint.scheduled import lift_group
from cargopool.model.plan import DepartureStage, Itinerary, Move, MoveUse, Plan, Tour
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.reporting.loads import mode_of
from cargopool.rules.roads import road_link
from cargopool.units import share_out

Key = tuple[str | int, ...]
"""Names a link within a shipment's chain: ``("stage", move, n)``, ``("lift", move, n)``, ``("dock", part, n)``,
``("tour", part, kind)``."""


@dataclass(slots=True)
class Energy:
    """What a carrier gives to a link: MJ and grams."""

    mj: float = 0.0
    wtt_grams: int = 0
    ttw_grams: int = 0


@dataclass(slots=True, kw_only=True)
class Link:
    """One link of a shipment's chain.

    Attributes
    ----------
    mode : str
        rail, barge, sea, road; ``hub`` for an operation at a hub.
    category : str
        What it is one of: the service, the vehicle and its purpose, or the hub and its operation.
    origin, destination : str
        Place ids; the same for a hub.
    km : float
        Shortest feasible distance; 0 at hubs.
    kg : int
        Cargo of the shipment on it.
    parts : list of int
        Parts of the shipment on it.
    before : dict of Key to None
        Links immediately before it.
    energy : dict of carrier to Energy
    """

    key: Key
    mode: str
    category: str
    origin: str
    destination: str
    km: float
    carrier: str
    temperature: str
    start_min: int | None
    end_min: int | None
    run: str = ""
    empty_factor: float = 0.0
    kg: int = 0
    parts: list[int] = field(default_factory=list)
    before: dict[Key, None] = field(default_factory=dict)
    energy: dict[str, Energy] = field(default_factory=dict)

    @property
    def wtt_grams(self) -> int:
        """Well-to-tank grams."""
        return sum(one.wtt_grams for one in self.energy.values())

    @property
    def ttw_grams(self) -> int:
        """Tank-to-wheel grams."""
        return sum(one.ttw_grams for one in self.energy.values())

    def take(self, carrier: str, mj: float, wtt_grams: int, ttw_grams: int) -> None:
        """Add a share of an element."""
        one = self.energy.setdefault(carrier, Energy())
        one.mj += mj
        one.wtt_grams += wtt_grams
        one.ttw_grams += ttw_grams


Chain = dict[Key, Link]


def chains(scenario: Scenario, plan: Plan) -> dict[str, list[Link]]:
    """Links of every served shipment in travelling order, scenario order of shipments.

    Every gram of the plan is in one link: what serves nobody stands with the first transport link of each shipment
    that shares it, a temperature unit's with the rides and trucks by their minutes. Hub operations that take no energy
    are left out.
    """
    moves = {use.move.id: use.move for use in plan.moves}
    found: dict[str, Chain] = {}
    for itinerary in plan.itineraries:
        _add_part(scenario, itinerary, moves, found.setdefault(itinerary.shipment, {}))
    for (priced, weights), labels in zip(owned(scenario, plan), _all_labels(scenario, plan, moves), strict=True):
        _spread(found, priced, weights, labels)
    return {name: _in_order(found[name]) for name in scenario.shipments if name in found}


def _add_part(scenario: Scenario, part: Itinerary, moves: Mapping[str, Move], chain: Chain) -> None:
    shipment = scenario.shipments[part.shipment]
    kg = quantity_of(shipment, part.first_atom, part.atoms).kg
    last: Key | None = None
    for link in _links_of(scenario, part, moves, shipment.temperature):
        known = chain.setdefault(link.key, link)
        known.kg += kg
        known.parts.append(part.part)
        if last is not None:
            known.before[last] = None
        last = link.key


def _links_of(scenario: Scenario, part: Itinerary, moves: Mapping[str, Move], temperature: str) -> Iterator[Link]:
    if part.collection is not None:
        yield _tour_link(scenario, part, part.collection, temperature)
    for n, handling in enumerate(part.handlings):
        if handling.place in scenario.hubs:
            yield _hub_link(("dock", part.part, n), handling.place, "cross-dock", temperature)
        if n < len(part.moves):
            yield from _move_links(scenario, moves[part.moves[n]], temperature)
    if part.delivery is not None:
        yield _tour_link(scenario, part, part.delivery, temperature)


def _hub_link(key: Key, hub: str, operation: str, temperature: str) -> Link:
    return Link(
        key=key,
        mode="hub",
        category=f"{hub}:{operation}",
        origin=hub,
        destination=hub,
        km=0.0,
        carrier="",
        temperature=temperature,
        start_min=None,
        end_min=None,
    )


def _tour_link(scenario: Scenario, part: Itinerary, tour: Tour, temperature: str) -> Link:
    link = tour_link(scenario, tour)
    vehicle = scenario.vehicles[scenario.drayage.vehicle]
    return Link(
        key=("tour", part.part, tour.kind),
        mode="road",
        category=f"{vehicle.id}:tour",
        origin=link.origin,
        destination=link.destination,
        km=link.km,
        carrier=vehicle.carrier,
        temperature=temperature,
        start_min=tour.start_min,
        end_min=tour.end_min,
        empty_factor=vehicle.haulage_empty_km_factor,
    )


def _move_links(scenario: Scenario, move: Move, temperature: str) -> Iterator[Link]:
    """Stages of a move with the lifts between them."""
    hubs = [hub for hub, _, _ in yard_intervals(move)]
    lift = 0
    for n, stage in enumerate(move.stages):
        if isinstance(stage, DepartureStage) and lift == 0:
            yield _hub_link(("lift", move.id, 0), hubs[0], "lift", temperature)
            lift = 1
        yield _stage_link(scenario, move, n, temperature)
        if isinstance(stage, DepartureStage):
            yield _hub_link(("lift", move.id, lift), hubs[lift], "lift", temperature)
            lift += 1


def _stage_link(scenario: Scenario, move: Move, n: int, temperature: str) -> Link:
    stage = move.stages[n]
    common = {"key": ("stage", move.id, n), "origin": stage.origin, "destination": stage.destination}
    times = {"start_min": stage.depart_min, "end_min": stage.arrive_min, "temperature": temperature}
    if isinstance(stage, DepartureStage):
        service = scenario.services[stage.service]
        return Link(
            mode=mode_of(scenario, stage),
            category=service.id,
            km=ride_activity_km(service, *ride_span(service, stage.origin, stage.destination)),
            carrier=service.carrier,
            run=f"{service.id} {stage.run_date}".strip(),
            **common,  # type: ignore[arg-type]
            **times,  # type: ignore[arg-type]
        )
    vehicle = scenario.vehicles[stage.vehicle]
    way = road_link(scenario, stage.origin, stage.destination)
    main = stage.purpose == "main"
    return Link(
        mode="road",
        category=f"{vehicle.id}:{'main' if main else 'haulage'}",
        km=way.km if way is not None else 0.0,
        carrier=vehicle.carrier,
        empty_factor=vehicle.empty_km_factor if main else vehicle.haulage_empty_km_factor,
        **common,  # type: ignore[arg-type]
        **times,  # type: ignore[arg-type]
    )


# ---- which link each element belongs to, in the order in which footprint makes the elements

Label = tuple[Key, ...]
"""Links that share an element by their minutes: one, or the stages of a move for its temperature unit; with `FIRST` in
front, the first of them that a shipment has."""

FIRST: Key = ("first",)


def _stage_key(move: Move, n: int) -> Key:
    return ("stage", move.id, n)


def _all_labels(scenario: Scenario, plan: Plan, moves: Mapping[str, Move]) -> Iterator[list[Label]]:
    """Labels of what `owned` yields, in its order: parts, each truck of each move use, charter runs."""
    for itinerary in plan.itineraries:
        yield _part_labels(scenario, itinerary, moves)
    for use in plan.moves:
        labels = _use_labels(scenario, use)
        for _ in range(use.count):
            yield labels
    for run in plan.charters:
        rides = [
            _stage_key(move, n)
            for move in moves.values()
            for n, stage in enumerate(move.stages)
            if isinstance(stage, DepartureStage) and (stage.service, stage.run_date) == (run.service, run.run_date)
        ]
        yield [(FIRST, *rides)]


def _part_labels(scenario: Scenario, part: Itinerary, moves: Mapping[str, Move]) -> list[Label]:
    shipment = scenario.shipments[part.shipment]
    size = quantity_of(shipment, part.first_atom, part.atoms)
    found: list[Label] = [(("tour", part.part, tour.kind),) for tour in (part.collection, part.delivery) if tour]
    if not shipment.load_units:
        for n, handling in enumerate(part.handlings):
            docked = cross_dock_items(scenario, handling.place, size.pallets_milli, size.kg)
            if docked is not None and docked[1].energy_mj:
                found.append((("dock", part.part, n),))
    for move in (moves[move_id] for move_id in part.moves):
        for n, group in enumerate(stage_groups(scenario, move)):
            found += [(("stage", move.id, n),) for rate in group.load if rate.mj_per_kg * size.kg]
        for n, (hub, _, _) in enumerate(yard_intervals(move)):
            rates = lift_group(scenario, scenario.hubs[hub]).load
            found += [(("lift", move.id, n),) for rate in rates if rate.mj_per_kg * size.kg]
    return found


def _use_labels(scenario: Scenario, use: MoveUse) -> list[Label]:
    move = use.move
    found: list[Label] = []
    for n, group in enumerate(stage_groups(scenario, move)):
        found += [(("stage", move.id, n),)] * len(group.elements)
    for n, (hub, _, _) in enumerate(yard_intervals(move)):
        found += [(("lift", move.id, n),)] * len(lift_group(scenario, scenario.hubs[hub]).elements)
    if use.temperature != "ambient":
        stages: Label = tuple(("stage", move.id, n) for n in range(len(move.stages)))
        found += [stages] * len(powered_group(scenario, move).elements)
    return found


def _spread(found: Mapping[str, Chain], priced: Priced, weights: Weights, labels: list[Label]) -> None:
    whole = sum(weights.values())
    for element, label in zip(priced.elements, labels, strict=True):
        wtt, ttw = dict(shares(element.wtt_grams, weights)), dict(shares(element.ttw_grams, weights))
        for name, weight in weights.items():
            if name != UNALLOCATED:
                mj = element.energy_mj * (weight / whole if whole else 1 / len(weights))
                _give(found[name], label, element, mj, wtt[name], ttw[name])


def _give(chain: Chain, label: Label, element: Element, mj: float, wtt: int, ttw: int) -> None:
    """Give a shipment's share of an element to its links."""
    here = [chain[key] for key in label if key in chain]
    if label[0] == FIRST:
        here = here[:1]
    if not here:
        here = [next(link for link in chain.values() if link.mode != "hub")]
    minutes = {str(n): max(1, (one.end_min or 0) - (one.start_min or 0)) for n, one in enumerate(here)}
    wtts, ttws, whole = share_out(wtt, minutes), share_out(ttw, minutes), sum(minutes.values())
    for n, one in enumerate(here):
        one.take(element.carrier, mj * minutes[str(n)] / whole, wtts[str(n)], ttws[str(n)])


# ---- order


def _in_order(chain: Chain) -> list[Link]:
    """Links with energy or a way, each after those before it; what is left out is bridged."""
    gone = {key for key, link in chain.items() if link.mode == "hub" and not link.energy}
    for link in chain.values():
        while hit := [key for key in link.before if key in gone]:
            link.before = {key: None for key in link.before if key not in gone} | {
                key: None for one in hit for key in chain[one].before
            }
    kept = {key: link for key, link in chain.items() if key not in gone}
    done: dict[Key, Link] = {}
    waiting: defaultdict[Key, set[Key]] = defaultdict(set)
    for key, link in kept.items():
        waiting[key] = set(link.before)
    while len(done) < len(kept):
        ready = [key for key in kept if key not in done and not waiting[key] - done.keys()]
        if not ready:
            raise ValueError("the links of a chain go in a circle")
        for key in ready:
            done[key] = kept[key]
    return list(done.values())


def grams(links: Iterable[Link]) -> int:
    """Well-to-wheel grams of links."""
    return sum(link.wtt_grams + link.ttw_grams for link in links)
