"""What is added to a plan so that it can be carried out: round trips, loading layouts, empty units.

These parts stand on top of a plan of the reference model and change nothing in it; docs/execution.md has their rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRules:
    """Which execution layers a scenario asks for, and their numbers.

    Attributes
    ----------
    round_trips : bool
        Match road moves into round trips where they pay.
    max_loaded_legs : int
        Loaded legs of one round trip, 2 to 4.
    max_empty_km : float
        Longest empty leg of a round trip.
    max_standing_h : int
        Longest time that a truck stands between two legs.
    standing_eur_per_h : float
        Price of standing between two legs of a round trip, loading and unloading included.
    layouts : bool
        Arrange the pallets of every load unit.
    stacking : bool
        Empty load units whose pallets can be stacked in other units of their move; layouts come with it.
    max_eccentricity : float
        Containers and swap bodies: distance of the cargo's centre of gravity from the middle, share of the length.
    kingpin_kg, bogie_kg : int
        Trailers: most that may rest on the kingpin and on the axle group.
    empty_units : bool
        Balance the empty units of the depots and reposition them.
    imbalance_eur : mapping of load-unit type to float
        Price of a unit that a hub has less at the end than at the start; ``default`` serves the other types.
    shortage_eur : float
        Price of a unit that is missing when it is needed.
    """

    round_trips: bool = False
    max_loaded_legs: int = 3
    max_empty_km: float = 300.0
    max_standing_h: int = 24
    standing_eur_per_h: float = 5.0
    layouts: bool = False
    stacking: bool = False
    max_eccentricity: float = 0.05
    kingpin_kg: int = 12_000
    bogie_kg: int = 24_000
    empty_units: bool = False
    imbalance_eur: Mapping[str, float] = field(default_factory=dict)
    shortage_eur: float = 5_000.0

    @property
    def wanted(self) -> bool:
        """Whether any layer is asked for."""
        return self.round_trips or self.layouts or self.stacking or self.empty_units

    def imbalance_of(self, unit_type: str) -> float:
        """EUR per unit of a type that is missing at a hub at the end."""
        return self.imbalance_eur.get(unit_type, self.imbalance_eur.get("default", 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLeg:
    """One leg of a round trip.

    Attributes
    ----------
    kind : {'loaded', 'empty'}
        ``loaded``: one truck of a road move, times as in the plan. ``empty``: between two of them, or
        back to the start.
    depart_min, arrive_min : int
        Breaks, rests, bans and shuttle included.
    move, temperature, segregation, truck : str, str, str, int
        Which truck of which move use; empty texts and 1 for an empty leg.
    """

    kind: Literal["loaded", "empty"]
    origin: str
    destination: str
    depart_min: int
    arrive_min: int
    move: str = ""
    temperature: str = ""
    segregation: str = ""
    truck: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """A truck that serves several road moves and comes back to where it began.

    Attributes
    ----------
    vehicle, unit_type : str
        The truck, and the load units that stay on it.
    gain_cents : int
        What the objective saves against the same trucks one by one, carbon price included.
    """

    id: str
    vehicle: str
    unit_type: str
    legs: tuple[RoundLeg, ...]
    gain_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PalletPlace:
    """Where a pallet stands in a load unit.

    Attributes
    ----------
    shipment, part, atom : str, int, int
        Atom of the shipment, counted from 0.
    row : int
        From 1 at the front wall (the door is at the other end).
    side : int
        From 1 at the left, seen in driving direction.
    level : int
        1 on the floor, 2 on another pallet.
    stop : int
        Order of unloading, from 1.
    """

    shipment: str
    part: int
    atom: int
    row: int
    side: int
    level: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLayout:
    """The loading layout of one planned unit.

    Attributes
    ----------
    status : {'arranged', 'refused'}
        ``refused``: no arrangement within the limits was found; ``problem`` says which limit.
    gap_mm : int
        Free length between the front wall and the first row.
    gravity_mm : int
        Centre of gravity of the cargo, from the front wall.
    kingpin_kg, bogie_kg : int
        Trailers: cargo and tare on the kingpin and the axle group; 0 for other units.
    """

    unit: str
    status: Literal["arranged", "refused"]
    problem: str = ""
    gap_mm: int = 0
    gravity_mm: int = 0
    kingpin_kg: int = 0
    bogie_kg: int = 0
    places: tuple[PalletPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotStock:
    """Empty units of a type at a hub over the plan.

    Attributes
    ----------
    initial, end : int
        At the start, and after everything has come back.
    taken, returned : int
        By the plan's scheduled and door moves.
    sent, received : int
        By empty moves.
    hired : int
        Missing when needed: the sum of the hub's shortages.
    """

    hub: str
    unit_type: str
    initial: int
    taken: int
    returned: int
    sent: int
    received: int
    hired: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitShortage:
    """Units that a hub does not have when the plan needs them and that no empty move brings in time.

    Attributes
    ----------
    from_min : int
        When they are needed.
    units : int
    for_units : tuple of str
        Planned units that take them.
    """

    hub: str
    unit_type: str
    from_min: int
    units: int
    for_units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTotals:
    """Totals of a plan as it is carried out; the plan's own totals stay those of the reference model.

    Attributes
    ----------
    cost_cents, weighted_cost_cents, co2e_grams, energy_mj : int, int, int, float
        With round trips instead of their trucks, without the uses of emptied units, and with empty moves.
    carbon_cents : int
        Carbon price x ``co2e_grams``, rounded once.
    external_cents : int
        External costs where the objective counts them, else 0.
    fixed_cents : int
        Lateness, value of time and unserved constants of the plan.
    imbalance_cents, shortage_cents : int
        End stock below the start's, and units missing when needed.
    unbalanced_cents : int
        What both would be without any empty move.
    loaded_km, empty_km : float
        Of trucks; empty ones by the vehicles' factors outside round trips.
    """

    cost_cents: int
    weighted_cost_cents: int
    co2e_grams: int
    energy_mj: float
    carbon_cents: int
    external_cents: int
    fixed_cents: int
    imbalance_cents: int
    shortage_cents: int
    unbalanced_cents: int
    loaded_km: float
    empty_km: float

    @property
    def objective_cents(self) -> int:
        """The objective of the plan as it is carried out."""
        terms = self.weighted_cost_cents + self.carbon_cents + self.external_cents + self.fixed_cents
        return terms + self.imbalance_cents + self.shortage_cents
