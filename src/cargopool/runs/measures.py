"""What a run took: seconds by stage."""

from __future__ import annotations

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
