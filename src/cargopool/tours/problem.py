"""What a tour solver is asked and what it answers: places, jobs, vehicles in; tours out.

The same shape holds loose freight (pallets collected to a hub, delivered from it, or carried between two doors) and
load units (fetch an empty container, load it at a door, hand it in): a job is a short list of stops that one vehicle
visits in order, each putting something on board or taking it off. A hub is a place like any other, so a vehicle may
come by it several times in a tour (several trips a day), start or end there or elsewhere.

Times are whole minutes since the horizon start, amounts the integers of `cargopool.units`, money integer cents; rates
are floats. A tour is one duty of one driver unless its vehicle may stay out overnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cargopool.model.equipment import Manning, Temperature

DIMENSIONS = ("pallets_milli", "kg", "volume_m3_milli", "loading_metres_milli", "unit_places_milli")
"""Order of the dimensions in every capacity array."""

Periods = tuple[tuple[int, int], ...]
"""Periods (first minute, last minute), sorted and apart."""

ALWAYS: Periods = ((-(2**40), 2**40),)
"""The window of a stop that may be visited at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What is on board, put on board, or may be.

    Attributes
    ----------
    pallets_milli, kg, volume_m3_milli, loading_metres_milli : int
        Freight; ``kg`` has the tare of load units too, so that the vehicle's payload and energy see it.
    unit_places_milli : int
        Places for load units: 1000 is a whole truck, so a container takes 1000 and one of two swap bodies 500.
    """

    pallets_milli: int = 0
    kg: int = 0
    volume_m3_milli: int = 0
    loading_metres_milli: int = 0
    unit_places_milli: int = 0

    def as_tuple(self) -> tuple[int, int, int, int, int]:
        """The dimensions in the order of `DIMENSIONS`."""
        return (
            self.pallets_milli,
            self.kg,
            self.volume_m3_milli,
            self.loading_metres_milli,
            self.unit_places_milli,
        )

    def __neg__(self) -> Amount:
        return amount_of(tuple(-value for value in self.as_tuple()))

    def __add__(self, other: Amount) -> Amount:
        return amount_of(tuple(a + b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))


def amount_of(values: tuple[int, ...]) -> Amount:
    """Make an amount from values in the order of `DIMENSIONS`."""
    return Amount(**dict(zip(DIMENSIONS, values, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStop:
    """One visit that a job needs.

    Attributes
    ----------
    place : int
        Index into `TourProblem.places`.
    change : Amount
        Put on board (positive) or taken off (negative).
    windows : Periods
        When the work may *begin*, both ends included. Work that must end by closing time has the window
        (opens, closes - visit minutes - service minutes); a hand-in before closing ends with the closing time less
        them; goods that are available from a minute on begin with that minute.
    service_min : int
        Minutes of work for this job; the driver is on duty (live loading). 0 or few for a drop.
    """

    place: int
    change: Amount
    windows: Periods = ALWAYS
    service_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TourJob:
    """Stops that one vehicle visits in this order in one tour; stops of other jobs may lie between them.

    Attributes
    ----------
    id : str
    stops : tuple of TourStop
        Two for a collection (door, hub), a delivery (hub, door) or a pair (door, door); three or four for a unit
        (depot: empty on board; door: load; terminal: off). The job's own load is never negative; what its
        changes leave on board stays there to the end of the tour, so a collection that is handed in at ``end_place``
        may be one stop.
    unserved_cents : int
        Price of leaving the job out, such as that of a dedicated truck. Serving is never given up for less.
    temperature : Temperature
        The vehicle must have it.
    tail_lift : bool
        The vehicle must have one.
    unit_type : str
        Load-unit type that the vehicle must carry; empty for loose freight, which only vehicles without unit types
        take.
    vehicles : frozenset of str or None
        Ids of the only vehicles that may serve it; None is all.
    pooling_class : str
        Jobs of different classes never share a tour (temperature classes, segregation groups, customs, ...).
    """

    id: str
    stops: tuple[TourStop, ...]
    unserved_cents: int
    temperature: Temperature = "ambient"
    tail_lift: bool = False
    unit_type: str = ""
    vehicles: frozenset[str] | None = None
    pooling_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourVehicle:
    """A kind of vehicle of which ``count`` alike stand ready in every shift.

    Attributes
    ----------
    id : str
    count : int
        Tours that may run in each shift.
    capacity : Amount
        Limit of what is on board at once, in every dimension. ``kg`` = gross limit - kerb mass (tractor and chassis).
    shifts : Periods
        (earliest start, latest end) of a tour, one per shift, such as one per day. Shifts that overlap, or that follow
        each other by less than the daily rest, mean another driver: each tour begins with a rested one.
    start_place, end_place : int or None
        Places where every tour starts and ends (depots, at hubs or elsewhere). None: it starts at its first stop, or
        ends at its last one (an open tour).
    temperatures, tail_lift
        What it offers.
    unit_types : frozenset of str
        Load-unit types that its chassis takes; empty for a body, which takes loose freight.
    fixed_cents, cents_per_km, cents_per_km_kg, cents_per_hour : int, float, float, float
        Per tour; per km; per km and kg on board; per hour from the start of the tour to its end, waits, breaks and
        rests included.
    manning : Manning or None
        Whose rules of driving and rest hold (`cargopool.rules.tours`); None: no rules.
    overnight : bool
        Daily rests may lie inside a tour; otherwise a tour is one shift (13 h from its start for a single driver).
    bans : bool
        Truck bans hold for it (not for vans, nor where the leg of combined transport is exempt).
    mj_per_km_empty, mj_per_km_kg : float
        Energy per km, empty, and per kg on board (linear in the load, `cargopool.model.equipment.RoadVehicle`).
    cents_per_mj : float
        Price of energy, with that of its carbon when the caller wants it in the objective.
    battery_mj : float or None
        Usable energy at the start of a tour; None: no limit. One charging stop may be made at one of
        `TourProblem.chargers`.
    charge_mj_per_min : float
        Fastest that the vehicle charges.
    max_stops, max_trips : int or None
        Stops of jobs in a tour; times in a tour that a job comes on board while no other is.
    """

    id: str
    capacity: Amount
    shifts: Periods
    count: int = 1
    start_place: int | None = None
    end_place: int | None = None
    temperatures: frozenset[Temperature] = frozenset({"ambient"})
    tail_lift: bool = False
    unit_types: frozenset[str] = frozenset()
    fixed_cents: int = 0
    cents_per_km: float = 0.0
    cents_per_km_kg: float = 0.0
    cents_per_hour: float = 0.0
    manning: Manning | None = "single"
    overnight: bool = False
    bans: bool = True
    mj_per_km_empty: float = 0.0
    mj_per_km_kg: float = 0.0
    cents_per_mj: float = 0.0
    battery_mj: float | None = None
    charge_mj_per_min: float = 0.0
    max_stops: int | None = None
    max_trips: int | None = None


@dataclass(frozen=True, slots=True)
class Charger:
    """A place where a battery is charged, at most this fast."""

    place: int
    mj_per_min: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TourProblem:
    """Everything that a tour solver knows. Immutable; pickles.

    Attributes
    ----------
    places : tuple of str
        Ids of P places, hubs, doors and depots alike.
    km : float array (P, P)
    drive_min : int array (P, P)
        Pure driving minutes, from row to column; need not be symmetric.
    visit_min : int array (P,)
        Minutes of work per visit of a place (gate, dock), once for stops of a tour that follow each other at one place,
        before the first one's ``service_min``.
    jobs, vehicles
    vetoes : frozenset of (job id, job id)
        Pairs that never share a tour.
    bans : tuple of Periods
        Calendars: periods [start, end) without driving.
    ban_of : int array (P, P) or None
        Calendar that holds for all of the way from row to column, -1 for none; None: no bans.
    chargers : tuple of Charger
    coordinates : float array (P, 2) or None
        Latitude and longitude (or x, y); only for dividing large problems. Travel times serve without it.
    """

    places: tuple[str, ...]
    km: NDArray[np.float64]
    drive_min: NDArray[np.int64]
    jobs: tuple[TourJob, ...]
    vehicles: tuple[TourVehicle, ...]
    visit_min: NDArray[np.int64]
    vetoes: frozenset[tuple[str, str]] = frozenset()
    bans: tuple[Periods, ...] = ()
    ban_of: NDArray[np.int64] | None = None
    chargers: tuple[Charger, ...] = ()
    coordinates: NDArray[np.float64] | None = None


Route = tuple[int, int, list[tuple[int, int]]]
"""A tour that is not timed yet: vehicle, shift, (job, stop) in order, all indices."""

VisitKind = Literal["start", "stop", "charge", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TourVisit:
    """A line of a tour.

    Attributes
    ----------
    kind : {'start', 'stop', 'charge', 'end'}
        ``start`` and ``end`` are there only when the vehicle has such a place.
    place : int
    job : str
        Job of a ``stop``, else empty.
    stop : int
        Index into the job's stops; -1 unless a ``stop``.
    arrive_min, begin_min, end_min : int
        Arrival; begin of work after waiting; end of it.
    km, drive_min : float, int
        From the visit before.
    load : Amount
        On board when the visit ends.
    mj : float
        Energy charged here; 0 unless a ``charge``.
    """

    kind: VisitKind
    place: int
    job: str = ""
    stop: int = -1
    arrive_min: int
    begin_min: int
    end_min: int
    km: float = 0.0
    drive_min: int = 0
    load: Amount = field(default_factory=Amount)
    mj: float = 0.0


TourSegmentKind = Literal["drive", "work", "wait", "break", "rest", "ban", "charge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TourCost:
    """Cents of a tour, each line rounded once, half-even; distance is that of the vehicle and of what is on board."""

    fixed_cents: int
    distance_cents: int
    time_cents: int
    energy_cents: int

    @property
    def total_cents(self) -> int:
        """Sum of the lines."""
        return self.fixed_cents + self.distance_cents + self.time_cents + self.energy_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """One vehicle's way through its stops.

    Attributes
    ----------
    vehicle : str
    shift : int
        Index into the vehicle's shifts.
    visits : tuple of TourVisit
        In order, from start to end.
    log : tuple of (kind, start_min, end_min)
        What the driver does, without gaps: ``drive``, ``work``, ``wait``, ``break``, ``rest``, ``ban``, ``charge``.
    start_min, end_min : int
    km, drive_min, energy_mj : float, int, float
    cost : TourCost
    """

    vehicle: str
    shift: int
    visits: tuple[TourVisit, ...]
    log: tuple[tuple[TourSegmentKind, int, int], ...]
    start_min: int
    end_min: int
    km: float
    drive_min: int
    energy_mj: float
    cost: TourCost

    @property
    def jobs(self) -> tuple[str, ...]:
        """Ids of the jobs served, in the order of their first stops."""
        return tuple(dict.fromkeys(visit.job for visit in self.visits if visit.kind == "stop"))


UnservedReason = Literal["no vehicle", "no vehicle in time", "dearer than leaving it out", "no room found"]
"""``no vehicle``: none offers temperature, tail-lift, unit type or room; ``no vehicle in time``: none can do it even
alone in a tour; ``dearer ...``: even the cheapest tour for it alone costs more than ``unserved_cents``; ``no room
found``: it would go alone, but the tours found, within the count of vehicles, have no place for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourSolution:
    """Tours, exact and feasible, and what they leave out.

    Attributes
    ----------
    tours : tuple of Tour
        Sorted by shift start, vehicle and first job.
    unserved : mapping of job id to reason
    cost_cents : int
        Sum of the tours' costs and of ``unserved_cents`` of what is left out.
    engine : str
        What found it.
    iterations : int
    seconds : float
    """

    tours: tuple[Tour, ...]
    unserved: Mapping[str, UnservedReason]
    cost_cents: int
    engine: str
    iterations: int = 0
    seconds: float = 0.0
