"""The problem in continuous time, as arrays: arcs with vehicles by the piece, commodities with windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ContinuousInstance:
    """Commodities over a network whose vehicles leave at any whole minute.

    Each commodity takes one simple path from origin to destination, leaves no earlier than its release and arrives no
    later than its deadline. Commodities that leave an arc's start at the same minute share vehicles; an arc may run any
    number of vehicles at any minute. Waiting is free. Cost = fixed cost x vehicles + variable cost x quantity.

    Attributes
    ----------
    name : str
        What the instance is called.
    nodes : int
        Number of nodes, numbered from 0.
    arc_tail, arc_head : (A,) int64
        Nodes of each arc.
    arc_minutes : (A,) int64
        Travel time in time units of the instance (whole minutes).
    arc_fixed : (A,) float64
        Cost of one vehicle.
    arc_capacity : (A,) float64
        What one vehicle carries, in the unit of `quantity`.
    arc_variable : (A,) or (K, A) float64
        Cost of one unit of quantity on an arc; per commodity where it has two dimensions. inf: not allowed.
    origin, destination : (K,) int64
        Nodes of each commodity.
    quantity : (K,) float64
        Size of each commodity; may be larger than one vehicle.
    release, deadline : (K,) int64
        Time window, in the same time units.
    """

    name: str
    nodes: int
    arc_tail: IntArray
    arc_head: IntArray
    arc_minutes: IntArray
    arc_fixed: FloatArray
    arc_capacity: FloatArray
    arc_variable: FloatArray
    origin: IntArray
    destination: IntArray
    quantity: FloatArray
    release: IntArray
    deadline: IntArray


@dataclass(frozen=True)
class TimedPath:
    """How one commodity goes.

    Attributes
    ----------
    arcs : (L,) int64
        Arcs in order; empty when origin and destination are one.
    departures : (L,) int64
        Minute of leaving each arc's start.
    """

    arcs: IntArray
    departures: IntArray


@dataclass(frozen=True)
class ContinuousResult:
    """What a solve in continuous time found.

    Attributes
    ----------
    status : str
        `optimal` (gap reached), `feasible`, `no_plan` or `infeasible`.
    lower_bound, upper_bound : float
        Proven bound, and cost of `paths` as recomputed from them; inf without a plan.
    seconds : float
        Wall time, reading left out, compilation included.
    paths : tuple of TimedPath
        One per commodity; empty without a plan.
    stages : dict
        Seconds and counts by stage, for the log.
    """

    status: str
    lower_bound: float
    upper_bound: float
    seconds: float
    paths: tuple[TimedPath, ...]
    stages: dict[str, Any]

    @property
    def gap(self) -> float:
        """(upper - lower) / upper; inf without a plan, 0 when both are 0."""
        if not np.isfinite(self.upper_bound):
            return float("inf")
        return 0.0 if self.upper_bound == 0 else max(0.0, (self.upper_bound - self.lower_bound) / self.upper_bound)
