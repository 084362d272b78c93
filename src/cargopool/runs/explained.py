"""Explanations of a run's shipments."""

from __future__ import annotations

from cargopool.errors import Diagnostic, InputError
from cargopool.reporting.explaining import Explanation, explain_shipment
from cargopool.runs.opening import Run


def explain(run: Run, shipment: str) -> Explanation:
    """Why a shipment of a run travels as it does, and why not otherwise.

    Raises
    ------
    InputError
        When the run has no plan, or the scenario no such shipment.
    """
    import difflib

    if shipment not in run.scenario.shipments:
        near = difflib.get_close_matches(shipment, run.scenario.shipments, n=3)
        way_out = f"did you mean {' or '.join(near)}?" if near else "shipments.csv of the run lists them"
        raise InputError(Diagnostic("E2010", f"there is no shipment {shipment!r}", str(run.path), way_out))
    if run.plan is None:
        raise InputError(Diagnostic("E2004", "the run has no plan", str(run.path)))
    return explain_shipment(run.scenario, run.plan, shipment)
