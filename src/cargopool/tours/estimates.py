"""What the tours teach about the estimates: factors per door, hub and kind, and lead times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from cargopool.footprint.road import road_group
from cargopool.footprint.tours import share_tours
from cargopool.model.plan import Plan, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.tours import LEAST_RATE, MOST_RATE
from cargopool.rules.roads import road_link

Rates = dict[tuple[str, str, str], float]

_DAMPING = 0.6
"""Share of the way from the old factor to the one that the tours show."""
_HEARSAY = 0.3
"""The same for doors that no tour of the round served, towards the mean of their hub."""
_DIGITS = 4


def estimates_of(scenario: Scenario, plan: Plan) -> Rates:
    """Cents that the scenario's estimates, without any factor, take a plan's drayage for, by (kind, door, hub)."""
    bare = replace(scenario, drayage=replace(scenario.drayage, rates={}))
    found: Rates = defaultdict(float)
    by_owner = {(line.owner, line.kind): line.cents for line in plan.cost_lines}
    for one in plan.itineraries:
        for tour in (one.collection, one.delivery):
            if tour is not None:
                key = (tour.kind, tour.door, tour.hub)
                cents = by_owner.get((f"part:{one.shipment}/{one.part}", tour.kind), 0)
                found[key] += cents / scenario.drayage.rates.get(key, 1.0)
    for use in plan.moves:
        for stage in use.move.stages:
            if isinstance(stage, RoadStage) and stage.purpose != "main":
                unit = bare.load_units[use.move.unit_type]
                group = road_group(bare, stage.purpose, stage.vehicle, stage.origin, stage.destination, unit, 1)
                out = stage.purpose == "haulage_out"
                ends = (stage.origin, stage.destination) if out else (stage.destination, stage.origin)
                found[(stage.purpose, *ends)] += use.count * sum(c.cents for c in group.charges)
    return dict(found)


def corrected_rates(scenario: Scenario, plan: Plan) -> Rates:
    """Factors for the next round: towards the tours' shares where there were some, a little towards their hub's mean.

    Parameters
    ----------
    scenario : Scenario
        At the rates of the plan.
    plan : Plan
        With tours.
    """
    real: Rates = defaultdict(float)
    for share in share_tours(scenario, plan):
        real[share.kind, share.door, share.hub] += share.cents
    estimated = estimates_of(scenario, plan)
    seen = {key: real[key] / cents for key, cents in estimated.items() if cents > 0 and key in real}
    rates = dict(scenario.drayage.rates)
    made = {key: _towards(rates.get(key, 1.0), ratio, _DAMPING) for key, ratio in seen.items()}
    for key, mean in _means(scenario, estimated, real).items():
        if key not in made:
            made[key] = _towards(rates.get(key, 1.0), mean, _HEARSAY)
    return {key: rate for key, rate in sorted({**rates, **made}.items()) if rate != 1.0}


def _towards(old: float, ratio: float, step: float) -> float:
    bounded = min(MOST_RATE, max(LEAST_RATE, ratio))
    return round(old + step * (bounded - old), _DIGITS)


def _means(scenario: Scenario, estimated: Mapping[tuple[str, str, str], float], real: Rates) -> Rates:
    """Mean factor of a hub and kind, for every door in its reach that ships or receives."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (kind, door, hub), cents in estimated.items():
        sums[kind, hub][0] += real.get((kind, door, hub), 0.0)
        sums[kind, hub][1] += cents
    origins = {one.origin for one in scenario.shipments.values()} & scenario.doors.keys()
    destinations = {one.destination for one in scenario.shipments.values()} & scenario.doors.keys()
    found: Rates = {}
    for (kind, hub), (paid, thought) in sums.items():
        for door in sorted(origins if kind in ("collection", "haulage_out") else destinations):
            link = road_link(scenario, door, hub)
            if thought > 0 and link is not None and link.km <= scenario.drayage.radius_km:
                found[kind, door, hub] = paid / thought
    return found
