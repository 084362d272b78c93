"""Jobs that no tour can make: how much more time a truck of their own needs than the plan's estimate gave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cargopool.model.plan import Itinerary, Move, Plan
from cargopool.model.scenario import Scenario
from cargopool.model.tours import NEVER_MIN, LeadTime, LeadWay
from cargopool.rules.drayage import DrayageJob, haulage_limit
from cargopool.rules.roads import collection_minutes, road_link
from cargopool.tours.around_hubs import hub_case

_STEPS_MIN = (60, 240, 720, 1440, 2880, 5760, 14_400)
"""Extensions of a deadline that are tried, shortest first."""
_DEADLINES = ("drop_off", "leave_full", "unload")


@dataclass(frozen=True, slots=True)
class Missed:
    """A job that no tour can make.

    Attributes
    ----------
    leads : tuple of LeadTime
        What the next plan must add, in all, to the estimates of the shipments that the job was late for;
        ``NEVER_MIN`` where no time helps.
    reason : str
        In words.
    """

    job: DrayageJob
    leads: tuple[LeadTime, ...]
    reason: str


def missed(scenario: Scenario, plan: Plan, job: DrayageJob) -> Missed:
    """Find out how much more time a job needs: its last work under a deadline, with the deadline moved.

    Where a truck of its own would be in time if no ban held, the reason names them.

    Parameters
    ----------
    scenario : Scenario
        At the lead times of the plan.
    plan : Plan
        Which asks for the job.
    """
    way = f"between {job.door} and {job.hub}"
    at = max((n for n, visit in enumerate(job.visits) if visit.kind in _DEADLINES), default=None)
    begins = None if at is None else _earliest_beyond(scenario, plan, job, at)
    if at is None or begins is None:
        return Missed(job, _never(job), f"no vehicle can carry it {way}")
    cause = ", because of truck bans" if _held_by_bans(scenario, plan, job) else ""
    late = begins - job.visits[at].last_min
    if late <= 0:
        return Missed(job, _never(job), f"no truck can make it {way} in the plan's time{cause}")
    leads = tuple(_leads(scenario, plan, job, begins))
    return Missed(job, leads, f"a truck of its own would be {late} min late {way}{cause}")


def _held_by_bans(scenario: Scenario, plan: Plan, job: DrayageJob) -> bool:
    """Whether a truck of its own could make a missed job if no ban held."""
    return bool(scenario.bans) and bool(hub_case(replace(scenario, bans=()), plan, job.hub, [job], ()).dedicated)


def _never(job: DrayageJob) -> tuple[LeadTime, ...]:
    shipments = dict.fromkeys(shipment for shipment, _ in job.parts)
    return tuple(_lead(job, shipment, NEVER_MIN) for shipment in shipments)


def _lead(job: DrayageJob, shipment: str, minutes: int) -> LeadTime:
    way: LeadWay = "pallets" if job.pallets is not None else "units"
    return LeadTime(shipment=shipment, hub=job.hub, minutes=min(NEVER_MIN, minutes), way=way)


def _earliest_beyond(scenario: Scenario, plan: Plan, job: DrayageJob, at: int) -> int | None:
    """When the work at a deadline begins under the shortest extension that a truck of its own can make."""
    first = at if job.kind == "haulage_in" else 0
    for more in _STEPS_MIN:
        visits = (replace(v, last_min=v.last_min + more) if n >= first else v for n, v in enumerate(job.visits))
        case = hub_case(scenario, plan, job.hub, [replace(job, visits=tuple(visits))], ())
        tour = next(iter(case.dedicated.values()), None)
        if tour is not None:
            return [visit for visit in tour.visits if visit.kind == "stop"][at].begin_min
    return None


def _leads(scenario: Scenario, plan: Plan, job: DrayageJob, begins: int) -> Iterator[LeadTime]:
    """Lead times with which the estimate would have known that the work begins no earlier."""
    parts = {(one.shipment, one.part): one for one in plan.itineraries}
    inside = [parts[key] for key in job.parts]
    if job.pallets is not None:
        before = scenario.drayage.lead_min.get((inside[0].shipment, job.hub), 0)
        yield _lead(job, inside[0].shipment, before + begins - _expected(scenario, job, inside[0]))
        return
    moves = {use.move.id: use.move for use in plan.moves}
    move = next(moves[unit.move] for unit in plan.units if unit.id == job.unit)
    for shipment, minutes in _of_unit(scenario, job, move, inside, begins).items():
        yield _lead(job, shipment, minutes)


def _expected(scenario: Scenario, job: DrayageJob, part: Itinerary) -> int:
    """When the estimate has the pallets at the end of their way."""
    if job.kind == "collection":
        assert part.collection is not None
        return part.collection.end_min
    link = road_link(scenario, job.hub, job.door)
    assert part.delivery is not None and link is not None
    return part.delivery.start_min + collection_minutes(scenario, link.km, part.shipment, job.hub)


def _of_unit(scenario: Scenario, job: DrayageJob, move: Move, inside: list[Itinerary], begins: int) -> dict[str, int]:
    """Lead time of each shipment of a unit that decides how late it is; the others had time to spare."""
    if job.kind == "haulage_in":
        door = scenario.doors[job.door]
        limits = {one.shipment: haulage_limit(scenario, one, move, door, job.hub) for one in inside}
        least = min(limits.values())
        return {shipment: begins - move.available_min for shipment, limit in limits.items() if limit == least}
    assert move.hand_in_min is not None
    loaded = max(one.handlings[0].end_min for one in inside)
    late = begins - move.hand_in_min
    return {one.shipment: move.latest_min - loaded + late for one in inside if one.handlings[0].end_min == loaded}
