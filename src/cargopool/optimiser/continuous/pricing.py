"""The linear relaxation: compiled primal-dual steps, warm from one grid to the next, with a bound that always holds.

The vehicles of a row are as many as its most demanding link or its whole load asks for, so they need no variables: what
is left is a saddle point, min over shares of columns (a simplex per commodity) and max over how each vehicle's cost is
divided among its users (a simplex per row). Both projections are exact, every dual iterate is a valid bound, and every
primal iterate a feasible point of the relaxation. Restarts follow the primal-dual hybrid gradient method for linear
programmes (Applegate et al., 2021); between them each step is mirrored at its own point and drawn back to the point of
the last restart, less and less (reflected Halpern iteration; Lu and Yang, 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous import saddle_kernels as kernels
from cargopool.optimiser.continuous.relaxation import Packed, Relaxation

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import FloatArray, IntArray

CHUNK = 40
"""Steps between two looks at the bounds."""

MOST_STEPS = 20_000
"""Steps after which the bound so far is taken."""

SUFFICIENT, NECESSARY, LONGEST_SHARE = 0.2, 0.8, 0.36
"""Restart when the gap fell to these parts of the last restart's, or when the run takes this share of all steps."""

FINE = 3e-5
"""Accuracy that is worth its steps while the target lies between the bounds."""

SMOOTHING = 0.5
"""Weight of a new estimate of the balance between primal and dual steps."""


ALL = slice(None)

SIFT = 4_000
"""Columns from which on only the promising ones take part in the steps."""

KEEP_PER_COMMODITY = 8
"""Cheapest columns of each commodity that take part at first."""

SIFT_STEPS = 200
"""Steps between two pricings of the columns that do not take part."""


@dataclass(frozen=True)
class Duals:
    """How vehicles' costs are divided: (Y,) of each link and (R,) of each row's load, in money per vehicle."""

    link: FloatArray
    row: FloatArray


_Iterate = tuple["FloatArray", "FloatArray", "FloatArray"]


@dataclass(frozen=True)
class Priced:
    """What the linear relaxation proves.

    Attributes
    ----------
    bound : float
        Lower bound on the relaxation.
    value : float
        Cost of ``x``: an upper bound on the relaxation's linear optimum.
    x : (C,) float64
        Shares of the columns, one in all per commodity.
    reduced : (C,) float64
        A plan that uses the column costs at least ``bound`` plus this.
    duals : Duals
    steps : int
        Primal-dual steps taken.
    """

    bound: float
    value: float
    x: FloatArray
    reduced: FloatArray
    duals: Duals
    steps: int


