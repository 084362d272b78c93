"""Physical inputs to energy: the one place where MJ rates of trucks and services are worked out.

A vehicle or service says its own MJ, or names a class of the factor set and physical parameters. What is worked out is
rounded once, to the sixth decimal, so that a reader can follow it with a pocket calculator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from cargopool.model.place import Provenance

if TYPE_CHECKING:
    from cargopool.model.equipment import RoadVehicle
    from cargopool.model.scenario import Factors
    from cargopool.model.service import Service

Direction = Literal["both", "up", "down"]
DIRECTIONS: tuple[Direction, ...] = ("both", "up", "down")
Allocation = Literal["tkm", "teu_km"]
ALLOCATIONS: tuple[Allocation, ...] = ("tkm", "teu_km")

ELECTRICITY = "electricity"
USUAL_FULL_LOAD_KG = 25_000
MJ_PER_WH = 0.0036
RATE_DIGITS = 6
"""Decimals of a rate that is worked out."""
HULL_POWER = 2 / 3
"""Power of a ship at one speed goes with displacement to the 2/3 (admiralty coefficient)."""
USUAL_LIGHT_SHARE, USUAL_LOAD_SHARE = 0.4, 0.75
"""Of a vessel that names no class: draught empty / loaded of a large Rhine vessel, and its usual loading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckClass:
    """A class of trucks of a factor set: energy linear in the load, as a diesel truck needs it.

    Attributes
    ----------
    mj_per_km_empty, mj_per_km_full : float
        Fuel of a diesel truck, empty and with ``full_load_kg`` of cargo.
    full_load_kg : int
    """

    id: str
    name: str = ""
    mj_per_km_empty: float
    mj_per_km_full: float
    full_load_kg: int = USUAL_FULL_LOAD_KG
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselClass:
    """A class of barges or ships of a factor set.

    Attributes
    ----------
    mode : {'barge', 'sea'}
    cemt : str
        Waterway class (CEMT) of a barge.
    mj_per_tkm : float
        Fuel per tonne-km of the published activity, empty running included.
    mj_per_teu_km : float
        Fuel per TEU-km where the publication counts TEU-km; then ``mj_per_tkm`` is 0.
    cargo_share : float
        Share of a load unit's gross mass that the published activity counts: 1 for gross tonnes.
    load_share : float
        Loading at which the figure holds, as a share of a full load.
    light_share : float
        Displacement empty / loaded: how little the energy falls with the load.
    """

    id: str
    name: str = ""
    mode: Literal["barge", "sea"] = "barge"
    cemt: str = ""
    mj_per_tkm: float = 0.0
    mj_per_teu_km: float = 0.0
    cargo_share: float = 1.0
    load_share: float = USUAL_LOAD_SHARE
    light_share: float = USUAL_LIGHT_SHARE
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleEnergy:
    """Physical inputs of a truck's energy.

    Attributes
    ----------
    truck_class : str
        Class of the factor set; the vehicle's own ``mj_per_km_*`` win over it, each for itself.
    source, confidence : str
        Of own MJ figures, where they are not those of the whole row.
    """

    truck_class: str = ""
    source: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEnergy:
    """Physical inputs of a service's energy; its own ``mj_per_gross_tkm`` wins over them.

    Attributes
    ----------
    train_gross_t : float
        Reference gross mass of a train, locomotive left out. Traction follows the service's carrier.
    unit_share : float
        Share of the train's gross mass that is load units with their cargo.
    vessel : str
        Barge or ship class of the factor set.
    direction : {'both', 'up', 'down'}
        On a river: against or with the stream; ``both`` is the mean of a round trip, which reports to customers need.
    load_share : float or None
        Loading of the vessel, if it is not the class's.
    water_share : float
        Share of a full load that the water level allows; also scales an own ``mj_per_gross_tkm``.
    empty_km_factor : float
        Empty km per loaded km over the round trip.
    source, confidence : str
        Of an own ``mj_per_gross_tkm``, where they are not those of the whole row.
    """

    train_gross_t: float = 0.0
    unit_share: float = 0.64
    vessel: str = ""
    direction: Direction = "both"
    load_share: float | None = None
    water_share: float = 1.0
    empty_km_factor: float = 0.0
    source: str = ""
    confidence: str = ""


class TruckLine(NamedTuple):
    """MJ per km of a truck, linear in its cargo."""

    mj_per_km_empty: float
    mj_per_km_full: float
    full_load_kg: int

    @property
    def slope(self) -> float:
        """MJ per km that one more kg takes."""
        return (self.mj_per_km_full - self.mj_per_km_empty) / self.full_load_kg


class Derived(NamedTuple):
    """A rate with the arithmetic that made it; the text is empty for a figure that was simply given."""

    value: float
    what: str


def truck_ratio(factors: Factors, carrier: str) -> float:
    """Energy of a truck on a carrier over that of the same truck on diesel; 1 where the set says nothing."""
    return factors.truck_energy_ratio.get(carrier, 1.0)


