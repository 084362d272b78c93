"""The run folder on disk: a locked sibling while it is made, one swap at the end, nothing lost in between."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cargopool.errors import Diagnostic, InputError, OutputError, RunLockedError
from cargopool.reporting.sheets import Table
from cargopool.runs import atomic
from cargopool.runs.locking import FileLock

RUN_FORMAT = "cargopool-run/1"
RECORD = "run.json"
LOCK = ".lock"
_LOCK_TEXT = b"cargopool-run/1 lock\n"
_READER_WAIT_S = 2.0


@contextmanager
def writing(what: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into an `OutputError` that names ``what``."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            Diagnostic(
                "E7001",
                f"cannot write: {error.strerror or error}",
                str(what),
                "free some disk space or choose another --out; what was there before is untouched",
            )
        ) from error


def is_run_folder(path: Path) -> bool:
    """Whether ``path`` holds a run.json of ours."""
    try:
        record = json.loads((path / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("format") == RUN_FORMAT


def is_partial_folder(path: Path) -> bool:
    """Whether ``path`` is the working folder of a run of ours, finished, under way or only just begun."""
    try:
        with open(path / LOCK, "rb") as stream:
            return stream.read(len(_LOCK_TEXT)) == _LOCK_TEXT or [e.name for e in path.iterdir()] == [LOCK]
    except OSError:
        return False


class RunFolder:
    """Where one run writes: ``NAME.partial`` until `finish` swaps it in as ``NAME``.

    Attributes
    ----------
    target, partial : Path
        ``NAME`` and ``NAME.partial``, absolute and with links resolved.
    kept : Path or None
        Where an earlier, interrupted run of the same name was put aside, if it had a plan.
    """

    def __init__(self, target: Path, lock: FileLock, kept: Path | None) -> None:
        self.target = target
        self.partial = sibling(target, "partial")
        self.kept = kept
        self._lock = lock

    @classmethod
    def open(cls, name: str | os.PathLike[str]) -> RunFolder:
        """Claim ``name`` for a new run.

        Raises
        ------
        InputError
            When ``name`` or one of its siblings is something that is not ours to replace.
        RunLockedError
            When another process works on the same name.
        OutputError
            When the disk does not let us.
        """
        target = Path(name).resolve()
        finish_interrupted(target)
        _refuse_strangers(target)
        partial = sibling(target, "partial")
        with writing(partial):
            lock = _claim(partial, create=True)
        if lock is None:
            raise RunLockedError(_locked(target))
        try:
            with writing(partial):
                _clear(sibling(target, "old"))
                kept = _put_aside(target)
                _remove(partial, keep_folder=True)
                (partial / LOCK).write_bytes(_LOCK_TEXT)
        except BaseException:
            lock.release()
            raise
        return cls(target, lock, kept)

    def path(self, name: str) -> Path:
        """Path of a file of the run while it is being made."""
        return self.partial / name

    def write_text(self, name: str, text: str) -> None:
        """Replace one file of the run atomically."""
        with writing(self.path(name)):
            atomic.write_text(self.path(name), text)

    def write_table(self, table: Table) -> None:
        """Replace one CSV file of the run atomically."""
        from cargopool.files.tables import write_csv

        target = self.path(f"{table.name}.csv")
        with writing(target):
            atomic.write_through(target, lambda path: write_csv(path, table.names, table.rows))

    def finish(self) -> Path:
        """Swap the finished run in as ``NAME`` and give the lock back.

        Raises
        ------
        OutputError
            The old run, or the finished new one in ``NAME.partial``, is then still whole.
        """
        _refuse_strangers(self.target)
        with writing(self.target):
            atomic.sync_tree(self.partial)
            if os.name == "nt":  # pragma: no cover  # Windows renames no folder with an open file
                self._lock.release()
            _swap(self.target)
        if is_partial_folder(superseded := sibling(self.target, "interrupted")):
            _clear(superseded)
        self.leave()
        return self.target

    def leave(self) -> None:
        """Give the lock back; an unfinished ``NAME.partial`` stays for a warm start."""
        self._lock.release()


def sibling(target: Path, suffix: str) -> Path:
    """``NAME.suffix`` beside ``NAME``."""
    return target.with_name(f"{target.name}.{suffix}")


def finish_interrupted(target: Path) -> None:
    """Finish a swap that was interrupted; called by whoever opens ``target`` first. Harmless otherwise."""
    old, partial = sibling(target, "old"), sibling(target, "partial")
    if not is_run_folder(old):
        return
    deadline = time.monotonic() + _READER_WAIT_S
    lock = None
    while is_run_folder(old):
        holder = partial if is_partial_folder(partial) else target if is_partial_folder(target) else None
        lock = _claim(holder) if holder is not None else None
        if lock is not None or holder is None:
            break
        if time.monotonic() > deadline:
            raise RunLockedError(_locked(target))
        time.sleep(0.02)
    try:
        with writing(target):
            if not target.exists() and not (is_run_folder(partial) and is_partial_folder(partial)):
                if old.exists():
                    os.replace(old, target)
            else:
                _swap(target)
    finally:
        if lock is not None:
            lock.release()


def _claim(folder: Path, *, create: bool = False) -> FileLock | None:
    """Lock a working folder, None when somebody else has it (or it is just being renamed)."""
    for _ in range(20):
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            return FileLock.acquire(folder / LOCK)
        except FileNotFoundError:
            if not create:
                return None
    return None


def _swap(target: Path) -> None:
    """NAME -> NAME.old, NAME.partial -> NAME, then .old goes; carries on from any point of itself."""
    old, partial = sibling(target, "old"), sibling(target, "partial")
    if is_run_folder(partial):
        if target.exists() and not old.exists():
            if any(target.iterdir()):
                os.replace(target, old)
            else:
                target.rmdir()
            atomic.sync_folder(target.parent)
        if not target.exists():
            os.replace(partial, target)
            atomic.sync_folder(target.parent)
    (target / LOCK).unlink(missing_ok=True)
    _clear(old)


def _clear(folder: Path) -> None:
    """Remove a folder that is no longer needed; what cannot be removed waits for the next run."""
    with contextlib.suppress(OSError):
        _remove(folder)


def _remove(folder: Path, *, keep_folder: bool = False) -> None:
    """Remove a folder's content, the files by which it is known as ours last, so that a kill leaves no stranger."""
    known_by = {LOCK, RECORD}
    for entry in sorted(folder.iterdir(), key=lambda e: (e.name in known_by, e.name == LOCK)):
        if keep_folder and entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    if not keep_folder:
        folder.rmdir()


def _refuse_strangers(target: Path) -> None:
    for path, ours in (
        (target, is_run_folder),
        (sibling(target, "partial"), is_partial_folder),
        (sibling(target, "old"), lambda path: is_run_folder(path) or is_partial_folder(path)),
        (sibling(target, "interrupted"), is_partial_folder),
    ):
        if not os.path.lexists(path) or ours(path):
            continue
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            continue
        raise InputError(
            Diagnostic("E2001", "is not a run of cargopool, so it is not replaced", str(path), "choose another --out")
        )


def _put_aside(target: Path) -> Path | None:
    """Copy an interrupted run that has a plan to ``NAME.interrupted`` instead of writing over it."""
    partial, kept = sibling(target, "partial"), sibling(target, "interrupted")
    if not (partial / "plan.json").exists():
        return None
    if kept.exists():
        _remove(kept, keep_folder=True)
    kept.mkdir(exist_ok=True)
    (kept / LOCK).write_bytes(_LOCK_TEXT)
    shutil.copytree(partial, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns(LOCK, ".*.tmp"))
    atomic.sync_tree(kept)
    return kept


def _locked(target: Path) -> Diagnostic:
    return Diagnostic("E2002", "another process works on this run", str(target), "wait for it, or choose another --out")
