"""Which columns the exact path and the quick start work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cargopool.model.shipment import Shipment
from cargopool.network.arrays import Network
from cargopool.network.columns import Column, enumerate_columns, evaluate
from cargopool.optimiser.pool import Pool, make_pool
from cargopool.optimiser.reduction import reduced
from cargopool.optimiser.session import Session


def list_columns(
    session: Session, most: int, most_per_shipment: int, extra: Sequence[Column] = (), *, give_up: bool = False
) -> Pool | None:
    """List the columns of all shipments, parts included, until there are too many.

    Moves that some optimal plan does without are left out first; complete means that an optimal plan is made of these.

    Parameters
    ----------
    most : int
        Over all shipments; shipments after that get their share only, and are marked incomplete.
    most_per_shipment : int
        Of one shipment.
    extra : sequence of Column
        Columns to have in any case, such as those of a warm start.
    give_up : bool
        Return None as soon as some shipment's list is not complete.
    """
    network = reduced(session.network)
    total = len(network.shipment_ids)
    complete = np.ones(total, dtype=np.bool_)
    found: list[Column] = list(extra)
    for k in range(total):
        left = max(most - len(found), 0 if give_up else most // max(total, 1), 1)
        columns, complete[k] = columns_of(network, k, min(most_per_shipment, left))
        if give_up and not complete[k]:
            return None
        found.extend(columns)
        session.state.columns = len(found)
        session.checkpoint()
    return make_pool(network, found, complete)


def columns_of(network: Network, k: int, most: int) -> tuple[list[Column], bool]:
    """Columns of one shipment and of its possible parts; whether they are all."""
    shipment = network.scenario.shipments[network.shipment_ids[k]]
    if shipment.max_parts == 1 or shipment.atoms == 1:
        whole, complete = enumerate_columns(network, k, most)
        return list(whole), complete
    return _with_parts(network, k, most)


def _with_parts(network: Network, k: int, most: int) -> tuple[list[Column], bool]:
    """Every way of the whole shipment, taken by every range of its atoms that a part may be."""
    shipment = network.scenario.shipments[network.shipment_ids[k]]
    whole, complete = enumerate_columns(_spilling(network, shipment), k, most)
    ranges = part_ranges(shipment)
    if len(whole) * (len(ranges) + 1) > most:
        ranges, complete = _coarse_ranges(network, shipment, ranges, most // max(1, len(whole)) - 1), False
    found: list[Column] = []
    for first, atoms in [(0, shipment.atoms), *ranges]:
        for column in whole:
            part = evaluate(
                network,
                k,
                column.moves,
                collection_hub=column.collection_hub,
                delivery_hub=column.delivery_hub,
                first_atom=first,
                atoms=atoms,
                starts=column.starts,
            )
            if part is not None:
                found.append(part)
    return found, complete


def _spilling(network: Network, shipment: Shipment) -> Network:
    """The network with a shipment that may spill over units: its parts may fit where the whole does not."""
    if not shipment.keep_together:
        return network
    shipments = {**network.scenario.shipments, shipment.id: replace(shipment, keep_together=False)}
    return replace(network, scenario=replace(network.scenario, shipments=shipments))


def part_ranges(shipment: Shipment) -> list[tuple[int, int]]:
    """Ranges (first atom, atoms) that a part of a split shipment may be."""
    whole = shipment.atoms
    least = min(max(1, shipment.min_part_pallets), whole)
    starts = [0, *range(least, whole)]
    found = []
    for first in starts:
        for atoms in range(least, whole - first + 1):
            rest = whole - first - atoms
            inner = first > 0 and rest > 0
            if atoms < whole and (rest == 0 or rest >= least) and (shipment.max_parts > 2 or not inner):
                found.append((first, atoms))
    return found


def _coarse_ranges(
    network: Network, shipment: Shipment, ranges: list[tuple[int, int]], most: int
) -> list[tuple[int, int]]:
    """The ranges that cut at multiples of a unit's pallets, or in halves; as many as allowed."""
    whole = shipment.atoms
    cuts = {whole // 2}
    for name in network.unit_ids:
        room = network.scenario.load_units[name].pallets_milli // 1000
        cuts.update(range(room, whole, max(1, room)))
    edges = cuts | {0, whole}
    kept = [(first, atoms) for first, atoms in ranges if first in edges and first + atoms in edges]
    return kept[: max(0, most)]
