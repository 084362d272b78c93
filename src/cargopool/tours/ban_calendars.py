"""Truck bans of a scenario as the calendars of a tour problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cargopool.model.scenario import Scenario
from cargopool.rules.bans import bans_along
from cargopool.rules.index import index_of
from cargopool.rules.roads import road_link
from cargopool.tours.problem import Periods


def ban_calendars(
    scenario: Scenario, names: Sequence[str], lo_min: int, hi_min: int
) -> tuple[tuple[Periods, ...], NDArray[np.int64] | None]:
    """Bans that touch [lo, hi], and which of them holds on the way from one place to another.

    On a way through several countries the bans of all of them hold on all of it.

    Parameters
    ----------
    names : sequence of str
        Ids of the places, in the order of the problem.

    Returns
    -------
    tuple of Periods, int array (P, P) or None
        Calendars, none twice, and the calendar of each way, -1 for none; None when no way has a ban.
    """
    if not scenario.bans:
        return (), None
    index = index_of(scenario)
    calendars: dict[Periods, int] = {}
    ban_of = np.full((len(names), len(names)), -1, dtype=np.int64)
    for i, origin in enumerate(names):
        for j, destination in enumerate(names):
            link = road_link(scenario, origin, destination) if i != j else None
            periods = () if link is None else bans_along(index, link, lo_min, hi_min)
            if periods:
                ban_of[i, j] = calendars.setdefault(periods, len(calendars))
    return tuple(calendars), ban_of if calendars else None
