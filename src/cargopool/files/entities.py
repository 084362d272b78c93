"""One codec per kind of thing, and the ids by which rows are addressed."""

from __future__ import annotations

from typing import Any

from cargopool.files.codecs import (
    COUNTRIES,
    Codec,
    Part,
    nested,
    nested_list,
    provenance_of,
    provenance_values,
    text_set,
    thousandths,
)
from cargopool.files.entries import SectionKind
from cargopool.files.schema.equipment import FleetRow, LoadUnitRow, VehicleRow
from cargopool.files.schema.places import BanRow, CrossingRow, DoorRow, HubRow, RoadLinkRow
from cargopool.files.schema.services import ServiceRow, ShipmentRow, SurchargeRow
from cargopool.model.energy import ServiceEnergy, TruckClass, VehicleEnergy, VesselClass
from cargopool.model.equipment import FleetVehicle, LoadUnitType, RoadVehicle
from cargopool.model.execution import ExecutionRules
from cargopool.model.place import CrossDock, Crossing, Door, Hub, Place, RoadLink
from cargopool.model.scenario import (
    Carrier,
    Drayage,
    EmissionCap,
    Factors,
    GroupageBand,
    ModelScope,
    Objective,
    TruckBan,
)
from cargopool.model.service import (
    Charter,
    LegCapacity,
    Service,
    ServiceLeg,
    ServiceStop,
    Surcharge,
    Tariff,
    WeightClass,
)
from cargopool.model.shipment import Shipment
from cargopool.model.texts import (
    WEEKDAYS,
    FieldError,
    clock_minute,
    clock_text,
    date_set,
    day_time,
    day_time_text,
    week_hours_texts,
    weekday_set,
    weekday_texts,
)
from cargopool.units import MINUTES_PER_DAY

CROSS_DOCK: Codec[CrossDock] = Codec(CrossDock, provenance=False)


def _opening_values(place: Place | FleetVehicle) -> dict[str, Any]:
    hours = place.opening
    if hours is None:
        return {}
    closed = {"closed_dates": sorted(hours.closed_dates)} if hours.closed_dates else {}
    return {"opening": week_hours_texts(hours), **closed}


HUB: Codec[Hub] = Codec(
    Hub,
    {
        "modes": text_set("modes"),
        "cross_dock": nested("cross_dock", CROSS_DOCK),
        "adr_classes": text_set("adr_classes"),
        "depot_stock": Part("depot_stock", dict, dict),
    },
    name_is_id=True,
    derived=frozenset({"opening"}),
    derived_values=_opening_values,
)

DOOR: Codec[Door] = Codec(Door, name_is_id=True, derived=frozenset({"opening"}), derived_values=_opening_values)

ROAD_LINK: Codec[RoadLink] = Codec(RoadLink, {"countries": COUNTRIES})

CROSSING: Codec[Crossing] = Codec(Crossing)


def _ban_weekday(value: str | None) -> int:
    return -1 if value is None else WEEKDAYS.index(value)


BAN: Codec[TruckBan] = Codec(
    TruckBan,
    {
        "weekday": Part("weekday", _ban_weekday, lambda day: None if day < 0 else WEEKDAYS[day]),
        "start_min": Part("start", clock_minute, clock_text),
        "end_min": Part("end", clock_minute, clock_text),
        "dates": Part("dates", date_set, sorted),
    },
    defaults={"weekday": -1, "start_min": 0, "end_min": MINUTES_PER_DAY},
)

LOAD_UNIT: Codec[LoadUnitType] = Codec(
    LoadUnitType,
    {
        "pallets_milli": thousandths("pallets"),
        "volume_m3_milli": thousandths("volume_m3"),
        "loading_metres_milli": thousandths("loading_metres"),
        "teu_milli": thousandths("teu"),
        "modes": text_set("modes"),
        "temperatures": text_set("temperatures"),
    },
    name_is_id=True,
)

VEHICLE_ENERGY: Codec[VehicleEnergy] = Codec(VehicleEnergy, provenance=False)

