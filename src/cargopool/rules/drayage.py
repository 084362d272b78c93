"""What a plan asks of the tours around its hubs: which jobs, and when their work may be done.

Pure functions of scenario and plan; `docs/door-to-door.md` says the same in words. Windows are [first, last] minutes at
which work may *begin*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cargopool.model.place import Door, Hub, Place
from cargopool.model.plan import DepartureStage, Itinerary, Move, Plan, PlannedUnit, RoadStage
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.tours import DrayageKind, TaskKind, TourTask, VehicleTour
from cargopool.rules.opening import earliest_start, open_periods
from cargopool.rules.roads import crossing_between
from cargopool.units import MINUTES_PER_DAY, started_days

EARLIEST_DAYS = 14
"""How far before its latest time a job's work is looked for."""

Window = tuple[int, int]
Windows = tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One piece of work of a job.

    Attributes
    ----------
    first_min, last_min : int
        When the work may begin, opening hours left out.
    work_min : int
        Its duration.
    """

    kind: TaskKind
    place: str
    first_min: int
    last_min: int
    work_min: int


@dataclass(frozen=True, slots=True)
class DrayageJob:
    """A planned collection, delivery or unit haulage that tours have to carry out.

    Attributes
    ----------
    visits : tuple of Visit
        In the order in which one vehicle makes them.
    parts : tuple of (shipment id, part)
        What it carries.
    pallets : tuple of (shipment, part, first atom, atoms) or None
        The pallets; None for a unit.
    unit : str
        The planned load unit; empty for pallets.
    """

    id: str
    kind: DrayageKind
    door: str
    hub: str
    visits: tuple[Visit, ...]
    parts: tuple[tuple[str, int], ...]
    pallets: tuple[str, int, int, int] | None = None
    unit: str = ""

    def task(self, visit: Visit) -> TourTask:
        """The task of a visit in a plan's tours."""
        if self.pallets is None:
            return TourTask(kind=visit.kind, unit=self.unit)
        shipment, part, first, atoms = self.pallets
        return TourTask(kind=visit.kind, shipment=shipment, part=part, first_atom=first, atoms=atoms)


def room_limited(hub: Hub) -> bool:
    """Whether a hub's lifts, yard or plugs are limited, so that the plan's minute of a lift is a choice."""
    return hub.lifts_per_hour is not None or hub.yard_places is not None or hub.reefer_plugs is not None


def open_windows(scenario: Scenario, place: Place, first_min: int, last_min: int, work_min: int) -> Windows:
    """Minutes of [first, last] at which work of that length may begin, in the place's opening hours."""
    if first_min > last_min:
        return ()
    periods = open_periods(place, scenario.horizon.start, first_min, last_min + work_min)
    if periods is None:
        return ((first_min, last_min),)
    cut = ((max(a, first_min), min(b - work_min, last_min)) for a, b in periods)
    return tuple((a, b) for a, b in cut if a <= b)


def latest_start(scenario: Scenario, place: Place, by_min: int, work_min: int) -> int | None:
    """Last minute at which work may begin that ends by ``by_min``, in opening hours."""
    far = by_min - EARLIEST_DAYS * MINUTES_PER_DAY
    found = open_windows(scenario, place, far, by_min - work_min, work_min)
    return found[-1][1] if found else None


def visit_windows(scenario: Scenario, visit: Visit) -> Windows:
    """When the work of a visit may begin; at hubs it may end after closing, and empty units come and go at any hour."""
    place = scenario.place(visit.place)
    if isinstance(place, Hub):
        if visit.kind in ("take_empty", "leave_empty"):
            return ((visit.first_min, visit.last_min),) if visit.first_min <= visit.last_min else ()
        return open_windows(scenario, place, visit.first_min, visit.last_min, 0)
    return open_windows(scenario, place, visit.first_min, visit.last_min, visit.work_min)


def free_span(hub: Hub, since_min: int, until_min: int, eur_per_day: float) -> int:
    """Minutes that freight may be at a hub without more paid storage than from ``since_min`` to ``until_min``."""
    if eur_per_day == 0:
        return EARLIEST_DAYS * MINUTES_PER_DAY
    return MINUTES_PER_DAY * max(hub.free_storage_days, started_days(until_min - since_min))


def jobs_of(scenario: Scenario, plan: Plan) -> Iterator[DrayageJob]:
    """Every collection, delivery and unit haulage of a plan; pallets are whole parts."""
    moves = {use.move.id: use.move for use in plan.moves}
    for itinerary in plan.itineraries:
        if itinerary.collection is not None:
            yield collection_job(scenario, itinerary, moves[itinerary.moves[0]])
        if itinerary.delivery is not None:
            yield delivery_job(scenario, itinerary)
    parts = {(one.shipment, one.part): one for one in plan.itineraries}
    for unit in plan.units:
        move = moves[unit.move]
        inside = [parts[c.shipment, c.part] for c in unit.contents]
        for stage in move.stages:
            if isinstance(stage, RoadStage) and stage.purpose != "main":
                yield from haulage_jobs(scenario, unit, move, stage, inside)


