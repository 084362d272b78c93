"""Scheduled services: stops, calendar, capacity, tariff, allotment, charter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cargopool.model.energy import ServiceEnergy
from cargopool.model.place import Mode, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStop:
    """One call of a service at a hub.

    Attributes
    ----------
    hub : str
        Hub id.
    arrival, departure : tuple of (day_offset, minute_of_day) or None
        Local wall-clock time at the hub, relative to the local operating day of the first stop.
        The first stop has no arrival, the last no departure.
    closing_min : int
        Latest hand-in, minutes before departure.
    pick_up_ready_min : int
        Earliest collection, minutes after arrival.
    booking_close_min : int
        Latest booking, minutes before departure.
    """

    hub: str
    arrival: tuple[int, int] | None = None
    departure: tuple[int, int] | None = None
    closing_min: int = 0
    pick_up_ready_min: int = 0
    booking_close_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLeg:
    """The ride between two consecutive stops.

    Attributes
    ----------
    km : float
        Distance by this mode.
    countries : tuple of (country, km)
        Kilometres by country, for grid mixes.
    shortest_km : float or None
        Shortest feasible distance, where the line runs a longer way: transport activity counts this one.
    """

    km: float
    countries: tuple[tuple[str, float], ...] = ()
    shortest_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegCapacity:
    """Room on every leg of a departure that the pool may book; None means never binding."""

    teu_milli: int | None = None
    units: int | None = None
    gross_tonnes: int | None = None
    length_m: int | None = None
    plugs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightClass:
    """Price of a unit whose gross mass (tare + cargo) is at most ``up_to_kg``."""

    up_to_kg: int
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Price per unit on a service.

    Attributes
    ----------
    eur_per_unit, eur_per_teu : float
        Both apply: a unit of t TEU costs ``eur_per_unit + t * eur_per_teu`` over the whole service.
    by_stops : mapping of (from hub, to hub) to share
        Share of the price between two stops; without an entry the price goes by km share.
    weight_classes : tuple of WeightClass
        Ascending; the price is multiplied by the factor of the class. Empty: factor 1 up to the payload.
    min_eur : float
        Minimum charge per unit.
    carbon_share : float
        Share of the price that already prices carbon, such as an emissions-trading surcharge.
    """

    eur_per_unit: float = 0.0
    eur_per_teu: float = 0.0
    by_stops: Mapping[tuple[str, str], float] = field(default_factory=dict)
    weight_classes: tuple[WeightClass, ...] = ()
    min_eur: float = 0.0
    carbon_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """A service that runs only if the plan chooses it.

    Attributes
    ----------
    eur_per_run : float
        Price of a run, whatever it carries.
    """

    eur_per_run: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharge:
    """A dated addition to the tariff per unit, such as a low-water or peak-season surcharge.

    Attributes
    ----------
    services : frozenset of str
        Service ids that it applies to; empty means all of ``mode``.
    start_min, end_min : int
        Applies to departures whose first-leg departure time is in [start, end), minutes since horizon start.
    eur_per_unit, eur_per_teu, percent : float
        Added together; percent is of the tariff line.
    carbon_share : float
        Share of it that prices carbon.
    """

    id: str
    mode: Mode | None = None
    services: frozenset[str] = frozenset()
    start_min: int
    end_min: int
    eur_per_unit: float = 0.0
    eur_per_teu: float = 0.0
    percent: float = 0.0
    carbon_share: float = 0.0
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A line that runs on a calendar, in one direction.

    Attributes
    ----------
    stops : tuple of ServiceStop
        At least two, in order. ``legs[i]`` joins stop i and i + 1.
    weekdays : frozenset of int
        Operating days, Monday is 0, local to the first stop.
    added_dates, removed_dates : frozenset of str
        ISO dates that run although, or do not run although the weekday says otherwise.
    runs_per_week : float
        From 20 on, with ``headway``, the line is a headway service.
    headway_min : int or None
        Set for a headway service: any-time departures with half of it waited; no calendar, no capacity rows.
    unit_types : frozenset of str or None
        Load-unit types accepted; None is every type that the mode takes.
    gauges : frozenset of str
        Rail profiles accepted.
    adr_classes : frozenset of str or None
        ADR classes accepted; None is all.
    capacity : LegCapacity
        On every leg. Already multiplied by any capacity factor.
    allotment_units, spot_units : int, int or None
        Units per departure already paid (price 0), and units on sale at the tariff (None: up to capacity).
    charter : Charter or None
        Runs only if chosen; then its units pay no tariff, and every slot is a charter slot.
    mj_per_gross_tkm : float
        Energy per gross tonne-km at its reference mass and load factor, empty share included; 0 where ``energy``
        says it.
    energy : ServiceEnergy or None
        Physical inputs that give what is not given here (`cargopool.model.energy.mj_per_gross_tkm`).
    carrier : str
        Energy carrier id: ``electricity`` takes the grid of each country.
    run_gross_t : float
        Gross tonnes of a whole run, for a charter's emissions.
    """

    id: str
    name: str
    operator: str
    mode: Mode
    stops: tuple[ServiceStop, ...]
    legs: tuple[ServiceLeg, ...]
    weekdays: frozenset[int] = frozenset()
    added_dates: frozenset[str] = frozenset()
    removed_dates: frozenset[str] = frozenset()
    headway_min: int | None = None
    unit_types: frozenset[str] | None = None
    gauges: frozenset[str] = frozenset()
    adr_classes: frozenset[str] | None = None
    capacity: LegCapacity = LegCapacity()
    tariff: Tariff = Tariff()
    allotment_units: int = 0
    spot_units: int | None = None
    cancel_before_min: int | None = None
    cancel_eur: float = 0.0
    charter: Charter | None = None
    mj_per_gross_tkm: float = 0.0
    carrier: str = "electricity"
    run_gross_t: float = 0.0
    energy: ServiceEnergy | None = None
    status: str = "active"
    provenance: Provenance = Provenance()
