"""A truck over several trips: the driver's hours go on from one to the next.

Rules as on single trips (docs/model.md section 2), and the weekly limits of Regulation (EC) No 561/2006 that matter
inside one round: Articles 6(2) and 8(6). Reduced rests and the fortnight's limit are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cargopool.model.equipment import Manning
from cargopool.model.place import Door, RoadLink
from cargopool.model.scenario import Scenario
from cargopool.rules.bans import stretches_of
from cargopool.rules.driving import DrivingSegment
from cargopool.rules.index import index_of
from cargopool.rules.trips import RULES, Trip, go_on, longest_minutes
from cargopool.units import MINUTES_PER_DAY, MINUTES_PER_HOUR

WEEKLY_DRIVE_MIN = 56 * MINUTES_PER_HOUR
"""Driving of one driver in a week."""
DAYS_BEFORE_WEEKLY_REST = 6
"""Spans of 24 hours after which a weekly rest is due."""
DRIVERS: dict[Manning, int] = {"single": 1, "double": 2}


@dataclass(frozen=True, slots=True)
class LoadedTrip:
    """A loaded trip of a round: when it is loaded, leaves, arrives and is unloaded.

    Attributes
    ----------
    loading_from_min : int
        The truck must be at the origin by then.
    depart_min, arrive_min : int
        As planned for a fresh driver.
    unloaded_min : int
        The truck may go on from the destination then.
    """

    link: RoadLink
    loading_from_min: int
    depart_min: int
    arrive_min: int
    unloaded_min: int


@dataclass(frozen=True, slots=True)
class Return:
    """An empty trip to be driven; it leaves at a minute, or as soon as the truck has been unloaded."""

    link: RoadLink
    depart_min: int | None = None


@dataclass(frozen=True, slots=True)
class EmptyTrip:
    """An empty trip of a round, as it comes out."""

    link: RoadLink
    depart_min: int
    arrive_min: int


@dataclass(frozen=True, slots=True)
class RoundLog:
    """A round with its driver's hours.

    Attributes
    ----------
    empties : tuple of EmptyTrip or None
        After each loaded trip; None where the truck already stands where it is needed.
    segments : tuple of DrivingSegment
        What the truck does from the first departure on, without gaps.
    problem : str
        Why the driver cannot do it; empty when he can.
    """

    empties: tuple[EmptyTrip | None, ...]
    driving_min: int
    segments: tuple[DrivingSegment, ...]
    problem: str = ""


def drive_round(
    scenario: Scenario, trips: Sequence[LoadedTrip], returns: Sequence[Return | None], manning: Manning
) -> RoundLog:
    """Drive loaded trips one after the other with one truck, each followed by ``returns`` (None: none is needed).

    Parameters
    ----------
    trips : sequence of LoadedTrip
        In order of time.
    returns : sequence of Return or None
        As many; the last one leads back to the origin of the first trip.

    Returns
    -------
    RoundLog
        Bans hold for empty trips too. At hubs loading and unloading are not the driver's work, so standing there is a
        break or rest when long enough; at doors with live loading it is.
    """
    first = trips[0]
    trip = Trip(RULES[manning], first.depart_min, live_minutes(scenario, first.link.origin))
    empties: list[EmptyTrip | None] = []
    driving = 0
    problem = ""
    for n, loaded in enumerate(trips):
        if n:
            problem = problem or _reach(scenario, trip, loaded)
            _depart(scenario, trip, loaded)
        problem = _ride(scenario, trip, loaded.link, manning, problem)
        driving += loaded.link.drive_min
        if trip.now > loaded.arrive_min:
            problem = problem or f"arrives at {loaded.link.destination} {trip.now - loaded.arrive_min} min too late"
        _unload(scenario, trip, loaded)
        back = returns[n]
        if back is None:
            empties.append(None)
            continue
        leaves = trip.now if back.depart_min is None else back.depart_min
        if leaves < trip.now:
            problem = problem or f"leaves {back.link.origin} {trip.now - leaves} min before it is empty"
        trip.pass_time("stand", leaves - trip.now)
        leaves = trip.now
        problem = _ride(scenario, trip, back.link, manning, problem)
        driving += back.link.drive_min
        empties.append(EmptyTrip(back.link, leaves, trip.now))
    if driving > WEEKLY_DRIVE_MIN * DRIVERS[manning]:
        problem = problem or f"{driving} min of driving are more than a week's"
    if trip.now - first.depart_min > DAYS_BEFORE_WEEKLY_REST * MINUTES_PER_DAY:
        problem = problem or "a weekly rest falls due on the way"
    segments = tuple(DrivingSegment(kind, begin, end) for kind, begin, end in trip.log)
    return RoundLog(tuple(empties), driving, segments, problem)


def live_minutes(scenario: Scenario, place_id: str) -> int:
    """Minutes of loading at a place that are the driver's work."""
    place = scenario.place(place_id)
    return place.loading_min if isinstance(place, Door) and place.loading == "live" else 0


def _reach(scenario: Scenario, trip: Trip, loaded: LoadedTrip) -> str:
    by = min(loaded.loading_from_min, loaded.depart_min - live_minutes(scenario, loaded.link.origin))
    return f"reaches {loaded.link.origin} {trip.now - by} min too late for loading" if trip.now > by else ""


def _depart(scenario: Scenario, trip: Trip, loaded: LoadedTrip) -> None:
    """Stand until the truck leaves; live loading just before it is work."""
    live = live_minutes(scenario, loaded.link.origin)
    trip.pass_time("stand", loaded.depart_min - live - trip.now)
    trip.work(loaded.depart_min - trip.now)


def _unload(scenario: Scenario, trip: Trip, loaded: LoadedTrip) -> None:
    """Stand until the truck is empty; live unloading just before that is work."""
    live = live_minutes(scenario, loaded.link.destination)
    trip.pass_time("stand", loaded.unloaded_min - live - trip.now)
    trip.work(loaded.unloaded_min - trip.now)


def _ride(scenario: Scenario, trip: Trip, link: RoadLink, manning: Manning, problem: str) -> str:
    """Drive a link; the first problem so far."""
    shuttle_min = scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0
    # a tired driver rests first
    until = trip.now + trip.rules.rest_min + longest_minutes(link.drive_min, shuttle_min, manning, 0)
    go_on(trip, stretches_of(index_of(scenario), link), (link.drive_min // 2, shuttle_min), until)
    held_up = trip.now > until
    return problem or (f"bans hold it up too long on the way to {link.destination}" if held_up else "")
