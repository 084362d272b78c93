"""Child processes for calls that cannot be interrupted from Python.

HiGHS and SCIP run on to their own limit when asked to stop, and some solvers hold the interpreter lock or print
banners. So such a call runs in ``python -m cargopool.executors.worker``: it talks by pipe in length-prefixed pickles,
writes nothing to the parent's output, and ends at stop and with its parent. No multiprocessing spawn is used, so
callers need no ``__main__`` guard and notebooks work.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from cargopool.errors import CargopoolError, Diagnostic, EngineError
from cargopool.executors.frames import end_with_parent, read_frame, write_frame
from cargopool.executors.tasks import call_target
from cargopool.memory import note_child

POLL_SECONDS = 0.02
"""How often a waiting parent looks at its stop."""


class StoppedError(CargopoolError):
    """A call was ended by its stop or deadline before it had a result."""

    def __init__(self, diagnostics: Any = ()) -> None:
        super().__init__(diagnostics or Diagnostic("E7010", "the call was stopped"))


class Worker:
    """One child process that runs one call at a time; usable from any thread.

    A worker that was stopped in a call is dead; the next call starts a fresh child. ``start`` launches the child ahead
    of need, so that it warms up beside other work.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._finalizer: weakref.finalize[..., Worker] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """Id of the living child, None when there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self, *modules: str) -> None:
        """Launch the child, and let it import modules (``ortools.sat.python.cp_model``) ahead of need."""
        with self._lock:
            self._ensure()
            if modules:
                self._send(("import", modules))

    def call(
        self,
        target: str,
        *args: Any,
        stop: Callable[[], bool] | None = None,
        seconds: float | None = None,
        on_message: Callable[[Any], None] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Run ``target`` (``package.module:function``, inside cargopool) in the child and return its result.

        Parameters
        ----------
        stop : callable or None
            Asked about every 20 ms in the caller's thread; when true the child is killed.
        seconds : float or None
            Hard limit, after which the child is killed.
        on_message : callable or None
            Receives, in the caller's thread, what the function passes to its keyword argument ``emit``; only then is
            ``emit`` given to the function.

        Raises
        ------
        StoppedError
            By stop or after ``seconds``.
        EngineError
            The function raised, or the child died.
        """
        with self._lock:
            self._ensure()
            self._send(("call", (target, args, kwargs, on_message is not None)))
            deadline = None if seconds is None else time.monotonic() + seconds
            try:
                return self._await(stop, deadline, on_message)
            except BaseException:
                self._kill()
                raise

    def close(self) -> None:
        """End the child; harmless when there is none."""
        with self._lock:
            self._kill()

    def _await(self, stop: Callable[[], bool] | None, deadline: float | None, on_message: Any) -> Any:
        while True:
            try:
                kind, value = self._frames.get(timeout=POLL_SECONDS)
            except queue.Empty:
                kind, value = "", None
            if kind == "result":
                return value
            if kind == "message":
                on_message(value)
            elif kind == "error":
                raise EngineError(Diagnostic("E7011", f"a call in the worker failed: {value}"))
            elif kind == "end":
                raise EngineError(Diagnostic("E7012", "the worker process died", help="it may have run out of memory"))
            if (stop is not None and stop()) or (deadline is not None and time.monotonic() > deadline):
                raise StoppedError

    def _ensure(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._kill()
        environment = dict(os.environ)
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cargopool.executors.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._frames = queue.SimpleQueue()
        self._finalizer = weakref.finalize(self, _end, self._process)
        pipe = cast(BinaryIO, self._process.stdout)
        threading.Thread(target=_read_frames, args=(pipe, self._frames), daemon=True).start()

    def _send(self, frame: tuple[str, Any]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise EngineError(Diagnostic("E7012", "the worker process died"))
        try:
            write_frame(cast(BinaryIO, process.stdin), frame)
        except OSError as error:
            self._kill()
            raise EngineError(Diagnostic("E7012", f"the worker process died: {error}")) from error

    def _kill(self) -> None:
        if self._finalizer is not None:
            self._finalizer.detach()
            self._finalizer = None
        if self._process is not None:
            _end(self._process)
            self._process = None


class Workers:
    """Workers to reuse over several solves; give it to them so that each need not start its own child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextlib.contextmanager
    def borrow(self) -> Any:
        """A worker for the length of a with-block."""
        with self._lock:
            worker = self._idle.pop() if self._idle else Worker()
        try:
            yield worker
        finally:
            with self._lock:
                self._idle.append(worker)

    def close(self) -> None:
        """End all idle workers."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:  # the number of one that has ended may be somebody else's
        note_child(process.pid)
    with contextlib.suppress(OSError):
        process.kill()
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)


def _read_frames(pipe: BinaryIO, frames: queue.SimpleQueue[tuple[str, Any]]) -> None:
    """Parent side: hand frames on until the child's end; the thread ends with the pipe."""
    with contextlib.suppress(OSError, ValueError, EOFError), pipe:
        while True:
            frames.put(read_frame(pipe))
    frames.put(("end", None))


def _watch_parent(pipe: BinaryIO, frames: queue.SimpleQueue[tuple[str, Any] | None]) -> None:
    """Child side: hand frames on, and end the process when the parent closes the pipe."""
    with contextlib.suppress(OSError, EOFError):
        while True:
            frames.put(read_frame(pipe))
    os._exit(0)


def _serve(frames: queue.SimpleQueue[tuple[str, Any] | None], answers: BinaryIO) -> None:
    while True:
        frame = frames.get()
        if frame is None:
            return
        kind, body = frame
        if kind == "import":
            for module in body:
                with contextlib.suppress(ImportError):
                    import_module(module)
            continue
        target, args, kwargs, streaming = body
        try:
            if streaming:
                kwargs["emit"] = lambda message: write_frame(answers, ("message", message))
            answer = ("result", call_target(target, args, kwargs))
        except Exception as error:
            answer = ("error", f"{type(error).__name__}: {error}")
        write_frame(answers, answer)


def main() -> None:
    """Serve calls until the parent closes the pipe."""
    end_with_parent()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(silence, stream)
    frames: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
    threading.Thread(target=_watch_parent, args=(requests, frames), daemon=True).start()
    _serve(frames, answers)


if __name__ == "__main__":
    main()
