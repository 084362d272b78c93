"""Published worked figures, reproduced within 0.5 % and cited: truck, train, barge, ship, chain of two hubs."""

from __future__ import annotations

from collections import Counter

import pytest

from golden.published_cases import CASES
from golden.sheets import read_sheet

ROWS = read_sheet("published_energy.csv")


def test_every_kind_of_figure_is_there_and_cited():
    kinds = Counter(row["mode"] for row in ROWS)
    assert kinds["truck"] == 8 and kinds["train"] == 16 and kinds["barge"] == 22 and kinds["sea"] == 11
    assert kinds["chain"] == 2
    assert all(row["source"] and float(row["tolerance"]) <= 0.005 for row in ROWS)
    assert {row["at"] for row in ROWS if row["mode"] == "truck"} >= {"0", "0.5", "1"}
    assert {row["at"] for row in ROWS if row["mode"] == "train"} == {"500", "1000", "1500", "2000"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['mode']}-{row['case']}-{row['at']}")
def test_published_figure_is_reproduced(row):
    ours = CASES[row["mode"]](row["case"], row["at"])
    assert ours == pytest.approx(float(row["published"]), rel=float(row["tolerance"]))
    assert ours == pytest.approx(float(row["ours"]), abs=6e-4)
