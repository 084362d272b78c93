"""What the same freight would cost without pooling: each shipper alone, by road and with every mode."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cargopool.footprint import groupage_cents, groupage_grams
from cargopool.model.plan import Plan, Result
from cargopool.model.scenario import Scenario
from cargopool.network.arrays import ROAD, Network
from cargopool.optimiser.assemble import assemble
from cargopool.optimiser.large import column_of
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import CENTS_PER_GRAM_AND_EUR_PER_T, SearchData, make_data, restrict
from cargopool.rules.roads import road_link
from cargopool.units import CENTS_PER_EUR, GRAMS_PER_KG

ITERATIONS_PER_SHIPMENT = 50
"""Search effort for each shipper's own plan."""

LEAST_ITERATIONS = 200


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
    """

    cost_eur: float | None = None
    co2e_kg: float | None = None
    groupage: int = 0
    heuristic: bool = True
    lower_cost_eur: float | None = None
    reason: str = ""


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


@dataclass(slots=True)
class _Sum:
    cents: int = 0
    grams: int = 0
    groupage: int = 0


def compute(scenario: Scenario, result: Result, time_limit: float, seed: int = 1) -> Baselines:
    """Plan every shipper alone over the shipments that the plan serves.

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
    network = search_network(served, SearchParams())
    data = make_data(network, seed)
    with ThreadPoolExecutor(2) as pool:
        road = pool.submit(_guarded, network, data, seed, deadline, by_road=True)
        every = pool.submit(_guarded, network, data, seed, deadline, by_road=False)
        return Baselines(road_alone=road.result(), intermodal_alone=every.result())


def _served(scenario: Scenario, plan: Plan) -> Scenario:
    left_out = {entry.shipment for entry in plan.unserved}
    kept = {name: s for name, s in scenario.shipments.items() if name not in left_out}
    return replace(scenario, shipments=kept)


def _guarded(network: Network, data: SearchData, seed: int, deadline: float, *, by_road: bool) -> Baseline:
    try:
        return _alone(network, data, seed, deadline, by_road=by_road)
    except _OutOfTimeError:
        return Baseline(reason="not finished within the time for comparisons")


def _alone(network: Network, data: SearchData, seed: int, deadline: float, *, by_road: bool) -> Baseline:
    total = _Sum()
    moves = network.move_kind == ROAD if by_road else None
    for shipper in np.unique(data.k_shipper):
        members = np.flatnonzero(data.k_shipper == shipper)
        if time.monotonic() > deadline:
            raise _OutOfTimeError
        missing = _one_shipper(network, data, members, moves, seed, total, by_road=by_road)
        if missing:
            names = ", ".join(network.shipment_ids[k] for k in missing[:3])
            return Baseline(reason=f"{len(missing)} shipments have no lone plan ({names})")
    return Baseline(
        cost_eur=total.cents / CENTS_PER_EUR,
        co2e_kg=total.grams / GRAMS_PER_KG,
        groupage=total.groupage,
    )


def _one_shipper(
    network: Network,
    data: SearchData,
    members: np.ndarray,
    moves: np.ndarray | None,
    seed: int,
    total: _Sum,
    *,
    by_road: bool,
) -> Sequence[int]:
    """Plan one shipper and add his totals; the shipments that cannot be planned."""
    mine = restrict(data, members, moves)
    offers = [_groupage(network, int(k)) if by_road else None for k in members]
    price = network.scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
    if by_road:
        prices = [offer[0] + price * offer[1] if offer else mine.k_unserved[i] for i, offer in enumerate(offers)]
        mine = mine._replace(k_unserved=np.array(prices, np.float64))
    search = Search(network, mine, seed, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    effort = max(LEAST_ITERATIONS, ITERATIONS_PER_SHIPMENT * members.size)
    if members.size > 1:
        search.advance(effort, 1.0, 0.0)
    best = search.best
    chosen, missing = [], []
    for i, k in enumerate(members):
        offer = offers[i]
        if best.served[i]:
            plan = best.plan[i].copy()
            plan[3] += data.start_ptr[k] - mine.start_ptr[i]
            plan[4] += data.end_ptr[k] - mine.end_ptr[i]
            column = column_of(network, data, int(k), plan)
            if column is not None:
                chosen.append(column)
                continue
        if offer is None:
            missing.append(int(k))
            continue
        total.cents += offer[0]
        total.grams += offer[1]
        total.groupage += 1
    plan_totals = assemble(network, chosen).totals
    total.cents += plan_totals.cost_cents
    total.grams += plan_totals.co2e_grams
    return missing


def _groupage(network: Network, k: int) -> tuple[int, int] | None:
    """Cents and grams of sending a shipment as groupage; None where no band takes it or no road joins its ends."""
    scenario = network.scenario
    shipment = scenario.shipments[network.shipment_ids[k]]
    link = road_link(scenario, shipment.origin, shipment.destination)
    if link is None or shipment.load_units or shipment.temperature != "ambient":
        return None
    cents = groupage_cents(scenario, shipment, link.km)
    return None if cents is None else (cents, groupage_grams(scenario, shipment, link.km))
