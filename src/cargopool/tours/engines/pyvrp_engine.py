"""pyvrp (extra ``tours``) as an engine.

Its model knows places, times, one window a stop, capacities, what vehicles may carry, fixed costs, kilometres, hours
and the span of a shift; jobs of one stop or two. Jobs of more stops, classes, vetoes, breaks, bans, charging, energy
by load and trips are unknown to it: what breaks them is taken apart after and put in again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from cargopool.rules.trips import RULES
from cargopool.tours.engines.protocol import Found, Limits
from cargopool.tours.mending import mend
from cargopool.tours.problem import Amount, Route, TourProblem, TourVehicle
from cargopool.tours.schedule import binding_dimensions, make_tour, may_carry

_SCALE = 10
"""Tenths of a cent inside the model."""
_FAR = 2**40
_INFEASIBLE = 2**62
_GIVE_UP = 0.3
"""Share of the time after which it no longer tries to serve every job that is worth it."""


def find_routes(problem: TourProblem, *, limits: Limits, seed: int, start: Sequence[Route]) -> Found:
    """Find routes by pyvrp's iterated local search."""
    import pyvrp

    iterations = 0
    routes: list[Route] = []
    began = (limits.clock or time.perf_counter)()
    for all_served in (True, False):
        model = _Model(problem, all_served=all_served)
        if not model.jobs:
            break
        criterion = _Stop(limits, began, iterations, give_up=_GIVE_UP if all_served else None)
        result = pyvrp.solve(model.data, criterion, seed=seed, collect_stats=False)
        iterations += int(result.num_iterations)
        if result.best.is_feasible():
            routes = model.read(result.best)
            break
    return Found(mend(problem, routes, start), iterations)


class _Stop:
    """pyvrp's stopping criterion from our limits."""

    def __init__(self, limits: Limits, began: float, calls: int, give_up: float | None) -> None:
        self.limits = limits
        self.clock = limits.clock or time.perf_counter
        self.began = began
        self.calls = calls
        self.give_up = give_up

    def __call__(self, best_cost: int) -> bool:
        self.calls += 1
        limits = self.limits
        # the cost of what is not feasible is the largest number there is
        share = self.give_up if self.give_up is not None and best_cost >= _INFEASIBLE else 1.0
        if limits.work is not None and self.calls > limits.work * share:
            return True
        if limits.seconds is not None and self.clock() - self.began >= limits.seconds * share:
            return True
        return limits.stop is not None and limits.stop()


