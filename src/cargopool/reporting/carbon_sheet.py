"""The CO2e calculation sheet of a shipment, and what a run says of its factors and data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cargopool.errors import Diagnostic, InputError
from cargopool.footprint import (
    DATA_WORDS,
    UNALLOCATED,
    PricedCarbon,
    SheetRow,
    allocate,
    carbon_in_prices,
    data_grams,
    sheet_rows,
)
from cargopool.model.plan import Plan
from cargopool.model.scenario import Scenario
from cargopool.units import GRAMS_PER_KG, eur

METHOD = "follows the method of EN ISO 14083:2023, not certified"
"""What every sheet says of itself."""

RULE = (
    "Element grams = MJ x g/MJ, well-to-tank and tank-to-wheel rounded once each; the shipment's share by largest "
    "remainder, so that the shipments add up to the plan to the gram."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonSheet:
    """The sheet of one shipment.

    Attributes
    ----------
    rows : tuple of SheetRow
        Its elements.
    prices : tuple of PricedCarbon
        Lines that already price carbon.
    plan_grams : int
        Of the whole plan.
    """

    shipment: str
    origin: str
    destination: str
    kg: int
    rows: tuple[SheetRow, ...]
    prices: tuple[PricedCarbon, ...]
    plan_grams: int
    factors: Mapping[str, Any]
    excluded: bool

    @property
    def grams(self) -> int:
        """Of the shipment, well-to-wheel."""
        return sum(row.grams for row in self.rows)

    @property
    def tkm(self) -> float:
        """Transport activity of the shipment."""
        return sum(row.tkm for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """The sheet as JSON data."""
        wtt, ttw = sum(row.wtt_grams for row in self.rows), sum(row.ttw_grams for row in self.rows)
        return {
            "shipment": self.shipment,
            "origin": self.origin,
            "destination": self.destination,
            "kg": self.kg,
            "method": METHOD,
            "rule": RULE,
            "factors": dict(self.factors),
            "elements": [_row_dict(number, row) for number, row in enumerate(self.rows, 1)],
            "wtt_g": wtt,
            "ttw_g": ttw,
            "co2e_g": wtt + ttw,
            "tkm": round(self.tkm, 6),
            "g_per_tkm": round((wtt + ttw) / self.tkm, 3) if self.tkm else None,
            "plan_co2e_g": self.plan_grams,
            "data_g": by_data(self.rows),
            "carbon_in_prices": {
                "eur": eur(sum(line.carbon_cents for line in self.prices)),
                "excluded_from_objective": self.excluded,
                "lines": [_price_dict(line) for line in self.prices],
            },
        }


def make_carbon_sheet(scenario: Scenario, plan: Plan | None, shipment_id: str) -> CarbonSheet:
    """The calculation sheet of a served shipment.

    Raises
    ------
    InputError
        When the plan does not carry it.
    """
    if shipment_id not in scenario.shipments:
        known = ", ".join(list(scenario.shipments)[:5])
        raise InputError(Diagnostic("E2010", "there is no such shipment", shipment_id, f"such as {known}"))
    if plan is None or all(part.shipment != shipment_id for part in plan.itineraries):
        message = "the plan does not carry it, so it has no footprint"
        raise InputError(Diagnostic("E2012", message, shipment_id, "cargopool explain RUN --shipment ID says why"))
    shipment = scenario.shipments[shipment_id]
    return CarbonSheet(
        shipment=shipment_id,
        origin=shipment.origin,
        destination=shipment.destination,
        kg=shipment.kg,
        rows=sheet_rows(scenario, plan, shipment_id),
        prices=carbon_in_prices(scenario, plan, shipment_id),
        plan_grams=plan.totals.co2e_grams,
        factors=factor_facts(scenario),
        excluded=scenario.objective.exclude_carbon_in_prices,
    )


def largest_shipment(scenario: Scenario, plan: Plan | None) -> str | None:
    """The shipment with the largest footprint of a plan."""
    if plan is None or not plan.itineraries:
        return None
    found = {key: own.co2e_grams for key, own in allocate(scenario, plan).items() if key != UNALLOCATED}
    return max(found, key=lambda key: (found[key], key))


def factor_facts(scenario: Scenario) -> dict[str, Any]:
    """Which factor set a scenario uses, in which version, and what of it was replaced."""
    factors = scenario.factors
    return {
        "set": factors.id,
        "version": factors.version,
        "made_of": factors.base,
        "overridden": list(factors.overridden),
        "allocation": factors.allocation,
    }


def by_data(rows: Iterable[SheetRow]) -> dict[str, int]:
    """Grams by what the energy of the elements rests on."""
    found = dict.fromkeys(DATA_WORDS, 0)
    for row in rows:
        found[row.data] += row.grams
    return found


def data_shares(scenario: Scenario, plan: Plan) -> dict[str, float]:
    """Share of a plan's CO2e by what the energy of its elements rests on."""
    grams = data_grams(scenario, plan)
    whole = sum(grams.values())
    return {word: round(value / whole, 6) if whole else 0.0 for word, value in grams.items()}


def carbon_facts(scenario: Scenario, plan: Plan | None) -> dict[str, Any]:
    """What run.json says of factors, data and carbon inside prices."""
    carbon = None
    if plan is not None:
        cents = sum(line.carbon_cents * line.count for line in plan.cost_lines)
        carbon = {"eur": eur(cents), "excluded_from_objective": scenario.objective.exclude_carbon_in_prices}
    return {
        "factors": factor_facts(scenario),
        "co2e_by_data": None if plan is None else data_shares(scenario, plan),
        "carbon_in_prices": carbon,
    }


def share_text(share: int, whole: int) -> str:
    """A share as a reader works it out."""
    return "all" if whole == 1 else f"{share} / {whole}"


def sources_of(rows: Sequence[SheetRow]) -> dict[str, int]:
    """Sources of a sheet, each with its number, in the order of its rows."""
    texts = dict.fromkeys(text for row in rows for text in (row.energy_source, row.factor_source) if text)
    return {text: number for number, text in enumerate(texts, 1)}


def kg(grams: int) -> float:
    """Grams as kilograms."""
    return grams / GRAMS_PER_KG


def _row_dict(number: int, row: SheetRow) -> dict[str, Any]:
    return {
        "element": number,
        "kind": row.kind,
        "owner": row.owner,
        "mode": row.mode,
        "carrier": row.carrier,
        "formula": row.what,
        "rate": row.note,
        "km": row.km,
        "tkm": round(row.tkm, 6),
        "energy_mj": round(row.energy_mj, 6),
        "wtt_g_per_mj": round(row.wtt_g_per_mj, 10),
        "ttw_g_per_mj": round(row.ttw_g_per_mj, 10),
        "factor": row.factor,
        "element_wtt_g": row.whole_wtt_grams,
        "element_ttw_g": row.whole_ttw_grams,
        "share": row.share,
        "of": row.whole,
        "wtt_g": row.wtt_grams,
        "ttw_g": row.ttw_grams,
        "co2e_g": row.grams,
        "data": row.data,
        "energy_source": row.energy_source,
        "factor_source": row.factor_source,
    }


def _price_dict(line: PricedCarbon) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "owner": line.owner,
        "formula": line.what,
        "line_eur": eur(line.line_cents),
        "carbon_eur": eur(line.line_carbon_cents),
        "share": line.share,
        "of": line.whole,
        "own_eur": eur(line.carbon_cents),
    }