class Saddle:
    """The saddle-point problem of a relaxation, as the kernels read it.

    Parameters
    ----------
    relaxation : Relaxation
        Its columns are sorted by commodity, and each commodity has one at least.
    stopped : (1,) int64
        Not 0 ends the steps.
    which : (N,) int64 or slice
        The columns that take part, in order.
    """

    def __init__(self, relaxation: Relaxation, stopped: IntArray, which: IntArray | slice = ALL) -> None:
        commodities = relaxation.quantity.size
        self.stopped, self.constant = stopped, relaxation.constant
        self.commodity = relaxation.commodity[which]
        self.first = np.searchsorted(self.commodity, np.arange(commodities + 1))
        self.plain = relaxation.plain[which]
        packed = relaxation.packed if isinstance(which, slice) else relaxation.packed.part(which)
        self.steps = packed.ptr.view(np.uint64), packed.row, packed.link, packed.weight, packed.share
        self.fixed = relaxation.row_fixed
        self.link_first = np.searchsorted(relaxation.link_row, np.arange(self.fixed.size + 1))
        self.unsigned = self.first.view(np.uint64), self.link_first.view(np.uint64)  # as kernels index fastest
        self.tight = relaxation.tight
        self.choice_step, self.row_step = self._step_sizes(packed, relaxation)
        width = int(max(np.diff(self.first).max(initial=1), np.diff(self.link_first).max(initial=1) + 1))
        self.scratch = np.zeros(max(width, self.fixed.size + 1))
        self.costs = np.zeros(self.plain.size)
        self.least = np.zeros(commodities)
        self.on_link, self.on_row = np.zeros(relaxation.link_row.size), np.zeros(self.fixed.size)

    def _step_sizes(self, packed: Packed, relaxation: Relaxation) -> tuple[FloatArray, FloatArray]:
        """Step sizes that keep the iteration stable: one over the sums of rows and columns of the matrix."""
        column_of = np.repeat(np.arange(self.plain.size), np.diff(packed.ptr))
        column = np.bincount(column_of, weights=packed.weight + packed.share, minlength=self.plain.size)
        choice = np.maximum.reduceat(np.maximum(column, 1e-3), self.first[:-1])
        on_link = np.bincount(packed.link, weights=packed.weight, minlength=relaxation.link_row.size)
        on_row = np.bincount(packed.row, weights=packed.share, minlength=self.fixed.size)
        most = np.maximum(on_row, 1e-3)
        np.maximum.at(most, relaxation.link_row, on_link)
        return 1.0 / choice, 1.0 / most

    def lower(self, duals: Duals) -> float:
        """Bound of a dual point; fills ``costs`` and ``least``."""
        kernels.price(self.plain, *self.steps, duals.link, duals.row, self.costs)
        return self.constant + float(kernels.lower(self.first, self.costs, self.least))

    def upper(self, x: FloatArray) -> float:
        """Cost of a primal point."""
        on = self.on_link, self.on_row
        return self.constant + float(kernels.upper(self.plain, *self.steps, self.fixed, self.unsigned[1], x, *on))

    def start(self) -> tuple[FloatArray, Duals]:
        """A first point: vehicles' costs divided evenly, and the columns that are then cheapest."""
        users = np.diff(self.link_first)
        duals = Duals(np.repeat(self.fixed / np.maximum(users, 1), users), np.zeros(self.fixed.size))
        self.lower(duals)
        return self.cheapest(), duals

    def cheapest(self) -> FloatArray:
        """Shares that take the first cheapest column of each commodity at the costs last worked out."""
        order = np.lexsort((self.costs, self.commodity))
        x = np.zeros(self.plain.size)
        x[order[self.first[:-1]]] = 1.0
        return x

    def advance(self, moving: _Iterate, anchor: _Iterate, at: _Iterate, taken: int, omega: float, steps: int) -> int:
        """Take steps of ``moving`` in place, ``taken`` of which went before from the anchor; ``at``: the last one's."""
        done: int = kernels.advance(
            self.unsigned[0], self.plain, *self.steps, self.fixed, self.tight, self.unsigned[1], self.row_step,
            self.choice_step, omega, *moving, *anchor, *at, taken, self.costs, self.on_link, self.on_row,
            self.scratch, steps, self.stopped,
        )  # fmt: skip
        return done

    def distance(self, x: FloatArray, duals: Duals, other: FloatArray, others: Duals) -> tuple[float, float]:
        """Lengths of the primal and the dual move between two points, in the metric of the steps."""
        primal = ((x - other) ** 2 / self.choice_step[self.commodity]).sum()
        rate = np.repeat(self.row_step, np.diff(self.link_first))
        dual = ((duals.link - others.link) ** 2 / rate).sum() + ((duals.row - others.row) ** 2 / self.row_step).sum()
        return float(np.sqrt(primal)), float(np.sqrt(dual))

    def least_of(self, duals: Duals) -> FloatArray:
        """(K,) least cost per commodity at a dual point."""
        self.lower(duals)
        return self.least.copy()

    def among_cheapest(self, count: int) -> np.ndarray:
        """(C,) bool: the ``count`` cheapest columns of each commodity, by the costs last worked out."""
        marked = np.zeros(self.costs.size, dtype=np.bool_)
        kernels.mark_cheapest(self.first, self.costs, np.zeros(count), marked)
        return marked

    def sharpened(self, duals: Duals, goal: float) -> Duals:
        """Divide what is left of vehicles' costs so that many columns prove ``goal`` of the whole."""
        bound = self.lower(duals)
        wanted = self.least[self.commodity] + max(0.0, goal - bound)
        order = np.argsort(self.costs - wanted, kind="stable")[::-1]
        order = order[self.costs[order] < wanted[order]]
        link = duals.link.copy()
        kernels.sharpen(
            self.plain, *self.steps, self.fixed, self.unsigned[1], wanted, order, link, duals.row, self.scratch
        )
        return Duals(link, duals.row)


