"""What to branch on: a set of one commodity's columns that it must use, or must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.pricing import estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from cargopool.optimiser.continuous.instance import FloatArray, IntArray
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.continuous.states import State

CANDIDATES = 10
"""Sets that are tried out per node."""

TRIAL_STEPS = 60
"""Primal-dual steps of one trial."""

TRIAL_RANK = 8
"""Cheapest columns of each commodity that take part in a trial."""

EVEN = 0.15
"""A set whose share lies this close to 0 or 1 is no candidate."""


@dataclass(frozen=True)
class Branch:
    """Two halves of a state: (C,) bool each, which columns stay, and what a trial expects of their bounds."""

    keep: tuple[np.ndarray, np.ndarray]
    expected: tuple[float, float]


def branch(state: State, table: PathTable, target: float, stopped: IntArray, halt: Callable[[], bool]) -> Branch | None:
    """The candidate whose halves a trial expects to raise the bound most; None when all shares are whole."""
    assert state.point is not None
    best: Branch | None = None
    best_score = -np.inf
    for commodity, inside in _candidates(state, table):
        others = state.relaxation.commodity != commodity
        halves = (others | inside, others | ~inside)
        low, high = (estimate(state.relaxation, state.point, half, TRIAL_STEPS, TRIAL_RANK, stopped) for half in halves)
        score = _score(low, high, target)
        if score > best_score:
            best, best_score = Branch(halves, (low, high)), score
        if halt():
            break
    return best


def _score(low: float, high: float, target: float) -> float:
    """Product of the distances covered; a half that reaches the target is worth no more than that."""
    base = min(low, high)
    reach = max(target - base, 1e-9)
    return min(low, high) + 0.2 * min(max(low, high) - base, reach)


def _candidates(state: State, table: PathTable) -> list[tuple[int, np.ndarray]]:
    """Sets of columns by path, by arc and by shared row, in order of how undecided and how dear they are."""
    assert state.point is not None
    x, relaxation = state.point[0], state.relaxation
    used = np.flatnonzero(x > 1e-6)
    found: dict[tuple[int, bytes], tuple[float, np.ndarray]] = {}
    sets: list[tuple[float, int, str, int]] = []
    sets += _by_path(state, used)
    sets += _by_arc(state, table, used)
    sets += _by_row(state, used)
    sets.sort(reverse=True)
    for score, commodity, kind, what in sets:
        inside = relaxation.commodity == commodity
        if kind == "path":
            inside &= state.columns.path == what
        elif kind == "arc":
            inside &= (_arcs(state) == what).any(axis=1)
        else:
            inside &= (relaxation.row == what).any(axis=1)
        key = commodity, np.flatnonzero(inside & (x > 1e-6)).tobytes()
        if key not in found:
            found[key] = score, inside
        if len(found) == CANDIDATES:
            break
    return [(key[0], inside) for key, (_, inside) in found.items()]


def _arcs(state: State) -> IntArray:
    interval = state.columns.interval
    return np.where(interval >= 0, state.grid.arc[interval], -1)


def _undecided(share: np.ndarray) -> FloatArray:
    return np.where((share > EVEN) & (share < 1 - EVEN), np.minimum(share, 1 - share), 0.0)


def _by_path(state: State, used: IntArray) -> list[tuple[float, int, str, int]]:
    assert state.point is not None
    share = np.bincount(state.columns.path[used], weights=state.point[0][used])
    paths = np.flatnonzero(_undecided(share) > 0)
    owner = np.zeros(share.size, dtype=np.int64)
    owner[state.columns.path[used]] = state.relaxation.commodity[used]
    weight = _worth(state, used)
    return [(1.5 * u * weight[k], k, "path", p) for u, k, p in _rows(_undecided(share)[paths], owner[paths], paths)]


def _by_arc(state: State, table: PathTable, used: IntArray) -> list[tuple[float, int, str, int]]:
    assert state.point is not None
    count = int(table.arcs.max(initial=0)) + 1
    arcs = _arcs(state)[used]
    at, step = np.nonzero(arcs >= 0)
    keys = state.relaxation.commodity[used[at]] * count + arcs[at, step]
    unique, inverse = np.unique(keys, return_inverse=True)
    share = np.bincount(inverse, weights=state.point[0][used[at]])
    undecided = _undecided(share)
    some = np.flatnonzero(undecided > 0)
    weight = _worth(state, used)
    found = _rows(undecided[some], unique[some] // count, unique[some] % count)
    return [(u * weight[k], k, "arc", a) for u, k, a in found]


def _by_row(state: State, used: IntArray) -> list[tuple[float, int, str, int]]:
    assert state.point is not None
    relaxation = state.relaxation
    links = relaxation.link[used]
    at, step = np.nonzero(links >= 0)
    share = np.bincount(links[at, step], weights=state.point[0][used[at]], minlength=relaxation.link_row.size)
    undecided = _undecided(share)
    some = np.flatnonzero(undecided > 0)
    found = _rows(undecided[some], relaxation.link_commodity[some], relaxation.link_row[some])
    return [(0.7 * u * float(relaxation.vehicle_price[r]), k, "row", r) for u, k, r in found]


def _worth(state: State, used: IntArray) -> FloatArray:
    """(K,) the dearest vehicle that each commodity's shares ride."""
    relaxation = state.relaxation
    fixed = np.append(relaxation.vehicle_price, 0.0)[relaxation.row[used]].max(axis=1, initial=0.0)
    worth = np.zeros(relaxation.quantity.size)
    np.maximum.at(worth, relaxation.commodity[used], fixed)
    return worth


def _rows(*columns: np.ndarray) -> list[tuple[float, int, int]]:
    return list(zip(*(column.tolist() for column in columns), strict=True))
