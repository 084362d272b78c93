"""SIGINT and SIGTERM as a wish to stop: the first asks, a second SIGINT leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

_WATCHED = (signal.SIGINT, signal.SIGTERM)


class Stoppable(Protocol):
    """What a signal sets, such as a `StopFlag`."""

    def set(self) -> None:
        """Ask to stop."""


class SignalWatch:
    """What the signals have said so far.

    Attributes
    ----------
    stopped : bool
        A signal came.
    """

    def __init__(self, flag: Stoppable, leave: Callable[[], None]) -> None:
        self.stopped = False
        self._flag = flag
        self._leave = leave

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        if self.stopped and number == signal.SIGINT:
            self._leave()
        self.stopped = True
        self._flag.set()


def _raise_interrupt() -> None:
    raise KeyboardInterrupt


@contextmanager
def stop_on_signals(flag: Stoppable, leave: Callable[[], None] = _raise_interrupt) -> Iterator[SignalWatch]:
    """Set ``flag`` on SIGINT or SIGTERM while the block runs, then restore the handlers.

    Outside the main thread, where Python handles no signals, nothing is installed.

    Parameters
    ----------
    leave : callable
        Called on a second SIGINT; raises KeyboardInterrupt by default.
    """
    watch = SignalWatch(flag, leave)
    if threading.current_thread() is not threading.main_thread():
        yield watch
        return
    before = {number: signal.signal(number, watch) for number in _WATCHED}
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
