"""``cargopool bench pdptw`` and ``vrptw``: solved, checked, as JSON and text; bad input is exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from cargopool.batches.bench_routing import InvalidRouteError, check_routes
from cargopool.batches.tour_readers import read_pdptw, read_vrptw
from cargopool.errors import InputError

PAIRS = """2 100 1
0 0 0 0 0 1000 0 0 0
1 10 0 60 0 200 5 0 2
2 20 0 -60 0 200 5 1 0
3 0 10 60 0 200 5 0 4
4 0 20 -60 0 200 5 3 0
"""
CUSTOMERS = """toy

VEHICLE
NUMBER     CAPACITY
  2          100

CUSTOMER
CUST NO.  XCOORD.    YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0         0          0          0       1000          0
    1      3         4          60         0       200           5
    2      -3        4          60         0       200           5
"""


def test_pairs(call, tmp_path: Path) -> None:
    (tmp_path / "toy.txt").write_text(PAIRS, encoding="utf-8")
    called = call("bench", "pdptw", tmp_path / "toy.txt", "--time-limit", 1, "--json")
    assert called.code == 0, called.err
    record = called.json()
    assert (record["vehicles"], record["unserved"]) == (1, 0)
    assert record["distance"] == pytest.approx(10 + 10 + 500**0.5 + 10 + 20)
    text = call("bench", "pdptw", tmp_path / "toy.txt", "--time-limit", 1)
    assert text.code == 0 and "1 vehicles, distance 72.36" in text.out


def test_customers(call, tmp_path: Path) -> None:
    (tmp_path / "toy.txt").write_text(CUSTOMERS, encoding="utf-8")
    called = call("bench", "vrptw", tmp_path / "toy.txt", "--time-limit", 1, "--json")
    assert called.code == 0, called.err
    assert (called.json()["vehicles"], called.json()["distance"]) == (2, pytest.approx(20.0))


def test_bad_input(call, tmp_path: Path) -> None:
    (tmp_path / "toy.txt").write_text(CUSTOMERS, encoding="utf-8")
    called = call("bench", "pdptw", tmp_path / "toy.txt")
    assert called.code == 2 and "E2070" in called.err
    assert call("bench", "vrptw", tmp_path / "none.txt").code == 2
    assert "E2071" in call("bench", "vrptw", tmp_path / "toy.txt", "--engine", "best").err
    for text in ("", "words", "1 2 3", "2 100 1\n0 0 0 0 0 10 0 0 0\n1 0 0 5 0 9 0 0 7\n", "2 100 1\n0 0 0\n"):
        (tmp_path / "bad.txt").write_text(text, encoding="utf-8")
        for read in (read_pdptw, read_vrptw):
            with pytest.raises(InputError):
                read(tmp_path / "bad.txt")


@pytest.mark.parametrize(
    "routes",
    [[[1, 2], [3, 4], []], [[2, 1]], [[1], [2]], [[1, 3, 2, 4]], [[1, 2, 1, 2]], [[0]]],
)
def test_wrong_routes_are_found(tmp_path: Path, routes: list[list[int]]) -> None:
    (tmp_path / "toy.txt").write_text(PAIRS, encoding="utf-8")
    instance = read_pdptw(tmp_path / "toy.txt")
    assert check_routes(instance.rows, 2, 100, [[1, 2], [3, 4]]) == pytest.approx(80.0)
    with pytest.raises(InvalidRouteError):
        check_routes(instance.rows, 2, 100, routes)
