"""Rows of load units and road vehicles."""

from __future__ import annotations

from typing import Literal

from cargopool.files.schema.base import (
    UNSET,
    Block,
    Count,
    Id,
    ModeName,
    Numbers,
    Positive,
    Row,
    TemperatureName,
    Text,
    Texts,
)


class LoadUnitRow(Row):
    """A kind of container, swap body or trailer."""

    id: Id
    """Identifier."""
    name: Text = UNSET
    """Display name; the id when not given."""
    kind: Literal["container", "swap_body", "trailer"] = UNSET
    """What it is."""
    pallets: Positive = UNSET
    """Pallet places."""
    payload_kg: Count = UNSET
    """Cargo it carries, kg."""
    volume_m3: Positive = UNSET
    """Room inside, m3."""
    loading_metres: Positive = UNSET
    """Loading metres inside."""
    tare_kg: Count = UNSET
    """Mass when empty, kg."""
    teu: Positive = UNSET
    """Room on a departure, TEU."""
    length_m: Positive = UNSET
    """Length on a train, m."""
    modes: list[ModeName] = UNSET
    """Modes that take it; road means it may make a road move."""
    gauge: Text = UNSET
    """Profile needed on rail (C45, P386, P400); empty when every train takes it."""
    temperatures: list[TemperatureName] = UNSET
    """Temperature classes it keeps."""
    per_truck: Count = UNSET
    """Units that one truck carries together."""
    rental_eur_day: Positive = UNSET
    """Rental, EUR per day begun."""
    return_days: Count = UNSET
    """Days added until it is returned."""
    one_way_eur: Positive = UNSET
    """Surcharge for leaving it at another hub, EUR."""


class VehicleEnergyBlock(Block):
    """Physical inputs of a truck's energy."""

    truck_class: Text = UNSET
    """Truck class of the factor set, for what mj_per_km_* leave open."""
    source: Text = UNSET
    """Of own mj_per_km_*: where they come from."""
    confidence: Text = UNSET
    """Of own mj_per_km_*, if it is not the row's."""


class VehicleRow(Row):
    """A truck with its prices, energy and driver."""

    id: Id
    """Identifier."""
    name: Text = UNSET
    """Display name; the id when not given."""
    unit_types: Texts = UNSET
    """Load-unit types that it carries."""
    gross_limit_kg: Count = UNSET
    """Gross limit on pure road, kg."""
    combined_limit_kg: Count = UNSET
    """Gross limit on road legs of combined transport, kg."""
    tractor_kg: Count = UNSET
    """Kerb mass of tractor and chassis, kg."""
    eur_fixed: Positive = UNSET
    """EUR per trip."""
    eur_per_km: Positive = UNSET
    """EUR per loaded kilometre."""
    eur_per_empty_km: Positive = UNSET
    """EUR per empty kilometre."""
    eur_per_h: Positive = UNSET
    """EUR per hour of driving."""
    min_eur: Positive = UNSET
    """Minimum charge of a trip, EUR."""
    toll_eur_per_km: Numbers = UNSET
    """Tolls by country, EUR per loaded kilometre, such as DE=0.348."""
    toll_carbon_share: Numbers = UNSET
    """Share of a country's toll that prices carbon, 0 to 1."""
    empty_km_factor: Positive = UNSET
    """Empty km per loaded km on road moves."""
    haulage_empty_km_factor: Positive = UNSET
    """Empty km per loaded km on unit haulage."""
    carrier: Text = UNSET
    """Energy carrier of the factor set."""
    mj_per_km_empty: Positive = UNSET
    """Energy empty, MJ per km."""
    mj_per_km_full: Positive = UNSET
    """Energy with full_load_kg, MJ per km."""
    full_load_kg: Count = UNSET
    """Cargo at which mj_per_km_full holds, kg; the default gives way to the class's."""
    energy: VehicleEnergyBlock | None = UNSET
    """Physical inputs from which the energy is worked out."""
    km_carbon_share: Positive = UNSET
    """Share of the prices per km that already prices carbon, 0 to 1."""
    manning: Literal["single", "double"] = UNSET
    """Drivers on board."""


class FleetRow(Row):
    """Vehicles of one kind at one depot, which drive collection, delivery and haulage tours."""

    id: Id
    """Identifier."""
    name: Text = UNSET
    """Display name; the id when not given."""
    vehicle: Text = UNSET
    """Road vehicle whose prices, energy, manning and unit types hold."""
    depot: Text = UNSET
    """Hub or door where tours begin and end."""
    count: Count = UNSET
    """How many there are."""
    pallets: Positive = UNSET
    """Pallet places."""
    payload_kg: Count = UNSET
    """Payload for pallets, kg."""
    volume_m3: Positive = UNSET
    """Volume, m3; 0 when not limiting."""
    temperatures: list[TemperatureName] = UNSET
    """Temperature classes that it takes."""
    carries: Literal["pallets", "units"] = UNSET
    """pallets in its own body, or load units of its vehicle's types, one at a time, on a chassis."""
    tail_lift: bool = UNSET
    """Whether it serves doors that need a tail-lift."""
    opening: Texts | None = UNSET
    """Depot's local hours in which it may be away, in shifts of a day at most; null or absent is always."""
    closed_dates: Texts = UNSET
    """Local ISO dates on which it stays in."""
    open_tours: bool = UNSET
    """Whether it may end at its last stop."""
    bans: bool | None = UNSET
    """Whether truck bans hold for its tours; absent: over 7.5 t gross, as drayage.bans says."""
    battery_kwh: Positive | None = UNSET
    """Usable energy at the start of a tour, of an electric vehicle."""
    charge_kw: Positive = UNSET
    """Power at which it may charge once on the way, at a depot of electric vehicles."""
