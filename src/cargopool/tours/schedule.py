"""The exact meaning of a tour: its times, driver's log, load, energy and cost. One source for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from cargopool.rules.tours import TourLog, TourStep, ban_ahead, tour_log
from cargopool.tours.problem import (
    DIMENSIONS,
    Amount,
    Charger,
    Periods,
    Tour,
    TourCost,
    TourJob,
    TourProblem,
    TourStop,
    TourVehicle,
    TourVisit,
)
from cargopool.units import MINUTES_PER_HOUR, ceil_div, round_half_even

Sequenced = Sequence[tuple[int, int]]
"""Stops of a tour in order: (index of the job, index of its stop)."""


def may_carry(vehicle: TourVehicle, job: TourJob) -> bool:
    """Whether a vehicle has what a job needs, its own load alone on board."""
    if job.vehicles is not None and vehicle.id not in job.vehicles:
        return False
    if job.temperature not in vehicle.temperatures or (job.tail_lift and not vehicle.tail_lift):
        return False
    if (job.unit_type not in vehicle.unit_types) if job.unit_type else bool(vehicle.unit_types):
        return False
    return all(_fits(load, vehicle) for load in accumulate(stop.change for stop in job.stops))


def _fits(load: Amount, vehicle: TourVehicle) -> bool:
    return all(0 <= a <= limit for a, limit in zip(load.as_tuple(), vehicle.capacity.as_tuple(), strict=True))


def binding_dimensions(problem: TourProblem) -> list[int]:
    """Dimensions (indices) in which all loads together do not fit into every vehicle."""
    stops = [stop.change.as_tuple() for job in problem.jobs for stop in job.stops]
    loads = [sum(max(0, change[a]) for change in stops) for a in range(len(DIMENSIONS))]
    least = [min((v.capacity.as_tuple()[a] for v in problem.vehicles), default=0) for a in range(len(DIMENSIONS))]
    return [a for a in range(len(DIMENSIONS)) if loads[a] > least[a]]


def may_share(problem: TourProblem, jobs: Sequence[int]) -> bool:
    """Whether jobs (indices) may be served by one tour: one pooling class, no veto between them."""
    if len({problem.jobs[j].pooling_class for j in jobs}) > 1:
        return False
    ids = [problem.jobs[j].id for j in jobs]
    return not any((a, b) in problem.vetoes for a in ids for b in ids)


def make_tour(problem: TourProblem, vehicle: TourVehicle, shift: int, order: Sequenced) -> Tour | None:
    """Drive stops in order with a vehicle in one of its shifts; None when any limit is broken.

    Every job of ``order`` must be there with all its stops, each once and in their order. The tour starts as late as
    it may without ending later; a charging stop is made where it costs least, when the battery needs one.
    """
    jobs = sorted({j for j, _ in order})
    if not order or not _whole(problem, order):
        return None
    if not may_share(problem, jobs) or not all(may_carry(vehicle, problem.jobs[j]) for j in jobs):
        return None
    loads = _loads(problem, order)
    if not all(_fits(load, vehicle) for load in loads) or not _counts(problem, vehicle, order):
        return None
    lines = _lines(problem, vehicle, order, loads)
    best: Tour | None = None
    for charged in _charged(problem, vehicle, lines):
        tour = _timed(problem, vehicle, shift, charged)
        if tour is not None and (best is None or tour.cost.total_cents < best.cost.total_cents):
            best = tour
    return best


def _whole(problem: TourProblem, order: Sequenced) -> bool:
    upto: dict[int, int] = {}
    for j, k in order:
        if upto.get(j, 0) != k:
            return False
        upto[j] = k + 1
    return all(len(problem.jobs[j].stops) == stops for j, stops in upto.items())


def _loads(problem: TourProblem, order: Sequenced) -> list[Amount]:
    return list(accumulate(problem.jobs[j].stops[k].change for j, k in order))


def stays_on_board(job: TourJob) -> bool:
    """Whether some of a job's load is on board to the end of the tour."""
    return sum((stop.change for stop in job.stops), Amount()) != Amount()


