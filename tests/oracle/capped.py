"""Caps on emissions for the oracle: complete choices are judged by shares that are worked out here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario

BLUR = 100
"""Grams within which whole-gram rounding of shares, or of limits, could decide; such cases are not compared."""


class Unclear(Exception):
    """Rounding or the choice of a load plan decides whether a cap is kept."""


def shares_of(search: Any, state: Any, counted: frozenset[str]) -> tuple[float, float]:
    """Least and most grams of the counted shipments in a complete state."""
    _, _, held, _, columns = state
    scenario = search.s
    low = high = float(sum(c.grams for c in columns if c.shipment in counted))
    for key, (parts, uses, _) in held.items():
        _, grams, _, move, _ = search.things[key]
        if move is None:
            continue
        kg = {part: quantity_of(scenario.shipments[part[0]], part[1], part[2]).kg for part in parts}
        mine = sum(amount for part, amount in kg.items() if part[0] in counted)
        if mine == sum(kg.values()):
            low, high = low + grams * uses, high + grams * uses
        elif mine and uses == 1:
            share = grams * mine / sum(kg.values())
            low, high = low + share, high + share
        elif mine:
            low, high = low + grams * mine / sum(kg.values()), high + grams * uses
    return low, high


def capped(scenario: Scenario, counted: frozenset[str], limit_grams: float) -> Callable[[Any], Callable[[Any], bool]]:
    """A judge of complete states for one cap."""

    def of(search: Any) -> Callable[[Any], bool]:
        def keeps(state: Any) -> bool:
            low, high = shares_of(search, state, counted)
            if high <= limit_grams - BLUR:
                return True
            if low > limit_grams + BLUR:
                return False
            raise Unclear

        return keeps

    return of


def whole_cap(limit_grams: int) -> Callable[[Any], Callable[[Any], bool]]:
    """A judge of the whole plan's grams."""

    def of(_search: Any) -> Callable[[Any], bool]:
        return lambda state: state[1] <= limit_grams

    of.early = True  # type: ignore[attr-defined]  # grams only grow
    return of


def per_tkm(scenario: Scenario, shipments: frozenset[str], g_per_tkm: float) -> float:
    """Grams that an intensity allows, by the road links of the oracle's instances."""
    links = {(a.origin, a.destination): a.km for a in scenario.road_links}
    links |= {(b, a): km for (a, b), km in links.items() if (b, a) not in links}
    tkm = 0.0
    for name in shipments:
        k = scenario.shipments[name]
        tkm += k.kg / 1000 * links.get((k.origin, k.destination), math.nan)
    return g_per_tkm * tkm
