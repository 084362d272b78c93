"""Rows of services, surcharges and shipments."""

from __future__ import annotations

from typing import Literal

from cargopool.files.schema.base import (
    UNSET,
    Block,
    Count,
    DayTime,
    Id,
    ModeName,
    Moment,
    Number,
    Positive,
    Row,
    TemperatureName,
    Text,
    Texts,
    TextsOrAll,
)

CustomsStatus = Literal["free", "bonded", "transit"]


class StopBlock(Block):
    """One call at a hub; in a table cell: hub=DEDUI departure=0+20:00 closing_min=240."""

    hub: Id
    """Hub id."""
    arrival: DayTime | None = UNSET
    """Local time as DAY+HH:MM, DAY counted from the operating day of the first stop; absent at the first stop."""
    departure: DayTime | None = UNSET
    """Local time as DAY+HH:MM; absent at the last stop."""
    closing_min: Count = UNSET
    """Latest hand-in, minutes before departure."""
    pick_up_ready_min: Count = UNSET
    """Earliest collection, minutes after arrival."""
    booking_close_min: Count = UNSET
    """Latest booking, minutes before departure."""


class LegBlock(Block):
    """The ride between two stops; in a table cell: km=900 countries=DE:400,CH:300,IT:200."""

    km: Positive
    """Kilometres by this mode."""
    countries: Texts = UNSET
    """Kilometres by country, such as DE=120.5."""
    shortest_km: Positive | None = UNSET
    """Shortest feasible distance, where the line runs a longer way; transport activity counts it."""


class CapacityBlock(Block):
    """Room on every leg that the pool may book; null means never binding."""

    teu: Positive | None = UNSET
    """TEU."""
    units: Count | None = UNSET
    """Load units."""
    gross_tonnes: Count | None = UNSET
    """Gross tonnes."""
    length_m: Count | None = UNSET
    """Train length, m."""
    plugs: Count | None = UNSET
    """Powered units."""


class StopShareBlock(Block):
    """Share of the price between two stops; in a table cell: origin=DEDUI destination=ITBLQ share=1."""

    origin: Id
    """Hub of boarding."""
    destination: Id
    """Hub of alighting."""
    share: Positive
    """Share of the price."""


class WeightClassBlock(Block):
    """Price factor up to a gross mass; in a table cell: up_to_kg=16500 factor=0.8."""

    up_to_kg: Count
    """Gross mass of the unit, kg."""
    factor: Positive
    """Multiplies the price."""


class TariffBlock(Block):
    """Price per unit over the whole service."""

    eur_per_unit: Positive = UNSET
    """EUR per unit."""
    eur_per_teu: Positive = UNSET
    """EUR per TEU of the unit; both apply."""
    by_stops: list[StopShareBlock] = UNSET
    """Shares of stop pairs; without an entry the price goes by km."""
    weight_classes: list[WeightClassBlock] = UNSET
    """Ascending; empty means one price."""
    min_eur: Positive = UNSET
    """Minimum per unit, EUR."""
    carbon_share: Positive = UNSET
    """Share of the price that already prices carbon, 0 to 1."""


class CharterBlock(Block):
    """The service runs only if the plan chooses it."""

    eur_per_run: Positive
    """EUR per run, whatever it carries."""


class ServiceEnergyBlock(Block):
    """Physical inputs from which the energy is worked out."""

    train_gross_t: Positive = UNSET
    """Reference gross mass of the train, t; traction follows the carrier."""
    unit_share: Positive = UNSET
    """Share of the train's gross mass that is load units with cargo."""
    vessel: Text = UNSET
    """Barge or ship class of the factor set."""
    direction: Literal["both", "up", "down"] = UNSET
    """On a river: against or with the stream; both is the mean of a round trip."""
    load_share: Positive | None = UNSET
    """Loading of the vessel as a share of a full load, if it is not the class's."""
    water_share: Positive = UNSET
    """Share of a full load that the water level allows."""
    empty_km_factor: Positive = UNSET
    """Empty km per loaded km over the round trip."""
    source: Text = UNSET
    """Of an own mj_per_gross_tkm: where it comes from."""
    confidence: Text = UNSET
    """Of an own mj_per_gross_tkm, if it is not the row's."""


