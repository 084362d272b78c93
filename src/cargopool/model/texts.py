"""Texts of times: moments, clock times, weekdays, opening hours, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from cargopool.model.place import WeekHours
from cargopool.model.wallclock import WallClockError, utc_of_local, zone_of
from cargopool.units import MINUTES_PER_DAY

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::00(?:\.0+)?)?(Z|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII
)
_DAY_TIME = re.compile(r"(?:(-?\d{1,3})\+)?(\d{1,2}):(\d{2})\Z", re.ASCII)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})\Z", re.ASCII)
_MOMENT_HELP = "write local time as 2026-11-23T06:00, or with an offset as 2026-11-23T06:00+01:00"


class FieldError(ValueError):
    """A field whose text has no meaning.

    Attributes
    ----------
    code, help_text : str
        As in `cargopool.errors.Diagnostic`.
    path : tuple
        Steps from the field down to the wrong value.
    """

    def __init__(self, code: str, message: str, help_text: str = "", path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.code, self.help_text, self.path = code, help_text, path

    def below(self, *steps: str | int) -> FieldError:
        """The same error, seen from further up."""
        return FieldError(self.code, str(self), self.help_text, (*steps, *self.path))


def utc_moment(text: str, timezone: str) -> datetime:
    """UTC moment of a text: wall-clock time of the zone, or with its own offset.

    Raises
    ------
    FieldError
        E0501 for a text that is no time, E0502 and E0503 for times that a clock change skips or repeats.
    """
    match = _MOMENT.match(text.strip())
    if match is None:
        raise FieldError("E0501", f"{text!r} is not a date and time in whole minutes", _MOMENT_HELP)
    year, month, day, hour, minute = (int(part or 0) for part in match.groups()[:5])
    try:
        local = datetime(year, month, day, hour, minute)
        if not 1970 <= year <= 2200:
            raise ValueError
        if match.group(6):
            return datetime.fromisoformat(f"{local.isoformat()}{match.group(6)}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError("E0501", f"{text!r} is not a date and time between 1970 and 2200", _MOMENT_HELP) from None
    try:
        return utc_of_local(local, timezone)
    except WallClockError as error:
        code = "E0502" if error.problem == "nonexistent" else "E0503"
        raise FieldError(code, str(error), "write the time with its offset, such as +01:00") from None
    except ValueError as error:
        raise FieldError("E0504", str(error), "use an IANA zone such as Europe/Brussels") from None


def moment_text(moment: datetime, timezone: str) -> str:
    """Local time with offset; reading it gives the same moment."""
    local = moment.astimezone(zone_of(timezone) or UTC)
    offset = local.utcoffset() or timedelta()
    if offset.total_seconds() % 60:
        local = moment.astimezone(UTC)
    return local.isoformat(timespec="minutes")


def minute_of(start: datetime, moment: datetime) -> int:
    """Elapsed minutes since the horizon's start."""
    return int((moment - start).total_seconds() // 60)


def day_time(text: str) -> tuple[int, int]:
    """(day offset, minute of day) of ``1+06:30`` or ``06:30``."""
    match = _DAY_TIME.match(text.strip())
    if match is None or int(match.group(2)) > 23 or int(match.group(3)) > 59:
        raise FieldError("E0501", f"{text!r} is not a clock time", "write HH:MM, or DAY+HH:MM such as 1+06:30")
    return int(match.group(1) or 0), int(match.group(2)) * 60 + int(match.group(3))


def day_time_text(value: tuple[int, int]) -> str:
    """Text that `day_time` reads back."""
    return f"{value[0]}+{value[1] // 60:02d}:{value[1] % 60:02d}"


def clock_minute(text: str) -> int:
    """Minute of a local day, 00:00 to 24:00."""
    return _clock_minute(*text.strip().split(":", 1)) if re.match(r"\d{1,2}:\d{2}\Z", text.strip()) else _no_clock(text)


def _no_clock(text: str) -> int:
    raise FieldError("E0501", f"{text!r} is not a clock time", "write HH:MM, from 00:00 to 24:00")


def _clock_minute(hour: str, minute: str) -> int:
    value = int(hour) * 60 + int(minute)
    if int(minute) > 59 or value > MINUTES_PER_DAY:
        return _no_clock(f"{hour}:{minute}")
    return value


def clock_text(minute: int) -> str:
    """HH:MM of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def weekday_set(texts: Sequence[str]) -> frozenset[int]:
    """Days of ``Mo-Fr``, ``Sa``; ranges may pass Sunday."""
    return frozenset(day for text in texts for part in text.split(",") for day in _day_range(part.strip()))


def _day_range(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    try:
        start = WEEKDAYS.index(first)
        end = WEEKDAYS.index(last) if dash else start
    except ValueError:
        help_text = "write days as Mo Tu We Th Fr Sa Su, or a range such as Mo-Fr"
        raise FieldError("E0505", f"{text!r} is not a day of the week", help_text) from None
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def weekday_texts(days: Iterable[int]) -> list[str]:
    """Day names in order."""
    return [WEEKDAYS[day] for day in sorted(days)]


def date_set(texts: Sequence[str]) -> frozenset[str]:
    """ISO dates."""
    for text in texts:
        try:
            if date.fromisoformat(text).isoformat() != text:
                raise ValueError
        except ValueError:
            raise FieldError("E0506", f"{text!r} is not a date", "write dates as 2026-12-25") from None
    return frozenset(texts)


def week_hours(texts: Sequence[str], closed_dates: Sequence[str]) -> WeekHours:
    """Opening hours of texts such as ``Mo-Fr 06:00-12:00,13:00-18:00``."""
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for written in texts:
        text = "Mo-Su 00:00-24:00" if written.strip() == "24/7" else written
        names, _, periods = text.strip().partition(" ")
        spans = [_span(part.strip(), text) for part in periods.split(",")]
        for day in weekday_set([names]):
            days[day].extend(spans)
    ordered = tuple(tuple(sorted(day)) for day in days)
    return WeekHours(days=ordered, closed_dates=date_set(closed_dates))


def _span(text: str, whole: str) -> tuple[int, int]:
    match = _HOURS.match(text)
    if match is None:
        help_text = "write opening hours as 'Mo-Fr 06:00-22:00'; several with commas"
        raise FieldError("E0507", f"{whole!r} is not a line of opening hours", help_text)
    return _clock_minute(match.group(1), match.group(2)), _clock_minute(match.group(3), match.group(4))


def week_hours_texts(hours: WeekHours) -> list[str]:
    """Texts that `week_hours` reads back; days with the same hours that follow one another are one line."""
    lines: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and hours.days[last + 1] == hours.days[day]:
            last += 1
        if hours.days[day]:
            names = WEEKDAYS[day] if day == last else f"{WEEKDAYS[day]}-{WEEKDAYS[last]}"
            spans = ",".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in hours.days[day])
            lines.append(f"{names} {spans}")
        day = last + 1
    return lines
