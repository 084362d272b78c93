"""The same case under other objectives: at a carbon price, within a cap, for the least CO2e alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cargopool.model.plan import Plan
from cargopool.model.scenario import EmissionCap, Scenario
from cargopool.model.shipment import Shipment
from cargopool.units import GRAMS_PER_KG

GRAM_PRICE = 10_000.0
"""EUR per tonne at which a gram counts one cent, so that objective and bound are whole grams."""
TIE_WEIGHT = 0.001
"""Weight of money beside the grams where one solve has to do for both: a price of 10 million EUR per tonne."""
_TINY_PRICE = 1e-6
"""Instead of 0 where external costs count: their climate part counts at price 0 only, and points must compare."""


def serving(scenario: Scenario, served: Collection[str] | None) -> Scenario:
    """The case of just these shipments, all of which must be served; the case as it is for None."""
    if served is None:
        return scenario
    kept = {name: replace(s, must_serve=True) for name, s in scenario.shipments.items() if name in served}
    return replace(scenario, shipments=kept, objective=replace(scenario.objective, unserved_allowed=False))


def at_price(scenario: Scenario, eur_per_t: float) -> Scenario:
    """The case at another carbon price."""
    objective = scenario.objective
    if objective.external_costs == "internalise":
        eur_per_t = max(eur_per_t, _TINY_PRICE)
    highest = max(objective.max_carbon_price_eur_per_t, eur_per_t)
    return replace(
        scenario,
        objective=replace(objective, carbon_price_eur_per_t=eur_per_t, max_carbon_price_eur_per_t=highest),
    )


def capped_at(scenario: Scenario, grams: int) -> Scenario:
    """The case with a further cap on the whole plan's CO2e."""
    cap = EmissionCap(co2e_kg=grams / GRAMS_PER_KG)
    return replace(scenario, objective=replace(scenario.objective, caps=(*scenario.objective.caps, cap)))


def greenest(scenario: Scenario, kinds: Collection[str], *, money: float = 0.0) -> Scenario:
    """The case in which only CO2e counts, one cent a gram; with ``money``, money counts by that weight.

    Parameters
    ----------
    kinds : collection of str
        Every kind of cost line.
    """
    weights = {kind: money * scenario.objective.weights.get(kind, 1.0) for kind in kinds}
    objective = replace(scenario.objective, weights=weights, external_costs="none", exclude_carbon_in_prices=False)
    shipments = {name: _in_no_hurry(shipment, money) for name, shipment in scenario.shipments.items()}
    return at_price(replace(scenario, objective=objective, shipments=shipments), GRAM_PRICE)


def _in_no_hurry(shipment: Shipment, money: float) -> Shipment:
    return replace(
        shipment,
        late_eur_per_h=money * shipment.late_eur_per_h,
        value_of_time_eur_per_h=money * shipment.value_of_time_eur_per_h,
    )


def served_by(plan: Plan) -> frozenset[str]:
    """Shipments that a plan serves."""
    return frozenset(itinerary.shipment for itinerary in plan.itineraries)
