"""Warm starts: the columns of a plan, as far as they exist in a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cargopool.model.plan import Itinerary, Move, Plan
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, evaluate


def columns_of_plan(network: Network, plan: Plan) -> list[Column]:
    """Columns of a plan's itineraries whose moves exist in the network; a plan of another variant may lose some.

    A shipment counts only when all its parts are found.
    """
    return columns_of_itineraries(network, plan.itineraries, [use.move for use in plan.moves])


def columns_of_itineraries(network: Network, itineraries: Iterable[Itinerary], ridden: Iterable[Move]) -> list[Column]:
    """As `columns_of_plan`, for some itineraries and the moves that they ride."""
    moves = {move.id: move for move in ridden}
    wanted = {_key(move) for move in moves.values()}
    index = _index(network, wanted, {move.origin for move in moves.values()})
    shipments = {name: k for k, name in enumerate(network.shipment_ids)}
    found: dict[int, list[Column]] = {}
    lost: set[int] = set()
    for itinerary in itineraries:
        k = shipments.get(itinerary.shipment)
        if k is None:
            continue
        column = _column(network, k, itinerary, moves, index)
        if column is None:
            lost.add(k)
        else:
            found.setdefault(k, []).append(column)
    whole = [
        columns
        for k, columns in sorted(found.items())
        if k not in lost and sum(column.atoms for column in columns) == int(network.shipment_atoms[k])
    ]
    return [column for columns in whole for column in columns]


def _key(move: Move) -> tuple[object, ...]:
    return (move.kind, move.unit_type, move.stages, move.latest_min, move.available_min, move.max_gross_kg)


def _index(network: Network, wanted: set[tuple[object, ...]], origins: set[str]) -> dict[tuple[object, ...], int]:
    places = {name: p for p, name in enumerate(network.place_ids)}
    times = {(key[3], key[4]) for key in wanted}
    near = {places[name] for name in origins if name in places}
    found: dict[tuple[object, ...], int] = {}
    for m in range(network.moves):
        if int(network.move_origin[m]) not in near:
            continue
        if (int(network.move_latest[m]), int(network.move_available[m])) in times:
            key = _key(network.describe(m))
            if key in wanted:
                found.setdefault(key, m)
    return found


def _column(
    network: Network, k: int, itinerary: Itinerary, moves: Mapping[str, Move], index: Mapping[tuple[object, ...], int]
) -> Column | None:
    ridden = [index.get(_key(moves[name])) if name in moves else None for name in itinerary.moves]
    if None in ridden:
        return None
    places = {name: p for p, name in enumerate(network.place_ids)}
    collection, delivery = itinerary.collection, itinerary.delivery
    shipment = network.scenario.shipments[itinerary.shipment]
    if itinerary.first_atom + itinerary.atoms > shipment.atoms:
        return None
    chosen = tuple(m for m in ridden if m is not None)

    def priced(starts: tuple[int, ...] | None) -> Column | None:
        return evaluate(
            network,
            k,
            chosen,
            collection_hub=places[collection.hub] if collection else -1,
            delivery_hub=places[delivery.hub] if delivery else -1,
            first_atom=itinerary.first_atom,
            atoms=itinerary.atoms,
            starts=starts,
        )

    return priced(tuple(handling.start_min for handling in itinerary.handlings)) or priced(None)
