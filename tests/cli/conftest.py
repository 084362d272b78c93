"""The command line in this process, on a scenario and a run made by hand."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cargopool.cli import main
from cargopool.files import write_scenario
from cargopool.model.result import BoundScope, Result, Status, Termination
from cargopool.runs import RunRequest, run
from small_case import small_plan, small_scenario

NETWORK_FREE = {"time_limit": 5.0, "baselines": False}


@dataclass(frozen=True)
class Called:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        def refuse(word: str) -> None:
            raise AssertionError(f"{word} in JSON")

        return json.loads(self.out, parse_constant=refuse)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Called]:
    monkeypatch.delenv("COLUMNS", raising=False)  # pipes have a width of their own; pytest-xdist sets one

    def run_it(*arguments: object) -> Called:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Called(code, captured.out, captured.err)

    return run_it


def solve_by_hand(scenario, *, accept, stop, on_accepted=None, **_rest):
    plan = small_plan(scenario)
    assert accept(plan)
    if on_accepted is not None:
        on_accepted(plan)
    return Result(
        status=Status.FEASIBLE,
        termination=Termination.GAP,
        plan=plan,
        bound_eur=5_000.0,
        gap=0.1,
        bound_scope=BoundScope(),
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario ``case`` and a finished run ``week``; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("made")
    write_scenario(small_scenario(), folder / "case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cargopool.optimiser.solving.solve", solve_by_hand)
        run(RunRequest(file=folder / "case", out=folder / "week", **NETWORK_FREE))
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh copy of the scenario and the run, as the current folder."""
    folder = tmp_path / "here"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("cargopool.optimiser.solving.solve", solve_by_hand)
    return folder
