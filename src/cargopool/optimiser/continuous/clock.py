"""What a solve in continuous time has left: seconds, or units of work without any clock."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """What is left: seconds or work, and whether somebody asked to stop."""

    def __init__(self, seconds: float | None, work: int | None, stop: Callable[[], bool] | None) -> None:
        self.timed = work is None
        self.begun = time.monotonic() if self.timed else 0.0
        self.limit = seconds
        self.work = work
        self.stop = stop

    def seconds(self) -> float:
        """Since the beginning; 0 under a work limit."""
        return time.monotonic() - self.begun if self.timed else 0.0

    def left(self) -> float | None:
        """Seconds left, None where time does not matter."""
        return None if self.limit is None else self.limit - self.seconds()

    def spend(self, units: int) -> None:
        """Count work."""
        if self.work is not None:
            self.work -= units

    def asked(self) -> bool:
        """True when somebody asked to stop."""
        return self.stop is not None and self.stop()

    def over(self) -> bool:
        """True when the solve must end."""
        left = self.left()
        return self.asked() or (left is not None and left <= 0) or (self.work is not None and self.work <= 0)
