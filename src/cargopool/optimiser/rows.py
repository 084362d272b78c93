"""The full mixed-integer model of a pool of columns: rows (1) to (5) and (7) of the planning problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from cargopool.network.arrays import Bool, Float64, Int64, Network
from cargopool.optimiser.capped import cap_rows
from cargopool.optimiser.engines.base import MipModel
from cargopool.optimiser.pool import (
    Pool,
    carbon_rate,
    column_prices,
    slot_prices,
    slot_room,
    slot_rows,
    units_needed,
)
from cargopool.optimiser.row_types import Layout, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactModel:
    """A model, its layout, and the pool that it was made of."""

    model: MipModel
    layout: Layout
    pool: Pool

    def with_rows(self, rows: Sequence[Row]) -> ExactModel:
        """The same model with more rows."""
        if not rows:
            return self
        block = _Block(self.layout.size)
        for row in rows:
            block.add(row.index, row.amount, row.lower, row.upper)
        model = self.model
        grown = replace(
            model,
            a=csr_array(vstack([model.a, block.matrix()])),
            row_lower=np.concatenate([model.row_lower, block.lower]),
            row_upper=np.concatenate([model.row_upper, block.upper]),
        )
        return replace(self, model=grown)


class _Block:
    """Rows under construction."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[Int64] = []
        self._index: list[Int64] = []
        self._amount: list[Float64] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def add(self, index: Sequence[int] | Int64, amount: Sequence[float] | Float64, lower: float, upper: float) -> None:
        """Add one row."""
        where = np.asarray(index, dtype=np.int64)
        self._rows.append(np.full(where.size, len(self._lower), dtype=np.int64))
        self._index.append(where)
        self._amount.append(np.asarray(amount, dtype=np.float64))
        self._lower.append(lower)
        self._upper.append(upper)

    @property
    def lower(self) -> Float64:
        """Lower sides."""
        return np.array(self._lower, dtype=np.float64)

    @property
    def upper(self) -> Float64:
        """Upper sides."""
        return np.array(self._upper, dtype=np.float64)

    def matrix(self) -> csr_array:
        """The rows as a sparse matrix."""
        shape = (len(self._lower), self._width)
        if not self._rows:
            return csr_array(shape, dtype=np.float64)
        entries = np.concatenate(self._amount), (np.concatenate(self._rows), np.concatenate(self._index))
        return csr_array(coo_array(entries, shape=shape))


def build_model(network: Network, pool: Pool, *, link_rows: int = 60_000) -> ExactModel:
    """Build the model of a pool.

    Parameters
    ----------
    link_rows : int
        Most strengthening rows; they never change the meaning.
    """
    layout = Layout(pool.count, len(network.shipment_ids), pool.slots, len(network.runs))
    block = _Block(layout.size)
    _add_shipments(network, pool, layout, block)
    _add_units(network, pool, layout, block)
    upper = _upper_bounds(network, pool, layout)
    _add_capacity(network, pool, layout, block, upper)
    _add_links(network, pool, layout, block, link_rows)
    for row in cap_rows(network, pool, layout):
        block.add(row.index, row.amount, row.lower, row.upper)
    model = MipModel(
        c=_objective(network, pool),
        a=block.matrix(),
        row_lower=block.lower,
        row_upper=block.upper,
        lower=np.zeros(layout.size),
        upper=upper,
        integer=np.ones(layout.size, dtype=np.bool_),
    )
    return ExactModel(model=model, layout=layout, pool=pool)


def _objective(network: Network, pool: Pool) -> Float64:
    runs = network.run_cost + carbon_rate(network) * network.run_grams
    parts = [column_prices(network, pool), network.unserved_cost, slot_prices(network, pool), runs]
    return np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])


def _upper_bounds(network: Network, pool: Pool, layout: Layout) -> Float64:
    upper = np.ones(layout.size)
    scenario = network.scenario
    for k, name in enumerate(network.shipment_ids):
        if scenario.shipments[name].must_serve or not scenario.objective.unserved_allowed:
            upper[layout.z + k] = 0.0
    # In the worst case every atom rides alone.
    atoms_of = np.zeros((pool.slots, len(network.shipment_ids)))
    rides = pool.rides.tocoo()
    np.maximum.at(atoms_of, (rides.row, pool.shipment[rides.col]), network.shipment_atoms[pool.shipment[rides.col]])
    upper[layout.n : layout.y] = atoms_of.sum(axis=1)
    per_use = slot_rows(network, pool).tocoo()
    if per_use.nnz:
        most = network.row_limit[per_use.row] // per_use.data
        np.minimum.at(upper, layout.n + per_use.col, most)
    return upper


