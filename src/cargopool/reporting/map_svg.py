"""The plan's map as inline SVG: packaged coastline and borders, flows by mode, places in use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.reporting.geojson import Flow, flows

Line = Sequence[tuple[float, float]]
"""Longitude and latitude pairs."""

_WIDTH = 960.0
_LEAST_HEIGHT, _MOST_HEIGHT = 420.0, 640.0
_MARGIN = 34.0
_LEAST_SPAN_DEG = 4.0
_HALF_TURN_DEG = 180.0
_MOST_STROKE, _LEAST_STROKE = 6.0, 0.8
_BEND = {"rail": 0.06, "barge": 0.12, "sea": 0.18, "road": 0.0}
"""Sideways bend of a flow as a share of its length; modes between the same places lie side by side."""
_ROAD_BEND = 0.03
_LABELS = 14


@dataclass(frozen=True, slots=True)
class MapMark:
    """A place on the map."""

    id: str
    name: str
    short: str
    kind: str
    x: float
    y: float
    radius: float
    label: bool
    left: bool


@dataclass(frozen=True, slots=True)
class MapArc:
    """A flow on the map; the path bends to its right, so that both directions show."""

    mode: str
    path: str
    stroke: float
    title: str


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """Everything that the template puts into the SVG."""

    width: float
    height: float
    land: tuple[str, ...]
    arcs: tuple[MapArc, ...]
    marks: tuple[MapMark, ...]


class _Projection:
    """Mercator, scaled to the places in use."""

    def __init__(self, points: Line) -> None:
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        west, east = _widened(min(lons), max(lons))
        south, north = _widened(min(lats), max(lats))
        left, right = math.radians(west), math.radians(east)
        bottom, top = _mercator(south), _mercator(north)
        inner = _WIDTH - 2 * _MARGIN
        scale = min(inner / (right - left), (_MOST_HEIGHT - 2 * _MARGIN) / (top - bottom))
        self.height = max(_LEAST_HEIGHT, scale * (top - bottom) + 2 * _MARGIN)
        self._scale = scale
        self._x0 = _WIDTH / 2 - scale * (left + right) / 2
        self._y0 = self.height / 2 + scale * (bottom + top) / 2

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Drawing coordinates of a place."""
        return self._x0 + self._scale * math.radians(lon), self._y0 - self._scale * _mercator(lat)


def draw_map(scenario: Scenario, plan: Plan, countries: Iterable[Sequence[Line]]) -> MapDrawing | None:
    """The map of a plan; None when nothing moves."""
    lines = flows(scenario, plan)
    if not lines:
        return None
    used = sorted({flow.origin for flow in lines} | {flow.destination for flow in lines})
    places = [scenario.place(place) for place in used]
    projection = _Projection([(place.lon, place.lat) for place in places])
    heaviest = max(flow.kg for flow in lines) or 1
    return MapDrawing(
        _WIDTH,
        round(projection.height, 1),
        tuple(_land(countries, projection)),
        tuple(_arc(scenario, flow, projection, heaviest) for flow in lines),
        tuple(_marks(scenario, used, lines, projection)),
    )


def _mercator(lat: float) -> float:
    bounded = math.radians(min(85.0, max(-85.0, lat)))
    return math.log(math.tan(math.pi / 4 + bounded / 2))


def _widened(low: float, high: float) -> tuple[float, float]:
    missing = max(0.0, _LEAST_SPAN_DEG - (high - low)) / 2
    return low - missing, high + missing


def _land(countries: Iterable[Sequence[Line]], projection: _Projection) -> Iterable[str]:
    """One path for each country that comes into the frame, to be filled by the even-odd rule."""
    for rings in countries:
        shown = [piece for ring in rings for piece in _pieces(ring) if len(piece) > 2]
        paths = [_ring_path(points) for ring in shown if _in_frame(points := _projected(ring, projection), projection)]
        if paths:
            yield "".join(paths)


def _pieces(ring: Line) -> Iterable[Line]:
    """A ring, cut where it jumps over the 180th meridian."""
    begin = 0
    for at in range(1, len(ring)):
        if abs(ring[at][0] - ring[at - 1][0]) > _HALF_TURN_DEG:
            yield ring[begin:at]
            begin = at
    yield ring[begin:]


def _projected(ring: Line, projection: _Projection) -> list[tuple[float, float]]:
    return [projection.xy(lon, lat) for lon, lat in ring]


def _in_frame(points: list[tuple[float, float]], projection: _Projection) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) >= 0 and min(xs) <= _WIDTH and max(ys) >= 0 and min(ys) <= projection.height


def _ring_path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in _thinned(points)) + "Z"


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points that no screen tells from the last one."""
    kept = points[:1]
    for x, y in points[1:-1]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= 0.8:
            kept.append((x, y))
    return [*kept, points[-1]]


def _arc(scenario: Scenario, flow: Flow, projection: _Projection, heaviest: int) -> MapArc:
    here, there = scenario.place(flow.origin), scenario.place(flow.destination)
    x1, y1 = projection.xy(here.lon, here.lat)
    x2, y2 = projection.xy(there.lon, there.lat)
    bend = _BEND.get(flow.mode, 0.0) + _ROAD_BEND
    cx = (x1 + x2) / 2 - (y2 - y1) * bend
    cy = (y1 + y2) / 2 + (x2 - x1) * bend
    stroke = _LEAST_STROKE + (_MOST_STROKE - _LEAST_STROKE) * math.sqrt(flow.kg / heaviest)
    title = (
        f"{flow.mode}: {here.name} to {there.name}, {flow.units} load units, {flow.kg / 1000:,.1f} t, {flow.km:,.0f} km"
    )
    return MapArc(flow.mode, f"M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}", round(stroke, 2), title)


def _marks(
    scenario: Scenario, used: Sequence[str], lines: Sequence[Flow], projection: _Projection
) -> Iterable[MapMark]:
    weight = dict.fromkeys(used, 0)
    for flow in lines:
        weight[flow.origin] += flow.kg
        weight[flow.destination] += flow.kg
    heaviest = max(weight.values()) or 1
    taken: list[tuple[float, float, float]] = []
    for place_id in sorted(used, key=lambda p: (-weight[p], p)):
        place = scenario.place(place_id)
        x, y = projection.xy(place.lon, place.lat)
        name = place.name.partition(" (")[0]
        length = 6.4 * len(name) + 12
        left = x + length > _WIDTH
        start = x - length if left else x
        free = all(abs(y - other) > 15 or start > end or start + length < begin for begin, end, other in taken)
        label = free and len(taken) < _LABELS
        if label:
            taken.append((start, start + length, y))
        kind = "hub" if place_id in scenario.hubs else "door"
        radius = 2.5 + 4 * math.sqrt(weight[place_id] / heaviest)
        yield MapMark(place_id, place.name, name, kind, round(x, 1), round(y, 1), round(radius, 1), label, left)
