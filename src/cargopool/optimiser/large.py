"""Large cases: search and bound side by side, each in its own thread of compiled code, columns polished by a MIP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate
from cargopool.optimiser.bound import Bound, ascent
from cargopool.optimiser.params import SolveParams
from cargopool.optimiser.search import Search, Solution
from cargopool.optimiser.search_data import SearchData, make_data

CHUNK = 400
"""Search iterations between two looks at the clock."""

POLL_S = 0.05
PUBLISH_EVERY_S = 2.0
WORK_PER_BOUND = 200
"""Search iterations that one iteration of the bound counts as, under a work limit."""


class Control(Protocol):
    """What the caller lends: time, stop, a place for plans, a restricted model."""

    def stopped(self) -> bool:
        """Whether to end now."""
        ...

    def seconds_left(self) -> float | None:
        """Until the time limit; None without one."""
        ...

    def work_left(self) -> int | None:
        """Until the work limit; None without one."""
        ...

    def spend(self, work: int) -> None:
        """Count work."""
        ...

    def publish(self, columns: Sequence[Column], network: Network) -> bool:
        """Assemble and verify a plan of these columns; True when it is accepted."""
        ...

    def improve_bound(self, cents: float, relaxed: tuple[str, ...]) -> None:
        """Record a proven bound on P."""
        ...

    def report(self, stage: str, iterations: int, columns: int) -> None:
        """Record progress."""
        ...

    def polish(self, network: Network, columns: Sequence[Column], seconds: float | None) -> Sequence[Column] | None:
        """Best plan over these columns by the restricted model; None when there is none in time."""
        ...


@dataclass
class _Shared:
    """What the threads tell each other."""

    stop: Any
    best: Solution | None = None
    adopt: Solution | None = None
    heat: float = 1.0
    iterations: int = 0
    error: BaseException | None = None


def columns_of(network: Network, data: SearchData, solution: Solution) -> list[Column]:
    """Columns of the served shipments of an array plan; a shipment whose column no longer holds is left out."""
    found = []
    for k in np.flatnonzero(solution.served):
        column = column_of(network, data, int(k), solution.plan[k])
        if column is not None:
            found.append(column)
    return found


def column_of(network: Network, data: SearchData, k: int, plan: Any) -> Column | None:
    """One shipment's itinerary as a column."""
    depth = int(plan[9])
    start, end = int(plan[3]), int(plan[4])
    at = int(data.start_place[start])
    collection = at if at != int(network.shipment_origin[k]) else -1
    delivery = int(data.end_place[end]) if data.end_door[end] >= 0 else -1
    return evaluate(
        network,
        k,
        tuple(int(m) for m in plan[:depth]),
        collection_hub=collection,
        delivery_hub=delivery,
        starts=tuple(int(s) for s in plan[5 : 6 + depth]) if network.pallet_row else None,
    )


class _Pool:
    """Columns seen in good plans, newest kept first when there are too many."""

    def __init__(self, network: Network, data: SearchData, most_per_shipment: int = 60) -> None:
        self._network, self._data, self._most = network, data, most_per_shipment
        self._seen: list[dict[bytes, Column | None]] = [{} for _ in range(data.k_class.size)]

    def add(self, solution: Solution) -> None:
        """Take in every itinerary of a plan."""
        for k in np.flatnonzero(solution.served):
            known = self._seen[k]
            key = solution.plan[k].tobytes()
            if key in known:
                known[key] = known.pop(key)
            else:
                known[key] = column_of(self._network, self._data, int(k), solution.plan[k])
                if len(known) > self._most:
                    known.pop(next(iter(known)))

    def columns(self) -> list[Column]:
        """All of them."""
        return [column for known in self._seen for column in known.values() if column is not None]


def solve_large(network: Network, control: Control, seed: int, params: SolveParams) -> None:
    """Search, bound and polish until the control says stop; everything found goes through the control."""
    data = make_data(network, seed)
    stop = np.zeros(1, np.int64)
    search = Search(network, data, seed, params.search, stop)
    search.construct()
    pool = _Pool(network, data)
    pool.add(search.best)
    control.publish(columns_of(network, data, search.best), network)
    bound = ascent(data, network, params.bound, stop) if params.bound.enabled else None
    if control.work_left() is not None:
        _by_work(network, data, control, search, bound, pool)
    else:
        _by_time(network, data, control, search, bound, pool, params)


def _by_work(
    network: Network, data: SearchData, control: Control, search: Search, bound: Bound | None, pool: _Pool
) -> None:
    """One thread, no clock: the search in chunks, the bound in between."""
    total = max(1, control.work_left() or 1)
    while not control.stopped():
        left = control.work_left() or 0
        if left <= 0:
            break
        done = search.advance(min(CHUNK, left), left / total, max(0, left - CHUNK) / total)
        control.spend(max(1, done))
        pool.add(search.best)
        if bound is not None and bound.advance(search.best.cents):
            control.spend(WORK_PER_BOUND)
            control.improve_bound(bound.best_cents, bound.relaxed)
        control.report("search", search.iterations, 0)
    control.publish(columns_of(network, data, search.best), network)


