"""Regions: cuts of the shipments, rounds in which every worker changes only its own, merged as far as they fit."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import cargopool as cp
from cargopool.batches.regions import divide, search_region
from cargopool.batches.together import TogetherResult, solve_together
from cargopool.batches.week_params import read_week_params
from cargopool.batches.weeks import write_week
from cargopool.errors import EngineError
from cargopool.executors import ProcessExecutor, SerialExecutor
from cargopool.model.scenario import Scenario
from cargopool.optimiser.params import BoundParams, SolveParams
from small_case import small_scenario

PARAMS = SolveParams(method="search", bound=BoundParams(enabled=False))
WORK = 1_000


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder: Path = tmp_path_factory.mktemp("weeks") / "small"
    write_week(read_week_params(None, {"shipments": 40, "seed": 3}), folder, name="small")
    return cp.load_scenario(folder)


@pytest.fixture(scope="module")
def begun(week: Scenario) -> Any:
    """A plan of a short search, with much left to gain."""
    return solve_together(week, SerialExecutor(), rounds=1, workers=1, work=1, params=PARAMS).plan


@pytest.fixture(scope="module")
def by_region(week: Scenario, begun: Any) -> TogetherResult:
    return rounds_by_region(week, begun, SerialExecutor())


def rounds_by_region(week: Scenario, begun: Any, executor: Any) -> TogetherResult:
    return solve_together(
        week, executor, rounds=2, workers=2, work=WORK, params=PARAMS, warm_start=begun, split="regions"
    )


def lanes(scenario: Scenario, names: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(scenario.shipments[name].origin, scenario.shipments[name].destination) for name in names}


@pytest.mark.parametrize("parts", [1, 2, 3, 8])
def test_regions_share_the_shipments_out_by_lane(week: Scenario, parts: int) -> None:
    regions = divide(week, parts, seed=(1, 1))
    assert len(regions) == parts
    assert sorted(name for region in regions for name in region) == sorted(week.shipments)
    assert max(Counter(lane for region in regions for lane in lanes(week, region)).values()) == 1
    largest_lane = max(Counter((one.origin, one.destination) for one in week.shipments.values()).values())
    assert max(map(len, regions)) <= len(week.shipments) / parts + 3 * largest_lane
    assert all(regions)


def test_another_round_cuts_along_other_borders(week: Scenario) -> None:
    cuts = [divide(week, 2, seed=(1, number)) for number in range(4)]
    assert cuts == [divide(week, 2, seed=(1, number)) for number in range(4)]
    assert len({frozenset(map(frozenset, cut)) for cut in cuts}) > 1


def test_there_are_never_more_regions_than_lanes() -> None:
    scenario = small_scenario()
    regions = divide(scenario, 9, seed=(1,))
    assert len(regions) == len(lanes(scenario, tuple(scenario.shipments)))
    assert divide(small_scenario(shipments={}), 3, seed=(1,)) == ()


def test_rounds_by_region_end_in_a_better_verified_plan(week: Scenario, begun: Any, by_region: TogetherResult) -> None:
    assert by_region.plan is not None
    assert cp.verify(week, by_region.plan).ok
    costs = [begun.totals.objective_cents / 100, *(entry.objective_eur or 0.0 for entry in by_region.rounds)]
    assert all(after <= before for before, after in pairwise(costs))
    assert costs[-1] < costs[0]
    assert [entry.regions for entry in by_region.rounds] == [2, 2]
    assert by_region.rounds[0].found > 0


def test_processes_find_what_one_process_finds(week: Scenario, begun: Any, by_region: TogetherResult) -> None:
    with ProcessExecutor(2) as executor:
        found = rounds_by_region(week, begun, executor)
    assert found.plan == by_region.plan
    assert found.rounds == by_region.rounds


def test_a_worker_changes_only_its_region(week: Scenario, begun: Any) -> None:
    region = divide(week, 2, seed=(5,))[0]
    changes = search_region(week, WORK, None, 1, PARAMS, begun, region)
    assert changes is not None
    assert set(changes.shipments) <= set(region)
    assert {itinerary.shipment for itinerary in changes.itineraries} <= set(changes.shipments)
    assert changes.gain_cents > 0


def test_a_round_without_a_plan_is_of_the_whole(week: Scenario) -> None:
    found = solve_together(week, SerialExecutor(), rounds=1, workers=1, work=1, params=PARAMS, split="regions")
    assert found.rounds[0].regions == 0
    assert found.plan is not None


@pytest.mark.usefixtures("by_region")  # so that nothing is left to compile within the limit
def test_a_region_limited_by_time_changes_only_its_own(week: Scenario, begun: Any) -> None:
    region = divide(week, 2, seed=(5,))[0]
    tries = (search_region(week, None, seconds, 1, PARAMS, begun, region) for seconds in (4.0, 15.0, 60.0))
    changes = next((found for found in tries if found is not None), None)
    assert changes is not None
    assert set(changes.shipments) <= set(region)


def test_lost_regions_cost_only_their_gain(week: Scenario, begun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: Any) -> None:
        if len(lost) < most:
            lost.append(given)
            raise RuntimeError("out of memory")

    monkeypatch.setattr("cargopool.batches.regions.search_region", fails)
    lost: list[Any] = []
    most = 1
    found = rounds_by_region(week, begun, SerialExecutor())
    assert [entry.lost for entry in found.rounds] == [1, 0]
    assert found.plan is begun
    lost, most = [], 9
    with pytest.raises(EngineError, match="out of memory"):
        rounds_by_region(week, begun, SerialExecutor())


def test_only_known_ways_to_split() -> None:
    with pytest.raises(ValueError, match="split is none or regions"):
        solve_together(small_scenario(), SerialExecutor(), rounds=1, work=1, split="corridors")  # type: ignore[arg-type]
