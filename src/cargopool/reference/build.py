"""Rows of the packaged tables as model objects."""

from __future__ import annotations

from collections.abc import Mapping

from cargopool.model.energy import ServiceEnergy, TruckClass, VehicleEnergy, VesselClass
from cargopool.model.equipment import LoadUnitType, RoadVehicle
from cargopool.model.place import CrossDock, Crossing, Hub, Provenance, RoadLink
from cargopool.model.scenario import Carrier, Drayage, Factors, GroupageBand, TruckBan
from cargopool.model.service import LegCapacity, Service, ServiceLeg, ServiceStop, Tariff, WeightClass
from cargopool.reference.modes import mode_of
from cargopool.reference.rows import (
    Row,
    day_minute,
    minute_of_day,
    number_or_none,
    pairs_of,
    provenance_of,
    read_rows,
    week_hours,
    weekday_set,
    words_or_all,
)
from cargopool.units import milli


def hub_of(row: Row, fields: Mapping[tuple[str, str], Provenance]) -> Hub:
    """Hub of a row of hubs.csv."""
    dock = None
    of_lift = fields[row["id"], "lift_kwh"]
    if row["cross_dock_eur"]:
        of_dock = fields[row["id"], "cross_dock_kwh"]
        dock = CrossDock(
            eur_per_pallet=float(row["cross_dock_eur"]),
            handling_min=int(row["cross_dock_min"]),
            pallets_per_hour=number_or_none(row["cross_dock_per_hour"]),
            kwh_per_pallet=float(row["cross_dock_kwh"]),
            energy_source=of_dock.source,
            energy_confidence=of_dock.confidence,
        )
    return Hub(
        id=row["id"],
        name=row["name"],
        country=row["country"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        timezone=row["timezone"],
        modes=frozenset(mode_of(word) for word in row["modes"].split()),
        customs_territory=row["customs_territory"],
        road_region=row["road_region"],
        opening=None if row["opening"] == "Mo-Su 00:00-24:00" else week_hours(row["opening"]),
        cross_dock=dock,
        lift_eur=float(row["lift_eur"]),
        lift_min=int(row["lift_min"]),
        lift_kwh=float(row["lift_kwh"]),
        lift_diesel_mj=float(row["lift_diesel_mj"]),
        energy_source=of_lift.source,
        energy_confidence=of_lift.confidence,
        lifts_per_hour=number_or_none(row["lifts_per_hour"]),
        free_storage_days=int(row["free_storage_days"]),
        storage_eur_per_unit_day=float(row["storage_eur_per_unit_day"]),
        storage_eur_per_pallet_day=float(row["storage_eur_per_pallet_day"]),
        yard_places=number_or_none(row["yard_places"]),
        pallet_places=number_or_none(row["pallet_places"]),
        reefer_plugs=number_or_none(row["reefer_plugs"]),
        adr_classes=words_or_all(row["adr_classes"]),
        depot_stock={unit: int(stock) for unit, stock in pairs_of(row["depot_stock"])},
        cluster=row["cluster"],
        role=row["role"],
        provenance=provenance_of(row),
    )


def road_link_of(row: Row) -> RoadLink:
    """Road link of a row of links_road.csv."""
    return RoadLink(
        origin=row["origin"],
        destination=row["destination"],
        km=float(row["km"]),
        drive_min=int(row["drive_min"]),
        countries=pairs_of(row["countries"]),
        shuttle=row["shuttle"],
        both_ways=row["both_ways"] == "yes",
        provenance=provenance_of(row),
    )


def load_unit_of(row: Row) -> LoadUnitType:
    """Load-unit type of a row of load_units.csv."""
    return LoadUnitType(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],  # type: ignore[arg-type]
        pallets_milli=milli(float(row["pallets"])),
        payload_kg=int(row["payload_kg"]),
        volume_m3_milli=milli(float(row["volume_m3"])),
        loading_metres_milli=milli(float(row["loading_metres"])),
        tare_kg=int(row["tare_kg"]),
        teu_milli=milli(float(row["teu"])),
        length_m=float(row["length_m"]),
        modes=frozenset(mode_of(word) for word in row["modes"].split()),
        gauge=row["gauge"],
        temperatures=frozenset(row["temperatures"].split()),  # type: ignore[arg-type]
        per_truck=int(row["per_truck"]),
        rental_eur_day=float(row["rental_eur_day"]),
        return_days=int(row["return_days"]),
        one_way_eur=float(row["one_way_eur"]),
        provenance=provenance_of(row),
    )


