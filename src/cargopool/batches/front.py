"""The front of cost and CO2e: which questions to ask, and what their answers prove.

Both ends first, then carbon prices: two neighbours on the front have equal worth at one price, and a plan better than
both at that price lies between them (the dichotomic method of Aneja and Nair 1979, Management Science 25(1)). Where no
price finds anything more, caps on CO2e look between the plans that prices find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from cargopool.model.plan import Plan
from cargopool.model.result import Status

Kind = Literal["cost", "co2e", "price", "cap"]
_EUR_PER_T = 10_000.0
"""EUR per tonne of one cent per gram."""
_CENT = 1.0
"""A plan is better at a price only by more than this, as carbon money is rounded to cents."""
_RELATIVE = 1e-6
_MOST_QUESTIONS = 3
"""Questions asked at most, in multiples of the points wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be solved for a point.

    Attributes
    ----------
    kind : {'cost', 'co2e', 'price', 'cap'}
        Least cost; least CO2e; least cost and carbon at a price; least cost within a cap.
    price_eur_per_t, cap_grams : float or int
        Of these two.
    warm : str
        Name of the point to start from, empty for none.
    left : int
        Questions still to come, this one included, as far as one can tell.
    """

    name: str
    kind: Kind
    price_eur_per_t: float = 0.0
    cap_grams: int = 0
    warm: str = ""
    left: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A plan for a question.

    Attributes
    ----------
    cost_cents : int
        The objective without carbon and unserved constants; for the third axis without lateness too.
    grams : int
        CO2e of the plan.
    late_min : int
        Minutes of lateness, over all shipments.
    bound : float or None
        Proven lower bound: cents of cost + carbon at the price, cents of cost within the cap, or grams of CO2e.
    cost_bound : float or None
        Of the least CO2e only: cents that every plan with no more CO2e costs.
    gap : float or None
        That of the solve, in its own objective.
    """

    name: str
    plan: Plan | None
    cost_cents: int = 0
    grams: int = 0
    late_min: int = 0
    bound: float | None = None
    cost_bound: float | None = None
    gap: float | None = None
    status: Status = Status.NO_PLAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A plan on the front.

    Attributes
    ----------
    least_cost_cents : float or None
        No plan with as little CO2e can cost less: the proof put together from all questions.
    least_grams : float or None
        No plan can emit less; of the greenest point only.
    objective_gap : float or None
        How far the point may be from the optimum of what it was solved for: cost and carbon at its price, by the bounds
        of all prices; for other points the gap of their own solve.
    """

    question: Question
    answer: Answer
    level: str = ""
    least_cost_cents: float | None = None
    least_grams: float | None = None
    objective_gap: float | None = None

    @property
    def name(self) -> str:
        """Name of the point and of its run folder."""
        return self.question.name

    @property
    def gap(self) -> float | None:
        """How far its cost may be from the least with as little CO2e, as a share; None when nothing is proven."""
        cost, least = self.answer.cost_cents, self.least_cost_cents
        if least is None:
            return None
        return max(0.0, cost - least) / cost if cost > 0 else 0.0

    @property
    def co2e_gap(self) -> float | None:
        """How far its CO2e may be from the least of all, as a share; of the greenest point only."""
        grams, least = self.answer.grams, self.least_grams
        if least is None:
            return None
        return max(0.0, grams - least) / grams if grams > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether no plan with as little CO2e costs less; for the greenest point, none emits less either."""
        cost = self.least_cost_cents is not None and closes(self.answer.cost_cents, self.least_cost_cents)
        return cost and (self.least_grams is None or closes(self.answer.grams, self.least_grams))


def closes(value: float, bound: float) -> bool:
    """Whether a bound proves a value: within one unit (cent or gram), or a millionth."""
    return value - bound <= max(_CENT, _RELATIVE * abs(value)) + 1e-9


Ask = Callable[[Question], Answer]


