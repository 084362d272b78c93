"""Parts of the search: re-insertion against all columns, rows that cannot bind, restricted models."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from cargopool.model.plan import Plan
from cargopool.model.result import Termination
from cargopool.model.scenario import Scenario
from cargopool.network import build
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, enumerate_columns
from cargopool.optimiser.column_store import ColumnStore, columns_of, plan_row
from cargopool.optimiser.compiled import kernel
from cargopool.optimiser.kernel_data import UNSERVED, binding_rows
from cargopool.optimiser.kernels_book import cost_now, insert, own_cost, remove
from cargopool.optimiser.kernels_insert import best_itinerary
from cargopool.optimiser.kernels_lanes import NONE
from cargopool.optimiser.large_watch import heat_of
from cargopool.optimiser.neighbourhoods import Neighbourhoods
from cargopool.optimiser.params import SearchParams, SolveParams
from cargopool.optimiser.polishing import polish
from cargopool.optimiser.pool import column_prices, make_pool, slot_prices, slot_rows, units_needed
from cargopool.optimiser.search import Search
from cargopool.optimiser.search_data import SearchData, make_data, restrict
from cargopool.optimiser.session import CHUNKS_S, Ended, Session
from cargopool.optimiser.stop import NEVER, TimeLimit
from cargopool.optimiser.worker import Worker
from oracle.cases import CASES, case_id
from oracle.instances import instance
from scale import scaled

CHOSEN = scaled(CASES[5::16], CASES)


@cache
def world(case: tuple[int, tuple[str, ...]]) -> tuple[Scenario, Network, SearchData]:
    scenario = instance(*case)
    network = build(scenario)
    return scenario, network, make_data(network)


def searched(network: Network, data: SearchData, iterations: int = 0) -> Search:
    search = Search(network, data, 1, SearchParams(), np.zeros(1, np.int64))
    search.construct()
    if iterations:
        search.advance(iterations, 1.0, 0.0)
    return search


def all_columns(network: Network) -> list[Column]:
    return [column for k in range(len(network.shipment_ids)) for column in enumerate_columns(network, k, 100_000)[0]]


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_shipment_alone_is_inserted_on_its_cheapest_column(case: tuple[int, tuple[str, ...]]) -> None:
    _, network, data = world(case)
    for k in range(len(network.shipment_ids)):
        columns, complete = enumerate_columns(network, k, 100_000)
        assert complete
        shipment = network.scenario.shipments[network.shipment_ids[k]]
        if shipment.keep_together or network.runs or network.pallet_row or not columns:
            continue
        pool = make_pool(network, columns, np.zeros(len(network.shipment_ids), np.bool_))
        needed = units_needed(network, pool)
        room = (slot_rows(network, pool) @ needed + pool.uses).toarray() <= network.row_limit[:, None]
        alone = (column_prices(network, pool) + needed.T @ slot_prices(network, pool))[room.all(axis=0)]
        cheapest = min(float(alone.min(initial=np.inf)), float(network.unserved_cost[k]))
        found = searched(network, restrict(data, np.array([k]))).best.cents
        assert found == pytest.approx(cheapest, abs=8.0)


@kernel
def _reinserted(d: Any, e: Any, s: Any, w: Any, k: int, rng: Any, out: Any) -> float:
    """Cents of the cheapest itinerary of a shipment that is taken out; `out` is the itinerary."""
    remove(d, e, s, k)
    return float(best_itinerary(d, e, s, w, k, NONE, 1.0, 0.0, d.kf[k, UNSERVED], rng, out))


@kernel
def _cents_of(d: Any, s: Any, k: int, plan: Any) -> float:
    return float(cost_now(d, s, k, plan, own_cost(d, k, plan)))


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_a_shipment_is_put_back_on_its_cheapest_column_beside_the_others(case: tuple[int, tuple[str, ...]]) -> None:
    _, network, data = world(case)
    if network.pallet_row:
        pytest.skip("handlings may start later there")
    search = searched(network, data, 50)
    d, e, s, w = search._packed, search._lanes, search._state, search._labels
    out = np.zeros(10, np.int64)
    for k, name in enumerate(network.shipment_ids):
        if network.scenario.shipments[name].keep_together:
            continue  # the search counts load units by size alone
        found = _reinserted(d, e, s, w, k, search._rng, out)
        rows = [plan_row(network, data, column) for column in enumerate_columns(network, k, 100_000)[0]]
        each = [_cents_of(d, s, k, row) for row in rows if row is not None]
        cheapest = min([*each, float(network.unserved_cost[k])])
        assert min(found, float(network.unserved_cost[k])) == pytest.approx(cheapest, abs=0.01)
        if found < cheapest + 1.0:
            assert _cents_of(d, s, k, out) == pytest.approx(found, abs=0.01)
            insert(d, e, s, k, out)


@pytest.mark.parametrize("case", CHOSEN, ids=case_id)
def test_all_rows_hold_though_the_search_counts_only_those_that_can_bind(case: tuple[int, tuple[str, ...]]) -> None:
    _, network, data = world(case)
    search = searched(network, data, 300)
    used = np.zeros(network.row_limit.size)
    loads: dict[tuple[int, int], np.ndarray] = {}
    sealed: dict[tuple[int, int], int] = {}
    for column in columns_of(network, data, search.best):
        k = column.shipment
        np.add.at(used, np.array(column.rows, np.int64), np.array(column.amounts, np.int64))
        for move in column.moves:
            key = move, int(network.shipment_class[k])
            loads[key] = loads.get(key, 0) + network.shipment_size[k]
            sealed[key] = sealed.get(key, 0) + int(network.shipment_units[k])
    for (move, group), load in loads.items():
        need = max(1, *(-(-load // np.maximum(network.move_capacity[move], 1))))
        if sealed[move, group]:
            need = -(-sealed[move, group] // int(network.move_units[move]))
        for rows in [network.move_rows, *([network.move_rows_powered] if network.class_powered[group] else [])]:
            mine = slice(rows.indptr[move], rows.indptr[move + 1])
            np.add.at(used, rows.index[mine], need * rows.amount[mine])
    assert (used <= network.row_limit).all()


def test_rows_that_scarcer_ones_keep_are_left_out() -> None:
    counts = [(int(binding_rows(world(case)[2]).sum()), world(case)[1].row_limit.size) for case in CHOSEN]
    assert all(kept <= rows for kept, rows in counts)
    assert any(kept < rows for kept, rows in counts)


def open_session(scenario: Scenario, network: Network) -> Session:
    session = Session(
        scenario, stop=NEVER, seed=1, params=SolveParams(engine="scip"), accept=lambda plan: True, worker=Worker()
    )
    session.set_network(network)
    return session


@pytest.mark.parametrize("case", CHOSEN[::3], ids=case_id)
def test_polishing_everything_is_never_worse_and_a_part_leaves_the_rest(case: tuple[int, tuple[str, ...]]) -> None:
    scenario, network, data = world(case)
    session = open_session(scenario, network)
    store = ColumnStore(network, data)
    start = searched(network, data)
    if not session.offer(store.columns_of(start.best)):
        pytest.skip("no plan that serves what must be served")
    before = session.state.objective_cents
    incumbent = {column.shipment: column for column in session.incumbent or ()}
    columns = all_columns(network)
    free = sorted(range(0, len(network.shipment_ids), 2))
    found = polish(session, free, [column for column in columns if column.shipment in free], 10.0)
    assert found is not None
    for column in found:
        if column.shipment not in free:
            assert column == incumbent[column.shipment]
    session.offer(found)
    part = session.state.objective_cents
    whole = polish(session, range(len(network.shipment_ids)), columns, 10.0)
    assert whole is not None
    session.offer(whole)
    assert before is not None and part is not None and session.state.objective_cents is not None
    assert session.state.objective_cents <= part <= before


def test_store_prices_what_it_is_asked_for_and_counts_each_itinerary_once() -> None:
    _, network, data = world(CHOSEN[0])
    search = searched(network, data, 200)
    store = ColumnStore(network, data)
    rows = search.take_seen()
    store.add(rows)
    once = store.count
    store.add(rows)
    assert store.count == once == len({row.tobytes() for row in rows})
    everyone = store.of(range(len(network.shipment_ids)), 1_000)
    assert len(everyone) == len(set(everyone)) <= once
    assert set(store.columns_of(search.best)) == set(columns_of(network, data, search.best))


def test_a_graft_is_kept_only_when_it_gains() -> None:
    _, network, data = world(CHOSEN[0])
    poor, good = searched(network, data), searched(network, data, 400)
    everyone = np.arange(len(network.shipment_ids))
    value = poor.best.cents
    assert poor.graft(everyone, good.best) == (good.best.cents < value - 0.5)
    assert poor.best.cents == pytest.approx(min(value, good.best.cents))
    assert not good.graft(everyone, good.best)


def test_neighbourhoods_grow_and_shrink_with_what_models_take() -> None:
    _, network, data = world(CHOSEN[0])
    near = Neighbourhoods(data, ColumnStore(network, data), 1, size=2)
    drawn = near.draw(searched(network, data).best)
    assert 1 <= len(drawn) <= 2 and drawn == sorted(set(drawn))
    near.learn(0.1, 10.0)
    assert near.size > 2
    grown = near.size
    near.learn(9.9, 10.0)
    assert near.size <= max(grown, 8)


def test_without_annealing_plans_come_from_insertion_alone() -> None:
    _, network, data = world(CHOSEN[0])
    search = Search(network, data, 1, SearchParams(enabled=False), np.zeros(1, np.int64))
    search.construct()
    inserted = search.best.cents
    assert search.advance(300, 1.0, 0.0) == 300  # counts as work, so that a work limit ends
    assert search.best.cents == inserted and search.stats.sum() == 0


def test_leaving_out_an_operator_leaves_it_untried() -> None:
    _, network, data = world(CHOSEN[0])
    search = Search(network, data, 1, SearchParams(pool=0.0, trunk=0.0), np.zeros(1, np.int64))
    search.construct()
    search.advance(300, 1.0, 0.0)
    assert search.stats[3, 0] == search.stats[7, 0] == 0
    assert search.stats[:, 0].sum() == 300
    assert "trunk 0/0/0" in search.operators()


def test_the_search_has_cooled_down_when_nothing_is_left() -> None:
    assert heat_of(0.0, 50.0) == 1.0
    assert heat_of(25.0, 25.0) == 0.5
    # pricing the first plan took long, so that less is left than there seemed to be
    assert heat_of(44.0, 1.0) == pytest.approx(1 / 45)
    assert heat_of(45.0, 0.0) == 0.0
    assert heat_of(5.0, None) == heat_of(25.0, None) == 0.75


def test_time_to_price_one_more_plan_is_kept_and_a_little() -> None:
    scenario, network, data = world(CHOSEN[0])
    pause = 0.2

    def accept(plan: Plan) -> bool:
        time.sleep(pause)
        return True

    session = Session(scenario, stop=TimeLimit(100.0), seed=1, params=SolveParams(), accept=accept, worker=Worker())
    session.set_network(network)
    columns = ColumnStore(network, data).columns_of(searched(network, data).best)
    begun = time.monotonic()
    assert session.offer(columns)
    took = time.monotonic() - begun
    left, elapsed = session.remaining_seconds, session.elapsed
    slack = 0.05
    assert left is not None
    assert 100.0 - took - CHUNKS_S - slack <= left + elapsed <= 100.0 - pause - CHUNKS_S + slack


def test_a_plan_accepted_while_the_time_runs_out_is_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, network, data = world(CHOSEN[0])
    columns = ColumnStore(network, data).columns_of(searched(network, data).best)
    written: list[Plan] = []
    session = Session(
        scenario,
        stop=NEVER,
        seed=1,
        params=SolveParams(),
        accept=lambda plan: True,
        worker=Worker(),
        on_accepted=written.append,
    )
    session.set_network(network)
    assert session.offer(columns)
    first = written[0]
    better = replace(first, totals=replace(first.totals, weighted_cost_cents=first.totals.weighted_cost_cents - 1))

    def late(*_: object) -> tuple[Any, Plan]:
        session.end(Termination.TIME)  # the clock does not wait for packing, pricing and the verifier
        return tuple(columns), better

    monkeypatch.setattr(session, "_better", late)
    with pytest.raises(Ended):
        session.offer(columns)
    assert written == [first, better]
    assert session.take() == (better, better.totals.objective_cents)
    session.halt[0] = 0
    assert not session.offer(columns)
    assert written == [first, better]
