"""Operating days and stop times of services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from cargopool.model.place import Hub
from cargopool.model.scenario import Horizon
from cargopool.model.service import Service, ServiceStop
from cargopool.rules.clocks import epoch_minute, local_minute, local_moment, nearest_epoch_minute
from cargopool.units import MINUTES_PER_DAY

StopMinutes = tuple[int | None, int | None]
"""Arrival and departure of one stop, elapsed minutes."""


def _clock(stop: ServiceStop, which: str) -> tuple[int, int]:
    reading = stop.departure if which == "departure" else stop.arrival
    if reading is None:
        raise ValueError(f"the stop at {stop.hub} has no {which}")
    return reading


def _runs_on(service: Service, iso_date: str, weekday: int) -> bool:
    if iso_date in service.removed_dates:
        return False
    return weekday in service.weekdays or iso_date in service.added_dates


def operating_dates(service: Service, horizon: Horizon, hubs: Mapping[str, Hub]) -> tuple[str, ...]:
    """Local ISO dates of the runs whose first departure lies in [0, horizon minutes); none for a headway service.

    Raises
    ------
    NonexistentTimeError, AmbiguousTimeError
        When the first departure of such a day is not one moment.
    """
    if service.headway_min is not None:
        return ()
    first = service.stops[0]
    zone = hubs[first.hub].timezone
    offset, minute = _clock(first, "departure")
    margin = timedelta(days=2 + abs(offset))
    day = horizon.start.date() - margin
    last = horizon.end.date() + margin
    found = []
    while day <= last:
        iso = day.isoformat()
        if _runs_on(service, iso, day.weekday()):
            departs = _near(horizon, zone, iso, offset, minute)
            if departs is not None:
                found.append(iso)
        day += timedelta(days=1)
    return tuple(found)


def _near(horizon: Horizon, zone: str, iso: str, offset: int, minute: int) -> int | None:
    """Departure minute when it is inside the horizon; days outside must not raise for their clock changes."""
    reading = offset * MINUTES_PER_DAY + minute
    try:
        departs = local_minute(horizon.start, zone, iso, reading)
    except ValueError:
        base = epoch_minute(horizon.start)
        day = date.fromisoformat(iso)
        if any(
            0 <= nearest_epoch_minute(zone, day, reading, closing=late) - base < horizon.minutes
            for late in (False, True)
        ):
            raise
        return None
    return departs if 0 <= departs < horizon.minutes else None


def stop_minutes(service: Service, run_date: str, start: datetime, hubs: Mapping[str, Hub]) -> tuple[StopMinutes, ...]:
    """Arrival and departure of every stop of a run, in elapsed minutes.

    Raises
    ------
    NonexistentTimeError, AmbiguousTimeError
        When a stop time is not one moment on its local day.
    """

    def minute(stop: ServiceStop, reading: tuple[int, int] | None) -> int | None:
        if reading is None:
            return None
        days, clock = reading
        return local_minute(start, hubs[stop.hub].timezone, run_date, days * MINUTES_PER_DAY + clock)

    return tuple((minute(stop, stop.arrival), minute(stop, stop.departure)) for stop in service.stops)


def ride_minutes(service: Service, origin: str, destination: str, start: datetime, hubs: Mapping[str, Hub]) -> int:
    """Minutes between two stops of a headway service, stops on the way included.

    The stops' clock times are read with the UTC offsets that their zones have at the horizon start, so a ride has
    the same length all through the horizon.
    """

    def utc_clock(stop: ServiceStop, reading: tuple[int, int]) -> int:
        shift = local_moment(start, hubs[stop.hub].timezone, 0).utcoffset() or timedelta()
        return reading[0] * MINUTES_PER_DAY + reading[1] - int(shift.total_seconds()) // 60

    hubs_called = [stop.hub for stop in service.stops]
    first = hubs_called.index(origin)
    board, alight = service.stops[first], service.stops[hubs_called.index(destination, first + 1)]
    return utc_clock(alight, _clock(alight, "arrival")) - utc_clock(board, _clock(board, "departure"))
