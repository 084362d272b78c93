"""Synthetic weeks of demand: a gravity recipe, all judgement and none of it fitted."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from cargopool.batches.recipe import RECIPES, DemandRecipe, SegmentRecipe
from cargopool.reference.rows import read_rows

__all__ = ["RECIPES", "Demand", "Flow", "Region", "SegmentRecipe", "generate_week", "generate_weeks"]


@dataclass(frozen=True, slots=True)
class Demand:
    """One synthetic shipment; times are local wall-clock at its ends."""

    id: str
    shipper: str
    segment: str
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
    supply: Mapping[str, float]
    demand: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Flow:
    """A row of an own matrix: relative number of shipments from hub to hub; an empty segment means every one."""

    origin: str
    destination: str
    segment: str
    weight: float


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
    demand: DemandRecipe | None = None,
    segments: Mapping[str, SegmentRecipe] = RECIPES,
) -> tuple[Demand, ...]:
    """Draw one week of shipments; see `generate_weeks`."""
    return generate_weeks(
        regions, km_between, counts=(shipments,), seed=seed, monday=monday, demand=demand, segments=segments
    )


def generate_weeks(
    regions: Sequence[Region],
    km_between: Callable[[str, str], float],
    *,
    counts: Sequence[int],
    seed: int,
    monday: datetime,
    demand: DemandRecipe | None = None,
    segments: Mapping[str, SegmentRecipe] = RECIPES,
    flows: Sequence[Flow] = (),
) -> tuple[Demand, ...]:
    """Draw weeks of shipments.

    Flow between two regions of a segment is proportional to supply x demand x exp(-decay x km), on lanes of at least
    ``demand.shortest_lane_km``. Everything follows from the seed.

    Parameters
    ----------
    regions : sequence of Region
        Where goods come from and go to.
    km_between : callable
        Road kilometres between two regions' hubs; infinity where there is no road.
    counts : sequence of int
        Number of shipments of each week.
    seed : int
        Seed of every draw.
    monday : datetime
        Naive local midnight of the first day.
    demand : DemandRecipe or None
        The other parameters; None takes the defaults.
    segments : mapping of name to SegmentRecipe
    flows : sequence of Flow
        An own matrix instead of the gravity recipe: its pairs, however near, and nothing else.

    Returns
    -------
    tuple of Demand
        In order of readiness, with ids ``K0001`` onwards.
    """
    recipe = demand or DemandRecipe()
    draw = random.Random(seed)
    lanes = {
        name: _matrix(flows, name, km_between) if flows else _lanes(regions, km_between, name, segment, recipe)
        for name, segment in segments.items()
    }
    shippers = {
        name: _shippers(name, segment, _supply(regions, segment, name, lanes[name], own=bool(flows)), recipe, draw)
        for name, segment in segments.items()
    }
    rows: list[Demand] = []
    for week, shipments in enumerate(counts):
        start = monday + timedelta(days=7 * week)
        for name, count in _counts(segments, shipments).items():
            drawing = _Drawing(name, segments[name], recipe, shippers[name], lanes[name], start, draw)
            rows.extend(drawing.shipment() for _ in range(count))
    rows.sort(key=lambda row: (row.ready, row.shipper, row.origin, row.destination, row.pallets))
    digits = max(4, len(str(len(rows))))
    return tuple(replace(row, id=f"K{number:0{digits}d}") for number, row in enumerate(rows, start=1))


def _counts(segments: Mapping[str, SegmentRecipe], shipments: int) -> dict[str, int]:
    total = sum(recipe.share for recipe in segments.values())
    counts = {name: int(shipments * recipe.share / total) for name, recipe in segments.items()}
    first = next(iter(counts))
    counts[first] += shipments - sum(counts.values())
    return counts


@dataclass(frozen=True, slots=True)
class _Lane:
    destination: str
    km: float
    weight: float


_Lanes = Mapping[str, tuple[list[_Lane], list[float]]]
"""Origin to its lanes and their cumulated weights."""


def _lanes(
    regions: Sequence[Region],
    km_between: Callable[[str, str], float],
    name: str,
    segment: SegmentRecipe,
    recipe: DemandRecipe,
) -> _Lanes:
    lanes: dict[str, list[_Lane]] = {}
    like = segment.weights or name
    for origin in regions:
        supply = origin.supply.get(like, 0.0) * segment.supply_factors.get(origin.hub, 1.0)
        for destination in regions:
            km = math.inf if origin is destination else km_between(origin.hub, destination.hub)
            if recipe.shortest_lane_km <= km < math.inf:
                weight = supply * destination.demand.get(like, 0.0) * math.exp(-segment.decay_per_km * km)
                lanes.setdefault(origin.hub, []).append(_Lane(destination.hub, km, weight))
    return _cumulated(lanes)


def _matrix(flows: Sequence[Flow], segment: str, km_between: Callable[[str, str], float]) -> _Lanes:
    lanes: dict[str, list[_Lane]] = {}
    for flow in flows:
        if flow.segment in ("", segment) and flow.weight > 0:
            km = km_between(flow.origin, flow.destination)
            lanes.setdefault(flow.origin, []).append(_Lane(flow.destination, km, flow.weight))
    return _cumulated(lanes)


def _cumulated(lanes: Mapping[str, list[_Lane]]) -> _Lanes:
    found = {}
    for hub, rows in lanes.items():
        weights = list(accumulate(row.weight for row in rows))
        if weights[-1] > 0:
            found[hub] = (rows, weights)
    return found


def _supply(
    regions: Sequence[Region], segment: SegmentRecipe, name: str, lanes: _Lanes, *, own: bool
) -> dict[str, float]:
    """Hub to its weight as an origin."""
    if own:
        return {hub: weights[-1] for hub, (_, weights) in lanes.items()}
    like = segment.weights or name
    return {
        region.hub: region.supply.get(like, 0.0) * segment.supply_factors.get(region.hub, 1.0) for region in regions
    }


@dataclass(frozen=True, slots=True)
class _Shipper:
    name: str
    weight: float
    origins: tuple[str, ...]


_FOODS = (
    *("Aurora", "Birch", "Cove", "Dune", "Ember", "Fern", "Grove"),
    *("Harbour", "Iris", "Juniper", "Kestrel", "Linden", "Meadow", "Nectar"),
)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "automotive": ("Axle", "Bolt", "Camshaft", "Damper", "Engine", "Flange", "Gearbox", "Hub"),
    "chemicals": ("Alkali", "Borax", "Cobalt", "Dolomite", "Ester", "Fluor", "Gypsum"),
}
_SUFFIX: Mapping[str, str] = {"fmcg": "Foods", "automotive": "Parts", "chemicals": "Chem"}


def _shippers(
    name: str, segment: SegmentRecipe, supply: Mapping[str, float], recipe: DemandRecipe, draw: random.Random
) -> list[_Shipper]:
    found = []
    hubs, weights = list(supply), list(supply.values())
    most = sum(weight > 0 for weight in weights)
    words, suffix = _WORDS.get(name, _FOODS), _SUFFIX.get(name, name.replace("_", " ").title())
    for rank in range(segment.shippers):
        wanted = draw.choices(range(1, len(recipe.origins_shares) + 1), recipe.origins_shares)[0]
        origins: list[str] = []
        while len(origins) < min(wanted, most):
            hub = draw.choices(hubs, weights)[0]
            if hub not in origins:
                origins.append(hub)
        number = f" {rank // len(words) + 1}" if rank >= len(words) else ""
        shipper = f"{words[rank % len(words)]} {suffix}{number}"
        found.append(_Shipper(shipper, 1 / (rank + 1) ** recipe.shipper_zipf, tuple(origins)))
    return found


class _Drawing:
    """Draws of one segment in one week."""

    def __init__(
        self,
        name: str,
        segment: SegmentRecipe,
        recipe: DemandRecipe,
        shippers: Sequence[_Shipper],
        lanes: _Lanes,
        monday: datetime,
        draw: random.Random,
    ) -> None:
        self.name, self.segment, self.recipe, self.draw = name, segment, recipe, draw
        self.shippers, self.lanes, self.monday = shippers, lanes, monday
        self.volumes = list(accumulate(one.weight for one in shippers))
        self.homes = {one.name: [hub for hub in one.origins if hub in lanes] or sorted(lanes) for one in shippers}
        self.days = segment.day_shares or recipe.day_shares

    def shipment(self) -> Demand:
        """One shipment."""
        draw, segment, recipe = self.draw, self.segment, self.recipe
        shipper = draw.choices(self.shippers, cum_weights=self.volumes)[0]
        origin = draw.choice(self.homes[shipper.name])
        rows, weights = self.lanes[origin]
        lane = draw.choices(rows, cum_weights=weights)[0]
        chilled = segment.chilled_share > 0 and draw.random() < segment.chilled_share
        adr = draw.choice(segment.adr_classes) if segment.adr_share and draw.random() < segment.adr_share else ""
        pallets, kg, sealed = self._size(ambient=not chilled)
        ready = self._ready()
        hours = lane.km / recipe.road_kmh + recipe.handling_h + draw.uniform(*segment.window_h)
        due = _rounded(ready + timedelta(hours=hours))
        soft = draw.random() < recipe.soft_share
        splits = not sealed and pallets >= recipe.split_from_pallets and draw.random() < recipe.split_share
        return Demand(
            id="",
            shipper=shipper.name,
            segment=self.name,
            origin=origin,
            destination=lane.destination,
            pallets=pallets,
            kg=kg,
            load_unit=recipe.sealed_unit if sealed else "",
            load_units=1 if sealed else 0,
            ready=ready,
            due=due,
            latest=due + timedelta(hours=recipe.soft_h) if soft else due,
            late_eur_per_h=recipe.late_eur_per_h if soft else 0.0,
            value_of_time_eur_per_h=recipe.value_of_time_eur_per_h,
            goods_class=draw.choice(segment.goods),
            temperature="chilled" if chilled else "ambient",
            adr_class=adr,
            max_parts=2 if splits else 1,
            min_part_pallets=recipe.split_part_pallets if splits else 1,
        )

    def _size(self, *, ambient: bool) -> tuple[int, int, bool]:
        draw, segment, recipe = self.draw, self.segment, self.recipe
        full = draw.random() < segment.full_share
        per_pallet = segment.kg_per_pallet * math.exp(draw.gauss(0.0, segment.kg_sigma))
        pallets = recipe.full_load_pallets
        if not full:
            drawn = round(segment.pallets_median * math.exp(draw.gauss(0.0, segment.pallets_sigma)))
            pallets = min(max(1, drawn), recipe.full_load_pallets)
        sealed = full and ambient and draw.random() < recipe.sealed_share
        heaviest = recipe.sealed_kg if sealed else recipe.heaviest_kg
        pallets = min(pallets, max(1, int(heaviest // per_pallet)))
        return pallets, max(1, min(heaviest, round(pallets * per_pallet / 10) * 10)), sealed

    def _ready(self) -> datetime:
        recipe = self.recipe
        day = self.draw.choices(range(len(self.days)), self.days)[0]
        drawn = self.draw.gauss(recipe.ready_hour_mean, recipe.ready_hour_sigma)
        hour = min(recipe.ready_hour_last, max(recipe.ready_hour_first, drawn))
        return _rounded(self.monday + timedelta(days=day, hours=hour))


def _rounded(moment: datetime) -> datetime:
    """To the half hour, out of the hours in which clocks change."""
    minutes = round((moment.hour * 60 + moment.minute) / 30) * 30
    found = moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    return found.replace(hour=4, minute=0) if 1 <= found.hour < 4 else found
