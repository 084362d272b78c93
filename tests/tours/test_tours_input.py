"""A problem that contradicts itself: every finding at once, each with its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cargopool.errors import InputError
from cargopool.tours import Amount, Charger, TourJob, TourProblem, TourStop, check_problem, solve
from tour_case import fetch, line_problem, truck

GOOD = line_problem((0, 30, 60), (fetch("A", 1), fetch("B", 2)), (truck(),))


def test_a_good_problem_has_no_findings() -> None:
    assert check_problem(GOOD) == ()


def test_all_findings_at_once() -> None:
    bad_job = TourJob(
        id="A",
        unserved_cents=-1,
        stops=(
            TourStop(place=9, change=Amount(kg=-1), windows=((20, 10),), service_min=-5),
            TourStop(place=0, change=Amount(), windows=()),
        ),
    )
    problem = replace(
        GOOD,
        jobs=(bad_job, replace(bad_job, stops=())),
        vehicles=(truck(shifts=((20, 10),), count=-1, start_place=7, cents_per_km=-1.0), truck(shifts=())),
        vetoes=frozenset({("A", "Z")}),
        chargers=(Charger(9, 0.0),),
    )
    with pytest.raises(InputError) as raised:
        solve(problem, work=1)
    places = [finding.where for finding in raised.value.diagnostics]
    assert {finding.code for finding in raised.value.diagnostics} == {"E2073"}
    for place in (
        "jobs[A].unserved_cents",
        "jobs[A].stops",
        "jobs[A].stops[0].place",
        "jobs[A].stops[0].service_min",
        "jobs[A].stops[0].windows",
        "jobs[A].stops[0].change",
        "jobs[A].stops[1].windows",
        "jobs[A]",
        "vehicles[truck].shifts[0]",
        "vehicles[truck].shifts",
        "vehicles[truck].count",
        "vehicles[truck].start_place",
        "vehicles[truck].cents_per_km",
        "vehicles[truck]",
        "vetoes[Z]",
        "chargers[0]",
    ):
        assert place in places


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"km": np.zeros((2, 2))}, "km"),
        ({"drive_min": np.full((3, 3), -1)}, "drive_min"),
        ({"visit_min": np.zeros(2, np.int64)}, "visit_min"),
        ({"coordinates": np.zeros((3, 3))}, "coordinates"),
        ({"ban_of": np.zeros((3, 3), np.int64)}, "ban_of"),
        ({"bans": (((10, 20), (15, 30)),)}, "bans[0]"),
    ],
)
def test_arrays(change: dict[str, object], where: str) -> None:
    problem: TourProblem = replace(GOOD, **change)  # type: ignore[arg-type]
    assert [finding.where for finding in check_problem(problem)] == [where]


def test_unknown_engine() -> None:
    with pytest.raises(InputError, match="E2071"):
        solve(GOOD, work=1, engine="best")  # type: ignore[arg-type]
