"""What counts under each cap on emissions, and how much is allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import floor

from cargopool.footprint.allocation import allocate
from cargopool.model.caps import all_caps, is_whole, members
from cargopool.model.plan import Plan
from cargopool.model.scenario import EmissionCap, Scenario
from cargopool.model.shipment import Shipment
from cargopool.rules.index import index_of
from cargopool.rules.roads import great_circle_km, road_link
from cargopool.units import GRAMS_PER_KG, KG_PER_TONNE

_NOISE_DIGITS = 6
_HM_PER_KM = 10


@dataclass(frozen=True, slots=True)
class CapState:
    """How a plan stands under one cap.

    Attributes
    ----------
    grams : int
        What counts: the whole plan's CO2e, or the footprints that `allocate` gives the counted shipments.
    limit_grams : int
    """

    cap: EmissionCap
    grams: int
    limit_grams: int

    @property
    def excess_grams(self) -> int:
        """Grams above the limit, 0 when the cap is kept."""
        return max(0, self.grams - self.limit_grams)


def cap_states(scenario: Scenario, plan: Plan, caps: Collection[EmissionCap] | None = None) -> tuple[CapState, ...]:
    """How a plan stands under each cap of its scenario, ``co2e_cap_kg`` first (or under the given caps)."""
    chosen = all_caps(scenario) if caps is None else tuple(caps)
    if not chosen:
        return ()
    served = {itinerary.shipment for itinerary in plan.itineraries}
    shares = {} if all(map(is_whole, chosen)) else allocate(scenario, plan)
    found = []
    for cap in chosen:
        counted = members(scenario, cap)
        if is_whole(cap):
            grams = sum(tce.grams * tce.count for tce in plan.tces)
        else:
            grams = sum(shares[name].co2e_grams for name in counted if name in shares)
        found.append(CapState(cap, grams, limit_grams(scenario, cap, (name for name in counted if name in served))))
    return tuple(found)


def cap_states_with_tours(scenario: Scenario, plan: Plan) -> tuple[CapState, ...]:
    """The same with the CO2e of the plan's tours in the place of the estimates; empty for a plan without tours.

    A shipment bears of each tour its share by `cargopool.footprint.tours.share_tours`.
    """
    if not plan.tours:
        return ()
    from cargopool.footprint.tours import ESTIMATED_TCES, share_tours

    change: dict[str, int] = defaultdict(int)
    if scenario.objective.caps:
        for name, own in allocate(scenario, plan).items():
            change[name] -= sum(grams for kind, grams in own.grams_by_kind.items() if kind in ESTIMATED_TCES)
        for share in share_tours(scenario, plan):
            change[share.shipment] += share.grams
    estimated = sum(tce.grams * tce.count for tce in plan.tces if tce.kind in ESTIMATED_TCES)
    whole = sum(tce.grams * tce.count for tce in plan.tour_tces) - estimated
    return tuple(
        replace(
            state,
            grams=state.grams
            + (whole if is_whole(state.cap) else sum(change[name] for name in members(scenario, state.cap))),
        )
        for state in cap_states(scenario, plan)
    )


def limit_grams(scenario: Scenario, cap: EmissionCap, served: Iterable[str]) -> int:
    """Grams that a cap allows when these of its shipments are served."""
    if cap.co2e_kg is not None:
        return floor(round(cap.co2e_kg * GRAMS_PER_KG, _NOISE_DIGITS))
    whole = sum(activity_kg_hm(scenario, scenario.shipments[name]) for name in served)
    return floor(round((cap.g_per_tkm or 0.0) * whole / (KG_PER_TONNE * _HM_PER_KM), _NOISE_DIGITS))


def least_whole_cap(scenario: Scenario) -> int | None:
    """Grams that the tightest cap in kg on the whole plan allows, None without one."""
    whole = [cap for cap in all_caps(scenario) if is_whole(cap) and cap.co2e_kg is not None]
    return min((limit_grams(scenario, cap, ()) for cap in whole), default=None)


def activity_kg_hm(scenario: Scenario, shipment: Shipment) -> int:
    """Transport activity of a shipment in kg x hundreds of metres: mass by distance from origin to destination.

    The distance is that of the road link, where there is one, else the great circle's; it does not depend on the plan.
    """
    key = ("activity_km", shipment.origin, shipment.destination)
    memo = index_of(scenario).memo
    if key not in memo:
        link = road_link(scenario, shipment.origin, shipment.destination)
        ends = scenario.place(shipment.origin), scenario.place(shipment.destination)
        memo[key] = great_circle_km(*ends) if link is None else link.km
    return shipment.kg * round(float(memo[key]) * _HM_PER_KM)


def activity_tkm(scenario: Scenario, shipment: Shipment) -> float:
    """Transport activity of a shipment in tonne-km, as `activity_kg_hm`."""
    return activity_kg_hm(scenario, shipment) / (KG_PER_TONNE * _HM_PER_KM)
