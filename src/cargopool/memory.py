"""Memory of this process and of its children, as the system counts it."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

_KIB_PER_MIB = 1024
_most_of_a_child = 0


def give_back(*, collect: bool = False) -> None:
    """Hand memory that was freed back to the system, where the C library keeps it for later (glibc).

    Arrays that come and go leave gaps that nothing else fits. A call takes milliseconds; with ``collect`` objects that
    hold each other are freed first, which takes longer.
    """
    if collect:
        gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no objects that hold each other meanwhile: for work that makes many and drops none of that kind."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


@lru_cache(maxsize=1)
def _trim() -> Any | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def note_child(process_id: int) -> None:
    """Remember the peak of a child that is about to end.

    What the system reports of a finished child is at least what its parent had when it started the child, so each is
    asked while it lives.
    """
    global _most_of_a_child
    _most_of_a_child = max(_most_of_a_child, _peak_kib(str(process_id)) or 0)


def peak_memory_mb() -> int | None:
    """Peak resident memory of this process and of its largest child that has ended; None where the system is silent."""
    own = _peak_kib("self")
    if own is not None:
        return (own + _most_of_a_child) // _KIB_PER_MIB
    if sys.platform == "win32":  # pragma: no cover
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(each).ru_maxrss for each in who) * unit // 2**20


def _peak_kib(process: str) -> int | None:
    try:
        status = Path("/proc", process, "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(words[1]) for words in lines), None)
