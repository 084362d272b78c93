"""Road links, crossings and the look-up tables behind them."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.model.place import Crossing, Hub, RoadLink, WeekHours
from cargopool.model.scenario import Factors, Horizon, Scenario, TruckBan
from cargopool.model.service import Service, ServiceLeg, ServiceStop
from cargopool.rules import crossing_between, great_circle_km, ride_minutes, road_link, trip_arrival
from cargopool.rules.bans import stretches_of
from cargopool.rules.index import index_of
from cargopool.rules.latest import arrival_pieces
from cargopool.rules.opening import open_periods
from scale import scaled

START = datetime(2026, 11, 23, tzinfo=UTC)


def hub(name: str, lat: float = 0.0, lon: float = 0.0, territory: str = "EU", region: str = "continent") -> Hub:
    return Hub(
        id=name, name=name, country=name[:1], lat=lat, lon=lon, timezone="UTC", customs_territory=territory,
        road_region=region,
    )  # fmt: skip


def scenario(*links: RoadLink, **more: object) -> Scenario:
    hubs = {
        row.id: row for row in (hub("A"), hub("B", lon=1.0), hub("C", lat=1.0, territory="GB"), hub("D", region="x"))
    }
    horizon = Horizon(start=START, end=datetime(2026, 11, 30, tzinfo=UTC))
    return replace(Scenario(name="roads", horizon=horizon, hubs=hubs, road_links=links), **more)  # type: ignore[arg-type]


ROW = RoadLink(origin="A", destination="B", km=100.0, drive_min=90, countries=(("A", 40.0), ("B", 60.0)), shuttle="t")


def test_row_holds_both_ways_with_its_countries_turned():
    back = road_link(scenario(ROW), "B", "A")
    assert (back.origin, back.destination, back.km, back.drive_min, back.shuttle) == ("B", "A", 100.0, 90, "t")
    assert back.countries == (("B", 60.0), ("A", 40.0))


def test_one_way_row_leaves_the_other_way_to_the_estimate():
    case = scenario(replace(ROW, both_ways=False))
    assert road_link(case, "A", "B") == replace(ROW, both_ways=False)
    assert road_link(case, "B", "A").km == 141.2


def test_own_row_of_a_direction_wins_over_the_other_turned():
    own = replace(ROW, origin="B", destination="A", km=111.0)
    case = scenario(ROW, own)
    assert road_link(case, "B", "A").km == 111.0
    assert road_link(case, "A", "B").km == 100.0


def test_no_road_into_another_region_or_to_itself():
    case = scenario(ROW)
    assert road_link(case, "A", "D") is None
    assert road_link(case, "A", "A") is None


def test_index_belongs_to_one_scenario_object():
    case = scenario(ROW)
    assert road_link(case, "A", "B").km == 100.0
    other = replace(case, road_links=(replace(ROW, km=200.0),))
    slower = replace(case, road_links=(), factors=Factors(id="x", detour_road=2.0))
    assert road_link(other, "A", "B").km == 200.0
    assert road_link(slower, "A", "B").km == 222.4
    assert road_link(case, "A", "B").km == 100.0
    assert index_of(case) is index_of(case)


def test_index_of_a_dropped_scenario_is_never_taken_for_another():
    for km in range(200):
        case = scenario(replace(ROW, km=float(km)))
        assert road_link(case, "A", "B").km == km
        del case
        gc.collect(0)


def test_threads_share_one_scenario():
    case = scenario(ROW, bans=(TruckBan(country="A", timezone="UTC", weekday=0, start_min=0, end_min=600),),
                    factors=Factors(id="f", shuttle_min={"t": 35}))  # fmt: skip
    links = [RoadLink(origin="A", destination="B", km=1.0, drive_min=m, countries=(("A", 1.0),)) for m in range(60)]

    def arrivals(_: int) -> list[int]:
        return [
            trip_arrival(case, link, leave, "single", bans=True) for link in links for leave in range(-900, 900, 60)
        ]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(arrivals, range(16)))
    assert all(one == found[0] for one in found)


def test_crossing_is_directed_and_only_between_territories():
    case = scenario(crossings=(Crossing(origin="EU", destination="GB", eur=75.0, minutes=120),))
    assert crossing_between(case, "A", "C").minutes == 120
    assert crossing_between(case, "C", "A") is None
    assert crossing_between(case, "A", "B") is None


def test_great_circle_is_symmetrical_and_obeys_the_triangle():
    a, b, c = hub("A", 51.4, 6.7), hub("B", 41.7, -0.9), hub("C", 44.5, 11.3)
    assert great_circle_km(a, b) == pytest.approx(great_circle_km(b, a))
    assert great_circle_km(a, b) < great_circle_km(a, c) + great_circle_km(c, b)
    assert great_circle_km(hub("N", 0, 0), hub("S", 0, 180)) == pytest.approx(20015.114, abs=1e-3)


def test_ride_of_a_headway_service_with_stops_on_the_way():
    service = Service(
        id="H", name="H", operator="H", mode="rail", headway_min=60,
        stops=(
            ServiceStop(hub="A", departure=(0, 1_400)),
            ServiceStop(hub="B", arrival=(1, 20), departure=(1, 50)),
            ServiceStop(hub="C", arrival=(1, 100)),
        ),
        legs=(ServiceLeg(km=1.0), ServiceLeg(km=1.0)),
    )  # fmt: skip
    hubs = scenario().hubs
    assert ride_minutes(service, "A", "B", START, hubs) == 60
    assert ride_minutes(service, "B", "C", START, hubs) == 50
    assert ride_minutes(service, "A", "C", START, hubs) == 140
    with pytest.raises(ValueError, match="not in"):
        ride_minutes(service, "C", "A", START, hubs)


def test_open_periods_are_those_that_touch_a_span():
    place = replace(hub("A"), opening=WeekHours(days=(((360, 720), (780, 1020)),) * 7))
    assert open_periods(place, START, 0, 1_440) == ((360, 720), (780, 1020))
    assert open_periods(place, START, 720, 779) == ((360, 720),)
    assert open_periods(place, START, 721, 779) == ()
    assert open_periods(hub("A"), START, 0, 10) is None


@settings(max_examples=scaled(40, 500), deadline=None)
@given(st.integers(0, 1_500), st.integers(-3_000, 9_000), st.sampled_from(["single", "double"]), st.integers(0, 95))
def test_pieces_give_every_arrival(drive_min, first, manning, begin):
    bans = tuple(
        TruckBan(country="A", timezone="Europe/Berlin", weekday=day, start_min=begin * 15, end_min=1_440)
        for day in (0, 5, 6)
    )
    case = scenario(bans=bans)
    link = RoadLink(origin="A", destination="B", km=9.0, drive_min=drive_min, countries=(("A", 7.0), ("B", 2.0)))
    last = first + 3_000
    pieces = arrival_pieces((first, last), stretches_of(index_of(case), link), (drive_min // 2, 0), manning, 0)
    leave = last
    for begins, ends, arrival, slope in pieces:
        assert ends == leave
        for k in {0, 1, (ends - begins) // 2, ends - begins} & set(range(ends - begins + 1)):
            assert trip_arrival(case, link, ends - k, manning, bans=True) == arrival + slope * k
        leave = begins - 1
    assert leave == first - 1
