"""How well the facts behind a plan are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cargopool.model.place import Provenance
from cargopool.model.plan import DepartureStage, Plan
from cargopool.model.scenario import Scenario

DOUBTFUL = ("memory", "synthetic", "inconsistent")
"""Confidence words that a reader must be told of."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the scenario that the plan rests on."""

    kind: str
    id: str
    name: str
    provenance: Provenance

    @property
    def doubtful(self) -> bool:
        """Whether it is recalled, invented or contradicted."""
        return self.provenance.confidence in DOUBTFUL


def facts_used(scenario: Scenario, plan: Plan | None) -> tuple[Fact, ...]:
    """Services, hubs, load units, vehicles and factors that the plan uses, each once."""
    return tuple(_facts(scenario, plan))


def confidence_counts(facts: tuple[Fact, ...]) -> dict[str, int]:
    """Number of facts by confidence word, the most frequent first."""
    return dict(Counter(fact.provenance.confidence or "own" for fact in facts).most_common())


def _classes(scenario: Scenario, services: set[str], vehicles: set[str]) -> Iterator[Fact]:
    """Truck and vessel classes of the factor set from which energy was worked out."""
    factors = scenario.factors
    lines = [line for name in services if (line := scenario.services[name].energy) is not None]
    rows = [row for name in vehicles & set(scenario.vehicles) if (row := scenario.vehicles[name].energy) is not None]
    for name in sorted({row.truck_class for row in rows} & set(factors.trucks)):
        yield Fact("truck class", name, factors.trucks[name].name or name, factors.trucks[name].provenance)
    for name in sorted({line.vessel for line in lines} & set(factors.vessels)):
        yield Fact("vessel class", name, factors.vessels[name].name or name, factors.vessels[name].provenance)


def _facts(scenario: Scenario, plan: Plan | None) -> Iterator[Fact]:
    stages = [stage for use in (plan.moves if plan else ()) for stage in use.move.stages]
    services = {stage.service for stage in stages if isinstance(stage, DepartureStage)}
    vehicles = {stage.vehicle for stage in stages if not isinstance(stage, DepartureStage)}
    hubs = {place for stage in stages for place in (stage.origin, stage.destination)} & set(scenario.hubs)
    units = {unit.unit_type for unit in (plan.units if plan else ())}
    for service in sorted(services):
        yield Fact("service", service, scenario.services[service].name, scenario.services[service].provenance)
    for hub in sorted(hubs):
        yield Fact("hub", hub, scenario.hubs[hub].name, scenario.hubs[hub].provenance)
    for unit in sorted(units):
        yield Fact("load unit", unit, scenario.load_units[unit].name, scenario.load_units[unit].provenance)
    for vehicle in sorted(vehicles & set(scenario.vehicles)):
        yield Fact("vehicle", vehicle, scenario.vehicles[vehicle].name, scenario.vehicles[vehicle].provenance)
    yield from _classes(scenario, services, vehicles)
    carriers = {tce.carrier for tce in (plan.tces if plan else ())} & set(scenario.factors.carriers)
    for carrier in sorted(carriers):
        yield Fact("energy carrier", carrier, carrier, scenario.factors.carriers[carrier].provenance)
    external = scenario.objective.external_costs != "none"
    for name, provenance in sorted(scenario.factors.provenance.items()):
        if name.startswith("external") and not external:
            continue
        yield Fact("factor", name, name, provenance)
    yield Fact("collection rates", "drayage", "collection and delivery estimate", scenario.drayage.provenance)
