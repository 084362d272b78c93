"""A plan's collections, deliveries and unit haulage as tour problems, one around each hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cargopool.model.equipment import FleetVehicle
from cargopool.model.plan import Plan
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import Scenario
from cargopool.rules.drayage import DrayageJob, Visit, Windows, carried_kg, visit_windows
from cargopool.rules.fleets import hired_truck
from cargopool.rules.roads import road_link
from cargopool.tours.ban_calendars import ban_calendars
from cargopool.tours.fleet import UNIT_PLACES_MILLI, shifts_of, tour_vehicle
from cargopool.tours.problem import Amount, Charger, Tour, TourJob, TourProblem, TourStop, TourVehicle
from cargopool.tours.schedule import make_tour
from cargopool.units import MINUTES_PER_DAY, MJ_PER_KWH

UNREACHABLE_MIN = 10**6
"""Driving time where no road is."""

DEDICATED = "dedicated"
HIRED_BODY, HIRED_CHASSIS = "hired body", "hired chassis"
_EMPTY_DAYS = 1
_PATIENCE_MIN = 360
"""Waiting at a hub, for its window to open, that makes a later loading at the door the better one."""
_BAN_MARGIN_MIN = 3 * MINUTES_PER_DAY
"""How far before and after the vehicles' days a tour may be under way."""


@dataclass(frozen=True, slots=True)
class HubCase:
    """The tours around one hub.

    Attributes
    ----------
    jobs : tuple of DrayageJob
        Pallets split to what a hired truck carries; their order is that of ``problem.jobs``.
    dedicated : mapping of job id to Tour
        The tour of a truck hired for that job alone; absent where even that is not in time.
    lacking : mapping of job id to reason
        Jobs that no vehicle takes at all.
    rows : mapping of problem vehicle id to FleetVehicle
    """

    hub: str
    problem: TourProblem
    jobs: tuple[DrayageJob, ...]
    dedicated: dict[str, Tour]
    rows: dict[str, FleetVehicle]


def hub_case(
    scenario: Scenario, plan: Plan, hub: str, jobs: Sequence[DrayageJob], fleet: Sequence[FleetVehicle]
) -> HubCase:
    """Make the tour problem of the jobs around a hub."""
    hired = hired_truck(scenario, hub)
    split = [piece for job in jobs for piece in split_to_fit(scenario, job, hired)]
    names = dict.fromkeys([hub, *(row.depot for row in fleet), *(v.place for job in split for v in job.visits)])
    places = {name: i for i, name in enumerate(names)}
    km, drive = road_table(scenario, list(places))
    windows = [_tightened(scenario, job, [visit_windows(scenario, v) for v in job.visits]) for job in split]
    made = [_tour_job(scenario, plan, job, w, places) for job, w in zip(split, windows, strict=True)]
    span = _span(windows)
    bans, ban_of = ban_calendars(scenario, list(places), span[0] - _BAN_MARGIN_MIN, span[1] + _BAN_MARGIN_MIN)
    single, rows = _vehicles(scenario, hired, fleet, places, span, len(made))
    bare = TourProblem(
        places=tuple(places),
        km=km,
        drive_min=drive,
        jobs=tuple(made),
        vehicles=single,
        visit_min=np.zeros(len(places), dtype=np.int64),
        vetoes=_vetoes(scenario, split),
        bans=bans,
        ban_of=ban_of,
        chargers=_chargers(scenario, places),
        coordinates=np.array([(p.lat, p.lon) for p in map(scenario.place, places)], dtype=np.float64),
    )
    alone = {job.id: tour for n, job in enumerate(made) if (tour := dedicated_tour(scenario, bare, n, hired, places))}
    dear = 1 + max((_left_out(tour) for tour in alone.values()), default=10**7)
    priced = tuple(replace(job, unserved_cents=_left_out(alone[job.id]) if job.id in alone else dear) for job in made)
    return HubCase(hub, replace(bare, jobs=priced), tuple(split), alone, rows)


def _left_out(alone: Tour) -> int:
    """Price of leaving a job to a truck of its own: well above that truck's, so that shared tours come to be at all."""
    return 2 * alone.cost.total_cents + 1


