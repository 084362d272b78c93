"""Round trips: road moves of a plan that one truck serves one after the other, chosen together by CP-SAT.

Every truck is in at most one round trip. The candidates are all pairs that are cheaper than the same trucks alone and
that the driver can do, and the longer chains of which he can do any two neighbours; the choice among them is a set
packing of greatest gain.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

from cargopool.footprint.executing import round_gain_cents, round_groups, standing_minutes, truck_trip
from cargopool.model.execution import RoundLeg, RoundTrip
from cargopool.model.place import RoadLink
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.operations.trucks import Truck, trucks_of
from cargopool.rules import road_link
from cargopool.rules.driving import DrivingSegment
from cargopool.rules.rounds import LoadedTrip, Return, RoundLog, drive_round, live_minutes
from cargopool.units import CENTS_PER_EUR, MINUTES_PER_DAY, MINUTES_PER_HOUR

LEAST_GAIN_CENTS = 2
"""Below, rounding the carbon price of the whole plan could eat the gain."""
MOST_CANDIDATES = 60_000
"""Chains of three and more legs that are looked at; pairs always all are."""
_WORK = 20.0
"""Deterministic time of CP-SAT for one group of trucks."""
_LONGEST_EMPTY_MIN = 3 * MINUTES_PER_DAY
_REST_ON_THE_WAY_MIN = 660 + 45
"""A rest and a break: what a tired driver may take on an empty leg rather than before or after it."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The round trips of a plan.

    Attributes
    ----------
    complete : bool
        Every candidate was looked at, and no choice among them gains more.
    """

    trips: tuple[RoundTrip, ...]
    candidates: int
    complete: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """Trucks that do the same: move, class and times."""

    truck: Truck
    trucks: tuple[Truck, ...]
    saving: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    kinds: tuple[int, ...]
    legs: tuple[RoundLeg, ...]
    gain: int


def match_round_trips(scenario: Scenario, plan: Plan) -> Matching:
    """Find the round trips of greatest total gain.

    Parameters
    ----------
    plan : Plan
        A verified plan; it stays as it is.

    Returns
    -------
    Matching
        Trips in order of departure, ids ``R1``, ``R2``, ...
    """
    trips: list[RoundTrip] = []
    candidates, complete = 0, True
    groups: dict[tuple[str, str], list[Truck]] = defaultdict(list)
    for truck in trucks_of(plan):
        groups[truck.stage.vehicle, truck.move.unit_type].append(truck)
    for _, trucks in sorted(groups.items()):
        search = _Search(scenario, _kinds(scenario, trucks))
        search.run()
        chosen, proven = _choose(search.kinds, search.found)
        candidates += len(search.found)
        complete = complete and proven and not search.cut
        trips += _expanded(search.kinds, chosen)
    trips.sort(key=lambda trip: (trip.legs[0].depart_min, [(leg.move, leg.truck) for leg in trip.legs]))
    return Matching(tuple(replace(trip, id=f"R{number}") for number, trip in enumerate(trips, 1)), candidates, complete)


def _kinds(scenario: Scenario, trucks: Sequence[Truck]) -> list[_Kind]:
    """Equal trucks together, with the most that a round trip can save on one."""
    by_kind: dict[tuple[str, str, str, int, int], list[Truck]] = defaultdict(list)
    for truck in trucks:
        by_kind[(*truck.key[:3], truck.loading_from_min, truck.unloaded_min)].append(truck)
    kinds = []
    for members in by_kind.values():
        one = members[0]
        alone = [truck_trip(scenario, one.move)]
        bare = round_groups(
            scenario, one.stage.vehicle, one.move.unit_type, one.move.units_per_move, (_loaded(one),), 0
        )[:1]
        kinds.append(_Kind(one, tuple(members), round_gain_cents(scenario, alone, bare) + 1))
    return sorted(kinds, key=lambda kind: (kind.truck.stage.depart_min, kind.truck.key))


def _loaded(truck: Truck) -> RoundLeg:
    move, temperature, segregation, number = truck.key
    stage = truck.stage
    return RoundLeg(
        kind="loaded",
        origin=stage.origin,
        destination=stage.destination,
        depart_min=stage.depart_min,
        arrive_min=stage.arrive_min,
        move=move,
        temperature=temperature,
        segregation=segregation,
        truck=number,
    )


@dataclass(slots=True)
class _Search:
    """All chains of kinds that gain, found depth first with a bound on what a chain can still save."""

    scenario: Scenario
    kinds: list[_Kind]
    found: list[_Candidate] = field(default_factory=list)
    cut: bool = False
    _looked: int = 0
    _costs: dict[tuple[str, str], int | None] = field(default_factory=dict)
    _next: list[list[tuple[int, int]]] = field(default_factory=list)
    _best: dict[tuple[int, ...], int] = field(default_factory=dict)

    def run(self) -> None:
        """Fill ``found``."""
        self._next = [self._successors(i) for i in range(len(self.kinds))]
        for length in range(2, self.scenario.execution.max_loaded_legs + 1):
            for i, kind in enumerate(self.kinds):
                self._extend((i,), kind.saving, length)

    def _successors(self, i: int) -> list[tuple[int, int]]:
        """Kinds that may follow, and the least that the empty leg and the standing before each cost, cents."""
        one, rules = self.kinds[i].truck, self.scenario.execution
        last = one.stage.arrive_min + 2 * rules.max_standing_h * MINUTES_PER_HOUR + _LONGEST_EMPTY_MIN
        begin = bisect_left(self.kinds, one.unloaded_min, key=lambda kind: kind.truck.stage.depart_min)
        found = []
        for j in range(begin, len(self.kinds)):
            other = self.kinds[j].truck
            if other.stage.depart_min > last:
                break
            cost = None if j == i else self._empty(one.stage.destination, other.stage.origin)
            if cost is None or cost >= self.kinds[i].saving + self.kinds[j].saving:
                continue
            stands = self._stands(one, other)
            if stands is not None:
                price = stands / MINUTES_PER_HOUR * rules.standing_eur_per_h * CENTS_PER_EUR
                found.append((j, cost + int(price * self.scenario.objective.weights.get("road_standing", 1.0))))
        return found

    def _stands(self, one: Truck, other: Truck) -> int | None:
        """Least minutes of standing between two trips of one driver; None when he cannot do both.

        In a longer chain a rest may fall into the empty leg instead.
        """
        log = _driven(self.scenario, (one, other), home=False)
        if log is None or log.problem:
            return None
        empty = log.empties[0]
        stands = other.stage.depart_min - one.stage.arrive_min
        if empty is not None:
            stands -= empty.arrive_min - empty.depart_min
            if stands > 2 * self.scenario.execution.max_standing_h * MINUTES_PER_HOUR + _REST_ON_THE_WAY_MIN:
                return None
        elif stands > self.scenario.execution.max_standing_h * MINUTES_PER_HOUR:
            return None
        return max(0, stands - _REST_ON_THE_WAY_MIN)

    def _empty(self, origin: str, destination: str) -> int | None:
        """What an empty leg costs the objective at least, cents; None when it is not allowed."""
        if origin == destination:
            return 0
        key = (origin, destination)
        if key not in self._costs:
            self._costs[key] = self._empty_cost(origin, destination)
        return self._costs[key]

    def _empty_cost(self, origin: str, destination: str) -> int | None:
        link = road_link(self.scenario, origin, destination)
        if link is None or link.km > self.scenario.execution.max_empty_km:
            return None
        truck = self.kinds[0].truck
        leg = RoundLeg(kind="empty", origin=origin, destination=destination, depart_min=0, arrive_min=0)
        groups = round_groups(
            self.scenario, truck.stage.vehicle, truck.move.unit_type, truck.move.units_per_move, (leg,), 0
        )
        return -round_gain_cents(self.scenario, (), groups[:1]) - 1

    def _extend(self, chain: tuple[int, ...], value: int, length: int) -> None:
        for j, cost in self._next[chain[-1]]:
            if j in chain:
                continue
            longer, worth = (*chain, j), value - cost + self.kinds[j].saving
            if len(longer) < length:
                self._extend(longer, worth, length)
                continue
            home = self._empty(self.kinds[j].truck.stage.destination, self.kinds[chain[0]].truck.stage.origin)
            if home is None or worth - home < max(LEAST_GAIN_CENTS, self._best_part(longer) + 1):
                continue
            if length > 2:
                self._looked += 1
                if self._looked > MOST_CANDIDATES:
                    self.cut = True
                    return
            self._add(longer)

    def _best_part(self, chain: tuple[int, ...]) -> int:
        """The best gain of a shorter chain within this one: the rest may then go alone."""
        if len(chain) == 2:
            return 0
        shorter = (chain[:n] + chain[n + 1 :] for n in range(len(chain)))
        return max(max(self._best.get(part, 0), self._best_part(part)) for part in shorter)

    def _add(self, chain: tuple[int, ...]) -> None:
        trucks = [self.kinds[n].truck for n in chain]
        made = make_round(self.scenario, trucks)
        if made is not None and made[1] >= max(LEAST_GAIN_CENTS, self._best_part(chain) + 1):
            self._best[chain] = made[1]
            self.found.append(_Candidate(chain, made[0], made[1]))


def make_round(scenario: Scenario, trucks: Sequence[Truck]) -> tuple[tuple[RoundLeg, ...], int] | None:
    """Legs and gain of a round trip of these trucks in this order; None when it is not possible."""
    rules = scenario.execution
    log = _driven(scenario, trucks)
    if log is None or log.problem:
        return None
    legs: list[RoundLeg] = []
    for truck, empty in zip(trucks, log.empties, strict=True):
        legs.append(_loaded(truck))
        if empty is not None:
            legs.append(
                RoundLeg(
                    kind="empty",
                    origin=empty.link.origin,
                    destination=empty.link.destination,
                    depart_min=empty.depart_min,
                    arrive_min=empty.arrive_min,
                )
            )
    waits = (after.depart_min - before.arrive_min for before, after in pairwise(legs))
    if any(wait > rules.max_standing_h * MINUTES_PER_HOUR for wait in waits):
        return None
    one = trucks[0]
    together = round_groups(
        scenario, one.stage.vehicle, one.move.unit_type, one.move.units_per_move, legs, standing_minutes(legs)
    )
    gain = round_gain_cents(scenario, [truck_trip(scenario, truck.move) for truck in trucks], together)
    return tuple(legs), gain


def driver_log(scenario: Scenario, plan: Plan, trip: RoundTrip) -> tuple[DrivingSegment, ...]:
    """What the truck of a round trip does, from its first departure to its last arrival."""
    trucks = {truck.key: truck for truck in trucks_of(plan)}
    loaded, returns = [], []
    for leg, after in pairwise([*trip.legs, None]):
        if leg is None or leg.kind == "empty":
            continue
        truck = trucks[leg.move, leg.temperature, leg.segregation, leg.truck]
        link = road_link(scenario, leg.origin, leg.destination)
        assert link is not None
        times = (truck.loading_from_min, leg.depart_min, leg.arrive_min, truck.unloaded_min)
        loaded.append(LoadedTrip(link, *times))
        back = road_link(scenario, after.origin, after.destination) if after and after.kind == "empty" else None
        returns.append(Return(back, after.depart_min) if after and back else None)
    return drive_round(scenario, loaded, returns, scenario.vehicles[trip.vehicle].manning).segments


def _driven(scenario: Scenario, trucks: Sequence[Truck], *, home: bool = True) -> RoundLog | None:
    """The round with the driver's hours; None where a road is missing, or an empty leg is too long.

    Without ``home`` the last truck stays where it has been unloaded.

    Empty legs leave at once; where the driver cannot do it so, one or more of them leave as late as they may, after a
    rest where the truck was unloaded.
    """
    links: list[RoadLink | None] = []
    loaded = []
    for n, truck in enumerate(trucks):
        stage, goal = truck.stage, trucks[(n + 1) % len(trucks)].stage.origin
        if not home and n + 1 == len(trucks):
            goal = stage.destination
        link = road_link(scenario, stage.origin, stage.destination)
        back = None if stage.destination == goal else road_link(scenario, stage.destination, goal)
        if link is None or (back is None and stage.destination != goal):
            return None
        if back is not None and back.km > scenario.execution.max_empty_km:
            return None
        links.append(back)
        loaded.append(LoadedTrip(link, truck.loading_from_min, stage.depart_min, stage.arrive_min, truck.unloaded_min))
    manning = scenario.vehicles[trucks[0].stage.vehicle].manning
    log = None
    for late in product((False, True), repeat=sum(link is not None for link in links[:-1])):
        choice = iter((*late, False))
        returns = [
            None if link is None else _return(scenario, link, loaded, n, next(choice)) for n, link in enumerate(links)
        ]
        log = drive_round(scenario, loaded, returns, manning)
        if not log.problem:
            break
    return log


def _return(scenario: Scenario, link: RoadLink, loaded: Sequence[LoadedTrip], n: int, late: bool) -> Return:
    if not late:
        return Return(link)
    after = loaded[n + 1]
    by = min(after.loading_from_min, after.depart_min - live_minutes(scenario, after.link.origin))
    return Return(link, max(loaded[n].unloaded_min, by - link.drive_min))


def _choose(kinds: Sequence[_Kind], found: Sequence[_Candidate]) -> tuple[list[tuple[_Candidate, int]], bool]:
    """How often each candidate is taken; the second value says that no choice gains more."""
    if not found:
        return [], True
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    taken = [model.new_int_var(0, min(len(kinds[n].trucks) for n in c.kinds), "") for c in found]
    using: dict[int, list[int]] = defaultdict(list)
    for at, candidate in enumerate(found):
        for n in candidate.kinds:
            using[n].append(at)
    for n, columns in using.items():
        model.add(sum(taken[at] for at in columns) <= len(kinds[n].trucks))
    model.maximize(cp_model.LinearExpr.weighted_sum(taken, [c.gain for c in found]))
    for variable, amount in zip(taken, _greedy(kinds, found), strict=True):
        model.add_hint(variable, amount)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = _WORK
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        amounts = _greedy(kinds, found)
    else:
        amounts = [int(solver.value(variable)) for variable in taken]
    return [(c, n) for c, n in zip(found, amounts, strict=True) if n], status == cp_model.OPTIMAL


def _greedy(kinds: Sequence[_Kind], found: Sequence[_Candidate]) -> list[int]:
    left = [len(kind.trucks) for kind in kinds]
    amounts = [0] * len(found)
    for at in sorted(range(len(found)), key=lambda at: (-found[at].gain, at)):
        amounts[at] = min(left[n] for n in found[at].kinds)
        for n in found[at].kinds:
            left[n] -= amounts[at]
    return amounts


def _expanded(kinds: Sequence[_Kind], chosen: Sequence[tuple[_Candidate, int]]) -> list[RoundTrip]:
    """Candidates as round trips, each with trucks of its own."""
    used = [0] * len(kinds)
    trips = []
    for candidate, times in chosen:
        for _ in range(times):
            members = iter(candidate.kinds)
            legs = []
            for leg in candidate.legs:
                if leg.kind == "loaded":
                    n = next(members)
                    legs.append(replace(leg, truck=kinds[n].trucks[used[n]].key[3]))
                    used[n] += 1
                else:
                    legs.append(leg)
            first = kinds[candidate.kinds[0]].truck
            trips.append(
                RoundTrip(
                    id="",
                    vehicle=first.stage.vehicle,
                    unit_type=first.move.unit_type,
                    legs=tuple(legs),
                    gain_cents=candidate.gain,
                )
            )
    return trips
