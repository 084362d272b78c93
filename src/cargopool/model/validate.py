"""Meaning of a scenario: what syntax and types cannot say."""

from __future__ import annotations

from cargopool.errors import Diagnostic
from cargopool.model.scenario import Scenario


def check_scenario(scenario: Scenario, assume_known: frozenset[str] = frozenset()) -> tuple[Diagnostic, ...]:
    """Check the meaning of a scenario."""
    return ()
