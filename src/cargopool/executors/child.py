"""The process that runs tasks: ``python -m cargopool.executors.child``, one task at a time in its main thread.

It writes nothing to the parent's output, and ends with its parent, also when that is killed.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from typing import BinaryIO

from cargopool.executors.frames import end_with_parent, read_frame, write_frame
from cargopool.executors.tasks import Done, Task, failed, outcome_of


def main() -> None:
    """Serve tasks until the parent closes the pipe."""
    end_with_parent()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(silence, stream)
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, tasks), daemon=True).start()
    threads = threading.active_count()
    while True:
        done = outcome_of(tasks.get())
        # Threads that nobody waits for would take time from the next task, so the parent then takes a fresh process.
        _answer(answers, done, spent=threading.active_count() > threads)


def _answer(answers: BinaryIO, done: Done, *, spent: bool) -> None:
    try:
        write_frame(answers, (done, spent))
    except OSError:
        os._exit(0)
    except Exception as error:  # what it returned cannot be pickled
        write_frame(answers, (failed(done.key, error), spent))


def _receive(requests: BinaryIO, tasks: queue.SimpleQueue[Task]) -> None:
    """Hand tasks on, and end the process when the parent is gone."""
    try:
        while True:
            tasks.put(read_frame(requests))
    except Exception:
        os._exit(0)


if __name__ == "__main__":
    main()
