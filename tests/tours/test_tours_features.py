"""Each thing that limits a tour, once within the limit and once beyond it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cargopool.rules.tours import check_hours
from cargopool.tours import (
    Amount,
    Charger,
    TourJob,
    TourProblem,
    TourSolution,
    TourStop,
    TourVehicle,
    collection,
    make_tour,
    solve,
    unit_chain,
)
from tour_case import DAY, bring, fetch, line_problem, pallets, truck


def solved(problem: TourProblem) -> TourSolution:
    return solve(problem, work=200, seed=1)


def one(job: TourJob, vehicle: TourVehicle, kms: tuple[int, ...] = (0, 60), **more: Any) -> TourSolution:
    return solved(line_problem(kms, (job,), (vehicle,), **more))


def test_two_doors_on_one_way_are_one_tour() -> None:
    solution = solved(line_problem((0, 30, 60), (fetch("A", 1), fetch("B", 2)), (truck(count=2),)))
    (tour,) = solution.tours
    assert (tour.km, tour.cost.total_cents, solution.cost_cents) == (120, 220, 220)
    assert not solution.unserved


@pytest.mark.parametrize(
    ("amount", "dimension"),
    [
        (Amount(pallets_milli=10_000), "pallets_milli"),
        (Amount(kg=5_000), "kg"),
        (Amount(volume_m3_milli=20_000), "volume_m3_milli"),
        (Amount(loading_metres_milli=6_000), "loading_metres_milli"),
    ],
)
def test_capacity_in_each_dimension(amount: Amount, dimension: str) -> None:
    assert one(fetch("A", 1, amount), truck()).tours
    more = replace(amount, **{dimension: getattr(amount, dimension) + 1})
    solution = one(fetch("A", 1, more), truck())
    assert solution.unserved == {"A": "no vehicle"}
    assert solution.cost_cents == 100_000


def test_unit_places_of_a_chassis() -> None:
    chassis = truck(capacity=Amount(kg=30_000, unit_places_milli=1000), unit_types=frozenset({"SB"}))

    def chain(places: int) -> TourJob:
        door = (TourStop(place=1, change=Amount(kg=8_000), service_min=90),)
        ends = TourStop(place=0, change=Amount()), TourStop(place=0, change=Amount(kg=-8_000))
        return unit_chain(
            "U",
            fetch=ends[0],
            doors=door,
            hand_in=ends[1],
            tare_kg=3_000,
            unit_places_milli=places,
            unit_type="SB",
            unserved_cents=9_999,
        )

    (tour,) = one(chain(1000), chassis).tours
    assert [visit.load.kg for visit in tour.visits] == [0, 3_000, 11_000, 0, 0]
    assert one(chain(1001), chassis).unserved == {"U": "no vehicle"}
    assert one(chain(1000), replace(chassis, unit_types=frozenset({"45"}))).unserved == {"U": "no vehicle"}
    assert one(chain(1000), truck(capacity=chassis.capacity)).unserved == {"U": "no vehicle"}
    assert one(fetch("A", 1), chassis).unserved == {"A": "no vehicle"}


def test_temperature_tail_lift_and_named_vehicles() -> None:
    job = fetch("A", 1, temperature="chilled", tail_lift=True, vehicles=frozenset({"truck"}))
    able = truck(temperatures=frozenset({"ambient", "chilled"}), tail_lift=True)
    assert one(job, able).tours
    assert one(job, replace(able, temperatures=frozenset({"ambient"}))).unserved == {"A": "no vehicle"}
    assert one(job, replace(able, tail_lift=False)).unserved == {"A": "no vehicle"}
    assert one(job, replace(able, id="other")).unserved == {"A": "no vehicle"}


def test_pooling_classes_and_vetoes_part_tours() -> None:
    jobs = fetch("A", 1), fetch("B", 1)
    assert len(solved(line_problem((0, 60), jobs, (truck(count=2),))).tours) == 1
    apart = jobs[0], replace(jobs[1], pooling_class="other")
    assert len(solved(line_problem((0, 60), apart, (truck(count=2),))).tours) == 2
    vetoed = line_problem((0, 60), jobs, (truck(count=2),), vetoes=frozenset({("B", "A")}))
    assert len(solved(vetoed).tours) == 2
    assert len(solved(replace(vetoed, vehicles=(truck(count=1),))).unserved) == 1


def test_a_window_is_reached_or_not() -> None:
    job = fetch("A", 1, door_windows=((300, 420),))
    (tour,) = one(job, truck()).tours
    assert tour.visits[1].begin_min == 420
    assert one(replace_window(job, ((300, 419),)), truck()).unserved == {"A": "no vehicle in time"}


def replace_window(job: TourJob, windows: tuple[tuple[int, int], ...]) -> TourJob:
    first, *rest = job.stops
    return replace(job, stops=(replace(first, windows=windows), *rest))


def test_several_windows_at_a_stop() -> None:
    job = fetch("A", 1, door_windows=((300, 400), (600, 610), (900, 960)))
    (tour,) = one(job, truck()).tours
    assert (tour.start_min, tour.visits[1].begin_min) == (540, 600)


def test_hand_in_before_closing() -> None:
    job = fetch("A", 1, door_min=30, hub_windows=((0, 360 + 150),))
    (tour,) = one(job, truck()).tours
    assert tour.visits[2].begin_min == 510
    late = fetch("A", 1, door_min=31, hub_windows=((0, 360 + 150),))
    assert one(late, truck()).unserved == {"A": "no vehicle in time"}


def test_open_and_closed_tours() -> None:
    job = bring("A", 1)
    assert one(job, truck()).tours[0].km == 120
    opened = one(job, truck(end_place=None)).tours[0]
    assert (opened.km, opened.visits[-1].kind) == (60, "stop")
    free = one(fetch("A", 1), truck(start_place=None)).tours[0]
    assert (free.km, free.visits[0].kind) == (60, "stop")
    elsewhere = one(job, truck(start_place=2, end_place=2), (0, 60, 10)).tours[0]
    assert elsewhere.km == 10 + 60 + 50


def test_two_jobs_that_are_worth_a_tour_only_together() -> None:
    jobs = tuple(bring(name, 1, unserved_cents=250) for name in "AB")
    assert one(jobs[0], truck(), (0, 100)).unserved == {"A": "dearer than leaving it out"}
    solution = solved(line_problem((0, 100), jobs, (truck(),)))
    assert (solution.cost_cents, len(solution.tours), solution.unserved) == (300, 1, {})


def test_a_job_goes_by_the_vehicle_whose_hours_cost_less() -> None:
    """The ways of ``slow`` cost less, its hours at the door far more."""
    slow = truck(id="slow", cents_per_km=0.5, cents_per_hour=60.0)
    fast = truck(id="fast", cents_per_km=2.0)
    solution = solved(line_problem((0, 60), (fetch("A", 1, door_min=240),), (slow, fast)))
    assert [tour.vehicle for tour in solution.tours] == ["fast"]
    assert solution.cost_cents == 100 + 240


def test_a_tour_goes_to_the_vehicle_that_drives_it_cheapest() -> None:
    """Each of two jobs alone costs 340 cents by ``near`` and 350 by ``far``; both in one tour 580 and 430."""
    near = truck(id="near", fixed_cents=100, cents_per_km=3.0)
    far = truck(id="far", fixed_cents=270, cents_per_km=1.0)
    solution = solved(line_problem((40, 0, 80), (fetch("A", 1), fetch("B", 2)), (near, far)))
    assert [(tour.vehicle, len(tour.jobs)) for tour in solution.tours] == [("far", 2)]
    assert solution.cost_cents == 430


def test_several_trips_a_day() -> None:
    jobs = fetch("A", 1, pallets(10)), fetch("B", 1, pallets(10))
    (tour,) = solved(line_problem((0, 60), jobs, (truck(),))).tours
    assert tour.km == 240
    assert len(solved(line_problem((0, 60), jobs, (truck(max_trips=1),))).unserved) == 1
    assert len(solved(line_problem((0, 60), jobs, (truck(max_stops=3),))).unserved) == 1


def test_visit_minutes_once_at_a_place() -> None:
    jobs = fetch("A", 1, door_min=10), fetch("B", 1, door_min=10)
    problem = line_problem((0, 60), jobs, (truck(),), visit_min=np.array([20, 15]))
    (tour,) = solved(problem).tours
    assert tour.end_min - tour.start_min == 120 + 15 + 20 + 20


def test_time_costs_from_start_to_end() -> None:
    job = fetch("A", 1, door_windows=((600, 700),), door_min=30)
    (tour,) = one(job, truck(cents_per_hour=1000.0)).tours
    assert (tour.end_min - tour.start_min, tour.cost.time_cents) == (150, 2500)


def test_energy_follows_the_load_along_the_tour() -> None:
    vehicle = truck(mj_per_km_empty=10.0, mj_per_km_kg=0.001, cents_per_mj=2.0)
    (tour,) = one(fetch("A", 1, pallets(1, kg=1000)), vehicle).tours
    assert tour.energy_mj == pytest.approx(60 * 10 + 60 * 11)
    assert tour.cost.energy_cents == 2520


@pytest.mark.parametrize("heavy", [1, 2])
def test_a_price_of_what_is_on_board_puts_the_heavy_load_off_first(heavy: int) -> None:
    jobs = tuple(bring(f"D{door}", door, pallets(1, kg=3000 if door == heavy else 100)) for door in (1, 2))
    km = np.array([[0, 30, 30], [30, 0, 40], [30, 40, 0]])
    problem = replace(
        line_problem((0, 30, 60), jobs, (truck(cents_per_km_kg=0.001),)), km=km.astype(float), drive_min=km
    )
    (tour,) = solved(problem).tours
    assert [visit.job for visit in tour.visits if visit.kind == "stop"][2] == f"D{heavy}"
    # 100 km at a cent; 3100 kg for 30 km and 100 kg for 40 km
    assert tour.cost.distance_cents == 100 + 97


def test_break_after_four_and_a_half_hours() -> None:
    (tour,) = one(fetch("A", 1), truck(), (0, 200)).tours
    assert [kind for kind, _, _ in tour.log] == ["drive", "break", "drive"]
    assert tour.end_min - tour.start_min == 445
    closing = fetch("A", 1, hub_windows=((0, 360 + 444),))
    assert one(closing, truck(), (0, 200)).unserved == {"A": "no vehicle in time"}
    assert one(closing, truck(manning=None), (0, 200)).tours


def test_nine_hours_of_driving() -> None:
    assert one(fetch("A", 1), truck(), (0, 270)).tours
    far = fetch("A", 1), truck(shifts=((360, 4000),))
    assert one(*far, (0, 271)).unserved == {"A": "no vehicle in time"}
    (tour,) = one(far[0], replace(far[1], overnight=True), (0, 271)).tours
    assert "rest" in [kind for kind, _, _ in tour.log]


def test_span_of_thirteen_hours_counts_loading() -> None:
    assert one(fetch("A", 1, door_min=660), truck()).tours
    assert one(fetch("A", 1, door_min=661), truck()).unserved == {"A": "no vehicle in time"}
    wait = fetch("A", 1, hub_windows=((360 + 781, 2000),))
    (tour,) = one(wait, truck()).tours
    assert tour.start_min > 360


def test_bans_by_way_and_day() -> None:
    bans = {"bans": (((400, 500),),), "ban_of": np.array([[-1, 0], [-1, -1]])}
    (tour,) = one(fetch("A", 1, door_windows=((0, 520),)), truck(), **bans).tours
    assert ("ban", 400, 500) in tour.log
    held = fetch("A", 1, door_windows=((0, 519),))
    assert one(held, truck(), **bans).unserved == {"A": "no vehicle in time"}
    assert one(held, truck(bans=False), **bans).tours


def test_no_driver_starts_while_a_ban_holds() -> None:
    """The whole of Sunday is banned up to 22:00: a start at midnight would spend the shift standing."""
    bans = {"bans": (((0, 1320),),), "ban_of": np.zeros((2, 2), np.int64)}
    job = bring("A", 1, hub_windows=((0, 3000),), door_windows=((0, 3000),))
    (tour,) = one(job, truck(shifts=((0, 2160),)), **bans).tours
    assert tour.start_min == 1320 and tour.log[0][0] == "drive"
    assert not any(kind == "ban" for kind, _, _ in tour.log)


def test_electric_range_and_one_charging_stop() -> None:
    electric = truck(mj_per_km_empty=5.0, battery_mj=600.0, charge_mj_per_min=4.0)
    assert one(fetch("A", 1), electric).tours
    assert one(fetch("A", 1), electric, (0, 61)).unserved == {"A": "no vehicle in time"}
    (tour,) = one(fetch("A", 1), electric, (0, 100), chargers=(Charger(1, 2.0),)).tours
    (charge,) = (visit for visit in tour.visits if visit.kind == "charge")
    assert (charge.mj, charge.end_min - charge.begin_min) == (400.0, 200)
    assert one(fetch("A", 1), electric, (0, 121), chargers=(Charger(1, 2.0),)).unserved


def test_leaving_out_what_costs_more_than_it_is_worth() -> None:
    solution = one(fetch("A", 1, unserved_cents=219), truck())
    assert solution.unserved == {"A": "dearer than leaving it out"}
    assert solution.cost_cents == 219


def test_count_of_vehicles_in_each_shift() -> None:
    jobs = tuple(fetch(name, 1, pallets(10), door_windows=((420, 430),)) for name in "ABC")
    problem = line_problem((0, 60), jobs, (truck(count=2),))
    solution = solved(problem)
    assert len(solution.tours) == 2
    assert list(solution.unserved.values()) == ["no room found"]


def test_tours_keep_the_rules_by_another_count() -> None:
    solution = solved(line_problem((0, 120, 200, 250), (fetch("A", 1), fetch("B", 2), fetch("C", 3)), (truck(),)))
    for tour in solution.tours:
        assert not check_hours(tour.log, "single")


def test_an_order_that_breaks_a_job_is_no_tour() -> None:
    problem = line_problem((0, 60), (collection("A", door=1, hub=0, load=pallets(1), unserved_cents=1),), (truck(),))
    assert make_tour(problem, problem.vehicles[0], 0, [(0, 0), (0, 1)]) is not None
    assert make_tour(problem, problem.vehicles[0], 0, [(0, 1), (0, 0)]) is None
    assert make_tour(problem, problem.vehicles[0], 0, [(0, 0)]) is None
    assert problem.vehicles[0].shifts[0] == DAY
