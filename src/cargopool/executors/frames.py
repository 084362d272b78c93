"""Length-prefixed pickles on a pipe between a parent and its own child."""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

_LENGTH_BYTES = 8


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
