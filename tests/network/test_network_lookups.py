"""Distinct rows, and pairs of moves and shipments: what the fast ways find is what looking at everything finds."""

from __future__ import annotations

import numpy as np
import pytest

from cargopool.network.keys import distinct, first_of_each
from cargopool.network.places import NEVER
from cargopool.network.windows import Windows, flat_runs


@pytest.mark.parametrize("span", [3, 1_000, 1 << 40])  # small ones are looked up in a table, wide ones are sorted
def test_distinct_rows_are_those_of_sorting(span: int) -> None:
    random = np.random.default_rng(7)
    few = random.integers(-span, span, 40)
    columns = [few[random.integers(0, 40, 500)], random.integers(-3, 3, 500).astype(np.int8)]
    first, back = distinct(columns)
    rows = np.stack(columns, axis=1)
    _, expected, numbers = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    assert first.tolist() == expected.tolist()
    assert back.tolist() == numbers.reshape(-1).tolist()
    assert first_of_each(columns).tolist() == sorted(expected.tolist())


def test_distinct_rows_of_nothing() -> None:
    first, back = distinct([np.zeros(0, np.int64)])
    assert first.size == back.size == 0


def test_flat_runs_leave_empty_ones_out() -> None:
    position, run = flat_runs(np.array([5, 0, 7]), np.array([2, -3, 1]))
    assert position.tolist() == [5, 6, 7]
    assert run.tolist() == [0, 0, 2]


@pytest.mark.parametrize("seed", range(8))
def test_pairs_in_time_are_all_of_them(seed: int) -> None:
    """Windows widen with the moves made and to go; moves leave together, overtake each other and are never useful."""
    random = np.random.default_rng(seed)
    shipments, places, moves = 30, 4, 25
    ready = np.sort(random.integers(0, 50, (3, shipments, places)), axis=0)[::-1].copy()
    useful = np.sort(random.integers(20, 90, (3, shipments, places)), axis=0)
    ready[:, random.random((shipments, places)) < 0.2] = NEVER
    useful[:, random.random((shipments, places)) < 0.2] = -NEVER
    nothing = np.zeros((shipments, places), np.int64)
    windows = Windows(ready=ready, useful=useful, haulage_ready=nothing, haulage_useful=nothing)
    latest = random.integers(0, 60, moves)
    available = latest + random.integers(1, 40, moves)
    k = random.permutation(shipments)[:20]
    expected = windows.in_time(k[None, :], 1, 2, latest[:, None], available[:, None])
    assert expected.any()
    assert not expected.all()
    row, column = windows.pairs_in_time(k, 1, 2, latest, available)
    found = list(zip(row.tolist(), column.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == set(zip(*(side.tolist() for side in np.nonzero(expected)), strict=True))