VEHICLE: Codec[RoadVehicle] = Codec(
    RoadVehicle,
    {
        "energy": nested("energy", VEHICLE_ENERGY),
        "unit_types": text_set("unit_types"),
        "toll_eur_per_km": Part("toll_eur_per_km", dict, dict),
        "toll_carbon_share": Part("toll_carbon_share", dict, dict),
    },
    name_is_id=True,
)

FLEET: Codec[FleetVehicle] = Codec(
    FleetVehicle,
    {
        "pallets_milli": thousandths("pallets"),
        "volume_m3_milli": thousandths("volume_m3"),
        "temperatures": text_set("temperatures"),
    },
    name_is_id=True,
    derived=frozenset({"opening"}),
    derived_values=_opening_values,
)

_MAYBE_DAY_TIME = (
    lambda value: None if value is None else day_time(value),
    lambda value: None if value is None else day_time_text(value),
)

STOP: Codec[ServiceStop] = Codec(
    ServiceStop,
    {"arrival": Part("arrival", *_MAYBE_DAY_TIME), "departure": Part("departure", *_MAYBE_DAY_TIME)},
    provenance=False,
)

LEG: Codec[ServiceLeg] = Codec(ServiceLeg, {"countries": COUNTRIES}, provenance=False)

CAPACITY: Codec[LegCapacity] = Codec(LegCapacity, {"teu_milli": thousandths("teu")}, provenance=False)

WEIGHT_CLASS: Codec[WeightClass] = Codec(WeightClass, provenance=False)