def vehicle_of(row: Row) -> RoadVehicle:
    """Road vehicle of a row of vehicles.csv."""
    return RoadVehicle(
        id=row["id"],
        name=row["name"],
        unit_types=frozenset(row["unit_types"].split()),
        gross_limit_kg=int(row["gross_limit_kg"]),
        combined_limit_kg=int(row["combined_limit_kg"]),
        tractor_kg=int(row["tractor_kg"]),
        eur_fixed=float(row["eur_fixed"]),
        eur_per_km=float(row["eur_per_km"]),
        eur_per_empty_km=float(row["eur_per_empty_km"]),
        eur_per_h=float(row["eur_per_h"]),
        min_eur=float(row["min_eur"]),
        toll_eur_per_km=dict(pairs_of(row["toll_eur_per_km"])),
        toll_carbon_share=dict(pairs_of(row["toll_carbon_share"])),
        empty_km_factor=float(row["empty_km_factor"]),
        haulage_empty_km_factor=float(row["haulage_empty_km_factor"]),
        carrier=row["carrier"],
        energy=VehicleEnergy(truck_class=row["truck_class"]),
        manning=row["manning"],  # type: ignore[arg-type]
        provenance=provenance_of(row),
    )


def service_of(row: Row) -> Service:
    """Service of a row of services.csv."""
    headway = number_or_none(row["headway_min"])
    first = ServiceStop(
        hub=row["origin"],
        departure=day_minute(row["departure"]),
        closing_min=int(row["closing_min"]),
        booking_close_min=int(row["booking_close_min"]),
    )
    last = ServiceStop(
        hub=row["destination"], arrival=day_minute(row["arrival"]), pick_up_ready_min=int(row["pick_up_ready_min"])
    )
    return Service(
        id=row["id"],
        name=row["name"],
        operator=row["operator"],
        mode=mode_of(row["mode"]),
        stops=(first, last),
        legs=(ServiceLeg(km=float(row["km"]), countries=pairs_of(row["countries"])),),
        weekdays=weekday_set(row["weekdays"]),
        headway_min=headway,
        unit_types=words_or_all(row["unit_types"]),
        gauges=frozenset(row["gauges"].split()),
        adr_classes=words_or_all(row["adr_classes"]),
        capacity=LegCapacity(
            teu_milli=milli(float(row["cap_teu"])) if row["cap_teu"] else None,
            units=number_or_none(row["cap_units"]),
            gross_tonnes=number_or_none(row["cap_gross_tonnes"]),
            plugs=number_or_none(row["cap_plugs"]),
        ),
        tariff=Tariff(
            eur_per_unit=float(row["eur_per_unit"]),
            eur_per_teu=float(row["eur_per_teu"]),
            weight_classes=tuple(
                WeightClass(up_to_kg=int(kg), factor=factor) for kg, factor in pairs_of(row["weight_classes"])
            ),
            min_eur=float(row["min_eur"]),
        ),
        allotment_units=int(row["allotment_units"]),
        spot_units=number_or_none(row["spot_units"]),
        cancel_before_min=number_or_none(row["cancel_before_min"]),
        cancel_eur=float(row["cancel_eur"]),
        mj_per_gross_tkm=float(row["mj_per_gross_tkm"]),
        carrier=row["carrier"],
        run_gross_t=float(row["run_gross_t"]),
        energy=ServiceEnergy(source=row["energy_source"], confidence=row["energy_confidence"]),
        status="active" if row["base"] == "yes" else row["status"],
        provenance=provenance_of(row),
    )


def crossing_of(row: Row) -> Crossing:
    """Crossing of a row of crossings.csv."""
    return Crossing(
        origin=row["origin"],
        destination=row["destination"],
        eur=float(row["eur"]),
        minutes=int(row["minutes"]),
        provenance=provenance_of(row),
    )


def ban_of(row: Row) -> TruckBan:
    """Truck ban of a row of bans.csv."""
    return TruckBan(
        country=row["country"],
        timezone=row["timezone"],
        weekday=min(weekday_set(row["weekday"]), default=-1),
        start_min=minute_of_day(row["start"]),
        end_min=minute_of_day(row["end"]),
        dates=frozenset(row["dates"].split()),
        provenance=provenance_of(row),
    )


