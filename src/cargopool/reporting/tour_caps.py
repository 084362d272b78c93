"""Caps on CO2e beside what a plan emits with its tours: caps bind the estimates, so it is said where they do not do."""

from __future__ import annotations

from typing import Any

from cargopool.errors import Diagnostic
from cargopool.footprint.caps import CapState, cap_states, cap_states_with_tours
from cargopool.model.caps import cap_text
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.text import thousands
from cargopool.units import GRAMS_PER_KG


def caps_with_tours(scenario: Scenario, plan: Plan | None) -> list[dict[str, Any]] | None:
    """The ``caps_with_tours`` list of run.json; None without tours or without caps.

    Returns
    -------
    list of dict, or None
        For each cap: ``cap`` in words, ``where``, ``limit_kg``, ``co2e_kg`` at the estimates, ``with_tours_kg``, and
        whether it is ``kept`` with them.
    """
    found = [
        {
            "cap": cap_text(real.cap),
            "where": where,
            "limit_kg": real.limit_grams / GRAMS_PER_KG,
            "co2e_kg": thought.grams / GRAMS_PER_KG,
            "with_tours_kg": real.grams / GRAMS_PER_KG,
            "kept": not real.excess_grams,
        }
        for where, thought, real in _states(scenario, plan)
    ]
    return found or None


def cap_warnings(scenario: Scenario, plan: Plan | None) -> tuple[Diagnostic, ...]:
    """A warning (W1645) for each cap that the estimates keep and the tours' real CO2e does not."""
    return tuple(
        Diagnostic(
            "W1645",
            f"{cap_text(real.cap)}: kept by the estimates of drayage with {_kg(thought.grams)}, but {_kg(real.grams)} "
            f"with the tours, {_kg(real.excess_grams)} above {_kg(real.limit_grams)}",
            where,
            "lower the cap by the difference and plan again, or give the tours cleaner vehicles",
            severity="warning",
        )
        for where, thought, real in _states(scenario, plan)
        if real.excess_grams and not thought.excess_grams
    )


def _states(scenario: Scenario, plan: Plan | None) -> list[tuple[str, CapState, CapState]]:
    """(path, at the estimates, with the tours) of every cap."""
    if plan is None or not plan.tours:
        return []
    thought, real = cap_states(scenario, plan), cap_states_with_tours(scenario, plan)
    whole = [] if scenario.objective.co2e_cap_kg is None else ["objective.co2e_cap_kg"]
    paths = [*whole, *(f"objective.caps[{n}]" for n in range(len(scenario.objective.caps)))]
    return list(zip(paths, thought, real, strict=True))


def _kg(grams: int) -> str:
    return f"{thousands(grams / GRAMS_PER_KG, 1)} kg"
