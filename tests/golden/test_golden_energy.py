"""Energy from physical inputs against sheets worked out by hand: carriers, traction, vessels, hubs, allocations."""

from __future__ import annotations

from collections import Counter

import pytest

from cargopool.footprint import Priced, price_move, price_part, price_run
from cargopool.model.energy import mj_per_gross_tkm, truck_line
from cargopool.model.validate import check_scenario
from golden.energy_world import CARRIERS, ENERGY_FACTORS, ENERGY_WORLD, LINES, MOVES, PARTS, RUNS, TRUCKS, WORLDS
from golden.sheets import half_even, read_sheet, work_out

RATES = read_sheet("rates.csv")
ROWS = read_sheet("energy_elements.csv")
CASES = sorted({(row["world"], row["case"]) for row in ROWS})
AT_HUBS = ("lift", "lift_load", "cross_dock")
"""Kinds of which the sheet has a few cases only."""


def priced(world: str, case: str) -> Priced:
    scenario = WORLDS[world]
    if case in MOVES:
        return price_move(scenario, MOVES[case], "ambient")
    return price_part(scenario, PARTS[case], MOVES) if case in PARTS else price_run(scenario, RUNS[case])


def test_sheets_cover_every_carrier_and_line():
    assert {row["case"].removeprefix("truck-") for row in ROWS} >= {*CARRIERS, *TRUCKS}
    assert {row["service"] for row in RATES} == {name for name, line in LINES.items() if line.charter is None}
    assert all(row["source"] for row in (*RATES, *ROWS))


def test_the_world_is_a_valid_scenario():
    assert [found for found in check_scenario(ENERGY_WORLD) if found.severity == "error"] == []


@pytest.mark.parametrize("row", RATES, ids=lambda row: row["service"])
def test_rates_equal_the_sheet(row):
    assert round(float(work_out(row["arithmetic_mj_per_gross_tkm"])), 6) == float(row["rate"])
    assert mj_per_gross_tkm(ENERGY_FACTORS, LINES[row["service"]]).value == float(row["rate"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['world']}-{row['case']}-{row['kind']}")
def test_sheet_adds_up_on_paper(row):
    energy = work_out(row["arithmetic_mj"])
    assert float(energy) == pytest.approx(float(row["energy_mj"]), abs=1e-6)
    assert half_even(work_out(row["arithmetic_wtt"], E=energy)) == int(row["wtt_grams"])
    assert half_even(work_out(row["arithmetic_ttw"], E=energy)) == int(row["ttw_grams"])


@pytest.mark.parametrize(("world", "case"), CASES)
def test_elements_equal_the_sheet(world, case):
    rows = [row for row in ROWS if (row["world"], row["case"]) == (world, case)]
    kinds = {row["kind"] for row in rows}
    tces = [tce for tce in priced(world, case).tces if tce.kind in kinds or tce.kind not in AT_HUBS]
    assert Counter((t.kind, t.wtt_grams, t.ttw_grams) for t in tces) == Counter(
        (row["kind"], int(row["wtt_grams"]), int(row["ttw_grams"])) for row in rows
    )
    assert sorted(t.energy_mj for t in tces) == pytest.approx(sorted(float(row["energy_mj"]) for row in rows), abs=1e-6)


def test_by_teu_km_the_cargo_in_a_unit_changes_nothing():
    assert [t for t in priced("teu", "load-line-electric").tces if t.kind == "departure_load"] == []


def test_a_round_trip_takes_the_mean_of_up_and_down():
    up, down, both = (mj_per_gross_tkm(ENERGY_FACTORS, LINES[name]).value for name in ("up", "down", "rhine"))
    assert up + down == pytest.approx(2 * both)


def test_less_water_takes_more_energy_per_tonne_and_less_per_run():
    full, low = (mj_per_gross_tkm(ENERGY_FACTORS, LINES[name]).value for name in ("full", "low"))
    assert low > full and low * 0.3 < full


def test_a_class_on_a_carrier_is_that_share_of_the_diesel_truck():
    diesel, battery = (truck_line(ENERGY_FACTORS, TRUCKS[name]) for name in ("diesel", "electricity"))
    assert battery.mj_per_km_full == pytest.approx(0.4 * diesel.mj_per_km_full)
