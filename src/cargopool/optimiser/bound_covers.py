"""Rows of the lower bound over all load units of a way: whole units for the freight that goes there, on whatever day.

The charges of the bound are affordable group by group, so they let three shipments, of which one unit takes two, ride
half with each other on three different days: one and a half units. A *cover* counts the units of a whole way, all
days, unit types and services together:

    n >= N - sum over k in S of a_k (1 - x_k)

n is the number of units of a pooling class on the way, x_k says whether shipment k goes that way, N is the least number
of units that the set S needs, rounded up: total size D in one dimension over the largest unit's room C. With r = D - (N - 1) C,
a_k = min(1, size_k / r): a set R that leaves takes away at least as many units as the row allows for, because a_k as a
function of the size is concave, and 1 for a whole unit (residual capacity inequalities; Magnanti, Mirchandani and Vachani
1993). Shipments larger than a unit, and those that may be split, are in no cover.

A cover of price p takes p off the cost of every unit of its way, charges p a_k to each of its shipments that goes there,
and p (sum of a_k - N) to nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from cargopool.optimiser.bound_kernels import BUCKET_MIN, LINE_BASE, LINE_CLASS, LINE_FIRST, LINE_MINUTES
from cargopool.optimiser.compiled import kernel

LEAST_SHARE = 0.1
"""Part of its time that a shipment spends on a way at least to be in a cover."""
import os
VIOLATED = float(os.environ.get('CV','0.05'))
PER=int(os.environ.get('CP','2'))
SCALE=float(os.environ.get('CS','1'))
"""Units by which a new cover must be short."""
MOST_SET = 16
"""Most shipments of a cover."""
COST_LEFT = 1e-3
"""Part of a unit's cost that no cover takes off."""


@kernel
def find_covers(starts, share, early, late, sizes, paid, bucket_min, found_i, found_f):
    """The most violated covers, two at most of each way.

    ``starts`` int64[W + 1]: members of each way, largest shares first; ``sizes`` float64[N, 2] in load units, above 1 or 0
    where a member counts in no cover; ``paid`` float64[W, B] by bucket. Rows of ``found_i``: way, members as bits,
    dimension, units, first and last bucket; ``found_f`` by how much they are violated. Returns their number.
    """
    n = 0
    for w in range(starts.size - 1):
        a, b = starts[w], starts[w + 1]
        first = n
        for i in range(a, b):
            for j in range(a, b):
                begin, end = early[i], late[j]
                if early[j] < begin or late[i] > end:
                    continue
                low, high = begin // bucket_min, end // bucket_min
                amount = 0.0
                for t in range(low, high + 1):
                    amount += paid[w, t]
                for d in range(2):
                    total, bits = 0.0, np.int64(0)
                    for m in range(a, b):
                        if early[m] < begin or late[m] > end or sizes[m, d] > 1.0 or sizes[m, d] <= 0.0:
                            continue
                        total += sizes[m, d]
                        bits |= np.int64(1) << np.int64(m - a)
                        need = np.ceil(total - 1e-9)
                        rest = total - (need - 1.0)
                        short = need - amount
                        if short <= VIOLATED:
                            continue
                        for o in range(a, m + 1):
                            if (bits >> np.int64(o - a)) & 1:
                                short -= min(1.0, sizes[o, d] / rest) * (1.0 - share[o])
                        if short <= VIOLATED:
                            continue
                        at, worst = -1, short
                        for r in range(first, n):
                            if found_i[r, 1] == bits:
                                at, worst = r, found_f[r]
                                break
                            if n - first >= PER and found_f[r] < worst:
                                at, worst = r, found_f[r]
                        if at < 0:
                            if n - first >= PER or n >= found_f.size:
                                continue
                            at = n
                            n += 1
                        elif short <= worst:
                            continue
                        found_i[at, 0], found_i[at, 1], found_i[at, 2] = w, bits, d
                        found_i[at, 3], found_i[at, 4], found_i[at, 5] = need, low, high
                        found_f[at] = short
    return n


