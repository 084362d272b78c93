"""Departures of the services, expanded by the verifier itself from calendars and clock times."""

from __future__ import annotations

from dataclasses import dataclass, field

from cargopool.model.plan import DepartureStage
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.rules import operating_dates, ride_minutes, stop_minutes
from cargopool.units import ceil_div

Times = tuple[int, int, int, int]
"""Closing, departure, arrival, pick-up-ready."""


@dataclass(slots=True)
class Timetable:
    """Runs and stop times, expanded on demand."""

    scenario: Scenario
    _dates: dict[str, frozenset[str]] = field(default_factory=dict)
    _stops: dict[tuple[str, str], tuple[tuple[int | None, int | None], ...]] = field(default_factory=dict)

    def runs(self, service: Service, run_date: str) -> bool:
        """Whether the service runs on that local date, with its first departure inside the horizon."""
        dates = self._dates.get(service.id)
        if dates is None:
            found = operating_dates(service, self.scenario.horizon, self.scenario.hubs)
            dates = self._dates[service.id] = frozenset(found)
        return run_date in dates

    def stops(self, service: Service, run_date: str) -> tuple[tuple[int | None, int | None], ...]:
        """Arrival and departure minute of each stop of a run."""
        known = self._stops.get((service.id, run_date))
        if known is None:
            scenario = self.scenario
            known = stop_minutes(service, run_date, scenario.horizon.start, scenario.hubs)
            self._stops[service.id, run_date] = known
        return known


def stop_pairs(service: Service, stage: DepartureStage) -> tuple[tuple[int, int], ...]:
    """Indices of all pairs of stops, in driving order, between which a stage may ride."""
    hubs = [stop.hub for stop in service.stops]
    return tuple(
        (i, j)
        for i, board in enumerate(hubs)
        if board == stage.origin
        for j in range(i + 1, len(hubs))
        if hubs[j] == stage.destination
    )


def scheduled_times(timetable: Timetable, service: Service, run_date: str, pair: tuple[int, int]) -> Times | None:
    """Times of a ride between two stops of a run; None when one of them does not board or alight."""
    i, j = pair
    stops = timetable.stops(service, run_date)
    departs, arrives = stops[i][1], stops[j][0]
    if departs is None or arrives is None:
        return None
    board, alight = service.stops[i], service.stops[j]
    return departs - board.closing_min, departs, arrives, arrives + alight.pick_up_ready_min


def headway_times(scenario: Scenario, service: Service, stage: DepartureStage) -> Times:
    """Times of a ride on a headway service that is handed over at the stage's closing minute."""
    wait = ceil_div(service.headway_min or 0, 2)
    ride = ride_minutes(service, stage.origin, stage.destination, scenario.horizon.start, scenario.hubs)
    alight = next(stop for stop in reversed(service.stops) if stop.hub == stage.destination)
    departs = stage.closing_min + wait
    arrives = departs + ride
    return stage.closing_min, departs, arrives, arrives + alight.pick_up_ready_min


def stage_times(stage: DepartureStage) -> Times:
    """The times that a stage claims."""
    return stage.closing_min, stage.depart_min, stage.arrive_min, stage.pick_up_ready_min


def ridden_pair(timetable: Timetable, service: Service, stage: DepartureStage) -> tuple[int, int] | None:
    """The stop pair that a scheduled stage rides: the one whose times fit best; None when there is none."""
    pairs = stop_pairs(service, stage)
    if not pairs or not timetable.runs(service, stage.run_date):
        return None
    claimed = stage_times(stage)

    def misfit(pair: tuple[int, int]) -> int:
        times = scheduled_times(timetable, service, stage.run_date, pair)
        return len(claimed) + 1 if times is None else sum(a != b for a, b in zip(times, claimed, strict=True))

    return min(pairs, key=misfit)
