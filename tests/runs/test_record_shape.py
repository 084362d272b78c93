"""A damaged run.json is named by its key before anything of it is shown."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cargopool.errors import InputError
from cargopool.model.result import BoundScope, Result, Status, Termination
from cargopool.reporting.board import board_row
from cargopool.reporting.headlines import headlines, status_text
from cargopool.runs import RunRequest, open_run, run
from cargopool.runs.record_shape import damages
from small_case import small_plan, small_scenario

LEFT_OUT = object()
AIM = {"first": "co2e", "percent": 5.0, "least_co2e_kg": 3.0, "least_proven": True, "cap_co2e_kg": 3.15}
ROUND = {
    "number": 1,
    "objective_eur": 9.0,
    "estimate_eur": 2.0,
    "tours_eur": 3.0,
    "alone_eur": 4.0,
    "total_with_tours_eur": 10.0,
    "tours": 1,
    "jobs": 2,
    "missed": 0,
    "kept": True,
}
CAP = {
    "cap": "9 kg",
    "where": "objective.co2e_cap_kg",
    "limit_kg": 9.0,
    "co2e_kg": 8.0,
    "with_tours_kg": 10.0,
    "kept": False,
}
OUTSIDE = {
    "mode": "report",
    "eur": 3.0,
    "left_out": [],
    "by_category": {"noise": 3.0},
    "confidence": ["memory"],
    "with_tours_eur": 4.0,
}
EXECUTED = {
    "objective_eur": 1.0,
    "cost_eur": 1.0,
    "co2e_kg": 1.0,
    "loaded_km": 10.0,
    "empty_km": 1.0,
    "round_trips": 1,
    "round_trip_gain_eur": 2.0,
    "layouts": {"arranged": 1, "refused": 0},
    "units_emptied": 0,
    "empty_units_moved": 0,
    "units_missing": 0,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def by_hand(scenario: Any, *, accept: Any, stop: Any, **_rest: Any) -> Result:
        plan = small_plan(scenario)
        assert accept(plan)
        bound = {"bound_eur": 5_000.0, "gap": 0.1, "bound_scope": BoundScope()}
        return Result(status=Status.FEASIBLE, termination=Termination.GAP, plan=plan, **bound)

    place = tmp_path_factory.mktemp("made") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cargopool.optimiser.solving.solve", by_hand)
        run(RunRequest(file=place.parent, out=place, time_limit=5.0, baselines=False), scenario=small_scenario())
    return place


@pytest.fixture(scope="module")
def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    beside = {"cost_eur": 9.0, "co2e_kg": 9.0, "heuristic": True, "groupage": 0}
    found["baseline"] = {"road_alone": beside, "intermodal_alone": None, "reason": {"intermodal_alone": "late"}}
    toured = {"total_with_tours_eur": 10.0, "rounds": [ROUND, ROUND | {"number": 2, "kept": False}]}
    return (
        found
        | toured
        | {"lexicographic": AIM, "external_costs": OUTSIDE, "execution": EXECUTED}
        | {"caps_with_tours": [CAP, CAP | {"kept": True}]}
    )


def shown(record: dict[str, Any]) -> None:
    status_text(record)
    headlines(record)
    for row in record.get("board") or ():
        board_row(row)


def mutants(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in [(key,) for key in record] + [
        (key, inner) for key, value in record.items() if isinstance(value, dict) and key != "params" for inner in value
    ]:
        for value in (LEFT_OUT, None, "x", 5, True, [1], {"x": 1}, float("nan")):
            changed = copy.deepcopy(record)
            block = changed if len(path) == 1 else changed[path[0]]
            if value is LEFT_OUT:
                del block[path[-1]]
            else:
                block[path[-1]] = value
            yield f"{'.'.join(path)}: {value}", changed


def test_the_record_of_a_run_is_sound_and_shown(folder: Path, record: dict[str, Any]) -> None:
    assert open_run(folder).finished_record()
    assert damages(record) == ()
    shown(record)


def test_whatever_key_is_damaged_it_is_named_or_shown_without_harm(record: dict[str, Any]) -> None:
    named, harmed = 0, []
    for what, changed in mutants(record):
        if damages(changed):
            named += 1
            continue
        try:
            shown(changed)
        except Exception as error:
            harmed.append(f"{what}: {error!r}")
    assert harmed == []
    assert named > 300


@pytest.mark.parametrize("key", ROUND)
def test_a_damaged_round_is_named(record: dict[str, Any], key: str) -> None:
    for value in ("x", [1], {"x": 1}):
        (found,) = damages(record | {"rounds": [ROUND, ROUND | {key: value}]})
        assert found.startswith(f"rounds[1].{key}")


def test_tours_are_told_with_their_real_cost_and_the_bound_as_that_of_the_estimates(record: dict[str, Any]) -> None:
    lines = {line.label: line for line in headlines(record)}
    assert lines["Tours"].value == "10.00 EUR"
    assert "1 tour for 2 jobs cost 3.00 EUR; a truck for each alone 4.00 EUR; round 1 of 2" in lines["Tours"].note
    assert "not of the tours" in lines["Bound"].note
    assert status_text(record | {"status": "optimal"}).startswith("proven optimal at its estimates of drayage ·")
    none = headlines(record | {"rounds": [ROUND | {"kept": False}], "total_with_tours_eur": None})
    assert next(line.value for line in none if line.label == "Tours") == "none"
    plain = {line.label: line for line in headlines(record | {"rounds": None})}
    assert "Tours" not in plain and "tours" not in plain["Bound"].note


def test_a_damaged_record_is_an_error_with_its_place(folder: Path, tmp_path: Path, record: dict[str, Any]) -> None:
    (tmp_path / "run.json").write_text(json.dumps(record | {"kpis": "x", "seed": None}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_run(tmp_path).finished_record()
    assert [one.code for one in caught.value.diagnostics] == ["E2013", "E2013"]
    assert {one.where for one in caught.value.diagnostics} == {str(tmp_path / "run.json")}
    assert "kpis is not a mapping" in str(caught.value)
