"""When a solve ends: time, gap, work, the first plan, a flag, or whichever of them comes first."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from cargopool.model.result import Progress, Termination


@runtime_checkable
class StoppingCriterion(Protocol):
    """Decides from the progress whether a solve ends, and why.

    A criterion of your own needs only ``__call__``; the two budgets let engines end by themselves in time.
    """

    def __call__(self, progress: Progress) -> Termination | None:
        """Why to stop now, or None to go on."""
        ...


class _Combinable:
    """Gives every criterion ``|`` and open budgets."""

    __slots__ = ()

    def __or__(self, other: StoppingCriterion) -> AnyOf:
        mine = self.parts if isinstance(self, AnyOf) else (self,)
        theirs = other.parts if isinstance(other, AnyOf) else (other,)
        return AnyOf((*mine, *theirs))

    @property
    def max_seconds(self) -> float | None:
        """Wall time after which it stops, None for never."""
        return None

    @property
    def max_work(self) -> int | None:
        """Work after which it stops, None for never."""
        return None

    @property
    def relative_gap(self) -> float:
        """Gap that is good enough, 0 for none."""
        return 0.0

    @property
    def raised(self) -> bool:
        """True when it stops whatever the progress is."""
        return False


@dataclass(frozen=True, slots=True)
class TimeLimit(_Combinable):
    """Stop after seconds of wall time since the solve began."""

    seconds: float

    def __call__(self, progress: Progress) -> Termination | None:
        """TIME once the seconds are over."""
        return Termination.TIME if progress.seconds >= self.seconds else None

    @property
    def max_seconds(self) -> float | None:
        """The limit itself."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Gap(_Combinable):
    """Stop when (objective - bound) / objective is at most this, but not before ``after_s`` seconds."""

    gap: float
    after_s: float = 0.0

    def __call__(self, progress: Progress) -> Termination | None:
        """GAP once the gap is small enough."""
        reached = progress.gap is not None and progress.gap <= self.gap and progress.seconds >= self.after_s
        return Termination.GAP if reached else None

    @property
    def relative_gap(self) -> float:
        """The gap itself."""
        return self.gap


@dataclass(frozen=True, slots=True)
class WorkLimit(_Combinable):
    """Stop after a deterministic amount of work; no clock is read, so runs repeat exactly."""

    work: int

    def __call__(self, progress: Progress) -> Termination | None:
        """WORK once the units are spent."""
        return Termination.WORK if progress.work >= self.work else None

    @property
    def max_work(self) -> int | None:
        """The limit itself."""
        return self.work


@dataclass(frozen=True, slots=True)
class FirstFeasible(_Combinable):
    """Stop at the first accepted plan."""

    def __call__(self, progress: Progress) -> Termination | None:
        """FIRST_FEASIBLE once there is a plan."""
        return Termination.FIRST_FEASIBLE if progress.objective_eur is not None else None


class StopFlag(_Combinable):
    """Stop when set, from any thread or signal handler."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask every solve that watches this flag to end."""
        self._event.set()

    @property
    def raised(self) -> bool:
        """True once `set` was called."""
        return self._event.is_set()

    def __call__(self, progress: Progress) -> Termination | None:
        """INTERRUPTED once set."""
        return Termination.INTERRUPTED if self._event.is_set() else None


@dataclass(frozen=True, slots=True)
class AnyOf(_Combinable):
    """Stop at the first of several criteria; earlier ones win when several hold."""

    parts: tuple[StoppingCriterion, ...]

    def __call__(self, progress: Progress) -> Termination | None:
        """The first reason that holds."""
        reasons = (part(progress) for part in self.parts)
        return next((reason for reason in reasons if reason is not None), None)

    @property
    def max_seconds(self) -> float | None:
        """The least of the parts' limits."""
        found = [part.max_seconds for part in self._known if part.max_seconds is not None]
        return min(found, default=None)

    @property
    def max_work(self) -> int | None:
        """The least of the parts' limits."""
        found = [part.max_work for part in self._known if part.max_work is not None]
        return min(found, default=None)

    @property
    def relative_gap(self) -> float:
        """The largest gap that one part is content with."""
        return max((part.relative_gap for part in self._known), default=0.0)

    @property
    def raised(self) -> bool:
        """True when one part is."""
        return any(part.raised for part in self._known)

    @property
    def _known(self) -> list[_Combinable]:
        return [part for part in self.parts if isinstance(part, _Combinable)]


NEVER = AnyOf(())
"""Runs to the proof."""
