"""Covers: as many vehicles of an arc within some minutes as a set of commodities needs, rounded up.

The relaxation counts vehicles interval by interval, so that three commodities, of which one vehicle takes two, may each
spread over three intervals of an arc in one and a half vehicles. A *cover* counts the vehicles of all intervals that
begin within some minutes:

    n >= N - sum over k in S of a_k (1 - x_k)

x_k says whether commodity k rides the arc within these minutes. N is what S needs, load over capacity rounded up; a_k
is the whole vehicles of k and, of its last one, the part min(1, rest of k / rest of S), where the rest of S is what it
needs beyond N - 1 (mixed-integer rounding over commodities that stay away; residual capacity inequalities, Magnanti,
Mirchandani and Vachani 1993). A commodity takes a simple path, so it rides an arc once at most.

A cover of price p takes p off the price of every vehicle that it counts and charges its members p a_k; the constant
p (N - sum of a_k) belongs to the bound. Any prices that leave no shared vehicle cheaper than nothing give a valid
bound, on every finer grid too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cargopool.optimiser.continuous.cover_kernels import MOST_MEMBERS, find_covers
from cargopool.optimiser.continuous.grid import END
from cargopool.optimiser.continuous.paths import vehicles_needed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cargopool.optimiser.continuous.grid import Grid
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, IntArray
    from cargopool.optimiser.continuous.states import State

LEAST_LACK = 1e-2
"""Vehicles that a cover must lack to be worth a row."""

PER_ARC = 8
"""New covers of an arc in one search."""

MOST_FOUND = 20_000
"""Covers of one search, all arcs together, before the best are chosen."""

ROUND_DOWN = 1e-12
"""What prices that must fit are lowered by, relatively, so that rounding never makes a vehicle cheaper than nothing."""


class Cover(NamedTuple):
    """One cover: an arc, first and last minute at which its intervals begin, members with their a_k, and N."""

    arc: int
    begin: int
    end: int
    members: tuple[int, ...]
    weights: tuple[float, ...]
    units: int

    @property
    def constant(self) -> float:
        """Vehicles that are left of N when all members stay away; mostly below 0."""
        return self.units - sum(self.weights)


@dataclass(frozen=True)
class Covers:
    """Covers with prices.

    Attributes
    ----------
    rows : tuple of Cover
    price : (J,) float64
        Money per vehicle, not negative.
    """

    rows: tuple[Cover, ...] = ()
    price: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def constant(self) -> float:
        """What the covers add to a bound, besides what they take off and charge."""
        return float(sum(p * row.constant for p, row in zip(self.price.tolist(), self.rows, strict=True)))

    def spans(self, grid: Grid) -> list[tuple[int, int]]:
        """First interval of each cover and the one after its last."""
        if not self.rows:
            return []
        arcs = np.array([row.arc for row in self.rows])
        first = grid.find(arcs, np.array([row.begin for row in self.rows]))
        last = grid.find(arcs, np.minimum([row.end for row in self.rows], END - 1))
        return list(zip(first.tolist(), (last + 1).tolist(), strict=True))

    def off(self, grid: Grid) -> FloatArray:
        """(T,) what they take off a vehicle of each interval."""
        found = np.zeros(grid.size)
        for (first, past), price in zip(self.spans(grid), self.price.tolist(), strict=True):
            found[first:past] += price
        return found

    def charges(self, grid: Grid, commodities: int) -> FloatArray:
        """(T, K) what they charge each commodity for each interval."""
        found = np.zeros((grid.size, commodities))
        for (first, past), price, row in zip(self.spans(grid), self.price.tolist(), self.rows, strict=True):
            found[first:past, list(row.members)] += price * np.array(row.weights)
        return found

    def fitting(self, grid: Grid, fixed: FloatArray, shared: np.ndarray) -> Covers:
        """The same at prices that leave every vehicle of a shared interval (T,) at nothing or more; none at nothing."""
        off = self.off(grid)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(shared & (off > fixed), (1.0 - ROUND_DOWN) * fixed / off, 1.0)
        least = np.array([part[first:past].min() for first, past in self.spans(grid)])
        return self.priced(self.price * least, np.finfo(np.float64).tiny)

    def priced(self, price: FloatArray, least: float) -> Covers:
        """The same at other prices, those below ``least`` dropped."""
        kept = np.flatnonzero(price >= least)
        return Covers(tuple(self.rows[j] for j in kept.tolist()), price[kept])

    def towards(self, other: Covers, part: float) -> Covers:
        """Both, at prices a part of the way from these to the other's; a cover has none where it is lacking."""
        price = dict(zip(self.rows, ((1.0 - part) * self.price).tolist(), strict=True))
        for row, more in zip(other.rows, (part * other.price).tolist(), strict=True):
            price[row] = price.get(row, 0.0) + more
        return Covers(tuple(price), np.array(list(price.values())))

    def with_rows(self, rows: list[Cover]) -> Covers:
        """These and more, the new ones at a price of nothing."""
        known = set(self.rows)
        new = tuple(row for row in dict.fromkeys(rows) if row not in known)
        return replace(self, rows=(*self.rows, *new), price=np.append(self.price, np.zeros(len(new))))


