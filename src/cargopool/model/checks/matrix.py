"""Meaning of a user's own distance matrix."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cargopool.model.checks.base import Checker, Range, near, plain
from cargopool.model.checks.places import LINK_RANGES, MAX_KMH, MIN_KMH
from cargopool.model.road_matrix import RoadMatrix

_MOST = 200
"""Cells of one kind of fault that are named one by one, and ids; the rest is counted."""


def check_matrix(case: Checker) -> None:
    """Check ids, numbers and speeds of the own matrix."""
    matrix = case.scenario.road_matrix
    if matrix is None:
        return
    _check_ids(case, matrix)
    sound = []
    for cells, bounds in zip((matrix.km, matrix.minutes), LINK_RANGES, strict=True):
        name = "km" if bounds.attribute == "km" else "minutes"
        with np.errstate(invalid="ignore"):
            wrong = ~np.isnan(cells) & ~((cells >= bounds.low) & (cells <= bounds.high))
        for where, i, j in _named(case, matrix, name, wrong, "E1010"):
            case.number(float(cells[i, j]), where, Range(name, bounds.low, bounds.high))
        sound.append(~np.isnan(cells) & ~wrong)
    has_km, has_minutes = sound
    for where, _, _ in _named(case, matrix, "minutes", has_minutes & np.isnan(matrix.km), "E1511"):
        case.error("E1511", where, "there are minutes, but no km", "give the km of this cell too, or leave both empty")
    _check_speed(case, matrix, has_km & has_minutes & (matrix.km > 1))


def _check_ids(case: Checker, matrix: RoadMatrix) -> None:
    missing = [place for place in matrix.places if place not in case.places and place not in case.assumed]
    for place in missing[:_MOST]:
        help_text = near(place, case.places) if len(missing) < _MOST / 10 else "leave its row and column out"
        case.error("E1501", f"road.matrix[{plain(place)}]", f"there is no place {plain(place)!r}", help_text)
    _count_rest(case, len(missing), "E1501", "road.matrix", "ids")


def _check_speed(case: Checker, matrix: RoadMatrix, both: NDArray[np.bool_]) -> None:
    km, minutes = np.where(both, matrix.km, 60.0), np.where(both, np.ceil(matrix.minutes), 60.0)
    wrong = (minutes < km * 60 / MAX_KMH) | (minutes > km * 60 / MIN_KMH)
    for where, i, j in _named(case, matrix, "minutes", wrong, "E1505"):
        message = f"{matrix.km[i, j]:g} km in {matrix.minutes[i, j]:g} minutes is not a truck's speed"
        case.error("E1505", where, message, "give km and driving minutes, without breaks, rests and shuttle")


def _named(
    case: Checker, matrix: RoadMatrix, name: str, wrong: NDArray[np.bool_], code: str
) -> Iterator[tuple[str, int, int]]:
    """Object paths and indices of wrong cells; those beyond `_MOST` are one finding."""
    cells = np.argwhere(wrong)
    for i, j in cells[:_MOST].tolist():
        yield f"road.matrix.{name}[{plain(matrix.places[i])}-{plain(matrix.places[j])}]", i, j
    _count_rest(case, len(cells), code, f"road.matrix.{name}", "cells")


def _count_rest(case: Checker, count: int, code: str, where: str, what: str) -> None:
    if count > _MOST:
        case.error(code, where, f"{count - _MOST} more {what} are wrong in the same way", "mend the ones above first")
