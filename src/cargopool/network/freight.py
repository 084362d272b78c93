"""Shipments as arrays, with the places that each may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.model.place import Door, Hub
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Bool, Int32, Int64
from cargopool.network.places import NEVER, Places
from cargopool.network.rides import MODE_BIT
from cargopool.network.trips import Trips
from cargopool.rules import collection_minutes

if TYPE_CHECKING:
    from cargopool.network.worth import Worth

Profile = tuple[int, str, bool]
"""What decides which chains a shipment may ride: mode mask, ADR class, sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Hubs around a door: those that unit haulage reaches, and of them those with a cross-dock.

    Attributes
    ----------
    haulage_min : dict of hub to minutes
        Loaded trip between door and hub; empty without a drayage vehicle.
    tour_min : dict of hub to minutes
        Collection (delivery) tour between door and hub; hubs with a cross-dock only.
    """

    haulage_min: dict[int, int]
    tour_min: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freight:
    """Shipments K and profiles F.

    Attributes
    ----------
    shipments : tuple of Shipment
    origin, destination, profile : int32[K]
    ready, due, latest : int64[K]
    sealed, road : bool[K]
        ``road``: road moves are allowed.
    at_place : bool[K, P]
        Where a move of the shipment may begin or end (reach in time not considered).
    profiles : tuple of Profile
    atom : int64[K, 4]
        Least size of an atom in each dimension.
    out_reach, in_reach : dict of door index to Reach
    worth : Worth or None
        Which moves are worth a look, in thinned networks.
    """

    shipments: tuple[Shipment, ...]
    origin: Int32
    destination: Int32
    profile: Int32
    ready: Int64
    due: Int64
    latest: Int64
    sealed: Bool
    road: Bool
    at_place: Bool
    profiles: tuple[Profile, ...]
    atom: Int64
    out_reach: dict[int, Reach]
    in_reach: dict[int, Reach]
    worth: Worth | None = None

    @property
    def count(self) -> int:
        """Number of shipments."""
        return len(self.shipments)

    def may_go(self, k: Int64 | slice, origin: int, destination: int, kind: int) -> Bool:
        """Whether shipments may move between two places at all: never back to their start, nor on from their end."""
        found: Bool = self.at_place[k, origin] & self.at_place[k, destination]
        found &= (self.destination[k] != origin) & (self.origin[k] != destination)
        if self.worth is not None:
            found &= self.worth.pays(kind, k, origin, destination)
        return found


def mode_mask(modes: frozenset[str]) -> int:
    """Bits of a set of modes."""
    return sum(bit for mode, bit in MODE_BIT.items() if mode in modes)


def freight_of(scenario: Scenario, places: Places, trips: Trips) -> Freight:
    """Arrays of a scenario's shipments."""
    shipments = tuple(scenario.shipments.values())
    origin = np.array([places.index[s.origin] for s in shipments], dtype=np.int32)
    destination = np.array([places.index[s.destination] for s in shipments], dtype=np.int32)
    keys = [(mode_mask(frozenset(s.modes)), s.adr_class, s.load_units > 0) for s in shipments]
    profiles = tuple(sorted(set(keys)))
    doors = range(places.hub_count, len(places.ids))
    starts, ends = set(origin.tolist()), set(destination.tolist())
    return Freight(
        shipments=shipments,
        origin=origin,
        destination=destination,
        profile=np.array([profiles.index(key) for key in keys], dtype=np.int32),
        ready=np.array([s.ready_min for s in shipments], dtype=np.int64),
        due=np.array([s.due_min for s in shipments], dtype=np.int64),
        latest=np.array([s.latest_min for s in shipments], dtype=np.int64),
        sealed=np.array([s.load_units > 0 for s in shipments], dtype=np.bool_),
        road=np.array(["road" in s.modes for s in shipments], dtype=np.bool_),
        at_place=_places_of_each(scenario, places, shipments, origin, destination),
        profiles=profiles,
        atom=np.array([_least_atom(s) for s in shipments], dtype=np.int64).reshape(len(shipments), 4),
        out_reach={d: _reach(scenario, places, trips, d, out=True) for d in doors if d in starts},
        in_reach={d: _reach(scenario, places, trips, d, out=False) for d in doors if d in ends},
    )


def _least_atom(shipment: Shipment) -> tuple[int, int, int, int]:
    last = quantity_of(shipment, shipment.atoms - 1, 1).as_tuple()
    return (0, last[1], 0, 0) if shipment.load_units else last


def accepts_adr(hub: Hub, adr_class: str) -> bool:
    """Whether a hub takes goods of an ADR class (empty: no dangerous goods)."""
    return not adr_class or hub.adr_classes is None or adr_class in hub.adr_classes


def _places_of_each(
    scenario: Scenario, places: Places, shipments: tuple[Shipment, ...], origin: Int32, destination: Int32
) -> Bool:
    hubs = tuple(scenario.hubs.values())
    found = np.zeros((len(places.ids), len(shipments)), dtype=np.bool_).T  # looked up place by place
    kinds = [(shipment.load_units > 0, shipment.adr_class) for shipment in shipments]
    number = {kind: n for n, kind in enumerate(dict.fromkeys(kinds))}
    table = [
        [(sealed or hub.cross_dock is not None) and accepts_adr(hub, adr_class) for hub in hubs]
        for sealed, adr_class in number
    ]
    which = [number[kind] for kind in kinds]
    found[:, : len(hubs)] = np.array(table, dtype=np.bool_).reshape(len(number), len(hubs))[which]
    for ends in (origin, destination):
        at_door = np.flatnonzero(ends >= places.hub_count)
        found[at_door, ends[at_door]] = True
    return found


def _reach(scenario: Scenario, places: Places, trips: Trips, door: int, *, out: bool) -> Reach:
    drayage = scenario.drayage
    vehicle = scenario.vehicles.get(drayage.vehicle)
    assert isinstance(scenario.place(places.ids[door]), Door)
    haulage_min: dict[int, int] = {}
    tour_min: dict[int, int] = {}
    for h in range(places.hub_count):
        ends = (door, h) if out else (h, door)
        link = trips.link(*ends)
        if link is None or link.km > drayage.radius_km:
            continue
        if vehicle is not None and (minutes := trips.free_minutes(*ends, vehicle.manning)) < NEVER:
            haulage_min[h] = minutes
        if vehicle is not None and places.handles[h]:
            tour_min[h] = collection_minutes(scenario, link.km)
    return Reach(haulage_min=haulage_min, tour_min=tour_min)
