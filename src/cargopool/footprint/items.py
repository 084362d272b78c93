"""Owner-less cost lines and transport chain elements, and groups of them that many moves share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cargopool.footprint.energy import OWN, Evidence
from cargopool.model.plan import CostLine, Tce
from cargopool.model.scenario import Objective
from cargopool.units import KG_PER_TONNE, cents, round_half_even

Countries = tuple[tuple[str, float], ...]
"""Kilometres by country."""

if TYPE_CHECKING:
    from cargopool.footprint.external import Rate


class Charge(NamedTuple):
    """A cost line before it has an owner; fields as in `CostLine`."""

    kind: str
    what: str
    cents: int
    carbon_cents: int = 0
    confidence: str = "own"

    def line(self, owner: str, count: int = 1) -> CostLine:
        """The cost line of an owner."""
        return CostLine(
            kind=self.kind,
            owner=owner,
            what=self.what,
            cents=self.cents,
            count=count,
            carbon_cents=self.carbon_cents,
            confidence=self.confidence,
        )


class Element(NamedTuple):
    """A transport chain element before it has an owner; fields as in `Tce`.

    Attributes
    ----------
    evidence : Evidence
        What its energy rests on.
    countries : tuple of (country, km)
        Where its electricity was drawn.
    tkm : float
        Transport activity: tonnes of cargo x shortest feasible km; 0 where cargo is not its subject.
    note : str
        How a rate in it was worked out.
    """

    kind: str
    what: str
    mode: str
    carrier: str
    km: float
    mass_kg: int
    energy_mj: float
    wtt_grams: int
    ttw_grams: int
    confidence: str = "own"
    evidence: Evidence = OWN
    countries: Countries = ()
    tkm: float = 0.0
    note: str = ""

    @property
    def grams(self) -> int:
        """Well-to-wheel grams."""
        return self.wtt_grams + self.ttw_grams

    def tce(self, owner: str, count: int = 1) -> Tce:
        """The element of an owner."""
        return Tce(
            kind=self.kind,
            owner=owner,
            what=self.what,
            mode=self.mode,
            carrier=self.carrier,
            km=self.km,
            mass_kg=self.mass_kg,
            energy_mj=self.energy_mj,
            wtt_grams=self.wtt_grams,
            ttw_grams=self.ttw_grams,
            count=count,
            confidence=self.confidence,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """What one stage, lift, storage or rental adds to a move, with its sums.

    Attributes
    ----------
    charges, elements
        In the order of reports.
    weighted_cents, grams : int
        Sums as the objective counts them.
    load : tuple of LoadRate
        What cargo adds per kg: one on a stage, at most two at a lift.
    external : tuple of Rate
        External costs of the stage; at most one. What the objective counts of a use is in ``weighted_cents``.
    """

    charges: tuple[Charge, ...]
    elements: tuple[Element, ...]
    weighted_cents: int
    grams: int
    load: tuple[LoadRate, ...] = ()
    external: tuple[Rate, ...] = ()

    @property
    def external_per_kg(self) -> float:
        """Cents of external costs per kg of cargo that the objective counts, not rounded."""
        return sum(rate.objective_per_kg for rate in self.external)


class LoadRate(NamedTuple):
    """Energy and greenhouse gas of a kilogram of cargo on a stage; ``activity_km`` is the shortest feasible way."""

    kind: str
    mode: str
    carrier: str
    km: float
    mj_per_kg: float
    wtt_g_per_mj: float
    ttw_g_per_mj: float
    confidence: str
    formula: str
    evidence: Evidence = OWN
    countries: Countries = ()
    activity_km: float = 0.0
    note: str = ""

    @property
    def grams_per_kg(self) -> float:
        """Well-to-wheel grams per kg, not rounded."""
        return self.mj_per_kg * (self.wtt_g_per_mj + self.ttw_g_per_mj)

    def grams(self, kg: int) -> int:
        """Grams of so much cargo, those of its element."""
        energy = self.mj_per_kg * kg
        return round_half_even(energy * self.wtt_g_per_mj) + round_half_even(energy * self.ttw_g_per_mj)

    def element(self, kg: int) -> Element:
        """The element of so much cargo."""
        energy = self.mj_per_kg * kg
        return Element(
            self.kind,
            f"{kg} kg x {self.formula} x {intensity_text(self.wtt_g_per_mj, self.ttw_g_per_mj)}",
            self.mode,
            self.carrier,
            self.km,
            kg,
            energy,
            round_half_even(energy * self.wtt_g_per_mj),
            round_half_even(energy * self.ttw_g_per_mj),
            self.confidence,
            self.evidence,
            self.countries,
            kg * self.activity_km / KG_PER_TONNE,
            self.note,
        )


@lru_cache(maxsize=65_536)
def number(value: float) -> str:
    """A number as reports show it: at most six significant decimals, no trailing zeros."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


@lru_cache(maxsize=4096)
def intensity_text(wtt_g_per_mj: float, ttw_g_per_mj: float) -> str:
    """Grams per MJ of a carrier in words, with enough digits to find the grams again."""
    return f"({_exact(wtt_g_per_mj)} + {_exact(ttw_g_per_mj)}) g/MJ"


def _exact(value: float) -> str:
    short = number(value)
    return short if float(short) == value else f"{value:.10f}".rstrip("0").rstrip(".")


def charge(kind: str, what: str, amount_eur: float, *, carbon_share: float = 0.0, confidence: str = "own") -> Charge:
    """A charge of an amount in EUR, rounded once."""
    amount = cents(amount_eur)
    return Charge(kind, what, amount, round_half_even(amount * carbon_share) if carbon_share else 0, confidence)


def element(
    kind: str,
    what: str,
    *,
    mode: str,
    carrier: str,
    energy_mj: float,
    intensity: tuple[float, float],
    km: float = 0.0,
    mass_kg: int = 0,
    confidence: str = "own",
    evidence: Evidence = OWN,
    countries: Countries = (),
    tkm: float = 0.0,
    note: str = "",
) -> Element:
    """An element of an amount of energy; well-to-tank and tank-to-wheel grams are rounded once each."""
    wtt, ttw = intensity
    return Element(
        kind,
        f"{what} x {intensity_text(wtt, ttw)}",
        mode,
        carrier,
        km,
        mass_kg,
        energy_mj,
        round_half_even(energy_mj * wtt),
        round_half_even(energy_mj * ttw),
        confidence,
        evidence,
        countries,
        tkm,
        note,
    )


def weigh(objective: Objective, kind: str, amount: int, carbon: int) -> int:
    """Cents of a kind as the objective counts them: carbon left out where asked, then weighted, rounded half-even."""
    counted = amount - carbon if objective.exclude_carbon_in_prices else amount
    weight = objective.weights.get(kind, 1.0)
    return counted if weight == 1.0 else round_half_even(counted * weight)


def group(
    objective: Objective, charges: Iterable[Charge], elements: Iterable[Element] = (), load: tuple[LoadRate, ...] = ()
) -> Group:
    """A group without its empty lines: a charge of 0 cents and an element of 0 MJ say nothing."""
    kept = tuple(c for c in charges if c.cents)
    emitted = tuple(e for e in elements if e.energy_mj)
    return Group(
        kept,
        emitted,
        sum(weigh(objective, c.kind, c.cents, c.carbon_cents) for c in kept),
        sum(e.grams for e in emitted),
        load,
    )
