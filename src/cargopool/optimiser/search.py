"""The search: annealed ruin-and-recreate over a Network, in compiled chunks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.network.arrays import Network
from cargopool.optimiser.kernel_data import GROUP, pack, packed_moves
from cargopool.optimiser.kernels_removal import MEETING, OPERATORS
from cargopool.optimiser.kernels_ruin import adopt, anneal, construct, graft, sample
from cargopool.optimiser.params import SearchParams
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_lanes import MoveLanes, make_lanes, make_move_lanes
from cargopool.optimiser.search_solution import Solution
from cargopool.optimiser.search_state import make_best, make_labels, make_scratch, make_state, no_meetings

ADAPT_EVERY = 4_000
"""Iterations after which the operators' shares are judged again."""
BEST_COUNTS = 10.0
"""Kept steps that one new best plan counts as."""
COOLER = 0.6
"""What `Search.hottest` is where there is a plan to begin with, or where iterations are few."""
OPERATOR_NAMES = ("random", "lane", "same_move", "trunk", "shipper", "worst", "departure", "pool", "meeting")
LEAST_AND_MOST_WEIGHT = (0.4, 2.5)


class SearchMoves(NamedTuple):
    """Constant arrays over moves, for searches over several choices of shipments."""

    packed: dict[str, Any]
    lanes: MoveLanes

    @classmethod
    def of(cls, data: SearchData) -> SearchMoves:
        """Make them."""
        return cls(packed_moves(data), make_move_lanes(data))


