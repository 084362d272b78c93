"""Synthetic weeks of demand: a gravity recipe, all judgement and none of it fitted."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from cargopool.reference.rows import read_rows

Segment = Literal["fmcg", "automotive", "chemicals"]

SHORTEST_LANE_KM = 300.0
FULL_LOAD_PALLETS = 33
HEAVIEST_KG = 24_000
SEALED_KG = 22_000
"""Heaviest cargo of a sealed container, so that a 40 t truck may carry it."""

DAY_SHARES = (0.20, 0.21, 0.21, 0.19, 0.16, 0.03)
"""Share of each day's shipments, Monday to Saturday."""

ROAD_KMH = 45.0
"""Door-to-door speed by which a due time is set."""

ZIPF = 0.7


@dataclass(frozen=True, slots=True)
class SegmentRecipe:
    """Parameters of one segment.

    Attributes
    ----------
    share : float
        Share of all shipments.
    decay_per_km : float
        Flow falls by exp(-decay x km).
    shippers : int
        Number of shippers, with Zipf(0.7) volumes.
    pallets_median, pallets_sigma : float
        Lognormal size of part loads.
    full_share : float
        Share of full loads of 33 pallets.
    kg_per_pallet, kg_sigma : float
        Lognormal mass of a pallet.
    window_h : tuple of float
        Slack on top of the road time, uniform between.
    goods : tuple of str
        NST 2007 divisions.
    """

    share: float
    decay_per_km: float
    shippers: int
    pallets_median: float
    pallets_sigma: float
    full_share: float
    kg_per_pallet: float
    kg_sigma: float
    window_h: tuple[float, float]
    goods: tuple[str, ...]


RECIPES: Mapping[Segment, SegmentRecipe] = {
    "fmcg": SegmentRecipe(0.50, 0.0022, 14, 9, 0.75, 0.30, 430, 0.30, (48, 120), ("04", "08", "06")),
    "automotive": SegmentRecipe(0.28, 0.0018, 8, 6, 0.85, 0.25, 380, 0.35, (36, 72), ("12", "11")),
    "chemicals": SegmentRecipe(0.22, 0.0014, 7, 12, 0.65, 0.45, 820, 0.20, (72, 168), ("08",)),
}

CHILLED_SHARE = 0.12
ADR_SHARE = 0.35
ADR_CLASSES = ("3", "8", "9")
SEALED_SHARE = 0.4
"""Share of ambient full loads that are sealed whole units."""

SPLIT_SHARE = 0.15
SOFT_SHARE = 0.35
"""Shares of part loads that may be split in two, and of shipments that may be late at a price."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One synthetic shipment; times are local wall-clock at its ends."""

    id: str
    shipper: str
    segment: Segment
    origin: str
    destination: str
    pallets: int
    kg: int
    load_unit: str
    load_units: int
    ready: datetime
    due: datetime
    latest: datetime
    late_eur_per_h: float
    value_of_time_eur_per_h: float
    goods_class: str
    temperature: str
    adr_class: str
    max_parts: int
    min_part_pallets: int


@dataclass(frozen=True, slots=True)
class Region:
    """A cluster region with its weights of supply and demand per segment."""

    hub: str
    supply: Mapping[Segment, float]
    demand: Mapping[Segment, float]


def reference_regions() -> tuple[Region, ...]:
    """The 25 packaged cluster regions."""
    return tuple(
        Region(
            row["hub"],
            {name: float(row[f"supply_{name}"]) for name in RECIPES},
            {name: float(row[f"demand_{name}"]) for name in RECIPES},
        )
        for row in read_rows("regions.csv")
    )


def generate_week(
    regions: Sequence[Region],
    km_between: Callable[[str, str], float],
    *,
    shipments: int,
    seed: int,
    monday: datetime,
    sealed_unit: str = "pw45hc",
    segments: Mapping[Segment, SegmentRecipe] = RECIPES,
) -> tuple[Demand, ...]:
    """Draw a week of shipments.

    Flow between two regions of a segment is proportional to supply x demand x exp(-decay x km), on lanes of at least
    300 km. Everything follows from the seed.

    Parameters
    ----------
    regions : sequence of Region
        Where goods come from and go to.
    km_between : callable
        Road kilometres between two regions' hubs; infinity where there is no road.
    shipments : int
        Number of shipments.
    seed : int
        Seed of every draw.
    monday : datetime
        Naive local midnight of the first day.
    sealed_unit : str
        Load-unit type of sealed full loads.

    Returns
    -------
    tuple of Demand
        In order of readiness, with ids ``K0001`` onwards.
    """
    draw = random.Random(seed)
    lanes = {name: _lanes(regions, km_between, name, recipe) for name, recipe in segments.items()}
    shippers = {name: _shippers(name, recipe, regions, draw) for name, recipe in segments.items()}
    rows: list[Demand] = []
    for name, count in _counts(segments, shipments).items():
        for _ in range(count):
            rows.append(_shipment(name, segments[name], shippers[name], lanes[name], monday, sealed_unit, draw))
    rows.sort(key=lambda row: (row.ready, row.shipper, row.origin, row.destination, row.pallets))
    return tuple(_numbered(row, number) for number, row in enumerate(rows, start=1))


def _counts(segments: Mapping[Segment, SegmentRecipe], shipments: int) -> dict[Segment, int]:
    counts = {name: int(shipments * recipe.share) for name, recipe in segments.items()}
    first = next(iter(counts))
    counts[first] += shipments - sum(counts.values())
    return counts


@dataclass(frozen=True, slots=True)
class _Lane:
    destination: str
    km: float
    weight: float


