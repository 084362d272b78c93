"""What a run took: seconds by stage, and memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_STAGES = ("read", "network", "compile", "optimise", "verify", "baselines", "report")


class Stopwatch:
    """Wall seconds by stage since ``started`` (a `time.monotonic` reading)."""

    def __init__(self, started: float | None = None) -> None:
        self.started = time.monotonic() if started is None else started
        self._seconds: dict[str, float] = dict.fromkeys(_STAGES, 0.0)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - begin)

    def add(self, name: str, seconds: float) -> None:
        """Add seconds that somebody else measured."""
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def seconds(self) -> dict[str, float]:
        """Seconds by stage and in total, to the millisecond."""
        return {name: round(value, 3) for name, value in self._seconds.items()} | {"total": round(self.elapsed, 3)}


def peak_memory_mb() -> int | None:
    """Peak resident memory of this process and its largest finished child; None where the system does not tell."""
    if sys.platform == "win32":  # pragma: no cover
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(each).ru_maxrss for each in who) * unit // 2**20
