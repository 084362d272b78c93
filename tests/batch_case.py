"""Batches on a scenario made by hand, with a solver that offers a plan made by hand."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cargopool.batches.matrix import Cell, Limits, MatrixRequest, expand
from cargopool.batches.ranges import parse_axis
from cargopool.model.result import BoundScope, Result, Status, Termination
from small_case import small_plan

FACTS = {"package_sha256": "00", "solvers": {}, "python": "3", "cores": 2}
QUICK = Limits(time_limit=5.0, baselines=False)


def cells_of(*files: Path, facts: dict[str, Any] | None = None, **axes: Any) -> tuple[Cell, ...]:
    settings = tuple(map(parse_axis, axes.pop("settings", ())))
    request = MatrixRequest(files=files, settings=settings, limits=axes.pop("limits", QUICK), **axes)
    return expand(request, FACTS if facts is None else facts)


def hand_solver(calls: list[int], fails: Callable[[int], bool] = lambda seed: False) -> Callable[..., Result]:
    """A solver that notes each seed, and raises for some."""

    def solve(scenario: Any, *, accept: Any, seed: int, **_rest: Any) -> Result:
        calls.append(seed)
        if fails(seed):
            raise RuntimeError(f"seed {seed} is unlucky")
        plan = small_plan(scenario)
        assert accept(plan)
        return Result(
            status=Status.FEASIBLE,
            termination=Termination.GAP,
            plan=plan,
            bound_eur=5_000.0,
            gap=0.1,
            bound_scope=BoundScope(),
        )

    return solve


def results(folder: Path) -> list[dict[str, str]]:
    with open(folder / "results.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def batch_json(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "batch.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found
