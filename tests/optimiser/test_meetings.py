"""Where shipments meet in the bound, and what the search makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cargopool as cp
from cargopool.kernel_tables import KernelTable
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import ROAD, Network
from cargopool.optimiser import SolveParams, WorkLimit
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.bound_charges import LINE_BASE, LINE_FIRST, LINE_LAST, LINE_NEED
from cargopool.optimiser.bound_lines import ROAD as BY_ROAD
from cargopool.optimiser.meetings import LATELY, MeetingPlaces
from cargopool.optimiser.params import BoundParams, SearchParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import OPERATOR_NAMES, Search
from cargopool.optimiser.search_data import make_data

WEEK = Path(__file__).parents[2] / "scenarios" / "clusters20-week"
BUCKET_H = 24
MEETING = OPERATOR_NAMES.index("meeting")


@pytest.fixture(scope="module")
def week() -> Scenario:
    return cp.load_scenario(WEEK)


@pytest.fixture(scope="module")
def network(week: Scenario) -> Network:
    return search_network(week, SearchParams())


@pytest.fixture(scope="module")
def bound(week: Scenario) -> Bound:
    found = ascent(week, BoundParams(bucket_h=BUCKET_H), np.zeros(1, np.int64))
    for _ in range(30):
        assert found.advance(27_000_000.0)
    return found


def within(group: int, network: Network, bound: Bound) -> set[int]:
    """Moves that a group of the bound stands for, one move after another."""
    lines = bound.lines.kernel
    timed = group >= lines.group_line.size
    classes = lines.sealed.size
    line = int(lines.knobs[0]) + (group - lines.group_line.size) // classes if timed else int(lines.group_line[group])
    if timed:
        departures = lines.times[lines.li[line, LINE_FIRST] : lines.li[line, LINE_LAST], 0]
        begin, end = departures.min(), departures.max()
    else:
        begin = (group - lines.li[line, LINE_BASE]) * BUCKET_H * 60
        end = begin + BUCKET_H * 60
    origin, destination = divmod(int(lines.line_way[line]), len(network.place_ids))
    road = not timed and lines.li[line, LINE_NEED] == BY_ROAD
    some = (network.move_origin == origin) & (network.move_destination == destination)
    some &= ((network.move_kind == ROAD) == road) & (begin <= network.move_latest) & (network.move_latest <= end)
    return set(np.flatnonzero(some).tolist())


def test_groups_are_those_of_the_bound_in_which_several_meet_and_that_have_moves(
    network: Network, bound: Bound
) -> None:
    group, shipment = bound.used_lately(LATELY)
    wanted = []
    for g in np.unique(group):
        members, moves = shipment[group == g], within(int(g), network, bound)
        if members.size > 1 and moves:
            wanted.append((sorted(members.tolist()), moves))
    found = MeetingPlaces(network).of(bound)
    made = [
        (found.member[a:b].tolist(), set(found.move[m:n].tolist()))
        for a, b, m, n in zip(
            found.member_ptr[:-1], found.member_ptr[1:], found.first_move, found.past_move, strict=True
        )
    ]
    assert made == wanted
    assert len(made) > 50
    for k in range(len(network.shipment_ids)):
        mine = found.of[found.of_ptr[k] : found.of_ptr[k + 1]].tolist()
        assert mine == [g for g, (members, _) in enumerate(made) if k in members]


def test_a_bound_that_has_not_begun_says_of_nobody_where_they_meet(week: Scenario, network: Network) -> None:
    fresh = ascent(week, BoundParams(bucket_h=BUCKET_H), np.zeros(1, np.int64))
    assert MeetingPlaces(network).of(fresh).member.size == 0


def test_the_search_takes_out_together_who_meets_once_it_is_told(network: Network, bound: Bound) -> None:
    data = make_data(network)
    search = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    search.advance(500, 1.0, 0.9)
    assert search.stats[MEETING, 0] == 0
    search.meet(MeetingPlaces(network).of(bound))
    search.advance(2_000, 0.9, 0.0)
    assert search.stats[MEETING, 0] > 100 and search.stats[MEETING, 1] > 0
    again = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64))
    again.begin_at(search.best)
    assert again.best.cents == pytest.approx(search.best.cents, abs=0.5)


def test_without_its_chance_meetings_stay_untried(network: Network, bound: Bound) -> None:
    search = Search(network, make_data(network), 1, SearchParams(meeting=0.0), np.zeros(1, np.int64))
    search.construct()
    search.meet(MeetingPlaces(network).of(bound))
    search.advance(500, 1.0, 0.0)
    assert search.stats[MEETING, 0] == 0


def test_a_work_limit_repeats_plans_of_searches_that_the_bound_tells_of_meetings(
    week: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    meet = Search.meet

    def listening(search: Search, meetings: KernelTable) -> None:
        told.append(meetings.member.size)
        meet(search, meetings)

    monkeypatch.setattr(Search, "meet", listening)
    params = SolveParams(bound=BoundParams(bucket_h=BUCKET_H))
    plans = [cp.solve(week, stop=WorkLimit(8_000), params=params, baselines=False).plan for _ in range(2)]
    assert plans[0] == plans[1]
    assert len(told) >= 2 and told[0] > 0
