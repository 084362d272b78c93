"""Columns: itineraries of shipment parts with their exact own price, emissions and row use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cargopool.footprint import lateness_cents, time_value_cents
from cargopool.footprint.items import weigh
from cargopool.footprint.moves import stage_groups
from cargopool.footprint.parts import cross_dock_items, part_items, storage_charge
from cargopool.model.place import Door, Hub, Place
from cargopool.model.plan import Handling, Itinerary, Tour
from cargopool.model.quantity import Quantity, quantity_of
from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.listing import list_paths
from cargopool.network.places import rate_limited
from cargopool.rules import collection_minutes, earliest_start, is_open, road_link
from cargopool.units import MILLI, MINUTES_PER_HOUR, cents, started_days


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


@dataclass(frozen=True, slots=True)
class _Schedule:
    """Clock of a column: where the part is handled, from when it is there, handling starts, delivery."""

    places: tuple[int, ...]
    there: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    collection: Tour | None
    delivery: Tour | None
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
    if goods.keep_together and not all(_fits_one_unit(network, m, goods, size, count) for m in path):
        return None
    clock = _schedule(network, goods, path, collection_hub, delivery_hub, starts)
    if clock is None:
        return None
    money, grams = _own_price(network, goods, path, clock, size, count, first_atom)
    used = _row_use(network, goods, path, clock, size)
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


def _fits_one_unit(network: Network, move: int, goods: Shipment, size: Quantity, atoms: int) -> bool:
    if goods.load_units:
        return atoms == 1
    unit = network.scenario.load_units[network.unit_ids[int(network.move_unit[move])]]
    kg = min(unit.payload_kg, int(network.move_capacity[move, 1]))
    room = (unit.pallets_milli, kg, unit.volume_m3_milli, unit.loading_metres_milli)
    return all(a <= b for a, b in zip(size.as_tuple(), room, strict=True))


def _place(network: Network, index: int) -> Place:
    return network.scenario.place(network.place_ids[index])


def _handling_min(place: Place, goods: Shipment) -> int:
    if goods.load_units:
        return 0
    if isinstance(place, Hub):
        return place.cross_dock.handling_min if place.cross_dock is not None else 0
    return place.loading_min


def _tour_minutes(network: Network, origin: int, destination: int) -> int | None:
    """Minutes of a collection or delivery tour; None when the hub is out of reach."""
    scenario = network.scenario
    link = road_link(scenario, network.place_ids[origin], network.place_ids[destination])
    vehicle = scenario.drayage.vehicle
    if link is None or link.km > scenario.drayage.radius_km or vehicle not in scenario.vehicles:
        return None
    return collection_minutes(scenario, link.km)


def _collection(network: Network, goods: Shipment, hub: int) -> Tour | None:
    origin = network.place_ids.index(goods.origin)
    door, at = _place(network, origin), _place(network, hub)
    minutes = _tour_minutes(network, origin, hub)
    if goods.load_units or minutes is None or not isinstance(door, Door) or not _docks(at):
        return None
    start = earliest_start(door, network.scenario.horizon.start, goods.ready_min, door.loading_min)
    if start is None:
        return None
    end = start + door.loading_min + minutes
    return Tour(kind="collection", door=door.id, hub=at.id, start_min=start, end_min=end)


def _delivery(network: Network, goods: Shipment, hub: int, leaves: int) -> Tour | None:
    destination = network.place_ids.index(goods.destination)
    door, at = _place(network, destination), _place(network, hub)
    minutes = _tour_minutes(network, hub, destination)
    if goods.load_units or minutes is None or not isinstance(door, Door) or not _docks(at):
        return None
    start = earliest_start(door, network.scenario.horizon.start, leaves + minutes, door.loading_min)
    if start is None:
        return None
    return Tour(kind="delivery", door=door.id, hub=at.id, start_min=leaves, end_min=start + door.loading_min)


def _docks(place: Place) -> bool:
    return isinstance(place, Hub) and place.cross_dock is not None


def _schedule(
    network: Network,
    goods: Shipment,
    path: tuple[int, ...],
    collection_hub: int,
    delivery_hub: int,
    starts: Sequence[int] | None,
) -> _Schedule | None:
    collection = delivery = None
    there = goods.ready_min
    if collection_hub >= 0:
        collection = _collection(network, goods, collection_hub)
        if collection is None:
            return None
        there = collection.end_min
    places = [int(network.move_origin[m]) for m in path] + [int(network.move_destination[path[-1]])]
    arrivals = [there] + [int(network.move_available[m]) for m in path]
    limits = [int(network.move_latest[m]) for m in path] + [goods.latest_min]
    begun: list[int] = []
    ends: list[int] = []
    for n, (index, arrival, limit) in enumerate(zip(places, arrivals, limits, strict=True)):
        start = _start(network, index, goods, arrival, None if starts is None else int(starts[n]))
        if start is None or start + _handling_min(_place(network, index), goods) > limit:
            return None
        begun.append(start)
        ends.append(start + _handling_min(_place(network, index), goods))
    delivered = ends[-1]
    if delivery_hub >= 0:
        delivery = _delivery(network, goods, delivery_hub, delivered)
        if delivery is None:
            return None
        delivered = delivery.end_min
    if delivered > goods.latest_min:
        return None
    return _Schedule(tuple(places), tuple(arrivals), tuple(begun), tuple(ends), collection, delivery, delivered)


def _start(network: Network, index: int, goods: Shipment, there: int, wanted: int | None) -> int | None:
    """Start of a handling: as early as possible, or the wanted minute when P allows it."""
    place, scenario = _place(network, index), network.scenario
    duration = _handling_min(place, goods)
    earliest = earliest_start(place, scenario.horizon.start, there, duration)
    if wanted is None or earliest is None or wanted == earliest:
        return earliest
    later = earliest < wanted <= earliest + scenario.scope.hub_slack_h * MINUTES_PER_HOUR
    if goods.load_units or not later or not rate_limited(place) or wanted % scenario.scope.bucket_min:
        return None
    return wanted if is_open(place, scenario.horizon.start, wanted, wanted + duration) else None


def _own_price(
    network: Network,
    goods: Shipment,
    path: tuple[int, ...],
    clock: _Schedule,
    size: Quantity,
    atoms: int,
    first_atom: int,
) -> tuple[int, int]:
    """Objective-weighted cents and grams of the part's own lines and elements, piece by piece."""
    scenario, memo = network.scenario, network.memo
    objective = scenario.objective
    money = grams = 0
    for tour in (clock.collection, clock.delivery):
        if tour is not None:
            ends = ("tour", tour.kind, tour.door, tour.hub, size)
            found = memo.get(ends)
            if found is None:
                found = memo[ends] = _tour_price(network, goods, tour, atoms, first_atom)
            money, grams = money + found[0], grams + found[1]
    if not goods.load_units:
        for index in clock.places:
            docked = ("dock", index, size.pallets_milli, size.kg)
            found = memo.get(docked)
            if found is None:
                found = memo[docked] = _dock_price(network, index, size)
            money, grams = money + found[0], grams + found[1]
    for n, m in enumerate(path):
        if goods.customs_status != "transit":
            money += int(network.move_crossing_cents[m])
        grams += load_grams(network, m, size.kg)
        hub = scenario.hubs.get(network.place_ids[clock.places[n]])
        if hub is not None:
            days = started_days(int(network.move_latest[m]) - clock.there[n])
            storage = storage_charge(hub, goods, atoms, size.pallets_milli, days)
            money += weigh(objective, storage.kind, storage.cents, storage.carbon_cents)
    if first_atom > 0:
        money += weigh(objective, "part_fee", cents(goods.part_eur), 0)
    return money, grams


