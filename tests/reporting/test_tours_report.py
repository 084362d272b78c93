"""Tours in the tables and in the report: every tour, stop and cent of the plan, and the driver's whole time."""

from __future__ import annotations

import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.tables import make_table
from cargopool.reporting.tours_view import make_tours_view
from verifier.tour_world import planned


@pytest.fixture(scope="module")
def case() -> tuple[Scenario, Plan]:
    return planned()


def test_tables_of_tours_add_up(case: tuple[Scenario, Plan]) -> None:
    scenario, plan = case
    cents = sum(line.cents for line in plan.tour_lines)
    rows = make_table("tours", scenario, plan).records()
    assert round(100 * sum(row["share_eur"] for row in rows)) == cents
    assert {row["priced_by"] for row in rows} == {"tour"}
    assert round(100 * sum(row["eur"] for row in make_table("tour_costs", scenario, plan).records())) == cents
    stops = make_table("tour_stops", scenario, plan).records()
    assert len(stops) == sum(len(tour.stops) for tour in plan.tours)
    for tour in plan.tours:
        mine = [row for row in stops if row["tour"] == tour.id]
        assert sum(row["kg"] for row in mine) == 0 and mine[-1]["on_board_kg"] == 0
        driven = sum(s.end_min - s.start_min for s in tour.log if s.kind == "drive")
        assert sum(row["drive_min"] for row in mine) == driven


def test_the_report_shows_every_tour_with_the_driver_s_whole_time(case: tuple[Scenario, Plan]) -> None:
    scenario, plan = case
    view = make_tours_view(scenario, plan, {"rounds": [{"number": 1}]})
    assert view is not None and len(view.rounds) == 1
    rows = {row.id: row for hub in view.hubs for row in hub.rows}
    assert set(rows) == {tour.id for tour in plan.tours}
    for tour in plan.tours:
        row = rows[tour.id]
        assert sum(piece.width for piece in row.bar) == pytest.approx(100, abs=0.5)
        assert [stop.on_board_kg for stop in row.stops][-1] == 0
    assert round(100 * sum(row.cost_eur for row in rows.values())) == sum(line.cents for line in plan.tour_lines)
    for hub in view.hubs:
        assert all(0 <= dot.x <= view.side and 0 <= dot.y <= view.side for dot in hub.dots)


def test_tail_lifts_and_batteries_stand_where_they_are(case: tuple[Scenario, Plan]) -> None:
    scenario, plan = case
    rows = make_table("tour_stops", scenario, plan).records()
    lifted = {(row["tour"], row["stop"]) for row in rows if row["tail_lift"]}
    wanted = {
        (tour.id, n)
        for tour in plan.tours
        for n, stop in enumerate(tour.stops, 1)
        if stop.task is not None and stop.task.kind in ("pick_up", "drop_off")
        and getattr(scenario.place(stop.place), "tail_lift", False)
    }  # fmt: skip
    assert lifted == wanted and wanted
    view = make_tours_view(scenario, plan, {})
    assert view is not None
    shown = {row.id: row for hub in view.hubs for row in hub.rows}
    assert any(hub.batteries for hub in view.hubs) and any(hub.tail_lifts for hub in view.hubs)
    electric = 0
    for tour in plan.tours:
        mine = [row for row in rows if row["tour"] == tour.id]
        assert bool(shown[tour.id].tail_lift) >= any(row["tail_lift"] for row in mine)
        full = scenario.fleet[tour.fleet].battery_kwh if tour.fleet else None
        if full is None:
            assert {row["battery_kwh"] for row in mine} == {row["charged_kwh"] for row in mine} == {None}
            assert shown[tour.id].battery == ""
            continue
        electric += 1
        levels = [row["battery_kwh"] for row in mine]
        used = sum(cost.energy_mj for cost in plan.tour_tces if cost.owner == f"tour:{tour.id}") / 3.6
        assert levels[0] == full and min(levels) >= 0 and max(levels) <= full + 1e-6
        assert full + sum(row["charged_kwh"] for row in mine) - levels[-1] == pytest.approx(used, abs=0.02)
        assert shown[tour.id].battery.startswith(f"{full:.0f} kWh, least ")
    assert electric


def test_plans_without_tours_show_none(case: tuple[Scenario, Plan]) -> None:
    from dataclasses import replace

    scenario, plan = case
    bare = replace(plan, tours=(), tour_lines=(), tour_tces=(), tour_totals=None)
    assert make_tours_view(scenario, bare, {}) is None
    assert {row["priced_by"] for row in make_table("tours", scenario, bare).records()} == {"estimate"}
