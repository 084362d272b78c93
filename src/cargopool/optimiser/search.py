"""The search: annealed ruin-and-recreate over a Network, in compiled chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cargopool.network.arrays import Network
from cargopool.optimiser.kernel_data import GROUP, pack
from cargopool.optimiser.kernels_book import insert, remove
from cargopool.optimiser.kernels_ruin import OPERATORS, anneal, construct
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_lanes import make_lanes
from cargopool.optimiser.search_state import make_best, make_labels, make_scratch, make_state


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan in array form.

    Attributes
    ----------
    cents : float
        Objective as the search counts it.
    plan : int64[K, 10]
        Moves (3), start option, end option, handling starts (4), number of moves.
    served : bool[K]
    """

    cents: float
    plan: Any
    served: Any


class Search:
    """One annealing that is advanced in chunks; deterministic for its seed and chunk sizes."""

    def __init__(self, network: Network, data: SearchData, seed: int, params: SearchParams, stop: Any) -> None:
        self.network, self.data, self.params, self.stop = network, data, params, stop
        self._rng = np.array([(0x9E3779B97F4A7C15 * (2 * seed + 1)) % (1 << 64)], np.uint64)
        self._packed = pack(data)
        self._lanes = make_lanes(data)
        lanes = int(self._lanes.move_lane.max(initial=0)) + 1
        self._state = make_state(data, int(self._packed.ki[:, GROUP].max(initial=-1)) + 1, lanes)
        most = (int(np.diff(pointers).max(initial=1)) for pointers in (self._lanes.lane_ptr, data.usable_ptr))
        self._labels = make_labels(len(network.place_ids), *most)
        self._scratch = make_scratch(data.k_class.size)
        self._weights = np.array(params.weights, np.float64)
        self.stats = np.zeros((OPERATORS, 3), np.int64)
        self.iterations = 0
        self._best = make_best(self._state)

    @property
    def best(self) -> Solution:
        """Best plan seen so far."""
        return Solution(float(self._best.total[0]), self._best.plan.copy(), self._best.served.copy())

    @property
    def current(self) -> Solution:
        """Plan that the annealing stands at."""
        return Solution(float(self._state.total[0]), self._state.plan.copy(), self._state.served.copy())

    def construct(self) -> None:
        """Insert every shipment that is not served, large ones first."""
        queue = np.argsort(-self.data.k_size[:, 0] - 1e-3 * self.data.k_size[:, 1], kind="stable")
        order = queue.astype(np.int64)
        construct(self._packed, self._lanes, self._state, self._labels, self._rng, order, self.stop, self._scratch)
        self._note_best()

    def adopt(self, solution: Solution) -> None:
        """Continue from another plan."""
        for k in np.flatnonzero(self._state.served):
            remove(self._packed, self._lanes, self._state, int(k))
        for k in np.flatnonzero(solution.served):
            insert(self._packed, self._lanes, self._state, int(k), solution.plan[k])
        self._note_best()

    def advance(self, iterations: int, heat: float, heat_after: float) -> int:
        """Run iterations while the heat (0 cold, 1 hot) falls; returns those done."""
        if self.data.k_class.size == 0:
            return iterations
        mean = max(1.0, self._scale())
        ratio = self.params.end_temperature / self.params.start_temperature

        def temperature(share: float) -> float:
            return mean * self.params.start_temperature * float(ratio ** (1.0 - share))

        done = anneal(
            self._packed,
            self._lanes,
            self._state,
            self._labels,
            self._rng,
            iterations,
            temperature(heat),
            temperature(heat_after),
            self.params.largest_ruin,
            self._weights,
            self._scratch,
            self.stats,
            self.stop,
            self._best,
            self.params.blink,
        )
        self.iterations += int(done)
        return int(done)

    def _scale(self) -> float:
        served = max(1, int(self._best.served.sum()))
        unserved = float(self.data.k_unserved[~self._best.served].sum())
        return (float(self._best.total[0]) - unserved) / served

    def _note_best(self) -> None:
        if self._state.total[0] < self._best.total[0]:
            self._best.total[0] = self._state.total[0]
            self._best.plan[:, :] = self._state.plan
            self._best.served[:] = self._state.served
            self._best.changed[:] = 0
            self._best.count[0] = 0
        else:
            self._best.changed[:] = 1
            self._best.changes[:] = np.arange(self._best.changes.size)
            self._best.count[0] = self._best.changes.size
