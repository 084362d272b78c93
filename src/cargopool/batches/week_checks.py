"""Values of week parameters that no week can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cargopool.batches.recipe import DemandRecipe, SegmentRecipe

if TYPE_CHECKING:
    from cargopool.batches.week_params import WeekParams

Finding = tuple[str, str, str]


def week_problems(params: WeekParams) -> Iterable[Finding]:
    """Values that no week can have: (key, what, way out)."""
    yield from _within("", params, {"shipments": (1, 1_000_000), "weeks": (1, 52), "growth_per_week": (-0.99, 10)})
    yield from _within("", params, {"days_after": (0, 60), "carbon_price_eur_per_t": (0, 100_000)})
    try:
        found = date.fromisoformat(params.monday)
        if found.weekday() or not 1971 <= found.year <= 2199:
            yield "monday", f"{params.monday} is no Monday between 1971 and 2199", "a Monday such as 2026-11-23"
    except ValueError:
        yield "monday", f"{params.monday!r} is not a date", "a Monday such as 2026-11-23"
    if sum(params.counts) > 1_000_000:
        yield "growth_per_week", f"{sum(params.counts):,} shipments in all are more than a million", "grow slower"
    yield from _demand_checks(params.demand)
    yield from _door_and_slot_checks(params)
    if not params.segments or sum(max(0.0, one.share) for one in params.segments.values()) <= 0:
        yield "segments", "no segment has a share", "give one a share above 0"
    for name, segment in params.segments.items():
        yield from _segment_checks(f"segments.{name}", name, segment, params)
    for hub, weights in params.regions.items():
        for side, row in (("supply", weights.supply), ("demand", weights.demand)):
            if any(weight < 0 for weight in row.values()):
                yield f"regions.{hub}.{side}", "a weight is below 0", "0 or more"


def _within(prefix: str, thing: Any, bounds: Mapping[str, tuple[float, float]]) -> Iterable[Finding]:
    for key, (low, high) in bounds.items():
        value = getattr(thing, key)
        if not low <= value <= high:
            yield f"{prefix}{key}", f"{key} is {value:g}", f"between {low:g} and {high:g}"


def _demand_checks(demand: DemandRecipe) -> Iterable[Finding]:
    yield from _within(
        "demand.",
        demand,
        {
            **{"shortest_lane_km": (0, 20_000), "road_kmh": (1, 200), "handling_h": (0, 1_000)},
            **{"ready_hour_mean": (0, 23), "ready_hour_sigma": (0, 24), "shipper_zipf": (0, 5)},
            **{"ready_hour_first": (0, 23), "ready_hour_last": (demand.ready_hour_first, 23)},
            **{"full_load_pallets": (1, 1_000), "heaviest_kg": (1, 60_000), "sealed_kg": (1, 60_000)},
            **{"sealed_share": (0, 1), "split_share": (0, 1), "soft_share": (0, 1), "soft_h": (0, 1_000)},
            **{"split_part_pallets": (1, 500), "split_from_pallets": (2 * demand.split_part_pallets, 1_000)},
            **{"late_eur_per_h": (0, 100_000), "value_of_time_eur_per_h": (0, 100_000)},
        },
    )
    yield from _share_checks("demand.day_shares", demand.day_shares, 7)
    yield from _share_checks("demand.origins_shares", demand.origins_shares, 25)


def _share_checks(key: str, shares: tuple[float, ...], most: int) -> Iterable[Finding]:
    if not 1 <= len(shares) <= most or min(shares, default=-1) < 0 or sum(shares) <= 0:
        yield key, f"{list(shares)} are no shares", f"one to {most} numbers from 0 on, not all of them 0"


def _door_and_slot_checks(params: WeekParams) -> Iterable[Finding]:
    doors, slots = params.doors, params.slots
    yield from _within(
        "doors.",
        doors,
        {
            **{"share": (0, 1), "per_core_hub": (0, 1_000), "per_region": (0, 1_000), "drop_share": (0, 1)},
            **{"nearest_km": (0, 500), "farthest_km": (doors.nearest_km, 500), "loading_min": (0, 1_440)},
        },
    )
    bounds = {"least_share": (0, 1), "most_share": (slots.least_share, 1), "paid_lines": (0, 1)}
    yield from _within("slots.", slots, bounds)


def _segment_checks(place: str, name: str, segment: SegmentRecipe, params: WeekParams) -> Iterable[Finding]:
    yield from _within(
        f"{place}.",
        segment,
        {
            **{"share": (0, 1e6), "decay_per_km": (0, 1), "shippers": (1, 100_000), "pallets_median": (0.1, 1_000)},
            **{"pallets_sigma": (0, 5), "full_share": (0, 1), "kg_per_pallet": (1, 5_000), "kg_sigma": (0, 3)},
            **{"chilled_share": (0, 1), "adr_share": (0, 1)},
        },
    )
    window = segment.window_h
    if len(window) != 2 or not 0 <= window[0] <= window[1] <= 2_000:
        yield f"{place}.window_h", f"{list(window)} is no window", "two numbers of hours, the smaller first"
    if not segment.goods:
        yield f"{place}.goods", "there is no class of goods", 'such as ["04"]'
    if segment.adr_share > 0 and not segment.adr_classes:
        yield f"{place}.adr_classes", "there is no ADR class", 'such as ["3"]'
    if segment.day_shares:
        yield from _share_checks(f"{place}.day_shares", segment.day_shares, 7)
    like = segment.weights or name
    for side in ("supply", "demand"):
        if not params.od_matrix and not any(getattr(row, side).get(like, 0) > 0 for row in params.regions.values()):
            way_out = 'weights = "fmcg", or weights of its own under [regions.HUB]'
            yield f"{place}.weights", f"no region has {side} of {like!r}", way_out
    if any(factor < 0 for factor in segment.supply_factors.values()):
        yield f"{place}.supply_factors", "a factor is below 0", "0 or more"
