"""Do the meetings of a relaxed plan fit in time? Longest paths over its groups, and what to learn where they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cargopool.optimiser.continuous.instance import TimedPath

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance
    from cargopool.optimiser.continuous.paths import PathTable


@dataclass
class Meetings:
    """Who leaves together: groups of (commodity, step), and the earliest minute at which each group can leave.

    Attributes
    ----------
    path : list of int
        Path of each commodity.
    group : list of list of int
        Group of each step of each commodity.
    minute : list of int
        Earliest departure of each group.
    points : set of (arc, minute)
        Departures that make a violated chain of meetings impossible once they are time points.
    splits : int
        Members that had to leave their group.
    """

    path: list[int]
    group: list[list[int]]
    minute: list[int]
    points: set[tuple[int, int]] = field(default_factory=set)
    splits: int = 0


def settle(
    instance: ContinuousInstance, table: PathTable, path: Sequence[int], labels: Sequence[Sequence[int]]
) -> Meetings:
    """Time the groups of a relaxed plan; break up those whose members cannot wait for each other.

    Parameters
    ----------
    path : sequence of int
        Path of each commodity.
    labels : sequence of sequence of int
        For each commodity the meeting of each step: equal labels leave together, -1 leaves alone.

    Returns
    -------
    Meetings
        Feasible groups. ``points`` is empty exactly when the plan was feasible as it came.
    """
    return _Settling(instance, table, path, labels).run()


def to_paths(instance: ContinuousInstance, table: PathTable, meetings: Meetings) -> tuple[TimedPath, ...]:
    """Timed paths of feasible meetings, everything as early as it can be."""
    found = []
    for path, groups in zip(meetings.path, meetings.group, strict=True):
        arcs = table.arcs[table.step_ptr[path] : table.step_ptr[path + 1]].copy()
        departures = np.asarray([meetings.minute[group] for group in groups], dtype=np.int64)
        found.append(TimedPath(arcs, departures))
    return tuple(found)


class _Settling:
    def __init__(
        self, instance: ContinuousInstance, table: PathTable, path: Sequence[int], labels: Sequence[Sequence[int]]
    ) -> None:
        firsts = [int(table.step_ptr[p]) for p in path]
        ways = [slice(first, int(table.step_ptr[p + 1])) for first, p in zip(firsts, path, strict=True)]
        self.arcs = [table.arcs[own].tolist() for own in ways]
        self.earliest = [table.earliest[own].tolist() for own in ways]
        self.latest = [table.latest[own].tolist() for own in ways]
        self.minutes = [instance.arc_minutes[table.arcs[own]].tolist() for own in ways]
        self.members: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.group: list[list[int]] = []
        self.path = list(path)
        names: dict[int, int] = {}
        self.count = 0
        for k, steps in enumerate(labels):
            groups = []
            for step, label in enumerate(steps):
                group = names.get(label, -1) if label >= 0 else -1
                if group < 0:
                    group = self._new_group()
                    if label >= 0:
                        names[label] = group
                groups.append(group)
                self.members[group].append((k, step))
            self.group.append(groups)
        self.minute: dict[int, int] = {}
        self.cause: dict[int, tuple[int, int]] = {}
        self.points: set[tuple[int, int]] = set()
        self.splits = 0

    def _new_group(self) -> int:
        self.count += 1
        return self.count - 1

    def run(self) -> Meetings:
        latest = self.latest
        queue = list(range(self.count))
        for group in queue:
            self._start(group)
        waiting = set(queue)
        while queue:
            group = queue.pop()
            waiting.discard(group)
            minute = self.minute[group]
            late = [(k, s) for k, s in self.members[group] if minute > latest[k][s]]
            changed = self._break_up(group, late) if late else self._push(group)
            for other in changed:
                if other not in waiting:
                    waiting.add(other)
                    queue.append(other)
        minutes = [self.minute.get(group, 0) for group in range(self.count)]
        return Meetings(self.path, self.group, minutes, self.points, self.splits)

    def _start(self, group: int) -> None:
        """Time a group by its members' own windows."""
        earliest = self.earliest
        minute, cause = max((earliest[k][step], (k, step)) for k, step in self.members[group])
        self.minute[group] = minute
        self.cause[group] = cause

    def _push(self, group: int) -> list[int]:
        """Delay the groups that members of this one go on to."""
        changed = []
        minute = self.minute[group]
        for k, step in self.members[group]:
            if step + 1 == len(self.group[k]):
                continue
            after = self.group[k][step + 1]
            arrival = minute + self.minutes[k][step]
            if arrival > self.minute[after]:
                self.minute[after] = arrival
                self.cause[after] = (k, step + 1)
                changed.append(after)
        return changed

    def _break_up(self, group: int, late: list[tuple[int, int]]) -> list[int]:
        """Note the chain that makes members late, give them groups of their own, and time all groups anew."""
        self._trace(group)
        self.splits += len(late)
        for k, step in late:
            self.members[group].remove((k, step))
            alone = self._new_group()
            self.members[alone].append((k, step))
            self.group[k][step] = alone
        for other in range(self.count):
            if self.members[other]:
                self._start(other)
        return [other for other in range(self.count) if self.members[other]]

    def _trace(self, group: int) -> None:
        """Exact departures at which the chain passes from one commodity to another."""
        minute = self.minute[group]
        rider = -1
        for _ in range(4 * len(self.group)):
            k, step = self.cause[group]
            if rider != k:
                self.points.add((self.arcs[k][step], minute))
            rider = k
            if step == 0 or self.earliest[k][step] >= minute:
                return
            group = self.group[k][step - 1]
            minute -= self.minutes[k][step - 1]
