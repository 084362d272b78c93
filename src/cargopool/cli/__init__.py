"""The command line: one file per verb, no logic that the API lacks."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the process's exit code is the value returned."""
    import time

    started = time.monotonic()
    try:
        from cargopool.cli.entry import run_command

        return run_command(arguments, started)
    except KeyboardInterrupt:
        return 130
