from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargopool.model.place import WeekHours
from cargopool.model.texts import (
    FieldError,
    clock_minute,
    date_set,
    day_time,
    day_time_text,
    minute_of,
    moment_text,
    utc_moment,
    week_hours,
    week_hours_texts,
    weekday_set,
    weekday_texts,
)
from cargopool.model.wallclock import utc_of_local, zone_of

ZONES = ["Europe/Berlin", "Europe/London", "Europe/Lisbon", "Africa/Casablanca", "America/Sao_Paulo", "UTC"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/London"])
def test_the_two_nights_of_2026(zone: str) -> None:
    """Sixty minutes do not exist in March, sixty happen twice in October; all others map one to one."""
    tally = {"E0502": 0, "E0503": 0, "fine": 0}
    for night in (datetime(2026, 3, 28, 12), datetime(2026, 10, 24, 12)):
        for minute in range(24 * 60):
            local = night + timedelta(minutes=minute)
            try:
                moment = utc_moment(local.isoformat(timespec="minutes"), zone)
            except FieldError as problem:
                tally[problem.code] += 1
            else:
                tally["fine"] += 1
                assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    assert tally == {"E0502": 60, "E0503": 60, "fine": 2 * 24 * 60 - 120}


@settings(deadline=None, derandomize=True)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_elapsed_minutes_are_the_utc_difference(moment: datetime, here: str, there: str) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    exact = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    for zone in (here, there):
        shown = moment_text(exact, zone)
        assert utc_moment(shown, "Asia/Tokyo") == exact
        assert minute_of(start, utc_moment(shown, "UTC")) * 60 == (exact - start).total_seconds()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T06:00", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("2026-11-23 06:00", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("2026-11-23T06:00:00", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("2026-11-23T06:00Z", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23T06:00-0330", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_moments(text: str, expected: datetime) -> None:
    assert utc_moment(text, "Europe/Berlin") == expected


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-23T24:00", "2026-11-23T06:00:30", "2026-2-3", "0001-01-01T00:00", "9999-12-31T23:59-12:00",
     "2026-11-23T06:00+99:00", "٢٠٢٦-11-23", "2026-11-23T06:00 Europe/Berlin", "2026-11-31"],
)  # fmt: skip
def test_texts_that_are_no_moment(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        utc_moment(text, "Europe/Berlin")
    assert caught.value.code == "E0501"


def test_zones() -> None:
    assert zone_of("Europe/Berlin") is not None
    for name in ("", "Europe", "../etc/passwd", "/etc/localtime", "Nowhere/Land", "x" * 500, "a\x00b"):
        assert zone_of(name) is None
    with pytest.raises(ValueError, match="unknown time zone"):
        utc_of_local(datetime(2026, 1, 1), "Nowhere/Land")


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 99), st.integers(0, 1439))
def test_day_times_survive(day: int, minute: int) -> None:
    assert day_time(day_time_text((day, minute))) == (day, minute)


def test_short_forms() -> None:
    assert day_time("6:05") == (0, 365)
    assert clock_minute("24:00") == 1440
    assert weekday_set(["Fr-Mo"]) == frozenset({4, 5, 6, 0})
    assert weekday_texts(weekday_set(["Mo,We", "Sa"])) == ["Mo", "We", "Sa"]
    assert date_set(["2026-12-25"]) == frozenset({"2026-12-25"})
    for read, texts in ((clock_minute, "24:01"), (clock_minute, "1:99"), (day_time, "24:00"), (day_time, "1 06:00")):
        with pytest.raises(FieldError):
            read(texts)
    for wrong in (["20261225"], ["2026-W01-1"], ["25.12.2026"]):
        with pytest.raises(FieldError):
            date_set(wrong)


periods = st.lists(st.integers(0, 1440), min_size=0, max_size=6, unique=True).map(
    lambda ends: tuple(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@settings(deadline=None, derandomize=True)
@given(st.tuples(*[periods] * 7))
def test_opening_hours_survive(days: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    hours = WeekHours(days=days)
    assert week_hours(week_hours_texts(hours), ()) == hours