def solve_relaxation(
    relaxation: Relaxation,
    *,
    tolerance: float,
    target: float,
    warm: tuple[FloatArray, Duals] | None = None,
    halt: Callable[[], bool],
    stopped: IntArray,
) -> Priced | None:
    """Solve the linear relaxation; None when a commodity has no column left.

    Parameters
    ----------
    relaxation : Relaxation
    tolerance : float
        Relative distance of the two bounds at which to end.
    target : float
        Ends as soon as the bound is this high; slack is spread so that many columns prove it. inf: no target yet.
    warm : tuple of (C,) float64 and Duals, optional
        A point to start from.
    halt : callable
        Asked between chunks of steps.
    stopped : (1,) int64
        Ends the steps at once when another thread makes it not 0.
    """
    if np.bincount(relaxation.commodity, minlength=relaxation.quantity.size).min(initial=1) == 0:
        return None
    whole = Saddle(relaxation, stopped)
    x, duals = whole.start() if warm is None else warm
    point = _Point(whole, x, duals)
    if x.size <= SIFT:
        _iterate(whole, point, tolerance, target, MOST_STEPS, halt)
    else:
        _sift(relaxation, whole, point, tolerance, target, halt)
    best = whole.sharpened(point.best, target) if np.isfinite(target) else point.best
    bound = max(point.bound, whole.lower(best))
    reduced = whole.costs - whole.least[whole.commodity] + (whole.constant + float(whole.least.sum()) - bound)
    return Priced(bound, point.value, point.best_x, reduced, best, point.steps)


class _Point:
    """Where the iteration stands, and the best bounds that it met."""

    def __init__(self, saddle: Saddle, x: FloatArray, duals: Duals) -> None:
        self.x, self.duals = x.copy(), _copy(duals)
        self.best, self.best_x = _copy(duals), x.copy()
        self.bound, self.value = saddle.lower(duals), saddle.upper(x)
        self.omega = max(1e-9, float(np.median(saddle.fixed)) if saddle.fixed.size else 1.0)
        self.steps = 0


def _copy(duals: Duals) -> Duals:
    return Duals(duals.link.copy(), duals.row.copy())


def _decided(point: _Point, tolerance: float, target: float) -> bool:
    """Whether the bounds are close enough: closer than asked while they do not yet tell if the target is reached."""
    if point.bound >= target:
        return True
    undecided = np.isfinite(target) and point.value >= target
    return point.value - point.bound <= (min(FINE, tolerance) if undecided else tolerance) * abs(point.value)


def _sift(
    relaxation: Relaxation,
    whole: Saddle,
    point: _Point,
    tolerance: float,
    target: float,
    halt: Callable[[], bool],
) -> None:
    """Take steps over promising columns only, and let in those that the prices then ask for."""
    whole.lower(point.duals)
    active = whole.among_cheapest(KEEP_PER_COMMODITY) | (point.x > 0)
    while point.steps < MOST_STEPS and not halt():
        which = np.flatnonzero(active)
        part = Saddle(relaxation, whole.stopped, which)
        inner = _Point(part, point.x[which], point.duals)
        inner.omega = point.omega
        _iterate(part, inner, 0.5 * (FINE if inner.value >= target else tolerance), np.inf, SIFT_STEPS, halt)
        point.steps += inner.steps
        point.omega = inner.omega
        point.x[:] = 0.0
        point.x[which] = inner.x
        point.duals = inner.duals
        if inner.value < point.value:
            point.value = inner.value
            point.best_x[:] = 0.0
            point.best_x[which] = inner.best_x
        missing = np.zeros(active.size, dtype=bool)
        for duals in (inner.duals, inner.best):
            bound = whole.lower(duals)
            least = part.least_of(duals)
            missing |= whole.costs < least[whole.commodity] - 1e-9
            if bound > point.bound:
                point.bound, point.best = bound, _copy(duals)
        if _decided(point, tolerance, target):
            return
        if inner.steps == 0 and not missing.any():
            return
        active |= missing & whole.among_cheapest(KEEP_PER_COMMODITY)


