"""A tour problem as arrays for the compiled search; converted once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cargopool.rules.trips import RULES
from cargopool.tours.kernel_data import NEVER, PRICED, TourData
from cargopool.tours.problem import TourProblem, TourVehicle
from cargopool.tours.schedule import binding_dimensions, may_carry, stays_on_board
from cargopool.units import MINUTES_PER_HOUR

NEAR = 100
"""Related jobs kept per job."""
_RULE_ROWS = ("none", "single", "double")


def groups_of(problem: TourProblem) -> list[tuple[int, int]]:
    """Vehicle and shift of every group of routes that may replace each other."""
    return [(v, h) for v, vehicle in enumerate(problem.vehicles) for h in range(len(vehicle.shifts))]


def make_data(problem: TourProblem) -> TourData:
    """Convert a problem for the kernels."""
    stops = [(j, stop) for j, job in enumerate(problem.jobs) for stop in job.stops]
    change = np.array([stop.change.as_tuple() for _, stop in stops], np.int64).reshape(len(stops), 5)
    capacity = np.array([vehicle.capacity.as_tuple() for vehicle in problem.vehicles], np.int64).reshape(-1, 5)
    active = binding_dimensions(problem)
    first = np.cumsum([0, *(len(job.stops) for job in problem.jobs)]).astype(np.int64)
    window_ptr = np.cumsum([0, *(len(stop.windows) for _, stop in stops)]).astype(np.int64)
    place = np.array([stop.place for _, stop in stops], np.int64)
    tables, table_of = _cost_tables(problem)
    able = np.array([[may_carry(v, job) for v in problem.vehicles] for job in problem.jobs], np.bool_)
    bans = [period for calendar in problem.bans for period in calendar]
    classes = {name: c for c, name in enumerate(dict.fromkeys(job.pooling_class for job in problem.jobs))}
    return TourData(
        first=first,
        stop=np.array(
            [
                (p, j, stop.service_min, problem.visit_min[p], lo, hi, stop.change.kg)
                for (j, stop), p, lo, hi in zip(stops, place, window_ptr[:-1], window_ptr[1:], strict=True)
            ],
            np.int64,
        ).reshape(-1, 7),
        change=np.ascontiguousarray(change[:, active]),
        windows=np.array([window for _, stop in stops for window in stop.windows], np.int64).reshape(-1, 2),
        visit=np.asarray(problem.visit_min, np.int64),
        minutes=np.ascontiguousarray(problem.drive_min, np.int64),
        km=np.ascontiguousarray(problem.km, np.float64),
        cost=tables,
        group_i=_groups(problem),
        vehicle_i=_vehicles_i(problem, table_of),
        vehicle_f=_vehicles_f(problem),
        rules=_rules(),
        capacity=np.ascontiguousarray(capacity[:, active]),
        able=able.reshape(len(problem.jobs), len(problem.vehicles)),
        klass=np.array([classes[job.pooling_class] for job in problem.jobs], np.int64),
        apart=_vetoes(problem),
        ban_of=np.zeros((0, 0), np.int64) if problem.ban_of is None else np.asarray(problem.ban_of, np.int64),
        ban_ptr=np.cumsum([0, *map(len, problem.bans)]).astype(np.int64),
        bans=np.array(bans, np.int64).reshape(-1, 2),
        charger=np.array([charger.place for charger in problem.chargers], np.int64),
        charger_mj=np.array([charger.mj_per_min for charger in problem.chargers], np.float64),
        unserved=np.array([job.unserved_cents for job in problem.jobs], np.float64),
        stays=np.array([stays_on_board(job) for job in problem.jobs], np.int64),
        near=_related(problem, first, place),
        keys=_keys(problem, first, place, change),
    )


def _groups(problem: TourProblem) -> NDArray[np.int64]:
    jobs = len(problem.jobs)
    rows = [(*problem.vehicles[v].shifts[h], v, min(problem.vehicles[v].count, jobs)) for v, h in groups_of(problem)]
    return np.array(rows, np.int64).reshape(-1, 4)


def is_exact(problem: TourProblem, vehicle: TourVehicle) -> bool:
    """Whether what a driver does decides feasibility or cost of this vehicle's tours, so that they are simulated."""
    return (
        is_priced(vehicle)
        or vehicle.manning is not None
        or vehicle.max_trips is not None
        or (vehicle.bans and problem.ban_of is not None)
    )


