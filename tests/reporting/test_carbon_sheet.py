"""Calculation sheets: worked out again with nothing of the product, and added up to the plan to the gram."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.errors import InputError, VerificationError
from cargopool.files import read_scenario
from cargopool.footprint import all_sheet_rows, allocate, carbon_in_prices, data_grams, sheet_rows
from cargopool.reporting import sheet_tables
from cargopool.reporting.carbon_sheet import METHOD, largest_shipment, make_carbon_sheet
from cargopool.reporting.tables import make_table, make_tables
from cargopool.runs.agreement import assert_agreement
from golden.sheets import work_out

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
_UNIT = re.compile(r"[A-Za-z%][A-Za-z%/-]*")


def calculator(text: str) -> Fraction:
    """Value of a formula as a reader types it: what is before the colon and every unit left out."""
    numbers = text.rsplit(": ", 1)[-1]
    numbers = re.sub(r"(?<![A-Za-z])x(?![A-Za-z])", "*", numbers)
    numbers = numbers.replace("^", "**")
    return work_out(_UNIT.sub("", numbers).strip())


@pytest.fixture(scope="module")
def planned() -> tuple[cp.Scenario, cp.Plan]:
    scenario = read_scenario(SCENARIOS / "quickstart", overrides={"factors.distance_adjustment": {"road": 1.05}})
    result = cp.solve(scenario, stop=cp.WorkLimit(200), baselines=False)
    assert result.plan is not None
    return scenario, result.plan


def test_a_pocket_calculator_reads_formulas():
    assert calculator("R1: 4.8 t tare x 880 km x 0.05 MJ/tkm x (70 + 0) g/MJ") == Fraction("4.8") * 880 * 7 / 2
    assert calculator("(5 km x (1 + 0.25) x 2 MJ/km) / 60 min/h") == Fraction(125, 10) / 60


def test_every_element_works_out_by_hand(planned):
    scenario, plan = planned
    seen = set()
    for rows in all_sheet_rows(scenario, plan).values():
        for row in rows:
            seen.add(row.kind)
            energy, _, factor = row.what.rpartition(" x (")
            assert float(calculator(energy)) == pytest.approx(row.energy_mj, rel=1e-9), row.what
            wtt, ttw = (Fraction(text) for text in re.match(r"(\S+) \+ (\S+)\) g/MJ", factor).groups())
            grams = calculator(energy) * wtt, calculator(energy) * ttw
            assert float(grams[0]) == pytest.approx(row.whole_wtt_grams, abs=0.51)
            assert float(grams[1]) == pytest.approx(row.whole_ttw_grams, abs=0.51)
            for own, whole in ((row.wtt_grams, row.whole_wtt_grams), (row.ttw_grams, row.whole_ttw_grams)):
                assert abs(own - Fraction(whole * row.share, row.whole)) < 1
    assert seen >= {"road", "road_load", "departure", "departure_load", "lift"}


def test_factors_work_out_by_hand(planned):
    scenario, plan = planned
    mixes = {(row.factor, row.wtt_g_per_mj) for rows in all_sheet_rows(scenario, plan).values() for row in rows
             if row.carrier == "electricity"}  # fmt: skip
    assert mixes
    for text, grams in mixes:
        assert float(calculator(text)) == pytest.approx(grams, rel=1e-9)


def test_sheets_sum_to_shipments_and_shipments_to_the_plan(planned):
    scenario, plan = planned
    own = allocate(scenario, plan)
    sheets = all_sheet_rows(scenario, plan)
    assert {key: sum(row.grams for row in rows) for key, rows in sheets.items()} == {
        key: found.co2e_grams for key, found in own.items()
    }
    assert sum(row.grams for rows in sheets.values() for row in rows) == plan.totals.co2e_grams
    assert sum(data_grams(scenario, plan).values()) == plan.totals.co2e_grams
    for key in sheets:
        assert list(sheet_rows(scenario, plan, key)) == sheets[key]


def test_carbon_in_prices_sums_to_the_lines(planned):
    scenario, plan = planned
    vehicles = {
        name: replace(v, km_carbon_share=0.1, toll_eur_per_km={"DE": 0.3}, toll_carbon_share={"DE": 0.45})
        for name, v in scenario.vehicles.items()
    }
    scenario = replace(scenario, vehicles=vehicles)
    priced = [line for key in scenario.shipments for line in carbon_in_prices(scenario, plan, key)]
    own = allocate(scenario, plan)
    assert sum(line.carbon_cents for line in priced) == sum(found.carbon_cents for found in own.values()) > 0
    assert {line.kind for line in priced} >= {"road_km", "toll"}


def test_the_sheet_as_data(planned):
    scenario, plan = planned
    key = largest_shipment(scenario, plan)
    found = make_carbon_sheet(scenario, plan, key).as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["method"] == METHOD and "not certified" in METHOD
    assert found["co2e_g"] == sum(row["co2e_g"] for row in found["elements"]) == sum(found["data_g"].values())
    assert found["factors"]["set"] == "cargopool-2026" and found["factors"]["version"]
    assert found["factors"]["overridden"] == ["distance_adjustment.road"]


def test_the_table_of_all_sheets(planned, monkeypatch):
    scenario, plan = planned
    tables = {table.name: table for table in make_tables(scenario, plan)}
    rows = tables["emission_sheet"].records()
    assert sum(row["wtt_g"] + row["ttw_g"] for row in rows) == plan.totals.co2e_grams
    known = {row["source"] for row in tables["emission_sources"].records()}
    assert {row["factor_source"] for row in rows} <= known
    per_shipment = {row["shipment"]: row["co2e_kg"] for row in make_table("shipments", scenario, plan).records()}
    for key, kg in per_shipment.items():
        assert sum(r["wtt_g"] + r["ttw_g"] for r in rows if r["shipment"] == key) == round(kg * 1000)
    monkeypatch.setattr(sheet_tables, "MOST_SHEETS", 11)
    assert "emission_sheet" not in {table.name for table in make_tables(scenario, plan)}


def test_no_sheet_of_what_is_not_carried(planned):
    scenario, plan = planned
    with pytest.raises(InputError, match="E2010"):
        make_carbon_sheet(scenario, plan, "K99")
    left = replace(plan, itineraries=plan.itineraries[1:])
    with pytest.raises(InputError, match="E2012"):
        make_carbon_sheet(scenario, left, plan.itineraries[0].shipment)
    with pytest.raises(InputError, match="E2012"):
        make_carbon_sheet(scenario, None, "K01")


def test_the_run_refuses_a_report_that_says_another_number(planned):
    scenario, plan = planned
    assert_agreement(scenario, plan)
    first = plan.tces[0]
    wrong = replace(plan, tces=(replace(first, wtt_grams=first.wtt_grams + 1), *plan.tces[1:]))
    with pytest.raises(VerificationError, match="E2060"):
        assert_agreement(scenario, wrong)
    line = plan.cost_lines[0]
    dearer = replace(plan, cost_lines=(replace(line, cents=line.cents + 1), *plan.cost_lines[1:]))
    with pytest.raises(VerificationError, match="cents"):
        assert_agreement(scenario, dearer)


def test_units_share_a_service_by_teu_km_and_a_charter_too(planned):
    scenario, _ = planned
    scenario = replace(scenario, factors=replace(scenario.factors, allocation="teu_km"))
    plan = cp.solve(scenario, stop=cp.WorkLimit(200), baselines=False).plan
    assert plan is not None
    assert_agreement(scenario, plan)
    assert not any(tce.kind == "departure_load" for tce in plan.tces)
    assert any("TEU-km" in tce.what for tce in plan.tces)
