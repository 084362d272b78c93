"""Rides: every way to board and leave a departure or a headway service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.model.place import Mode
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.network.arrays import Bool, Int32, Int64
from cargopool.network.places import NEVER, Places
from cargopool.rules import operating_dates, ride_minutes, stop_minutes
from cargopool.units import ceil_div

MODE_BIT: dict[Mode, int] = {"rail": 1, "barge": 2, "sea": 4, "road": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rides:
    """Rides as arrays: of a departure from one stop to a later one, or of a headway service (any time).

    Attributes
    ----------
    services : tuple of Service
    run_dates : tuple of str
        Operating date of each departure; index ``run``.
    service, run : int32
        ``run`` is -1 for headway rides.
    origin, destination : int32
        Hub indices.
    first_leg, last_leg : int32
        Legs ridden: ``first_leg`` to ``last_leg - 1``.
    closing, depart, arrive, ready : int64
        Minutes; for headway rides counted from the hand-over (closing 0).
    headway : bool
    run_service : tuple of int
        Service index of each departure.
    """

    services: tuple[Service, ...]
    run_dates: tuple[str, ...]
    run_service: tuple[int, ...]
    service: Int32
    run: Int32
    origin: Int32
    destination: Int32
    first_leg: Int32
    last_leg: Int32
    closing: Int64
    depart: Int64
    arrive: Int64
    ready: Int64
    headway: Bool

    @property
    def count(self) -> int:
        """Number of rides."""
        return int(self.service.size)


Row = tuple[int, int, int, int, int, int, int, int, int, int]


def rides_of(scenario: Scenario, places: Places) -> Rides:
    """All rides that can still be booked, in order of service, date and stops."""
    services = tuple(scenario.services.values())
    rows: list[Row] = []
    run_dates: list[str] = []
    run_service: list[int] = []
    for s, service in enumerate(services):
        if service.headway_min is not None:
            rows.extend(_headway_rows(scenario, places, s, service))
            continue
        for date in operating_dates(service, scenario.horizon, scenario.hubs):
            rows.extend(_departure_rows(scenario, places, s, service, date, len(run_dates)))
            run_dates.append(date)
            run_service.append(s)
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 10)
    small = table[:, :6].astype(np.int32)
    return Rides(
        services=services,
        run_dates=tuple(run_dates),
        run_service=tuple(run_service),
        service=small[:, 0],
        run=small[:, 1],
        origin=small[:, 2],
        destination=small[:, 3],
        first_leg=small[:, 4],
        last_leg=small[:, 5],
        closing=table[:, 6],
        depart=table[:, 7],
        arrive=table[:, 8],
        ready=table[:, 9],
        headway=small[:, 1] < 0,
    )


def _departure_rows(scenario: Scenario, places: Places, s: int, service: Service, date: str, run: int) -> list[Row]:
    minutes = stop_minutes(service, date, scenario.horizon.start, scenario.hubs)
    rows: list[Row] = []
    for i, board in enumerate(service.stops):
        depart = minutes[i][1]
        if depart is None or depart - board.booking_close_min < 0:
            continue
        for j in range(i + 1, len(service.stops)):
            arrive = minutes[j][0]
            alight = service.stops[j]
            if arrive is None or alight.hub == board.hub:
                continue
            ready = arrive + alight.pick_up_ready_min
            ends = places.index[board.hub], places.index[alight.hub]
            rows.append((s, run, *ends, i, j, depart - board.closing_min, depart, arrive, ready))
    return rows


def _headway_rows(scenario: Scenario, places: Places, s: int, service: Service) -> list[Row]:
    rows: list[Row] = []
    wait = ceil_div(service.headway_min or 0, 2)
    for i, board in enumerate(service.stops):
        for j in range(i + 1, len(service.stops)):
            alight = service.stops[j]
            if board.departure is None or alight.arrival is None or alight.hub == board.hub:
                continue
            ride = ride_minutes(service, board.hub, alight.hub, scenario.horizon.start, scenario.hubs)
            ends = places.index[board.hub], places.index[alight.hub]
            arrive = wait + ride
            rows.append((s, -1, *ends, i, j, 0, wait, arrive, arrive + alight.pick_up_ready_min))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """Chains of one to three rides with terminal transfers, no hub twice.

    Attributes
    ----------
    rides : int32[C, 3]
        Ride indices, -1 behind the last.
    origin, destination : int32[C]
    closing : int64[C]
        Latest hand-in; ``NEVER`` for headway-only chains.
    ready : int64[C]
        Pick-up-ready at the last hub; for headway-only chains minutes after the hand-in.
    flexible : bool[C]
        Headway rides only.
    """

    rides: Int32
    origin: Int32
    destination: Int32
    closing: Int64
    ready: Int64
    flexible: Bool

    @property
    def count(self) -> int:
        """Number of chains."""
        return int(self.origin.size)

    def chosen(self, which: Bool | Int64) -> Chains:
        """Some of the chains."""
        return Chains(
            rides=self.rides[which],
            origin=self.origin[which],
            destination=self.destination[which],
            closing=self.closing[which],
            ready=self.ready[which],
            flexible=self.flexible[which],
        )


def single_rides(rides: Rides) -> Chains:
    """Every ride as a chain of its own."""
    table = np.full((rides.count, 3), -1, dtype=np.int32)
    table[:, 0] = np.arange(rides.count)
    return Chains(
        rides=table,
        origin=rides.origin,
        destination=rides.destination,
        closing=np.where(rides.headway, NEVER, rides.closing),
        ready=rides.ready,
        flexible=rides.headway,
    )


def extended(chains: Chains, rides: Rides, places: Places, length: int) -> Chains:
    """Every chain of ``length`` rides followed by one more ride that it can catch.

    A headway ride starts as early as possible after a departure; headway rides before the first departure start
    as late as possible, so they move the closing of the chain forward by their own length.
    """
    found: list[tuple[Int64, Int64]] = []
    for hub in range(places.hub_count):
        head = np.flatnonzero(chains.destination == hub)
        tail = np.flatnonzero(rides.origin == hub)
        if head.size and tail.size:
            found.append(_joins(chains, rides, places, head, tail))
    if not found:
        return chains.chosen(np.zeros(0, dtype=np.int64))
    head = np.concatenate([h for h, _ in found])
    tail = np.concatenate([t for _, t in found])
    lift = places.lift_min[rides.origin[tail]]
    begun, rolling = ~chains.flexible[head], rides.headway[tail]
    table = chains.rides[head].copy()
    table[:, length] = tail
    late = np.where(begun, chains.closing[head], rides.closing[tail] - lift - chains.ready[head])
    return Chains(
        rides=table,
        origin=chains.origin[head],
        destination=rides.destination[tail],
        closing=np.where(~begun & rolling, NEVER, late),
        ready=np.where(rolling, chains.ready[head] + lift + rides.ready[tail], rides.ready[tail]),
        flexible=~begun & rolling,
    )


def _joins(chains: Chains, rides: Rides, places: Places, head: Int64, tail: Int64) -> tuple[Int64, Int64]:
    hub = int(rides.origin[tail[0]])
    catch = (chains.ready[head] + places.lift_min[hub])[:, None] <= rides.closing[tail][None, :]
    catch |= rides.headway[tail][None, :] | chains.flexible[head][:, None]
    for ride in range(3):
        ridden = chains.rides[head, ride]
        visited = np.where(ridden >= 0, rides.origin[ridden], -1)
        catch &= visited[:, None] != rides.destination[tail][None, :]
    rows, columns = np.nonzero(catch)
    return head[rows], tail[columns]
