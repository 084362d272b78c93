"""Road trips under driver hours, truck bans and the tunnel shuttle.

Driver rules follow Regulation (EC) No 561/2006, Articles 6 to 8, as docs/clock.md says; weekly limits are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, overload

from cargopool.model.equipment import Manning
from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario
from cargopool.rules.bans import stretches_of, touched
from cargopool.rules.index import index_of
from cargopool.rules.latest import latest_departure
from cargopool.rules.trips import SegmentKind, arrival, drive_only, free_minutes, longest_minutes, simulate
from cargopool.units import MINUTES_PER_DAY

LOOK_BACK_DAYS = 7
"""How far before the arrival `latest_trip_departure` looks for a departure."""


@dataclass(frozen=True, slots=True)
class DrivingSegment:
    """A stretch of a trip: [start, end) in elapsed minutes."""

    kind: SegmentKind
    start_min: int
    end_min: int


def _shuttle_min(scenario: Scenario, link: RoadLink) -> int:
    return scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0


@overload
def trip_arrival(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: Literal[False],
    duty_before_min: int = 0,
) -> int: ...


@overload
def trip_arrival(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> int | None: ...


def trip_arrival(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> int | None:
    """Arrival of a truck with a fresh driver, breaks, rests, shuttle and (with ``bans``) truck bans included.

    Parameters
    ----------
    scenario : Scenario
        Gives the bans and the minutes of the shuttle.
    link : RoadLink
        The road; bans need its ``countries``.
    depart_min : int
        Departure, minutes since the horizon start.
    manning : {'single', 'double'}
    bans : bool
        False for P's haulage stages.
    duty_before_min : int
        Duty before departure (live loading at a door), which counts for the span of the first shift.

    Returns
    -------
    int or None
        Minutes since the horizon start; None when bans delay the truck by more than 28 days
        (`cargopool.rules.trips.BAN_DELAY_MIN`): at such a departure there is no way.
    """
    shuttle_min = _shuttle_min(scenario, link)
    free = free_minutes(link.drive_min, shuttle_min, manning, duty_before_min)
    if not bans:
        return depart_min + free
    stretches = stretches_of(index_of(scenario), link)
    if not touched(stretches, depart_min, depart_min + free):
        return depart_min + free
    return arrival(depart_min, stretches, (link.drive_min // 2, shuttle_min), manning, duty_before_min)


def trip_log(
    scenario: Scenario,
    link: RoadLink,
    depart_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> tuple[DrivingSegment, ...]:
    """What the truck does from departure to arrival, without gaps; parameters as in `trip_arrival`.

    Where `trip_arrival` knows no arrival, the log ends soon after its limit.
    """
    stretches = stretches_of(index_of(scenario), link) if bans else drive_only(link.drive_min)
    shuttle = (link.drive_min // 2, _shuttle_min(scenario, link))
    until = depart_min + longest_minutes(link.drive_min, shuttle[1], manning, duty_before_min)
    trip = simulate(depart_min, stretches, shuttle, manning, duty_before_min, until)
    return tuple(DrivingSegment(kind, begin, end) for kind, begin, end in trip.log)


def latest_trip_departure(
    scenario: Scenario,
    link: RoadLink,
    arrive_by_min: int,
    manning: Manning,
    *,
    bans: bool,
    duty_before_min: int = 0,
) -> int | None:
    """Largest departure whose arrival is not after ``arrive_by_min``.

    With bans an earlier departure may arrive later (a ban that serves as the night's rest for one departure and
    not for another), so the largest one is meant, found among the departures of the last 7 days before
    ``arrive_by_min`` less driving and shuttle; None when none of them arrives in time.
    """
    shuttle_min = _shuttle_min(scenario, link)
    free = free_minutes(link.drive_min, shuttle_min, manning, duty_before_min)
    if not bans:
        return arrive_by_min - free
    stretches = stretches_of(index_of(scenario), link)
    latest = arrive_by_min - link.drive_min - shuttle_min
    if not touched(stretches, arrive_by_min - free, latest + free):
        return arrive_by_min - free
    earliest = latest - LOOK_BACK_DAYS * MINUTES_PER_DAY
    return latest_departure(
        arrive_by_min, (earliest, latest), stretches, (link.drive_min // 2, shuttle_min), manning, duty_before_min
    )
