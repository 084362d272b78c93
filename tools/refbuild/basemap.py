"""Simplified country outlines for maps: shared arcs, so that borders stay joined."""

import json

from refbuild import tables
from refbuild.geometry import World, simplify

WINDOW = (-18.5, 27.0, 32.0, 62.5)
"""West, south, east, north of the detailed map."""
FINE, COARSE = 0.015, 0.45
SCALE = 100


def build(world: World) -> int:
    """Write basemap.json; returns its size in bytes."""
    used: dict[int, int] = {}
    arcs: list[list[tuple[float, float]]] = []
    countries = {}
    for code, rings in world.rings.items():
        kept = []
        for ring in rings:
            points = world.ring_points(ring)
            fine = _touches(points)
            if not _big_enough(points, fine):
                continue
            kept.append([_arc(world, number, fine, used, arcs) for number in ring])
        if kept:
            countries[code.removeprefix("_")] = kept
    packed = {
        "source": "Natural Earth 1:50 million (de-facto borders), by the npm package world-atlas 2.0.2; simplified",
        "licence": "public domain",
        "scale": SCALE,
        "arcs": [_deltas(arc) for arc in arcs],
        "countries": countries,
    }
    text = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    (tables.DATA / "basemap.json").write_text(text + "\n", encoding="utf-8")
    return len(text)


def _touches(points) -> bool:
    west, south, east, north = WINDOW
    return any(west <= x <= east and south <= y <= north for x, y in points)


def _big_enough(points, fine: bool) -> bool:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    extent = max(max(xs) - min(xs), max(ys) - min(ys))
    return extent >= (0.35 if fine else 3.0)


def _arc(world: World, number: int, fine: bool, used: dict[int, int], arcs: list) -> int:
    key = number if number >= 0 else ~number
    if key not in used:
        source = world.arcs[key]
        detailed = fine and _touches(source)
        used[key] = len(arcs)
        arcs.append(simplify(source, FINE if detailed else COARSE))
    place = used[key]
    return place if number >= 0 else ~place


def _deltas(points) -> list[int]:
    flat, x0, y0 = [], 0, 0
    for x, y in points:
        qx, qy = round(x * SCALE), round(y * SCALE)
        flat += [qx - x0, qy - y0]
        x0, y0 = qx, qy
    return flat
