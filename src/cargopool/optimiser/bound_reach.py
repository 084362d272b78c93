"""When each shipment can be where at all: by the least minutes between places, whatever the timetable."""

from __future__ import annotations

from typing import Any

import numpy as np

from cargopool.network.arrays import Network
from cargopool.optimiser.search_data import NEVER, SearchData
from cargopool.optimiser.search_ends import INF


def least_minutes(data: SearchData, hubs: int, lines: Any, departures: Any) -> Any:
    """Least minutes from leaving a place to having been handled at another, of loose and of sealed freight.

    Parameters
    ----------
    lines : (origin, destination, minutes) of all lines
        Minutes -1 for a timetable.
    departures : (first row of each line, times)
        Times by hand-over, as in `LineArrays`.

    Returns
    -------
    float64[2, P, P]
    """
    origin, destination, minutes = lines
    first, times = departures
    places = data.place_handling.size
    ride = minutes.astype(np.float64)
    timed = np.flatnonzero(minutes < 0)
    if timed.size:
        quickest = (times[:, 1] - times[:, 0]).astype(np.float64)
        ride[timed] = np.minimum.reduceat(quickest, first[timed])
    direct = np.full((places, places), INF)
    np.minimum.at(direct, (origin, destination), ride)
    found = np.empty((2, places, places))
    for sealed in range(2):
        handling = np.zeros(places) if sealed else data.place_handling.astype(np.float64)
        known = direct + handling[None, :]
        np.fill_diagonal(known, 0.0)
        for hub in range(hubs):
            np.minimum(known, known[:, hub, None] + known[None, hub, :], out=known)
        found[sealed] = known
    return found


def reach(network: Network, data: SearchData, least: Any) -> Any:
    """Earliest minute that each shipment can leave each local place, and latest that it may have been handled there.

    Returns
    -------
    int64[K, hubs + 2, 2]
        Local places: hubs, then origin and destination when they are doors.
    """
    shipments, hubs = data.k_class.size, len(network.scenario.hubs)
    found = np.empty((shipments, hubs + 2, 2), np.int64)
    found[:, :, 0], found[:, :, 1] = NEVER // 2, -NEVER // 2
    for k in range(shipments):
        ends = np.array([network.shipment_origin[k], network.shipment_destination[k]])
        local = np.concatenate([np.arange(hubs), ends])
        real = np.concatenate([np.ones(hubs, np.bool_), ends >= hubs])
        sealed = int(data.k_units[k] > 0)
        handling = np.zeros(data.place_handling.size) if sealed else data.place_handling
        early, late = np.full(hubs + 2, INF), np.full(hubs + 2, -INF)
        for o in range(data.start_ptr[k], data.start_ptr[k + 1]):
            place = int(data.start_place[o])
            if data.k_handling[k, place] < INF / 2:
                begin = float(data.start_minute[o]) + handling[place]
                early = np.minimum(early, begin + least[sealed, place, local])
        for e in range(data.end_ptr[k], data.end_ptr[k + 1]):
            place = int(data.end_place[e])
            if data.k_handling[k, place] < INF / 2:
                unload = data.place_handling[data.end_door[e]] if data.end_door[e] >= 0 else 0
                due = float(data.k_latest[k] - data.end_minutes[e] - unload)
                late = np.maximum(late, due - least[sealed, local, place])
        able = real & (data.k_handling[k, local] < INF / 2) & (early <= late)
        found[k, able, 0], found[k, able, 1] = early[able], late[able]
    return found
