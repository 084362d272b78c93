"""Look-up tables of a scenario, made once per scenario object and kept for the latest few."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache
from threading import Lock
from typing import Any

from cargopool.model.place import Crossing, RoadLink
from cargopool.model.scenario import Scenario

_KEPT = 8


class ScenarioIndex:
    """Links and crossings by their ends, and a memo for what is derived from them.

    Attributes
    ----------
    scenario : Scenario
        Held so that its identity cannot be taken over by another object while the index lives.
    links : dict of (origin, destination) to RoadLink
        Rows, and reversed rows where a row holds both ways and no row says otherwise.
    matrix_at : dict of place id to int
        Row and column of a place in the own matrix.
    crossings : dict of (from territory, to territory) to Crossing
    memo : dict
        Results of pure functions of this scenario; two threads may compute one twice, never differently.
    """

    __slots__ = ("crossings", "links", "matrix_at", "memo", "scenario")

    def __init__(self, scenario: Scenario, memo: dict[Hashable, Any] | None = None) -> None:
        self.scenario = scenario
        self.links = _link_table(_Identity(scenario.road_links))
        matrix = scenario.road_matrix
        self.matrix_at = {} if matrix is None else {place: i for i, place in enumerate(matrix.places)}
        self.crossings: dict[tuple[str, str], Crossing] = {}
        for row in scenario.crossings:
            self.crossings.setdefault((row.origin, row.destination), row)
        self.memo: dict[Hashable, Any] = {} if memo is None else memo


class _Identity:
    """A tuple compared by identity: comparing thousands of rows by value would cost more than the table saves."""

    __slots__ = ("rows",)

    def __init__(self, rows: tuple[RoadLink, ...]) -> None:
        self.rows = rows

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.rows is other.rows


def reverse(link: RoadLink) -> RoadLink:
    """The same road driven the other way."""
    return RoadLink(
        origin=link.destination,
        destination=link.origin,
        km=link.km,
        drive_min=link.drive_min,
        countries=tuple(reversed(link.countries)),
        shuttle=link.shuttle,
        both_ways=link.both_ways,
        provenance=link.provenance,
    )


@lru_cache(maxsize=_KEPT)
def _link_table(rows: _Identity) -> dict[tuple[str, str], RoadLink]:
    table: dict[tuple[str, str], RoadLink] = {}
    for row in rows.rows:
        table.setdefault((row.origin, row.destination), row)
    for row in rows.rows:
        if row.both_ways and (row.destination, row.origin) not in table:
            table[row.destination, row.origin] = reverse(row)
    return table


_lock = Lock()
_kept: OrderedDict[int, ScenarioIndex] = OrderedDict()


def index_of(scenario: Scenario) -> ScenarioIndex:
    """The index of this very scenario object."""
    found = _kept.get(id(scenario))
    if found is not None:
        return found
    return _put(ScenarioIndex(scenario))


def share_memo(scenario: Scenario, variant: Scenario) -> None:
    """Let a variant of a scenario use its memo: limits of hubs may differ, as nothing in it depends on them."""
    _put(ScenarioIndex(variant, index_of(scenario).memo))


def _put(made: ScenarioIndex) -> ScenarioIndex:
    with _lock:
        found = _kept.setdefault(id(made.scenario), made)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return found
