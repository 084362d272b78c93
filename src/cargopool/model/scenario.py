"""A closed planning case: everything that a plan depends on, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from cargopool.model.energy import Allocation, TruckClass, VesselClass
from cargopool.model.equipment import FleetVehicle, LoadUnitType, RoadVehicle
from cargopool.model.execution import ExecutionRules
from cargopool.model.place import LATER, Crossing, Door, Hub, Place, Provenance, RoadLink
from cargopool.model.service import Service, Surcharge
from cargopool.model.shipment import Shipment

if TYPE_CHECKING:  # arrays: whoever has no matrix does not load numpy
    from cargopool.model.road_matrix import RoadMatrix

ExternalMode = Literal["none", "report", "internalise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Planning horizon.

    Attributes
    ----------
    start, end : datetime
        Aware; minute 0 is ``start``. Departures and ready times lie inside, arrivals may lie after the end.
    timezone : str
        IANA zone of the file's times that name no place.
    """

    start: datetime
    end: datetime
    timezone: str = "UTC"

    @property
    def minutes(self) -> int:
        """Length in elapsed minutes."""
        return int((self.end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds() // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionCap:
    """A cap on what some shipments emit, in kg CO2e or in grams per tonne-km; `cargopool.model.caps` says which.

    Attributes
    ----------
    shipper : str
        Only this shipper's shipments; empty for all.
    lane : str
        Only shipments of this lane, ``ORIGIN-DESTINATION``: each end the id, the country or the road region of a place;
        empty for all.
    co2e_kg : float or None
        Most kg CO2e that the plan may put down to them.
    g_per_tkm : float or None
        Most grams CO2e per tonne-km of those of them that are served.
    """

    shipper: str = ""
    lane: str = ""
    co2e_kg: float | None = None
    g_per_tkm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the plan minimises besides money.

    Attributes
    ----------
    carbon_price_eur_per_t : float
        EUR per tonne CO2e well-to-wheel.
    max_carbon_price_eur_per_t : float
        Highest price that any run of a comparison may use; the unserved constant stands above it.
    weights : mapping of cost-line kind to float
        Multiplies the EUR of a kind in the objective; 1 where absent. Money reports stay unweighted.
    unserved_allowed : bool
        False: every shipment is must-serve.
    exclude_carbon_in_prices : bool
        True: the part of a cost line that already prices carbon is left out of the objective.
    co2e_cap_kg : float or None
        Cap on the plan's CO2e.
    external_costs : {'none', 'report', 'internalise'}
        What is made of air pollution, noise, accidents and congestion: nothing, a report, or a part of the objective
        (never of money). Climate and well-to-tank parts count only while the carbon price is 0.
    caps : tuple of EmissionCap
        Further caps: of the whole plan, of a shipper, of a lane.
    """

    carbon_price_eur_per_t: float = 0.0
    max_carbon_price_eur_per_t: float = 500.0
    weights: Mapping[str, float] = field(default_factory=dict)
    unserved_allowed: bool = True
    exclude_carbon_in_prices: bool = False
    co2e_cap_kg: float | None = None
    external_costs: ExternalMode = "none"
    caps: tuple[EmissionCap, ...] = ()


TourBans = Literal["none", "pallets", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drayage:
    """Pre- and on-carriage around hubs.

    Attributes
    ----------
    radius_km : float
        A door reaches every hub of its road region within this great-circle distance x detour.
    vehicle : str
        Vehicle of unit haulage and of collection tours.
    max_doors : int
        Doors that one unit haulage visits.
    collection_eur_fixed, collection_eur_per_pallet, collection_eur_per_pallet_km : float
        Collection (and delivery) estimate per shipment part: fixed + pallets x (per pallet + km x per pallet-km).
    collection_min_fixed, collection_speed_kmh : int, float
        Tour minutes between door and hub: fixed + km / speed, rounded up.
    collection_load_share : float
        Load share of the tour's truck that the estimate's CO2e assumes, between 0 and 1.
    tours : bool
        Collection, delivery and unit haulage are planned as tours, whose cost corrects the estimates.
    max_rounds : int
        Most rounds of plan and tours, 1 to 8.
    bans : {'none', 'pallets', 'all'}
        Tours of heavy vehicles for which the scenario's truck bans hold: none, those with pallets, or also those with
        load units, which are mostly exempt as road legs of combined transport.
    rates : mapping of (kind, door, hub) to float
        Factors on the estimates, as rounds of plan and tours find them; 1 where absent.
    lead_min : mapping of (shipment, hub) to int
        Minutes added to the collection and delivery tours of a shipment at a hub.
    haulage_lead_min : mapping of (shipment, hub) to int
        The same for unit haulage.
    """

    radius_km: float = 150.0
    vehicle: str = ""
    max_doors: int = 1
    collection_eur_fixed: float = 25.0
    collection_eur_per_pallet: float = 6.0
    collection_eur_per_pallet_km: float = 0.08
    collection_min_fixed: int = 120
    collection_speed_kmh: float = 50.0
    collection_load_share: float = 0.6
    tours: bool = field(default=False, metadata=LATER)
    max_rounds: int = field(default=4, metadata=LATER)
    bans: TourBans = field(default="pallets", metadata=LATER)
    rates: Mapping[tuple[str, str, str], float] = field(default_factory=dict, metadata=LATER)
    lead_min: Mapping[tuple[str, str], int] = field(default_factory=dict, metadata=LATER)
    haulage_lead_min: Mapping[tuple[str, str], int] = field(default_factory=dict, metadata=LATER)
    provenance: Provenance = Provenance(confidence="synthetic")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupageBand:
    """Road price of a part load: EUR = max(min_eur, ldm x km x eur_per_ldm_km) up to these loading metres and kg."""

    up_to_ldm_milli: int
    up_to_kg: int
    eur_per_ldm_km: float
    min_eur: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An energy carrier of a factor set: grams CO2e per MJ, well-to-tank and tank-to-wheel."""

    id: str
    wtt_g_per_mj: float
    ttw_g_per_mj: float
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """A versioned, replaceable set of factors.

    Attributes
    ----------
    grid_g_per_kwh : mapping of country to float
        Well-to-wheel grams per kWh delivered; ``default`` serves countries without a row.
    shuttle_eur, shuttle_kwh, shuttle_min, shuttle_km : mapping of shuttle id
        Fare and electricity per truck, minutes on board (not driving), km ridden.
    reefer_mj_per_h : float
        Diesel energy of a running temperature unit per hour of the move.
    detour_road : float
        Road km per great-circle km where no link row is.
    road_speed_kmh : float
        Driving speed where no link row is.
    external_cents_per_tkm, external_cents_per_vkm : mapping of key to float
        External costs, EUR cents per tonne-km of cargo and per vehicle-km of trucks, by keys such as
        ``road_accidents`` (`cargopool.footprint.external`), in the prices of their source.
    external_uplift : float
        Factor from those prices to today's.
    version : str
        Of the set.
    base, overridden : str, tuple of str
        Reference set that it was made of, and what of it a scenario replaced (``carriers.diesel``,
        ``grid_g_per_kwh.DE``).
    trucks, vessels : mapping of id
        Classes of trucks, and of barges and ships.
    truck_energy_ratio : mapping of carrier to float
        Energy of a truck on a carrier over that of the same truck on diesel.
    train_wh_per_gross_tkm, train_exponent : float
        Electricity of a train of W gross tonnes: first x W ^ second, Wh per gross tonne-km.
    diesel_train_ratio : float
        Fuel energy of a train over the electricity that the same train would take.
    barge_direction : mapping of {'up', 'down'} to float
        Energy against and with the stream over the mean of a round trip.
    allocation : {'tkm', 'teu_km'}
        How a scheduled service's energy is shared between load units.
    gross_t_per_teu : float
        Usual gross mass of a TEU, between the two allocations.
    distance_adjustment : mapping of mode to float
        Driven over planned distance; multiplies energy, never money.
    """

    id: str
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    grid_g_per_kwh: Mapping[str, float] = field(default_factory=dict)
    shuttle_eur: Mapping[str, float] = field(default_factory=dict)
    shuttle_kwh: Mapping[str, float] = field(default_factory=dict)
    shuttle_min: Mapping[str, int] = field(default_factory=dict)
    shuttle_km: Mapping[str, float] = field(default_factory=dict)
    reefer_mj_per_h: float = 0.0
    detour_road: float = 1.27
    road_speed_kmh: float = 62.0
    external_cents_per_tkm: Mapping[str, float] = field(default_factory=dict)
    external_cents_per_vkm: Mapping[str, float] = field(default_factory=dict)
    external_uplift: float = 1.0
    groupage: tuple[GroupageBand, ...] = ()
    version: str = ""
    base: str = ""
    overridden: tuple[str, ...] = ()
    trucks: Mapping[str, TruckClass] = field(default_factory=dict)
    vessels: Mapping[str, VesselClass] = field(default_factory=dict)
    truck_energy_ratio: Mapping[str, float] = field(default_factory=dict)
    train_wh_per_gross_tkm: float = 1200.0
    train_exponent: float = -0.62
    diesel_train_ratio: float = 2.7
    barge_direction: Mapping[str, float] = field(default_factory=dict)
    allocation: Allocation = "tkm"
    gross_t_per_teu: float = 12.0
    distance_adjustment: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Provenance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckBan:
    """A weekly truck ban in one country.

    Attributes
    ----------
    weekday : int
        Monday is 0.
    start_min, end_min : int
        Local minutes of that day, start < end <= 1440, in the country's zone ``timezone``.
    dates : frozenset of str
        Local ISO dates with the same ban hours, such as public holidays; then ``weekday`` is -1.
    """

    country: str
    timezone: str
    weekday: int
    start_min: int
    end_min: int
    dates: frozenset[str] = frozenset()
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScope:
    """Parameters of the reference model P.

    Attributes
    ----------
    event_depth : int
        D: road moves leave at events of this depth.
    max_departures, max_moves : int
        Departures of one scheduled move, moves of one itinerary.
    bucket_min : int
        Length of a hub time bucket.
    hub_slack_h : int
        Where a hub's lifts or yard are limited, hand-in up to this long before closing and collection up to this
        long after pick-up-ready are choices of the plan; where its cross-dock is, so is the start of an operation.
    """

    event_depth: int = 2
    max_departures: int = 3
    max_moves: int = 3
    bucket_min: int = 60
    hub_slack_h: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that is planned with. Closed: after reading nobody looks into the reference data.

    All mappings are keyed by id and keep the order of the input. What ``road_matrix`` gives stands before
    ``road_links``; `cargopool.rules.road_link` is what everybody asks.
    """

    name: str
    horizon: Horizon
    variant: str = "base"
    hubs: Mapping[str, Hub] = field(default_factory=dict)
    doors: Mapping[str, Door] = field(default_factory=dict)
    road_links: tuple[RoadLink, ...] = ()
    road_matrix: RoadMatrix | None = field(default=None, metadata=LATER)
    crossings: tuple[Crossing, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)
    surcharges: tuple[Surcharge, ...] = ()
    load_units: Mapping[str, LoadUnitType] = field(default_factory=dict)
    vehicles: Mapping[str, RoadVehicle] = field(default_factory=dict)
    fleet: Mapping[str, FleetVehicle] = field(default_factory=dict, metadata=LATER)
    bans: tuple[TruckBan, ...] = ()
    shipments: Mapping[str, Shipment] = field(default_factory=dict)
    objective: Objective = Objective()
    drayage: Drayage = Drayage()
    factors: Factors = Factors(id="none")
    scope: ModelScope = ModelScope()
    execution: ExecutionRules = ExecutionRules()
    synthetic: bool = False
    notes: str = ""

    def place(self, place_id: str) -> Place:
        """Hub or door of that id; KeyError when there is none."""
        found = self.hubs.get(place_id) or self.doors.get(place_id)
        if found is None:
            raise KeyError(place_id)
        return found

    def restricted_to(self, shippers: frozenset[str]) -> Scenario:
        """The same case with only the shipments of these shippers."""
        kept = {k: s for k, s in self.shipments.items() if s.shipper in shippers}
        return replace(self, shipments=kept)
