"""`cargopool check` says which caps on CO2e the tours of a valid plan do not keep."""

from dataclasses import replace
from pathlib import Path

from cargopool.cli.exits import Exit
from cargopool.files import write_plan
from cargopool.files.write import write_scenario
from cargopool.footprint.tours import with_tours
from verifier.tour_world import planned


def test_a_cap_broken_by_the_tours_is_a_warning_of_a_valid_plan(call, here: Path) -> None:
    scenario, plan = planned()
    thirsty = replace(scenario.vehicles["chassis"], mj_per_km_empty=30.0, mj_per_km_full=40.0)
    fleet = {
        name: replace(row, vehicle="van" if row.vehicle == "chassis" else row.vehicle)
        for name, row in scenario.fleet.items()
    }
    vehicles = {**scenario.vehicles, "van": replace(thirsty, id="van")}
    objective = replace(scenario.objective, co2e_cap_kg=plan.totals.co2e_grams / 1000)
    scenario = replace(scenario, vehicles=vehicles, fleet=fleet, objective=objective)
    tours = tuple(replace(one, vehicle=fleet[one.fleet].vehicle) if one.fleet in fleet else one for one in plan.tours)
    plan = with_tours(scenario, plan, tours)
    write_scenario(scenario, here / "toured")
    write_plan(plan, scenario, here / "toured.json")
    done = call("check", "toured", "toured.json")
    assert done.code == Exit.OK
    assert "warning[W1645]" in done.out and "ok: " in done.out
    found = call("check", "toured", "toured.json", "--json").json()
    assert found["ok"] and [one["code"] for one in found["warnings"]] == ["W1645"]
    assert found["warnings"][0]["where"] == "objective.co2e_cap_kg"