@dataclass(slots=True)
class FrontSearch:
    """Asks questions until there are enough points, or nothing more can be found.

    Attributes
    ----------
    points : int
        Points wanted, the two ends included.
    ended : callable
        True when no more questions may be asked.
    """

    ask: Ask
    points: int
    ended: Callable[[], bool] = lambda: False
    prefix: str = ""
    asked: dict[str, tuple[Question, Answer]] = field(default_factory=dict)
    _closed: set[tuple[str, str]] = field(default_factory=set)
    _capped: dict[tuple[str, str], int] = field(default_factory=dict)

    def run(self) -> tuple[Point, ...]:
        """The front, from the cheapest to the greenest point."""
        cheapest = self._asked(kind="cost")
        if cheapest.plan is not None and not self.ended():
            self._asked(kind="co2e", warm=cheapest.name)
        while not self.ended() and self._more():
            pass
        return self.front()

    def front(self) -> tuple[Point, ...]:
        """The points found so far that no other one dominates, with what is proven of them."""
        answers = nondominated(answer for _, answer in self.asked.values())
        return tuple(self._point(answer, last=answer is answers[-1]) for answer in answers)

    def _asked(self, **facts: object) -> Answer:
        number = len(self.asked) + 1
        kind = facts["kind"]
        left = max(1, self.points - len(nondominated(a for _, a in self.asked.values())))
        question = Question(name=f"{self.prefix}{number:02d}-{kind}", left=left, **facts)  # type: ignore[arg-type]
        answer = self.ask(question)
        self.asked[question.name] = question, answer
        return answer

    def _more(self) -> bool:
        """Ask one more question; False when there are enough points, or none is left to ask."""
        front = nondominated(answer for _, answer in self.asked.values())
        if len(front) < 2 or len(front) >= self.points or len(self.asked) >= _MOST_QUESTIONS * self.points:
            return False
        gaps = [pair for pair in pairwise(front) if self._open_for_prices(pair, front)]
        if gaps:
            self._between(*max(gaps, key=lambda pair: _area(pair, front)))
            return True
        caps = [pair for pair in pairwise(front) if self._cap_of(*pair) > pair[1].grams]
        if caps:
            self._within(*max(caps, key=lambda pair: self._cap_of(*pair) - pair[1].grams))
            return True
        return False

    def _open_for_prices(self, pair: tuple[Answer, Answer], front: list[Answer]) -> bool:
        """Whether a price may find something between two neighbours: no known plan is better where they are equal."""
        if (pair[0].name, pair[1].name) in self._closed:
            return False
        price = _equal_at(*pair)
        line = pair[0].cost_cents + price * pair[0].grams
        return all(other.cost_cents + price * other.grams > line - _CENT for other in front)

    def _between(self, cheap: Answer, green: Answer) -> None:
        """Ask at the price at which two neighbours are equal; nothing better there closes the gap for prices."""
        price = _equal_at(cheap, green)
        found = self._asked(kind="price", price_eur_per_t=price * _EUR_PER_T, warm=cheap.name)
        line = cheap.cost_cents + price * cheap.grams
        better = found.plan is not None and found.cost_cents + price * found.grams < line - _CENT
        if not better:
            self._closed.add((cheap.name, green.name))

    def _cap_of(self, cheap: Answer, green: Answer) -> int:
        """Next cap to try between two neighbours; that of the greener one when there is nothing more to try."""
        tried = self._capped.get((cheap.name, green.name))
        if tried is None:
            return (cheap.grams + green.grams) // 2
        return cheap.grams - 1 if tried < cheap.grams - 1 else green.grams

    def _within(self, cheap: Answer, green: Answer) -> None:
        """Ask for the cheapest plan within a cap: half-way at first, then just below the cheaper neighbour."""
        cap = self._cap_of(cheap, green)
        self._capped[cheap.name, green.name] = cap
        self._asked(kind="cap", cap_grams=cap, warm=green.name)

    def _point(self, answer: Answer, *, last: bool) -> Point:
        question = self.asked[answer.name][0]
        return Point(
            question=question,
            answer=answer,
            least_cost_cents=self.least_cost(answer.grams),
            least_grams=self.least_grams() if last else None,
            objective_gap=self._objective_gap(question, answer),
        )

    def _objective_gap(self, question: Question, answer: Answer) -> float | None:
        if question.kind != "price":
            return answer.gap
        price = question.price_eur_per_t / _EUR_PER_T
        worth, least = answer.cost_cents + price * answer.grams, self.least_worth(price)
        return None if least is None or worth <= 0 else max(0.0, worth - least) / worth

    def least_worth(self, price: float) -> float | None:
        """Cents of cost and carbon at a price (cents per gram) that no plan can do without.

        The least is concave in the price, so what is proven at two prices holds, in proportion, between them.
        """
        known = sorted(
            (q.price_eur_per_t / _EUR_PER_T, a.bound)
            for q, a in self.asked.values()
            if q.kind in ("cost", "price") and a.bound is not None
        )
        own = [bound for at, bound in known if at == price]
        below, above = [k for k in known if k[0] < price], [k for k in known if k[0] > price]
        for low, one in below:
            own += [(one * (high - price) + two * (price - low)) / (high - low) for high, two in above]
        return max(own, default=None)

    def least_grams(self) -> float | None:
        """Grams that no plan can do without, None when nothing is proven."""
        bounds = [a.bound for q, a in self.asked.values() if q.kind == "co2e" and a.bound is not None]
        return max(bounds, default=None)

    def least_cost(self, grams: int) -> float | None:
        """Cents that every plan with at most so many grams costs, None when nothing is proven."""
        found: list[float] = []
        for question, answer in self.asked.values():
            if question.kind == "co2e" and answer.cost_bound is not None and grams <= answer.grams:
                found.append(answer.cost_bound)
            if answer.bound is None or question.kind == "co2e":
                continue
            if question.kind != "cap":
                found.append(answer.bound - question.price_eur_per_t / _EUR_PER_T * grams)
            elif grams <= question.cap_grams:
                found.append(answer.bound)
        return max(found, default=None)


