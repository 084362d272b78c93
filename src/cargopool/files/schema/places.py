"""Rows of hubs, doors, road links, crossings and truck bans."""

from __future__ import annotations

from typing import Literal

from cargopool.files.schema.base import (
    UNSET,
    Block,
    Count,
    DayTime,
    Id,
    ModeName,
    Number,
    Positive,
    Row,
    Text,
    Texts,
    TextsOrAll,
)


class CrossDockBlock(Block):
    """Handling of loose freight at a hub; without it the hub is a pure terminal."""

    eur_per_pallet: Positive = UNSET
    """EUR per pallet and operation."""
    handling_min: Count = UNSET
    """Minutes of one operation, whatever its size."""
    pallets_per_hour: Count | None = UNSET
    """Throughput; null means never binding."""
    kwh_per_pallet: Positive = UNSET
    """Electricity per pallet and operation, kWh."""
    kwh_per_tonne: Positive = UNSET
    """Electricity per tonne and operation, kWh."""
    energy_source: Text = UNSET
    """Of this electricity: where the figures come from."""
    energy_confidence: Text = UNSET
    """Of this electricity, if it is not the row's."""


class PlaceRow(Row):
    """What hubs and doors have in common."""

    id: Id
    """Identifier; unique over hubs and doors."""
    name: Text = UNSET
    """Display name; the id when not given."""
    country: Text = UNSET
    """ISO 3166 alpha-2 code."""
    lat: Number = UNSET
    """WGS84 latitude, degrees."""
    lon: Number = UNSET
    """WGS84 longitude, degrees."""
    timezone: Text = UNSET
    """IANA zone of all its local times, such as Europe/Brussels."""
    customs_territory: Text = UNSET
    """EU, GB, CH, MA, BR, ..."""
    road_region: Text = UNSET
    """Places of one region are joined by road even where no link row is."""
    opening: Texts | None = UNSET
    """Local opening hours such as "Mo-Fr 06:00-22:00"; null or absent is always open, [] is never."""
    closed_dates: Texts = UNSET
    """Local ISO dates on which it is closed."""


class HubRow(PlaceRow):
    """A terminal or platform at which load units change carrier and, with a cross-dock, freight changes unit."""

    modes: list[ModeName] = UNSET
    """What serves it."""
    cross_dock: CrossDockBlock | None = UNSET
    """Cross-dock; null is a pure terminal."""
    lift_eur: Positive = UNSET
    """EUR per lift of a unit."""
    lift_min: Count = UNSET
    """Minutes of a lift."""
    lift_kwh: Positive = UNSET
    """Electricity of a lift, kWh."""
    lift_diesel_mj: Positive = UNSET
    """Diesel energy of a lift, MJ."""
    lift_kwh_per_tonne: Positive = UNSET
    """Electricity that a tonne of cargo adds to a lift, kWh."""
    lift_diesel_mj_per_tonne: Positive = UNSET
    """Diesel energy that a tonne of cargo adds to a lift, MJ."""
    energy_source: Text = UNSET
    """Of the energy of lifts: where the figures come from."""
    energy_confidence: Text = UNSET
    """Of the energy of lifts, if it is not the row's."""
    lifts_per_hour: Count | None = UNSET
    """Lift capacity; null means never binding."""
    free_storage_days: Count = UNSET
    """Days begun that cost nothing."""
    storage_eur_per_unit_day: Positive = UNSET
    """EUR per unit and further day begun."""
    storage_eur_per_pallet_day: Positive = UNSET
    """EUR per pallet and further day begun."""
    yard_places: Count | None = UNSET
    """Units in the yard at once; null means never binding."""
    pallet_places: Count | None = UNSET
    """Loose pallets in the hall at once; null means never binding."""
    reefer_plugs: Count | None = UNSET
    """Powered units at once; null means never binding."""
    adr_classes: TextsOrAll = UNSET
    """ADR classes accepted; all (the default) or a list, [] for none."""
    depot_stock: dict[Text, Count] = UNSET
    """Empty units at the start, by load-unit type."""
    cluster: Text = UNSET
    """Cluster model it belongs to."""
    role: Text = UNSET
    """Its role in the cluster."""


class DoorRow(PlaceRow):
    """A shipper's or consignee's own place, off the hubs."""

    address: Text = UNSET
    """Postal address; without lat and lon, cargopool geocode looks it up."""
    loading_min: Count = UNSET
    """Minutes of loading or unloading."""
    loading: Literal["live", "drop"] = UNSET
    """live: the truck waits; drop: the unit stays and is fetched later."""
    tail_lift: bool = UNSET
    """Whether pallets need the vehicle's own tail-lift here."""


class RoadLinkRow(Row):
    """Road between two places."""

    origin: Id
    """Place id."""
    destination: Id
    """Place id."""
    km: Positive = UNSET
    """Driven kilometres."""
    drive_min: Count = UNSET
    """Driving minutes without breaks, rests, crossings and shuttle."""
    countries: Texts = UNSET
    """Kilometres by country in driving order, such as DE=120.5; they add up to km."""
    shuttle: Text = UNSET
    """Shuttle on the way (tunnel), or empty."""
    both_ways: bool = UNSET
    """Whether the row serves the other direction too (the default)."""


class CrossingRow(Row):
    """Passage from one customs territory into another."""

    origin: Id
    """Customs territory."""
    destination: Id
    """Customs territory."""
    eur: Positive = UNSET
    """EUR per consignment."""
    minutes: Count = UNSET
    """Minutes added to the transit."""


class BanRow(Row):
    """A weekly truck ban in one country, or the same hours on single dates."""

    country: Text
    """ISO 3166 alpha-2 code."""
    timezone: Text = UNSET
    """IANA zone of its hours."""
    weekday: Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] | None = UNSET
    """Day of the week; absent when dates are given."""
    start: DayTime = UNSET
    """Local clock time, 00:00 by default."""
    end: DayTime = UNSET
    """Local clock time, 24:00 by default."""
    dates: Texts = UNSET
    """Local ISO dates, such as public holidays."""
