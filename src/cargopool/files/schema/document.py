"""The blocks of scenario.yaml and the document as a whole."""

from __future__ import annotations

from typing import Any, Literal

from cargopool.files.schema.base import (
    UNSET,
    Block,
    Count,
    Moment,
    Numbers,
    Positive,
    Row,
    Text,
    Texts,
)
from cargopool.files.schema.equipment import FleetRow, LoadUnitRow, VehicleRow
from cargopool.files.schema.factors import FactorsBlock
from cargopool.files.schema.places import BanRow, CrossingRow, DoorRow, HubRow, RoadLinkRow
from cargopool.files.schema.services import ServiceRow, ShipmentRow, SurchargeRow

Use = Literal["reference", "none"] | list[Text]
TableNames = Text | list[Text]


class HorizonBlock(Block):
    """Planning horizon; minute 0 is its start."""

    start: Moment
    """Local time of the horizon's zone, or with an offset."""
    end: Moment
    """As start; arrivals may lie after it."""
    timezone: Text = "UTC"
    """IANA zone of the times that belong to no place."""


class HubSection(Block):
    """Hubs."""

    use: Use = UNSET
    """Ids from the reference set, or reference for all."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[Text | HubRow] = UNSET
    """Own rows; a row with the id of a used one overrides single fields."""


class DoorSection(Block):
    """Doors."""

    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[DoorRow] = UNSET
    """Own rows."""


class LinkSection(Block):
    """Road links."""

    use: Literal["reference", "none"] = UNSET
    """reference (the default): the rows between places of the scenario; none: own rows only."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[RoadLinkRow] = UNSET
    """Own rows; a row between the same places overrides single fields."""


class VehicleSection(Block):
    """Road vehicles."""

    use: Use = UNSET
    """Ids from the reference set, or reference for all."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[Text | VehicleRow] = UNSET
    """Own rows."""


class FleetSection(Block):
    """Vehicles that drive tours."""

    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[FleetRow] = UNSET
    """Own rows."""


class BanSection(Block):
    """Truck bans."""

    use: Literal["reference", "none"] = UNSET
    """reference: the bans of the countries on the scenario's roads."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[BanRow] = UNSET
    """Own rows, added."""


