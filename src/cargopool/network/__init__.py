"""Scenario to Network: departures, events, moves, legs, buckets, as documented numpy arrays."""

from cargopool.network.arrays import DIMENSIONS, DOOR, ROAD, SCHEDULED, Network, Rows
from cargopool.network.building import build

__all__ = ["DIMENSIONS", "DOOR", "ROAD", "SCHEDULED", "Network", "Rows", "build"]
