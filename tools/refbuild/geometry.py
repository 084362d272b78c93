"""Country polygons from TopoJSON, countries along a polyline, and simplification."""

import itertools
import json
import math
from pathlib import Path

EARTH_KM = 6371.0088
ALPHA2 = {
    "008": "AL",
    "040": "AT",
    "056": "BE",
    "070": "BA",
    "076": "BR",
    "100": "BG",
    "112": "BY",
    "191": "HR",
    "196": "CY",
    "203": "CZ",
    "208": "DK",
    "233": "EE",
    "246": "FI",
    "250": "FR",
    "276": "DE",
    "300": "GR",
    "348": "HU",
    "352": "IS",
    "372": "IE",
    "380": "IT",
    "428": "LV",
    "440": "LT",
    "442": "LU",
    "498": "MD",
    "499": "ME",
    "504": "MA",
    "528": "NL",
    "578": "NO",
    "616": "PL",
    "620": "PT",
    "642": "RO",
    "643": "RU",
    "688": "RS",
    "703": "SK",
    "705": "SI",
    "724": "ES",
    "752": "SE",
    "756": "CH",
    "792": "TR",
    "804": "UA",
    "807": "MK",
    "826": "GB",
    "012": "DZ",
    "788": "TN",
    "438": "LI",
    "020": "AD",
    "492": "MC",
    "674": "SM",
}


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Haversine between (lat, lon) pairs."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def _decode_arcs(topology: dict) -> list[list[tuple[float, float]]]:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        decoded.append(points)
    return decoded


def _polygons(geometry: dict) -> list[list[list[int]]]:
    if geometry["type"] == "Polygon":
        return [geometry["arcs"]]
    return geometry["arcs"] if geometry["type"] == "MultiPolygon" else []


class World:
    """Country rings of a TopoJSON file; finds the country of a point."""

    def __init__(self, path: Path) -> None:
        topology = json.loads(path.read_text())
        self.arcs = _decode_arcs(topology)
        self.rings: dict[str, list[list[int]]] = {}
        self.names: dict[str, str] = {}
        for geometry in topology["objects"]["countries"]["geometries"]:
            code = ALPHA2.get(str(geometry.get("id", "")), "")
            name = geometry["properties"]["name"]
            key = code or f"_{name}"
            self.names[key] = name
            self.rings.setdefault(key, []).extend(ring for polygon in _polygons(geometry) for ring in polygon)
        self._segments: dict[tuple[tuple[float, float], tuple[float, float]], list[tuple[str, float]]] = {}
        self._boxed = [
            (code, self._box(points), points)
            for code in self.rings
            if not code.startswith("_")
            for points in map(self.ring_points, self.rings[code])
        ]

    def ring_points(self, ring: list[int], arcs: list | None = None) -> list[tuple[float, float]]:
        """Coordinates of a ring given by arc numbers (negative: reversed)."""
        source = self.arcs if arcs is None else arcs
        points: list[tuple[float, float]] = []
        for number in ring:
            arc = source[number] if number >= 0 else source[~number][::-1]
            points.extend(arc if not points else arc[1:])
        return points

    @staticmethod
    def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return min(xs), min(ys), max(xs), max(ys)

    def country_at(self, lat: float, lon: float) -> str:
        """ISO alpha-2 code of the land there, or empty at sea."""
        inside: dict[str, bool] = {}
        for code, (x0, y0, x1, y1), points in self._boxed:
            if x0 <= lon <= x1 and y0 <= lat <= y1 and _in_ring(lon, lat, points):
                inside[code] = not inside.get(code, False)
        return next((code for code, odd in inside.items() if odd), "")

    def runs_along(self, points: list[tuple[float, float]], step_km: float = 4.0) -> list[tuple[str, float]]:
        """(country, km) runs in order along a polyline of (lat, lon) points; the sea is left out."""
        runs: list[tuple[str, float]] = []
        for a, b in itertools.pairwise(points):
            forward = (a, b) if a <= b else (b, a)
            if forward not in self._segments:
                self._segments[forward] = self._segment(*forward, step_km)
            segment = self._segments[forward]
            for code, km in segment if forward == (a, b) else segment[::-1]:
                if runs and runs[-1][0] == code:
                    runs[-1] = (code, runs[-1][1] + km)
                else:
                    runs.append((code, km))
        return runs

    def _segment(self, a: tuple[float, float], b: tuple[float, float], step_km: float) -> list[tuple[str, float]]:
        length = great_circle_km(a, b)
        steps = max(2, math.ceil(length / step_km))
        runs: list[tuple[str, float]] = []
        for i in range(steps):
            t = (i + 0.5) / steps
            code = self.country_at(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
            if code and runs and runs[-1][0] == code:
                runs[-1] = (code, runs[-1][1] + length / steps)
            elif code:
                runs.append((code, length / steps))
        return runs


def _in_ring(x: float, y: float, points: list[tuple[float, float]]) -> bool:
    inside = False
    x1, y1 = points[-1]
    for x2, y2 in points:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def smooth_runs(runs: list[tuple[str, float]], km: float, first: str, last: str) -> list[tuple[str, float]]:
    """Scale runs to ``km`` (0.1 km), dropping slivers under 2 % (or 8 km) that are not the end countries."""
    floor = min(8.0, 0.02 * sum(length for _, length in runs)) if runs else 0.0
    kept: list[tuple[str, float]] = []
    for position, (code, length) in enumerate(runs):
        end = (position == 0 and code == first) or (position == len(runs) - 1 and code == last)
        if length < floor and not end:
            continue
        if kept and kept[-1][0] == code:
            kept[-1] = (code, kept[-1][1] + length)
        else:
            kept.append((code, length))
    if not kept:
        return [(first, km)] if first == last else [(first, round(km / 2, 1)), (last, round(km - round(km / 2, 1), 1))]
    kept = _with_ends(kept, first, last)
    total = sum(length for _, length in kept)
    scaled = [(code, round(length * km / total, 1)) for code, length in kept]
    scaled = [(code, length) for code, length in scaled if length > 0]
    rest = round(km - sum(length for _, length in scaled), 1)
    biggest = max(range(len(scaled)), key=lambda i: scaled[i][1])
    scaled[biggest] = (scaled[biggest][0], round(scaled[biggest][1] + rest, 1))
    return scaled


def _with_ends(runs: list[tuple[str, float]], first: str, last: str) -> list[tuple[str, float]]:
    """A place on a border may fall into the neighbour's polygon: its own country gets two kilometres."""
    before = [] if runs[0][0] == first else [(first, 2.0)]
    after = [] if runs[-1][0] == last else [(last, 2.0)]
    return [*before, *runs, *after]


def simplify(points: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Douglas-Peucker in degrees, longitude shrunk to 50 degrees north."""
    if len(points) < 3:
        return points
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        i, j = stack.pop()
        worst, at = 0.0, -1
        for k in range(i + 1, j):
            distance = _offset(points[k], points[i], points[j])
            if distance > worst:
                worst, at = distance, k
        if worst > tolerance:
            keep[at] = True
            stack += [(i, at), (at, j)]
    return [p for p, kept in zip(points, keep, strict=True) if kept]


def _offset(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    shrink = 0.643
    ax, ay, bx, by, px, py = a[0] * shrink, a[1], b[0] * shrink, b[1], p[0] * shrink, p[1]
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
    return math.hypot(px - ax - t * dx, py - ay - t * dy)
