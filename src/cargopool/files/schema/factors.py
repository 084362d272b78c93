"""The block of emission and price factors."""

from __future__ import annotations

from typing import Literal

from cargopool.files.schema.base import UNSET, Block, Count, Id, Number, Numbers, Positive, Row, Text, Texts


class CarrierRow(Row):
    """An energy carrier."""

    id: Id
    """Identifier, such as diesel."""
    wtt_g_per_mj: Positive = UNSET
    """Well-to-tank, g CO2e per MJ."""
    ttw_g_per_mj: Positive = UNSET
    """Tank-to-wheel, g CO2e per MJ."""


class TruckClassRow(Row):
    """A class of trucks."""

    id: Id
    """Identifier, such as artic_33t."""
    name: Text = UNSET
    """Display name."""
    mj_per_km_empty: Positive = UNSET
    """Fuel of a diesel truck, empty, MJ per km."""
    mj_per_km_full: Positive = UNSET
    """Fuel of a diesel truck with full_load_kg, MJ per km."""
    full_load_kg: Count = UNSET
    """Cargo at which mj_per_km_full holds, kg."""


class VesselClassRow(Row):
    """A class of barges or ships."""

    id: Id
    """Identifier, such as rhine_110m."""
    name: Text = UNSET
    """Display name."""
    mode: Literal["barge", "sea"] = UNSET
    """barge or sea."""
    cemt: Text = UNSET
    """Waterway class (CEMT) of a barge."""
    mj_per_tkm: Positive = UNSET
    """Fuel, MJ per tonne-km of the published activity."""
    mj_per_teu_km: Positive = UNSET
    """Fuel, MJ per TEU-km, where the publication counts TEU-km."""
    cargo_share: Positive = UNSET
    """Share of a load unit's gross mass that the published activity counts."""
    load_share: Positive = UNSET
    """Loading at which the figure holds, as a share of a full load."""
    light_share: Positive = UNSET
    """Displacement empty over loaded."""


class GroupageRow(Block):
    """A band of the groupage tariff."""

    up_to_loading_metres: Positive
    """Upper end, loading metres."""
    up_to_kg: Count
    """Upper end, kg."""
    eur_per_ldm_km: Positive
    """EUR per loading metre and km."""
    min_eur: Positive
    """Minimum, EUR."""


class FactorProvenance(Block):
    """Where a block of factors comes from."""

    source: Text = UNSET
    """Source."""
    confidence: Text = UNSET
    """Confidence word."""
    licence: Text = UNSET
    """Licence."""
    note: Text = UNSET
    """Note."""


class FactorsBlock(Block):
    """Factor set: one of the reference, with own values over it, or all own values under an id of its own."""

    set: Text = UNSET
    """Id of a reference set."""
    id: Text = UNSET
    """Id of an own set; then nothing is taken from the reference."""
    carriers: list[CarrierRow] = UNSET
    """Energy carriers; rows with a known id override single fields."""
    grid_g_per_kwh: Numbers = UNSET
    """Well-to-wheel g CO2e per kWh by country; default serves the others."""
    shuttle_eur: Numbers = UNSET
    """Fare by shuttle, EUR per truck."""
    shuttle_kwh: Numbers = UNSET
    """Electricity by shuttle, kWh per truck."""
    shuttle_min: dict[Text, Count] = UNSET
    """Minutes on board by shuttle."""
    shuttle_km: Numbers = UNSET
    """Kilometres ridden by shuttle."""
    reefer_mj_per_h: Positive = UNSET
    """Diesel energy of a running temperature unit, MJ per hour."""
    detour_road: Positive = UNSET
    """Road km per great-circle km where no link row is."""
    road_speed_kmh: Positive = UNSET
    """Driving speed where no link row is."""
    external_cents_per_tkm: Numbers = UNSET
    """External costs, EUR cents per tonne-km of cargo by key, such as road_accidents."""
    external_cents_per_vkm: Numbers = UNSET
    """External costs of trucks, EUR cents per vehicle-km by key; empty kilometres count."""
    external_uplift: Positive = UNSET
    """Factor from the prices of the external costs' source to today's."""
    groupage: list[GroupageRow] = UNSET
    """Road prices of part loads, ascending."""
    version: Text = UNSET
    """Version of the set."""
    base: Text = UNSET
    """Reference set that it was made of; written by run folders."""
    overridden: Texts = UNSET
    """Factors of the reference set that the scenario replaced; written by run folders."""
    trucks: list[TruckClassRow] = UNSET
    """Truck classes; rows with a known id override single fields."""
    vessels: list[VesselClassRow] = UNSET
    """Barge and ship classes; rows with a known id override single fields."""
    truck_energy_ratio: Numbers = UNSET
    """Energy of a truck on a carrier over that of the same truck on diesel, by carrier."""
    train_wh_per_gross_tkm: Positive = UNSET
    """Electricity of a train of W gross tonnes: this x W ^ train_exponent, Wh per gross tonne-km."""
    train_exponent: Number = UNSET
    """Exponent of the train's gross mass."""
    diesel_train_ratio: Positive = UNSET
    """Fuel energy of a train over the electricity that the same train would take."""
    barge_direction: Numbers = UNSET
    """Energy up and down a river over the mean of a round trip: up, down."""
    allocation: Literal["tkm", "teu_km"] = UNSET
    """How a scheduled service's energy is shared between load units."""
    gross_t_per_teu: Positive = UNSET
    """Usual gross mass of a TEU, t, between the two allocations."""
    distance_adjustment: Numbers = UNSET
    """Driven over planned distance by mode (rail, barge, sea, road); multiplies energy, never money."""
    provenance: dict[Text, FactorProvenance] = UNSET
    """Provenance by block of factors."""
