"""What the points of a front cost: the same yardstick for all, whatever the case says of tours and external costs."""

from __future__ import annotations

from dataclasses import replace

import cargopool as cp
from cargopool.model.scenario import Objective, Scenario
from cargopool.runs.lexicographic import Decided, Lexicographic, decide
from optimiser.tiny_world import H, load, train, world
from verifier.tour_world import world as tour_world


def with_tours() -> Scenario:
    """A few shipments of a case that plans tours, in rounds that correct the prices of drayage."""
    scenario = tour_world()
    assert scenario.drayage.tours
    return replace(scenario, shipments=dict(list(scenario.shipments.items())[:4]))


def test_points_of_a_case_with_tours_are_compared_at_its_estimates() -> None:
    """Rounds change the prices, so bounds of one point would say nothing of another."""
    scenario = with_tours()
    front = cp.pareto(scenario, points=2, gap=0.0, work_limit=6)
    assert front.points
    for point in front.points:
        plan = point.answer.plan
        assert plan is not None and plan.tours == () and plan.drayage_rates == ()
        assert cp.verify(front.cases[point.name], plan).ok
        least = point.least_cost_cents
        assert least is None or least <= point.answer.cost_cents + 1


def test_the_first_aim_of_a_case_with_tours_is_found_at_its_estimates() -> None:
    decided = decide(with_tours(), Lexicographic.parse("cost:5"), work_limit=6)
    assert isinstance(decided, Decided)
    assert decided.warm.tours == () and decided.warm.drayage_rates == ()


def internalised() -> Scenario:
    """Trains or trucks, with external costs in the objective, climate among them, and no carbon price."""
    trains = {"T": train("T", "A", "B", 13 * H, 300, 130.0, spot_units=2)}
    scenario = world([load("S", 6), load("T", 5)], truck={"eur_per_km": 0.4}, services=trains)
    factors = replace(
        scenario.factors,
        external_cents_per_tkm={"road_noise": 0.5, "road_climate": 0.9, "rail_diesel_climate": 0.3},
        external_cents_per_vkm={"road_well_to_tank": 2.0},
    )
    return replace(
        scenario, factors=factors, objective=Objective(external_costs="internalise", carbon_price_eur_per_t=0.0)
    )


def test_climate_costs_are_no_cost_of_a_front_as_co2e_is_its_other_axis() -> None:
    front = cp.pareto(internalised(), points=3, gap=0.0, time_limit=60)
    assert len(front.points) >= 2
    for point in front.points:
        plan = point.answer.plan
        assert plan is not None
        if point.question.kind in ("cost", "price", "cap"):
            assert point.answer.cost_cents == plan.totals.objective_cents - plan.totals.carbon_cents
        assert point.proven, point.name


def test_climate_costs_are_no_cost_of_a_lexicographic_wish() -> None:
    decided = decide(internalised(), Lexicographic.parse("cost:5"), time_limit=60)
    assert isinstance(decided, Decided)
    assert decided.facts["least_proven"]
    assert decided.facts["least_cost_eur"] == decided.facts["least_bound_cost_eur"]
