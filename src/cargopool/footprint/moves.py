"""Price of one use of a move: its stages, terminals and unit, group by group."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import pairwise
from typing import NamedTuple

from cargopool.footprint.items import Group, LoadRate
from cargopool.footprint.road import road_group
from cargopool.footprint.scheduled import (
    departure_group,
    lift_group,
    matching_surcharges,
    one_way_group,
    reefer_group,
    rental_group,
    storage_group,
)
from cargopool.model.plan import DepartureStage, Move, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.service import Surcharge
from cargopool.rules.index import ScenarioIndex, index_of
from cargopool.units import started_days


class MoveCoefficients(NamedTuple):
    """What the objective needs of one use of a move; the same groups as `price_move`, summed.

    Attributes
    ----------
    objective_cents : int
        Money as the objective weighs it.
    grams, grams_powered : int
        Of an ambient and of a temperature-controlled class.
    grams_per_kg : float
        Cargo-dependent grams per kg, not rounded (the parts' elements are exact).
    cents_per_kg : float
        External costs per kg of cargo that the objective counts, not rounded.
    """

    objective_cents: int
    grams: int
    grams_powered: int
    grams_per_kg: float
    cents_per_kg: float = 0.0


def _kept(index: ScenarioIndex, key: Hashable, make: Callable[[], Group]) -> Group:
    found = index.memo.get(key)
    if found is None:
        found = index.memo[key] = make()
    return found


def _road(index: ScenarioIndex, move: Move, stage: RoadStage) -> Group:
    scenario = index.scenario
    unit, units = move.unit_type, move.units_per_move
    key = ("road", stage.purpose, stage.vehicle, stage.origin, stage.destination, unit, units)
    return _kept(
        index,
        key,
        lambda: road_group(
            scenario, stage.purpose, stage.vehicle, stage.origin, stage.destination, scenario.load_units[unit], units
        ),
    )


def _active(index: ScenarioIndex, stage: DepartureStage) -> tuple[Surcharge, ...]:
    key = ("surcharges", stage.service)
    rows = index.memo.get(key)
    if rows is None:
        rows = index.memo[key] = matching_surcharges(index.scenario, index.scenario.services[stage.service])
    if not rows or stage.slot == "charter":
        return ()
    return tuple(row for row in rows if row.start_min <= stage.depart_min < row.end_min)


def _departure(index: ScenarioIndex, move: Move, stage: DepartureStage) -> Group:
    scenario = index.scenario
    active = _active(index, stage)
    names = tuple(row.id for row in active)
    unit, gross = move.unit_type, move.max_gross_kg
    key = ("departure", stage.service, stage.origin, stage.destination, stage.slot, unit, gross, names)
    return _kept(
        index,
        key,
        lambda: departure_group(
            scenario,
            scenario.services[stage.service],
            stage.origin,
            stage.destination,
            stage.slot,
            scenario.load_units[unit],
            gross,
            active,
        ),
    )


def stage_groups(scenario: Scenario, move: Move) -> list[Group]:
    """One group per stage, in order."""
    index = index_of(scenario)
    return [
        _road(index, move, stage) if isinstance(stage, RoadStage) else _departure(index, move, stage)
        for stage in move.stages
    ]


def load_rates(scenario: Scenario, move: Move) -> list[LoadRate]:
    """What cargo adds per kg to a move: on its stages, then at its lifts."""
    found = [rate for group in stage_groups(scenario, move) for rate in group.load]
    for hub_id, _, _ in yard_intervals(move):
        found += _lift(index_of(scenario), hub_id).load
    return found


def _lift(index: ScenarioIndex, hub_id: str) -> Group:
    return _kept(index, ("lift", hub_id), lambda: lift_group(index.scenario, index.scenario.hubs[hub_id]))


def yard_intervals(move: Move) -> list[tuple[str, int, int]]:
    """Hub and [from, to) of a unit's stays in terminal yards: before the first departure, between, after the last."""
    rides = [stage for stage in move.stages if isinstance(stage, DepartureStage)]
    if not rides or move.hand_in_min is None or move.collect_min is None:
        return []
    found = [(rides[0].origin, move.hand_in_min, rides[0].depart_min)]
    found += [(one.destination, one.pick_up_ready_min, two.depart_min) for one, two in pairwise(rides)]
    found.append((rides[-1].destination, rides[-1].pick_up_ready_min, move.collect_min))
    return found


def move_groups(scenario: Scenario, move: Move) -> list[Group]:
    """Groups of one use of a move in an ambient class."""
    index = index_of(scenario)
    found = stage_groups(scenario, move)
    unit_id, units = move.unit_type, move.units_per_move
    for hub_id, from_min, to_min in yard_intervals(move):
        found.append(_lift(index, hub_id))
        days = started_days(to_min - from_min)
        if days:
            found.append(
                _kept(
                    index,
                    ("storage", hub_id, days),
                    lambda hub_id=hub_id, days=days: storage_group(scenario, scenario.hubs[hub_id], days),  # type: ignore[misc]
                )
            )
    days = started_days(move.available_min - move.latest_min)
    found.append(
        _kept(
            index,
            ("rental", unit_id, days, units),
            lambda: rental_group(scenario, scenario.load_units[unit_id], days, units),
        )
    )
    if move.kind != "road":
        found.append(_kept(index, ("one_way", unit_id), lambda: one_way_group(scenario, scenario.load_units[unit_id])))
    return found


def powered_group(scenario: Scenario, move: Move) -> Group:
    """What a class that is not ambient adds to a use."""
    index = index_of(scenario)
    minutes, units = move.available_min - move.latest_min, move.units_per_move
    return _kept(index, ("reefer", minutes, units), lambda: reefer_group(scenario, minutes, units))


def move_coefficients(scenario: Scenario, move: Move) -> MoveCoefficients:
    """The objective's coefficients of one use of a move, equal to the sums over `price_move`."""
    objective_cents = grams = 0
    per_kg = cents_per_kg = 0.0
    for part in move_groups(scenario, move):
        cents_per_kg += part.external_per_kg
        objective_cents += part.weighted_cents
        grams += part.grams
        for rate in part.load:
            per_kg += rate.grams_per_kg
    powered = grams + powered_group(scenario, move).grams
    return MoveCoefficients(objective_cents, grams, powered, per_kg, cents_per_kg)