def _counts(problem: TourProblem, vehicle: TourVehicle, order: Sequenced) -> bool:
    """Whether stops and trips are few enough; a trip begins when a job comes on board and none is there."""
    if vehicle.max_stops is not None and len(order) > vehicle.max_stops:
        return False
    trips = on_board = 0
    for j, k in order:
        job = problem.jobs[j]
        if k == 0:
            trips += on_board == 0
            on_board += 1
        if k == len(job.stops) - 1 and not stays_on_board(job):
            on_board -= 1
    return vehicle.max_trips is None or trips <= vehicle.max_trips


def _lines(problem: TourProblem, vehicle: TourVehicle, order: Sequenced, loads: Sequence[Amount]) -> list[TourVisit]:
    """Visits without times."""
    blank = TourVisit(kind="stop", place=0, arrive_min=0, begin_min=0, end_min=0)
    lines = []
    if vehicle.start_place is not None:
        lines.append(replace(blank, kind="start", place=vehicle.start_place))
    for (j, k), load in zip(order, loads, strict=True):
        job = problem.jobs[j]
        lines.append(replace(blank, place=job.stops[k].place, job=job.id, stop=k, load=load))
    if vehicle.end_place is not None:
        lines.append(replace(blank, kind="end", place=vehicle.end_place))
    return lines


def energy_between(problem: TourProblem, vehicle: TourVehicle, before: TourVisit, after: TourVisit) -> float:
    """MJ of the way between two visits, by what is on board."""
    km = float(problem.km[before.place, after.place])
    return km * (vehicle.mj_per_km_empty + vehicle.mj_per_km_kg * before.load.kg)


def _energies(problem: TourProblem, vehicle: TourVehicle, lines: Sequence[TourVisit]) -> list[float]:
    return [0.0] + [energy_between(problem, vehicle, a, b) for a, b in pairwise(lines)]


def _charged(problem: TourProblem, vehicle: TourVehicle, lines: list[TourVisit]) -> Iterator[list[TourVisit]]:
    """The lines as they are when the battery lasts, else with one charging stop wherever that is enough."""
    battery = vehicle.battery_mj
    if battery is None or sum(_energies(problem, vehicle, lines)) <= battery:
        yield lines
        return
    for at in range(1, len(lines)):
        for charger in problem.chargers:
            charged = _charge(problem, vehicle, lines, at, charger)
            if charged is not None:
                yield charged


def _charge(
    problem: TourProblem, vehicle: TourVehicle, lines: list[TourVisit], at: int, charger: Charger
) -> list[TourVisit] | None:
    """Charge what the rest of the tour needs beyond what is left, before line ``at``; None when it cannot be."""
    battery = vehicle.battery_mj or 0.0
    power = min(vehicle.charge_mj_per_min, charger.mj_per_min)
    if power <= 0:
        return None
    stop = replace(lines[at - 1], kind="charge", place=charger.place, job="", stop=-1)
    head, tail = [*lines[:at], stop], [stop, *lines[at:]]
    before, after = sum(_energies(problem, vehicle, head)), sum(_energies(problem, vehicle, tail))
    if before > battery or after > battery:
        return None
    amount = max(0.0, before + after - battery)
    return [*head[:-1], replace(stop, mj=amount), *lines[at:]]


def charge_minutes(problem: TourProblem, vehicle: TourVehicle, place: int, mj: float) -> int:
    """Minutes at a charger for an amount of energy, rounded up."""
    power = max(min(vehicle.charge_mj_per_min, c.mj_per_min) for c in problem.chargers if c.place == place)
    return ceil_div(round(mj * 1000), round(power * 1000))


def steps_of(problem: TourProblem, vehicle: TourVehicle, lines: Sequence[TourVisit]) -> list[TourStep]:
    """What the driver does, line by line."""
    jobs = {job.id: job for job in problem.jobs}
    steps = []
    before: TourVisit | None = None
    for line in lines:
        drive = int(problem.drive_min[before.place, line.place]) if before is not None else 0
        bans = bans_between(problem, vehicle, before.place, line.place) if before is not None else ()
        if line.kind == "charge":
            minutes = charge_minutes(problem, vehicle, line.place, line.mj)
            steps.append(TourStep(drive, minutes, None, bans, charge=True))
        elif line.kind == "stop":
            stop = jobs[line.job].stops[line.stop]
            steps.append(TourStep(drive, work_minutes(problem, before, stop), stop.windows, bans))
        else:
            steps.append(TourStep(drive, bans=bans))
        before = line
    return steps


