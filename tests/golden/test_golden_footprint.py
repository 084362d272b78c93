"""Money and CO2e against sheets worked out by hand: every line of every case, none missing, none extra."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from cargopool.footprint import COST_KINDS, TCE_KINDS, Priced, price_move, price_part, price_run, weighted_cents
from golden.golden_world import CHILLED, MOVES, PARTS, RUNS, WORLD
from golden.sheets import half_even, read_sheet, work_out

MONEY = read_sheet("cost_lines.csv")
ENERGY = read_sheet("elements.csv")
CASES = [*MOVES, *PARTS, *RUNS]


def priced(case: str) -> Priced:
    if case in MOVES:
        return price_move(WORLD, MOVES[case], "chilled" if case in CHILLED else "ambient")
    if case in PARTS:
        return price_part(WORLD, PARTS[case], MOVES)
    return price_run(WORLD, RUNS[case])


def test_sheets_are_large_enough_and_name_their_sources():
    assert len(MONEY) >= 60
    assert len(ENERGY) >= 60
    assert all(row["source"] for row in MONEY + ENERGY)
    assert {row["case"] for row in MONEY + ENERGY} == set(CASES)


def test_sheets_cover_every_kind():
    assert {row["kind"] for row in ENERGY + read_sheet("energy_elements.csv")} == set(TCE_KINDS)
    # standing is of round trips only: by hand in tests/operations/test_round_trips.py
    assert {row["kind"] for row in MONEY} == set(COST_KINDS) - {"road_standing"}


@pytest.mark.parametrize("row", MONEY, ids=lambda row: f"{row['case']}-{row['kind']}-{row['cents']}")
def test_money_sheet_adds_up_on_paper(row):
    amount = half_even(work_out(row["arithmetic_eur"]) * 100)
    assert amount == int(row["cents"])
    assert half_even(Fraction(row["carbon_share"]) * amount) == int(row["carbon_cents"])


@pytest.mark.parametrize("row", ENERGY, ids=lambda row: f"{row['case']}-{row['kind']}-{row['energy_mj']}")
def test_energy_sheet_adds_up_on_paper(row):
    energy = work_out(row["arithmetic_mj"])
    assert float(energy) == pytest.approx(float(row["energy_mj"]), abs=1e-6)
    assert half_even(work_out(row["arithmetic_wtt"], E=energy)) == int(row["wtt_grams"])
    assert half_even(work_out(row["arithmetic_ttw"], E=energy)) == int(row["ttw_grams"])


@pytest.mark.parametrize("case", CASES)
def test_cost_lines_equal_the_sheet(case):
    want = Counter((row["kind"], int(row["cents"]), int(row["carbon_cents"])) for row in MONEY if row["case"] == case)
    got = Counter((line.kind, line.cents, line.carbon_cents) for line in priced(case).lines)
    assert got == want


@pytest.mark.parametrize("case", CASES)
def test_elements_equal_the_sheet(case):
    want = Counter((row["kind"], int(row["wtt_grams"]), int(row["ttw_grams"])) for row in ENERGY if row["case"] == case)
    got = Counter((tce.kind, tce.wtt_grams, tce.ttw_grams) for tce in priced(case).tces)
    assert got == want
    megajoules = sorted(float(row["energy_mj"]) for row in ENERGY if row["case"] == case)
    assert sorted(tce.energy_mj for tce in priced(case).tces) == pytest.approx(megajoules, abs=1e-6)


PUBLISHED = read_sheet("published.csv")


@pytest.mark.parametrize("row", [row for row in PUBLISHED if row["what"] != "train"], ids=lambda row: row["share"])
def test_published_truck_grams_per_km(row):
    """The published ends at 0 and 100 % load make the vehicle; every load share between must follow."""
    empty, full = float(row["empty_g_per_km"]), float(row["full_g_per_km"])
    vehicle = replace(
        WORLD.vehicles["tank"], mj_per_km_empty=empty / 100, mj_per_km_full=full / 100, full_load_kg=24_000
    )
    sealed = replace(WORLD.shipments["SEALED"], kg=round(24_000 * float(row["share"])), load_units=1)
    scenario = replace(
        WORLD, vehicles={**WORLD.vehicles, "tank": vehicle}, shipments={**WORLD.shipments, "SEALED": sealed}
    )
    part = replace(PARTS["tank-load"], atoms=1)
    grams = price_move(scenario, MOVES["tank"], "ambient").grams + price_part(scenario, part, MOVES).grams
    assert grams / 900 == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))


@pytest.mark.parametrize("row", [row for row in PUBLISHED if row["what"] == "train"], ids=lambda row: row["gross_t"])
def test_published_train_energy(row):
    """A charter of W gross tonnes at the energy of the fitted curve takes the published Wh per gross tonne-km."""
    gross = float(row["gross_t"])
    service = replace(WORLD.services["C1"], run_gross_t=gross, mj_per_gross_tkm=1200 * gross**-0.62 * 0.0036)
    (tce,) = price_run(replace(WORLD, services={**WORLD.services, "C1": service}), RUNS["run"]).tces
    watt_hours = tce.energy_mj / 0.0036 / (gross * tce.km)
    assert watt_hours == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))
    grid = Fraction(540 * 380 + 260 * 40 + 80 * 300, 880)
    assert tce.grams == pytest.approx(float(grid) * watt_hours / 1000 * gross * 880, rel=1e-6)


@pytest.mark.parametrize(
    ("exclude", "weight", "expected"),
    [
        (False, 1.0, 19_488),
        (True, 1.0, 10_718),  # 194.88 - 87.70 EUR
        (False, 1.37, 26_699),  # 266.9856 EUR
        (True, 1.37, 14_684),  # 107.18 x 1.37 = 146.8366 EUR
        (True, 0.0, 0),
    ],
)
def test_objective_weighs_a_toll_that_prices_carbon(exclude, weight, expected):
    objective = replace(WORLD.objective, exclude_carbon_in_prices=exclude, weights={"toll": weight})
    line = next(line for line in priced("truck").lines if line.what.startswith("DE"))
    assert weighted_cents(objective, line) == expected
