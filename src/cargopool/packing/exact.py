"""Exact load plans by CP-SAT: do these items fit into n uses of a move?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import Any

from cargopool.packing.greedy import UseLoads
from cargopool.packing.items import KG, PackItem, Range, UnitLimits

_WORK_PER_UNIT = 1000


class Answer(Enum):
    """What is known about a packing question."""

    FITS = "fits"
    NEVER = "never"
    UNKNOWN = "unknown"


def pack_exactly(
    limits: UnitLimits, items: Sequence[PackItem], pairs: Sequence[tuple[int, int]], uses: int, work: int
) -> tuple[Answer, UseLoads]:
    """Answer whether the items fit into ``uses`` uses, deterministically, within ``work`` thousandths of a unit."""
    from cargopool.packing.programme import INFEASIBLE, SOLVED, Solver

    question = _Question(limits, items, pairs, uses)
    solver = Solver(work / _WORK_PER_UNIT)
    status = solver.solve(question.programme)
    if status == INFEASIBLE:
        return Answer.NEVER, []
    if status not in SOLVED:
        return Answer.UNKNOWN, []
    return Answer.FITS, question.loads(solver)


class _Question:
    """The programme: how many atoms of each group lie in each unit."""

    def __init__(
        self, limits: UnitLimits, items: Sequence[PackItem], pairs: Sequence[tuple[int, int]], uses: int
    ) -> None:
        from cargopool.packing.programme import LinearExpr, Programme

        self.limits = limits
        self.items = items
        self.units = uses * limits.units
        self.programme = Programme()
        self.amounts: dict[tuple[int, int, int], Any] = {}
        self.presence: dict[tuple[int, int], Any] = {}
        watched = {index for pair in pairs for index in pair} | {i for i, item in enumerate(items) if item.together}
        for index, item in enumerate(items):
            self._add_item(index, item, index in watched)
        for i, j in pairs:
            for unit in range(self.units):
                self.programme.at_most_one(self.presence[i, unit], self.presence[j, unit])
        self._add_room(LinearExpr)
        self._add_sealed()

    def _add_item(self, index: int, item: PackItem, watched: bool) -> None:
        programme = self.programme
        if watched:
            for unit in range(self.units):
                self.presence[index, unit] = programme.variable(1)
        if item.together:
            programme.exactly_one([self.presence[index, unit] for unit in range(self.units)])
            return
        for g, group in enumerate(item.groups):
            most = 1 if item.sealed else group.count
            row = [programme.variable(most) for _ in range(self.units)]
            programme.add(sum(row) == group.count)
            for unit, amount in enumerate(row):
                self.amounts[index, g, unit] = amount
                if watched:
                    programme.add(amount <= most * self.presence[index, unit])

    def _add_room(self, linear: Any) -> None:
        kg_of_unit = []
        for unit in range(self.units):
            for d in range(4):
                terms, sizes = self._terms(unit, d)
                if terms:
                    used = linear.weighted_sum(terms, sizes)
                    self.programme.add(used <= self.limits.size[d])
            terms, sizes = self._terms(unit, KG)
            kg_of_unit.append(linear.weighted_sum(terms, sizes))
        per_use = self.limits.units
        uses = [sum(kg_of_unit[start : start + per_use]) for start in range(0, self.units, per_use)]
        for use in uses:
            self.programme.add(use <= self.limits.use_kg)
        for first, second in pairwise(uses):
            self.programme.add(first >= second)
        if per_use > 1:
            for unit in range(0, self.units, per_use):
                for k in range(unit, unit + per_use - 1):
                    self.programme.add(kg_of_unit[k] >= kg_of_unit[k + 1])

    def _terms(self, unit: int, d: int) -> tuple[list[Any], list[int]]:
        terms, sizes = [], []
        for index, item in enumerate(self.items):
            if item.together:
                if item.total[d]:
                    terms.append(self.presence[index, unit])
                    sizes.append(item.total[d])
                continue
            for g, group in enumerate(item.groups):
                if group.size[d]:
                    terms.append(self.amounts[index, g, unit])
                    sizes.append(group.size[d])
        return terms, sizes

    def _add_sealed(self) -> None:
        sealed = [index for index, item in enumerate(self.items) if item.sealed]
        if not sealed:
            return
        for unit in range(self.units):
            inside = [self.amounts[index, g, unit] for index in sealed for g in range(len(self.items[index].groups))]
            self.programme.add(sum(inside) <= 1)

    def loads(self, solver: Any) -> UseLoads:
        """The load plan that the solver found."""
        units: list[list[Range]] = [[] for _ in range(self.units)]
        for index, item in enumerate(self.items):
            if item.together:
                home = next(u for u in range(self.units) if solver.value(self.presence[index, u]))
                units[home].append(Range(index, item.groups[0].first, item.atoms))
                continue
            for g, group in enumerate(item.groups):
                first = group.first
                for unit in range(self.units):
                    count = solver.value(self.amounts[index, g, unit])
                    if count:
                        units[unit].append(Range(index, first, count))
                        first += count
        per_use = self.limits.units
        return [units[start : start + per_use] for start in range(0, self.units, per_use)]
