"""Small tasks by which an executor can be tried: on a new cluster, and in tests."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any


def sleep(seconds: float) -> float:
    """Sleep, and give back the seconds."""
    time.sleep(seconds)
    return seconds


def process_id() -> int:
    """Id of the process that runs the task."""
    return os.getpid()


def die() -> None:
    """Kill the process that runs the task."""
    os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def leave_thread(seconds: float) -> int:
    """Leave a thread behind; id of the process."""
    threading.Thread(target=time.sleep, args=(seconds,), daemon=True).start()
    return os.getpid()


def unpicklable() -> Any:
    """Give back something that no pipe takes."""
    return lambda: None
