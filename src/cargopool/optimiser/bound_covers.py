"""Rows of the lower bound over the load units of a way on several days: as many as its freight needs, rounded up.

The charges of the bound are affordable group by group: three shipments, of which one unit takes two, may ride half with
each other on three different days, in one and a half units. A *cover* counts all units of a pooling class on a way
within some days, whatever their type and service:

    n >= N - sum over k in S of a_k (1 - x_k)

S are shipments that can go that way on those days only, x_k says whether shipment k does. N is the number of units that
S needs by its size in one dimension: D, in units of the largest room on the way, rounded up. With r = D - (N - 1),
a_k = min(1, size_k / r). The row holds: when a set R stays away, N falls by no more than the sum of a_k over R, as a_k
is a concave function of the size, 0 for nothing and 1 for a whole unit (residual capacity inequalities; Magnanti,
Mirchandani and Vachani 1993). Shipments larger than a unit and those that may be split are in no cover.

A cover of price p takes p off the cost of every one of its units and charges its shipments p a_k for the way; the sum
of p a_k, less p N, is owed by nobody and comes off the bound.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from cargopool.optimiser.bound_charges import LINE_BASE, LINE_CLASS, LINE_FIRST, LINE_LAST, LINE_MINUTES
from cargopool.optimiser.bound_cover_kernels import MOST_FOUND, find_covers

LEAST_SHARE = 0.1
"""Part of its itineraries that use a way from which on a shipment may be in a cover."""
MOST_MEMBERS = 16
"""Most shipments of a cover; they are bits of a number."""
COST_LEFT = 1e-3
"""Part of a unit's cost that no cover takes off."""


class Cover(NamedTuple):
    """One cover: class and way, shipments in order and their a_k, N, the groups whose units count, their buckets."""

    way: int
    members: Any
    weights: Any
    units: int
    groups: Any
    buckets: tuple[int, int]


def weights_of(sizes: Any, units: int) -> Any:
    """Parts a_k of shipments whose sizes, none above one unit, need so many units rounded up."""
    return np.minimum(1.0, sizes / (sizes.sum() - (units - 1)))


