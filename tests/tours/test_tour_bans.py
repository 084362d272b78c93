"""Truck bans on the tours of a plan, worked out by hand: when they hold, for whom, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import cargopool as cp
from cargopool.model.place import RoadLink
from cargopool.model.scenario import Scenario, TruckBan
from cargopool.model.tours import NEVER_MIN
from cargopool.rules.drayage import DrayageJob, Visit
from cargopool.rules.fleets import bans_hold, hired_truck
from cargopool.tours import make_tour
from cargopool.tours.around_hubs import HubCase, hub_case
from cargopool.tours.ban_calendars import ban_calendars
from cargopool.tours.planning import plan_tours
from verifier.tour_world import planned, world

# Minute 0 is Monday 23 November 2026 00:00 in Berlin and Paris.
SATURDAY, SUNDAY, MONDAY = 5 * 1440, 6 * 1440, 7 * 1440
GERMAN = TruckBan(country="DE", timezone="Europe/Berlin", weekday=6, start_min=0, end_min=1320)
FRENCH = (
    TruckBan(country="FR", timezone="Europe/Paris", weekday=5, start_min=1320, end_min=1440),
    TruckBan(country="FR", timezone="Europe/Paris", weekday=6, start_min=0, end_min=1320),
)
NAMED = r"a truck of its own would be \d+ min late between \w+ and \w+, because of truck bans"
HELD_DE = (SUNDAY, SUNDAY + 1320)
HELD_BOTH = (SATURDAY + 1320, SUNDAY + 1320)


def case(minutes: int = 60, countries: tuple[tuple[str, float], ...] = (("DE", 60.0),), **changes: object) -> Scenario:
    """Hub A and door A0 on a road of so many minutes, both always open; no fleet."""
    scenario = world()
    road = RoadLink(origin="A", destination="A0", km=60.0, drive_min=minutes, countries=countries)
    return replace(
        scenario,
        road_links=(road,),
        bans=(GERMAN, *FRENCH),
        hubs={**scenario.hubs, "A": replace(scenario.hubs["A"], opening=None)},
        doors={**scenario.doors, "A0": replace(scenario.doors["A0"], opening=None, loading_min=0)},
        fleet={},
        drayage=replace(scenario.drayage, **changes),  # type: ignore[arg-type]
    )


def brought(scenario: Scenario, leaves: int, by: int) -> HubCase:
    """The tours of a consignment that may leave the hub from one minute on and must be at the door by another."""
    visits = (Visit("pick_up", "A", leaves, by, 0), Visit("drop_off", "A0", leaves, by, 30))
    job = DrayageJob("job", "delivery", "A0", "A", visits, (("S00", 1),), pallets=("S00", 1, 0, 2))
    return hub_case(scenario, planned()[1], "A", [job], list(scenario.fleet.values()))


def drives(case: HubCase) -> list[tuple[int, int]]:
    return [(a, b) for kind, a, b in case.dedicated["job"].log if kind == "drive"]


def test_calendars_of_ways_by_country() -> None:
    """Within Germany the Sunday; over the border whatever holds in one of the two countries; nothing in Spain."""
    scenario = case()
    doors = {**scenario.doors, "A1": replace(scenario.doors["A1"], country="FR")}
    doors["A2"] = replace(doors["A2"], country="ES")
    doors["A3"] = replace(doors["A3"], country="ES")
    scenario = replace(scenario, doors=doors)
    calendars, ban_of = ban_calendars(scenario, ("A", "A0", "A1", "A2", "A3"), 0, MONDAY + 1440)
    assert ban_of is not None
    found = [[calendars[k] if k >= 0 else () for k in row] for row in ban_of]
    assert found[0][1] == found[1][0] == (HELD_DE,)
    assert found[0][2] == found[2][1] == found[2][3] == (HELD_BOTH,)
    assert found[3][4] == found[0][0] == ()


def test_a_week_without_a_ban_has_no_calendars() -> None:
    assert ban_calendars(case(), ("A", "A0"), 0, SATURDAY) == ((), None)
    assert ban_calendars(replace(case(), bans=()), ("A", "A0"), 0, MONDAY) == ((), None)


def test_the_german_sunday_ends_at_ten_in_the_evening() -> None:
    """Free from Sunday 06:00, an hour's drive: at the door at 23:00 and not before."""
    found = brought(case(), SUNDAY + 360, SUNDAY + 1380)
    assert drives(found)[0] == (SUNDAY + 1320, SUNDAY + 1380)
    assert found.dedicated["job"].start_min == SUNDAY + 1320
    assert brought(case(), SUNDAY + 360, SUNDAY + 1379).dedicated == {}
    assert brought(case(bans="none"), SUNDAY + 360, SUNDAY + 420).dedicated


def test_a_drive_that_would_straddle_the_start_of_a_ban_stands_through_it() -> None:
    """Ninety minutes in France from Saturday 21:00: an hour of them before 22:00, the rest from Sunday 22:00 on."""
    scenario = case(90, (("FR", 60.0),))
    found = brought(scenario, SATURDAY + 1260, SUNDAY + 1350)
    assert drives(found)[:2] == [(SATURDAY + 1260, SATURDAY + 1320), (SUNDAY + 1320, SUNDAY + 1350)]
    assert ("ban", *HELD_BOTH) in found.dedicated["job"].log
    assert brought(scenario, SATURDAY + 1260, SUNDAY + 1349).dedicated == {}