def _lanes(
    regions: Sequence[Region], km_between: Callable[[str, str], float], segment: Segment, recipe: SegmentRecipe
) -> dict[str, list[_Lane]]:
    lanes: dict[str, list[_Lane]] = {}
    for origin in regions:
        for destination in regions:
            km = math.inf if origin is destination else km_between(origin.hub, destination.hub)
            if SHORTEST_LANE_KM <= km < math.inf:
                weight = origin.supply[segment] * destination.demand[segment] * math.exp(-recipe.decay_per_km * km)
                lanes.setdefault(origin.hub, []).append(_Lane(destination.hub, km, weight))
    return lanes


@dataclass(frozen=True, slots=True)
class _Shipper:
    name: str
    weight: float
    origins: tuple[str, ...]


_WORDS: Mapping[Segment, tuple[str, ...]] = {
    "fmcg": (
        *("Aurora", "Birch", "Cove", "Dune", "Ember", "Fern", "Grove"),
        *("Harbour", "Iris", "Juniper", "Kestrel", "Linden", "Meadow", "Nectar"),
    ),
    "automotive": ("Axle", "Bolt", "Camshaft", "Damper", "Engine", "Flange", "Gearbox", "Hub"),
    "chemicals": ("Alkali", "Borax", "Cobalt", "Dolomite", "Ester", "Fluor", "Gypsum"),
}
_SUFFIX: Mapping[Segment, str] = {"fmcg": "Foods", "automotive": "Parts", "chemicals": "Chem"}


def _shippers(
    segment: Segment, recipe: SegmentRecipe, regions: Sequence[Region], draw: random.Random
) -> list[_Shipper]:
    found = []
    hubs = [region.hub for region in regions]
    weights = [region.supply[segment] for region in regions]
    for rank in range(recipe.shippers):
        wanted = draw.choices((1, 2, 3), (0.4, 0.35, 0.25))[0]
        origins: list[str] = []
        while len(origins) < min(wanted, len(hubs)):
            hub = draw.choices(hubs, weights)[0]
            if hub not in origins:
                origins.append(hub)
        word = _WORDS[segment][rank % len(_WORDS[segment])]
        number = f" {rank // len(_WORDS[segment]) + 1}" if rank >= len(_WORDS[segment]) else ""
        found.append(_Shipper(f"{word} {_SUFFIX[segment]}{number}", 1 / (rank + 1) ** ZIPF, tuple(origins)))
    return found


def _shipment(
    segment: Segment,
    recipe: SegmentRecipe,
    shippers: Sequence[_Shipper],
    lanes: Mapping[str, list[_Lane]],
    monday: datetime,
    sealed_unit: str,
    draw: random.Random,
) -> Demand:
    shipper = draw.choices(shippers, [one.weight for one in shippers])[0]
    origin = draw.choice([hub for hub in shipper.origins if lanes.get(hub)] or sorted(lanes))
    lane = draw.choices(lanes[origin], [one.weight for one in lanes[origin]])[0]
    temperature = "chilled" if segment == "fmcg" and draw.random() < CHILLED_SHARE else "ambient"
    adr = draw.choice(ADR_CLASSES) if segment == "chemicals" and draw.random() < ADR_SHARE else ""
    pallets, kg, sealed = _size(recipe, temperature == "ambient", draw)
    ready = _ready(monday, draw)
    due = _rounded(ready + timedelta(hours=lane.km / ROAD_KMH + 8 + draw.uniform(*recipe.window_h)))
    soft = draw.random() < SOFT_SHARE
    splits = not sealed and pallets >= 16 and draw.random() < SPLIT_SHARE
    return Demand(
        id="",
        shipper=shipper.name,
        segment=segment,
        origin=origin,
        destination=lane.destination,
        pallets=pallets,
        kg=kg,
        load_unit=sealed_unit if sealed else "",
        load_units=1 if sealed else 0,
        ready=ready,
        due=due,
        latest=due + timedelta(hours=12) if soft else due,
        late_eur_per_h=15.0 if soft else 0.0,
        value_of_time_eur_per_h=0.0,
        goods_class=draw.choice(recipe.goods),
        temperature=temperature,
        adr_class=adr,
        max_parts=2 if splits else 1,
        min_part_pallets=6 if splits else 1,
    )


def _size(recipe: SegmentRecipe, ambient: bool, draw: random.Random) -> tuple[int, int, bool]:
    full = draw.random() < recipe.full_share
    per_pallet = recipe.kg_per_pallet * math.exp(draw.gauss(0.0, recipe.kg_sigma))
    pallets = FULL_LOAD_PALLETS
    if not full:
        drawn = round(recipe.pallets_median * math.exp(draw.gauss(0.0, recipe.pallets_sigma)))
        pallets = min(max(1, drawn), FULL_LOAD_PALLETS)
    sealed = full and ambient and draw.random() < SEALED_SHARE
    heaviest = SEALED_KG if sealed else HEAVIEST_KG
    pallets = min(pallets, max(1, int(heaviest // per_pallet)))
    return pallets, min(heaviest, round(pallets * per_pallet / 10) * 10), sealed


def _ready(monday: datetime, draw: random.Random) -> datetime:
    day = draw.choices(range(len(DAY_SHARES)), DAY_SHARES)[0]
    hour = min(20.0, max(6.0, draw.gauss(14.0, 3.0)))
    return _rounded(monday + timedelta(days=day, hours=hour))


def _rounded(moment: datetime) -> datetime:
    """To the half hour, out of the hours in which clocks change."""
    minutes = round((moment.hour * 60 + moment.minute) / 30) * 30
    found = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    return found.replace(hour=4, minute=0) if 1 <= found.hour < 4 else found


def _numbered(row: Demand, number: int) -> Demand:
    return replace(row, id=f"K{number:04d}")
