"""Pure functions of the world: clocks, calendars, opening hours, driver hours, bans, geodesy."""

from cargopool.rules.calendars import operating_dates, ride_minutes, stop_minutes
from cargopool.rules.clocks import (
    AmbiguousTimeError,
    NonexistentTimeError,
    local_minute,
    local_moment,
    minute_of,
    moment_of,
)
from cargopool.rules.driving import DrivingSegment, latest_trip_departure, trip_arrival, trip_log
from cargopool.rules.opening import earliest_start, is_open, latest_open_minute
from cargopool.rules.roads import collection_minutes, crossing_between, great_circle_km, road_link

__all__ = [
    "AmbiguousTimeError",
    "DrivingSegment",
    "NonexistentTimeError",
    "collection_minutes",
    "crossing_between",
    "earliest_start",
    "great_circle_km",
    "is_open",
    "latest_open_minute",
    "latest_trip_departure",
    "local_minute",
    "local_moment",
    "minute_of",
    "moment_of",
    "operating_dates",
    "ride_minutes",
    "road_link",
    "stop_minutes",
    "trip_arrival",
    "trip_log",
]