def _tour_price(network: Network, goods: Shipment, tour: Tour, atoms: int, first_atom: int) -> tuple[int, int]:
    bare = Itinerary(
        shipment=goods.id,
        part=1,
        first_atom=first_atom,
        atoms=atoms,
        moves=(),
        handlings=(),
        collection=tour if tour.kind == "collection" else None,
        delivery=tour if tour.kind == "delivery" else None,
        delivered_min=0,
    )
    charges, elements = part_items(network.scenario, bare, {})
    objective = network.scenario.objective
    return sum(weigh(objective, c.kind, c.cents, c.carbon_cents) for c in charges), sum(e.grams for e in elements)


def _dock_price(network: Network, index: int, size: Quantity) -> tuple[int, int]:
    docked = cross_dock_items(network.scenario, network.place_ids[index], size.pallets_milli, size.kg)
    if docked is None:
        return 0, 0
    charge, element = docked
    return weigh(network.scenario.objective, charge.kind, charge.cents, charge.carbon_cents), element.grams


def load_grams(network: Network, move: int, kg: int) -> int:
    """Grams that so many kg of cargo add to a move, each stage rounded as in the report."""
    rates = network.memo.get(("rates", move))
    if rates is None:
        groups = stage_groups(network.scenario, network.describe(move))
        rates = network.memo["rates", move] = tuple(rate for group in groups for rate in group.load)
    total = 0
    for rate in rates:
        found = network.memo.get((rate, kg))
        if found is None:
            found = network.memo[rate, kg] = rate.element(kg).grams
        total += int(found)
    return total


def _row_use(
    network: Network, goods: Shipment, path: tuple[int, ...], clock: _Schedule, size: Quantity
) -> list[tuple[int, int]] | None:
    """Cross-docked pallets and pallet places; None when the hub cannot handle the part at all."""
    if goods.load_units or not (network.pallet_row or network.place_row):
        return []
    bucket = network.scenario.scope.bucket_min
    used: list[tuple[int, int]] = []
    for n, index in enumerate(clock.places):
        place = _place(network, index)
        if not isinstance(place, Hub):
            continue
        if place.cross_dock is not None and place.cross_dock.pallets_per_hour is not None:
            spread = spread_pallets(clock.starts[n], size.pallets_milli, place.cross_dock.pallets_per_hour, bucket)
            if spread is None:
                return None
            used += [(network.pallet_row[index, b], amount) for b, amount in spread]
        if place.pallet_places is not None:
            until = int(network.move_latest[path[n]]) if n < len(path) else clock.ends[n]
            first = clock.there[n] // bucket
            last = max(first, (until - 1) // bucket)
            used += [(network.place_row[index, b], size.pallets_milli) for b in range(first, last + 1)]
    return used


def spread_pallets(start: int, pallets_milli: int, rate: int, bucket_min: int) -> list[tuple[int, int]] | None:
    """Milli-pallets per bucket of one operation at the hub's full rate; None when the rate is 0."""
    if rate <= 0:
        return None
    found = []
    left, minute = pallets_milli, start
    while left > 0:
        bucket = minute // bucket_min
        end = (bucket + 1) * bucket_min
        amount = min(left, rate * MILLI * (end - minute) // MINUTES_PER_HOUR)
        if amount:
            found.append((bucket, amount))
        left -= amount
        minute = end
    return found


def to_itinerary(network: Network, column: Column, part: int, first_atom: int) -> Itinerary:
    """Describe a column as the itinerary of a part.

    Raises
    ------
    ValueError
        When the column does not hold in this network.
    """
    goods = network.scenario.shipments[network.shipment_ids[column.shipment]]
    clock = _schedule(network, goods, column.moves, column.collection_hub, column.delivery_hub, column.starts)
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
        if goods.load_units or not rate_limited(_place(network, index)):
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
