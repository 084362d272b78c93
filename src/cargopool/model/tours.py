"""Tours of a plan: what vehicles around the hubs do, stop by stop, and the prices that the plan was made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TaskKind = Literal["pick_up", "drop_off", "take_empty", "load", "leave_full", "take_full", "unload", "leave_empty"]
SegmentKind = Literal["drive", "work", "wait", "break", "rest", "charge", "ban"]
LeadWay = Literal["pallets", "units"]
DrayageKind = Literal["collection", "delivery", "haulage_out", "haulage_in"]

HIRED = ""
"""Fleet row of a hired truck: the drayage vehicle, as many as are needed, at its tariff."""

LEAST_RATE, MOST_RATE = 0.1, 10.0
"""Between these lies every factor that rounds of plan and tours give an estimate."""
NEVER_MIN = 10**6
"""Lead time of a shipment that no truck can carry between its door and a hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourTask:
    """One thing done at a stop.

    Attributes
    ----------
    kind : TaskKind
        Pallets: ``pick_up``, ``drop_off``. Units: ``take_empty`` at the hub (or, after drop unloading, at the door),
        ``load`` and ``unload`` with the vehicle waiting at the door, ``take_full`` at the hub (or at a door that works
        by drop), ``leave_full`` and ``leave_empty`` at the hub (or at such a door).
    shipment, part, first_atom, atoms : str, int, int, int
        Pallets of a shipment part; empty and 0 for units.
    unit : str
        Planned load unit; empty for pallets.
    """

    kind: TaskKind
    shipment: str = ""
    part: int = 0
    first_atom: int = 0
    atoms: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStop:
    """A call of a vehicle at a place.

    Attributes
    ----------
    arrive_min, start_min, end_min : int
        Arrival; begin and end of the work there. What lies between, and before driving on, are waits, breaks or rests.
    task : TourTask or None
        One task; several at one place are calls that follow each other. None where a tour only begins, charges or ends.
    charge_mj : float
        Energy charged here.
    """

    place: str
    arrive_min: int
    start_min: int
    end_min: int
    task: TourTask | None = None
    charge_mj: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TourSegment:
    """What the driver does from ``start_min`` to ``end_min``."""

    kind: SegmentKind
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleTour:
    """A vehicle's way from its depot over doors and hubs.

    Attributes
    ----------
    id : str
        Unique within a plan.
    fleet : str
        Row of the scenario's fleet; empty for a hired truck.
    number : int
        Which of the row's vehicles, from 1; a hired truck has a number of its own.
    vehicle : str
        Road vehicle whose prices, energy and manning hold.
    stops : tuple of TourStop
        In driving order.
    log : tuple of TourSegment
        The driver's time from the first call to the last, without gaps; each tour begins with a rested driver.
    """

    id: str
    fleet: str
    number: int
    vehicle: str
    stops: tuple[TourStop, ...]
    log: tuple[TourSegment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrayageRate:
    """What the plan took a collection, delivery or unit haulage for, against the estimate of the scenario.

    Attributes
    ----------
    factor : float
        Multiplies every line of the estimate between this door and this hub; from ``LEAST_RATE`` to ``MOST_RATE``.
    """

    kind: DrayageKind
    door: str
    hub: str
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """Minutes that the plan adds to a shipment's way between its door and a hub, as no tour was in time.

    Attributes
    ----------
    minutes : int
        From 1 on; ``NEVER_MIN``: no truck can carry it there, and the plan does not ask for it.
    way : LeadWay
        ``pallets``: to its collection or delivery there; ``units``: to the unit haulage there.
    """

    shipment: str
    hub: str
    minutes: int
    way: LeadWay = "pallets"
