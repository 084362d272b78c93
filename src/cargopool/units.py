"""Integer units, rounding and conversion: the only place that knows them.

Counted things are integers inside: minutes, kg, cents, grams, metres, and thousandths ("milli") of
pallets, m3, loading metres and TEU. Floats appear only at the borders and in rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 1440
MINUTES_PER_WEEK = 10080
MILLI = 1000
CENTS_PER_EUR = 100
GRAMS_PER_KG = 1000
KG_PER_TONNE = 1000
METRES_PER_KM = 1000
MJ_PER_KWH = 3.6

_NOISE_DIGITS = 6
"""Digits kept before a half is judged, so that binary noise never decides a rounding."""


def round_half_even(value: float) -> int:
    """Round to an integer, halves to even, after removing binary noise below 1e-6."""
    return round(round(value, _NOISE_DIGITS))


def cents(eur: float) -> int:
    """Convert EUR to whole cents, half-even."""
    return round_half_even(eur * CENTS_PER_EUR)


def eur(amount_cents: int) -> float:
    """Convert whole cents to EUR."""
    return amount_cents / CENTS_PER_EUR


def milli(value: float) -> int:
    """Convert pallets, m3, loading metres or TEU to thousandths, half-even."""
    return round_half_even(value * MILLI)


def from_milli(value: int) -> float:
    """Convert thousandths back to the unit itself."""
    return value / MILLI


def carbon_cents(grams: int, eur_per_t: float) -> int:
    """Price a total of grams CO2e at EUR per tonne; rounded once, for a whole plan."""
    return round_half_even(grams * eur_per_t / 10_000)


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division rounded up."""
    return -(-numerator // denominator)


def started_days(minutes: int) -> int:
    """Days begun within a span of minutes; 0 for an empty span."""
    return max(0, ceil_div(minutes, MINUTES_PER_DAY))


def share_out(total: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """Share an integer total in proportion to weights by largest remainder.

    Parameters
    ----------
    total : int
        Amount to share, such as cents or grams; may be negative.
    weights : mapping of id to non-negative weight
        When all weights are zero the shares are equal.

    Returns
    -------
    dict
        Integer shares that add up to ``total``; ties go to ids in sorted order.
    """
    keys = sorted(weights)
    if not keys:
        return {}
    scale = lcm(*(weight.denominator for weight in weights.values()))
    exact = {key: int(weights[key] * scale) for key in keys}
    whole = sum(exact.values())
    if not whole:
        exact, whole = dict.fromkeys(keys, 1), len(keys)
    shares: dict[str, int] = {}
    remainder: dict[str, int] = {}
    for key in keys:
        shares[key], remainder[key] = divmod(total * exact[key], whole)
    left = total - sum(shares.values())
    for key in sorted(keys, key=lambda key: (-remainder[key], key))[:left]:
        shares[key] += 1
    return shares


def split_evenly(total: int, parts: int) -> tuple[int, ...]:
    """Split an integer total over equal parts; the first ones take the remainder."""
    base, extra = divmod(total, parts)
    return tuple(base + (1 if i < extra else 0) for i in range(parts))


def cumulative_share(total: int, upto: int, whole: int) -> int:
    """Amount of ``total`` that the first ``upto`` of ``whole`` equal atoms take under `split_evenly`."""
    base, extra = divmod(total, whole)
    return base * upto + min(extra, upto)