class CrossingSection(Block):
    """Customs crossings."""

    use: Literal["reference", "none"] = UNSET
    """reference (the default): between territories of the scenario; none: own rows only."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[CrossingRow] = UNSET
    """Own rows; a row between the same territories overrides single fields."""


class MatrixBlock(Block):
    """Own distances as square tables, ids of places in first row and first column; driven from row to column."""

    km: Text = UNSET
    """CSV table (or workbook.xlsx#sheet) of driven km; an empty cell is not given."""
    minutes: Text | None = UNSET
    """CSV table of driving minutes, without breaks, rests, crossings and shuttle."""


class RoadBlock(Block):
    """Everything on the road."""

    vehicles: VehicleSection | list[Text | VehicleRow] = UNSET
    """Road vehicles: ids, rows, or a section with use, table, rows."""
    fleet: FleetSection | list[FleetRow] = UNSET
    """Vehicles that drive tours; without any, every tour is a hired truck's."""
    links: LinkSection | list[RoadLinkRow] = UNSET
    """Road links."""
    matrix: MatrixBlock = UNSET
    """Own distance matrix; what it gives stands before the links."""
    bans: bool | BanSection | list[BanRow] = UNSET
    """Truck bans: true for the reference ones, false (the default) for none, or own rows."""
    crossings: bool | CrossingSection | list[CrossingRow] = UNSET
    """Customs crossings: true (the default) for the reference ones, false for none, or own rows."""


class ServiceSection(Block):
    """Services."""

    use: Use = UNSET
    """Ids, or reference: the active ones all of whose stops are hubs of the scenario."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[Text | ServiceRow] = UNSET
    """Own rows."""


class SurchargeSection(Block):
    """Surcharges."""

    use: Use = UNSET
    """Ids from the reference set, or reference for all."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[Text | SurchargeRow] = UNSET
    """Own rows."""


class LoadUnitSection(Block):
    """Load units."""

    use: Use = UNSET
    """Ids from the reference set, or reference for all."""
    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[Text | LoadUnitRow] = UNSET
    """Own rows."""


class ShipmentSection(Block):
    """Shipments."""

    table: TableNames = UNSET
    """CSV tables (or workbook.xlsx#sheet)."""
    rows: list[ShipmentRow] = UNSET
    """Own rows."""


class CapRow(Block):
    """A cap on what some shipments emit; exactly one of co2e_kg and g_per_tkm."""

    shipper: Text = UNSET
    """Only this shipper's shipments."""
    lane: Text = UNSET
    """Only shipments from one end to the other: ORIGIN-DESTINATION, each a place, a country or a road region."""
    co2e_kg: Positive = UNSET
    """Most kg CO2e."""
    g_per_tkm: Positive = UNSET
    """Most grams CO2e per tonne-km of what is served."""


class ObjectiveBlock(Block):
    """What the plan minimises besides money."""

    carbon_price_eur_per_t: Positive = UNSET
    """EUR per tonne CO2e well-to-wheel."""
    max_carbon_price_eur_per_t: Positive = UNSET
    """Highest price that any run of a comparison may use."""
    weights: Numbers = UNSET
    """Factors on kinds of cost lines in the objective, such as toll: 0.5."""
    unserved: Literal["allowed", "forbidden"] = UNSET
    """forbidden: every shipment must be served."""
    exclude_carbon_in_prices: bool = UNSET
    """Leave out of the objective what a price already charges for carbon."""
    co2e_cap_kg: Positive | None = UNSET
    """Cap on the plan's CO2e, kg."""
    external_costs: Literal["none", "report", "internalise"] = UNSET
    """Air pollution, noise, accidents, congestion: left out, reported, or part of the objective (never of money)."""
    caps: list[CapRow] = UNSET
    """Caps of the whole plan, of a shipper or of a lane, such as {shipper: Nova, g_per_tkm: 30}."""


class DrayageBlock(Row):
    """Pre- and on-carriage around hubs."""

    radius_km: Positive = UNSET
    """A door reaches the hubs within this distance."""
    vehicle: Text = UNSET
    """Vehicle of unit haulage and tours; the first vehicle when not given."""
    max_doors: Count = UNSET
    """Doors that one unit haulage visits."""
    collection_eur_fixed: Positive = UNSET
    """EUR per collection or delivery."""
    collection_eur_per_pallet: Positive = UNSET
    """EUR per pallet."""
    collection_eur_per_pallet_km: Positive = UNSET
    """EUR per pallet and km."""
    collection_min_fixed: Count = UNSET
    """Minutes of a tour besides driving."""
    collection_speed_kmh: Positive = UNSET
    """Speed of a tour, km/h."""
    collection_load_share: Positive = UNSET
    """Load share of a tour's truck, 0 to 1."""
    tours: bool = UNSET
    """Whether collection, delivery and unit haulage are planned as tours."""
    max_rounds: Count = UNSET
    """Most rounds of plan and tours, 1 to 8."""
    bans: Literal["none", "pallets", "all"] = UNSET
    """Tours of heavy vehicles that road.bans hold for: none, those with pallets (the default), or with units too."""


class ConditionsBlock(Block):
    """The state of the world."""

    kaub_gauge_cm: Positive = UNSET
    """Rhine gauge at Kaub: scales barge capacity and adds low-water surcharges as the reference says."""
    grid_year: Count = UNSET
    """Year of the electricity that trains, hubs and battery trucks draw, where the factor set knows it."""
    closed_services: Texts = UNSET
    """Services that do not run: ids, or filters such as mode=rail,country=CH or via=DEMAN."""
    closed_links: Texts = UNSET
    """Road links that are shut, such as FRLIL-GBLHR; both directions."""


class ScopeBlock(Block):
    """Parameters of the reference model P."""

    event_depth: Count = UNSET
    """Depth of events at which road moves leave."""
    max_departures: Count = UNSET
    """Departures of one scheduled move."""
    max_moves: Count = UNSET
    """Moves of one itinerary."""
    bucket_min: Count = UNSET
    """Minutes of a hub time bucket."""
    hub_slack_h: Count = UNSET
    """Hours around closing and pick-up-ready in which limited hubs give choices."""


class ExecutionBlock(Block):
    """How a plan is carried out: layers on top of the reference model, all off by default."""

    round_trips: bool = UNSET
    """Match road moves into round trips where they pay."""
    max_loaded_legs: Count = UNSET
    """Loaded legs of one round trip, 2 to 4."""
    max_empty_km: Positive = UNSET
    """Longest empty leg of a round trip, km."""
    max_standing_h: Count = UNSET
    """Longest time that a truck stands between two legs, hours."""
    standing_eur_per_h: Positive = UNSET
    """Price of standing between two legs, EUR per hour."""
    layouts: bool = UNSET
    """Arrange the pallets of every load unit."""
    stacking: bool = UNSET
    """Empty load units whose pallets can be stacked in other units of their move; layouts come with it."""
    max_eccentricity: Positive = UNSET
    """Containers and swap bodies: centre of gravity off the middle, share of the length."""
    kingpin_kg: Count = UNSET
    """Trailers: most on the kingpin, kg."""
    bogie_kg: Count = UNSET
    """Trailers: most on the axle group, kg."""
    empty_units: bool = UNSET
    """Balance the empty units of the depots and reposition them."""
    imbalance_eur: Numbers = UNSET
    """EUR per unit that a hub has less at the end than at the start, by load-unit type; default serves the others."""
    shortage_eur: Positive = UNSET
    """EUR per unit that is missing when it is needed."""


class ScenarioDocument(Block):
    """A cargopool scenario, version 1."""

    format: Literal["cargopool/1"]
    """Version of the file format."""
    name: Text
    """Name of the scenario."""
    horizon: HorizonBlock
    """Planning horizon."""
    hubs: HubSection | list[Text | HubRow] = UNSET
    """Hubs: ids, rows, or a section with use, table, rows."""
    doors: DoorSection | list[DoorRow] = UNSET
    """Doors of shippers and consignees."""
    road: RoadBlock = UNSET
    """Vehicles, links, bans, crossings."""
    services: ServiceSection | list[Text | ServiceRow] = UNSET
    """Scheduled services."""
    surcharges: SurchargeSection | list[Text | SurchargeRow] = UNSET
    """Dated additions to tariffs."""
    load_units: LoadUnitSection | list[Text | LoadUnitRow] = UNSET
    """Load-unit types."""
    shipments: ShipmentSection | list[ShipmentRow] = UNSET
    """Shipments."""
    drayage: DrayageBlock = UNSET
    """Pre- and on-carriage."""
    objective: ObjectiveBlock = UNSET
    """Objective."""
    factors: FactorsBlock = UNSET
    """Emission and price factors."""
    conditions: ConditionsBlock = UNSET
    """State of the world."""
    scope: ScopeBlock = UNSET
    """Parameters of the reference model."""
    execution: ExecutionBlock = UNSET
    """Layers on top of the plan: round trips, loading layouts, empty units."""
    overrides: dict[Text, dict[Text, Any]] = UNSET
    """Named changes: paths such as conditions.kaub_gauge_cm or services[mode=rail].capacity_factor, and values."""
    variants: dict[Text, list[Text]] = UNSET
    """Named lists of overrides; base is the scenario as it stands."""
    resolved_variant: Text = UNSET
    """Variant that this scenario is the resolved form of; written by run folders."""
    synthetic: bool = UNSET
    """Whether demand is invented."""
    notes: Text = UNSET
    """Free text."""
