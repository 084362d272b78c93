"""Clocks and opening hours against first principles, over both clock changes of 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool import rules
from cargopool.model.place import Hub, WeekHours
from cargopool.model.scenario import Horizon
from cargopool.model.service import Service, ServiceLeg, ServiceStop
from cargopool.rules.clocks import AmbiguousTimeError, NonexistentTimeError
from cargopool.rules.spans import Spans
from scale import scaled

ZONES = ("Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Athens", "Africa/Casablanca", "America/Sao_Paulo")
CHANGES = (date(2026, 3, 29), date(2026, 10, 25))
runs = settings(max_examples=scaled(150, 5_000), deadline=None)

zones = st.sampled_from(ZONES)
near_a_change = st.builds(lambda day, shift: day + timedelta(days=shift), st.sampled_from(CHANGES), st.integers(-2, 2))
starts = st.builds(
    lambda day, minute, zone: datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute),
    near_a_change,
    st.sampled_from((0, 360, 720)),
    zones,
)


def readings(zone: str, day: date, minute: int) -> list[datetime]:
    """UTC moments at which the clock of a zone shows a time, found by looking at every minute around it."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    noon = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    around = (noon + timedelta(minutes=15 * step) for step in range(-60, 61))
    return [moment for moment in around if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall]


@runs
@given(starts, zones, near_a_change, st.integers(0, 96))
def test_elapsed_minutes_are_the_utc_difference(start, zone, day, quarter):
    found = readings(zone, day, quarter * 15)
    if len(found) == 1:
        minute = rules.local_minute(start, zone, day.isoformat(), quarter * 15)
        assert minute * 60 == (found[0] - start.astimezone(UTC)).total_seconds()
        shown = rules.local_moment(start, zone, minute)
        assert (shown.date() - day).days * 1440 + shown.hour * 60 + shown.minute == quarter * 15
    else:
        expected = AmbiguousTimeError if found else NonexistentTimeError
        with pytest.raises(expected):
            rules.local_minute(start, zone, day.isoformat(), quarter * 15)


@runs
@given(starts, st.integers(-20_000, 20_000), zones)
def test_moments_and_minutes_are_inverse(start, minute, zone):
    assert rules.minute_of(start, rules.moment_of(start, minute)) == minute
    assert rules.minute_of(start, rules.local_moment(start, zone, minute)) == minute


@runs
@given(st.sampled_from(CHANGES), st.integers(-1, 0), st.integers(0, 95), st.integers(0, 2), st.integers(0, 95))
def test_train_from_london_takes_the_utc_difference(change, shift, leaves, days, arrives):
    """A ride over a clock change is as long as UTC says, whatever the two clocks show."""
    if days * 96 + arrives <= leaves + 8:
        return
    day = change + timedelta(days=shift)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    hubs = {
        "L": Hub(id="L", name="L", country="GB", lat=51, lon=0, timezone="Europe/London"),
        "D": Hub(id="D", name="D", country="DE", lat=51, lon=7, timezone="Europe/Berlin"),
    }
    service = Service(
        id="S",
        name="S",
        operator="S",
        mode="rail",
        stops=(ServiceStop(hub="L", departure=(0, leaves * 15)), ServiceStop(hub="D", arrival=(days, arrives * 15))),
        legs=(ServiceLeg(km=1.0),),
        weekdays=frozenset(range(7)),
    )
    there = readings("Europe/London", day, leaves * 15), readings("Europe/Berlin", day, days * 1440 + arrives * 15)
    if any(len(found) != 1 for found in there):
        with pytest.raises(ValueError):
            rules.stop_minutes(service, day.isoformat(), start, hubs)
        return
    (_, departs), (arrives_min, _) = rules.stop_minutes(service, day.isoformat(), start, hubs)
    assert (arrives_min - departs) * 60 == (there[1][0] - there[0][0]).total_seconds()
    horizon = Horizon(start=start, end=start + timedelta(days=1))
    inside = 0 <= departs < 1440
    assert (day.isoformat() in rules.operating_dates(service, horizon, hubs)) == inside


quarters_by_day = st.integers(16, 96)  # no boundary in the hours that clocks skip or repeat, in Athens up to 04:00


@st.composite
def week_hours(draw):
    days = []
    for _ in range(7):
        cuts = sorted(draw(st.sets(quarters_by_day, max_size=4)))
        pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
        if pairs and draw(st.booleans()):
            pairs[0] = (0, pairs[0][1])
        days.append(tuple((a * 15, b * 15) for a, b in pairs))
    return WeekHours(
        days=tuple(days), closed_dates=frozenset(draw(st.sets(st.sampled_from(["2026-03-30", "2026-10-24"]))))
    )


def open_by_clock(hours: WeekHours, zone: str, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    if local.date().isoformat() in hours.closed_dates:
        return False
    clock = local.hour * 60 + local.minute
    return any(a <= clock < b for a, b in hours.days[local.weekday()])


@settings(max_examples=scaled(40, 1_000), deadline=None)
@given(week_hours(), st.sampled_from(ZONES[:4]), near_a_change, st.integers(-30, 30), st.integers(0, 30))
def test_opening_agrees_with_a_look_at_the_clock(hours, zone, day, begin, duration):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    place = Hub(id="P", name="P", country="DE", lat=0, lon=0, timezone=zone, opening=hours)
    step = 15
    is_open = {
        quarter: open_by_clock(hours, zone, start + timedelta(minutes=quarter * step)) for quarter in range(-1400, 1800)
    }

    def holds(s: int, e: int) -> bool:
        if s == e:
            return is_open[s] or is_open[s - 1]
        return all(is_open[quarter] for quarter in range(s, e))

    assert rules.is_open(place, start, begin * step, (begin + duration) * step) == holds(begin, begin + duration)
    first = next((q for q in range(begin, 1700) if holds(q, q + duration)), None)
    found = rules.earliest_start(place, start, begin * step, duration * step)
    assert found == (None if first is None else first * step)
    last = next((q for q in range(begin, -1300, -1) if holds(q, q)), None)
    assert rules.latest_open_minute(place, start, begin * step) == (None if last is None else last * step)


def test_spans_far_from_the_horizon_are_compiled_when_asked():
    start = datetime(2026, 11, 23, tzinfo=UTC)
    spans = Spans(start, lambda day: [("UTC", 60, 120)] if day.weekday() == 0 else [])
    for week in (0, 30, -30, 200, 3):
        minute = week * 10_080 + 60
        assert spans.at(minute) == (minute, minute + 60)
        assert spans.at(minute + 60) is None
        assert spans.at(minute - 1) is None
        assert spans.next_start(minute - 500, minute + 500) == minute


def test_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        rules.minute_of(datetime(2026, 11, 23), datetime(2026, 11, 24, tzinfo=UTC))


def test_search_ends_where_nothing_ever_opens():
    never = Hub(
        id="N", name="N", country="DE", lat=0, lon=0, timezone="Europe/Berlin", opening=WeekHours(days=((),) * 7)
    )
    start = datetime(2026, 11, 23, tzinfo=UTC)
    assert rules.earliest_start(never, start, 0, 0) is None
    assert rules.latest_open_minute(never, start, 0) is None
    assert not rules.is_open(never, start, 0, 0)
