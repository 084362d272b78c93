"""Packaged reference data: hubs, links, services, units, vehicles, factors, each row with its provenance."""

from cargopool.reference.catalogue import Line, LowWaterBand, ModeLink, Reference, load_reference
from cargopool.reference.modes import ALIASES, mode_of

__all__ = ["ALIASES", "Line", "LowWaterBand", "ModeLink", "Reference", "load_reference", "mode_of"]