class _Model:
    """The problem as pyvrp data: depots first, then a location per stop, so that profiles can forbid stops."""

    def __init__(self, problem: TourProblem, *, all_served: bool) -> None:
        import pyvrp

        self.problem = problem
        self.all_served = all_served
        self.jobs = [j for j, job in enumerate(problem.jobs) if len(job.stops) <= 2 and self._one_way(j)]
        self.singles = [j for j in self.jobs if len(problem.jobs[j].stops) == 1]
        self.pairs = [j for j in self.jobs if len(problem.jobs[j].stops) == 2]
        self.dimensions = binding_dimensions(problem)
        self.slots = [(v, h) for v, vehicle in enumerate(problem.vehicles) for h in range(len(vehicle.shifts))]
        stops = [(j, k) for j in self.singles + self.pairs for k in range(len(problem.jobs[j].stops))]
        ends = {p for v in problem.vehicles for p in (v.start_place, v.end_place) if p is not None}
        self.depots: list[int | None] = [*sorted(ends)]
        if any(v.start_place is None or v.end_place is None for v in problem.vehicles):
            self.depots.append(None)
        self.at = {stop: len(self.depots) + i for i, stop in enumerate(stops)}
        self.place = np.array(
            [-1 if p is None else p for p in self.depots] + [problem.jobs[j].stops[k].place for j, k in stops]
        )
        profiles = list(dict.fromkeys(self._profile(v) for v in range(len(problem.vehicles))))
        distances, durations = zip(*(self._matrices(profile, stops) for profile in profiles), strict=True)
        self.data = pyvrp.ProblemData(
            [pyvrp.Location(0, 0) for _ in self.place],
            [self._client(pyvrp, j) for j in self.singles],
            [pyvrp.Depot(i) for i in range(len(self.depots))],
            [self._vehicle(pyvrp, v, h, profiles) for v, h in self.slots],
            list(distances),
            list(durations),
            [],
            [self._shipment(pyvrp, j) for j in self.pairs],
        )

    def _one_way(self, j: int) -> bool:
        """Whether a job is a load picked up, and set down where it has two stops: what pyvrp's shipments are."""
        changes = [stop.change.as_tuple() for stop in self.problem.jobs[j].stops]
        if len(changes) == 2 and any(a + b for a, b in zip(*changes, strict=True)):
            return False
        return min(changes[0]) >= 0

    def _amount(self, amount: Amount) -> list[int]:
        return [amount.as_tuple()[a] for a in self.dimensions]

    def _profile(self, v: int) -> tuple[float, frozenset[int]]:
        vehicle = self.problem.vehicles[v]
        half_kg = vehicle.capacity.kg / 2
        half_full = vehicle.mj_per_km_empty + vehicle.mj_per_km_kg * half_kg
        barred = frozenset(j for j in self.jobs if not may_carry(vehicle, self.problem.jobs[j]))
        return vehicle.cents_per_km + half_kg * vehicle.cents_per_km_kg + half_full * vehicle.cents_per_mj, barred

    def _matrices(self, profile: tuple[float, frozenset[int]], stops: list[tuple[int, int]]) -> tuple[Any, Any]:
        rate, barred = profile
        place = self.place
        there = np.maximum(place, 0)
        distance = np.rint(self.problem.km[np.ix_(there, there)] * rate * _SCALE).astype(np.int64)
        visit = np.where(place[:, None] != place[None, :], self.problem.visit_min[there][None, :], 0)
        visit[: len(self.depots)] = self.problem.visit_min[there][None, :]
        visit[:, : len(self.depots)] = 0
        duration = self.problem.drive_min[np.ix_(there, there)] + visit
        for matrix in (distance, duration):
            nowhere = np.flatnonzero(place < 0)
            matrix[nowhere, :] = 0
            matrix[:, nowhere] = 0
        for (j, _), location in zip(stops, range(len(self.depots), len(place)), strict=True):
            if j in barred:
                distance[:, location] = duration[:, location] = _FAR
        np.fill_diagonal(distance, 0)
        np.fill_diagonal(duration, 0)
        return distance, duration.astype(np.int64)

    def _window(self, j: int, k: int) -> tuple[int, int]:
        """The hull of a stop's windows, later by the minutes of a visit, which lie on the way to it."""
        stop = self.problem.jobs[j].stops[k]
        visit = int(self.problem.visit_min[stop.place])
        return max(0, stop.windows[0][0] + visit), max(0, min(_FAR, stop.windows[-1][1] + visit))

    def _required(self, j: int) -> bool:
        """Whether a job must be served: pyvrp does better without the choice, where a tour for it alone is worth it."""
        job = self.problem.jobs[j]
        if not self.all_served:
            return False
        order = [(j, k) for k in range(len(job.stops))]
        alone = (
            make_tour(self.problem, self.problem.vehicles[v], h, order)
            for v, h in self.slots
            if self.problem.vehicles[v].count > 0
        )
        return any(tour is not None and tour.cost.total_cents < job.unserved_cents for tour in alone)

    def _prize(self, j: int) -> int:
        return self.problem.jobs[j].unserved_cents * _SCALE

    def _client(self, pyvrp: Any, j: int) -> Any:
        stop = self.problem.jobs[j].stops[0]
        early, late = self._window(j, 0)
        return pyvrp.Client(
            self.at[j, 0],
            pickup=self._amount(stop.change),
            delivery=[0] * len(self.dimensions),
            service_duration=stop.service_min,
            tw_early=early,
            tw_late=late,
            prize=self._prize(j),
            required=self._required(j),
        )

    def _shipment(self, pyvrp: Any, j: int) -> Any:
        first, last = self.problem.jobs[j].stops
        (early, late), (early_last, late_last) = self._window(j, 0), self._window(j, 1)
        return pyvrp.Shipment(
            self.at[j, 0],
            self.at[j, 1],
            pickup_tw_early=early,
            pickup_tw_late=late,
            pickup_service_duration=first.service_min,
            delivery_tw_early=early_last,
            delivery_tw_late=late_last,
            delivery_service_duration=last.service_min,
            amount=self._amount(first.change),
            prize=self._prize(j),
            required=self._required(j),
        )

    def _vehicle(self, pyvrp: Any, v: int, h: int, profiles: list[tuple[float, frozenset[int]]]) -> Any:
        vehicle: TourVehicle = self.problem.vehicles[v]
        begin, end = vehicle.shifts[h]
        span = {}
        if vehicle.manning is not None and not vehicle.overnight:
            span["shift_duration"] = RULES[vehicle.manning].shift_min
        return pyvrp.VehicleType(
            num_available=min(vehicle.count, len(self.jobs)),
            capacity=self._amount(vehicle.capacity),
            start_depot=self.depots.index(vehicle.start_place),
            end_depot=self.depots.index(vehicle.end_place),
            fixed_cost=vehicle.fixed_cents * _SCALE,
            tw_early=max(0, begin),
            tw_late=end,
            unit_distance_cost=1,
            unit_duration_cost=round(vehicle.cents_per_hour * _SCALE / 60),
            profile=profiles.index(self._profile(v)),
            **span,
        )

    def read(self, solution: Any) -> list[Route]:
        """Our routes of a pyvrp solution."""
        routes: list[Route] = []
        for route in solution.routes():
            order: list[tuple[int, int]] = []
            for activity in route:
                if activity.is_client():
                    order.append((self.singles[activity.idx], 0))
                elif activity.is_pickup():
                    order.append((self.pairs[activity.idx], 0))
                elif activity.is_delivery():
                    order.append((self.pairs[activity.idx], 1))
            if order:
                routes.append((*self.slots[route.vehicle_type()], order))
        return routes
