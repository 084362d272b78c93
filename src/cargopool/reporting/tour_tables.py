"""Rows of tours.csv and tour_stops.csv."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cargopool.footprint.tours import TourShare, battery_mj, share_tours
from cargopool.model.plan import Plan, Tour
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.model.tours import HIRED, TourStop, VehicleTour
from cargopool.reporting.moments import local_iso
from cargopool.reporting.sheets import Cell
from cargopool.rules.drayage import tour_loads
from cargopool.rules.roads import road_link
from cargopool.units import GRAMS_PER_KG, MJ_PER_KWH, eur, from_milli

Row = tuple[Cell, ...]


def tour_rows(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    """Collections and deliveries as estimated, or, in a plan with tours, everything that tours carry."""
    planned: dict[tuple[str, int, str], Tour] = {
        (one.shipment, one.part, str(tour.kind)): tour
        for one in plan.itineraries
        for tour in (one.collection, one.delivery)
        if tour is not None
    }
    if not plan.tours:
        for (shipment, part, _), tour in planned.items():
            yield (*_head(scenario, plan, shipment, part, tour), "estimate", "", "", "", "", None, None)
        return
    tours = {tour.id: tour for tour in plan.tours}
    for share in share_tours(scenario, plan):
        yield _real(scenario, plan, tours[share.tour], share, planned.get((share.shipment, share.part, share.kind)))


def _head(scenario: Scenario, plan: Plan, shipment: str, part: int, tour: Tour) -> Row:
    one = next(one for one in plan.itineraries if (one.shipment, one.part) == (shipment, part))
    size = quantity_of(scenario.shipments[shipment], one.first_atom, one.atoms)
    first, last = (tour.door, tour.hub) if tour.kind == "collection" else (tour.hub, tour.door)
    return (
        shipment,
        part,
        tour.kind,
        tour.door,
        tour.hub,
        local_iso(scenario, first, tour.start_min),
        local_iso(scenario, last, tour.end_min),
        from_milli(size.pallets_milli),
        size.kg,
    )


def _real(scenario: Scenario, plan: Plan, tour: VehicleTour, share: TourShare, planned: Tour | None) -> Row:
    stops = [stop for stop in tour.stops if _concerns(stop, share)]
    pallets = kg = 0
    for shipment, first, atoms in _loads(plan, stops, share):
        size = quantity_of(scenario.shipments[shipment], first, atoms)
        pallets, kg = pallets + size.pallets_milli, kg + size.kg
    start, end = stops[0], stops[-1]
    ends: Row = ("", "")
    if planned is not None:
        places = (share.door, share.hub) if share.kind == "collection" else (share.hub, share.door)
        ends = (
            local_iso(scenario, places[0], planned.start_min),
            local_iso(scenario, places[1], planned.end_min),
        )
    return (
        share.shipment,
        share.part,
        share.kind,
        share.door,
        share.hub,
        *ends,
        from_milli(pallets),
        kg,
        "tour",
        share.tour,
        share.unit,
        local_iso(scenario, start.place, start.start_min),
        local_iso(scenario, end.place, end.end_min),
        eur(share.cents),
        share.grams / GRAMS_PER_KG,
    )


def _concerns(stop: TourStop, share: TourShare) -> bool:
    task = stop.task
    if task is None:
        return False
    return task.unit == share.unit if share.unit else (task.shipment, task.part) == (share.shipment, share.part)


def _loads(plan: Plan, stops: list[TourStop], share: TourShare) -> list[tuple[str, int, int]]:
    if not share.unit:
        tasks = [stop.task for stop in stops if stop.task is not None and stop.task.kind == "pick_up"]
        return [(task.shipment, task.first_atom, task.atoms) for task in tasks]
    unit = next(unit for unit in plan.units if unit.id == share.unit)
    mine = [c for c in unit.contents if (c.shipment, c.part) == (share.shipment, share.part)]
    return [(c.shipment, c.first_atom, c.atoms) for c in mine]


def stop_rows(scenario: Scenario, plan: Plan) -> Iterator[Row]:
    """Every stop of every tour."""
    for tour in plan.tours:
        loads, battery = tour_loads(scenario, plan, tour), battery_mj(scenario, plan, tour)
        for n, (stop, kg) in enumerate(zip(tour.stops, loads, strict=True)):
            before = tour.stops[n - 1] if n else None
            task = stop.task
            pallets = 0.0
            if task is not None and not task.unit:
                size = quantity_of(scenario.shipments[task.shipment], task.first_atom, task.atoms)
                pallets = from_milli(size.pallets_milli)
            yield (
                tour.id,
                tour.fleet if tour.fleet != HIRED else "hired",
                tour.number,
                tour.vehicle,
                n + 1,
                stop.place,
                task_word(tour, n),
                task.shipment if task else "",
                task.part if task and not task.unit else None,
                task.unit if task else "",
                pallets,
                kg - (loads[n - 1] if n else 0),
                kg,
                local_iso(scenario, stop.place, stop.arrive_min),
                local_iso(scenario, stop.place, stop.start_min),
                local_iso(scenario, stop.place, stop.end_min),
                _km(scenario, before, stop),
                _spent(tour, before, stop, ("drive",)),
                _spent(tour, before, stop, ("break", "rest")),
                int(by_tail_lift(scenario, stop)),
                None if battery is None else round(stop.charge_mj / MJ_PER_KWH, 3),
                None if battery is None else round(battery[n] / MJ_PER_KWH, 3),
            )


def by_tail_lift(scenario: Scenario, stop: TourStop) -> bool:
    """Whether pallets change hands at a stop by the vehicle's own tail-lift."""
    door = scenario.doors.get(stop.place)
    return door is not None and door.tail_lift and stop.task is not None and not stop.task.unit


def task_word(tour: VehicleTour, at: int) -> str:
    """What is done at a stop: the task, or start, end or charge."""
    stop = tour.stops[at]
    if stop.task is not None:
        return stop.task.kind
    if stop.charge_mj > 0:
        return "charge"
    return "start" if at == 0 else "end"


def _km(scenario: Scenario, before: TourStop | None, stop: TourStop) -> float:
    if before is None or before.place == stop.place:
        return 0.0
    link = road_link(scenario, before.place, stop.place)
    return link.km if link is not None else 0.0


def _spent(tour: VehicleTour, before: TourStop | None, stop: TourStop, kinds: tuple[str, ...]) -> int:
    low = before.end_min if before is not None else tour.log[0].start_min
    return sum(max(0, min(s.end_min, stop.start_min) - max(s.start_min, low)) for s in tour.log if s.kind in kinds)


def tour_km(scenario: Scenario, tour: VehicleTour) -> float:
    """Kilometres of a tour."""
    return round(sum(_km(scenario, here, there) for here, there in pairwise(tour.stops)), 1)
