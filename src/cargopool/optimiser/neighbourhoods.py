"""Which shipments a restricted model frees: a corridor around one shipment, grown and shrunk with what models take."""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.optimiser.column_store import ColumnStore
from cargopool.optimiser.search_data import SearchData
from cargopool.optimiser.search_solution import Solution

LEAST, MOST = 8, 400
GROWTH, SHRINKAGE = 1.3, 0.7
QUICK = 0.35
"""Share of its seconds in which a model must be done for the next one to be larger."""

SLOW = 0.9
MOVES_LOOKED_AT = 12


class Neighbourhoods:
    """Draws sets of shipments that meet each other, or could."""

    def __init__(self, data: SearchData, store: ColumnStore, seed: int, size: int = 40) -> None:
        self._data, self._store = data, store
        self._rng = np.random.default_rng(seed)
        self.size = min(size, max(1, data.k_class.size))

    def draw(self, solution: Solution) -> list[int]:
        """A shipment, those on its moves, those that have been on moves it could take, and so on; else its lane."""
        shipments = self._data.k_class.size
        if self.size >= shipments:
            return list(range(shipments))
        riders = _riders(solution)
        chosen = {int(self._rng.integers(shipments)): None}
        waiting = list(chosen)
        while waiting and len(chosen) < self.size:
            k = waiting.pop(int(self._rng.integers(len(waiting))))
            for other in self._partners(k, riders, solution):
                if other not in chosen and len(chosen) < self.size:
                    chosen[other] = None
                    waiting.append(other)
        return sorted(chosen)

    def _partners(self, k: int, riders: dict[int, list[int]], solution: Solution) -> list[int]:
        mine = [int(m) for m in solution.plan[k, :3] if m >= 0] if solution.served[k] else []
        others = list(dict.fromkeys(self._store.moves_of(k)))[: 2 * MOVES_LOOKED_AT]
        self._rng.shuffle(others)
        found = [other for move in mine for other in riders.get(move, ())]
        found += [other for move in others[:MOVES_LOOKED_AT] for other in riders.get(move, ())]
        lane = self._data.related[k]
        found += [int(j) for j in self._rng.choice(lane, min(3, lane.size), replace=False)]
        return found

    def learn(self, seconds: float, allowed: float) -> None:
        """Grow after a model that was quickly done, shrink after one that was not done."""
        if seconds < QUICK * allowed:
            self.size = min(MOST, self._data.k_class.size, int(self.size * GROWTH) + 1)
        elif seconds > SLOW * allowed:
            self.size = max(LEAST, int(self.size * SHRINKAGE))


def _riders(solution: Solution) -> dict[int, list[int]]:
    riders: dict[int, list[int]] = {}
    for k in np.flatnonzero(solution.served).tolist():
        row: Any = solution.plan[k, :3]
        for move in row[row >= 0].tolist():
            riders.setdefault(move, []).append(k)
    return riders
