"""Tasks in child processes of this machine; a process that dies costs one repetition, not the batch."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from cargopool.executors.frames import read_frame, write_frame
from cargopool.executors.tasks import Done, Task, failed

_GONE = object()
_WAIT_S = 5.0
_GRACE_S = 1.0


class ProcessExecutor:
    """Runs tasks in at most ``jobs`` children.

    Parameters
    ----------
    jobs : int
        Children at the same time.
    retries : int
        How often a task is begun again after the process that ran it died.
    fresh : bool
        A new process for each task: measured memory is the task's own, and nothing is handed from task to task. The
        default keeps processes, which suits many short tasks.
    """

    def __init__(self, jobs: int = 1, *, retries: int = 3, fresh: bool = False) -> None:
        self._jobs = max(1, jobs)
        self._retries = retries
        self._fresh = fresh
        self._waiting: deque[tuple[Task, int]] = deque()
        self._running: dict[str, _Child] = {}
        self._idle: list[_Child] = []
        self._cancelled: deque[Done] = deque()
        self._answers: queue.SimpleQueue[tuple[_Child, Any]] = queue.SimpleQueue()

    @property
    def slots(self) -> int:
        """Children at the same time."""
        return self._jobs

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Ids of the children that run a task."""
        return tuple(child.process.pid for child in self._running.values())

    def submit(self, task: Task) -> None:
        """Take a task; it starts at once when a child is free."""
        self._waiting.append((task, 1))
        self._start_waiting()

    def next(self, timeout: float | None = None) -> Done | None:
        """The next task that ended; see `Executor.next`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._cancelled or self._running or self._waiting:
            if self._cancelled:
                return self._cancelled.popleft()
            self._start_waiting()
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                child, answer = self._answers.get(timeout=left)
            except queue.Empty:
                return None
            done = self._taken(child, answer)
            self._start_waiting()
            if done is not None:
                return done
        return None

    def cancel(self, key: str) -> None:
        """End a task; a running one loses its process."""
        cancelled = Done(key, error="cancelled", kind="Cancelled", attempts=0)
        for entry in tuple(self._waiting):
            if entry[0].key == key:
                self._waiting.remove(entry)
                self._cancelled.append(cancelled)
        child = self._running.pop(key, None)
        if child is not None:
            child.end()
            self._cancelled.append(cancelled)

    def close(self) -> None:
        """Kill every child."""
        self._waiting.clear()
        for child in (*self._running.values(), *self._idle):
            child.end()
        self._running.clear()
        self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _start_waiting(self) -> None:
        while self._waiting and len(self._running) < self._jobs:
            task, attempt = self._waiting.popleft()
            child = self._idle.pop() if self._idle else _Child(self._answers)
            self._running[task.key] = child
            child.begin(task, attempt)

    def _taken(self, child: _Child, answer: Any) -> Done | None:
        """What an answer means; None when it says nothing new to the caller."""
        task, attempt = child.task, child.attempt
        if task is None or self._running.get(task.key) is not child:
            if child in self._idle:
                self._idle.remove(child)
                child.end()
            return None
        del self._running[task.key]
        child.task = None
        if answer is not _GONE:
            done, spent = answer
            if spent or self._fresh:
                child.end()
            else:
                self._idle.append(child)
            return Done(done.key, done.value, done.error, done.kind, attempt)
        code = child.end(_GRACE_S)
        if attempt <= self._retries:
            self._waiting.appendleft((task, attempt + 1))
            return None
        return Done(task.key, error=_how_it_died(code), kind="LostWorker", attempts=attempt)


def _how_it_died(code: int | None) -> str:
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"the process that ran it died each time, last by {how}; it may have run out of memory"


@dataclass(eq=False, slots=True)
class _Child:
    answers: queue.SimpleQueue[tuple[_Child, Any]]
    task: Task | None = None
    attempt: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        environment = dict(os.environ)
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH", ""))))
        # A session of its own keeps Ctrl-C in the terminal from the child: what happens then is the caller's decision.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cargopool.executors.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def begin(self, task: Task, attempt: int) -> None:
        """Send a task; when the child is gone already, its listener says so."""
        self.task, self.attempt = task, attempt
        try:
            write_frame(cast(BinaryIO, self.process.stdin), task)
        except OSError:
            return
        except Exception as error:  # its arguments cannot be pickled
            self.answers.put((self, (failed(task.key, error), False)))

    def end(self, grace_s: float = 0.0) -> int | None:
        """Kill the process, after ``grace_s`` seconds in which it may end by itself; its exit code."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(grace_s)
        code = self.process.poll()
        with contextlib.suppress(OSError):
            self.process.kill()
        with contextlib.suppress(OSError, BrokenPipeError):
            cast(BinaryIO, self.process.stdin).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_WAIT_S)
        return self.process.returncode if code is None else code

    def _listen(self) -> None:
        pipe = cast(BinaryIO, self.process.stdout)
        try:
            with pipe:
                while True:
                    self.answers.put((self, read_frame(pipe)))
        except Exception:
            self.answers.put((self, _GONE))
