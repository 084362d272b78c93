"""Invalid plans made from valid ones, each with the code that it must raise.

Written from the problem statement and docs/model.md. Usable on any valid (scenario, plan): `mutants` draws from all
operators in turn and skips those that a plan gives no occasion for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from verifier import mutants_books, mutants_limits, mutants_loads, mutants_moves, mutants_shipments
from verifier.mutant_tools import Mutant, Named, retotal

OPERATORS: tuple[Named, ...] = (
    *mutants_shipments.OPERATORS,
    *mutants_moves.OPERATORS,
    *mutants_loads.OPERATORS,
    *mutants_limits.OPERATORS,
    *mutants_books.OPERATORS,
)


def mutate(operator: Named, rng: random.Random, scenario: Scenario, plan: Plan) -> Mutant | None:
    """One mutant, everything else totalled again; None where the operator finds no occasion."""
    made = operator.apply(rng, scenario, plan)
    if not made:
        return None
    scenario, plan = made
    return Mutant(operator.name, operator.code, scenario, retotal(scenario, plan) if operator.priced else plan)


def mutants(
    cases: Sequence[tuple[Scenario, Plan]], rng: random.Random, count: int, operators: Sequence[Named] = OPERATORS
) -> Iterator[Mutant]:
    """``count`` mutants, the operators in turn, each on a random case that gives it an occasion."""
    made = 0
    while made < count:
        before = made
        for operator in operators:
            for scenario, plan in rng.sample(cases, len(cases)):
                mutant = mutate(operator, rng, scenario, plan)
                if mutant is not None:
                    made += 1
                    yield mutant
                    break
            if made == count:
                return
        if made == before:
            return
