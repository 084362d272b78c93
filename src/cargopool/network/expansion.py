"""All passages of a network: the fixed ones, then event by event those that leave at them."""

from __future__ import annotations

import numpy as np

from cargopool.network.events import (
    Setting,
    arrival_events,
    events_of,
    first_events,
    fresh,
    targets_of,
    thinned,
)
from cargopool.network.keys import first_of_each
from cargopool.network.leaving import leaving
from cargopool.network.passages import (
    Passages,
    Users,
    joined,
    users_of,
)
from cargopool.network.thinning import FULL, Thinning


def expanded(setting: Setting, fixed: Passages, depth: int, thinning: Thinning = FULL) -> tuple[Passages, Users]:
    """All passages with their users: the fixed ones, and road and headway passages at events up to ``depth``."""
    users = _users(setting, fixed)
    forward = thinned(setting, first_events(setting, fixed, users, road=thinning.road), thinning)
    targets = targets_of(setting, fixed, users) if thinning.backward else events_of([])
    passages = fixed
    seen = forward
    for level in range(depth + 1):
        new = _without(leaving(setting, forward, targets if level == 0 else events_of([]), thinning), passages)
        found = _users(setting, new)
        users = Users(
            passage=np.concatenate([users.passage, found.passage + passages.count]),
            shipment=np.concatenate([users.shipment, found.shipment]),
        )
        passages = joined([passages, new])
        if level == depth or not new.count:
            break
        arrivals = thinned(setting, arrival_events(setting, new, found), thinning)
        forward = fresh(arrivals, seen)
        seen = events_of([(e.place, e.minute, e.shipment, e.used) for e in (seen, arrivals)])
    return passages, users


def _users(setting: Setting, passages: Passages) -> Users:
    return users_of(setting.freight, setting.windows, passages, setting.chain_profiles)


def _without(new: Passages, old: Passages) -> Passages:
    """New passages without repeats and without those already there."""
    both = joined([old, new])
    names = ("origin", "destination", "latest", "available", "chain", "hand_in", "collect", "manning")
    first = first_of_each([getattr(both, name).astype(np.int64) for name in names])
    return both.chosen(first[first >= old.count])
