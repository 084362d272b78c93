"""Parameters of synthetic demand: how shipments of a week are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRecipe:
    """Parameters of one segment.

    Attributes
    ----------
    share : float
        Share of all shipments, relative to the other segments.
    decay_per_km : float
        Flow falls by exp(-decay x km).
    shippers : int
        Number of shippers, with Zipf volumes.
    pallets_median, pallets_sigma : float
        Lognormal size of part loads.
    full_share : float
        Share of full loads.
    kg_per_pallet, kg_sigma : float
        Lognormal mass of a pallet.
    window_h : tuple of two floats
        Slack on top of the road time, uniform between.
    goods : tuple of str
        NST 2007 divisions.
    chilled_share : float
        Share of chilled shipments.
    adr_share, adr_classes : float, tuple of str
        Share of dangerous goods, and their ADR classes.
    day_shares : tuple of float
        Share of each day from Monday on; empty takes those of the demand.
    weights : str
        Segment whose weights of supply and demand in the regions it takes; empty takes its own.
    supply_factors : mapping of hub to float
        Factors on the supply of single regions.
    """

    share: float = 0.1
    decay_per_km: float = 0.0018
    shippers: int = 6
    pallets_median: float = 9.0
    pallets_sigma: float = 0.75
    full_share: float = 0.3
    kg_per_pallet: float = 430.0
    kg_sigma: float = 0.3
    window_h: tuple[float, ...] = (48.0, 120.0)
    goods: tuple[str, ...] = ("18",)
    chilled_share: float = 0.0
    adr_share: float = 0.0
    adr_classes: tuple[str, ...] = ("3", "8", "9")
    day_shares: tuple[float, ...] = ()
    weights: str = ""
    supply_factors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRecipe:
    """Parameters of all segments together.

    Attributes
    ----------
    shortest_lane_km : float
        No demand on shorter lanes.
    road_kmh, handling_h : float
        A due time is ready + km / road_kmh + handling_h + a window.
    day_shares : tuple of float
        Share of each day's shipments from Monday on.
    ready_hour_mean, ready_hour_sigma, ready_hour_first, ready_hour_last : float
        Normal hour of readiness, cut at both ends.
    shipper_zipf : float
        Volumes of a segment's shippers fall by rank to the power of this.
    origins_shares : tuple of float
        Chances that a shipper has 1, 2, 3, ... origins.
    full_load_pallets, heaviest_kg : int
        Size of a full load, and the mass at which loads are cut.
    sealed_share, sealed_kg, sealed_unit : float, int, str
        Share of ambient full loads that are sealed whole units, their heaviest cargo, their load-unit type.
    split_share, split_from_pallets, split_part_pallets : float, int, int
        Share of the part loads from this size on that may be split in two, and the smallest part.
    soft_share, soft_h, late_eur_per_h : float
        Share of shipments that may be late by so many hours at so much an hour.
    value_of_time_eur_per_h : float
    in_time_by_truck : bool
        Due times that no lone truck could keep, for weekends and closed doors, move to when it could.
    """

    shortest_lane_km: float = 300.0
    road_kmh: float = 45.0
    handling_h: float = 8.0
    day_shares: tuple[float, ...] = (0.20, 0.21, 0.21, 0.19, 0.16, 0.03)
    ready_hour_mean: float = 14.0
    ready_hour_sigma: float = 3.0
    ready_hour_first: float = 6.0
    ready_hour_last: float = 20.0
    shipper_zipf: float = 0.7
    origins_shares: tuple[float, ...] = (0.4, 0.35, 0.25)
    full_load_pallets: int = 33
    heaviest_kg: int = 24_000
    sealed_share: float = 0.4
    sealed_kg: int = 22_000
    sealed_unit: str = "pw45hc"
    split_share: float = 0.15
    split_from_pallets: int = 16
    split_part_pallets: int = 6
    soft_share: float = 0.35
    soft_h: float = 12.0
    late_eur_per_h: float = 15.0
    value_of_time_eur_per_h: float = 0.0
    in_time_by_truck: bool = True


RECIPES: Mapping[str, SegmentRecipe] = {
    "fmcg": SegmentRecipe(
        share=0.50,
        decay_per_km=0.0022,
        shippers=14,
        window_h=(48.0, 120.0),
        goods=("04", "08", "06"),
        chilled_share=0.12,
    ),
    "automotive": SegmentRecipe(
        share=0.28,
        decay_per_km=0.0018,
        shippers=8,
        pallets_median=6.0,
        pallets_sigma=0.85,
        full_share=0.25,
        kg_per_pallet=380.0,
        kg_sigma=0.35,
        window_h=(36.0, 72.0),
        goods=("12", "11"),
    ),
    "chemicals": SegmentRecipe(
        share=0.22,
        decay_per_km=0.0014,
        shippers=7,
        pallets_median=12.0,
        pallets_sigma=0.65,
        full_share=0.45,
        kg_per_pallet=820.0,
        kg_sigma=0.20,
        window_h=(72.0, 168.0),
        goods=("08",),
        adr_share=0.35,
    ),
}
"""The recipe's three segments."""
