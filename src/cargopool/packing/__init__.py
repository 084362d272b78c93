"""Load plans: which pallets of which shipment lie in which load unit."""

from __future__ import annotations

from cargopool.packing.items import (
    AtomGroup,
    Packing,
    PackItem,
    Range,
    UnitLimits,
    item_of,
    limits_of,
    vetoes,
)
from cargopool.packing.plans import pack

__all__ = ["AtomGroup", "PackItem", "Packing", "Range", "UnitLimits", "item_of", "limits_of", "pack", "vetoes"]
