"""Moves that the oracle need not try, each shown to be no better than another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any


def without_worse_moves(columns: list[Any], exact: Callable[[int, int], float]) -> list[Any]:
    """Drop a move when every column with it exists, no dearer, with one like it that costs and uses no more.

    The two carry the same unit types between the same places; all that ride the dropped one may ride the other
    together, so no optimum is lost. ``exact`` weighs money and grams.
    """

    def where(column: Any, old: Any = None, new: Any = None) -> tuple[Any, ...]:
        return *column[:4], tuple(new if m.key == old else m.key for m in column.moves), column.rows

    def own(column: Any) -> float:
        return exact(column.money, column.grams)

    pool = {where(column): column for column in sorted(columns, key=own, reverse=True)}
    by, alike = defaultdict(list), defaultdict(dict)
    for column in pool.values():
        for m in column.moves:
            by[m.key].append(column)
            alike[m.origin, m.destination][m.key] = m
    for group in alike.values():
        for m in sorted(group.values(), key=lambda m: (-m.available, m.latest)):
            mine = [column for column in by[m.key] if where(column) in pool]
            for x in group.values():
                if x is m or not _no_worse(x, m, exact):
                    continue
                others = ((column, pool.get(where(column, m.key, x.key))) for column in mine)
                if all(other and own(other) <= own(column) for column, other in others):
                    for column in mine:
                        del pool[where(column)]
                    break
    return list(pool.values())


def _no_worse(x: Any, m: Any, exact: Callable[[int, int], float]) -> bool:
    """Whether a use of move x costs, uses and needs no more than one of m."""
    used = {row: amount for row, amount, _ in (*m.rows, *m.rows_powered)}
    return (
        (x.per, x.unit.id) == (m.per, m.unit.id)
        and x.unit_kg >= m.unit_kg
        and x.truck_kg >= m.truck_kg
        and set(x.runs) <= set(m.runs)
        and all(exact(x.money, a) <= exact(m.money, b) for a, b in zip(x.grams, m.grams, strict=True))
        and all(used.get(row, 0) >= amount for row, amount, _ in (*x.rows, *x.rows_powered))
    )
