"""Load units and road vehicles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cargopool.model.energy import USUAL_FULL_LOAD_KG, VehicleEnergy
from cargopool.model.place import LATER, Mode, Provenance, WeekHours

Temperature = Literal["ambient", "chilled", "frozen"]
TEMPERATURES: tuple[Temperature, ...] = ("ambient", "chilled", "frozen")

UnitKind = Literal["container", "swap_body", "trailer"]
Manning = Literal["single", "double"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadUnitType:
    """A kind of container, swap body or trailer.

    Attributes
    ----------
    pallets_milli, volume_m3_milli, loading_metres_milli : int
        Room inside, in thousandths.
    payload_kg, tare_kg : int
        What it carries and what it weighs empty.
    teu_milli, length_m : int, float
        Room that it takes on a departure.
    modes : frozenset of Mode
        Modes that take it; ``road`` means it may make a road move.
    gauge : str
        Profile needed on rail (``C45``, ``P386``, ``P400``), or empty when every train takes it.
    temperatures : frozenset of Temperature
        Goods that it keeps at temperature; any class but ambient needs power (a plug).
    per_truck : int
        Units that one road truck carries together (2 for swap bodies, else 1).
    rental_eur_day, return_days : float, int
        Rental per day begun between hand-in and availability, plus the days until it is returned.
    one_way_eur : float
        Surcharge of a scheduled or door move that leaves the unit at another hub.
    """

    id: str
    name: str
    kind: UnitKind
    pallets_milli: int
    payload_kg: int
    volume_m3_milli: int
    loading_metres_milli: int
    tare_kg: int
    teu_milli: int
    length_m: float
    modes: frozenset[Mode] = frozenset({"rail", "barge", "sea", "road"})
    gauge: str = ""
    temperatures: frozenset[Temperature] = frozenset({"ambient"})
    per_truck: int = 1
    rental_eur_day: float = 0.0
    return_days: int = 0
    one_way_eur: float = 0.0
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadVehicle:
    """A truck with its prices, energy and driver.

    Attributes
    ----------
    unit_types : frozenset of str
        Load-unit types that it carries (as many as ``per_truck`` of the type).
    gross_limit_kg, combined_limit_kg, tractor_kg : int
        Gross limit on pure road, on the road legs of combined transport, and the kerb mass of tractor and chassis.
        Payload = min(unit payload, limit - tractor - tare), for all units of the truck together.
    eur_fixed, eur_per_km, eur_per_h, min_eur : float
        Per trip, per loaded km, per hour of driving, and the minimum charge of a trip.
    eur_per_empty_km : float
        Price of an empty kilometre.
    toll_eur_per_km : mapping of country to float
        Tolls, on loaded kilometres.
    toll_carbon_share : mapping of country to float
        Share of a country's toll that prices carbon (0 where none does).
    empty_km_factor, haulage_empty_km_factor : float
        Empty km per loaded km on road moves, and on unit haulage.
    carrier : str
        Energy carrier id of the factor set.
    mj_per_km_empty, mj_per_km_full, full_load_kg : float, float, int
        Energy is linear in the load share cargo / ``full_load_kg``. 0 where ``energy`` names a class, to whose load
        the default gives way.
    energy : VehicleEnergy or None
        Class of the factor set that gives what is not given here (`cargopool.model.energy.truck_line`).
    km_carbon_share : float
        Share of the prices per km that already prices carbon, such as traded fuel.
    manning : {'single', 'double'}
        Drivers on board.
    """

    id: str
    name: str
    unit_types: frozenset[str]
    gross_limit_kg: int = 40_000
    combined_limit_kg: int = 44_000
    tractor_kg: int = 8_000
    eur_fixed: float = 0.0
    eur_per_km: float = 0.0
    eur_per_empty_km: float = 0.0
    eur_per_h: float = 0.0
    min_eur: float = 0.0
    toll_eur_per_km: Mapping[str, float] = field(default_factory=dict)
    toll_carbon_share: Mapping[str, float] = field(default_factory=dict)
    empty_km_factor: float = 0.25
    haulage_empty_km_factor: float = 1.0
    carrier: str = "diesel"
    mj_per_km_empty: float = 0.0
    mj_per_km_full: float = 0.0
    full_load_kg: int = USUAL_FULL_LOAD_KG
    energy: VehicleEnergy | None = None
    km_carbon_share: float = 0.0
    manning: Manning = "single"
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetVehicle:
    """Vehicles of one kind at one depot, which drive collection, delivery and haulage tours.

    Attributes
    ----------
    vehicle : str
        Road vehicle whose prices, energy, manning and unit types hold.
    depot : str
        Hub or door where its tours begin and, unless ``open_tours``, end.
    count : int
        How many there are.
    pallets_milli, payload_kg, volume_m3_milli : int
        Room for pallets; a volume of 0 never binds.
    temperatures : frozenset of Temperature
        Goods that it takes.
    carries : {'pallets', 'units'}
        Pallets in its own body, or load units of its vehicle's types, one at a time, on a chassis.
    tail_lift : bool
        It serves doors that need one.
    opening : WeekHours or None
        When it may be away from its depot, in the depot's local time; None is always.
    open_tours : bool
        It may end its day at its last stop.
    bans : bool or None
        Whether truck bans hold for its tours; None is by its mass and by what it carries
        (`cargopool.rules.fleets.bans_hold`).
    battery_kwh, charge_kw : float or None, float
        Of an electric vehicle: usable energy at the start of a tour, and the power at which it may charge once on the
        way, at a depot of electric vehicles.
    """

    id: str
    name: str
    vehicle: str
    depot: str
    count: int = 1
    pallets_milli: int = 33_000
    payload_kg: int = 24_000
    volume_m3_milli: int = 0
    temperatures: frozenset[Temperature] = frozenset({"ambient"})
    carries: Literal["pallets", "units"] = "pallets"
    tail_lift: bool = False
    opening: WeekHours | None = None
    open_tours: bool = False
    bans: bool | None = field(default=None, metadata=LATER)
    battery_kwh: float | None = None
    charge_kw: float = 0.0
    provenance: Provenance = Provenance()
