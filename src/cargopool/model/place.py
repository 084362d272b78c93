"""Places and what is between them: hubs, doors, road links, customs crossings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Mode = Literal["rail", "barge", "sea", "road"]
MODES: tuple[Mode, ...] = ("rail", "barge", "sea", "road")

LATER: Mapping[str, bool] = {"later": True}
"""Metadata of fields added after the first release: at their default they are no part of a scenario's digest."""

LoadingKind = Literal["live", "drop"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from; shown to users wherever the fact is.

    Attributes
    ----------
    source : str
        Text, tool or person; empty for a user's own row.
    confidence : str
        ``verified``, ``derived``, ``memory``, ``synthetic``, ``inconsistent`` or ``own`` (the user's data).
    licence : str
        Licence of the source, empty when the row is the user's.
    note : str
        What a reader must know before relying on it.
    """

    source: str = ""
    confidence: str = "own"
    licence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Opening hours of a place, in its own local wall-clock time.

    Attributes
    ----------
    days : tuple of 7 tuples of (open_min, close_min)
        Periods per weekday, Monday first, in minutes of the local day (0 to 1440), sorted and apart.
    closed_dates : frozenset of str
        Local ISO dates on which the place is closed whatever the weekday.
    """

    days: tuple[tuple[tuple[int, int], ...], ...]
    closed_dates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDock:
    """Handling of loose freight at a hub.

    Attributes
    ----------
    eur_per_pallet : float
        Price of one operation (stuffing, stripping, or strip-and-stuff between two moves) per pallet.
    handling_min : int
        Duration of one operation, whatever its size.
    pallets_per_hour : int or None
        Throughput; None means never binding.
    kwh_per_pallet, kwh_per_tonne : float
        Electricity of one operation per pallet and per tonne; both apply.
    energy_source, energy_confidence : str
        Of these two, where they are not those of the hub's row.
    """

    eur_per_pallet: float = 0.0
    handling_min: int = 0
    pallets_per_hour: int | None = None
    kwh_per_pallet: float = 0.0
    kwh_per_tonne: float = 0.0
    energy_source: str = ""
    energy_confidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A terminal or platform at which load units change carrier and, with a cross-dock, freight changes unit.

    Attributes
    ----------
    id, name, country : str
        Identifier, display name, ISO 3166 alpha-2 country.
    lat, lon : float
        WGS84 degrees.
    timezone : str
        IANA zone of all its local times.
    modes : frozenset of Mode
        What serves it.
    customs_territory : str
        ``EU``, ``GB``, ``CH``, ``MA``, ``BR``, ...
    road_region : str
        Places of one region are joined by road even where no link row is.
    opening : WeekHours or None
        When it hands in, hands out and cross-docks; None is always.
    cross_dock : CrossDock or None
        None is a pure terminal, which only lifts sealed units.
    lift_eur, lift_min, lift_kwh, lift_diesel_mj
        One lift (gate-in, gate-out, or transfer between departures) of one unit.
    lift_kwh_per_tonne, lift_diesel_mj_per_tonne : float
        What each tonne of cargo in the unit adds to a lift.
    energy_source, energy_confidence : str
        Of the energy of lifts, where they are not those of the row.
    lifts_per_hour : int or None
        Lift capacity; None means never binding.
    free_storage_days : int
        Days begun in the yard or hall that cost nothing.
    storage_eur_per_unit_day, storage_eur_per_pallet_day : float
        Price of each further day begun.
    yard_places, pallet_places, reefer_plugs : int or None
        Room per time bucket for units, loose pallets, and powered units; None means never binding.
    adr_classes : frozenset of str or None
        ADR classes accepted; None is all.
    depot_stock : mapping of load-unit type to int
        Empty units at the start.
    cluster, role : str
        Cluster model it belongs to, and its role in it.
    """

    id: str
    name: str
    country: str
    lat: float
    lon: float
    timezone: str
    modes: frozenset[Mode] = frozenset({"road"})
    customs_territory: str = "EU"
    road_region: str = "continent"
    opening: WeekHours | None = None
    cross_dock: CrossDock | None = None
    lift_eur: float = 0.0
    lift_min: int = 0
    lift_kwh: float = 0.0
    lift_diesel_mj: float = 0.0
    lift_kwh_per_tonne: float = 0.0
    lift_diesel_mj_per_tonne: float = 0.0
    energy_source: str = ""
    energy_confidence: str = ""
    lifts_per_hour: int | None = None
    free_storage_days: int = 0
    storage_eur_per_unit_day: float = 0.0
    storage_eur_per_pallet_day: float = 0.0
    yard_places: int | None = None
    pallet_places: int | None = None
    reefer_plugs: int | None = None
    adr_classes: frozenset[str] | None = None
    depot_stock: Mapping[str, int] = field(default_factory=dict)
    cluster: str = ""
    role: str = ""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A shipper's or consignee's own place, off the hubs.

    Attributes
    ----------
    opening : WeekHours or None
        When loading and unloading may take place.
    loading_min : int
        Duration of loading or unloading one unit or consignment.
    loading : {'live', 'drop'}
        Live: the truck waits. Drop: the unit stays and is fetched later.
    tail_lift : bool
        Pallets are loaded and unloaded here only with a vehicle's own tail-lift.
    address : str
        Postal address, where the coordinates were looked up from one.
    """

    id: str
    name: str
    country: str
    lat: float
    lon: float
    timezone: str
    customs_territory: str = "EU"
    road_region: str = "continent"
    opening: WeekHours | None = None
    loading_min: int = 60
    loading: LoadingKind = "live"
    tail_lift: bool = field(default=False, metadata=LATER)
    address: str = field(default="", metadata=LATER)
    provenance: Provenance = Provenance()


Place = Hub | Door


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLink:
    """Road between two places, one direction or both.

    Attributes
    ----------
    origin, destination : str
        Place ids. With ``both_ways`` the row serves the other direction too, country order reversed.
    km : float
        Driven distance.
    drive_min : int
        Driving time, without breaks, rests and crossings.
    countries : tuple of (country, km)
        The kilometres in driving order; they add up to ``km``.
    shuttle : str
        ``"tunnel"`` when the road includes the Channel Tunnel shuttle (see `RoadVehicle`, `Factors`), else empty.
    """

    origin: str
    destination: str
    km: float
    drive_min: int
    countries: tuple[tuple[str, float], ...] = ()
    shuttle: str = ""
    both_ways: bool = True
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Passage of a consignment from one customs territory into another.

    Attributes
    ----------
    eur : float
        Formalities per consignment (a shipment, or a part of one, on a move).
    minutes : int
        Added to the transit of a move that has a consignment crossing here.
    """

    origin: str
    destination: str
    eur: float = 0.0
    minutes: int = 0
    provenance: Provenance = Provenance()
