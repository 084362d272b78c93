"""Packaged reference data: hubs, links, services, units, vehicles, factors, each row with its provenance."""

from cargopool.reference.basemap import Basemap, load_basemap
from cargopool.reference.catalogue import Line, LowWaterBand, ModeLink, Reference, load_reference
from cargopool.reference.conditions import apply_conditions, kaub_capacity_share, passes_kaub
from cargopool.reference.modes import ALIASES, mode_of

__all__ = [
    "ALIASES",
    "Basemap",
    "Line",
    "LowWaterBand",
    "ModeLink",
    "Reference",
    "apply_conditions",
    "kaub_capacity_share",
    "load_basemap",
    "load_reference",
    "mode_of",
    "passes_kaub",
]
