"""The best known plan and bound of each instance of a study; only what was verified again changes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cargopool
from cargopool.batches.batch_folder import RUNS, CellState
from cargopool.batches.running import BENCH_FORMAT
from cargopool.errors import CargopoolError, Diagnostic, InputError
from cargopool.runs import atomic, open_run, to_json
from cargopool.runs.folder import writing
from cargopool.units import eur

BEST_FORMAT = "cargopool-best-known/1"
_LEAST_GAIN = 0.005
_AGREEMENT = 1e-6


def read_best_known(path: Path) -> dict[str, dict[str, Any]]:
    """Entries by digest of the instance; empty when there is no such file.

    Raises
    ------
    InputError
        When the file is not one of ours.
    """
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        entries = found["instances"] if found["format"] == BEST_FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        entries = None
    if not isinstance(entries, dict):
        raise InputError(Diagnostic("E2042", "is not a file of best known solutions", str(path), "restore it"))
    return entries


def update_best_known(path: Path, folder: Path, states: Sequence[CellState]) -> dict[str, dict[str, Any]]:
    """Take what the runs of a study found into the file, where it is better and verifies again.

    Raises
    ------
    InputError
        When a bound lies above a plan: one of them is wrong, and the file stays as it is.
    OutputError
        When the disk does not take it.
    """
    entries = {key: dict(entry) for key, entry in read_best_known(path).items()}
    before = to_json(entries)
    for state in states:
        if state.record is not None:
            digest = state.cell.case.input_sha256
            entry = entries.setdefault(digest, {"instance": state.cell.case.label, "objective": None, "bound": None})
            _take_plan(entry, state, folder / RUNS / state.cell.name)
            _take_bound(entry, state)
            _refuse_contradiction(entry, path)
    if to_json(entries) != before:
        ordered = dict(sorted(entries.items(), key=lambda item: (item[1]["instance"], item[0])))
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_text(path, to_json({"format": BEST_FORMAT, "instances": ordered}))
    return entries


def objective_and_bound(record: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Objective and bound of a run, whether of a scenario or of a published instance."""
    names = ("upper_bound", "lower_bound") if record["format"] == BENCH_FORMAT else ("objective_eur", "bound_eur")
    return record[names[0]], record[names[1]]


def verified_objective(run: Path, digest: str) -> float | None:
    """Objective of a run's plan as the verifier recomputes it; None when plan and input do not hold.

    The plan is read from its file and verified against the run's own scenario, whose digest must be the instance's.
    """
    from cargopool.files import input_sha256
    from cargopool.verifier import verify

    try:
        found = open_run(run)
        if found.plan is None or input_sha256(found.scenario) != digest:
            return None
        report = verify(found.scenario, found.plan)
    except (CargopoolError, OSError):
        return None
    return eur(found.plan.totals.objective_cents) if report.ok else None


def _take_plan(entry: dict[str, Any], state: CellState, run: Path) -> None:
    record = state.record
    assert record is not None
    claimed, _ = objective_and_bound(record)
    if claimed is None or (entry["objective"] is not None and claimed > entry["objective"] - _LEAST_GAIN):
        return
    published = record["format"] == BENCH_FORMAT
    objective = claimed if published else verified_objective(run, state.cell.case.input_sha256)
    if objective is None or abs(objective - claimed) > _LEAST_GAIN:
        return
    plan = run / "plan.json"
    entry["objective"] = objective
    entry["found_by"] = {
        "setting": state.cell.params_label,
        "seed": state.cell.seed,
        "cargopool": cargopool.__version__,
        "plan_sha256": None if published else hashlib.sha256(plan.read_bytes()).hexdigest(),
    }


def _take_bound(entry: dict[str, Any], state: CellState) -> None:
    assert state.record is not None
    _, bound = objective_and_bound(state.record)
    if bound is not None and (entry["bound"] is None or bound > entry["bound"] + _LEAST_GAIN):
        entry["bound"] = bound


def _refuse_contradiction(entry: Mapping[str, Any], path: Path) -> None:
    objective, bound = entry["objective"], entry["bound"]
    if objective is None or bound is None or bound <= objective + max(0.01, _AGREEMENT * abs(objective)):
        return
    message = f"{entry['instance']}: bound {bound} above plan {objective}"
    raise InputError(Diagnostic("E2043", message, str(path), "one of the two is wrong; the file was not changed"))
