"""Columns: itineraries of shipment parts with their exact own price, emissions and row use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.footprint import lateness_cents, time_value_cents
from cargopool.model.plan import Handling, Itinerary
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Bool, Int32, Network
from cargopool.network.listing import list_paths
from cargopool.network.parts import own_price, row_use
from cargopool.network.places import rate_limited
from cargopool.network.schedules import place_at, schedule_of
from cargopool.units import MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One way for a part of a shipment to travel.

    Attributes
    ----------
    shipment : int
        Shipment index.
    moves : tuple of int
        Move indices, in order.
    collection_hub, delivery_hub : int
        Hub index where a collection tour ends, a delivery tour begins; -1 for none.
    first_atom, atoms : int
        The part; a part that does not begin at atom 0 pays the fee of an extra part.
    starts : tuple of int
        Start of each handling.
    cost_cents : int
        The part's own money as the objective weighs it, with lateness and value of time.
    grams : int
        The part's own elements.
    rows, amounts : tuple of int
        Capacity rows that the part itself uses (cross-docked pallets, pallet places).
    delivered_min : int
    """

    shipment: int
    moves: tuple[int, ...]
    collection_hub: int
    delivery_hub: int
    first_atom: int
    atoms: int
    starts: tuple[int, ...]
    cost_cents: int
    grams: int
    rows: tuple[int, ...]
    amounts: tuple[int, ...]
    delivered_min: int


def evaluate(
    network: Network,
    shipment: int,
    moves: Sequence[int],
    *,
    collection_hub: int = -1,
    delivery_hub: int = -1,
    first_atom: int = 0,
    atoms: int | None = None,
    starts: Sequence[int] | None = None,
) -> Column | None:
    """Price one way of travelling; None when it breaks a rule of P.

    Parameters
    ----------
    network : Network
    shipment : int
        Index.
    moves : sequence of int
        Move indices in order, each usable by the shipment.
    collection_hub, delivery_hub : int
        Hub indices of the tours, -1 for none.
    first_atom, atoms : int
        The part; None is the rest of the shipment.
    starts : sequence of int, optional
        Start of each handling; None is as early as possible.
    """
    goods = network.scenario.shipments[network.shipment_ids[shipment]]
    path = tuple(int(m) for m in moves)
    count = goods.atoms - first_atom if atoms is None else atoms
    if not _travels(network, shipment, path, collection_hub, delivery_hub):
        return None
    size = quantity_of(goods, first_atom, count)
    if goods.keep_together and not _in_one_unit(network, np.array(path, np.int32), goods, size, count).all():
        return None
    clock = schedule_of(network, goods, path, collection_hub, delivery_hub, starts)
    if clock is None:
        return None
    money, grams = own_price(network, goods, path, clock, size, count, first_atom)
    used = row_use(network, goods, path, clock, size)
    if used is None:
        return None
    late = max(0, clock.delivered_min - goods.due_min)
    money += lateness_cents(goods, count, late)
    money += time_value_cents(goods, count, clock.delivered_min - goods.ready_min)
    return Column(
        shipment=int(shipment),
        moves=path,
        collection_hub=int(collection_hub),
        delivery_hub=int(delivery_hub),
        first_atom=int(first_atom),
        atoms=int(count),
        starts=clock.starts,
        cost_cents=money,
        grams=grams,
        rows=tuple(row for row, _ in used),
        amounts=tuple(amount for _, amount in used),
        delivered_min=clock.delivered_min,
    )


def _travels(network: Network, shipment: int, path: tuple[int, ...], collection_hub: int, delivery_hub: int) -> bool:
    """Whether the moves join up from origin to destination, no place twice, and are all usable."""
    if not 1 <= len(path) <= network.scenario.scope.max_moves:
        return False
    usable = network.usable[shipment]
    where = np.searchsorted(usable, path)
    if any(n >= usable.size or usable[n] != m for n, m in zip(where, path, strict=True)):
        return False
    origin = int(network.shipment_origin[shipment])
    destination = int(network.shipment_destination[shipment])
    begin = collection_hub if collection_hub >= 0 else origin
    end = delivery_hub if delivery_hub >= 0 else destination
    visited = [begin]
    for m in path:
        if int(network.move_origin[m]) != visited[-1]:
            return False
        visited.append(int(network.move_destination[m]))
    return visited[-1] == end and len({origin, destination, *visited}) == len(visited) + (begin != origin) + (
        end != destination
    )


