"""Shifts of fleet rows, worked out by hand, and what a lorry makes of a week of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cargopool.footprint.tours import with_tours
from cargopool.model.equipment import FleetVehicle
from cargopool.model.scenario import Horizon
from cargopool.model.texts import week_hours
from cargopool.tours.fleet import shifts_of
from cargopool.tours.planning import plan_tours, retimed
from cargopool.verifier import verify
from verifier.tour_world import DAY, planned, world

# Minute 0 is Monday 23 November 2026 00:00 in Berlin.
HOUR = 60


def row(*opening: str, closed: tuple[str, ...] = ()) -> FleetVehicle:
    """The one chilled lorry with these hours; always open where there are none."""
    hours = week_hours(list(opening), list(closed)) if opening else None
    return replace(world().fleet["cold-B"], opening=hours)


@pytest.mark.parametrize("opening", [("24/7",), ("Mo-Su 00:00-24:00",)])
def test_a_row_open_round_the_clock_has_a_shift_each_day(opening: tuple[str, ...]) -> None:
    found = shifts_of(world(), row(*opening), HOUR, 3 * DAY - HOUR)
    assert found == ((0, DAY), (DAY, 2 * DAY), (2 * DAY, 3 * DAY))


def test_days_of_a_row_without_hours() -> None:
    found = shifts_of(world(), row(), HOUR, 3 * DAY - HOUR)
    assert found == ((0, DAY - 1), (DAY, 2 * DAY - 1), (2 * DAY, 3 * DAY - 1))


def test_a_closed_date_is_no_shift_and_its_neighbours_are() -> None:
    """Open but on Wednesday: Monday, Tuesday, Thursday, Friday."""
    found = shifts_of(world(), row("24/7", closed=("2026-11-25",)), HOUR, 5 * DAY - HOUR)
    assert found == ((0, DAY), (DAY, 2 * DAY), (3 * DAY, 4 * DAY), (4 * DAY, 5 * DAY))


def test_hours_no_longer_than_a_day_stay_one_shift_across_midnight() -> None:
    """Monday 18:00 to Tuesday 06:00, and Tuesday 18:00 to Wednesday 06:00."""
    found = shifts_of(world(), row("Mo-Su 00:00-06:00,18:00-24:00"), 12 * HOUR, 2 * DAY + HOUR)
    assert found == ((18 * HOUR, DAY + 6 * HOUR), (DAY + 18 * HOUR, 2 * DAY + 6 * HOUR))


def test_hours_over_a_weekend_are_cut_at_its_midnights() -> None:
    """Friday 20:00 to Sunday 10:00."""
    found = shifts_of(world(), row("Fr 20:00-24:00", "Sa 00:00-24:00", "Su 00:00-10:00"), 0, 7 * DAY - 1)
    assert found == ((4 * DAY + 20 * HOUR, 5 * DAY), (5 * DAY, 6 * DAY), (6 * DAY, 6 * DAY + 10 * HOUR))


def test_days_of_a_clock_change_are_as_long_as_they_are() -> None:
    """Sunday 25 October 2026 has 25 hours in Berlin; minute 0 is the Saturday before."""
    start, end = datetime(2026, 10, 23, 22, tzinfo=UTC), datetime(2026, 10, 29, 23, tzinfo=UTC)
    scenario = replace(world(), horizon=Horizon(start=start, end=end))
    long = DAY + 25 * HOUR
    assert shifts_of(scenario, row("24/7"), HOUR, long + HOUR) == ((0, DAY), (DAY, long), (long, long + DAY))
    assert shifts_of(scenario, row("Su 00:00-24:00"), HOUR, long + HOUR) == ((DAY, long),)


def test_a_lorry_open_round_the_clock_drives_every_day() -> None:
    """A lorry far cheaper than hired trucks: as many days as without hours, and the verifier accepts its tours."""

    def days(lorry: FleetVehicle) -> list[int]:
        scenario, plan = planned()
        own = replace(scenario.vehicles[lorry.vehicle], id="own", eur_fixed=0.0, eur_per_km=0.2, eur_per_h=5.0)
        fleet = {lorry.id: replace(lorry, vehicle="own")}
        scenario = replace(scenario, fleet=fleet, vehicles={**scenario.vehicles, "own": own})
        found = plan_tours(scenario, plan, work=2000, seed=1)
        assert found.missed == ()
        toured = retimed(scenario, with_tours(scenario, plan, found.tours))
        assert verify(scenario, toured).violations == ()
        return sorted({tour.log[0].start_min // DAY for tour in found.tours if tour.fleet == lorry.id})

    always = days(row("24/7"))
    assert len(always) > 2 and always == days(row())
