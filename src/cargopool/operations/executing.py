"""From a plan to how it is carried out: layouts, round trips, empty units, priced together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cargopool.footprint.executing import price_execution
from cargopool.model.plan import Move, MoveUse, Plan, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.operations.loading import arrange_units
from cargopool.operations.repositioning import Balance, balance_units
from cargopool.operations.round_trips import Matching, match_round_trips
from cargopool.operations.stacking import stow
from cargopool.rules.roads import road_link
from cargopool.rules.rounds import DAYS_BEFORE_WEEKLY_REST, DRIVERS, WEEKLY_DRIVE_MIN
from cargopool.units import MINUTES_PER_DAY

ROOM_CODES = frozenset(f"V{number}" for number in range(201, 213))
"""Violations that say that hubs or departures have no room."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A plan with its execution layers.

    Attributes
    ----------
    notes : tuple of str
        One line per layer: what it came to, and where its choice is not proven to be the best.
    """

    plan: Plan
    notes: tuple[str, ...] = ()


def execute_plan(scenario: Scenario, plan: Plan) -> Execution:
    """Add the execution layers that the scenario asks for.

    Parameters
    ----------
    scenario : Scenario
        Its ``execution`` says which layers.
    plan : Plan
        A verified plan. Its itineraries, moves, prices and totals stay; units of one move may exchange pallets.

    Returns
    -------
    Execution
        The same plan when the scenario asks for nothing.
    """
    rules = scenario.execution
    bare = stripped(plan)
    if not rules.wanted:
        return Execution(bare)
    made, notes, unbalanced = bare, [], 0
    if rules.layouts or rules.stacking:
        loading = arrange_units(scenario, made)
        made = replace(loading.plan, layouts=loading.layouts)
        refused = sum(layout.status == "refused" for layout in loading.layouts)
        notes.append(
            f"layouts: {len(loading.layouts) - refused} of {len(loading.layouts)} units arranged, "
            f"{loading.repaired} after an exchange of pallets"
        )
    if rules.stacking:
        stowing = stow(scenario, made, made.layouts)
        made = replace(made, stowages=stowing.stowages, layouts=stowing.layouts)
        notes.append(f"stacking: {stowing.emptied} load units emptied")
    if rules.round_trips:
        matching = match_round_trips(scenario, made)
        made = replace(made, round_trips=matching.trips)
        notes.append(_round_note(matching))
        long = sum(beyond_a_week(scenario, use.move) * use.count for use in made.moves if use.move.kind == "road")
        if long:
            notes.append(f"long haul: {long} trucks drive more than a week's hours, or six days, on one trip")
    if rules.empty_units:
        balance = _balance(scenario, made)
        made = replace(made, empty_moves=balance.moves, depot_stocks=balance.stocks, shortages=balance.shortages)
        unbalanced = balance.unbalanced_cents
        missing = sum(row.units for row in balance.shortages)
        proven = "" if balance.complete else "; not proven to be of least cost"
        notes.append(f"empty units: {len(balance.moves)} empty moves, {missing} units missing{proven}")
    return Execution(priced(scenario, made, unbalanced), tuple(notes))


def beyond_a_week(scenario: Scenario, move: Move) -> bool:
    """Whether the one trip of a road move breaks the weekly limits, which the reference model ignores."""
    stage = move.stages[0]
    link = road_link(scenario, move.origin, move.destination)
    if not isinstance(stage, RoadStage) or link is None:
        return False
    limit = WEEKLY_DRIVE_MIN * DRIVERS[scenario.vehicles[stage.vehicle].manning]
    days = DAYS_BEFORE_WEEKLY_REST * MINUTES_PER_DAY
    return link.drive_min > limit or stage.arrive_min - stage.depart_min > days


def stripped(plan: Plan) -> Plan:
    """The plan of the reference model alone."""
    return replace(
        plan,
        round_trips=(),
        layouts=(),
        stowages=(),
        empty_moves=(),
        depot_stocks=(),
        shortages=(),
        execution_lines=(),
        execution_tces=(),
        execution_totals=None,
    )


def priced(scenario: Scenario, plan: Plan, unbalanced_cents: int) -> Plan:
    """The plan with lines, elements and totals of its execution layers."""
    money = price_execution(scenario, plan, unbalanced_cents)
    return replace(plan, execution_lines=money.lines, execution_tces=money.tces, execution_totals=money.totals)


def _round_note(matching: Matching) -> str:
    gain = sum(trip.gain_cents for trip in matching.trips) / 100
    proven = "no choice gains more" if matching.complete else "not proven to be the best choice"
    return f"round trips: {len(matching.trips)} of {matching.candidates} candidates, gain {gain:.2f} EUR; {proven}"


def _balance(scenario: Scenario, plan: Plan) -> Balance:
    """Balance with the verifier's word on the room at hubs and on departures."""
    from cargopool.verifier import verify

    def has_room(moves: tuple[MoveUse, ...]) -> bool:
        found = verify(scenario, replace(stripped(plan), empty_moves=moves))
        return not found.codes & ROOM_CODES

    return balance_units(scenario, plan, has_room)