def work_minutes(problem: TourProblem, before: TourVisit | None, stop: TourStop) -> int:
    """Minutes of work of a stop: its own, and those of the visit unless the line before is a stop at the same place."""
    goes_on = before is not None and before.kind == "stop" and before.place == stop.place
    return stop.service_min + (0 if goes_on else int(problem.visit_min[stop.place]))


def bans_between(problem: TourProblem, vehicle: TourVehicle, origin: int, destination: int) -> Periods:
    """Truck bans that hold for a vehicle on the way between two places."""
    if not vehicle.bans or problem.ban_of is None:
        return ()
    calendar = int(problem.ban_of[origin, destination])
    return problem.bans[calendar] if calendar >= 0 else ()


def _timed(problem: TourProblem, vehicle: TourVehicle, shift: int, lines: list[TourVisit]) -> Tour | None:
    earliest, latest_end = vehicle.shifts[shift]
    steps = steps_of(problem, vehicle, lines)
    for start in start_times(steps, earliest, vehicle):
        log = tour_log(start, steps, vehicle.manning, overnight=vehicle.overnight)
        if log.broken is None and log.times[-1][2] <= latest_end:
            return _priced(problem, vehicle, shift, lines, start, log)
    return None


def start_times(steps: Sequence[TourStep], earliest: int, vehicle: TourVehicle) -> Iterator[int]:
    """Starts to try, best first: as late as the tour does not end later for it, half as late, as early as it may.

    The same again from where the first stop that has windows is reached at each of its later ones: an early start may
    spend the driver's span on waiting.
    """
    drive = 0
    bases = [earliest]
    for step in steps:
        drive += step.drive_min
        if step.windows is not None:
            bases += [opens - drive for opens, _ in step.windows if opens - drive > earliest]
            break
        drive += step.work_min
    for base in bases:
        log = tour_log(base, steps, vehicle.manning, overnight=vehicle.overnight, any_span=True)
        if log.broken is None:
            late = saved_wait(steps, log)
            yield from dict.fromkeys((base + late, base + late // 2, base))


def saved_wait(steps: Sequence[TourStep], log: TourLog) -> int:
    """Minutes by which a tour may start later without ending later: the waits, as far as the windows allow.

    A ban that holds when a way begins is a wait too; one that begins on the way is not.
    """
    waited, slack = 0, 2**40
    leaves = log.segments[0][1] if log.segments else 0
    for step, (arrive, begin, end) in zip(steps, log.times, strict=True):
        waited += begin - arrive + (ban_ahead(step.bans, leaves, 1)[0] if step.drive_min else 0)
        leaves = end
        if step.windows is not None:
            closes = next(last for first, last in step.windows if first <= begin <= last)
            slack = min(slack, waited + closes - begin)
    return min(waited, slack)


def _priced(
    problem: TourProblem, vehicle: TourVehicle, shift: int, lines: list[TourVisit], start: int, log: TourLog
) -> Tour:
    before: TourVisit | None = None
    visits = []
    for line, (arrive, begin, end) in zip(lines, log.times, strict=True):
        km = float(problem.km[before.place, line.place]) if before is not None else 0.0
        drive = int(problem.drive_min[before.place, line.place]) if before is not None else 0
        visits.append(replace(line, arrive_min=arrive, begin_min=begin, end_min=end, km=km, drive_min=drive))
        before = line
    km, energy = sum(visit.km for visit in visits), sum(_energies(problem, vehicle, lines))
    kg_km = sum(there.km * here.load.kg for here, there in pairwise(visits))
    end = visits[-1].end_min
    cost = TourCost(
        fixed_cents=vehicle.fixed_cents,
        distance_cents=round_half_even(km * vehicle.cents_per_km + kg_km * vehicle.cents_per_km_kg),
        time_cents=round_half_even((end - start) * vehicle.cents_per_hour / MINUTES_PER_HOUR),
        energy_cents=round_half_even(energy * vehicle.cents_per_mj),
    )
    return Tour(
        vehicle=vehicle.id,
        shift=shift,
        visits=tuple(visits),
        log=log.segments,
        start_min=start,
        end_min=end,
        km=km,
        drive_min=sum(visit.drive_min for visit in visits),
        energy_mj=energy,
        cost=cost,
    )