NO_COVERS = Covers()


class Rides(NamedTuple):
    """Steps of columns: column, interval, commodity, and vehicles of its own, 0 where it may share the interval's."""

    column: IntArray
    interval: IntArray
    commodity: IntArray
    own: FloatArray


def rides_of(instance: ContinuousInstance, state: State, columns: IntArray) -> Rides:
    """All steps of some columns of a state."""
    at, step = np.nonzero(state.columns.interval[columns] >= 0)
    column = columns[at]
    interval, commodity = state.columns.interval[column, step], state.relaxation.commodity[column]
    needed = vehicles_needed(instance.quantity[commodity], instance.arc_capacity[state.grid.arc[interval]])
    return Rides(column, interval, commodity, np.where(state.relaxation.row[column, step] < 0, needed, 0.0))


def rows_of(instance: ContinuousInstance, state: State) -> csr_array:
    """A state's covers as rows over its columns and the vehicles of its shared intervals.

    Row j is at least ``rows[j].constant``; with prices it is what they take off and charge.
    """
    from scipy.sparse import csr_array

    relaxation = state.relaxation
    rides = rides_of(instance, state, np.arange(state.columns.size))
    order = np.argsort(rides.interval, kind="stable")
    at, there, who, own = (part[order] for part in rides)
    i, j, amount = [], [], []
    for n, ((first, past), row) in enumerate(zip(state.covers.spans(state.grid), state.covers.rows, strict=True)):
        weight = np.zeros(instance.quantity.size)
        weight[list(row.members)] = row.weights
        steps = slice(*np.searchsorted(there, [first, past]).tolist())
        shared = np.arange(*np.searchsorted(relaxation.row_interval, [first, past]).tolist())
        j += [at[steps], relaxation.plain.size + shared]
        amount += [own[steps] - weight[who[steps]], np.ones(shared.size)]
        i.append(np.full(at[steps].size + shared.size, n))
    shape = len(state.covers.rows), relaxation.plain.size + relaxation.row_fixed.size
    if not i:
        return csr_array(shape)
    return csr_array((np.concatenate(amount), (np.concatenate(i), np.concatenate(j))), shape=shape)


def violated(
    instance: ContinuousInstance,
    grid: Grid,
    ride: tuple[IntArray, IntArray, FloatArray],
    vehicles: FloatArray,
) -> list[Cover]:
    """Covers that shares of columns break, those that lack the dearest vehicles first.

    Parameters
    ----------
    ride : interval, commodity, share
        Of each step of each column that has a share.
    vehicles : (T,) float64
        That the shares pay for on each interval.
    """
    interval, commodity, share = ride
    order = np.argsort(interval, kind="stable")
    ptr = np.searchsorted(interval[order], np.arange(grid.size + 1))
    first = np.searchsorted(grid.arc, np.arange(instance.arc_capacity.size + 1))
    windows, lacks = np.zeros((MOST_FOUND, 4), np.int64), np.zeros(MOST_FOUND)
    sets, weights = np.zeros((MOST_FOUND, MOST_MEMBERS), np.int32), np.zeros((MOST_FOUND, MOST_MEMBERS))
    count = find_covers(
        first, ptr, commodity[order], share[order], vehicles, instance.arc_capacity, instance.quantity,
        LEAST_LACK, np.zeros((3, instance.quantity.size)), np.zeros((2, instance.quantity.size), np.int64),
        windows, lacks, sets, weights,
    )  # fmt: skip
    arc = grid.arc[windows[:count, 0]]
    worth = lacks[:count] * instance.arc_fixed[arc]
    found: dict[tuple[int, tuple[int, ...]], Cover] = {}
    taken = np.zeros(instance.arc_capacity.size, np.int64)
    for n in np.argsort(-worth, kind="stable").tolist():
        a = int(arc[n])
        if taken[a] == PER_ARC:
            continue
        i, j, size, units = windows[n].tolist()
        members = np.argsort(sets[n, :size], kind="stable")
        key = a, tuple(sets[n, members].tolist())
        if key in found:
            continue
        taken[a] += 1
        found[key] = Cover(
            a, int(grid.minute[i]), int(grid.end[j]), key[1], tuple(weights[n, members].tolist()), int(units)
        )
    return list(found.values())


def warm_up() -> None:
    """Compile the kernel, or load it, on the smallest case: two commodities that ride one interval."""
    pair, ones = np.arange(2), np.ones(2)
    find_covers(
        np.array([0, 1]), np.array([0, 2]), pair, ones, np.zeros(1), np.ones(1), ones, LEAST_LACK,
        np.zeros((3, 2)), np.zeros((2, 2), np.int64), np.zeros((1, 4), np.int64), np.zeros(1),
        np.zeros((1, MOST_MEMBERS), np.int32), np.zeros((1, MOST_MEMBERS)),
    )  # fmt: skip
