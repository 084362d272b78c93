"""Tables, key figures and headlines of a small plan, against numbers worked out by hand."""

import itertools
import json
from pathlib import Path

import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.columns import EXTERNAL, PROGRESS, TABLES, TOUR_EXTERNAL
from cargopool.reporting.execution_columns import EXECUTION_TABLES
from cargopool.reporting.figures import co2e_kg_by_kind, count, eur_by_kind
from cargopool.reporting.gaps import controllable_gap, fixed_cents
from cargopool.reporting.geojson import make_geojson
from cargopool.reporting.headlines import headlines, savings
from cargopool.reporting.tables import make_table, make_tables

PAGE = Path(__file__).parents[2] / "docs" / "run-folder.md"


def test_the_plan_of_these_tests_is_one_that_the_verifier_accepts(scenario: Scenario, plan: Plan) -> None:
    from cargopool.verifier import verify

    assert verify(scenario, plan).violations == ()


@pytest.mark.parametrize("table", [*TABLES, EXTERNAL, TOUR_EXTERNAL, *EXECUTION_TABLES, PROGRESS], ids=lambda t: t.name)
def test_every_column_is_documented_with_unit_and_meaning(table) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.split(f"### {table.name}.csv\n", 1)[1].split("\n### ")[0].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{c.name}` | {c.unit} | {c.meaning} |" for c in table.columns]
    assert table.meaning in section


def test_money_and_co2e_of_the_tables_are_those_of_the_plan(scenario: Scenario, plan: Plan) -> None:
    totals = plan.totals
    costs = make_table("costs", scenario, plan).records()
    assert round(sum(r["total_eur"] for r in costs) * 100) == totals.cost_cents
    elements = make_table("emissions", scenario, plan).records()
    assert round(sum(r["total_co2e_kg"] for r in elements) * 1000) == totals.co2e_grams
    shipments = [r for r in make_table("shipments", scenario, plan).records() if r["status"] == "served"]
    assert round(sum(r["cost_eur"] for r in shipments) * 100) == totals.cost_cents
    assert round(sum(r["co2e_kg"] for r in shipments) * 1000) == totals.co2e_grams
    assert round(sum(eur_by_kind(plan.cost_lines).values()) * 100) == totals.cost_cents
    assert round(sum(co2e_kg_by_kind(plan.tces).values()) * 1000) == totals.co2e_grams


def test_key_figures_by_hand(scenario: Scenario, plan: Plan) -> None:
    figures = count(scenario, plan)
    assert (figures.served, figures.unserved, figures.late) == (5, 1, 1)
    assert (figures.load_units, figures.pooled_units, figures.trucks, figures.haulages) == (3, 1, 1, 1)
    assert (figures.departures, figures.full_departures, figures.charters) == (1, 1, 0)
    # u1 holds 10 + 12.5 + 5 of 33 pallets, u3 20 of 33; u2 is sealed
    assert figures.load_factor == pytest.approx((27.5 / 33 + 20 / 33) / 2)
    rail = (5_000 + 7_001 + 2_000 + 20_000) / 1000 * 1700
    road = 9 * 1600 + 20 * 20
    assert figures.tkm_by_mode == pytest.approx({"rail": rail, "road": road})
    assert figures.intermodal_share_tkm == pytest.approx(rail / (rail + road))


def test_steps_follow_each_other(scenario: Scenario, plan: Plan) -> None:
    rows = [r for r in make_table("itineraries", scenario, plan).records() if r["shipment"] == "S4"]
    assert [r["kind"] for r in rows] == ["collection", "load", "departure", "unload"]
    assert [r["step"] for r in rows] == [1, 2, 3, 4]
    assert all(a["end_utc"] <= b["start_utc"] for a, b in itertools.pairwise(rows))
    assert all(a["destination"] == b["origin"] for a, b in itertools.pairwise(rows))
    assert rows[2]["start_local"] == "2026-11-24T18:00+01:00"
    assert rows[2]["carrier"] == "T1 2026-11-24"


def test_departure_fill_is_that_of_its_scarcest_capacity(scenario: Scenario, plan: Plan) -> None:
    (row,) = make_table("departures", scenario, plan).records()
    assert (row["units"], row["spot"], row["fill"], row["scarcest"]) == (2, 2, 1.0, "units")
    assert row["gross_kg"] == 34_001 + 2 * 4_500
    assert row["confidence"] == "synthetic"


def test_every_row_fits_its_columns(scenario: Scenario, plan: Plan) -> None:
    for table in make_tables(scenario, plan):
        assert all(len(row) == len(table.columns) for row in table.rows), table.name
        assert len(set(table.names)) == len(table.names)


def test_controllable_gap_leaves_out_what_every_plan_spends(scenario: Scenario, plan: Plan) -> None:
    # S1, S2 and S3 are stuffed in Duisburg; these and S4 are stripped in Zaragoza: 4 EUR a pallet
    assert fixed_cents(scenario, plan) == round((2 * (10 + 12.5 + 20) + 5) * 400)
    totals = plan.totals
    whole = totals.objective_cents - totals.unserved_cents - fixed_cents(scenario, plan)
    bound = (totals.objective_cents - 1000) / 100
    assert controllable_gap(scenario, plan, bound) == pytest.approx(1000 / whole)
    assert controllable_gap(scenario, plan, totals.objective_cents / 100) == 0


def test_savings_are_called_upper_values_where_the_baseline_is_heuristic(scenario, plan, recorded) -> None:
    record = recorded(scenario, plan)
    share, heuristic = savings(record, "cost_eur")["road_alone"]
    assert share == pytest.approx(1 - record["cost_eur"] / 8_000)
    assert heuristic
    saving = next(line for line in headlines(record) if line.label == "Saving")
    assert saving.value == f"up to {100 * share:.1f} %"
    assert saving.note == (
        "against each shipper alone by road; each shipper alone, all modes: not finished within 15 s"
    )
    assert "intermodal_alone" not in savings(record, "cost_eur")


def test_headlines_without_a_plan(scenario: Scenario, recorded) -> None:
    labels = [line.label for line in headlines(recorded(scenario, None))]
    assert labels == ["Shipments", "Bound", "Time"]


def test_a_first_run_says_that_it_compiled(scenario: Scenario, plan: Plan, recorded) -> None:
    def told(seconds: float) -> str:
        record = recorded(scenario, plan)
        record["seconds"]["compile"] = seconds
        return next(line.note for line in headlines(record) if line.label == "Time")

    assert "compiling 12 s (first run of an installation)" in told(12.3)
    assert "compiling" not in told(0.4)


def test_record_is_json_without_nan(scenario, plan, recorded) -> None:
    from cargopool.runs import to_json

    assert json.loads(to_json({"a": float("nan"), "b": [float("inf")], "c": 1.5})) == {"a": None, "b": [None], "c": 1.5}
    assert json.loads(to_json(recorded(scenario, plan)))["cost_eur"] == plan.totals.cost_cents / 100


def test_geojson_puts_longitude_first_and_joins_places_in_use(scenario: Scenario, plan: Plan) -> None:
    found = make_geojson(scenario, plan)
    points = {f["properties"]["id"]: f["geometry"]["coordinates"] for f in found["features"] if "id" in f["properties"]}
    assert points["DUI"] == [6.73, 51.44]
    lines = [f["properties"] for f in found["features"] if f["geometry"]["type"] == "LineString"]
    assert {(p["mode"], p["origin"], p["destination"], p["load_units"]) for p in lines} == {
        ("rail", "DUI", "ZAZ", 2),
        ("road", "D1", "DUI", 1),
        ("road", "DUI", "ZAZ", 1),
    }


def test_every_column_of_a_front_is_documented() -> None:
    from cargopool.reporting.front_view import POINT_COLUMNS, SWAP_COLUMNS

    page = (PAGE.parent / "pareto.md").read_text(encoding="utf-8")
    for name, columns in (("pareto", POINT_COLUMNS), ("swaps", SWAP_COLUMNS)):
        section = page.split(f"### {name}.csv\n", 1)[1].split("\n### ")[0].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert rows == [f"| `{c.name}` | {c.unit} | {c.meaning} |" for c in columns]
