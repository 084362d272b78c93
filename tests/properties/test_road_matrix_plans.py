"""Plans by an own distance matrix: the same as by the table that says the same, and checked by the same roads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cargopool.model.place import RoadLink
from cargopool.model.plan import Plan, RoadStage
from cargopool.model.result import Status
from cargopool.model.road_matrix import RoadMatrix
from cargopool.model.scenario import Scenario
from cargopool.rules import road_link
from cargopool.tours.around_hubs import road_table
from cargopool.verifier import verify
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.solving import solved
from scale import scaled
from verifier.tour_world import world as tour_world

Case = tuple[int, tuple[str, ...]]
ROADS = [case for case in CASES if {"door_move", "tours", "driver_breaks", "chain"} & set(case[1])]
SAMPLE = scaled(ROADS[1 :: len(ROADS) // 4], ROADS[::8])


def table(scenario: Scenario) -> dict[tuple[str, str], RoadLink]:
    names = [*scenario.hubs, *scenario.doors]
    roads = {(a, b): road_link(scenario, a, b) for a in names for b in names}
    return {pair: road for pair, road in roads.items() if road is not None}


def matrix(roads: dict[tuple[str, str], RoadLink], *, minutes: bool) -> RoadMatrix:
    names = sorted({name for pair in roads for name in pair}, reverse=True)

    def cells(field: str) -> np.ndarray:
        return np.array([[float(getattr(roads.get((a, b)), field, np.nan)) for b in names] for a in names])

    return RoadMatrix.of(names, names, cells("km"), cells("drive_min") if minutes else None)


def plan_of(scenario: Scenario) -> Plan | None:
    result, refused = solved(scenario)
    assert not refused
    assert result.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return result.plan


@pytest.mark.parametrize("minutes", [True, False], ids=["km and minutes", "km"])
@pytest.mark.parametrize("case", SAMPLE, ids=case_id)
def test_a_matrix_equal_to_the_table_gives_the_same_plan(case: Case, minutes: bool) -> None:
    scenario = instance(*case)
    same = replace(scenario, road_matrix=matrix(table(scenario), minutes=minutes))
    assert table(same).keys() == table(scenario).keys()
    assert plan_of(same) == plan_of(scenario)


@pytest.mark.parametrize("case", SAMPLE, ids=case_id)
def test_a_matrix_does_what_rows_of_the_same_numbers_do(case: Case) -> None:
    scenario = instance(*case)
    roads = {
        (a, b): replace(
            road,
            km=road.km * (1.25 if a < b else 1.5),
            drive_min=road.drive_min + (12 if a < b else 30),
            countries=tuple((c, part * (1.25 if a < b else 1.5)) for c, part in road.countries),
            both_ways=False,
        )
        for (a, b), road in table(scenario).items()
    }
    rows = tuple(replace(road, origin=a, destination=b) for (a, b), road in roads.items())
    by_rows = plan_of(replace(scenario, road_links=rows))
    by_matrix = plan_of(replace(scenario, road_matrix=matrix(roads, minutes=True)))
    assert (by_matrix and by_matrix.totals) == (by_rows and by_rows.totals)


def test_the_verifier_drives_the_roads_of_the_matrix() -> None:
    """A plan made by other roads than the scenario's has the wrong money, and is refused."""
    judged = 0
    for case in ROADS[::6]:
        scenario = instance(*case)
        longer = {pair: replace(road, km=road.km * 1.02) for pair, road in table(scenario).items()}
        other = replace(scenario, road_matrix=matrix(longer, minutes=True))
        plan = plan_of(other)
        if plan is not None and road_moves(plan):
            judged += 1
            assert verify(other, plan).ok
            assert not verify(scenario, plan).ok
    assert judged >= 3


def road_moves(plan: Plan) -> bool:
    return any(isinstance(stage, RoadStage) for use in plan.moves for stage in use.move.stages)


def test_tours_drive_the_roads_of_the_matrix_in_both_directions() -> None:
    scenario = tour_world()
    names = ["A", *scenario.doors][:4]
    km = np.array([[abs(i - j) * 10.0 + (3.0 if i > j else 0.0) for j in range(4)] for i in range(4)])
    other = replace(scenario, road_matrix=RoadMatrix.of(names, names, km, km * 1.5))
    found_km, found_min = road_table(other, names)
    assert (found_km == km - np.diag(np.diag(km))).all()
    assert (found_min == np.ceil(km * 1.5)).all()
