"""The arrays that the compiled kernels work on, made once from a Network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cargopool.model.scenario import Scenario
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.columns import moves_for_whole
from cargopool.network.keys import distinct
from cargopool.optimiser.search_ends import CENTS_PER_GRAM_AND_EUR_PER_T, ends_of, handling_costs, starts_of
from cargopool.rules.opening import open_periods
from cargopool.units import MINUTES_PER_DAY

NEVER = 1 << 60


class SearchData(NamedTuple):
    """Constant arrays. Costs are float cents with carbon inside; index letters as in `Network`.

    Moves (M): ``m_*`` with ``m_cost``/``m_cost_powered`` cents of a use, ``m_cents_per_kg`` of cargo,
    ``mr_*`` and ``mp_*`` row use (all classes; powered in addition), ``my_*`` charter runs.
    Shipments (K): ``k_*``; ``k_handling[K, P]`` cents of one handling (INF where it cannot be handled),
    ``k_storage[K, P]`` cents per day, ``k_time_value`` and ``k_late`` cents per minute.
    Start and end options per shipment: ``start_ptr[K + 1]`` into place, minute there, cents; ``end_ptr[K + 1]`` into
    place, tour minutes, door (-1 when the place is the destination), cents.
    Places (P): handling minutes, cross-dock rate in pallets per hour (0: not limited), open periods by ``open_ptr``.
    """

    m_origin: Any
    m_destination: Any
    m_latest: Any
    m_available: Any
    m_cost: Any
    m_cost_powered: Any
    m_cents_per_kg: Any
    m_crossing: Any
    m_capacity: Any
    m_units: Any
    mr_ptr: Any
    mr_idx: Any
    mr_amount: Any
    mp_ptr: Any
    mp_idx: Any
    mp_amount: Any
    my_ptr: Any
    my_idx: Any
    row_limit: Any
    row_move_ptr: Any
    row_move_idx: Any
    run_cost: Any
    k_class: Any
    k_powered: Any
    k_size: Any
    k_units: Any
    k_ready: Any
    k_due: Any
    k_latest: Any
    k_late: Any
    k_time_value: Any
    k_transit: Any
    k_unserved: Any
    k_shipper: Any
    k_handling: Any
    k_storage: Any
    usable_ptr: Any
    usable_idx: Any
    related: Any
    start_ptr: Any
    start_place: Any
    start_minute: Any
    start_cost: Any
    end_ptr: Any
    end_place: Any
    end_minutes: Any
    end_door: Any
    end_cost: Any
    place_handling: Any
    place_rate: Any
    place_free_days: Any
    open_ptr: Any
    open_start: Any
    open_end: Any
    pallet_row: Any
    first_bucket: int
    bucket_min: int
    slack_min: int
    has_pallet_rows: bool
    max_moves: int


def _usable_whole(network: Network, shipments: Sequence[Shipment]) -> Sequence[Any]:
    """Usable moves of each shipment as a whole: the kernels divide none."""
    if not any(shipment.keep_together for shipment in shipments):
        return network.usable
    return [moves_for_whole(network, k) for k in range(len(shipments))]


def _in_one(parts: Sequence[Any]) -> Any:
    """All parts one after the other: without a copy where one array holds them so."""
    whole = parts[0].base if parts else None
    if whole is not None and whole.dtype == np.int32 and whole.ndim == 1 and whole.size == sum(p.size for p in parts):
        return whole
    return np.concatenate([*parts, np.zeros(0, np.int32)]).astype(np.int32)


def _pointers(lists: Sequence[Any]) -> Any:
    return np.concatenate([[0], np.cumsum([len(entry) for entry in lists])]).astype(np.int64)


def _open_periods(scenario: Scenario, network: Network) -> tuple[Any, Any, Any]:
    last = int(max((s.latest_min for s in scenario.shipments.values()), default=0)) + 14 * MINUTES_PER_DAY
    found = [
        open_periods(scenario.place(place_id), scenario.horizon.start, -MINUTES_PER_DAY, last)
        for place_id in network.place_ids
    ]
    periods = [() if spans is None else spans or ((-NEVER, -NEVER),) for spans in found]
    flat = [span for spans in periods for span in spans]
    return _pointers(periods), np.array([a for a, _ in flat], np.int64), np.array([b for _, b in flat], np.int64)


def _row_moves(network: Network) -> tuple[Any, Any]:
    """Moves of each row, in compressed sparse rows."""
    rows = network.move_rows
    order = np.argsort(rows.index, kind="stable")
    moves = np.repeat(np.arange(network.moves), np.diff(rows.indptr))
    counts = np.bincount(rows.index, minlength=network.row_limit.size)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), moves[order].astype(np.int32)


def _move_runs(network: Network) -> tuple[Any, Any]:
    """Charter runs that each move rides."""
    runs: list[list[int]] = []
    rows = network.move_rows
    row_run = network.row_run
    if not (row_run >= 0).any():
        return np.zeros(network.moves + 1, np.int64), np.zeros(0, np.int32)
    for m in range(network.moves):
        used = row_run[rows.index[rows.indptr[m] : rows.indptr[m + 1]]]
        runs.append(sorted({int(y) for y in used if y >= 0}))
    return _pointers(runs), np.array([y for entry in runs for y in entry], np.int32)


def _related(network: Network, rng: np.random.Generator, width: int = 24) -> Any:
    """For each shipment others with near ends, the nearest first filled up at random."""
    scenario = network.scenario
    where = np.array([(scenario.place(p).lat, scenario.place(p).lon) for p in network.place_ids]).T
    first, kind = distinct([network.shipment_origin, network.shipment_destination, network.shipment_class])
    ends = np.vstack([where[:, network.shipment_origin[first]], where[:, network.shipment_destination[first]]])
    pooling = network.shipment_class[first]
    count = kind.size
    width = max(1, min(width, count))
    related = np.empty((count, width), np.int32)
    for k, mine in enumerate(kind.tolist()):
        sample = np.arange(count) if count <= 2000 else rng.integers(0, count, 2000)
        gap = (np.abs(ends - ends[:, mine, None]).sum(axis=0) + (pooling != pooling[mine]))[kind[sample]]
        near = np.flatnonzero(gap <= np.partition(gap, width - 1)[width - 1])
        related[k] = sample[near[np.argsort(gap[near], kind="stable")[:width]]]
    return related


def _of_shipments(network: Network, seed: int) -> dict[str, Any]:
    """The arrays that take pricing, or a look at every pair of shipments: they do not depend on moves and limits."""
    scenario = network.scenario
    places = {place: i for i, place in enumerate(network.place_ids)}
    starts = [starts_of(scenario, s, places) for s in scenario.shipments.values()]
    ends = [ends_of(scenario, s, places) for s in scenario.shipments.values()]
    handling, storage = handling_costs(scenario, network)
    flat_starts = [x for entry in starts for x in entry]
    flat_ends = [x for entry in ends for x in entry]
    return {
        "k_handling": handling,
        "k_storage": storage,
        "related": _related(network, np.random.default_rng(seed)),
        "start_ptr": _pointers(starts),
        "start_place": np.array([x[0] for x in flat_starts], np.int32),
        "start_minute": np.array([x[1] for x in flat_starts], np.int64),
        "start_cost": np.array([x[2] for x in flat_starts], np.float64),
        "end_ptr": _pointers(ends),
        "end_place": np.array([x[0] for x in flat_ends], np.int32),
        "end_minutes": np.array([x[1] for x in flat_ends], np.int64),
        "end_door": np.array([x[2] for x in flat_ends], np.int32),
        "end_cost": np.array([x[3] for x in flat_ends], np.float64),
    }


def _of_known(data: SearchData) -> dict[str, Any]:
    names = [name for name in SearchData._fields if name.startswith(("start_", "end_"))]
    return {name: getattr(data, name) for name in ("k_handling", "k_storage", "related", *names)}


def make_data(network: Network, seed: int = 1, known: SearchData | None = None) -> SearchData:
    """Build the kernels' arrays from a network.

    Parameters
    ----------
    network : Network
        Moves on which a shipment that stays together has no room in one unit are left out: nothing is divided here.
    seed : int
        Only the sample of related shipments of very large cases depends on it.
    known : SearchData, optional
        Of another network of the same shipments, places and prices: what does not depend on its moves and limits is
        taken as it is.
    """
    scenario = network.scenario
    price = scenario.objective.carbon_price_eur_per_t * CENTS_PER_GRAM_AND_EUR_PER_T
    shipments = list(scenario.shipments.values())
    shared = _of_shipments(network, seed) if known is None else _of_known(known)
    usable = _usable_whole(network, shipments)
    open_ptr, open_start, open_end = _open_periods(scenario, network)
    row_move_ptr, row_move_idx = _row_moves(network)
    my_ptr, my_idx = _move_runs(network)
    shippers = {name: i for i, name in enumerate(dict.fromkeys(s.shipper for s in shipments))}
    hubs = [scenario.hubs.get(p) for p in network.place_ids]
    docks = [hub.cross_dock if hub else None for hub in hubs]
    minutes = [
        (dock.handling_min if dock else 0) if hub else scenario.doors[place].loading_min
        for place, hub, dock in zip(network.place_ids, hubs, docks, strict=True)
    ]
    buckets = sorted({b for _, b in network.pallet_row})
    first_bucket = buckets[0] if buckets else 0
    pallet_row = np.full((len(network.place_ids), (buckets[-1] - first_bucket + 1) if buckets else 1), -1, np.int32)
    for (p, b), row in network.pallet_row.items():
        pallet_row[p, b - first_bucket] = row
    return SearchData(
        **shared,
        m_origin=network.move_origin,
        m_destination=network.move_destination,
        m_latest=network.move_latest,
        m_available=network.move_available,
        m_cost=network.move_cost + price * network.move_grams,
        m_cost_powered=network.move_cost + price * network.move_grams_powered,
        m_cents_per_kg=price * network.move_grams_per_kg + network.move_cents_per_kg,
        m_crossing=network.move_crossing_cents.astype(np.float64),
        m_capacity=network.move_capacity,
        m_units=network.move_units,
        mr_ptr=network.move_rows.indptr,
        mr_idx=network.move_rows.index,
        mr_amount=network.move_rows.amount,
        mp_ptr=network.move_rows_powered.indptr,
        mp_idx=network.move_rows_powered.index,
        mp_amount=network.move_rows_powered.amount,
        my_ptr=my_ptr,
        my_idx=my_idx,
        row_limit=network.row_limit,
        row_move_ptr=row_move_ptr,
        row_move_idx=row_move_idx,
        run_cost=network.run_cost + price * network.run_grams,
        k_class=network.shipment_class,
        k_powered=network.class_powered[network.shipment_class],
        k_size=network.shipment_size,
        k_units=network.shipment_units,
        k_ready=network.shipment_ready,
        k_due=network.shipment_due,
        k_latest=network.shipment_latest,
        k_late=np.array([s.late_eur_per_h * 100 / 60 for s in shipments]),
        k_time_value=np.array([s.value_of_time_eur_per_h * 100 / 60 for s in shipments]),
        k_transit=np.array([s.customs_status == "transit" for s in shipments]),
        k_unserved=network.unserved_cost.astype(np.float64),
        k_shipper=np.array([shippers[s.shipper] for s in shipments], np.int32),
        usable_ptr=_pointers(usable),
        usable_idx=_in_one(usable),
        place_handling=np.array(minutes, np.int64),
        place_rate=np.array([(dock.pallets_per_hour or 0) if dock else 0 for dock in docks], np.int64),
        place_free_days=np.array([hub.free_storage_days if hub else 0 for hub in hubs], np.int64),
        open_ptr=open_ptr,
        open_start=open_start,
        open_end=open_end,
        pallet_row=pallet_row,
        first_bucket=first_bucket,
        bucket_min=scenario.scope.bucket_min,
        slack_min=60 * scenario.scope.hub_slack_h,
        has_pallet_rows=bool(network.pallet_row),
        max_moves=scenario.scope.max_moves,
    )


def without_moves(data: SearchData) -> SearchData:
    """The same arrays without any move, for those who need no more than shipments, places and limits."""
    lists = {"mr": ("mr_idx", "mr_amount"), "mp": ("mp_idx", "mp_amount"), "my": ("my_idx",)}
    empty = {name: getattr(data, name)[:0].copy() for name in SearchData._fields if name.startswith("m_")}
    for kind, names in lists.items():
        empty[f"{kind}_ptr"] = np.zeros(1, np.int64)
        empty |= {name: getattr(data, name)[:0].copy() for name in names}
    return data._replace(
        **empty,
        row_move_ptr=np.zeros_like(data.row_move_ptr),
        row_move_idx=data.row_move_idx[:0].copy(),
    )


def _gather(ptr: Any, chosen: Any) -> tuple[Any, Any]:
    """Pointers and flat positions of some of the lists of a compressed list of lists."""
    sizes = ptr[chosen + 1] - ptr[chosen]
    flat = np.concatenate([np.arange(ptr[k], ptr[k + 1]) for k in chosen] + [np.zeros(0, np.int64)]).astype(np.int64)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), flat


def restrict(data: SearchData, shipments: Any, moves: Any | None = None) -> SearchData:
    """The same arrays for some shipments, and with only some moves usable.

    Parameters
    ----------
    data : SearchData
    shipments : int64[k]
        Shipment indices to keep; index i of the result is ``shipments[i]`` of ``data``.
    moves : bool[M], optional
        Usable moves; None keeps them all.
    """
    _, flat = _gather(data.usable_ptr, shipments)
    owner = np.repeat(np.arange(shipments.size), data.usable_ptr[shipments + 1] - data.usable_ptr[shipments])
    usable = data.usable_idx[flat]
    if moves is not None:
        kept = moves[usable]
        usable, owner = usable[kept], owner[kept]
    start_ptr, starts = _gather(data.start_ptr, shipments)
    end_ptr, ends = _gather(data.end_ptr, shipments)
    count = max(1, shipments.size)
    related = np.tile(np.arange(count, dtype=np.int32), (count, 1))
    per_shipment = {name: getattr(data, name)[shipments] for name in SearchData._fields if name.startswith("k_")}
    return data._replace(
        **per_shipment,
        usable_ptr=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=shipments.size))]).astype(np.int64),
        usable_idx=usable,
        related=related,
        start_ptr=start_ptr,
        start_place=data.start_place[starts],
        start_minute=data.start_minute[starts],
        start_cost=data.start_cost[starts],
        end_ptr=end_ptr,
        end_place=data.end_place[ends],
        end_minutes=data.end_minutes[ends],
        end_door=data.end_door[ends],
        end_cost=data.end_cost[ends],
    )
