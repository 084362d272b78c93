"""The KPI board of a small plan, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.board import TARGETS, board_row, make_board, measures
from cargopool.reporting.figures import count
from cargopool.sharing import Baseline, Baselines

PROMISED = {
    "cost_eur": -0.20,
    "co2e_kg": -0.30,
    "energy_mj": -0.30,
    "intermodal_share_tkm": 0.40,
    "transhipment_eur_per_t": -0.30,
    "load_factor": 0.75,
}


def rows(scenario: Scenario, plan: Plan, baselines: Baselines | None, **reasons: str) -> dict:
    board = make_board(scenario, plan, baselines, reasons)
    assert board is not None
    return {row["kpi"]: row for row in board}


def alone(plan: Plan, **changes: object) -> Baseline:
    totals = plan.totals
    cost, co2e = totals.cost_cents / 100, totals.co2e_grams / 1000
    return replace(Baseline(cost_eur=cost, co2e_kg=co2e, plans=(plan,), heuristic=False), **changes)


def test_targets_are_those_that_were_promised() -> None:
    assert {target.name: target.target for target in TARGETS} == PROMISED


def test_values_are_those_of_the_plan(scenario: Scenario, plan: Plan) -> None:
    found = rows(scenario, plan, None)
    figures = count(scenario, plan)
    assert found["cost_eur"]["value"] == plan.totals.cost_cents / 100
    assert found["energy_mj"]["value"] == pytest.approx(plan.totals.energy_mj, abs=1e-6)
    assert found["intermodal_share_tkm"]["value"] == pytest.approx(figures.intermodal_share_tkm, abs=1e-6)
    assert found["load_factor"]["value"] == pytest.approx((27.5 / 33 + 20 / 33) / 2, abs=1e-6)
    assert found["load_factor"]["reached"] is False
    kinds = ("lift", "storage_unit", "cross_dock", "storage_pallet")
    spent = sum(line.cents * line.count for line in plan.cost_lines if line.kind in kinds) / 100
    tonnes = (5_000 + 7_001 + 2_000 + 20_000) / 1000
    assert found["transhipment_eur_per_t"]["value"] == pytest.approx(spent / tonnes, abs=1e-6)


def test_the_same_plan_alone_is_no_change(scenario: Scenario, plan: Plan) -> None:
    same = alone(plan)
    for row in rows(scenario, plan, Baselines(road_alone=same, intermodal_alone=same)).values():
        for name in ("road_alone", "intermodal_alone"):
            against = row["against"][name]
            if row["target_is"] == "level":
                assert (against["change"], against["value"]) == (None, row["value"])
                assert against["reason"]
            else:
                assert (against["change"], against["reached"], against["reason"]) == (0.0, False, "")


@pytest.mark.parametrize(
    ("factor", "change", "reached"), [(1.25, -0.2, True), (1.24, -0.193548, False), (0.5, 1.0, False)]
)
def test_a_fifth_less_cost_is_the_promise(scenario: Scenario, plan: Plan, factor, change, reached) -> None:
    dearer = alone(plan, cost_eur=factor * plan.totals.cost_cents / 100)
    against = rows(scenario, plan, Baselines(road_alone=dearer, intermodal_alone=dearer))["cost_eur"]["against"]
    assert against["road_alone"]["change"] == pytest.approx(change, abs=1e-6)
    assert against["road_alone"]["reached"] is reached


def test_groupage_counts_as_energy_and_road(scenario: Scenario, plan: Plan) -> None:
    more = measures(scenario, [plan], cost_eur=1.0, co2e_kg=1.0, energy_mj=1_000.0, road_tkm=10_000.0)
    without = measures(scenario, [plan], cost_eur=1.0, co2e_kg=1.0)
    assert more.energy_mj == pytest.approx(without.energy_mj + 1_000)
    assert more.intermodal_share_tkm < without.intermodal_share_tkm


def test_what_cannot_be_compared_is_null_with_its_reason(scenario: Scenario, plan: Plan) -> None:
    road = Baseline(cost_eur=8_000.0, co2e_kg=5_000.0, groupage_tkm=10.0)
    late = Baseline(reason="not finished within 15 s")
    baselines = Baselines(road_alone=road, intermodal_alone=late)
    found = rows(scenario, plan, baselines, intermodal_alone="not finished within 15 s")
    for row in found.values():
        against = row["against"]["intermodal_alone"]
        assert (against["value"], against["change"], against["reached"]) == (None, None, None)
        assert against["reason"] == "not finished within 15 s"
    assert found["intermodal_share_tkm"]["against"]["road_alone"]["reason"].startswith("the baseline has none")
    assert found["transhipment_eur_per_t"]["against"]["road_alone"]["reason"] == (
        "the baseline: nothing on rail, barge or sea"
    )
    assert make_board(scenario, None, baselines, {}) is None
    shown = board_row(found["cost_eur"])
    assert shown.cells[0].change.startswith("at best ")
    assert shown.cells[1].reason == "not finished within 15 s"
