"""The shipped pair: a normal and a dry Rhine week, and what the plan does about it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cargopool as cp
from cargopool.files import read_document, read_scenario
from cargopool.model.result import Status
from cargopool.reporting.comparison import mode_swaps, modes_ridden
from cargopool.verifier import verify

RHINE = Path(__file__).parents[2] / "scenarios" / "rhine-low-water"


@pytest.fixture(scope="module")
def weeks():
    found = {}
    for variant in ("normal", "dry"):
        scenario = read_scenario(RHINE, variant)
        found[variant] = scenario, cp.solve(scenario, stop=cp.TimeLimit(60), seed=1, baselines=False)
    return found


def test_both_weeks_are_proven_optimal_and_verified(weeks):
    for scenario, result in weeks.values():
        assert result.status == Status.OPTIMAL
        assert verify(scenario, result.plan).ok
        assert not result.plan.unserved


def test_a_dry_week_costs_more_and_moves_freight_off_the_barge(weeks):
    (normal, wet), (dry, low) = weeks["normal"], weeks["dry"]
    assert low.plan.totals.objective_cents > wet.plan.totals.objective_cents
    swaps = mode_swaps(modes_ridden(normal, wet.plan), modes_ridden(dry, low.plan))
    assert {(swap.before, swap.after) for swap in swaps} == {("barge", "rail"), ("barge", "road")}
    assert sum(len(swap.shipments) for swap in swaps) == 13


def test_later_grids_are_cleaner_and_own_values_stay():
    now, later = read_scenario(RHINE, "dry"), read_scenario(RHINE, "dry-2030")
    grid, after = now.factors.grid_g_per_kwh, later.factors.grid_g_per_kwh
    assert grid.keys() == after.keys()
    assert all(after[country] <= value for country, value in grid.items())
    assert after["DE"] == 218
    assert later.factors.provenance["grid.DE"].confidence == "synthetic"
    assert later.notes.endswith("Electricity of 2030 (synthetic).")
    own = read_scenario(RHINE, "dry-2030", {"factors.grid_g_per_kwh.DE": 100})
    assert own.factors.grid_g_per_kwh["DE"] == 100
    assert own.factors.grid_g_per_kwh["NL"] == after["NL"]


@pytest.mark.parametrize(
    "changes",
    [{"conditions.grid_year": 2031}, {"conditions.grid_year": 2030, "factors.set": "glec-v3"}],
)
def test_a_year_that_the_set_does_not_have_is_an_error(changes):
    scenario, findings = read_document(RHINE, "base", changes)
    assert scenario is None
    assert [finding.code for finding in findings] == ["E0410"]
    assert findings[0].help
