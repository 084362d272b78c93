"""The gap over what a plan can still change."""

from __future__ import annotations

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.units import cents, from_milli

_FIXED_KIND = "cross_dock"


def controllable_gap(scenario: Scenario, plan: Plan, bound_eur: float) -> float | None:
    """(objective - bound) / (objective - unserved constant - costs that are equal in every plan).

    Returns
    -------
    float or None
        0 when nothing is left to gain, None when the gap is over nothing that a plan can change.
    """
    whole = plan.totals.objective_cents - plan.totals.unserved_cents - fixed_cents(scenario, plan)
    short = max(0, plan.totals.objective_cents - cents(bound_eur))
    if short == 0:
        return 0.0
    return short / whole if whole > 0 else None


def fixed_cents(scenario: Scenario, plan: Plan) -> int:
    """Money that every plan with this served set spends alike, as the objective weighs it.

    Loose freight that starts or ends at a hub is stuffed there first and stripped there last whatever way it takes;
    its electricity is left out, which errs on the side of a larger controllable part.
    """
    total = 0
    for shipment_id in {itinerary.shipment for itinerary in plan.itineraries}:
        shipment = scenario.shipments[shipment_id]
        if shipment.load_units:
            continue
        for place_id in (shipment.origin, shipment.destination):
            hub = scenario.hubs.get(place_id)
            if hub is not None and hub.cross_dock is not None:
                total += cents(hub.cross_dock.eur_per_pallet * from_milli(shipment.pallets_milli))
    return round(total * scenario.objective.weights.get(_FIXED_KIND, 1.0))
