"""Why a shipment is unserved, and how that is known."""

from __future__ import annotations

from cargopool.model.caps import all_caps
from cargopool.model.plan import Unserved
from cargopool.network.arrays import Network
from cargopool.network.columns import moves_for_whole

NO_ITINERARY = "no_itinerary"
PRICE = "price"
CAPACITY = "capacity"
CO2E_CAP = "co2e_cap"


def unserved_reason(network: Network, shipment: int, known: str | None = None) -> Unserved:
    """Reason and text for one shipment.

    Parameters
    ----------
    known : str or None
        Reason code that the optimiser derived; None derives what the network alone tells.
    """
    divisible = network.scenario.shipments[network.shipment_ids[shipment]].max_parts > 1
    moves = network.usable[shipment] if divisible else moves_for_whole(network, shipment)
    code = known or (NO_ITINERARY if moves.size == 0 else CAPACITY)
    return Unserved(shipment=network.shipment_ids[shipment], reason=code, text=_text(network, shipment, code))


def _text(network: Network, shipment: int, code: str) -> str:
    facts = network.scenario.shipments[network.shipment_ids[shipment]]
    scope = network.scenario.scope
    if code == NO_ITINERARY:
        return (
            f"No chain of at most {scope.max_moves} moves takes it from {facts.origin} to {facts.destination} between "
            "its ready and latest time; derived by listing every move that it may use."
        )
    if code == PRICE:
        return (
            "Its cheapest itinerary, alone in its units, costs more than leaving it unserved; derived by pricing every "
            "itinerary alone."
        )
    if code == CO2E_CAP:
        return (
            "Whatever itinerary it takes, alone in its units it emits more than a CO2e cap that counts it allows; "
            "derived by adding up every itinerary alone."
        )
    if all_caps(network.scenario):
        return (
            "It has an itinerary alone, but in this plan no slot, lift, place or room under a CO2e cap is left for it, "
            "or what it would take is worth more to others; derived from the plan's rows, not from a proof."
        )
    return (
        "It has an itinerary alone, but in this plan no slot, lift or place is left for it, or what it would take is "
        "worth more to others; derived from the plan's capacity rows, not from a proof."
    )
