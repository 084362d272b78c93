"""Road, rail, water and sea links with their kilometres by country."""

import heapq

from refbuild import tables
from refbuild.geometry import World, smooth_runs

SUBDIVIDE = 1.04
"""Exponent on km that makes a chain of links through hubs on the way cheaper than one long link (up to 3 % detour)."""


def hub_points() -> dict[str, tuple[float, float]]:
    return {r["hub_id"]: (float(r["lat"]), float(r["lon"])) for r in tables.read("hubs.csv")}


def hub_countries() -> dict[str, str]:
    return {r["hub_id"]: r["country"] for r in tables.read("hubs.csv")}


def _graph(rows, km_of) -> dict[str, dict[str, float]]:
    graph: dict[str, dict[str, float]] = {}
    for row in rows:
        km = km_of(row)
        graph.setdefault(row["from"], {})[row["to"]] = km
        graph.setdefault(row["to"], {})[row["from"]] = km
    return graph


def _chain(graph, start: str, end: str) -> list[str]:
    best = {start: 0.0}
    back: dict[str, str] = {}
    heap = [(0.0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node == end:
            break
        if cost > best[node]:
            continue
        for other, km in graph[node].items():
            step = cost + max(km, 1.0) ** SUBDIVIDE
            if step < best.get(other, 1e18):
                best[other], back[other] = step, node
                heapq.heappush(heap, (step, other))
    path = [end]
    while path[-1] != start:
        path.append(back[path[-1]])
    return path[::-1]


class Splitter:
    """Splits link kilometres by country along chains of shorter links."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.points = hub_points()
        self.countries = hub_countries()

    def split(self, graph, start: str, end: str, km: float) -> list[tuple[str, float]]:
        chain = _chain(graph, start, end)
        runs = self.world.runs_along([self.points[node] for node in chain])
        return smooth_runs(runs, km, self.countries[start], self.countries[end])


def road_rows(splitter: Splitter) -> list[dict]:
    facts = tables.read("links_road.csv")
    plain = [r for r in facts if not r["via"]]
    graph = _graph(plain, lambda r: float(r["km_est"]))
    rows = []
    for r in facts:
        tunnel = bool(r["via"])
        km = float(r["km_est"]) - (50.0 if tunnel else 0.0)
        a, b = r["from"], r["to"]
        if tunnel:
            gb, continent = (a, b) if splitter.countries[a] == "GB" else (b, a)
            inland = _side(splitter, graph, gb, "GBFOL")
            abroad = _side(splitter, graph, "FRCQF", continent)
            runs = smooth_runs([*inland, *abroad], km, "GB", splitter.countries[continent])
            if gb != a:
                runs = runs[::-1]
        else:
            runs = splitter.split(graph, a, b, km)
        rows.append(
            {
                "origin": a,
                "destination": b,
                "km": f"{km:g}",
                "drive_min": round(float(r["drive_h"]) * 60),
                "countries": tables.countries_text(runs),
                "shuttle": "tunnel" if tunnel else "",
                "both_ways": "yes",
                "source": r["source"] + "; countries by Natural Earth borders",
                "confidence": tables.confidence(r["confidence"]),
                "licence": tables.OSM,
                "note": "country split derived"
                + ("; tunnel shuttle (50 km) not in km" if tunnel else "")
                + ("; distance from memory" if "memory" in r["confidence"] else ""),
            }
        )
    rows.append(
        {
            "origin": "MAPTM",
            "destination": "MACAS",
            "km": "340",
            "drive_min": 300,
            "countries": "MA=340",
            "shuttle": "",
            "both_ways": "yes",
            "source": "cargopool",
            "confidence": "synthetic",
            "licence": tables.OWN,
            "note": "motorway Tanger Med - Rabat - Casablanca; distance and time invented",
        }
    )
    return rows


def _side(splitter: Splitter, graph, start: str, end: str) -> list[tuple[str, float]]:
    if start == end:
        return []
    chain = _chain(graph, start, end)
    km = graph[start][end]
    runs = splitter.world.runs_along([splitter.points[node] for node in chain])
    total = sum(length for _, length in runs) or 1.0
    return [(code, length * km / total) for code, length in runs]


def rail_rows(splitter: Splitter) -> list[dict]:
    facts = tables.read("links_rail.csv")
    km_of = _rail_km
    dry = _graph([r for r in facts if not r["channel_tunnel"]], km_of)
    rows = []
    for r in facts:
        km = km_of(r)
        a, b = r["from"], r["to"]
        if r["channel_tunnel"]:
            gb, continent = (a, b) if splitter.countries[a] == "GB" else (b, a)
            inland = _side(splitter, dry, gb, "GBFOL")
            abroad = _side(splitter, dry, "FRCQF", continent)
            tunnel = [("GB", 19.0), ("FR", 31.0)]
            runs = smooth_runs([*inland, *tunnel, *abroad], km, "GB", splitter.countries[continent])
            runs = _merge(runs)
            if gb != a:
                runs = runs[::-1]
        else:
            runs = splitter.split(dry, a, b, km)
        rows.append(
            {
                "origin": a,
                "destination": b,
                "km": f"{km:g}",
                "hours": r["typ_linehaul_h"],
                "hours_back": r["typ_linehaul_h"],
                "countries": tables.countries_text(runs),
                "gauge_break": "yes" if r["gauge_break"] == "yes" else "",
                "source": r["source"] + "; countries by Natural Earth borders",
                "confidence": tables.confidence(r["confidence"]),
                "licence": tables.OSM,
                "note": "country split derived" + ("; poor snap to the graph" if "poor" in r["confidence"] else ""),
            }
        )
    return rows


def _rail_km(row: dict[str, str]) -> float:
    return float(row["known_km"] or row["km_est"])


def _merge(runs):
    merged = []
    for code, km in runs:
        if merged and merged[-1][0] == code:
            merged[-1] = (code, round(merged[-1][1] + km, 1))
        else:
            merged.append((code, km))
    return merged


def water_rows() -> list[dict]:
    return [
        {
            "origin": r["from"],
            "destination": r["to"],
            "km": r["km"],
            "hours": r["h_a_to_b"],
            "hours_back": r["h_b_to_a"],
            "cemt_class": r["cemt_class"],
            "locks": r["locks"],
            "teu": r["typ_vessel_teu"],
            "waterway": r["waterway"],
            "source": r["source"],
            "confidence": tables.confidence(r["confidence"]),
            "licence": tables.FACT,
            "note": r["note"],
        }
        for r in tables.read("links_water.csv")
    ]


def sea_rows() -> list[dict]:
    return [
        {
            "origin": r["from"],
            "destination": r["to"],
            "km": r["km"],
            "hours": r["model_h_berth_to_berth"],
            "hours_back": r["model_h_berth_to_berth"],
            "kind": r["service_type"],
            "source": r["source"],
            "confidence": tables.confidence(r["confidence"]),
            "licence": "Eurostat marnet, free re-use with attribution" if "searoute" in r["source"] else tables.FACT,
            "note": f"published crossing: {r['published_crossing_h']} h ({r['published_source']})"
            if r["published_crossing_h"]
            else "",
        }
        for r in tables.read("links_sea.csv")
    ]
