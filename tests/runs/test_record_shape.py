"""A damaged run.json is named by its key before anything of it is shown."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cargopool.errors import InputError
from cargopool.model.plan import BoundScope, Result, Status, Termination
from cargopool.reporting.board import board_row
from cargopool.reporting.headlines import headlines, status_text
from cargopool.runs import RunRequest, open_run, run
from cargopool.runs.record_shape import damages
from small_case import small_plan, small_scenario

LEFT_OUT = object()
AIM = {"first": "co2e", "percent": 5.0, "least_co2e_kg": 3.0, "least_proven": True, "cap_co2e_kg": 3.15}
OUTSIDE = {"mode": "report", "eur": 3.0, "left_out": [], "by_category": {"noise": 3.0}, "confidence": ["memory"]}
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
    return found | {"lexicographic": AIM, "external_costs": OUTSIDE, "execution": EXECUTED}


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


def test_a_damaged_record_is_an_error_with_its_place(folder: Path, tmp_path: Path, record: dict[str, Any]) -> None:
    (tmp_path / "run.json").write_text(json.dumps(record | {"kpis": "x", "seed": None}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_run(tmp_path).finished_record()
    assert [one.code for one in caught.value.diagnostics] == ["E2013", "E2013"]
    assert {one.where for one in caught.value.diagnostics} == {str(tmp_path / "run.json")}
    assert "kpis is not a mapping" in str(caught.value)
