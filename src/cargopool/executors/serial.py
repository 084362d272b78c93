"""Tasks one after the other in this process."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

from cargopool.executors.tasks import Done, Task, outcome_of


class SerialExecutor:
    """Runs each task when its result is asked for; for tests, debuggers and single tasks."""

    def __init__(self) -> None:
        self._waiting: deque[Task] = deque()
        self._cancelled: deque[Done] = deque()

    @property
    def slots(self) -> int:
        """One at a time."""
        return 1

    def submit(self, task: Task) -> None:
        """Take a task."""
        self._waiting.append(task)

    def next(self, timeout: float | None = None) -> Done | None:
        """Run the oldest task; ``timeout`` has no meaning here."""
        if self._cancelled:
            return self._cancelled.popleft()
        return outcome_of(self._waiting.popleft()) if self._waiting else None

    def cancel(self, key: str) -> None:
        """Take a task out of the queue."""
        for task in tuple(self._waiting):
            if task.key == key:
                self._waiting.remove(task)
                self._cancelled.append(Done(key, error="cancelled", kind="Cancelled", attempts=0))

    def close(self) -> None:
        """Drop what was not run."""
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
