"""What the same freight would cost without pooling: each shipper alone, by road and with every mode."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from cargopool.footprint import groupage_cents, groupage_external_cents, groupage_grams, groupage_mj
from cargopool.model.caps import all_caps
from cargopool.model.plan import Plan
from cargopool.model.result import Result
from cargopool.model.scenario import Scenario
from cargopool.rules.roads import road_link
from cargopool.units import CENTS_PER_EUR, GRAMS_PER_KG, KG_PER_TONNE

SMALL = 40
"""Up to so many shipments each shipper's own plan comes from the full model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A comparison plan over the served shipments of the main plan.

    Attributes
    ----------
    cost_eur, co2e_kg : float or None
        Totals; None when there is no comparison.
    groupage : int
        Shipments sent as groupage.
    heuristic : bool
        True: the figures come from a search and a better lone plan may exist, so that savings against them are upper
        values.
    lower_cost_eur : float or None
        Proven lower bound on the objective of the lone plans, where one is known.
    reason : str
        Why there is no figure; empty when there is one.
    plans : tuple of Plan
        The lone plans of all shippers, groupage left out.
    groupage_mj, groupage_tkm : float
        Energy and cargo tonne-km of groupage.
    """

    cost_eur: float | None = None
    co2e_kg: float | None = None
    groupage: int = 0
    heuristic: bool = True
    lower_cost_eur: float | None = None
    reason: str = ""
    plans: tuple[Plan, ...] = ()
    groupage_mj: float = 0.0
    groupage_tkm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """Both comparisons of a plan.

    Attributes
    ----------
    road_alone : Baseline
        Each shipper's own shipments planned together by road, each consignment at the cheaper of trucks and groupage.
    intermodal_alone : Baseline
        Each shipper planned alone with every mode and all departures to himself.
    """

    road_alone: Baseline
    intermodal_alone: Baseline


class _OutOfTimeError(Exception):
    """The comparison did not finish within its time."""


@dataclass(frozen=True, slots=True)
class LonePlan:
    """One shipper's own plan, and the shipments that it leaves out."""

    plan: Plan
    left_out: tuple[str, ...]


class Offer(NamedTuple):
    """Groupage: money, CO2e, the external costs that the objective counts, energy and cargo tonne-km."""

    cents: int
    grams: int
    external_cents: int = 0
    energy_mj: float = 0.0
    tkm: float = 0.0


class Planner(Protocol):
    """Plans one shipper alone."""

    def plan(self, members: Sequence[str], offers: Mapping[str, Offer], *, by_road: bool) -> LonePlan:
        """Best plan found of these shipments; one with an offer may be left out at that price."""
        ...


def compute(scenario: Scenario, result: Result, time_limit: float, seed: int = 1) -> Baselines:
    """Plan every shipper alone over the shipments that the plan serves; caps on CO2e bind the pooled plan only.

    Parameters
    ----------
    scenario : Scenario
    result : Result
        With the plan to compare.
    time_limit : float
        Seconds for both comparisons; one that does not finish carries its reason instead of figures.
    seed : int
    """
    if result.plan is None:
        none = Baseline(reason="there is no plan to compare with")
        return Baselines(road_alone=none, intermodal_alone=none)
    deadline = time.monotonic() + time_limit
    served = _served(scenario, result.plan)
    if not served.shipments:
        zero = Baseline(cost_eur=0.0, co2e_kg=0.0, heuristic=False)
        return Baselines(road_alone=zero, intermodal_alone=zero)
    small = len(served.shipments) <= SMALL
    planner = _by_model(served) if small else _by_search(served, seed)
    with ThreadPoolExecutor(1 if small else 2) as pool:
        road = pool.submit(_guarded, served, planner, deadline, by_road=True)
        every = pool.submit(_guarded, served, planner, deadline, by_road=False)
        return Baselines(road_alone=road.result(), intermodal_alone=every.result())


def _by_model(scenario: Scenario) -> Planner:
    from cargopool.sharing.lone_model import LoneModel

    return LoneModel(scenario)


def _by_search(scenario: Scenario, seed: int) -> Planner:
    from cargopool.sharing.lone_search import LoneSearch  # numba is not for those who never need it

    return LoneSearch(scenario, seed)


def _served(scenario: Scenario, plan: Plan) -> Scenario:
    left_out = {entry.shipment for entry in plan.unserved}
    if not left_out and not all_caps(scenario):
        return scenario  # and with it what is known of it already
    kept = {name: s for name, s in scenario.shipments.items() if name not in left_out}
    uncapped = replace(scenario.objective, co2e_cap_kg=None, caps=())
    return replace(scenario, shipments=kept, objective=uncapped)


def _guarded(scenario: Scenario, planner: Planner, deadline: float, *, by_road: bool) -> Baseline:
    try:
        return _alone(scenario, planner, deadline, by_road=by_road)
    except _OutOfTimeError:
        return Baseline(reason="not finished within the time for comparisons")


def _alone(scenario: Scenario, planner: Planner, deadline: float, *, by_road: bool) -> Baseline:
    cents = grams = 0
    plans: list[Plan] = []
    by_groupage: list[Offer] = []
    for shipper in dict.fromkeys(s.shipper for s in scenario.shipments.values()):
        if time.monotonic() > deadline:
            raise _OutOfTimeError
        members = [name for name, s in scenario.shipments.items() if s.shipper == shipper]
        offers = {name: groupage_of(scenario, name) for name in members} if by_road else {}
        found = planner.plan(members, {name: offer for name, offer in offers.items() if offer}, by_road=by_road)
        missing = [name for name in found.left_out if not offers.get(name)]
        if missing:
            return Baseline(
                reason=f"no lone plan for {', '.join(missing[:3])}{' and others' if len(missing) > 3 else ''}"
            )
        chosen = [offer for name in found.left_out if (offer := offers.get(name))]
        cents += found.plan.totals.cost_cents + sum(offer.cents for offer in chosen)
        grams += found.plan.totals.co2e_grams + sum(offer.grams for offer in chosen)
        plans.append(found.plan)
        by_groupage += chosen
    return Baseline(
        cost_eur=cents / CENTS_PER_EUR,
        co2e_kg=grams / GRAMS_PER_KG,
        groupage=len(by_groupage),
        plans=tuple(plans),
        groupage_mj=sum(offer.energy_mj for offer in by_groupage),
        groupage_tkm=sum(offer.tkm for offer in by_groupage),
    )


def groupage_of(scenario: Scenario, name: str) -> Offer | None:
    """A shipment sent as groupage; None where no band takes it or no road joins its ends."""
    shipment = scenario.shipments[name]
    link = road_link(scenario, shipment.origin, shipment.destination)
    if link is None or shipment.load_units or shipment.temperature != "ambient":
        return None
    cents = groupage_cents(scenario, shipment, link.km)
    if cents is None:
        return None
    return Offer(
        cents,
        groupage_grams(scenario, shipment, link.km),
        groupage_external_cents(scenario, shipment, link.km),
        groupage_mj(scenario, shipment, link.km),
        shipment.kg / KG_PER_TONNE * link.km,
    )
