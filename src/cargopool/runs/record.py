"""run.json: everything that is quoted about a run, in one place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cargopool
from cargopool.model.plan import Plan
from cargopool.model.result import Result
from cargopool.model.scenario import Scenario
from cargopool.reporting.board import make_board
from cargopool.reporting.carbon_sheet import carbon_facts
from cargopool.reporting.executed import execution_record
from cargopool.reporting.figures import Figures, count
from cargopool.reporting.gaps import controllable_gap
from cargopool.reporting.outside import external_figures
from cargopool.reporting.tour_caps import caps_with_tours
from cargopool.runs.comparing import Comparison
from cargopool.runs.folder import RUN_FORMAT
from cargopool.units import GRAMS_PER_KG, eur

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What run.json says besides the result.

    Attributes
    ----------
    reproducible : bool
        Nothing but the input decided the plan: no clock and no signal.
    batch : mapping or None
        Coordinates and key of a run of a batch.
    execution_notes : tuple of str
        What the execution layers came to.
    lexicographic : mapping or None
        What came first, and what it allowed.
    """

    input_sha256: str
    seed: int
    params: Mapping[str, Any]
    stop: Mapping[str, Any]
    reproducible: bool
    seconds: Mapping[str, float]
    peak_memory_mb: int | None
    verified: bool
    note: str = ""
    batch: Mapping[str, Any] | None = None
    execution_notes: tuple[str, ...] = ()
    lexicographic: Mapping[str, Any] | None = None


def make_record(scenario: Scenario, result: Result, comparison: Comparison, facts: RunFacts) -> Record:
    """The content of run.json."""
    plan = result.plan
    figures = count(scenario, plan) if plan is not None else None
    return {
        "cargopool": cargopool.__version__,
        "format": RUN_FORMAT,
        "scenario": scenario.name,
        "variant": scenario.variant,
        "synthetic": scenario.synthetic,
        "input_sha256": facts.input_sha256,
        "seed": facts.seed,
        "params": dict(facts.params),
        "stop": dict(facts.stop),
        "reproducible": facts.reproducible,
        "status": str(result.status),
        "termination": str(result.termination),
        "detail": result.detail or facts.note,
        **_money(scenario, result),
        "shipments": _shipments(scenario, figures),
        "baseline": comparison.as_record(),
        "external_costs": external_figures(scenario, plan),
        "board": make_board(scenario, plan, comparison.baselines, comparison.as_record()["reason"]),
        **carbon_facts(scenario, plan),
        "kpis": _kpis(figures),
        **_execution(scenario, result, facts.execution_notes),
        **({"rounds": [one.as_record() for one in rounds]} if (rounds := getattr(result, "rounds", ())) else {}),
        **({} if (caps := caps_with_tours(scenario, plan)) is None else {"caps_with_tours": caps}),
        "seconds": dict(facts.seconds),
        "peak_memory_mb": facts.peak_memory_mb,
        "verified": facts.verified,
        **({} if facts.lexicographic is None else {"lexicographic": dict(facts.lexicographic)}),
        **({} if facts.batch is None else {"batch": dict(facts.batch)}),
    }


def to_json(value: object) -> str:
    """JSON text with a final newline; never NaN or infinity."""
    return json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def finite(value: object) -> object:
    """The same value with null for every number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return value


def _money(scenario: Scenario, result: Result) -> Record:
    plan, scope = result.plan, result.bound_scope
    totals = plan.totals if plan is not None else None
    with_tours = plan.tour_totals if plan is not None else None
    return {
        "objective_eur": eur(totals.objective_cents) if totals else None,
        "bound_eur": result.bound_eur,
        "gap": result.gap,
        "gap_controllable": _controllable(scenario, plan, result.bound_eur),
        "bound_scope": {
            "model": scope.model,
            "event_depth": scope.event_depth,
            "max_departures": scope.max_departures,
            "max_moves": scope.max_moves,
            "relaxed": list(scope.relaxed),
        },
        "total_with_tours_eur": eur(with_tours.objective_cents) if with_tours else None,
        "cost_with_tours_eur": eur(with_tours.cost_cents) if with_tours else None,
        "co2e_with_tours_kg": with_tours.co2e_grams / GRAMS_PER_KG if with_tours else None,
        "cost_eur": eur(totals.cost_cents) if totals else None,
        "carbon_eur": eur(totals.carbon_cents) if totals else None,
        "lateness_eur": eur(totals.lateness_cents) if totals else None,
        "time_value_eur": eur(totals.time_value_cents) if totals else None,
        "unserved_eur": eur(totals.unserved_cents) if totals else None,
        "external_eur": eur(totals.external_cents) if totals else None,
        "weighted_cost_eur": eur(totals.weighted_cost_cents) if totals else None,
        "co2e_kg": totals.co2e_grams / GRAMS_PER_KG if totals else None,
        "energy_mj": round(totals.energy_mj, 3) if totals else None,
    }


def _execution(scenario: Scenario, result: Result, notes: tuple[str, ...]) -> Record:
    found = None if result.plan is None else execution_record(scenario, result.plan, notes)
    return {} if found is None else {"execution": found}


def _controllable(scenario: Scenario, plan: Plan | None, bound_eur: float | None) -> float | None:
    return None if plan is None or bound_eur is None else controllable_gap(scenario, plan, bound_eur)


def _shipments(scenario: Scenario, figures: Figures | None) -> Record:
    total = len(scenario.shipments)
    if figures is None:
        return {"total": total, "served": 0, "unserved": total, "late": 0}
    return {"total": total, "served": figures.served, "unserved": figures.unserved, "late": figures.late}


def _kpis(figures: Figures | None) -> Record | None:
    if figures is None:
        return None
    left_out = {"served", "unserved", "late"}
    return {name: value for name, value in figures.as_dict().items() if name not in left_out}