def split_to_fit(scenario: Scenario, job: DrayageJob, truck: FleetVehicle) -> list[DrayageJob]:
    """A job of pallets as truckloads, atoms in their order; a unit, or what fits, stays whole."""
    if job.pallets is None:
        return [job]
    shipment_id, part, first, atoms = job.pallets
    shipment = scenario.shipments[shipment_id]

    def fits(begin: int, count: int) -> bool:
        size = quantity_of(shipment, begin, count)
        volume = truck.volume_m3_milli or size.volume_m3_milli
        return (
            size.pallets_milli <= truck.pallets_milli and size.kg <= truck.payload_kg and size.volume_m3_milli <= volume
        )

    pieces, at, end = [], first, first + atoms
    while at < end:
        count = 1
        while at + count < end and fits(at, count + 1):
            count += 1
        pieces.append((at, count))
        at += count
    if len(pieces) == 1:
        return [job]
    return [
        replace(job, id=f"{job.id}#{n}", pallets=(shipment_id, part, begin, count))
        for n, (begin, count) in enumerate(pieces, 1)
    ]


def road_table(scenario: Scenario, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Km and minutes (driving, and on a shuttle) of the roads from each place to each; too long where there is none."""
    km = np.zeros((len(names), len(names)), dtype=np.float64)
    drive = np.zeros((len(names), len(names)), dtype=np.int64)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if i == j:
                continue
            link = road_link(scenario, a, b)
            if link is None:
                km[i, j], drive[i, j] = UNREACHABLE_MIN, UNREACHABLE_MIN
                continue
            ride = scenario.factors.shuttle_min[link.shuttle] if link.shuttle else 0
            km[i, j], drive[i, j] = link.km, link.drive_min + ride
    return km, drive


def _tightened(scenario: Scenario, job: DrayageJob, windows: list[Windows]) -> list[Windows]:
    """Leave out days that only make a vehicle wait: fetched empty, or loaded, long before the hub takes the load."""
    found = list(windows)
    link = road_link(scenario, job.door, job.hub)
    if link is None or not all(found):
        return found
    if job.kind in ("collection", "haulage_out") and job.visits[-1].place == job.hub and len(found) >= 2:
        work = job.visits[-2].work_min
        opens, closes = found[-1][0][0], found[-1][-1][1]
        later = tuple((a, b) for a, b in found[-2] if b + work + link.drive_min + _PATIENCE_MIN >= opens)
        usable = any(a + work + link.drive_min * 2 <= closes for a, b in later)
        found[-2] = later if usable else found[-2]
    if job.visits[0].kind == "take_empty" and job.visits[0].place == job.hub:
        first = found[1][0][0] - _EMPTY_DAYS * MINUTES_PER_DAY
        found[0] = tuple((max(a, first), b) for a, b in found[0] if b >= first)
    if job.visits[-1].kind == "leave_empty":
        last = found[-2][-1][1] + _EMPTY_DAYS * MINUTES_PER_DAY
        found[-1] = tuple((a, min(b, last)) for a, b in found[-1] if a <= last)
    return found


def _tour_job(
    scenario: Scenario, plan: Plan, job: DrayageJob, windows: Sequence[Windows], places: dict[str, int]
) -> TourJob:
    units = {unit.id: unit for unit in plan.units} if job.unit else {}
    unit = units.get(job.unit)
    stops = [
        TourStop(
            place=places[visit.place],
            change=_change(scenario, job, visit, carried_kg(scenario, job.task(visit), unit)),
            windows=w,
            service_min=visit.work_min,
        )
        for visit, w in zip(job.visits, windows, strict=True)
    ]
    if unit is not None:
        return TourJob(id=job.id, stops=tuple(stops), unserved_cents=0, unit_type=unit.unit_type)
    shipment = scenario.shipments[job.parts[0][0]]
    door = scenario.doors[job.door]
    return TourJob(
        id=job.id,
        stops=tuple(stops),
        unserved_cents=0,
        temperature=shipment.temperature,
        tail_lift=door.tail_lift,
        pooling_class="/".join(shipment.pooling_class),
    )


def _change(scenario: Scenario, job: DrayageJob, visit: Visit, kg: int) -> Amount:
    if job.pallets is None:
        sign = {"take_empty": 1, "take_full": 1, "leave_empty": -1, "leave_full": -1}.get(visit.kind, 0)
        return Amount(kg=kg, unit_places_milli=sign * UNIT_PLACES_MILLI)
    shipment, _, first, atoms = job.pallets
    size = quantity_of(scenario.shipments[shipment], first, atoms)
    load = Amount(
        pallets_milli=size.pallets_milli,
        kg=size.kg,
        volume_m3_milli=size.volume_m3_milli,
        loading_metres_milli=size.loading_metres_milli,
    )
    return load if visit.kind == "pick_up" else -load


def _span(windows: Sequence[Sequence[Windows]]) -> tuple[int, int]:
    ends = [pair for job in windows for visit in job for pair in visit]
    if not ends:
        return 0, 0
    return min(a for a, _ in ends) - MINUTES_PER_DAY, max(b for _, b in ends) + MINUTES_PER_DAY


def _vehicles(
    scenario: Scenario,
    hired: FleetVehicle,
    fleet: Sequence[FleetVehicle],
    places: dict[str, int],
    span: tuple[int, int],
    jobs: int,
) -> tuple[tuple[TourVehicle, ...], dict[str, FleetVehicle]]:
    found, rows = [], {}
    low, high = span
    for row in fleet:
        shifts = shifts_of(scenario, row, low, high)
        if shifts and row.count > 0:
            found.append(tour_vehicle(scenario, row, row.id, places, shifts, row.count, chassis=row.carries == "units"))
            rows[row.id] = row
    shifts = shifts_of(scenario, hired, low, high)
    for name, chassis in ((HIRED_BODY, False), (HIRED_CHASSIS, True)):
        found.append(tour_vehicle(scenario, hired, name, places, shifts, max(1, jobs), chassis=chassis))
        rows[name] = hired
    return tuple(found), rows


def _vetoes(scenario: Scenario, jobs: Sequence[DrayageJob]) -> frozenset[tuple[str, str]]:
    loose = [(job.id, scenario.shipments[job.parts[0][0]]) for job in jobs if job.pallets is not None]
    picky = [(name, one) for name, one in loose if one.veto_shippers or one.veto_goods]
    pairs = set()
    for name, one in picky:
        for other_name, other in loose:
            if other is not one and (other.shipper in one.veto_shippers or other.goods_class in one.veto_goods):
                pairs |= {(name, other_name), (other_name, name)}
    return frozenset(pairs)


def _chargers(scenario: Scenario, places: dict[str, int]) -> tuple[Charger, ...]:
    power: dict[str, float] = {}
    for row in scenario.fleet.values():
        if row.battery_kwh is not None and row.depot in places:
            power[row.depot] = max(power.get(row.depot, 0.0), row.charge_kw * MJ_PER_KWH / 60)
    return tuple(Charger(places[name], speed) for name, speed in power.items() if speed > 0)


def dedicated_tour(
    scenario: Scenario, problem: TourProblem, job: int, hired: FleetVehicle, places: dict[str, int]
) -> Tour | None:
    """The cheapest tour of a truck hired for one job alone, rests on the way included; None when none is in time."""
    stops = problem.jobs[job].stops
    order = [(job, k) for k in range(len(stops))]
    if not all(stop.windows for stop in stops):
        return None
    low = stops[0].windows[0][0] - 2 * MINUTES_PER_DAY
    high = stops[-1].windows[-1][1] + 2 * MINUTES_PER_DAY
    chassis = bool(problem.jobs[job].unit_type)
    best: Tour | None = None
    starts = {low, *(stop.windows[n][0] - MINUTES_PER_DAY // 2 for stop in stops for n in range(len(stop.windows)))}
    for overnight in (False, True):
        shifts = tuple((start, high) for start in sorted(starts))
        truck = tour_vehicle(scenario, hired, DEDICATED, places, shifts, 1, chassis=chassis, overnight=overnight)
        for shift in range(len(shifts)):
            tour = make_tour(problem, truck, shift, order)
            if tour is not None and (best is None or tour.cost.total_cents < best.cost.total_cents):
                best = tour
        if best is not None:
            return best
    return None