def collection_job(scenario: Scenario, itinerary: Itinerary, first_move: Move) -> DrayageJob:
    """Pallets picked up at a door when they are ready, handed over at the hub before they must be handled there.

    They may be there before the estimate's time as long as that takes no more room and no more paid storage. Where the
    cross-dock's throughput is limited, the plan's start of the handling holds.
    """
    tour = itinerary.collection
    assert tour is not None
    shipment, hub, door = scenario.shipments[itinerary.shipment], scenario.hubs[tour.hub], scenario.doors[tour.door]
    load = itinerary.handlings[0]
    first, last = tour.end_min, load.start_min
    if hub.pallet_places is None:
        free = free_span(hub, tour.end_min, first_move.latest_min, hub.storage_eur_per_pallet_day)
        first = min(first, max(shipment.ready_min, first_move.latest_min - free))
    if not dock_limited(hub):
        latest = latest_start(scenario, hub, first_move.latest_min, load.end_min - load.start_min)
        last = max(last, load.start_min if latest is None else latest)
    visits = (
        Visit("pick_up", door.id, shipment.ready_min, last - door.loading_min, door.loading_min),
        Visit("drop_off", hub.id, first, last, 0),
    )
    return _pallet_job("collection", itinerary, door.id, hub.id, visits)


def dock_limited(hub: Hub) -> bool:
    """Whether the hub's cross-dock has a limited throughput, so that the plan's start of a handling is a choice."""
    return hub.cross_dock is not None and hub.cross_dock.pallets_per_hour is not None


def delivery_job(scenario: Scenario, itinerary: Itinerary) -> DrayageJob:
    """Pallets taken over at the hub after their last handling, unloaded before they are due, or as early as planned."""
    tour = itinerary.delivery
    assert tour is not None
    door = scenario.doors[tour.door]
    first, last = itinerary.handlings[-1].end_min, delivery_limit(scenario, itinerary) - door.loading_min
    visits = (
        Visit("pick_up", tour.hub, first, last, 0),
        Visit("drop_off", door.id, first, last, door.loading_min),
    )
    return _pallet_job("delivery", itinerary, door.id, tour.hub, visits)


def _pallet_job(kind: DrayageKind, itinerary: Itinerary, door: str, hub: str, visits: tuple[Visit, ...]) -> DrayageJob:
    key = itinerary.shipment, itinerary.part
    return DrayageJob(
        f"{kind}:{itinerary.shipment}/{itinerary.part}",
        kind,
        door,
        hub,
        visits,
        (key,),
        pallets=(*key, itinerary.first_atom, itinerary.atoms),
    )


def delivery_limit(scenario: Scenario, itinerary: Itinerary) -> int:
    """Latest end of unloading: due, or the planned delivery where that is later."""
    shipment = scenario.shipments[itinerary.shipment]
    return min(shipment.latest_min, max(shipment.due_min, itinerary.delivered_min))


def haulage_limit(scenario: Scenario, itinerary: Itinerary, move: Move, door: Door, hub: str) -> int:
    """The same for a unit hauled from a hub to a door: with a lead time, what the estimate and that promise."""
    limit = delivery_limit(scenario, itinerary)
    shipment = scenario.shipments[itinerary.shipment]
    lead = scenario.drayage.haulage_lead_min.get((itinerary.shipment, hub), 0)
    work = 0 if shipment.load_units else door.loading_min
    begins = earliest_start(door, scenario.horizon.start, move.available_min + lead, work) if lead else None
    return limit if begins is None else min(shipment.latest_min, max(limit, begins + work))


def haulage_jobs(
    scenario: Scenario, unit: PlannedUnit, move: Move, stage: RoadStage, inside: Sequence[Itinerary]
) -> Iterator[DrayageJob]:
    """A load unit fetched empty, loaded and handed in; or taken full, unloaded and returned empty.

    At doors that work by drop these are two jobs, the door's work lying between them at a set time.
    """
    out = stage.purpose == "haulage_out"
    door_id, hub_id = (stage.origin, stage.destination) if out else (stage.destination, stage.origin)
    door, hub = scenario.doors[door_id], scenario.hubs[hub_id]
    sealed = any(scenario.shipments[part.shipment].load_units for part in inside)
    work = 0 if sealed else door.loading_min
    chains = (_unit_out if out else _unit_in)(scenario, move, door, hub, work, inside)
    for number, visits in enumerate(chains, 1):
        yield DrayageJob(
            f"{stage.purpose}:{unit.id}" + (f"#{number}" if len(chains) > 1 else ""),
            "haulage_out" if out else "haulage_in",
            door.id,
            hub.id,
            visits,
            tuple(dict.fromkeys((part.shipment, part.part) for part in inside)),
            unit=unit.id,
        )


Chains = tuple[tuple[Visit, ...], ...]


