"""Exit codes and which of them wins."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from cargopool.errors import CargopoolError, InputError, OutputError, VerificationError

if TYPE_CHECKING:
    from cargopool.runs import RunOutcome


class Exit(IntEnum):
    """Exit codes of every verb; docs/cli.md explains them."""

    OK = 0
    INTERNAL = 1
    INPUT = 2
    INFEASIBLE = 3
    NO_PLAN = 4
    UNSERVED = 5
    VIOLATIONS = 6
    OUTPUT = 7
    BATCH = 8
    INTERRUPTED = 130


def exit_of_error(error: CargopoolError) -> Exit:
    """The exit code of an error."""
    if isinstance(error, VerificationError):
        return Exit.VIOLATIONS
    if isinstance(error, OutputError):
        return Exit.OUTPUT
    return Exit.INPUT if isinstance(error, InputError) else Exit.INTERNAL


def exit_of_run(outcome: RunOutcome, *, fail_on_unserved: bool) -> Exit:
    """The exit code of a run that was written: infeasible before no plan before unserved before interrupted."""
    record = outcome.record
    if record["status"] == "infeasible":
        return Exit.INFEASIBLE
    if record["status"] == "no_plan":
        return Exit.INTERRUPTED if outcome.interrupted else Exit.NO_PLAN
    if fail_on_unserved and record["shipments"]["unserved"]:
        return Exit.UNSERVED
    return Exit.INTERRUPTED if outcome.interrupted else Exit.OK