def _add_shipments(network: Network, pool: Pool, layout: Layout, block: _Block) -> None:
    order = np.argsort(pool.shipment, kind="stable")
    edges = np.searchsorted(pool.shipment[order], np.arange(layout.shipments + 1))
    for k in range(layout.shipments):
        mine = order[edges[k] : edges[k + 1]]
        atoms = int(network.shipment_atoms[k])
        if (pool.atoms[mine] == atoms).all():
            block.add(np.append(mine, layout.z + k), np.ones(mine.size + 1), 1.0, 1.0)
        else:
            _add_parts(network, pool, layout, block, k, mine)


def _add_parts(network: Network, pool: Pool, layout: Layout, block: _Block, k: int, mine: Int64) -> None:
    """Parts follow one another: a path through the shipment's atoms, or unserved."""
    first, last = pool.first[mine], pool.first[mine] + pool.atoms[mine]
    for edge in range(int(network.shipment_atoms[k])):
        out, into = mine[first == edge], mine[last == edge]
        if edge == 0:
            block.add(np.append(out, layout.z + k), np.ones(out.size + 1), 1.0, 1.0)
        elif out.size or into.size:
            signs = np.concatenate([np.ones(out.size), -np.ones(into.size)])
            block.add(np.concatenate([out, into]), signs, 0.0, 0.0)
    block.add(mine, np.ones(mine.size), -np.inf, float(network.shipment_max_parts[k]))


def _add_units(network: Network, pool: Pool, layout: Layout, block: _Block) -> None:
    room = slot_room(network, pool)
    sealed = network.shipment_units[pool.shipment] > 0
    rides = pool.rides
    for s in range(pool.slots):
        riders = rides.indices[rides.indptr[s] : rides.indptr[s + 1]]
        variable = layout.n + s
        whole = riders[sealed[riders]]
        if whole.size:
            per_use = float(network.move_units[pool.slot_move[s]])
            block.add(np.append(whole, variable), np.append(pool.atoms[whole], -per_use), -np.inf, 0.0)
        for d in _binding_dimensions(pool.size[riders], room[s]):
            loads = pool.size[riders, d]
            used = loads > 0
            block.add(np.append(riders[used], variable), np.append(loads[used], -float(room[s, d])), -np.inf, 0.0)


def _binding_dimensions(loads: Int64, room: Int64) -> list[int]:
    """Dimensions that another one does not dominate for every rider."""
    kept: list[int] = []
    shares = loads / np.maximum(room, 1)
    for d in np.argsort(-shares.sum(axis=0), kind="stable").tolist():
        if loads[:, d].any() and not any((shares[:, d] <= shares[:, other]).all() for other in kept):
            kept.append(d)
    return kept


def _add_capacity(network: Network, pool: Pool, layout: Layout, block: _Block, upper: Float64) -> None:
    of_slots = slot_rows(network, pool)
    of_columns = pool.uses
    most = of_slots @ upper[layout.n : layout.y] + of_columns @ np.ones(pool.count)
    runs = network.row_run
    for r in np.flatnonzero(most > 0).tolist():
        limit, run = float(network.row_limit[r]), int(runs[r])
        if run < 0 and most[r] <= limit:
            continue
        slots = slice(of_slots.indptr[r], of_slots.indptr[r + 1])
        own = slice(of_columns.indptr[r], of_columns.indptr[r + 1])
        index = [layout.n + of_slots.indices[slots], of_columns.indices[own]]
        amount = [of_slots.data[slots], of_columns.data[own]]
        if run >= 0:
            index.append(np.array([layout.y + run]))
            amount.append(np.array([-min(limit, most[r])]))
            limit = 0.0
        block.add(np.concatenate(index), np.concatenate(amount), -np.inf, limit)


def _add_links(network: Network, pool: Pool, layout: Layout, block: _Block, most: int) -> None:
    """A shipment that rides a slot needs its own least uses of it, and its charter run."""
    if pool.count == 0:
        return
    need = units_needed(network, pool).tocoo()
    atoms = network.shipment_atoms[pool.shipment]
    rows = 0
    for probe in (0, -1):
        covers = (pool.first == 0) if probe == 0 else (pool.first + pool.atoms == atoms)
        split = pool.atoms < atoms
        keep = covers[need.col] & ((probe == 0) | _has_split(pool, split)[pool.shipment[need.col]])
        s, c, amount = need.row[keep], need.col[keep], need.data[keep]
        key = s.astype(np.int64) * layout.shipments + pool.shipment[c]
        order = np.argsort(key, kind="stable")
        edges = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
        for start, end in pairwise(edges.tolist()):
            if rows >= most:
                return
            picked = order[start:end]
            slot = int(s[picked[0]])
            block.add(np.append(c[picked], layout.n + slot), np.append(amount[picked], -1.0), -np.inf, 0.0)
            rows += 1


def _has_split(pool: Pool, split: Bool) -> Bool:
    height = int(pool.shipment.max()) + 1
    found = np.zeros(height, dtype=np.bool_)
    found[pool.shipment[split]] = True
    return found
