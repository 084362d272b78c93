"""An engine that works on the root of the tree in a process of its own, while the tree is searched."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cargopool.errors import EngineError
from cargopool.optimiser.continuous import settings, tree
from cargopool.optimiser.engines import EngineLimits, EngineResult, EngineSettings, EngineStatus
from cargopool.optimiser.worker import StoppedError, Worker

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.clock import Clock
    from cargopool.optimiser.continuous.states import Space, State
    from cargopool.optimiser.engines import MipModel


class Host(tree.Host, Protocol):
    """The solve that an engine works for, beside its tree."""

    clock: Clock
    upper: float
    improved: float
    stages: dict[str, Any]
    seed: int

    def settle(self, bound: float) -> None:
        """Everything not yet ruled out costs at least this; unlike `claim`, at any moment."""
        ...


@dataclass(frozen=True)
class Question:
    """Whether some choice of a relaxation's columns costs less than ``target``.

    ``choices``: the relaxation for an engine, its first rows one for each of ``commodities``.
    """

    choices: MipModel
    commodities: int
    target: float
    seconds: float
    seed: int

    def model(self) -> MipModel:
        """The choices with a last column that serves everybody at the target.

        Engines state a bound only beside a plan, and the column costs them less than a row of all costs.
        """
        from scipy.sparse import csr_array, hstack

        model = self.choices
        serves = np.zeros((model.rows, 1))
        serves[: self.commodities] = 1.0
        return replace(
            model,
            c=np.append(model.c, self.target),
            a=csr_array(hstack([model.a, csr_array(serves)])),
            lower=np.append(model.lower, 0.0),
            upper=np.append(model.upper, 1.0),
            integer=np.append(model.integer, True),
        )

    def answer(self, found: EngineResult) -> float:
        """What every choice costs at least, up to the target; -inf from an engine that finds nothing feasible.

        There is always the last column, so such an answer is one of the engine's tolerances and proves nothing.
        """
        known = found.status is not EngineStatus.INFEASIBLE and np.isfinite(found.bound)
        return min(self.target, found.bound) if known else -np.inf


class EngineBeside:
    """One question at a time; without presolve, which takes longest where columns are many."""

    def __init__(self) -> None:
        self._worker = Worker()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._bound: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return self._thread is not None and self._thread.is_alive()

    def ask(self, question: Question) -> None:
        """Begin to work on a question."""
        self._bound = None
        self._thread = threading.Thread(target=self._work, args=(question,), name="engine-beside", daemon=True)
        self._thread.start()

    def take(self) -> float | None:
        """The answer to the last question, once; None while there is none."""
        if self.busy or self._bound is None:
            return None
        bound, self._bound = self._bound, None
        return bound

    def close(self) -> None:
        """Give up."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(1.0)
        if not self.busy:
            self._worker.close()

    def _work(self, question: Question) -> None:
        limits = EngineLimits(seconds=question.seconds, seed=question.seed, settings=EngineSettings(presolve=False))
        longest, solve = question.seconds + 3, "cargopool.optimiser.engines:solve_model"
        bound = -np.inf
        try:
            model = question.model()
            found = self._worker.call(solve, "highs", model, limits, stop=self._ended.is_set, seconds=longest)
            bound = question.answer(found)
        except (StoppedError, EngineError, OSError, MemoryError):  # the solve goes on without an answer
            pass
        finally:
            self._bound = bound
            if self._ended.is_set():
                self._worker.close()


class RootEngine:
    """Asks an engine about the tree's root once the plan has settled, and again where its cuts help.

    Parameters
    ----------
    host : Host
    space : Space
    root : State
        Solved: it has a point.
    """

    def __init__(self, host: Host, space: Space, root: State) -> None:
        self.host, self.space, self.root = host, space, root
        self.engine: EngineBeside | None = None
        self._upper = np.inf  # cost of the plan, and bound of the root, when last asked
        self._bound = -np.inf
        self._answer: float | None = None

    def take(self) -> None:
        """Take an answer over as soon as there is one."""
        bound = self.engine.take() if self.engine is not None else None
        if bound is not None:
            self._answer = bound
            self.host.settle(bound)

    def look(self) -> None:
        """Between nodes: take an answer over, ask the next question."""
        self.take()
        host = self.host
        left = host.clock.left()
        if left is None or host.finished():
            return
        if self.engine is None:
            settled = host.clock.seconds() - host.improved >= settings.BESIDE_SETTLED
            if settled and host.upper < self._upper:
                self._ask(settings.BESIDE_SHARE * left)
            return
        if self._answer is None:
            return
        bound, self._answer = self._answer, None
        if bound - self._bound >= settings.WORTHWHILE * (host.target - self._bound):
            self._ask(left)

    def close(self) -> None:
        """Give up."""
        if self.engine is not None:
            self.engine.close()

    def _ask(self, seconds: float) -> None:
        host = self.host
        self._upper = host.upper
        priced = host.price(self.root)
        if priced is None or host.finished():
            return
        self.root, self._bound = host.prune(self.root, priced), priced.bound
        if self.root.columns.size > settings.BESIDE_COLUMNS:
            return
        if self.engine is None:
            self.engine = EngineBeside()
        host.stages["beside_calls"] = host.stages.get("beside_calls", 0) + 1
        model = self.space.model(self.root, integer=True)
        commodities = self.root.relaxation.quantity.size
        self.engine.ask(Question(model, commodities, host.target, seconds, host.seed))