def _shares(rows: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    shares: dict[tuple[str, str], float] = {}
    for number, row in enumerate(rows):
        pair = (row["origin"], row["destination"])
        if pair in shares:
            message = f"{pair[0]} to {pair[1]} is there twice"
            raise FieldError("E0207", message, "keep one share per pair of stops", (number,))
        shares[pair] = row["share"]
    return shares


TARIFF: Codec[Tariff] = Codec(
    Tariff,
    {
        "by_stops": Part(
            "by_stops",
            _shares,
            lambda shares: [{"origin": a, "destination": b, "share": share} for (a, b), share in shares.items()],
        ),
        "weight_classes": nested_list("weight_classes", WEIGHT_CLASS),
    },
    provenance=False,
)

CHARTER: Codec[Charter] = Codec(Charter, provenance=False)

SERVICE_ENERGY: Codec[ServiceEnergy] = Codec(ServiceEnergy, provenance=False)

SERVICE: Codec[Service] = Codec(
    Service,
    {
        "energy": nested("energy", SERVICE_ENERGY),
        "stops": nested_list("stops", STOP),
        "legs": nested_list("legs", LEG),
        "weekdays": Part("weekdays", weekday_set, weekday_texts),
        "added_dates": Part("added_dates", date_set, sorted),
        "removed_dates": Part("removed_dates", date_set, sorted),
        "unit_types": text_set("unit_types"),
        "gauges": text_set("gauges"),
        "adr_classes": text_set("adr_classes"),
        "capacity": nested("capacity", CAPACITY),
        "tariff": nested("tariff", TARIFF),
        "charter": nested("charter", CHARTER),
    },
    name_is_id=True,
    defaults={"operator": ""},
)

SURCHARGE: Codec[Surcharge] = Codec(
    Surcharge, {"services": text_set("services")}, derived=frozenset({"start_min", "end_min"})
)

SHIPMENT: Codec[Shipment] = Codec(
    Shipment,
    {
        "pallets_milli": thousandths("pallets"),
        "volume_m3_milli": thousandths("volume_m3"),
        "loading_metres_milli": thousandths("loading_metres"),
        "modes": text_set("modes"),
        "veto_shippers": text_set("veto_shippers"),
        "veto_goods": text_set("veto_goods"),
    },
    derived=frozenset({"ready_min", "due_min", "latest_min"}),
    defaults={"pallets_milli": 0, "kg": 0},
)

CARRIER: Codec[Carrier] = Codec(Carrier)

GROUPAGE: Codec[GroupageBand] = Codec(
    GroupageBand, {"up_to_ldm_milli": thousandths("up_to_loading_metres")}, provenance=False
)

CAP: Codec[EmissionCap] = Codec(EmissionCap, provenance=False)

OBJECTIVE: Codec[Objective] = Codec(
    Objective,
    {
        "unserved_allowed": Part(
            "unserved", lambda word: word == "allowed", lambda allowed: "allowed" if allowed else "forbidden"
        ),
        "weights": Part("weights", dict, dict),
        "caps": nested_list("caps", CAP),
    },
    provenance=False,
)

DRAYAGE: Codec[Drayage] = Codec(Drayage, derived=frozenset({"rates", "lead_min", "haulage_lead_min"}))

SCOPE: Codec[ModelScope] = Codec(ModelScope, provenance=False)

EXECUTION: Codec[ExecutionRules] = Codec(
    ExecutionRules, {"imbalance_eur": Part("imbalance_eur", dict, dict)}, provenance=False
)


TRUCK_CLASS: Codec[TruckClass] = Codec(TruckClass)

VESSEL_CLASS: Codec[VesselClass] = Codec(VesselClass)


def _by_id(row_field: str, codec: Codec[Any], what: str) -> Part:
    """A mapping by id that files write as a list of rows."""

    def decode(rows: list[dict[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for number, row in enumerate(rows):
            if row["id"] in made:
                message = f"the {what} {row['id']} is there twice"
                raise FieldError("E0207", message, "remove or rename one of them", (number, "id"))
            try:
                made[row["id"]] = codec.decode_or_raise(row)
            except FieldError as problem:
                raise problem.below(number) from None
        return made

    return Part(row_field, decode, lambda rows: [codec.encode(row) for row in rows.values()])


FACTOR_ROWS: dict[str, Codec[Any]] = {"carriers": CARRIER, "trucks": TRUCK_CLASS, "vessels": VESSEL_CLASS}
"""Blocks of a factor set that are rows with an id."""

FACTORS: Codec[Factors] = Codec(
    Factors,
    {
        "carriers": _by_id("carriers", CARRIER, "carrier"),
        "trucks": _by_id("trucks", TRUCK_CLASS, "truck class"),
        "vessels": _by_id("vessels", VESSEL_CLASS, "vessel class"),
        "groupage": nested_list("groupage", GROUPAGE),
        "overridden": Part("overridden", tuple, list),
        "provenance": Part(
            "provenance",
            lambda blocks: {name: provenance_of(block) for name, block in blocks.items()},
            lambda blocks: {name: provenance_values(block) for name, block in blocks.items()},
        ),
    },
    provenance=False,
)

HUBS = SectionKind("hubs", HubRow, HUB)
DOORS = SectionKind("doors", DoorRow, DOOR)
LINKS = SectionKind("road.links", RoadLinkRow, ROAD_LINK, ("origin", "destination"))
CROSSINGS = SectionKind("road.crossings", CrossingRow, CROSSING, ("origin", "destination"))
BANS = SectionKind("road.bans", BanRow, BAN, ())
VEHICLES = SectionKind("road.vehicles", VehicleRow, VEHICLE)
FLEETS = SectionKind("road.fleet", FleetRow, FLEET)
LOAD_UNITS = SectionKind("load_units", LoadUnitRow, LOAD_UNIT)
SERVICES = SectionKind("services", ServiceRow, SERVICE)
SURCHARGES = SectionKind("surcharges", SurchargeRow, SURCHARGE)
SHIPMENTS = SectionKind("shipments", ShipmentRow, SHIPMENT)

SECTION_KINDS = {
    kind.path: kind
    for kind in (HUBS, DOORS, LINKS, CROSSINGS, BANS, VEHICLES, FLEETS, LOAD_UNITS, SERVICES, SURCHARGES, SHIPMENTS)
}
