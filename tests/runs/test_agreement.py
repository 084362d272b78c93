"""Objective and report are one number on every shipped scenario, and where energy comes from physical inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cargopool as cp
from cargopool.files import read_document, read_scenario
from cargopool.footprint import allocate
from cargopool.footprint.tours import at_plan_rates
from cargopool.model.energy import ServiceEnergy
from cargopool.runs.agreement import assert_agreement
from scale import scaled

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def variants() -> list[tuple[str, str]]:
    """Every shipped scenario, in full count every variant of it."""
    found = []
    for folder in sorted(SCENARIOS.iterdir()):
        if (folder / "scenario.yaml").exists():
            names = ["base"]
            if scaled(False, True):
                text = (folder / "scenario.yaml").read_text(encoding="utf-8").partition("\nvariants:\n")[2]
                names += [line.split(":")[0].strip() for line in text.splitlines() if line.startswith("  ")]
            found += [(folder.name, name) for name in dict.fromkeys(names)]
    return found


@pytest.mark.parametrize(("name", "variant"), variants())
def test_shipped_scenarios_report_what_was_decided_on(name: str, variant: str) -> None:
    scenario = read_scenario(SCENARIOS / name, variant)
    tours = scaled(False, scenario.drayage.tours)  # they compile for long
    plan = cp.solve(scenario, stop=cp.FirstFeasible(), baselines=False, tours=tours).plan
    assert plan is not None
    scenario = at_plan_rates(scenario, plan)
    assert_agreement(scenario, plan)
    assert sum(own.co2e_grams for own in allocate(scenario, plan).values()) == plan.totals.co2e_grams


@pytest.mark.parametrize("allocation", ["tkm", "teu_km"])
@pytest.mark.parametrize("exclude", [False, True])
def test_physical_inputs_are_decided_on_and_reported_alike(allocation: str, exclude: bool) -> None:
    base = read_scenario(SCENARIOS / "quickstart")
    hubs = {
        name: replace(
            hub,
            lift_kwh_per_tonne=0.3,
            lift_diesel_mj_per_tonne=1.7,
            cross_dock=replace(hub.cross_dock, kwh_per_tonne=1.1) if hub.cross_dock else None,
        )
        for name, hub in base.hubs.items()
    }
    services = {
        name: replace(
            line,
            mj_per_gross_tkm=0.0,
            energy=ServiceEnergy(train_gross_t=1_400.0, empty_km_factor=0.15),
            tariff=replace(line.tariff, carbon_share=0.02),
        )
        for name, line in base.services.items()
    }
    vehicles = {name: replace(row, carrier="hvo", km_carbon_share=0.05) for name, row in base.vehicles.items()}
    factors = replace(base.factors, allocation=allocation, distance_adjustment={"road": 1.04, "rail": 1.02})
    scenario = replace(
        base,
        hubs=hubs,
        services=services,
        vehicles=vehicles,
        factors=factors,
        objective=replace(base.objective, exclude_carbon_in_prices=exclude),
    )
    result = cp.solve(scenario, stop=cp.WorkLimit(300), baselines=False)
    assert result.plan is not None and cp.verify(scenario, result.plan).ok
    assert result.status == "optimal"
    assert_agreement(scenario, result.plan)
    priced = sum(line.carbon_cents * line.count for line in result.plan.cost_lines)
    assert priced > 0
    weighted = result.plan.totals.weighted_cost_cents
    assert weighted == result.plan.totals.cost_cents - (priced if exclude else 0)


def test_a_cleaner_carrier_makes_the_plan_cleaner(tmp_path: Path) -> None:
    found = {}
    for carrier in ("diesel", "hvo", "electricity"):
        scenario, _ = read_document(SCENARIOS / "quickstart", overrides={"road.vehicles[*].carrier": carrier})
        assert scenario is not None
        plan = cp.solve(scenario, stop=cp.WorkLimit(300), baselines=False).plan
        assert plan is not None
        found[carrier] = plan.totals.co2e_grams
    assert found["electricity"] < found["diesel"] and found["hvo"] < found["diesel"]
