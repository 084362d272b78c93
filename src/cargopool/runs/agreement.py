"""The report says what the optimiser decided on: 0 grams and 0 cents apart, asserted in every run."""

from __future__ import annotations

from cargopool.errors import Diagnostic, VerificationError
from cargopool.footprint import (
    allocate,
    counted_cents,
    data_grams,
    external_lines,
    lateness_cents,
    move_coefficients,
    price_part,
    time_value_cents,
    unserved_cents,
    weighted_cents,
)
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.units import carbon_cents


def assert_agreement(scenario: Scenario, plan: Plan) -> None:
    """Refuse a plan whose parts do not add up to what was decided on.

    Raises
    ------
    VerificationError
        With every difference, in cents or grams.
    """
    found = [
        Diagnostic("E2060", f"{what}: {said} in the report, {counted} in the objective", "totals")
        for what, said, counted in _pairs(scenario, plan)
        if said != counted
    ]
    if found:
        raise VerificationError(found)


def _pairs(scenario: Scenario, plan: Plan) -> list[tuple[str, int, int]]:
    """What the report's rows add up to, next to what the objective counts."""
    objective, totals = scenario.objective, plan.totals
    grams, cents = _decided(scenario, plan)
    reported = sum(tce.grams * tce.count for tce in plan.tces)
    external = counted_cents(objective, external_lines(scenario, plan))
    weighted = sum(weighted_cents(objective, line) * line.count for line in plan.cost_lines) + external
    waiting = late = 0
    for part in plan.itineraries:
        shipment = scenario.shipments[part.shipment]
        late += lateness_cents(shipment, part.atoms, part.late_min)
        waiting += time_value_cents(shipment, part.atoms, part.delivered_min - shipment.ready_min)
    left = sum(unserved_cents(scenario, scenario.shipments[row.shipment]) for row in plan.unserved)
    whole = weighted + carbon_cents(reported, objective.carbon_price_eur_per_t) + late + waiting + left
    shares = allocate(scenario, plan).values()
    return [
        ("grams of all elements", reported, grams),
        ("weighted cents of all lines", weighted, cents),
        ("grams", reported, totals.co2e_grams),
        ("objective cents", whole, totals.objective_cents),
        ("grams of all shipments", sum(own.co2e_grams for own in shares), totals.co2e_grams),
        ("cents of all shipments", sum(own.cost_cents for own in shares), totals.cost_cents),
        ("grams by kind of data", sum(data_grams(scenario, plan).values()), totals.co2e_grams),
    ]


def _decided(scenario: Scenario, plan: Plan) -> tuple[int, int]:
    """Grams and weighted cents by the coefficients that the optimiser used for moves, and by the parts' own prices."""
    objective = scenario.objective
    moves = {use.move.id: use.move for use in plan.moves}
    grams = cents = 0
    for use in plan.moves:
        known = move_coefficients(scenario, use.move)
        grams += use.count * (known.grams if use.temperature == "ambient" else known.grams_powered)
        cents += use.count * known.objective_cents
    for part in plan.itineraries:
        priced = price_part(scenario, part, moves)
        grams += priced.grams
        cents += sum(weighted_cents(objective, line) for line in priced.lines)
        cents += counted_cents(objective, priced.external)
    for line in plan.cost_lines:
        if line.owner.startswith("run:"):
            cents += weighted_cents(objective, line) * line.count
    grams += sum(tce.grams * tce.count for tce in plan.tces if tce.owner.startswith("run:"))
    return grams, cents
