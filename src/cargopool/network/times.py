"""Clock times of the rides of chains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cargopool.network.arrays import Int64
from cargopool.network.passages import Passages
from cargopool.network.places import Places
from cargopool.network.rides import Chains, Rides


@dataclass(frozen=True, slots=True, kw_only=True)
class RideTimes:
    """Closing, departure, arrival and pick-up-ready of each ride, int64[n, 3]; 0 behind the last ride."""

    closing: Int64
    depart: Int64
    arrive: Int64
    ready: Int64


def chain_times(chains: Chains, rides: Rides, places: Places) -> RideTimes:
    """Times of the rides of chains; those of headway-only chains count from the hand-in."""
    valid = chains.rides >= 0
    ride = np.where(valid, chains.rides, 0)
    if not rides.count:
        nothing = np.zeros(chains.rides.shape, dtype=np.int64)
        return RideTimes(closing=nothing, depart=nothing, arrive=nothing, ready=nothing)
    rolling = rides.headway[ride] & valid
    shift = np.zeros(ride.shape, dtype=np.int64)
    lift = places.lift_min[rides.origin[ride]]
    begun = chains.flexible.copy()
    for n in range(3):
        if n:
            after = shift[:, n - 1] + rides.ready[ride[:, n - 1]] + lift[:, n]
            shift[:, n] = np.where(rolling[:, n] & begun, after, 0)
        begun |= valid[:, n] & ~rolling[:, n]
    for n in (1, 0):
        before = rolling[:, n] & ~chains.flexible & ~(valid & ~rolling)[:, :n].any(axis=1)
        next_closing = shift[:, n + 1] + rides.closing[ride[:, n + 1]]
        shift[:, n] = np.where(before, next_closing - lift[:, n + 1] - rides.ready[ride[:, n]], shift[:, n])
    return RideTimes(
        closing=np.where(valid, rides.closing[ride] + shift, 0),
        depart=np.where(valid, rides.depart[ride] + shift, 0),
        arrive=np.where(valid, rides.arrive[ride] + shift, 0),
        ready=np.where(valid, rides.ready[ride] + shift, 0),
    )


def passage_times(times: RideTimes, chains: Chains, passages: Passages, which: Int64) -> RideTimes:
    """Times of the rides of passages ``which``, all of them with chains."""
    chain = passages.chain[which]
    shift = np.where(chains.flexible[chain], passages.hand_in[which], 0)[:, None]
    shift = np.where(chains.rides[chain] >= 0, shift, 0)
    return RideTimes(
        closing=times.closing[chain] + shift,
        depart=times.depart[chain] + shift,
        arrive=times.arrive[chain] + shift,
        ready=times.ready[chain] + shift,
    )
