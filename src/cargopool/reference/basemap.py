"""Packaged country outlines for maps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Basemap:
    """Simplified outlines; Europe and Morocco in detail, the rest of the world coarsely.

    Attributes
    ----------
    countries : mapping of country to rings
        Closed rings of (longitude, latitude) in degrees, by ISO alpha-2 code (or name where none was needed).
        Neighbours share their border points. Fill with the even-odd rule.
    source, licence : str
        To be shown with the map.
    """

    countries: Mapping[str, tuple[Ring, ...]]
    source: str
    licence: str


@lru_cache(maxsize=1)
def load_basemap() -> Basemap:
    """Load the packaged outlines; the same object on every call."""
    text = (files("cargopool.reference") / "data" / "basemap.json").read_text(encoding="utf-8")
    packed = json.loads(text)
    arcs = [_points(deltas, packed["scale"]) for deltas in packed["arcs"]]
    countries = {code: tuple(_ring(numbers, arcs) for numbers in rings) for code, rings in packed["countries"].items()}
    return Basemap(countries, packed["source"], packed["licence"])


def _points(deltas: Sequence[int], scale: int) -> list[Point]:
    points: list[Point] = []
    x = y = 0
    for dx, dy in zip(deltas[::2], deltas[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / scale, y / scale))
    return points


def _ring(numbers: Sequence[int], arcs: Sequence[list[Point]]) -> Ring:
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(arc if not ring else arc[1:])
    return tuple(ring)
