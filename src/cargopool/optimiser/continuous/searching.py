"""The search for plans of a solve in continuous time: in a thread beside the bound, or in steps between its rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cargopool.optimiser.continuous import settings

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, FloatArray, TimedPath
    from cargopool.optimiser.continuous.paths import PathTable
    from cargopool.optimiser.continuous.upper import Search, UpperSearch


class PlanSearch:
    """Annealing that begins anew with another seed, guided by the bound, when it has gone on for long.

    Parameters
    ----------
    instance : ContinuousInstance
    table : PathTable
        Paths of the commodities, one at least for each.
    seed : int
        Of the first search.
    beside : bool
        In a thread of its own, else only in `advance`.
    """

    def __init__(self, instance: ContinuousInstance, table: PathTable, seed: int, *, beside: bool) -> None:
        self._instance, self._table, self._seed, self.beside = instance, table, seed, beside
        self._restarts = self._earlier = 0
        self._thread: UpperSearch | None = None
        self._search: Search | None = None
        self.regret: FloatArray | None = None
        """What each path costs at least beyond the bound, for the next searches."""
        self._start()

    def _start(self) -> None:
        from cargopool.optimiser.continuous.upper import Search, UpperSearch

        seed = self._seed + settings.SEED_STRIDE * self._restarts
        if not self.beside:
            self._search = Search(self._instance, self._table, seed)
            return
        self._thread = UpperSearch(self._instance, self._table, seed)
        if self.regret is not None:
            self._thread.guide(settings.GUIDES[self._restarts % len(settings.GUIDES)] * self.regret)
        self._thread.start()

    @property
    def steps(self) -> int:
        """Steps of the thread, and of those before it."""
        return self._earlier + (self._thread.iterations if self._thread is not None else 0)

    def best(self, below: float) -> tuple[TimedPath, ...] | None:
        """The paths of the best plan if it costs less than ``below``."""
        if self._thread is not None:
            cost, paths = self._thread.best()
            return paths if cost < below else None
        assert self._search is not None
        return self._search.paths() if self._search.cost < below else None

    def advance(self) -> None:
        """Without a thread: search for a while."""
        if self._search is not None:
            self._search.advance(settings.WORK_SEARCH)

    def renew(self) -> None:
        """Begin anew when the thread has gone on for long: another seed finds other plans."""
        thread = self._thread
        if thread is None or thread.iterations <= settings.RESTART_STEPS * settings.RESTART_GROWTH**self._restarts:
            return
        thread.stop()
        self._earlier += thread.iterations
        self._restarts += 1
        self._start()

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.stop(timeout=0.5)
