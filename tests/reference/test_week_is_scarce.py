"""The shipped week binds: full departures, a charter worth its price and one that is not, a hall at its limit."""

from collections import Counter
from pathlib import Path

import pytest

from cargopool.files import read_scenario
from cargopool.optimiser import TimeLimit
from cargopool.optimiser.solving import solve
from cargopool.verifier import verify
from scale import scaled

WEEK = Path(__file__).resolve().parents[2] / "scenarios" / "clusters20-week"


@pytest.fixture(scope="module")
def solved():
    week = read_scenario(WEEK)
    result = solve(week, stop=TimeLimit(scaled(18, 90)), accept=lambda plan: verify(week, plan).ok)
    assert result.plan is not None
    return week, result.plan


@pytest.mark.slow
def test_at_least_a_tenth_of_the_departures_used_are_full(solved):
    week, plan = solved
    slots = Counter()
    for use in plan.moves:
        for stage in use.move.stages:
            if getattr(stage, "run_date", ""):
                slots[stage.service, stage.run_date] += use.count
    full = 0
    for (service_id, _), units in slots.items():
        service = week.services[service_id]
        room = service.capacity.units if service.charter else service.allotment_units + service.spot_units
        assert units <= room
        full += units == room
    assert len(slots) >= 80 and full >= 0.1 * len(slots)


@pytest.mark.slow
def test_one_charter_is_chosen_and_one_refused(solved):
    _, plan = solved
    assert {run.service for run in plan.charters} == {"C1"}


@pytest.mark.slow
def test_the_hall_at_duisburg_is_at_its_limit(solved):
    week, plan = solved
    rate = week.hubs["DEDUI"].cross_dock.pallets_per_hour
    hall = Counter()
    for part in plan.itineraries:
        shipment = week.shipments[part.shipment]
        for handling in part.handlings:
            if handling.place == "DEDUI" and not shipment.load_units:
                left, minute = part.atoms * 1000, handling.start_min
                while left > 0:
                    upto = (minute // 60 + 1) * 60
                    now = min(left, rate * 1000 * (upto - minute) // 60)
                    hall[minute // 60] += now
                    left, minute = left - now, upto
    assert max(hall.values()) <= rate * 1000
    assert sum(load == rate * 1000 for load in hall.values()) >= 3