@pytest.mark.parametrize("countries", [(("DE", 50.0), ("FR", 10.0)), (("FR", 10.0), ("DE", 50.0))])
def test_a_way_over_a_border_is_banned_by_either_country(countries: tuple[tuple[str, float], ...]) -> None:
    """On Saturday at 22:30 only France bans, and ten of the way's sixty kilometres are enough."""
    scenario = case(60, countries)
    assert drives(brought(scenario, SATURDAY + 1350, SUNDAY + 1380))[0][0] == SUNDAY + 1320
    assert drives(brought(case(), SATURDAY + 1350, SATURDAY + 1410))[0] == (SATURDAY + 1350, SATURDAY + 1410)


def test_vehicles_for_which_bans_hold() -> None:
    """Over 7.5 t with pallets; with units only where the scenario says so; a row's own word before both."""
    scenario = world()
    lorry = scenario.fleet["lorry-A"]
    light = replace(
        scenario, vehicles={**scenario.vehicles, "chassis": replace(scenario.vehicles["chassis"], gross_limit_kg=7_500)}
    )
    strict = replace(scenario, drayage=replace(scenario.drayage, bans="all"))
    off = replace(scenario, drayage=replace(scenario.drayage, bans="none"))
    assert bans_hold(scenario, lorry, units=False) and not bans_hold(scenario, lorry, units=True)
    assert bans_hold(strict, lorry, units=False) and bans_hold(strict, lorry, units=True)
    assert not bans_hold(light, lorry, units=False)
    assert bans_hold(light, replace(lorry, bans=True), units=True)
    assert not bans_hold(strict, replace(lorry, bans=False), units=False)
    assert not bans_hold(off, replace(lorry, bans=True), units=False)
    assert bans_hold(scenario, hired_truck(scenario, "A"), units=False)


def test_a_light_vehicle_drives_on_a_sunday() -> None:
    """A van of 3.5 t delivers at 07:00 where no truck may before 23:00."""
    scenario = case()
    van = replace(scenario.vehicles["chassis"], id="van", gross_limit_kg=3_500, unit_types=frozenset())
    row = replace(world().fleet["lorry-A"], id="van-A", vehicle="van", opening=None)
    scenario = replace(scenario, vehicles={**scenario.vehicles, "van": van}, fleet={"van-A": row})
    found = brought(scenario, SUNDAY + 360, SUNDAY + 420)
    assert found.dedicated == {}
    made = {}
    for vehicle in found.problem.vehicles:
        tours = [make_tour(found.problem, vehicle, n, [(0, 0), (0, 1)]) for n in range(len(vehicle.shifts))]
        made[vehicle.id] = [tour.log for tour in tours if tour is not None]
    assert made["hired body"] == []
    assert ("drive", SUNDAY + 360, SUNDAY + 420) in made["van-A"][0]


def test_what_a_ban_makes_late_is_named_with_the_minutes_it_needs() -> None:
    """Every day of the plan is banned but its last two hours: pallets get a lead time, units are exempt."""
    scenario, plan = planned()
    bans = tuple(replace(GERMAN, weekday=day) for day in range(7))
    found = plan_tours(replace(scenario, bans=bans), plan, search=False)
    assert found.missed and all(one.job.pallets is not None for one in found.missed)
    for one in found.missed:
        assert [lead.shipment for lead in one.leads] == [one.job.parts[0][0]] and 0 < one.leads[0].minutes < NEVER_MIN
        assert re.fullmatch(NAMED, one.reason), one.reason
    strict = replace(scenario, bans=bans, drayage=replace(scenario.drayage, bans="all"))
    units = [one for one in plan_tours(strict, plan, search=False).missed if one.job.pallets is None]
    assert units
    for one in units:
        assert all(lead.way == "units" for lead in one.leads) and re.fullmatch(NAMED, one.reason), one.reason


def test_a_case_with_bans_ends_in_a_verified_plan_that_names_what_it_leaves_out() -> None:
    """Tuesday is a holiday from 00:00 to 22:00, of which the estimates know nothing."""
    scenario = world()
    holiday = replace(GERMAN, weekday=-1, dates=frozenset({"2026-11-24"}))
    scenario = replace(
        scenario,
        shipments=dict(list(scenario.shipments.items())[:12]),
        bans=(holiday,),
        drayage=replace(scenario.drayage, max_rounds=3),
    )
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    first = result.rounds[0]
    assert first.missed > 0 and first.left_out > 0
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    assert all("because of truck bans" in row.text for row in result.plan.unserved if row.reason == "no_tour")
    pallets = [t for t in result.plan.tours if any(s.task is not None and not s.task.unit for s in t.stops)]
    held = [s for tour in pallets for s in tour.log if s.kind == "drive"]
    assert held and all(s.end_min <= 1440 or s.start_min >= 1440 + 1320 for s in held)
    free = cp.solve(replace(scenario, bans=()), stop=cp.WorkLimit(12), seed=1, baselines=False)
    assert free.plan is not None and free.rounds[0].missed == 0
    assert not cp.verify(scenario, free.plan).ok
