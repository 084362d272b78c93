"""Columns of all shipments as arrays: what each costs, which moves it rides, which rows it uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from cargopool.model.quantity import quantity_of
from cargopool.network.arrays import Bool, Float64, Int32, Int64, Network
from cargopool.network.columns import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

CARBON_DIVISOR = 10_000
"""Cents per gram = carbon price in EUR per tonne / this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Columns (C) and slots (S): a slot is a (move, pooling class) that some column rides.

    Attributes
    ----------
    columns : tuple of Column
    shipment, first, atoms : int64[C]
    cost, grams : int64[C]
        The part's own money in cents and grams.
    size : int64[C, 4]
        Load on every move that the column rides, in the order of ``DIMENSIONS``.
    rides : csr_array float64[S, C]
        1 where column c rides slot s.
    uses : csr_array float64[R, C]
        What a column itself takes of each capacity row.
    slot_move, slot_class : int32[S]
    complete : bool[K]
        True where every column of the shipment is in the pool.
    """

    columns: tuple[Column, ...]
    shipment: Int64
    first: Int64
    atoms: Int64
    cost: Int64
    grams: Int64
    size: Int64
    rides: csr_array
    uses: csr_array
    slot_move: Int32
    slot_class: Int32
    complete: Bool

    @property
    def count(self) -> int:
        """Number of columns C."""
        return len(self.columns)

    @property
    def slots(self) -> int:
        """Number of slots S."""
        return int(self.slot_move.size)


def make_pool(network: Network, columns: Sequence[Column], complete: Bool) -> Pool:
    """Turn columns into arrays; equal columns are kept once."""
    kept = tuple(dict.fromkeys(columns))
    shipment = np.array([column.shipment for column in kept], dtype=np.int64)
    slots: dict[tuple[int, int], int] = {}
    slot_of: list[int] = []
    lengths: list[int] = []
    row_index: list[int] = []
    row_amount: list[int] = []
    row_lengths: list[int] = []
    for column in kept:
        group = int(network.shipment_class[column.shipment])
        slot_of.extend(slots.setdefault((int(move), group), len(slots)) for move in column.moves)
        lengths.append(len(column.moves))
        row_index.extend(int(row) for row in column.rows)
        row_amount.extend(int(amount) for amount in column.amounts)
        row_lengths.append(len(column.rows))
    keys = np.array(list(slots), dtype=np.int32).reshape(-1, 2)
    return Pool(
        columns=kept,
        shipment=shipment,
        first=np.array([column.first_atom for column in kept], dtype=np.int64),
        atoms=np.array([column.atoms for column in kept], dtype=np.int64),
        cost=np.array([column.cost_cents for column in kept], dtype=np.int64),
        grams=np.array([column.grams for column in kept], dtype=np.int64),
        size=_sizes(network, kept),
        rides=_incidence(slot_of, np.ones(len(slot_of)), lengths, len(slots)),
        uses=_incidence(row_index, np.array(row_amount, dtype=np.float64), row_lengths, network.row_limit.size),
        slot_move=keys[:, 0],
        slot_class=keys[:, 1],
        complete=complete,
    )


def _sizes(network: Network, columns: Iterable[Column]) -> Int64:
    shipments = [network.scenario.shipments[name] for name in network.shipment_ids]
    known: dict[tuple[int, int, int], tuple[int, int, int, int]] = {}
    sizes = []
    for column in columns:
        key = (column.shipment, column.first_atom, column.atoms)
        if key not in known:
            shipment = shipments[column.shipment]
            size = quantity_of(shipment, column.first_atom, column.atoms).as_tuple()
            known[key] = (0, size[1], 0, 0) if shipment.load_units else size
        sizes.append(known[key])
    return np.array(sizes, dtype=np.int64).reshape(-1, 4)


def _incidence(rows: Sequence[int], values: NDArray[np.float64], lengths: Sequence[int], height: int) -> csr_array:
    columns = np.repeat(np.arange(len(lengths)), lengths)
    return csr_array((values, (np.asarray(rows, dtype=np.int64), columns)), shape=(int(height), len(lengths)))


def carbon_rate(network: Network) -> float:
    """Cents per gram CO2e."""
    return network.scenario.objective.carbon_price_eur_per_t / CARBON_DIVISOR


def slot_grams(network: Network, pool: Pool) -> Int64:
    """Grams of one use of each slot's move in the slot's class."""
    powered = network.class_powered[pool.slot_class]
    return np.where(powered, network.move_grams_powered[pool.slot_move], network.move_grams[pool.slot_move])


def slot_prices(network: Network, pool: Pool) -> Float64:
    """Objective cents of one use of each slot, carbon included."""
    return network.move_cost[pool.slot_move] + carbon_rate(network) * slot_grams(network, pool)


def column_prices(network: Network, pool: Pool) -> Float64:
    """Objective cents of each column itself, carbon included, the moves it rides not."""
    return pool.cost + carbon_rate(network) * pool.grams


def slot_rows(network: Network, pool: Pool) -> csr_array:
    """Row use of one use of each slot, float64[R, S]; powered classes take their plugs too."""
    shape = (network.moves, int(network.row_limit.size))
    plain, powered = network.move_rows, network.move_rows_powered
    base = csr_array((plain.amount.astype(np.float64), plain.index, plain.indptr), shape=shape)
    extra = csr_array((powered.amount.astype(np.float64), powered.index, powered.indptr), shape=shape)
    mask = network.class_powered[pool.slot_class].astype(np.float64)
    chosen = extra[pool.slot_move].multiply(mask[:, None])
    return csr_array((base[pool.slot_move] + chosen).T)


def slot_room(network: Network, pool: Pool) -> Int64:
    """Room of one use of each slot, int64[S, 4]."""
    return network.move_capacity[pool.slot_move]


def units_needed(network: Network, pool: Pool) -> csr_array:
    """Uses of a slot that a column needs at least when alone there, float64[S, C]; 0 where it does not ride."""
    rides = pool.rides.tocoo()
    room = slot_room(network, pool)[rides.row]
    size = pool.size[rides.col]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(size > 0, -(-size // np.maximum(room, 1)), 0).max(axis=1, initial=1)
    sealed = network.shipment_units[pool.shipment[rides.col]] > 0
    per_use = network.move_units[pool.slot_move[rides.row]]
    by_unit = -(-pool.atoms[rides.col] // per_use)
    need = np.maximum(share, np.where(sealed, by_unit, 1))
    return csr_array((need.astype(np.float64), (rides.row, rides.col)), shape=pool.rides.shape)
