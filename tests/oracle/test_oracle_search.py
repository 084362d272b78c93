"""The oracle's short cuts lose nothing: its search finds what trying every combination finds."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from cargopool.units import carbon_cents
from oracle.brute_packing import trucks_needed
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import Option, Search, World, solve
from scale import scaled

UNSERVED = 90_000
MOST = 20_000


def every_combination(case: tuple[int, tuple[str, ...]]) -> tuple[int | None, int]:
    """(best objective over all combinations of all columns, their number); (None, 0) when there are too many."""
    scenario = instance(*case)
    search = Search(World(scenario), lambda _: UNSERVED)
    tables = []
    for k in scenario.shipments.values():
        if k.max_parts > 1:
            return None, 0
        columns = [search.option(k, (column,)) for column in search.w.columns(k, 0, k.atoms)]
        tables.append(columns if k.must_serve else [*columns, Option(UNSERVED, 0, {}, ())])
    combinations = prod(map(len, tables))
    if combinations > MOST:
        return None, 0
    best = None
    price = scenario.objective.carbon_price_eur_per_t
    for choice in product(*tables):
        state = (0, 0, {}, {}, ())
        for option in choice:
            state = state and search.taken(state, option)
        if state:
            total = state[0] + carbon_cents(state[1], price)
            best = total if best is None else min(best, total)
    return best, combinations


SMALL = [case for case in CASES if len(instance(*case).shipments) <= 3]


@pytest.mark.parametrize("case", scaled(SMALL[::8], SMALL), ids=case_id)
def test_search_equals_trying_everything(case: tuple[int, tuple[str, ...]]) -> None:
    best, combinations = every_combination(case)
    if combinations:
        found = solve(instance(*case), lambda _: UNSERVED)
        assert best == (found.objective_cents if found else None)


def test_enough_cases_are_small_enough_to_try_everything() -> None:
    assert sum(every_combination(case)[1] > 0 for case in SMALL[:8]) >= 2


def test_packing_by_hand() -> None:
    # boxes of 6 pallets: three lots of 4 that are kept together need three of them, or two trucks of two
    scenario = instance(1, ("keep_together",))
    box = scenario.load_units["box"]
    together = [k for k in scenario.shipments.values() if k.pallets_milli == 5000][:3]
    parts = tuple((k.id, 0, 4) for k in together)
    assert trucks_needed(box, 1, 10_000, 10_000, parts, scenario.shipments) == 3
    assert trucks_needed(box, 2, 10_000, 20_000, parts, scenario.shipments) == 2
