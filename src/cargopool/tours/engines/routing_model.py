"""A tour problem as a model of OR-Tools routing. Runs in a child process.

Known exactly: places, times, one or several windows, all capacities, what vehicles may carry, classes and vetoes, fixed
costs, kilometres, hours, the driving of a shift, its span, and a break where more than 4.5 hours are driven. Known
roughly, and so checked after: where the break lies, visit minutes at one place in a row, truck bans, energy by load
and charging, trips, rests overnight.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cargopool.rules.trips import RULES
from cargopool.tours.problem import Route, TourProblem, TourVehicle
from cargopool.tours.schedule import binding_dimensions, may_carry

_COST_SCALE = 10
"""Tenths of a cent inside the model."""
_TELL_EVERY_S = 0.2


class RoutingModel:
    """Builds the model, and reads its solutions.

    Nodes: all stops of all jobs in a row, then one per place where vehicles start or end, then, for open tours,
    nowhere.
    """

    def __init__(self, problem: TourProblem, first_solution: str, metaheuristic: str) -> None:
        from ortools.constraint_solver import pywrapcp

        self.problem = problem
        self.first_solution, self.metaheuristic = first_solution, metaheuristic
        self.stops = [(j, k) for j, job in enumerate(problem.jobs) for k in range(len(job.stops))]
        self.slots = [
            (v, h)
            for v, vehicle in enumerate(problem.vehicles)
            for h in range(len(vehicle.shifts))
            for _ in range(min(vehicle.count, len(problem.jobs)))
        ]
        ends = [p for v in problem.vehicles for p in (v.start_place, v.end_place) if p is not None]
        self.depots = {p: len(self.stops) + i for i, p in enumerate(dict.fromkeys(ends))}
        self.nowhere = len(self.stops) + len(self.depots)
        opens = any(v.start_place is None or v.end_place is None for v in problem.vehicles)
        self.nodes = self.nowhere + opens  # a node that no vehicle starts or ends at would be one to visit
        starts = [self._node(problem.vehicles[v].start_place) for v, _ in self.slots]
        finishes = [self._node(problem.vehicles[v].end_place) for v, _ in self.slots]
        self.manager = pywrapcp.RoutingIndexManager(self.nodes, len(self.slots), starts, finishes)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.index = [self.manager.NodeToIndex(node) for node in range(len(self.stops))]
        self.place = np.array(
            [problem.jobs[j].stops[k].place for j, k in self.stops] + list(self.depots) + [-1], np.int64
        )
        self._add_costs()
        self._add_times()
        self._add_loads()
        self._add_jobs()
        self._add_vetoes()

    def _node(self, place: int | None) -> int:
        return self.nowhere if place is None else self.depots[place]

    def _between(self, values: Any, extra: Any = 0) -> int:
        """Register the transits of a matrix over places, by nodes; nothing from and to nowhere."""
        here = np.append(self.place[:-1], 0)
        matrix = np.asarray(values)[np.ix_(here, here)] + extra
        matrix[self.nowhere, :] = 0
        matrix[:, self.nowhere] = 0
        whole = np.rint(matrix[: self.nodes, : self.nodes]).astype(np.int64)
        return int(self.routing.RegisterTransitMatrix(whole.tolist()))

    def _add_costs(self) -> None:
        problem = self.problem
        known: dict[float, int] = {}
        for slot, (v, _) in enumerate(self.slots):
            vehicle = problem.vehicles[v]
            half_kg = vehicle.capacity.kg / 2
            half_full = vehicle.mj_per_km_empty + vehicle.mj_per_km_kg * half_kg
            rate = vehicle.cents_per_km + half_kg * vehicle.cents_per_km_kg + half_full * vehicle.cents_per_mj
            if rate not in known:
                known[rate] = self._between(problem.km * rate * _COST_SCALE)
            self.routing.SetArcCostEvaluatorOfVehicle(known[rate], slot)
            self.routing.SetFixedCostOfVehicle(vehicle.fixed_cents * _COST_SCALE, slot)

    def _add_times(self) -> None:
        problem, routing = self.problem, self.routing
        service = np.zeros(self.nowhere + 1, np.int64)
        service[: len(self.stops)] = [problem.jobs[j].stops[k].service_min for j, k in self.stops]
        place = self.place
        # minutes of a visit lie on the way to it, so a window is later by them
        visit = np.append(problem.visit_min[place[:-1]], 0)
        visit[len(self.stops) :] = 0
        arrives = np.where(place[:, None] != place[None, :], visit[None, :], 0)
        from_depot = np.zeros((self.nowhere + 1, 1), bool)
        from_depot[len(self.stops) :] = True
        arrives = np.where(from_depot, visit[None, :], arrives)
        horizon_from = min(lo for vehicle in problem.vehicles for lo, _ in vehicle.shifts)
        horizon_to = max(hi for vehicle in problem.vehicles for _, hi in vehicle.shifts)
        whole = max(1, horizon_to - horizon_from)
        transit = self._between(problem.drive_min, service[:, None] + arrives)
        routing.AddDimension(transit, whole, whole, False, "time")
        self.time = routing.GetDimensionOrDie("time")
        for s, (j, k) in enumerate(self.stops):
            self._set_windows(s, problem.jobs[j].stops[k].windows, int(visit[s]) - horizon_from, whole)
        ruled = any(vehicle.manning is not None for vehicle in problem.vehicles)
        if ruled:
            routing.AddDimension(self._between(problem.drive_min), 0, 2**40, True, "drive")
        for slot, (v, h) in enumerate(self.slots):
            self._set_hours(slot, problem.vehicles[v], h, horizon_from)

    def _set_windows(self, s: int, windows: Sequence[tuple[int, int]], shift: int, whole: int) -> None:
        cumul = self.time.CumulVar(self.index[s])
        moved = [(max(0, lo + shift), min(whole, hi + shift)) for lo, hi in windows if hi + shift >= 0]
        moved = [window for window in moved if window[0] <= whole]
        if not moved:
            self.routing.ActiveVar(self.index[s]).SetMax(0)
            return
        cumul.SetRange(moved[0][0], moved[-1][1])
        for (_, closes), (opens, _) in itertools.pairwise(moved):
            if closes + 1 < opens:
                cumul.RemoveInterval(closes + 1, opens - 1)

    def _set_hours(self, slot: int, vehicle: TourVehicle, shift: int, horizon_from: int) -> None:
        routing = self.routing
        begin, end = self.time.CumulVar(routing.Start(slot)), self.time.CumulVar(routing.End(slot))
        begin.SetMin(vehicle.shifts[shift][0] - horizon_from)
        end.SetMax(vehicle.shifts[shift][1] - horizon_from)
        per_min = round(vehicle.cents_per_hour * _COST_SCALE / 60)
        if per_min:
            self.time.SetSpanCostCoefficientForVehicle(per_min, slot)
            routing.AddVariableMinimizedByFinalizer(end)
            routing.AddVariableMaximizedByFinalizer(begin)
        if vehicle.manning is None or vehicle.overnight:
            return
        rules = RULES[vehicle.manning]
        self.time.SetSpanUpperBoundForVehicle(rules.shift_min, slot)
        driven = routing.GetDimensionOrDie("drive").CumulVar(routing.End(slot))
        driven.SetMax(rules.drive_in_shift)
        if rules.drive_before_break is not None:
            solver = routing.solver()
            last = vehicle.shifts[shift][1] - horizon_from
            pause = solver.FixedDurationIntervalVar(0, last, rules.break_min, True, f"break {slot}")
            long = driven > rules.drive_before_break
            solver.Add(pause.PerformedExpr() >= long)
            work = [0] * routing.Size()
            self.time.SetBreakIntervalsOfVehicle([pause], slot, work)

    def _add_loads(self) -> None:
        problem = self.problem
        change = np.array([problem.jobs[j].stops[k].change.as_tuple() for j, k in self.stops], np.int64)
        capacity = np.array([vehicle.capacity.as_tuple() for vehicle in problem.vehicles], np.int64)
        for a in binding_dimensions(problem):
            amounts = np.zeros(self.nowhere + 1, np.int64)
            amounts[: len(self.stops)] = change[:, a]
            transit = self.routing.RegisterUnaryTransitVector(amounts[: self.nodes].tolist())
            limits = [int(capacity[v, a]) for v, _ in self.slots]
            self.routing.AddDimensionWithVehicleCapacity(transit, 0, limits, True, f"load {a}")
        if any(vehicle.max_stops is not None for vehicle in problem.vehicles):
            ones = [1] * len(self.stops) + [0] * (self.nodes - len(self.stops))
            transit = self.routing.RegisterUnaryTransitVector(ones)
            most = [len(self.stops) if (m := problem.vehicles[v].max_stops) is None else m for v, _ in self.slots]
            self.routing.AddDimensionWithVehicleCapacity(transit, 0, most, True, "stops")

    def _add_jobs(self) -> None:
        routing, solver = self.routing, self.routing.solver()
        able = [[may_carry(vehicle, job) for vehicle in self.problem.vehicles] for job in self.problem.jobs]
        s = 0
        for j, job in enumerate(self.problem.jobs):
            indices = [self.index[s + k] for k in range(len(job.stops))]
            s += len(indices)
            allowed = [slot for slot, (v, _) in enumerate(self.slots) if able[j][v]]
            for k, index in enumerate(indices):
                routing.AddDisjunction([index], job.unserved_cents * _COST_SCALE if k == 0 else 0)
                routing.VehicleVar(index).SetValues([-1, *allowed])
            if len(indices) > 1:
                routing.AddPickupAndDelivery(indices[0], indices[-1])
            for before, after in itertools.pairwise(indices):
                solver.Add(routing.VehicleVar(before) == routing.VehicleVar(after))
                solver.Add(self.time.CumulVar(before) <= self.time.CumulVar(after))

    def _add_vetoes(self) -> None:
        jobs = self.problem.jobs
        classes = list(dict.fromkeys(job.pooling_class for job in jobs))
        if len(classes) < 2 and not self.problem.vetoes:
            return
        # a job's type is its own where it has vetoes, so that types clash as jobs do
        types = {job.id: t for t, job in enumerate(jobs)}
        for s, (j, _) in enumerate(self.stops):
            self.routing.SetVisitType(self.index[s], j, self.routing.TYPE_ADDED_TO_VEHICLE)
        for a, first in enumerate(jobs):
            for b in range(a + 1, len(jobs)):
                if first.pooling_class != jobs[b].pooling_class:
                    self.routing.AddHardTypeIncompatibility(a, b)
        for one, other in self.problem.vetoes:
            if one in types and other in types:
                self.routing.AddHardTypeIncompatibility(types[one], types[other])

    def solve(
        self,
        *,
        seconds: float | None,
        solutions: int | None,
        clock: Callable[[], float] | None,
        start: Sequence[Route],
        tell: Callable[[int, list[Route]], None],
    ) -> None:
        """Search; ``tell`` gets the count of solutions and the routes of each that is better than all before."""
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2

        routing = self.routing
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.Value.Value(self.first_solution)
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.Value.Value(
            self.metaheuristic
        )
        if seconds is not None and clock is None:
            parameters.time_limit.FromMilliseconds(max(1, round(seconds * 1000)))
        if solutions is not None:
            parameters.solution_limit = solutions
        routing.CloseModelWithParameters(parameters)
        if clock is not None and seconds is not None:
            until = clock() + seconds
            routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: clock() >= until))
        best = float("inf")
        told = 0.0
        count = 0
        unsaid = False

        def note() -> None:
            nonlocal best, told, count, unsaid
            count += 1
            cost = routing.CostVar().Max()
            if cost < best:
                best, unsaid = cost, True
                if time.monotonic() - told > _TELL_EVERY_S:
                    told, unsaid = time.monotonic(), False
                    tell(count, self._read(lambda i: routing.NextVar(i).Value()))

        routing.AddAtSolutionCallback(note)
        first = self._assignment(start)
        if first is not None:
            found = routing.SolveFromAssignmentWithParameters(first, parameters)
        else:
            found = routing.SolveWithParameters(parameters)
        if found is not None:
            tell(count, self._read(lambda i: found.Value(routing.NextVar(i))))

    def _assignment(self, start: Sequence[Route]) -> Any:
        if not start:
            return None
        node = {stop: s for s, stop in enumerate(self.stops)}
        routes: list[list[int]] = [[] for _ in self.slots]
        free = list(range(len(self.slots)))
        for vehicle, shift, order in start:
            slot = next((i for i in free if self.slots[i] == (vehicle, shift)), None)
            if slot is None:
                return None
            free.remove(slot)
            routes[slot] = [node[stop] for stop in order]
        return self.routing.ReadAssignmentFromRoutes(routes, True)

    def _read(self, following: Callable[[int], int]) -> list[Route]:
        routes: list[Route] = []
        for slot, (vehicle, shift) in enumerate(self.slots):
            order = []
            at = following(self.routing.Start(slot))
            while not self.routing.IsEnd(at):
                order.append(self.stops[self.manager.IndexToNode(at)])
                at = following(at)
            if order:
                routes.append((vehicle, shift, order))
        return routes


def route(
    problem: TourProblem,
    *,
    seconds_inside: float | None,
    solutions: int | None,
    processor_time: bool = False,
    start: Sequence[Route] = (),
    first_solution: str = "PARALLEL_CHEAPEST_INSERTION",
    metaheuristic: str = "GUIDED_LOCAL_SEARCH",
    emit: Callable[[Any], None],
) -> None:
    """Solve in a child process; ``emit`` gets (solutions, routes) as they improve."""
    model = RoutingModel(problem, first_solution, metaheuristic)
    model.solve(
        seconds=seconds_inside,
        solutions=solutions,
        clock=time.process_time if processor_time else None,
        start=start,
        tell=lambda count, routes: emit((count, routes)),
    )
