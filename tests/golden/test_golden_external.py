"""External costs against a sheet worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from cargopool.footprint import CATEGORIES, CLIMATE, ExternalLine, price_move, price_part
from cargopool.footprint.external import GROUPS
from cargopool.model.checks.whole import EXTERNAL_KEYS
from golden.golden_world import MOVES, PARTS, WORLD
from golden.sheets import half_even, read_sheet, work_out

SHEET = read_sheet("external.csv")
FACTORS = replace(
    WORLD.factors,
    external_cents_per_tkm={
        "road_accidents": 1.3,
        "road_air_pollution": 0.76,
        "road_noise": 0.5,
        "road_congestion": 0.8,
        "road_climate": 0.53,
        "rail_electric_accidents": 0.06,
        "rail_electric_noise": 0.6,
        "rail_electric_well_to_tank": 0.16,
        "sea_air_pollution": 0.4,
    },
    external_cents_per_vkm={"road_congestion": 4.0, "road_climate": 9.0},
    external_uplift=1.33,
)
OUTSIDE = replace(
    WORLD,
    factors=FACTORS,
    objective=replace(WORLD.objective, external_costs="report", carbon_price_eur_per_t=90.0),
)


def priced(case: str) -> tuple[ExternalLine, ...]:
    if case in MOVES:
        return price_move(OUTSIDE, MOVES[case], "ambient").external
    return price_part(OUTSIDE, PARTS[case], MOVES).external


@pytest.mark.parametrize("row", SHEET, ids=lambda row: f"{row['case']}-{row['group']}-{row['cents']}")
def test_sheet_adds_up_on_paper(row):
    assert half_even(work_out(row["arithmetic_cents"])) == int(row["cents"])


@pytest.mark.parametrize("case", dict.fromkeys(row["case"] for row in SHEET))
def test_external_costs_equal_the_sheet(case):
    want = Counter((row["group"], int(row["cents"])) for row in SHEET if row["case"] == case)
    assert Counter((line.group, line.cents) for line in priced(case)) == want


def test_categories_add_up_and_leave_climate_to_the_carbon_price():
    for line in priced("collected") + priced("truck"):
        assert sum(line.by_category.values()) == line.cents
        assert not CLIMATE & line.by_category.keys()


def test_climate_counts_while_carbon_costs_nothing():
    free = replace(OUTSIDE, objective=replace(OUTSIDE.objective, carbon_price_eur_per_t=0.0))
    (line,) = price_part(free, PARTS["charter-load"], MOVES).external
    assert line.by_category.keys() == {"accidents", "noise", "well_to_tank"}
    assert line.cents == half_even(work_out("4500 * 880 / 1000 * (0.06 + 0.6 + 0.16) * 1.33"))


def test_keys_of_the_checks_are_those_of_the_footprint():
    assert {f"{group}_{category}" for group in GROUPS for category in CATEGORIES} == EXTERNAL_KEYS
