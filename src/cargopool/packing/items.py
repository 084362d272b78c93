"""What is packed, and into what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cargopool.model.plan import DepartureStage, Move
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.units import MILLI

Size = tuple[int, int, int, int]
"""Pallets, kg, m3, loading metres; all but kg in thousandths."""

KG = 1
"""Index of kg in a `Size`."""

WITHOUT_LIMIT = 2**53
"""A room that nothing fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLimits:
    """Room of one use of a move.

    Attributes
    ----------
    size : Size
        Room of each unit; kg is what the move lets one unit carry.
    units : int
        Units of one use: the two swap bodies of a truck, else 1.
    use_kg : int
        Cargo of all units of one use together.
    """

    size: Size
    units: int = 1
    use_kg: int = WITHOUT_LIMIT


@dataclass(frozen=True, slots=True)
class AtomGroup:
    """Consecutive atoms of equal size within a part."""

    first: int
    count: int
    size: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class PackItem:
    """A shipment part that rides a move.

    Attributes
    ----------
    groups : tuple of AtomGroup
        The part's atoms in order, equal ones together; pallets, or whole units for sealed shipments.
    total : Size
    """

    shipment: Shipment
    part: int
    groups: tuple[AtomGroup, ...]
    total: Size

    @property
    def sealed(self) -> bool:
        """True for whole units, which share with nobody."""
        return self.shipment.load_units > 0

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return sum(group.count for group in self.groups)

    @property
    def together(self) -> bool:
        """True when all atoms must lie in one unit."""
        return self.shipment.keep_together and not self.sealed


@dataclass(frozen=True, slots=True)
class Range:
    """Atoms ``first .. first + atoms - 1`` of item ``item``."""

    item: int
    first: int
    atoms: int


@dataclass(frozen=True, slots=True)
class Packing:
    """A load plan of one move and class.

    Attributes
    ----------
    uses : tuple of uses, each a tuple of units, each a tuple of Range
        Every use has as many units as the move carries; only units after the first of a use may be empty.
    fewest : bool
        True when fewer uses are proven impossible.
    least : int
        Proven lower bound on the uses.
    """

    uses: tuple[tuple[tuple[Range, ...], ...], ...]
    fewest: bool
    least: int

    @property
    def count(self) -> int:
        """Uses of the move."""
        return len(self.uses)


def item_of(shipment: Shipment, part: int = 1, first_atom: int = 0, atoms: int | None = None) -> PackItem:
    """Packing item of a range of a shipment's atoms."""
    last = shipment.atoms if atoms is None else first_atom + atoms
    edges = sorted({first_atom, last, *(edge for edge in _edges(shipment) if first_atom < edge < last)})
    groups = []
    for start, end in pairwise(edges):
        groups.append(AtomGroup(start, end - start, _sized(shipment, quantity_of(shipment, start, 1).as_tuple())))
    total = _sized(shipment, quantity_of(shipment, first_atom, last - first_atom).as_tuple())
    return PackItem(shipment=shipment, part=part, groups=tuple(groups), total=total)


def _sized(shipment: Shipment, size: Size) -> Size:
    return (0, size[KG], 0, 0) if shipment.load_units else size


def _edges(shipment: Shipment) -> tuple[int, ...]:
    """Atom indices at which the size of an atom may change."""
    whole = shipment.atoms
    totals = (shipment.kg, shipment.volume_m3_milli, shipment.loading_metres_milli)
    edges = [total % whole for total in totals]
    if shipment.load_units:
        edges.append(shipment.pallets_milli % whole)
    elif shipment.pallets_milli % MILLI:
        edges.append(whole - 1)
    return tuple(edges)


def limits_of(scenario: Scenario, move: Move) -> UnitLimits:
    """Room of one use of a move: the unit's own, the tariff's weight class, and the truck's gross limits."""
    unit = scenario.load_units[move.unit_type]
    kg = unit.payload_kg
    use_kg = WITHOUT_LIMIT
    if move.max_gross_kg is not None:
        kg = min(kg, move.max_gross_kg - unit.tare_kg)
    for stage in move.stages:
        if isinstance(stage, DepartureStage):
            continue
        vehicle = scenario.vehicles[stage.vehicle]
        if stage.purpose == "main":
            use_kg = vehicle.gross_limit_kg - vehicle.tractor_kg - move.units_per_move * unit.tare_kg
        else:
            kg = min(kg, vehicle.combined_limit_kg - vehicle.tractor_kg - unit.tare_kg)
    size = (unit.pallets_milli, kg, unit.volume_m3_milli, unit.loading_metres_milli)
    return UnitLimits(size=size, units=move.units_per_move, use_kg=use_kg)


def vetoes(one: Shipment, other: Shipment) -> bool:
    """True when two shipments never share a load unit."""
    return one.id != other.id and (_refuses(one, other) or _refuses(other, one))


def _refuses(one: Shipment, other: Shipment) -> bool:
    return other.shipper in one.veto_shippers or (other.goods_class != "" and other.goods_class in one.veto_goods)


def veto_pairs(items: Sequence[PackItem]) -> list[tuple[int, int]]:
    """Index pairs of items that never share a unit."""
    touchy = [bool(item.shipment.veto_shippers or item.shipment.veto_goods) for item in items]
    if not any(touchy):
        return []
    return [
        (i, j)
        for i in range(len(items))
        for j in range(i + 1, len(items))
        if (touchy[i] or touchy[j]) and vetoes(items[i].shipment, items[j].shipment)
    ]