def _in_one_unit(network: Network, moves: Int32, goods: Shipment, size: Quantity, atoms: int) -> Bool:
    """On which of the moves a part has room in one load unit, bool[m]."""
    if goods.load_units:
        return np.full(moves.size, atoms == 1)
    rooms = network.memo.get("room of one unit")
    if rooms is None:
        units = [network.scenario.load_units[unit_id] for unit_id in network.unit_ids]
        sizes = [(u.pallets_milli, u.payload_kg, u.volume_m3_milli, u.loading_metres_milli) for u in units]
        rooms = network.memo["room of one unit"] = np.array(sizes, np.int64)
    room = rooms[network.move_unit[moves]]
    room[:, 1] = np.minimum(room[:, 1], network.move_capacity[moves, 1])
    return np.asarray((np.array(size.as_tuple(), np.int64) <= room).all(axis=1))


def moves_for_whole(network: Network, shipment: int) -> Int32:
    """Usable moves on which a shipment can travel undivided, int32[m]: what stays together needs room in one unit."""
    goods = network.scenario.shipments[network.shipment_ids[shipment]]
    mine = network.usable[shipment]
    if not goods.keep_together:
        return mine
    size = quantity_of(goods, 0, goods.atoms)
    return mine[_in_one_unit(network, mine, goods, size, goods.atoms)]


def to_itinerary(network: Network, column: Column, part: int, first_atom: int) -> Itinerary:
    """Describe a column as the itinerary of a part.

    Raises
    ------
    ValueError
        When the column does not hold in this network.
    """
    goods = network.scenario.shipments[network.shipment_ids[column.shipment]]
    clock = schedule_of(network, goods, column.moves, column.collection_hub, column.delivery_hub, column.starts)
    if clock is None:
        raise ValueError(f"column of {goods.id} does not hold")
    kinds = ["load", *(["transfer"] * (len(column.moves) - 1)), "unload"]
    handlings = tuple(
        Handling(place=network.place_ids[place], kind=kind, start_min=start, end_min=end)  # type: ignore[arg-type]
        for place, kind, start, end in zip(clock.places, kinds, clock.starts, clock.ends, strict=True)
    )
    return Itinerary(
        shipment=goods.id,
        part=part,
        first_atom=first_atom,
        atoms=column.atoms,
        moves=tuple(f"m{m}" for m in column.moves),
        handlings=handlings,
        collection=clock.collection,
        delivery=clock.delivery,
        delivered_min=clock.delivered_min,
        late_min=max(0, clock.delivered_min - goods.due_min),
    )


def enumerate_columns(network: Network, shipment: int, limit: int) -> tuple[tuple[Column, ...], bool]:
    """List the columns of a whole shipment, start variants included.

    Parameters
    ----------
    limit : int
        Most columns to list.

    Returns
    -------
    columns : tuple of Column
    complete : bool
        True when these are all columns of P for the whole shipment.
    """
    found: list[Column] = []
    goods = network.scenario.shipments[network.shipment_ids[shipment]]
    for path, collection_hub, delivery_hub in list_paths(network, shipment):
        column = evaluate(network, shipment, path, collection_hub=collection_hub, delivery_hub=delivery_hub)
        for variant in _start_variants(network, goods, path, collection_hub, delivery_hub, column):
            if len(found) >= limit:
                return tuple(found), False
            found.append(variant)
    return tuple(found), True


def _start_variants(
    network: Network,
    goods: Shipment,
    path: tuple[int, ...],
    collection_hub: int,
    delivery_hub: int,
    column: Column | None,
) -> list[Column]:
    """The column itself and, at hubs of limited throughput, those with later handling starts."""
    if column is None:
        return []
    found = [column]
    scope = network.scenario.scope
    for n, start in enumerate(column.starts):
        index = int(network.move_origin[path[n]]) if n < len(path) else int(network.move_destination[path[-1]])
        if goods.load_units or not rate_limited(place_at(network, index)):
            continue
        first = (start // scope.bucket_min + 1) * scope.bucket_min
        for base in tuple(found):
            for wanted in range(first, start + scope.hub_slack_h * MINUTES_PER_HOUR + 1, scope.bucket_min):
                starts = (*base.starts[:n], wanted, *base.starts[n + 1 :])
                variant = evaluate(
                    network,
                    column.shipment,
                    path,
                    collection_hub=collection_hub,
                    delivery_hub=delivery_hub,
                    starts=starts,
                )
                if variant is not None:
                    found.append(variant)
    return found