def _iterate(
    saddle: Saddle, point: _Point, tolerance: float, target: float, most: int, halt: Callable[[], bool]
) -> None:
    anchor: _Iterate = point.x, point.duals.link, point.duals.row
    at, moving = _copies(anchor), _copies(anchor)
    anchor_gap = last_gap = point.value - point.bound
    steps = since = 0
    while steps < most and not _decided(point, tolerance, target) and not halt():
        done = saddle.advance(moving, anchor, at, since, point.omega, CHUNK)
        if done < CHUNK:
            break
        steps, since = steps + done, since + done
        duals = Duals(at[1], at[2])
        low, high = saddle.lower(duals), saddle.upper(at[0])
        if low > point.bound:
            point.bound, point.best = low, _copy(duals)
        if high < point.value:
            point.value, point.best_x = high, at[0].copy()
        gap = high - low
        ready = gap <= SUFFICIENT * anchor_gap or (gap <= NECESSARY * anchor_gap and gap > last_gap)
        last_gap = gap
        if ready or since >= LONGEST_SHARE * steps + CHUNK:
            primal, dual = saddle.distance(at[0], duals, anchor[0], Duals(anchor[1], anchor[2]))
            if primal > 1e-12 and dual > 1e-12:
                point.omega = float(np.exp(SMOOTHING * np.log(dual / primal) + (1 - SMOOTHING) * np.log(point.omega)))
            anchor, moving = _copies(at), _copies(at)
            anchor_gap = last_gap = gap
            since = 0
    point.x, point.duals = at[0], Duals(at[1], at[2])
    point.steps += steps


def _copies(iterate: _Iterate) -> _Iterate:
    return iterate[0].copy(), iterate[1].copy(), iterate[2].copy()


def estimate(
    relaxation: Relaxation,
    start: tuple[FloatArray, Duals],
    allowed: np.ndarray,
    steps: int,
    rank: int,
    stopped: IntArray,
) -> float:
    """What a few steps over the cheapest allowed columns expect of the bound; no proof."""
    x, duals = start
    which = np.flatnonzero(allowed)
    part = Saddle(relaxation, stopped, which)
    part.lower(duals)
    which = which[part.among_cheapest(rank) | (x[which] > 0)]
    part = Saddle(relaxation, stopped, which)
    shares = x[which]
    total = np.bincount(part.commodity, weights=shares, minlength=part.least.size)
    counts = np.bincount(part.commodity, minlength=part.least.size)
    lost = (total < 1e-6)[part.commodity]
    shares = np.where(lost, 1.0 / counts[part.commodity], shares / np.maximum(total, 1e-6)[part.commodity])
    point = _Point(part, shares, duals)
    _iterate(part, point, 0.0, np.inf, steps, lambda: False)
    return point.bound


def cheapest_columns(relaxation: Relaxation, duals: Duals, count: int) -> np.ndarray:
    """(C,) bool: the ``count`` cheapest columns of each commodity at a dual point."""
    whole = Saddle(relaxation, np.zeros(1, np.int64))
    whole.lower(duals)
    return whole.among_cheapest(count)


def warm_up(stopped: IntArray) -> None:
    """Compile the kernels, or load them, on the smallest case: two commodities that can share one vehicle."""
    ones, none = np.ones(1), np.zeros(1, dtype=np.int64)
    pair = np.arange(2)
    relaxation = Relaxation(
        quantity=np.ones(2),
        commodity=pair,
        plain=np.ones(2),
        charged=np.zeros(2),
        row=np.zeros((2, 1), dtype=np.int64),
        link=pair[:, None].copy(),
        row_interval=none,
        row_fixed=ones,
        row_off=np.zeros(1),
        row_capacity=ones,
        row_load=2 * ones,
        link_row=np.zeros(2, dtype=np.int64),
        link_commodity=pair,
        link_vehicles=np.ones(2),
    )
    solve_relaxation(relaxation, tolerance=0.0, target=1e9, halt=lambda: False, stopped=stopped)
    Saddle(relaxation, stopped).among_cheapest(1)