def _unit_out(scenario: Scenario, move: Move, door: Door, hub: Hub, work: int, inside: Sequence[Itinerary]) -> Chains:
    first, last = hand_in_span(scenario, move, hub)
    ready = max((scenario.shipments[part.shipment].ready_min for part in inside), default=first)
    far = min(ready, first) - EARLIEST_DAYS * MINUTES_PER_DAY
    fetch = Visit("take_empty", hub.id, far, last, hub.lift_min)
    hand_in = Visit("leave_full", hub.id, first, last, hub.lift_min)
    if door.loading == "drop":
        begins = max((part.handlings[0].start_min for part in inside), default=ready)
        left = Visit("leave_empty", door.id, far, begins, 0)
        return (fetch, left), (Visit("take_full", door.id, begins + work, last, 0), hand_in)
    return ((fetch, Visit("load", door.id, ready, last - work, work), hand_in),)


def _unit_in(scenario: Scenario, move: Move, door: Door, hub: Hub, work: int, inside: Sequence[Itinerary]) -> Chains:
    first, last = collect_span(scenario, move, hub)
    limits = (haulage_limit(scenario, part, move, door, hub.id) for part in inside)
    limit = min(limits, default=last + MINUTES_PER_DAY)
    begins = latest_start(scenario, door, limit, work)
    begins = limit - work if begins is None else begins
    crossing = crossing_between(scenario, move.origin, move.destination)
    cleared = first + hub.lift_min + (crossing.minutes if crossing else 0)
    far = begins + EARLIEST_DAYS * MINUTES_PER_DAY
    take = Visit("take_full", hub.id, first, min(last, begins), hub.lift_min)
    back = Visit("leave_empty", hub.id, first, far, hub.lift_min)
    if door.loading == "drop":
        left = Visit("leave_full", door.id, cleared, begins, 0)
        return (take, left), (Visit("take_empty", door.id, begins + work, far, 0), back)
    return ((take, Visit("unload", door.id, cleared, begins, work), back),)


def hand_in_span(scenario: Scenario, move: Move, hub: Hub) -> Window:
    """When a unit may be handed in: as planned or earlier, with the room and the paid storage of the plan."""
    assert move.hand_in_min is not None
    planned = move.hand_in_min
    if room_limited(hub):
        return planned - planned % scenario.scope.bucket_min, planned
    departs = next(stage.depart_min for stage in move.stages if isinstance(stage, DepartureStage))
    return min(planned, departs - free_span(hub, planned, departs, hub.storage_eur_per_unit_day)), planned


def collect_span(scenario: Scenario, move: Move, hub: Hub) -> Window:
    """When a unit may be collected: as planned or later, with the room and the paid storage of the plan."""
    assert move.collect_min is not None
    planned = move.collect_min
    if room_limited(hub):
        bucket = scenario.scope.bucket_min
        return planned, planned - planned % bucket + bucket - 1
    ready = [stage.pick_up_ready_min for stage in move.stages if isinstance(stage, DepartureStage)][-1]
    return planned, max(planned, ready + free_span(hub, ready, planned, hub.storage_eur_per_unit_day))


def carried_kg(scenario: Scenario, task: TourTask, unit: PlannedUnit | None) -> int:
    """Kg that a task puts on board (positive) or takes off: cargo, and the tare of units that are not trailers."""
    if unit is None:
        size = quantity_of(scenario.shipments[task.shipment], task.first_atom, task.atoms)
        return size.kg if task.kind == "pick_up" else -size.kg
    kind = scenario.load_units[unit.unit_type]
    tare = 0 if kind.kind == "trailer" else kind.tare_kg
    cargo = sum(quantity_of(scenario.shipments[c.shipment], c.first_atom, c.atoms).kg for c in unit.contents)
    change = {
        "take_empty": tare,
        "take_full": tare + cargo,
        "load": cargo,
        "unload": -cargo,
        "leave_empty": -tare,
        "leave_full": -tare - cargo,
    }
    return change[task.kind]


def tour_loads(scenario: Scenario, plan: Plan, tour: VehicleTour) -> list[int]:
    """Kg on board when the vehicle leaves each of its stops."""
    units = {unit.id: unit for unit in plan.units}
    found, kg = [], 0
    for stop in tour.stops:
        if stop.task is not None:
            kg += carried_kg(scenario, stop.task, units.get(stop.task.unit))
        found.append(kg)
    return found


def delivered_by_tours(scenario: Scenario, plan: Plan) -> dict[tuple[str, int], int]:
    """When each part that a tour brings to its door is unloaded there.

    A unit left at a door that works by drop is unloaded as soon as the door is open.
    """
    parts = {(one.shipment, one.part): one for one in plan.itineraries}
    units = {unit.id: unit for unit in plan.units}
    found: dict[tuple[str, int], int] = {}
    for stop in (stop for tour in plan.tours for stop in tour.stops):
        task, door = stop.task, scenario.doors.get(stop.place)
        if task is None or door is None or task.kind not in ("drop_off", "unload", "leave_full"):
            continue
        keys = [(task.shipment, task.part)]
        if task.unit:
            keys = [(content.shipment, content.part) for content in units[task.unit].contents]
        for key in keys:
            end = stop.end_min
            if task.kind == "leave_full" and not scenario.shipments[key[0]].load_units:
                begins = earliest_start(door, scenario.horizon.start, end, door.loading_min)
                end = parts[key].delivered_min if begins is None else begins + door.loading_min
            found[key] = max(end, found.get(key, end))
    return found