def _by_time(
    network: Network,
    data: SearchData,
    control: Control,
    search: Search,
    bound: Bound | None,
    pool: _Pool,
    params: SolveParams,
) -> None:
    """Search and bound in two threads while this one watches the clock, publishes and polishes."""
    shared = _Shared(stop=search.stop, best=search.best)
    threads = [_start(lambda: _search_loop(search, shared), shared)]
    if bound is not None:
        threads.append(_start(lambda: _bound_loop(bound, shared), shared))
    try:
        _watch(network, data, control, shared, bound, pool, params, threads)
    finally:
        search.stop[0] = 1
        for thread in threads:
            thread.join()
    if shared.error is not None:
        raise shared.error
    solution = search.best
    if bound is not None:
        control.improve_bound(bound.best_cents, bound.relaxed)
    control.publish(columns_of(network, data, solution), network)


def _watch(
    network: Network,
    data: SearchData,
    control: Control,
    shared: _Shared,
    bound: Bound | None,
    pool: _Pool,
    params: SolveParams,
    threads: list[threading.Thread],
) -> None:
    began = time.monotonic()
    whole = control.seconds_left()
    published = float("inf")
    last_publish = began
    polished = False
    while not control.stopped() and shared.error is None:
        now = time.monotonic()
        left = control.seconds_left()
        shared.heat = _heat(now - began, whole)
        if bound is not None and bound.iterations:
            control.improve_bound(bound.best_cents, bound.relaxed)
        best = shared.best
        if best is not None:
            pool.add(best)
            if best.cents < published - 0.5 and now - last_publish >= PUBLISH_EVERY_S:
                control.publish(columns_of(network, data, best), network)
                published, last_publish = best.cents, time.monotonic()
        control.report("search", shared.iterations, 0)
        share = (now - began) / whole if whole else 0.0
        if not polished and whole and share >= params.search.polish_share:
            polished = True
            _polish(network, data, control, shared, pool, 0.4 * (left or 0.0))
        if not any(thread.is_alive() for thread in threads):
            break
        time.sleep(POLL_S)


def _polish(network: Network, data: SearchData, control: Control, shared: _Shared, pool: _Pool, seconds: float) -> None:
    """Solve the restricted model over the pool and hand a better plan to the search."""
    columns = control.polish(network, pool.columns(), seconds)
    if not columns:
        return
    control.publish(columns, network)
    if any(column.atoms != int(network.shipment_atoms[column.shipment]) for column in columns):
        return
    plan = np.full((data.k_class.size, 10), -1, np.int64)
    served = np.zeros(data.k_class.size, np.bool_)
    for column in columns:
        row = _plan_row(network, data, column)
        if row is not None:
            plan[column.shipment] = row
            served[column.shipment] = True
    shared.adopt = Solution(0.0, plan, served)


def _plan_row(network: Network, data: SearchData, column: Column) -> Any | None:
    """A column as the kernels write an itinerary."""
    k, depth = column.shipment, len(column.moves)
    row = np.full(10, -1, np.int64)
    row[:depth] = column.moves
    place = column.collection_hub if column.collection_hub >= 0 else int(network.shipment_origin[k])
    for o in range(data.start_ptr[k], data.start_ptr[k + 1]):
        if data.start_place[o] == place:
            row[3] = o
    last = int(network.move_destination[column.moves[-1]])
    for e in range(data.end_ptr[k], data.end_ptr[k + 1]):
        if data.end_place[e] == last and (data.end_door[e] >= 0) == (column.delivery_hub >= 0):
            row[4] = e
    if row[3] < 0 or row[4] < 0:
        return None
    row[5 : 6 + depth] = column.starts
    row[9] = depth
    return row


def _heat(elapsed: float, whole: float | None) -> float:
    """Heat from 1 to 0 over the time there is; without a limit it saws."""
    if whole:
        return float(max(0.0, 1.0 - elapsed / max(1e-3, whole)))
    return 1.0 - (elapsed % 20.0) / 20.0


def _start(work: Callable[[], None], shared: _Shared) -> threading.Thread:
    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            shared.error = error

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    return thread


def _search_loop(search: Search, shared: _Shared) -> None:
    while not shared.stop[0]:
        if shared.adopt is not None:
            search.adopt(shared.adopt)
            shared.adopt = None
        heat = shared.heat
        search.advance(CHUNK, heat, heat)
        shared.iterations = search.iterations
        shared.best = search.best


def _bound_loop(bound: Bound, shared: _Shared) -> None:
    while not shared.stop[0]:
        target = shared.best.cents if shared.best is not None else 0.0
        if not bound.advance(target):
            return
