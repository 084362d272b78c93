"""Trips against a truck that is moved minute by minute, and against the driver's limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.model.place import RoadLink
from cargopool.model.scenario import Factors, Horizon, Scenario, TruckBan
from cargopool.rules import latest_trip_departure, trip_arrival, trip_log
from scale import scaled

LIMITS = {"single": (270, 540, 780, 660), "double": (None, 1080, 1260, 540)}
SHUTTLES = {"": 0, "tunnel": 95, "short": 35, "long": 300, "night": 700}
COUNTRIES = ("DE", "FR", "AT", "IT")
ZONE = {"DE": "Europe/Berlin", "FR": "Europe/Paris", "AT": "Europe/Vienna", "IT": "Europe/London"}
STARTS = (datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))


@st.composite
def bans(draw):
    found = []
    for _ in range(draw(st.integers(0, 5))):
        country = draw(st.sampled_from(COUNTRIES))
        begin, end = sorted(draw(st.lists(st.integers(12, 96), min_size=2, max_size=2, unique=True)))
        found.append(
            TruckBan(
                country=country,
                timezone=ZONE[country],
                weekday=draw(st.integers(0, 6)),
                start_min=begin * 15,
                end_min=end * 15,
            )
        )
    return tuple(found)


@st.composite
def trips(draw):
    scenario = Scenario(
        name="trips",
        horizon=Horizon(start=(start := draw(st.sampled_from(STARTS))), end=start + timedelta(days=14)),
        bans=draw(bans()),
        factors=Factors(id="trips", shuttle_min={key: value for key, value in SHUTTLES.items() if key}),
    )
    order = draw(st.permutations(COUNTRIES))
    km = draw(st.lists(st.integers(0, 500), min_size=3, max_size=3))
    link = RoadLink(
        origin="A",
        destination="B",
        km=float(sum(km)),
        drive_min=draw(st.one_of(st.integers(0, 600), st.integers(0, 2_500))),
        countries=tuple((country, float(length)) for country, length in zip(order, km, strict=False)),
        shuttle=draw(st.sampled_from(list(SHUTTLES))),
    )
    manning = draw(st.sampled_from(["single", "double"]))
    duty = draw(st.sampled_from([0, 0, 60, 240, 700, 900]))
    return scenario, link, draw(st.integers(-2_000, 9_000)), manning, duty


def banned(scenario: Scenario, country: str, minute: int) -> bool:
    for ban in scenario.bans:
        if ban.country == country:
            local = (scenario.horizon.start + timedelta(minutes=minute)).astimezone(ZoneInfo(ban.timezone))
            clock = local.hour * 60 + local.minute
            if local.weekday() == ban.weekday and ban.start_min <= clock < ban.end_min:
                return True
    return False


def country_of(link: RoadLink, driven: int) -> str:
    whole = sum(km for _, km in link.countries)
    passed = 0.0
    for country, km in link.countries:
        passed += km
        if whole and driven < link.drive_min * passed // whole:
            return country
    return link.countries[-1][0]


def walk(scenario: Scenario, link: RoadLink, leave: int, manning: str, duty: int, *, with_bans: bool) -> int:
    """The rules of docs/model.md read literally, one minute at a time."""
    before_break, in_shift, span, rest = LIMITS[manning]
    now, driven, since, shift = leave, 0, 0, 0
    shift_start = leave - duty
    waiting = SHUTTLES[link.shuttle]
    while driven < link.drive_min or waiting:
        if waiting and driven >= link.drive_min // 2:
            pause, waiting = waiting, 0
        elif shift >= in_shift or now - shift_start >= span:
            pause = rest
        elif before_break is not None and since >= before_break:
            pause = 45
        elif with_bans and banned(scenario, country_of(link, driven), now):
            pause = 0
            while banned(scenario, country_of(link, driven), now + pause):
                pause += 1
        else:
            now, driven, since, shift = now + 1, driven + 1, since + 1, shift + 1
            continue
        now += pause
        if pause >= rest:
            shift_start, shift, since = now, 0, 0
        elif pause >= 45:
            since = 0
    return now


@settings(max_examples=scaled(60, 2_000), deadline=None)
@given(trips(), st.booleans())
def test_arrival_equals_a_walk_minute_by_minute(trip, with_bans):
    scenario, link, leave, manning, duty = trip
    found = trip_arrival(scenario, link, leave, manning, bans=with_bans, duty_before_min=duty)
    assert found == walk(scenario, link, leave, manning, duty, with_bans=with_bans)
    assert found >= leave + link.drive_min + SHUTTLES[link.shuttle]


@settings(max_examples=scaled(200, 5_000), deadline=None)
@given(trips(), st.booleans())
def test_log_never_breaks_a_limit(trip, with_bans):
    scenario, link, leave, manning, duty = trip
    log = trip_log(scenario, link, leave, manning, bans=with_bans, duty_before_min=duty)
    before_break, in_shift, span, rest = LIMITS[manning]
    since, shift, shift_start = 0, 0, leave - duty
    assert all(one.end_min == two.start_min for one, two in pairwise(log))
    assert not log or (log[0].start_min == leave)
    for segment in log:
        length = segment.end_min - segment.start_min
        assert length > 0
        if segment.kind == "drive":
            since, shift = since + length, shift + length
            assert before_break is None or since <= before_break
            assert shift <= in_shift
            assert segment.end_min <= shift_start + span
        elif length >= rest:
            since, shift, shift_start = 0, 0, segment.end_min
        elif length >= 45:
            since = 0
    assert sum(segment.end_min - segment.start_min for segment in log if segment.kind == "drive") == link.drive_min
    arrival = trip_arrival(scenario, link, leave, manning, bans=with_bans, duty_before_min=duty)
    assert arrival == (log[-1].end_min if log else leave)


@settings(max_examples=scaled(60, 2_000), deadline=None)
@given(trips())
def test_nobody_drives_during_a_ban(trip):
    scenario, link, leave, manning, duty = trip
    driven = 0
    for segment in trip_log(scenario, link, leave, manning, bans=True, duty_before_min=duty):
        if segment.kind == "drive":
            for minute in range(segment.start_min, segment.end_min):
                assert not banned(scenario, country_of(link, driven), minute)
                driven += 1


def test_a_road_without_kilometres_lies_in_its_last_country() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    link = RoadLink(origin="A", destination="B", km=0.0, drive_min=1, countries=(("DE", 0.0), ("AT", 0.0)))
    for country, arrival in (("DE", 121), ("AT", 136)):
        ban = TruckBan(country=country, timezone="Europe/Vienna", weekday=0, start_min=180, end_min=195)
        horizon = Horizon(start=start, end=start + timedelta(days=14))
        scenario = Scenario(name="short", horizon=horizon, bans=(ban,))
        assert trip_arrival(scenario, link, 120, "single", bans=True) == arrival


@settings(max_examples=scaled(40, 500), deadline=None)
@given(trips())
def test_latest_departure_is_the_largest_one_in_time(trip):
    scenario, link, arrive_by, manning, duty = trip
    found = latest_trip_departure(scenario, link, arrive_by, manning, bans=True, duty_before_min=duty)
    last = arrive_by - link.drive_min - SHUTTLES[link.shuttle]

    def in_time(leave: int) -> bool:
        return trip_arrival(scenario, link, leave, manning, bans=True, duty_before_min=duty) <= arrive_by

    first = last - 7 * 1440 - 1 if found is None else found
    assert found is None or (found <= last and in_time(found))
    assert not any(in_time(leave) for leave in range(first + 1, last + 1))


@settings(max_examples=scaled(100, 2_000), deadline=None)
@given(trips())
def test_without_bans_the_departure_only_shifts_the_trip(trip):
    scenario, link, leave, manning, duty = trip
    elapsed = trip_arrival(scenario, link, leave, manning, bans=False, duty_before_min=duty) - leave
    assert trip_arrival(scenario, link, 0, manning, bans=False, duty_before_min=duty) == elapsed
    by = leave + elapsed
    assert latest_trip_departure(scenario, link, by, manning, bans=False, duty_before_min=duty) == leave
