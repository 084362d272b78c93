"""What executors take and give back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import TracebackType
from typing import Any, Protocol, Self, cast

from cargopool.errors import Diagnostic, EngineError

_PACKAGE = "cargopool."


@dataclass(frozen=True, slots=True)
class Task:
    """A call of a function of cargopool.

    Attributes
    ----------
    key : str
        Unique among the tasks of an executor.
    target : str
        ``cargopool.room.module:function``.
    args : tuple
        Positional arguments; they and the result are pickled unless the executor is serial.
    """

    key: str
    target: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """How a task ended.

    Attributes
    ----------
    value : object
        What the function returned, None when there is an error.
    error : str
        Empty on success; else the kind and text of the error, in one line or more.
    kind : str
        Name of the error's class; ``LostWorker`` when the process that ran it died once too often, ``Cancelled``.
    attempts : int
        How often it was begun.
    """

    key: str
    value: Any = None
    error: str = ""
    kind: str = ""
    attempts: int = 1

    @property
    def ok(self) -> bool:
        """True when the function returned."""
        return not self.kind


class Executor(Protocol):
    """Runs tasks somewhere, in any order; for one thread of the caller's.

    Attributes
    ----------
    slots : int
        Tasks that run at the same time now.
    """

    @property
    def slots(self) -> int:
        """Tasks that run at the same time now; at least 1."""
        ...

    def submit(self, task: Task) -> None:
        """Take a task; it runs as soon as there is room."""
        ...

    def next(self, timeout: float | None = None) -> Done | None:
        """The next task that ended; None when nothing is under way, or nothing ended within ``timeout`` seconds."""
        ...

    def cancel(self, key: str) -> None:
        """End a task; it comes out of `next` as ``Cancelled`` unless it had ended already."""
        ...

    def close(self) -> None:
        """End everything that runs, and every process."""
        ...

    def __enter__(self) -> Self:
        """For a ``with`` block."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        ...


@dataclass(slots=True)
class Window:
    """Keeps an executor busy without handing it everything at once: arguments may be large.

    Attributes
    ----------
    ahead : int
        Tasks handed over beyond those that run.
    """

    executor: Executor
    ahead: int = 1
    _under_way: int = field(default=0)

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Run all tasks and yield each as it ends."""
        waiting = iter(tasks)
        self._fill(waiting)
        while self._under_way:
            done = self.executor.next()
            if done is None:
                return
            self._under_way -= 1
            self._fill(waiting)
            yield done

    def _fill(self, waiting: Iterator[Task]) -> None:
        while self._under_way < self.executor.slots + self.ahead:
            task = next(waiting, None)
            if task is None:
                return
            self.executor.submit(task)
            self._under_way += 1


def call_target(target: str, args: tuple[Any, ...], keywords: Mapping[str, Any] | None = None) -> Any:
    """Call a function of cargopool by its address.

    Raises
    ------
    EngineError
        When the address is outside cargopool.
    """
    module, _, name = target.partition(":")
    if not module.startswith(_PACKAGE) or not name:
        raise EngineError(Diagnostic("E7013", f"{target!r} is not a function of cargopool"))
    return cast(Any, getattr(import_module(module), name))(*args, **(keywords or {}))


def outcome_of(task: Task, attempts: int = 1) -> Done:
    """Call a task in this process."""
    try:
        return Done(task.key, value=call_target(task.target, task.args), attempts=attempts)
    except Exception as error:
        return failed(task.key, error, attempts)


def failed(key: str, error: BaseException, attempts: int = 1) -> Done:
    """The outcome of a task that raised."""
    return Done(key, error=str(error) or type(error).__name__, kind=type(error).__name__, attempts=attempts)
