"""What timed paths cost, worked out from nothing but the instance: the check on everything that a solve reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, fsum, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cargopool.optimiser.continuous.instance import ContinuousInstance, TimedPath

ROUNDING = Fraction(1, 10**9)
"""Part of a vehicle by which decimals may overfill it: capacities and quantities are decimals in binary."""


class InvalidPathError(ValueError):
    """A timed path breaks a rule of the instance."""


def evaluate(instance: ContinuousInstance, paths: Sequence[TimedPath]) -> float:
    """Cost of a plan, or an error.

    Parameters
    ----------
    instance : ContinuousInstance
    paths : sequence of TimedPath
        One per commodity, in order.

    Returns
    -------
    float
        Fixed cost of ``ceil(load / capacity)`` vehicles per arc and minute of departure, plus variable costs.

    Raises
    ------
    InvalidPathError
        A path is missing, broken, closed to its commodity, too early or too late, or visits a node twice.
    """
    if len(paths) != len(instance.origin):
        raise InvalidPathError(f"{len(paths)} paths for {len(instance.origin)} commodities")
    loads: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    costs: list[float] = []
    for k, path in enumerate(paths):
        costs.extend(_path_costs(instance, k, path))
        for arc, departure in zip(path.arcs.tolist(), path.departures.tolist(), strict=True):
            loads[arc, departure] += Fraction(float(instance.quantity[k]))
    for (arc, _), load in loads.items():
        vehicles = ceil(load / Fraction(float(instance.arc_capacity[arc])) - ROUNDING)
        costs.append(vehicles * float(instance.arc_fixed[arc]))
    return fsum(costs)


def _path_costs(instance: ContinuousInstance, k: int, path: TimedPath) -> list[float]:
    """Variable costs along a path that keeps the rules."""
    arcs, departures = path.arcs.tolist(), path.departures.tolist()
    if len(arcs) != len(departures):
        raise InvalidPathError(f"commodity {k}: {len(arcs)} arcs, {len(departures)} departures")
    place, minute = int(instance.origin[k]), int(instance.release[k])
    seen = {place}
    costs = []
    for arc, departure in zip(arcs, departures, strict=True):
        if not 0 <= arc < len(instance.arc_tail) or int(instance.arc_tail[arc]) != place:
            raise InvalidPathError(f"commodity {k}: arc {arc} does not leave node {place}")
        if departure != int(departure) or departure < minute:
            raise InvalidPathError(f"commodity {k}: leaves node {place} at {departure}, is there at {minute}")
        place = int(instance.arc_head[arc])
        minute = int(departure) + int(instance.arc_minutes[arc])
        if place in seen:
            raise InvalidPathError(f"commodity {k}: visits node {place} twice")
        seen.add(place)
        unit = float(instance.arc_variable[k, arc] if instance.arc_variable.ndim == 2 else instance.arc_variable[arc])
        if unit == inf:
            raise InvalidPathError(f"commodity {k}: arc {arc} is closed to it")
        costs.append(unit * float(instance.quantity[k]))
    if place != int(instance.destination[k]):
        raise InvalidPathError(f"commodity {k}: ends at node {place}")
    if minute > int(instance.deadline[k]):
        raise InvalidPathError(f"commodity {k}: arrives at {minute}, after {int(instance.deadline[k])}")
    return costs
