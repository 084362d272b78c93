"""Constant and changing arrays of the compiled search.

Jobs j, stops s (all stops of all jobs, in a row), vehicles v, groups g (a vehicle in a shift), routes r (at most one
per job, and one more), places p, active dimensions a (those that can bind).
"""

from __future__ import annotations

from typing import Any, NamedTuple

EARLIEST, LATEST_END, VEHICLE, COUNT = range(4)
"""Columns of ``group_i``."""
START, END, RULES, OVERNIGHT, BANS, MAX_STOPS, MAX_TRIPS, EXACT, COST_TABLE = range(9)
"""Columns of ``vehicle_i``. EXACT: above 0 when what a driver does decides feasibility or cost, so that routes are
simulated; PRICED when it decides cost."""
PRICED = 2
FIXED, PER_MIN, MJ_KM, MJ_KM_KG, CENTS_MJ, BATTERY, CHARGE, PER_KM, PER_KM_KG = range(9)
"""Columns of ``vehicle_f``."""
DRIVE_BREAK, BREAK, DRIVE_SHIFT, SHIFT, REST = range(5)
"""Columns of ``rules``; row 0 is no rules, 1 single, 2 double."""
GROUP, LENGTH, VERSION = range(3)
"""Columns of ``route_i``."""
DRIVE, WORK, WINDOW, BAN, IS_CHARGE = range(5)
"""Columns of ``steps``: WINDOW is a stop whose windows hold or -1, BAN a calendar or -1."""
PLACE, JOB, SERVICE, VISIT, WINDOW_FIRST, WINDOW_END, KG = range(7)
"""Columns of ``stop``; VISIT is the minutes of a visit of its place, its windows are rows of ``windows``."""
INF = 1e18
NEVER = 1 << 50


class TourData(NamedTuple):
    """What a search is told.

    ``first`` int64[J + 1], ``stop`` int64[S, 7], ``change`` int64[S, A], ``windows`` int64[W, 2], ``visit`` int64[P],
    ``minutes`` int64[P, P], ``km`` float64[P, P],
    ``cost`` float64[tables, P, P] (cents of a way: km, driving time, energy of the empty vehicle),
    ``capacity`` int64[V, A], ``able`` bool[J, V], ``klass`` int64[J], ``apart`` bool[J, J] or [0, 0] without vetoes,
    ``ban_of`` int64[P, P] or [0, 0], ``ban_ptr`` with ``bans`` int64[B, 2], ``charger`` int64[C], ``charger_mj``,
    ``unserved`` float64[J], ``stays`` int64[J] (1: on board to the end of the tour), ``near`` int64[J, N], ``keys``
    float64[4, J]: size, distance from the nearest start, room of the windows, their begin.
    """

    first: Any
    stop: Any
    change: Any
    windows: Any
    visit: Any
    minutes: Any
    km: Any
    cost: Any
    group_i: Any
    vehicle_i: Any
    vehicle_f: Any
    rules: Any
    capacity: Any
    able: Any
    klass: Any
    apart: Any
    ban_of: Any
    ban_ptr: Any
    bans: Any
    charger: Any
    charger_mj: Any
    unserved: Any
    stays: Any
    near: Any
    keys: Any


class TourState(NamedTuple):
    """Routes, and what is known of them.

    ``route_i`` int64[R, 3], ``cost`` float64[R], ``seq`` int64[R, L], ``done`` int64[R, L] (earliest end of work),
    ``must`` int64[R, L] (latest end of work), ``load`` int64[R, L, A] (after the stop), ``route_of`` int64[J] (-1:
    none), ``used`` int64[G] (routes of a group), ``counter`` int64[1] (versions given).
    """

    route_i: Any
    cost: Any
    seq: Any
    done: Any
    must: Any
    load: Any
    route_of: Any
    used: Any
    counter: Any


class Scratch(NamedTuple):
    """Room to work in: ``steps`` int64[L + 4, 5], ``lines`` int64[L], ``walk_i`` int64[K + 1, 3], ``walk_f`` float64[K
    + 1], ``carry`` int64[K + 1, A], ``at`` and ``best_at`` int64[K] (positions), ``mj`` float64[L + 4].
    """

    steps: Any
    charged: Any
    trial: Any
    lines: Any
    walk_i: Any
    walk_f: Any
    carry: Any
    at: Any
    best_at: Any
    mj: Any
