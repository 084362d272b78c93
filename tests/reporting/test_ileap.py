"""The export for exchange: valid by the specification's field tables, and the plan's own numbers to the gram."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import jsonschema
import pytest

import cargopool as cp
from cargopool.errors import InputError
from cargopool.files import read_scenario
from cargopool.footprint import allocate
from cargopool.footprint.tours import at_plan_rates
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.chains import chains, grams
from cargopool.reporting.ileap import make_ileap
from scale import scaled

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "ileap.schema.json").read_text(encoding="utf-8"))
SHIPPED = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@cache
def planned(name: str) -> tuple[Scenario, Plan]:
    scenario = read_scenario(ROOT / "scenarios" / name)
    if len(scenario.shipments) > 30:
        few = dict(list(scenario.shipments.items())[:: scaled(6, 1)])
        scenario = replace(scenario, shipments=few)
    tours = scaled(False, scenario.drayage.tours)  # they compile for long
    result = cp.solve(scenario, stop=cp.TimeLimit(120) | cp.FirstFeasible(), seed=1, baselines=False, tours=tours)
    assert result.plan is not None
    return at_plan_rates(scenario, result.plan), result.plan


def check(scenario: Scenario, plan: Plan) -> dict:
    """Everything that holds of an export; gives it back."""
    made = make_ileap(scenario, plan)
    VALIDATOR.validate(json.loads(json.dumps(made)))
    totals = plan.totals
    whole = [tce for shipment in made["shipmentFootprints"] for tce in shipment["tces"]]
    assert sum(Decimal(tce["co2eWTW"]) for tce in whole) * 1000 == totals.co2e_grams
    assert sum(Decimal(tce["co2eTTW"]) for tce in whole) * 1000 == sum(t.ttw_grams * t.count for t in plan.tces)
    own = allocate(scenario, plan)
    served = {part.shipment for part in plan.itineraries}
    assert [shipment["shipmentId"] for shipment in made["shipmentFootprints"]] == [
        name for name in scenario.shipments if name in served
    ]
    for shipment in made["shipmentFootprints"]:
        name, tces = shipment["shipmentId"], shipment["tces"]
        assert Decimal(shipment["mass"]) == scenario.shipments[name].kg
        assert sum(Decimal(tce["co2eWTW"]) for tce in tces) * 1000 == own[name].co2e_grams
        assert sum(Decimal(tce["co2eTTW"]) for tce in tces) * 1000 == own[name].ttw_grams
        _check_order(tces)
        for tce in tces:
            assert Decimal(tce["transportActivity"]) == Decimal(tce["mass"]) * Decimal(tce["distance"]["sfd"]) / 1000
    _check_references(made, whole)
    return made


def _check_order(tces: list[dict]) -> None:
    """Each element after those before it: no circle, no dangling id, and the first ones have none before them."""
    seen: set[str] = set()
    for tce in tces:
        assert set(tce["prevTceIds"]) <= seen
        seen.add(tce["tceId"])
    assert tces[0]["prevTceIds"] == []
    assert len(seen) == len(tces)


def _check_references(made: dict, whole: list[dict]) -> None:
    assert len({tce["tceId"] for tce in whole}) == len(whole)
    for key, objects in (("tocId", made["tocs"]), ("hocId", made["hocs"])):
        ids = [one[key] for one in objects]
        assert len(set(ids)) == len(ids)
        assert {tce[key] for tce in whole if key in tce} == set(ids)
        for one in objects:
            mine = [tce for tce in whole if tce.get(key) == one[key]]
            assert sum(Decimal(c["relativeShare"]) for c in one["energyCarriers"]) == 1
            per = sum(Decimal(tce["transportActivity" if key == "tocId" else "mass"]) for tce in mine)
            per = per if key == "tocId" else per / 1000
            if per:
                rate = sum(Decimal(tce["co2eWTW"]) for tce in mine) / per
                assert Decimal(one["co2eIntensityWTW"]) == pytest.approx(rate, abs=Decimal("1e-9"))
    ids = [*(tce["tceId"] for tce in whole), *(one["tocId"] for one in made["tocs"])]
    ids += [one["hocId"] for one in made["hocs"]] + [one["activityId"] for one in made["tads"]]
    assert all(one.startswith("planned:") for one in ids)
    assert all(one["description"].startswith("Planned, not measured.") for one in made["tocs"] + made["hocs"])
    assert len(made["tads"]) == sum("tocId" in tce for tce in whole)
    for one in made["tads"]:
        assert sum(Decimal(c["relativeShare"]) for c in one["energyCarriers"]) == 1
        assert one["departureAt"] <= one["arrivalAt"]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_small_plan_by_hand(scenario: Scenario, plan: Plan) -> None:
    made = check(scenario, plan)
    collected = next(one for one in made["shipmentFootprints"] if one["shipmentId"] == "S4")
    assert [tce.get("tocId", tce.get("hocId")) for tce in collected["tces"]][:1] == ["planned:artic:tour:ambient"]
    ride = next(tce for tce in collected["tces"] if tce.get("tocId", "").startswith("planned:T1"))
    assert ride["distance"] == {"sfd": "1700"}
    assert ride["mass"] == "2000"
    assert ride["transportActivity"] == "3400"
    assert ride["departureAt"] == "2026-11-24T17:00:00Z"
    assert made["status"] == "planned, not measured"
    assert made["method"] == "follows the method of EN ISO 14083:2023, not certified"
    assert "certifications" not in json.dumps(made)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_is_valid_and_agrees_with_its_plan(name: str) -> None:
    check(*planned(name))


@pytest.mark.parametrize(
    "changes",
    [{"factors.set": "glec-v3"}, {"factors.allocation": "teu_km", "hubs[*].lift_kwh_per_tonne": 0.5}],
    ids=["other set", "by TEU-km, hubs per tonne"],
)
def test_other_factors_and_allocations_agree_too(changes: dict) -> None:
    scenario = read_scenario(ROOT / "scenarios" / "rhine-low-water", "base", changes)
    result = cp.solve(scenario, stop=cp.TimeLimit(120) | cp.FirstFeasible(), seed=1, baselines=False)
    assert result.plan is not None
    check(scenario, result.plan)


def test_temperature_and_parts_and_charters_find_their_links() -> None:
    from cargopool.footprint import price_plan
    from cargopool.model.plan import Content, MoveUse, PlannedUnit
    from golden.golden_world import MOVES, PARTS, RUNS, WORLD

    uses, units = [], []
    parts = (PARTS["collected"], replace(PARTS["rest"], part=2), PARTS["charter-load"])
    for name, shipment, atoms in (
        ("rail", "LOOSE", (0, 11)),
        ("truck", "LOOSE", (11, 10)),
        ("chartered", "HUBBED", (0, 10)),
    ):
        move = MOVES[name]
        uses.append(MoveUse(move=move, temperature="ambient", segregation="general", count=2 if name == "rail" else 1))
        content = Content(shipment=shipment, part=1, first_atom=atoms[0], atoms=atoms[1])
        units.append(
            PlannedUnit(
                id=name, move=name, truck=1, unit_type=move.unit_type, temperature="ambient",
                segregation="general", contents=(content,),
            )
        )  # fmt: skip
    cold = MoveUse(move=MOVES["cold"], temperature="chilled", segregation="general", count=1)
    priced = price_plan(WORLD, [*uses, cold], parts, tuple(RUNS.values()), ())
    plan = Plan(
        scenario="golden", variant="base", moves=(*uses, cold), units=tuple(units), itineraries=parts,
        charters=tuple(RUNS.values()), unserved=(), cost_lines=priced.lines, tces=priced.tces, totals=priced.totals,
    )  # fmt: skip
    found = chains(WORLD, plan)
    assert sum(grams(links) for links in found.values()) == plan.totals.co2e_grams
    shares = allocate(WORLD, plan)
    assert {name: grams(links) for name, links in found.items()} == {
        name: one.co2e_grams for name, one in shares.items()
    }
    assert [link.category for link in found["HUBBED"] if link.mode != "hub"] == ["C1"]


def test_an_unknown_carrier_is_an_error_with_a_way_out(scenario: Scenario, plan: Plan) -> None:
    factors = scenario.factors
    steam = {**factors.carriers, "steam": replace(next(iter(factors.carriers.values())), id="steam")}
    vehicles = {key: replace(one, carrier="steam") for key, one in scenario.vehicles.items()}
    odd = replace(scenario, vehicles=vehicles, factors=replace(factors, carriers=steam))
    with pytest.raises(InputError) as caught:
        make_ileap(odd, plan)
    assert [(one.code, one.where) for one in caught.value.diagnostics] == [("E2061", "factors.carriers")]


def test_wrong_exports_are_told_apart(scenario: Scenario, plan: Plan) -> None:
    """The schema can fail: numbers as numbers, both ids, local times, unknown fields."""
    made = make_ileap(scenario, plan)
    tce = made["shipmentFootprints"][0]["tces"][0]
    for change in (
        {"mass": 87},
        {"hocId": "x", "tocId": "y"},
        {"departureAt": "2026-11-24T18:00:00+01:00"},
        {"co2eWTW": "1e3"},
        {"planned": True},
        {"distance": {}},
    ):
        broken = json.loads(json.dumps(made))
        broken["shipmentFootprints"][0]["tces"][0] = {**tce, **change}
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(broken)
