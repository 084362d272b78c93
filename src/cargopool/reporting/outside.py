"""External costs of a plan in figures: one calculation for run.json, kpis.json, terminal and report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cargopool.footprint import CATEGORIES, CLIMATE, counted_categories, external_lines
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
        ``confidence``: words of the rates.
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
    }


def external_note(figures: Mapping[str, Any]) -> str:
    """What a reader must know beside the sum."""
    counted = "part of the objective" if figures["mode"] == "internalise" else "reported only"
    parts = [f"{counted}, no money of the plan"]
    if figures["left_out"]:
        parts.append("climate is left to the carbon price")
    most = sorted(figures["by_category"].items(), key=lambda item: -item[1])[:3]
    if most:
        parts.append(", ".join(f"{CATEGORIES.get(name, name).lower()} {thousands(value)}" for name, value in most))
    doubtful = [word for word in figures["confidence"] if word in ("memory", "synthetic", "inconsistent")]
    if doubtful:
        parts.append(f"rates from {' and '.join(doubtful)}")
    return "; ".join(parts)
