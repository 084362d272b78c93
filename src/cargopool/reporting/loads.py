"""How full things are, and how far they go: load units, stages and departure legs of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cargopool.model.plan import DepartureStage, Move, Plan, PlannedUnit, SlotKind, Stage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.rules.calendars import stop_minutes
from cargopool.rules.roads import road_link
from cargopool.units import KG_PER_TONNE

_CM_PER_M = 100


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """What is in a load unit.

    Attributes
    ----------
    pallets_milli, kg, volume_m3_milli, loading_metres_milli : int
        Contents.
    fill : float
        Share of the fullest dimension; 1 for a sealed unit, whose inside nobody planned.
    fullest : str
        That dimension.
    """

    unit: PlannedUnit
    move: Move
    pallets_milli: int
    kg: int
    volume_m3_milli: int
    loading_metres_milli: int
    fill: float
    fullest: str
    sealed: bool


def unit_loads(scenario: Scenario, plan: Plan) -> tuple[UnitLoad, ...]:
    """The load of every planned unit, in plan order."""
    moves = {use.move.id: use.move for use in plan.moves}
    return tuple(_unit_load(scenario, unit, moves[unit.move]) for unit in plan.units)


def _unit_load(scenario: Scenario, unit: PlannedUnit, move: Move) -> UnitLoad:
    size = [0, 0, 0, 0]
    sealed = False
    for content in unit.contents:
        shipment = scenario.shipments[content.shipment]
        sealed = sealed or shipment.load_units > 0
        for at, value in enumerate(quantity_of(shipment, content.first_atom, content.atoms).as_tuple()):
            size[at] += value
    kind = scenario.load_units[unit.unit_type]
    payload = kind.payload_kg
    if move.max_gross_kg is not None:
        payload = min(payload, move.max_gross_kg - kind.tare_kg)
    room = {
        "pallets": (size[0], kind.pallets_milli),
        "kg": (size[1], payload),
        "m3": (size[2], kind.volume_m3_milli),
        "loading metres": (size[3], kind.loading_metres_milli),
    }
    shares = {name: used / most for name, (used, most) in room.items() if most > 0}
    fullest = max(shares, key=lambda name: shares[name], default="pallets")
    fill = 1.0 if sealed else shares.get(fullest, 0.0)
    return UnitLoad(unit, move, size[0], size[1], size[2], size[3], fill, "sealed" if sealed else fullest, sealed)


def mode_of(scenario: Scenario, stage: Stage) -> str:
    """The mode of a stage."""
    return scenario.services[stage.service].mode if isinstance(stage, DepartureStage) else "road"


def stage_km(scenario: Scenario, stage: Stage) -> float:
    """Distance of a stage by its own mode."""
    if isinstance(stage, DepartureStage):
        service = scenario.services[stage.service]
        first, last = ridden_legs(service, stage.origin, stage.destination)
        return sum(leg.km for leg in service.legs[first:last])
    link = road_link(scenario, stage.origin, stage.destination)
    return link.km if link is not None else 0.0


def ridden_legs(service: Service, origin: str, destination: str) -> tuple[int, int]:
    """Range of legs between the boarding and the alighting stop."""
    hubs = [stop.hub for stop in service.stops]
    first = hubs.index(origin)
    return first, hubs.index(destination, first + 1)


@dataclass(slots=True)
class LegLoad:
    """What the plan books on one leg of one departure (of all rides, for a headway service).

    Attributes
    ----------
    depart_min, arrive_min : int or None
        None for a headway service.
    units : mapping of slot kind to number of units
    fill : float or None
        Share of the scarcest capacity of the leg, None where nothing limits it.
    scarcest : str
        That capacity.
    """

    service: str
    run_date: str
    leg: int
    origin: str
    destination: str
    depart_min: int | None
    arrive_min: int | None
    units: dict[SlotKind, int] = field(default_factory=lambda: defaultdict(int))
    teu_milli: int = 0
    limit_gross_kg: int = 0
    cargo_kg: int = 0
    gross_kg: int = 0
    length_cm: int = 0
    plugs: int = 0
    fill: float | None = None
    scarcest: str = ""

    @property
    def total_units(self) -> int:
        """Units of all slot kinds."""
        return sum(self.units.values())


def leg_loads(scenario: Scenario, plan: Plan) -> tuple[LegLoad, ...]:
    """Loads of all departure legs that carry a unit, by departure time, then service, run and leg."""
    legs: dict[tuple[str, str, int], LegLoad] = {}
    for load in unit_loads(scenario, plan):
        for stage in load.move.stages:
            if isinstance(stage, DepartureStage):
                for leg in _legs_of(scenario, stage, legs):
                    _book(scenario, leg, load, stage.slot)
    for leg in legs.values():
        service = scenario.services[leg.service]
        if service.headway_min is None:
            leg.fill, leg.scarcest = _scarcest(service, leg)
    far = max((leg.depart_min or 0 for leg in legs.values()), default=0) + 1
    return tuple(
        sorted(
            legs.values(),
            key=lambda leg: (far if leg.depart_min is None else leg.depart_min, leg.service, leg.run_date, leg.leg),
        )
    )


def _legs_of(scenario: Scenario, stage: DepartureStage, legs: dict[tuple[str, str, int], LegLoad]) -> Iterator[LegLoad]:
    service = scenario.services[stage.service]
    first, last = ridden_legs(service, stage.origin, stage.destination)
    for at in range(first, last):
        key = (stage.service, stage.run_date, at)
        if key not in legs:
            depart, arrive = None, None
            if service.headway_min is None:
                times = stop_minutes(service, stage.run_date, scenario.horizon.start, scenario.hubs)
                depart, arrive = times[at][1], times[at + 1][0]
            here, there = service.stops[at].hub, service.stops[at + 1].hub
            legs[key] = LegLoad(stage.service, stage.run_date, at, here, there, depart, arrive)
        yield legs[key]


def _book(scenario: Scenario, leg: LegLoad, load: UnitLoad, slot: SlotKind) -> None:
    kind = scenario.load_units[load.unit.unit_type]
    heaviest = load.move.max_gross_kg
    leg.units[slot] += 1
    leg.teu_milli += kind.teu_milli
    leg.limit_gross_kg += heaviest if heaviest is not None else kind.tare_kg + kind.payload_kg
    leg.cargo_kg += load.kg
    leg.gross_kg += kind.tare_kg + load.kg
    leg.length_cm += round(kind.length_m * _CM_PER_M)
    leg.plugs += load.unit.temperature != "ambient"


def _scarcest(service: Service, leg: LegLoad) -> tuple[float | None, str]:
    room = service.capacity
    bought = leg.units.get("allotment", 0) + leg.units.get("spot", 0)
    slots = None if service.charter or service.spot_units is None else service.allotment_units + service.spot_units
    shares = {
        "TEU": _share(leg.teu_milli, room.teu_milli),
        "units": _share(leg.total_units, room.units),
        "gross mass": _share(leg.limit_gross_kg, _times(room.gross_tonnes, KG_PER_TONNE)),
        "length": _share(leg.length_cm, _times(room.length_m, _CM_PER_M)),
        "plugs": _share(leg.plugs, room.plugs) if leg.plugs else None,
        "slots": _share(bought, slots),
    }
    known: Mapping[str, float] = {name: share for name, share in shares.items() if share is not None}
    if not known:
        return None, ""
    name = max(known, key=lambda n: known[n])
    return known[name], name


def _share(used: int, room: int | None) -> float | None:
    if room is None:
        return None
    return used / room if room > 0 else 1.0


def _times(value: int | None, factor: int) -> int | None:
    return None if value is None else value * factor
