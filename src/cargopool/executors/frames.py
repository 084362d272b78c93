"""Length-prefixed pickles on a pipe between a parent and its own child, and the child's end with its parent."""

from __future__ import annotations

import os
import pickle
import threading
import time
from typing import Any, BinaryIO

_LENGTH_BYTES = 8
_PARENT_POLL_S = 0.5


def write_frame(pipe: BinaryIO, value: Any) -> None:
    """Send one value."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(body).to_bytes(_LENGTH_BYTES, "little"))
    pipe.write(body)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> Any:
    """Receive one value.

    Raises
    ------
    EOFError
        When the other side is gone.
    """
    size = int.from_bytes(_read_exactly(pipe, _LENGTH_BYTES), "little")
    return pickle.loads(_read_exactly(pipe, size))


def _read_exactly(pipe: BinaryIO, size: int) -> bytes:
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return body


def end_with_parent() -> None:
    """In a child: end this process when its parent is gone, whoever else may hold the pipe open.

    Any other process that the parent forked holds the pipe too, so its end alone tells too little.
    """
    if os.name == "posix":
        threading.Thread(target=_watch_adoption, args=(os.getppid(),), daemon=True).start()


def _watch_adoption(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_S)
    os._exit(0)
