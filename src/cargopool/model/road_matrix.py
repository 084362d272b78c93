"""A user's own distances and driving times between places, as a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Cells = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class RoadMatrix:
    """Driven km and driving minutes from each place (rows) to each place (columns); `of` makes one.

    Attributes
    ----------
    places : tuple of str
        Ids of hubs and doors, ascending: the order in which somebody wrote them is no part of the data.
    km : float64[n, n]
        Read-only; NaN where no distance is given, and on the diagonal.
    minutes : float64[n, n]
        Without breaks, rests, crossings and shuttle. Read-only; NaN where not given, and on the diagonal.
    """

    places: tuple[str, ...]
    km: Cells
    minutes: Cells

    @staticmethod
    def of(rows: Sequence[str], columns: Sequence[str], km: ArrayLike, minutes: ArrayLike | None = None) -> RoadMatrix:
        """A matrix of cells in any order.

        Parameters
        ----------
        rows, columns : sequence of str
            Origins and destinations, each at most once; they need not be the same.
        km, minutes : array-like of float, [rows, columns]
            None and NaN are not given.

        Raises
        ------
        ValueError
            When sizes differ or an id stands twice.
        """
        places = _places(rows, columns)
        bare = RoadMatrix(places, _spread(places, rows, columns, km), _spread(places, (), (), ()))
        return bare if minutes is None else bare.with_minutes(rows, columns, minutes)

    def with_minutes(self, rows: Sequence[str], columns: Sequence[str], minutes: ArrayLike) -> RoadMatrix:
        """These km beside minutes whose rows and columns may be other places; errors as of `of`."""
        places = tuple(sorted({*self.places, *_places(rows, columns)}))
        km = _spread(places, self.places, self.places, self.km)
        return RoadMatrix(places, km, _spread(places, rows, columns, minutes))

    @property
    def joined(self) -> frozenset[str]:
        """Places from or to which some km are given."""
        origins, destinations = np.nonzero(~np.isnan(self.km))
        return frozenset(self.places[i] for i in {*origins.tolist(), *destinations.tolist()})

    def gives(self, origin: str, destination: str) -> bool:
        """Whether the km of a pair are given."""
        if origin not in self.places or destination not in self.places:
            return False
        return not np.isnan(self.km[self.places.index(origin), self.places.index(destination)])

    def without(self, pairs: Sequence[tuple[str, str]]) -> RoadMatrix:
        """The same matrix with nothing given for some pairs of its places."""
        at = {place: i for i, place in enumerate(self.places)}
        where = tuple(np.array([(at[a], at[b]) for a, b in pairs], np.int64).reshape(-1, 2).T)
        km, minutes = self.km.copy(), self.minutes.copy()
        km[where] = minutes[where] = np.nan
        return RoadMatrix(self.places, _kept(km), _kept(minutes))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RoadMatrix):
            return NotImplemented
        same = (np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True) for name in ("km", "minutes"))
        return self.places == other.places and all(same)

    def __hash__(self) -> int:
        return hash(self.places)

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrays come out of a pickle writable; they are made read-only again."""
        return _unpickled, (self.places, np.asarray(self.km), np.asarray(self.minutes))


def _unpickled(places: tuple[str, ...], km: Cells, minutes: Cells) -> RoadMatrix:
    return RoadMatrix(places, _kept(km), _kept(minutes))


def _kept(cells: Cells) -> Cells:
    cells.setflags(write=False)
    return cells


def _places(rows: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    for ids in (rows, columns):
        if len(set(ids)) < len(ids):
            raise ValueError("an id stands twice")
    return tuple(sorted({*rows, *columns}))


def _spread(places: Sequence[str], rows: Sequence[str], columns: Sequence[str], values: ArrayLike) -> Cells:
    """Cells in the order of the places, NaN where there are none and on the diagonal."""
    at = {place: i for i, place in enumerate(places)}
    cells = np.full((len(places), len(places)), np.nan)
    given = np.asarray(values, dtype=np.float64)
    if given.shape == (len(rows), len(columns)):
        down, across = (np.array([at[name] for name in ids], np.int64) for ids in (rows, columns))
        cells[np.ix_(down, across)] = given + 0.0
    elif rows or columns:
        raise ValueError(f"values of the shape {given.shape} for {len(rows)} rows and {len(columns)} columns")
    np.fill_diagonal(cells, np.nan)
    return _kept(cells)
