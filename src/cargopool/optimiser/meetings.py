"""Where shipments meet in the bound: groups of its cheapest itineraries, as the search takes them out together.

The bound's shipments choose their itineraries at charges that fall where others come too. Those that have lately used
the same group, a line's units within a bucket of departure time, are candidates for a trunk that no re-insertion of a
single one would open.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.kernel_tables import KernelTable
from cargopool.network.arrays import ROAD, Network
from cargopool.optimiser import bound_lines
from cargopool.optimiser.bound import Bound
from cargopool.optimiser.bound_charges import (
    ANY_TIME,
    BUCKET_MIN,
    CLASSES,
    LINE_BASE,
    LINE_FIRST,
    LINE_LAST,
    LINE_NEED,
    TIMED,
)
from cargopool.optimiser.search_state import Meetings

EVERY = 10
"""Iterations of the bound after which it is asked again."""
LATELY = 0.02
"""Least part of the bound's direction that makes a use count: it was among some ten iterations of late."""


class MeetingPlaces:
    """The moves of a searched network by way and time."""

    def __init__(self, network: Network) -> None:
        self._shipments, self._places = len(network.shipment_ids), len(network.place_ids)
        way = network.move_origin.astype(np.int64) * self._places + network.move_destination
        self._first = int(network.move_latest.min(initial=0))
        self._span = int(network.move_latest.max(initial=0)) - self._first + 3
        key = self._key(way, network.move_kind == ROAD, network.move_latest)
        self._moves = np.argsort(key, kind="stable").astype(np.int64)
        self._keys = key[self._moves]

    def _key(self, way: Any, road: Any, minute: Any) -> Any:
        return (2 * way + road) * self._span + np.clip(minute - self._first + 1, 0, self._span - 1)

    def due(self, bound: Bound) -> bool:
        """Whether it is time to ask the bound."""
        return bound.iterations % EVERY == 0

    def of(self, bound: Bound) -> KernelTable:
        """Groups of the bound in which at least two shipments have met of late, and that have moves here."""
        group, shipment = bound.used_lately(LATELY)
        groups, at, size = np.unique(group, return_inverse=True, return_counts=True)
        first, past = self._moves_of(bound, groups)
        kept = (size > 1) & (past > first)
        number = np.cumsum(kept) - 1
        mine = np.flatnonzero(kept[at])
        mine = mine[np.lexsort((shipment[mine], at[mine]))]
        met, member = number[at[mine]], shipment[mine]
        order = np.lexsort((met, member))
        return KernelTable(
            Meetings(
                of_ptr=np.searchsorted(member[order], np.arange(self._shipments + 1)),
                of=met[order],
                member_ptr=np.searchsorted(met, np.arange(int(kept.sum()) + 1)),
                member=member,
                first_move=first[kept],
                past_move=past[kept],
                move=self._moves,
            )
        )

    def _moves_of(self, bound: Bound, groups: Any) -> tuple[Any, Any]:
        """First and past-the-last move here of each group: those of its way and kind within its time."""
        lines = bound.lines.kernel
        timed = groups >= lines.knobs[TIMED]
        line = np.where(
            timed,
            lines.knobs[ANY_TIME] + (groups - lines.knobs[TIMED]) // lines.knobs[CLASSES],
            lines.group_line[np.where(timed, 0, groups)] if lines.group_line.size else 0,
        )
        bucket = groups - lines.li[line, LINE_BASE]
        bucket_min = int(lines.knobs[BUCKET_MIN])
        begin, end = bucket * bucket_min, (bucket + 1) * bucket_min
        begin[timed] = lines.times[lines.li[line[timed], LINE_FIRST], 0]
        end[timed] = lines.times[lines.li[line[timed], LINE_LAST] - 1, 0]
        road = lines.li[line, LINE_NEED] == bound_lines.ROAD
        road &= ~timed
        way = lines.line_way[line]
        return (
            np.searchsorted(self._keys, self._key(way, road, begin)),
            np.searchsorted(self._keys, self._key(way, road, end), side="right"),
        )