class Covers:
    """The covers found so far, with their prices in cents.

    Attributes
    ----------
    rows : list of Cover
    price : float64[R]
    groups : int64[N]
        Groups of which some cover takes something off.
    fee_ptr, fee_at, fee : int64[K + 1], int64[E, 2], float64[E]
        What each shipment is charged on top for a ride between two local places, for the kernels.
    """

    def __init__(self, data: Any, lines: Any, cost: Any, typical: float) -> None:
        """Start without covers; ``cost`` float64[G] is kept and read: cents of a unit of each group before covers.

        Steps are in proportion to the cost of a cover's cheapest unit over a ``typical`` one.
        """
        self._cost, self._typical = cost, typical
        kernel_arrays = lines.kernel
        self._data, self._kernel = data, kernel_arrays
        any_time, _, self._bucket_min, self._hubs, classes, _ = (int(x) for x in kernel_arrays.knobs)
        self._places = data.place_handling.size
        self._span = self._places**2
        li = kernel_arrays.li
        free = kernel_arrays.group_line.astype(np.int64)
        timed = np.repeat(np.arange(any_time, li.shape[0]), classes)
        owner = np.concatenate([li[free, LINE_CLASS], np.tile(np.arange(classes), li.shape[0] - any_time)])
        self._line = np.concatenate([free, timed])
        self._way = owner * self._span + kernel_arrays.line_way[self._line]
        any_bucket = np.arange(free.size) - li[free, LINE_BASE]
        first = kernel_arrays.times[li[timed, LINE_FIRST], 0]
        last = kernel_arrays.times[li[timed, LINE_LAST] - 1, 0]
        self._first_bucket = np.concatenate([any_bucket, first // self._bucket_min])
        self._last_bucket = np.concatenate([any_bucket, last // self._bucket_min])
        self._buckets = int(self._last_bucket.max(initial=0)) + 1
        self._order = np.argsort(self._way, kind="stable")
        self._first = np.searchsorted(self._way[self._order], np.arange(classes * self._span + 1))
        self._able = ~kernel_arrays.spreads & (data.k_units == 0)
        self._known: set[tuple[int, ...]] = set()
        self.rows: list[Cover] = []
        self.price, self._direction, self._constant = np.zeros(0), np.zeros(0), np.zeros(0)
        none, start = np.zeros(0, np.int64), np.zeros(1, np.int64)
        self._members, self._counted = (start, none, np.zeros(0)), (start, none, np.zeros(0))
        self._forget()
        self._build()

    def _forget(self) -> None:
        self._seen: list[Any] = []
        self._paid = np.zeros(self._way.size)

    def _groups_of(self, way: int) -> Any:
        """Groups of a class and way."""
        return self._order[self._first[way] : self._first[way + 1]]

    def _build(self) -> None:
        """The matrices that say who and what is in which cover; entries are pairs of shipment and way."""
        ways = self._first.size - 1
        self._entries, self._weights = _by_row(*self._members)
        self._charges = csr_matrix(self._weights.T)
        self.groups, self._units = _by_row(*self._counted)
        self._off = csr_matrix(self._units.T)
        self._scale = self._least(self._cost[self.groups]) / self._typical
        shipment, way = self._entries // ways, self._entries % ways
        self.fee_ptr = np.searchsorted(shipment, np.arange(self._data.k_class.size + 1)).astype(np.int64)
        here, there = self._local(way)
        self.fee_at = np.ascontiguousarray(np.column_stack([here, there]).astype(np.int64))
        self.fee = self._charges @ self.price

    def _local(self, way: Any) -> tuple[Any, Any]:
        """Local places of a way's two ends."""
        here, there = way % self._span // self._places, way % self._places
        return np.where(here < self._hubs, here, self._hubs), np.where(there < self._hubs, there, self._hubs + 1)

    def off(self) -> Any:
        """Cents that the covers take off a unit, for each of ``groups``."""
        return self._off @ self.price

    @property
    def owed(self) -> float:
        """Cents that the covers charge and nobody owes."""
        return float(self.price @ self._constant)

    def lean(self, uses: Any, paid: Any, memory: float) -> float:
        """Turn the direction of the prices to where covers are short; returns its squared length.

        Parameters
        ----------
        uses, paid : int64[K, 4], float64[K, 3]
            Groups of each shipment's itinerary and their number, and the units of them that it pays for.
        memory : float
            Weight of the last direction.
        """
        taken = np.arange(3) < uses[:, 3:4]
        groups, amount = uses[:, :3][taken], paid[taken]
        shipment = np.broadcast_to(np.arange(uses.shape[0])[:, None], taken.shape)[taken]
        key = shipment * (self._first.size - 1) + self._way[groups]
        self._seen.append(key)
        np.add.at(self._paid, groups, amount)
        if not self.rows:
            return 0.0
        used = _totals(self._entries, key, np.ones(key.size))
        gradient = self._weights @ used - self._units @ _totals(self.groups, groups, amount) - self._constant
        gradient[(self.price <= 0.0) & (gradient < 0.0)] = 0.0
        self._direction = memory * self._direction + (1.0 - memory) * gradient
        return float(self._scale @ self._direction**2)

    def move(self, step: float) -> None:
        """Raise the prices along their direction; units keep a part of their cost."""
        if not self.rows:
            return
        price = np.maximum(0.0, self.price + step * self._scale * self._direction)
        left = self._cost[self.groups] * (1.0 - COST_LEFT)
        kept = np.minimum(1.0, left / np.maximum(self._off @ price, 1e-9))
        self.price = price * self._least(kept)
        self.fee = self._charges @ self.price

    def _least(self, value: Any) -> Any:
        """Least value of the groups of each cover."""
        if not self.rows:
            return np.zeros(0)
        return np.minimum.reduceat(value[self._units.indices], self._units.indptr[:-1])

    def search(self) -> bool:
        """Look for covers that the itineraries seen since the last search were short of; whether there are new ones."""
        rounds = len(self._seen)
        key, count = np.unique(np.concatenate([np.zeros(0, np.int64), *self._seen]), return_counts=True)
        paid = self._paid / max(1, rounds)
        self._forget()
        ways = self._first.size - 1
        shipment, way, share = key // ways, key % ways, np.minimum(1.0, count / max(1, rounds))
        keep = self._able[shipment] & (share >= LEAST_SHARE)
        order = np.lexsort((-share[keep], way[keep]))
        shipment, way, share = shipment[keep][order], way[keep][order], share[keep][order]
        first = np.searchsorted(way, way)
        keep = np.arange(way.size) - first < MOST_MEMBERS
        shipment, way, share = shipment[keep], way[keep], share[keep]
        found = self._short(shipment, way, share, paid)
        for cover in found:
            self._known.add((cover.way, *cover.members.tolist()))
        self.rows += found
        if found:
            none = np.zeros(len(found))
            self.price, self._direction = np.append(self.price, none), np.append(self._direction, none)
            self._constant = np.append(self._constant, [cover.weights.sum() - cover.units for cover in found])
            weights = [cover.weights for cover in found]
            self._members = _appended(self._members, [cover.members * ways + cover.way for cover in found], weights)
            groups = [cover.groups for cover in found]
            self._counted = _appended(self._counted, groups, [np.ones(one.size) for one in groups])
            self._build()
        return bool(found)

    def _short(self, shipment: Any, way: Any, share: Any, paid: Any) -> list[Cover]:
        """New covers of members sorted by way, the largest shares first."""
        kernel_arrays, data = self._kernel, self._data
        ways, at = np.unique(way, return_inverse=True)
        at = at.reshape(-1)
        starts = np.searchsorted(way, np.append(ways, self._first.size))
        room, quickest = np.zeros((ways.size, 2)), np.zeros(ways.size, np.int64)
        by_bucket = np.zeros((ways.size, self._buckets))
        dimensions = kernel_arrays.dimensions[ways // self._span]
        for n, one in enumerate(ways.tolist()):
            groups = self._groups_of(one)
            on = self._line[groups]
            inverse = kernel_arrays.inverse[on][:, dimensions[n]]
            room[n] = np.where(inverse > 0.0, 1.0 / np.where(inverse > 0.0, inverse, 1.0), 0.0).max(axis=0)
            quickest[n] = max(0, int(kernel_arrays.li[on, LINE_MINUTES].min()))
            # A timetable over several buckets counts in its first: this only says where to look.
            np.add.at(by_bucket[n], self._first_bucket[groups], paid[groups])
        size = np.take_along_axis(data.k_size[shipment], dimensions[at], axis=1) / np.maximum(room[at], 1e-9)
        size[(size > 1.0).any(axis=1)] = 2.0
        here, there = self._local(way)
        early = kernel_arrays.reach[shipment, here, 0]
        late = kernel_arrays.reach[shipment, there, 1] - data.place_handling[way % self._places] - quickest[at]
        late = np.minimum(np.maximum(early, late), self._buckets * self._bucket_min - 1)
        found_i = np.zeros((MOST_FOUND * ways.size, 6), np.int64)
        found_f = np.zeros(MOST_FOUND * ways.size)
        count = find_covers(starts, share, early, late, size, by_bucket, self._bucket_min, found_i, found_f)
        found = []
        for n, bits, d, units, low, high in found_i[:count].tolist():
            inside = starts[n] + np.array([i for i in range(MOST_MEMBERS) if bits >> i & 1])
            inside = inside[np.argsort(shipment[inside])]
            members, sizes = shipment[inside], size[inside, d]
            if (int(ways[n]), *members.tolist()) in self._known:
                continue
            groups = self._groups_of(int(ways[n]))
            groups = groups[(self._last_bucket[groups] >= low) & (self._first_bucket[groups] <= high)]
            found.append(Cover(int(ways[n]), members, weights_of(sizes, units), units, groups, (low, high)))
        return found


def _appended(rows: Any, keys: list[Any], values: list[Any]) -> tuple[Any, Any, Any]:
    """Rows (pointers, keys, values) with further ones below."""
    pointers, key, value = rows
    further = pointers[-1] + np.cumsum([one.size for one in keys])
    return np.append(pointers, further), np.concatenate([key, *keys]), np.concatenate([value, *values])


def _by_row(pointers: Any, key: Any, value: Any) -> tuple[Any, Any]:
    """The keys that occur, in order, and the matrix of the rows over them."""
    keys, at = np.unique(key, return_inverse=True)
    return keys, csr_matrix((value, at.reshape(-1), pointers), shape=(pointers.size - 1, keys.size))


def _totals(keys: Any, of: Any, amount: Any) -> Any:
    """Sum of the amounts of each key; ``keys`` are sorted, amounts of others are left out."""
    total = np.zeros(keys.size)
    if keys.size:
        at = np.minimum(np.searchsorted(keys, of), keys.size - 1)
        found = keys[at] == of
        np.add.at(total, at[found], amount[found])
    return total
