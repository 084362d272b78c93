"""Money and CO2e of the execution layers: round trips, empty moves, and the totals of a plan as it is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cargopool.footprint.items import Group, charge, group, number
from cargopool.footprint.moves import move_groups, powered_group, stage_groups
from cargopool.footprint.objective import weighted_cents
from cargopool.footprint.pricing import Priced
from cargopool.footprint.road import DROP_TRIPS, leg_group
from cargopool.model.execution import DepotStock, ExecutionTotals, RoundLeg, RoundTrip
from cargopool.model.place import Door
from cargopool.model.plan import CostLine, Move, MoveUse, Plan, PlannedUnit, RoadStage, Tce
from cargopool.model.scenario import Scenario
from cargopool.rules.roads import road_link
from cargopool.units import MINUTES_PER_HOUR, carbon_cents, cents

_EMPTY_MOVES_DO_NOT_PAY = ("one_way",)
"""A unit that is brought back is not left behind."""


def truck_trip(scenario: Scenario, move: Move) -> Group:
    """What the truck of a road move costs alone, its empty kilometres by factor: what a round trip replaces."""
    return stage_groups(scenario, move)[0]


def round_groups(
    scenario: Scenario, vehicle: str, unit_type: str, units: int, legs: Sequence[RoundLeg], standing_min: int
) -> list[Group]:
    """Groups of a round trip: its legs, the standing between them, and the top-up to one minimum per loaded leg."""
    unit = scenario.load_units[unit_type]
    found = [
        leg_group(scenario, vehicle, leg.origin, leg.destination, unit, units, loaded=leg.kind == "loaded")
        for leg in legs
    ]
    truck = scenario.vehicles[vehicle]
    rate = scenario.execution.standing_eur_per_h
    amount = standing_min / MINUTES_PER_HOUR * rate
    standing = charge("road_standing", f"{standing_min} min/60 x {number(rate)} EUR/h", amount)
    loaded = sum(leg.kind == "loaded" for leg in legs)
    so_far = standing.cents + sum(c.cents for g in found for c in g.charges)
    lacking = max(0, cents(truck.min_eur * loaded) - so_far) / 100
    what = f"{loaded} x {number(truck.min_eur)} EUR minimum - {number(so_far / 100)} EUR"
    minimum = charge("road_minimum", what, lacking, confidence=truck.provenance.confidence)
    return [*found, group(scenario.objective, (standing, minimum))]


def standing_minutes(legs: Sequence[RoundLeg]) -> int:
    """From each arrival of a round trip to the next departure."""
    return sum(after.depart_min - before.arrive_min for before, after in pairwise(legs))


def round_gain_cents(scenario: Scenario, alone: Iterable[Group], together: Iterable[Group]) -> int:
    """What the objective saves: weighted money, and the grams at the carbon price, rounded once."""
    one, other = list(alone), list(together)
    money = sum(g.weighted_cents for g in one) - sum(g.weighted_cents for g in other)
    grams = sum(g.grams for g in one) - sum(g.grams for g in other)
    return money + carbon_cents(grams, scenario.objective.carbon_price_eur_per_t)


def price_round(scenario: Scenario, trip: RoundTrip, units: int) -> Priced:
    """Cost lines and elements of a round trip, owner ``round:<id>``; cargo stays with its shipment parts."""
    owner = f"round:{trip.id}"
    groups = round_groups(scenario, trip.vehicle, trip.unit_type, units, trip.legs, standing_minutes(trip.legs))
    return Priced(
        tuple([c.line(owner) for g in groups for c in g.charges]),
        tuple([e.tce(owner) for g in groups for e in g.elements]),
    )


def empty_groups(scenario: Scenario, move: Move) -> list[Group]:
    """Groups of one use of an empty move: those of a loaded one without the one-way surcharge."""
    kept = []
    for one in move_groups(scenario, move):
        charges = tuple(c for c in one.charges if c.kind not in _EMPTY_MOVES_DO_NOT_PAY)
        kept.append(one if charges == one.charges else group(scenario.objective, charges))
    return kept


def price_empty(scenario: Scenario, use: MoveUse) -> Priced:
    """Cost lines and elements of an empty move, owner ``empty:<id>``."""
    owner = f"empty:{use.move.id}"
    groups = empty_groups(scenario, use.move)
    return Priced(
        tuple([c.line(owner, use.count) for g in groups for c in g.charges]),
        tuple([e.tce(owner, use.count) for g in groups for e in g.elements]),
    )


@dataclass(frozen=True, slots=True)
class Executed:
    """Lines, elements and totals of the execution layers of a plan."""

    lines: tuple[CostLine, ...]
    tces: tuple[Tce, ...]
    totals: ExecutionTotals


def price_execution(scenario: Scenario, plan: Plan, unbalanced_cents: int) -> Executed:
    """Price the execution layers of a plan.

    Parameters
    ----------
    plan : Plan
        With its round trips, empty moves, depot stocks and shortages.
    unbalanced_cents : int
        Imbalance and shortages without any empty move.

    Raises
    ------
    KeyError, ValueError
        When a layer names a move that the plan has not, or a road that does not exist.
    """
    moves = {use.move.id: use.move for use in plan.moves}
    priced = [price_round(scenario, trip, _units(trip, moves)) for trip in plan.round_trips]
    priced += [price_empty(scenario, use) for use in plan.empty_moves]
    lines = tuple([line for one in priced for line in one.lines])
    tces = tuple([tce for one in priced for tce in one.tces])
    alone = removed_groups(scenario, plan)
    totals = plan.totals
    grams = totals.co2e_grams + sum(t.grams * t.count for t in tces) - sum(g.grams for g in alone)
    money = sum(line.cents * line.count for line in lines) - sum(c.cents for g in alone for c in g.charges)
    weighted = sum(weighted_cents(scenario.objective, line) * line.count for line in lines)
    energy = sum(t.energy_mj * t.count for t in tces) - sum(e.energy_mj for g in alone for e in g.elements)
    loaded, empty = road_km(scenario, plan)
    made = ExecutionTotals(
        cost_cents=totals.cost_cents + money,
        weighted_cost_cents=totals.weighted_cost_cents + weighted - sum(_money(g) for g in alone),
        co2e_grams=grams,
        energy_mj=totals.energy_mj + energy,
        carbon_cents=carbon_cents(grams, scenario.objective.carbon_price_eur_per_t),
        external_cents=executed_external_cents(scenario, plan),
        fixed_cents=totals.lateness_cents + totals.time_value_cents + totals.unserved_cents,
        imbalance_cents=imbalance_cents(scenario, plan.depot_stocks),
        shortage_cents=sum(row.units for row in plan.shortages) * cents(scenario.execution.shortage_eur),
        unbalanced_cents=unbalanced_cents,
        loaded_km=loaded,
        empty_km=empty,
    )
    return Executed(lines, tces, made)


def removed_groups(scenario: Scenario, plan: Plan) -> list[Group]:
    """What falls away: the road trips that round trips replace, and the uses of units that stacking empties."""
    moves = {use.move.id: use.move for use in plan.moves}
    legs = [leg for trip in plan.round_trips for leg in trip.legs if leg.kind == "loaded"]
    found = [truck_trip(scenario, moves[leg.move]) for leg in legs]
    for unit in emptied_units(plan):
        found += use_groups(scenario, moves[unit.move], unit.temperature)
    return found


def emptied_units(plan: Plan) -> list[PlannedUnit]:
    """The units that stacking empties; each is a whole use of its move."""
    names = {stowage.unit for stowage in plan.stowages if not stowage.contents}
    return [unit for unit in plan.units if unit.id in names]


def use_groups(scenario: Scenario, move: Move, temperature: str) -> list[Group]:
    """Groups of one use of a move in a class."""
    groups = move_groups(scenario, move)
    return groups if temperature == "ambient" else [*groups, powered_group(scenario, move)]


def executed_external_cents(scenario: Scenario, plan: Plan) -> int:
    """External costs that the objective counts, of the plan as it is carried out."""
    moves = {use.move.id: use.move for use in plan.moves}
    counted = plan.totals.external_cents - sum(_external(g) for g in removed_groups(scenario, plan))
    for trip in plan.round_trips:
        units, standing = _units(trip, moves), standing_minutes(trip.legs)
        groups = round_groups(scenario, trip.vehicle, trip.unit_type, units, trip.legs, standing)
        counted += sum(_external(g) for g in groups)
    for use in plan.empty_moves:
        counted += use.count * sum(_external(g) for g in empty_groups(scenario, use.move))
    return counted


def _external(one: Group) -> int:
    return sum(rate.objective_use_cents for rate in one.external)


def _money(one: Group) -> int:
    return one.weighted_cents - _external(one)


def imbalance_cents(scenario: Scenario, stocks: Iterable[DepotStock]) -> int:
    """Price of the units that hubs have less at the end than at the start."""
    rules = scenario.execution
    return sum(max(0, row.initial - row.end) * cents(rules.imbalance_of(row.unit_type)) for row in stocks)


def _units(trip: RoundTrip, moves: Mapping[str, Move]) -> int:
    return moves[next(leg.move for leg in trip.legs if leg.kind == "loaded")].units_per_move


def road_km(scenario: Scenario, plan: Plan) -> tuple[float, float]:
    """Loaded and empty kilometres of the trucks of a plan, to 0.1 km.

    Round trips count their empty legs, all other trips the factor of their vehicle; empty moves are empty both ways.
    """
    in_rounds: dict[tuple[str, str, str], int] = {}
    for trip in plan.round_trips:
        for leg in trip.legs:
            if leg.kind == "loaded":
                key = (leg.move, leg.temperature, leg.segregation)
                in_rounds[key] = in_rounds.get(key, 0) + 1
    emptied: dict[tuple[str, str, str], int] = {}
    for unit in emptied_units(plan):
        key = (unit.move, unit.temperature, unit.segregation)
        emptied[key] = emptied.get(key, 0) + 1
    loaded = empty = 0.0
    for use in plan.moves:
        key = (use.move.id, use.temperature, use.segregation)
        count = use.count - emptied.get(key, 0)
        for stage in use.move.stages:
            if isinstance(stage, RoadStage):
                km, factor = _km(scenario, stage)
                loaded += km * count
                empty += km * factor * (count - in_rounds.get(key, 0) if stage.purpose == "main" else count)
    for trip in plan.round_trips:
        empty += sum(_link_km(scenario, leg.origin, leg.destination) for leg in trip.legs if leg.kind == "empty")
    for use in plan.empty_moves:
        for stage in use.move.stages:
            if isinstance(stage, RoadStage):
                km, factor = _km(scenario, stage)
                empty += km * (1 + factor) * use.count
    return round(loaded, 1), round(empty, 1)


def _km(scenario: Scenario, stage: RoadStage) -> tuple[float, float]:
    """Kilometres of a trip, and empty ones per loaded one."""
    vehicle = scenario.vehicles[stage.vehicle]
    km = _link_km(scenario, stage.origin, stage.destination)
    if stage.purpose == "main":
        return km, vehicle.empty_km_factor
    door = scenario.place(stage.origin if stage.purpose == "haulage_out" else stage.destination)
    drop = isinstance(door, Door) and door.loading == "drop"
    return km, vehicle.haulage_empty_km_factor + (DROP_TRIPS if drop else 0)


def _link_km(scenario: Scenario, origin: str, destination: str) -> float:
    link = road_link(scenario, origin, destination)
    return 0.0 if link is None else link.km
