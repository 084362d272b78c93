"""Folders of many runs belong to one process at a time."""

from __future__ import annotations

from pathlib import Path

from cargopool.errors import Diagnostic, InputError, RunLockedError
from cargopool.runs.folder import writing
from cargopool.runs.locking import FileLock

LOCK = ".lock"


def refuse_second(path: Path, what: str, code: str) -> None:
    """Refuse a folder that holds one already, when nobody said to go on with it."""
    way_out = "go on with --resume, which repeats nothing that is done, or choose another --out"
    raise InputError(Diagnostic(code, f"holds a {what} already", str(path), way_out))


def claim(path: Path, inside: str, what: str, text: bytes) -> FileLock:
    """Make a folder with a place for its runs, and lock it.

    Parameters
    ----------
    inside : str
        Folder of the runs.
    what : str
        What the folder is, in words.
    text : bytes
        Content of the lock file, by which a folder that was only begun is known.

    Raises
    ------
    RunLockedError
        When another process works on it.
    OutputError
        When the disk does not let us.
    """
    with writing(path):
        (path / inside).mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(path / LOCK)
        if lock is None:
            raise RunLockedError(Diagnostic("E2002", f"another process works on this {what}", str(path), "wait"))
        (path / LOCK).write_bytes(text)
    return lock
