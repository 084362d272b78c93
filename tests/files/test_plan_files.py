import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cargopool.errors import InputError, OutputError
from cargopool.files import plan_schema, read_plan, write_plan
from cargopool.files.plan_files import parse_plan, plan_text
from cargopool.model.plan import Plan, Totals
from files.mutations import MUTATIONS
from scale import scaled
from small_case import small_plan, small_scenario

SCENARIO = small_scenario()
PLAN: Plan = small_plan(SCENARIO)
TEXT = plan_text(PLAN, SCENARIO)


def codes(text: str) -> set[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(text, SCENARIO)
    return {finding.code for finding in caught.value.diagnostics}


def changed(**changes: Any) -> str:
    return json.dumps({**json.loads(TEXT), **changes})


def test_nothing_is_lost(tmp_path: Path) -> None:
    write_plan(PLAN, SCENARIO, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json", SCENARIO) == PLAN
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == TEXT


def test_floats_and_texts_survive_exactly() -> None:
    odd = replace(PLAN.tces[0], energy_mj=0.1 + 0.2, km=1e-17, what="\x1b[31m <b> \u2028 \U0001f682 é")
    plan = replace(PLAN, tces=(odd, *PLAN.tces[1:]))
    assert parse_plan(plan_text(plan, SCENARIO), SCENARIO) == plan


def test_plans_follow_the_schema() -> None:
    jsonschema.Draft202012Validator(plan_schema()).validate(json.loads(TEXT))
    broken = json.loads(TEXT)
    broken["itineraries"][0]["delivered_min"] = "soon"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, plan_schema())


def test_times_are_shown_local_with_offset_and_utc() -> None:
    values = json.loads(TEXT)
    start = SCENARIO.horizon.start
    pairs = 0
    for move in values["moves"]:
        for stage in move["move"]["stages"]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", stage["depart"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", stage["depart_utc"])
            from datetime import datetime

            local, utc = datetime.fromisoformat(stage["depart"]), datetime.fromisoformat(stage["depart_utc"])
            assert local == utc
            assert (utc - start).total_seconds() == stage["depart_min"] * 60
            pairs += 1
    assert pairs


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E0601"),
        ("{", "E0601"),
        ("[" * 100_000, "E0601"),
        ('{"format": NaN}', "E0601"),
        ('{"format": ' + "9" * 5000 + "}", "E0601"),
        ("[]", "E0602"),
        ('"plan"', "E0602"),
        ("{}", "E0602"),
        (changed(format="cargopool-plan/2"), "E0602"),
        (changed(horizon_start_utc="2020-01-01T00:00+00:00"), "E0604"),
        (changed(extra=1), "E0603"),
        (changed(moves=None), "E0603"),
        (changed(moves=[1]), "E0603"),
        (changed(totals={}), "E0603"),
        (changed(variant=5), "E0603"),
        (TEXT.replace('"cost_cents": ', '"cost_cents": 0.', 1), "E0603"),
        (TEXT.replace('"stage": "road"', '"stage": "air"', 1), "E0603"),
        (TEXT.replace('"purpose": "main"', '"purpose": "other"', 1), "E0603"),
        (re.sub(r'"depart_min": (\d+)', r'"depart_min": 1\1', TEXT, count=1), "E0605"),
        (re.sub(r'"depart_min": (\d+)', r'"depart_min": 1\g<1>00000000', TEXT, count=1), "E0603"),
        (re.sub(r'"depart_min": (\d+)', r'"depart_min": true', TEXT, count=1), "E0603"),
    ],
)
def test_files_that_are_no_plan_of_the_scenario(text: str, code: str) -> None:
    assert code in codes(text)


def test_damaged_plans_are_refused_or_read() -> None:
    rng = random.Random(5)
    data = TEXT.encode("utf-8")
    refused = 0
    for _ in range(scaled(150, 2000)):
        damaged = rng.choice(MUTATIONS)(rng, data).decode("utf-8", "replace")
        try:
            parse_plan(damaged, SCENARIO)
        except InputError as error:
            refused += 1
            assert all(finding.help and finding.message.isprintable() for finding in error.diagnostics)
    assert refused > 50


def without_times(value: Any) -> Any:
    """Values in which no handling has its minutes."""
    if isinstance(value, list):
        return [without_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: without_times(inner) for key, inner in value.items() if key not in ("start_min", "end_min")}


def test_every_problem_counts_and_a_thousand_are_shown() -> None:
    values = json.loads(TEXT)
    handling = next(item for itinerary in values["itineraries"] for item in itinerary["handlings"])
    values["itineraries"][0]["handlings"] = [without_times(handling)] * 1500
    with pytest.raises(InputError) as caught:
        parse_plan(json.dumps(values), SCENARIO)
    *shown, last = caught.value.diagnostics
    assert [finding.code for finding in shown] == ["E0603"] * 1000
    assert shown[0].message == "itineraries[0].handlings[0].start_min: is missing"
    assert last.code == "E0001"
    assert last.message == "2000 more findings are not shown"


def test_times_that_contradict_the_minutes_are_counted_too() -> None:
    values = json.loads(TEXT)
    handlings = values["itineraries"][0]["handlings"]
    values["itineraries"][0]["handlings"] = [{**handlings[0], "start": "tomorrow"}] * 1500
    with pytest.raises(InputError) as caught:
        parse_plan(json.dumps(values), SCENARIO)
    assert [finding.code for finding in caught.value.diagnostics] == ["E0605"] * 1000 + ["E0001"]


@pytest.mark.parametrize("field", ["variant", "horizon_start_utc", "moves"])
def test_values_nested_as_deep_as_json_can_be_read_are_refused(field: str) -> None:
    text = json.dumps({**json.loads(TEXT), field: "@"})
    for depth in range(900, 1001):
        assert codes(text.replace('"@"', "[" * depth + "]" * depth)) <= {"E0601", "E0603", "E0604"}


def test_missing_files_and_numbers_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_plan(tmp_path / "none.json", SCENARIO)
    totals: Totals = replace(PLAN.totals, energy_mj=float("nan"))
    with pytest.raises(OutputError):
        write_plan(replace(PLAN, totals=totals), SCENARIO, tmp_path / "p.json")
    with pytest.raises(OutputError):
        write_plan(PLAN, SCENARIO, tmp_path / "no" / "p.json")
