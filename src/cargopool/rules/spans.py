"""Spans of elapsed minutes that repeat by local day: opening hours and truck bans, compiled on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from cargopool.rules.clocks import epoch_minute, moment_of, nearest_epoch_minute
from cargopool.units import MINUTES_PER_DAY

DayRule = Callable[[date], Iterable[tuple[str, int, int]]]
"""From a local date to its spans: (IANA zone, first minute, last minute) of that local day."""

_MARGIN_DAYS = 2
_FIRST_DAYS = 42
_MORE_DAYS = 56


@dataclass(frozen=True, slots=True)
class Compiled:
    """Merged spans, exact between ``lo_min`` and ``hi_min``; spans that touch are one."""

    lo_min: int
    hi_min: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Spans:
    """The merged spans of a day rule, for any minute.

    Compiled parts are immutable and replaced as a whole, so any number of threads may read.
    """

    def __init__(self, start: datetime, rule: DayRule) -> None:
        self._start = start
        self._start_epoch = epoch_minute(start)
        self._rule = rule
        self._lock = Lock()
        self._compiled = self._compile(-7 * MINUTES_PER_DAY, _FIRST_DAYS * MINUTES_PER_DAY)

    def within(self, lo_min: int, hi_min: int) -> Compiled:
        """Compiled spans that are exact at least from ``lo_min`` to ``hi_min``."""
        have = self._compiled
        if have.lo_min <= lo_min and hi_min <= have.hi_min:
            return have
        with self._lock:
            have = self._compiled
            lo = have.lo_min if have.lo_min <= lo_min else lo_min - _MORE_DAYS * MINUTES_PER_DAY
            hi = have.hi_min if hi_min <= have.hi_min else hi_min + _MORE_DAYS * MINUTES_PER_DAY
            if (lo, hi) != (have.lo_min, have.hi_min):
                self._compiled = self._compile(lo, hi)
            return self._compiled

    def at(self, minute: int) -> tuple[int, int] | None:
        """The span [start, end) that holds a minute, its end excluded."""
        known = self.within(minute, minute + 1)
        i = bisect_right(known.starts, minute) - 1
        if i >= 0 and minute < known.ends[i]:
            return known.starts[i], known.ends[i]
        return None

    def next_start(self, minute: int, limit: int) -> int:
        """First span start after ``minute``, or ``limit`` when none comes before it."""
        known = self.within(minute, limit)
        i = bisect_right(known.starts, minute)
        return min(limit, known.starts[i]) if i < len(known.starts) else limit

    def _compile(self, lo_min: int, hi_min: int) -> Compiled:
        first = moment_of(self._start, lo_min).date() - timedelta(days=_MARGIN_DAYS)
        last = moment_of(self._start, hi_min).date() + timedelta(days=_MARGIN_DAYS)
        raw: list[tuple[int, int]] = []
        day = first
        while day <= last:
            for timezone, opens, closes in self._rule(day):
                begin = nearest_epoch_minute(timezone, day, opens, closing=False) - self._start_epoch
                end = nearest_epoch_minute(timezone, day, closes, closing=True) - self._start_epoch
                if begin < end:
                    raw.append((begin, end))
            day += timedelta(days=1)
        starts: list[int] = []
        ends: list[int] = []
        for begin, end in sorted(raw):
            if ends and begin <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(begin)
                ends.append(end)
        return Compiled(lo_min, hi_min, tuple(starts), tuple(ends))
