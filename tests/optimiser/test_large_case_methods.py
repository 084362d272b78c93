"""Search and bound of large cases on instances whose optimum brute force knows: bound <= optimum <= search."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import cargopool as cp
from cargopool.files import read_scenario
from cargopool.footprint import unserved_cents
from cargopool.model.result import Status
from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.network.thinning import Thinning
from cargopool.optimiser import bound as bound_module
from cargopool.optimiser.bound import HALF_A_CENT, ascent
from cargopool.optimiser.bound_charges import LINE_UNITS
from cargopool.optimiser.column_store import columns_of
from cargopool.optimiser.params import BoundParams, SearchParams
from cargopool.optimiser.reduced import bound_network, search_network, without_hub_limits
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import make_data
from oracle.cases import CASES, case_id
from oracle.instances import instance
from oracle.oracle import solve as brute_force
from oracle.solving import solved
from scale import scaled

CHOSEN = scaled(CASES[3::9], CASES)
WEEK = Path(__file__).parents[2] / "scenarios" / "clusters20-week"


@cache
def optimum(case: tuple[int, tuple[str, ...]]) -> tuple[Scenario, int | None]:
    scenario = instance(*case)
    found = brute_force(scenario, lambda shipment: unserved_cents(scenario, shipment))
    return scenario, None if found is None else found.objective_cents


def annealed(scenario: Scenario, seed: int = 1, iterations: int = 400) -> Search:
    network = search_network(scenario, SearchParams())
    search = Search(network, make_data(network), seed, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    search.advance(iterations, 1.0, 0.0)
    return search


@pytest.mark.parametrize("bucket_h, timetable_h", [(6, 9), (24, 2), (10_000, 10_000)])
@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_bound_never_exceeds_the_optimum(
    case: tuple[int, tuple[str, ...]], bucket_h: int, timetable_h: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, best = optimum(case)
    if best is None:
        pytest.skip("infeasible: any bound holds")
    monkeypatch.setattr(bound_module, "COVERS_AFTER", 10)
    monkeypatch.setattr(bound_module, "COVERS_EVERY", 5)
    bound = ascent(scenario, BoundParams(bucket_h=bucket_h, timetable_h=timetable_h), np.zeros(1, np.int64))
    bound.begin_roughly()
    assert bound.best_cents <= best + HALF_A_CENT
    for _ in range(60):
        if not bound.advance(best * 1.1):
            break
        assert bound.best_cents <= best + HALF_A_CENT


def heavy(case: tuple[int, tuple[str, ...]]) -> Scenario:
    """The instance at ten times the usual price of carbon, with energy per tonne of cargo at lifts and cross-docks."""
    scenario = instance(*case)
    hubs = {
        name: replace(
            hub,
            lift_kwh_per_tonne=1.7,
            lift_diesel_mj_per_tonne=9.1,
            cross_dock=replace(hub.cross_dock, kwh_per_tonne=13.0) if hub.cross_dock else None,
        )
        for name, hub in scenario.hubs.items()
    }
    return replace(scenario, hubs=hubs, objective=replace(scenario.objective, carbon_price_eur_per_t=900.0))


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_energy_by_the_tonne_is_in_the_bound_and_in_the_search(case: tuple[int, tuple[str, ...]]) -> None:
    scenario = heavy(case)
    result, _ = solved(scenario)
    if result.plan is None:
        pytest.skip("infeasible: any bound holds")
    assert result.status == Status.OPTIMAL
    best = result.plan.totals.objective_cents
    bound = ascent(scenario, BoundParams(), np.zeros(1, np.int64))
    for _ in range(40):
        if not bound.advance(best * 1.1):
            break
        assert bound.best_cents <= best + HALF_A_CENT
    search = annealed(scenario)
    assert search.best.cents == pytest.approx(sum_of_search(search), abs=12.0)


def test_covers_are_at_work_in_the_cases_that_the_bound_is_held_against(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound_module, "COVERS_AFTER", 10)
    monkeypatch.setattr(bound_module, "COVERS_EVERY", 5)
    active, two_on_a_truck = 0, 0
    for case in CASES[3::9]:
        bound = ascent(instance(*case), BoundParams(bucket_h=24), np.zeros(1, np.int64))
        for _ in range(40):
            if not bound.advance(bound.best_cents * 1.3):
                break
        priced = [row for row, price in zip(bound.covers.rows, bound.covers.price, strict=True) if price > 0.0]
        kernel = bound.lines.kernel
        active += bool(priced)
        for row in priced:
            free = row.groups[row.groups < kernel.group_line.size]
            two_on_a_truck += bool((kernel.li[kernel.group_line[free], LINE_UNITS] > 1).any())
    assert active > 10
    assert two_on_a_truck > 0


def test_bound_comes_close_where_nothing_is_shared() -> None:
    gaps = []
    for case in CASES[::25]:
        scenario, best = optimum(case)
        if best is not None:
            bound = ascent(scenario, BoundParams(), np.zeros(1, np.int64))
            for _ in range(80):
                bound.advance(best * 1.02)
            gaps.append(1.0 - bound.best_cents / best)
    assert np.median(gaps) < 0.25


def sum_of_search(search: Search) -> float:
    """Cents of the best plan of a search: its columns, the units that their loads add up to, runs and unserved."""
    network, data, best = search.network, search.data, search.best
    price = network.scenario.objective.carbon_price_eur_per_t / 10_000
    columns = columns_of(network, data, best)
    assert len(columns) == int(best.served.sum())
    own = sum(column.cost_cents + price * column.grams for column in columns)
    loads: dict[tuple[int, int], np.ndarray] = {}
    units: dict[tuple[int, int], int] = {}
    for column in columns:
        k = column.shipment
        for move in column.moves:
            key = (move, int(network.shipment_class[k]))
            loads[key] = loads.get(key, np.zeros(4, np.int64)) + network.shipment_size[k]
            units[key] = units.get(key, 0) + int(network.shipment_units[k])
    shared = 0.0
    used: set[int] = set()
    for (move, group), load in loads.items():
        room = network.move_capacity[move]
        sealed = units[move, group]
        need = -(-sealed // int(network.move_units[move])) if sealed else max(1, *(-(-load // np.maximum(room, 1))))
        hot = network.class_powered[group]
        grams = network.move_grams_powered[move] if hot else network.move_grams[move]
        shared += int(need) * (int(network.move_cost[move]) + price * int(grams))
        rows = network.move_rows
        mine = rows.index[rows.indptr[move] : rows.indptr[move + 1]]
        used |= {int(y) for y in network.row_run[mine] if y >= 0}
    runs = sum(int(network.run_cost[y]) + price * int(network.run_grams[y]) for y in used)
    left_out = float(network.unserved_cost[~best.served].sum())
    return float(own + shared + runs + left_out)


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_search_total_is_the_sum_of_its_columns_and_units(case: tuple[int, tuple[str, ...]]) -> None:
    scenario, _ = optimum(case)
    search = annealed(scenario)
    assert search.best.cents == pytest.approx(sum_of_search(search), abs=3.0 + int(search.best.served.sum()))


def test_search_repeats_itself_for_a_seed() -> None:
    scenario, _ = optimum(CASES[0])
    first, second = annealed(scenario, seed=5), annealed(scenario, seed=5)
    assert first.best.cents == second.best.cents
    assert (first.best.plan == second.best.plan).all()


def test_search_network_is_a_part_of_the_whole() -> None:
    scenario, _ = optimum(CASES[0])
    assert search_network(scenario, SearchParams()).moves <= build(scenario).moves


def test_network_of_the_bound_is_the_same_without_what_is_known_of_the_scenario() -> None:
    scenario = read_scenario("scenarios/quickstart")
    search_network(scenario, SearchParams())
    shared = bound_network(scenario)
    alone = build(without_hub_limits(replace(scenario)), depth=0, thinning=Thinning(road=False, backward=False))
    for name in ("move_cost", "move_grams", "move_grams_per_kg", "move_capacity", "row_limit", "unserved_cost"):
        assert np.array_equal(getattr(shared, name), getattr(alone, name)), name
    assert shared.row_label == alone.row_label


@pytest.mark.parametrize("case", CHOSEN[:3], ids=case_id)
def test_the_bound_takes_prices_of_shipments_from_the_search(case: tuple[int, tuple[str, ...]]) -> None:
    """They are the same, as only moves and limits differ; and the bound's arrays are the search's own."""
    scenario = instance(*case)
    searched = make_data(search_network(scenario, SearchParams()))
    relaxed = bound_network(scenario)
    own, taken = make_data(relaxed), make_data(relaxed, known=searched)
    for name in own._fields:
        assert np.array_equal(getattr(own, name), getattr(taken, name)), name
    assert taken.k_handling is searched.k_handling
    assert own.k_handling is not searched.k_handling


def test_related_shipments_are_the_nearest_of_all_that_are_looked_at() -> None:
    network = search_network(cp.load_scenario(WEEK), SearchParams())
    scenario, related = network.scenario, make_data(network).related
    where = np.array([(scenario.place(p).lat, scenario.place(p).lon) for p in network.place_ids])
    ends = np.hstack([where[network.shipment_origin], where[network.shipment_destination]])
    for k, found in enumerate(related):
        gap = np.abs(ends - ends[k]).sum(axis=1) + (network.shipment_class != network.shipment_class[k])
        assert found.tolist() == np.argsort(gap, kind="stable")[: related.shape[1]].tolist()


@pytest.mark.parametrize("late", [False, True])
def test_a_bound_that_nobody_waits_for_is_given_up(late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two stages of its network, and before its lines."""
    stop = np.zeros(1, np.int64)
    built: list[object] = []
    make = bound_module.make_data

    def made(*arguments: object, **named: object) -> object:
        built.append(arguments)
        stop[0] = late
        return make(*arguments, **named)

    monkeypatch.setattr(bound_module, "make_data", made)
    stop[0] = not late
    with pytest.raises(TimeoutError):
        ascent(instance(*CHOSEN[0]), BoundParams(), stop)
    assert bool(built) == late
