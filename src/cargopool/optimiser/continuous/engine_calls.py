"""Calls of engines that a solve waits for, in a child process where there is a clock to end them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cargopool.optimiser.engines import EngineLimits, EngineResult, solve_model
from cargopool.optimiser.worker import StoppedError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from cargopool.optimiser.continuous.clock import Clock
    from cargopool.optimiser.engines import MipModel

GRACE = 0.3
"""Seconds beyond the limit for an engine to come back by itself, with its bound, before it is ended."""

LATE = 3.0
"""Seconds beyond its own limit after which an engine is ended in any case."""

LEAST_SECONDS = 0.01


class EngineCalls:
    """One call at a time.

    Parameters
    ----------
    clock : Clock
        Of the solve; without a clock to read, engines work in this process.
    useless : callable
        Asked while an engine works: True when its answer is not needed any more.
    """

    def __init__(self, clock: Clock, useless: Callable[[], bool]) -> None:
        self.clock, self.useless = clock, useless
        self._worker: Worker | None = None

    def start(self) -> None:
        """Let the child warm up beside other work."""
        if self._worker is None and self.clock.timed:
            self._worker = Worker()
            self._worker.start("scipy.optimize", "scipy.sparse")

    def call(self, name: str, model: MipModel, limits: EngineLimits, seconds: float) -> EngineResult | None:
        """Solve a model by a named engine; None when it was ended before it had a result."""
        if not self.clock.timed:
            return solve_model(name, model, limits)
        if self._worker is None:
            self._worker = Worker()
        try:
            solve = "cargopool.optimiser.engines:solve_model"
            found: EngineResult = self._worker.call(
                solve, name, model, limits, stop=self.to_end, seconds=seconds + LATE
            )
        except StoppedError:
            return None
        return found

    def linear(self, model: MipModel, seconds: float) -> EngineResult | None:
        """Solve a linear model within some seconds; None when that did not do."""
        left = self.clock.left()
        seconds = max(LEAST_SECONDS, seconds if left is None else min(seconds, left))
        self.clock.spend(1)
        return self.call("highs", model, EngineLimits(seconds=seconds if self.clock.timed else None), seconds)

    def to_end(self) -> bool:
        """Whether to end the engine: at once when asked to, a little late by the clock, which it keeps to itself."""
        left = self.clock.left()
        late = left is not None and left < -GRACE
        return late or self.clock.asked() or self.useless()

    def close(self) -> None:
        """End the child."""
        if self._worker is not None:
            self._worker.close()
