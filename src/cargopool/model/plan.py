"""What a plan is: complete enough that somebody could execute it.

All times are whole minutes since the horizon start (UTC elapsed); files show them as ISO local time and UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from cargopool.model.execution import DepotStock, ExecutionTotals, RoundTrip, UnitLayout, UnitShortage
from cargopool.model.tours import DrayageRate, LeadTime, VehicleTour

if TYPE_CHECKING:
    from pandas import DataFrame

SlotKind = Literal["allotment", "spot", "charter", "headway"]
MoveKind = Literal["scheduled", "road", "door"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadStage:
    """A truck trip inside a move.

    Attributes
    ----------
    purpose : {'main', 'haulage_out', 'haulage_in'}
        ``main``: the whole of a road move, origin to destination. ``haulage_out``: fetch an empty unit at the hub
        ``destination``, load at door ``origin``, bring it to ``destination``. ``haulage_in``: bring a unit from hub
        ``origin`` to door ``destination``, unload, return it empty.
    depart_min, arrive_min : int
        Loaded trip: leaving ``origin`` and reaching ``destination``, breaks, rests, bans and shuttle included;
        customs crossing not included.
    """

    purpose: Literal["main", "haulage_out", "haulage_in"]
    vehicle: str
    origin: str
    destination: str
    depart_min: int
    arrive_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureStage:
    """A ride on one departure (or headway run) of a service inside a move.

    Attributes
    ----------
    service, run_date : str
        The departure: service id and local ISO operating date of its first stop (empty for headway services).
    origin, destination : str
        Hubs of boarding and alighting.
    slot : SlotKind
        What kind of slot each unit takes.
    closing_min, depart_min, arrive_min, pick_up_ready_min : int
        For a headway service: depart = hand-over + half a headway rounded up, closing = hand-over.
    """

    service: str
    run_date: str
    origin: str
    destination: str
    slot: SlotKind
    closing_min: int
    depart_min: int
    arrive_min: int
    pick_up_ready_min: int


Stage = RoadStage | DepartureStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One load unit (or the two swap bodies of one truck) going sealed between two places.

    Attributes
    ----------
    id : str
        Unique within a plan.
    kind : MoveKind
        ``scheduled``: departures only. ``road``: one ``main`` road stage. ``door``: departures with haulage at one or
        both ends.
    latest_min : int
        Loading at the origin must have ended by then: truck departure of a road move, hand-in time of a scheduled one,
        departure of the loaded haulage from the door.
    available_min : int
        Unloading at the destination may start: truck arrival + crossing, collection + lift + crossing, or arrival of
        the haulage at the door + crossing.
    hand_in_min, collect_min : int or None
        At the first and last terminal of the departures; None for road moves.
    units_per_move : int
        Units that one such move carries: ``per_truck`` on road moves, 1 otherwise.
    max_gross_kg : int or None
        Gross mass per unit that the tariff's weight class allows; None without classes.
    """

    id: str
    kind: MoveKind
    origin: str
    destination: str
    unit_type: str
    stages: tuple[Stage, ...]
    latest_min: int
    available_min: int
    hand_in_min: int | None = None
    collect_min: int | None = None
    units_per_move: int = 1
    max_gross_kg: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Atoms (pallets, or one whole sealed unit) of one shipment part in one load unit.

    Attributes
    ----------
    first_atom, atoms : int
        Range of the shipment's atoms, counted from 0. Atom sizes follow `cargopool.model.quantity`.
    """

    shipment: str
    part: int
    first_atom: int
    atoms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    """One load unit on one move with what is in it.

    Attributes
    ----------
    id : str
        Unique within the plan.
    move : str
        Move id.
    truck : int
        Number of the move use (1..n) this unit belongs to; the units of one truck share it.
    temperature, segregation : str
        Pooling class.
    contents : tuple of Content
        May be empty only for the second swap body of a truck.
    """

    id: str
    move: str
    truck: int
    unit_type: str
    temperature: str
    segregation: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stowage:
    """What a planned unit carries after stacking; nothing when it is not needed any more."""

    unit: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUse:
    """A move that the plan uses, ``count`` times in a pooling class."""

    move: Move
    temperature: str
    segregation: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Loading, unloading or cross-docking of a shipment part at a place.

    Attributes
    ----------
    kind : {'load', 'transfer', 'unload'}
        First stuffing, strip-and-stuff between two moves, final stripping.
    start_min, end_min : int
        Empty interval for sealed units.
    """

    place: str
    kind: Literal["load", "transfer", "unload"]
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Collection or delivery of a shipment part by estimate.

    Attributes
    ----------
    kind : {'collection', 'delivery'}
    door, hub : str
    start_min, end_min : int
        Collection: start of loading at the door to arrival at the hub. Delivery: departure from the hub to the end of
        unloading at the door.
    """

    kind: Literal["collection", "delivery"]
    door: str
    hub: str
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """How one shipment part travels.

    Attributes
    ----------
    part : int
        1..max_parts.
    first_atom, atoms : int
        Range of the shipment's atoms that this part is; the parts of a shipment follow one another.
    moves : tuple of str
        Move ids in order.
    handlings : tuple of Handling
        One before the first move, one between two moves, one after the last.
    delivered_min : int
        End of the last handling or delivery tour.
    late_min : int
        Minutes after the due time.
    """

    shipment: str
    part: int
    first_atom: int
    atoms: int
    moves: tuple[str, ...]
    handlings: tuple[Handling, ...]
    collection: Tour | None = None
    delivery: Tour | None = None
    delivered_min: int
    late_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterRun:
    """A charter run that the plan operates."""

    service: str
    run_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A shipment left out.

    Attributes
    ----------
    reason : str
        Code such as ``no_itinerary``, ``capacity`` or ``price``; docs/reasons.md.
    text : str
        One plain sentence, and how the reason was derived.
    """

    shipment: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One line of money.

    Attributes
    ----------
    kind : str
        One of `cargopool.footprint.kinds.COST_KINDS`.
    owner : str
        ``move:<id>``, ``part:<shipment>/<part>``, ``run:<service>/<date>``.
    what : str
        Formula in words and numbers, such as ``1090.0 km x 0.95 EUR/km``.
    cents : int
        Amount of one such move, part or run.
    count : int
        How many times it applies (trucks or units of the move).
    carbon_cents : int
        Part of ``cents`` that already prices carbon.
    """

    kind: str
    owner: str
    what: str
    cents: int
    count: int = 1
    carbon_cents: int = 0
    confidence: str = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tce:
    """One transport chain element: the energy and greenhouse gas of one owner, as in ISO 14083.

    Attributes
    ----------
    kind : str
        One of `cargopool.footprint.kinds.TCE_KINDS`.
    owner : str
        As in `CostLine`; per-cargo elements are owned by the part.
    km, mass_kg : float, int
        Distance and cargo mass (0 where the element does not depend on it).
    energy_mj : float
        Of one such use.
    wtt_grams, ttw_grams : int
        Well-to-tank and tank-to-wheel; their sum is the element's CO2e.
    """

    kind: str
    owner: str
    what: str
    mode: str
    carrier: str
    km: float
    mass_kg: int
    energy_mj: float
    wtt_grams: int
    ttw_grams: int
    count: int = 1
    confidence: str = "own"

    @property
    def grams(self) -> int:
        """Well-to-wheel CO2e in grams of one use."""
        return self.wtt_grams + self.ttw_grams


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Totals of a plan; integers in cents and grams.

    Attributes
    ----------
    cost_cents : int
        Money: sum of all cost lines.
    weighted_cost_cents : int
        Money as the objective weighs it (line weights; carbon inside prices left out where asked).
    co2e_grams : int
        Sum of all elements.
    carbon_cents, lateness_cents, time_value_cents, unserved_cents : int
        The objective's other terms.
    external_cents : int
        External costs where the objective counts them (``external_costs: internalise``), else 0; never money.
    """

    cost_cents: int
    weighted_cost_cents: int
    co2e_grams: int
    energy_mj: float
    carbon_cents: int
    lateness_cents: int
    time_value_cents: int
    unserved_cents: int
    external_cents: int = 0

    @property
    def objective_cents(self) -> int:
        """What the plan minimises."""
        return (
            self.weighted_cost_cents
            + self.carbon_cents
            + self.lateness_cents
            + self.time_value_cents
            + self.unserved_cents
            + self.external_cents
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan. ``cost_lines``, ``tces`` and ``totals`` come from footprint/ and are checked by the verifier.

    Attributes
    ----------
    round_trips, layouts, stowages, empty_moves, depot_stocks, shortages
        How it is carried out, where the scenario asks for it (docs/execution.md).
    execution_lines, execution_tces : tuple
        Of round trips (owner ``round:<id>``; they replace the road trips of their trucks) and empty moves
        (owner ``empty:<id>``).
    execution_totals : ExecutionTotals or None
        None without an execution layer; ``totals`` never contain any of it.
    drayage_rates, lead_times : tuple of DrayageRate, of LeadTime
        What the estimates of collection, delivery and haulage were corrected by; ``cost_lines`` are at these rates.
    tours : tuple of VehicleTour
        Tours that carry out every planned collection, delivery and unit haulage; empty for a plan without tours.
    tour_lines, tour_tces, tour_totals
        Money and CO2e of the tours, and the plan's totals with them in the place of the estimates.
    """

    scenario: str
    variant: str
    moves: tuple[MoveUse, ...]
    units: tuple[PlannedUnit, ...]
    itineraries: tuple[Itinerary, ...]
    charters: tuple[CharterRun, ...]
    unserved: tuple[Unserved, ...]
    cost_lines: tuple[CostLine, ...]
    tces: tuple[Tce, ...]
    totals: Totals
    round_trips: tuple[RoundTrip, ...] = ()
    layouts: tuple[UnitLayout, ...] = ()
    stowages: tuple[Stowage, ...] = ()
    empty_moves: tuple[MoveUse, ...] = ()
    depot_stocks: tuple[DepotStock, ...] = ()
    shortages: tuple[UnitShortage, ...] = ()
    execution_lines: tuple[CostLine, ...] = ()
    execution_tces: tuple[Tce, ...] = ()
    execution_totals: ExecutionTotals | None = None
    drayage_rates: tuple[DrayageRate, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    tours: tuple[VehicleTour, ...] = ()
    tour_lines: tuple[CostLine, ...] = ()
    tour_tces: tuple[Tce, ...] = ()
    tour_totals: Totals | None = None

    @property
    def executed_units(self) -> tuple[PlannedUnit, ...]:
        """The load units as they are carried out: contents after stacking, without those that it empties."""
        if not self.stowages:
            return self.units
        changed = {stowage.unit: stowage.contents for stowage in self.stowages}
        kept = [unit for unit in self.units if changed.get(unit.id, True)]
        return tuple(replace(unit, contents=changed.get(unit.id, unit.contents)) for unit in kept)

    def itineraries_frame(self) -> DataFrame:
        """The itineraries as a pandas data frame; see `cargopool.model.frames`."""
        from cargopool.model.frames import itineraries_frame

        return itineraries_frame(self)
