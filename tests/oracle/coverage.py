"""How many cases have each feature, and in how many it binds: the optimum changes when it is taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cargopool.footprint import unserved_cents
from cargopool.model.scenario import Scenario
from oracle.instances import FEATURES, instance
from oracle.oracle import solve

Case = tuple[int, tuple[str, ...]]


def binding_features(case: Case) -> tuple[str, ...]:
    """Features of a case without which its optimum is another one; the unserved constants stay those of the case."""
    scenario = instance(*case)
    constants = {name: unserved_cents(scenario, shipment) for name, shipment in scenario.shipments.items()}

    def optimum(of: Scenario) -> int | None:
        found = solve(of, lambda shipment: constants[shipment.id])
        return found.objective_cents if found else None

    best = optimum(scenario)
    return tuple(name for name in case[1] if optimum(FEATURES[name].remove(scenario)) != best)


def count(cases: Iterable[Case]) -> tuple[Counter[str], Counter[str]]:
    """(cases with a feature, cases in which it binds), by feature."""
    on: Counter[str] = Counter()
    binding: Counter[str] = Counter()
    for case in cases:
        on.update(case[1])
        binding.update(binding_features(case))
    return on, binding
