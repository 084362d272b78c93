"""What contradicts itself in a tour problem, all at once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cargopool.errors import Diagnostic
from cargopool.tours.problem import Amount, Periods, TourJob, TourProblem, TourVehicle

CODE = "E2073"


def check_problem(problem: TourProblem) -> tuple[Diagnostic, ...]:
    """Every contradiction in a problem (code E2073), with the place of each; empty when there is none.

    That a job fits no vehicle, or is in time for none, is no contradiction: the solution leaves it out and says why.
    """
    found = list(_arrays(problem))
    if not found:
        for j, job in enumerate(problem.jobs):
            found += [_wrong(f"jobs[{job.id or j}]{at}", text) for at, text in _job(job, len(problem.places))]
        for v, vehicle in enumerate(problem.vehicles):
            found += [_wrong(f"vehicles[{vehicle.id or v}]{at}", text) for at, text in _vehicle(vehicle, problem)]
        found += _names(problem)
    return tuple(found)


def _wrong(where: str, text: str) -> Diagnostic:
    return Diagnostic(CODE, text, where, help="see cargopool.tours.problem for the shape of a problem")


def _arrays(problem: TourProblem) -> Iterator[Diagnostic]:
    size = len(problem.places)
    square = {"km": problem.km, "drive_min": problem.drive_min, "ban_of": problem.ban_of}
    for name, array in square.items():
        if array is not None and array.shape != (size, size):
            yield _wrong(name, f"has the shape {array.shape}, not ({size}, {size})")
    if problem.visit_min.shape != (size,):
        yield _wrong("visit_min", f"has the shape {problem.visit_min.shape}, not ({size},)")
    if problem.coordinates is not None and problem.coordinates.shape != (size, 2):
        yield _wrong("coordinates", f"has the shape {problem.coordinates.shape}, not ({size}, 2)")
    amounts: dict[str, NDArray[Any]] = {
        "km": problem.km,
        "drive_min": problem.drive_min,
        "visit_min": problem.visit_min,
    }
    for name, numbers in amounts.items():
        if not np.isfinite(numbers).all() or (numbers < 0).any():
            yield _wrong(name, "has numbers that are negative or none")
    if problem.ban_of is not None and problem.ban_of.size and problem.ban_of.max() >= len(problem.bans):
        yield _wrong("ban_of", f"names a calendar beyond the {len(problem.bans)} in bans")
    for b, calendar in enumerate(problem.bans):
        if not _apart(calendar, closed=False):
            yield _wrong(f"bans[{b}]", "periods are not sorted and apart")


def _apart(periods: Periods, *, closed: bool) -> bool:
    """Whether periods are sorted, none empty, and do not touch."""
    edges = [minute for period in periods for minute in period]
    steps = list(itertools.pairwise(edges))
    return all(a <= b if closed and i % 2 == 0 else a < b for i, (a, b) in enumerate(steps))


def _job(job: TourJob, places: int) -> Iterator[tuple[str, str]]:
    if not job.stops:
        yield ".stops", "a job needs a stop"
    if job.unserved_cents < 0:
        yield ".unserved_cents", "is negative"
    load = Amount()
    for k, stop in enumerate(job.stops):
        load = load + stop.change
        if not 0 <= stop.place < places:
            yield f".stops[{k}].place", f"is {stop.place}, and there are {places} places"
        if stop.service_min < 0:
            yield f".stops[{k}].service_min", "is negative"
        if not stop.windows:
            yield f".stops[{k}].windows", "has no window: the work can never begin"
        elif not _apart(stop.windows, closed=True):
            yield f".stops[{k}].windows", "windows are not sorted and apart, or one ends before it begins"
        if min(load.as_tuple()) < 0:
            yield f".stops[{k}].change", "takes off more than the job has put on board"


def _vehicle(vehicle: TourVehicle, problem: TourProblem) -> Iterator[tuple[str, str]]:
    if not vehicle.shifts:
        yield ".shifts", "a vehicle needs a shift"
    for h, (begin, end) in enumerate(vehicle.shifts):
        if end < begin:
            yield f".shifts[{h}]", "ends before it begins"
    if vehicle.count < 0:
        yield ".count", "is negative"
    if min(vehicle.capacity.as_tuple()) < 0:
        yield ".capacity", "is negative"
    for name in ("start_place", "end_place"):
        place = getattr(vehicle, name)
        if place is not None and not 0 <= place < len(problem.places):
            yield f".{name}", f"is {place}, and there are {len(problem.places)} places"
    money = ("fixed_cents", "cents_per_km", "cents_per_km_kg", "cents_per_hour", "cents_per_mj")
    for name in (*money, "mj_per_km_empty", "mj_per_km_kg", "charge_mj_per_min"):
        if not 0 <= getattr(vehicle, name) < float("inf"):
            yield f".{name}", "is negative or no number"


def _names(problem: TourProblem) -> Iterator[Diagnostic]:
    for kind, names in (("jobs", [j.id for j in problem.jobs]), ("vehicles", [v.id for v in problem.vehicles])):
        for name, times in Counter(names).items():
            if times > 1:
                yield _wrong(f"{kind}[{name}]", f"the id is there {times} times")
    known = {job.id for job in problem.jobs}
    for name in sorted({name for pair in problem.vetoes for name in pair} - known):
        yield _wrong(f"vetoes[{name}]", "is no job")
    for c, charger in enumerate(problem.chargers):
        if not 0 <= charger.place < len(problem.places) or charger.mj_per_min <= 0:
            yield _wrong(f"chargers[{c}]", "has no place or no power")