def is_priced(vehicle: TourVehicle) -> bool:
    """Whether tours of this vehicle cost something beside its kilometres and driving time: hours, load, charging."""
    return (
        vehicle.cents_per_hour > 0
        or vehicle.battery_mj is not None
        or vehicle.cents_per_km_kg > 0
        or (vehicle.cents_per_mj > 0 and vehicle.mj_per_km_kg > 0)
    )


def _vehicles_i(problem: TourProblem, table_of: list[int]) -> NDArray[np.int64]:
    def none(value: int | None) -> int:
        return -1 if value is None else value

    rows = [
        (
            none(v.start_place),
            none(v.end_place),
            _RULE_ROWS.index(v.manning or "none"),
            v.overnight,
            v.bans,
            none(v.max_stops),
            none(v.max_trips),
            PRICED if is_priced(v) else int(is_exact(problem, v)),
            table_of[i],
        )
        for i, v in enumerate(problem.vehicles)
    ]
    return np.array(rows, np.int64).reshape(-1, 9)


def _vehicles_f(problem: TourProblem) -> NDArray[np.float64]:
    rows = [
        (
            v.fixed_cents,
            v.cents_per_hour / MINUTES_PER_HOUR,
            v.mj_per_km_empty,
            v.mj_per_km_kg,
            v.cents_per_mj,
            -1.0 if v.battery_mj is None else v.battery_mj,
            v.charge_mj_per_min,
            v.cents_per_km,
            v.cents_per_km_kg,
        )
        for v in problem.vehicles
    ]
    return np.array(rows, np.float64).reshape(-1, 9)


def _rules() -> NDArray[np.int64]:
    rows = [(NEVER, 0, NEVER, NEVER, NEVER)]
    for manning in ("single", "double"):
        rule = RULES[manning]
        before = NEVER if rule.drive_before_break is None else rule.drive_before_break
        rows.append((before, rule.break_min, rule.drive_in_shift, rule.shift_min, rule.rest_min))
    return np.array(rows, np.int64)


def _cost_tables(problem: TourProblem) -> tuple[NDArray[np.float64], list[int]]:
    rates = [
        (v.cents_per_km + v.mj_per_km_empty * v.cents_per_mj, v.cents_per_hour / MINUTES_PER_HOUR)
        for v in problem.vehicles
    ]
    known = {rate: i for i, rate in enumerate(dict.fromkeys(rates))}
    tables = [per_km * problem.km + per_min * problem.drive_min for per_km, per_min in known]
    size = len(problem.places)
    return np.array(tables, np.float64).reshape(-1, size, size), [known[rate] for rate in rates]


def _vetoes(problem: TourProblem) -> NDArray[np.bool_]:
    if not problem.vetoes:
        return np.zeros((0, 0), np.bool_)
    index = {job.id: j for j, job in enumerate(problem.jobs)}
    apart = np.zeros((len(index), len(index)), np.bool_)
    for a, b in problem.vetoes:
        if a in index and b in index:
            apart[index[a], index[b]] = apart[index[b], index[a]] = True
    return apart


def _related(problem: TourProblem, first: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Jobs by nearness of their first and last places, in either order, the job itself first."""
    km = problem.km + problem.km.T
    begin, end = place[first[:-1]], place[first[1:] - 1]
    same = km[np.ix_(begin, begin)] + km[np.ix_(end, end)]
    crossed = km[np.ix_(begin, end)]
    far = np.minimum(same, crossed + crossed.T)
    np.fill_diagonal(far, -1.0)
    return np.ascontiguousarray(np.argsort(far, axis=1, kind="stable")[:, : NEAR + 1].astype(np.int64))


def _keys(problem: TourProblem, first: Any, place: Any, change: NDArray[np.int64]) -> NDArray[np.float64]:
    """Size, distance from the nearest start, minutes of the narrowest window, begin of the first: what orders jobs."""
    sizes = np.maximum(change, 0).astype(float)
    sizes /= np.maximum(1.0, sizes.max(axis=0, initial=0.0))
    starts = [v.start_place for v in problem.vehicles if v.start_place is not None]
    away = problem.km[starts].min(axis=0) if starts else np.zeros(len(problem.places))
    rows = np.zeros((4, len(problem.jobs)))
    for j, job in enumerate(problem.jobs):
        span = slice(first[j], first[j + 1])
        rows[0, j] = sizes[span].max()
        rows[1, j] = away[place[span]].max()
        rows[2, j] = min(sum(hi - lo for lo, hi in stop.windows) for stop in job.stops)
        rows[3, j] = job.stops[0].windows[0][0]
    return rows
