"""Bans that leave a country too little of the week, or nothing: a trip that they delay too long has no arrival."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from cargopool.model.place import RoadLink
from cargopool.model.scenario import Horizon, Scenario, TruckBan
from cargopool.network.convoys import Way, convoy_arrivals
from cargopool.network.places import NEVER, places_of
from cargopool.network.trips import Trips
from cargopool.rules import latest_trip_departure, trip_arrival, trip_log
from cargopool.rules.rounds import LoadedTrip, Return, drive_round
from cargopool.rules.trips import BAN_DELAY_MIN
from network.network_cases import DAY, case, hub

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def weekly(start_min: int, end_min: int) -> tuple[TruckBan, ...]:
    return tuple(
        TruckBan(country="DE", timezone="UTC", weekday=day, start_min=start_min, end_min=end_min) for day in range(7)
    )


NEVER_OPEN = weekly(0, 1440)
MINUTE_A_DAY = weekly(0, 1439)
HOURS_A_WEEK = weekly(0, 1440)[:6] + weekly(0, 1080)[6:]
BANS = {"never": NEVER_OPEN, "minute": MINUTE_A_DAY, "hours": HOURS_A_WEEK}


def world(bans: tuple[TruckBan, ...]) -> Scenario:
    return Scenario(name="bans", horizon=Horizon(start=MONDAY, end=MONDAY + timedelta(days=14)), bans=bans)


def road(minutes: int) -> RoadLink:
    return RoadLink(
        origin="A", destination="B", km=float(minutes), drive_min=minutes, countries=(("DE", float(minutes)),)
    )


def test_who_is_never_let_in_never_arrives() -> None:
    for manning in ("single", "double"):
        assert trip_arrival(world(NEVER_OPEN), road(60), 0, manning, bans=True) is None
        assert trip_arrival(world(NEVER_OPEN), road(60), 0, manning, bans=False) == 60
        assert latest_trip_departure(world(NEVER_OPEN), road(60), 5 * DAY, manning, bans=True) is None


def test_a_minute_a_day_is_enough_for_as_many_minutes_as_the_longest_delay_has_days() -> None:
    # Leaving at 00:00 the truck drives its first minute at 23:59, a day after the other.
    assert trip_arrival(world(MINUTE_A_DAY), road(5), 0, "single", bans=True) == 5 * DAY
    assert trip_arrival(world(MINUTE_A_DAY), road(28), 0, "single", bans=True) == 28 * DAY
    assert trip_arrival(world(MINUTE_A_DAY), road(29), 0, "single", bans=True) is None


def test_the_longest_delay_is_reached_to_the_minute() -> None:
    dates = frozenset((MONDAY + timedelta(days=n)).date().isoformat() for n in range(28))
    closed = TruckBan(country="DE", timezone="UTC", weekday=-1, start_min=0, end_min=1440, dates=dates)
    assert trip_arrival(world((closed,)), road(60), 0, "single", bans=True) == BAN_DELAY_MIN + 60
    then = TruckBan(country="DE", timezone="UTC", weekday=-1, start_min=0, end_min=1, dates=frozenset({"2026-12-21"}))
    assert trip_arrival(world((closed, then)), road(60), 0, "single", bans=True) is None
    assert trip_arrival(world((closed, then)), road(60), 1, "single", bans=True) == BAN_DELAY_MIN + 61


def test_the_log_of_a_trip_without_arrival_ends() -> None:
    log = trip_log(world(MINUTE_A_DAY), road(600), 0, "single", bans=True)
    assert 28 * DAY < log[-1].end_min < 31 * DAY


def test_a_round_that_bans_hold_up_is_none() -> None:
    there, back = road(60), RoadLink(origin="B", destination="A", km=60.0, drive_min=60, countries=(("DE", 60.0),))
    scenario = replace(case(hubs=[hub("A", 50.0, 6.0), hub("B", 50.0, 7.0)], road_links=(there, back)), bans=NEVER_OPEN)
    log = drive_round(scenario, [LoadedTrip(there, 0, 0, 60, 75)], [Return(back, None)], "single")
    assert log.problem == "bans hold it up too long on the way to B"


@pytest.mark.parametrize("name", BANS)
@pytest.mark.parametrize("minutes", [3, 30, 400, 2_000])
def test_trips_by_the_dozen_agree_with_the_rules(name: str, minutes: int) -> None:
    scenario = case(hubs=[hub("A", 50.0, 6.0), hub("B", 50.0, 7.0)], road_links=(road(minutes),), bans=BANS[name])
    trips = Trips(scenario, places_of(scenario, -DAY, 12 * DAY), -DAY, 12 * DAY)
    i, j = trips.places.ids.index("A"), trips.places.ids.index("B")
    departs = np.arange(0, 9 * DAY, 397)
    for manning in ("single", "double"):
        rules = [trip_arrival(scenario, road(minutes), int(t), manning, bans=True) for t in departs]
        expected = [NEVER if t is None else t for t in rules]
        assert trips.arrivals(i, j, manning, departs).tolist() == expected
        assert trips.arrivals_of([(i, j, manning, departs)])[0].tolist() == expected
        way = Way(road(minutes), manning, 0)
        assert convoy_arrivals(scenario, [way], np.zeros(departs.size, dtype=np.int64), departs).tolist() == expected
        wanted = departs[::6]
        last = [latest_trip_departure(scenario, road(minutes), int(t), manning, bans=True) for t in wanted]
        assert trips.departures(i, j, manning, wanted).tolist() == [-NEVER if t is None else t for t in last]


PLAN = """
from dataclasses import replace
import cargopool as cp
from cargopool.model.scenario import TruckBan
scenario = cp.load_scenario("scenarios/quickstart")
countries = sorted({hub.country for hub in scenario.hubs.values()})
bans = tuple(
    TruckBan(country=country, timezone="UTC", weekday=day, start_min=0, end_min=1439)
    for country in countries
    for day in range(7)
)
scenario = replace(scenario, bans=bans)
result = cp.solve(scenario, stop=cp.WorkLimit(5), seed=1, baselines=False)
roads = [use for use in result.plan.moves if use.move.kind == "road"]
print(result.status, len(roads), len(result.plan.unserved) > 0, cp.verify(scenario, result.plan).ok)
"""


def test_planning_ends_without_trucks_where_bans_leave_a_minute_a_day() -> None:
    done = subprocess.run([sys.executable, "-c", PLAN], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["feasible", "0", "True", "True"]
