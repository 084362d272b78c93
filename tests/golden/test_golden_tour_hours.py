"""Driving and rest in tours against a sheet worked out by hand, and `check_hours` against logs made wrong."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from cargopool.rules.tours import TourLog, TourStep, check_hours, tour_log
from golden.sheets import read_sheet, work_out
from scale import scaled

SHEET = read_sheet("tour_hours.csv")
_STEP = re.compile(r"(\d+)(?:\+(\d+))?(c)?(?:@([\d|-]+))?(?:!(\d+-\d+))?$")


def periods(text: str | None) -> tuple[tuple[int, int], ...]:
    return tuple((int(a), int(b)) for a, b in (part.split("-") for part in (text or "").split("|") if part))


def step(text: str) -> TourStep:
    found = _STEP.match(text)
    assert found, text
    drive, work, charge, windows, bans = found.groups()
    return TourStep(int(drive), int(work or 0), periods(windows) or None, periods(bans), charge=bool(charge))


def log_of(row: dict[str, str]) -> TourLog:
    manning: Any = None if row["manning"] == "none" else row["manning"]
    steps = [step(text) for text in row["steps"].split()]
    return tour_log(int(row["start"]), steps, manning, overnight=row["overnight"] == "yes")


def test_sheet_is_large_enough() -> None:
    assert len(SHEET) >= 30
    assert all(row["source"] for row in SHEET)


@pytest.mark.parametrize("row", [row for row in SHEET if row["arithmetic"]], ids=lambda row: row["case"])
def test_sheet_adds_up_on_paper(row: dict[str, str]) -> None:
    assert work_out(row["arithmetic"]) == int(row["expected"])


@pytest.mark.parametrize("row", SHEET, ids=lambda row: row["case"])
def test_rules_equal_the_sheet(row: dict[str, str]) -> None:
    log = log_of(row)
    if row["arithmetic"]:
        assert log.broken is None
        assert log.times[-1][2] == int(row["expected"])
        assert " ".join(kind for kind, _, _ in log.segments) == row["log"]
        manning: Any = None if row["manning"] == "none" else row["manning"]
        assert not check_hours(log.segments, manning, overnight=row["overnight"] == "yes")
    else:
        assert log.broken == row["expected"]


def random_log(rng: random.Random) -> tuple[TourLog, Any, bool]:
    manning: Any = rng.choice(("single", "double"))
    overnight = rng.random() < 0.5
    steps = []
    for _ in range(rng.randint(1, 8)):
        opens = rng.randint(0, 3000)
        windows = ((opens, opens + 1500),) if rng.random() < 0.3 else None
        bans = tuple((day + 300, day + 300 + rng.randint(1, 900)) for day in (0, 1440)) if rng.random() < 0.3 else ()
        steps.append(TourStep(rng.randint(0, 400), rng.randint(0, 240), windows, bans, charge=rng.random() < 0.1))
    return tour_log(rng.randint(0, 600), steps, manning, overnight=overnight), manning, overnight


def test_no_log_breaks_the_rules() -> None:
    rng = random.Random(1)
    whole = 0
    for _ in range(scaled(3_000, 100_000)):
        log, manning, overnight = random_log(rng)
        assert not check_hours(log.segments, manning, overnight=overnight)
        whole += log.broken is None
    assert whole > scaled(300, 10_000)


@pytest.mark.parametrize(
    ("segments", "rule"),
    [
        ((("drive", 0, 271),), "break"),
        ((("drive", 0, 200), ("wait", 200, 244), ("drive", 244, 344)), "break"),
        ((("drive", 0, 200), ("work", 200, 300), ("drive", 300, 400)), "break"),
        (
            (("drive", 0, 270), ("break", 270, 315), ("drive", 315, 585), ("break", 585, 630), ("drive", 630, 631)),
            "driving",
        ),
        ((("drive", 0, 100), ("work", 100, 781)), "span"),
        ((("drive", 0, 100), ("wait", 100, 700), ("drive", 700, 781)), "span"),
        ((("drive", 0, 100), ("rest", 100, 500), ("drive", 500, 600)), "rest"),
        ((("drive", 0, 100), ("work", 101, 150)), "gap"),
        ((("drive", 0, 100), ("work", 90, 150)), "gap"),
        ((("drive", 100, 0),), "gap"),
    ],
)
def test_what_a_log_breaks_is_named(segments: Any, rule: str) -> None:
    assert rule in {violation.rule for violation in check_hours(segments, "single")}
