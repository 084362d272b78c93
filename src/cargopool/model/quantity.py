"""Sizes of shipments, parts and atoms: the one rule of how a shipment divides."""

from __future__ import annotations

from dataclasses import dataclass

from cargopool.model.shipment import Shipment
from cargopool.units import MILLI, cumulative_share


@dataclass(frozen=True, slots=True)
class Quantity:
    """Size in the four packing dimensions: pallets, kg, m3, loading metres (all but kg in thousandths)."""

    pallets_milli: int
    kg: int
    volume_m3_milli: int
    loading_metres_milli: int

    def as_tuple(self) -> tuple[int, int, int, int]:
        """The dimensions in the order of every capacity array."""
        return self.pallets_milli, self.kg, self.volume_m3_milli, self.loading_metres_milli


def quantity_of(shipment: Shipment, first_atom: int = 0, atoms: int | None = None) -> Quantity:
    """Size of a range of a shipment's atoms.

    Pallets: every atom is one pallet place, but the last atom of a shipment with a started pallet is the fraction.
    kg, m3 and loading metres are divided evenly over the atoms, the first atoms take the remainder units.
    """
    whole = shipment.atoms
    last = whole if atoms is None else first_atom + atoms
    if not 0 <= first_atom <= last <= whole:
        raise ValueError(f"atoms {first_atom}..{last} outside 0..{whole} of {shipment.id}")

    def share(total: int) -> int:
        return cumulative_share(total, last, whole) - cumulative_share(total, first_atom, whole)

    if shipment.load_units:
        pallets = share(shipment.pallets_milli)
    else:
        pallets = min(last * MILLI, shipment.pallets_milli) - min(first_atom * MILLI, shipment.pallets_milli)
    return Quantity(pallets, share(shipment.kg), share(shipment.volume_m3_milli), share(shipment.loading_metres_milli))
