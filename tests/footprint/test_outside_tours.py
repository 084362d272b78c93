"""External costs and caps of plans with tours: by the tours' own kilometres, loads and emissions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

import cargopool as cp
from cargopool.footprint import external_lines, price_plan
from cargopool.footprint.caps import cap_states, cap_states_with_tours
from cargopool.footprint.outside_tours import estimated_external_lines, tour_external_lines
from cargopool.footprint.tours import with_tours
from cargopool.model.plan import Plan
from cargopool.model.quantity import quantity_of
from cargopool.model.scenario import EmissionCap, Objective, Scenario
from cargopool.reporting.outside import external_figures
from cargopool.reporting.tables import make_tables
from cargopool.reporting.tour_caps import cap_warnings, caps_with_tours
from cargopool.rules.drayage import jobs_of
from cargopool.rules.roads import road_link
from cargopool.tours import make_tour
from cargopool.tours.around_hubs import HIRED_BODY, HIRED_CHASSIS, hub_case
from cargopool.verifier import verify
from verifier.tour_world import planned

TKM, VKM, UPLIFT = 2.0, 30.0, 1.5


@cache
def outside(mode: str = "internalise") -> tuple[Scenario, Plan]:
    """The case with external costs of roads, priced again."""
    scenario, plan = planned()
    factors = replace(
        scenario.factors,
        external_cents_per_tkm={"road_accidents": TKM, "rail_electric_noise": 0.5},
        external_cents_per_vkm={"road_noise": VKM},
        external_uplift=UPLIFT,
    )
    objective = replace(scenario.objective, external_costs=mode)  # type: ignore[arg-type]
    scenario = replace(scenario, factors=factors, objective=objective)
    priced = price_plan(scenario, plan.moves, plan.itineraries, plan.charters, plan.unserved)
    plan = replace(plan, cost_lines=priced.lines, tces=priced.tces, totals=priced.totals)
    return scenario, with_tours(scenario, plan, plan.tours)


def by_hand(scenario: Scenario, plan: Plan) -> tuple[float, float]:
    """Vehicle-km and tonne-km of the tours, from where each load gets on and off."""
    units = {unit.id: unit for unit in plan.units}
    vehicle_km = tonne_km = 0.0
    for tour in plan.tours:
        at, way = [0.0], list(tour.stops)
        for a, b in pairwise(way):
            link = None if a.place == b.place else road_link(scenario, a.place, b.place)
            at.append(at[-1] + (link.km if link else 0.0))
        vehicle_km += at[-1]
        on: dict[object, float] = defaultdict(float)
        for km, stop in zip(at, way, strict=True):
            task = stop.task
            if task is None or task.kind in ("take_empty", "leave_empty"):
                continue
            if task.unit:
                parts = [(c.shipment, c.first_atom, c.atoms) for c in units[task.unit].contents]
            else:
                parts = [(task.shipment, task.first_atom, task.atoms)]
            kg = sum(quantity_of(scenario.shipments[s], first, n).kg for s, first, n in parts)
            key = task.unit or (task.shipment, task.first_atom)
            if task.kind in ("pick_up", "load", "take_full"):
                on[key] = km
            else:
                tonne_km += kg / 1000 * (km - on.pop(key))
        assert not on
    return vehicle_km, tonne_km


def test_tours_pay_for_every_kilometre_and_for_what_is_on_board() -> None:
    scenario, plan = outside()
    lines = tour_external_lines(scenario, plan)
    trucks = [line for line in lines if line.owner.startswith("tour:")]
    cargo = [line for line in lines if line.owner.startswith("part:")]
    assert {line.owner for line in trucks} == {f"tour:{tour.id}" for tour in plan.tours}
    assert len(trucks) + len(cargo) == len(lines)
    vehicle_km, tonne_km = by_hand(scenario, plan)
    assert sum(line.cents for line in trucks) == pytest.approx(vehicle_km * VKM * UPLIFT, abs=len(trucks))
    assert sum(line.cents for line in cargo) == pytest.approx(tonne_km * TKM * UPLIFT, abs=3 * len(cargo))
    assert all(set(line.by_category) == {"noise"} for line in trucks)


def test_totals_with_tours_count_them_in_the_place_of_the_estimates() -> None:
    scenario, plan = outside()
    assert verify(scenario, plan).violations == ()
    left = list(external_lines(scenario, plan))
    for line in estimated_external_lines(scenario, plan):
        left.remove(line)
    assert left and len(left) < len(external_lines(scenario, plan))
    rest = sum(line.cents * line.count for line in left)
    tours = sum(line.cents * line.count for line in tour_external_lines(scenario, plan))
    assert plan.tour_totals is not None
    assert plan.tour_totals.external_cents == rest + tours != plan.totals.external_cents
    wrong = replace(plan.tour_totals, external_cents=plan.totals.external_cents)
    assert verify(scenario, replace(plan, tour_totals=wrong)).codes == {"V336"}
    figures = external_figures(scenario, plan)
    assert figures is not None and figures["with_tours_eur"] == (rest + tours) / 100


@pytest.mark.parametrize("mode", ["report", "internalise"])
def test_the_tables_list_estimates_and_tours_apart(mode: str) -> None:
    scenario, plan = outside(mode)
    made = {table.name: table.records() for table in make_tables(scenario, plan)}
    thought, real = made["external"], made["tour_external"]
    assert round(100 * sum(row["total_eur"] for row in thought)) == sum(
        line.cents * line.count for line in external_lines(scenario, plan)
    )
    assert {row["owner"] for row in real if row["mass_kg"] == 0} == {f"tour:{tour.id}" for tour in plan.tours}
    estimates = sum(line.cents * line.count for line in estimated_external_lines(scenario, plan))
    figures = external_figures(scenario, plan)
    assert figures is not None
    whole = sum(row["total_eur"] for row in thought) - estimates / 100 + sum(row["total_eur"] for row in real)
    assert figures["with_tours_eur"] == pytest.approx(whole, abs=1e-6)
    for row in real:
        kinds = ("accidents", "air_pollution", "noise", "congestion", "habitat", "climate", "well_to_tank")
        assert sum(row[f"{kind}_eur"] for kind in kinds) == pytest.approx(row["total_eur"], abs=1e-6)
    names = {table.name for table in make_tables(*planned())}
    assert "tour_costs" in names and not {"external", "tour_external"} & names


def test_external_costs_that_are_only_reported_stay_out_of_the_totals() -> None:
    scenario, plan = outside("report")
    internalised = external_figures(*outside())
    reported = external_figures(scenario, plan)
    assert plan.tour_totals is not None and plan.tour_totals.external_cents == 0
    assert internalised is not None and reported is not None
    assert reported["with_tours_eur"] == internalised["with_tours_eur"]
    assert tour_external_lines(*planned()) == estimated_external_lines(*planned()) == ()


@pytest.mark.parametrize("mode", ["report", "internalise"])
def test_the_search_of_tours_pays_what_the_totals_count(mode: str) -> None:
    scenario, plan = outside(mode)
    bare = replace(scenario, objective=replace(scenario.objective, external_costs="none"))
    jobs = [job for job in jobs_of(scenario, plan) if job.hub == "A"]
    case, cheap = (hub_case(one, plan, "A", jobs, []) for one in (scenario, bare))
    compared = set()
    for n, job in enumerate(case.problem.jobs):
        name = HIRED_CHASSIS if job.unit_type else HIRED_BODY
        order = [(n, k) for k in range(len(job.stops))]
        made = []
        for one in (case, cheap):
            vehicle = next(vehicle for vehicle in one.problem.vehicles if vehicle.id == name)
            tours = (make_tour(one.problem, vehicle, shift, order) for shift in range(len(vehicle.shifts)))
            made.append(next((tour for tour in tours if tour is not None), None))
        real, free = made
        if real is None or free is None:
            continue
        loaded = 0.0 if job.unit_type else sum(b.km * a.load.kg for a, b in pairwise(real.visits)) / 1000
        outer = UPLIFT * (VKM * real.km + TKM * loaded) if mode == "internalise" else 0.0
        assert real.cost.total_cents - free.cost.total_cents == pytest.approx(outer, abs=1)
        compared.add(name)
    assert compared == {HIRED_BODY, HIRED_CHASSIS}


def capped(*caps: EmissionCap, **objective: object) -> tuple[Scenario, Plan]:
    scenario, plan = planned()
    mine = replace(scenario.objective, caps=caps, **objective)  # type: ignore[arg-type]
    return replace(scenario, objective=mine), plan


def test_caps_count_the_tours_gram_by_gram() -> None:
    scenario, plan = planned()
    shippers = sorted({one.shipper for one in scenario.shipments.values()})
    scenario, plan = capped(*(EmissionCap(shipper=name, co2e_kg=1.0) for name in shippers), co2e_cap_kg=1.0)
    whole, *own = cap_states_with_tours(scenario, plan)
    assert plan.tour_totals is not None and whole.grams == plan.tour_totals.co2e_grams
    assert sum(state.grams for state in own) == whole.grams
    assert [state.limit_grams for state in cap_states(scenario, plan)] == [1000] * (len(shippers) + 1)
    assert cap_states_with_tours(scenario, replace(plan, tours=())) == ()
    assert caps_with_tours(*planned()) is None


def test_a_cap_that_only_the_estimates_keep_is_a_warning() -> None:
    scenario, plan = planned()
    assert plan.tour_totals is not None
    low, high = sorted((plan.totals.co2e_grams, plan.tour_totals.co2e_grams))
    worse = plan.tour_totals.co2e_grams == high
    between = (low + high) // 2 / 1000
    scenario, plan = capped(co2e_cap_kg=between)
    found = caps_with_tours(scenario, plan)
    assert found is not None and len(found) == 1 and found[0]["kept"] is not worse
    assert [one.code for one in cap_warnings(scenario, plan)] == ["W1645"] * worse
    assert cap_warnings(*capped(co2e_cap_kg=high / 1000 + 1)) == cap_warnings(*capped(co2e_cap_kg=low / 1000 - 1)) == ()


def test_solve_says_which_cap_the_tours_break() -> None:
    whole, _ = planned()
    shipments = dict(list(whole.shipments.items())[:8])
    free = replace(whole, shipments=shipments, fleet={}, drayage=replace(whole.drayage, max_rounds=1))
    base = cp.solve(free, stop=cp.WorkLimit(12), seed=1, baselines=False).plan
    assert base is not None and base.tour_totals is not None
    estimate, real = base.totals.co2e_grams, base.tour_totals.co2e_grams
    assert estimate < real
    scenario = replace(free, objective=Objective(carbon_price_eur_per_t=90.0, co2e_cap_kg=(estimate + real) / 2000))
    result = cp.solve(scenario, stop=cp.WorkLimit(12), seed=1, baselines=False)
    assert result.plan is not None and verify(scenario, result.plan).ok
    assert [one.code for one in result.plan_warnings] == ["W1645"]
    assert result.plan_warnings[0].where == "objective.co2e_cap_kg" and result.plan_warnings[0].severity == "warning"
