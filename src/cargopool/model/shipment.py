"""Shipments: what shippers hand over."""

from __future__ import annotations

from dataclasses import dataclass

from cargopool.model.equipment import Temperature
from cargopool.model.place import MODES, Mode, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One consignment of one shipper.

    Attributes
    ----------
    origin, destination : str
        Place ids (hub or door).
    pallets_milli, kg, volume_m3_milli, loading_metres_milli : int
        Size. With ``load_unit`` set these are the totals over its units.
    load_unit, load_units : str, int
        Type and number of sealed whole units; empty and 0 for loose freight.
    ready_min, due_min : int
        Earliest hand-over and agreed delivery.
    latest_min : int
        Hard limit, >= ``due_min``; later than due costs ``late_eur_per_h``.
    value_of_time_eur_per_h : float
        From ready to delivered.
    goods_class : str
        NST 2007 division, two digits, or empty.
    temperature : Temperature
    adr_class : str
        ADR class such as ``3``, empty for none.
    segregation : str
        Own segregation group; only shipments of one group share a unit. Empty: ``adr`` for ADR goods, else ``general``.
    stackable : bool
        Layouts may stack it where places lack; packing counts every pallet as one place.
    max_parts, min_part_pallets, part_eur : int, int, float
        Split limits, and the fee of every part after the first.
    keep_together : bool
        A part may not spill over several load units.
    modes : frozenset of Mode
        Modes allowed for the main run; ``road`` out means no road move (haulage to a terminal stays allowed).
    must_serve : bool
        Left out, the run is infeasible.
    customs_status : str
        ``free``, ``bonded`` or ``transit``; ``transit`` crosses without formalities.
    veto_shippers, veto_goods : frozenset of str
        Shippers and NST classes with which it never shares a load unit (mutual).
    """

    id: str
    shipper: str
    origin: str
    destination: str
    pallets_milli: int
    kg: int
    volume_m3_milli: int = 0
    loading_metres_milli: int = 0
    load_unit: str = ""
    load_units: int = 0
    ready_min: int
    due_min: int
    latest_min: int
    late_eur_per_h: float = 0.0
    value_of_time_eur_per_h: float = 0.0
    goods_class: str = ""
    temperature: Temperature = "ambient"
    adr_class: str = ""
    segregation: str = ""
    stackable: bool = False
    max_parts: int = 1
    min_part_pallets: int = 1
    part_eur: float = 0.0
    keep_together: bool = False
    modes: frozenset[Mode] = frozenset(MODES)
    must_serve: bool = False
    customs_status: str = "free"
    veto_shippers: frozenset[str] = frozenset()
    veto_goods: frozenset[str] = frozenset()
    provenance: Provenance = Provenance()

    @property
    def atoms(self) -> int:
        """Pallets that packing moves one by one: whole pallets, a started one counts; whole units for sealed ones."""
        if self.load_units:
            return self.load_units
        return max(1, -(-self.pallets_milli // 1000))

    @property
    def pooling_class(self) -> tuple[Temperature, str]:
        """(temperature, segregation group); only shipments of one class share a load unit."""
        if self.load_units:
            return self.temperature, f"unit:{self.id}"
        return self.temperature, self.segregation or ("adr" if self.adr_class else "general")
