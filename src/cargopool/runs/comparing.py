"""A plan beside its baselines: each shipper alone by road, and each shipper alone with every service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cargopool.model.plan import Result
from cargopool.model.scenario import Scenario

BASELINES = ("road_alone", "intermodal_alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Money and emissions of one baseline over the same served set as the plan.

    Attributes
    ----------
    cost_eur, co2e_kg : float
        Of a plan that was found: what the baseline costs at most.
    cost_bound_eur : float or None
        Proven lower bound on its cost, None when the baseline is exact or has no bound.
    note : str
        What a reader must know, such as shippers priced by an estimate.
    """

    cost_eur: float
    co2e_kg: float
    cost_bound_eur: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The baselines that were finished, by name, and the reason of each that was not.

    Attributes
    ----------
    reason : str
        Why there are no baselines at all; empty when there are.
    """

    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def as_record(self) -> dict[str, Any]:
        """The ``baseline`` object of run.json: null and a reason for what is missing."""
        record: dict[str, Any] = {}
        reasons: dict[str, str] = {}
        for name in BASELINES:
            found = self.baselines.get(name)
            if found is None:
                record[name] = None
                reasons[name] = self.reasons.get(name) or self.reason or "not computed"
                continue
            record[name] = {"cost_eur": found.cost_eur, "co2e_kg": found.co2e_kg}
            if found.cost_bound_eur is not None:
                record[name]["cost_bound_eur"] = found.cost_bound_eur
            if found.note:
                record[name]["note"] = found.note
        return record | {"reason": reasons}


def compare_with_baselines(scenario: Scenario, result: Result, seconds: float | None) -> Comparison:
    """Compute the baselines of a result within ``seconds``; what is not finished has a reason instead."""
    if result.plan is None:
        return Comparison(reason="there is no plan to compare with")
    return Comparison(reason="this version has no baselines yet")
