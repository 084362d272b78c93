"""The relaxed problem on a grid: who leaves in one interval shares vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cargopool.optimiser.continuous.covers import NO_COVERS, Covers
from cargopool.optimiser.continuous.paths import vehicles_needed

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.grid import Columns, Grid
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.engines import MipModel


@dataclass(frozen=True)
class Packed:
    """Shared steps of columns, those of a column together.

    Attributes
    ----------
    ptr : (C + 1,) int64
        First step of each column.
    row, link : (N,) uint32
        Of each step; without a sign, so that kernels need not ask for one.
    weight : (N,) float64
        Vehicles that there are when the commodity comes, as `Relaxation.link_vehicles`.
    share : (N,) float64
        Share of a vehicle's capacity; 0 where a row is not tight.
    """

    ptr: IntArray
    row: NDArray[np.uint32]
    link: NDArray[np.uint32]
    weight: FloatArray
    share: FloatArray

    def part(self, which: IntArray) -> Packed:
        """Those of some columns."""
        steps = np.diff(self.ptr)[which]
        ptr = np.concatenate([[0], np.cumsum(steps)])
        at = np.arange(ptr[-1]) + np.repeat(self.ptr[which] - ptr[:-1], steps)
        return Packed(ptr, self.row[at], self.link[at], self.weight[at], self.share[at])


@dataclass(frozen=True)
class Relaxation:
    """Choose one column per commodity and whole vehicles per shared interval, at least cost.

    Rows: one choice per commodity; a *link* per (shared interval, commodity): its columns through the interval need
    vehicles; a *capacity* row per shared interval that one vehicle cannot serve whole. An interval that a single
    commodity can use is no row: its vehicles are cost of the column.

    Attributes
    ----------
    commodity : (C,) int64
        Of each column.
    plain : (C,) float64
        Cost of each column outside shared intervals, with what the covers charge it.
    charged : (C,) float64
        What of it the covers charge, less what they take off vehicles of its own.
    row : (C, L) int64
        Shared row of each step, -1 for none.
    link : (C, L) int64
        Link of each step, -1 for none.
    row_interval : (R,) int64
        Interval of each shared row.
    row_fixed, row_capacity : (R,) float64
        Cost, less what the covers take off, and capacity of one vehicle there.
    row_off : (R,) float64
        What the covers take off.
    row_load : (R,) float64
        Quantity of all that may use it.
    link_row, link_commodity : (Y,) int64
    link_vehicles : (Y,) float64
        Vehicles that there are when the commodity comes: those that it needs alone, or, where all of its columns lead
        through the interval, those that it needs with all others of which that is true.
    constant : float
        Cost besides all these, of the covers.
    """

    quantity: FloatArray
    commodity: IntArray
    plain: FloatArray
    charged: FloatArray
    row: IntArray
    link: IntArray
    row_interval: IntArray
    row_fixed: FloatArray
    row_off: FloatArray
    row_capacity: FloatArray
    row_load: FloatArray
    link_row: IntArray
    link_commodity: IntArray
    link_vehicles: FloatArray
    constant: float = 0.0

    @property
    def vehicle_price(self) -> FloatArray:
        """(R,) cost of one vehicle, whatever covers take off."""
        return self.row_fixed + self.row_off

    @cached_property
    def tight(self) -> np.ndarray:
        """(R,) bool: rows whose whole load takes more than the vehicles of any one of its commodities."""
        most = np.zeros(self.row_fixed.size)
        np.maximum.at(most, self.link_row, self.link_vehicles)
        return np.asarray(vehicles_needed(self.row_load, self.row_capacity) > most)

    @cached_property
    def packed(self) -> Packed:
        """The shared steps alone."""
        on = self.row >= 0
        steps = on.sum(axis=1)
        row, link = self.row[on], self.link[on]
        quantity = np.repeat(self.quantity[self.commodity], steps)
        share = np.where(self.tight[row], quantity / self.row_capacity[row], 0.0)
        ptr = np.concatenate([[0], np.cumsum(steps)])
        return Packed(ptr, row.astype(np.uint32), link.astype(np.uint32), self.link_vehicles[link], share)


def relax(
    instance: ContinuousInstance, table: PathTable, grid: Grid, columns: Columns, covers: Covers = NO_COVERS
) -> Relaxation:
    """Relaxation over some columns of a grid, at prices of covers; columns left out are taken to be proven useless."""
    commodities = np.int64(instance.origin.size)
    commodity = table.commodity[columns.path]
    at, step = np.nonzero(columns.interval >= 0)
    interval = columns.interval[at, step]
    who = commodity[at]
    keys = interval * commodities + who
    used = np.zeros(grid.size * commodities, dtype=np.bool_)  # far fewer than a sort of all steps would compare
    used[keys] = True
    uses = np.flatnonzero(used)
    of_use = (np.cumsum(used) - 1)[keys]
    users = np.bincount(uses // commodities, minlength=grid.size)
    shared = users[uses // commodities] >= 2
    alone = ~shared[of_use]
    arc = grid.arc[interval[alone]]
    needed = vehicles_needed(instance.quantity[who[alone]], instance.arc_capacity[arc])
    own = np.bincount(at[alone], weights=needed * instance.arc_fixed[arc], minlength=columns.size)
    off: FloatArray = np.zeros(grid.size)
    charged: FloatArray = np.zeros(columns.size)
    if covers.rows:
        off = covers.off(grid)
        charges = covers.charges(grid, int(commodities))[interval, who]
        spared = needed * off[interval[alone]]
        charged = charged + np.bincount(at, weights=charges, minlength=columns.size)
        charged = charged - np.bincount(at[alone], weights=spared, minlength=columns.size)
    row_of_interval = np.cumsum(users >= 2) - 1
    row_interval = np.flatnonzero(users >= 2)
    link_of_use = np.where(shared, np.cumsum(shared) - 1, -1)
    links = uses[shared]
    link_row, link_commodity = row_of_interval[links // commodities], links % commodities
    link = np.full(columns.interval.shape, -1, dtype=np.int64)
    link[at, step] = link_of_use[of_use]
    row = np.full(columns.interval.shape, -1, dtype=np.int64)
    row[at, step] = np.where(alone, -1, row_of_interval[interval])
    row_arc = grid.arc[row_interval]
    quantity = instance.quantity[link_commodity]
    load = np.bincount(link_row, weights=quantity, minlength=row_interval.size).astype(np.float64)
    capacity = instance.arc_capacity[row_arc]
    vehicles = vehicles_needed(quantity, capacity[link_row])
    steps_of_use = np.bincount(of_use, minlength=uses.size)[shared]
    bound_to = steps_of_use == np.bincount(commodity, minlength=commodities)[link_commodity]
    certain = np.bincount(link_row[bound_to], weights=quantity[bound_to], minlength=row_interval.size).astype(
        np.float64
    )
    together = vehicles_needed(certain, capacity)[link_row]
    vehicles = np.where(bound_to, np.maximum(vehicles, together), vehicles)
    return Relaxation(
        quantity=instance.quantity,
        commodity=commodity,
        plain=table.variable[columns.path] + own + charged,
        charged=charged,
        row=row,
        link=link,
        row_interval=row_interval,
        row_fixed=np.maximum(0.0, instance.arc_fixed[row_arc] - off[row_interval]),
        row_off=off[row_interval],
        row_capacity=capacity,
        row_load=load,
        link_row=link_row,
        link_commodity=link_commodity,
        link_vehicles=vehicles,
        constant=covers.constant,
    )


def to_model(
    relaxation: Relaxation, *, integer: bool, cutoff: float | None = None, covers: tuple[Any, FloatArray] | None = None
) -> MipModel:
    """The relaxation for an engine: columns first, then vehicles per shared row; no plan above the cutoff.

    Costs are true ones, whatever covers take off and charge: an engine gets ``covers``, rows and least values, as rows
    behind all others.
    """
    from scipy.sparse import csr_array

    from cargopool.optimiser.engines import MipModel

    columns, rows, links = relaxation.plain.size, relaxation.row_fixed.size, relaxation.link_row.size
    commodities = relaxation.quantity.size
    tight = relaxation.tight
    capacity_rows = np.flatnonzero(tight)
    capacity_row = np.cumsum(tight) - 1
    at, step = np.nonzero(relaxation.row >= 0)
    row = relaxation.row[at, step]
    held = tight[row]
    share = relaxation.quantity[relaxation.commodity[at[held]]] / relaxation.row_capacity[row[held]]
    first = commodities + links
    i = [relaxation.commodity, commodities + relaxation.link[at, step], commodities + np.arange(links)]
    j = [np.arange(columns), at, columns + relaxation.link_row]
    data = [np.ones(columns), np.ones(at.size), -1.0 / relaxation.link_vehicles]
    i += [first + capacity_row[row[held]], first + np.arange(capacity_rows.size)]
    j += [at[held], columns + capacity_rows]
    data += [share, -np.ones(capacity_rows.size)]
    cost = np.concatenate([relaxation.plain - relaxation.charged, relaxation.vehicle_price])
    count = first + capacity_rows.size
    row_lower, row_upper = np.full(count, -np.inf), np.zeros(count)
    row_lower[:commodities] = row_upper[:commodities] = 1.0
    if cutoff is not None:
        i.append(np.full(cost.size, count))
        j.append(np.arange(cost.size))
        data.append(cost)
        row_lower, row_upper = np.append(row_lower, -np.inf), np.append(row_upper, cutoff)
    if covers is not None:
        more = covers[0].tocoo()
        i.append(row_lower.size + more.row)
        j.append(more.col)
        data.append(more.data)
        row_lower, row_upper = np.append(row_lower, covers[1]), np.append(row_upper, np.full(covers[1].size, np.inf))
    shape = (row_lower.size, cost.size)
    matrix = csr_array((np.concatenate(data), (np.concatenate(i), np.concatenate(j))), shape=shape)
    most = np.bincount(relaxation.link_row, weights=relaxation.link_vehicles, minlength=rows)
    upper = np.concatenate([np.ones(columns), most])
    return MipModel(
        c=cost,
        a=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.zeros(cost.size),
        upper=upper,
        integer=np.full(cost.size, integer),
    )
