"""Ways on which an empty unit can go from one hub's depot to another's: trucks, and free slots of departures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cargopool.footprint.executing import empty_groups, round_gain_cents
from cargopool.model.equipment import LoadUnitType
from cargopool.model.plan import DepartureStage, Move, MoveUse, RoadStage
from cargopool.model.scenario import Scenario
from cargopool.model.service import Service
from cargopool.operations.unit_events import UnitEvents
from cargopool.rules import (
    crossing_between,
    earliest_start,
    latest_open_minute,
    operating_dates,
    road_link,
    stop_minutes,
    trip_arrival,
)
from cargopool.rules.unit_flow import UnitFlow, empty_flow
from cargopool.units import KG_PER_TONNE, round_half_even

LegKey = tuple[str, str, int]
"""Service, run date, leg."""
Room = dict[str, int]
"""What is free on a leg; a missing word means no limit."""
_CM_PER_M = 100


@dataclass(frozen=True, slots=True)
class EmptyArc:
    """One way for an empty unit.

    Attributes
    ----------
    cents : int
        Of one use, as the objective counts it.
    rides : tuple of (leg, slot)
        Departure legs of which each use takes room.
    """

    move: Move
    flow: UnitFlow
    cents: int
    rides: tuple[LegKey, ...] = ()
    slot: str = ""


@dataclass(slots=True)
class FreeRoom:
    """Room that a plan leaves on the legs of departures."""

    scenario: Scenario
    used: dict[LegKey, Counter[str]] = field(default_factory=dict)
    _stops: dict[tuple[str, str], tuple[tuple[int | None, int | None], ...]] = field(default_factory=dict)

    def take(self, uses: Mapping[str, MoveUse] | tuple[MoveUse, ...]) -> None:
        """Take the room of moves."""
        for use in uses.values() if isinstance(uses, Mapping) else uses:
            for stage in use.move.stages:
                if isinstance(stage, DepartureStage):
                    self._take(use, stage)

    def _take(self, use: MoveUse, stage: DepartureStage) -> None:
        service = self.scenario.services[stage.service]
        units = use.count * use.move.units_per_move
        unit = self.scenario.load_units[use.move.unit_type]
        size = sizes(unit, use.move.max_gross_kg, use.temperature != "ambient", stage.slot)
        for leg in self.legs(service, stage):
            row = self.used.setdefault((service.id, stage.run_date, leg), Counter())
            row.update({word: amount * units for word, amount in size.items()})

    def legs(self, service: Service, stage: DepartureStage) -> range:
        """Legs that a stage rides."""
        if service.headway_min is not None:
            return range(0)
        stops = self.stops(service, stage.run_date)
        hubs = [stop.hub for stop in service.stops]
        for i, j in _pairs(service):
            if (hubs[i], hubs[j]) == (stage.origin, stage.destination) and stops[i][1] == stage.depart_min:
                return range(i, j)
        return range(0)

    def stops(self, service: Service, run_date: str) -> tuple[tuple[int | None, int | None], ...]:
        """Arrival and departure minute of each stop of a run."""
        key = (service.id, run_date)
        if key not in self._stops:
            scenario = self.scenario
            self._stops[key] = stop_minutes(service, run_date, scenario.horizon.start, scenario.hubs)
        return self._stops[key]

    def free(self, key: LegKey) -> Room:
        """What is left of a leg."""
        limits = _limits(self.scenario.services[key[0]])
        used = self.used.get(key, Counter())
        return {word: limit - used[word] for word, limit in limits.items() if limit is not None}


def sizes(unit: LoadUnitType, max_gross_kg: int | None, powered: bool, slot: str) -> dict[str, int]:
    """What one unit takes of a leg."""
    return {
        "teu_milli": unit.teu_milli,
        "units": 1,
        "gross_kg": unit.tare_kg + unit.payload_kg if max_gross_kg is None else max_gross_kg,
        "length_cm": round_half_even(unit.length_m * _CM_PER_M),
        "plugs": int(powered),
        "allotment": int(slot == "allotment"),
        "spot": int(slot == "spot"),
    }


def _limits(service: Service) -> dict[str, int | None]:
    room = service.capacity
    return {
        "teu_milli": room.teu_milli,
        "units": room.units,
        "gross_kg": None if room.gross_tonnes is None else room.gross_tonnes * KG_PER_TONNE,
        "length_cm": None if room.length_m is None else int(room.length_m * _CM_PER_M),
        "plugs": room.plugs,
        "allotment": service.allotment_units,
        "spot": service.spot_units,
    }


def _pairs(service: Service) -> Iterator[tuple[int, int]]:
    for i in range(len(service.stops)):
        for j in range(i + 1, len(service.stops)):
            yield i, j


def truck_arcs(scenario: Scenario, events: UnitEvents) -> Iterator[EmptyArc]:
    """Trucks from every hub that gets units back (or has some at the start) to every hub that needs some later."""
    unit = scenario.load_units[events.unit_type]
    leaving = sorted({(hub, 0) for hub, stock in events.initial.items() if stock} | set(events.returned))
    goals = _goals(scenario, events)
    for origin, minute in leaving:
        for destination, until in goals.items():
            if destination == origin or until < minute:
                continue
            arc = _truck(scenario, unit, origin, destination, max(0, minute))
            if arc is not None and arc.flow.returned_min <= until:
                yield arc


def _goals(scenario: Scenario, events: UnitEvents) -> dict[str, int]:
    """Hubs where an empty unit can be worth something, and until when."""
    forever = 10**9
    last: dict[str, int] = {}
    for hub, minute in events.taken:
        last[hub] = max(last.get(hub, minute), minute)
    if scenario.execution.imbalance_of(events.unit_type) > 0:
        last.update(dict.fromkeys((hub for hub, stock in events.initial.items() if stock), forever))
    return dict(sorted(last.items()))


def _truck(scenario: Scenario, unit: LoadUnitType, origin: str, destination: str, minute: int) -> EmptyArc | None:
    link = road_link(scenario, origin, destination)
    leaves = earliest_start(scenario.hubs[origin], scenario.horizon.start, minute, 0)
    if link is None or leaves is None or "road" not in unit.modes:
        return None
    crossing = crossing_between(scenario, origin, destination)
    best: EmptyArc | None = None
    for vehicle in scenario.vehicles.values():
        if unit.id not in vehicle.unit_types:
            continue
        arrives = trip_arrival(scenario, link, leaves, vehicle.manning, bans=True)
        if arrives is None:
            continue
        move = Move(
            id=f"E-{vehicle.id}-{origin}-{destination}-{leaves}",
            kind="road",
            origin=origin,
            destination=destination,
            unit_type=unit.id,
            stages=(
                RoadStage(
                    purpose="main",
                    vehicle=vehicle.id,
                    origin=origin,
                    destination=destination,
                    depart_min=leaves,
                    arrive_min=arrives,
                ),
            ),
            latest_min=leaves,
            available_min=arrives + (crossing.minutes if crossing else 0),
            units_per_move=unit.per_truck,
        )
        arc = _priced(scenario, move)
        if best is None or (arc.cents, arc.flow.returned_min) < (best.cents, best.flow.returned_min):
            best = arc
    return best


def _priced(scenario: Scenario, move: Move, rides: tuple[LegKey, ...] = (), slot: str = "") -> EmptyArc:
    worth = round_gain_cents(scenario, empty_groups(scenario, move), ())
    return EmptyArc(move, empty_flow(scenario, move), worth, rides, slot)


def departure_arcs(scenario: Scenario, events: UnitEvents, room: FreeRoom) -> Iterator[EmptyArc]:
    """Single departures with a free slot between hubs of the type; no charters and headway services."""
    unit = scenario.load_units[events.unit_type]
    hubs, goals = set(events.hubs), _goals(scenario, events)
    for service in scenario.services.values():
        stops = [stop.hub for stop in service.stops]
        pairs = [(i, j) for i, j in _pairs(service) if stops[i] in hubs and stops[j] in goals and stops[i] != stops[j]]
        if not pairs or service.headway_min is not None or service.charter is not None or not _rides(unit, service):
            continue
        gross = _weight_class(unit, service)
        if gross == 0:
            continue
        for run_date in operating_dates(service, scenario.horizon, scenario.hubs):
            for pair in pairs:
                for slot in ("allotment", "spot"):
                    arc = _departure(scenario, unit, service, run_date, pair, slot, gross, room)
                    if arc is not None and arc.flow.returned_min <= goals[arc.flow.returned_hub]:
                        yield arc


def _rides(unit: LoadUnitType, service: Service) -> bool:
    fits = not unit.gauge or service.mode != "rail" or unit.gauge in service.gauges
    return service.mode in unit.modes and (service.unit_types is None or unit.id in service.unit_types) and fits


def _weight_class(unit: LoadUnitType, service: Service) -> int | None:
    """The lightest class for an empty unit; None without classes, 0 when none is heavy enough."""
    classes = [row.up_to_kg for row in service.tariff.weight_classes]
    return min((kg for kg in classes if kg > unit.tare_kg), default=0) if classes else None


def _departure(
    scenario: Scenario,
    unit: LoadUnitType,
    service: Service,
    run_date: str,
    pair: tuple[int, int],
    slot: str,
    gross: int | None,
    room: FreeRoom,
) -> EmptyArc | None:
    i, j = pair
    stops = room.stops(service, run_date)
    departs, arrives = stops[i][1], stops[j][0]
    rides = tuple((service.id, run_date, leg) for leg in range(i, j))
    size = sizes(unit, gross, False, slot)
    if departs is None or arrives is None or departs < service.stops[i].booking_close_min:
        return None
    if any(free < size[word] for key in rides for word, free in room.free(key).items()):
        return None
    board, alight = service.stops[i], service.stops[j]
    closing, ready = departs - board.closing_min, arrives + alight.pick_up_ready_min
    start = scenario.horizon.start
    hand_in = latest_open_minute(scenario.hubs[board.hub], start, closing)
    collect = earliest_start(scenario.hubs[alight.hub], start, ready, 0)
    if hand_in is None or collect is None or hand_in < 0:
        return None
    crossing = crossing_between(scenario, board.hub, alight.hub)
    stage = DepartureStage(
        service=service.id,
        run_date=run_date,
        origin=board.hub,
        destination=alight.hub,
        slot="allotment" if slot == "allotment" else "spot",
        closing_min=closing,
        depart_min=departs,
        arrive_min=arrives,
        pick_up_ready_min=ready,
    )
    move = Move(
        id=f"E-{service.id}-{run_date}-{board.hub}-{alight.hub}-{slot}",
        kind="scheduled",
        origin=board.hub,
        destination=alight.hub,
        unit_type=unit.id,
        stages=(stage,),
        latest_min=hand_in,
        available_min=collect + scenario.hubs[alight.hub].lift_min + (crossing.minutes if crossing else 0),
        hand_in_min=hand_in,
        collect_min=collect,
        max_gross_kg=gross,
    )
    return _priced(scenario, move, rides, slot)
