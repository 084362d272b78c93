"""The calculation sheet: every transport chain element of a shipment, so that it can be worked out again by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cargopool.footprint.allocation import UNALLOCATED, Weights, owned, shares
from cargopool.footprint.carriers import ELECTRICITY, NO_COUNTRY, grid, intensity
from cargopool.footprint.energy import DATA_WORDS
from cargopool.footprint.items import Countries, Element, number
from cargopool.model.plan import CostLine, Plan
from cargopool.model.scenario import Scenario
from cargopool.units import MJ_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One element of a shipment.

    Attributes
    ----------
    owner, kind, what, mode, carrier
        As of the plan's element; ``what`` is the formula: energy, times g/MJ well-to-tank and tank-to-wheel.
    note : str
        How a rate in the formula was worked out.
    km, tkm : float
        Distance, and transport activity of the shipment over the shortest feasible distance.
    energy_mj : float
        Of the whole element.
    wtt_g_per_mj, ttw_g_per_mj : float
    factor : str
        What these are, in words and numbers.
    whole_wtt_grams, whole_ttw_grams : int
        Of the whole element.
    share, whole : int
        The shipment's weight and that of everything that shares the element; kg, kg x m for a charter, 1 and 1 alone.
    wtt_grams, ttw_grams : int
        The shipment's, by largest remainder.
    data : str
        Word of `cargopool.footprint.energy.DATA_WORDS`.
    energy_source, factor_source : str
    """

    owner: str
    kind: str
    what: str
    note: str
    mode: str
    carrier: str
    km: float
    tkm: float
    energy_mj: float
    wtt_g_per_mj: float
    ttw_g_per_mj: float
    factor: str
    whole_wtt_grams: int
    whole_ttw_grams: int
    share: int
    whole: int
    wtt_grams: int
    ttw_grams: int
    data: str
    energy_source: str
    factor_source: str

    @property
    def grams(self) -> int:
        """Well-to-wheel grams of the shipment."""
        return self.wtt_grams + self.ttw_grams


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCarbon:
    """Carbon that a cost line already pays, as a shipment shares it."""

    owner: str
    kind: str
    what: str
    line_cents: int
    line_carbon_cents: int
    share: int
    whole: int
    carbon_cents: int


def sheet_rows(scenario: Scenario, plan: Plan, shipment_id: str) -> tuple[SheetRow, ...]:
    """Elements of one shipment, its own first; ``UNALLOCATED`` takes what nobody is there to take."""
    return tuple(row for key, row in _rows(scenario, plan, shipment_id))


def all_sheet_rows(scenario: Scenario, plan: Plan) -> dict[str, list[SheetRow]]:
    """Elements of every served shipment, in scenario order."""
    found: dict[str, list[SheetRow]] = defaultdict(list)
    for key, row in _rows(scenario, plan, None):
        found[key].append(row)
    return {key: found[key] for key in [*scenario.shipments, UNALLOCATED] if key in found}


def carbon_in_prices(scenario: Scenario, plan: Plan, shipment_id: str) -> tuple[PricedCarbon, ...]:
    """Cost lines of a shipment that already price carbon."""
    return tuple(
        _priced_carbon(line, weights, shipment_id)
        for priced, weights in owned(scenario, plan, shipment_id)
        for line in priced.lines
        if line.carbon_cents
    )


def data_grams(scenario: Scenario, plan: Plan) -> dict[str, int]:
    """Grams of a plan by what the energy of their elements rests on, best word first."""
    found = dict.fromkeys(DATA_WORDS, 0)
    for priced, _ in owned(scenario, plan):
        for element in priced.elements:
            found[element.evidence.data] += element.grams
    return found


def _rows(scenario: Scenario, plan: Plan, only: str | None) -> Iterator[tuple[str, SheetRow]]:
    factors: dict[tuple[str, Countries], _Factor] = {}
    for priced, weights in owned(scenario, plan, only):
        whole = sum(weights.values())
        for tce, element in zip(priced.tces, priced.elements, strict=True):
            wtt, ttw = dict(shares(tce.wtt_grams, weights)), dict(shares(tce.ttw_grams, weights))
            key = (element.carrier, element.countries)
            if key not in factors:
                factors[key] = _Factor.of(scenario, element)
            for shipment_id in weights if only is None else (only,):
                part = (weights[shipment_id], whole) if len(weights) > 1 else (1, 1)
                grams = wtt[shipment_id], ttw[shipment_id]
                yield shipment_id, _row(tce.owner, element, factors[key], part, grams)


def _row(owner: str, element: Element, factor: _Factor, part: tuple[int, int], grams: tuple[int, int]) -> SheetRow:
    return SheetRow(
        owner=owner,
        kind=element.kind,
        what=element.what,
        note=element.note,
        mode=element.mode,
        carrier=element.carrier,
        km=element.km,
        tkm=element.tkm,
        energy_mj=element.energy_mj,
        wtt_g_per_mj=factor.wtt,
        ttw_g_per_mj=factor.ttw,
        factor=factor.what,
        whole_wtt_grams=element.wtt_grams,
        whole_ttw_grams=element.ttw_grams,
        share=part[0],
        whole=part[1],
        wtt_grams=grams[0],
        ttw_grams=grams[1],
        data=element.evidence.data,
        energy_source=element.evidence.source,
        factor_source=factor.source,
    )


def _priced_carbon(line: CostLine, weights: Weights, shipment_id: str) -> PricedCarbon:
    part = dict(shares(line.carbon_cents, weights))[shipment_id]
    return PricedCarbon(
        owner=line.owner,
        kind=line.kind,
        what=line.what,
        line_cents=line.cents,
        line_carbon_cents=line.carbon_cents,
        share=weights[shipment_id] if len(weights) > 1 else 1,
        whole=sum(weights.values()) if len(weights) > 1 else 1,
        carbon_cents=part,
    )


@dataclass(frozen=True, slots=True)
class _Factor:
    """Grams per MJ of a carrier, in numbers, words and sources."""

    wtt: float
    ttw: float
    what: str
    source: str

    @classmethod
    def of(cls, scenario: Scenario, element: Element) -> _Factor:
        wtt, ttw = intensity(scenario, element.carrier, element.countries)
        factors = scenario.factors
        if element.carrier != ELECTRICITY:
            row = factors.carriers[element.carrier]
            return cls(wtt, ttw, f"{element.carrier} of {factors.id}", row.provenance.source)
        by_country = _merged(element.countries)
        names = [country if country in factors.grid_g_per_kwh else NO_COUNTRY for country in by_country]
        rows = [factors.provenance.get(f"grid.{name}") for name in names]
        sources = dict.fromkeys(row.source for row in rows if row is not None and row.source)
        return cls(wtt, ttw, _mix(scenario, by_country), "; ".join(sources))


def _merged(countries: Countries) -> dict[str, float]:
    found: dict[str, float] = {}
    for country, km in countries:
        found[country] = found.get(country, 0.0) + km
    return found or {NO_COUNTRY: 1.0}


def _mix(scenario: Scenario, by_country: Mapping[str, float]) -> str:
    if len(by_country) == 1:
        country = next(iter(by_country))
        return f"{number(grid(scenario, country))} g/kWh {country} / {MJ_PER_KWH} MJ/kWh"
    terms = " + ".join(
        f"{number(km)} x {number(grid(scenario, country))} g/kWh {country}" for country, km in by_country.items()
    )
    return f"({terms}) / {number(sum(by_country.values()))} / {MJ_PER_KWH} MJ/kWh"
