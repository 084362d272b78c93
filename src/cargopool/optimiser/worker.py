"""Child processes for engine calls: `cargopool.executors.worker` under the name it has here."""

from __future__ import annotations

from cargopool.executors.worker import POLL_SECONDS, StoppedError, Worker, Workers

__all__ = ["POLL_SECONDS", "StoppedError", "Worker", "Workers"]
