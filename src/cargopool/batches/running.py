"""What a worker does for one run of a batch, here or on another machine."""

from __future__ import annotations

import io
import json
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cargopool.errors import Diagnostic, InputError, OutputError, RunLockedError

if TYPE_CHECKING:
    from cargopool.model.scenario import Scenario
    from cargopool.optimiser.continuous.instance import ContinuousInstance
    from cargopool.runs import RunRequest

RUN_HERE = "cargopool.batches.running:run_here"
RUN_AWAY = "cargopool.batches.running:run_away"
RUN_PUBLISHED = "cargopool.batches.running:run_published"
BENCH_FORMAT = "cargopool-bench/1"
_UNFINISHED = ("interrupted", "error")
_CLAIM_WAIT_S = 30.0
_CLAIM_POLL_S = 0.1


def finished_record(folder: Path, key: str) -> dict[str, Any] | None:
    """run.json of a run that came to its own end and has this key, else None."""
    from cargopool.runs.folder import finish_interrupted

    finish_interrupted(folder)
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    said = record.get("batch") if isinstance(record, dict) else None
    if not isinstance(said, Mapping) or said.get("key") != key or record.get("termination") in _UNFINISHED:
        return None
    return dict(record)


def run_here(request: RunRequest, scenario: Scenario, claim: str) -> None:
    """Make a run folder on this machine, unless somebody else has just made it.

    The worker of a driver that was killed may live on for a moment and finish its run: ``claim`` is a file whose lock
    says who works on the run, so that it is neither made twice nor refused.

    Raises
    ------
    CargopoolError
        As `runs.run`; also when the run was stopped by a signal.
    """
    from cargopool.runs import run

    lock = _claimed(Path(claim))
    try:
        key = str((request.batch or {}).get("key"))
        if finished_record(Path(request.out), key) is None:
            _refuse_interrupted(run(request, scenario=scenario).interrupted)
    finally:
        lock.release()


def run_away(request: RunRequest, scenario: Scenario) -> bytes:
    """Make a run folder in a temporary place and give back its files, packed."""
    from cargopool.runs import run

    with tempfile.TemporaryDirectory(prefix="cargopool-run-") as place:
        name = Path(request.out).name
        outcome = run(replace(request, out=Path(place) / name), scenario=scenario)
        _refuse_interrupted(outcome.interrupted)
        return pack_folder(outcome.path)


def run_published(
    instance: ContinuousInstance, time_limit: float, gap: float, seed: int, threads: int
) -> dict[str, Any]:
    """Solve a published instance in continuous time; its plan is checked before the record is made."""
    from cargopool.batches.bench_continuous import solve_instance

    return solve_instance(instance, time_limit=time_limit, gap=gap, seed=seed, threads=threads).record()


def pack_folder(folder: Path) -> bytes:
    """Every file of a folder as a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


def unpack_run(packed: bytes, target: Path) -> None:
    """Put a packed run in its place as one step, as a run on this machine would.

    Raises
    ------
    OutputError
        When the disk does not take it.
    """
    from cargopool.runs.folder import LOCK, RunFolder, writing

    folder = RunFolder.open(target)
    try:
        with writing(target), zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for name in archive.namelist():
                if name == LOCK:
                    continue
                place = folder.path(name)
                if not place.resolve().is_relative_to(folder.partial.resolve()):
                    raise OutputError(Diagnostic("E7001", "a worker sent a file with a foreign path", name))
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(name))
        folder.finish()
    finally:
        folder.leave()


def _claimed(path: Path) -> Any:
    from cargopool.runs.folder import writing
    from cargopool.runs.locking import FileLock

    deadline = time.monotonic() + _CLAIM_WAIT_S
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        while (lock := FileLock.acquire(path)) is None:
            if time.monotonic() > deadline:
                way_out = "end the process that does, and use --resume"
                raise RunLockedError(Diagnostic("E2002", "another process works on this run", path.stem, way_out))
            time.sleep(_CLAIM_POLL_S)
    return lock


def _refuse_interrupted(interrupted: bool) -> None:
    if interrupted:
        raise InputError(Diagnostic("E2036", "the run was stopped by a signal", "", "use --resume"))