class Covers:
    """The covers found so far with their prices; ``price`` in cents."""

    def __init__(self, data: Any, lines: Any) -> None:
        kernel = lines.kernel
        self._data, self._kernel = data, kernel
        any_time, _, self._bucket_min, self._hubs, classes, _ = (int(x) for x in kernel.knobs)
        self._places = data.place_handling.size
        ways = self._places**2
        free = kernel.group_line.astype(np.int64)
        timed_line = np.repeat(np.arange(any_time, kernel.li.shape[0]), classes)
        of_class = np.tile(np.arange(classes), kernel.li.shape[0] - any_time)
        self.group_way = np.concatenate(
            [kernel.li[free, LINE_CLASS] * ways + kernel.line_way[free], of_class * ways + kernel.line_way[timed_line]]
        )
        self._group_line = np.concatenate([free, timed_line])
        bucket = np.arange(free.size) - kernel.li[free, LINE_BASE]
        timed = kernel.times[kernel.li[timed_line, LINE_FIRST], 0] // self._bucket_min if timed_line.size else timed_line
        self._group_bucket = np.concatenate([bucket, timed])
        self._buckets = int(self._group_bucket.max(initial=0)) + 2
        self._order = np.argsort(self.group_way, kind="stable")
        self._first = np.searchsorted(self.group_way[self._order], np.arange(classes * ways + 1))
        self._ways = classes * ways
        self._able = ~kernel.spreads & (data.k_units == 0)
        self._known: set[tuple[Any, ...]] = set()
        self._sets: list[tuple[int, Any, Any, Any]] = []
        self.price, self.direction = np.zeros(0), np.zeros(0)
        self.constant = np.zeros(0)
        self._most = np.zeros(0)
        self._window: list[Any] = []
        self._paid = np.zeros(self.group_way.size)
        self._build()

    def groups_of(self, way: int) -> Any:
        """Groups of a class and way."""
        return self._order[self._first[way] : self._first[way + 1]]

    def _build(self) -> None:
        """Entries of shipments and ways, and the matrices that say which covers they are in."""
        rows = len(self._sets)
        row_way = np.array([way for way, *_ in self._sets], np.int64)
        lengths = [members.size for _, members, _, _ in self._sets]
        row = np.repeat(np.arange(rows), lengths)
        members = np.concatenate([np.zeros(0, np.int64), *(m for _, m, _, _ in self._sets)])
        parts = np.concatenate([np.zeros(0), *(a for _, _, a, _ in self._sets)])
        key = members * self._ways + row_way[row] if rows else members
        self._entry_key, entry = np.unique(key, return_inverse=True)
        self._weights = csr_matrix((parts, (entry.reshape(-1), row)), shape=(self._entry_key.size, rows))
        self._weights_t = csr_matrix(self._weights.T)
        shipment, way = self._entry_key // self._ways, self._entry_key % self._ways
        self.fee_ptr = np.searchsorted(shipment, np.arange(self._data.k_class.size + 1)).astype(np.int64)
        here, there = way % self._places**2 // self._places, way % self._places
        self.fee_at = np.column_stack(
            [np.where(here < self._hubs, here, self._hubs), np.where(there < self._hubs, there, self._hubs + 1)]
        ).astype(np.int64)
        flat = np.concatenate([np.zeros(0, np.int64), *(g for *_, g in self._sets)])
        row = np.repeat(np.arange(rows), [g.size for *_, g in self._sets])
        self.groups, at = np.unique(flat, return_inverse=True)
        at = at.reshape(-1)
        ones = np.ones(at.size)
        self._off = csr_matrix((ones, (at, row)), shape=(self.groups.size, rows))
        self._units = csr_matrix((ones, (row, at)), shape=(rows, self.groups.size))
        self.fee = self.fees()

    def fees(self) -> Any:
        """Cents of each entry."""
        return self._weights @ self.price

    def off(self) -> Any:
        """Cents that the covers take off a unit, for each of ``groups``."""
        return self._off @ self.price

    @property
    def owed(self) -> float:
        """Cents that nobody is charged."""
        return float(self.price @ self.constant)

    def note(self, uses: Any, paid: Any) -> Any:
        """Remember where shipments went; returns the covers' gradient: units short at these itineraries."""
        taken = np.arange(3) < uses[:, 3:4]
        groups = uses[:, :3][taken]
        shipment = np.broadcast_to(np.arange(uses.shape[0])[:, None], taken.shape)[taken]
        key = shipment * self._ways + self.group_way[groups]
        self._window.append(key)
        np.add.at(self._paid, groups, paid[taken])
        if not self.price.size:
            return np.zeros(0)
        used = np.zeros(self._entry_key.size)
        at = np.minimum(np.searchsorted(self._entry_key, key), self._entry_key.size - 1)
        found = self._entry_key[at] == key
        np.add.at(used, at[found], 1.0)
        amount = np.zeros(self.groups.size)
        at = np.minimum(np.searchsorted(self.groups, groups), self.groups.size - 1)
        found = self.groups[at] == groups
        np.add.at(amount, at[found], paid[taken][found])
        return self._weights_t @ used - self._units @ amount - self.constant

    def search(self, cost: Any) -> int:
        """Look for covers that the itineraries noted since the last call break on average; how many are new.

        Parameters
        ----------
        cost : float64[G]
            Cents of a unit of each group without covers.
        """
        self._cost = cost
        if not self._window:
            return 0
        kernel, data, places = self._kernel, self._data, self._places
        rounds = len(self._window)
        key, count = np.unique(np.concatenate(self._window), return_counts=True)
        share = count / rounds
        paid = self._paid / rounds
        self._window, self._paid = [], np.zeros(self.group_way.size)
        shipment, way = key // self._ways, key % self._ways
        keep = self._able[shipment] & (share >= LEAST_SHARE)
        shipment, way, share = shipment[keep], way[keep], np.minimum(share[keep], 1.0)
        order = np.lexsort((-share, way))
        shipment, way, share = shipment[order], way[order], share[order]
        ways, first = np.unique(way, return_index=True)
        if not ways.size:
            return 0
        rank = np.arange(way.size) - np.repeat(first, np.diff(np.append(first, way.size)))
        keep = rank < MOST_SET
        shipment, way, share = shipment[keep], way[keep], share[keep]
        starts = np.append(np.searchsorted(way, ways), way.size)
        index = np.repeat(np.arange(ways.size), np.diff(starts))
        room, quickest, cheapest = np.zeros((ways.size, 4)), np.zeros(ways.size, np.int64), np.zeros(ways.size)
        by_bucket = np.zeros((ways.size, self._buckets))
        for n, w in enumerate(ways.tolist()):
            groups = self.groups_of(w)
            on = self._group_line[groups]
            inverse = kernel.inverse[on]
            room[n] = np.where(inverse > 0, 1.0 / np.where(inverse > 0, inverse, 1.0), 0.0).max(axis=0)
            minutes = kernel.li[on, LINE_MINUTES]
            quickest[n] = max(0, minutes.min())
            cheapest[n] = cost[groups].min()
            np.add.at(by_bucket[n], self._group_bucket[groups], paid[groups])
        here, there = way % places**2 // places, way % places
        p = np.where(here < self._hubs, here, self._hubs)
        q = np.where(there < self._hubs, there, self._hubs + 1)
        early = kernel.reach[shipment, p, 0]
        late = kernel.reach[shipment, q, 1] - data.place_handling[there] - quickest[index]
        late = np.maximum(early, late)
        dimensions = kernel.dimensions[way // places**2]
        sizes = np.zeros((way.size, 2))
        for d in range(2):
            most = room[index, dimensions[:, d]]
            size = data.k_size[shipment, dimensions[:, d]] / np.maximum(most, 1e-9)
            sizes[:, d] = np.where(most > 0, size, 0.0)
        both = (sizes > 1.0).any(axis=1)
        sizes[both] = 2.0
        found_i, found_f = np.zeros((PER * ways.size, 6), np.int64), np.zeros(PER * ways.size)
        count = find_covers(starts, share, early, late, sizes, by_bucket, self._bucket_min, found_i, found_f)
        new = 0
        for n, bits, d, need, low, high in found_i[:count].tolist():
            a = starts[n]
            inside = np.array([i for i in range(starts[n + 1] - a) if bits >> i & 1]) + a
            who, size = shipment[inside], sizes[inside, d]
            order = np.argsort(who)
            who, size = who[order], size[order]
            name = (int(ways[n]), *who.tolist())
            if name in self._known:
                continue
            self._known.add(name)
            weight = np.minimum(1.0, size / (size.sum() - (need - 1)))
            groups = self.groups_of(int(ways[n]))
            at = self._group_bucket[groups]
            groups = groups[(at >= low) & (at <= high)]
            self._sets.append((int(ways[n]), who, weight, groups))
            self.constant = np.append(self.constant, float(weight.sum()) - need)
            new += 1
        if new:
            rows = len(self._sets)
            self.price = np.append(self.price, np.zeros(rows - self.price.size))
            self.direction = np.append(self.direction, np.zeros(rows - self.direction.size))
            self._build()
        return new

    def move(self, step: float) -> None:
        """Raise the prices along their direction; what is taken off a unit stays below the cost of the cheapest."""
        if not self.price.size:
            return
        self.price = np.maximum(0.0, self.price + SCALE**2 * step * self.direction)
        self.limit()

    def limit(self) -> None:
        """Scale prices down where more is taken off than the cheapest unit of a cover costs."""
        off = self.off()
        over = np.minimum(1.0, self._cost[self.groups] * (1 - COST_LEFT) / np.maximum(off, 1e-9))
        if (over < 1.0).any():
            self.price = self.price * np.minimum.reduceat(over[self._units.indices], self._units.indptr[:-1])
        self.fee = self.fees()