def drayage_of(row: Row) -> Drayage:
    """Drayage defaults of the row of drayage.csv."""
    return Drayage(
        radius_km=float(row["radius_km"]),
        vehicle=row["vehicle"],
        max_doors=int(row["max_doors"]),
        collection_eur_fixed=float(row["collection_eur_fixed"]),
        collection_eur_per_pallet=float(row["collection_eur_per_pallet"]),
        collection_eur_per_pallet_km=float(row["collection_eur_per_pallet_km"]),
        collection_min_fixed=int(row["collection_min_fixed"]),
        collection_speed_kmh=float(row["collection_speed_kmh"]),
        collection_load_share=float(row["collection_load_share"]),
        provenance=provenance_of(row),
    )


def factor_sets() -> dict[str, Factors]:
    """Every packaged factor set by id."""
    bands = tuple(
        GroupageBand(
            up_to_ldm_milli=milli(float(row["up_to_ldm"])),
            up_to_kg=int(row["up_to_kg"]),
            eur_per_ldm_km=float(row["eur_per_ldm_km"]),
            min_eur=float(row["min_eur"]),
        )
        for row in read_rows("groupage.csv")
    )
    return {row["set"]: _factor_set(row["set"], row["version"], bands) for row in read_rows("factor_sets.csv")}


def _rows_of(table: str, name: str) -> list[Row]:
    return [row for row in read_rows(table) if row["set"] == name]


def _truck_class(row: Row) -> TruckClass:
    return TruckClass(
        id=row["id"],
        name=row["name"],
        mj_per_km_empty=float(row["mj_per_km_empty"]),
        mj_per_km_full=float(row["mj_per_km_full"]),
        full_load_kg=int(row["full_load_kg"]),
        provenance=provenance_of(row),
    )


def _vessel_class(row: Row) -> VesselClass:
    return VesselClass(
        id=row["id"],
        name=row["name"],
        mode=row["mode"],  # type: ignore[arg-type]
        cemt=row["cemt"],
        mj_per_tkm=float(row["mj_per_tkm"]),
        mj_per_teu_km=float(row["mj_per_teu_km"]),
        cargo_share=float(row["cargo_share"]),
        load_share=float(row["load_share"]),
        light_share=float(row["light_share"]),
        provenance=provenance_of(row),
    )


def _factor_set(name: str, version: str, bands: tuple[GroupageBand, ...]) -> Factors:
    carriers, grid = _rows_of("carriers.csv", name), _rows_of("grid.csv", name)
    constants = {row["key"]: row for row in _rows_of("constants.csv", name)}
    external = read_rows("external.csv")

    def family(prefix: str) -> dict[str, float]:
        return {
            key.removeprefix(prefix + "."): float(row["value"])
            for key, row in constants.items()
            if key.startswith(prefix + ".")
        }

    groupage = read_rows("groupage.csv")[0]
    return Factors(
        id=name,
        carriers={
            row["id"]: Carrier(
                id=row["id"],
                wtt_g_per_mj=float(row["wtt_g_per_mj"]),
                ttw_g_per_mj=float(row["ttw_g_per_mj"]),
                provenance=provenance_of(row),
            )
            for row in carriers
        },
        grid_g_per_kwh={row["country"]: float(row["g_per_kwh"]) for row in grid},
        shuttle_eur=family("shuttle_eur"),
        shuttle_kwh=family("shuttle_kwh"),
        shuttle_min={key: int(value) for key, value in family("shuttle_min").items()},
        shuttle_km=family("shuttle_km"),
        reefer_mj_per_h=float(constants["reefer_mj_per_h"]["value"]),
        detour_road=float(constants["detour_road"]["value"]),
        road_speed_kmh=float(constants["road_speed_kmh"]["value"]),
        external_cents_per_tkm={row["key"]: float(row["ct_per_tkm"]) for row in external},
        external_uplift=float(constants["external_uplift"]["value"]),
        groupage=bands,
        version=version,
        base=name,
        trucks={row["id"]: _truck_class(row) for row in _rows_of("trucks.csv", name)},
        vessels={row["id"]: _vessel_class(row) for row in _rows_of("vessels.csv", name)},
        truck_energy_ratio=family("truck_energy_ratio"),
        train_wh_per_gross_tkm=float(constants["train_wh_per_gross_tkm"]["value"]),
        train_exponent=float(constants["train_exponent"]["value"]),
        diesel_train_ratio=float(constants["diesel_train_ratio"]["value"]),
        barge_direction=family("barge_direction"),
        gross_t_per_teu=float(constants["gross_t_per_teu"]["value"]),
        provenance={
            **{f"grid.{row['country']}": provenance_of(row) for row in grid},
            **{key: provenance_of(row) for key, row in constants.items()},
            **{f"external.{row['key']}": provenance_of(row) for row in external},
            "groupage": provenance_of(groupage),
        },
    )
