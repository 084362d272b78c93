"""Compiling elsewhere: once per installation, and never in the way."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cargopool as cp
from cargopool.errors import Diagnostic, EngineError
from cargopool.optimiser import SolveParams, compiling

SCENARIO = Path(__file__).parents[2] / "scenarios" / "quickstart"


class Child:
    """Stands for the child process."""

    calls = 0
    fails = False

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def call(self, *arguments: Any, **_: Any) -> None:
        type(self).calls += 1
        assert len(arguments[2].shipments) == 8
        if self.fails:
            raise EngineError(Diagnostic("E7012", "the worker process died"))


@pytest.mark.parametrize(("fails", "calls"), [(False, 1), (True, 2)])
def test_kernels_are_asked_for_until_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fails: bool, calls: int
) -> None:
    child = type("Fake", (Child,), {"calls": 0, "fails": fails})
    monkeypatch.setattr(compiling, "Worker", child)
    monkeypatch.setattr(compiling, "cache_directory", lambda: str(tmp_path))
    scenario = cp.load_scenario(SCENARIO)
    for _ in range(2):
        compiling.Compilation(compiling.BOUND, scenario, SolveParams(), lambda: False).wait(np.zeros(1, np.int64))
    assert child.calls == calls
    assert len(list(tmp_path.glob("bound-*.kept"))) == (0 if fails else 1)


def test_without_a_folder_nothing_is_compiled_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    child = type("Fake", (Child,), {"calls": 0})
    monkeypatch.setattr(compiling, "Worker", child)
    monkeypatch.setattr(compiling, "cache_directory", lambda: None)
    scenario = cp.load_scenario(SCENARIO)
    compiling.Compilation(compiling.BOUND, scenario, SolveParams(), lambda: False).wait(np.zeros(1, np.int64))
    assert child.calls == 0