def _equal_at(cheap: Answer, green: Answer) -> float:
    """Cents per gram at which two neighbours are equal."""
    return (green.cost_cents - cheap.cost_cents) / (cheap.grams - green.grams)


def _area(pair: tuple[Answer, Answer], front: list[Answer]) -> float:
    """Share of the front's rectangle that a gap between neighbours leaves open."""
    cheap, green = pair
    whole = max(1, front[-1].cost_cents - front[0].cost_cents) * max(1, front[0].grams - front[-1].grams)
    return (green.cost_cents - cheap.cost_cents) * (cheap.grams - green.grams) / whole


def nondominated(answers: Iterable[Answer], *, lateness: bool = False) -> list[Answer]:
    """Answers with a plan that no other one beats in cost and CO2e (and lateness), cheapest first, one of equals."""

    def worth(answer: Answer) -> tuple[int, ...]:
        return (answer.cost_cents, answer.grams, *((answer.late_min,) if lateness else ()))

    kept: list[Answer] = []
    for answer in sorted((a for a in answers if a.plan is not None), key=lambda a: (*worth(a), a.name)):
        if not any(all(x <= y for x, y in zip(worth(other), worth(answer), strict=True)) for other in kept):
            kept.append(answer)
    return kept


def whole_front(levels: Iterable[tuple[str, FrontSearch]]) -> tuple[Point, ...]:
    """The points of several fronts that none dominates in cost, CO2e and lateness."""
    points = {
        f"{level}:{point.name}": replace(point, level=level) for level, search in levels for point in search.front()
    }
    answers = [replace(point.answer, name=key) for key, point in points.items()]
    kept = [answer.name for answer in nondominated(answers, lateness=True)]
    return tuple(points[key] for key in kept)