class Search:
    """One annealing that is advanced in chunks; deterministic for its seed and chunk sizes.

    Attributes
    ----------
    hottest : float
        Heat that a heat of 1 stands for: less than 1 keeps more of the plan that the search begins with.
    """

    def __init__(
        self,
        network: Network,
        data: SearchData,
        seed: int,
        params: SearchParams,
        stop: Any,
        twin: Search | None = None,
        movable: Any = None,
        moves: SearchMoves | None = None,
    ) -> None:
        """Start with every shipment unserved; a ``twin`` over the same data lends its constant arrays.

        ``moves`` made for the same moves and limits, whichever the shipments, need not be made again.
        None but the ``movable`` shipments (int64; all when left out) are changed by the annealing and inserted.
        """
        self.network, self.data, self.params, self.stop = network, data, params, stop
        self._rng = np.array([(0x9E3779B97F4A7C15 * (2 * seed + 1)) % (1 << 64)], np.uint64)
        if twin is None:
            moves = moves or SearchMoves.of(data)
            self._packed = KernelTable(pack(data, moves.packed))
            self._lanes = KernelTable(make_lanes(data, moves.lanes))
        else:
            self._packed, self._lanes = twin._packed, twin._lanes
        lanes = int(self._lanes.move_lane.max(initial=0)) + 1
        self._state = KernelTable(make_state(data, int(self._packed.ki[:, GROUP].max(initial=-1)) + 1, lanes))
        most = int(np.diff(self._lanes.lane_ptr).max(initial=1))
        self._labels = KernelTable(make_labels(len(network.place_ids), most, data.max_moves))
        every: Any = np.arange(data.k_class.size, dtype=np.int64) if twin is None else twin.movable
        self.movable: Any = every if movable is None else movable
        self._scratch = KernelTable(make_scratch(data.k_class.size, self.movable))
        self.meetings = KernelTable(no_meetings(data.k_class.size))
        self._base_weights = np.array(params.weights, np.float64)
        self._base_weights[MEETING] = 0.0
        self._weights = self._base_weights.copy()
        self._judged = np.zeros((OPERATORS, 4), np.int64)
        self.stats = np.zeros((OPERATORS, 4), np.int64)
        self.iterations = 0
        self.hottest: float = 1.0 if twin is None else twin.hottest
        self._best = KernelTable(make_best(self._state.arrays))

    @property
    def best_cents(self) -> float:
        """Objective of the best plan."""
        return float(self._best.total[0])

    @property
    def best(self) -> Solution:
        """Best plan seen so far."""
        return Solution(float(self._best.total[0]), self._best.plan.copy(), self._best.served.copy())

    @property
    def current(self) -> Solution:
        """Plan that the annealing stands at."""
        return Solution(float(self._state.total[0]), self._state.plan.copy(), self._state.served.copy())

    def operators(self) -> str:
        """What each operator did: steps tried, kept, and new best plans."""
        rows = zip(OPERATOR_NAMES, self.stats.tolist(), strict=True)
        return ", ".join(f"{name} {tried}/{kept}/{best}" for name, (tried, kept, best, _) in rows)

    def take_seen(self) -> Any:
        """Itineraries of good steps since the last call: int64[n, 11], the shipment last; some when there were many."""
        count = int(self._scratch.seen_count[0])
        self._scratch.seen_count[0] = 0
        return self._scratch.seen[:count].copy()

    def construct(self) -> None:
        """Insert every movable shipment that is not served: those with the least time first, then large ones."""
        mine, data = self.movable, self.data
        order = mine[np.lexsort((-data.k_size[mine, 0], data.k_latest[mine] - data.k_ready[mine]))]
        construct(self._packed, self._lanes, self._state, self._labels, self._rng, order, self.stop, self._scratch)
        self._note_best()

    def adopt(self, solution: Solution) -> None:
        """Continue from another plan."""
        adopt(self._packed, self._lanes, self._state, solution.plan, solution.served)
        self._note_best()

    def begin_at(self, solution: Solution) -> None:
        """Continue from another plan and forget what was best before."""
        self._best.total[0] = np.inf
        self.adopt(solution)

    def meet(self, meetings: KernelTable) -> None:
        """From now on take out together who meets in the bound."""
        self.meetings = meetings
        if self._base_weights[MEETING] != self.params.meeting:
            self._base_weights[MEETING] = self._weights[MEETING] = self.params.meeting

    def sample(self, solution: Solution, chosen: Any, tries: int) -> Any:
        """Ways that the chosen shipments could go while the others go as in a plan: rows as of `take_seen`."""
        self.adopt(solution)
        self.take_seen()
        found = []
        for _ in range(tries):
            args = (
                self._packed,
                self._lanes,
                self._state,
                self._labels,
                self._rng,
                chosen,
                3,
                self.stop,
                self._scratch,
            )
            sample(*args)
            found.append(self.take_seen())
        return np.concatenate(found)

    def graft(self, chosen: Any, solution: Solution) -> bool:
        """Change the chosen shipments of the best plan over to another plan's itineraries; False when that is no gain.

        The search goes on from there when it is one.
        """
        best, present = self.best, self.current
        self.adopt(best)
        rows, served = solution.plan[chosen], solution.served[chosen]
        whole = graft(self._packed, self._lanes, self._state, chosen, rows, served)
        if not whole:
            self.construct()
        if self._state.total[0] < best.cents - 0.5:
            self._note_best()
            return True
        self.adopt(present)
        return False

    def advance(self, iterations: int, heat: float, heat_after: float) -> int:
        """Run iterations while the heat (0 cold, 1 hot) falls; returns those done."""
        if self.movable.size == 0 or not self.params.enabled:
            return iterations
        mean = max(1.0, self._scale())
        ratio = self.params.end_temperature / self.params.start_temperature

        def temperature(share: float) -> float:
            return mean * self.params.start_temperature * float(ratio ** (1.0 - share * self.hottest))

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
            self.meetings,
        )
        self.iterations += int(done)
        self._weigh()
        return int(done)

    def _weigh(self) -> None:
        """Give operators that gained more for their insertions a larger share, the others never less than a part."""
        recent = self.stats - self._judged
        if recent[:, 0].sum() < ADAPT_EVERY or not self.params.adaptive:
            return
        self._judged = self.stats.copy()
        gain = (recent[:, 1] + BEST_COUNTS * recent[:, 2] + 1.0) / (recent[:, 3] + 10.0)
        mean = float((gain * self._base_weights).sum() / max(1e-9, self._base_weights.sum()))
        wanted = self._base_weights * np.clip(gain / mean, *LEAST_AND_MOST_WEIGHT)
        self._weights = 0.5 * self._weights + 0.5 * wanted

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
