"""Search and bound take collection and delivery tours the way that they go, where the two ways differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import cargopool as cp
from cargopool.model.road_matrix import RoadMatrix
from cargopool.model.scenario import Scenario
from cargopool.network.listing import tour_hubs
from cargopool.optimiser.column_store import columns_of
from cargopool.optimiser.params import SearchParams, SolveParams
from cargopool.optimiser.reduced import search_network
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from cargopool.optimiser.stop import WorkLimit
from cargopool.rules import road_link
from cargopool.verifier import verify

WEEK = Path(__file__).parents[2] / "scenarios" / "clusters20-week"


def asymmetric(to_door: float, from_door: float) -> Scenario:
    """Shipments of and to doors, with kilometres between hubs and doors by direction; NaN is no way at all."""
    scenario = cp.load_scenario(WEEK)
    doors = scenario.doors
    some = {k: s for k, s in scenario.shipments.items() if s.origin in doors or s.destination in doors}
    names = [*scenario.hubs, *doors]
    km = np.full((len(names), len(names)), np.nan)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if (a in doors) != (b in doors):
                link = road_link(scenario, a, b)
                if link is not None:
                    km[i, j] = round(link.km * (to_door if b in doors else from_door), 1)
    apart = {name: replace(door, road_region=f"only-{name}") for name, door in doors.items()}
    return replace(
        scenario,
        doors=apart,
        shipments=dict(islice(some.items(), 60)),
        road_matrix=RoadMatrix.of(names, names, km, None),
    )


@pytest.mark.parametrize(("to_door", "from_door"), [(1.0, 1.8), (1.8, 1.0), (1.0, np.nan), (np.nan, 1.0)])
def test_tours_reach_the_hubs_that_the_network_says(to_door: float, from_door: float) -> None:
    scenario = asymmetric(to_door, from_door)
    network = search_network(scenario, SearchParams())
    data = make_data(network)
    tours = {True: 0, False: 0}
    for k in range(len(scenario.shipments)):
        for out, pointer, place, home in (
            (True, data.start_ptr, data.start_place, network.shipment_origin[k]),
            (False, data.end_ptr, data.end_place, network.shipment_destination[k]),
        ):
            options = set(place[pointer[k] : pointer[k + 1]].tolist()) - {int(home)}
            assert options == {hub for hub, _ in tour_hubs(network, k, out=out)}
            tours[out] += len(options)
    assert tours[True] > 0 or np.isnan(from_door)
    assert tours[False] > 0 or np.isnan(to_door)
    assert tours[True] != tours[False]
    search = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    assert len(columns_of(network, data, search.best)) == int(search.best.served.sum())


def test_a_week_with_ways_to_doors_only_is_planned_and_verified() -> None:
    scenario = asymmetric(1.0, np.nan)
    result = cp.solve(scenario, stop=WorkLimit(1_500), params=SolveParams(method="search"), baselines=False)
    assert result.plan is not None
    assert verify(scenario, result.plan).ok
