"""Truck bans along a road: which driving minute lies in which country, and when that country bans trucks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from cargopool.model.place import RoadLink
from cargopool.model.scenario import TruckBan
from cargopool.rules.index import ScenarioIndex
from cargopool.rules.spans import Spans
from cargopool.rules.trips import Stretch, drive_only


@lru_cache(maxsize=512)
def _ban_spans(bans: tuple[TruckBan, ...], start: datetime) -> Spans:
    def rule(day: date) -> list[tuple[str, int, int]]:
        iso, weekday = day.isoformat(), day.weekday()
        return [
            (ban.timezone, ban.start_min, ban.end_min) for ban in bans if ban.weekday == weekday or iso in ban.dates
        ]

    return Spans(start, rule)


def _bans_of(index: ScenarioIndex, country: str) -> Spans | None:
    key = ("ban_spans", country)
    memo = index.memo
    if key not in memo:
        bans = tuple(ban for ban in index.scenario.bans if ban.country == country)
        memo[key] = _ban_spans(bans, index.scenario.horizon.start) if bans else None
    return memo[key]  # type: ignore[no-any-return]


def _stretches(index: ScenarioIndex, link: RoadLink) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    passed = 0.0
    parts = link.countries if any(km for _, km in link.countries) else [(last, 1.0) for last, _ in link.countries[-1:]]
    whole = sum(km for _, km in parts)
    for country, km in parts:
        passed += km
        upto = int(round(link.drive_min * passed / whole, 6))
        if upto > (found[-1][0] if found else 0):
            found.append((upto, _bans_of(index, country)))
    return tuple(found) or drive_only(link.drive_min)


def stretches_of(index: ScenarioIndex, link: RoadLink) -> tuple[Stretch, ...]:
    """The driving minutes dealt to the countries by cumulative km, rounded down, with the bans that may hold there.

    All are the last country's where the kilometres are 0. Empty when nothing is driven.
    """
    key = ("stretches", link.countries, link.drive_min)
    memo = index.memo
    if key not in memo:
        memo[key] = _stretches(index, link)
    return memo[key]  # type: ignore[no-any-return]


def bans_along(index: ScenarioIndex, link: RoadLink, lo_min: int, hi_min: int) -> tuple[tuple[int, int], ...]:
    """Periods [start, end) that touch [lo, hi] and in which a country of the link has a ban, merged and in order.

    A country counts when at least a minute of the driving lies in it.
    """
    periods: list[tuple[int, int]] = []
    for spans in {id(bans): bans for _, bans in stretches_of(index, link) if bans is not None}.values():
        known = spans.within(lo_min, hi_min)
        periods += [(a, b) for a, b in zip(known.starts, known.ends, strict=True) if a <= hi_min and b >= lo_min]
    found: list[tuple[int, int]] = []
    for begin, end in sorted(periods):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return tuple(found)


def touched(stretches: Sequence[Stretch], lo_min: int, hi_min: int) -> bool:
    """Whether any ban of the trip's countries holds at some minute of [lo, hi)."""
    return any(
        bans is not None and (bans.at(lo_min) is not None or bans.next_start(lo_min, hi_min) < hi_min)
        for _, bans in stretches
    )