class ServiceRow(Row):
    """A line that runs on a calendar, in one direction."""

    id: Id
    """Identifier."""
    name: Text = UNSET
    """Display name; the id when not given."""
    operator: Text = UNSET
    """Who runs it."""
    mode: ModeName = UNSET
    """Mode."""
    stops: list[StopBlock] = UNSET
    """At least two calls, in order."""
    legs: list[LegBlock] = UNSET
    """One leg fewer than stops."""
    weekdays: Texts = UNSET
    """Operating days of the first stop, such as Mo-Fr."""
    added_dates: Texts = UNSET
    """ISO dates that run although the weekday says otherwise."""
    removed_dates: Texts = UNSET
    """ISO dates that do not run."""
    headway_min: Count | None = UNSET
    """Minutes between departures of a line that runs 20 times a week or more; then it has no calendar."""
    unit_types: TextsOrAll = UNSET
    """Load-unit types accepted; all is every type that the mode takes."""
    gauges: Texts = UNSET
    """Rail profiles accepted."""
    adr_classes: TextsOrAll = UNSET
    """ADR classes accepted; all (the default) or a list, [] for none."""
    capacity: CapacityBlock = UNSET
    """Room on every leg."""
    capacity_factor: Positive = UNSET
    """Multiplies capacity and spot units, rounded down; 1 by default."""
    tariff: TariffBlock = UNSET
    """Price per unit."""
    allotment_units: Count = UNSET
    """Units per departure already paid."""
    spot_units: Count | None = UNSET
    """Units per departure on sale; null means up to capacity."""
    cancel_before_min: Count | None = UNSET
    """Free cancellation until so many minutes before departure."""
    cancel_eur: Positive = UNSET
    """Fee of a later cancellation, EUR."""
    charter: CharterBlock | None = UNSET
    """Runs only if chosen."""
    mj_per_gross_tkm: Positive = UNSET
    """Energy, MJ per gross tonne-km; wins over energy."""
    carrier: Text = UNSET
    """Energy carrier; electricity takes the grid of each country."""
    run_gross_t: Positive = UNSET
    """Gross tonnes of a whole run, for a charter."""
    energy: ServiceEnergyBlock | None = UNSET
    """Physical inputs from which the energy is worked out."""
    status: Text = UNSET
    """active, or why it is not."""


class SurchargeRow(Row):
    """A dated addition to the tariff per unit."""

    id: Id
    """Identifier."""
    mode: ModeName | None = UNSET
    """Mode that it applies to; absent when services are named."""
    services: Texts = UNSET
    """Services that it applies to; empty means all of the mode."""
    start: Moment = UNSET
    """First departure time that it applies to; the horizon's start by default."""
    end: Moment = UNSET
    """Departures before this time; the horizon's end by default."""
    eur_per_unit: Number = UNSET
    """EUR per unit."""
    eur_per_teu: Number = UNSET
    """EUR per TEU."""
    percent: Number = UNSET
    """Percent of the tariff line."""
    carbon_share: Positive = UNSET
    """Share of it that prices carbon, 0 to 1."""


class ShipmentRow(Row):
    """One consignment of one shipper."""

    id: Id
    """Identifier."""
    shipper: Id = UNSET
    """Who hands it over."""
    origin: Id = UNSET
    """Hub or door id."""
    destination: Id = UNSET
    """Hub or door id."""
    pallets: Positive = UNSET
    """Pallets; a started one counts as one place."""
    kg: Count = UNSET
    """Gross mass of the goods, kg."""
    volume_m3: Positive = UNSET
    """Volume, m3; 0 when not limiting."""
    loading_metres: Positive = UNSET
    """Loading metres; 0 when not limiting."""
    load_unit: Text = UNSET
    """Type of sealed whole units; empty for loose freight."""
    load_units: Count = UNSET
    """Number of sealed whole units."""
    ready: Moment = UNSET
    """Earliest hand-over: local time at the origin, or with an explicit offset."""
    due: Moment = UNSET
    """Agreed delivery: local time at the destination, or with an explicit offset."""
    latest: Moment = UNSET
    """Hard limit, not before due; due when not given."""
    late_eur_per_h: Positive = UNSET
    """EUR per hour after due."""
    value_of_time_eur_per_h: Positive = UNSET
    """EUR per hour from ready to delivered."""
    goods_class: Text = UNSET
    """NST 2007 division, two digits."""
    temperature: TemperatureName = UNSET
    """Temperature class."""
    adr_class: Text = UNSET
    """ADR class, empty for none."""
    segregation: Text = UNSET
    """Own segregation group."""
    stackable: bool = UNSET
    """Layouts may stack it where places lack; packing counts every pallet as one place."""
    max_parts: Count = UNSET
    """Parts it may travel in."""
    min_part_pallets: Count = UNSET
    """Smallest part, pallets."""
    part_eur: Positive = UNSET
    """Fee of every part after the first, EUR."""
    keep_together: bool = UNSET
    """A part may not spill over several units."""
    modes: list[ModeName] = UNSET
    """Modes allowed for the main run."""
    forbidden_modes: list[ModeName] = UNSET
    """Modes taken out of the allowed ones."""
    must_serve: bool = UNSET
    """Left out, the run is infeasible."""
    customs_status: CustomsStatus = UNSET
    """transit crosses without formalities."""
    veto_shippers: Texts = UNSET
    """Shippers with which it never shares a unit."""
    veto_goods: Texts = UNSET
    """NST classes with which it never shares a unit."""
