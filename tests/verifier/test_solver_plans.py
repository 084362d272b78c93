"""Plans made by the optimiser on random tiny scenarios: no false alarm, and their mutants are caught."""

import random
from collections import Counter

import pytest

from cargopool.optimiser import TimeLimit
from cargopool.optimiser.solving import solve
from cargopool.verifier import verify
from oracle import instances
from scale import scaled
from verifier.mutants import OPERATORS, mutants, mutate
from verifier.mutants_limits import TWINS


def draw(count):
    """Seeded instances of two to four features; every feature comes up at full scale."""
    rng = random.Random(42)
    names = sorted(instances.FEATURES)
    return [
        instances.instance(rng.randrange(10**6), tuple(rng.sample(names, rng.choice((2, 3, 4))))) for _ in range(count)
    ]


@pytest.fixture(scope="module")
def cases():
    found = []
    for scenario in draw(scaled(16, 150)):
        result = solve(scenario, stop=TimeLimit(15), accept=lambda plan, s=scenario: verify(s, plan).ok)
        if result.plan is not None and result.plan.itineraries:
            found.append((scenario, result.plan))
    return found


def test_every_plan_offered_is_accepted():
    """The verifier never has to protect the user from the optimiser."""
    for scenario in draw(scaled(6, 60)):
        seen = []

        def accept(plan, scenario=scenario, seen=seen):
            seen.append(verify(scenario, plan))
            return seen[-1].ok

        solve(scenario, stop=TimeLimit(15), accept=accept)
        assert all(report.ok for report in seen), (scenario.name, seen)


def test_mutants_of_solver_plans_are_caught(cases):
    assert len(cases) >= scaled(10, 100)
    made: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for mutant in mutants(cases, random.Random(1), scaled(260, 1300)):
        report = verify(mutant.scenario, mutant.plan)
        made[mutant.operator] += 1
        missed[mutant.operator] += mutant.code not in report.codes
        assert "V299" not in report.codes
    assert missed.total() <= 0.05 * made.total(), missed
    assert all(missed[name] <= 0.1 * made[name] for name in made), missed
    assert len(made) >= scaled(100, len(OPERATORS) - 3)


def test_limits_just_met_on_solver_plans(cases):
    rng = random.Random(9)
    for scenario, plan in cases[: scaled(6, 60)]:
        for twin in TWINS:
            mutant = mutate(twin, rng, scenario, plan)
            if mutant is not None:
                assert verify(mutant.scenario, mutant.plan).violations == (), twin.name
