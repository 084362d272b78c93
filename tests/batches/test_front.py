"""The search for a front against every point there is: made-up plans, answered exactly."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from cargopool.batches.front import Answer, FrontSearch, Question, nondominated
from cargopool.model.plan import Plan, Totals
from cargopool.model.result import Status

TOTALS = Totals(
    cost_cents=0, weighted_cost_cents=0, co2e_grams=0, energy_mj=0.0, carbon_cents=0, lateness_cents=0,
    time_value_cents=0, unserved_cents=0,
)  # fmt: skip
PLAN = Plan(
    scenario="s", variant="base", moves=(), units=(), itineraries=(), charters=(), unserved=(), cost_lines=(), tces=(),
    totals=TOTALS,
)  # fmt: skip

Pair = tuple[int, int]


def exact(pairs: list[Pair]):
    """Answers of a perfect solver over plans of these costs and grams."""

    def ask(question: Question) -> Answer:
        price = question.price_eur_per_t / 10_000.0
        allowed = [p for p in pairs if question.kind != "cap" or p[1] <= question.cap_grams]
        if not allowed:
            return Answer(name=question.name, plan=None, status=Status.INFEASIBLE)
        if question.kind == "co2e":
            best = min(allowed, key=lambda p: (p[1], p[0]))
            bound = float(best[1])
        else:
            best = min(allowed, key=lambda p: (p[0] + price * p[1], p[1]))
            bound = best[0] + price * best[1]
        return Answer(
            name=question.name,
            plan=PLAN,
            cost_cents=best[0],
            grams=best[1],
            bound=bound,
            status=Status.OPTIMAL,
            cost_bound=float(best[0]) if question.kind == "co2e" else None,
        )

    return ask


def undominated(pairs: list[Pair]) -> list[Pair]:
    return sorted(p for p in set(pairs) if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in pairs))


def supported(front: list[Pair]) -> list[Pair]:
    """Corners of the lower convex hull."""
    hull: list[Pair] = []
    for point in front:
        while len(hull) > 1 and (hull[-1][0] - hull[-2][0]) * (hull[-2][1] - point[1]) >= (point[0] - hull[-2][0]) * (
            hull[-2][1] - hull[-1][1]
        ):
            hull.pop()
        hull.append(point)
    return hull


def found(pairs: list[Pair], points: int) -> list[Pair]:
    front = FrontSearch(exact(pairs), points).run()
    assert all(point.proven for point in front)
    return [(point.answer.cost_cents, point.answer.grams) for point in front]


@pytest.mark.parametrize("seed", range(40))
def test_with_points_enough_every_undominated_plan_is_found(seed: int) -> None:
    rng = random.Random(seed)
    pairs = [(1_000 * rng.randint(1, 400), rng.randint(1, 40_000)) for _ in range(rng.randint(1, 40))]
    assert found(pairs, 60) == undominated(pairs)


@pytest.mark.parametrize("seed", range(20))
def test_few_points_are_corners_first(seed: int) -> None:
    rng = random.Random(1_000 + seed)
    pairs = [(1_000 * rng.randint(1, 400), rng.randint(1, 40_000)) for _ in range(60)]
    corners = supported(undominated(pairs))
    few = found(pairs, min(4, len(corners)))
    assert set(few) <= set(corners)
    assert few[0] == corners[0]
    assert few[-1] == corners[-1]


def test_what_an_inexact_solver_leaves_open_is_said() -> None:
    pairs = [(100_000, 9_000), (150_000, 4_000), (300_000, 1_000)]
    perfect = exact(pairs)

    def ask(question: Question) -> Answer:
        answer = perfect(question)
        worse = answer.bound if answer.bound is None else 0.9 * answer.bound
        return Answer(
            name=answer.name, plan=answer.plan, cost_cents=answer.cost_cents, grams=answer.grams, bound=worse,
            status=Status.FEASIBLE,
        )  # fmt: skip

    front = FrontSearch(ask, 3).run()
    assert not any(point.proven for point in front)
    for point in front:
        assert point.gap is not None
        assert 0.09 < point.gap < 0.2 or point is front[-1]
    assert front[-1].co2e_gap == pytest.approx(0.1)
    assert front[0].co2e_gap is None


def test_the_search_stops_when_told() -> None:
    asked: list[str] = []
    perfect = exact([(n * n * 10_000, 9_000 - n * 500) for n in range(1, 12)])

    def ask(question: Question) -> Answer:
        asked.append(question.name)
        return perfect(question)

    front = FrontSearch(ask, 9, lambda: len(asked) >= 3).run()
    assert len(asked) == 3
    assert len(front) == 3


def test_one_of_equal_plans_is_kept_and_steps_go_one_way() -> None:
    answers = [Answer(name=str(n), plan=PLAN, cost_cents=c, grams=g) for n, (c, g) in enumerate(
        [(5, 5), (5, 5), (4, 9), (9, 4), (9, 9)])]  # fmt: skip
    kept = nondominated(answers)
    assert [(a.cost_cents, a.grams) for a in kept] == [(4, 9), (5, 5), (9, 4)]
    assert all(a.cost_cents < b.cost_cents and a.grams > b.grams for a, b in pairwise(kept))
