"""External costs of a plan in figures: one calculation for run.json, kpis.json, terminal and report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cargopool.footprint import CATEGORIES, CLIMATE, counted_categories, external_lines
from cargopool.footprint.outside_tours import estimated_external_lines, tour_external_lines
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.text import thousands
from cargopool.units import eur

GROUP_WORDS = {
    "road": "road",
    "rail_electric": "rail, electric",
    "rail_diesel": "rail, diesel",
    "barge": "barge",
    "sea": "sea",
}


def external_figures(scenario: Scenario, plan: Plan | None) -> dict[str, Any] | None:
    """The ``external_costs`` object of run.json; None where nobody asked or there is no plan.

    Returns
    -------
    dict or None
        ``mode``; ``eur`` in all, ``by_category``, ``by_mode``; ``left_out``: categories that the carbon price counts;
        ``confidence``: words of the rates; for a plan with tours ``with_tours_eur``: in all, with the tours' real
        kilometres and loads in the place of the estimates.
    """
    if plan is None or scenario.objective.external_costs == "none":
        return None
    by_category: dict[str, int] = defaultdict(int)
    by_mode: dict[str, int] = defaultdict(int)
    words = set()
    for line in external_lines(scenario, plan):
        by_mode[line.group] += line.cents * line.count
        words.add(line.confidence)
        for name, cents in line.by_category.items():
            by_category[name] += cents * line.count
    counted = counted_categories(scenario.objective)
    return {
        "mode": scenario.objective.external_costs,
        "eur": eur(sum(by_mode.values())),
        "by_category": {name: eur(by_category[name]) for name in CATEGORIES if name in by_category},
        "by_mode": {name: eur(by_mode[name]) for name in GROUP_WORDS if name in by_mode},
        "left_out": [name for name in CATEGORIES if name in CLIMATE and name not in counted],
        "confidence": sorted(words),
        **({"with_tours_eur": eur(sum(by_mode.values()) + _change(scenario, plan))} if plan.tours else {}),
    }


def _change(scenario: Scenario, plan: Plan) -> int:
    """Cents by which the tours are worse than the estimates."""
    real, thought = tour_external_lines(scenario, plan), estimated_external_lines(scenario, plan)
    return sum(line.cents * line.count for line in real) - sum(line.cents * line.count for line in thought)


def external_note(figures: Mapping[str, Any]) -> str:
    """What a reader must know beside the sum."""
    counted = "part of the objective" if figures["mode"] == "internalise" else "reported only"
    parts = [f"{counted}, no money of the plan"]
    if figures.get("with_tours_eur") is not None:
        parts.append(f"{thousands(figures['with_tours_eur'], 2)} EUR with the tours")
    if figures["left_out"]:
        parts.append("climate is left to the carbon price")
    most = sorted(figures["by_category"].items(), key=lambda item: -item[1])[:3]
    if most:
        parts.append(", ".join(f"{CATEGORIES.get(name, name).lower()} {thousands(value)}" for name, value in most))
    doubtful = [word for word in figures["confidence"] if word in ("memory", "synthetic", "inconsistent")]
    if doubtful:
        parts.append(f"rates from {' and '.join(doubtful)}")
    return "; ".join(parts)