def truck_line(factors: Factors, vehicle: RoadVehicle) -> TruckLine:
    """Energy line of a vehicle: its own figures, else those of its class on its carrier."""
    known = factors.trucks.get(vehicle.energy.truck_class) if vehicle.energy is not None else None
    if known is None:
        return TruckLine(vehicle.mj_per_km_empty, vehicle.mj_per_km_full, vehicle.full_load_kg)
    ratio = truck_ratio(factors, vehicle.carrier)
    return TruckLine(
        vehicle.mj_per_km_empty or round(known.mj_per_km_empty * ratio, RATE_DIGITS),
        vehicle.mj_per_km_full or round(known.mj_per_km_full * ratio, RATE_DIGITS),
        known.full_load_kg if vehicle.full_load_kg == USUAL_FULL_LOAD_KG else vehicle.full_load_kg,
    )


def train_wh_per_gross_tkm(factors: Factors, gross_t: float) -> float:
    """Electricity of a train per tonne-km of its own gross mass: 1200 x W^-0.62 Wh unless the set says otherwise."""
    return float(factors.train_wh_per_gross_tkm * gross_t**factors.train_exponent)


def loading_factor(load_share: float, light_share: float, usual_share: float) -> float:
    """Energy per tonne-km at a loading over that at the usual one.

    Displacement is light + (1 - light) x load; the power goes with its 2/3, the tonnes with the load.
    """
    if load_share <= 0 or load_share == usual_share:
        return 1.0

    def displacement(share: float) -> float:
        return light_share + (1 - light_share) * share

    return float((displacement(load_share) / displacement(usual_share)) ** HULL_POWER * usual_share / load_share)


def mj_per_gross_tkm(factors: Factors, service: Service) -> Derived:
    """MJ per gross tonne-km of load units on a service, and how it was worked out."""
    physical = service.energy
    if physical is None:
        return Derived(service.mj_per_gross_tkm, "")
    vessel = factors.vessels.get(physical.vessel)
    if service.mj_per_gross_tkm:
        given = service.mj_per_gross_tkm
        factor = _loading(physical, vessel)
        if factor == 1.0:
            return Derived(given, "")
        return Derived(round(given * factor, RATE_DIGITS), f"{given:g} MJ/tkm x {factor:.6f} for its loading")
    if physical.train_gross_t > 0:
        return _train(factors, service.carrier, physical)
    if vessel is not None:
        return _vessel(factors, physical, vessel)
    return Derived(0.0, "")


def mj_per_teu_km(factors: Factors, service: Service) -> float:
    """MJ per TEU-km of a service, where energy is allocated by TEU-km."""
    return round(mj_per_gross_tkm(factors, service).value * factors.gross_t_per_teu, RATE_DIGITS)


def distance_factor(factors: Factors, mode: str) -> float:
    """Driven over planned distance of a mode; 1 where the set says nothing."""
    return factors.distance_adjustment.get(mode, 1.0)


def _train(factors: Factors, carrier: str, physical: ServiceEnergy) -> Derived:
    gross, share = physical.train_gross_t, physical.unit_share
    watt_hours = train_wh_per_gross_tkm(factors, gross)
    ratio = 1.0 if carrier == ELECTRICITY else factors.diesel_train_ratio
    value = watt_hours * MJ_PER_WH * ratio / share * (1 + physical.empty_km_factor)
    what = f"{factors.train_wh_per_gross_tkm:g} Wh x {gross:g} t ^ {factors.train_exponent:g} x {MJ_PER_WH} MJ/Wh"
    if ratio != 1.0:
        what += f" x {ratio:g} for traction by {carrier}"
    what += f" / {share:g} x (1 + {physical.empty_km_factor:g})"
    return Derived(round(value, RATE_DIGITS), what)


def _vessel(factors: Factors, physical: ServiceEnergy, vessel: VesselClass) -> Derived:
    if vessel.mj_per_teu_km:
        value = vessel.mj_per_teu_km / factors.gross_t_per_teu
        what = f"{vessel.mj_per_teu_km:g} MJ/TEU-km / {factors.gross_t_per_teu:g} t/TEU"
    else:
        value = vessel.mj_per_tkm * vessel.cargo_share
        what = f"{vessel.mj_per_tkm:g} MJ/tkm x {vessel.cargo_share:g} of the gross mass"
    for factor, why in (
        (_stream(factors.barge_direction, physical.direction), f"{physical.direction} the river"),
        (_loading(physical, vessel), "for its loading"),
        (1 + physical.empty_km_factor, "for empty running"),
    ):
        if factor != 1.0:
            value *= factor
            what += f" x {factor:.6g} {why}"
    return Derived(round(value, RATE_DIGITS), what)


def _stream(factors: Mapping[str, float], direction: Direction) -> float:
    return 1.0 if direction == "both" else factors.get(direction, 1.0)


def _loading(physical: ServiceEnergy, vessel: VesselClass | None) -> float:
    usual = vessel.load_share if vessel is not None else USUAL_LOAD_SHARE
    light = vessel.light_share if vessel is not None else USUAL_LIGHT_SHARE
    wanted = usual if physical.load_share is None else physical.load_share
    return loading_factor(min(wanted, physical.water_share), light, usual)
